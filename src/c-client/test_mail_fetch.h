/*
 * test_mail_fetch.h - a mailbox of four messages, with both kinds of driver,
 * for the tests of mail_fetch*.c.
 */
#ifndef TEST_MAIL_FETCH_H
#define TEST_MAIL_FETCH_H

#include "test_driver.h"

#define HEADER_1                                                               \
	"From: Ann Other <ann@example.com>\n"                                  \
	"X-Hidden: 1\n"                                                        \
	"To: Bo <bo@example.com>, group: c@example.com, d;\n"                  \
	"Subject: tea\n"                                                       \
	" time\n"                                                              \
	"Date: Tue, 5 Mar 2024 09:01:02 +0000\n"                               \
	"Message-ID: <1@example.com>\n"                                        \
	"Content-Type: multipart/mixed; boundary=\"b1\"\n"                     \
	"X-Hidden: 2\n"                                                        \
	"X-Hidden: 3\n"                                                        \
	"\n"
#define WIRE_1                                                                 \
	"From: Ann Other <ann@example.com>\r\n"                                \
	"To: Bo <bo@example.com>, group: c@example.com, d;\r\n"                \
	"Subject: tea\r\n"                                                     \
	" time\r\n"                                                            \
	"Date: Tue, 5 Mar 2024 09:01:02 +0000\r\n"                             \
	"Message-ID: <1@example.com>\r\n"                                      \
	"Content-Type: multipart/mixed; boundary=\"b1\"\r\n"                   \
	"\r\n"
#define INNER_HEADER                                                           \
	"Subject: inner\n"                                                     \
	"From: in@example.com\n"                                               \
	"Content-Type: multipart/alternative; boundary=b2\n"                   \
	"\n"
#define INNER_TEXT                                                             \
	"--b2\n"                                                               \
	"Content-Type: text/plain\n"                                           \
	"\n"                                                                   \
	"plain\n"                                                              \
	"--b2\n"                                                               \
	"Content-Type: text/html\n"                                            \
	"\n"                                                                   \
	"<p>\n"                                                                \
	"--b2--"
#define TEXT_1                                                                 \
	"preamble\n"                                                           \
	"--b1\n"                                                               \
	"\n"                                                                   \
	"part one\n"                                                           \
	"--b1\n"                                                               \
	"Content-Type: message/rfc822\n"                                       \
	"\n" INNER_HEADER INNER_TEXT "\n"                                      \
	"--b1\n"                                                               \
	"Content-Type: message/rfc822\n"                                       \
	"\n"                                                                   \
	"Subject: single\n"                                                    \
	"\n"                                                                   \
	"single\n"                                                             \
	"text\n"                                                               \
	"--b1--\n"                                                             \
	"epilogue\n"

#define HEADER_2 "Subject: plain\nX-Hidden: 1\n\n"
#define TEXT_2 "one\n\ntwo\n"

#define HEADER_3 "Content-Type: message/rfc822\n\n"
#define TEXT_3 "Subject: enclosed\n\nenclosed text"

enum kind { BODY_OF, MIME_OF, HEADER_OF, TEXT_OF };

static char *drivers[] = { "mem:box", "old:box" };

static inline struct mem_box *
setup_box(void)
{
	struct mem_box *box = mem_setup();

	mem_add(box, fOLD, HEADER_1, TEXT_1);
	mem_add(box, fOLD, HEADER_2, TEXT_2);
	mem_add(box, fOLD, HEADER_3, TEXT_3);
	mem_add(box, fOLD, "\n", "");
	return box;
}

/* The same with CRLF. */
static inline const char *
wire(const char *lf)
{
	static char text[4096];
	size_t n = 0;

	for (; *lf; lf++) {
		if (*lf == '\n')
			text[n++] = '\r';
		text[n++] = *lf;
		assert_true(n < sizeof(text) - 2);
	}
	text[n] = '\0';
	return text;
}

static inline char *
fetch(MAILSTREAM *stream, enum kind kind, unsigned long msgno, char *section,
    unsigned long *len, long flags)
{
	switch (kind) {
	case BODY_OF:
		return mail_fetch_body(stream, msgno, section, len, flags);
	case MIME_OF:
		return mail_fetch_mime(stream, msgno, section, len, flags);
	case HEADER_OF:
		return mail_fetch_header(stream, msgno, section, NIL, len,
		    flags);
	case TEXT_OF:
	default:
		return mail_fetch_text(stream, msgno, section, len, flags);
	}
}

static inline STRINGLIST *
lines_of(char *first, char *second)
{
	STRINGLIST *lines = mail_newstringlist();

	cpytxt(&lines->text, first, strlen(first));
	if (second) {
		lines->next = mail_newstringlist();
		cpytxt(&lines->next->text, second, strlen(second));
	}
	return lines;
}

#endif
