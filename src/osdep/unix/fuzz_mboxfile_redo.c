/*
 * fuzz_mboxfile_redo.c - redo records of a small mailbox, and records of
 * appends to it, with right sums: one that does not fit changes nothing and is
 * set aside, one that fits leaves no record; no octet is put outside of the
 * size that it names, and what an append found is as it was.
 *
 * The input is what follows the record's second line; of an append behind an
 * octet 'B'. Behind an octet 'A' are instead, one octet each, how many octets
 * of the mailbox belong to the append, how many it lacks, how many of its text
 * are in the record, and how many messages it has; then what follows the lines.
 */
#include <sys/stat.h>
#include <time.h>

#include "cc_err.h"
#include "fs.h"
#include "fuzz_root.h"
#include "mailfile.h"
#include "mboxfile_record.h"
#include "mboxfile_redo.h"
#include "mboxfile_undo_inner.h"
#include "misc.h"

#define MAILBOX "mbox"

static const char mailbox[] =
    "From a@example.com Tue Mar  5 09:01:02 2024\nStatus: O\n\nText\n\n"
    "From b@example.com Tue Mar  5 10:00:00 2024\nStatus: O\n\nMore\n\n";

/* The octets of the mailbox that no append may change. */
static size_t
octets_before(const uint8_t *data, size_t size)
{
	size_t len = sizeof(mailbox) - 1;

	return size > 4 && data[0] == 'A' ? len - data[1] % len : 0;
}

/* The lines of an append's record that fit this mailbox and machine. */
static void
put_append(struct strbuf *text, const uint8_t *data, size_t size)
{
	size_t before = octets_before(data, size);
	struct timespec up;

	must(clock_gettime(CLOCK_BOOTTIME, &up) == 0);
	cc_strbuf_printf(text, "size %zu %zu\nbooted %lld\n", before,
	    sizeof(mailbox) - 1 + data[2], (long long)(time(NULL) - up.tv_sec));
	cc_strbuf_printf(text, "starts %u text %u sums 4096\n", data[4] % 8u,
	    data[3]);
	cc_strbuf_put(text, data + 5, size - 5);
}

static void
put_record(struct strbuf *text, const struct stat *st, const uint8_t *data,
    size_t size)
{
	bool append = size > 0 && (data[0] == 'A' || data[0] == 'B');

	cc_strbuf_printf(text, "%sfile %llx %llx\n",
	    append ? UNDO_HEAD_WORD : CC_REDO_HEAD_WORD,
	    (unsigned long long)st->st_dev, (unsigned long long)st->st_ino);
	if (size > 4 && data[0] == 'A')
		put_append(text, data, size);
	else
		cc_strbuf_put(text, data + append, size - append);
}

static void
write_record(const struct mbox *m, const uint8_t *data, size_t size)
{
	struct redo_sum sum = { .h = 0 };
	struct strbuf text, name;
	struct stat st;
	int dir = cc_mailfile_parent(m->path), fd;

	must(dir >= 0 && fstat(m->fd, &st) == 0);
	cc_strbuf_init(&text, SIZE_MAX / 2);
	put_record(&text, &st, data, size);
	cc_redo_sum_add(&sum, text.data, text.len);
	cc_strbuf_printf(&text, "check %016llx\n",
	    (unsigned long long)cc_redo_sum_end(&sum));
	cc_redo_name(&name, m, "");
	fd = openat(dir, cc_strbuf_str(&name), O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600);
	must(fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len);
	close(fd);
	close(dir);
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
}

/* Are the mailbox's first octets as they were? */
static bool
untouched(int fd, size_t len)
{
	char now[sizeof(mailbox)];

	return pread(fd, now, len, 0) == (ssize_t)len &&
	    memcmp(now, mailbox, len) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbox m = { .rdonly = false };
	char path[64];
	struct stat st;
	int r;

	fuzz_root_make();
	fuzz_root_clear();
	snprintf(path, sizeof(path), "%s/" MAILBOX, fuzz_root);
	m.path = cpystr(path);
	m.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(m.fd >= 0);
	must(write(m.fd, mailbox, sizeof(mailbox) - 1) == sizeof(mailbox) - 1);
	write_record(&m, data, size);
	r = cc_redo_recover(&m);
	must(fstat(m.fd, &st) == 0);
	/* No record makes the file longer: its size was there before. */
	must(st.st_size <= (off_t)sizeof(mailbox) - 1);
	must(r != 0 || !cc_redo_found(&m));
	must(untouched(m.fd,
	    size > 8 ? octets_before(data, size) : sizeof(mailbox) - 1));
	close(m.fd);
	fs_give((void **)&m.path);
	return 0;
}
