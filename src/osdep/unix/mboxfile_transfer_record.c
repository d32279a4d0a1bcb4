/*
 * mboxfile_transfer_record.c - the record of mail on its way from one mailbox
 * file to another.
 *
 *	cedar-move 1
 *	from DEV INO SKIP SIZE SUM	octets SKIP to SIZE of the source are
 *				meant; the sum is of all up to SIZE
 *	to DEV INO SIZE PAD	the destination before they were appended, and
 *				line ends that went before them
 *	done 0			1: they are all there, on the disk
 *	path LEN PATH		of the destination
 *	check SUM
 *
 * "move.DEV.INO" of the source, in the private directory. Whoever makes or
 * removes one has the locks of the source. The directory is the user's own;
 * all the same a record that is damaged counts for nothing.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "mboxfile_transfer_inner.h"
#include "privfile.h"
#include "tempfile.h"
#include "uidrecord_text.h"

#define RECORD_MAX 8192 /* octets: a path and some numbers */

static void
put_name(struct strbuf *name, const struct mbox_move *rec)
{
	cc_strbuf_init(name, 64);
	cc_strbuf_printf(name, "move.%llx.%llx", (unsigned long long)rec->dev,
	    (unsigned long long)rec->ino);
}

static void
put_record(struct strbuf *text, const struct mbox_move *rec)
{
	cc_strbuf_init(text, RECORD_MAX);
	cc_strbuf_printf(text,
	    "cedar-move 1\nfrom %llx %llx %llu %llu %016llx\n",
	    (unsigned long long)rec->dev, (unsigned long long)rec->ino,
	    (unsigned long long)rec->skip, (unsigned long long)rec->size,
	    (unsigned long long)rec->sum);
	cc_strbuf_printf(text, "to %llx %llx %llu %llu\n",
	    (unsigned long long)rec->to_dev, (unsigned long long)rec->to_ino,
	    (unsigned long long)rec->to_size, (unsigned long long)rec->pad);
	cc_strbuf_printf(text, "done %d\npath %zu %s\n", rec->done,
	    strlen(rec->path), rec->path);
	cc_uidrecord_put_check(text, 0);
}

int
cc_transfer_write(const struct mbox_both *b)
{
	struct strbuf name, text;
	int r;

	put_name(&name, &b->rec);
	put_record(&text, &b->rec);
	r = cc_strbuf_status(&text);
	if (r == 0)
		r = cc_tempfile_replace(b->privdir, cc_strbuf_str(&name), 0600,
		    cc_strbuf_span(&text));
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
	return r;
}

int
cc_transfer_remove(const struct mbox_both *b)
{
	struct strbuf name;
	int r = 0;

	put_name(&name, &b->rec);
	if (unlinkat(b->privdir, cc_strbuf_str(&name), 0) != 0)
		r = errno == ENOENT ? 0 : cc_err_errno();
	else if (fsync(b->privdir) != 0)
		r = cc_err_errno();
	cc_strbuf_free(&name);
	return r;
}

static int
parse_numbers(struct cursor *c, struct mbox_move *rec, uint64_t *done_r,
    uint64_t *len_r)
{
	if (cc_uidrecord_word(c, "cedar-move 1\nfrom ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->ino) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->skip) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->size) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 16, &rec->sum) != 0 ||
	    cc_uidrecord_word(c, "\nto ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->to_dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->to_ino) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->to_size) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, 2, &rec->pad) != 0 ||
	    cc_uidrecord_word(c, "\ndone ") != 0 ||
	    cc_uidrecord_dec(c, 1, done_r) != 0 ||
	    cc_uidrecord_word(c, "\npath ") != 0 ||
	    cc_uidrecord_dec(c, RECORD_MAX, len_r) != 0 ||
	    cc_uidrecord_word(c, " ") != 0)
		return CC_EPARSE;
	return 0;
}

/* The path is allocated on success. */
static int
parse_record(struct span text, struct mbox_move *rec_r)
{
	struct cursor c = cc_cursor(text);
	struct mbox_move rec = { .path = NULL };
	struct span path;
	uint64_t done, len;

	if (parse_numbers(&c, &rec, &done, &len) != 0 || rec.skip > rec.size ||
	    len > (uint64_t)(c.end - c.p))
		return CC_EPARSE;
	path = cc_span(c.p, (size_t)len);
	c.p += len;
	if (path.len == 0 || path.p[0] != '/' ||
	    memchr(path.p, '\0', path.len) ||
	    cc_uidrecord_word(&c, "\n") != 0 ||
	    cc_uidrecord_check(&c, text.p) != 0)
		return CC_EPARSE;
	rec.done = done == 1;
	rec.path = cc_span_dup(path);
	*rec_r = rec;
	return 0;
}

int
cc_mbox_transfer_again(struct span text, struct strbuf *out)
{
	struct mbox_move rec;

	if (parse_record(text, &rec) != 0)
		return CC_EPARSE;
	put_record(out, &rec);
	fs_give((void **)&rec.path);
	return 0;
}

int
cc_transfer_read(int privdir, const struct stat *st, struct mbox_move *rec_r)
{
	struct mbox_move key = { .dev = st->st_dev, .ino = st->st_ino };
	struct strbuf name, text;
	int r;

	put_name(&name, &key);
	cc_strbuf_init(&text, RECORD_MAX);
	r = cc_privfile_read(privdir, cc_strbuf_str(&name), &text);
	if (r == 0 &&
	    (parse_record(cc_strbuf_span(&text), rec_r) != 0 ||
		rec_r->dev != key.dev || rec_r->ino != key.ino))
		r = CC_ENOENT;
	cc_strbuf_free(&name);
	cc_strbuf_free(&text);
	return r;
}
