/*
 * test_charset.c - names of charsets, and text in each of them to UTF-8.
 *
 * Where another implementation has the charset, the texts were encoded by it.
 */
#include "charset.h"
#include "fs.h"
#include "test_util.h"

/* clang-format off */

static const struct {
	const char *charset;
	struct span in;
	const char *want;
} cases[] = {
	{ "US-ASCII", OCTETS("plain"), "plain" },
	{ "ISO-8859-1", OCTETS("Fu\337g\344nger \275"), "Fußgänger ½" },
	{ "iso-8859-2", OCTETS("\243\363d\274"), "Łódź" },
	{ "ISO-8859-3", OCTETS("\246o \375"), "Ĥo ŭ" },
	{ "ISO-8859-4", OCTETS("\323\272\273"), "Ķēģ" },
	{ "ISO-8859-5", OCTETS("\277\340\330\322\325\342"), "Привет" },
	{ "ISO-8859-6", OCTETS("\323\344\307\345"), "سلام" },
	{ "ISO-8859-6-e", OCTETS("\323\344\307\345"), "سلام" },
	{ "ISO-8859-7", OCTETS("\303\345\351\334"), "Γειά" },
	{ "ISO-8859-8", OCTETS("\371\354\345\355"), "שלום" },
	{ "ISO-8859-8-I", OCTETS("\371\354\345\355"), "שלום" },
	{ "ISO-8859-9", OCTETS("\335stanbul"), "İstanbul" },
	{ "ISO-8859-10", OCTETS("\336\363r\360ur"), "Þórður" },
	{ "ISO-8859-11", OCTETS("\312\307\321\312\264\325"), "สวัสดี" },
	{ "ISO-8859-13", OCTETS("\340\350\346\353\341\360\370"), "ąčęėįšų" },
	{ "ISO-8859-14", OCTETS("\320\376"), "Ŵŷ" },
	{ "ISO-8859-15", OCTETS("10 \244"), "10 €" },
	{ "ISO-8859-16", OCTETS("\336ar\343"), "Țară" },
	{ "KOI8-R", OCTETS("\360\322\311\327\305\324"), "Привет" },
	{ "KOI8-U", OCTETS("\275\301\316\317\313 \247\326\301\313"),
	    "Ґанок їжак" },
	{ "KOI8-RU", OCTETS("\247\326\301\313"), "їжак" },
	{ "TIS-620", OCTETS("\344\267\302"), "ไทย" },
	{ "VISCII", OCTETS("Ti\252ng Vi\256t"), "Tiếng Việt" },
	{ "GB2312", OCTETS("\326\320\316\304"), "中文" },
	{ "CN-GB", OCTETS("\326\320\316\304"), "中文" },
	{ "GB2312", OCTETS("\346g"), "鎔" },
	{ "CN-GB-12345",
	    OCTETS("\260\242\270\333\370\241\326\320\371\251\243\301"),
	    "阿港襬中准Ａ" },
	{ "CN-GB-12345", OCTETS("a\326\320\260\250\260"), "a中皚�" },
	{ "CN-GB-12345", OCTETS("\260a\200\377\241"), "�a���" },
	{ "GBK", OCTETS("\346g"), "鎔" },
	{ "CP936", OCTETS("\326\320\316\304"), "中文" },
	{ "GB18030", OCTETS("\326\320\2249\3746"), "中😀" },
	{ "BIG5", OCTETS("\244\244\244\345"), "中文" },
	{ "CN-BIG5", OCTETS("\244\244\244\345"), "中文" },
	{ "EUC-JP", OCTETS("\306\374\313\334\270\354\216\261\217\260\241"),
	    "日本語ｱ丂" },
	{ "EUC-KR", OCTETS("\307\321\261\271\276\356"), "한국어" },
	{ "KS_C_5601-1987", OCTETS("\307\321\261\271\276\356"), "한국어" },
	{ "ks_c_5601-1992", OCTETS("\214c"), "똠" },
	{ "Shift_JIS", OCTETS("\223\372\226{\214\352\261\134"), "日本語ｱ\\" },
	{ "Shift-JIS", OCTETS("\207@"), "①" },
	{ "WINDOWS-874", OCTETS("\344\267\302"), "ไทย" },
	{ "WINDOWS_874", OCTETS("\344\267\302"), "ไทย" },
	{ "WINDOWS-1250", OCTETS("\243\363d\237"), "Łódź" },
	{ "WINDOWS-1251", OCTETS("\317\360\350\342\345\362"), "Привет" },
	{ "WINDOWS-1252", OCTETS("\223x\224 \200"), "“x” €" },
	{ "WINDOWS-1253", OCTETS("\303\345\351\334"), "Γειά" },
	{ "WINDOWS-1254", OCTETS("\335\376"), "İş" },
	{ "WINDOWS-1255", OCTETS("\371\354\345\355"), "שלום" },
	{ "WINDOWS-1256", OCTETS("\323\341\307\343"), "سلام" },
	{ "WINDOWS-1257", OCTETS("\340\350\346"), "ąčę" },
	{ "WINDOWS-1258", OCTETS("\360\375"), "đư" },
	{ "UTF-8", OCTETS("a\303\251\346\227\245\360\237\230\200"), "aé日😀" },
	{ "ISO-2022-JP", OCTETS("\033$BF|K\1348l\033(B x"), "日本語 x" },
	{ "ISO-2022-JP-1", OCTETS("\033$(D0!\033(B \033$BF|\033(B"), "丂 日" },
	{ "ISO-2022-JP-2", OCTETS("\033$BF|Cf\033$(CGQ\033$(D+1\033(B"),
	    "日中한é" },
	{ "ISO-2022-KR", OCTETS("\033$)C\016GQ19>n\017 x"), "한국어 x" },
	{ "UTF-7", OCTETS("Hi +AOll5dg93gAAKw-"), "Hi é日😀+" },
	{ "UTF-16", OCTETS("\000a\000\351e\345\330=\336\000"), "aé日😀" },
	{ "ISO-10646-UCS-4",
	    OCTETS("\000\000\000a\000\000e\345\000\001\366\000"),
	    "a日😀" },
	{ "ISO-10646-UCS-2", OCTETS("\000ae\345"), "a日" },
	{ "US-ASCII", OCTETS("a\351b"), "a�b" },
	{ "ISO-8859-7", OCTETS("\303\322\345"), "Γ�ε" },
	{ "UTF-8", OCTETS("\300\257\355\240\200x\364\220\200\200\303"),
	    "�����x�����" },
	{ "GBK", OCTETS("\326"), "�" },
	{ "EUC-JP", OCTETS("\306\374\377\306"), "日��" },
	{ "UTF-7", OCTETS("+-1 +2D0- +AOk !+"), "+1 � é !�" },
	{ "UTF-16", OCTETS("\377\376a\000\345ez"), "a日�" },
	{ "UTF-16", OCTETS("\330=\000a\336\000"), "�a�" },
	{ "ISO-10646-UCS-4",
	    OCTETS("\377\376\000\000a\000\000\000\000\000\021\000x"),
	    "a��" },
	{ "ISO-2022-CN", OCTETS("\033$)A\016VPND\017 \033$)G\016Dc\017."),
	    "中文 中." },
	{ "ISO-2022-CN", OCTETS("\033$*H\033N!!x"), "乂x" },
	{ "ISO-2022-JP", OCTETS("\033(I1\033(J\134~\033(B\134"), "ｱ¥‾\\" },
	{ "ISO-2022-JP", OCTETS("\033$BF|\012F|"), "日\nF|" },
	{ "ISO-2022-JP", OCTETS("\033$BF\012\033$B\177~~"), "�\n\177�" },
	{ "ISO-2022-JP", OCTETS("\033"), "\033" },
	{ "ISO-2022-JP", OCTETS("\033[1m\306"), "\033[1m�" },
	{ "ISO-2022-JP-2", OCTETS("\033.A\033Ni\033.F\033NC"), "éΓ" },
	{ "ISO-2022-KR", OCTETS("\033-A\016i\240\017i"), "é�i" },
	/* The sets that the FAQ promises for any of these names. */
	{ "ISO-2022-JP", OCTETS("\033-A\016i\033-B\016+\033-C\016X"), "éŤĜ" },
	{ "ISO-2022-JP", OCTETS("\033-D\016:\033-L\016?\033-G\016S"), "ēПس" },
	{ "ISO-2022-JP", OCTETS("\033-F\016C\033-H\016y\033-M\016]"), "Γשİ" },
	{ "ISO-2022-JP", OCTETS("\033-V\016^\033-T\016D"), "Þฤ" },
	{ "ISO-2022-JP", OCTETS("\033$AVP\033$(CGQ\033$(D0!\033(J\134"),
	    "中한丂¥" },
	{ "ISO-2022-JP", OCTETS("\033$)G\016Dc\033$*H\033N!!\017\033(I1"),
	    "中乂ｱ" },
};

