/*
 * test_mboxfile_sources.c - where the messages of an append come from:
 * programs' own STRINGs, whole or broken, and callbacks that give up. What is
 * refused leaves the mailbox as it was.
 */
#include "fdstring.h"
#include "test_mboxfile_append.h"

#define OLD                                                                    \
	FROM "X-IMAPbase: 1709629200 0000000007 Work\n"                        \
	     "X-UID: 7\nSubject: old\n\nold\n\n"

/* A program's own STRING: a window of some octets on text, of which not all
 * that it promises need be there. */
struct source {
	const char *text;
	size_t there;  /* octets that it has */
	size_t window; /* octets at a time */
	unsigned loads;
};

static void
source_setpos(STRING *s, unsigned long i)
{
	struct source *from = s->data;
	size_t left = i < from->there ? from->there - i : 0;

	s->chunk = s->curpos = (char *)from->text + (left ? i : from->there);
	s->offset = i;
	s->cursize = left < from->window ? left : from->window;
	from->loads++;
	assert_true(from->loads < 10000);
}

static char
source_next(STRING *s)
{
	char c = *s->curpos;

	source_setpos(s, GETPOS(s) + 1);
	return c;
}

static void
source_init(STRING *s, void *data, unsigned long size)
{
	s->data = data;
	s->size = s->chunksize = size;
	source_setpos(s, 0);
}

static STRINGDRIVER source_string = { source_init, source_next, source_setpos };

static void
begin_sources(void)
{
	begin();
	mail_parameters(NIL, SET_LOCALHOST, (void *)"mail.example");
	listen();
	box(OLD);
}

static long
append_source(struct source *from, unsigned long size)
{
	STRING s;

	from->loads = 0;
	INIT(&s, source_string, from, size);
	return mail_append_full(NIL, (char *)"box", NIL, (char *)DATE, &s);
}

/* In windows of any size it is the same message. */
static void
test_windows(void **state)
{
	(void)state;
	for (size_t window = 1; window <= strlen(JAM) + 1; window++) {
		struct source from = { JAM, strlen(JAM), window, 0 };

		begin_sources();
		assert_int_equal(append_source(&from, strlen(JAM)), LONGT);
		assert_int_equal(told.first, 8);
		mail_close(append_behind(2, 8));
		end();
	}
}

/* Less is there than was said, whatever that is. */
static void
test_short(void **state)
{
	static const unsigned long more[] = { 1, 2, 1000, 1ul << 31, 1ul << 32,
		1ul << 62 };

	(void)state;
	begin_sources();
	for (size_t there = 0; there < strlen(JAM); there += 7)
		for (size_t k = 0; k < COUNT(more); k++) {
			struct source from = { JAM, there, 5, 0 };

			test_callbacks_reset();
			assert_int_equal(append_source(&from, there + more[k]),
			    NIL);
			expect_log("message is shorter than its size");
			box_is(OLD);
		}
	assert_int_equal(told.calls, 0);
	mail_close(append_behind(1, 7));
	end();
}

/* A part of a STRING that was read already is not appended. */
static void
test_from_the_middle(void **state)
{
	const char text[] = "not this\r\n" JAM;
	MAILSTREAM *m;
	STRING s;

	(void)state;
	begin_sources();
	INIT(&s, mail_string, (void *)text, strlen(text));
	SETPOS(&s, 10);
	assert_int_equal(mail_append_full(NIL, (char *)"box", NIL, (char *)DATE,
			     &s),
	    LONGT);
	m = open_box(NIL);
	assert_int_equal(m->nmsgs, 2);
	expect_text(m, 2, "Two jars.\n>From me to you.\n");
	mail_close(m);
	end();
}

static long
append_file(FDDATA *d, size_t size)
{
	STRING s;

	INIT(&s, fd_string, d, size);
	return mail_append_full(NIL, (char *)"box", NIL, (char *)DATE, &s);
}

