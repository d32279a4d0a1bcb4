/*
 * showmsg.c - prints the ENVELOPE and the BODYSTRUCTURE of messages in files,
 * one line each, as FETCH gives them. The tests compare them with what other
 * programs make of the same octets.
 *
 *	showmsg [-c] [-p octets] [file ...]
 *
 * -c	line ends are CRLF and go out as they are (else: LF, CR dropped)
 * -p	feed the parser in pieces of so many octets
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cc_limits.h"
#include "imap_body.h"
#include "imap_envelope.h"

static void
read_all(FILE *f, struct strbuf *b)
{
	char buf[65536];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		cc_strbuf_put(b, buf, n);
}

static void
show_envelope(struct strbuf *out, struct span msg)
{
	struct rfc822_envelope env;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_rfc822_scan_envelope(msg, &a, &env);
	cc_imap_put_envelope(out, &a, &env, cc_span(NULL, 0));
	cc_strbuf_putc(out, '\n');
	cc_arena_free(&a);
}

static void
show_body(struct strbuf *out, struct span msg, enum mime_newline newline,
    size_t piece)
{
	struct mime_parser *p;
	struct mime_part *root;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	p = cc_mime_new(&a, newline);
	for (size_t at = 0; at < msg.len; at += piece) {
		size_t n = msg.len - at < piece ? msg.len - at : piece;

		cc_mime_feed(p, cc_span(msg.p + at, n), at);
	}
	if (cc_mime_end(&p, &root) == 0)
		cc_imap_put_body(out, &a, root, true, cc_span(NULL, 0));
	cc_strbuf_putc(out, '\n');
	cc_arena_free(&a);
}

int
main(int argc, char **argv)
{
	enum mime_newline newline = MIME_LF;
	size_t piece = SIZE_MAX / 2;
	int opt;

	while ((opt = getopt(argc, argv, "cp:")) != -1)
		if (opt == 'c')
			newline = MIME_CRLF;
		else if (opt == 'p')
			piece = strtoul(optarg, NULL, 10);
		else
			return 2;
	for (; optind < argc; optind++) {
		struct strbuf msg, out;
		FILE *f = fopen(argv[optind], "rb");

		if (!f || piece == 0)
			return 1;
		cc_strbuf_init(&msg, SIZE_MAX / 4);
		cc_strbuf_init(&out, SIZE_MAX / 4);
		read_all(f, &msg);
		fclose(f);
		show_envelope(&out, cc_strbuf_span(&msg));
		show_body(&out, cc_strbuf_span(&msg), newline, piece);
		fwrite(out.data, 1, out.len, stdout);
		cc_strbuf_free(&msg);
		cc_strbuf_free(&out);
	}
	return 0;
}
