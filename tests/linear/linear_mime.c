/*
 * linear_mime.c - parts of messages, Content- fields, encodings, encoded
 * words.
 */
#include "base64.h"
#include "cc_limits.h"
#include "fs.h"
#include "imap_body.h"
#include "linear.h"
#include "mail.h"
#include "mail_text.h"
#include "utf8.h"
#include "utf8aux.h"
#include "mime_decode.h"
#include "mime_param.h"
#include "mime_part.h"
#include "qp.h"
#include "rfc822.h"

/* BODYSTRUCTURE of a message. */
static void
parts(struct span text)
{
	struct mime_parser *p;
	struct mime_part *root;
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	p = cc_mime_new(&a, MIME_LF);
	cc_mime_feed(p, text, 0);
	if (cc_mime_end(&p, &root) == 0)
		cc_imap_put_body(&out, &a, root, true, cc_span(NULL, 0));
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

/* The same, octet by octet. */
static void
octets(struct span text)
{
	struct mime_parser *p;
	struct mime_part *root;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	p = cc_mime_new(&a, MIME_CRLF);
	for (size_t i = 0; i < text.len; i++)
		cc_mime_feed(p, cc_span(text.p + i, 1), i);
	cc_mime_end(&p, &root);
	cc_arena_free(&a);
}

/* The public call. */
static void
message(struct span text)
{
	char *copy = cc_span_dup(text), host[] = "h";
	const char *body = strstr(copy, "\n\n");
	size_t header = body ? (size_t)(body + 2 - copy) : text.len;
	ENVELOPE *env = NIL;
	BODY *b = NIL;
	STRING bs;

	INIT(&bs, mail_string, copy + header, text.len - header);
	rfc822_parse_msg_full(&env, &b, copy, header, &bs, host, 0, 0);
	mail_free_envelope(&env);
	mail_free_body(&b);
	fs_give((void **)&copy);
}

static void
params(struct span text)
{
	struct cursor c = cc_cursor(text);
	struct mime_param *list;
	struct mime_value value;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	list = cc_mime_parse_params(&c, &a);
	cc_mime_param_decode(list, "NAME", &a, &value);
	cc_mime_param_decoded(list, "BOUNDARY", &a);
	cc_mime_has_param(list, "CHARSET");
	cc_arena_free(&a);
}

static void
content(struct span text)
{
	static const char *const names[] = { "Type", "Disposition", "Language",
		"Transfer-Encoding", "ID", "Location", "MD5", "Description" };
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct mime_part part = { 0 };

		cc_mime_parse_field(&part, &a, cc_span_z(names[i]), text);
		cc_mime_set_defaults(&part, &a, false);
	}
	cc_arena_free(&a);
}

static void
mime2text(struct span text)
{
	SIZEDTEXT src = { (unsigned char *)cc_span_dup(text), text.len }, dst;
	void *copy = src.data;

	utf8_mime2text(&src, &dst, U8T_CANONICAL);
	if (dst.data != src.data)
		fs_give((void **)&dst.data);
	fs_give(&copy);
}

static void
decode(struct span text, unsigned short encoding, size_t piece)
{
	struct mime_decoder d;
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	cc_mime_decode_init(&d, encoding);
	for (size_t i = 0; i < text.len; i += piece)
		cc_mime_decode(&d, &out,
		    cc_span(text.p + i,
			text.len - i < piece ? text.len - i : piece));
	cc_mime_decode_end(&d, &out);
	cc_strbuf_free(&out);
}

static void
base64(struct span text)
{
	unsigned char *copy = (unsigned char *)cc_span_dup(text);
	unsigned long len;
	struct strbuf out;
	void *plain;

	decode(text, ENCBASE64, 7);
	decode(text, ENCBASE64, SIZE_MAX / 2);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	cc_base64_decode(&out, text);
	cc_strbuf_free(&out);
	if ((plain = rfc822_base64(copy, text.len, &len)) != NIL)
		fs_give(&plain);
	fs_give((void **)&copy);
}

static void
qp(struct span text)
{
	unsigned char *copy = (unsigned char *)cc_span_dup(text), *again;
	unsigned long len;
	void *plain;

	decode(text, ENCQUOTEDPRINTABLE, 1);
	decode(text, ENCQUOTEDPRINTABLE, SIZE_MAX / 2);
	if ((plain = rfc822_qprint(copy, text.len, &len)) != NIL)
		fs_give(&plain);
	again = rfc822_8bit(copy, text.len, &len);
	fs_give((void **)&again);
	fs_give((void **)&copy);
}