/* clang-format on */

static char *
name_of(const char *name)
{
	return (char *)(uintptr_t)name;
}

/* Decodes a copy that ends where it ends; the caller frees *ret's block. */
static long
decode(const char *charset, struct span in, SIZEDTEXT *ret, long flags)
{
	SIZEDTEXT text = { (unsigned char *)exact_copy(in.p, in.len), in.len };
	long ok = utf8_text(&text, name_of(charset), ret, flags);

	if (ret->data == text.data)
		ret->data = (unsigned char *)exact_copy(text.data, text.size);
	free(text.data);
	return ok;
}

static void
check(const char *charset, struct span in, long flags, const char *want)
{
	SIZEDTEXT ret = { NULL, 0 };

	assert_int_equal(decode(charset, in, &ret, flags), T);
	if (!cc_span_is(cc_span(ret.data, ret.size), want))
		print_error("%s\n", charset);
	assert_span(cc_span(ret.data, ret.size), want);
	free(ret.data);
}

static void
test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].charset, cases[i].in, 0, cases[i].want);
}

/* All that the FAQs of 1999 and 2010 and the API's lists name. */
static void
test_names_of_the_faq(void **state)
{
	static const char *const names[] = { "US-ASCII", "UTF-8", "ISO-8859-1",
		"ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5",
		"ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
		"ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14",
		"ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U", "KOI8-RU",
		"TIS-620", "VISCII", "ISO-2022-JP", "ISO-2022-KR",
		"ISO-2022-CN", "ISO-2022-JP-1", "ISO-2022-JP-2", "GB2312",
		"CN-GB", "CN-GB-12345", "BIG5", "CN-BIG5", "EUC-JP", "EUC-KR",
		"Shift_JIS", "Shift-JIS", "KS_C_5601-1987", "KS_C_5601-1992",
		"WINDOWS_874", "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252",
		"WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256",
		"WINDOWS-1257", "WINDOWS-1258", "gb2312", "koi8-ru" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_non_null(utf8_charset(name_of(names[i])));
		check(names[i], cc_span_z("Text 1"), 0, "Text 1");
	}
}

