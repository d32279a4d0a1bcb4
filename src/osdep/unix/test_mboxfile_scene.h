/*
 * test_mboxfile_scene.h - a mailbox of which every part of a rewrite has
 * something to do, the session that rewrites it, and the question whether all
 * of it is there.
 */
#ifndef TEST_MBOXFILE_SCENE_H
#define TEST_MBOXFILE_SCENE_H

#include "test_unix.h"

#define PAD22 "                      "
#define MESSAGES 9

static int lines = 17; /* lines of text of a message, times its number */

/* Message i (from 0): some need a rewrite, some have room, some are clean. */
static inline void
put_message(struct strbuf *out, int i)
{
	cc_strbuf_printf(out, "From u%d Thu Jun  6 14:07:%02d 2002 +0000\n", i,
	    i);
	cc_strbuf_printf(out, "Subject: message %d\n", i);
	if (i == 0)
		cc_strbuf_puts(out, "X-IMAPbase: 1709629200 5 Work Later\n");
	if (i < 4)
		cc_strbuf_printf(out,
		    "Status: O\nX-Status: \nX-Keywords:%s\n"
		    "X-UID: %d\n",
		    i == 0 ? "" : PAD22, i + 1);
	cc_strbuf_printf(out, "\nText of %d\n", i);
	for (int k = 0; k < i * lines; k++)
		cc_strbuf_printf(out, "line %d of %d\n", k, i);
	if (i != 6)
		cc_strbuf_putc(out, '\n');
}

static inline void
make_box(void)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	for (int i = 0; i < MESSAGES; i++)
		put_message(&text, i);
	box_write(text.data, text.len);
	cc_strbuf_free(&text);
}

/* The session that is killed. */
static inline void
victim(size_t step)
{
	MAILSTREAM *s = open_box(NIL);

	((struct mbox *)s->local)->step_max = step;
	mail_flag(s, s->nmsgs > 7 ? "2:3,7" : "2", "\\Flagged Work", ST_SET);
	mail_check(s);
	mail_flag(s, s->nmsgs > 7 ? "1,8" : "1", "\\Seen New", ST_SET);
	mail_close(s);
}

/* The number of files in home whose name begins so. */
static inline int
files_named(const char *name)
{
	DIR *d = opendir(tmpdir_path(&tmp, "home"));
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, name, strlen(name)) == 0;
	closedir(d);
	return n;
}

/* Every message is there, once, with its UID. */
static inline void
check_box(int more)
{
	MAILSTREAM *s = open_box(NIL);

	assert_int_equal(s->nmsgs, MESSAGES + more);
	assert_int_equal(s->uid_validity, 1709629200);
	for (int i = 0; i < MESSAGES + more; i++) {
		struct strbuf want, got;
		char header[64];

		cc_strbuf_init(&want, SIZE_MAX);
		cc_strbuf_printf(&want, "Text of %d\n", i);
		for (int k = 0; k < i * lines; k++)
			cc_strbuf_printf(&want, "line %d of %d\n", k, i);
		snprintf(header, sizeof(header), "Subject: message %d\n\n", i);
		expect_header(s, (unsigned long)i + 1, header);
		assert_int_equal(get(s, (unsigned long)i + 1, MAIL_TEXT, &got),
		    0);
		assert_string_equal(cc_strbuf_str(&got), cc_strbuf_str(&want));
		assert_int_equal(uid(s, (unsigned long)i + 1),
		    i < 4 ? i + 1 : i + 2);
		cc_strbuf_free(&want);
		cc_strbuf_free(&got);
	}
	/* \Deleted, which nobody set, is nowhere */
	for (unsigned long i = 1; i <= s->nmsgs; i++)
		assert_int_equal(flags(s, i) & (fDELETED | fDRAFT), 0);
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
}

/* ----------------------------------------------------------------- expunge */

/* Which messages an expunge takes out. */
static unsigned doomed;

/* By what name it opens the mailbox. */
static const char *doomed_name = "box";

/* Called when it says that it is done. */
static void (*confirmed)(void);

#define EVERY ((1u << MESSAGES) - 1)

static inline void
expunge_doomed(size_t step)
{
	MAILSTREAM *s = open_named(doomed_name, NIL);
	char number[16];

	((struct mbox *)s->local)->step_max = step;
	for (int i = 0; i < MESSAGES; i++)
		if (doomed & 1u << i) {
			snprintf(number, sizeof(number), "%d", i + 1);
			mail_flag(s, number, "\\Deleted", ST_SET);
		}
	if (mail_expunge(s) && confirmed)
		confirmed();
	mail_close(s);
}

/* The number in the header, and the text that belongs to it. */
static inline int
expect_whole(MAILSTREAM *s, unsigned long msgno)
{
	const char subject[] = "Subject: message ";
	struct strbuf want, got;
	int i;

	assert_int_equal(get(s, msgno, MAIL_HEADER, &got), 0);
	assert_memory_equal(got.data, subject, strlen(subject));
	i = (int)strtol(got.data + strlen(subject), NULL, 10);
	cc_strbuf_free(&got);
	cc_strbuf_init(&want, SIZE_MAX);
	cc_strbuf_printf(&want, "Text of %d\n", i);
	for (int k = 0; k < i * lines; k++)
		cc_strbuf_printf(&want, "line %d of %d\n", k, i);
	expect_text(s, msgno, cc_strbuf_str(&want));
	cc_strbuf_free(&want);
	assert_int_equal(uid(s, msgno), i < 4 ? i + 1 : i + 2);
	return i;
}

/* Which messages the session has, each whole, once and in order: a bit each. */
static inline unsigned
messages_seen(MAILSTREAM *s)
{
	unsigned seen = 0;
	int before = -1;

	assert_int_equal(s->uid_validity, 1709629200);
	for (unsigned long n = 1; n <= s->nmsgs; n++) {
		int i = expect_whole(s, n);

		assert_true(i > before && i <= MESSAGES);
		before = i;
		seen |= 1u << i;
	}
	return seen;
}

/* What must be left is, once, in order, with its UID; what was to go is gone
 * if done, else it may be there, once. more: one that was delivered. */
static inline void
check_left(bool done, bool more)
{
	MAILSTREAM *s = open_box(NIL);
	unsigned seen = messages_seen(s);

	if (done)
		assert_int_equal(seen & EVERY, EVERY & ~doomed);
	else
		assert_int_equal(seen & EVERY & ~doomed, EVERY & ~doomed);
	assert_int_equal(seen >> MESSAGES, more);
	mail_close(s);
	assert_int_equal(files_named(".cedar-redo"), 0);
}

#endif
