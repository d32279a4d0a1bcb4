/*
 * test_unix.h - mailboxes of the unix driver in a directory of their own, for
 * the tests of mboxfile*.c and unix.c.
 */
#ifndef TEST_UNIX_H
#define TEST_UNIX_H

#include "test_util.h"

#include "cc_err.h"
#include "linkage.h"
#include "mail_fast.h"
#include "mboxfile.h"
#include "strbuf.h"
#include "test_env.h"

#define FROM "From u Thu Jun  6 14:07:31 2002 +0000\n"
#define FROM2 "From v Fri Jun  7 14:07:31 2002 +0000\n"
#define FROM3 "From w Sat Jun  8 14:07:31 2002 +0000\n"
#define BASE "X-IMAPbase: 1709629200 7 Work Later\n"
#define MSG FROM "Subject: s\n\nbody\n\n"

extern DRIVER unixdriver;

static bool linked;

static inline void
begin(void)
{
	tmpdir_make(&tmp);
	begin_home("");
	mail_parameters(NIL, SET_EXPUNGEATPING, VOIDT);
	if (!linked)
		mail_link(&unixdriver);
	linked = true;
}

static inline void
box_write(const void *text, size_t len)
{
	tmpdir_write(&tmp, "home/box", text, len);
}

static inline void
box(const char *text)
{
	box_write(text, strlen(text));
}

/* Adds text to the mailbox, as a delivery does. */
static inline void
deliver(const char *text)
{
	int fd = open(tmpdir_path(&tmp, "home/box"), O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* Replaces octets in the mailbox without changing its length. */
static inline void
patch(const char *old, const char *new)
{
	char buf[65536], *at;
	int fd = open(tmpdir_path(&tmp, "home/box"), O_RDWR);
	ssize_t n;

	assert_true(fd >= 0 && strlen(old) == strlen(new));
	n = read(fd, buf, sizeof(buf));
	at = n > 0 ? memmem(buf, (size_t)n, old, strlen(old)) : NULL;
	assert_non_null(at);
	assert_int_equal(pwrite(fd, new, strlen(new), at - buf),
	    (ssize_t)strlen(new));
	close(fd);
}

static inline void
box_is(const char *want)
{
	tmpdir_expect(&tmp, "home/box", want);
}

/* What the mailbox holds, to be freed by the caller. */
static inline void
box_read(struct strbuf *out)
{
	file_read(tmpdir_path(&tmp, "home/box"), out);
}

/* The original has only the flock() of the lock files that it holds. */
static inline bool
like_the_original(const struct inodelock *lock)
{
	struct flock none = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	return fcntl(lock->fd, F_OFD_SETLK, &none) == 0;
}

/* Begins with the mailbox of a step of the vectors. */
static inline void
box_from(const char *path)
{
	struct strbuf b;

	file_read(path, &b);
	box_write(b.data, b.len);
	cc_strbuf_free(&b);
}

/* The mailbox is what the original toolkit made of it in a step. */
static inline void
box_is_file(const char *path)
{
	struct strbuf want, is;

	file_read(path, &want);
	box_read(&is);
	assert_int_equal(is.len, want.len);
	assert_memory_equal(is.data, want.data, want.len);
	cc_strbuf_free(&want);
	cc_strbuf_free(&is);
}

/* A header line between these that is longer than any that is rewritten. */
static inline void
box_long(const char *before, const char *behind)
{
	const size_t len = 5000000;
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_strbuf_printf(&text, "%sLong: ", before);
	memset(cc_strbuf_room(&text, len), 'x', len);
	cc_strbuf_claim(&text, len);
	cc_strbuf_printf(&text, "\n%s", behind);
	box_write(text.data, text.len);
	cc_strbuf_free(&text);
}

/* The last message to the user has this text in it. */
static inline void
expect_log(const char *want)
{
	if (!strstr(test_callbacks.log, want))
		print_error("log: %s\n", test_callbacks.log);
	assert_non_null(strstr(test_callbacks.log, want));
	test_callbacks_reset();
}

static inline MAILSTREAM *
open_named(const char *name, long options)
{
	MAILSTREAM *s;

	test_callbacks_reset();
	s = mail_open(NIL, (char *)name, options);
	if (!s)
		print_error("log: %s\n", test_callbacks.log);
	assert_non_null(s);
	return s;
}

static inline MAILSTREAM *
open_box(long options)
{
	return open_named("box", options);
}

/* Bit i: message i + 1. */
static inline void
mark_deleted(MAILSTREAM *s, unsigned mask)
{
	char number[16];

	for (int i = 0; mask >> i != 0; i++)
		if (mask >> i & 1) {
			snprintf(number, sizeof(number), "%d", i + 1);
			mail_flag(s, number, "\\Deleted", ST_SET);
		}
}

static inline unsigned long
uid(MAILSTREAM *s, unsigned long msgno)
{
	struct mail_record r;

	assert_int_equal(cc_mail_record(s, msgno, &r), 0);
	return r.uid;
}

static inline unsigned
flags(MAILSTREAM *s, unsigned long msgno)
{
	struct mail_record r;

	assert_int_equal(cc_mail_record(s, msgno, &r), 0);
	return r.flags;
}

static inline uint32_t
keywords(MAILSTREAM *s, unsigned long msgno)
{
	struct mail_record r;

	assert_int_equal(cc_mail_record(s, msgno, &r), 0);
	return r.keywords;
}

/* Header or text as it comes from the driver: 0 or negative. */
static inline int
get(MAILSTREAM *s, unsigned long msgno, enum mail_what what, struct strbuf *out)
{
	struct mail_reader reader;
	struct span span;
	int r;

	cc_strbuf_init(out, SIZE_MAX);
	if ((r = cc_mail_read(s, msgno, what, &reader)) != 0)
		return r;
	while ((r = cc_mail_next(&reader, &span)) > 0) {
		assert_true(span.len > 0);
		cc_strbuf_put_span(out, span);
	}
	return r;
}

static inline void
expect_part(MAILSTREAM *s, unsigned long msgno, enum mail_what what,
    const char *want)
{
	struct strbuf b;

	assert_int_equal(get(s, msgno, what, &b), 0);
	assert_string_equal(cc_strbuf_str(&b), want);
	cc_strbuf_free(&b);
}

#define expect_text(s, msgno, want) expect_part((s), (msgno), MAIL_TEXT, (want))
#define expect_header(s, msgno, want)                                          \
	expect_part((s), (msgno), MAIL_HEADER, (want))

/* Octets that this process has read so far. */
static inline unsigned long
octets_read(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	unsigned long n = 0;
	char line[100];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "rchar: ", 7) == 0)
			n = strtoul(line + 7, NULL, 10);
	fclose(f);
	assert_true(n > 0);
	return n;
}

#endif
