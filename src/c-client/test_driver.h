/*
 * test_driver.h - a mailbox format in memory, for unit tests of the core.
 *
 * Two drivers serve the same mailboxes: "mem" has a fast table and nothing
 * else of what fetches and stores, "old" has the members of the public API and
 * no fast table. Mailboxes are named "mem:NAME" and "old:NAME".
 *
 * Each file that includes this has its own copy of all of it.
 */
#ifndef TEST_DRIVER_H
#define TEST_DRIVER_H

#include "cc_err.h"
#include "fs.h"
#include "mail_fast.h"
#include "mail_generic.h"
#include "mail_text.h"
#include "misc.h"
#include "osdep.h"
#include "test_callbacks.h"
#include "test_util.h"

#ifndef MEM_MESSAGES
#define MEM_MESSAGES 16 /* of a mailbox, at most */
#endif

struct mem_message {
	uint32_t uid;
	unsigned flags;
	uint32_t keywords;
	struct imap_date date;
	const char *header; /* LF line ends, with the empty line */
	const char *text;   /* LF line ends */
};

struct mem_box {
	const char *name;
	unsigned long count;
	struct mem_message messages[MEM_MESSAGES];
	unsigned long validity, uid_last;
	bool refuse_open;    /* open answers NIL */
	bool changed;        /* next answers CC_ECHANGED */
	bool text_changed;   /* the same, for texts only */
	size_t span;         /* octets of a span at most; 0: all there are */
	const char *keyword; /* the first keyword */
	bool create;         /* keywords may be made */
};

/* What tests look at: what was called, and with what. */
static char mem_calls[4096];
static char mem_text[65536];
static struct mem_box mem_boxes[4];
static size_t mem_box_count;

/* Positions of a message: far apart, the text behind the header. Lines of the
 * header that begin "X-Hidden" are the driver's own. */
#define MEM_POS(msgno) ((uint64_t)(msgno)*1000000 + 17)

static DRIVER mem_driver, old_driver;
static MAILSTREAM mem_proto = { .dtb = &mem_driver };
static MAILSTREAM old_proto = { .dtb = &old_driver };

static void
mem_call(const char *what)
{
	size_t len = strlen(mem_calls);

	snprintf(mem_calls + len, sizeof(mem_calls) - len, "%s\n", what);
}

static struct mem_box *
mem_find(const char *name)
{
	for (size_t i = 0; i < mem_box_count; i++)
		if (strlen(name) > 4 && !strcmp(name + 4, mem_boxes[i].name))
			return &mem_boxes[i];
	return NULL;
}

static struct mem_message *
mem_message(MAILSTREAM *stream, unsigned long msgno)
{
	struct mem_box *box = stream->local;

	return &box->messages[msgno - 1];
}

static DRIVER *
mem_valid(char *mailbox)
{
	return !strncmp(mailbox, "mem:", 4) && mem_find(mailbox) ? &mem_driver
								 : NIL;
}

static DRIVER *
old_valid(char *mailbox)
{
	return !strncmp(mailbox, "old:", 4) && mem_find(mailbox) ? &old_driver
								 : NIL;
}

static void *
mem_parameters(long function, void *value)
{
	(void)function;
	(void)value;
	return NIL;
}

static void
mem_list(MAILSTREAM *stream, char *ref, char *pat)
{
	char text[256];

	snprintf(text, sizeof(text), "list %s %s", ref ? ref : "NIL", pat);
	mem_call(text);
	(void)stream;
}

static void
mem_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	(void)stream;
	(void)ref;
	(void)pat;
	mem_call("lsub");
}

static MAILSTREAM *
mem_open(MAILSTREAM *stream)
{
	struct mem_box *box;
	unsigned long recent = 0;

	if (!stream)
		return &mem_proto;
	mem_call("open");
	box = mem_find(stream->mailbox);
	if (box->refuse_open)
		return NIL;
	stream->local = box;
	stream->uid_validity = box->validity;
	stream->uid_last = box->uid_last;
	stream->kwd_create = box->create;
	stream->user_flags[0] = cpystr(box->keyword);
	mail_exists(stream, box->count);
	for (unsigned long i = 0; i < box->count; i++)
		recent += !(box->messages[i].flags & fOLD);
	mail_recent(stream, recent);
	return stream;
}

