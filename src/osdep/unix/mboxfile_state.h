/*
 * mboxfile_state.h - the header lines in which a mailbox file keeps flags,
 * keywords and UIDs (formats/unix.md sections 3 and 5).
 */
#ifndef MBOXFILE_STATE_H
#define MBOXFILE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cc_limits.h"
#include "span.h"
#include "strbuf.h"

/* What a header line is to us. */
enum mbox_line {
	MBOX_LINE_KEPT, /* the message's own */
	MBOX_LINE_STATUS,
	MBOX_LINE_XSTATUS,
	MBOX_LINE_KEYWORDS,
	MBOX_LINE_UID,
	MBOX_LINE_BASE,   /* X-IMAPbase: */
	MBOX_LINE_PSEUDO, /* X-IMAP: */
	MBOX_LINE_BOGUS,  /* one of these names, wrongly spelt: dropped */
};

/* Keywords of a mailbox: their number and octets of a name, set by the API
 * (NUSERFLAGS, MAXUSERFLAG). */
#define CC_MBOX_KEYWORDS 30
#define CC_MBOX_KEYWORD_LEN 50

struct mbox_keywords {
	char *name[CC_MBOX_KEYWORDS]; /* owned */
	unsigned count;
};

/* The value of X-IMAP: or X-IMAPbase:. */
struct mbox_base {
	uint32_t uidvalidity;
	uint32_t last_uid;
	struct span keywords; /* what follows the numbers */
};

/* line: at least its name and colon, or all of it; its LF may be missing. */
enum mbox_line cc_mbox_line_kind(struct span line);

/* Do clients see it, or as much of it as this is, empty? CRs are not sent. A
 * whole line of which this is true ends the header. */
bool cc_mbox_line_blank(struct span line);

/* The text of a line behind "Name:", without line end. */
struct span cc_mbox_line_value(struct span line);

/* Letters of Status: and X-Status: as fSEEN ... fDRAFT, fOLD. */
unsigned cc_mbox_parse_status(struct span value);

/* X-UID: 0 if there is no number or it is above CC_MBOX_UID_MAX. */
uint32_t cc_mbox_parse_uid(struct span value);

/* X-IMAP:, X-IMAPbase:. CC_EPARSE if it does not count. */
int cc_mbox_parse_base(struct span value, struct mbox_base *base_r);

/* X-Keywords: as bits of the list; unknown names are left out. */
uint32_t cc_mbox_parse_keywords(const struct mbox_keywords *list,
    struct span value);

/* Is it fit to be a keyword's name in this toolkit and on the wire? */
bool cc_mbox_keyword_ok(struct span name);

/* Takes the names of an X-IMAP line. Names that are no keywords are left out;
 * they take no slot here, since lines name keywords and do not number them. */
void cc_mbox_keywords_read(struct mbox_keywords *list, struct span names);

/* Appends a name: its number, or CC_ELIMIT, CC_EINVAL. */
int cc_mbox_keywords_add(struct mbox_keywords *list, struct span name);

/* The number of a name, any case, or -1. */
int cc_mbox_keywords_find(const struct mbox_keywords *list, struct span name);

void cc_mbox_keywords_free(struct mbox_keywords *list);

/*
 * Appends the lines of section 5 for one message: from the `S' of Status: to
 * the LF of X-Keywords:. From *start on (an X-IMAPbase line may stand before
 * them in out) the octets before that LF are padded to at least `least'.
 */
void cc_mbox_put_status(struct strbuf *out, unsigned flags, uint32_t keywords,
    const struct mbox_keywords *list, size_t start, size_t least);

/* The lines Status: and X-Status: alone. */
void cc_mbox_put_flags(struct strbuf *out, unsigned flags);

/* "X-IMAPbase: VALIDITY LAST[ keyword]..." LF; digits is 10 for the padded
 * form of X-IMAP, else 0. */
void cc_mbox_put_base(struct strbuf *out, const char *name, int digits,
    uint32_t uidvalidity, uint32_t last_uid, const struct mbox_keywords *list);

/* Padding goals of section 5, in octets. */
#define CC_MBOX_PAD 50
#define CC_MBOX_PAD_BASE 80

#endif
