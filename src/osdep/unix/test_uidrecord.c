/*
 * test_uidrecord.c - UID records: what is written is read back, and nothing
 * that is damaged is.
 */
#include "test_util.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include "cc_err.h"
#include "test_tmpdir.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

static const struct stat file = {
	.st_dev = 0xfe00,
	.st_ino = 0xa945f1,
	.st_size = 1000,
};

/* A record of these UIDs, 0 at the end. */
static void
make(struct uidrecord *rec, const uint32_t *uids)
{
	cc_uidrecord_init(rec, &file);
	rec->size = 1000;
	rec->digest = 0x123456789abcdefu;
	rec->uidvalidity = 1709629200;
	rec->reserved = UINT32_MAX;
	for (; *uids; uids++)
		assert_int_equal(cc_uidrecord_add(rec, *uids), 0);
}

static void
expect_uids(const struct uidrecord *rec, const uint32_t *uids)
{
	struct uidrecord_pos pos = { 0 };

	for (; *uids; uids++)
		assert_int_equal(cc_uidrecord_next(rec, &pos), *uids);
	assert_int_equal(cc_uidrecord_next(rec, &pos), 0);
	assert_int_equal(cc_uidrecord_next(rec, &pos), 0);
}

static const uint32_t some[] = { 1, 2, 3, 7, 9, 10, 4294967295u, 0 };
static const uint32_t none[] = { 0 };

static const char text_of_some[] = "cedar-uids 1\n"
				   "file fe00 a945f1\n"
				   "size 1000\n"
				   "digest 0123456789abcdef\n"
				   "uidvalidity 1709629200 last 4294967295 "
				   "reserved 4294967295\n"
				   "runs 4\n"
				   "1 3\n"
				   "7 1\n"
				   "9 2\n"
				   "4294967295 1\n";

static void
test_format(void **state)
{
	struct uidrecord rec;
	struct strbuf out;

	(void)state;
	make(&rec, some);
	assert_int_equal(rec.count, 4);
	assert_int_equal(rec.uidlast, UINT32_MAX);
	assert_int_equal(cc_uidrecord_messages(&rec), 7);
	cc_strbuf_init(&out, 4096);
	cc_uidrecord_format(&out, &rec);
	assert_int_equal(strncmp(out.data, text_of_some,
			     sizeof(text_of_some) - 1),
	    0);
	cc_uidrecord_free(&rec);
	assert_int_equal(cc_uidrecord_parse(cc_strbuf_span(&out), &rec), 0);
	expect_uids(&rec, some);
	assert_int_equal(rec.dev, 0xfe00);
	assert_int_equal(rec.ino, 0xa945f1);
	assert_int_equal(rec.size, 1000);
	assert_int_equal(rec.digest, 0x123456789abcdefu);
	assert_int_equal(rec.uidvalidity, 1709629200);
	assert_int_equal(rec.uidlast, UINT32_MAX);
	assert_int_equal(rec.reserved, UINT32_MAX);
	cc_uidrecord_free(&rec);
	cc_strbuf_free(&out);
}

static void
test_add(void **state)
{
	struct uidrecord rec;

	(void)state;
	cc_uidrecord_init(&rec, &file);
	assert_int_equal(cc_uidrecord_add(&rec, 0), CC_ERANGE);
	assert_int_equal(cc_uidrecord_add(&rec, 5), 0);
	assert_int_equal(cc_uidrecord_add(&rec, 5), CC_ERANGE);
	assert_int_equal(cc_uidrecord_add(&rec, 4), CC_ERANGE);
	assert_int_equal(cc_uidrecord_add(&rec, UINT32_MAX), 0);
	assert_int_equal(cc_uidrecord_add(&rec, 6), CC_ERANGE);
	cc_uidrecord_free(&rec);
	/* Every second UID: as many runs as there may be. */
	cc_uidrecord_init(&rec, &file);
	for (uint32_t i = 0; i < CC_UIDRECORD_RUNS; i++)
		assert_int_equal(cc_uidrecord_add(&rec, 2 * i + 1), 0);
	assert_int_equal(cc_uidrecord_add(&rec, 2 * CC_UIDRECORD_RUNS + 1),
	    CC_ELIMIT);
	assert_int_equal(cc_uidrecord_add(&rec, 2 * CC_UIDRECORD_RUNS), 0);
	cc_uidrecord_free(&rec);
}

