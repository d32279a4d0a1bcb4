/*
 * test_mail_string.c - STRINGs over memory, files of stdio and descriptors
 * give the same octets, whatever their windows.
 */
#include <stdio.h>
#include <unistd.h>

#include "fdstring.h"
#include "flstring.h"
#include "mail_string.h"
#include "test_util.h"

#define TEXT "0123456789abcdefghij"
#define TEXT_LEN 20

enum kind {
	MEMORY,
	FILE_OF_STDIO,
	DESCRIPTOR,
};

static struct source {
	FILE *f;
	char window[32];
	FDDATA data;
} source;

static int
open_source(void **state)
{
	(void)state;
	source.f = tmpfile();
	assert_non_null(source.f);
	fputs(TEXT, source.f);
	return fflush(source.f);
}

static int
close_source(void **state)
{
	(void)state;
	return fclose(source.f);
}

/* window: octets of a descriptor's window. */
static void
begin(STRING *s, enum kind kind, unsigned long window)
{
	switch (kind) {
	case MEMORY:
		INIT(s, mail_string, TEXT, TEXT_LEN);
		break;
	case FILE_OF_STDIO:
		INIT(s, file_string, source.f, TEXT_LEN);
		break;
	case DESCRIPTOR:
		source.data =
		    (FDDATA){ fileno(source.f), 0, source.window, window };
		INIT(s, fd_string, &source.data, TEXT_LEN);
		memset(&source.data, 0, sizeof(source.data));
		break;
	}
}

static void
check_walk(STRING *s)
{
	assert_int_equal(s->size, TEXT_LEN);
	assert_int_equal(GETPOS(s), 0);
	for (unsigned i = 0; i < TEXT_LEN; i++) {
		assert_int_equal(SIZE(s), TEXT_LEN - i);
		assert_int_equal(CHR(s), TEXT[i]);
		assert_int_equal(SNX(s), TEXT[i]);
		assert_int_equal(GETPOS(s), i + 1);
	}
	assert_int_equal(SIZE(s), 0);
}

static void
check_jumps(STRING *s)
{
	for (unsigned a = 0; a < TEXT_LEN; a++) {
		for (unsigned b = 0; b < TEXT_LEN; b++) {
			SETPOS(s, a);
			assert_int_equal(SNX(s), TEXT[a]);
			SETPOS(s, b);
			assert_int_equal(GETPOS(s), b);
			assert_int_equal(CHR(s), TEXT[b]);
		}
	}
	SETPOS(s, TEXT_LEN);
	assert_int_equal(SIZE(s), 0);
	SETPOS(s, 0);
	check_walk(s);
}

static void
check_reads(STRING *s)
{
	char buf[TEXT_LEN + 1];

	for (unsigned from = 0; from <= TEXT_LEN; from++) {
		for (unsigned n = 0; n <= TEXT_LEN + 1; n++) {
			unsigned want = n;

			if (want > TEXT_LEN - from)
				want = TEXT_LEN - from;
			SETPOS(s, from);
			assert_int_equal(cc_string_read(s, buf, n), want);
			assert_memory_equal(buf, &TEXT[from], want);
			assert_int_equal(GETPOS(s), from + want);
		}
	}
}

/* As the MIME parser does: the size is narrowed for a while. */
static void
check_narrow(STRING *s)
{
	SETPOS(s, 2);
	s->size = 5;
	while (SIZE(s))
		SNX(s);
	assert_int_equal(GETPOS(s), 5);
	s->size = TEXT_LEN;
	for (unsigned i = 5; i < TEXT_LEN; i++)
		assert_int_equal(SNX(s), TEXT[i]);
}

static void
check_all(enum kind kind, unsigned long window)
{
	STRING s;

	begin(&s, kind, window);
	check_walk(&s);
	check_jumps(&s);
	check_reads(&s);
}

static void
test_memory(void **state)
{
	STRING s, copy;

	(void)state;
	check_all(MEMORY, 0);
	begin(&s, MEMORY, 0);
	check_narrow(&s);
	assert_ptr_equal(s.chunk, s.data);
	SETPOS(&s, 4);
	copy = s;
	assert_int_equal(SNX(&copy), TEXT[4]);
	assert_int_equal(GETPOS(&s), 4);
	SETPOS(&s, TEXT_LEN + 1);
	assert_int_equal(GETPOS(&s), TEXT_LEN);
	INIT(&s, mail_string, NULL, 0);
	assert_int_equal(SIZE(&s), 0);
}

static void
test_file(void **state)
{
	STRING s, copy;

	(void)state;
	check_all(FILE_OF_STDIO, 0);
	begin(&s, FILE_OF_STDIO, 0);
	check_narrow(&s);
	/* Two over one FILE: each finds its place again. */
	SETPOS(&s, 3);
	copy = s;
	SETPOS(&copy, 9);
	assert_int_equal(SNX(&copy), TEXT[9]);
	assert_int_equal(SNX(&s), TEXT[3]);
	assert_int_equal(SNX(&s), TEXT[4]);
	assert_int_equal(CHR(&copy), TEXT[10]);
}

static void
test_descriptor(void **state)
{
	STRING s;

	(void)state;
	for (unsigned long window = 1; window <= TEXT_LEN + 2; window++) {
		check_all(DESCRIPTOR, window);
		begin(&s, DESCRIPTOR, window);
		check_narrow(&s);
	}
}

/* A string that begins inside the file, and one that is longer than it. */
static void
test_descriptor_part(void **state)
{
	char window[4], buf[8];
	FDDATA data = { fileno(source.f), 15, window, sizeof(window) };
	STRING s;

	(void)state;
	INIT(&s, fd_string, &data, 8);
	assert_int_equal(SIZE(&s), 8);
	assert_int_equal(cc_string_read(&s, buf, 8), 5);
	assert_memory_equal(buf, "fghij", 5);
	assert_int_equal(SIZE(&s), 0);
	assert_int_equal(SNX(&s), '\0');
	assert_int_equal(SNX(&s), '\0');
	assert_int_equal(lseek(fileno(source.f), 0, SEEK_CUR), TEXT_LEN);
	INIT(&s, file_string, source.f, TEXT_LEN + 2);
	SETPOS(&s, TEXT_LEN - 1);
	assert_int_equal(SNX(&s), 'j');
	assert_int_equal(SIZE(&s), 0);
	assert_int_equal(SNX(&s), '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test_setup_teardown(test_file, open_source,
		    close_source),
		cmocka_unit_test_setup_teardown(test_descriptor, open_source,
		    close_source),
		cmocka_unit_test_setup_teardown(test_descriptor_part,
		    open_source, close_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
