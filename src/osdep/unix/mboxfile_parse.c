/*
 * mboxfile_parse.c - the parser of mailbox files (formats/unix.md sections 1
 * to 4): one pass over the file, a record for each message.
 *
 * Bodies go through cc_mbox_find_f, headers line by line. Every octet is read
 * once and looked at a bounded number of times, whatever the file holds. The
 * caller has the locks; if the file changes all the same, the worst is a
 * wrong record, never an access outside the window. All octets are hostile.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_parse.h"
#include "strbuf.h"

#define FROM_WORD "From "
#define HISTORY 4 /* octets kept before the place, to know a separator */
#define NOTE_MAX 200
#define ROOM_FIRST 64

/* How other software knows the internal-data message (section 4). */
static const struct span internal_from =
    CC_SPAN("From: Mail System Internal Data <");
static const struct span internal_subject =
    CC_SPAN("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA");

/* A parse in progress. */
struct scan {
	struct mbox_index *index;
	struct mbox_window *w;
	struct mbox_notes *notes;
	uint64_t limit; /* position past the last octet */
	size_t at;      /* the next octet, in the window */
	bool growth;    /* the index had messages before */

	/* of the message in hand */
	struct mbox_msg msg;
	uint64_t octets; /* that clients see, without separator */
	uint64_t sum;    /* of the header that clients see */
	struct mbox_tally tally;
	bool uid_settled; /* no X-UID of it counts any more */
	bool has_pseudo;  /* a good X-IMAP line */
	bool has_from;    /* internal_from */
	bool has_subject; /* internal_subject */
};

void
cc_mbox_index_init(struct mbox_index *index)
{
	*index = (struct mbox_index){ 0 };
}

void
cc_mbox_index_free(struct mbox_index *index)
{
	fs_give((void **)&index->msgs);
	cc_mbox_twins_free(index);
	cc_mbox_keywords_free(&index->keywords);
	cc_mbox_twins_free(index);
	cc_mbox_index_init(index);
}

void
cc_mbox_index_rename(struct mbox_index *index, const uint32_t bit[32],
    struct mbox_keywords *names)
{
	for (uint32_t i = 0; i < index->count; i++) {
		uint32_t from = index->msgs[i].keywords, to = 0;

		for (unsigned k = 0; from != 0; k++, from >>= 1)
			if (from & 1)
				to |= bit[k];
		index->msgs[i].keywords = to;
	}
	cc_mbox_keywords_free(&index->keywords);
	index->keywords = *names;
	names->count = 0;
}

/* Makes room what index->room says. */
static void
resize(struct mbox_index *index)
{
	size_t octets = index->room * sizeof(*index->msgs);

	fs_resize((void **)&index->msgs, octets);
}

void
cc_mbox_index_put(struct mbox_index *index, const struct mbox_msg *msg)
{
	if (index->count == index->room) {
		index->room += ROOM_FIRST + index->room / 2;
		if (index->room < index->count)
			index->room = UINT32_MAX;
		resize(index);
	}
	index->msgs[index->count++] = *msg;
}

void
cc_mbox_renumber(struct mbox_index *index)
{
	for (uint32_t i = 0; i < index->count; i++) {
		index->msgs[i].uid = i + 1;
		index->msgs[i].flags |= MBOX_NO_UID;
	}
	index->uid_last = index->count;
	index->uidvalidity = 0;
	index->unbelieved = true;
	index->exhausted = false;
}

uint64_t
cc_mbox_msg_end(const struct mbox_index *index, uint32_t i)
{
	return i + 1 < index->count ? index->msgs[i + 1].pos : index->end;
}

static uint16_t
fold(uint64_t h)
{
	h ^= h >> 32;
	return (uint16_t)((h ^ h >> 16) & CC_MBOX_SUM_MAX);
}

#define SUM_FACTOR 0x9e3779b97f4a7c15u

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * SUM_FACTOR;
	return h ^ h >> 29;
}

static uint64_t
mix_octets(uint64_t h, const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return mix(h, v);
}

/* Two words at a time, and a line's sum does not wait for that of the line
 * before. */
