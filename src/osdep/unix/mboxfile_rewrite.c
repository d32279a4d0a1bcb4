/*
 * mboxfile_rewrite.c - bringing everything that the session knows into the
 * file: flags, UIDs, keywords (formats/unix.md section 5), where that moves
 * octets; and taking messages out of it.
 *
 * In place, since others hold the file by its inode; under all locks; from
 * the end to the beginning (mboxfile_move.c), or the other way where nothing
 * grows (mboxfile_shrink.c), in steps that a kill or a power failure cannot
 * leave half done. Messages that say what they should keep
 * their octets. What a message is, header and text, is never changed, only
 * line ends that it lacks at its end are supplied.
 */
#include <sys/stat.h>
#include <time.h>

#include "cc_limits.h"
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_say.h"
#include "fdio.h"
#include "mail.h"
#include "mboxfile.h"
#include "mboxfile_changes.h"
#include "mboxfile_move.h"
#include "mboxfile_pseudo.h"
#include "mboxfile_remade.h"
#include "mboxfile_shrink.h"
#include "strbuf.h"

/* Octets behind the last message that are looked at to see if they are only
 * white space, which is dropped. */
#define TAIL_MAX 4096

/* Where there is no room for the record of a step: how much shorter the next
 * try is, and the least that is tried. */
#define STEP_LESS 16
#define STEP_LEAST (4u * 1024)

/* The new form of a message, but for its text, which is copied. */
struct form {
	struct strbuf head; /* from-line to empty line */
	struct mbox_place at;
	uint64_t text_end; /* with the separator that is there */
	const char *tail;  /* line ends that are missing */
};

static bool
is_there(const struct mbox_msg *msg)
{
	return !(msg->flags & MBOX_GONE);
}

/* The first message that stays in the file, or count. */
static uint32_t
first_there(const struct mbox_index *index)
{
	uint32_t i = 0;

	while (i < index->count && !is_there(&index->msgs[i]))
		i++;
	return i;
}

/* `O' for all messages, or where it is there already. */
static unsigned
old_flag(const struct mbox *m)
{
	return m->hidden ? 0 : fOLD;
}

/* Does the message lack something in the file? */
static bool
is_wanting(const struct mbox *m, const struct mbox_msg *msg)
{
	unsigned lacks = MBOX_DIRTY | MBOX_OPEN_HEADER | MBOX_OPEN_LINE;

	if (!cc_mbox_is_plain(m))
		lacks |= MBOX_NO_UID;
	return is_there(msg) &&
	    ((msg->flags & lacks) != 0 ||
		(!m->hidden && !(msg->flags & MBOX_OLD_THERE)));
}

/* Does the file say UIDs, which are those of the session? */
static bool
says_uids(const struct mbox *m)
{
	return !cc_mbox_is_plain(m) && m->file_uidvalidity != 0 &&
	    m->file_uidvalidity == m->index.uidvalidity;
}

/* Of a rewrite of few messages: those whose flags wait for it, and in a file
 * with UIDs those that have none, or who comes next would give them others. */
static bool
is_late(const struct mbox *m, const struct mbox_msg *msg)
{
	unsigned lacks = says_uids(m) ? MBOX_DIRTY | MBOX_NO_UID : MBOX_DIRTY;

	return is_there(msg) && (msg->flags & lacks) != 0;
}

static uint32_t
first_late(const struct mbox *m)
{
	uint32_t i = 0;

	while (i < m->index.count && !is_late(m, &m->index.msgs[i]))
		i++;
	return i;
}

uint64_t
cc_mbox_rewrite_from(const struct mbox *m)
{
	uint32_t i = first_late(m);

	return i < m->index.count ? m->index.msgs[i].pos : m->index.end;
}

/* Does the front lack something: UIDVALIDITY, last UID, keywords? */
static bool
is_front_wanting(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;

	return !cc_mbox_is_plain(m) &&
	    (m->file_uidvalidity != index->uidvalidity ||
		index->uid_base != index->uid_last ||
		m->keywords_there !=
		    (uint32_t)(((uint64_t)1 << index->keywords.count) - 1));
}

