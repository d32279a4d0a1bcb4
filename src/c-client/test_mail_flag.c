/*
 * test_mail_flag.c - lists of flags, keywords, and changing them in both kinds
 * of driver.
 */
#include "test_driver.h"

#define KEYWORD_50 "k2345678901234567890123456789012345678901234567890"
#define KEYWORD_51 KEYWORD_50 "1"

static MAILSTREAM *
open_three(char *name, bool create)
{
	struct mem_box *box = mem_setup();

	box->create = create;
	box->keyword = "Work";
	mem_add(box, fOLD, "Subject: s\n\n", "x\n");
	mem_add(box, fOLD | fSEEN, "Subject: s\n\n", "x\n");
	mem_add(box, fFLAGGED, "Subject: s\n\n", "x\n");
	return mail_open(NIL, name, NIL);
}

static const struct {
	char *list;
	long flags;
	unsigned long keywords;
	const char *log; /* the last message; "": none */
} lists[] = {
	{ "", 0, 0, "" },
	{ "()", 0, 0, "" },
	{ "\\Seen", fSEEN, 0, "" },
	{ "(\\Seen)", fSEEN, 0, "" },
	{ "(\\seen \\DELETED)", fSEEN | fDELETED, 0, "" },
	{ "\\Seen \\Deleted \\Flagged \\Answered \\Draft", 0x2f, 0, "" },
	{ "(Work)", 0, 1, "" },
	{ "(wORK \\Draft)", fDRAFT, 1, "" },
	{ "(  Work   \\Seen  )", fSEEN, 1, "" },
	{ "(\\Recent)", 0, 0, "Unsupported system flag: \\Recent" },
	{ "(\\Bogus \\Seen)", fSEEN, 0, "Unsupported system flag: \\Bogus" },
	{ "(\\)", 0, 0, "Unsupported system flag: \\" },
	{ "(foo \\Seen)", fSEEN, 0, "Unknown flag: foo" },
	{ "(\\Seen", 0, 0, "Bad flag list" },
	{ "\\Seen)", 0, 0, "Bad flag list" },
	{ "((\\Seen))", 0, 0, "Bad flag list" },
	{ "(\\Seen) (Work)", 0, 0, "Bad flag list" },
	{ ")", 0, 0, "Bad flag list" },
	{ "(", 0, 0, "Bad flag list" },
};

static void
test_lists(void **state)
{
	MAILSTREAM *stream = open_three("mem:box", false);
	unsigned long keywords;

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		mem_forget();
		assert_int_equal(mail_parse_flags(stream, lists[i].list,
				     &keywords),
		    lists[i].flags);
		assert_int_equal(keywords, lists[i].keywords);
		assert_string_equal(test_callbacks.log, lists[i].log);
	}
	assert_int_equal(mail_parse_flags(stream, NIL, &keywords), 0);
	mail_close(stream);
}

static const struct {
	char *name;
	bool ok;
} keywords[] = {
	{ "a", true },
	{ "$Forwarded", true },
	{ "a]b", false },
	{ "a}b", true },
	{ "a[b", true },
	{ KEYWORD_50, true },
	{ KEYWORD_51, false },
	{ "a*", false },
	{ "a%", false },
	{ "a\"", false },
	{ "a\\b", false },
	{ "a{", false },
	{ "a\x7f", false },
	{ "a\x80", false },
	{ "a\x01", false },
	{ "a\tb", false },
};

static void
test_new_keywords(void **state)
{
	unsigned long bits;

	(void)state;
	for (size_t i = 0; i < COUNT(keywords); i++) {
		MAILSTREAM *stream = open_three("mem:box", true);

		mail_parse_flags(stream, keywords[i].name, &bits);
		assert_int_equal(bits, keywords[i].ok ? 2 : 0);
		if (keywords[i].ok)
			assert_string_equal(stream->user_flags[1],
			    keywords[i].name);
		else
			assert_null(stream->user_flags[1]);
		assert_int_equal(test_callbacks.logs, !keywords[i].ok);
		mail_close(stream);
	}
}

static void
test_thirty_keywords(void **state)
{
	MAILSTREAM *stream = open_three("mem:box", true);
	unsigned long bits;
	char name[16];

	(void)state;
	for (unsigned i = 1; i < NUSERFLAGS; i++) {
		assert_true(stream->kwd_create);
		snprintf(name, sizeof(name), "kw%u", i);
		mail_parse_flags(stream, name, &bits);
		assert_int_equal(bits, 1ul << i);
	}
	assert_false(stream->kwd_create);
	mail_parse_flags(stream, "KW29", &bits);
	assert_int_equal(bits, 1ul << 29);
	mem_forget();
	mail_parse_flags(stream, "kw30", &bits);
	assert_int_equal(bits, 0);
	assert_string_equal(test_callbacks.log, "Unknown flag: kw30");
	assert_int_equal(test_callbacks.log_level, WARN);
	mail_close(stream);
}

