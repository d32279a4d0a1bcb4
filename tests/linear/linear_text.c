/*
 * linear_text.c - charsets, case folding, searching, modified UTF-7.
 */
#include "charset.h"
#include "fs.h"
#include "linear.h"
#include "mail.h"
#include "text_search.h"
#include "utf7.h"
#include "utf8aux.h"

static void
decode(struct span text, const char *charset, long flags)
{
	SIZEDTEXT src = { (unsigned char *)cc_span_dup(text), text.len }, ret;

	if (utf8_text(&src, (char *)(uintptr_t)charset, &ret, flags) &&
	    ret.data != src.data)
		fs_give((void **)&ret.data);
	fs_give((void **)&src.data);
}

static void
utf8(struct span text)
{
	decode(text, "UTF-8", 0);
	decode(text, "UTF-8", U8T_CANONICAL);
	decode(text, NULL, 0);
}

static void
latin(struct span text)
{
	decode(text, "ISO-8859-1", U8T_CANONICAL);
	decode(text, "WINDOWS-1252", U8T_CANONICAL);
	decode(text, "US-ASCII", 0);
}

static void
asian(struct span text)
{
	decode(text, "ISO-2022-JP", 0);
	decode(text, "ISO-2022-KR", 0);
	decode(text, "SHIFT_JIS", 0);
	decode(text, "EUC-JP", 0);
	decode(text, "GB18030", 0);
	decode(text, "BIG5", 0);
	decode(text, "CN-GB-12345", 0);
}

static void
wide(struct span text)
{
	decode(text, "UTF-7", U8T_CANONICAL);
	decode(text, "UTF-16", U8T_CANONICAL);
	decode(text, "UCS-4", 0);
}

/* UTF-8 to a charset, whose table is made at the first call. */
static void
encode(struct span text, const char *charset)
{
	SIZEDTEXT src = { (unsigned char *)cc_span_dup(text), text.len }, ret;

	if (utf8_cstext(&src, (char *)(uintptr_t)charset, &ret, '?') &&
	    ret.data != src.data)
		fs_give((void **)&ret.data);
	fs_give((void **)&src.data);
}

static void
to_latin(struct span text)
{
	encode(text, "ISO-8859-1");
}

static void
to_2022(struct span text)
{
	encode(text, "ISO-2022-JP");
}

/* The text searched for each of some strings, at once and octet by octet. */
static void
search(struct span text)
{
	static const char *const needles[] = { "aaaaaaaaaaaaaaab", "ab", "",
		"\xc3\xa4\xc3\xa4\xc3\xa4z", "abababababac" };
	const CHARSET *cs = utf8_charset((char *)(uintptr_t) "UTF-8");

	for (size_t i = 0; i < sizeof(needles) / sizeof(needles[0]); i++) {
		struct cc_text_search t;
		struct cc_needle n;

		cc_needle_init(&n, cc_span_z(needles[i]));
		cc_text_search(&n, cs, text);
		cc_text_search_init(&t, &n, NULL);
		for (size_t at = 0; at < text.len; at++)
			cc_text_search_feed(&t, cc_span(text.p + at, 1));
		cc_text_search_finish(&t);
		cc_needle_free(&n);
	}
}

/* A long string, in a text that repeats half of it again and again. */
static void
needle(struct span text)
{
	struct cc_needle n;
	struct cc_search s;

	cc_needle_init(&n, text);
	cc_search_init(&s, &n);
	for (int i = 0; i < 4; i++)
		cc_search_feed(&s, cc_span(text.p, text.len / 2));
	cc_needle_free(&n);
}

static void
utf7(struct span text)
{
	unsigned char *copy = (unsigned char *)cc_span_dup(text), *name;
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	cc_utf7_check(text);
	cc_utf7_to_utf8(&out, text);
	cc_strbuf_reset(&out);
	cc_utf7_from_utf8(&out, text);
	cc_strbuf_free(&out);
	if ((name = utf8_to_mutf7(copy)) != NIL)
		fs_give((void **)&name);
	if ((name = utf8_from_mutf7(copy)) != NIL)
		fs_give((void **)&name);
	fs_give((void **)&copy);
}

/* clang-format off */
#define CHARS(name, run)						\
	{ name, run, "", "a", "" },					\
	{ name, run, "", "a\n", "" },					\
	{ name, run, "", "\xc3\xa4", "" },				\
	{ name, run, "", "\xc3", "" },					\
	{ name, run, "", "\x80", "" },					\
	{ name, run, "", "\xff", "" },					\
	{ name, run, "e", "\xcc\x81", "" },				\
	{ name, run, "e", "\xcc\x81\xcc\xa3", "" },			\
	{ name, run, "", "\xef\xb7\xba", "" },				\
	{ name, run, "", "\xed\xa0\x80", "" },				\
	{ name, run, "", "\xf0\x9f\x98\x80", "" },			\
	{ name, run, "", "\xea\xb0\x81", "" },				\
	{ name, run, "", "\033$B", "" },				\
	{ name, run, "", "\033", "" },					\
	{ name, run, "\033$B", "!!", "" },				\
	{ name, run, "", "\033$B!!\033(B", "" },			\
	{ name, run, "\033$)C", "\016!!\017", "" },			\
	{ name, run, "", "+", "" },					\
	{ name, run, "", "+AOQ-", "" },					\
	{ name, run, "+", "AOQ", "" },					\
	{ name, run, "", "\x81", "" },					\
	{ name, run, "", "\x81\x40", "" }

const struct linear_row linear_text[] = {
	CHARS("utf8", utf8),
	CHARS("latin", latin),
	CHARS("asian", asian),
	CHARS("wide", wide),
	CHARS("to_latin", to_latin),
	CHARS("to_2022", to_2022),
	CHARS("search", search),
	{ "search", search, "", "aaaaaaaaaaaaaaa\xc3\xa4", "" },
	{ "search", search, "", "ab", "" },
	{ "search", search, "\xc3\xa4", "a", "" },
	{ "search", search, "", "Content-Type: y\n", "" },
	{ "needle", needle, "", "a", "b" },
	{ "needle", needle, "", "ab", "c" },
	{ "needle", needle, "b", "a", "" },
	{ "needle", needle, "", "a\1", "" },
	{ "needle", needle, "", "\xc3\xa4", "" },
	{ "needle", needle, "e", "\xcc\x81", "" },
	{ "needle", needle, "", "\xff", "" },
	{ "utf7", utf7, "", "&", "" },
	{ "utf7", utf7, "", "&-", "" },
	{ "utf7", utf7, "", "&AOQ-", "" },
	{ "utf7", utf7, "&", "AOQA", "-" },
	{ "utf7", utf7, "&", "2D3cAA", "" },
	{ "utf7", utf7, "", "\xc3\xa4", "" },
	{ "utf7", utf7, "", "a\xc3\xa4", "" },
	{ "utf7", utf7, "", "a", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
