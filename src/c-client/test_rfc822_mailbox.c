/*
 * test_rfc822_mailbox.c - words and addresses one at a time.
 */
#include "fs.h"
#include "mail_params.h"
#include "misc.h"
#include "rfc822.h"
#include "test_callbacks.h"
#include "test_util.h"

/* A writable string in a block of its own. */
static char *
string(const char *s)
{
	return exact_copy(s, strlen(s) + 1);
}

static const struct {
	const char *in, *delimiters;
	long word, phrase; /* octets up to the place; -1: NIL */
} words[] = {
	{ "", NULL, -1, -1 },
	{ "  ", NULL, -1, -1 },
	{ "a", NULL, 1, 1 },
	{ "a b", NULL, 1, 3 },
	{ " (x) a (y) b <", NULL, 6, 12 },
	{ "John Q. Public <j@x>", NULL, 4, 14 },
	{ "a.b@c", NULL, 3, 3 },
	{ "\"a @ b\"c d", NULL, 8, 10 },
	{ "\"a \\\" b\" c", NULL, 8, 10 },
	{ "\"a b", NULL, -1, -1 },
	{ "a \"b", NULL, 1, 1 },
	{ "\"a\\", NULL, -1, -1 },
	{ "a\\", NULL, 2, 2 },
	{ "a\\ b", NULL, 4, 4 },
	{ "@a", NULL, -1, -1 },
	{ "(never", NULL, -1, -1 },
	{ "a b;c", ";", 3, 3 },
	{ "a\"b;\"c;d", ";", 6, 6 },
	/* Octets of a two-byte character look like specials. */
	{ "\033$B$\"$$\033(B <a@b>", NULL, 10, 10 },
	{ "\033$B$\"", NULL, -1, -1 },
	{ "\033", NULL, 1, 1 },
	{ "\xc3\xbc x", NULL, 2, 4 },
};

static void
test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		char *s = string(words[i].in);
		char *end = rfc822_parse_word(s, words[i].delimiters);

		assert_int_equal(end ? end - s : -1, words[i].word);
		if (!words[i].delimiters) {
			end = rfc822_parse_phrase(s);
			assert_int_equal(end ? end - s : -1, words[i].phrase);
		}
		free(s);
	}
	assert_null(rfc822_parse_word(NIL, NIL));
	assert_null(rfc822_parse_phrase(NIL));
}

static const struct {
	const char *in, *rest;
	long alone;
} blanks[] = {
	{ "", "", LONGT },
	{ " \t\r\n a", "a", NIL },
	{ "(a(b)\\)c) (d)e", "e", NIL },
	{ " (x) ,", ",", LONGT },
	{ ";", ";", LONGT },
	{ "(never", "", LONGT },
	{ "(\\", "", LONGT },
	{ "(a)", "", LONGT },
};

static void
test_skipws(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(blanks); i++) {
		char *s = string(blanks[i].in), *p = s;

		rfc822_skipws(&p);
		assert_string_equal(p, blanks[i].rest);
		assert_int_equal(rfc822_phraseonly(s), blanks[i].alone);
		free(s);
	}
}

static const struct {
	const char *in;
	long trim;
	const char *text, *rest; /* text NULL: NIL */
} comments[] = {
	{ "(a) b", LONGT, "a", " b" },
	{ "( a b )c", LONGT, "a b", "c" },
	{ "( a )c", NIL, "a )c", "c" },
	{ "(a (b) c)", LONGT, "a (b) c", "" },
	{ "(a\\)b)c", LONGT, "a\\)b", "c" },
	{ "()x", LONGT, "", "x" },
	{ "(  )x", LONGT, "", "x" },
	{ "(a (b)", LONGT, NULL, "" },
	{ "(a\\", NIL, NULL, "" },
	{ "a", NIL, NULL, "a" },
};

