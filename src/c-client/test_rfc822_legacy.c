/*
 * test_rfc822_legacy.c - writers into buffers of SENDBUFLEN octets.
 */
#include "fs.h"
#include "misc.h"
#include "rfc822.h"
#include "strbuf.h"
#include "test_callbacks.h"
#include "test_util.h"

/* As old programs declare them. */
extern const char *specials, *rspecials, *wspecials, *tspecials;

/* A buffer as programs have it, in a block of its own; text stands in it. */
static char *
new_buffer(const char *text)
{
	char *buf = malloc(SENDBUFLEN);

	assert_non_null(buf);
	memset(buf, '#', SENDBUFLEN);
	memcpy(buf, text, strlen(text) + 1);
	return buf;
}

/* n addresses "aaa...@x" of `width` octets each. */
static ADDRESS *
new_list(size_t n, size_t width)
{
	ADDRESS *list = NIL, **tail = &list;

	for (; n > 0; n--, tail = &(*tail)->next) {
		*tail = mail_newaddr();
		(*tail)->host = cpystr("x");
		(*tail)->mailbox = fs_get(width - 1);
		memset((*tail)->mailbox, 'a', width - 2);
		(*tail)->mailbox[width - 2] = '\0';
	}
	return list;
}

static void
check_log(unsigned logs)
{
	assert_int_equal(test_callbacks.logs, logs);
	if (logs)
		assert_int_equal(test_callbacks.log_level, ERROR);
	test_callbacks_reset();
}

static void
test_small(void **state)
{
	char *buf = new_buffer("To: "), *end;
	ADDRESS *list = new_list(3, 30);
	ENVELOPE env = { .remail = NIL };

	(void)state;
	test_callbacks_reset();
	end = rfc822_write_address(buf, list);
	assert_ptr_equal(end, buf + 4 + 3 * 30 + 2 * 2);
	assert_string_equal(buf + 4 + 30 + 32,
	    ", aaaaaaaaaaaaaaaaaaaaaaaaaaaa@x");
	buf[4] = '\0';
	end = rfc822_write_address_full(buf, list, buf);
	assert_string_equal(buf + 4 + 30 + 32,
	    ",\r\n    aaaaaaaaaaaaaaaaaaaaaaaaaaaa@x");
	assert_ptr_equal(end, buf + strlen(buf));
	buf[0] = '\0';
	rfc822_address(buf, list);
	rfc822_cat(buf, "a b", NIL);
	rfc822_cat(buf, "a b", "?");
	rfc822_address(buf, NIL);
	assert_string_equal(buf, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa@x\"a b\"a b");
	end = buf;
	rfc822_header_line(&end, "Subject", &env, "x");
	rfc822_header_line(&end, "Subject", &env, NIL);
	mail_free_address(&list->next);
	env.remail = buf;
	rfc822_address_line(&end, "To", &env, list);
	assert_string_equal(buf,
	    "Subject: x\r\nReSent-To: aaaaaaaaaaaaaaaaaaaaaaaaaaaa@x\r\n");
	assert_ptr_equal(end, buf + strlen(buf));
	check_log(0);
	mail_free_address(&list);
	free(buf);
}

