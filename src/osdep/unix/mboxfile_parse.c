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
#include "mail.h"
#include "mboxfile_parse_inner.h"

/* ------------------------------------------------------------------ text */

/* To the next from-line, then 1 and that line; or 0 at the limit. */
static int
text(struct mbox_scan *s, struct span *next_r)
{
	bool at_line = true; /* this octet begins a line */
	uint64_t from = cc_scan_position(s);
	const unsigned char *p, *q;
	int r;

	for (;;) {
		if ((r = cc_scan_need(s, 1)) <= 0)
			break;
		if (at_line && *cc_scan_here(s) == 'F' &&
		    (r = cc_scan_from_line(s, next_r)) != 0)
			break;
		p = s->w->buf + s->at;
		q = cc_mbox_find_f(p, s->w->buf + s->w->len, &s->tally);
		at_line = q[-1] == '\n';
		s->at += (size_t)(q - p);
	}
	if (r >= 0)
		s->octets += cc_scan_position(s) - from;
	return r;
}

/* Is the last line of the text, which began at position from, empty? */
static void
find_separator(struct mbox_scan *s, uint64_t from)
{
	uint64_t len = cc_scan_position(s) - from;
	const char *end = cc_scan_here(s);

	if (len == 0 || end[-1] != '\n')
		return;
	if (len == 1 || end[-2] == '\n')
		s->msg.flags |= MBOX_SEPARATOR;
	else if (end[-2] == '\r' && (len == 2 || end[-3] == '\n'))
		s->msg.flags |= MBOX_SEPARATOR | MBOX_SEPARATOR_CR;
}

/* --------------------------------------------------------------- message */

static void
give_uid(struct mbox_scan *s)
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
finish_message(struct mbox_scan *s)
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
	s->msg.head_sum = cc_mbox_sum_fold(s->sum) & CC_MBOX_SUM_MAX;
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
message(struct mbox_scan *s, uint64_t pos, struct span *line)
{
	uint64_t text_pos;
	int r;

	if (s->index->count == UINT32_MAX)
		return CC_ELIMIT;
	s->msg = (struct mbox_msg){ .pos = pos & CC_MBOX_SIZE_MAX,
		.from_sum = cc_mbox_from_sum(*line) & CC_MBOX_SUM_MAX,
		.junk = pos < cc_scan_position(s) };
	s->octets = s->sum = 0;
	s->tally = (struct mbox_tally){ 0, 0 };
	s->uid_settled = false;
	s->has_pseudo = s->has_from = s->has_subject = false;
	s->at += line->len + 1;
	r = cc_scan_header(s);
	text_pos = cc_scan_position(s);
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
first_line(struct mbox_scan *s, struct span *line_r)
{
	char last = '\n';
	struct span line;
	int r;

	while ((r = cc_scan_need(s, 1)) > 0 && is_space(*cc_scan_here(s))) {
		last = *cc_scan_here(s);
		s->at++;
	}
	if (r <= 0)
		return r;
	if (last != '\n')
		return CC_EPARSE;
	if ((r = cc_scan_from_line(s, line_r)) != 0)
		return r;
	r = cc_scan_line(s, &line);
	if (r == 0 && line.len < CC_MBOX_LINE_MAX && s->growth)
		return 0;
	return r < 0 ? r : CC_EPARSE;
}

/* From-line and header of the message that should begin at pos. */
static int
read_head(struct mbox_scan *s, uint64_t pos, struct mbox_msg *msg_r)
{
	struct span line;
	int r;

	cc_mbox_window_seek(s->w, pos);
	if ((r = first_line(s, &line)) <= 0)
		return r < 0 ? r : CC_EPARSE;
	*msg_r = (struct mbox_msg){ .pos = pos & CC_MBOX_SIZE_MAX,
		.from_sum = cc_mbox_from_sum(line) & CC_MBOX_SUM_MAX,
		.junk = pos < cc_scan_position(s) };
	s->at += line.len + 1;
	if ((r = cc_scan_header(s)) < 0)
		return r;
	msg_r->head_sum = cc_mbox_sum_fold(s->sum) & CC_MBOX_SUM_MAX;
	return 0;
}

int
cc_mbox_read_sums(struct mbox_window *w, uint64_t pos, uint64_t end,
    struct mbox_msg *msg_r, uint64_t *text_r)
{
	struct mbox_index index = { .started = true };
	struct mbox_scan s = { .index = &index, .w = w, .limit = end };
	int r = read_head(&s, pos, msg_r);

	if (r == 0)
		*text_r = cc_scan_position(&s);
	return r;
}

int
cc_mbox_read_header(struct mbox_window *w, uint64_t pos, uint64_t end,
    uint64_t *sum_r, uint64_t *text_r)
{
	struct mbox_index index = { .started = true };
	struct mbox_scan s = { .index = &index, .w = w, .limit = end };
	struct mbox_msg msg;
	int r = read_head(&s, pos, &msg);

	if (r == 0) {
		*sum_r = s.sum;
		*text_r = cc_scan_position(&s);
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

int
cc_mbox_parse(struct mbox_index *index, struct mbox_window *w, uint64_t end,
    struct mbox_notes *notes)
{
	const struct mbox_index before = *index;
	struct mbox_scan s = { .index = index,
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
		pos = cc_scan_position(&s);
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
