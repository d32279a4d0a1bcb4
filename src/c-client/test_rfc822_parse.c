/*
 * test_rfc822_parse.c - parsing messages for programs.
 */
#include "mail_params.h"
#include "mail_text.h"
#include "misc.h"
#include "rfc822.h"
#include "test_callbacks.h"
#include "test_util.h"

#define MIXED_HEADER                                                           \
	"From: a@example.com\r\n"                                              \
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define MIXED_TEXT                                                             \
	"--b\r\n\r\none\r\n--b\r\n"                                            \
	"Content-Type: image/png; name=\"x y\"\r\n"                            \
	"Content-Transfer-Encoding: base64\r\n"                                \
	"Content-ID: <i@x>\r\n"                                                \
	"Content-Description: a picture\r\n"                                   \
	"Content-Disposition: attachment; filename=p.png\r\n"                  \
	"Content-Language: en, de\r\n"                                         \
	"Content-Location: http://x/\r\n"                                      \
	"Content-MD5: abc\r\n\r\nQUJD\r\n--b--\r\n"

static void
parse(ENVELOPE **env, BODY **body, char *header, char *text, unsigned long at,
    unsigned long flags)
{
	STRING bs;

	INIT(&bs, mail_string, text, strlen(text));
	SETPOS(&bs, at);
	rfc822_parse_msg(env, body, header, strlen(header), &bs, NIL, flags);
}

static void
check_mixed(const BODY *body, const char *text, unsigned long newline)
{
	const BODY *one, *two;

	assert_int_equal(body->type, TYPEMULTIPART);
	assert_int_equal(body->size.bytes,
	    newline == 2 ? strlen(MIXED_TEXT) : body->size.bytes);
	assert_int_equal(body->mime.text.size, 0);
	one = &body->nested.part->body;
	two = &body->nested.part->next->body;
	assert_null(body->nested.part->next->next);
	assert_int_equal(one->size.bytes, 3);
	assert_memory_equal(text + one->contents.offset, "one", 3);
	assert_int_equal(one->contents.text.size, 3);
	assert_int_equal(two->type, TYPEIMAGE);
	assert_string_equal(two->subtype, "PNG");
	assert_string_equal(two->parameter->attribute, "NAME");
	assert_string_equal(two->parameter->value, "x y");
	assert_int_equal(two->encoding, ENCBASE64);
	assert_string_equal(two->id, "<i@x>");
	assert_string_equal(two->description, "a picture");
	assert_string_equal(two->disposition.type, "ATTACHMENT");
	assert_string_equal(two->disposition.parameter->value, "p.png");
	assert_int_equal(two->language->text.size, 2);
	assert_string_equal((char *)two->language->next->text.data, "de");
	assert_string_equal(two->location, "http://x/");
	assert_string_equal(two->md5, "abc");
	assert_memory_equal(text + two->contents.offset, "QUJD", 4);
	assert_memory_equal(text + two->mime.offset, "Content-Type: image", 19);
	assert_int_equal(two->mime.offset + two->mime.text.size,
	    two->contents.offset);
}

static void
test_message(void **state)
{
	ENVELOPE *env;
	BODY *body;
	char lf[1024];
	size_t n = 0;

	(void)state;
	parse(&env, &body, MIXED_HEADER, MIXED_TEXT, 0, DR_CRLF);
	assert_string_equal(env->from->mailbox, "a");
	check_mixed(body, MIXED_TEXT, 2);
	mail_free_envelope(&env);
	mail_free_body(&body);
	/* The same with LF: sizes count CRLF, offsets what is there. */
	for (const char *p = MIXED_TEXT; *p; p++)
		if (*p != '\r')
			lf[n++] = *p;
	lf[n] = '\0';
	parse(&env, &body, MIXED_HEADER, lf, 0, NIL);
	check_mixed(body, lf, 1);
	assert_int_equal(body->size.bytes, strlen(MIXED_TEXT));
	mail_free_envelope(&env);
	mail_free_body(&body);
	/* The text may begin anywhere in the string. */
	parse(&env, &body, MIXED_HEADER, "........" MIXED_TEXT, 8, DR_CRLF);
	check_mixed(body, "........" MIXED_TEXT, 2);
	mail_free_envelope(&env);
	mail_free_body(&body);
}

