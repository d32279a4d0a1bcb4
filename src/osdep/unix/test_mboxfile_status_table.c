/*
 * test_mboxfile_status_table.c - the file of counters: what is damaged in it,
 * or another's, or was never written to its end, counts for nothing.
 */
#include "test_mboxfile_status.h"

/* Where the first entry is. */
static size_t
find_entry(const struct strbuf *table)
{
	size_t at = 0;

	while (at < table->len && table->data[at] == 0)
		at++;
	assert_true(at < table->len && at % 128 == 0);
	return at;
}

static void
test_damaged_entry(void **state)
{
	struct strbuf table;
	size_t at;

	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	file_read(tmpdir_path(&tmp, TABLE), &table);
	at = find_entry(&table);
	for (size_t i = 0; i < 128; i++) {
		table.data[at + i] ^= 0x10;
		tmpdir_write(&tmp, TABLE, table.data, table.len);
		is_looked_at(SAYS_TWO);
		table.data[at + i] ^= 0x10;
	}
	for (size_t i = 0; i < 128; i += 9) {
		tmpdir_write(&tmp, TABLE, table.data, at + i);
		is_looked_at(SAYS_TWO);
		is_known(SAYS_TWO);
	}
	tmpdir_write(&tmp, TABLE, "", 0);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	cc_strbuf_free(&table);
	end();
}

static void
spoil_mode(const char *table)
{
	assert_int_equal(chmod(table, 0622), 0);
}

static void
spoil_names(const char *table)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.too", table);
	assert_int_equal(syscall(SYS_linkat, AT_FDCWD, table, AT_FDCWD, name,
			     0),
	    0);
}

static void
spoil_link(const char *table)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.too", table);
	assert_int_equal(rename(table, name), 0);
	assert_int_equal(symlink(name, table), 0);
}

static void
spoil_type(const char *table)
{
	assert_int_equal(unlink(table), 0);
	assert_int_equal(mkdir(table, 0700), 0);
}

static void
spoil_fifo(const char *table)
{
	assert_int_equal(unlink(table), 0);
	assert_int_equal(mkfifo(table, 0600), 0);
}

static void
spoil_owner(const char *table)
{
	assert_int_equal(access(table, W_OK), 0);
	scene.others = true;
}

/* A table that others may write to, or that is something else, is none. */
static void
test_table_of_others(void **state)
{
	static void (*const spoil[])(const char *table) = { spoil_mode,
		spoil_names, spoil_link, spoil_type, spoil_fifo, spoil_owner };

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		char table[PATH_MAX];

		begin_with(TWO);
		is_looked_at(SAYS_TWO);
		another_session();
		snprintf(table, sizeof(table), "%s", tmpdir_path(&tmp, TABLE));
		spoil[i](table);
		is_looked_at(SAYS_TWO);
		is_looked_at(SAYS_TWO);
		end();
	}
}

/* One that is larger than any of ours is read where ours would be. */
static void
test_huge_table(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	assert_int_equal(truncate(tmpdir_path(&tmp, TABLE), (off_t)1 << 40), 0);
	is_known(SAYS_TWO);
	end();
}

/* One that was removed, as with all of the private directory, is not believed
 * by sessions that have it open. */
static void
test_removed_table(void **state)
{
	(void)state;
	begin_with(TWO);
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	assert_int_equal(unlink(tmpdir_path(&tmp, TABLE)), 0);
	is_looked_at(SAYS_TWO);
	another_session();
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	end();
}

/* An entry that was not written to its end is none. */
static void
test_full_disk(void **state)
{
	(void)state;
	begin_with(TWO);
	scene.full = true;
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	scene.full = false;
	is_looked_at(SAYS_TWO);
	is_known(SAYS_TWO);
	settle();
	scene.full = true;
	is_looked_at(SAYS_TWO);
	is_looked_at(SAYS_TWO);
	end();
}

/* The last entry that is not free is copied behind itself. */
static void
copy_entry(void)
{
	struct strbuf table;
	char two[256];
	size_t at;
	int fd;

	file_read(tmpdir_path(&tmp, TABLE), &table);
	at = find_entry(&table);
	memcpy(two, table.data + at, 128);
	memcpy(two + 128, two, 128);
	fd = open(tmpdir_path(&tmp, TABLE), O_WRONLY);
	assert_int_equal(pwrite(fd, two, 256, (off_t)at), 256);
	close(fd);
	cc_strbuf_free(&table);
}

static void
drop_first_entry(void)
{
	struct strbuf table;

	file_read(tmpdir_path(&tmp, TABLE), &table);
	memset(table.data + find_entry(&table), 0, 128);
	tmpdir_write(&tmp, TABLE, table.data, table.len);
	cc_strbuf_free(&table);
}

/* Two that wrote at a time had two places for one mailbox: what the second
 * says does not come back. */