/* A mailbox may have lost a name: what stands behind the hole still counts,
 * and the next new name fills it. */
static void
test_hole_in_keywords(void **state)
{
	MAILSTREAM *stream = open_three("mem:box", true);
	unsigned long bits;

	(void)state;
	stream->user_flags[2] = cpystr("later");
	mail_parse_flags(stream, "later", &bits);
	assert_int_equal(bits, 4);
	mail_parse_flags(stream, "new", &bits);
	assert_int_equal(bits, 2);
	mail_close(stream);
}

static const struct {
	char *sequence, *list;
	long flags;
	const char *journal;
	unsigned want[3]; /* flags of the three messages afterwards */
	uint32_t keywords[3];
} changes[] = {
	{ "1:3", "\\Seen", ST_SET, "flags 1\nflags 3\n",
	    { fOLD | fSEEN, fOLD | fSEEN, fFLAGGED | fSEEN }, { 0, 0, 0 } },
	{ "1:3", "\\Seen \\Flagged", NIL, "flags 2\nflags 3\n",
	    { fOLD, fOLD, 0 }, { 0, 0, 0 } },
	{ "20", "(\\Deleted Work)", ST_SET | ST_UID, "flags 2\n",
	    { fOLD, fOLD | fSEEN | fDELETED, fFLAGGED }, { 0, 1, 0 } },
	{ "15", "(\\Deleted)", ST_SET | ST_UID, "",
	    { fOLD, fOLD | fSEEN, fFLAGGED }, { 0, 0, 0 } },
	{ "2", "()", ST_SET, "", { fOLD, fOLD | fSEEN, fFLAGGED },
	    { 0, 0, 0 } },
	{ "4", "\\Seen", ST_SET, "log 2 Sequence out of range\n",
	    { fOLD, fOLD | fSEEN, fFLAGGED }, { 0, 0, 0 } },
	{ "2", "(\\Seen", NIL, "log 2 Bad flag list\n",
	    { fOLD, fOLD | fSEEN, fFLAGGED }, { 0, 0, 0 } },
};

static void
test_changes(void **state)
{
	static char *names[] = { "mem:box", "old:box" };

	(void)state;
	for (size_t i = 0; i < COUNT(changes) * 2; i++) {
		MAILSTREAM *stream = open_three(names[i % 2], false);
		const size_t c = i / 2;

		mem_forget();
		mail_flag(stream, changes[c].sequence, changes[c].list,
		    changes[c].flags);
		assert_string_equal(test_callbacks.journal, changes[c].journal);
		for (unsigned long m = 0; m < 3; m++) {
			struct mem_message *msg = mem_message(stream, m + 1);
			MESSAGECACHE *elt = mail_elt(stream, m + 1);

			assert_int_equal(msg->flags, changes[c].want[m]);
			assert_int_equal(msg->keywords, changes[c].keywords[m]);
			assert_int_equal(cc_mail_elt_flags(elt), msg->flags);
			assert_int_equal(elt->user_flags, msg->keywords);
			assert_true(elt->valid);
		}
		mail_close(stream);
	}
}

static void
test_driver_sees_before_and_after(void **state)
{
	MAILSTREAM *stream = open_three("old:box", false);

	(void)state;
	mem_forget();
	mail_flag(stream, "1,3", "\\Answered", ST_SET);
	assert_string_equal(mem_calls,
	    "flagmsg 1 before\nflagmsg 1 after\n"
	    "flagmsg 3 before\nflagmsg 3 after\n");
	mail_close(stream);
}

/* cc_mail_store changes what mask says, and the elt if there is one. */
static void
test_store(void **state)
{
	static char *names[] = { "mem:box", "old:box" };

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		MAILSTREAM *stream = open_three(names[n], false);
		struct mail_record record;

		assert_int_equal(cc_mail_store(stream, 2, fSEEN | fDRAFT,
				     fDRAFT, 1, 1),
		    0);
		assert_int_equal(cc_mail_record(stream, 2, &record), 0);
		assert_int_equal(record.uid, 20);
		assert_int_equal(record.flags, fOLD | fDRAFT);
		assert_int_equal(record.keywords, 1);
		assert_int_equal(mail_elt(stream, 2)->draft, 1);
		assert_int_equal(cc_mail_store(stream, 2, fDRAFT, 0, 1, 0), 0);
		assert_int_equal(mail_elt(stream, 2)->draft, 0);
		assert_int_equal(mail_elt(stream, 2)->user_flags, 0);
		assert_int_equal(cc_mail_store(stream, 0, fSEEN, 0, 0, 0),
		    CC_ENOENT);
		assert_int_equal(cc_mail_store(stream, 4, fSEEN, 0, 0, 0),
		    CC_ENOENT);
		mail_close(stream);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_new_keywords),
		cmocka_unit_test(test_thirty_keywords),
		cmocka_unit_test(test_hole_in_keywords),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_driver_sees_before_and_after),
		cmocka_unit_test(test_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