static void
test_header_alone(void **state)
{
	char *header = exact_copy("Subject: x\r\nTo: y", 17);
	ENVELOPE *env;

	(void)state;
	rfc822_parse_msg(&env, NIL, header, 17, NIL, "host.example", NIL);
	assert_string_equal(env->subject, "x");
	assert_string_equal(env->to->mailbox, "y");
	assert_string_equal(env->to->host, "host.example");
	mail_free_envelope(&env);
	rfc822_parse_msg(&env, NIL, header, 0, NIL, NIL, NIL);
	assert_null(env->subject);
	mail_free_envelope(&env);
	free(header);
}

static const struct {
	char *header;
	const char *subject, *date, *newsgroups; /* NULL: NIL */
	const char *to;                          /* addresses, see write_list */
} envelopes[] = {
	{ "Subject: a\n b\n", "a b", NULL, NULL, "" },
	{ "Subject: a\nSubject: b\n", "a", NULL, NULL, "" },
	{ "Date: x\nDATE: y\n", NULL, "x", NULL, "" },
	{ "Subject:\n", "", NULL, NULL, "" },
	{ "Newsgroups: a.b, c.d\n", NULL, NULL, "a.b,c.d", "" },
	{ "To: a@x\nTo: b@x\n", NULL, NULL, NULL, "a@x b@x " },
	{ "To: a\n", NULL, NULL, NULL, "a@.MISSING-HOST-NAME. " },
	{ "To: \"A B\" <a@x>, <@r:b@x>\n", NULL, NULL, NULL,
	    "[A B]a@x [|@r]b@x " },
	{ "To: g: a@x;, b@x\n", NULL, NULL, NULL, "{g a@x }b@x " },
	{ "To: g:;\n", NULL, NULL, NULL, "{g }" },
	{ "To: g: a@x\n", NULL, NULL, NULL, "{g a@x }" },
	{ "To: =?utf-8?q?x?= <a@x>\n", NULL, NULL, NULL,
	    "[=?utf-8?q?x?=]a@x " },
};

/* "[PERSONAL|ADL]MAILBOX@HOST ", "{GROUP ", "}". */
static const char *
write_list(const ADDRESS *adr)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (; adr; adr = adr->next) {
		if (!adr->host && adr->mailbox)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "{%s ", adr->mailbox);
		else if (!adr->host)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "}");
		else
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s%s%s%s%s@%s ",
			    adr->personal || adr->adl ? "[" : "",
			    adr->personal ? adr->personal : "",
			    adr->adl ? "|" : "", adr->adl ? adr->adl : "",
			    adr->personal || adr->adl ? "]" : "", adr->mailbox,
			    adr->host);
		assert_true(n < sizeof(text));
	}
	return text;
}

