/*
 * test_rfc822_output.c - writing messages through an RFC822BUFFER.
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "mail_params.h"
#include "mime_param.h"
#include "misc.h"
#include "fs.h"
#include "rfc822.h"
#include "rfc822_write.h"
#include "strbuf.h"
#include "test_callbacks.h"
#include "test_util.h"

/* What the routine got; refuses after `most` calls. */
struct sink {
	struct strbuf text;
	unsigned calls, most;
};

static long
take(void *stream, char *string)
{
	struct sink *sink = stream;

	if (sink->calls++ >= sink->most)
		return NIL;
	cc_strbuf_puts(&sink->text, string);
	return LONGT;
}

static void
sink_init(struct sink *sink)
{
	*sink = (struct sink){ .most = (unsigned)-1 };
	cc_strbuf_init(&sink->text, SIZE_MAX);
}

/* A buffer of `size` octets and the one for the NUL, in a block of its own. */
static RFC822BUFFER
new_buffer(struct sink *sink, size_t size)
{
	RFC822BUFFER buf = { .f = take, .s = sink };

	buf.beg = buf.cur = malloc(size + 1);
	assert_non_null(buf.beg);
	buf.end = buf.beg + size;
	return buf;
}

/* The same text comes out whatever the size of the buffer; nothing is written
 * behind the octet after its end (the sanitizers and valgrind watch). */
static void
check_sizes(long (*write)(RFC822BUFFER *buf, const void *arg), const void *arg,
    const char *want)
{
	size_t len = strlen(want);

	for (size_t size = 1; size <= len + 2; size++) {
		struct sink sink;
		RFC822BUFFER buf;

		sink_init(&sink);
		buf = new_buffer(&sink, size);
		assert_int_equal((*write)(&buf, arg), LONGT);
		assert_in_range(buf.cur - buf.beg, 0, size);
		assert_int_equal(rfc822_output_flush(&buf), LONGT);
		assert_ptr_equal(buf.cur, buf.beg);
		assert_string_equal(cc_strbuf_str(&sink.text), want);
		/* Each was full but the last; two that end a message may have
		 * nothing. */
		assert_in_range(sink.calls, (len + size - 1) / size,
		    len / size + 2);
		cc_strbuf_free(&sink.text);
		free(buf.beg);
	}
}

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

static ENVELOPE *
new_envelope(void)
{
	static char header[] =
	    "Newsgroups: a.b, c.d\r\nDate: Mon, 5 Mar 2024 09:01:02 +0100\r\n"
	    "From: A <a@x>\r\nSender: s@x\r\nReply-To: r@x\r\n"
	    "Subject: about\r\n this\r\nTo: t@x, u@x\r\ncc: c@x\r\n"
	    "Bcc: b@x\r\nIn-Reply-To: <1@x>\r\nMessage-ID: <2@x>\r\n"
	    "Followup-To: a.b\r\nReferences: <0@x> <1@x>\r\n\r\n";
	ENVELOPE *env;

	rfc822_parse_msg(&env, NIL, header, strlen(header), NIL, NIL, NIL);
	return env;
}

#define HEADER_START(p)                                                        \
	p "Newsgroups: a.b,c.d\r\n" p                                          \
	  "Date: Mon, 5 Mar 2024 09:01:02 +0100\r\n" p "From: A <a@x>\r\n" p   \
	  "Sender: s@x\r\n" p "Reply-To: r@x\r\n" p "Subject: about this\r\n"
#define HEADER_END(p)                                                          \
	p "To: t@x, u@x\r\n" p "cc: c@x\r\n" p "In-Reply-To: <1@x>\r\n" p      \
	  "Message-ID: <2@x>\r\n" p "Followup-to: a.b\r\n" p                   \
	  "References: <0@x> <1@x>\r\n"

struct header_arg {
	ENVELOPE *env;
	BODY *body;
	long flags;
};

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

static PARAMETER *
new_parameter(const char *attribute, const char *value, PARAMETER *next)
{
	PARAMETER *param = mail_newbody_parameter();

	param->attribute = cpystr(attribute);
	param->value = cpystr(value);
	param->next = next;
	return param;
}

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
		cmocka_unit_test(test_cve_2008_5514_buffer_filled_exactly),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_body_header),
		cmocka_unit_test(test_body_header_folds),
		cmocka_unit_test(test_parameter_in_pieces),
		cmocka_unit_test(test_coded_parameter_is_left),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_long_addresses),
		cmocka_unit_test(test_parameters_alone),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_encode_message),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_read_again),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_own_routines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