static void
test_comments(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(comments); i++) {
		char *s = string(comments[i].in), *p = s, *text;

		test_callbacks_reset();
		text = rfc822_skip_comment(&p, comments[i].trim);
		assert_string_equal(p, comments[i].rest);
		if (comments[i].text)
			assert_string_equal(text, comments[i].text);
		else
			assert_null(text);
		assert_int_equal(test_callbacks.logs,
		    comments[i].in[0] == '(' && !comments[i].text);
		free(s);
	}
}

static void
test_quote(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ "a b", "a b" },
		{ "\"a b\"", "a b" },
		{ "\"a\\\"b\\\\c\"d", "a\"b\\cd" },
		{ "a\\", "a" },
		{ "\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *s = string(cases[i].in), *copy = rfc822_cpy(s);

		assert_string_equal(s, cases[i].in);
		assert_string_equal(copy, cases[i].want);
		assert_ptr_equal(rfc822_quote(s), s);
		assert_string_equal(s, cases[i].want);
		fs_give((void **)&copy);
		free(s);
	}
	assert_null(rfc822_quote(NIL));
	assert_null(rfc822_cpy(NIL));
}

static void
test_domain(void **state)
{
	static const struct {
		const char *in, *domain, *rest; /* NULL: NIL */
	} cases[] = {
		{ "a.b c", "a.b", " c" },
		{ " (x) a . b . c>", "a.b.c", ">" },
		{ "[127.0.0.1]>", "[127.0.0.1]", ">" },
		{ "[IPv6:::1] x", "[IPv6:::1]", " x" },
		{ "[127.0.0.1", NULL, NULL },
		{ "", NULL, NULL },
		{ ">", NULL, NULL },
		{ "a.", "a.", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *s = string(cases[i].in), *end = s;
		char *domain = rfc822_parse_domain(s, &end);

		if (cases[i].domain) {
			assert_string_equal(domain, cases[i].domain);
			assert_string_equal(end, cases[i].rest);
		} else {
			assert_null(domain);
			assert_null(end);
		}
		fs_give((void **)&domain);
		free(s);
	}
}

/* An element as one text. */
static void
check_address(const ADDRESS *adr, const char *want)
{
	char text[MAILTMPLEN] = "NIL";

	if (adr)
		snprintf(text, sizeof(text), "%s|%s|%s|%s",
		    adr->personal ? adr->personal : "-",
		    adr->adl ? adr->adl : "-",
		    adr->mailbox ? adr->mailbox : "-",
		    adr->host ? adr->host : "-");
	assert_string_equal(text, want);
}

static const struct {
	const char *in, *want, *rest;
	unsigned logs;
} mailboxes[] = {
	{ "", "NIL", "", 0 },
	{ " (x)", "NIL", "", 0 },
	{ "a@b", "-|-|a|b", "", 0 },
	{ "a@b, c@d", "-|-|a|b", ", c@d", 0 },
	{ "a . b @ c . d ;", "-|-|a.b|c.d", ";", 0 },
	{ "a at b c", "-|-|a|b", "c", 0 },
	{ "a", "-|-|a|here", "", 0 },
	{ "a (Ann) (B)", "Ann|-|a|here", "", 0 },
	{ "a@b (Ann \\(x) x", "Ann (x|-|a|b", "x", 0 },
	{ "\"a b\"@c", "-|-|a b|c", "", 0 },
	{ "Ann B. <a@b> x", "Ann B.|-|a|b", " x", 0 },
	{ "\"Ann, B\" (c) <a@b>", "Ann, B|-|a|b", "", 0 },
	{ "<a@b>", "-|-|a|b", "", 0 },
	{ "<@x,@y:a@b>,", "-|@x,@y|a|b", ",", 0 },
	{ "< @x : a@b >", "-|@x|a|b", "", 0 },
	{ "Ann <a>", "Ann|-|a|here", "", 0 },
	{ "Ann <a@b", "Ann|-|a|b", "", 1 },
	{ "Ann <>,", "Ann|-|INVALID_ADDRESS|.SYNTAX-ERROR.", ",", 1 },
	{ "Ann <@x>", "Ann|-|INVALID_ADDRESS|.SYNTAX-ERROR.", "@x>", 2 },
	{ "a@", "-|-|a|.SYNTAX-ERROR.", "", 1 },
	{ "a@>", "-|-|a|.SYNTAX-ERROR.", ">", 1 },
	{ "@a", "NIL", "@a", 0 },
	{ "Ann B C", "-|-|Ann|here", "B C", 0 },
};

static void
test_mailboxes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mailboxes); i++) {
		char *s = string(mailboxes[i].in), *p = s;
		ADDRESS *adr;

		test_callbacks_reset();
		adr = rfc822_parse_mailbox(&p, "here");
		check_address(adr, mailboxes[i].want);
		assert_string_equal(p, mailboxes[i].rest);
		assert_string_equal(s, mailboxes[i].in);
		assert_int_equal(test_callbacks.logs, mailboxes[i].logs);
		mail_free_address(&adr);
		free(s);
	}
}

