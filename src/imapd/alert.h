/*
 * alert.h - what the administrator has to say: the alert files, and the
 * shutdown that /etc/nologin announces.
 */
#ifndef ALERT_H
#define ALERT_H

#include "session.h"

/* Looks at the files if it is time to; puts ALERT lines, or BYE. */
void alert_check(struct session *s);

/* Is there a shutdown in progress? */
bool alert_nologin(void);

#endif