/* clang-format off */
#define MULTI "Content-Type: multipart/mixed; boundary="
#define MESSAGES(name, run)						\
	{ name, run, "", "A: b\n", "" },				\
	{ name, run, "", "Content-Type: text/plain\n", "" },		\
	{ name, run, MULTI "b\n\n", "--b\n\na\n", "" },			\
	{ name, run, MULTI "b\n\n", "--b\n", "" },			\
	{ name, run, MULTI "b\n\n", "--b--\n", "" },			\
	{ name, run, MULTI "b\n\n", "--b", "" },			\
	{ name, run, MULTI "b\n\n", "--\n", "" },			\
	{ name, run, MULTI "b\n\n", "\n-", "" },			\
	{ name, run, MULTI "b\n\n", "\r\n", "" },			\
	{ name, run, MULTI "b\n\n", "\n--c\n", "" },			\
	{ name, run, MULTI "b\n\n", "\r", "" },			\
	{ name, run, MULTI "b\n\n", "\n\r\r--b\r", "" },		\
	{ name, run, MULTI "b\n\n", "\r\r\n", "" },			\
	{ name, run, "", "A\r: b\r\r\n", "" },				\
	{ name, run, MULTI "\n\n", "--\n", "" },			\
	{ name, run, "", MULTI "b\n\n--b\n", "" },			\
	{ name, run, "", MULTI "b\1\n\n--b\1\n", "" },			\
	{ name, run, "", MULTI "b\1\n\n--b\1\n", "\n--b1\n--b2\n" },	\
	{ name, run, "", "Content-Type: message/rfc822\n\n", "" },	\
	{ name, run, MULTI "b\n\n",					\
	  "--b\nContent-Type: message/rfc822\n\n", "" },		\
	{ name, run, "Content-Type: multipart/digest; boundary=b\n\n",	\
	  "--b\n\nSubject: a\n\n", "" },				\
	{ name, run, "", MULTI "b\1\n\n--b\1\n"				\
	  "Content-Type: message/rfc822\n\n", "" },			\
	{ name, run, "", MULTI "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"	\
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\1\n\n"	\
	  "--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"	\
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\1\n", "" },		\
	{ name, run, "Content-Type: text/plain", "; a\1=b", "\n\n" },	\
	{ name, run, "Content-Type: ", "a/", "\n\n" },			\
	{ name, run, "Content-Type: ", "(", "\n\n" },			\
	{ name, run, "Content-Type: ", "\"", "\n\n" },			\
	{ name, run, "Content-Type: text/plain; a=", "\\", "\n\n" },	\
	{ name, run, "Content-Type:", "\n ", "\n\n" }

#define PARAMS(name, run)						\
	{ name, run, "", ";", "" },					\
	{ name, run, "", "; a=b", "" },					\
	{ name, run, "", "; a\1=b", "" },				\
	{ name, run, "", "; name*\1=b", "" },				\
	{ name, run, "", "; name*\1*=%41", "" },			\
	{ name, run, "", "; name*0=b", "" },				\
	{ name, run, "", "; boundary*\1=b", "" },			\
	{ name, run, "; name*=utf-8''", "%", "" },			\
	{ name, run, "; name*=utf-8''", "%41", "" },			\
	{ name, run, "; name*=", "'", "" },				\
	{ name, run, "; a=", "\"", "" },				\
	{ name, run, "; a=\"", "\\", "" },				\
	{ name, run, "; a=\"", "\\\"", "" },				\
	{ name, run, "; a=", "(", "" },					\
	{ name, run, "; ", "(a)", "" },					\
	{ name, run, "; a=", "b ", "" },				\
	{ name, run, ";", "=", "" },					\
	{ name, run, "; a=", "\r\n ", "" },				\
	{ name, run, "text/plain", "; a=b", "" },			\
	{ name, run, "", "en, ", "" },					\
	{ name, run, "", "/", "" }

const struct linear_row linear_mime[] = {
	MESSAGES("parts", parts),
	MESSAGES("octets", octets),
	MESSAGES("message", message),
	PARAMS("params", params),
	PARAMS("content", content),
	{ "mime2text", mime2text, "", "=?", "" },
	{ "mime2text", mime2text, "", "=?a?", "" },
	{ "mime2text", mime2text, "", "=?utf-8?q?a", "" },
	{ "mime2text", mime2text, "", "=?utf-8?q?a?=", "" },
	{ "mime2text", mime2text, "", "=?utf-8?q?a?= ", "" },
	{ "mime2text", mime2text, "", "=?utf-8?b?YWJj?= ", "" },
	{ "mime2text", mime2text, "", "=?utf-8?b?w6Q=?=\r\n ", "" },
	{ "mime2text", mime2text, "", "=?utf-8?q?=C3?= =?utf-8?q?=A4?= ", "" },
	{ "mime2text", mime2text, "", "=?iso-2022-jp?b?GyRC?= ", "" },
	{ "mime2text", mime2text, "", "=?utf-7?q?+AOQ-?= ", "" },
	{ "mime2text", mime2text, "", "=?x?q?a?= ", "" },
	{ "mime2text", mime2text, "", "=?utf-8*en?q?a?= ", "" },
	{ "mime2text", mime2text, "=?utf-8?q?", "a", "?=" },
	{ "mime2text", mime2text, "=?utf-8?q?", "a", "" },
	{ "mime2text", mime2text, "=?utf-8?q?", "=", "?=" },
	{ "mime2text", mime2text, "=?utf-8?b?", "=", "?=" },
	{ "mime2text", mime2text, "=?", "a", "?q?a?=" },
	{ "mime2text", mime2text, "", "?", "" },
	{ "mime2text", mime2text, "", "=", "" },
	{ "mime2text", mime2text, "", " ", "=?utf-8?q?a?=" },
	{ "mime2text", mime2text, "", "a =?utf-8?q?", "" },
	{ "mime2text", mime2text, "", "\xc3\xa4 ", "" },
	{ "mime2text", mime2text, "", "e\xcc\x81", "" },
	{ "base64", base64, "", "QUJD", "" },
	{ "base64", base64, "", "Q", "" },
	{ "base64", base64, "", "QQ==", "" },
	{ "base64", base64, "", "=", "" },
	{ "base64", base64, "", "\r\n", "QQ==" },
	{ "base64", base64, "", "!", "" },
	{ "base64", base64, "QQ==", "x", "" },
	{ "qp", qp, "", "=41", "" },
	{ "qp", qp, "", "=", "" },
	{ "qp", qp, "", "=\n", "" },
	{ "qp", qp, "", "= \n", "" },
	{ "qp", qp, "", " ", "a" },
	{ "qp", qp, "", " ", "\n" },
	{ "qp", qp, "a", "\t ", "=\n" },
	{ "qp", qp, "", "a \r\n", "" },
	{ "qp", qp, "", "\r", "" },
	{ "qp", qp, "", "=\r", "" },
	{ "qp", qp, "", "\xff", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
