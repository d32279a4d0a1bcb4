/*
 * test_mail_structure.c - envelopes, body structures and overviews of
 * messages, and how long they are kept.
 */
#include <limits.h>

#include "cc_fn.h"
#include "cc_limits.h"
#include "mail_params.h"
#include "test_mail_fetch.h"

static void
test_envelope_on_the_wire(void **state)
{
	struct strbuf out;
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	cc_strbuf_init(&out, 65536);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &out), 0);
	assert_string_equal(out.data,
	    "(\"Tue, 5 Mar 2024 09:01:02 +0000\" \"tea time\""
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Ann Other\" NIL \"ann\" \"example.com\"))"
	    " ((\"Bo\" NIL \"bo\" \"example.com\")(NIL NIL \"group\" NIL)"
	    "(NIL NIL \"c\" \"example.com\")"
	    "(NIL NIL \"d\" \".MISSING-HOST-NAME.\")(NIL NIL NIL NIL))"
	    " NIL NIL NIL \"<1@example.com>\")");
	assert_null(stream->cache);
	cc_strbuf_free(&out);
	mail_close(stream);
}

static void
test_envelope_and_body(void **state)
{
	(void)state;
	setup_box();
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mail_open(NIL, drivers[d], NIL);
		ENVELOPE *env, *inner;
		BODY *body = NIL;

		env = mail_fetch_structure(stream, 1, &body, NIL);
		assert_string_equal(env->subject, "tea time");
		assert_string_equal(env->from->personal, "Ann Other");
		assert_string_equal(env->sender->mailbox, "ann");
		assert_string_equal(env->reply_to->host, "example.com");
		assert_string_equal(env->to->next->mailbox, "group");
		assert_null(env->to->next->host);
		assert_string_equal(env->to->next->next->next->host, BADHOST);
		assert_null(env->to->next->next->next->next->mailbox);
		assert_null(env->cc);
		assert_int_equal(body->type, TYPEMULTIPART);
		assert_string_equal(body->subtype, "MIXED");
		assert_string_equal(body->parameter->attribute, "BOUNDARY");
		body = &body->nested.part->next->body;
		assert_int_equal(body->type, TYPEMESSAGE);
		inner = body->nested.msg->env;
		assert_string_equal(inner->subject, "inner");
		body = &body->nested.msg->body->nested.part->body;
		assert_int_equal(body->type, TYPETEXT);
		assert_int_equal(body->size.bytes, 5);
		assert_int_equal(mail_elt(stream, 1)->rfc822_size,
		    strlen(WIRE_1) + strlen(wire(TEXT_1)));
		assert_ptr_equal(body,
		    mail_body(stream, 1, (unsigned char *)"2.1"));
		assert_ptr_equal(env,
		    mail_fetch_structure(stream, 1, NIL, NIL));
		assert_ptr_equal(env,
		    mail_fetch_structure(stream, 10, NIL, FT_UID));
		assert_null(mail_fetch_structure(stream, 11, &body, FT_UID));
		assert_null(body);
		assert_null(mail_fetch_structure(stream, 0, NIL, NIL));
		assert_null(mail_fetch_structure(stream, 5, NIL, NIL));
		mail_close(stream);
	}
}

static void
test_short_cache_keeps_one(void **state)
{
	MAILSTREAM *stream;
	ENVELOPE *env;
	BODY *body;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", OP_SHORTCACHE);
	env = mail_fetch_structure(stream, 1, &body, NIL);
	assert_ptr_equal(stream->env, env);
	assert_ptr_equal(stream->body, body);
	assert_int_equal(stream->msgno, 1);
	env = mail_fetch_structure(stream, 2, NIL, NIL);
	assert_string_equal(env->subject, "plain");
	assert_int_equal(stream->msgno, 2);
	assert_null(stream->body);
	assert_null(mail_elt(stream, 2)->private.msg.env);
	mail_close(stream);
}

static void
overview(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno)
{
	char text[256];

	(void)stream;
	snprintf(text, sizeof(text), "%lu %lu %s %lu", uid, msgno,
	    ov->subject ? ov->subject : "NIL", ov->optional.octets);
	mem_call(text);
}

static void
test_overview(void **state)
{
	MAILSTREAM *stream;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mem_forget();
	mail_fetch_overview(stream, "20:*", overview);
	assert_string_equal(mem_calls,
	    "ping\n20 2 plain 30\n30 3 NIL 66\n40 4 NIL 2\n");
	mem_forget();
	mail_fetch_overview_sequence(stream, "2", overview);
	assert_string_equal(mem_calls, "ping\n20 2 plain 30\n");
	mem_forget();
	mail_fetch_overview_sequence(stream, "5", overview);
	assert_string_equal(mem_calls, "");
	mail_close(stream);
}