static MAILSTREAM *
old_open(MAILSTREAM *stream)
{
	MESSAGECACHE *elt;
	struct mem_message *m;

	if (!stream)
		return &old_proto;
	if (!mem_open(stream))
		return NIL;
	for (unsigned long i = 1; i <= stream->nmsgs; i++) {
		elt = mail_elt(stream, i);
		m = mem_message(stream, i);
		elt->private.uid = m->uid;
		cc_mail_elt_set_flags(elt, m->flags, m->keywords);
		cc_mail_elt_set_date(elt, &m->date);
	}
	return stream;
}

static void
mem_close(MAILSTREAM *stream, long options)
{
	mem_call(options & CL_EXPUNGE ? "close expunge" : "close");
	stream->local = NIL;
}

static long
mem_ping(MAILSTREAM *stream)
{
	mem_call("ping");
	return stream->local != NIL;
}

static void
mem_check(MAILSTREAM *stream)
{
	(void)stream;
	mem_call("check");
}

static int
mem_record(MAILSTREAM *stream, unsigned long msgno, struct mail_record *r)
{
	struct mem_message *m = mem_message(stream, msgno);

	*r = (struct mail_record){ m->uid, m->flags, m->keywords };
	return 0;
}

/* Octets of a text when sent; hidden lines are not. */
static uint64_t
mem_wire_size(const char *text, bool header)
{
	uint64_t size = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		bool end = text[len] == '\n';

		if (!header || strncmp(text, "X-Hidden", 8))
			size += len + (end ? 2 : 0);
		text += len + end;
	}
	return size;
}

static int
mem_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r)
{
	struct mem_message *m = mem_message(stream, msgno);

	*size_r =
	    mem_wire_size(m->header, true) + mem_wire_size(m->text, false);
	return 0;
}

static int
mem_date(MAILSTREAM *stream, unsigned long msgno, struct imap_date *date_r)
{
	*date_r = mem_message(stream, msgno)->date;
	return 0;
}

static int
mem_locate(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    uint64_t *pos_r, uint64_t *end_r)
{
	struct mem_message *m = mem_message(stream, msgno);
	uint64_t text = MEM_POS(msgno) + strlen(m->header);

	*pos_r = what == MAIL_HEADER ? MEM_POS(msgno) : text;
	*end_r = what == MAIL_HEADER ? text : text + strlen(m->text);
	return 0;
}

/* Hands out the octets up to the next hidden line, in a window of its own, so
 * that a span does not outlive the next call. */
static int
mem_next(struct mail_reader *reader, struct span *span_r)
{
	struct mem_box *box = reader->stream->local;
	struct mem_message *m = mem_message(reader->stream, reader->msgno);
	size_t header = strlen(m->header), n;
	uint64_t at = reader->pos - MEM_POS(reader->msgno);
	const char *p, *hidden;

	if (box->changed || (box->text_changed && !reader->in_header))
		return CC_ECHANGED;
	p = at < header ? m->header + at : m->text + (at - header);
	while (reader->in_header && !strncmp(p, "X-Hidden", 8)) {
		n = strcspn(p, "\n") + 1;
		p += n;
		reader->pos += n;
	}
	if (reader->pos >= reader->end)
		return 0;
	n = (size_t)(reader->end - reader->pos);
	if (reader->in_header && (hidden = strstr(p, "\nX-Hidden")))
		n = n < (size_t)(hidden + 1 - p) ? n : (size_t)(hidden + 1 - p);
	if (box->span && n > box->span)
		n = box->span;
	assert_true(n < sizeof(mem_text));
	memset(mem_text, '#', sizeof(mem_text));
	memcpy(mem_text, p, n);
	reader->pos += n;
	*span_r = cc_span(mem_text, n);
	return 1;
}

static int
mem_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value)
{
	struct mem_message *m = mem_message(stream, msgno);

	m->flags = (m->flags & ~mask) | (value & mask);
	m->keywords =
	    (m->keywords & ~keyword_mask) | (keyword_value & keyword_mask);
	return 0;
}

static const char *
mem_watch(MAILSTREAM *stream)
{
	(void)stream;
	return "/mem";
}

static const struct cc_driver_fast mem_fast = {
	.record = mem_record,
	.size = mem_size,
	.date = mem_date,
	.locate = mem_locate,
	.next = mem_next,
	.store = mem_store,
	.watch = mem_watch,
	.newline = MIME_LF,
};

/* A text as the old members give it: CRLF, no hidden lines; fs_get memory. */
static char *
old_text(const char *text, bool header, unsigned long *len)
{
	struct strbuf out;

	cc_strbuf_init(&out, 1 << 20);
	while (*text) {
		size_t n = strcspn(text, "\n");
		bool end = text[n] == '\n';

		if (!header || strncmp(text, "X-Hidden", 8)) {
			cc_strbuf_put(&out, text, n);
			cc_strbuf_puts(&out, end ? "\r\n" : "");
		}
		text += n + end;
	}
	*len = out.len;
	return cc_strbuf_take(&out);
}

