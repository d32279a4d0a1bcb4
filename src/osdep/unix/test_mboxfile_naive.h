/*
 * test_mboxfile_naive.h - a mailbox file read the slow and obvious way, whole
 * and line by line, to check the parser against (formats/unix.md sections 1
 * to 4). For test_mboxfile_parse.c and fuzz_mboxfile.c.
 */
#ifndef TEST_MBOXFILE_NAIVE_H
#define TEST_MBOXFILE_NAIVE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mboxfile_from.h"
#include "mboxfile_parse.h"

struct naive_msg {
	size_t pos;   /* of the from-line */
	char *header; /* octets that clients see, LF as in the file */
	size_t header_len;
	char *text;
	size_t text_len;
	uint64_t size; /* both with CRLF line ends */
};

struct naive {
	struct naive_msg *msgs;
	size_t count;
};

/* Octets of the line at p, its LF included if it has one. */
static inline size_t
naive_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf ? (size_t)(lf - p) + 1 : (size_t)(end - p);
}

static inline bool
naive_is_from(const char *p, const char *end)
{
	size_t n = naive_line(p, end);
	struct mbox_from f;

	return n <= CC_MBOX_LINE_MAX && p[n - 1] == '\n' &&
	    cc_mbox_from_line(cc_span(p, n - 1), true, &f);
}

/* Is it one of our own lines, rightly spelt or not? */
static inline bool
naive_is_internal(const char *p, size_t n)
{
	static const char *const names[] = { "status", "x-status", "x-keywords",
		"x-uid", "x-imapbase", "x-imap" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t k = strlen(names[i]);

		if (n >= k && strncasecmp(p, names[i], k) == 0 &&
		    (n == k || p[k] == '\0' || strchr(": \t\r\n", p[k])))
			return true;
	}
	return false;
}

static inline uint64_t
naive_wire(const char *p, size_t n)
{
	uint64_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += p[i] == '\r' ? 0 : p[i] == '\n' ? 2 : 1;
	return size;
}

/* Reads one message at p; returns where the next begins. */
static inline const char *
naive_message(const char *start, const char *p, const char *end,
    struct naive_msg *m)
{
	bool hidden = false, empty = false;
	const char *text;
	size_t n;

	m->pos = (size_t)(p - start);
	p += naive_line(p, end);
	m->header = malloc((size_t)(end - p) + 1);
	m->header_len = 0;
	for (; p < end && !empty; p += n) {
		n = naive_line(p, end);
		empty = p[n - 1] == '\n' && naive_wire(p, n) == 2;
		if (*p != ' ' && *p != '\t')
			hidden = naive_is_internal(p, n);
		if (hidden && !empty)
			continue;
		memcpy(m->header + m->header_len, p, n);
		m->header_len += n;
	}
	text = p;
	while (p < end && !naive_is_from(p, end))
		p += naive_line(p, end);
	m->text_len = n = (size_t)(p - text);
	if (n >= 1 && text[n - 1] == '\n') {
		if (n == 1 || text[n - 2] == '\n')
			m->text_len = n - 1;
		else if (text[n - 2] == '\r' && (n == 2 || text[n - 3] == '\n'))
			m->text_len = n - 2;
	}
	m->text = malloc(m->text_len + 1);
	memcpy(m->text, text, m->text_len);
	m->size = naive_wire(m->header, m->header_len) +
	    naive_wire(m->text, m->text_len);
	return p;
}

/* False if it is no mailbox. All messages, also an internal-data message. */
static inline bool
naive_read(const char *start, size_t len, struct naive *out)
{
	const char *p = start, *end = start + len;
	size_t room = 0;

	*out = (struct naive){ NULL, 0 };
	while (p < end && strchr(" \t\r\n", *p) && *p)
		p++;
	if (p == end)
		return true;
	if ((p > start && p[-1] != '\n') || !naive_is_from(p, end))
		return false;
	while (p < end) {
		if (out->count == room) {
			room = room * 2 + 16;
			out->msgs =
			    realloc(out->msgs, room * sizeof(*out->msgs));
		}
		p = naive_message(start, p, end, &out->msgs[out->count++]);
	}
	return true;
}

static inline void
naive_free(struct naive *n)
{
	for (size_t i = 0; i < n->count; i++) {
		free(n->msgs[i].header);
		free(n->msgs[i].text);
	}
	free(n->msgs);
	*n = (struct naive){ NULL, 0 };
}

#endif
