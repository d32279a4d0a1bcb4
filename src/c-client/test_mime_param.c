/*
 * test_mime_param.c - the values of Content-* fields.
 */
#include "cc_limits.h"
#include "mime_param.h"
#include "strbuf.h"
#include "test_util.h"

static void
show_params(struct strbuf *out, const struct mime_param *param)
{
	for (; param; param = param->next) {
		cc_strbuf_putc(out, ';');
		cc_strbuf_put_span(out, param->attribute);
		cc_strbuf_putc(out, '=');
		cc_strbuf_put_span(out, param->value);
	}
}

static void
test_params(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "", "" },
		{ ";", "" },
		{ "; ;;", "" },
		{ ";a=b", ";A=b" },
		{ "; a = b ; c=d", ";A=b;C=d" },
		{ ";a=\"b c\"", ";A=b c" },
		{ ";a=\"b;c\\\"d\\\\\";e=f", ";A=b;c\"d\\;E=f" },
		{ ";a=\"\"", ";A=" },
		{ ";a=\"b\r\n c\"", ";A=b c" },
		{ ";\r\n\ta=b", ";A=b" },
		{ ";a=b (x)", ";A=b" },
		{ ";a=b(x)", ";A=b" },
		{ ";(x)a(y)=(z)b(w);c=d", ";A=b;C=d" },
		/* RFC 2231 stays as it is. */
		{ ";a*0*=us-ascii'en'b%20;a*1=\"c\"",
		    ";A*0*=us-ascii'en'b%20;A*1=c" },
		/* The value is missing. */
		{ ";a", ";A=MISSING_PARAMETER_VALUE" },
		{ ";a=", ";A=MISSING_PARAMETER_VALUE" },
		{ ";a;b=c", ";A=MISSING_PARAMETER_VALUE;B=c" },
		{ ";a=;b=c", ";A=MISSING_PARAMETER_VALUE;B=c" },
		{ ";=b", "" },
		{ ";=;a=b", ";A=b" },
		/* No token, no quotes. */
		{ ";a=b c", ";A=b c" },
		{ ";a=b c.pdf ; d=e", ";A=b c.pdf;D=e" },
		{ ";a=b(1).pdf", ";A=b(1).pdf" },
		{ ";a=b/c=d?e", ";A=b/c=d?e" },
		{ ";a=b\"c\"", ";A=b\"c\"" },
		{ ";a=\xc3\xb6", ";A=\xc3\xb6" },
		{ ";a=b\r\n c", ";A=b c" },
		/* Text behind a quoted string, and no ";". */
		{ ";a=\"b\"c;d=e", ";A=b;D=e" },
		{ ";a=\"b\" c=d", ";A=b;C=d" },
		{ " a=b", ";A=b" },
		{ " a b", "" },
		/* Never closed. */
		{ ";a=\"b", ";A=b" },
		{ ";a=\"b ; c\r\n", ";A=b ; c" },
		{ ";a=\"b \t ", ";A=b" },
		{ ";a=\"", ";A=" },
		{ ";a=\"b\\", ";A=b\\" },
		{ ";a=b(c;d=e", ";A=b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct cursor c = cc_cursor(cc_span(in, len));
		struct strbuf out;
		struct arena a;

		cc_arena_init(&a, 4096);
		cc_strbuf_init(&out, 4096);
		show_params(&out, cc_mime_parse_params(&c, &a));
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
		free(in);
	}
}

static void
test_param_decoded(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ ";x=a", "a" },
		{ ";x*=us-ascii'en'a%2fB", "a/B" },
		{ ";x*=''a", "a" },
		{ ";x*=a", "a" },
		{ ";x*0=a;x*1=b", "ab" },
		{ ";x*1=b;x*0=a", "ab" },
		{ ";x*0*=u'e'a%20;x*1*=b%20;x*2=c%20", "a b c%20" },
		{ ";x*0=a;x*2=c", "a" },
		{ ";x*0=a;x*0=b", "a" },
		{ ";x*=a%2;y=b", "a%2" },
		{ ";x*=a%zz%", "a%zz%" },
		{ ";x*=a;x=b", "b" },
		{ ";x*127=a", NULL },
		{ ";x*128=a", NULL },
		{ ";x*99999999999999999999=a", NULL },
		{ ";x*0x=a;xx*=b", NULL },
		{ ";y=a", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cursor c = cc_cursor(cc_span_z(cases[i].in));
		struct span value;
		struct arena a;

		cc_arena_init(&a, 4096);
		value = cc_mime_param_decoded(cc_mime_parse_params(&c, &a), "X",
		    &a);
		if (cases[i].want)
			assert_span(value, cases[i].want);
		else
			assert_null(value.p);
		cc_arena_free(&a);
	}
}

