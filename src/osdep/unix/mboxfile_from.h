/*
 * mboxfile_from.h - the "From " line that begins a message of a mailbox file
 * (formats/unix.md section 2).
 */
#ifndef MBOXFILE_FROM_H
#define MBOXFILE_FROM_H

#include <stdbool.h>
#include <stdint.h>

#include "imap_grammar.h"
#include "span.h"

/* The parts of a from-line; all point into it. */
struct mbox_from {
	struct span sender; /* may be empty, may hold anything but NUL */
	struct span day;    /* two characters, the first may be a space */
	struct span month;  /* three characters */
	struct span hour;   /* two characters, as minute */
	struct span minute;
	struct span second; /* two characters, or empty */
	struct span year;   /* four characters */
	struct span zone;   /* three characters, a sign and four, or empty */
};

/*
 * Is this a from-line? line comes without its LF; a CR at its end is ignored
 * if cr_ok (mmdf does not). Only the places of spaces, colons and the sign of
 * the zone are looked at, never letters or digits.
 */
bool cc_mbox_from_line(struct span line, bool cr_ok, struct mbox_from *from_r);

/*
 * The internal date of a from-line; without a zone the server's own offset of
 * this moment. What cannot be read is 1-Jan-1970 00:00:00 +0000 and CC_EPARSE.
 */
int cc_mbox_from_date(const struct mbox_from *from, struct imap_date *date_r);

#endif