bool
cc_mbox_needs_rewrite(const struct mbox *m)
{
	const struct mbox_index *index = &m->index;
	uint32_t first = first_there(index);

	if (first == index->count && !index->pseudo)
		return false; /* there is nothing to write it to */
	if (is_front_wanting(m))
		return true;
	for (uint32_t i = first; i < index->count; i++)
		if (is_wanting(m, &index->msgs[i]))
			return true;
	return false;
}

/* --------------------------------------------------------------------- form */

/* The block of section 5, with all that the session knows. */
static void
put_block(const struct mbox *m, uint32_t i, bool base, struct strbuf *out)
{
	const struct mbox_index *index = &m->index;
	const struct mbox_msg *msg = &index->msgs[i];
	uint32_t keywords = msg->keywords;
	size_t start = out->len;

	if (m->few && !base)
		keywords &= m->keywords_there;
	if (cc_mbox_is_plain(m)) {
		cc_mbox_put_flags(out, msg->flags | old_flag(m));
		return;
	}
	if (base)
		cc_mbox_put_base(out, "X-IMAPbase", 0, index->uidvalidity,
		    index->uid_last, &index->keywords);
	cc_mbox_put_status(out, msg->flags | old_flag(m), keywords,
	    &index->keywords, start, base ? CC_MBOX_PAD_BASE : CC_MBOX_PAD);
	if (!m->few || says_uids(m)) /* else it would not be believed */
		cc_strbuf_printf(out, "X-UID: %lu\n", (unsigned long)msg->uid);
}

/* From-line and header as clients see it, without the empty line. */
static int
read_head(struct mbox *m, uint32_t i, const struct mbox_place *at,
    struct strbuf *out)
{
	uint64_t pos = at->from;
	struct span s;
	int r;

	while ((r = cc_mbox_next_from(m, at, &pos, &s)) > 0)
		cc_strbuf_put_span(out, s);
	if (r < 0)
		return r;
	while ((r = cc_mbox_next(m, i, true, &pos, at->empty, &s)) > 0)
		cc_strbuf_put_span(out, s);
	return r < 0 ? r : cc_strbuf_status(out);
}

/* The empty line behind the head as it is; "\n" where there is none yet. */
static int
put_empty_line(struct mbox *m, uint32_t i, const struct mbox_place *at,
    struct strbuf *out)
{
	uint64_t pos = at->empty;
	struct span s;
	int r;

	while ((r = cc_mbox_next(m, i, false, &pos, at->text, &s)) > 0)
		cc_strbuf_put_span(out, s);
	if (m->index.msgs[i].flags & MBOX_OPEN_HEADER)
		cc_strbuf_putc(out, '\n');
	return r < 0 ? r : cc_strbuf_status(out);
}

/* The new form of message i: 1, 0 if its header is too long for us, or
 * negative. */
static int
make_form(struct mbox *m, uint32_t i, bool base, struct form *f)
{
	unsigned flags = m->index.msgs[i].flags;
	int r;

	cc_strbuf_reset(&f->head);
	if ((r = cc_mbox_locate(m, i, &f->at)) != 0)
		return r;
	f->text_end = cc_mbox_msg_end(&m->index, i);
	f->tail = "";
	if (!(flags & MBOX_SEPARATOR))
		f->tail =
		    (flags & MBOX_OPEN_LINE) && !(flags & MBOX_OPEN_HEADER)
		    ? "\n\n"
		    : "\n";
	if ((r = read_head(m, i, &f->at, &f->head)) == 0) {
		if (f->head.len > 0 && f->head.data[f->head.len - 1] != '\n')
			cc_strbuf_putc(&f->head, '\n');
		put_block(m, i, base, &f->head);
		r = put_empty_line(m, i, &f->at, &f->head);
	}
	return r == CC_ELIMIT ? 0 : r < 0 ? r : 1;
}

/* --------------------------------------------------------------------- plan */