/* Text with a right sum behind it. */
static int
parse_summed(const char *text)
{
	struct uidrecord rec;
	struct strbuf b;
	char *copy;
	int r;

	cc_strbuf_init(&b, 65536);
	cc_strbuf_puts(&b, text);
	cc_uidrecord_put_check(&b, 0);
	copy = exact_copy(b.data, b.len);
	r = cc_uidrecord_parse(cc_span(copy, b.len), &rec);
	if (r == 0)
		cc_uidrecord_free(&rec);
	free(copy);
	cc_strbuf_free(&b);
	return r;
}

#define HEAD "cedar-uids 1\nfile 0 1\nsize 0\ndigest 0000000000000000\n"
#define VALID HEAD "uidvalidity 1 last 9 reserved 0\n"

static const struct {
	const char *text;
	bool ok;
} texts[] = {
	{ VALID "runs 0\n", true },
	{ VALID "runs 1\n9 1\n", true },
	{ VALID "runs 2\n1 2\n4 6\n", true },
	{ HEAD "uidvalidity 4294967295 last 0 reserved 0\nruns 0\n", true },
	{ HEAD "uidvalidity 1 last 4294967295 reserved 0\n"
	       "runs 1\n1 4294967295\n",
	    true },
	{ HEAD "uidvalidity 1 last 9 reserved 4294967295\nruns 0\n", true },
	/* Not the one way to write it. */
	{ VALID "runs 1\n9 01\n", false },
	{ VALID "runs 01\n9 1\n", false },
	{ VALID "runs 1\n+9 1\n", false },
	{ VALID "runs 1\n9  1\n", false },
	{ VALID "runs 1\r\n9 1\n", false },
	{ VALID "runs 2\n1 2\n3 1\n", false },
	{ VALID "runs 1\n9 1\nx\n", false },
	{ "cedar-uids 2\nfile 0 1\nsize 0\ndigest 0000000000000000\n"
	  "uidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	{ "cedar-uids 1\nfile 00 1\nsize 0\ndigest 0000000000000000\n"
	  "uidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	{ "cedar-uids 1\nfile A 1\nsize 0\ndigest 0000000000000000\n"
	  "uidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	{ "cedar-uids 1\nfile 11111111111111111 1\nsize 0\n"
	  "digest 0000000000000000\nuidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	{ "cedar-uids 1\nfile 0 1\nsize 0\ndigest 000000000000000\n"
	  "uidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	{ "cedar-uids 1\nfile 0 1\nsize 9223372036854775808\n"
	  "digest 0000000000000000\nuidvalidity 1 last 9 reserved 0\nruns 0\n",
	    false },
	/* Numbers that cannot be. */
	{ HEAD "uidvalidity 0 last 9 reserved 0\nruns 0\n", false },
	{ HEAD "uidvalidity 4294967296 last 9 reserved 0\nruns 0\n", false },
	{ HEAD "uidvalidity 1 last 4294967296 reserved 0\nruns 0\n", false },
	{ HEAD "uidvalidity 1 last 9 reserved 4294967296\nruns 0\n", false },
	{ HEAD "uidvalidity 1 last 9 reserved 01\nruns 0\n", false },
	{ HEAD "uidvalidity 1 last 9 reserved \nruns 0\n", false },
	{ HEAD "uidvalidity 1 last 9\nruns 0\n", false },
	{ VALID "runs 1\n0 1\n", false },
	{ VALID "runs 1\n1 0\n", false },
	{ VALID "runs 1\n10 1\n", false },
	{ VALID "runs 1\n9 2\n", false },
	{ VALID "runs 1\n4294967295 4294967295\n", false },
	{ VALID "runs 2\n5 1\n4 1\n", false },
	{ VALID "runs 2\n5 1\n5 1\n", false },
	{ VALID "runs 100001\n", false },
	{ VALID "runs 18446744073709551616\n", false },
	/* Fewer or more runs than said. */
	{ VALID "runs 1\n", false },
	{ VALID "runs 0\n9 1\n", false },
	{ "", false },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if ((parse_summed(texts[i].text) == 0) != texts[i].ok)
			fail_msg("row %zu:\n%s", i, texts[i].text);
}

/* Dovecot's index took lengths from the file and copied so many octets. Here
 * no count is believed before what it counts is there, and none may wrap. */