static uint64_t
add_to_sum(uint64_t h, struct span line)
{
	const char *p = line.p, *end = p + line.len;
	uint64_t a = line.len, b = 0;

	for (; end - p >= 16; p += 16) {
		a = mix_octets(a, p);
		b = mix_octets(b, p + 8);
	}
	if (line.len >= 8) {
		if (end - p > 8)
			a = mix_octets(a, p);
		b = mix_octets(b, end - 8);
	} else {
		while (p < end)
			b = b << 8 | (unsigned char)*p++;
	}
	return mix(h, mix(a, b));
}

/* It only tells a from-line from other text. */
uint16_t
cc_mbox_from_sum(struct span line)
{
	return fold(add_to_sum(0, line));
}

/* ----------------------------------------------------------------- input */

static const char *
here(const struct scan *s)
{
	return (const char *)s->w->buf + s->at;
}

static uint64_t
position(const struct scan *s)
{
	return s->w->pos + s->at;
}

static size_t
available(const struct scan *s)
{
	return s->w->len - s->at;
}

/* More octets behind those in the window: 1, 0 at the limit, or negative. */
static int
more(struct scan *s)
{
	size_t keep = s->at > HISTORY ? s->at - HISTORY : 0;
	int r = cc_mbox_window_more(s->w, keep, s->limit);

	s->at -= keep;
	return r;
}

/* At least n octets: 1, 0 if there are fewer before the limit, or negative. */
static int
need(struct scan *s, size_t n)
{
	int r = 1;

	while (r > 0 && available(s) < n)
		r = more(s);
	return r;
}

/*
 * The line here, with its LF: 1; 0 for one without LF, which is all there is
 * before the limit or CC_MBOX_LINE_MAX octets of a longer one; or negative.
 */
static int
line_here(struct scan *s, struct span *line_r)
{
	size_t seen = 0, len;
	const char *lf;
	int r;

	for (;;) {
		len = available(s);
		if (len > CC_MBOX_LINE_MAX)
			len = CC_MBOX_LINE_MAX;
		lf = len > seen ? memchr(here(s) + seen, '\n', len - seen)
				: NULL;
		if (lf) {
			*line_r = cc_span(here(s), (size_t)(lf - here(s)) + 1);
			return 1;
		}
		seen = len;
		if (len == CC_MBOX_LINE_MAX)
			break;
		if ((r = more(s)) < 0)
			return r;
		if (r == 0)
			break;
	}
	*line_r = cc_span(here(s), len);
	return 0;
}

/* Is there a from-line here (at the beginning of a line)? 1 and the line
 * without LF, 0, or negative. */
static int
from_line_here(struct scan *s, struct span *line_r)
{
	const size_t word = sizeof(FROM_WORD) - 1;
	struct mbox_from from;
	struct span line;
	int r;

	if ((r = need(s, word)) <= 0 || memcmp(here(s), FROM_WORD, word) != 0)
		return r < 0 ? r : 0;
	if ((r = line_here(s, &line)) <= 0)
		return r;
	line.len--;
	if (!cc_mbox_from_line(line, true, &from))
		return 0;
	*line_r = line;
	return 1;
}

/* ----------------------------------------------------------------- notes */

/* Says "FORMAT N: TEXT" about the message in hand, with printable octets of
 * text only. */
static void
note(struct scan *s, const char *before, struct span text, const char *after)
{
	struct mbox_notes *notes = s->notes;
	struct strbuf b;

	if (!notes || !notes->say || notes->left == 0)
		return;
	notes->left--;
	cc_strbuf_init(&b, NOTE_MAX);
	cc_strbuf_puts(&b, before);
	for (size_t i = 0; i < text.len && i < 60; i++)
		cc_strbuf_putc(&b,
		    text.p[i] >= ' ' && text.p[i] < 0x7f ? text.p[i] : '?');
	cc_strbuf_printf(&b, "%s%lu", after,
	    (unsigned long)s->index->count + 1);
	notes->say(notes->arg, cc_strbuf_str(&b));
	cc_strbuf_free(&b);
}

/* ---------------------------------------------------------------- header */

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
take_base(struct scan *s, struct span value)
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
distrust(struct scan *s, struct span value)
{
	note(s, "Invalid UID ", value, " in message ");
	s->msg.uid = 0;
	s->uid_settled = true;
	if (s->growth || s->index->lenient)
		return;
	s->index->uidvalidity = 0;
	s->index->unbelieved = true;
}

static void
take_uid(struct scan *s, struct span value)
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
		distrust(s, value);
		return;
	}
	s->msg.uid = uid;
	if (uid > index->uid_last)
		index->uid_last = uid;
}

