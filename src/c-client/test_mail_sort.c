/*
 * test_mail_sort.c - SORT (RFC 5256): by the inner door and by the public
 * calls, with both kinds of driver.
 */
#include "cc_fn.h"
#include "cc_limits.h"
#include "mail_params.h"
#include "mail_sort.h"

#define MEM_MESSAGES 300
#include "test_driver.h"

#define KEYS_MAX 4

/* Sent dates are 1 to 3 March 2024; the driver gives arrival. */
static const struct {
	const char *header, *text;
	int64_t arrival;
} letters[] = {
	/* 1 */
	{ "From: Bob <bob@example.com>\nTo: x@example.com\nCc: b@c, a@c\n"
	  "Subject: Re: beta\nDate: Sat, 2 Mar 2024 12:00:00 +0000\n\n",
	    "1234567\n12345\n", 500 },
	/* 2: no fields but an empty address; sent when it arrived */
	{ "From: Daemon <>\n\n", "", 1709300000 },
	/* 3: the same moment as 1, in another zone; folded subject */
	{ "From: Alice <ALICE@example.com>\nTo: y@example.com\n"
	  "Subject: [list] Alpha\n\tbeta\nDate: 2 Mar 2024 14:00:00 +0200\n\n",
	    "1\n", 400 },
	/* 4: encoded words; a group; a date that is none */
	{ "From: =?utf-8?q?Z=C3=B6e?= <Bob@example.org>\n"
	  "To: friends: z@c;\nSubject: =?utf-8?q?=C3=84pfel?=\n"
	  "Date: yesterday\n\n",
	    "123456789\n", 1709500000 },
	/* 5 */
	{ "From: alice@example.net\nTo: \"a.b\"@c\nSubject: beta (fwd)\n"
	  "Date: Fri, 1 Mar 2024 23:59:59 -0100\n\n",
	    "12\n", 300 },
	/* 6: a letter with its accent apart; subject of octets */
	{ "From: b@c\nTo: A@c\nSubject: =?utf-8?q?a=CC=88pfel?=\n"
	  "Date: 3 Mar 2024 00:00 +0000\n\n",
	    "\n", 200 },
};

static const struct {
	short keys[KEYS_MAX + 1]; /* SORT codes plus 1, negative: reverse */
	unsigned long want[COUNT(letters) + 1];
} orders[] = {
#define K(code) (short)((code) + 1)
	{ { K(SORTARRIVAL) }, { 6, 5, 3, 1, 2, 4 } },
	{ { -K(SORTARRIVAL) }, { 4, 2, 1, 3, 5, 6 } },
	{ { K(SORTDATE) }, { 2, 5, 1, 3, 6, 4 } },
	{ { -K(SORTDATE) }, { 4, 6, 1, 3, 5, 2 } },
	{ { K(SORTSIZE) }, { 2, 6, 5, 3, 4, 1 } },
	{ { K(SORTFROM) }, { 2, 3, 5, 6, 1, 4 } },
	{ { K(SORTTO) }, { 2, 6, 5, 4, 1, 3 } },
	{ { K(SORTCC) }, { 2, 3, 4, 5, 6, 1 } },
	{ { -K(SORTCC) }, { 1, 2, 3, 4, 5, 6 } },
	{ { K(SORTSUBJECT) }, { 2, 3, 4, 6, 1, 5 } },
	{ { -K(SORTSUBJECT) }, { 1, 5, 4, 6, 3, 2 } },
	{ { K(SORTSUBJECT), K(SORTDATE) }, { 2, 3, 6, 4, 5, 1 } },
	{ { K(SORTSUBJECT), -K(SORTDATE) }, { 2, 3, 4, 6, 1, 5 } },
	{ { K(SORTFROM), -K(SORTSIZE) }, { 2, 3, 5, 6, 1, 4 } },
	{ { K(SORTFROM), K(SORTFROM), -K(SORTFROM), K(SORTDATE) },
	    { 2, 5, 3, 6, 1, 4 } },
#undef K
};

static struct mem_box *box;

