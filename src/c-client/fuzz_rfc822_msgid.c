/*
 * fuzz_rfc822_msgid.c - message-ids of any text: none is empty or longer than
 * the text allows, and one that needs no quotes is itself when written between
 * brackets.
 */
#include "fuzz_util.h"
#include "rfc822_msgid.h"

static bool
is_plain(struct span id)
{
	for (size_t i = 0; i < id.len; i++)
		if ((unsigned char)id.p[i] <= ' ' || strchr("<>\"(", id.p[i]))
			return false;
	return true;
}

static void
check_written(struct span id)
{
	struct rfc822_msgids p;
	struct strbuf text, scratch;
	struct span again;

	cc_strbuf_init(&text, id.len + 2);
	cc_strbuf_init(&scratch, id.len + 2);
	cc_strbuf_putc(&text, '<');
	cc_strbuf_put_span(&text, id);
	cc_strbuf_putc(&text, '>');
	cc_rfc822_msgids_init(&p, &scratch, cc_strbuf_span(&text));
	must(cc_rfc822_msgids_next(&p, &again) == 1);
	must(fuzz_same(id, again));
	must(cc_rfc822_msgids_next(&p, &again) == 0);
	cc_strbuf_free(&text);
	cc_strbuf_free(&scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rfc822_msgids p;
	struct strbuf scratch;
	struct span id;
	size_t total = 0;
	int r;

	cc_strbuf_init(&scratch, size);
	cc_rfc822_msgids_init(&p, &scratch, cc_span(data, size));
	while ((r = cc_rfc822_msgids_next(&p, &id)) > 0) {
		must(id.len > 1 && id.p[0] != '@' && memchr(id.p, '@', id.len));
		total += id.len;
		must(total <= size);
		if (is_plain(id))
			check_written(id);
	}
	must(r == 0);
	cc_strbuf_free(&scratch);
	return 0;
}