static void
test_cve_2019_7524_lengths_are_not_believed(void **state)
{
	static const char *const counts[] = { "2", "3", "99999", "100000",
		"100001", "4294967295", "4294967297", "18446744073709551615",
		"18446744073709551617" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		snprintf(text, sizeof(text), VALID "runs %s\n9 1\n", counts[i]);
		assert_true(parse_summed(text) < 0);
		snprintf(text, sizeof(text), VALID "runs 1\n9 %s\n", counts[i]);
		assert_true(parse_summed(text) < 0);
	}
	assert_int_equal(parse_summed(VALID "runs 1\n9 1\n"), 0);
}

/* Cut at any octet, or with any octet changed, it is no record. */
static void
test_damage(void **state)
{
	struct uidrecord rec, other;
	struct strbuf out;
	char *copy;

	(void)state;
	make(&rec, some);
	cc_strbuf_init(&out, 4096);
	cc_uidrecord_format(&out, &rec);
	cc_uidrecord_free(&rec);
	for (size_t len = 0; len < out.len; len++) {
		copy = exact_copy(out.data, len);
		assert_true(cc_uidrecord_parse(cc_span(copy, len), &other) < 0);
		free(copy);
	}
	copy = exact_copy(out.data, out.len);
	for (size_t i = 0; i < out.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			copy[i] = (char)(copy[i] ^ 1 << bit);
			assert_true(cc_uidrecord_parse(cc_span(copy, out.len),
					&other) < 0);
			copy[i] = out.data[i];
		}
	assert_int_equal(cc_uidrecord_parse(cc_span(copy, out.len), &other), 0);
	cc_uidrecord_free(&other);
	free(copy);
	cc_strbuf_free(&out);
}

static int
open_dir(struct tmpdir *t)
{
	int fd;

	tmpdir_make(t);
	fd = open(t->path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	return fd;
}

static void
test_files(void **state)
{
	struct stat shorter = file, longer = file, other = file;
	struct uidrecord rec, got;
	struct tmpdir t;
	int dir = open_dir(&t);

	(void)state;
	shorter.st_size = 999;
	longer.st_size = 2000;
	other.st_ino++;
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_ENOENT);
	make(&rec, some);
	assert_int_equal(cc_uidrecord_write(dir, &rec), 0);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), 0);
	expect_uids(&got, some);
	cc_uidrecord_free(&got);
	assert_int_equal(cc_uidrecord_read(dir, &longer, &got), 0);
	cc_uidrecord_free(&got);
	assert_int_equal(cc_uidrecord_read(dir, &shorter, &got), CC_ECHANGED);
	assert_int_equal(cc_uidrecord_read(dir, &other, &got), CC_ENOENT);
	/* Another mailbox's record under this one's name. */
	assert_int_equal(renameat(dir, "uids.fe00.a945f1", dir,
			     "uids.fe00.a945f2"),
	    0);
	assert_int_equal(cc_uidrecord_read(dir, &other, &got), CC_ECHANGED);
	assert_int_equal(cc_uidrecord_remove(dir, &other), 0);
	assert_int_equal(cc_uidrecord_remove(dir, &other), 0);
	assert_int_equal(cc_uidrecord_read(dir, &other, &got), CC_ENOENT);
	cc_uidrecord_free(&rec);
	/* An empty mailbox has a record, too. */
	make(&rec, none);
	assert_int_equal(cc_uidrecord_write(dir, &rec), 0);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), 0);
	expect_uids(&got, none);
	cc_uidrecord_free(&got);
	/* What cannot be read is not written. */
	rec.uidvalidity = 0;
	assert_int_equal(cc_uidrecord_write(dir, &rec), CC_EINVAL);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), 0);
	cc_uidrecord_free(&got);
	cc_uidrecord_free(&rec);
	close(dir);
	tmpdir_remove(&t);
}

