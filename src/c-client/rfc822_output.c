/*
 * rfc822_output.c - messages through an RFC822BUFFER (RFC 5322, RFC 2046).
 *
 * Texts are composed by rfc822_write.c; here they go into the program's buffer
 * and, when it is full, through its routine. The buffer ends at buf->end, a
 * NUL may stand there, nothing behind (CVE-2008-5514). T, or NIL as soon as
 * the routine gives NIL.
 */
#include "cc_limits.h"
#include "fs.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "rfc822_encode.h"
#include "rfc822_write.h"

long
rfc822_output_flush(RFC822BUFFER *buf)
{
	*buf->cur = '\0';
	buf->cur = buf->beg;
	return (*buf->f)(buf->s, buf->beg);
}

static long
put(RFC822BUFFER *buf, const char *p, size_t len)
{
	while (len > 0) {
		size_t room = (size_t)(buf->end - buf->cur);

		if (room == 0) {
			/* A buffer of no octets never gets room. */
			if (buf->cur == buf->beg || !rfc822_output_flush(buf))
				return NIL;
			continue;
		}
		if (room > len)
			room = len;
		memcpy(buf->cur, p, room);
		buf->cur += room;
		p += room;
		len -= room;
	}
	return LONGT;
}

static long
put_string(RFC822BUFFER *buf, const char *s)
{
	return put(buf, s, strlen(s));
}

/* Writes what was composed and frees it. */
static long
put_composed(RFC822BUFFER *buf, struct strbuf *text)
{
	long ret = put(buf, cc_strbuf_str(text), text->len);

	cc_strbuf_free(text);
	return ret;
}

long
rfc822_output_cat(RFC822BUFFER *buf, char *src, const char *specials)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_word(&text, src ? src : "", specials);
	return put_composed(buf, &text);
}

long
rfc822_output_address(RFC822BUFFER *buf, ADDRESS *adr)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	if (adr && adr->host)
		cc_rfc822_put_mailbox(&text, adr);
	return put_composed(buf, &text);
}

long
rfc822_output_address_list(RFC822BUFFER *buf, ADDRESS *adr, long pretty,
    const char *specials)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_list(&text, adr, pretty > 0 ? (size_t)pretty : 0,
	    specials);
	return put_composed(buf, &text);
}

long
rfc822_output_address_line(RFC822BUFFER *buf, char *type, long resent,
    ADDRESS *adr, const char *specials)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_address_line(&text, type, resent != NIL, adr, specials);
	return put_composed(buf, &text);
}

long
rfc822_output_header_line(RFC822BUFFER *buf, char *type, long resent,
    char *text)
{
	struct strbuf line;

	cc_strbuf_init(&line, SIZE_MAX);
	cc_rfc822_put_line(&line, type, resent != NIL, text);
	return put_composed(buf, &line);
}

long
rfc822_output_parameter(RFC822BUFFER *buf, PARAMETER *param)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_params(&text, param);
	return put_composed(buf, &text);
}

long
rfc822_output_stringlist(RFC822BUFFER *buf, STRINGLIST *stl)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_words(&text, stl);
	return put_composed(buf, &text);
}

long
rfc822_output_body_header(RFC822BUFFER *buf, BODY *body)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_body_header(&text, body);
	return put_composed(buf, &text);
}

long
rfc822_output_header(RFC822BUFFER *buf, ENVELOPE *env, BODY *body,
    const char *specials, long flags)
{
	struct strbuf text;

	cc_strbuf_init(&text, SIZE_MAX);
	cc_rfc822_put_fields(&text, env, body, specials, flags != NIL);
	cc_strbuf_puts(&text, "\r\n");
	return put_composed(buf, &text);
}

static long output_text(RFC822BUFFER *buf, BODY *body, unsigned depth);

/* The parts of a multipart between its delimiter lines. */
static long
output_parts(RFC822BUFFER *buf, BODY *body, unsigned depth)
{
	const char *boundary = cc_rfc822_boundary(body);

	for (PART *part = body->nested.part; part; part = part->next)
		if (!put_string(buf, "--") || !put_string(buf, boundary) ||
		    !put_string(buf, "\r\n") ||
		    !rfc822_output_body_header(buf, &part->body) ||
		    !put_string(buf, "\r\n") ||
		    !output_text(buf, &part->body, depth + 1) ||
		    !put_string(buf, "\r\n"))
			return NIL;
	return put_string(buf, "--") && put_string(buf, boundary) &&
		put_string(buf, "--\r\n")
	    ? LONGT
	    : NIL;
}

static long
output_text(RFC822BUFFER *buf, BODY *body, unsigned depth)
{
	const char *text = (const char *)body->contents.text.data;

	if (depth > CC_MIME_DEPTH) {
		MM_LOG("Body parts are nested too deeply to be written", ERROR);
		return NIL;
	}
	if (body->type == TYPEMULTIPART && body->nested.part)
		return output_parts(buf, body, depth);
	return text ? put_string(buf, text) : LONGT;
}

long
rfc822_output_text(RFC822BUFFER *buf, BODY *body)
{
	return output_text(buf, body, 0);
}

/* SET_RFC822OUTPUT: the program's own routine of the older form. */
static long
output_old_form(RFC822BUFFER *buf, ENVELOPE *env, BODY *body, long ok8)
{
	char *tmp;
	long ret;

	/* What stands in the buffer comes before what the routine writes. */
	if (buf->cur > buf->beg && !rfc822_output_flush(buf))
		return NIL;
	tmp = fs_get(SENDBUFLEN);
	ret = (*cc_params.rfc822output)(tmp, env, body, buf->f, buf->s, ok8);
	fs_give((void **)&tmp);
	return ret;
}

long
rfc822_output_full(RFC822BUFFER *buf, ENVELOPE *env, BODY *body, long ok8)
{
	if (cc_params.rfc822outputfull)
		return (*cc_params.rfc822outputfull)(buf, env, body, ok8);
	if (cc_params.rfc822output)
		return output_old_form(buf, env, body, ok8);
	if (body && ok8)
		rfc822_encode_body_8bit(env, body);
	else if (body)
		rfc822_encode_body_7bit(env, body);
	return rfc822_output_header(buf, env, body, NIL, NIL) &&
		(!body || rfc822_output_text(buf, body)) &&
		rfc822_output_flush(buf)
	    ? LONGT
	    : NIL;
}