/* Out of a file, by a window of the program's; out of one that was cut off
 * since, or that cannot be read: never are its octets replaced by others. */
static void
test_file(void **state)
{
	const size_t len = strlen(JAM);
	char chunk[16];
	FDDATA d = { .chunk = chunk, .chunksize = sizeof(chunk) };

	(void)state;
	begin_sources();
	tmpdir_write(&tmp, "home/text", JAM, len);
	d.fd = open(tmpdir_path(&tmp, "home/text"), O_WRONLY);
	assert_int_equal(append_file(&d, len), NIL);
	expect_log("message is shorter than its size");
	close(d.fd);
	d.fd = open(tmpdir_path(&tmp, "home/text"), O_RDWR);
	assert_int_equal(append_file(&d, len + 1), NIL);
	box_is(OLD);
	assert_int_equal(append_file(&d, len), LONGT);
	for (off_t size = 40; size >= 0; size -= 8) {
		assert_int_equal(ftruncate(d.fd, size), 0);
		assert_int_equal(append_file(&d, len), NIL);
	}
	close(d.fd);
	mail_close(append_behind(2, 8));
	end();
}

/* --------------------------------------------------------------- callbacks */

enum gift { GOOD, EMPTY_ONE, SHORT_ONE, BAD_DATE, ABORT, LAST };

struct plan {
	const enum gift *gifts;
	size_t next;
	struct source source;
	STRING s;
};

static long
give_planned(MAILSTREAM *stream, void *data, char **flags_, char **date,
    STRING **message)
{
	struct plan *plan = data;
	enum gift gift = plan->gifts[plan->next++];

	(void)stream;
	*message = NIL;
	if (gift == ABORT || gift == LAST)
		return gift == LAST ? LONGT : NIL;
	*date = (char *)(gift == BAD_DATE ? "yesterday" : DATE);
	*flags_ = (char *)"(\\Seen)";
	plan->source = (struct source){ JAM, strlen(JAM), 9, 0 };
	if (gift == SHORT_ONE)
		plan->source.there = 20;
	INIT(&plan->s, source_string, &plan->source,
	    gift == EMPTY_ONE ? 0 : strlen(JAM));
	*message = &plan->s;
	return LONGT;
}

static const struct {
	enum gift gifts[6];
	long r;
	unsigned appended, calls; /* calls of the callback */
} plans[] = {
	{ { GOOD, LAST }, LONGT, 1, 2 },
	{ { GOOD, GOOD, GOOD, LAST }, LONGT, 3, 4 },
	{ { LAST }, LONGT, 0, 1 },
	/* no message ends it, whatever would come */
	{ { GOOD, LAST, GOOD, LAST }, LONGT, 1, 2 },
	/* one that fails takes all with it */
	{ { ABORT }, NIL, 0, 1 },
	{ { GOOD, ABORT, GOOD, LAST }, NIL, 0, 2 },
	{ { GOOD, GOOD, GOOD, ABORT }, NIL, 0, 4 },
	{ { GOOD, EMPTY_ONE, GOOD, LAST }, NIL, 0, 2 },
	{ { GOOD, SHORT_ONE, GOOD, LAST }, NIL, 0, 2 },
	{ { GOOD, GOOD, BAD_DATE, LAST }, NIL, 0, 3 },
};

static void
test_callbacks_of_programs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plans); i++) {
		struct plan plan = { .gifts = plans[i].gifts };

		begin_sources();
		assert_int_equal(mail_append_multiple(NIL, (char *)"box",
				     give_planned, &plan),
		    plans[i].r);
		assert_int_equal(plan.next, plans[i].calls);
		assert_int_equal(told.calls, plans[i].appended > 0);
		if (plans[i].appended == 0)
			box_is(OLD);
		mail_close(append_behind(1 + plans[i].appended,
		    7 + plans[i].appended));
		end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_from_the_middle),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_callbacks_of_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
