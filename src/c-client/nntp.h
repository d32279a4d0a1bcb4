/*
 * nntp.h - posting news (RFC 3977). Needs mail.h.
 */
#ifndef NNTP_H
#define NNTP_H

#include "mail.h"

/* clang-format off */

#define NNTPTCPPORT	((long)119)

/* nntp_open_full */
#define NOP_DEBUG	((long)1)	/* telemetry */
#define NOP_READONLY	((long)2)	/* posting need not be allowed */
#define NOP_TRYSSL	((long)4)	/* the TLS port first */
#define NOP_RESERVED	((unsigned long)0xff000000)

#define nntp_open(hostlist, options) \
	nntp_open_full(NIL, hostlist, "nntp", NIL, options)

/* clang-format on */

#endif
