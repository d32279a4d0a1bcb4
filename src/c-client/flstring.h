/*
 * flstring.h - a STRING over a file of stdio. Needs mail.h.
 *
 * INIT's data is a FILE *, its size counts from the file's beginning. The
 * window is one octet inside the STRING itself: a copy of it must be given a
 * SETPOS before it is used.
 */
#ifndef FLSTRING_H
#define FLSTRING_H

#include "mail.h"

CC_DECLS_BEGIN

extern STRINGDRIVER file_string;

CC_DECLS_END

#endif