static void
fill(void)
{
	box = mem_setup();
	for (size_t i = 0; i < COUNT(letters); i++)
		mem_add(box, fOLD, letters[i].header, letters[i].text)->date =
		    (struct imap_date){ letters[i].arrival, 0 };
}

static void
make_program(SORTPGM *pgm, const short *keys)
{
	memset(pgm, 0, KEYS_MAX * sizeof(*pgm));
	for (size_t i = 0; keys[i]; i++) {
		pgm[i].function =
		    (short)((keys[i] < 0 ? -keys[i] : keys[i]) - 1);
		pgm[i].reverse = keys[i] < 0;
		if (i > 0)
			pgm[i - 1].next = &pgm[i];
	}
}

static void
test_inner(void **state)
{
	static const char *const drivers[] = { "mem", "old" };

	(void)state;
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mem_open_box(drivers[d]);

		for (size_t i = 0; i < COUNT(orders); i++) {
			SORTPGM pgm[KEYS_MAX];
			uint32_t got[COUNT(letters)];

			for (uint32_t k = 0; k < COUNT(got); k++)
				got[k] = k + 1;
			make_program(pgm, orders[i].keys);
			assert_int_equal(cc_mail_sort(stream, pgm, got,
					     COUNT(got)),
			    0);
			for (size_t k = 0; k < COUNT(got); k++) {
				if (got[k] != orders[i].want[k])
					print_error("order %zu, place %zu\n", i,
					    k);
				assert_int_equal(got[k], orders[i].want[k]);
			}
		}
		mail_close(stream);
	}
}

/* Some of the messages, none, and one that cannot be read. */
static void
test_inner_corners(void **state)
{
	SORTPGM pgm = { .function = SORTDATE };
	uint32_t some[] = { 1, 4, 5 };
	MAILSTREAM *stream = mem_open_box("mem");

	(void)state;
	assert_int_equal(cc_mail_sort(stream, &pgm, some, 3), 0);
	assert_int_equal(some[0], 5);
	assert_int_equal(some[1], 1);
	assert_int_equal(some[2], 4);
	assert_int_equal(cc_mail_sort(stream, &pgm, some, 0), 0);
	assert_int_equal(cc_mail_sort(stream, NIL, some, 3), 0);
	assert_int_equal(some[0], 5);
	pgm.function = 7;
	assert_int_equal(cc_mail_sort(stream, &pgm, some, 3), 0);
	assert_int_equal(some[0], 5);
	pgm.function = SORTSUBJECT;
	box->changed = true;
	assert_int_equal(cc_mail_sort(stream, &pgm, some, 3), CC_ECHANGED);
	assert_int_equal(some[0], 5);
	box->changed = false;
	mail_close(stream);
}

/* Texts are compared as far as their first CC_SORT_KEY octets go. */
static void
test_long_keys(void **state)
{
	SORTPGM pgm = { .function = SORTSUBJECT };
	char headers[2][CC_SORT_KEY + 20];

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct mem_box *two = mem_setup();
		uint32_t got[] = { 1, 2 };
		MAILSTREAM *stream;

		for (int i = 0; i < 2; i++) {
			char *h = headers[i];

			memset(h, 'x', sizeof(headers[i]));
			memcpy(h, "Subject: ", 9);
			h += 9 + CC_SORT_KEY - 1 + more;
			memcpy(h, i ? "a\n\n" : "b\n\n", 4);
			mem_add(two, fOLD, headers[i], "");
		}
		stream = mem_open_box("mem");
		assert_int_equal(cc_mail_sort(stream, &pgm, got, 2), 0);
		assert_int_equal(got[0], more ? 1 : 2);
		mail_close(stream);
	}
}

/* Subjects of nothing but `A' and `B', of which many are equal, and many that
 * begin another one. */
static void
fill_alike(struct mem_box *many, char headers[][40])
{
	unsigned seed = 7;

	for (int i = 0; i < MEM_MESSAGES; i++) {
		char *h = headers[i] + 9;
		int n;

		memcpy(headers[i], "Subject: ", 9);
		seed = seed * 1103515245 + 12345;
		n = 1 + (int)(seed >> 16) % 22;
		for (int k = 0; k < n; k++) {
			if (k % 9 == 8)
				seed = seed * 1103515245 + 12345;
			*h++ = k > 13 && seed >> (k + 3) & 1 ? 'B' : 'A';
		}
		memcpy(h, "\n\n", 3);
		mem_add(many, fOLD, headers[i], "")->date =
		    (struct imap_date){ i % 5, 0 };
	}
}

