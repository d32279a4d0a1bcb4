/*
 * linear.c - does the work of a parser double when its input doubles?
 *
 * Runs every row of the tables over inputs of three sizes, each twice as large
 * as the one before, and has callgrind write down how many instructions that
 * took: tests/linear/run starts it under valgrind and judges. Arguments: the
 * smallest size, and which rows, by the beginning of "PARSER.ROW.".
 *
 * Each run counts from a request to the next; the first one of each row is a
 * small one that does not count, so that tables which a library makes at its
 * first use are there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include "linear.h"
#include "strbuf.h"

#define SIZES 3
#define WARM 512

static const struct linear_row *const tables[] = {
	linear_header,
	linear_mime,
	linear_text,
	linear_imap,
	linear_files,
	linear_server,
	linear_records,
};

static void
put_numbered(struct strbuf *out, const char *text, unsigned number)
{
	for (; *text; text++)
		if (*text == '\1')
			cc_strbuf_put_uint(out, number);
		else
			cc_strbuf_putc(out, *text);
}

static void
build(struct strbuf *out, const struct linear_row *row, size_t size)
{
	size_t tail = strlen(row->tail);
	unsigned number = 1;

	cc_strbuf_init(out, SIZE_MAX / 2);
	cc_strbuf_puts(out, row->head);
	while (out->len + strlen(row->unit) + tail < size)
		put_numbered(out, row->unit, number++);
	put_numbered(out, row->tail, number);
}

static void
measure(const struct linear_row *row, unsigned index, size_t size)
{
	struct strbuf text;
	char name[64];

	build(&text, row, size);
	snprintf(name, sizeof(name), "%s.%u.%zu", row->parser, index, size);
	CALLGRIND_ZERO_STATS;
	row->run(cc_strbuf_span(&text));
	if (size != WARM)
		CALLGRIND_DUMP_STATS_AT(name);
	cc_strbuf_free(&text);
}

int
main(int argc, char **argv)
{
	size_t first = argc > 1 ? strtoul(argv[1], NULL, 10) : 4096;
	const char *only = argc > 2 ? argv[2] : "";
	char name[64];

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (unsigned i = 0; tables[t][i].parser; i++) {
			const struct linear_row *row = &tables[t][i];

			snprintf(name, sizeof(name), "%s.%u.", row->parser, i);
			if (strncmp(name, only, strlen(only)) != 0)
				continue;
			measure(row, i, WARM);
			for (unsigned k = 0; k < SIZES; k++)
				measure(row, i, first << k);
		}
	return 0;
}
