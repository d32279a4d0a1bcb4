/*
 * linear_server.c - what a client sends: the gate before the login, lines and
 * literals and arguments behind it.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fetch.h"
#include "linear.h"
#include "login_gate_mock.h"

static int
no_more(void *ctx, enum input_wait why)
{
	(void)ctx;
	(void)why;
	return CC_ECLOSED;
}

/* A client's whole input: each line as arguments of each kind. */
static void
args(struct span text)
{
	static struct input in;
	struct fetch_program program;
	struct imap_seqset set;
	struct output out;
	struct arena arena;
	const char *why;
	struct span s;
	struct args a;
	int r;

	cc_arena_init(&arena, CC_COMMAND_MEMORY);
	output_init(&out, -1);
	input_init(&in, -1, &out, text);
	in.wait = no_more;
	while ((r = input_command(&in)) == 0 || r == CC_ELIMIT) {
		cc_arena_reset(&arena);
		args_init(&a, &arena, &in, 0);
		while (r == 0 && args_astring(&a, &s) == 0 && args_space(&a))
			;
		args_init(&a, &arena, &in, 0);
		args_seqset(&a, &set);
		args_init(&a, &arena, &in, 0);
		fetch_parse(&a, &program, &why);
		if (input_skip(&in) != 0)
			break;
	}
	input_free(&in);
	output_free(&out);
	cc_arena_free(&arena);
}

static bool
stops(struct mock *m)
{
	for (;;)
		switch (cc_gate_imap.step(&m->g)) {
		case GATE_TRY:
			mock_answer(m, false);
			break;
		case GATE_INPUT:
			cc_strbuf_reset(&m->g.out);
			return false;
		case GATE_STARTTLS:
		case GATE_END:
		default:
			return true;
		}
}

/* Packets of 100 octets to the gate, until it ends the connection; then to a
 * fresh one. */
static void
gate(struct span text)
{
	static struct mock m;
	size_t n;

	for (mock_init(&m, LOGIN_PLAIN_ALLOWED); text.len > 0;
	     text = cc_span(text.p + n, text.len - n)) {
		n = text.len < 100 ? text.len : 100;
		cc_strbuf_put(&m.g.in, text.p, n);
		if (stops(&m)) {
			mock_free(&m);
			mock_init(&m, LOGIN_PLAIN_ALLOWED);
		}
	}
	mock_free(&m);
}

/* clang-format off */
#define COMMANDS(name, run)						\
	{ name, run, "", "a", "" },					\
	{ name, run, "", "\r\n", "" },					\
	{ name, run, "", "\n", "" },					\
	{ name, run, "", "\r", "" },					\
	{ name, run, "", "(", "" },					\
	{ name, run, "", ")", "" },					\
	{ name, run, "a LOGIN ", "(", "" },				\
	{ name, run, "", "\"\\\"", "" },				\
	{ name, run, "\"", "a", "\"\r\n" },				\
	{ name, run, "", "a NOOP\r\n", "" },				\
	{ name, run, "", "a CAPABILITY\r\n", "" },			\
	{ name, run, "", "a LOGIN a b\r\n", "" },			\
	{ name, run, "", "a LOGIN {1+}\r\na {1+}\r\nb\r\n", "" },	\
	{ name, run, "", "a LOGIN {1}\r\na {1}\r\nb\r\n", "" },		\
	{ name, run, "a ", "{1+}\r\na ", "" },				\
	{ name, run, "a ", "{0+}\r\n", "" },				\
	{ name, run, "a LOGIN {9000+}\r\n", "a", "" },			\
	{ name, run, "a LOGIN {99999999+}\r\n", "a", "" },		\
	{ name, run, "", "a AUTHENTICATE PLAIN\r\nAGEAYg==\r\n", "" },	\
	{ name, run, "a AUTHENTICATE PLAIN\r\n", "QUJD", "" },		\
	{ name, run, "a AUTHENTICATE PLAIN\r\n", "=", "" },		\
	{ name, run, "", "a {", "" },					\
	{ name, run, "", "{99999999999999999999}\r\n", "" },		\
	{ name, run, "", "1,", "" },					\
	{ name, run, "", "a ", "" }

const struct linear_row linear_server[] = {
	COMMANDS("args", args),
	COMMANDS("gate", gate),
	{ "args", args, "(", "FLAGS ", "UID)\r\n" },
	{ "args", args, "BODY[", "1.", "1]\r\n" },
	{ "args", args, "BODY[HEADER.FIELDS (", "a ", "a)]\r\n" },
	{ "args", args, "BODY[HEADER.FIELDS (", "a\1 ", "a)]\r\n" },
	{ "args", args, "(", "BODY[HEADER.FIELDS (a)] ", "UID)\r\n" },
	{ "args", args, "", "BODY[1]<1.2>\r\n", "" },
	{ "args", args, "BODY[", "1", "]\r\n" },
	{ NULL, NULL, NULL, NULL, NULL },
};
