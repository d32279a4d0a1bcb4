/*
 * test_codec.h - for tests of functions that append a text in another form to
 * a buffer.
 */
#ifndef TEST_CODEC_H
#define TEST_CODEC_H

#include "cc_err.h"
#include "strbuf.h"
#include "test_util.h"

typedef int codec(struct strbuf *out, struct span in);

/* The text is refused, and the buffer stays as it was. */
static inline void
expect_refused(codec *function, struct span text)
{
	char *in = exact_copy(text.p, text.len);
	struct strbuf out;

	cc_strbuf_init(&out, 100);
	cc_strbuf_puts(&out, "kept");
	assert_int_equal(function(&out, cc_span(in, text.len)), CC_EPARSE);
	assert_span(cc_strbuf_span(&out), "kept");
	cc_strbuf_free(&out);
	free(in);
}

#endif