/* What an internal line does. */
static void
take_line(struct scan *s, enum mbox_line kind, struct span line)
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
hide_line(struct scan *s, struct span line, bool whole, bool was_hidden)
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
count_octets(struct scan *s, struct span text)
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

/* From behind the from-line to the text: 1, 0 if the file ends before the
 * empty line, or negative. */
static int
header(struct scan *s)
{
	bool hidden = false, inside = false, blank = false;
	struct span line;
	int r;

	for (;;) {
		if ((r = line_here(s, &line)) < 0)
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
			s->sum = add_to_sum(s->sum, line);
		}
		s->at += line.len;
		inside = r == 0; /* the rest of a long line follows */
	}
}

/* ------------------------------------------------------------------ text */

/* To the next from-line, then 1 and that line; or 0 at the limit. */
static int
text(struct scan *s, struct span *next_r)
{
	bool at_line = true; /* this octet begins a line */
	uint64_t from = position(s);
	const unsigned char *p, *q;
	int r;

	for (;;) {
		if ((r = need(s, 1)) <= 0)
			break;
		if (at_line && *here(s) == 'F' &&
		    (r = from_line_here(s, next_r)) != 0)
			break;
		p = s->w->buf + s->at;
		q = cc_mbox_find_f(p, s->w->buf + s->w->len, &s->tally);
		at_line = q[-1] == '\n';
		s->at += (size_t)(q - p);
	}
	if (r >= 0)
		s->octets += position(s) - from;
	return r;
}

/* Is the last line of the text, which began at position from, empty? */
static void
find_separator(struct scan *s, uint64_t from)
{
	uint64_t len = position(s) - from;
	const char *end = here(s);

	if (len == 0 || end[-1] != '\n')
		return;
	if (len == 1 || end[-2] == '\n')
		s->msg.flags |= MBOX_SEPARATOR;
	else if (end[-2] == '\r' && (len == 2 || end[-3] == '\n'))
		s->msg.flags |= MBOX_SEPARATOR | MBOX_SEPARATOR_CR;
}

/* --------------------------------------------------------------- message */

static void
give_uid(struct scan *s)
{
	struct mbox_index *index = s->index;

	if (s->msg.uid != 0)
		return;
	s->msg.flags |= MBOX_NO_UID;
	if (index->uid_last >= CC_MBOX_UID_MAX)
		index->exhausted = true;
	else
		index->uid_last++;
	s->msg.uid = index->uid_last;
}

/* Counts end, and the record goes to its place. 0 or CC_ELIMIT. */
static int
finish_message(struct scan *s)
{
	struct mbox_index *index = s->index;
	bool internal = s->has_pseudo && s->has_from && s->has_subject;
	uint64_t size = s->octets + s->tally.lf - s->tally.cr -
	    (s->msg.flags & MBOX_SEPARATOR ? 2 : 0);

	if (s->msg.flags & fOLD)
		s->msg.flags |= MBOX_OLD_THERE;
	if (s->w->buf[s->at - 1] != '\n')
		s->msg.flags |= MBOX_OPEN_LINE;
	if (size > CC_MBOX_MESSAGE_MAX)
		return CC_ELIMIT;
	s->msg.size = size & CC_MBOX_MESSAGE_MAX;
	s->msg.head_sum = fold(s->sum) & CC_MBOX_SUM_MAX;
	if (internal) {
		index->pseudo = true;
		index->uid_last = index->uid_base;
		index->internal = s->msg;
	} else {
		if (s->has_pseudo)
			index->based = true;
		give_uid(s);
		cc_mbox_index_put(index, &s->msg);
	}
	index->started = true;
	return 0;
}

/* The message that begins with *line, the from-line here; pos is where white
 * space before it began. 1 and the next line, 0 at the limit, or negative. */
static int
message(struct scan *s, uint64_t pos, struct span *line)
{
	uint64_t text_pos;
	int r;

	if (s->index->count == UINT32_MAX)
		return CC_ELIMIT;
	s->msg = (struct mbox_msg){ .pos = pos & CC_MBOX_SIZE_MAX,
		.from_sum = cc_mbox_from_sum(*line) & CC_MBOX_SUM_MAX,
		.junk = pos < position(s) };
	s->octets = s->sum = 0;
	s->tally = (struct mbox_tally){ 0, 0 };
	s->uid_settled = false;
	s->has_pseudo = s->has_from = s->has_subject = false;
	s->at += line->len + 1;
	r = header(s);
	text_pos = position(s);
	if (r > 0)
		r = text(s, line);
	if (r < 0)
		return r;
	find_separator(s, text_pos);
	return finish_message(s) == 0 ? r : CC_ELIMIT;
}