/* Negative or positive, as message a is to come before b or behind it. */
static int
compare_alike(const struct mem_box *many, uint32_t a, uint32_t b, bool reverse)
{
	const struct mem_message *x = &many->messages[a - 1];
	const struct mem_message *y = &many->messages[b - 1];
	int r = strcmp(x->header, y->header);

	if (r != 0)
		return reverse ? -r : r;
	if (x->date.time != y->date.time)
		return x->date.time > y->date.time ? -1 : 1;
	return a < b ? -1 : 1;
}

/* Many texts, equal ones and beginnings of others: each is to come before the
 * next. */
static void
test_alike(void **state)
{
	char headers[MEM_MESSAGES][40];
	uint32_t got[MEM_MESSAGES];
	MAILSTREAM *stream;

	(void)state;
	for (int reverse = 0; reverse < 2; reverse++) {
		SORTPGM arrival = { .function = SORTARRIVAL, .reverse = T };
		SORTPGM pgm = { .function = SORTSUBJECT,
			.reverse = reverse ? T : NIL,
			.next = &arrival };
		struct mem_box *many = mem_setup();

		fill_alike(many, headers);
		for (uint32_t i = 0; i < MEM_MESSAGES; i++)
			got[i] = i + 1;
		stream = mem_open_box("mem");
		assert_int_equal(cc_mail_sort(stream, &pgm, got, MEM_MESSAGES),
		    0);
		for (size_t i = 1; i < MEM_MESSAGES; i++)
			assert_true(compare_alike(many, got[i - 1], got[i],
					reverse) < 0);
		mail_close(stream);
	}
}

static void
mark_all(MAILSTREAM *stream)
{
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		mail_elt(stream, i)->searched = T;
}

/* Twice, as the second time finds the keys kept. */
static void
test_public(void **state)
{
	static const char *const drivers[] = { "mem", "old" };

	(void)state;
	for (size_t n = 0; n < 2 * COUNT(drivers) * COUNT(orders); n++) {
		const unsigned long *want = orders[n / 4].want;
		MAILSTREAM *stream = mem_open_box(drivers[n % 2]);
		SORTPGM pgm[KEYS_MAX];
		unsigned long *got;

		make_program(pgm, orders[n / 4].keys);
		mark_all(stream);
		for (unsigned twice = 0; twice < 2; twice++) {
			got = mail_sort(stream, NIL, NIL, pgm,
			    n % 4 / 2 ? SE_UID : NIL);
			assert_non_null(got);
			for (size_t k = 0; k < COUNT(letters); k++)
				assert_int_equal(got[k],
				    want[k] * (n % 4 / 2 ? 10 : 1));
			assert_int_equal(got[COUNT(letters)], 0);
			assert_int_equal(pgm->nmsgs, COUNT(letters));
			assert_int_equal(pgm->progress.cached, COUNT(letters));
			assert_int_equal(pgm->progress.sorted, COUNT(letters));
			free(got);
		}
		mail_close(stream);
	}
}

static unsigned long hooked;
static SORTCACHE *postsorted;
static SORTPGM *aborted;

static void
sort_results(MAILSTREAM *stream, unsigned long *list, unsigned long size)
{
	(void)stream;
	assert_int_equal(list[size], 0);
	hooked = size;
}

static void
postsort(void *sc)
{
	postsorted = *(SORTCACHE **)sc;
	if (aborted)
		aborted->abort = T;
}

