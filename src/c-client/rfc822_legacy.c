/*
 * rfc822_legacy.c - writers into buffers of a size that is not told.
 *
 * Programs give buffers of SENDBUFLEN octets and texts of any length, from
 * mail of strangers. No writer passes what such a buffer holds: it ends before
 * the first address or field that does not fit, and mm_log is told
 * (CVE-2008-2829).
 */
#include "mail_generic.h"
#include "rfc822_write.h"

/* Octets of a whole buffer, its NUL apart. */
#define BUFFER (SENDBUFLEN - 1)

/* Octets behind *header, where what stands before it (a line with a boundary
 * is usual) is not seen, but takes some of SENDBUFLEN, too. */
#define BEHIND (BUFFER - MAILTMPLEN)

/* Empty text that may have as many octets as are left of max. */
static void
begin(struct strbuf *text, size_t used, size_t max)
{
	cc_strbuf_init(text, used < max ? max - used : 0);
}

/* Writes the text and a NUL, tells if some is missing, frees it; gives the new
 * end. */
static char *
finish(char *dest, struct strbuf *text)
{
	size_t len = text->len;

	memcpy(dest, cc_strbuf_str(text), len + 1);
	if (text->over)
		MM_LOG("Header is too long for its buffer: not all of it "
		       "was written",
		    ERROR);
	cc_strbuf_free(text);
	return dest + len;
}

void
rfc822_header(char *header, ENVELOPE *env, BODY *body)
{
	struct strbuf text;
	bool over;

	/* The empty line has its place whatever happens. */
	begin(&text, 2, BUFFER);
	cc_rfc822_put_fields(&text, env, body, NIL, false);
	over = text.over;
	text.over = false;
	text.max += 2;
	cc_strbuf_puts(&text, "\r\n");
	text.over = over;
	finish(header, &text);
}

void
rfc822_header_line(char **header, char *type, ENVELOPE *env, char *text)
{
	struct strbuf line;

	begin(&line, 0, BEHIND);
	cc_rfc822_put_line(&line, type, env && env->remail, text);
	*header = finish(*header, &line);
}

void
rfc822_address_line(char **header, char *type, ENVELOPE *env, ADDRESS *adr)
{
	struct strbuf line;

	begin(&line, 0, BEHIND);
	cc_rfc822_put_address_line(&line, type, env && env->remail, adr, NIL);
	*header = finish(*header, &line);
}

char *
rfc822_write_address_full(char *dest, ADDRESS *adr, char *base)
{
	size_t used = strlen(dest), column = 0;
	struct strbuf text;

	/* A line that begins here has the column 0, which would say that lines
	 * are not folded. */
	if (base)
		column = dest + used > base ? (size_t)(dest + used - base) : 1;
	begin(&text, used, BUFFER);
	cc_rfc822_put_list(&text, adr, column, NIL);
	return finish(dest + used, &text);
}

void
rfc822_address(char *dest, ADDRESS *adr)
{
	size_t used = strlen(dest);
	struct strbuf text;

	begin(&text, used, BUFFER);
	if (adr && adr->host)
		cc_rfc822_put_mailbox(&text, adr);
	/* Half an address is another one. */
	if (text.over)
		cc_strbuf_truncate(&text, 0);
	finish(dest + used, &text);
}

void
rfc822_cat(char *dest, char *src, const char *specials)
{
	size_t used = strlen(dest);
	struct strbuf text;

	begin(&text, used, BUFFER);
	cc_rfc822_put_word(&text, src ? src : "", specials);
	/* Nor is half a word: its quotes may be open. */
	if (text.over)
		cc_strbuf_truncate(&text, 0);
	finish(dest + used, &text);
}

void
rfc822_write_body_header(char **header, BODY *body)
{
	struct strbuf text;

	begin(&text, 0, BEHIND);
	cc_rfc822_put_body_header(&text, body);
	*header = finish(*header, &text);
}

long
rfc822_output(char *t, ENVELOPE *env, BODY *body, soutr_t f, void *s,
    long ok8bit)
{
	RFC822BUFFER buf = { .f = f, .s = s, .beg = t, .cur = t };

	buf.end = t + BUFFER;
	return rfc822_output_full(&buf, env, body, ok8bit);
}

long
rfc822_output_body(BODY *body, soutr_t f, void *s)
{
	char tmp[MAILTMPLEN + 1];
	RFC822BUFFER buf = { .f = f, .s = s, .beg = tmp, .cur = tmp };

	buf.end = tmp + MAILTMPLEN;
	return rfc822_output_text(&buf, body) && rfc822_output_flush(&buf)
	    ? LONGT
	    : NIL;
}
