/*
 * uidrecord_file.c - UID records as files of the private directory.
 *
 * Name: uids.DEV.INO in hexadecimal. Written whole by cc_tempfile_replace, so
 * that readers need no lock; who may write is decided by the mailbox's own
 * lock, which the caller holds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cc_err.h"
#include "privfile.h"
#include "tempfile.h"
#include "uidrecord.h"

/* Octets of a record: the head, and two numbers a run. */
#define RECORD_MAX (512u + CC_UIDRECORD_RUNS * 22u)

#define NAME_PREFIX "uids."
#define NAME_MAX_LEN 64 /* the prefix and two 64-bit numbers */

static void
put_name(struct strbuf *name, uint64_t dev, uint64_t ino)
{
	cc_strbuf_init(name, NAME_MAX_LEN);
	cc_strbuf_printf(name, NAME_PREFIX "%llx.%llx", (unsigned long long)dev,
	    (unsigned long long)ino);
}

/* Is it the record of this file, and not of one that was longer? */
static int
check_file(const struct uidrecord *rec, const struct stat *st)
{
	return rec->dev == (uint64_t)st->st_dev &&
		rec->ino == (uint64_t)st->st_ino &&
		rec->size <= (uint64_t)st->st_size
	    ? 0
	    : CC_ECHANGED;
}

static int
read_named(int privdir, const char *name, struct uidrecord *rec_r)
{
	struct strbuf text;
	int r;

	cc_strbuf_init(&text, RECORD_MAX);
	r = cc_privfile_read(privdir, name, &text);
	if (r == 0)
		r = cc_uidrecord_parse(cc_strbuf_span(&text), rec_r);
	cc_strbuf_free(&text);
	return r;
}

int
cc_uidrecord_read(int privdir, const struct stat *st, struct uidrecord *rec_r)
{
	struct uidrecord rec;
	struct strbuf name;
	int r;

	put_name(&name, (uint64_t)st->st_dev, (uint64_t)st->st_ino);
	r = read_named(privdir, cc_strbuf_str(&name), &rec);
	if (r == 0 && (r = check_file(&rec, st)) != 0)
		cc_uidrecord_free(&rec);
	if (r == 0)
		*rec_r = rec;
	cc_strbuf_free(&name);
	return r;
}

/* What would not be read back must not be written. */
static int
check_valid(struct span text)
{
	struct uidrecord rec;

	if (cc_uidrecord_parse(text, &rec) != 0)
		return CC_EINVAL;
	cc_uidrecord_free(&rec);
	return 0;
}

int
cc_uidrecord_write(int privdir, const struct uidrecord *rec)
{
	struct strbuf name, text;
	int r;

	put_name(&name, rec->dev, rec->ino);
	cc_strbuf_init(&text, RECORD_MAX);
	cc_uidrecord_format(&text, rec);
	if ((r = cc_strbuf_status(&text)) == 0 &&
	    (r = check_valid(cc_strbuf_span(&text))) == 0)
		r = cc_tempfile_replace(privdir, cc_strbuf_str(&name), 0600,
		    cc_strbuf_span(&text));
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
	return r;
}

uint32_t
cc_uidrecord_highest(int privdir, uint32_t uidvalidity, bool lost)
{
	int fd = openat(privdir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct uidrecord rec;
	struct dirent *d;
	uint32_t highest = 0;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (d = readdir(dir)) != NULL) {
		/* what was not renamed into place was told to nobody */
		if (strncmp(d->d_name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0 ||
		    strstr(d->d_name, ".new") ||
		    read_named(privdir, d->d_name, &rec) != 0)
			continue;
		if (rec.uidvalidity == uidvalidity &&
		    cc_uidrecord_floor(&rec, lost) > highest)
			highest = cc_uidrecord_floor(&rec, lost);
		cc_uidrecord_free(&rec);
	}
	if (dir)
		closedir(dir);
	return highest;
}

int
cc_uidrecord_remove(int privdir, const struct stat *st)
{
	struct strbuf name;
	int r = 0;

	put_name(&name, (uint64_t)st->st_dev, (uint64_t)st->st_ino);
	if (unlinkat(privdir, cc_strbuf_str(&name), 0) != 0)
		r = errno == ENOENT ? 0 : cc_err_errno();
	else if (fsync(privdir) != 0)
		r = cc_err_errno();
	cc_strbuf_free(&name);
	return r;
}