static void
test_public_search_and_hooks(void **state)
{
	MAILSTREAM *stream = mem_open_box("mem");
	SORTPGM *pgm = mail_newsortpgm();
	unsigned long *got;

	(void)state;
	mail_parameters(NIL, SET_SORTRESULTS,
	    cc_fn_to_ptr((void (*)(void))sort_results));
	pgm->function = SORTDATE;
	pgm->postsort = postsort;
	got = mail_sort(stream, NIL, new_search(1, 3), pgm, SE_FREE);
	assert_int_equal(got[0], 2);
	assert_int_equal(got[1], 1);
	assert_int_equal(got[2], 3);
	assert_int_equal(got[3], 0);
	assert_int_equal(hooked, 3);
	assert_int_equal(postsorted->num, 2);
	/* Nobody was told of messages found. */
	assert_int_equal(test_callbacks.searched.count, 0);
	assert_false(stream->silent);
	free(got);
	/* Nothing found, and one. */
	got = mail_sort(stream, NIL, new_search(9, 9), pgm, SE_FREE);
	assert_non_null(got);
	assert_int_equal(got[0], 0);
	assert_int_equal(hooked, 0);
	free(got);
	got = mail_sort(stream, NIL, new_search(2, 2), pgm, SE_FREE | SE_UID);
	assert_int_equal(got[0], 20);
	assert_int_equal(got[1], 0);
	assert_int_equal(pgm->progress.sorted, 1);
	free(got);
	/* Stopped, and a message that cannot be read. */
	aborted = pgm;
	assert_null(mail_sort(stream, NIL, new_search(1, 3), pgm, SE_FREE));
	aborted = NULL;
	pgm->abort = NIL;
	box->changed = true;
	pgm->function = SORTSUBJECT;
	assert_null(mail_sort(stream, NIL, new_search(1, 3), pgm, SE_FREE));
	assert_int_equal(test_callbacks.log_level, ERROR);
	box->changed = false;
	mail_parameters(NIL, SET_SORTRESULTS, NIL);
	assert_null(mail_sort(stream, "NO-SUCH-CHARSET", new_search(1, 3), pgm,
	    SE_FREE | SO_FREE));
	assert_null(mail_sort(NIL, NIL, NIL, NIL, SE_FREE | SO_FREE));
	mail_close(stream);
}

/* What the entries hold, and that they go with their message. */
static void
test_entries(void **state)
{
	static const char *const drivers[] = { "mem", "old" };

	(void)state;
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mem_open_box(drivers[d]);
		SORTPGM pgm[3] = { { .function = SORTFROM, .next = &pgm[1] },
			{ .function = SORTSUBJECT, .next = &pgm[2] },
			{ .function = SORTDATE } };
		SORTCACHE **sc, *second;
		unsigned long *list;

		mark_all(stream);
		pgm->nmsgs = 6;
		sc = mail_sort_loadcache(stream, pgm);
		assert_null(sc[6]);
		assert_int_equal(sc[0]->num, 1);
		assert_string_equal(sc[0]->from, "BOB");
		assert_string_equal(sc[0]->subject, "BETA");
		assert_int_equal(sc[0]->date, 1709380800);
		assert_true(sc[0]->refwd);
		assert_true(sc[0]->dirty);
		assert_null(sc[0]->to);
		assert_string_equal(sc[1]->from, "");
		assert_string_equal(sc[1]->subject, "");
		assert_int_equal(sc[1]->date, 1709300000);
		assert_false(sc[2]->refwd);
		assert_string_equal(sc[3]->subject, "A\314\210PFEL");
		second = sc[1];
		qsort(sc, 6, sizeof(*sc), mail_sort_compare);
		assert_int_equal(sc[0]->num, 2);
		assert_int_equal(sc[1]->num, 3);
		list = mail_sort_cache(stream, pgm, sc, NIL);
		assert_int_equal(list[0], 2);
		assert_int_equal(list[5], 1);
		free(list);
		fs_give((void **)&sc);
		mail_expunged(stream, 1);
		assert_ptr_equal(mm_cache(stream, 1, CH_SORTCACHE), second);
		assert_int_equal(second->num, 1);
		mail_close(stream);
	}
}

static int
setup(void **state)
{
	(void)state;
	fill();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_inner_corners),
		cmocka_unit_test_teardown(test_long_keys, setup),
		cmocka_unit_test_teardown(test_alike, setup),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_public_search_and_hooks),
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
