/*
 * cc_random.h - numbers that nobody can guess.
 */
#ifndef CC_RANDOM_H
#define CC_RANDOM_H

#include <stddef.h>

/* Fills len octets; ends the process if the system has none (fatal). */
void cc_random(void *p, size_t len);

#endif
