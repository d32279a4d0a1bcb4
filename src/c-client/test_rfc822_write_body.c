/*
 * test_rfc822_write_body.c - writing the headers of parts: parameters that are
 * too long or in other charsets (RFC 2231), and lines that no server refuses.
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "mime_param.h"
#include "rfc822_write.h"
#include "test_rfc822_output.h"

static long
write_body_header(RFC822BUFFER *buf, const void *arg)
{
	return rfc822_output_body_header(buf, (BODY *)(uintptr_t)arg);
}

static void
test_body_header(void **state)
{
	BODY *body = mail_newbody();

	(void)state;
	body->encoding = ENC8BIT;
	check_sizes(write_body_header, body,
	    "Content-Type: TEXT/PLAIN; CHARSET=X-UNKNOWN\r\n"
	    "Content-Transfer-Encoding: 8BIT\r\n");
	body->type = TYPEIMAGE;
	body->encoding = ENCBASE64;
	body->subtype = cpystr("PNG");
	body->parameter = new_parameter("NAME", "a b\"c",
	    new_parameter("X*", "utf-8''%E2", new_parameter("E", "", NIL)));
	body->id = cpystr("<i@x>");
	body->description = cpystr("a\r\nBcc: x");
	body->md5 = cpystr("Q2hlY2s=");
	body->language = mail_newstringlist();
	body->language->text.data = (unsigned char *)cpystr("en");
	body->language->next = mail_newstringlist();
	body->language->next->text.data = (unsigned char *)cpystr("de-CH");
	body->location = cpystr("http://x/");
	body->disposition.type = cpystr("ATTACHMENT");
	body->disposition.parameter = new_parameter("FILENAME", "p.png", NIL);
	check_sizes(write_body_header, body,
	    "Content-Type: IMAGE/PNG; NAME=\"a b\\\"c\"; X*=utf-8''%E2; "
	    "E=\"\"\r\n"
	    "Content-Transfer-Encoding: BASE64\r\n"
	    "Content-ID: <i@x>\r\n"
	    "Content-Description: a\r\n Bcc: x\r\n"
	    "Content-MD5: Q2hlY2s=\r\n"
	    "Content-Language: en, de-CH\r\n"
	    "Content-Location: http://x/\r\n"
	    "Content-Disposition: ATTACHMENT; FILENAME=p.png\r\n");
	mail_free_body(&body);
}

/* A field that would pass 78 columns is folded between its parameters, and a
 * list of languages between those. */
static void
test_body_header_folds(void **state)
{
	BODY *body = mail_newbody();
	STRINGLIST **tail = &body->language;

	(void)state;
	body->subtype = cpystr("X");
	/* 78 columns with the semicolon that may follow. */
	body->parameter = new_parameter("A", "1234567890123456789012345678",
	    new_parameter("B", "123456789012345678901",
		new_parameter("C", "d e", NIL)));
	body->disposition.type = cpystr("ATTACHMENT");
	body->disposition.parameter = new_parameter("FILENAME",
	    "a name that does not fit into the same line.txt", NIL);
	for (int i = 0; i < 9; i++) {
		*tail = mail_newstringlist();
		(*tail)->text.data = (unsigned char *)cpystr("en-GB-x");
		tail = &(*tail)->next;
	}
	check_sizes(write_body_header, body,
	    "Content-Type: TEXT/X; A=1234567890123456789012345678; "
	    "B=123456789012345678901;\r\n    C=\"d e\"\r\n"
	    "Content-Language: en-GB-x, en-GB-x, en-GB-x, en-GB-x, en-GB-x, "
	    "en-GB-x,\r\n    en-GB-x, en-GB-x, en-GB-x\r\n"
	    "Content-Disposition: ATTACHMENT;\r\n    FILENAME=\"a name that "
	    "does not fit into the same line.txt\"\r\n");
	fs_give((void **)&body->parameter->value);
	body->parameter->value = cpystr("12345678901234567890123456789");
	check_sizes(write_body_header, body,
	    "Content-Type: TEXT/X; A=12345678901234567890123456789;\r\n    "
	    "B=123456789012345678901; C=\"d e\"\r\n"
	    "Content-Language: en-GB-x, en-GB-x, en-GB-x, en-GB-x, en-GB-x, "
	    "en-GB-x,\r\n    en-GB-x, en-GB-x, en-GB-x\r\n"
	    "Content-Disposition: ATTACHMENT;\r\n    FILENAME=\"a name that "
	    "does not fit into the same line.txt\"\r\n");
	mail_free_body(&body);
}

static char *
long_text(const char *word, size_t len)
{
	char *s = fs_get(len + 1);

	for (size_t i = 0; i < len; i++)
		s[i] = word[i % strlen(word)];
	s[len] = '\0';
	return s;
}

/* RFC 5322 section 2.1.1: no line is longer than 998 octets. */
static void
check_line_lengths(const char *text)
{
	for (const char *p = text, *end; *p; p = end + 2) {
		end = strstr(p, "\r\n");
		assert_non_null(end);
		assert_in_range(end - p, 1, 998);
		assert_true(p == text || *p == ' ' || is_alpha(*p));
	}
}

/* RFC 2231 section 3: what no line can hold goes in pieces and is read as the
 * same; what is coded already is left alone. */
