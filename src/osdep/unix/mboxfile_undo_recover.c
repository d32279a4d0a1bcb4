/*
 * mboxfile_undo_recover.c - taking out appends that were cut off.
 *
 * The form of their records is in mboxfile_undo.c. Octets are cut off only if
 * they are those that were to be written at their place, or 0 where a disk
 * lost them, and if nothing shows that somebody changed the mailbox meanwhile.
 * All of a record is checked. Under all locks.
 */
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "cursor.h"
#include "fdio.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_undo.h"
#include "mboxfile_undo_inner.h"
#include "uidrecord_text.h"

/* Seconds that the time of booting may seem to move. */
#define BOOT_SLACK 60

struct undo {
	uint64_t before, after;
	uint64_t booted;
	uint64_t piece;
	struct span starts; /* where the messages of the text begin */
	struct span head;   /* the first octets of the text */
	struct span sums;   /* of the pieces behind them */
};

bool
cc_undo_is(struct span record)
{
	size_t len = sizeof(UNDO_HEAD_WORD) - 1;

	if (record.len < len)
		len = record.len; /* its writer was killed */
	return memcmp(record.p, UNDO_HEAD_WORD, len) == 0;
}

static int
parse_lines(struct cursor *c, const struct mbox *m, struct undo *u)
{
	uint64_t dev, ino, starts, head;
	struct stat st;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	if (cc_uidrecord_word(c, UNDO_HEAD_WORD "file ") != 0 ||
	    cc_uidrecord_hex(c, 0, &dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &ino) != 0 ||
	    cc_uidrecord_word(c, "\nsize ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &u->before) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, CC_MBOX_SIZE_MAX, &u->after) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0)
		return CC_EPARSE;
	if (cc_uidrecord_word(c, "booted ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &u->booted) != 0 ||
	    cc_uidrecord_word(c, "\nstarts ") != 0 ||
	    cc_uidrecord_dec(c, CC_UNDO_STARTS, &starts) != 0 ||
	    cc_uidrecord_word(c, " text ") != 0 ||
	    cc_uidrecord_dec(c, UNDO_TEXT_MAX, &head) != 0 ||
	    cc_uidrecord_word(c, " sums ") != 0 ||
	    cc_uidrecord_dec(c, CC_REDO_PUT_MAX, &u->piece) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0 || u->piece < UNDO_PIECE_MIN)
		return CC_EPARSE;
	u->starts.len = (size_t)starts * sizeof(uint64_t);
	u->head.len = (size_t)head;
	return dev == (uint64_t)st.st_dev && ino == (uint64_t)st.st_ino &&
		u->before < u->after && head > 0 && head <= u->after - u->before
	    ? 0
	    : CC_EPARSE;
}

static int
parse(const struct mbox *m, struct span record, struct undo *u)
{
	struct cursor c = cc_cursor(record);
	uint64_t rest;
	int r = parse_lines(&c, m, u);

	if (r != 0)
		return r;
	rest = u->after - u->before - u->head.len;
	rest = (rest + u->piece - 1) / u->piece * sizeof(uint64_t);
	if (cc_cursor_left(&c) < u->starts.len ||
	    cc_cursor_left(&c) - u->starts.len < u->head.len ||
	    cc_cursor_left(&c) - u->starts.len - u->head.len < rest)
		return CC_EPARSE;
	u->starts.p = (const char *)c.p;
	c.p += u->starts.len;
	u->head.p = (const char *)c.p;
	u->sums = cc_span(c.p + u->head.len, (size_t)rest);
	c.p += u->head.len + rest;
	return cc_redo_check(&c, record.p);
}

/* How the file behind the old end compares with the text. */
struct found {
	bool whole;     /* all of the text is there */
	uint64_t size;  /* of the file */
	uint64_t ours;  /* up to here the octets are of the text */
	uint64_t maybe; /* up to here they may be */
};

/* The octets that are known: how many are there. */
static int
compare_head(const struct mbox *m, const struct undo *u, struct found *f)
{
	size_t len = u->head.len, got, i = 0;
	char *now = fs_get(len);
	int r = cc_fd_read_at(m->fd, u->before, now, len, &got);

	for (; r == 0 && i < got; i++) {
		if (now[i] == u->head.p[i])
			continue;
		f->whole = false;
		if (now[i] != '\0')
			break;
	}
	f->whole = f->whole && i == len;
	f->ours = f->maybe = u->before + i;
	fs_give((void **)&now);
	return r != 0 ? r : i == len;
}

static bool
all_nul(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != '\0')
			return false;
	return true;
}

/* One piece of the rest: true if the next is to be looked at. In one that is
 * neither whole nor empty the writing ended, or a delivery begins. */
static bool
compare_piece(const struct undo *u, size_t i, struct span now, size_t want,
    struct found *f)
{
	uint64_t at = f->ours;

	if (now.len == want &&
	    cc_redo_sum_of(now.p, want) == cc_redo_sum_at(u->sums, i)) {
		f->ours = f->maybe = at + want;
		return true;
	}
	f->whole = false;
	f->maybe = at + now.len;
	if (now.len > 0 && all_nul(now.p, now.len)) {
		f->ours = f->maybe;
		return now.len == want;
	}
	return false;
}

static int
compare(const struct mbox *m, const struct undo *u, struct found *f)
{
	char *now;
	size_t got;
	bool next = true;
	int r;

	f->whole = true;
	if ((r = compare_head(m, u, f)) <= 0)
		return r;
	now = fs_get((size_t)u->piece);
	r = 0;
	for (size_t i = 0; r == 0 && next && f->ours < u->after; i++) {
		uint64_t left = u->after - f->ours;
		size_t want = left < u->piece ? (size_t)left : (size_t)u->piece;

		r = cc_fd_read_at(m->fd, f->ours, now, want, &got);
		if (r == 0)
			next = compare_piece(u, i, cc_span(now, got), want, f);
	}
	fs_give((void **)&now);
	return r;
}

/* The last place up to len in text where a from-line begins that ends behind
 * it; -1 if there is none. */
static ssize_t
last_from(const char *text, size_t len, size_t len_all)
{
	const char *lf = memchr(text + len, '\n', len_all - len);
	struct mbox_from from;

	for (size_t i = len + 1; lf && i-- > 0;) {
		if (i < len && text[i] == '\n')
			break;
		if (text[i] == 'F' &&
		    cc_mbox_from_line(cc_span(text + i,
					  (size_t)(lf - text) - i),
			true, &from))
			return (ssize_t)i;
	}
	return -1;
}

/* Does a message of the append begin at this offset of its text? They are
 * written down in their order. */
static bool
is_start(const struct undo *u, uint64_t offset)
{
	size_t low = 0, high = u->starts.len / sizeof(uint64_t);
	uint64_t start;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		memcpy(&start, u->starts.p + mid * sizeof(start),
		    sizeof(start));
		if (start == offset)
			return true;
		if (start < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The first place in text, which stands at pos, where a from-line begins that
 * is not the append's; one that is quoted is. -1 if there is none. */
static ssize_t
first_from(const struct undo *u, uint64_t pos, const char *text, size_t len,
    size_t len_all)
{
	const char *lf = NULL;
	struct mbox_from from;

	for (size_t i = 0; i <= len && i < len_all; i++) {
		if (text[i] != 'F' || (i > 0 && text[i - 1] == '>') ||
		    is_start(u, pos + i - u->before))
			continue;
		if ((!lf || lf < text + i) &&
		    (lf = memchr(text + i, '\n', len_all - i)) == NULL)
			break;
		if (cc_mbox_from_line(cc_span(text + i,
					  (size_t)(lf - text) - i),
			true, &from))
			return (ssize_t)i;
	}
	return -1;
}

/*
 * Where a delivery begins that came behind a torn append. It need not begin a
 * line, for the append may have ended in the middle of one. Where it is known
 * how far the append came, the delivery's first line is the one that is not
 * the append's any more; else it is the first that may be. false if there is
 * none.
 */
static int
find_delivery(const struct mbox *m, const struct undo *u, const struct found *f,
    bool *found_r, uint64_t *pos_r)
{
	bool exact = f->ours == f->maybe;
	uint64_t from = exact ? u->before : f->ours;
	size_t len, got;
	ssize_t at;
	char *buf;
	int r;

	*found_r = false;
	if (f->maybe - from > CC_MBOX_LINE_MAX)
		from = f->maybe - CC_MBOX_LINE_MAX;
	len = (size_t)(f->maybe - from);
	buf = fs_get(len + CC_MBOX_LINE_MAX);
	r = cc_fd_read_at(m->fd, from, buf, len + CC_MBOX_LINE_MAX, &got);
	if (r == 0 && got >= len) {
		at = exact ? last_from(buf, len, got)
			   : first_from(u, from, buf, len, got);
		*found_r = at >= 0;
		*pos_r = from + (uint64_t)at;
	}
	fs_give((void **)&buf);
	return r;
}

/* Does the file end in an empty line, and was the machine started since? Then
 * it may be that the append was ended, its record came back with the power,
 * and another program took messages off the end. */
static bool
may_be_ended(const struct mbox *m, const struct undo *u, const struct found *f)
{
	int64_t booted = cc_undo_boot_time() - (int64_t)u->booted;
	char end[2];
	size_t got;

	return (booted > BOOT_SLACK || booted < -BOOT_SLACK) && f->size >= 2 &&
	    cc_fd_read_at(m->fd, f->size - 2, end, 2, &got) == 0 && got == 2 &&
	    end[0] == '\n' && end[1] == '\n';
}

/* Cuts off an append that was not ended, or takes it out from before what was
 * delivered behind it. 1 if that cannot be told apart. */
static int
take_out(struct mbox *m, const struct undo *u, const struct found *f)
{
	bool found;
	uint64_t at;
	int r;

	if (f->ours < f->size) {
		if ((r = find_delivery(m, u, f, &found, &at)) != 0)
			return r;
		if (found)
			return at == u->before
			    ? cc_redo_remove(m, true)
			    : cc_redo_close(m, u->before, at, true);
		if (f->maybe < f->size || f->ours == u->before)
			return 1;
	}
	if (may_be_ended(m, u, f))
		return cc_redo_remove(m, true);
	if (ftruncate(m->fd, (off_t)u->before) != 0 ||
	    cc_fd_datasync(m->fd) != 0)
		return cc_err_errno();
	return cc_redo_remove(m, true);
}

static int
finish(struct mbox *m, const struct undo *u)
{
	struct found f = { .whole = false };
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	f.size = (uint64_t)st.st_size;
	if (f.size <= u->before)
		return cc_redo_remove(m, true); /* it was not begun */
	if ((r = compare(m, u, &f)) != 0)
		return r;
	if (f.whole) {
		/* others may have seen it: now it must not go any more */
		r = cc_fd_datasync(m->fd);
		return r != 0 ? r : cc_redo_remove(m, true);
	}
	if ((r = take_out(m, u, &f)) <= 0)
		syslog(LOG_NOTICE,
		    "Took an interrupted append out of mailbox %.80s%s",
		    m->path, r == 0 ? "" : ": failed");
	return r;
}

int
cc_undo_recover(struct mbox *m, int dir, struct span record)
{
	struct undo u;
	int r = parse(m, record, &u);

	/* A record that is not whole was cut off before the mailbox was
	 * touched. */
	if (r == CC_EPARSE)
		return cc_redo_remove(m, true);
	if (r == 0)
		r = finish(m, &u);
	return r == 1 ? cc_redo_set_aside(m, dir) : r;
}

int
cc_undo_content(struct mbox *m, struct span record, uint64_t *end_r)
{
	struct found f = { .whole = false };
	struct undo u;
	struct stat st;
	int r = parse(m, record, &u);

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	f.size = (uint64_t)st.st_size;
	*end_r = f.size;
	if (r == CC_EPARSE || (r == 0 && f.size <= u.before))
		return 0; /* nothing was written */
	if (r != 0 || (r = compare(m, &u, &f)) != 0)
		return r;
	if (f.whole || (f.ours == f.size && may_be_ended(m, &u, &f)))
		return 0;
	if (f.ours < f.size)
		return CC_EBUSY; /* a delivery behind it is to be moved */
	*end_r = u.before;
	return 0;
}