static char *old_header_text, *old_body_text; /* the last ones given */

static char *
old_header(MAILSTREAM *stream, unsigned long msgno, unsigned long *length,
    long flags)
{
	(void)flags;
	fs_give((void **)&old_header_text);
	old_header_text =
	    old_text(mem_message(stream, msgno)->header, true, length);
	return old_header_text;
}

static long
old_text_member(MAILSTREAM *stream, unsigned long msgno, STRING *bs, long flags)
{
	unsigned long len;

	assert_true(flags & FT_PEEK);
	fs_give((void **)&old_body_text);
	old_body_text = old_text(mem_message(stream, msgno)->text, false, &len);
	INIT(bs, mail_string, old_body_text, len);
	return T;
}

static void
old_fast(MAILSTREAM *stream, char *sequence, long flags)
{
	uint64_t size;

	if (!cc_mail_mark(stream, sequence, flags & FT_UID))
		return;
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if (mail_elt(stream, i)->sequence) {
			mem_size(stream, i, &size);
			mail_elt(stream, i)->rfc822_size = size;
		}
}

static void
old_flagmsg(MAILSTREAM *stream, MESSAGECACHE *elt)
{
	struct mem_message *m = mem_message(stream, elt->msgno);
	char text[80];

	snprintf(text, sizeof(text), "flagmsg %lu %s", elt->msgno,
	    elt->valid ? "after" : "before");
	mem_call(text);
	if (elt->valid) {
		m->flags = cc_mail_elt_flags(elt);
		m->keywords = (uint32_t)elt->user_flags;
	}
}

static DRIVER mem_driver = {
	.name = "mem",
	.flags = DR_LOCAL | DR_MAIL,
	.valid = mem_valid,
	.parameters = mem_parameters,
	.list = mem_list,
	.lsub = mem_lsub,
	.open = mem_open,
	.close = mem_close,
	.ping = mem_ping,
	.check = mem_check,
	.fastpath = &mem_fast,
};

static DRIVER old_driver = {
	.name = "old",
	.flags = DR_LOCAL | DR_MAIL,
	.valid = old_valid,
	.parameters = mem_parameters,
	.list = mem_list,
	.lsub = mem_lsub,
	.open = old_open,
	.close = mem_close,
	.fast = old_fast,
	.header = old_header,
	.text = old_text_member,
	.flagmsg = old_flagmsg,
	.ping = mem_ping,
	.check = mem_check,
};

/* Forgets calls and callbacks. */
static inline void
mem_forget(void)
{
	mem_calls[0] = '\0';
	test_callbacks_reset();
}

/* One empty mailbox "box", both drivers linked, nothing called yet. */
static inline struct mem_box *
mem_setup(void)
{
	mail_link(&mem_driver);
	mail_link(&old_driver);
	memset(mem_boxes, 0, sizeof(mem_boxes));
	mem_box_count = 1;
	mem_boxes[0].name = "box";
	mem_boxes[0].validity = 77;
	mem_forget();
	return &mem_boxes[0];
}

static inline struct mem_message *
mem_add(struct mem_box *box, unsigned flags, const char *header,
    const char *text)
{
	struct mem_message *m = &box->messages[box->count++];

	assert_true(box->count <= MEM_MESSAGES);
	box->uid_last += 10;
	*m = (struct mem_message){ .uid = (uint32_t)box->uid_last,
		.flags = flags,
		.date = { 1709629262, 60 }, /* 5-Mar-2024 10:01:02 +0100 */
		.header = header,
		.text = text };
	return m;
}

/* A program that asks for a range of messages. */
static inline SEARCHPGM *
new_search(unsigned long first, unsigned long last)
{
	SEARCHPGM *spg = mail_newsearchpgm();

	spg->msgno = mail_newsearchset();
	spg->msgno->first = first;
	spg->msgno->last = last;
	return spg;
}

/* Opens "box" by one of the drivers, as if nothing had been told. */
static inline MAILSTREAM *
mem_open_box(const char *driver)
{
	char name[16];

	snprintf(name, sizeof(name), "%s:box", driver);
	mem_forget();
	return mail_open(NIL, name, NIL);
}

/* For SET_FREESTREAMSPAREP and its like: how often it was called. */
static unsigned mem_freed;

static inline void
mem_free_sparep(void **sparep)
{
	mem_freed++;
	*sparep = NIL;
}

#endif