/* Cut anywhere, text decodes to something, and to UTF-8. */
static void
test_cut(void **state)
{
	SIZEDTEXT ret;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = 0; n <= cases[i].in.len; n++) {
			assert_int_equal(decode(cases[i].charset,
					     cc_span(cases[i].in.p, n), &ret,
					     U8T_CANONICAL),
			    T);
			assert_true(utf8_textwidth(&ret) >= 0);
			free(ret.data);
		}
}

/* Each octet and pair of octets, in each charset there is. */
static void
test_every_pair(void **state)
{
	SIZEDTEXT ret;
	char in[2];

	(void)state;
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++)
		for (unsigned n = 0; n < 0x10000; n += 7) {
			in[0] = (char)(n >> 8);
			in[1] = (char)n;
			decode(cs->name, cc_span(in, 2), &ret, 0);
			assert_true(ret.size > 0 || cs->type == CT_UTF16 ||
			    cs->type == CT_UCS2 || cs->type == CT_2022 ||
			    cs->type == CT_UTF7);
			assert_true(utf8_textwidth(&ret) >= 0);
			free(ret.data);
		}
}

/* This machine has a converter for each name of the table. */
static void
test_converters(void **state)
{
	const struct cc_codec *codec;
	struct cc_utf8_out out;
	SIZEDTEXT ret;

	(void)state;
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++) {
		codec = cs->type == CT_SJIS ? &cc_codec_sjis : cs->tab;
		if (!codec || !codec->decode)
			continue;
		cc_utf8_init(&out, NULL, NULL);
		assert_true(cc_decode_iconv(&out, cc_span("a", 1),
		    codec->decode));
		assert_true(cc_decode_iconv(&out, cc_span("b", 1),
		    codec->encode));
		cc_utf8_finish(&out, &ret);
		assert_span(cc_span(ret.data, ret.size), "ab");
		free(ret.data);
	}
}

