/*
 * mime_scan.h - counting line ends and finding delimiter lines, many octets
 * at a time. This is what every octet of a message's body goes through.
 */
#ifndef MIME_SCAN_H
#define MIME_SCAN_H

#include <stdint.h>

#include "span.h"

struct mime_count {
	uint64_t lf; /* LF octets */
	uint64_t cr; /* CR octets */
};

/* Adds what s holds to *count. */
void cc_mime_count(struct span s, struct mime_count *count);

/* The offset of the first "--" behind an LF, both in s, or s.len. Adds the
 * octets before that offset to *count. */
size_t cc_mime_find_dashes(struct span s, struct mime_count *count);

#endif