/*
 * White space before a place where a message should begin; 1 and the from-line
 * behind it; 0 if nothing but the beginning of a line follows; CC_EPARSE.
 */
static int
first_line(struct scan *s, struct span *line_r)
{
	char last = '\n';
	struct span line;
	int r;

	while ((r = need(s, 1)) > 0 && is_space(*here(s))) {
		last = *here(s);
		s->at++;
	}
	if (r <= 0)
		return r;
	if (last != '\n')
		return CC_EPARSE;
	if ((r = from_line_here(s, line_r)) != 0)
		return r;
	r = line_here(s, &line);
	if (r == 0 && line.len < CC_MBOX_LINE_MAX && s->growth)
		return 0;
	return r < 0 ? r : CC_EPARSE;
}

/* From-line and header of the message that should begin at pos. */
static int
read_head(struct scan *s, uint64_t pos, struct mbox_msg *msg_r)
{
	struct span line;
	int r;

	cc_mbox_window_seek(s->w, pos);
	if ((r = first_line(s, &line)) <= 0)
		return r < 0 ? r : CC_EPARSE;
	*msg_r = (struct mbox_msg){ .pos = pos & CC_MBOX_SIZE_MAX,
		.from_sum = cc_mbox_from_sum(line) & CC_MBOX_SUM_MAX,
		.junk = pos < position(s) };
	s->at += line.len + 1;
	if ((r = header(s)) < 0)
		return r;
	msg_r->head_sum = fold(s->sum) & CC_MBOX_SUM_MAX;
	return 0;
}

int
cc_mbox_read_sums(struct mbox_window *w, uint64_t pos, uint64_t end,
    struct mbox_msg *msg_r, uint64_t *text_r)
{
	struct mbox_index index = { .started = true };
	struct scan s = { .index = &index, .w = w, .limit = end };
	int r = read_head(&s, pos, msg_r);

	if (r == 0)
		*text_r = position(&s);
	return r;
}

int
cc_mbox_read_header(struct mbox_window *w, uint64_t pos, uint64_t end,
    uint64_t *sum_r, uint64_t *text_r)
{
	struct mbox_index index = { .started = true };
	struct scan s = { .index = &index, .w = w, .limit = end };
	struct mbox_msg msg;
	int r = read_head(&s, pos, &msg);

	if (r == 0) {
		*sum_r = s.sum;
		*text_r = position(&s);
	}
	return r;
}

/* Takes back what a failed parse added. */
static void
undo(struct mbox_index *index, const struct mbox_index *before)
{
	index->count = before->count;
	index->uidvalidity = before->uidvalidity;
	index->uid_last = before->uid_last;
	index->started = before->started;
	index->pseudo = before->pseudo;
	index->based = before->based;
	index->unbelieved = before->unbelieved;
	index->exhausted = before->exhausted;
}

void
cc_mbox_index_trim(struct mbox_index *index)
{
	if (index->room == index->count || index->count == 0)
		return;
	index->room = index->count;
	resize(index);
}

int
cc_mbox_parse(struct mbox_index *index, struct mbox_window *w, uint64_t end,
    struct mbox_notes *notes)
{
	const struct mbox_index before = *index;
	struct scan s = { .index = index,
		.w = w,
		.notes = notes,
		.limit = end,
		.growth = index->started };
	uint64_t pos = index->end;
	struct span line;
	int r;

	if (end > CC_MBOX_SIZE_MAX)
		return CC_ELIMIT;
	cc_mbox_window_seek(w, pos);
	r = first_line(&s, &line);
	if (r <= 0)
		return r;
	while (r > 0) {
		r = message(&s, pos, &line);
		pos = position(&s);
	}
	if (r < 0) {
		undo(index, &before);
		return r;
	}
	index->end = end;
	if (index->exhausted && !s.growth)
		cc_mbox_renumber(index);
	cc_mbox_index_trim(index);
	return 0;
}
