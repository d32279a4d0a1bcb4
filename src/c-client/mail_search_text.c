/*
 * mail_search_text.c - texts searched for lists of strings: what programs
 * call, and searches of their own are made of.
 *
 * Strings are UTF-8 (utf8_searchpgm). Texts are a stranger's; each string
 * costs one pass over the text.
 */
#include <stdio.h>

#include "cc_limits.h"
#include "fs.h"
#include "mail.h"
#include "mime_decode.h"
#include "rfc822_write.h"
#include "text_search.h"
#include "utf8aux.h"

/* Octets that mail_search_gets asks its reader for at once. */
#define PIECE ((size_t)64 * 1024)

/* Octets of a decoded text. */
#define TEXT_MAX ((size_t)1 << 40)

/* Is the string in text of a charset? */
static bool
has(const CHARSET *cs, struct span text, const SIZEDTEXT *string)
{
	struct cc_needle needle;
	bool found;

	cc_needle_init(&needle, cc_span(string->data, string->size));
	found = cc_text_search(&needle, cs, text);
	cc_needle_free(&needle);
	return found;
}

/* Takes the node at *at out of its list; its string stays its owner's. */
static void
drop(STRINGLIST **at)
{
	STRINGLIST *node = *at;

	*at = node->next;
	fs_give((void **)&node);
}

static long
drop_found(const CHARSET *cs, struct span text, STRINGLIST **st)
{
	STRINGLIST **at = st;

	while (*at) {
		if (has(cs, text, &(*at)->text))
			drop(at);
		else
			at = &(*at)->next;
	}
	return *st ? NIL : LONGT;
}

long
mail_search_header_text(char *s, STRINGLIST *st)
{
	SIZEDTEXT text = { (unsigned char *)s, s ? strlen(s) : 0 };

	return s ? mail_search_header(&text, st) : NIL;
}

long
mail_search_header(SIZEDTEXT *hdr, STRINGLIST *st)
{
	SIZEDTEXT text = *hdr;
	long ret = LONGT;

	utf8_mime2text(hdr, &text, NIL);
	for (; st && ret; st = st->next)
		if (!has(NULL, cc_span(text.data, text.size), &st->text))
			ret = NIL;
	if (text.data != hdr->data)
		fs_give((void **)&text.data);
	return ret;
}

long
mail_search_addr(ADDRESS *adr, STRINGLIST *st)
{
	struct strbuf out;
	SIZEDTEXT text;
	long ret;

	if (!adr)
		return NIL;
	cc_strbuf_init(&out, CC_HEADER_MAX);
	cc_rfc822_put_list(&out, adr, 0, NULL);
	text.size = out.len;
	text.data = (unsigned char *)cc_strbuf_take(&out);
	ret = mail_search_header(&text, st);
	fs_give((void **)&text.data);
	return ret;
}

long
mail_search_string_work(SIZEDTEXT *s, STRINGLIST **st)
{
	return drop_found(NULL, cc_span(s->data, s->size), st);
}

long
mail_search_string(SIZEDTEXT *s, char *charset, STRINGLIST **st)
{
	return drop_found(cc_text_charset(charset), cc_span(s->data, s->size),
	    st);
}

/* ---------------------------------------------------------------- bodies */

static char *
charset_of(const BODY *body)
{
	for (PARAMETER *p = body->parameter; p; p = p->next)
		if (p->attribute &&
		    cc_span_is_nocase(cc_span_z(p->attribute), "CHARSET"))
			return p->value;
	return NIL;
}

/* A text part: what is found leaves the stream's list. */
static long
search_part(MAILSTREAM *stream, unsigned long msgno, BODY *body, char *section)
{
	STRINGLIST **st = &stream->private.search.string;
	struct mime_decoder d;
	struct strbuf out;
	unsigned long len = 0;
	char *text = mail_fetch_body(stream, msgno, section, &len,
	    FT_PEEK | FT_INTERNAL);
	SIZEDTEXT decoded;

	cc_strbuf_init(&out, TEXT_MAX);
	cc_mime_decode_init(&d, body->encoding);
	cc_mime_decode(&d, &out, cc_span(text, len));
	cc_mime_decode_end(&d, &out);
	decoded.data = (unsigned char *)(out.data ? out.data : text);
	decoded.size = out.len;
	mail_search_string(&decoded, charset_of(body), st);
	cc_strbuf_free(&out);
	return *st ? NIL : LONGT;
}

