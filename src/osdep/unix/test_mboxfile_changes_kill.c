/*
 * test_mboxfile_changes_kill.c - sessions that follow a change list whose
 * writer is killed, before any of its calls and in the middle of one: what
 * they show is what the file says.
 */
#include <dirent.h>

#include "test_mboxfile_append.h"
#include "test_mboxfile_kill.h"

#include "mboxfile_changes.h"

enum { COUNT_BIG = 40, LINES_BIG = 120, WATCHERS = 3 };

/* A mailbox that is worth a list, as a rewrite leaves it. */
static void
big_box(void)
{
	const struct timespec times[2] = { { 1000000000, 0 },
		{ 1000000000, 0 } };
	struct strbuf b;

	cc_strbuf_init(&b, SIZE_MAX);
	for (unsigned i = 1; i <= COUNT_BIG; i++) {
		cc_strbuf_printf(&b, FROM "Subject: %u\n%s", i,
		    i == 1 ? "X-IMAPbase: 1709629200 0000000040 Work\n" : "");
		cc_strbuf_printf(&b,
		    "Status: O\nX-Status: \nX-Keywords:%40s\nX-UID: %u\n\n", "",
		    i);
		for (int k = 0; k < LINES_BIG; k++)
			cc_strbuf_printf(&b, "%059d\n", k);
		cc_strbuf_putc(&b, '\n');
	}
	assert_true(b.len > CC_CHANGES_MIN);
	box_write(b.data, b.len);
	cc_strbuf_free(&b);
	/* what was written just now is looked at again anyway */
	assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&tmp, "home/box"),
			     times, 0),
	    0);
}

static bool
has_list(void)
{
	DIR *dir = opendir(tmpdir_path(&tmp, "home/.cedar"));
	struct dirent *d;
	bool yes = false;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		yes = yes || strncmp(d->d_name, "changes.", 8) == 0;
	closedir(dir);
	return yes;
}

/* ------------------------------------------------------------ what is shown */

/* All keywords of these tests, which sessions know in orders of their own. */
static const char *const names[] = { "Another", "before", "keywords", "Later",
	"Long", "Mine", "there", "were", "Work" };

static bool
has_keyword(MAILSTREAM *s, uint32_t kw, const char *name)
{
	for (int k = 0; k < NUSERFLAGS && s->user_flags[k]; k++)
		if ((kw & (uint32_t)1 << k) &&
		    strcmp(s->user_flags[k], name) == 0)
			return true;
	return false;
}

/* All that a client may see of a mailbox. */
static void
put_view(MAILSTREAM *s, struct strbuf *out)
{
	cc_strbuf_init(out, SIZE_MAX);
	cc_strbuf_printf(out, "%lu messages\n", s->nmsgs);
	for (unsigned long i = 1; i <= s->nmsgs; i++) {
		const unsigned shown =
		    fSEEN | fDELETED | fFLAGGED | fANSWERED | fDRAFT;
		uint32_t kw = keywords(s, i);
		struct strbuf part;

		cc_strbuf_printf(out, "UID %lu flags %x", uid(s, i),
		    flags(s, i) & shown);
		for (size_t n = 0; n < COUNT(names); n++)
			if (has_keyword(s, kw, names[n]))
				cc_strbuf_printf(out, " %s", names[n]);
		for (int what = MAIL_HEADER; what <= MAIL_TEXT; what++) {
			assert_int_equal(get(s, i, (enum mail_what)what, &part),
			    0);
			cc_strbuf_printf(out, "\n%zu octets ", part.len);
			cc_strbuf_put(out, part.data,
			    part.len < 20 ? part.len : 20);
			cc_strbuf_free(&part);
		}
		cc_strbuf_putc(out, '\n');
	}
}

