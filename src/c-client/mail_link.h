/*
 * mail_link.h - the linked drivers and SASL mechanisms, first to last.
 */
#ifndef MAIL_LINK_H
#define MAIL_LINK_H

#include "mail.h"

DRIVER *cc_drivers(void);
AUTHENTICATOR *cc_authenticators(void);

/* By name, without case; NULL if there is none. */
DRIVER *cc_driver_named(const char *name);
AUTHENTICATOR *cc_authenticator_named(const char *name);

#endif
