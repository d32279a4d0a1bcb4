/*
 * test_rfc822_output.c - writing words, addresses and headers through an
 * RFC822BUFFER.
 */
#include "test_rfc822_output.h"

static long
write_cat(RFC822BUFFER *buf, const void *arg)
{
	return rfc822_output_cat(buf, (char *)(uintptr_t)arg, NIL);
}

static void
test_cve_2008_5514_buffer_filled_exactly(void **state)
{
	(void)state;
	check_sizes(write_cat, "x", "x");
	check_sizes(write_cat, "abcdefgh", "abcdefgh");
	check_sizes(write_cat, "a \"quoted\" word",
	    "\"a \\\"quoted\\\" word\"");
}

static void
test_refused(void **state)
{
	struct sink sink;
	RFC822BUFFER buf;

	(void)state;
	for (unsigned most = 0; most < 3; most++) {
		sink_init(&sink);
		sink.most = most;
		buf = new_buffer(&sink, 2);
		assert_int_equal(rfc822_output_cat(&buf, "abcdefgh", NIL), NIL);
		assert_int_equal(sink.calls, most + 1);
		cc_strbuf_free(&sink.text);
		free(buf.beg);
	}
	/* No octet fits. */
	sink_init(&sink);
	buf = new_buffer(&sink, 0);
	assert_int_equal(rfc822_output_cat(&buf, "a", NIL), NIL);
	assert_int_equal(rfc822_output_flush(&buf), LONGT);
	cc_strbuf_free(&sink.text);
	free(buf.beg);
}

static const struct {
	char *src;
	const char *specials, *want;
} words[] = {
	{ "", NULL, "\"\"" },
	{ "", "x", "\"\"" },
	{ "fred", NULL, "fred" },
	{ "fred.j", NULL, "fred.j" },
	{ ".fred", NULL, "\".fred\"" },
	{ "fred.", NULL, "\"fred.\"" },
	{ "fr..ed", NULL, "\"fr..ed\"" },
	{ "fred j", NULL, "\"fred j\"" },
	{ "a@b", NULL, "\"a@b\"" },
	{ "a\tb", NULL, "\"a\tb\"" },
	{ "a\"b\\c", NULL, "\"a\\\"b\\\\c\"" },
	{ "M\xc3\xbcller", NULL, "M\xc3\xbcller" },
	{ "fred j", "x", "fred j" },
	{ "fixed", "x", "\"fixed\"" },
	{ " x", "y", "\" x\"" },
	{ "x ", "y", "\"x \"" },
	/* A line end would begin a field. */
	{ "a\r\nBcc: x", "y", "aBcc: x" },
	{ "a\r\nb\n", NULL, "\"ab\"" },
};

static void
test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct sink sink;
		RFC822BUFFER buf;

		sink_init(&sink);
		buf = new_buffer(&sink, 100);
		assert_int_equal(rfc822_output_cat(&buf, words[i].src,
				     words[i].specials),
		    LONGT);
		rfc822_output_flush(&buf);
		assert_string_equal(cc_strbuf_str(&sink.text), words[i].want);
		cc_strbuf_free(&sink.text);
		free(buf.beg);
	}
}

/* Lists as they are read and written. */
static const struct {
	const char *in, *plain, *pretty; /* pretty: NULL as plain */
} lists[] = {
	{ "", "", NULL },
	{ "a@b", "a@b", NULL },
	{ "a@b,c@d", "a@b, c@d", NULL },
	{ "a", "a", NULL },
	{ "Fred Bloggs <f@x>", "Fred Bloggs <f@x>", NULL },
	{ "\"John Q. Public\" <j@x>", "\"John Q. Public\" <j@x>", NULL },
	{ "\"a b\"@x", "\"a b\"@x", NULL },
	{ "f@x (Fred)", "Fred <f@x>", NULL },
	{ "<@a,@b:c@d>", "<@a,@b:c@d>", NULL },
	{ "=?utf-8?q?M=C3=BC?= <m@x>", "=?utf-8?q?M=C3=BC?= <m@x>", NULL },
	{ "Undisclosed recipients:;", "Undisclosed recipients:;", NULL },
	{ "x@y, g: a@b, C <c@d>; , z@y", "x@y, g: a@b, C <c@d>;, z@y",
	    "x@y, g:;, z@y" },
	{ "g: a@b", "g: a@b;", "g:;" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbb, c@d, "
	  "eeeeeeeeeeeeeeeeeeee@x, f@y",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbb, c@d, "
	    "eeeeeeeeeeeeeeeeeeee@x, f@y",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbb, c@d,\r\n"
	    "    eeeeeeeeeeeeeeeeeeee@x, f@y" },
};

struct list_arg {
	ADDRESS *list;
	long pretty;
};

static long
write_list(RFC822BUFFER *buf, const void *arg)
{
	const struct list_arg *list = arg;

	return rfc822_output_address_list(buf, list->list, list->pretty, NIL);
}

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct list_arg arg = { NIL, NIL };
		char *in = cpystr(lists[i].in);

		rfc822_parse_adrlist(&arg.list, in, NIL);
		check_sizes(write_list, &arg, lists[i].plain);
		arg.pretty = 4;
		check_sizes(write_list, &arg,
		    lists[i].pretty ? lists[i].pretty : lists[i].plain);
		mail_free_address(&arg.list);
		fs_give((void **)&in);
	}
}

