/*
 * linear_imap.c - words of IMAP, sequences, LIST patterns, mailbox names.
 */
#include "cc_limits.h"
#include "dummy_pattern.h"
#include "fs.h"
#include "imap_grammar.h"
#include "imap_read.h"
#include "imap_search.h"
#include "linear.h"
#include "mail.h"
#include "mailpath.h"

static void
grammar(struct span text)
{
	struct cursor c;
	struct span s;
	uint32_t num;
	uint64_t num64;
	struct imap_date date;
	struct strbuf out;
	struct arena a;
	int day;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	c = cc_cursor(text);
	cc_imap_parse_number(&c, &num);
	c = cc_cursor(text);
	cc_imap_parse_number64(&c, &num64);
	c = cc_cursor(text);
	cc_imap_parse_atom(&c, &s);
	c = cc_cursor(text);
	cc_imap_parse_tag(&c, &s);
	c = cc_cursor(text);
	cc_imap_parse_flag(&c, &s);
	c = cc_cursor(text);
	if (cc_imap_parse_quoted(&c, &a, &s) == 0)
		cc_imap_put_string(&out, s);
	cc_imap_put_string(&out, text);
	cc_imap_put_astring(&out, text);
	cc_imap_parse_date_time(text, &date);
	cc_imap_parse_date(text, &day);
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

static void
seqset(struct span text)
{
	struct cursor c = cc_cursor(text);
	struct imap_seqset set;
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, CC_COMMAND_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	if (cc_imap_parse_seqset(&c, &a, &set) == 0) {
		cc_imap_seqset_normalise(&set, 1000000);
		cc_imap_put_seqset(&out, &set);
	}
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

static unsigned long
uid_of(MAILSTREAM *stream, unsigned long msgno)
{
	(void)stream;
	return msgno;
}

/* Sequences of the API, on a mailbox with as many messages as the text has
 * octets. */
static void
sequence(struct span text)
{
	unsigned char *copy = (unsigned char *)cc_span_dup(text);
	DRIVER driver = { .uid = uid_of };
	MAILSTREAM stream = { .dtb = &driver };
	SEARCHSET *set;
	char *end;

	stream.silent = T;
	mail_exists(&stream, text.len);
	mail_sequence(&stream, copy);
	mail_uid_sequence(&stream, copy);
	if ((set = mail_parse_set((char *)copy, &end)) != NIL)
		mail_free_searchset(&set);
	mm_cache(&stream, 0, CH_INIT);
	fs_give((void **)&copy);
}

/* A name of bounded length, as all are, against any pattern ... */
static void
pattern(struct span text)
{
	static const char name[] = "aaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaab/aaaaaaa";

	cc_imap_match(cc_span_z(name), text, '/');
	cc_imap_match_below(cc_span_z("aaaaaaaaaaa/aaaaaaa/"), text, '/');
	cc_dummy_base(text);
	cc_dummy_matches_inbox(text);
}

/* ... and any name against a pattern of bounded length. */
static void
name(struct span text)
{
	cc_imap_match(text, cc_span_z("*a*a*a*a%a%a*b"), '/');
	cc_imap_match(text, cc_span_z("%/%/%a*c"), '/');
	cc_imap_match_below(text, cc_span_z("*a%a/*b"), '/');
}

static int
no_user(struct span user, struct strbuf *home)
{
	(void)user;
	(void)home;
	return -1;
}

/* Names that mean files or servers, and LIST arguments. */
static void
mailbox(struct span text)
{
	static const struct mailpath_rules rules = {
		.mail_dir = "/home/a",
		.sysinbox = "/var/mail/a",
		.user_home = no_user,
	};
	char *copy = cc_span_dup(text);
	struct strbuf path;
	NETMBX mb;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	cc_mailpath(&rules, text, &path);
	cc_mailpath_space(text);
	cc_mailpath_is_private(text);
	cc_dummy_pattern(copy, copy, &path);
	mail_valid_net_parse(copy, &mb);
	cc_strbuf_free(&path);
	fs_give((void **)&copy);
}

static int
astring(void *ctx, struct cursor *c, struct span *s_r)
{
	if (cc_cursor_peek(c) == '"')
		return cc_imap_parse_quoted(c, ctx, s_r);
	return cc_imap_parse_atom(c, s_r);
}

static void
program(struct span text)
{
	struct cursor c = cc_cursor(text);
	SEARCHPGM *pgm = NIL;
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, CC_COMMAND_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	if (cc_imap_parse_search(&c, astring, &a, &pgm) == 0)
		cc_imap_put_search(&out, pgm);
	mail_free_searchpgm(&pgm);
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

/* What a server answers. */
static void
answer(struct span text)
{
	struct cursor c = cc_cursor(text);
	ENVELOPE *env = NIL;
	BODY *body = NIL;
	struct span s;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_imap_read_envelope(&c, &a, &env);
	mail_free_envelope(&env);
	c = cc_cursor(text);
	cc_imap_read_body(&c, &a, &body);
	mail_free_body(&body);
	c = cc_cursor(text);
	cc_imap_skip_value(&c);
	c = cc_cursor(text);
	cc_imap_skip_list(&c);
	c = cc_cursor(text);
	cc_imap_read_nstring(&c, &a, &s);
	cc_arena_free(&a);
}

/* clang-format off */
#define TEXT_PART "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)"
#define SETS(name, run)							\
	{ name, run, "", "1,", "2" },					\
	{ name, run, "", "1:100,", "2" },				\
	{ name, run, "", "*:1,", "*" },					\
	{ name, run, "", "*:*,", "*" },					\
	{ name, run, "", "\1,", "1" },					\
	{ name, run, "", "100:\1,", "1" },				\
	{ name, run, "", "\1:\1,", "1" },				\
	{ name, run, "", "4294967295,", "1" },				\
	{ name, run, "", "0", "1" },					\
	{ name, run, "1:", "9", "" },					\
	{ name, run, "1", ",", "" },					\
	{ name, run, "", "*", "" },					\
	{ name, run, "", "1:*,", "*" },					\
	{ name, run, "", ":", "" }

const struct linear_row linear_imap[] = {
	{ "grammar", grammar, "", "a", "" },
	{ "grammar", grammar, "", "1", "" },
	{ "grammar", grammar, "", "0", "1" },
	{ "grammar", grammar, "\"", "\\\"", "\"" },
	{ "grammar", grammar, "\"", "a", "\"" },
	{ "grammar", grammar, "\"", "\\", "" },
	{ "grammar", grammar, "", "\"", "" },
	{ "grammar", grammar, "\\", "a", "" },
	{ "grammar", grammar, "", "{", "" },
	{ "grammar", grammar, "", "\xff", "" },
	{ "grammar", grammar, "", "1-Jan-", "" },
	{ "grammar", grammar, "", " ", "1-Jan-2024" },
	{ "grammar", grammar, "", "(", "" },
	SETS("seqset", seqset),
	SETS("sequence", sequence),
	{ "program", program, "", "SEEN ", "SEEN" },
	{ "program", program, "", "(", "" },
	{ "program", program, "", "(SEEN) ", "SEEN" },
	{ "program", program, "", "NOT ", "SEEN" },
	{ "program", program, "", "OR ", "" },
	{ "program", program, "", "OR SEEN ", "SEEN" },
	{ "program", program, "", "NOT (", "" },
	{ "program", program, "", "NOT SEEN ", "SEEN" },
	{ "program", program, "", "NOT NOT SEEN ", "SEEN" },
	{ "program", program, "", "OR SEEN OLD ", "SEEN" },
	{ "program", program, "", "NOT (SUBJECT a) SUBJECT b ", "SEEN" },
	{ "program", program, "", "SENTON 1-Jan-2024 SENTON 2-Jan-2024 ",
	  "SEEN" },
	{ "program", program, "", "SMALLER 0 ", "SEEN" },
	{ "program", program, "", "SUBJECT a ", "SEEN" },
	{ "program", program, "", "HEADER a b ", "SEEN" },
	{ "program", program, "", "KEYWORD a\1 ", "SEEN" },
	{ "program", program, "", "1:* ", "1" },
	{ "program", program, "", "1,2 UID 3 ", "1" },
	{ "program", program, "", "\1,", "1" },
	{ "program", program, "SUBJECT \"", "\\\"", "\"" },
	{ "answer", answer, "", "(", "" },
	{ "answer", answer, "", "()", "" },
	{ "answer", answer, "(", TEXT_PART, " \"MIXED\")" },
	{ "answer", answer, "", "(" TEXT_PART, "" },
	{ "answer", answer, "(\"TEXT\" \"PLAIN\" (", "\"A\" \"B\" ",
	  "\"C\" \"D\") NIL NIL \"7BIT\" 1 1)" },
	{ "answer", answer, "(" TEXT_PART " \"MIXED\" NIL NIL NIL NIL",
	  " (NIL)", ")" },
	{ "answer", answer, "(" TEXT_PART " \"MIXED\" NIL NIL NIL NIL ",
	  "(", "" },
	{ "answer", answer, "(NIL NIL (", "(NIL NIL \"a\" \"b\")",
	  ") NIL NIL NIL NIL NIL NIL NIL)" },
	{ "answer", answer, "(NIL NIL (", "(NIL NIL \"a\" NIL)",
	  ") NIL NIL NIL NIL NIL NIL NIL)" },
	{ "answer", answer, "(\"", "\\\"", "\"" },
	{ "answer", answer, "({9}\r\n", "a", "" },
	{ "pattern", pattern, "", "*", "" },
	{ "pattern", pattern, "", "%", "" },
	{ "pattern", pattern, "", "*%", "b" },
	{ "pattern", pattern, "", "*a", "b" },
	{ "pattern", pattern, "", "%a", "b" },
	{ "pattern", pattern, "", "*/", "" },
	{ "pattern", pattern, "", "%/", "" },
	{ "pattern", pattern, "", "a", "*" },
	{ "name", name, "", "a", "" },
	{ "name", name, "", "a/", "" },
	{ "name", name, "", "/", "" },
	{ "name", name, "", "ab", "" },
	{ "mailbox", mailbox, "", "a", "" },
	{ "mailbox", mailbox, "", "/", "" },
	{ "mailbox", mailbox, "", "../", "" },
	{ "mailbox", mailbox, "~", "a", "/b" },
	{ "mailbox", mailbox, "#", "a", "/b" },
	{ "mailbox", mailbox, "{", "a", "}" },
	{ "mailbox", mailbox, "{h", "/user=a", "}" },
	{ "mailbox", mailbox, "{h", "/ssl", "}" },
	{ "mailbox", mailbox, "{h/user=\"", "\\\"", "" },
	{ "mailbox", mailbox, "{", ":1", "}" },
	{ "mailbox", mailbox, "{", "{", "" },
	{ "mailbox", mailbox, "", "*", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
