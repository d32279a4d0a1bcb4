/*
 * sslio.h - TLS streams, as the slots of a NETDRIVER. Needs mail.h.
 */
#ifndef SSLIO_H
#define SSLIO_H

#include "mail.h"

#ifndef SSLBUFLEN
#define SSLBUFLEN 8192 /* octets */
#endif

/* Programs never look into one. */
#ifndef SSLSTREAM
#define SSLSTREAM void
#endif

#endif
