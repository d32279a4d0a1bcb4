/*
 * fuzz_mime_decode.c - base64 and quoted-printable: pieces decode as the whole
 * does, and what is encoded decodes to itself, in lines of 76 octets.
 */
#include "fuzz_util.h"
#include "mail_const.h"
#include "mime_decode.h"
#include "qp.h"
#include "rfc822.h"

static void
decode(unsigned short encoding, const uint8_t *data, size_t size, size_t cut,
    struct strbuf *out)
{
	struct mime_decoder d;

	cc_strbuf_init(out, SIZE_MAX);
	cc_mime_decode_init(&d, encoding);
	cc_mime_decode(&d, out, cc_span(data, cut));
	cc_mime_decode(&d, out, cc_span(data + cut, size - cut));
	cc_mime_decode_end(&d, out);
	must(out->len <= size);
}

static void
check_pieces(unsigned short encoding, const uint8_t *data, size_t size)
{
	struct strbuf a, b;

	decode(encoding, data, size, size, &a);
	decode(encoding, data, size, size / 2, &b);
	must(fuzz_same(cc_strbuf_span(&a), cc_strbuf_span(&b)));
	cc_strbuf_free(&a);
	cc_strbuf_free(&b);
}

/* No line of the text may be longer than 76 or end in a blank. */
static void
check_lines(const unsigned char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '\n')
			continue;
		must(i - from <= 77 || (i == len && i - from <= 76));
		must(i < 2 || text[i - 1] != ' ');
		from = i + 1;
	}
}

static void
check_again(unsigned char *text, unsigned long len, unsigned short encoding,
    const uint8_t *data, size_t size)
{
	struct strbuf out;

	check_lines(text, len);
	decode(encoding, text, len, len / 3, &out);
	must(fuzz_same(cc_strbuf_span(&out), cc_span(data, size)));
	cc_strbuf_free(&out);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned long len;
	unsigned char *text;

	/* Longer runs of blanks than a decoder holds are another matter. */
	if (size > 4096)
		return 0;
	check_pieces(ENCBASE64, data, size);
	check_pieces(ENCQUOTEDPRINTABLE, data, size);
	text = rfc822_binary((void *)(uintptr_t)data, size, &len);
	check_again(text, len, ENCBASE64, data, size);
	text = rfc822_8bit((unsigned char *)(uintptr_t)data, size, &len);
	check_again(text, len, ENCQUOTEDPRINTABLE, data, size);
	return 0;
}
