/*
 * rfc822_encode.c - bodies made fit for transport (RFC 2045 section 6, RFC
 * 2046 section 5.1): contents encoded, multiparts given a boundary.
 *
 * Works on the program's structures, whose contents are fs_get blocks.
 */
#include "cc_limits.h"
#include "cc_random.h"
#include "fs.h"
#include "ftl.h"
#include "mail_generic.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_encode.h"
#include "strbuf.h"

#define BOUNDARY_RANDOM 26 /* characters of five bits each */

/* Letters and digits behind "=_", which neither of the encodings can hold. */
static char *
new_boundary(void)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[BOUNDARY_RANDOM];
	struct strbuf text;

	cc_random(random, sizeof(random));
	cc_strbuf_init(&text, MAILTMPLEN);
	cc_strbuf_puts(&text, "=_");
	for (size_t i = 0; i < sizeof(random); i++)
		cc_strbuf_putc(&text, digits[random[i] & 31]);
	return cc_strbuf_take(&text);
}

const char *
cc_rfc822_boundary(BODY *body)
{
	PARAMETER **p = &body->parameter;

	for (; *p; p = &(*p)->next)
		if ((*p)->attribute && (*p)->value &&
		    cc_span_is_nocase(cc_span_z((*p)->attribute), "BOUNDARY"))
			return (*p)->value;
	*p = mail_newbody_parameter();
	(*p)->attribute = cpystr("BOUNDARY");
	(*p)->value = new_boundary();
	return (*p)->value;
}

/* Puts base64 or quoted-printable in the place of the contents. */
static void
encode_contents(BODY *body, unsigned short encoding)
{
	SIZEDTEXT *text = &body->contents.text;
	unsigned long len = 0;
	unsigned char *coded;

	if (!text->data)
		return;
	coded = encoding == ENCBASE64
	    ? rfc822_binary(text->data, text->size, &len)
	    : rfc822_8bit(text->data, text->size, &len);
	fs_give((void **)&text->data);
	text->data = coded;
	text->size = len;
	body->encoding = encoding;
}

/* RFC 2046 section 5.2.1: nothing but 7bit, 8bit and binary; what is inside
 * is another's, so that it stays as it is. */
static void
check_message(const BODY *body, bool ok8)
{
	switch (body->encoding) {
	case ENC7BIT:
		break;
	case ENC8BIT:
		if (!ok8)
			MM_LOG("8-bit included message in 7-bit message",
			    PARSE);
		break;
	case ENCBINARY:
		MM_LOG("Binary included message", PARSE);
		break;
	default:
		fatal("An included message must not be encoded");
	}
}

static void
encode(BODY *body, bool ok8, unsigned depth)
{
	if (body->type == TYPEMULTIPART) {
		cc_rfc822_boundary(body);
		if (depth >= CC_MIME_DEPTH)
			return;
		for (PART *part = body->nested.part; part; part = part->next)
			encode(&part->body, ok8, depth + 1);
	} else if (body->type == TYPEMESSAGE) {
		check_message(body, ok8);
	} else if (body->encoding == ENCBINARY) {
		encode_contents(body, ENCBASE64);
	} else if (body->encoding == ENC8BIT && !ok8) {
		encode_contents(body, ENCQUOTEDPRINTABLE);
	}
}

void
rfc822_encode_body_7bit(ENVELOPE *env, BODY *body)
{
	(void)env;
	if (body)
		encode(body, false, 0);
}

void
rfc822_encode_body_8bit(ENVELOPE *env, BODY *body)
{
	(void)env;
	if (body)
		encode(body, true, 0);
}
