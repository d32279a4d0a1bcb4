/*
 * mail_thread.h - the threading algorithms that the library has.
 */
#ifndef MAIL_THREAD_H
#define MAIL_THREAD_H

#include "mail.h"

/* Their list, in the order in which a server names them. */
const THREADER *cc_mail_threaders(void);

#endif
