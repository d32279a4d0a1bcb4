/*
 * unix_fast.c - the unix driver's way to records and spans for our own
 * programs (mail_fast.h).
 *
 * Nothing is locked for reading: what others moved meanwhile is noticed, and
 * looked for again, also in the middle of a text. Flags wait in the session
 * until fast_flush().
 */
#include "mail.h"
#include "cc_err.h"
#include "mboxfile.h"
#include "unix_inner.h"

static int fast_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r);
static int fast_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r);
static int fast_date(MAILSTREAM *stream, unsigned long msgno,
    struct imap_date *date_r);
static int fast_locate(MAILSTREAM *stream, unsigned long msgno,
    enum mail_what what, uint64_t *pos_r, uint64_t *end_r);
static int fast_next(struct mail_reader *reader, struct span *span_r);
static int fast_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value);
static int fast_flush(MAILSTREAM *stream, bool sync);
static const char *fast_watch(MAILSTREAM *stream);
static void fast_rest(MAILSTREAM *stream);

const struct cc_driver_fast cc_unix_fast = {
	.record = fast_record,
	.size = fast_size,
	.date = fast_date,
	.locate = fast_locate,
	.next = fast_next,
	.store = fast_store,
	.flush = fast_flush,
	.watch = fast_watch,
	.rest = fast_rest,
	.newline = MIME_LF,
};

/* The message, or NULL if there is no such number. */
static struct mbox_msg *
msg_of(MAILSTREAM *stream, unsigned long msgno)
{
	struct mbox *m = cc_unix_mbox(stream);

	return m && msgno > 0 && msgno <= m->index.count
	    ? &m->index.msgs[msgno - 1]
	    : NULL;
}

static int
fast_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);

	if (!msg)
		return CC_ENOENT;
	*record_r = (struct mail_record){ msg->uid, msg->flags & MBOX_SYSTEM,
		msg->keywords };
	return 0;
}

static int
fast_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);

	if (!msg)
		return CC_ENOENT;
	*size_r = msg->size;
	return 0;
}

static int
fast_date(MAILSTREAM *stream, unsigned long msgno, struct imap_date *date_r)
{
	struct mbox *m = cc_unix_mbox(stream);
	uint32_t i = (uint32_t)(msgno - 1);
	int r, tries = 0;

	if (!msg_of(stream, msgno))
		return CC_ENOENT;
	do
		r = cc_mbox_date(m, i, date_r);
	while (r == CC_ECHANGED && cc_mbox_find_again(m, i, &tries));
	return r;
}

static int
fast_locate(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    uint64_t *pos_r, uint64_t *end_r)
{
	struct mbox *m = cc_unix_mbox(stream);
	uint32_t i = (uint32_t)(msgno - 1);
	struct mbox_place place;
	int r, tries = 0;

	if (!msg_of(stream, msgno))
		return CC_ENOENT;
	do /* others may have moved it, and move it again */
		r = cc_mbox_locate_read(m, i, &place);
	while (r == CC_ECHANGED && cc_mbox_find_again(m, i, &tries));
	if (r != 0)
		return r;
	*pos_r = what == MAIL_HEADER ? place.header : place.text;
	*end_r = what == MAIL_HEADER ? place.text : place.end;
	return 0;
}

/* Others have moved message i, of which the reader read at `was'. Goes on
 * where the same octets are now; false if that cannot be. */
static bool
follow(struct mbox *m, uint32_t i, const struct mbox_place *was,
    struct mail_reader *reader)
{
	struct mbox_place now;
	int r, tries = 0;

	if (!reader->follow || reader->in_header || !was->known ||
	    was->i != i || reader->pos < was->text || reader->end > was->end ||
	    !cc_mbox_find_again(m, i, &tries))
		return false;
	do
		r = cc_mbox_locate(m, i, &now);
	while (r == CC_ECHANGED && cc_mbox_find_again(m, i, &tries));
	if (r != 0 || now.end - now.text != was->end - was->text)
		return false;
	reader->pos = now.text + (reader->pos - was->text);
	reader->end = now.text + (reader->end - was->text);
	return true;
}

static int
fast_next(struct mail_reader *reader, struct span *span_r)
{
	struct mbox *m = cc_unix_mbox(reader->stream);
	uint32_t i = (uint32_t)(reader->msgno - 1);
	struct mbox_place was;
	int r;

	if (!msg_of(reader->stream, reader->msgno))
		return CC_ENOENT;
	do {
		was = m->place;
		r = cc_mbox_next(m, i, reader->in_header, &reader->pos,
		    reader->end, span_r);
	} while (r == CC_ECHANGED && follow(m, i, &was, reader));
	return r;
}

static int
fast_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value)
{
	const struct mbox_msg *msg = msg_of(stream, msgno);
	struct mbox *m = cc_unix_mbox(stream);

	if (!msg)
		return CC_ENOENT;
	if (m->dead)
		return CC_ECHANGED;
	cc_mbox_adopt_keywords(m, stream);
	cc_mbox_store(m, (uint32_t)(msgno - 1),
	    (msg->flags & ~mask) | (value & mask),
	    (msg->keywords & ~keyword_mask) | (keyword_value & keyword_mask));
	return 0;
}

static int
fast_flush(MAILSTREAM *stream, bool sync)
{
	struct mbox *m = cc_unix_mbox(stream);

	return m ? cc_mbox_flush(m, sync) : 0;
}

static const char *
fast_watch(MAILSTREAM *stream)
{
	return cc_unix_mbox(stream)->path;
}

static void
fast_rest(MAILSTREAM *stream)
{
	cc_mbox_rest(cc_unix_mbox(stream));
}