/* ASCII text lies as it is, and a flag makes a copy. */
static void
test_alias(void **state)
{
	SIZEDTEXT text = { (unsigned char *)name_of("plain"), 5 }, ret;

	(void)state;
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++) {
		if (cs->type == CT_UTF16 || cs->type == CT_UCS2 ||
		    cs->type == CT_UCS4 || cs->type == CT_1BYTE8)
			continue;
		assert_int_equal(utf8_text(&text, cs->name, &ret, 0), T);
		assert_ptr_equal(ret.data, text.data);
		assert_int_equal(utf8_text(&text, cs->name, &ret,
				     U8T_CASECANON),
		    T);
		assert_ptr_not_equal(ret.data, text.data);
		assert_span(cc_span(ret.data, ret.size), "PLAIN");
		free(ret.data);
	}
	assert_int_equal(utf8_text(&text, name_of("x-none"), &ret, 0), NIL);
	assert_ptr_equal(ret.data, text.data);
	assert_int_equal(utf8_text(&text, name_of("x-none"), NULL, 0), NIL);
	assert_int_equal(utf8_text(NULL, name_of("big5"), NULL, 0), T);
}

static void
test_names(void **state)
{
	/* The list that administrators of the toolkit know. */
	static const char *const names[] = { "US-ASCII", "UTF-8", "UTF-7",
		"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4",
		"ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8",
		"ISO-8859-9", "ISO-8859-10", "ISO-8859-11", "ISO-8859-13",
		"ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U",
		"KOI8-RU", "TIS-620", "VISCII", "ISO-2022-JP", "ISO-2022-KR",
		"ISO-2022-CN", "ISO-2022-JP-1", "ISO-2022-JP-2", "GB2312",
		"CN-GB", "CN-GB-12345", "BIG5", "CN-BIG5", "EUC-JP", "EUC-KR",
		"Shift_JIS", "Shift-JIS", "KS_C_5601-1987", "KS_C_5601-1992",
		"WINDOWS_874", "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252",
		"WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256",
		"WINDOWS-1257", "WINDOWS-1258", "GBK", "WINDOWS-874" };
	const CHARSET *cs;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		cs = utf8_charset(name_of(names[i]));
		assert_non_null(cs);
		assert_string_equal(cs->name, names[i]);
		assert_null(utf8_badcharset(name_of(names[i])));
	}
	for (cs = utf8_charset(NULL); cs->name; cs++) {
		assert_ptr_equal(utf8_charset(cs->name), cs);
		if (cs->preferred)
			assert_non_null(utf8_charset(cs->preferred));
	}
	assert_string_equal(utf8_charset(name_of("utf-8"))->name, "UTF-8");
	assert_null(utf8_charset(name_of("")));
	assert_null(utf8_charset(name_of("UTF-8 ")));
	assert_null(utf8_charset(name_of("UTF-8//TRANSLIT")));
	assert_null(utf8_badcharset(NULL));
}