/* Lines get 78 columns, where there is a choice. */
static void
test_columns(void **state)
{
	struct list_arg arg = { NIL, 1 };
	char *in;

	(void)state;
	for (size_t len = 1; len < 90; len++) {
		struct sink sink;
		RFC822BUFFER buf;
		const char *p, *end;

		in = fs_get(2 * len + 20);
		memset(in, 'a', 2 * len);
		in[len] = ',';
		memcpy(in + 2 * len, ", b, c, d", 10);
		rfc822_parse_adrlist(&arg.list, in, NIL);
		sink_init(&sink);
		buf = new_buffer(&sink, 4096);
		rfc822_output_cat(&buf, "To", NIL);
		arg.pretty = 4;
		write_list(&buf, &arg);
		rfc822_output_flush(&buf);
		for (p = cc_strbuf_str(&sink.text); *p; p = end) {
			end = strstr(p, "\r\n");
			end = end ? end + 2 : p + strlen(p);
			assert_true(end - p <= 80 || len > 72);
			assert_true(p == sink.text.data || p[0] == ' ');
		}
		cc_strbuf_free(&sink.text);
		free(buf.beg);
		mail_free_address(&arg.list);
		fs_give((void **)&in);
	}
}

static void
test_address(void **state)
{
	struct sink sink;
	RFC822BUFFER buf;
	ADDRESS adr = { .personal = "No", .mailbox = "a", .host = "@" };

	(void)state;
	sink_init(&sink);
	buf = new_buffer(&sink, 100);
	rfc822_output_address(&buf, &adr);
	adr.host = " x\r\n y";
	rfc822_output_address(&buf, &adr);
	adr.mailbox = NIL;
	adr.host = "h";
	rfc822_output_address(&buf, &adr);
	/* The start and the end of a group are no addresses. */
	adr.host = NIL;
	rfc822_output_address(&buf, &adr);
	rfc822_output_flush(&buf);
	assert_string_equal(cc_strbuf_str(&sink.text), "aa@ x y\"\"@h");
	cc_strbuf_free(&sink.text);
	free(buf.beg);
}

static const struct {
	char *text;
	long resent;
	const char *want;
} lines[] = {
	{ NULL, NIL, "" },
	{ "", NIL, "X: \r\n" },
	{ "text", NIL, "X: text\r\n" },
	{ "text", LONGT, "ReSent-X: text\r\n" },
	{ "a\r\n b\r\n\tc", NIL, "X: a\r\n b\r\n\tc\r\n" },
	{ "a\n b", NIL, "X: a\r\n b\r\n" },
	{ "a\r\n", NIL, "X: a\r\n" },
	/* No field begins in a text, no header ends. */
	{ "a\r\nBcc: b", NIL, "X: a\r\n Bcc: b\r\n" },
	{ "a\rBcc: b", NIL, "X: a\r\n Bcc: b\r\n" },
	{ "a\n\nbody", NIL, "X: a\r\n body\r\n" },
};

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct sink sink;
		RFC822BUFFER buf;

		sink_init(&sink);
		buf = new_buffer(&sink, 100);
		rfc822_output_header_line(&buf, "X", lines[i].resent,
		    lines[i].text);
		rfc822_output_flush(&buf);
		assert_string_equal(cc_strbuf_str(&sink.text), lines[i].want);
		cc_strbuf_free(&sink.text);
		free(buf.beg);
	}
}

#define HEADER_START(p)                                                        \
	p "Newsgroups: a.b,c.d\r\n" p                                          \
	  "Date: Mon, 5 Mar 2024 09:01:02 +0100\r\n" p "From: A <a@x>\r\n" p   \
	  "Sender: s@x\r\n" p "Reply-To: r@x\r\n" p "Subject: about this\r\n"
#define HEADER_END(p)                                                          \
	p "To: t@x, u@x\r\n" p "cc: c@x\r\n" p "In-Reply-To: <1@x>\r\n" p      \
	  "Message-ID: <2@x>\r\n" p "Followup-to: a.b\r\n" p                   \
	  "References: <0@x> <1@x>\r\n"

static long
write_header(RFC822BUFFER *buf, const void *arg)
{
	const struct header_arg *h = arg;

	return rfc822_output_header(buf, h->env, h->body, NIL, h->flags);
}

static void
test_header(void **state)
{
	struct header_arg arg = { new_envelope(), NIL, NIL };

	(void)state;
	check_sizes(write_header, &arg, HEADER_START("") HEADER_END("") "\r\n");
	arg.flags = LONGT;
	check_sizes(write_header, &arg,
	    HEADER_START("") "Bcc: b@x\r\n" HEADER_END("") "\r\n");
	arg.flags = NIL;
	arg.body = mail_newbody();
	check_sizes(write_header, &arg,
	    HEADER_START("") HEADER_END(
		"") "MIME-Version: 1.0\r\n"
		    "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n");
	/* What is sent again keeps its own MIME fields. */
	arg.env->remail = cpystr("Subject: old\r\nX: y\r\n\r\n");
	check_sizes(write_header, &arg,
	    "Subject: old\r\nX: y\r\n" HEADER_START("ReSent-")
		HEADER_END("ReSent-") "\r\n");
	mail_free_body(&arg.body);
	mail_free_envelope(&arg.env);
	arg.env = mail_newenvelope();
	check_sizes(write_header, &arg, "\r\n");
	mail_free_envelope(&arg.env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cve_2008_5514_buffer_filled_exactly),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
