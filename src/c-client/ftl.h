/*
 * ftl.h - the end of a program that cannot go on.
 */
#ifndef FTL_H
#define FTL_H

#include "cc_decl.h"

CC_DECLS_BEGIN

/* Tells mm_fatal and the system log (LOG_ALERT), then aborts; does not return
 * unless mm_fatal jumps away. */
void fatal(char *string);

CC_DECLS_END

#endif
