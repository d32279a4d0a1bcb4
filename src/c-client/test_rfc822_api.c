/*
 * test_rfc822_api.c - the functions of rfc822.h as programs call them, one by
 * one, where other tests reach them through others only.
 */
#include "fs.h"
#include "mail_params.h"
#include "misc.h"
#include "rfc822.h"
#include "test_callbacks.h"
#include "test_util.h"

static long
take(void *stream, char *string)
{
	char *all = stream;
	size_t used = strlen(all);

	snprintf(all + used, 4096 - used, "%s", string);
	return LONGT;
}

/* Through a buffer of each size up to the text's own. */
#define CHECK_OUTPUT(call, want)                                               \
	do {                                                                   \
		for (size_t size = 1; size <= strlen(want) + 2; size++) {      \
			char all[4096] = "", *block = malloc(size + 1);        \
			RFC822BUFFER b = { .f = take,                          \
				.s = all,                                      \
				.beg = block,                                  \
				.cur = block,                                  \
				.end = block + size };                         \
			RFC822BUFFER *buf = &b;                                \
			assert_int_equal(call, LONGT);                         \
			assert_int_equal(rfc822_output_flush(buf), LONGT);     \
			assert_string_equal(all, want);                        \
			free(block);                                           \
		}                                                              \
	} while (0)

static void
test_output_parameter(void **state)
{
	PARAMETER quoted = { .attribute = "C", .value = "d e" };
	PARAMETER empty = { .attribute = "B", .value = "", .next = &quoted };
	PARAMETER plain = { .attribute = "A", .value = "b", .next = &empty };

	(void)state;
	CHECK_OUTPUT(rfc822_output_parameter(buf, &plain),
	    "; A=b; B=\"\"; C=\"d e\"");
	CHECK_OUTPUT(rfc822_output_parameter(buf, NIL), "");
}

static void
test_output_stringlist(void **state)
{
	STRINGLIST second = { .text = { (unsigned char *)"a/b", 3 } };
	STRINGLIST first = { .text = { (unsigned char *)"en", 2 },
		.next = &second };

	(void)state;
	CHECK_OUTPUT(rfc822_output_stringlist(buf, &first), "en, \"a/b\"");
	CHECK_OUTPUT(rfc822_output_stringlist(buf, NIL), "");
}

static void
test_output_address_line(void **state)
{
	ADDRESS end = { 0 };
	ADDRESS member = { .mailbox = "a", .host = "b", .next = &end };
	ADDRESS group = { .mailbox = "g", .next = &member };
	ADDRESS one = { .personal = "A. B", .mailbox = "c", .host = "d" };

	(void)state;
	CHECK_OUTPUT(rfc822_output_address_line(buf, "To", NIL, &one, NIL),
	    "To: \"A. B\" <c@d>\r\n");
	CHECK_OUTPUT(rfc822_output_address_line(buf, "To", T, &one, NIL),
	    "ReSent-To: \"A. B\" <c@d>\r\n");
	/* Specials that the program gives take the place of the usual. */
	CHECK_OUTPUT(rfc822_output_address_line(buf, "To", NIL, &one, "!"),
	    "To: A. B <c@d>\r\n");
	/* Folded lists have no members of groups, others have. */
	CHECK_OUTPUT(rfc822_output_address_line(buf, "To", NIL, &group, NIL),
	    "To: g:;\r\n");
	CHECK_OUTPUT(rfc822_output_address_list(buf, &group, 0, NIL),
	    "g: a@b;");
	CHECK_OUTPUT(rfc822_output_address_line(buf, "To", NIL, NIL, NIL), "");
}

static void
test_output_address(void **state)
{
	ADDRESS none = { .mailbox = "a", .host = "@" };
	ADDRESS quoted = { .mailbox = "a b", .host = "c" };

	(void)state;
	CHECK_OUTPUT(rfc822_output_address(buf, &none), "a");
	CHECK_OUTPUT(rfc822_output_address(buf, &quoted), "\"a b\"@c");
}