/* What the rewrite will do to the length of the file. */
struct plan {
	bool base;            /* the first message carries X-IMAPbase */
	uint32_t first;       /* first message that stays */
	uint32_t stop;        /* messages before this one are not touched */
	uint64_t begin;       /* where it lies: what is before goes */
	uint64_t tail;        /* octets up to here stay */
	struct strbuf pseudo; /* the new internal-data message, or empty */
	int64_t growth;       /* so far, from the beginning */
	int64_t lowest;       /* least growth at any place */
	int64_t highest;      /* most; 0 if it never grows */
	bool begun;           /* some step was done, or has its record */
	struct mbox_index *remade; /* what the file will be, if that is known */
};

static bool
is_rewritten(const struct mbox *m, const struct plan *p, uint32_t i)
{
	if (m->few)
		return is_late(m, &m->index.msgs[i]);
	return is_wanting(m, &m->index.msgs[i]) || (p->base && i == p->first);
}

static void
plan_growth(struct plan *p, uint64_t old, uint64_t new)
{
	p->growth += (int64_t) new - (int64_t)old;
	if (p->growth < p->lowest)
		p->lowest = p->growth;
	if (p->growth > p->highest)
		p->highest = p->growth;
}

/* White space behind the last message goes, anything else stays. */
static int
plan_tail(struct mbox *m, struct plan *p, uint64_t size)
{
	char buf[TAIL_MAX];
	size_t got;
	int r;

	p->tail = size;
	if (size - m->index.end > sizeof(buf))
		return 0;
	r = cc_fd_read_at(m->fd, m->index.end, buf,
	    (size_t)(size - m->index.end), &got);
	if (r != 0)
		return r;
	if (cc_span_trim(cc_span(buf, got)).len == 0)
		p->tail = m->index.end;
	return 0;
}

/* From position from on, up to the end of message i. */
static int
plan_message(struct mbox *m, struct plan *p, uint32_t i, uint64_t from,
    struct form *f)
{
	int r = make_form(m, i, p->base && i == p->first, f);
	uint64_t head;

	if (r < 0)
		return r;
	if (r == 0 || f->tail[0])
		cc_mbox_remade_forget(&p->remade);
	head = r == 1 ? f->head.len : f->at.text - f->at.from;
	plan_growth(p, f->at.text - from, head);
	plan_growth(p, 0, strlen(f->tail));
	return 0;
}

/*
 * What the mailbox itself must remember goes into the first message. It has a
 * message of its own if it had one before, if no other is left, or if the one
 * that is first now has too long a header: that may hold lines of a stranger,
 * which would count there. A plain mailbox remembers nothing.
 */
static int
plan_front(struct mbox *m, struct plan *p, struct form *f)
{
	const struct mbox_index *index = &m->index;
	int r = 1;

	if (m->few) { /* the front stays, but for what the first one has */
		p->stop = first_late(m);
		p->base = p->stop == p->first && says_uids(m) && !index->pseudo;
		return 0;
	}
	if (cc_mbox_is_plain(m)) {
		plan_growth(p, p->begin, 0);
		return 0;
	}
	p->base = !index->pseudo && p->first < index->count;
	if (p->base && p->begin > 0 &&
	    (r = make_form(m, p->first, true, f)) < 0)
		return r;
	if (r == 0)
		p->base = false;
	if (p->base)
		return plan_message(m, p, p->first, 0, f);
	cc_mbox_put_pseudo(&p->pseudo, time(NULL), true, index->uidvalidity,
	    index->uid_last, &index->keywords);
	plan_growth(p, p->begin, p->pseudo.len);
	return cc_strbuf_status(&p->pseudo);
}

/* Where message i will begin, and what it will say there; what comes before it
 * is planned already. */
static void
note_remade(const struct mbox *m, struct plan *p, uint32_t i)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	bool again = is_rewritten(m, p, i);
	uint64_t pos = msg->pos + (uint64_t)p->growth;

	if (i == p->first)
		pos = p->pseudo.len;
	if (p->remade)
		cc_mbox_remade_add(&p->remade, msg, pos,
		    again ? msg->flags | old_flag(m)
			  : (msg->flags & ~(unsigned)fOLD) |
			    (msg->flags & MBOX_OLD_THERE ? fOLD : 0),
		    again);
}