static void
test_badcharset(void **state)
{
	char *text = utf8_badcharset(name_of("x\r\n* BYE\200"));
	char longer[300];

	(void)state;
	assert_non_null(text);
	assert_memory_equal(text, "[BADCHARSET (US-ASCII UTF-8 ", 28);
	assert_non_null(strstr(text, " KOI8-RU "));
	assert_non_null(strstr(text, ")] Unknown charset: x??* BYE?"));
	assert_null(strpbrk(text, "\r\n"));
	fs_give((void **)&text);
	memset(longer, 'y', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	text = utf8_badcharset(longer);
	assert_int_equal(strlen(strrchr(text, ' ')), 65);
	fs_give((void **)&text);
}

/* The converters with this history are never asked for, whatever mail says:
 * names that are not in the table are unknown, ISO 2022 is decoded here. */
static void
test_cve_2021_3326_iso_2022_jp_3(void **state)
{
	static const char *const never[] = { "ISO-2022-JP-3", "IBM1364",
		"ISO-2022-CN-EXT", "UCS4", "EUC-KSC", "/../x", "BIG5//IGNORE" };

	(void)state;
	for (size_t i = 0; i < COUNT(never); i++)
		assert_null(utf8_charset(name_of(never[i])));
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++)
		if (cs->type == CT_2022 || cs->type == CT_UTF7 ||
		    cs->type == CT_UCS4)
			assert_null(cs->tab);
	check("ISO-2022-JP", (struct span)OCTETS("\033$(O~v\033(B"), 0,
	    "\357\277\275\357\277\275");
}

static void
test_infer(void **state)
{
	static const struct {
		struct span in;
		const char *want;
	} rows[] = {
		{ OCTETS(""), "US-ASCII" },
		{ OCTETS("plain \033[m"), "US-ASCII" },
		{ OCTETS("\033$BF|\033(B"), "ISO-2022-JP" },
		{ OCTETS("a\033$"), "US-ASCII" },
		{ OCTETS("a\303\251"), "UTF-8" },
		{ OCTETS("a\303"), NULL },
		{ OCTETS("\351"), NULL },
	};
	const CHARSET *cs;
	SIZEDTEXT text, ret;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		text.data =
		    (unsigned char *)exact_copy(rows[i].in.p, rows[i].in.len);
		text.size = rows[i].in.len;
		cs = utf8_infercharset(&text);
		if (rows[i].want)
			assert_string_equal(cs->name, rows[i].want);
		else
			assert_null(cs);
		assert_int_equal(utf8_text(&text, NULL, &ret, 0), cs ? T : NIL);
		if (ret.data != text.data)
			free(ret.data);
		free(text.data);
	}
}

/* RFC 5051 section 2, its example first. */
static void
test_casemap(void **state)
{
	(void)state;
	check("UTF-8", cc_span_z("\307\204"), U8T_CANONICAL, "Dz\314\214");
	check("UTF-8", cc_span_z("caf\303\251"), U8T_CANONICAL, "CAFE\314\201");
	check("UTF-8", cc_span_z("e\303\251"), U8T_DECOMPOSE, "ee\314\201");
	check("ISO-8859-1", cc_span_z("\351\377"), U8T_CASECANON,
	    "\303\211\305\270");
	check("UTF-8", cc_span_z("\357\274\241\357\275\201"), U8T_CANONICAL,
	    "AA");
	check("UTF-8", cc_span_z("\355\225\234"), U8T_DECOMPOSE,
	    "\341\204\222\341\205\241\341\206\253");
}

static void
test_scripts(void **state)
{
	(void)state;
	assert_int_equal(utf8_script(name_of("greek"))->script, SC_GREEK);
	assert_null(utf8_script(name_of("klingon")));
	assert_null(utf8_script(name_of("")));
	for (const SCRIPT *s = utf8_script(NULL); s->name; s++)
		assert_ptr_equal(utf8_script(s->name), s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_names_of_the_faq),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_converters),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_badcharset),
		cmocka_unit_test(test_cve_2021_3326_iso_2022_jp_3),
		cmocka_unit_test(test_infer),
		cmocka_unit_test(test_casemap),
		cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
