/*
 * test_mboxfile_append.h - appending to the mailbox of a test, and what the
 * driver tells about it.
 */
#ifndef TEST_MBOXFILE_APPEND_H
#define TEST_MBOXFILE_APPEND_H

#include "cc_fn.h"
#include "mail_string.h"
#include "test_unix.h"

#define DATE "05-Mar-2024 09:04:00 +0000"
#define JAM                                                                    \
	"Subject: jam\r\nFrom: Cy <cy@mail.example>\r\n\r\nTwo jars.\r\n"      \
	"From me to you.\r\n"

/* What SET_APPENDUID and SET_COPYUID were told last. */
static struct {
	unsigned calls;
	unsigned long uidvalidity, first, last, source;
	unsigned sources;
} told;

static inline void
told_append(char *mailbox, unsigned long uidvalidity, SEARCHSET *set)
{
	(void)mailbox;
	told.calls++;
	told.uidvalidity = uidvalidity;
	told.first = set->first;
	told.last = set->last ? set->last : set->first;
	assert_null(set->next);
}

static inline void
told_copy(MAILSTREAM *stream, char *mailbox, unsigned long uidvalidity,
    SEARCHSET *source, SEARCHSET *dest)
{
	(void)stream;
	told_append(mailbox, uidvalidity, dest);
	told.source = source->first;
	for (told.sources = 0; source; source = source->next)
		told.sources += source->last
		    ? (unsigned)(source->last - source->first) + 1
		    : 1;
}

static inline void
listen(void)
{
	memset(&told, 0, sizeof(told));
	mail_parameters(NIL, SET_APPENDUID,
	    cc_fn_to_ptr((void (*)(void))told_append));
	mail_parameters(NIL, SET_COPYUID,
	    cc_fn_to_ptr((void (*)(void))told_copy));
}

static inline long
append_to(const char *name, const char *text, size_t len, const char *flags_,
    const char *date)
{
	STRING s;

	INIT(&s, mail_string, (void *)text, len);
	told.calls = 0;
	return mail_append_full(NIL, (char *)name, (char *)flags_, (char *)date,
	    &s);
}

static inline long
append(const char *text)
{
	return append_to("box", text, strlen(text), NIL, DATE);
}

/* Many at once. */
struct batch {
	const char *const *texts;
	size_t next, count;
	long end; /* what the program says behind the last one */
	STRING s;
};

static inline long
give_next(MAILSTREAM *stream, void *data, char **flags_, char **date,
    STRING **message)
{
	struct batch *b = data;

	(void)stream;
	*flags_ = NIL;
	*date = (char *)DATE;
	*message = NIL;
	if (b->next == b->count)
		return b->end;
	INIT(&b->s, mail_string, (void *)b->texts[b->next],
	    strlen(b->texts[b->next]));
	b->next++;
	*message = &b->s;
	return LONGT;
}

static inline long
append_all(const char *const *texts, size_t n, long how_it_ends)
{
	struct batch b = { texts, 0, n, how_it_ends, { 0 } };

	told.calls = 0;
	return mail_append_multiple(NIL, (char *)"box", give_next, &b);
}

/* The mailbox had n messages, and UIDs up to last: it goes on behind them. The
 * session that it leaves open has one more. */
static inline MAILSTREAM *
append_behind(unsigned long n, unsigned long last)
{
	MAILSTREAM *s;

	assert_int_equal(append(JAM), LONGT);
	assert_true(told.first > last);
	s = open_box(NIL);
	assert_int_equal(s->nmsgs, n + 1);
	assert_int_equal(uid(s, s->nmsgs), told.first);
	expect_text(s, s->nmsgs, "Two jars.\n>From me to you.\n");
	return s;
}

#endif