/* Cut at every octet: what is there is all that is looked at. */
static void
test_cut(void **state)
{
	static const char text[] =
	    "g: \"A \\\" B\" (c (d)) <@x,@y:a.b@[1.2]>, \033$B$\"\033(B <c@d>;";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *s = exact_copy(text, len + 1), *p = s;
		ADDRESS *list = NIL, *last = NIL, *next;

		s[len] = '\0';
		while (p && *p &&
		    (next = rfc822_parse_address(&list, last, &p, NIL, 0)))
			last = next;
		mail_free_address(&list);
		free(s);
	}
}

static void
test_addresses(void **state)
{
	char *s = string("a@b, g: c@d, E <e@f>; , h@i"), *p = s;
	static const char *const want[] = { "-|-|a|b", "-|-|g|-", "-|-|c|d",
		"E|-|e|f", "-|-|-|-", "-|-|h|i" };
	ADDRESS *list = NIL, *last;
	size_t n = 0;

	(void)state;
	last = rfc822_parse_address(&list, NIL, &p, NIL, 0);
	assert_ptr_equal(last, list);
	assert_string_equal(p, ", g: c@d, E <e@f>; , h@i");
	p++;
	last = rfc822_parse_address(&list, last, &p, NIL, 0);
	assert_null(last->mailbox);
	assert_string_equal(p, ", h@i");
	p++;
	last = rfc822_parse_address(&list, last, &p, NIL, 0);
	assert_null(p);
	assert_null(rfc822_parse_address(&list, last, &p, NIL, 0));
	for (ADDRESS *a = list; a; a = a->next)
		check_address(a, want[n++]);
	assert_int_equal(n, COUNT(want));
	mail_free_address(&list);
	/* No group, a group too deep. */
	p = s;
	assert_null(rfc822_parse_group(&list, NIL, &p, NIL, 0));
	p += 5;
	test_callbacks_reset();
	assert_null(rfc822_parse_group(&list, NIL, &p, NIL, MAXGROUPDEPTH + 1));
	assert_int_equal(test_callbacks.logs, 1);
	assert_null(list);
	free(s);
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Step by step a list is what it is as a whole, wherever its group ends and
 * whatever is open there. */
static void
test_steps_are_the_list(void **state)
{
	static const char *const ends[] = { "a@b;, h@i", "a@b (;), c@d;, h@i",
		"\"a;\" <a@b>;, h@i", "\033$B;\033(B <a@b>;, h@i", "a@[1:2];",
		"a@b; (c) , h:;, i@j", "(a@b;, h@i", "\"a@b;, h@i", "a@b,",
		"" };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++)
		for (size_t pad = 480; pad < 1060; pad++) {
			char text[2048], host[] = "here", *p = text;
			ADDRESS *whole = NIL, *list = NIL, *last = NIL;
			const ADDRESS *a, *b;

			snprintf(text, sizeof(text), "g: %*s", (int)pad,
			    ends[i]);
			rfc822_parse_adrlist(&whole, text, host);
			while (p) {
				last = rfc822_parse_address(&list, last, &p,
				    host, 0);
				p += p && *p == ',' ? 1 : 0;
				if (!last)
					break;
			}
			for (a = whole, b = list; a && b;
			     a = a->next, b = b->next) {
				assert_true(same_text(a->mailbox, b->mailbox));
				assert_true(same_text(a->host, b->host));
				assert_true(same_text(a->personal,
				    b->personal));
			}
			assert_null(a);
			assert_null(b);
			mail_free_address(&whole);
			mail_free_address(&list);
		}
}