static void
assert_text(const char *got, const char *want)
{
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void
test_envelopes(void **state)
{
	ENVELOPE *env;

	(void)state;
	for (size_t i = 0; i < COUNT(envelopes); i++) {
		rfc822_parse_msg(&env, NIL, envelopes[i].header,
		    strlen(envelopes[i].header), NIL, NIL, NIL);
		assert_text(env->subject, envelopes[i].subject);
		assert_text((char *)env->date, envelopes[i].date);
		assert_text(env->newsgroups, envelopes[i].newsgroups);
		assert_string_equal(write_list(env->to), envelopes[i].to);
		mail_free_envelope(&env);
	}
}

static char seen_lines[256];

static void
see_line(ENVELOPE *env, char *hdr, char *data, char *host)
{
	assert_non_null(env);
	snprintf(seen_lines + strlen(seen_lines),
	    sizeof(seen_lines) - strlen(seen_lines), "%s=%s@%s;", hdr, data,
	    host);
}

static void
test_parseline_hook(void **state)
{
	char header[] = "Subject: a\r\n b\r\nX-Mine:\r\nbogus\r\n\r\n";
	ENVELOPE *env;

	(void)state;
	cc_params.parseline = see_line;
	rfc822_parse_msg(&env, NIL, header, strlen(header), NIL, "h", NIL);
	cc_params.parseline = NULL;
	assert_string_equal(seen_lines, "SUBJECT=a b@h;X-MINE=@h;");
	mail_free_envelope(&env);
}

static void
test_content(void **state)
{
	char text[] = "..--q\"\n\none\n--q\"\n\ntwo\n--q\"--\n";
	BODY *body = mail_newbody();
	STRING bs;

	(void)state;
	body->type = TYPEMULTIPART;
	body->subtype = cpystr("MIXED");
	rfc822_parse_parameter(&body->parameter, "; boundary=\"q\\\"\"");
	INIT(&bs, mail_string, text, strlen(text));
	SETPOS(&bs, 2);
	rfc822_parse_content(body, &bs, NIL, 0, NIL);
	assert_int_equal(body->contents.offset, 2);
	assert_int_equal(body->contents.text.size, strlen(text) - 2);
	assert_int_equal(body->nested.part->body.contents.offset, 8);
	assert_int_equal(body->nested.part->next->body.size.bytes, 3);
	assert_null(body->nested.part->next->next);
	mail_free_body(&body);
}

static void
test_content_header(void **state)
{
	BODY *body = mail_newbody();
	char type[] = "application/x-thing; a=b; C=\"d e\"";

	(void)state;
	rfc822_parse_content_header(body, "TYPE", type);
	rfc822_parse_content_header(body, "TYPE", "text/plain");
	rfc822_parse_content_header(body, "TRANSFER-ENCODING", "BASE64");
	rfc822_parse_content_header(body, "ID", "<x>");
	rfc822_parse_content_header(body, "UNKNOWN", "y");
	assert_int_equal(body->type, TYPEAPPLICATION);
	assert_string_equal(body->subtype, "X-THING");
	assert_string_equal(body->parameter->attribute, "A");
	assert_string_equal(body->parameter->next->value, "d e");
	assert_int_equal(body->encoding, ENCBASE64);
	assert_string_equal(body->id, "<x>");
	mail_free_body(&body);
}

/* Names that are not known get a place, while there is one. */
static void
test_unknown_types(void **state)
{
	char name[160], text[200];

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		BODY *body = mail_newbody();

		snprintf(text, sizeof(text), "x-type%u/y", i);
		rfc822_parse_content_header(body, "TYPE", text);
		assert_int_equal(body->type,
		    i < TYPEMAX - TYPEOTHER ? TYPEOTHER + 1 + i : TYPEOTHER);
		mail_free_body(&body);
	}
	assert_string_equal(body_types[TYPEMAX], "X-TYPE6");
	/* Known by now, in any case. */
	for (unsigned i = 0; i < 2; i++) {
		BODY *body = mail_newbody();

		rfc822_parse_content_header(body, "TYPE",
		    i ? "X-Unknown/y" : "X-tYPE3/y");
		assert_int_equal(body->type, i ? TYPEOTHER : TYPEOTHER + 4);
		mail_free_body(&body);
	}
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (unsigned i = 64; i <= 65; i++) {
		BODY *body = mail_newbody();

		snprintf(text, sizeof(text), "%.*s", (int)i, name);
		rfc822_parse_content_header(body, "TRANSFER-ENCODING", text);
		assert_int_equal(body->encoding,
		    i == 64 ? ENCOTHER + 1 : ENCOTHER);
		mail_free_body(&body);
	}
}

/* Malformed Content- fields are told at PARSE, once each, and read all the
 * same. */