static int
plan(struct mbox *m, struct plan *p, uint64_t size, struct form *f)
{
	const struct mbox_index *index = &m->index;
	int r;

	p->remade = cc_mbox_remade_new(m);
	p->first = p->stop = first_there(index);
	p->begin =
	    p->first < index->count ? index->msgs[p->first].pos : index->end;
	if ((r = plan_front(m, p, f)) != 0)
		return r;
	for (uint32_t i = p->first; i < index->count; i++) {
		uint64_t pos = index->msgs[i].pos;

		if (is_there(&index->msgs[i]))
			note_remade(m, p, i);
		if (!is_there(&index->msgs[i]))
			plan_growth(p, cc_mbox_msg_end(index, i) - pos, 0);
		else if ((m->few || !p->base || i != p->first) &&
		    is_rewritten(m, p, i) &&
		    (r = plan_message(m, p, i, pos, f)) != 0)
			return r;
	}
	if ((r = plan_tail(m, p, size)) == 0)
		plan_growth(p, size - p->tail, 0);
	if (p->tail != index->end)
		cc_mbox_remade_forget(&p->remade);
	if (p->remade)
		p->remade->end = size + (uint64_t)p->growth;
	return r;
}

/* --------------------------------------------- from the end to the front */

/* What cannot be in the file is not lost without a word. */
static void
complain_flags(const struct mbox *m, uint32_t i)
{
	if (!(m->index.msgs[i].flags & MBOX_DIRTY))
		return;
	cc_say(WARN, "Can't save flags of message %lu: its header is too long",
	    (unsigned long)i + 1);
}

static int
move_message(struct mbox *m, const struct plan *p, uint32_t i, struct form *f,
    struct mover *v)
{
	const struct mbox_msg *msg = &m->index.msgs[i];
	int r;

	if (!is_rewritten(m, p, i))
		return cc_move_copy(v, msg->pos);
	if ((r = make_form(m, i, p->base && i == p->first, f)) < 0)
		return r;
	if (r == 0) {
		complain_flags(m, i);
		if ((r = cc_move_put(v, cc_span_z(f->tail))) != 0 ||
		    (r = cc_move_copy(v, f->at.from)) != 0)
			return r;
		cc_move_drop(v, msg->pos);
		return 0;
	}
	if ((r = cc_move_put(v, cc_span_z(f->tail))) != 0 ||
	    (r = cc_move_copy(v, f->at.text)) != 0 ||
	    (r = cc_move_put(v, cc_strbuf_span(&f->head))) != 0)
		return r;
	cc_move_drop(v, msg->pos);
	m->index.msgs[i].noted = 1;
	return 0;
}

static int
move_all(struct mbox *m, struct plan *p, uint64_t size, struct form *f)
{
	uint64_t room = (uint64_t)(p->growth - p->lowest);
	struct mover v;
	int r = 0;

	cc_move_begin(&v, m, size, room);
	if (p->tail == size)
		r = cc_move_copy(&v, m->index.end);
	else
		cc_move_drop(&v, m->index.end);
	for (uint32_t i = m->index.count; r == 0 && i-- > p->stop;)
		if (is_there(&m->index.msgs[i]))
			r = move_message(m, p, i, f, &v);
		else
			cc_move_drop(&v, m->index.msgs[i].pos);
	if (r == 0 && !m->few && !p->base)
		r = cc_move_put(&v, cc_strbuf_span(&p->pseudo));
	if (r == 0 && !m->few && (!p->base || p->begin > 0))
		cc_move_drop(&v, 0);
	if (r == 0)
		r = cc_move_end(&v);
	p->begun = v.recorded || (r != 0 && cc_redo_found(m));
	cc_move_free(&v);
	return r;
}

/* --------------------------------------------- from the front to the end */

static int
shrink_message(struct mbox *m, const struct plan *p, uint32_t i, struct form *f,
    struct shrinker *v)
{
	int r;

