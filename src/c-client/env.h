/*
 * env.h - what a program needs of the system it runs on: user, home, mailbox
 * paths, dates, login. Needs mail.h.
 */
#ifndef ENV_H
#define ENV_H

#include "mail.h"

/* clang-format off */

#define pmatch(s, pat)		pmatch_full(s, pat, NIL)

/* The subscription file and its successor while it is rewritten; t has
 * MAILTMPLEN octets. They need stdio.h. */
#define SUBSCRIPTIONFILE(t) \
	sprintf((t), "%s/.mailboxlist", myhomedir())
#define SUBSCRIPTIONTEMP(t) \
	sprintf((t), "%s/.mlbxlsttmp", myhomedir())

/* clang-format on */

#endif
