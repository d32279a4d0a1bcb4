/*
 * rfc822_codec.c - the content encodings for programs (RFC 2045 section 6).
 *
 * Covers over mime_decode.c and qp.c. What is decoded is a stranger's; results
 * are fs_get blocks with a NUL behind them.
 */
#include "base64.h"
#include "mail_generic.h"
#include "mime_decode.h"
#include "qp.h"
#include "rfc822.h"

#define BINARY_LINE 45 /* octets that make a line of 60 characters */

void *
rfc822_base64(unsigned char *src, unsigned long srcl, unsigned long *len)
{
	struct mime_decoder d;
	struct strbuf out;

	*len = 0;
	cc_strbuf_init(&out, SIZE_MAX);
	cc_mime_decode_init(&d, ENCBASE64);
	cc_mime_decode(&d, &out, cc_span(src, srcl));
	cc_mime_decode_end(&d, &out);
	if (d.broken) {
		cc_strbuf_free(&out);
		return NIL;
	}
	if (d.after_end)
		MM_LOG("Data after the end of base64 text was left out", PARSE);
	*len = out.len;
	return cc_strbuf_take(&out);
}

unsigned char *
rfc822_binary(void *src, unsigned long srcl, unsigned long *len)
{
	const char *p = src;
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX);
	do {
		size_t n = srcl < BINARY_LINE ? srcl : BINARY_LINE;

		cc_base64_encode(&out, cc_span(p, n));
		cc_strbuf_puts(&out, "\r\n");
		p += n;
		srcl -= n;
	} while (srcl > 0);
	*len = out.len;
	return (unsigned char *)cc_strbuf_take(&out);
}

unsigned char *
rfc822_qprint(unsigned char *src, unsigned long srcl, unsigned long *len)
{
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX);
	if (cc_qp_decode(&out, cc_span(src, srcl)) != 0)
		MM_LOG("Invalid quoted-printable sequence", PARSE);
	*len = out.len;
	return (unsigned char *)cc_strbuf_take(&out);
}

unsigned char *
rfc822_8bit(unsigned char *src, unsigned long srcl, unsigned long *len)
{
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX);
	cc_qp_encode(&out, cc_span(src, srcl));
	*len = out.len;
	return (unsigned char *)cc_strbuf_take(&out);
}
