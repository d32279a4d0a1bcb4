/*
 * test_mime_scan.c - the wide loops against one that goes octet by octet.
 */
#include "mime_scan.h"
#include "test_util.h"

#define SIZE 5000 /* more than the counters of one round can hold */

static size_t
slow_find(struct span s, struct mime_count *count)
{
	for (size_t i = 0; i < s.len; i++) {
		if (i > 0 && s.p[i - 1] == '\n' && s.len - i > 1 &&
		    s.p[i] == '-' && s.p[i + 1] == '-')
			return i;
		count->lf += s.p[i] == '\n';
		count->cr += s.p[i] == '\r';
	}
	return s.len;
}

static void
check(struct span s)
{
	struct mime_count want = { 0 }, got = { 0 }, all = { 0 };
	size_t at = slow_find(s, &want);

	assert_int_equal(cc_mime_find_dashes(s, &got), at);
	assert_int_equal(got.lf, want.lf);
	assert_int_equal(got.cr, want.cr);
	want = (struct mime_count){ 0 };
	for (size_t i = 0; i < s.len; i++) {
		want.lf += s.p[i] == '\n';
		want.cr += s.p[i] == '\r';
	}
	cc_mime_count(s, &all);
	assert_int_equal(all.lf, want.lf);
	assert_int_equal(all.cr, want.cr);
}

/* A block of just that size, so that a look behind it is seen. */
static void
check_copy(const char *p, size_t len)
{
	char *copy = exact_copy(p, len);

	check(cc_span(copy, len));
	free(copy);
}

/* "\n--" at each place of blocks of each size around the vectors'. */
static void
test_every_place(void **state)
{
	char buf[200];

	(void)state;
	for (size_t len = 0; len <= sizeof(buf); len++) {
		memset(buf, 'x', sizeof(buf));
		check_copy(buf, len);
		for (size_t at = 0; at < len; at++) {
			memset(buf, '-', sizeof(buf));
			buf[at] = '\n';
			check_copy(buf, len);
			memset(buf, 'x', sizeof(buf));
			memcpy(buf + at, "\n--", at + 3 < len ? 3 : len - at);
			check_copy(buf, len);
		}
	}
}

/* One octet only: every counter runs as far as it can. */
static void
test_full_counters(void **state)
{
	static const char octets[] = "\n\r-x";
	static char buf[SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(octets) - 1; i++) {
		memset(buf, octets[i], sizeof(buf));
		for (size_t len = SIZE - 130; len <= SIZE; len++)
			check_copy(buf, len);
	}
}

static void
test_random(void **state)
{
	static const char octets[] = "\n\r--xx\x8a\x0d\xff";
	static char buf[SIZE];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++) {
		size_t from = (size_t)round % 67;

		for (size_t i = 0; i < SIZE; i++) {
			seed = seed * 1664525u + 1013904223u;
			buf[i] = octets[(seed >> 24) %
			    (round % 2 ? sizeof(octets) - 1 : 3)];
		}
		check_copy(buf + from, SIZE - from);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_full_counters),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
