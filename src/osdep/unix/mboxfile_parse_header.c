/*
 * mboxfile_parse_header.c - the header of a message in a mailbox file: its
 * size and sum as clients see it, and the lines in which flags, keywords and
 * UIDs stand (formats/unix.md sections 3 to 5).
 *
 * The lines are a stranger's until proved otherwise: a UID out of order, or a
 * line that is misspelt, never spoils more than that mailbox's own numbers.
 * What is odd is said to the user, in printable octets and a bounded number
 * of times.
 */
#include "cc_ctype.h"
#include "mail.h"
#include "mboxfile_parse_inner.h"
#include "strbuf.h"

#define NOTE_MAX 200 /* octets of a complaint */

/* How other software knows the internal-data message (section 4). */
static const struct span internal_from =
    CC_SPAN("From: Mail System Internal Data <");
static const struct span internal_subject =
    CC_SPAN("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA");

/* Is there somebody to be told one thing more? */
static bool
may_note(struct mbox_scan *s)
{
	struct mbox_notes *notes = s->notes;

	if (!notes || !notes->say || notes->left == 0)
		return false;
	notes->left--;
	return true;
}

/* Says "FORMAT N: TEXT" about the message in hand, with printable octets of
 * text only. */
static void
note(struct mbox_scan *s, const char *before, struct span text,
    const char *after)
{
	struct strbuf b;

	if (!may_note(s))
		return;
	cc_strbuf_init(&b, NOTE_MAX);
	cc_strbuf_puts(&b, before);
	for (size_t i = 0; i < text.len && i < 60; i++)
		cc_strbuf_putc(&b,
		    text.p[i] >= ' ' && text.p[i] < 0x7f ? text.p[i] : '?');
	cc_strbuf_printf(&b, "%s%lu", after,
	    (unsigned long)s->index->count + 1);
	s->notes->say(s->notes->arg, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

/* What is wrong with a UID, in words that administrators may look for. */
static void
note_uid(struct mbox_scan *s, uint32_t uid, const char *what, uint32_t other)
{
	struct strbuf b;

	if (!may_note(s))
		return;
	cc_strbuf_init(&b, NOTE_MAX);
	cc_strbuf_printf(&b, "Message %lu UID %lu %s %lu",
	    (unsigned long)s->index->count + 1, (unsigned long)uid, what,
	    (unsigned long)other);
	s->notes->say(s->notes->arg, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

/* The name of a header line, for a note. */
static struct span
line_name(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] != ':' && line.p[n] > ' ')
		n++;
	return cc_span(line.p, n);
}

/* X-IMAP: or X-IMAPbase: (section 3); true if it counts. */
static bool
take_base(struct mbox_scan *s, struct span value)
{
	struct mbox_index *index = s->index;
	struct mbox_base base;

	if (index->started || index->uidvalidity != 0 || index->unbelieved ||
	    cc_mbox_parse_base(value, &base) != 0)
		return false;
	index->uidvalidity = base.uidvalidity;
	index->uid_last = index->uid_base = base.last_uid;
	cc_mbox_keywords_read(&index->keywords, base.keywords);
	return true;
}

/* A UID that is out of order. In an old mailbox nothing is believed from here
 * on; in new mail just this line is not. */
static void
distrust(struct mbox_scan *s)
{
	s->msg.uid = 0;
	s->uid_settled = true;
	if (s->growth || s->index->lenient)
		return;
	s->index->uidvalidity = 0;
	s->index->unbelieved = true;
}

static void
take_uid(struct mbox_scan *s, struct span value)
{
	struct mbox_index *index = s->index;
	uint32_t uid = cc_mbox_parse_uid(value), before = 0;

	if (index->uidvalidity == 0 || index->unbelieved || s->uid_settled ||
	    uid == 0)
		return;
	if (s->growth)
		before = index->uid_last;
	else if (index->count > 0)
		before = index->msgs[index->count - 1].uid;
	if (s->msg.uid != 0 || uid <= before) {
		if (s->msg.uid != 0)
			note_uid(s, uid, "already has UID", s->msg.uid);
		else
			note_uid(s, uid, "less than", before);
		distrust(s);
		return;
	}
	s->msg.uid = uid;
	if (uid > index->uid_last)
		index->uid_last = uid;
}

/* What an internal line does. */
static void
take_line(struct mbox_scan *s, enum mbox_line kind, struct span line)
{
	struct span value = cc_mbox_line_value(line);

	switch (kind) {
	case MBOX_LINE_STATUS:
	case MBOX_LINE_XSTATUS:
		s->msg.flags |= cc_mbox_parse_status(value) & 0xffff;
		break;
	case MBOX_LINE_KEYWORDS:
		s->msg.keywords |=
		    cc_mbox_parse_keywords(&s->index->keywords, value);
		break;
	case MBOX_LINE_UID:
		take_uid(s, value);
		break;
	case MBOX_LINE_BASE:
		if (take_base(s, value))
			s->index->based = true;
		break;
	case MBOX_LINE_PSEUDO:
		if (take_base(s, value))
			s->has_pseudo = true;
		break;
	case MBOX_LINE_BOGUS:
		note(s, "Discarding bogus ", line_name(line),
		    " header in message ");
		break;
	case MBOX_LINE_KEPT:
		break;
	}
}

static bool
begins(struct span line, struct span text)
{
	return line.len >= text.len && memcmp(line.p, text.p, text.len) == 0;
}

/* Does this line (whole: with its LF) hide? Takes what it says if so. */
static bool
hide_line(struct mbox_scan *s, struct span line, bool whole, bool was_hidden)
{
	enum mbox_line kind;

	if (is_wsp(line.p[0])) {
		if (was_hidden)
			note(s, "Discarding bogus continuation ",
			    cc_span_trim(line), " in message ");
		return was_hidden;
	}
	kind = cc_mbox_line_kind(line);
	if (kind != MBOX_LINE_KEPT) {
		/* A line that the end of the file cut off may lack digits. */
		if (whole)
			take_line(s, kind, line);
		return true;
	}
	if (!s->index->started) {
		s->has_from = s->has_from || begins(line, internal_from);
		s->has_subject =
		    s->has_subject || begins(line, internal_subject);
	}
	return false;
}

/* Counts octets that clients see. */
static void
count_octets(struct mbox_scan *s, struct span text)
{
	const char *p = text.p, *end = text.p + text.len;

	s->octets += text.len;
	if (text.p[text.len - 1] == '\n')
		s->tally.lf++;
	while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		s->tally.cr++;
		p++;
	}
}

int
cc_scan_header(struct mbox_scan *s)
{
	bool hidden = false, inside = false, blank = false;
	struct span line;
	int r;

	for (;;) {
		if ((r = cc_scan_line(s, &line)) < 0)
			return r;
		if (line.len == 0) {
			s->msg.flags |= MBOX_OPEN_HEADER;
			return 0;
		}
		blank = (!inside || blank) && cc_mbox_line_blank(line);
		if (r > 0 && blank) {
			count_octets(s, line);
			s->at += line.len;
			return 1;
		}
		if (!inside)
			hidden = hide_line(s, line, r > 0, hidden);
		if (!hidden) {
			count_octets(s, line);
			s->sum = cc_mbox_sum_add(s->sum, line);
		}
		s->at += line.len;
		inside = r == 0; /* the rest of a long line follows */
	}
}
