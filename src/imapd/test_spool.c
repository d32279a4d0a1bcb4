/*
 * test_spool.c - messages kept in memory and in a file, read back in order and
 * out of it, and a disk that is full.
 *
 * TEST_OBJECTS: imapd/spool.c
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "mail_string.h"
#include "spool.h"
#include "test_util.h"

#define EDGE (256u * 1024) /* where a file is begun */

/* The octet at a position: no two 64 KiB look the same. */
static char
octet(uint64_t at)
{
	return (char)(at * 31 + (at >> 8) * 7 + (at >> 16));
}

static void
put(struct spool *sp, uint64_t size, size_t piece)
{
	char *p = fs_get(piece);

	for (uint64_t at = 0; at < size;) {
		size_t n = size - at < piece ? (size_t)(size - at) : piece;

		for (size_t i = 0; i < n; i++)
			p[i] = octet(at + i);
		spool_put(sp, cc_span(p, n));
		at += n;
	}
	fs_give((void **)&p);
}

static void
expect(struct spool *sp, uint64_t at, uint64_t size)
{
	char buf[4099];
	STRING s;
	uint64_t done = 0;
	unsigned long n;

	spool_string(sp, at, size, &s);
	assert_int_equal(SIZE(&s), size);
	while ((n = cc_string_read(&s, buf, sizeof(buf))) > 0) {
		for (unsigned long i = 0; i < n; i++)
			if (buf[i] != octet(at + done + i))
				fail_msg("octet %zu is wrong",
				    (size_t)(at + done + i));
		done += n;
	}
	assert_int_equal(done, size);
}

static void
test_sizes(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 16384, EDGE - 1, EDGE, EDGE + 1,
		2 * EDGE - 1, 2 * EDGE, 2 * EDGE + 1, 5000000 };
	static const size_t pieces[] = { 1, 7, 16384, 3 * EDGE };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t k = 0; k < COUNT(pieces); k++) {
			struct spool sp;

			spool_init(&sp);
			put(&sp, sizes[i], pieces[k]);
			assert_int_equal(spool_size(&sp), sizes[i]);
			assert_int_equal(spool_finish(&sp), 0);
			assert_true((sp.fd >= 0) == (sizes[i] > EDGE));
			assert_in_range(sp.memory.cap, 0, 2 * EDGE + 1);
			expect(&sp, 0, sizes[i]);
			expect(&sp, sizes[i] / 2, sizes[i] - sizes[i] / 2);
			expect(&sp, 0, sizes[i]);
			spool_free(&sp);
		}
	}
}

static void
test_full_disk(void **state)
{
	struct rlimit old, few = { 300000, 300000 };
	struct spool sp;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	few.rlim_max = old.rlim_max;
	spool_init(&sp);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	put(&sp, 4 * EDGE, 16384);
	assert_int_equal(spool_finish(&sp), CC_EIO);
	assert_int_equal(sp.failed, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	/* and stays so */
	put(&sp, 10, 10);
	assert_int_equal(spool_finish(&sp), CC_EIO);
	spool_free(&sp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
