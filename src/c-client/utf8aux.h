/*
 * utf8aux.h - UTF-8 for mail: encoded words (RFC 2047), mailbox names (RFC
 * 3501 section 5.1.3), search programs. Needs mail.h and utf8.h.
 */
#ifndef UTF8AUX_H
#define UTF8AUX_H

#include "mail.h"

#endif
