/*
 * test_fetch.c - the list of FETCH items and the section specifiers.
 *
 * TEST_OBJECTS: imapd/fetch_item.c imapd/fetch_section.c imapd/args.c
 * TEST_OBJECTS: imapd/fetch_binary.c imapd/fetch_parse.c imapd/fetch_walk.c
 * TEST_OBJECTS: imapd/input.c imapd/output.c imapd/event.c
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fetch.h"
#include "fs.h"
#include "test_util.h"

/* Parses text as the arguments of FETCH behind the set. */
struct parse {
	struct arena arena;
	struct output out;
	struct input in;
	struct args args;
	struct fetch_program program;
	const char *why;
	int r;
};

static int
no_more(void *ctx, enum input_wait why)
{
	(void)ctx;
	(void)why;
	return CC_ECLOSED;
}

static struct parse *
parse(struct span text)
{
	struct parse *p = fs_get(sizeof(*p));
	struct strbuf line;

	memset(p, 0, sizeof(*p));
	cc_strbuf_init(&line, 1 << 20);
	cc_strbuf_put_span(&line, text);
	cc_strbuf_puts(&line, "\r\n");
	cc_arena_init(&p->arena, CC_COMMAND_MEMORY);
	output_init(&p->out, -1);
	input_init(&p->in, -1, &p->out, cc_strbuf_span(&line));
	cc_strbuf_free(&line);
	p->in.wait = no_more;
	assert_int_equal(input_command(&p->in), 0);
	args_init(&p->args, &p->arena, &p->in, 0);
	p->r = fetch_parse(&p->args, &p->program, &p->why);
	return p;
}

static void
done(struct parse **p)
{
	cc_arena_free(&(*p)->arena);
	output_free(&(*p)->out);
	input_free(&(*p)->in);
	fs_give((void **)p);
}

#define EXTRA "Argument given to %s when none expected"
#define BOGUS "Bogus attribute list in %s"
#define OPEN "Unterminated %s attribute list"
#define SYNTAX "Syntax error in section specifier"
#define UNKNOWN "Unknown section text specifier"
#define FIELDS "Syntax error in header fields"
#define SECTION_OPEN "Section specifier not terminated"
#define PARTIAL "Syntax error in partial text specifier"
#define BEHIND "Syntax error after section specifier"
#define BINARY "Syntax error in binary specifier"