static long
search_message(MAILSTREAM *stream, unsigned long msgno, BODY *body,
    char *section, long flags)
{
	STRINGLIST **st = &stream->private.search.string;
	unsigned long len = 0;
	SIZEDTEXT text;

	if (flags) {
		char *header = mail_fetch_header(stream, msgno, section, NIL,
		    &len, FT_PEEK | FT_INTERNAL);
		SIZEDTEXT src = { (unsigned char *)header, len };

		text = src;
		utf8_mime2text(&src, &text, NIL);
		mail_search_string_work(&text, st);
		if (text.data != src.data)
			fs_give((void **)&text.data);
	}
	body = body->nested.msg ? body->nested.msg->body : NIL;
	if (!*st || !body)
		return *st ? NIL : LONGT;
	/* The parts of a multipart inside go on with the message's number. */
	return body->type == TYPEMULTIPART
	    ? mail_search_body(stream, msgno, body, section, 0, flags)
	    : mail_search_body(stream, msgno, body, section, 1, flags);
}

static long
search_parts(MAILSTREAM *stream, unsigned long msgno, BODY *body, char *section,
    long flags)
{
	unsigned long i = 0;
	long ret = NIL;

	for (PART *part = body->nested.part; part && !ret; part = part->next)
		ret = mail_search_body(stream, msgno, &part->body, section, ++i,
		    flags);
	return ret;
}

long
mail_search_body(MAILSTREAM *stream, unsigned long msgno, BODY *body,
    char *prefix, unsigned long section, long flags)
{
	char name[MAILTMPLEN];

	if (!stream->private.search.string)
		return LONGT;
	snprintf(name, sizeof(name), section ? "%s%s%lu" : "%s",
	    prefix ? prefix : "", prefix && *prefix ? "." : "", section);
	if (strlen(name) > sizeof(name) - 24)
		return NIL;
	switch (body->type) {
	case TYPEMULTIPART:
		return search_parts(stream, msgno, body, name, flags);
	case TYPETEXT:
		return search_part(stream, msgno, body, name);
	case TYPEMESSAGE:
		if (body->subtype &&
		    cc_span_is_nocase(cc_span_z(body->subtype), "RFC822"))
			return search_message(stream, msgno, body, name, flags);
		return NIL;
	default:
		return NIL;
	}
}

/* ------------------------------------------------------- a text on its way */

/* Feeds a piece to each search. */
static void
feed(struct cc_text_search *searches, size_t n, struct span piece)
{
	for (size_t i = 0; i < n; i++)
		cc_text_search_feed(&searches[i], piece);
}

/* Ends the searches and takes what they found out of the list. */
static void
finish(struct cc_text_search *searches, STRINGLIST **st)
{
	for (size_t i = 0; *st; i++) {
		if (cc_text_search_finish(&searches[i]))
			drop(st);
		else
			st = &(*st)->next;
	}
}

char *
mail_search_gets(readfn_t f, void *stream, unsigned long size, GETS_DATA *md)
{
	STRINGLIST **st = &md->stream->private.search.string;
	struct cc_text_search *searches;
	struct cc_needle *needles;
	char *buffer = fs_get(PIECE);
	size_t n = 0, i = 0, len;

	for (const STRINGLIST *s = *st; s; s = s->next)
		n++;
	needles = fs_get((n + 1) * sizeof(*needles));
	searches = fs_get((n + 1) * sizeof(*searches));
	for (const STRINGLIST *s = *st; s; s = s->next, i++) {
		cc_needle_init(&needles[i],
		    cc_span(s->text.data, s->text.size));
		cc_text_search_init(&searches[i], &needles[i], NULL);
	}
	for (; size; size -= len) {
		len = size < PIECE ? size : PIECE;
		if (!(*f)(stream, len, buffer))
			break;
		feed(searches, n, cc_span(buffer, len));
	}
	finish(searches, st);
	md->stream->private.search.result = *st ? NIL : LONGT;
	while (n-- > 0)
		cc_needle_free(&needles[n]);
	fs_give((void **)&needles);
	fs_give((void **)&searches);
	fs_give((void **)&buffer);
	return NIL;
}
