/*
 * test_mboxfile_links.c - a mailbox that has several names: what one session
 * began under one of them and could not end, the next one that opens it under
 * another ends.
 */
#include "test_mboxfile_kill.h"
#include "test_mboxfile_scene.h"

static void
link_symbolic(void)
{
	assert_int_equal(symlink("../box", tmpdir_path(&tmp, "home/d/link")),
	    0);
}

static void
link_twice(void)
{
	assert_int_equal(symlink("../e/other",
			     tmpdir_path(&tmp, "home/d/link")),
	    0);
	assert_int_equal(symlink("../box", tmpdir_path(&tmp, "home/e/other")),
	    0);
}

static void
link_hard(void)
{
	char box[sizeof(tmp.name)];

	snprintf(box, sizeof(box), "%s", tmpdir_path(&tmp, "home/box"));
	assert_int_equal(link(box, tmpdir_path(&tmp, "home/d/link")), 0);
}

static void (*const links[])(void) = { link_symbolic, link_twice, link_hard };

static void
make_links(void (*make)(void))
{
	make_box();
	tmpdir_mkdir(&tmp, "home/d");
	tmpdir_mkdir(&tmp, "home/e");
	make();
}

static void
test_expunge_by_a_link(void **state)
{
	(void)state;
	doomed = 0x155;
	doomed_name = "d/link";
	for (size_t i = 0; i < COUNT(links); i++)
		for (int n = 1, lived = 0; !lived; n += 1 + stride() / 4) {
			begin();
			make_links(links[i]);
			lived = run_until(n, (enum how)(n % HOWS),
			    expunge_doomed, 900);
			check_left(lived, false);
			assert_int_equal(files_named("cedar-redo"), 0);
			end();
		}
	doomed_name = "box";
}

/* An append by the link, which is cut off. */
static void
append_by_link(size_t step)
{
	struct strbuf mail;
	const char *text;
	STRING string;

	(void)step;
	cc_strbuf_init(&mail, SIZE_MAX);
	put_message(&mail, MESSAGES);
	text = strchr(cc_strbuf_str(&mail), '\n') + 1;
	INIT(&string, mail_string, (void *)text, strlen(text) - 1);
	mail_append(NIL, (char *)"d/link", &string);
	cc_strbuf_free(&mail);
}

static void
test_append_by_a_link(void **state)
{
	(void)state;
	doomed = 0;
	for (size_t i = 0; i < COUNT(links); i++)
		for (int n = 1, lived = 0; !lived; n++) {
			MAILSTREAM *s;

			begin();
			make_links(links[i]);
			lived = run_until(n, (enum how)(n % HOWS),
			    append_by_link, 0);
			s = open_box(NIL);
			assert_in_range(s->nmsgs, MESSAGES + lived,
			    MESSAGES + 1);
			for (unsigned long k = 1; k <= s->nmsgs; k++)
				assert_int_equal(expect_whole(s, k), k - 1);
			mail_close(s);
			assert_int_equal(files_named(".cedar-redo"), 0);
			end();
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expunge_by_a_link),
		cmocka_unit_test(test_append_by_a_link),
	};

	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
