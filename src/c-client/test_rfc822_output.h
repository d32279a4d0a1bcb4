/*
 * test_rfc822_output.h - writing through an RFC822BUFFER of each size, for
 * the tests of rfc822_output.c, rfc822_write*.c and rfc822_encode.c.
 */
#ifndef TEST_RFC822_OUTPUT_H
#define TEST_RFC822_OUTPUT_H

#include "fs.h"
#include "mail.h"
#include "misc.h"
#include "rfc822.h"
#include "strbuf.h"
#include "test_callbacks.h"
#include "test_util.h"

/* What the routine got; refuses after `most` calls. */
struct sink {
	struct strbuf text;
	unsigned calls, most;
};

static inline long
take(void *stream, char *string)
{
	struct sink *sink = stream;

	if (sink->calls++ >= sink->most)
		return NIL;
	cc_strbuf_puts(&sink->text, string);
	return LONGT;
}

static inline void
sink_init(struct sink *sink)
{
	*sink = (struct sink){ .most = (unsigned)-1 };
	cc_strbuf_init(&sink->text, SIZE_MAX);
}

/* A buffer of `size` octets and the one for the NUL, in a block of its own. */
static inline RFC822BUFFER
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
static inline void
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

static inline ENVELOPE *
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

struct header_arg {
	ENVELOPE *env;
	BODY *body;
	long flags;
};

static inline PARAMETER *
new_parameter(const char *attribute, const char *value, PARAMETER *next)
{
	PARAMETER *param = mail_newbody_parameter();

	param->attribute = cpystr(attribute);
	param->value = cpystr(value);
	param->next = next;
	return param;
}

#endif
