/*
 * uidvalidity.c - UIDVALIDITY values that never come twice.
 *
 * The highest value seen is the file "uidvalidity" of the private directory,
 * in the text form of uidrecord.c:
 *
 *	cedar-uidvalidity 1
 *	highest N
 *	check SUM
 *
 * Changed under a lock on "uidvalidity.lock", which is only ever held for the
 * time of one write. A damaged file counts as empty: the clock still gives
 * values above almost every older one.
 */
#include <fcntl.h>
#include <unistd.h>

#include "cc_limits.h"
#include "cc_err.h"
#include "fdlock.h"
#include "privfile.h"
#include "tempfile.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

#define FILE_NAME "uidvalidity"
#define LOCK_NAME "uidvalidity.lock"
#define FILE_MAX 256    /* octets of the file: far more than it has */
#define LOCK_WAIT 30000 /* milliseconds for the writes of other sessions */

static int
parse(struct span text, uint32_t *highest_r)
{
	struct cursor c = cc_cursor(text);
	uint64_t n;

	if (cc_uidrecord_word(&c, "cedar-uidvalidity 1\nhighest ") != 0 ||
	    cc_uidrecord_dec(&c, UINT32_MAX, &n) != 0 ||
	    cc_uidrecord_word(&c, "\n") != 0 ||
	    cc_uidrecord_check(&c, text.p) != 0)
		return CC_EPARSE;
	*highest_r = (uint32_t)n;
	return 0;
}

/* The highest value recorded, 0 if none is. */
static int
read_highest(int privdir, uint32_t *highest_r)
{
	struct strbuf text;
	int r;

	*highest_r = 0;
	cc_strbuf_init(&text, FILE_MAX);
	r = cc_privfile_read(privdir, FILE_NAME, &text);
	if (r == 0)
		parse(cc_strbuf_span(&text), highest_r);
	cc_strbuf_free(&text);
	return r == CC_ENOENT || r == CC_ELIMIT ? 0 : r;
}

static int
write_highest(int privdir, uint32_t highest)
{
	struct strbuf text;
	int r;

	cc_strbuf_init(&text, FILE_MAX);
	cc_strbuf_printf(&text, "cedar-uidvalidity 1\nhighest %lu\n",
	    (unsigned long)highest);
	cc_uidrecord_put_check(&text, 0);
	r = cc_tempfile_replace(privdir, FILE_NAME, 0600,
	    cc_strbuf_span(&text));
	cc_strbuf_free(&text);
	return r;
}

/* The lock's descriptor, or negative. */
static int
lock(int privdir)
{
	int fd = openat(privdir, LOCK_NAME,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return cc_err_errno();
	if ((r = cc_fdlock_get(fd, FDLOCK_EX, LOCK_WAIT)) != 0) {
		close(fd);
		return r;
	}
	return fd;
}

int
cc_uidvalidity_next(int privdir, uint32_t now, uint32_t *uidvalidity_r)
{
	uint32_t highest, value;
	int fd = lock(privdir), r;

	if (fd < 0)
		return fd;
	r = read_highest(privdir, &highest);
	if (r == 0 && highest == UINT32_MAX)
		r = CC_ERANGE;
	if (r == 0) {
		value = now > highest ? now : highest + 1;
		if ((r = write_highest(privdir, value)) == 0)
			*uidvalidity_r = value;
	}
	close(fd);
	return r;
}

int
cc_uidvalidity_seen(int privdir, uint32_t now, uint32_t uidvalidity)
{
	uint32_t highest;
	int fd, r;

	if (uidvalidity > now && uidvalidity - now > CC_UIDVALIDITY_AHEAD)
		return 0;
	/* Nearly always it is known: look before taking the lock. */
	if ((r = read_highest(privdir, &highest)) != 0)
		return r;
	if (uidvalidity <= highest)
		return 0;
	if ((fd = lock(privdir)) < 0)
		return fd;
	r = read_highest(privdir, &highest);
	if (r == 0 && uidvalidity > highest)
		r = write_highest(privdir, uidvalidity);
	close(fd);
	return r;
}
