/*
 * test_input.c - lines and literals of a client: every way to cut them in
 * pieces, limits, and staying in step.
 *
 * TEST_OBJECTS: imapd/input.c imapd/output.c imapd/event.c imapd/args.c
 */
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "cc_err.h"
#include "fs.h"
#include "input.h"
#include "test_util.h"

/* A client whose octets come in pieces of `step`. */
struct client {
	struct input in;
	struct output out;
	struct arena arena;
	const char *text;
	size_t len, pos, step;
	int peer; /* our end of the connection */
};

/* The hook: the next piece arrives, or the client is gone. */
static int
arrive(void *ctx, enum input_wait why)
{
	struct client *c = ctx;
	size_t n = c->len - c->pos < c->step ? c->len - c->pos : c->step;

	(void)why;
	if (n == 0)
		return CC_ECLOSED;
	assert_int_equal(write(c->peer, c->text + c->pos, n), (ssize_t)n);
	c->pos += n;
	return 0;
}

static struct client *
connect_client(const char *text, size_t len, size_t step)
{
	struct client *c = fs_get(sizeof(*c));
	int fds[2];

	memset(c, 0, sizeof(*c));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	output_init(&c->out, fds[0]);
	input_init(&c->in, fds[0], &c->out, cc_span("", 0));
	cc_arena_init(&c->arena, CC_COMMAND_MEMORY);
	c->in.wait = arrive;
	c->in.ctx = c;
	c->peer = fds[1];
	c->text = text;
	c->len = len;
	c->step = step;
	return c;
}

static void
close_client(struct client **c)
{
	close((*c)->in.fd);
	close((*c)->peer);
	output_free(&(*c)->out);
	input_free(&(*c)->in);
	cc_arena_free(&(*c)->arena);
	fs_give((void **)c);
}

static void
test_lines(void **state)
{
	static const char text[] = "a NOOP\r\nb NOOP\n\r\n\nc \r x\r\nd\0e\r\n";
	static const struct {
		const char *p;
		size_t len;
	} want[] = { OCTETS("a NOOP"), OCTETS("b NOOP"), OCTETS(""), OCTETS(""),
		OCTETS("c \r x"), OCTETS("d\0e") };

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct client *c = connect_client(text, sizeof(text) - 1, step);

		for (size_t i = 0; i < COUNT(want); i++) {
			assert_int_equal(input_command(&c->in), 0);
			assert_int_equal(c->in.piece.len, want[i].len);
			assert_memory_equal(c->in.piece.p, want[i].p,
			    want[i].len);
		}
		assert_int_equal(input_command(&c->in), CC_ECLOSED);
		assert_true(c->in.closed);
		close_client(&c);
	}
}

static void
test_announced(void **state)
{
	static const struct {
		const char *line;
		bool announced, nonsync;
		uint64_t size;
		size_t at;
	} cases[] = {
		{ "a X {5}", true, false, 5, 4 },
		{ "a X {5+}", true, true, 5, 4 },
		{ "a X {0}", true, false, 0, 4 },
		{ "{1}", true, false, 1, 0 },
		{ "a X {4294967295}", true, false, UINT32_MAX, 4 },
		{ "a X {4294967296+}", true, true, 4294967296, 4 },
		{ "a X {99999999999999999999999999}", true, false,
		    CC_IMAP_LITERAL_HUGE, 4 },
		{ "a X ~{5}", true, false, 5, 4 },
		{ "a X ~{5+}", true, true, 5, 4 },
		{ "a X ~~{5}", true, false, 5, 5 },
		{ "~{5}", true, false, 5, 0 },
		{ "a X {~5}", false, false, 0, 0 },
		{ "a X {}", false, false, 0, 0 },
		{ "a X {+}", false, false, 0, 0 },
		{ "a X {-1}", false, false, 0, 0 },
		{ "a X {5-}", false, false, 0, 0 },
		{ "a X {5++}", false, false, 0, 0 },
		{ "a X {5} ", false, false, 0, 0 },
		{ "a X 5}", false, false, 0, 0 },
		{ "5}", false, false, 0, 0 },
		{ "}", false, false, 0, 0 },
		{ "+}", false, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char line[80];
		int n = snprintf(line, sizeof(line), "%s\r\n", cases[i].line);
		struct client *c = connect_client(line, (size_t)n, 1000);

		assert_int_equal(input_command(&c->in), 0);
		assert_int_equal(c->in.announced, cases[i].announced);
		if (cases[i].announced) {
			assert_int_equal(c->in.nonsync, cases[i].nonsync);
			assert_int_equal(c->in.literal, cases[i].size);
			assert_int_equal(c->in.literal_at, cases[i].at);
			assert_int_equal(c->in.binary,
			    cases[i].line[cases[i].at] == '~');
		}
		close_client(&c);
	}
}

/* The pieces of a command stay where they are while more of it is read. */
static void
test_literals(void **state)
{
	static const char text[] =
	    "a X {3}\r\nb\nc {4+}\r\n\r\nde end\r\nb NOOP\r\n";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct client *c = connect_client(text, sizeof(text) - 1, step);
		struct span one, two;
		struct args a;

		assert_int_equal(input_command(&c->in), 0);
		args_init(&a, &c->arena, &c->in, 4);
		assert_int_equal(args_astring(&a, &one), 0);
		assert_true(args_space(&a));
		assert_int_equal(args_string(&a, &two), 0);
		assert_span(one, "b\nc");
		assert_span(two, "\r\nde");
		assert_span(cc_cursor_rest(&a.c), " end");
		assert_string_equal(cc_strbuf_str(&c->out.buf),
		    "+ Ready for argument\r\n");
		assert_int_equal(input_skip(&c->in), 0);
		assert_int_equal(input_command(&c->in), 0);
		assert_span(c->in.piece, "b NOOP");
		close_client(&c);
	}
}

