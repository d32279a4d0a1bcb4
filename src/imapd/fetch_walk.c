/*
 * fetch_walk.c - walking a header or text that is sent in pieces, and the
 * places in it that are kept for the next partial FETCH.
 *
 * Clients read a large text by many FETCHes of a part, often backwards. So
 * that each of them need not read it from its beginning, places are kept on
 * the way: at most FETCH_MARKS, ever wider apart. Where the mailbox changed
 * what is known of a header counts no more.
 */
#include <sys/stat.h>

#include "cc_err.h"
#include "fetch_walk.h"
#include "filestat.h"

/* Octets converted between two looks at the output's size. */
#define CHUNK (16u * 1024)

void
fetch_walk_init(struct fetch_walk *w, struct fetch_run *run)
{
	w->run = run;
	w->newline = cc_mail_newline(run->stream);
	w->span = cc_span(NULL, 0);
	w->state = 0;
	w->marking = false;
}

/* ------------------------------------------------------------------- places */

static struct fetch_mark
mark_here(const struct fetch_walk *w, uint64_t octets)
{
	return (struct fetch_mark){ octets, w->reader.pos - w->span.len,
		w->state };
}

/* Every second mark goes. */
static void
thin_marks(struct fetch_resume *resume)
{
	size_t kept = 0;

	for (size_t i = 1; i < resume->mark_count; i += 2)
		resume->marks[kept++] = resume->marks[i];
	resume->mark_count = kept;
	resume->step *= 2;
}

/* Another n octets went by. */
static void
pass_by(struct fetch_walk *w, size_t n)
{
	struct fetch_resume *resume = w->run->resume;
	size_t count = resume->mark_count;

	w->octets += n;
	if (w->octets <
	    (count ? resume->marks[count - 1].octets : 0) + resume->step)
		return;
	if (count == FETCH_MARKS)
		thin_marks(resume);
	else
		resume->marks[resume->mark_count++] = mark_here(w, w->octets);
}

/* The last place known that is not behind start, or NULL. */
static const struct fetch_mark *
find_mark(const struct fetch_resume *resume, uint64_t start)
{
	const struct fetch_mark *found = NULL;

	for (size_t i = 0; i < resume->mark_count; i++)
		if (resume->marks[i].octets <= start)
			found = &resume->marks[i];
	if (resume->last.octets <= start &&
	    (!found || found->octets < resume->last.octets))
		found = &resume->last;
	return found;
}

/* Begins with a text of which places are kept. */
static void
begin_marks(const struct fetch_walk *w, struct fetch_resume *resume)
{
	if (resume->uid != w->run->record.uid)
		*resume = (struct fetch_resume){ .uid = w->run->record.uid };
	resume->pos = w->reader.pos;
	resume->last = mark_here(w, 0);
	resume->step = FETCH_MARK_STEP;
	resume->mark_count = 0;
}

uint64_t
fetch_walk_take_up(struct fetch_walk *w, bool partial, uint64_t start)
{
	struct fetch_resume *resume = w->run->resume;
	const struct fetch_mark *mark;

	if (!partial)
		return start;
	if (resume->uid != w->run->record.uid || resume->pos != w->reader.pos)
		begin_marks(w, resume);
	w->marking = true;
	w->octets = 0;
	if ((mark = find_mark(resume, start)) == NULL)
		return start;
	w->octets = mark->octets;
	w->reader.pos = mark->at;
	w->state = mark->state;
	return start - mark->octets;
}

void
fetch_walk_keep(const struct fetch_walk *w, uint64_t octets)
{
	w->run->resume->last = mark_here(w, octets);
}

static struct fetch_stamp
stamp_of(MAILSTREAM *stream)
{
	const char *path = cc_mail_watch(stream);
	struct stat st;

	if (!path || stat(path, &st) != 0)
		return (struct fetch_stamp){ .known = false };
	return (struct fetch_stamp){ true, st.st_ino, st.st_size, st.st_mtim,
		st.st_ctim };
}

static bool
same_stamp(const struct fetch_stamp *a, const struct fetch_stamp *b)
{
	return a->known && b->known && a->ino == b->ino && a->size == b->size &&
	    is_same_time(&a->mtime, &b->mtime) &&
	    is_same_time(&a->ctime, &b->ctime);
}

void
fetch_walk_check(struct fetch_run *run, uint64_t pos)
{
	struct fetch_resume *resume = run->resume;
	struct fetch_stamp now = stamp_of(run->stream);

	if (resume->uid != run->record.uid)
		*resume = (struct fetch_resume){ .uid = run->record.uid };
	if (!same_stamp(&now, &resume->stamp)) {
		resume->header_octets = 0;
		if (resume->pos == pos)
			resume->pos = UINT64_MAX;
	}
	resume->stamp = now;
}

/* ------------------------------------------------------------------ walking */

int
fetch_walk_move(struct fetch_walk *w, enum fetch_walk_to to, uint64_t want,
    uint64_t *done_r)
{
	struct strbuf *b = to == AWAY ? &w->run->scratch : &w->run->out->buf;
	int more = 1;

	*done_r = 0;
	while (*done_r < want) {
		size_t room =
		    want - *done_r < CHUNK ? (size_t)(want - *done_r) : CHUNK;
		size_t n;
		char *p;

		if (w->span.len == 0 && more > 0 &&
		    (more = cc_mail_next(&w->reader, &w->span)) < 0)
			return more;
		if (!(p = cc_strbuf_room(b, room)))
			return CC_ELIMIT;
		n = w->run->has_nul
		    ? cc_mail_convert_binary(w->newline, &w->span, p, room,
			  &w->state)
		    : cc_mail_convert(w->newline, &w->span, p, room, &w->state);
		/* At the end half of a line end may still have come. */
		if (n == 0 && more == 0)
			return 0;
		*done_r += n;
		if (w->marking)
			pass_by(w, n);
		if (to == AWAY)
			continue;
		cc_strbuf_claim(b, n);
		if (!output_check(w->run->out))
			return CC_ECLOSED;
	}
	return 0;
}

int
fetch_walk_exactly(struct fetch_walk *w, enum fetch_walk_to to, uint64_t want)
{
	uint64_t done;
	int r = fetch_walk_move(w, to, want, &done);

	if (r == 0 && done != want)
		r = CC_ECHANGED;
	return r;
}