static void
test_lists(void **state)
{
	static const struct {
		const char *in;
		const char *labels; /* each with a space behind it */
		bool seen, flags;
	} good[] = {
		{ "FLAGS", "FLAGS ", false, true },
		{ "flags", "FLAGS ", false, true },
		{ "(FLAGS)", "FLAGS ", false, true },
		{ "(UID FLAGS)", "UID FLAGS ", false, true },
		{ "ALL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE ", false,
		    true },
		{ "fast", "FLAGS INTERNALDATE RFC822.SIZE ", false, true },
		{ "FULL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY ",
		    false, true },
		{ "BODY", "BODY ", false, false },
		{ "BODYSTRUCTURE", "BODYSTRUCTURE ", false, false },
		{ "RFC822", "RFC822 ", true, false },
		{ "RFC822.HEADER", "RFC822.HEADER ", false, false },
		{ "RFC822.TEXT", "RFC822.TEXT ", true, false },
		{ "BODY[]", "BODY[] ", true, false },
		{ "BODY.PEEK[]", "BODY[] ", false, false },
		{ "body.peek[header]", "BODY[HEADER] ", false, false },
		{ "BODY[TEXT]<0.1>", "BODY[TEXT]<0> ", true, false },
		{ "BODY[1]", "BODY[1] ", true, false },
		{ "BODY[1.2.3.TEXT]", "BODY[1.2.3.TEXT] ", true, false },
		{ "BODY[4294967295.MIME]", "BODY[4294967295.MIME] ", true,
		    false },
		{ "BODY[]<4294967295.4294967295>", "BODY[]<4294967295> ", true,
		    false },
		{ "(BODY.PEEK[HEADER.FIELDS (date \"from\" {2+}\r\nto)] UID)",
		    "BODY[HEADER.FIELDS (DATE FROM TO)] UID ", false, false },
		{ "BODY.PEEK[2.HEADER.FIELDS.NOT (\"a b\")]",
		    "BODY[2.HEADER.FIELDS.NOT (\"A B\")] ", false, false },
		{ "BINARY[]", "BINARY[] ", true, false },
		{ "binary.peek[1.2]<3.4>", "BINARY[1.2]<3> ", false, false },
		{ "(BINARY.SIZE[4294967295] BINARY.SIZE[])",
		    "BINARY.SIZE[4294967295] BINARY.SIZE[] ", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct parse *p = parse(cc_span_z(good[i].in));
		struct strbuf labels;

		cc_strbuf_init(&labels, 10000);
		assert_int_equal(p->r, 0);
		for (size_t k = 0; k < p->program.count; k++) {
			cc_strbuf_put_span(&labels, p->program.items[k].label);
			cc_strbuf_putc(&labels, ' ');
			assert_non_null(p->program.items[k].put);
		}
		assert_string_equal(cc_strbuf_str(&labels), good[i].labels);
		assert_int_equal(p->program.seen, good[i].seen);
		assert_int_equal(p->program.flags, good[i].flags);
		cc_strbuf_free(&labels);
		done(&p);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *in;
		const char *why; /* NULL: the general text */
	} bad[] = {
		{ "", NULL },
		{ "()", BOGUS },
		{ "X", BOGUS },
		{ "( FLAGS)", BOGUS },
		{ "(FLAGS", OPEN },
		{ "(FLAGS ", OPEN },
		{ "(", OPEN },
		{ "(FLAGS  UID)", BOGUS },
		{ "(FLAGS UID) ", EXTRA },
		{ "(FLAGS) UID", EXTRA },
		{ "FLAGS UID", EXTRA },
		{ "(ALL)", BOGUS },
		{ "ALL FLAGS", BOGUS },
		{ "RFC822.PEEK", BOGUS },
		{ "RFC822.TEXT.PEEK", BOGUS },
		{ "RFC822.HEADER.LINES", BOGUS },
		{ "BINARY", BOGUS },
		{ "BINARY[1", BINARY },
		{ "BINARY[1.]", BINARY },
		{ "BINARY[TEXT]", BINARY },
		{ "BINARY[0]", BINARY },
		{ "BINARY[1]<0.0>", PARTIAL },
		{ "BINARY.SIZE[1]<0.1>", BEHIND },
		{ "BODY.PEEK", SYNTAX },
		{ "BODY[", SECTION_OPEN },
		{ "BODY[1", SECTION_OPEN },
		{ "BODY[TEXT", SECTION_OPEN },
		{ "BODY[1.", SYNTAX },
		{ "BODY[1.]", SYNTAX },
		{ "BODY[0]", SYNTAX },
		{ "BODY[1..2]", UNKNOWN },
		{ "BODY[4294967296]", SYNTAX },
		{ "BODY[-1]", SYNTAX },
		{ "BODY[ ]", SYNTAX },
		{ "BODY[FOO]", UNKNOWN },
		{ "BODY[MIME]", UNKNOWN },
		{ "BODY[1.FOO]", UNKNOWN },
		{ "BODY[TEXT.1]", UNKNOWN },
		{ "BODY[HEADER.FIELDS]", FIELDS },
		{ "BODY[HEADER.FIELDS ()]", FIELDS },
		{ "BODY[HEADER.FIELDS (a]", FIELDS },
		{ "BODY[HEADER.FIELDS (\"\")]", FIELDS },
		{ "BODY[HEADER.FIELDS (a b)", SECTION_OPEN },
		{ "BODY[]<>", PARTIAL },
		{ "BODY[]<0>", PARTIAL },
		{ "BODY[]<0.0>", PARTIAL },
		{ "BODY[]<1.", PARTIAL },
		{ "BODY[]<1.1", PARTIAL },
		{ "BODY[]<-1.1>", PARTIAL },
		{ "BODY[]<4294967296.1>", PARTIAL },
		{ "BODY[]x", BEHIND },
		{ "BODY[]<0.1>x", BEHIND },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct parse *p = parse(cc_span_z(bad[i].in));

		if (p->r == 0)
			fail_msg("\"%s\" was taken", bad[i].in);
		if (bad[i].why == NULL)
			assert_null(p->why);
		else if (!p->why || strcmp(p->why, bad[i].why) != 0)
			fail_msg("\"%s\": %s", bad[i].in, p->why);
		done(&p);
	}
}

/* `count` times `word`, between `before` and `after`. */
static int
parse_many(const char *before, const char *word, unsigned count,
    const char *after)
{
	struct strbuf text;
	struct parse *p;
	int r;

	cc_strbuf_init(&text, 1 << 20);
	cc_strbuf_puts(&text, before);
	for (unsigned i = 0; i < count; i++)
		cc_strbuf_puts(&text, word);
	cc_strbuf_puts(&text, after);
	p = parse(cc_strbuf_span(&text));
	r = p->r;
	done(&p);
	cc_strbuf_free(&text);
	return r;
}

static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_many("(UID", " UID", CC_FETCH_ITEMS - 1, ")"),
	    0);
	assert_int_equal(parse_many("(UID", " UID", CC_FETCH_ITEMS, ")"),
	    CC_ELIMIT);
	assert_int_equal(parse_many("BODY[HEADER.FIELDS (a", " a",
			     CC_FETCH_FIELDS - 1, ")]"),
	    0);
	assert_int_equal(parse_many("BODY[HEADER.FIELDS (a", " a",
			     CC_FETCH_FIELDS, ")]"),
	    CC_ELIMIT);
	/* Lists of names in many sections share the memory of the command. */
	assert_int_equal(parse_many("(UID", " BODY[HEADER.FIELDS (a)]",
			     CC_FETCH_ITEMS - 1, ")"),
	    0);
}

/* CVE-2002-0379: a long section was copied into a short buffer. */
static void
test_cve_2002_0379_long_section(void **state)
{
	(void)state;
	assert_int_equal(parse_many("BODY[1", ".1", CC_MIME_DEPTH - 1, "]"), 0);
	assert_int_equal(parse_many("BODY[1", ".1", CC_MIME_DEPTH, "]"),
	    CC_ELIMIT);
	assert_int_equal(parse_many("BODY[", "A", 60000, "]"), CC_EPARSE);
	assert_int_equal(parse_many("BODY[", "1", 60000, "]"), CC_EPARSE);
	assert_int_equal(parse_many("BODY[", "1.", 30000, "TEXT]"), CC_ELIMIT);
	assert_int_equal(parse_many("", "RFC822.", 9000, ""), CC_EPARSE);
}

/* Every prefix of a long list is refused, and nothing behind it is read. */
static void
test_prefixes(void **state)
{
	static const char text[] = "(UID FLAGS BODY[1.2.HEADER.FIELDS (a "
				   "\"b\\\"c\")]<1.22> RFC822.SIZE)";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = exact_copy(text, n);
		struct parse *p = parse(cc_span(copy, n));

		assert_int_not_equal(p->r, 0);
		done(&p);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cve_2002_0379_long_section),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
