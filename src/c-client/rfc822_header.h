/*
 * rfc822_header.h - header fields, and the envelope that IMAP makes of them
 * (RFC 5322 sections 2.2, 3.6; RFC 3501 section 7.4.2, ENVELOPE).
 *
 * Input may have CRLF or LF line ends. Nothing is copied: a field's body is
 * the octets between the colon and the line end of its last line, folding
 * included.
 */
#ifndef RFC822_HEADER_H
#define RFC822_HEADER_H

#include "arena.h"
#include "cursor.h"
#include "strbuf.h"

struct rfc822_field {
	struct span name; /* without blanks before the colon */
	struct span body; /* folds included, last line end not */
	struct span all;  /* name to last line end, both included */
};

/* The next field: 1 and *field_r; 0 at the empty line (consumed) or the end.
 * A line that is no field is handed out with an empty name. */
int cc_rfc822_next_field(struct cursor *c, struct rfc822_field *field_r);

/* Writes body unfolded: CR and LF dropped, the blanks behind them kept, outer
 * blanks trimmed. */
void cc_rfc822_put_unfolded(struct strbuf *out, struct span body);

/*
 * The raw bodies of the fields an ENVELOPE needs. p is NULL where the field is
 * missing. They point into the header that was scanned.
 */
struct rfc822_envelope {
	struct span date, subject, from, sender, reply_to, to, cc, bcc;
	struct span in_reply_to, message_id;
	struct span newsgroups, followup_to, references;
};

/*
 * One pass over the header, two if address fields are repeated: those are
 * joined in the arena (if it has room); of the others the first counts. Always
 * 0: any octets are a header.
 */
int cc_rfc822_scan_envelope(struct span header, struct arena *a,
    struct rfc822_envelope *env_r);

/*
 * HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 3501 section 6.4.5): appends the
 * fields whose names are (not) listed and a closing empty line, with CRLF line
 * ends and no other CR. names are compared without case. Lines that are no
 * fields are in no list.
 */
void cc_rfc822_filter_fields(struct strbuf *out, struct span header,
    const struct span *names, size_t count, bool invert);

#endif
