/*
 * test_rfc822_full.c - whole messages: encoded for the way, written, and read
 * again; and routines of a program in place of ours.
 */
#include "cc_limits.h"
#include "mail_params.h"
#include "test_rfc822_output.h"

static void
set_text(BODY *body, unsigned short type, unsigned short encoding,
    const char *text)
{
	body->type = type;
	body->encoding = encoding;
	body->contents.text.data = (unsigned char *)cpystr(text);
	body->contents.text.size = strlen(text);
}

/* multipart/mixed of a text in 8 bits and an octet stream. */
static BODY *
new_mixed(void)
{
	BODY *body = mail_newbody();

	body->type = TYPEMULTIPART;
	body->nested.part = mail_newbody_part();
	set_text(&body->nested.part->body, TYPETEXT, ENC8BIT, "a \xe9\r\n");
	body->nested.part->next = mail_newbody_part();
	set_text(&body->nested.part->next->body, TYPEAPPLICATION, ENCBINARY,
	    "ABC");
	return body;
}

static void
test_encode(void **state)
{
	BODY *body = new_mixed();
	BODY *first = &body->nested.part->body;
	BODY *second = &body->nested.part->next->body;

	(void)state;
	rfc822_encode_body_8bit(NIL, body);
	assert_int_equal(first->encoding, ENC8BIT);
	assert_int_equal(second->encoding, ENCBASE64);
	assert_string_equal((char *)second->contents.text.data, "QUJD\r\n");
	assert_int_equal(second->contents.text.size, 6);
	assert_string_equal(body->parameter->attribute, "BOUNDARY");
	assert_memory_equal(body->parameter->value, "=_", 2);
	rfc822_encode_body_7bit(NIL, body);
	assert_int_equal(first->encoding, ENCQUOTEDPRINTABLE);
	assert_string_equal((char *)first->contents.text.data, "a =E9\r\n");
	assert_int_equal(first->contents.text.size, 7);
	/* Nothing is encoded twice; the boundary stays. */
	rfc822_encode_body_7bit(NIL, body);
	assert_string_equal((char *)first->contents.text.data, "a =E9\r\n");
	assert_string_equal((char *)second->contents.text.data, "QUJD\r\n");
	assert_null(body->parameter->next);
	mail_free_body(&body);
}

static void
test_encode_message(void **state)
{
	BODY *body = mail_newbody();

	(void)state;
	test_callbacks_reset();
	set_text(body, TYPEMESSAGE, ENC8BIT, "Subject: \xe9\r\n\r\n");
	rfc822_encode_body_8bit(NIL, body);
	assert_int_equal(test_callbacks.logs, 0);
	rfc822_encode_body_7bit(NIL, body);
	assert_int_equal(test_callbacks.logs, 1);
	assert_int_equal(test_callbacks.log_level, PARSE);
	assert_int_equal(body->encoding, ENC8BIT);
	body->encoding = ENCBASE64;
	assert_true(TEST_IS_FATAL(rfc822_encode_body_7bit(NIL, body)));
	mail_free_body(&body);
}

static long
write_full(RFC822BUFFER *buf, const void *arg)
{
	const struct header_arg *h = arg;

	return rfc822_output_full(buf, h->env, h->body, NIL);
}

static void
test_full(void **state)
{
	struct header_arg arg = { mail_newenvelope(), new_mixed(), NIL };

	(void)state;
	arg.env->subject = cpystr("x");
	rfc822_parse_adrlist(&arg.env->bcc, "secret@x", NIL);
	arg.body->parameter = new_parameter("boundary", "b", NIL);
	check_sizes(write_full, &arg,
	    "Subject: x\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: MULTIPART/MIXED; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: TEXT/PLAIN; CHARSET=X-UNKNOWN\r\n"
	    "Content-Transfer-Encoding: QUOTED-PRINTABLE\r\n\r\n"
	    "a =E9\r\n\r\n"
	    "--b\r\nContent-Type: APPLICATION/OCTET-STREAM\r\n"
	    "Content-Transfer-Encoding: BASE64\r\n\r\n"
	    "QUJD\r\n\r\n--b--\r\n");
	mail_free_body(&arg.body);
	check_sizes(write_full, &arg, "Subject: x\r\n\r\n");
	mail_free_envelope(&arg.env);
}