/* Knows one nickname. */
static ADDRESS *
know_phrase(char *phrase, char *end, char *host)
{
	ADDRESS *adr;

	assert_non_null(host);
	assert_true(end > phrase);
	if (end - phrase != 6 || memcmp(phrase, "my dog", 6) != 0)
		return NIL;
	adr = mail_newaddr();
	adr->mailbox = cpystr("rex");
	adr->host = cpystr("kennel");
	adr->next = mail_newaddr();
	adr->next->mailbox = cpystr("fido");
	adr->next->host = cpystr("kennel");
	return adr;
}

static void
test_phrases(void **state)
{
	char *s = string("my dog, a@b, my cat, my dog <c@d>, my dog"), *p = s;
	static const char *const want[] = { "-|-|rex|kennel", "-|-|fido|kennel",
		"-|-|a|b", "my cat|-|INVALID_ADDRESS|.SYNTAX-ERROR.",
		"my dog|-|c|d", "-|-|rex|kennel", "-|-|fido|kennel" };
	ADDRESS *list = NIL, *adr;
	size_t n = 0;

	(void)state;
	test_callbacks_reset();
	cc_params.parsephrase = know_phrase;
	rfc822_parse_adrlist(&list, s, "here");
	for (adr = list; adr; adr = adr->next)
		check_address(adr, want[n++]);
	assert_int_equal(n, COUNT(want));
	assert_int_equal(test_callbacks.logs, 1);
	assert_int_equal(test_callbacks.log_level, PARSE);
	assert_string_equal(test_callbacks.log, "Invalid mailbox list: my cat");
	mail_free_address(&list);
	adr = rfc822_parse_mailbox(&p, "here");
	check_address(adr, "-|-|rex|kennel");
	assert_int_equal(p - s, 6);
	mail_free_address(&adr);
	cc_params.parsephrase = NULL;
	free(s);
}

/* However bad a list is, mm_log hears of it a few times, in lines. */
static void
test_complaints(void **state)
{
	ADDRESS *list = NIL;
	char *s = malloc(30001);

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < 30000; i += 5)
		memcpy(s + i, "a b\r,", 5);
	s[30000] = '\0';
	test_callbacks_reset();
	rfc822_parse_adrlist(&list, s, "here");
	assert_int_equal(test_callbacks.logs, 3);
	assert_int_equal(test_callbacks.log_level, PARSE);
	assert_null(strpbrk(test_callbacks.log, "\r\n"));
	mail_free_address(&list);
	free(s);
}

/* A million words in steps: each step looks only at what it takes. */
static void
test_long_string(void **state)
{
	size_t len = 2 * 1000 * 1000, steps = 0;
	char *s = malloc(len + 1), *p = s;

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < len; i += 4)
		memcpy(s + i, "()a ", 4);
	s[len] = '\0';
	while ((p = rfc822_parse_word(p, NIL)))
		steps++;
	assert_int_equal(steps, len / 4);
	p = rfc822_parse_phrase(s);
	assert_int_equal(p - s, len - 1);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_skipws),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_mailboxes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_steps_are_the_list),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_complaints),
		cmocka_unit_test(test_long_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