static void
test_two_entries_of_one(void **state)
{
	struct mbox_status got,
	    s = { .stamp = { 1, 2, 3, { 4, 5 }, { 6, 7 } },
		    .uidvalidity = 1,
		    .uid_last = 4 };

	(void)state;
	begin_with(TWO);
	cc_status_keep(&s);
	copy_entry();
	s.uidvalidity = 2;
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &got), 0);
	assert_int_equal(got.uidvalidity, 2);
	drop_first_entry();
	assert_int_equal(cc_status_find(&s.stamp, &got), CC_ENOENT);
	end();
}

/* Counters that no mailbox has. */
static void
test_impossible_counters(void **state)
{
	static const struct {
		uint32_t uidvalidity, uid_last, messages, recent, unseen;
		int want;
	} cases[] = {
		{ 1, 0, 0, 0, 0, 0 },
		{ 1, 5, 5, 5, 5, 0 },
		{ 1, CC_MBOX_UID_MAX, 5, 5, 5, 0 },
		{ 0, 5, 5, 5, 5, CC_ENOENT },
		{ 1, 5, 5, 6, 5, CC_ENOENT },
		{ 1, 5, 5, 5, 6, CC_ENOENT },
		{ 1, 4, 5, 5, 5, CC_ENOENT },
		{ 1, CC_MBOX_UID_MAX + 1, 5, 5, 5, CC_ENOENT },
		{ 1, UINT32_MAX, 5, 5, 5, CC_ENOENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mbox_status s = { { 1, 2, 3, { 4, 5 }, { 6, 7 } },
			cases[i].uidvalidity, cases[i].uid_last,
			cases[i].messages, cases[i].recent, cases[i].unseen };

		begin_with(TWO);
		cc_status_keep(&s);
		assert_int_equal(cc_status_find(&s.stamp, &s), cases[i].want);
		end();
	}
}

/* All of a file's state counts. */
static void
test_another_state(void **state)
{
	const struct mbox_status s = { .stamp = { 1, 2, 3, { 4, 5 }, { 6, 7 } },
		.uidvalidity = 1 };
	const struct mbox_stamp others[] = {
		{ 9, 2, 3, { 4, 5 }, { 6, 7 } },
		{ 1, 9, 3, { 4, 5 }, { 6, 7 } },
		{ 1, 2, 9, { 4, 5 }, { 6, 7 } },
		{ 1, 2, 3, { 9, 5 }, { 6, 7 } },
		{ 1, 2, 3, { 4, 9 }, { 6, 7 } },
		{ 1, 2, 3, { 4, 5 }, { 9, 7 } },
		{ 1, 2, 3, { 4, 5 }, { 6, 9 } },
	};
	struct mbox_status got;

	(void)state;
	begin_with(TWO);
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &got), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(cc_status_find(&others[i], &got), CC_ENOENT);
	end();
}

/* An anonymous user keeps nothing. */
static void
test_anonymous(void **state)
{
	struct mbox_status s = { .stamp = { .ino = 1, .ctime = { 1, 1 } },
		.uidvalidity = 1 };

	(void)state;
	begin_with(TWO);
	cc_env()->anonymous = true;
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &s), CC_ENOENT);
	assert_false(tmpdir_has(&tmp, TABLE));
	cc_env()->anonymous = false;
	cc_status_keep(&s);
	assert_int_equal(cc_status_find(&s.stamp, &s), 0);
	end();
}

#define MAILBOXES 20000u

/* More mailboxes than there is room for: some are forgotten, none is taken for
 * another. */
static void
test_full_table(void **state)
{
	unsigned found = 0;
	struct stat st;

	(void)state;
	begin_with(TWO);
	for (unsigned i = 1; i <= MAILBOXES; i++) {
		struct mbox_status s = {
			{ .dev = i % 3, .ino = i, .ctime = { 1, 1 } }, i, i + 3,
			i + 2, i % 5, i % 7
		};
		struct mbox_status got;

		cc_status_keep(&s);
		assert_int_equal(cc_status_find(&s.stamp, &got), 0);
		assert_int_equal(got.uidvalidity, i);
	}
	for (unsigned i = 1; i <= MAILBOXES; i++) {
		struct mbox_stamp stamp = {
			.dev = i % 3, .ino = i, .ctime = { 1, 1 }
		};
		struct mbox_status got;

		if (cc_status_find(&stamp, &got) != 0)
			continue;
		found++;
		assert_true(got.uidvalidity == i && got.uid_last == i + 3 &&
		    got.messages == i + 2 && got.recent == i % 5 &&
		    got.unseen == i % 7);
	}
	assert_int_equal(stat(tmpdir_path(&tmp, TABLE), &st), 0);
	assert_true(st.st_size <= 1024 * 1024);
	assert_true(found > 7000 && found <= 8192);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damaged_entry),
		cmocka_unit_test(test_table_of_others),
		cmocka_unit_test(test_huge_table),
		cmocka_unit_test(test_removed_table),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_two_entries_of_one),
		cmocka_unit_test(test_impossible_counters),
		cmocka_unit_test(test_another_state),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_full_table),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
