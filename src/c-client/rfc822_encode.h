/*
 * rfc822_encode.h - what a body needs before it is written.
 */
#ifndef RFC822_ENCODE_H
#define RFC822_ENCODE_H

#include "mail.h"

/* The boundary of a multipart, which gets one if it has none. Belongs to the
 * body. */
const char *cc_rfc822_boundary(BODY *body);

#endif