static void
test_parameter_complaints(void **state)
{
	static const struct {
		char *name, *field;
		unsigned logs;
	} cases[] = {
		{ "TYPE", "text/plain; charset=us-ascii", 0 },
		{ "TYPE", "text/plain; charset=\"\"", 0 },
		{ "TYPE", "text/plain;", 0 },
		{ "TYPE", "text/plain; charset", 1 },
		{ "TYPE", "text/plain; charset=", 1 },
		{ "TYPE", "text/plain; a=; b=; charset=x", 1 },
		{ "DISPOSITION", "attachment; filename=x", 0 },
		{ "DISPOSITION", "attachment; filename=; size=1", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BODY *body = mail_newbody();

		test_callbacks_reset();
		rfc822_parse_content_header(body, cases[i].name,
		    cases[i].field);
		assert_int_equal(test_callbacks.logs, cases[i].logs);
		if (cases[i].logs) {
			assert_int_equal(test_callbacks.log_level, PARSE);
			assert_memory_equal(test_callbacks.log,
			    "Missing parameter value: ", 25);
		}
		mail_free_body(&body);
	}
}

/* The same of a whole message: one of its header, one of its part. */
static void
test_message_complaints(void **state)
{
	ENVELOPE *env;
	BODY *body;

	(void)state;
	test_callbacks_reset();
	parse(&env, &body,
	    "Content-Type: multipart/mixed; boundary=a; x=\r\n\r\n",
	    "--a\r\nContent-Disposition: inline; filename\r\n\r\n--a--", 0,
	    DR_CRLF);
	assert_int_equal(test_callbacks.logs, 2);
	assert_string_equal(test_callbacks.log,
	    "Missing parameter value: FILENAME");
	assert_string_equal(body->nested.part->body.disposition.parameter
				->value,
	    "MISSING_PARAMETER_VALUE");
	mail_free_envelope(&env);
	mail_free_body(&body);
}

static void
test_adrlist(void **state)
{
	ADDRESS *list = NIL, *copy;

	(void)state;
	rfc822_parse_adrlist(&list, "Ann <ann@x>, bo", "here");
	rfc822_parse_adrlist(&list, "cy", NIL);
	rfc822_parse_adrlist(&list, "", "here");
	rfc822_parse_adrlist(&list, NIL, "here");
	assert_string_equal(write_list(list), "[Ann]ann@x bo@here cy@@ ");
	copy = rfc822_cpy_adr(list);
	mail_free_address(&list);
	assert_string_equal(write_list(copy), "[Ann]ann@x bo@here cy@@ ");
	mail_free_address(&copy);
	assert_null(rfc822_cpy_adr(NIL));
	rfc822_parse_adrlist(&list, "a@b@c, <x", "here");
	assert_non_null(list);
	mail_free_address(&list);
}

/* CVE-2024-23184: an endless address list costs memory in proportion and
 * stops at its limit; the list stays well formed. */
static void
test_cve_2024_23184_many_addresses(void **state)
{
	struct strbuf text;
	ADDRESS *list = NIL;
	size_t count = 0;

	(void)state;
	cc_strbuf_init(&text, 4 << 20);
	cc_strbuf_puts(&text, "g:");
	for (int i = 0; i < 200000; i++)
		cc_strbuf_puts(&text, "a@b,");
	rfc822_parse_adrlist(&list, text.data, "here");
	for (ADDRESS *adr = list; adr; adr = adr->next) {
		count++;
		if (!adr->next)
			assert_null(adr->mailbox);
	}
	assert_true(count >= 10000 && count <= 10002);
	mail_free_address(&list);
	cc_strbuf_free(&text);
}

static void
test_default_subtypes(void **state)
{
	(void)state;
	assert_string_equal(rfc822_default_subtype(TYPETEXT), "PLAIN");
	assert_string_equal(rfc822_default_subtype(TYPEMULTIPART), "MIXED");
	assert_string_equal(rfc822_default_subtype(TYPEMESSAGE), "RFC822");
	assert_string_equal(rfc822_default_subtype(TYPEAPPLICATION),
	    "OCTET-STREAM");
	assert_string_equal(rfc822_default_subtype(TYPEAUDIO), "BASIC");
	assert_string_equal(rfc822_default_subtype(TYPEIMAGE), "UNKNOWN");
	assert_string_equal(rfc822_default_subtype(65535), "UNKNOWN");
}

/* CVE-2020-12100: parts inside parts without end are text at last. */
static void
test_cve_2020_12100_deep_nesting(void **state)
{
	struct strbuf text;
	ENVELOPE *env;
	BODY *body;

	(void)state;
	cc_strbuf_init(&text, 16 << 20);
	for (int i = 0; i < 100000; i++)
		cc_strbuf_puts(&text, "Content-Type: message/rfc822\r\n\r\n");
	parse(&env, &body, "Content-Type: message/rfc822\r\n\r\n", text.data, 0,
	    DR_CRLF);
	assert_int_equal(body->type, TYPEMESSAGE);
	mail_free_envelope(&env);
	mail_free_body(&body);
	cc_strbuf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_header_alone),
		cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_parseline_hook),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_content_header),
		cmocka_unit_test(test_unknown_types),
		cmocka_unit_test(test_parameter_complaints),
		cmocka_unit_test(test_message_complaints),
		cmocka_unit_test(test_adrlist),
		cmocka_unit_test(test_cve_2024_23184_many_addresses),
		cmocka_unit_test(test_default_subtypes),
		cmocka_unit_test(test_cve_2020_12100_deep_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
