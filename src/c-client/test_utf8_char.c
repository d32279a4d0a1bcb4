/*
 * test_utf8_char.c - characters in UTF-8, their width and decomposition.
 */
#include "test_util.h"
#include "utf8.h"

static const struct {
	struct span in;
	unsigned long want;
	unsigned long left; /* octets not consumed */
	unsigned long raw;  /* what utf8_get_raw says */
} cases[] = {
	{ OCTETS(""), U8G_ENDSTRG, 0, U8G_ENDSTRG },
	{ OCTETS("a"), 'a', 0, 'a' },
	{ OCTETS("\0b"), 0, 1, 0 },
	{ OCTETS("\177"), 0x7f, 0, 0x7f },
	{ OCTETS("\200"), U8G_BADCONT, 1, U8G_BADCONT },
	{ OCTETS("\277x"), U8G_BADCONT, 2, U8G_BADCONT },
	{ OCTETS("\302\200x"), 0x80, 1, 0x80 },
	{ OCTETS("\337\277"), 0x7ff, 0, 0x7ff },
	{ OCTETS("\303"), U8G_ENDSTRI, 1, U8G_ENDSTRI },
	{ OCTETS("\303x"), U8G_INCMPLT, 2, U8G_INCMPLT },
	{ OCTETS("\300\200"), U8G_NOTUTF8, 2, U8G_NOTUTF8 },
	{ OCTETS("\301\277"), U8G_NOTUTF8, 2, U8G_NOTUTF8 },
	{ OCTETS("\340\237\277"), U8G_NOTUTF8, 3, U8G_NOTUTF8 },
	{ OCTETS("\340\240\200"), 0x800, 0, 0x800 },
	{ OCTETS("\355\237\277"), 0xd7ff, 0, 0xd7ff },
	{ OCTETS("\355\240\200"), U8G_SURROGA, 3, 0xd800 },
	{ OCTETS("\355\277\277"), U8G_SURROGA, 3, 0xdfff },
	{ OCTETS("\357\277\277"), 0xffff, 0, 0xffff },
	{ OCTETS("\360\217\277\277"), U8G_NOTUTF8, 4, U8G_NOTUTF8 },
	{ OCTETS("\360\220\200\200"), 0x10000, 0, 0x10000 },
	{ OCTETS("\364\217\277\277"), 0x10ffff, 0, 0x10ffff },
	{ OCTETS("\364\220\200\200"), U8G_NOTUNIC, 4, 0x110000 },
	{ OCTETS("\360\220\200"), U8G_ENDSTRI, 3, U8G_ENDSTRI },
	{ OCTETS("\375\277\277\277\277\277"), U8G_NOTUNIC, 6, 0x7fffffff },
	{ OCTETS("\370\207\277\277\277"), U8G_NOTUTF8, 5, U8G_NOTUTF8 },
	{ OCTETS("\376x"), U8G_NOTUTF8, 2, U8G_NOTUTF8 },
	{ OCTETS("\377"), U8G_NOTUTF8, 1, U8G_NOTUTF8 },
};

static void
test_get(void **state)
{
	unsigned char *copy, *s;
	unsigned long left;
	bool good;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		copy =
		    (unsigned char *)exact_copy(cases[i].in.p, cases[i].in.len);
		s = copy;
		left = cases[i].in.len;
		good = !(cases[i].want & U8G_ERROR);
		assert_int_equal(utf8_get(&s, &left), cases[i].want);
		assert_int_equal(left, cases[i].left);
		assert_int_equal(s - copy, cases[i].in.len - cases[i].left);
		assert_int_equal(utf8_validate(copy, cases[i].in.len),
		    good ? (long)(cases[i].in.len - left) : -1);
		s = copy;
		left = cases[i].in.len;
		assert_int_equal(utf8_get_raw(&s, &left), cases[i].raw);
		free(copy);
	}
}

