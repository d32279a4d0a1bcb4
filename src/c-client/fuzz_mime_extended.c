/*
 * fuzz_mime_extended.c - RFC 2231 values: never longer than what they are made
 * of; written in pieces of percent codes a value comes back.
 */
#include "fuzz_util.h"
#include "mime_param.h"
#include "strbuf.h"

#define PIECES 8

/* The octets as "X*0*=utf-8'en'%41%42; X*1*=%43 ...", last piece first. */
static void
put_pieces(struct strbuf *out, const uint8_t *data, size_t size)
{
	size_t each = size / PIECES + 1;

	for (size_t n = PIECES; n-- > 0;) {
		size_t from = n * each, to = from + each;

		cc_strbuf_printf(out, "; X*%zu*=%s", n, n ? "" : "utf-8'en'");
		for (; from < to && from < size; from++)
			cc_strbuf_printf(out, "%%%02x", data[from]);
		if (n * each >= size && n > 0)
			cc_strbuf_puts(out, "\"\"");
	}
}

static void
check_again(const uint8_t *data, size_t size, struct arena *a)
{
	struct mime_value value;
	struct strbuf out;
	struct cursor c;

	cc_strbuf_init(&out, SIZE_MAX);
	put_pieces(&out, data, size);
	c = cc_cursor(cc_strbuf_span(&out));
	must(cc_mime_param_decode(cc_mime_parse_params(&c, a), "X", a, &value));
	must(fuzz_same(value.octets, cc_span(data, size)));
	must(cc_span_is(value.charset, "utf-8"));
	must(cc_span_is(value.language, "en"));
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "NAME", "X", "FILENAME" };
	struct cursor c = cc_cursor(cc_span(data, size));
	struct mime_param *params;
	struct mime_value value;
	struct arena a;

	cc_arena_init(&a, 1 << 26);
	params = cc_mime_parse_params(&c, &a);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool found = cc_mime_param_decode(params, names[i], &a, &value);

		must(!found || cc_mime_has_param(params, names[i]));
		must(!found || value.octets.len <= size + 32);
		must(!found || !value.charset.p || value.language.p);
	}
	check_again(data, size, &a);
	cc_arena_free(&a);
	return 0;
}
