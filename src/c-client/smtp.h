/*
 * smtp.h - sending mail (RFC 5321, RFC 6409). Needs mail.h.
 */
#ifndef SMTP_H
#define SMTP_H

#include "mail.h"

/* clang-format off */

#define SMTPTCPPORT	((long)25)
#define SUBMITTCPPORT	((long)587)

/* smtp_open_full */
#define SOP_DEBUG		((long)1)	/* telemetry */
#define SOP_DSN			((long)2)	/* delivery status wanted */
#define SOP_DSN_NOTIFY_FAILURE	((long)4)
#define SOP_DSN_NOTIFY_DELAY	((long)8)
#define SOP_DSN_NOTIFY_SUCCESS	((long)16)
#define SOP_DSN_RETURN_FULL	((long)32)	/* with the whole message */
#define SOP_8BITMIME		((long)64)
#define SOP_SECURE		((long)256)	/* no plaintext passwords */
#define SOP_TRYSSL		((long)512)	/* the TLS port first */
#define SOP_TRYALT		SOP_TRYSSL
#define SOP_RESERVED		((unsigned long)0xff000000)

#define smtp_open(hostlist, options) \
	smtp_open_full(NIL, hostlist, "smtp", NIL, options)

/* clang-format on */

#endif
