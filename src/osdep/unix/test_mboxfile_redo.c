/*
 * test_mboxfile_redo.c - redo records of the greatest size and number of puts:
 * what is written is done again from what is read, and what would not be read
 * is not written.
 */
#include "test_util.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mboxfile_record.h"
#include "mboxfile_redo.h"
#include "misc.h"
#include "strbuf.h"
#include "test_tmpdir.h"

#define BOX_SIZE (CC_REDO_RECORD_MAX + 4096u) /* of the mailbox: NULs */

static struct tmpdir tmp;

static struct mbox
begin(void)
{
	struct mbox m = { .rdonly = false };

	tmpdir_make(&tmp);
	m.path = cpystr(tmpdir_path(&tmp, "box"));
	m.fd = open(m.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(m.fd >= 0);
	assert_int_equal(ftruncate(m.fd, BOX_SIZE), 0);
	return m;
}

static void
end(struct mbox *m)
{
	close(m->fd);
	fs_give((void **)&m->path);
	tmpdir_remove(&tmp);
}

static size_t
record_size(const struct mbox *m)
{
	struct strbuf name;
	struct stat st;

	cc_redo_name(&name, m, "");
	assert_int_equal(stat(tmpdir_path(&tmp, name.data), &st), 0);
	cc_strbuf_free(&name);
	return (size_t)st.st_size;
}

/* Puts of one octet, at every second place. */
static void
test_puts(void **state)
{
	static const char old[1] = "";
	const size_t count = CC_REDO_PUTS;
	struct redo_put *puts = fs_get((count + 1) * sizeof(*puts));
	struct redo_step step = { .size_before = BOX_SIZE, .size = BOX_SIZE };
	unsigned char *now = malloc(2 * count);
	struct mbox m = begin();
	bool first;

	(void)state;
	for (size_t i = 0; i <= count; i++)
		puts[i] = (struct redo_put){ 2 * i, cc_span("x", 1), old };
	step.puts = puts;
	step.count = count + 1;
	assert_int_equal(cc_redo_write(&m, &step, false, &first), CC_ELIMIT);
	assert_false(cc_redo_found(&m));
	step.count = count;
	assert_int_equal(cc_redo_write(&m, &step, false, &first), 0);
	assert_int_equal(cc_redo_recover(&m), 0);
	assert_false(cc_redo_found(&m));
	assert_int_equal(pread(m.fd, now, 2 * count, 0), 2 * count);
	for (size_t i = 0; i < 2 * count; i++)
		assert_int_equal(now[i], i % 2 ? 0 : 'x');
	fs_give((void **)&puts);
	free(now);
	end(&m);
}

/* One put that makes a record as long as can be read, and one more octet. */
static void
test_octets(void **state)
{
	char *data = malloc(CC_REDO_RECORD_MAX), last;
	struct redo_put put = { 0, cc_span(data, 8192), NULL };
	struct redo_step step = { .size_before = BOX_SIZE,
		.size = BOX_SIZE,
		.puts = &put,
		.count = 1 };
	struct mbox m = begin();
	size_t size = 0;
	bool first;

	(void)state;
	memset(data, 'x', CC_REDO_RECORD_MAX);
	/* the sums grow with it, so this comes near in a few steps */
	while (size < CC_REDO_RECORD_MAX) {
		assert_int_equal(cc_redo_write(&m, &step, false, &first), 0);
		size = record_size(&m);
		put.data.len += size < CC_REDO_RECORD_MAX
		    ? (CC_REDO_RECORD_MAX - size) * 15 / 16 + 1
		    : 0;
	}
	assert_int_equal(size, CC_REDO_RECORD_MAX);
	assert_int_equal(cc_redo_recover(&m), 0);
	assert_int_equal(pread(m.fd, &last, 1, (off_t)put.data.len - 1), 1);
	assert_int_equal(last, 'x');
	assert_int_equal(pread(m.fd, &last, 1, (off_t)put.data.len), 1);
	assert_int_equal(last, 0);
	put.data.len++;
	assert_int_equal(cc_redo_write(&m, &step, false, &first), CC_ELIMIT);
	assert_false(cc_redo_found(&m));
	free(data);
	end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_puts),
		cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
