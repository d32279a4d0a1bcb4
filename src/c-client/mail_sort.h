/*
 * mail_sort.h - SORT for our own programs (RFC 5256): message numbers in,
 * message numbers out, no public structures.
 */
#ifndef MAIL_SORT_H
#define MAIL_SORT_H

#include <stdint.h>

#include "mail.h"

/*
 * Sorts message numbers, given in ascending order, by a program. Where all its
 * keys are equal the lower number comes first. 0; negative, and the numbers as
 * they were, if a message cannot be read.
 */
int cc_mail_sort(MAILSTREAM *stream, const SORTPGM *pgm, uint32_t *msgnos,
    size_t count);

#endif
