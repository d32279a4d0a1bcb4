/*
 * uidvalidity_missing.c - the UIDVALIDITY of an INBOX that has no file.
 *
 * INBOX can always be selected; where nothing was delivered yet there is no
 * file that a UID record could belong to. What clients are told then is kept
 * in the file "inbox-missing" of the private directory, in the text form of
 * uidrecord.c:
 *
 *	cedar-inbox-missing 1
 *	uidvalidity N
 *	path PATH
 *	check SUM
 *
 * The first file that is found under that path and has no UIDVALIDITY gets it,
 * so that a client that waits for its first mail sees it without a change. It
 * was never told with any message: to lose it, or to tell it again, is no
 * harm. A damaged file counts as none.
 */
#include <time.h>
#include <unistd.h>

#include "cc_err.h"
#include "mailpath.h"
#include "privdir.h"
#include "privfile.h"
#include "tempfile.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

#define FILE_NAME "inbox-missing"
#define FILE_MAX (CC_MAILPATH_MAX + 128)

/* The number, if the text is of this path. */
static int
parse(struct span text, const char *path, uint32_t *uidvalidity_r)
{
	struct cursor c = cc_cursor(text);
	uint64_t n;

	if (cc_uidrecord_word(&c, "cedar-inbox-missing 1\nuidvalidity ") != 0 ||
	    cc_uidrecord_dec(&c, UINT32_MAX, &n) != 0 || n == 0 ||
	    cc_uidrecord_word(&c, "\npath ") != 0 ||
	    cc_uidrecord_word(&c, path) != 0 ||
	    cc_uidrecord_word(&c, "\n") != 0 ||
	    cc_uidrecord_check(&c, text.p) != 0)
		return CC_EPARSE;
	*uidvalidity_r = (uint32_t)n;
	return 0;
}

static int
read_it(int privdir, const char *path, uint32_t *uidvalidity_r)
{
	struct strbuf text;
	int r;

	cc_strbuf_init(&text, FILE_MAX);
	r = cc_privfile_read(privdir, FILE_NAME, &text);
	if (r == 0)
		r = parse(cc_strbuf_span(&text), path, uidvalidity_r);
	cc_strbuf_free(&text);
	return r;
}

static int
write_it(int privdir, const char *path, uint32_t uidvalidity)
{
	struct strbuf text;
	int r;

	cc_strbuf_init(&text, FILE_MAX);
	cc_strbuf_printf(&text,
	    "cedar-inbox-missing 1\nuidvalidity %lu\npath %s\n",
	    (unsigned long)uidvalidity, path);
	cc_uidrecord_put_check(&text, 0);
	if ((r = cc_strbuf_status(&text)) == 0)
		r = cc_tempfile_replace(privdir, FILE_NAME, 0600,
		    cc_strbuf_span(&text));
	cc_strbuf_free(&text);
	return r;
}

int
cc_uidvalidity_of_missing(const char *path, uint32_t *uidvalidity_r)
{
	uint32_t now = (uint32_t)time(NULL), v;
	int privdir = cc_privdir_open(), r;

	*uidvalidity_r = now;
	if (privdir < 0)
		return CC_EACCESS;
	r = read_it(privdir, path, &v);
	if (r != 0 && (r = cc_uidvalidity_next(privdir, now, &v)) == 0)
		r = write_it(privdir, path, v);
	if (r == 0)
		*uidvalidity_r = v;
	close(privdir);
	return r;
}

int
cc_uidvalidity_take_missing(int privdir, const char *path,
    uint32_t *uidvalidity_r)
{
	int r = read_it(privdir, path, uidvalidity_r);

	/* nobody else gets it, or there is none */
	if (r == 0 && unlinkat(privdir, FILE_NAME, 0) != 0)
		r = cc_err_errno();
	return r;
}
