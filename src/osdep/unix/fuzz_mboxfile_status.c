/*
 * fuzz_mboxfile_status.c - hostile files of counters: what is told of a mailbox
 * stands in an entry of the state that was asked for, and what was kept is
 * found again. The input is a table of one row, as it is and with entries
 * that the reader looks at: their sums are right, and, if their last octet
 * says so, their clock and the state of the file.
 */
#include "cc_limits.h"
#include "env_state.h"
#include "fuzz_root.h"
#include "mboxfile_record.h"
#include "mboxfile_status.h"

#define TABLE_MAX (1024 * 1024)

/* An entry: magic and sum, state of the file, clock, counters. */
#define ENTRY 128
#define ROW (8 * ENTRY)
#define SUM 8
#define STATE 16
#define CLOCK 72
#define COUNTERS 80

/* What an entry's last octet says. */
#define RIGHT_FILE 1u
#define RIGHT_STATE 2u
#define RIGHT_CLOCK 4u

static char model[ENTRY]; /* an entry of a in the first row */
static struct mbox_status a, b;
static int table;

/* ------------------------------------------------------------------- scene */

static void
fill(struct span text)
{
	must(ftruncate(table, 0) == 0);
	must(pwrite(table, text.p, text.len, 0) == (ssize_t)text.len);
}

/* What stands in the first row; what is not there is zero. */
static void
read_row(char row[ROW])
{
	memset(row, 0, ROW);
	must(pread(table, row, ROW, 0) >= 0);
}

/* The next mailbox whose row is the first one. */
static void
find_mailbox(struct mbox_status *s)
{
	static uint64_t ino;

	do {
		*s = (struct mbox_status){
			.stamp = { 1, (ino_t)++ino, 3, { 4, 5 }, { 6, 7 } },
			.uidvalidity = 1,
			.uid_last = 1,
		};
		fill(cc_span("", 0));
		cc_status_keep(s);
		must(pread(table, model, ENTRY, 0) == ENTRY);
	} while (model[0] == 0);
}

static void
make_scene(void)
{
	if (b.uidvalidity != 0)
		return;
	fuzz_root_put("status", cc_span("", 0));
	table = openat(fuzz_root_dir(), "status", O_RDWR | O_CLOEXEC);
	must(table >= 0);
	cc_env()->status_fd = table;
	find_mailbox(&b);
	find_mailbox(&a);
}

/* ------------------------------------------------------------------ checks */

static uint64_t
word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool
is_sound(const char *entry)
{
	return memcmp(entry, model, SUM) == 0 &&
	    word(entry + SUM) == cc_redo_sum_of(entry + STATE, ENTRY - STATE);
}

static bool
is_of_state(const char *entry, const struct mbox_stamp *s)
{
	const uint64_t state[] = { (uint64_t)s->dev, (uint64_t)s->ino,
		(uint64_t)s->size, (uint64_t)s->mtime.tv_sec,
		(uint64_t)s->mtime.tv_nsec, (uint64_t)s->ctime.tv_sec,
		(uint64_t)s->ctime.tv_nsec };

	return memcmp(entry + STATE, state, sizeof(state)) == 0;
}

static bool
has_counters(const char *entry, const struct mbox_status *s)
{
	const uint32_t counters[] = { s->uidvalidity, s->uid_last, s->messages,
		s->recent, s->unseen };

	return memcmp(entry + COUNTERS, counters, sizeof(counters)) == 0;
}

/* Whatever is told stands there, and can be. */
static void
check_told(const struct mbox_stamp *stamp)
{
	struct mbox_status got;
	char row[ROW];
	bool stands = false;

	if (cc_status_find(stamp, &got) != 0)
		return;
	must(cc_mbox_stamp_same(&got.stamp, stamp));
	must(got.uidvalidity != 0 && got.uid_last <= CC_MBOX_UID_MAX);
	must(got.messages <= got.uid_last);
	must(got.recent <= got.messages && got.unseen <= got.messages);
	read_row(row);
	for (const char *e = row; e < row + ROW; e += ENTRY)
		stands = stands ||
		    (is_sound(e) && is_of_state(e, stamp) &&
			has_counters(e, &got));
	must(stands);
}

/* Is it told, and by one entry of the file? */
static void
check_kept(const struct mbox_status *s)
{
	struct mbox_status got;
	char row[ROW];
	int n = 0;

	must(cc_status_find(&s->stamp, &got) == 0);
	must(got.uidvalidity == s->uidvalidity && got.uid_last == s->uid_last);
	must(got.messages == s->messages && got.recent == s->recent);
	must(got.unseen == s->unseen);
	read_row(row);
	for (const char *e = row; e < row + ROW; e += ENTRY)
		n += is_sound(e) && word(e + STATE) == (uint64_t)s->stamp.dev &&
		    word(e + STATE + 8) == (uint64_t)s->stamp.ino;
	must(n == 1);
}

static void
try_table(struct span text)
{
	struct mbox_status kept = a;

	fill(text);
	check_told(&a.stamp);
	check_told(&b.stamp);
	kept.uid_last = 90 + (uint32_t)text.len;
	kept.messages = 9;
	kept.recent = kept.unseen = (uint32_t)text.len % 10;
	cc_status_keep(&kept);
	check_kept(&kept);
	cc_status_keep(&b);
	check_kept(&b);
	check_told(&a.stamp);
	must(lseek(table, 0, SEEK_END) <= TABLE_MAX);
}

/* ------------------------------------------------------------------- input */

static void
put_right(char *entry)
{
	unsigned what = (unsigned char)entry[ENTRY - 1];
	uint64_t sum;

	memcpy(entry, model, SUM);
	if (what & (RIGHT_FILE | RIGHT_STATE))
		memcpy(entry + STATE, model + STATE, 16);
	if (what & RIGHT_STATE)
		memcpy(entry + STATE, model + STATE, CLOCK - STATE);
	if (what & RIGHT_CLOCK)
		memcpy(entry + CLOCK, model + CLOCK, COUNTERS - CLOCK);
	sum = cc_redo_sum_of(entry + STATE, ENTRY - STATE);
	memcpy(entry + SUM, &sum, sizeof(sum));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size < ROW ? size : ROW;
	char row[ROW];

	make_scene();
	try_table(cc_span((const char *)data, len));
	if (len > 0)
		memcpy(row, data, len);
	for (size_t at = 0; at + ENTRY <= len; at += ENTRY)
		put_right(row + at);
	try_table(cc_span(row, len));
	return 0;
}
