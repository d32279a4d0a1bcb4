/*
 * charset.c - the charsets of the API: names, aliases, scripts.
 *
 * Names come from mail and from clients; they are looked up here, and only
 * names of this table reach iconv(3). So no label makes it load a converter
 * that was not meant: the stateful ones (ISO 2022, UTF-7, UCS), whose history
 * is bad, are not used at all but decoded by our own charset_2022.c and
 * charset_unicode.c. The table is constant.
 */
#include <stdint.h>

#include "charset.h"
#include "cc_ctype.h"

/* Octets of an unknown name that are told back to who gave it. */
#define NAME_SHOWN 64

/* clang-format off */

#define CODEC(d, e) ((void *)(uintptr_t)&(const struct cc_codec){ d, e })
#define SAME(name) CODEC(name, name)

#define ALIAS	(CF_DISPLAY)
#define FULL	(CF_PRIMARY | CF_DISPLAY | CF_POSTING)
#define NOEMAIL	(CF_PRIMARY | CF_DISPLAY | CF_NOEMAIL)
#define SHOWN	(CF_PRIMARY | CF_DISPLAY)

/* Mail that says GB2312, KS_C_5601 or Shift_JIS comes from Windows, whose code
 * pages are supersets; what is written keeps to the standard. */
#define GB2312	CODEC("GBK", "EUC-CN")
#define KSC5601	CODEC("UHC", "EUC-KR")

const struct cc_codec cc_codec_sjis = { "CP932", "SJIS" };