/* Every character there is goes out and comes back. */
static void
test_put_get(void **state)
{
	unsigned char octets[8], *s;
	unsigned long size, left;

	(void)state;
	for (unsigned long c = 0; c <= 0x110001; c++) {
		size = utf8_size(c);
		s = utf8_put(octets, c);
		assert_int_equal(s - octets, size);
		if (size == 0) {
			assert_true((c >= 0xd800 && c <= 0xdfff) ||
			    c > UCS4_MAXUNICODE);
			continue;
		}
		s = octets;
		left = size;
		assert_int_equal(utf8_get(&s, &left), c);
		assert_int_equal(left, 0);
	}
	assert_int_equal(utf8_size(0xffffffff), 0);
}

static void
test_width(void **state)
{
	static const struct {
		unsigned long c;
		unsigned long want;
	} rows[] = {
		{ 'a', 1 },
		{ ' ', 1 },
		{ 0xe9, 1 },
		{ 0x301, 0 },
		{ 0x65e5, 2 },
		{ 0xff71, 1 },
		{ 0xff21, 2 },
		{ 0, U4W_CTLSRGT },
		{ 0x7f, U4W_CTLSRGT },
		{ 0x9f, U4W_CTLSRGT },
		{ 0xd800, U4W_CTLSRGT },
		{ 0x40000, U4W_UNASSGN },
		{ 0xe0001, U4W_SSPCHAR },
		{ 0xf0000, U4W_PRIVATE },
		{ 0x110000, U4W_NOTUNCD },
		{ 0xffffffff, U4W_NOTUNCD },
	};
	unsigned char text[] = "a\346\227\245e\314\201\t", bad[] = "a\377";
	SIZEDTEXT part = { text, 4 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(ucs4_width(rows[i].c), rows[i].want);
	assert_int_equal(utf8_strwidth(text), 4);
	assert_int_equal(utf8_textwidth(&part), 3);
	assert_true(utf8_strwidth(bad) < 0);
	assert_int_equal(utf8_strwidth(bad + 2), 0);
}

static void
test_titlecase(void **state)
{
	static const unsigned long rows[][2] = { { 'a', 'A' }, { 'Z', 'Z' },
		{ '{', '{' }, { 0xe9, 0xc9 }, { 0xdf, 0xdf }, { 0xff, 0x178 },
		{ 0x1c4, 0x1c5 }, { 0x1c6, 0x1c5 }, { 0x3c2, 0x3a3 },
		{ 0x10428, 0x10400 }, { 0x65e5, 0x65e5 },
		{ 0x110000, 0x110000 }, { 0xd800, 0xd800 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(ucs4_titlecase(rows[i][0]), rows[i][1]);
}

/* How many characters c decomposes into; the first few go to to[]. */
static size_t
decompose(unsigned long c, unsigned long *to, size_t room)
{
	void *more;
	size_t n = 0;

	to[n++] = ucs4_decompose_recursive(c, &more);
	while (more) {
		c = ucs4_decompose(U8G_ERROR, &more);
		if (n < room)
			to[n] = c;
		n++;
	}
	return n;
}

static void
test_decompose(void **state)
{
	unsigned long to[4];

	(void)state;
	assert_int_equal(decompose('a', to, 4), 1);
	assert_int_equal(to[0], 'a');
	assert_int_equal(decompose(0xe9, to, 4), 2);
	assert_int_equal(to[0], 'e');
	assert_int_equal(to[1], 0x301);
	assert_int_equal(decompose(0x1ea5, to, 4), 3); /* in two steps */
	assert_int_equal(to[0], 'a');
	assert_int_equal(to[1], 0x302);
	assert_int_equal(to[2], 0x301);
	assert_int_equal(decompose(0x2126, to, 4), 1);
	assert_int_equal(to[0], 0x3a9);
	assert_int_equal(decompose(0xfdfa, to, 4), 18); /* the longest */
	assert_int_equal(decompose(0x110000, to, 4), 1);
	assert_int_equal(to[0], 0x110000);
	/* None is so long that it would be cut, none ends in nothing. */
	for (unsigned long c = 0; c <= UCS4_MAXUNICODE; c++)
		assert_in_range(decompose(c, to, 4), 1, 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_put_get),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_titlecase),
		cmocka_unit_test(test_decompose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