/* Things in the private directory that are no records. */
static void
test_hostile_files(void **state)
{
	struct uidrecord got;
	struct tmpdir t;
	int dir = open_dir(&t);
	int big;

	(void)state;
	tmpdir_write(&t, "uids.fe00.a945f1", "", 0);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_EPARSE);
	tmpdir_write(&t, "uids.fe00.a945f1", "\0\0\0", 3);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_EPARSE);
	/* Larger than any record: not read to its end. */
	big = open(tmpdir_path(&t, "uids.fe00.a945f1"), O_RDWR);
	assert_int_equal(ftruncate(big, 1ll << 40), 0);
	close(big);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_ELIMIT);
	unlink(tmpdir_path(&t, "uids.fe00.a945f1"));
	assert_int_equal(symlink("/etc/passwd",
			     tmpdir_path(&t, "uids.fe00.a945f1")),
	    0);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_EACCESS);
	unlink(tmpdir_path(&t, "uids.fe00.a945f1"));
	assert_int_equal(mkfifo(tmpdir_path(&t, "uids.fe00.a945f1"), 0600), 0);
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_EACCESS);
	unlink(tmpdir_path(&t, "uids.fe00.a945f1"));
	tmpdir_mkdir(&t, "uids.fe00.a945f1");
	assert_int_equal(cc_uidrecord_read(dir, &file, &got), CC_EACCESS);
	close(dir);
	tmpdir_remove(&t);
}

static void
test_uidvalidity(void **state)
{
	uint32_t v = 0;
	struct tmpdir t;
	int dir = open_dir(&t);

	(void)state;
	assert_int_equal(cc_uidvalidity_next(dir, 1000, &v), 0);
	assert_int_equal(v, 1000);
	assert_int_equal(cc_uidvalidity_next(dir, 1000, &v), 0);
	assert_int_equal(v, 1001);
	/* The clock goes back. */
	assert_int_equal(cc_uidvalidity_next(dir, 5, &v), 0);
	assert_int_equal(v, 1002);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), 0);
	assert_int_equal(v, 2000);
	/* A mailbox with a value of its own. */
	assert_int_equal(cc_uidvalidity_seen(dir, 2000, 3000), 0);
	assert_int_equal(cc_uidvalidity_seen(dir, 2000, 2500), 0);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), 0);
	assert_int_equal(v, 3001);
	/* A hostile one does not use up the numbers. */
	assert_int_equal(cc_uidvalidity_seen(dir, 2000, UINT32_MAX), 0);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), 0);
	assert_int_equal(v, 3002);
	assert_int_equal(cc_uidvalidity_seen(dir, 2000,
			     2000 + CC_UIDVALIDITY_AHEAD + 1),
	    0);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), 0);
	assert_int_equal(v, 3003);
	assert_int_equal(cc_uidvalidity_seen(dir, 2000,
			     2000 + CC_UIDVALIDITY_AHEAD),
	    0);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), 0);
	assert_int_equal(v, 2000 + CC_UIDVALIDITY_AHEAD + 1);
	/* The end of numbers. */
	assert_int_equal(cc_uidvalidity_next(dir, UINT32_MAX, &v), 0);
	assert_int_equal(v, UINT32_MAX);
	assert_int_equal(cc_uidvalidity_next(dir, 2000, &v), CC_ERANGE);
	/* Damage: as if nothing was seen. */
	tmpdir_write(&t, "uidvalidity", "cedar-uidvalidity 1\nhighest 99", 30);
	assert_int_equal(cc_uidvalidity_next(dir, 7, &v), 0);
	assert_int_equal(v, 7);
	unlink(tmpdir_path(&t, "uidvalidity"));
	assert_int_equal(symlink("/etc/passwd", tmpdir_path(&t, "uidvalidity")),
	    0);
	assert_int_equal(cc_uidvalidity_next(dir, 8, &v), CC_EACCESS);
	close(dir);
	tmpdir_remove(&t);
}

/* Processes that ask at the same moment get different values. */
static void
test_uidvalidity_processes(void **state)
{
	enum { PROCESSES = 4, EACH = 10 };
	bool seen[PROCESSES * EACH] = { false };
	struct tmpdir t;
	int dir = open_dir(&t), ends[2];
	uint32_t v;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			for (int n = 0; n < EACH; n++)
				if (cc_uidvalidity_next(dir, 100, &v) != 0 ||
				    write(ends[1], &v, sizeof(v)) != sizeof(v))
					_exit(1);
			_exit(0);
		}
	close(ends[1]);
	for (int i = 0; i < PROCESSES * EACH; i++) {
		assert_int_equal(read(ends[0], &v, sizeof(v)), sizeof(v));
		assert_in_range(v, 100, 100 + PROCESSES * EACH - 1);
		assert_false(seen[v - 100]);
		seen[v - 100] = true;
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	close(ends[0]);
	close(dir);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_cve_2019_7524_lengths_are_not_believed),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_hostile_files),
		cmocka_unit_test(test_uidvalidity),
		cmocka_unit_test(test_uidvalidity_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