/* CVE-2024-34055: endless literals in one command. */
static void
test_cve_2024_34055_literals_are_counted(void **state)
{
	struct strbuf text;
	struct client *c;
	struct args a;
	struct span s;

	(void)state;
	cc_strbuf_init(&text, 1 << 20);
	cc_strbuf_puts(&text, "a X");
	for (unsigned i = 0; i < 1000; i++)
		cc_strbuf_puts(&text, " {1+}\r\nx");
	cc_strbuf_puts(&text, "\r\nb NOOP\r\n");
	c = connect_client(text.data, text.len, 777);
	assert_int_equal(input_command(&c->in), 0);
	args_init(&a, &c->arena, &c->in, 3);
	for (unsigned i = 0; i < CC_IMAP_LITERALS; i++) {
		assert_true(args_space(&a));
		assert_int_equal(args_astring(&a, &s), 0);
	}
	assert_true(args_space(&a));
	assert_int_equal(args_astring(&a, &s), CC_ELIMIT);
	assert_string_equal(c->in.refusal, "Too many literals in command");
	assert_int_equal(input_skip(&c->in), 0);
	assert_int_equal(input_command(&c->in), 0);
	assert_span(c->in.piece, "b NOOP");
	close_client(&c);
	cc_strbuf_free(&text);
}