/* What is written reads as what it was. */
static void
test_full_read_again(void **state)
{
	ENVELOPE *env = new_envelope(), *again;
	BODY *body = new_mixed(), *parsed;
	struct sink sink;
	RFC822BUFFER buf;
	char *text;
	size_t header;
	STRING bs;

	(void)state;
	sink_init(&sink);
	buf = new_buffer(&sink, 17);
	assert_int_equal(rfc822_output_full(&buf, env, body, NIL), LONGT);
	text = sink.text.data;
	header = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;
	INIT(&bs, mail_string, text + header, sink.text.len - header);
	rfc822_parse_msg(&again, &parsed, text, header, &bs, NIL, DR_CRLF);
	assert_string_equal(again->subject, env->subject);
	assert_string_equal(again->to->next->mailbox, "u");
	assert_null(again->bcc);
	assert_int_equal(parsed->type, TYPEMULTIPART);
	assert_int_equal(parsed->nested.part->body.encoding,
	    ENCQUOTEDPRINTABLE);
	assert_int_equal(parsed->nested.part->body.size.bytes, 7);
	assert_int_equal(parsed->nested.part->next->body.encoding, ENCBASE64);
	assert_null(parsed->nested.part->next->next);
	mail_free_envelope(&env);
	mail_free_envelope(&again);
	mail_free_body(&body);
	mail_free_body(&parsed);
	cc_strbuf_free(&sink.text);
	free(buf.beg);
}

static void
test_depth(void **state)
{
	BODY *body = mail_newbody(), *b = body;
	struct sink sink;
	RFC822BUFFER buf;

	(void)state;
	for (int i = 0; i < 200; i++) {
		b->type = TYPEMULTIPART;
		b->nested.part = mail_newbody_part();
		b = &b->nested.part->body;
	}
	test_callbacks_reset();
	sink_init(&sink);
	buf = new_buffer(&sink, 100);
	rfc822_encode_body_7bit(NIL, body);
	assert_int_equal(rfc822_output_text(&buf, body), NIL);
	assert_int_equal(test_callbacks.log_level, ERROR);
	cc_strbuf_free(&sink.text);
	free(buf.beg);
	mail_free_body(&body);
}

static long
own_full(RFC822BUFFER *buf, ENVELOPE *env, BODY *body, long ok8)
{
	(void)env;
	(void)body;
	return rfc822_output_cat(buf, ok8 ? "own8" : "own7", NIL);
}

static long
own_old(char *tmp, ENVELOPE *env, BODY *body, soutr_t f, void *s, long ok8)
{
	(void)env;
	(void)body;
	memset(tmp, 'x', SENDBUFLEN);
	return (*f)(s, ok8 ? "old8" : "old7");
}

static void
test_own_routines(void **state)
{
	struct sink sink;
	RFC822BUFFER buf;

	(void)state;
	sink_init(&sink);
	buf = new_buffer(&sink, 100);
	cc_params.rfc822output = own_old;
	rfc822_output_cat(&buf, "before", NIL);
	assert_int_equal(rfc822_output_full(&buf, NIL, NIL, LONGT), LONGT);
	cc_params.rfc822outputfull = own_full;
	assert_int_equal(rfc822_output_full(&buf, NIL, NIL, NIL), LONGT);
	rfc822_output_flush(&buf);
	cc_params.rfc822output = NULL;
	cc_params.rfc822outputfull = NULL;
	assert_string_equal(cc_strbuf_str(&sink.text), "beforeold8own7");
	cc_strbuf_free(&sink.text);
	free(buf.beg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_encode_message),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_read_again),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_own_routines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