static void
test_specials(void **state)
{
	const char *const sets[] = { specials, rspecials, wspecials,
		tspecials };
	/* By set: does the octet want quotes? */
	static const struct {
		char *word;
		const char *quoted;
	} cases[] = {
		{ "a b", "ynyy" },
		{ "a.b", "yyyn" },
		{ "a/b", "nnny" },
		{ "a=b", "nnny" },
		{ "a@b", "yyyy" },
		{ "a\001b", "yyyy" },
		{ "a\177b", "yyyy" },
		{ "a\200b", "nnnn" },
		{ "a-b", "nnnn" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t k = 0; k < COUNT(sets); k++) {
			char *buf = new_buffer("");

			rfc822_cat(buf, cases[i].word, sets[k]);
			assert_int_equal(buf[0] == '"',
			    cases[i].quoted[k] == 'y');
			assert_int_equal(strlen(buf),
			    strlen(cases[i].word) +
				(cases[i].quoted[k] == 'y' ? 2 : 0));
			free(buf);
		}
}

/* As many addresses as fit are there, whole; mm_log says that some are not. */
static void
test_cve_2008_2829_long_address_list(void **state)
{
	(void)state;
	for (size_t width = 30; width < 50; width++) {
		size_t fit = (SENDBUFLEN - 1 - 4 + 2) / (width + 2);

		for (size_t n = fit - 1; n < fit + 2; n++) {
			ADDRESS *list = new_list(n, width), *again = NIL;
			char *buf = new_buffer("To: "), *end;
			size_t count = 0;

			test_callbacks_reset();
			end = rfc822_write_address(buf, list);
			assert_int_equal(strlen(buf), end - buf);
			check_log(n > fit);
			rfc822_parse_adrlist(&again, buf + 4, NIL);
			for (ADDRESS *a = again; a; a = a->next, count++)
				assert_string_equal(a->mailbox, list->mailbox);
			assert_int_equal(count, n > fit ? fit : n);
			mail_free_address(&again);
			mail_free_address(&list);
			free(buf);
		}
	}
}

/* A group that does not fit is left out whole. */
static void
test_cve_2008_2829_group(void **state)
{
	ADDRESS *list = new_list(1, 30), *members = new_list(1000, 30), *last;
	char *buf = new_buffer("");

	(void)state;
	test_callbacks_reset();
	list->next = mail_newaddr();
	list->next->mailbox = cpystr("group");
	list->next->next = members;
	for (last = members; last->next; last = last->next)
		;
	last->next = mail_newaddr();
	rfc822_write_address(buf, list);
	assert_string_equal(buf, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa@x");
	check_log(1);
	mail_free_address(&list);
	free(buf);
}

/* One text of `len` octets through each writer. */
static void
check_one(size_t len)
{
	char *text = fs_get(len + 1), *buf = new_buffer(""), *end = buf;
	size_t most = SENDBUFLEN - 1;
	ADDRESS adr = { .mailbox = text, .host = "@" };
	BODY *body = mail_newbody();

	memset(text, 'a', len);
	text[len] = '\0';
	test_callbacks_reset();
	rfc822_cat(buf, text, NIL);
	assert_int_equal(strlen(buf), len <= most ? len : 0);
	check_log(len > most);
	buf[0] = '\0';
	rfc822_address(buf, &adr);
	assert_int_equal(strlen(buf), len <= most ? len : 0);
	check_log(len > most);
	rfc822_header_line(&end, "X", NIL, text);
	assert_true(end == buf || end == buf + len + 5);
	assert_in_range(end - buf, 0, most - MAILTMPLEN);
	check_log(end == buf);
	end = buf;
	rfc822_address_line(&end, "X", NIL, &adr);
	assert_true(end == buf || end == buf + len + 5);
	check_log(end == buf);
	end = buf;
	body->description = text;
	rfc822_write_body_header(&end, body);
	assert_in_range(end - buf, 44, most - MAILTMPLEN);
	assert_memory_equal(end - 2, "\r\n", 3);
	check_log(end - buf < (long)len);
	body->description = NIL;
	mail_free_body(&body);
	fs_give((void **)&text);
	free(buf);
}

static void
test_cve_2008_2829_long_texts(void **state)
{
	(void)state;
	for (size_t len = SENDBUFLEN - MAILTMPLEN - 80;
	     len < SENDBUFLEN - MAILTMPLEN + 20; len++)
		check_one(len);
	for (size_t len = SENDBUFLEN - 5; len < SENDBUFLEN + 5; len++)
		check_one(len);
	check_one(1024 * 1024);
}

/* A header that does not fit has whole fields and its empty line. */
static void
test_cve_2008_2829_header(void **state)
{
	(void)state;
	for (size_t len = SENDBUFLEN - 40; len < SENDBUFLEN + 5; len++) {
		ENVELOPE *env = mail_newenvelope();
		char *buf = new_buffer(""), *text;
		/* "Subject: ", CRLF, "References: <1@x>" CRLF, CRLF */
		bool fits = len + 9 + 2 + 19 + 2 <= SENDBUFLEN - 1;

		text = fs_get(len + 1);
		memset(text, 'a', len);
		text[len] = '\0';
		env->subject = text;
		env->references = cpystr("<1@x>");
		test_callbacks_reset();
		rfc822_header(buf, env, NIL);
		assert_in_range(strlen(buf), 2, SENDBUFLEN - 1);
		assert_string_equal(buf + strlen(buf) - 2, "\r\n");
		assert_int_equal(strstr(buf, "References: <1@x>\r\n\r\n") !=
			NULL,
		    fits);
		check_log(!fits);
		mail_free_envelope(&env);
		free(buf);
	}
}

/* Buffers that are full already, or more than that. */
static void
test_full_before(void **state)
{
	ADDRESS *list = new_list(1, 30);
	char *buf = malloc(SENDBUFLEN + 100);

	(void)state;
	assert_non_null(buf);
	for (size_t used = SENDBUFLEN - 32; used < SENDBUFLEN + 50; used++) {
		bool fits = used + 30 <= SENDBUFLEN - 1;

		memset(buf, 'b', used);
		buf[used] = '\0';
		test_callbacks_reset();
		rfc822_write_address(buf, list);
		assert_int_equal(strlen(buf), fits ? used + 30 : used);
		check_log(!fits);
	}
	free(buf);
	mail_free_address(&list);
}

static long
take(void *stream, char *string)
{
	cc_strbuf_puts(stream, string);
	return LONGT;
}

static void
test_output(void **state)
{
	ENVELOPE *env = mail_newenvelope();
	BODY *body = mail_newbody();
	char *buf = new_buffer("");
	struct strbuf text;

	(void)state;
	cc_strbuf_init(&text, SIZE_MAX);
	env->subject = cpystr("x");
	body->contents.text.data = fs_get(40000);
	memset(body->contents.text.data, 'a', 39999);
	body->contents.text.data[39999] = '\0';
	assert_int_equal(rfc822_output(buf, env, body, take, &text, NIL),
	    LONGT);
	assert_int_equal(text.len,
	    39999 +
		strlen("Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: "
		       "TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n"));
	cc_strbuf_reset(&text);
	assert_int_equal(rfc822_output_body(body, take, &text), LONGT);
	assert_int_equal(text.len, 39999);
	cc_strbuf_free(&text);
	mail_free_body(&body);
	mail_free_envelope(&env);
	free(buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_specials),
		cmocka_unit_test(test_cve_2008_2829_long_address_list),
		cmocka_unit_test(test_cve_2008_2829_group),
		cmocka_unit_test(test_cve_2008_2829_long_texts),
		cmocka_unit_test(test_cve_2008_2829_header),
		cmocka_unit_test(test_full_before),
		cmocka_unit_test(test_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