static void
test_literal_limit(void **state)
{
	static const size_t sizes[] = { CC_IMAP_LITERAL, CC_IMAP_LITERAL + 1,
		CC_IMAP_LINE + 1, 1000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct strbuf text;
		struct client *c;
		struct args a;
		struct span s;
		int r;

		cc_strbuf_init(&text, 2 << 20);
		cc_strbuf_printf(&text, "a X {%zu+}\r\n", sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			cc_strbuf_putc(&text, k % 80 ? 'x' : '\n');
		cc_strbuf_puts(&text, "\r\nb NOOP\r\n");
		c = connect_client(text.data, text.len, 4096);
		assert_int_equal(input_command(&c->in), 0);
		args_init(&a, &c->arena, &c->in, 4);
		r = args_astring(&a, &s);
		if (sizes[i] <= CC_IMAP_LITERAL) {
			assert_int_equal(r, 0);
			assert_int_equal(s.len, sizes[i]);
		} else {
			assert_int_equal(r, CC_ELIMIT);
			assert_string_equal(c->in.refusal,
			    "Absurdly long client literal");
		}
		assert_int_equal(input_skip(&c->in), 0);
		assert_int_equal(input_command(&c->in), 0);
		assert_span(c->in.piece, "b NOOP");
		close_client(&c);
		cc_strbuf_free(&text);
	}
}

/* The line and all its later pieces share one limit; what is too long is read
 * away with the literal that its end announces. */
static void
test_line_limit(void **state)
{
	static const struct {
		size_t len;       /* of the line with its end */
		const char *tail; /* what it ends in */
		int want;
	} cases[] = {
		{ CC_IMAP_LINE, "\r\n", 0 },
		{ CC_IMAP_LINE + 1, "\r\n", CC_ELIMIT },
		{ CC_IMAP_LINE, "\n", 0 },
		{ CC_IMAP_LINE + 1, "\n", CC_ELIMIT },
		{ 200000, "\r\n", CC_ELIMIT },
		{ 200000, " {7+}\r\nz NOOP\n\r\n", CC_ELIMIT },
		{ 200000, " {7+}\nz NOOP\n {3+}\r\n\n\n\n\n", CC_ELIMIT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf text;
		struct client *c;
		size_t tail = strlen(cases[i].tail);

		cc_strbuf_init(&text, 1 << 20);
		cc_strbuf_puts(&text, "tag X ");
		while (text.len + tail < cases[i].len)
			cc_strbuf_putc(&text, 'x');
		cc_strbuf_puts(&text, cases[i].tail);
		cc_strbuf_puts(&text, "b NOOP\r\n");
		for (size_t step = 1000; step < 16000; step += 4999) {
			c = connect_client(text.data, text.len, step);
			assert_int_equal(input_command(&c->in), cases[i].want);
			assert_memory_equal(c->in.piece.p, "tag X ", 6);
			assert_int_equal(input_skip(&c->in), 0);
			assert_int_equal(input_command(&c->in), 0);
			assert_span(c->in.piece, "b NOOP");
			close_client(&c);
		}
		cc_strbuf_free(&text);
	}
}

/* What cannot be read away in a lifetime ends the connection. */
static void
test_endless_literal(void **state)
{
	static const char text[] = "a X {99999999999+}\r\n";
	struct client *c = connect_client(text, sizeof(text) - 1, 100);

	(void)state;
	assert_int_equal(input_command(&c->in), 0);
	assert_int_equal(input_skip(&c->in), CC_ELIMIT);
	close_client(&c);
}

static void
test_nul_in_literal(void **state)
{
	static const char text[] = "a X {3+}\r\na\0b\r\n";
	struct client *c = connect_client(text, sizeof(text) - 1, 100);
	struct span s;
	struct args a;

	(void)state;
	assert_int_equal(input_command(&c->in), 0);
	args_init(&a, &c->arena, &c->in, 4);
	assert_int_equal(args_astring(&a, &s), CC_EPARSE);
	close_client(&c);
}

/* RFC 4466: a literal8 may; the command goes on behind it. */
static void
test_nul_in_literal8(void **state)
{
	static const char text[] = "a X ~{3+}\r\na\0b y\r\n";
	struct client *c = connect_client(text, sizeof(text) - 1, 100);
	struct span s;

	(void)state;
	assert_int_equal(input_command(&c->in), 0);
	assert_int_equal(input_literal(&c->in, &c->arena, &s), 0);
	assert_int_equal(s.len, 3);
	assert_memory_equal(s.p, "a\0b", 3);
	assert_span(c->in.piece, " y");
	close_client(&c);
}

/* No argument that is there now is one: refused, and its octets with it. */
static void
test_literal8_is_no_astring(void **state)
{
	static const char text[] = "a X ~{3+}\r\nabc\r\nb NOOP\r\n";
	struct client *c = connect_client(text, sizeof(text) - 1, 100);
	struct span s;
	struct args a;

	(void)state;
	assert_int_equal(input_command(&c->in), 0);
	args_init(&a, &c->arena, &c->in, 4);
	assert_int_equal(args_string(&a, &s), CC_EPARSE);
	assert_int_equal(args_nstring(&a, &s), CC_EPARSE);
	assert_int_equal(input_skip(&c->in), 0);
	assert_int_equal(input_command(&c->in), 0);
	assert_span(c->in.piece, "b NOOP");
	close_client(&c);
}

/* Octets that the login already read come first. */
static void
test_ahead(void **state)
{
	struct strbuf ahead;
	struct output out;
	struct input in;

	(void)state;
	cc_strbuf_init(&ahead, 1 << 20);
	for (int i = 0; i < 5000; i++)
		cc_strbuf_puts(&ahead, "a NOOP\r\n");
	output_init(&out, -1);
	input_init(&in, -1, &out, cc_strbuf_span(&ahead));
	cc_strbuf_free(&ahead);
	for (int i = 0; i < 5000; i++) {
		assert_int_equal(input_command(&in), 0);
		assert_span(in.piece, "a NOOP");
	}
	assert_false(input_ahead(&in));
	input_free(&in);
	output_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_cve_2024_34055_literals_are_counted),
		cmocka_unit_test(test_literal_limit),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_endless_literal),
		cmocka_unit_test(test_nul_in_literal),
		cmocka_unit_test(test_nul_in_literal8),
		cmocka_unit_test(test_literal8_is_no_astring),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
