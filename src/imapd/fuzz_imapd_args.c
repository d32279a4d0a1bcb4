/*
 * fuzz_imapd_args.c - the reader of lines and literals and the parsers of
 * arguments, fed with whatever; no descriptor is read.
 *
 * The input is what a client sends: lines are taken until it is used up, each
 * as the arguments of a command that its first octet chooses. A section that
 * was understood is written as in a reply, read again, and written again: both
 * must be the same.
 *
 * TEST_OBJECTS: imapd/fetch_item.c imapd/fetch_section.c imapd/args.c
 * TEST_OBJECTS: imapd/fetch_binary.c imapd/fetch_parse.c imapd/fetch_walk.c
 * TEST_OBJECTS: imapd/input.c imapd/output.c imapd/event.c
 */
#include "cc_err.h"
#include "fetch.h"
#include "fuzz_util.h"

static int
no_more(void *ctx, enum input_wait why)
{
	(void)ctx;
	(void)why;
	return CC_ECLOSED;
}

/* A reader whose client has sent `text` and nothing else. */
struct reader {
	struct arena arena;
	struct output out;
	struct input in;
	struct args args;
};

static void
reader_init(struct reader *r, struct span text)
{
	cc_arena_init(&r->arena, CC_COMMAND_MEMORY);
	output_init(&r->out, -1);
	input_init(&r->in, -1, &r->out, text);
	r->in.wait = no_more;
}

static void
reader_free(struct reader *r)
{
	cc_arena_free(&r->arena);
	output_free(&r->out);
	input_free(&r->in);
}

/* The label of a section, read again, must give the same label. */
static void
check_section(struct span label)
{
	static struct reader again;
	struct fetch_program program;
	struct strbuf text;
	const char *why;

	while (label.len > 0 && label.p[label.len - 1] != ']')
		label.len--; /* the partial, of which a reply has one half */
	cc_strbuf_init(&text, CC_COMMAND_MEMORY);
	cc_strbuf_put_span(&text, label);
	cc_strbuf_puts(&text, "\r\n");
	reader_init(&again, cc_strbuf_span(&text));
	/* Names that are long literals may not fit into one command again. */
	if (input_command(&again.in) == 0) {
		args_init(&again.args, &again.arena, &again.in, 0);
		if (fetch_parse(&again.args, &program, &why) == 0) {
			struct span second = program.items[0].label;

			must(program.count == 1 && fuzz_same(second, label));
		} else {
			must(again.in.refusal != NULL);
		}
	}
	reader_free(&again);
	cc_strbuf_free(&text);
}

static void
fetch(struct args *args)
{
	struct fetch_program program;
	const char *why = NULL;

	if (fetch_parse(args, &program, &why) != 0)
		return;
	must(program.count > 0 && program.count <= CC_FETCH_ITEMS);
	for (size_t i = 0; i < program.count; i++) {
		const struct fetch_item *item = &program.items[i];

		must(item->put && item->label.len > 0);
		if (item->label.len > 5 && item->label.p[4] == '[')
			check_section(item->label);
	}
}

/* One command line; what it means is chosen by its first octet. */
static void
command(struct reader *r)
{
	struct imap_seqset set;
	struct span s;
	char *name;

	if (r->in.piece.len == 0)
		return;
	args_init(&r->args, &r->arena, &r->in, 1);
	switch (r->in.piece.p[0]) {
	case 'm':
		if (args_mailbox(&r->args, &name) == 0 && args_space(&r->args))
			args_list_mailbox(&r->args, &name);
		break;
	case 's':
		while (args_string(&r->args, &s) == 0 && args_space(&r->args) &&
		    args_nstring(&r->args, &s) == 0 && args_space(&r->args))
			;
		break;
	case 'q':
		args_seqset(&r->args, &set);
		break;
	default:
		fetch(&r->args);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reader r;
	int n;

	reader_init(&r, cc_span(data, size));
	while ((n = input_command(&r.in)) == 0 || n == CC_ELIMIT) {
		cc_arena_reset(&r.arena);
		if (n == 0)
			command(&r);
		if (input_skip(&r.in) != 0)
			break;
	}
	reader_free(&r);
	return 0;
}