/* Every session shows what one does that parses the file now. */
static void
expect_same(MAILSTREAM *const *s, int n)
{
	MAILSTREAM *fresh = open_box(OP_READONLY);
	struct strbuf want, got;

	put_view(fresh, &want);
	for (int i = 0; i < n; i++) {
		assert_int_equal(mail_ping(s[i]), LONGT);
		put_view(s[i], &got);
		assert_string_equal(cc_strbuf_str(&got), cc_strbuf_str(&want));
		assert_int_equal(s[i]->uid_validity, fresh->uid_validity);
		assert_true(s[i]->uid_last >= fresh->uid_last);
		cc_strbuf_free(&got);
	}
	cc_strbuf_free(&want);
	mail_close(fresh);
}

/* --------------------------------------------------------------- the writer */

static MAILSTREAM *writer; /* followed the list as all others did */

/* In the process that dies: its locks must not live on in ours. */
static void
begin_writing(size_t step)
{
	struct mbox *m = writer->local;
	int fd = open(m->path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || dup2(fd, m->fd) != m->fd)
		_exit(1);
	close(fd);
	m->step_max = step;
}

static void
store(size_t step)
{
	begin_writing(step);
	mail_flag(writer, "3:5,20", "\\Flagged Work", ST_SET);
	mail_flag(writer, "4", "\\Seen Later", ST_SET);
}

static void
expunge(size_t step)
{
	begin_writing(step);
	mail_flag(writer, "2,21:22", "\\Deleted", ST_SET);
	mail_expunge(writer);
}

static void
append_and_look(size_t step)
{
	begin_writing(step);
	append(JAM);
	mail_ping(writer);
	append(JAM);
	mail_ping(writer);
}

static void
check(size_t step)
{
	begin_writing(step);
	mail_flag(writer, "1:40", "Long keywords there were before", ST_SET);
	mail_flag(writer, "7", "Another", ST_SET);
	mail_check(writer);
}

/* Three sessions that are all at the end of a list; the writer is one. */
static void
begin_following(MAILSTREAM **s)
{
	begin();
	listen();
	big_box();
	for (int i = 0; i < WATCHERS; i++)
		s[i] = open_box(NIL);
	mail_flag(s[0], "30", "\\Answered", ST_SET);
	assert_true(has_list());
	for (int i = 1; i < WATCHERS; i++) {
		assert_int_equal(mail_ping(s[i]), LONGT);
		assert_true(flags(s[i], 30) & fANSWERED);
	}
	writer = s[WATCHERS - 1];
}

/* What the others did not hear of they do not write over, either: they go on
 * with the list, whatever the dead one left of it. room: for the keyword; else
 * the flags wait in the session. */
static void
go_on(MAILSTREAM **s, bool room)
{
	expect_same(s, WATCHERS);
	for (int i = 0; i < WATCHERS; i++) {
		char number[2] = { (char)('6' + i), '\0' };

		mail_flag(s[i], number, "\\Draft Mine", ST_SET);
		if (!room)
			mail_check(s[i]);
		expect_same(s, WATCHERS);
		assert_true(flags(s[0], (unsigned long)(6 + i)) & fDRAFT);
	}
}

static void
killed(void (*work)(size_t), enum how how, size_t step)
{
	bool lived = false;

	for (int n = 1; !lived; n += stride()) {
		MAILSTREAM *s[WATCHERS];

		begin_following(s);
		lived = run_until(n, how, work, step);
		go_on(s, work != check);
		for (int i = 0; i < WATCHERS; i++)
			mail_close(s[i]);
		end();
	}
}

static void
test_killed_in_store(void **state)
{
	(void)state;
	for (enum how how = BEFORE; how < HOWS; how++)
		killed(store, how, 0);
}

static void
test_killed_in_expunge(void **state)
{
	(void)state;
	for (enum how how = BEFORE; how < HOWS; how++) {
		killed(expunge, how, 0);
		killed(expunge, how, 100000);
	}
}

static void
test_killed_in_append(void **state)
{
	(void)state;
	for (enum how how = BEFORE; how < HOWS; how++)
		killed(append_and_look, how, 0);
}

static void
test_killed_in_check(void **state)
{
	(void)state;
	for (enum how how = BEFORE; how < HOWS; how++)
		killed(check, how, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_in_store),
		cmocka_unit_test(test_killed_in_expunge),
		cmocka_unit_test(test_killed_in_append),
		cmocka_unit_test(test_killed_in_check),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