/* RFC 2231 section 4.1's example, and what breaks the rules. */
static void
test_param_charset(void **state)
{
	static const struct {
		const char *in, *charset, *language, *octets; /* NULL: none */
	} cases[] = {
		{ ";x*0*=us-ascii'en'This%20is%20even%20more%20;"
		  "x*1*=%2A%2A%2Afun%2A%2A%2A%20;x*2=\"isn't it!\"",
		    "us-ascii", "en", "This is even more ***fun*** isn't it!" },
		{ ";x*=utf-8''%E2%82%AC", "utf-8", "", "\xe2\x82\xac" },
		{ ";x*=''a", "", "", "a" },
		{ ";x*=u'd'a'b", "u", "d", "a'b" },
		/* No charset without two apostrophes, nor in a plain piece. */
		{ ";x*=a'b", NULL, NULL, "a'b" },
		{ ";x*=a", NULL, NULL, "a" },
		{ ";x*0=a'b'c;x*1*=%20u'e'd", NULL, NULL, "a'b'c u'e'd" },
		{ ";x=a'b'c%20", NULL, NULL, "a'b'c%20" },
		{ ";x=plain;x*=u'e'better", "u", "e", "better" },
		{ ";x*1*=u'e'b;x=plain", NULL, NULL, "plain" },
		{ ";x*=", NULL, NULL, "MISSING_PARAMETER_VALUE" },
		{ ";x*=\"\"", NULL, NULL, "" },
		{ ";x*1=b", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].in);
		char *in = exact_copy(cases[i].in, len);
		struct cursor c = cc_cursor(cc_span(in, len));
		struct mime_value value = { 0 };
		struct arena a;

		cc_arena_init(&a, 4096);
		assert_int_equal(cc_mime_param_decode(cc_mime_parse_params(&c,
							  &a),
				     "X", &a, &value),
		    cases[i].octets != NULL);
		if (cases[i].octets)
			assert_span(value.octets, cases[i].octets);
		assert_int_equal(value.charset.p != NULL,
		    cases[i].charset != NULL);
		if (cases[i].charset) {
			assert_span(value.charset, cases[i].charset);
			assert_span(value.language, cases[i].language);
		}
		cc_arena_free(&a);
		free(in);
	}
}