	if (!is_rewritten(m, p, i))
		return cc_shrink_copy(v, cc_mbox_msg_end(&m->index, i));
	if ((r = make_form(m, i, p->base && i == p->first, f)) < 0)
		return r;
	if (r == 0)
		complain_flags(m, i);
	cc_shrink_drop(v, r == 0 ? f->at.from : f->at.text);
	m->index.msgs[i].noted = r == 1;
	if (r == 1 && (r = cc_shrink_put(v, cc_strbuf_span(&f->head))) != 0)
		return r;
	if ((r = cc_shrink_copy(v, f->text_end)) == 0)
		r = cc_shrink_put(v, cc_span_z(f->tail));
	return r;
}

static int
shrink_front(const struct mbox *m, const struct plan *p, struct shrinker *v)
{
	if (m->few)
		return cc_shrink_copy(v, p->begin);
	cc_shrink_drop(v, p->begin);
	return p->base ? 0 : cc_shrink_put(v, cc_strbuf_span(&p->pseudo));
}

static int
shrink_all(struct mbox *m, struct plan *p, uint64_t size, struct form *f)
{
	struct shrinker v;
	int r;

	cc_shrink_begin(&v, m, size);
	r = shrink_front(m, p, &v);
	for (uint32_t i = p->first; r == 0 && i < m->index.count; i++)
		if (is_there(&m->index.msgs[i]))
			r = shrink_message(m, p, i, f, &v);
		else
			cc_shrink_drop(&v, cc_mbox_msg_end(&m->index, i));
	if (r == 0 && p->tail == size)
		r = cc_shrink_copy(&v, size);
	else
		cc_shrink_drop(&v, size);
	if (r == 0)
		r = cc_shrink_end(&v);
	p->begun = v.recorded || (r != 0 && cc_redo_found(m));
	cc_shrink_free(&v);
	return r;
}

/* The change list may be on the disk that has no room for a record. It can be
 * done without. */
static void
make_room(const struct mbox *m)
{
	struct stat st;

	if (fstat(m->fd, &st) == 0)
		cc_changes_remove(&st);
}

/* A disk that has no room for the record of a large step may have it for that
 * of a small one, of which there are many. */
static int
carry_out(struct mbox *m, struct plan *p, uint64_t size, struct form *f)
{
	size_t step_max = m->step_max;
	int r;

	for (;;) {
		r = p->highest > 0 ? move_all(m, p, size, f)
				   : shrink_all(m, p, size, f);
		if (r == CC_ELIMIT && m->step_max != step_max)
			r = CC_ENOSPACE; /* a header that is no small step */
		/* what was begun has another plan */
		if (r != CC_ENOSPACE || p->begun ||
		    cc_redo_put_max(m) <= STEP_LEAST)
			break;
		make_room(m);
		m->step_max = cc_redo_put_max(m) / STEP_LESS;
		if (m->step_max < STEP_LEAST)
			m->step_max = STEP_LEAST;
	}
	m->step_max = step_max;
	return r;
}

static int
rewrite(struct mbox *m)
{
	struct plan p = { .base = false };
	struct mbox_stamp after;
	struct form f;
	struct stat st;
	int r;

	if (fstat(m->fd, &st) != 0)
		return CC_EIO;
	cc_strbuf_init(&p.pseudo, CC_MBOX_HEAD);
	cc_strbuf_init(&f.head, CC_MBOX_HEAD);
	m->writing = true;
	r = plan(m, &p, (uint64_t)st.st_size, &f);
	if (r == 0)
		r = carry_out(m, &p, (uint64_t)st.st_size, &f);
	m->writing = false;
	if (r == 0)
		(void)cc_mbox_set_times(m, false, &after);
	for (uint32_t i = 0; r != 0 && i < m->index.count; i++)
		m->index.msgs[i].noted = 0;
	if (r == 0)
		m->remade = p.remade;
	else
		cc_mbox_remade_forget(&p.remade);
	cc_strbuf_free(&p.pseudo);
	cc_strbuf_free(&f.head);
	return r;
}

int
cc_mbox_rewrite(struct mbox *m)
{
	m->few = false;
	return rewrite(m);
}

int
cc_mbox_rewrite_few(struct mbox *m)
{
	int r;

	m->few = true;
	r = rewrite(m);
	m->few = false;
	return r;
}