static const CHARSET charsets[] = {
	{ "US-ASCII", CT_ASCII, FULL, NULL, 0, NULL },
	{ "UTF-8", CT_UTF8, FULL, NULL, SC_UNICODE, NULL },
	{ "UTF-7", CT_UTF7, SHOWN, NULL, SC_UNICODE, "UTF-8" },
	{ "ISO-8859-1", CT_1BYTE0, FULL, NULL, SC_LATIN_1, NULL },
	{ "ISO-8859-2", CT_1BYTE, FULL, SAME("ISO-8859-2"), SC_LATIN_2, NULL },
	{ "ISO-8859-3", CT_1BYTE, FULL, SAME("ISO-8859-3"), SC_LATIN_3, NULL },
	{ "ISO-8859-4", CT_1BYTE, FULL, SAME("ISO-8859-4"), SC_LATIN_4, NULL },
	{ "ISO-8859-5", CT_1BYTE, FULL, SAME("ISO-8859-5"),
	    SC_CYRILLIC, "KOI8-R" },
	{ "ISO-8859-6", CT_1BYTE, FULL, SAME("ISO-8859-6"), SC_ARABIC, NULL },
	{ "ISO-8859-7", CT_1BYTE, FULL, SAME("ISO-8859-7"), SC_GREEK, NULL },
	{ "ISO-8859-8", CT_1BYTE, FULL, SAME("ISO-8859-8"), SC_HEBREW, NULL },
	{ "ISO-8859-9", CT_1BYTE, FULL, SAME("ISO-8859-9"), SC_LATIN_5, NULL },
	{ "ISO-8859-10", CT_1BYTE, FULL, SAME("ISO-8859-10"),
	    SC_LATIN_6, NULL },
	{ "ISO-8859-11", CT_1BYTE, FULL, SAME("ISO-8859-11"), SC_THAI, NULL },
	{ "ISO-8859-13", CT_1BYTE, FULL, SAME("ISO-8859-13"),
	    SC_LATIN_7, NULL },
	{ "ISO-8859-14", CT_1BYTE, FULL, SAME("ISO-8859-14"),
	    SC_LATIN_8, NULL },
	{ "ISO-8859-15", CT_1BYTE, FULL, SAME("ISO-8859-15"),
	    SC_LATIN_9, NULL },
	{ "ISO-8859-16", CT_1BYTE, FULL, SAME("ISO-8859-16"),
	    SC_LATIN_10, NULL },
	/* The order of the letters is the display's concern (RFC 1556). */
	{ "ISO-8859-6-E", CT_1BYTE, ALIAS, SAME("ISO-8859-6"),
	    SC_ARABIC, "ISO-8859-6" },
	{ "ISO-8859-6-I", CT_1BYTE, ALIAS, SAME("ISO-8859-6"),
	    SC_ARABIC, "ISO-8859-6" },
	{ "ISO-8859-8-E", CT_1BYTE, ALIAS, SAME("ISO-8859-8"),
	    SC_HEBREW, "ISO-8859-8" },
	{ "ISO-8859-8-I", CT_1BYTE, ALIAS, SAME("ISO-8859-8"),
	    SC_HEBREW, "ISO-8859-8" },
	{ "KOI8-R", CT_1BYTE, FULL, SAME("KOI8-R"), SC_CYRILLIC, NULL },
	{ "KOI8-U", CT_1BYTE, FULL, SAME("KOI8-U"),
	    SC_CYRILLIC | SC_UKRANIAN, NULL },
	{ "KOI8-RU", CT_1BYTE, ALIAS, SAME("KOI8-U"),
	    SC_CYRILLIC | SC_UKRANIAN, "KOI8-U" },
	{ "TIS-620", CT_1BYTE, FULL, SAME("TIS-620"), SC_THAI, NULL },
	{ "VISCII", CT_1BYTE8, FULL, SAME("VISCII"), SC_VIETNAMESE, NULL },
	{ "ISO-2022-JP", CT_2022, FULL, NULL, SC_JAPANESE, NULL },
	{ "ISO-2022-JP-1", CT_2022, SHOWN, NULL, SC_JAPANESE, "ISO-2022-JP" },
	{ "ISO-2022-JP-2", CT_2022, SHOWN, NULL,
	    SC_JAPANESE | SC_KOREAN |
	    SC_CHINESE_SIMPLIFIED | SC_LATIN_1 | SC_GREEK, "UTF-8" },
	{ "ISO-2022-KR", CT_2022, SHOWN, NULL, SC_KOREAN, "EUC-KR" },
	{ "ISO-2022-CN", CT_2022, SHOWN, NULL,
	    SC_CHINESE_SIMPLIFIED | SC_CHINESE_TRADITIONAL, "UTF-8" },
	{ "GB2312", CT_EUC, FULL, GB2312, SC_CHINESE_SIMPLIFIED, NULL },
	{ "CN-GB", CT_EUC, ALIAS, GB2312, SC_CHINESE_SIMPLIFIED, "GB2312" },
	{ "CN-GB-12345", CT_EUC, SHOWN, CODEC(NULL, NULL),
	    SC_CHINESE_TRADITIONAL, "BIG5" },
	{ "GBK", CT_DBYTE, FULL, SAME("GBK"), SC_CHINESE_SIMPLIFIED, NULL },
	{ "CP936", CT_DBYTE, ALIAS, SAME("GBK"), SC_CHINESE_SIMPLIFIED, "GBK" },
	{ "GB18030", CT_DBYTE, SHOWN, SAME("GB18030"),
	    SC_CHINESE_SIMPLIFIED | SC_UNICODE, "UTF-8" },
	{ "BIG5", CT_DBYTE2, FULL, SAME("BIG5"), SC_CHINESE_TRADITIONAL, NULL },
	{ "CN-BIG5", CT_DBYTE2, ALIAS, SAME("BIG5"),
	    SC_CHINESE_TRADITIONAL, "BIG5" },
	{ "EUC-JP", CT_EUC, SHOWN, SAME("EUC-JP"), SC_JAPANESE, "ISO-2022-JP" },
	{ "EUC-KR", CT_EUC, FULL, KSC5601, SC_KOREAN, NULL },
	{ "KS_C_5601-1987", CT_EUC, ALIAS, KSC5601, SC_KOREAN, "EUC-KR" },
	{ "KS_C_5601-1989", CT_EUC, ALIAS, KSC5601, SC_KOREAN, "EUC-KR" },
	{ "KS_C_5601-1992", CT_EUC, ALIAS, KSC5601, SC_KOREAN, "EUC-KR" },
	{ "Shift_JIS", CT_SJIS, SHOWN, NULL, SC_JAPANESE, "ISO-2022-JP" },
	{ "Shift-JIS", CT_SJIS, ALIAS, NULL, SC_JAPANESE, "ISO-2022-JP" },
	{ "SJIS", CT_SJIS, ALIAS, NULL, SC_JAPANESE, "ISO-2022-JP" },
	{ "X-SJIS", CT_SJIS, ALIAS, NULL, SC_JAPANESE, "ISO-2022-JP" },
	{ "WINDOWS-874", CT_1BYTE, SHOWN, SAME("CP874"), SC_THAI, "TIS-620" },
	{ "WINDOWS_874", CT_1BYTE, ALIAS, SAME("CP874"), SC_THAI, "TIS-620" },
	{ "WINDOWS-1250", CT_1BYTE, SHOWN, SAME("CP1250"),
	    SC_LATIN_2, "ISO-8859-2" },
	{ "WINDOWS-1251", CT_1BYTE, SHOWN, SAME("CP1251"),
	    SC_CYRILLIC, "KOI8-R" },
	{ "WINDOWS-1252", CT_1BYTE, SHOWN, SAME("CP1252"),
	    SC_LATIN_1, "ISO-8859-1" },
	{ "WINDOWS-1253", CT_1BYTE, SHOWN, SAME("CP1253"),
	    SC_GREEK, "ISO-8859-7" },
	{ "WINDOWS-1254", CT_1BYTE, SHOWN, SAME("CP1254"),
	    SC_LATIN_5, "ISO-8859-9" },
	{ "WINDOWS-1255", CT_1BYTE, SHOWN, SAME("CP1255"),
	    SC_HEBREW, "ISO-8859-8" },
	{ "WINDOWS-1256", CT_1BYTE, SHOWN, SAME("CP1256"),
	    SC_ARABIC, "ISO-8859-6" },
	{ "WINDOWS-1257", CT_1BYTE, SHOWN, SAME("CP1257"),
	    SC_LATIN_7, "ISO-8859-13" },
	{ "WINDOWS-1258", CT_1BYTE, SHOWN, SAME("CP1258"),
	    SC_VIETNAMESE, "VISCII" },
	{ "ISO-10646-UCS-2", CT_UCS2, NOEMAIL, NULL,
	    SC_UNICODE, "UTF-8" },
	{ "ISO-10646-UCS-4", CT_UCS4, NOEMAIL, NULL,
	    SC_UNICODE, "UTF-8" },
	{ "UTF-16", CT_UTF16, NOEMAIL, NULL,
	    SC_UNICODE, "UTF-8" },
	{ NULL, CT_UNKNOWN, 0, NULL, 0, NULL },
};