/* bcc only if flags ask for it. */
static void
test_output_header_bcc(void **state)
{
	ENVELOPE *env = mail_newenvelope();

	(void)state;
	rfc822_parse_adrlist(&env->bcc, "a@b", NIL);
	CHECK_OUTPUT(rfc822_output_header(buf, env, NIL, NIL, NIL), "\r\n");
	CHECK_OUTPUT(rfc822_output_header(buf, env, NIL, NIL, T),
	    "Bcc: a@b\r\n\r\n");
	mail_free_envelope(&env);
}

/* The header need not end in a NUL, and i counts. */
static void
test_parse_msg_full_exact(void **state)
{
	static const char header[] = "Subject: a\r\nFrom: b\r\n\r\n";
	STRING bs;

	(void)state;
	for (size_t len = 0; len < sizeof(header); len++) {
		char *copy = exact_copy(header, len);
		ENVELOPE *env = NIL;
		BODY *body = NIL;

		INIT(&bs, mail_string, (void *)(uintptr_t) "x\r\n", 3);
		rfc822_parse_msg_full(&env, &body, copy, len, &bs, "h", 0,
		    DR_CRLF);
		assert_non_null(env);
		assert_int_equal(body->size.bytes, 3);
		if (len >= 10)
			assert_string_equal(env->subject, "a");
		if (len >= 19)
			assert_string_equal(env->from->host, "h");
		mail_free_envelope(&env);
		mail_free_body(&body);
		free(copy);
	}
}

/* The first of repeated texts counts; addresses of repeated fields add up. */
static void
test_parse_msg_full_repeated(void **state)
{
	static char header[] =
	    "Date: 1\r\nDate: 2\r\nSubject: 1\r\nSubject: 2\r\n"
	    "Message-ID: 1\r\nMessage-ID: 2\r\nReferences: 1\r\n"
	    "References: 2\r\nIn-Reply-To: 1\r\nIn-Reply-To: 2\r\n"
	    "Newsgroups: a, b\r\nNewsgroups: c\r\nTo: a@x\r\nTo: b@x\r\n"
	    "Cc: a@x\r\nCc: b@x\r\nBcc: a@x\r\nBcc: b@x\r\nFrom: a@x\r\n"
	    "From: b@x\r\n\r\n";
	ENVELOPE *env = NIL;

	(void)state;
	rfc822_parse_msg_full(&env, NIL, header, strlen(header), NIL, NIL, 0,
	    NIL);
	assert_string_equal((char *)env->date, "1");
	assert_string_equal(env->subject, "1");
	assert_string_equal(env->message_id, "1");
	assert_string_equal(env->references, "1");
	assert_string_equal(env->in_reply_to, "1");
	assert_string_equal(env->newsgroups, "a,b");
	assert_string_equal(env->to->next->mailbox, "b");
	assert_string_equal(env->cc->next->mailbox, "b");
	assert_string_equal(env->bcc->next->mailbox, "b");
	assert_string_equal(env->from->next->mailbox, "b");
	/* Copies, not the same. */
	assert_string_equal(env->sender->next->mailbox, "b");
	assert_string_equal(env->reply_to->next->mailbox, "b");
	assert_ptr_not_equal(env->sender, env->from);
	assert_ptr_not_equal(env->reply_to, env->from);
	/* No message says who its return path is. */
	assert_null(env->return_path);
	mail_free_envelope(&env);
}