static void
test_fields(void **state)
{
	static const struct {
		const char *name, *body;
		unsigned short type, encoding;
		const char *want; /* type/subtype;params, or the field's text */
	} cases[] = {
		{ "Type", " text/plain", TYPETEXT, 0,
		    "TEXT/PLAIN;CHARSET=US-ASCII" },
		{ "TYPE", " Text/HTML; charset=utf-8", TYPETEXT, 0,
		    "TEXT/HTML;CHARSET=utf-8" },
		{ "Type", " text/plain; charset*=x''y", TYPETEXT, 0,
		    "TEXT/PLAIN;CHARSET*=x''y" },
		{ "Type", " image/png; name=a", TYPEIMAGE, 0,
		    "IMAGE/PNG;NAME=a" },
		{ "Type", " (x) application (y) / (z) pdf (w) ; a=b",
		    TYPEAPPLICATION, 0, "APPLICATION/PDF;A=b" },
		{ "Type", " chemical/x-pdb", TYPEOTHER, 0, "CHEMICAL/X-PDB" },
		{ "Type", " model/x3d", TYPEMODEL, 0, "MODEL/X3D" },
		{ "Type", " text/plain charset=utf-8", TYPETEXT, 0,
		    "TEXT/PLAIN;CHARSET=utf-8" },
		/* No subtype: that of rfc822_default_subtype. */
		{ "Type", " text", TYPETEXT, 0, "TEXT/PLAIN;CHARSET=US-ASCII" },
		{ "Type", " multipart/; a=b", TYPEMULTIPART, 0,
		    "MULTIPART/MIXED;A=b" },
		{ "Type", " audio", TYPEAUDIO, 0, "AUDIO/BASIC" },
		{ "Type", " video", TYPEVIDEO, 0, "VIDEO/UNKNOWN" },
		{ "Type", " message", TYPEMESSAGE, 0, "MESSAGE/RFC822" },
		{ "Type", " application", TYPEAPPLICATION, 0,
		    "APPLICATION/OCTET-STREAM" },
		/* RFC 2045 section 5.2: as if it were missing. */
		{ "Type", "", TYPETEXT, 0, "TEXT/PLAIN;CHARSET=US-ASCII" },
		{ "Type", " /plain", TYPETEXT, 0,
		    "TEXT/PLAIN;CHARSET=US-ASCII" },
		{ "Type", " \"text/html\"", TYPETEXT, 0,
		    "TEXT/PLAIN;CHARSET=US-ASCII" },
		{ "Transfer-Encoding", " 8bit", TYPETEXT, ENC8BIT, "8BIT" },
		{ "Transfer-Encoding", " Quoted-Printable (x)", TYPETEXT,
		    ENCQUOTEDPRINTABLE, "QUOTED-PRINTABLE" },
		{ "Transfer-Encoding", "base64;", TYPETEXT, ENCBASE64,
		    "BASE64" },
		{ "Transfer-Encoding", " binary", TYPETEXT, ENCBINARY,
		    "BINARY" },
		{ "Transfer-Encoding", " x-uuencode", TYPETEXT, ENCOTHER,
		    "X-UUENCODE" },
		{ "Transfer-Encoding", " ", TYPETEXT, ENC7BIT, "7BIT" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mime_part part = { 0 };
		struct strbuf out;
		struct arena a;

		cc_arena_init(&a, 4096);
		cc_strbuf_init(&out, 4096);
		cc_mime_parse_field(&part, &a, cc_span_z(cases[i].name),
		    cc_span_z(cases[i].body));
		cc_mime_set_defaults(&part, &a, false);
		assert_int_equal(part.type, cases[i].type);
		assert_int_equal(part.encoding, cases[i].encoding);
		if (strlen(cases[i].name) == 4) {
			cc_strbuf_put_span(&out, part.type_name);
			cc_strbuf_putc(&out, '/');
			cc_strbuf_put_span(&out, part.subtype);
			show_params(&out, part.params);
		} else {
			cc_strbuf_put_span(&out, part.encoding_name);
		}
		assert_span(cc_strbuf_span(&out), cases[i].want);
		cc_strbuf_free(&out);
		cc_arena_free(&a);
	}
}

static void
parse(struct mime_part *part, struct arena *a, const char *name,
    const char *body)
{
	cc_mime_parse_field(part, a, cc_span_z(name), cc_span_z(body));
}

static void
test_other_fields(void **state)
{
	struct mime_part part = { 0 };
	struct strbuf out;
	struct arena a;

	(void)state;
	cc_arena_init(&a, 4096);
	cc_strbuf_init(&out, 4096);
	parse(&part, &a, "ID", " <a@b> ");
	parse(&part, &a, "Description", " a\r\n b");
	parse(&part, &a, "Location", " http://a/\r\n b");
	parse(&part, &a, "MD5", " Q2hl==");
	parse(&part, &a, "Disposition", " attachment; filename=\"a b\"");
	parse(&part, &a, "Language", " en, de-DE (x) ,, fr");
	parse(&part, &a, "Unknown", " x");
	/* The first of each counts. */
	parse(&part, &a, "ID", " <c@d>");
	parse(&part, &a, "Disposition", " inline");
	parse(&part, &a, "Language", " it");
	assert_span(part.id, "<a@b>");
	assert_span(part.description, "a b");
	assert_span(part.location, "http://a/b");
	assert_span(part.md5, "Q2hl==");
	assert_span(part.disposition, "ATTACHMENT");
	show_params(&out, part.disposition_params);
	assert_span(cc_strbuf_span(&out), ";FILENAME=a b");
	/* An empty description is one; an empty id is none. */
	part.id = part.description = cc_span(NULL, 0);
	parse(&part, &a, "ID", " ");
	parse(&part, &a, "Description", " \r\n ");
	assert_null(part.id.p);
	assert_span(part.description, "");
	assert_non_null(part.description.p);
	parse(&part, &a, "Description", " later");
	assert_span(part.description, "");
	assert_int_equal(part.languages, 3);
	assert_span(part.language[0], "en");
	assert_span(part.language[1], "de-DE");
	assert_span(part.language[2], "fr");
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

static void
test_empty_fields(void **state)
{
	static const char *const bodies[] = { "", " ", " \r\n ", ";", ",",
		"(x" };
	struct arena a;

	(void)state;
	cc_arena_init(&a, 4096);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct mime_part part = { 0 };

		parse(&part, &a, "Disposition", bodies[i]);
		parse(&part, &a, "Language", bodies[i]);
		assert_null(part.disposition.p);
		assert_null(part.language);
		assert_int_equal(part.languages, 0);
		if (i > 2)
			continue;
		parse(&part, &a, "ID", bodies[i]);
		parse(&part, &a, "MD5", bodies[i]);
		assert_null(part.id.p);
		assert_null(part.md5.p);
	}
	cc_arena_free(&a);
}

/* In a digest a part without a type is a message (RFC 2046 section 5.1.5). */
static void
test_digest_default(void **state)
{
	struct mime_part part = { 0 };
	struct arena a;

	(void)state;
	cc_arena_init(&a, 4096);
	cc_mime_set_defaults(&part, &a, true);
	assert_int_equal(part.type, TYPEMESSAGE);
	assert_span(part.subtype, "RFC822");
	assert_null(part.params);
	cc_arena_free(&a);
}

/*
 * CVE-2026-27859: very many RFC 2231 parameters. No more than the limit are
 * kept, each is looked at once, and joining them is bounded by the same
 * number.
 */
static void
test_cve_2026_27859_many_parameters(void **state)
{
	struct strbuf in;
	struct mime_param *params;
	struct cursor c;
	struct arena a;
	unsigned n = 0;

	(void)state;
	cc_strbuf_init(&in, SIZE_MAX / 2);
	for (unsigned i = 0; i < 100000; i++)
		cc_strbuf_printf(&in, ";x*%u*=u'e'%%41", i);
	cc_arena_init(&a, 1 << 16);
	c = cc_cursor(cc_strbuf_span(&in));
	params = cc_mime_parse_params(&c, &a);
	for (const struct mime_param *p = params; p; p = p->next)
		n++;
	assert_int_equal(n, CC_MIME_PARAMS);
	assert_int_equal(cc_mime_param_decoded(params, "X", &a).len,
	    1 + (CC_MIME_PARAMS - 1) * sizeof("u'e'"));
	cc_arena_free(&a);
	cc_strbuf_free(&in);
}

/* Values made to be read again and again go by in one pass. */
static void
test_linear(void **state)
{
	static const char *const units[] = { ";", "=", "(", ")", "\"", "\\",
		";a", ";a=", ";a=(", ";a=\"", "a=b ", ";=", ",", "/",
		";a=b(c) ", "%41" };
	static const char *const names[] = { "Type", "Disposition", "Language",
		"Transfer-Encoding", "ID" };
	const size_t len = 1u << 20;
	struct strbuf in;

	(void)state;
	cc_strbuf_init(&in, SIZE_MAX / 2);
	for (size_t i = 0; i < COUNT(units) * COUNT(names); i++) {
		struct mime_part part = { 0 };
		struct arena a;

		cc_strbuf_reset(&in);
		cc_strbuf_puts(&in, i % COUNT(names) < 2 ? "a/b" : "");
		while (in.len < len)
			cc_strbuf_puts(&in, units[i / COUNT(names)]);
		cc_arena_init(&a, 4 * len);
		cc_mime_parse_field(&part, &a,
		    cc_span_z(names[i % COUNT(names)]), cc_strbuf_span(&in));
		assert_true(a.used <= 3 * len);
		cc_arena_free(&a);
	}
	cc_strbuf_free(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_param_decoded),
		cmocka_unit_test(test_param_charset),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_other_fields),
		cmocka_unit_test(test_empty_fields),
		cmocka_unit_test(test_digest_default),
		cmocka_unit_test(test_cve_2026_27859_many_parameters),
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