static const SCRIPT scripts[] = {
	{ "Arabic", "Arabic", SC_ARABIC },
	{ "Chinese Simplified", "China, Singapore", SC_CHINESE_SIMPLIFIED },
	{ "Chinese Traditional",
	    "Taiwan, Hong Kong, Macao",
	    SC_CHINESE_TRADITIONAL },
	{ "Cyrillic", "Cyrillic", SC_CYRILLIC },
	{ "Cyrillic Ukranian",
	    "Cyrillic with Ukrainian letters", SC_UKRANIAN },
	{ "Greek", "Modern Greek", SC_GREEK },
	{ "Hebrew", "Hebrew", SC_HEBREW },
	{ "Japanese", "Japanese", SC_JAPANESE },
	{ "Korean", "Korean", SC_KOREAN },
	{ "Latin-1", "Western Europe", SC_LATIN_1 },
	{ "Latin-2", "Central and Eastern Europe", SC_LATIN_2 },
	{ "Latin-3", "Maltese, Esperanto", SC_LATIN_3 },
	{ "Latin-4", "Northern Europe, the older set", SC_LATIN_4 },
	{ "Latin-5", "Turkish", SC_LATIN_5 },
	{ "Latin-6", "Nordic", SC_LATIN_6 },
	{ "Latin-7", "Baltic", SC_LATIN_7 },
	{ "Latin-8", "Celtic", SC_LATIN_8 },
	{ "Latin-9", "Western Europe with the euro", SC_LATIN_9 },
	{ "Latin-10", "South-Eastern Europe", SC_LATIN_10 },
	{ "Thai", "Thai", SC_THAI },
	{ "Vietnamese", "Vietnamese", SC_VIETNAMESE },
	{ "Unicode", "All scripts", SC_UNICODE },
	{ NULL, NULL, 0 },
};

/* clang-format on */

const CHARSET *
utf8_charset(char *charset)
{
	struct span name;

	if (!charset)
		return charsets;
	name = cc_span_z(charset);
	for (const CHARSET *cs = charsets; cs->name && name.len; cs++)
		if (cc_span_is_nocase(name, cs->name))
			return cs;
	return NULL;
}

/* The prototype has no const, the table has. */
SCRIPT *
utf8_script(char *script)
{
	const SCRIPT *s = scripts;
	struct span name;

	if (script) {
		name = cc_span_z(script);
		while (s->name && !cc_span_is_nocase(name, s->name))
			s++;
		if (!s->name)
			return NULL;
	}
	return (SCRIPT *)(uintptr_t)s;
}

/* The name may have come as a literal: its line ends must not end ours. */
char *
utf8_badcharset(char *charset)
{
	struct strbuf text;
	const char *sep = "";

	if (!charset || utf8_charset(charset))
		return NULL;
	cc_strbuf_init(&text, 8192);
	cc_strbuf_puts(&text, "[BADCHARSET (");
	for (const CHARSET *cs = charsets; cs->name; cs++) {
		cc_strbuf_puts(&text, sep);
		cc_strbuf_puts(&text, cs->name);
		sep = " ";
	}
	cc_strbuf_puts(&text, ")] Unknown charset: ");
	for (size_t i = 0; charset[i] && i < NAME_SHOWN; i++)
		cc_strbuf_putc(&text,
		    charset[i] >= ' ' && charset[i] <= '~' ? charset[i] : '?');
	return cc_strbuf_take(&text);
}
