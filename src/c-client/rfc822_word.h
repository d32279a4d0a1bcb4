/*
 * rfc822_word.h - what rfc822_word.c and rfc822_mailbox.c share.
 */
#ifndef RFC822_WORD_H
#define RFC822_WORD_H

#include <stddef.h>

/*
 * None of these looks further than what it moves over, so that a program may
 * go through a long string step by step.
 */

/* At "(": octets of the comment, its parentheses included; 0 if it is not
 * closed. */
size_t cc_rfc822_comment_len(const char *s);

#endif