static void
check_pieces(const char *unit, size_t len)
{
	char *value = long_text(unit, len);
	struct mime_part part = { 0 };
	BODY *body = mail_newbody();
	struct strbuf out;
	struct span read;
	struct arena a;
	char *text;

	body->subtype = cpystr("X");
	body->parameter =
	    new_parameter("NAME", value, new_parameter("B", "c", NIL));
	cc_strbuf_init(&out, SIZE_MAX);
	cc_rfc822_put_body_header(&out, body);
	text = out.data;
	check_line_lengths(text);
	assert_int_equal(strstr(text, "NAME*0=") != NULL, len > 450);
	assert_non_null(strstr(text, "B=c"));
	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_mime_parse_field(&part, &a, cc_span_z("Type"),
	    cc_span_z(text + strlen("Content-Type:")));
	read = cc_mime_param_decoded(part.params, "NAME", &a);
	assert_int_equal(read.len, len);
	assert_memory_equal(read.p, value, read.len);
	cc_arena_free(&a);
	cc_strbuf_free(&out);
	mail_free_body(&body);
	fs_give((void **)&value);
}

static void
test_parameter_in_pieces(void **state)
{
	static const size_t lengths[] = { 449, 450, 451, 800, 801, 20000 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		check_pieces("a\"b\\ \xc3\xa9", lengths[i]);
		/* No blank to break the line at; all escaped. */
		check_pieces("\"\\", lengths[i]);
	}
}

static void
test_coded_parameter_is_left(void **state)
{
	char *value = long_text("%41", 600);
	BODY *body = mail_newbody();
	struct strbuf out;

	(void)state;
	body->parameter = new_parameter("NAME*", value, NIL);
	cc_strbuf_init(&out, SIZE_MAX);
	cc_rfc822_put_body_header(&out, body);
	assert_non_null(strstr(out.data, "    NAME*=%41"));
	cc_strbuf_free(&out);
	mail_free_body(&body);
	fs_give((void **)&value);
}

/* A line up to 900 octets is the program's; one that could not be sent is
 * folded, and unfolded reads as the same. */
static void
test_long_lines(void **state)
{
	static const struct {
		const char *word;
		size_t len;
		bool folded;
	} texts[] = {
		{ "<aaa@example.com> ", 899, false },
		{ "<aaa@example.com> ", 905, true },
		{ "<aaa@example.com> ", 100000, true },
		{ "a                                            "
		  "                                            ",
		    5000, true },
		{ "a", 5000, false },
		{ " ", 5000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char *text = long_text(texts[i].word, texts[i].len), *to;
		struct strbuf out;
		size_t longest = 0;

		/* Blanks at the end stay, and make no line of their own. */
		text[texts[i].len - 1] = ' ';
		cc_strbuf_init(&out, SIZE_MAX);
		cc_rfc822_put_line(&out, "References", false, text);
		assert_int_equal(strstr(out.data, "\r\n ") != NULL,
		    texts[i].folded);
		to = out.data;
		for (char *p = to, *end; *p; p = end + 2) {
			end = strstr(p, "\r\n");
			if ((size_t)(end - p) > longest)
				longest = (size_t)(end - p);
			assert_true(strspn(p, " ") < (size_t)(end - p));
			memmove(to, p, (size_t)(end - p));
			to += end - p;
		}
		*to = '\0';
		assert_string_equal(out.data + strlen("References: "), text);
		if (texts[i].folded)
			assert_in_range(longest, 1, 998);
		cc_strbuf_free(&out);
		fs_give((void **)&text);
	}
}

/* An address whose name is longer than a line; long lists. */
static void
test_long_addresses(void **state)
{
	char *name = long_text("word, \"", 3000);
	ADDRESS *list = NIL, *again = NIL, *b;
	struct strbuf out;

	(void)state;
	name[2999] = 'x';
	list = mail_newaddr();
	list->personal = cpystr(name);
	list->mailbox = cpystr("a");
	list->host = cpystr("b");
	b = list;
	for (int i = 0; i < 500; i++) {
		b = b->next = mail_newaddr();
		b->mailbox = cpystr("somebody");
		b->host = cpystr("example.com");
	}
	cc_strbuf_init(&out, SIZE_MAX);
	cc_rfc822_put_address_line(&out, "To", false, list, NULL);
	check_line_lengths(out.data);
	rfc822_parse_adrlist(&again, out.data + 3, NIL);
	b = again;
	for (ADDRESS *a = list; a; a = a->next, b = b->next) {
		assert_non_null(b);
		if (a->personal)
			assert_string_equal(a->personal, b->personal);
		assert_string_equal(a->mailbox, b->mailbox);
		assert_string_equal(a->host, b->host);
	}
	assert_null(b);
	mail_free_address(&list);
	mail_free_address(&again);
	cc_strbuf_free(&out);
	fs_give((void **)&name);
}

/* Called by itself, the list of parameters is one line, as it always was. */
static void
test_parameters_alone(void **state)
{
	PARAMETER *list = NIL;
	struct strbuf out, want;

	(void)state;
	cc_strbuf_init(&want, SIZE_MAX);
	for (int i = 0; i < 30; i++)
		list = new_parameter("NAME", "value", list);
	for (int i = 0; i < 30; i++)
		cc_strbuf_puts(&want, "; NAME=value");
	cc_strbuf_init(&out, SIZE_MAX);
	cc_rfc822_put_params(&out, list);
	assert_string_equal(out.data, want.data);
	cc_strbuf_free(&out);
	cc_strbuf_free(&want);
	mail_free_body_parameter(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body_header),
		cmocka_unit_test(test_body_header_folds),
		cmocka_unit_test(test_parameter_in_pieces),
		cmocka_unit_test(test_coded_parameter_is_left),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_long_addresses),
		cmocka_unit_test(test_parameters_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