/* Names of faults, at ERRHOST, told at PARSE. */
static void
test_adrlist_faults(void **state)
{
	static const struct {
		const char *in, *mailbox;
		size_t at; /* which element */
	} cases[] = {
		{ "a@b c", "UNEXPECTED_DATA_AFTER_ADDRESS", 1 },
		{ "@", "INVALID_ADDRESS", 0 },
		{ "a@b, @", "INVALID_ADDRESS", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *in = cpystr(cases[i].in);
		ADDRESS *list = NIL, *adr;

		test_callbacks_reset();
		rfc822_parse_adrlist(&list, in, "h");
		adr = list;
		for (size_t n = 0; n < cases[i].at && adr; n++)
			adr = adr->next;
		assert_non_null(adr);
		assert_string_equal(adr->mailbox, cases[i].mailbox);
		assert_string_equal(adr->host, ERRHOST);
		assert_int_equal(test_callbacks.log_level, PARSE);
		assert_int_equal(test_callbacks.logs, 1);
		mail_free_address(&list);
		fs_give((void **)&in);
	}
}

/* Appended to what is there; a missing value has a name; RFC 2231 stays. */
static void
test_parse_parameter(void **state)
{
	PARAMETER *list = NIL;
	char first[] = "; a=b";
	char second[] = ";c=\"d \\\"e\\\"\" ; f ; g*0*=utf-8''%41;h=i j (k)";
	static const char *const want[] = { "A", "b", "C", "d \"e\"", "F",
		"MISSING_PARAMETER_VALUE", "G*0*", "utf-8''%41", "H", "i j" };
	size_t i = 0;

	(void)state;
	test_callbacks_reset();
	rfc822_parse_parameter(&list, first);
	assert_int_equal(test_callbacks.logs, 0);
	rfc822_parse_parameter(&list, second);
	assert_int_equal(test_callbacks.logs, 1);
	assert_int_equal(test_callbacks.log_level, PARSE);
	for (PARAMETER *p = list; p; p = p->next, i += 2) {
		assert_true(i < COUNT(want));
		assert_string_equal(p->attribute, want[i]);
		assert_string_equal(p->value, want[i + 1]);
	}
	assert_int_equal(i, COUNT(want));
	rfc822_parse_parameter(&list, NIL);
	mail_free_body_parameter(&list);
	rfc822_parse_parameter(&list, "");
	assert_null(list);
}

/* Results of codecs end in a NUL that is not counted. */
static void
test_codecs(void **state)
{
	unsigned long len = 9;
	void *p;

	(void)state;
	p = rfc822_base64((unsigned char *)" QU\r\nJD ", 8, &len);
	assert_int_equal(len, 3);
	assert_string_equal(p, "ABC");
	fs_give(&p);
	p = rfc822_base64((unsigned char *)"QU*D", 4, &len);
	assert_null(p);
	assert_int_equal(len, 0);
	p = rfc822_base64((unsigned char *)"QUI=C", 5, &len);
	if (p)
		fs_give(&p);
	/* Lines of 60 characters; nothing is one line. */
	p = rfc822_binary("", 0, &len);
	assert_int_equal(len, 2);
	assert_string_equal(p, "\r\n");
	fs_give(&p);
	for (unsigned long n = 44; n <= 46; n++) {
		static unsigned char zeros[46];

		p = rfc822_binary(zeros, n, &len);
		assert_int_equal(len, strlen(p));
		assert_int_equal(len, n <= 45 ? 62 : 62 + 6);
		assert_memory_equal((char *)p + 60, "\r\n", 2);
		fs_give(&p);
	}
	/* Bad sequences are passed through, and told once. */
	test_callbacks_reset();
	p = rfc822_qprint((unsigned char *)"a=zz=zz =41 \r\nb", 15, &len);
	assert_string_equal(p, "a=zz=zz A\r\nb");
	assert_int_equal(len, 12);
	assert_int_equal(test_callbacks.logs, 1);
	assert_int_equal(test_callbacks.log_level, PARSE);
	fs_give(&p);
	/* CRLF stays, TAB does not, no line passes 76 columns. */
	p = rfc822_8bit((unsigned char *)"\ta\r\n\351=", 6, &len);
	assert_string_equal(p, "=09a\r\n=E9=3D");
	fs_give(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_parameter),
		cmocka_unit_test(test_output_stringlist),
		cmocka_unit_test(test_output_address_line),
		cmocka_unit_test(test_output_address),
		cmocka_unit_test(test_output_header_bcc),
		cmocka_unit_test(test_parse_msg_full_exact),
		cmocka_unit_test(test_parse_msg_full_repeated),
		cmocka_unit_test(test_adrlist_faults),
		cmocka_unit_test(test_parse_parameter),
		cmocka_unit_test(test_codecs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
