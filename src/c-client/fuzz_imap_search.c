/*
 * fuzz_imap_search.c - SEARCH programs: read, written, read again.
 */
#include "cc_err.h"
#include "fuzz_util.h"
#include "imap_grammar.h"
#include "imap_search.h"
#include "test_imap_search.h"

/* NUL in a string goes out as 80 (hex), so what was read has none. */
static void
check_written(const SEARCHPGM *pgm, struct arena *a)
{
	struct strbuf out, twice;
	SEARCHPGM *again = NIL;
	struct cursor c;
	int r;

	cc_strbuf_init(&out, 16u << 20);
	cc_strbuf_init(&twice, 16u << 20);
	cc_imap_put_search(&out, pgm);
	must(cc_strbuf_status(&out) == 0);
	c = cc_cursor(cc_strbuf_span(&out));
	r = cc_imap_parse_search(&c, test_astring, a, &again);
	/* A NOT of a NOT that was made here may pass the limit of depth. */
	must(r == 0 || r == CC_ELIMIT);
	if (r == 0) {
		must(cc_cursor_at_end(&c));
		cc_imap_put_search(&twice, again);
		must(fuzz_same(cc_strbuf_span(&out), cc_strbuf_span(&twice)));
	}
	mail_free_searchpgm(&again);
	cc_strbuf_free(&out);
	cc_strbuf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cc_cursor(cc_span(data, size));
	SEARCHPGM *pgm = NIL;
	struct arena a;

	cc_arena_init(&a, 1u << 20);
	if (cc_imap_parse_search(&c, test_astring, &a, &pgm) == 0) {
		must(pgm && c.p <= c.end);
		check_written(pgm, &a);
	} else {
		must(!pgm);
	}
	mail_free_searchpgm(&pgm);
	cc_arena_free(&a);
	return 0;
}