static void
test_from_and_subject(void **state)
{
	MAILSTREAM *stream;
	char s[21];

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	mail_fetchfrom(s, stream, 1, 20);
	assert_string_equal(s, "Ann Other           ");
	mail_fetchfrom(s, stream, 1, 3);
	assert_string_equal(s, "Ann");
	mail_fetchfrom(s, stream, 1, 0);
	assert_string_equal(s, "");
	mail_fetchfrom(s, stream, 2, 4);
	assert_string_equal(s, "    ");
	memset(s, 'x', sizeof(s));
	mail_fetchsubject(s, stream, 1, 20);
	assert_string_equal(s, "tea time");
	assert_int_equal(s[20], 0);
	mail_fetchsubject(s, stream, 1, 3);
	assert_string_equal(s, "tea");
	mail_fetchsubject(s, stream, 4, 20);
	assert_string_equal(s, " ");
	mail_close(stream);
}

/* The file is not what it was: octets are never replaced by others. */
static void
test_changed_file(void **state)
{
	struct mem_box *box = setup_box();
	MAILSTREAM *stream = mail_open(NIL, "mem:box", NIL);
	const struct mime_part *root;
	struct mail_reader reader;
	struct strbuf out;
	struct span span;

	(void)state;
	cc_strbuf_init(&out, 1024);
	box->changed = true;
	assert_int_equal(cc_mail_header(stream, 1, &out, &span), CC_ECHANGED);
	assert_int_equal(cc_mail_structure(stream, 1, &root), CC_ECHANGED);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &out), CC_ECHANGED);
	assert_int_equal(cc_mail_put_body(stream, 1, true, &out), CC_ECHANGED);
	assert_int_equal(out.len, 0);
	assert_int_equal(cc_mail_read(stream, 1, MAIL_TEXT, &reader), 0);
	assert_int_equal(cc_mail_next(&reader, &span), CC_ECHANGED);
	assert_string_equal(mail_fetch_text(stream, 1, NIL, NIL, NIL), "");
	assert_null(mail_fetch_structure(stream, 1, NIL, NIL));
	assert_int_equal(test_callbacks.log_level, ERROR);
	cc_strbuf_free(&out);
	mail_close(stream);
}

static void
test_structure_is_kept(void **state)
{
	MAILSTREAM *stream;
	const struct mime_part *root, *again;

	(void)state;
	setup_box();
	stream = mail_open(NIL, "mem:box", NIL);
	assert_int_equal(cc_mail_structure(stream, 1, &root), 0);
	assert_int_equal(cc_mail_structure(stream, 1, &again), 0);
	assert_ptr_equal(root, again);
	assert_int_equal(root->type, TYPEMULTIPART);
	mail_expunged(stream, 1);
	mem_boxes[0].messages[0] = mem_boxes[0].messages[1];
	assert_int_equal(cc_mail_structure(stream, 1, &again), 0);
	assert_int_equal(again->type, TYPETEXT);
	assert_int_equal(cc_mail_structure(stream, 4, &again), CC_ENOENT);
	mail_close(stream);
}

/* CVE-2024-23185: a header has an end, for us if not for its sender. */
static void
test_cve_2024_23185_huge_header(void **state)
{
	struct mem_box *box = mem_setup();
	size_t len = CC_HEADER_MAX + 1000;
	char *header = malloc(len + 1);
	struct strbuf out, line;
	MAILSTREAM *stream;
	struct span span;

	(void)state;
	memset(header, 'x', len);
	memcpy(header, "Subject: y\nX: ", 14);
	memcpy(header + len - 2, "\n\n", 3);
	mem_add(box, fOLD, header, "text\n");
	box->span = 60000;
	stream = mail_open(NIL, "mem:box", NIL);
	cc_strbuf_init(&out, CC_HEADER_MAX);
	cc_strbuf_init(&line, 65536);
	assert_int_equal(cc_mail_header(stream, 1, &out, &span), 0);
	assert_int_equal(span.len, CC_HEADER_MAX);
	assert_int_equal(cc_mail_put_envelope(stream, 1, &line), 0);
	assert_non_null(strstr(line.data, "\"y\""));
	assert_string_equal(mail_fetch_structure(stream, 1, NIL, NIL)->subject,
	    "y");
	cc_strbuf_free(&out);
	cc_strbuf_free(&line);
	mail_close(stream);
	free(header);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope_on_the_wire),
		cmocka_unit_test(test_envelope_and_body),
		cmocka_unit_test(test_short_cache_keeps_one),
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_from_and_subject),
		cmocka_unit_test(test_changed_file),
		cmocka_unit_test(test_structure_is_kept),
		cmocka_unit_test(test_cve_2024_23185_huge_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
