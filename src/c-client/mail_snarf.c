/*
 * mail_snarf.c - moving all mail of one mailbox to the end of another, when
 * that is opened and when it is pinged.
 *
 * A message leaves the source only after its append was told to be done, and
 * only what was moved is expunged: what was \Deleted in the source before
 * stays. A message that is \Deleted there is not moved.
 */
#include <time.h>

#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mail_snarf.h"
#include "mail_text.h"
#include "misc.h"

#define MOVE_PREFIX "#move"
#define POP_PREFIX "#pop{"
#define PAUSE_MIN 60 /* seconds between two looks at the source, at least */

static bool
begins(const char *name, const char *prefix)
{
	return cc_span_is_nocase(cc_span(name, strnlen(name, strlen(prefix))),
	    prefix);
}

bool
cc_mail_is_snarf(const char *name)
{
	return begins(name, MOVE_PREFIX) || begins(name, POP_PREFIX);
}

/* "#moveCSOURCECDEST": the source, allocated, and where DEST begins. */
static char *
split_move(char *name, char **dest_r)
{
	char *source = name + sizeof(MOVE_PREFIX) - 1;
	char *end = *source ? strchr(source + 1, *source) : NULL;

	if (!end || end == source + 1 || !end[1])
		return NIL;
	*dest_r = end + 1;
	return cc_span_dup(cc_span(source + 1, (size_t)(end - source - 1)));
}

/* "#pop{HOST}DEST": the source is "{HOST/pop3}". */
static char *
split_pop(char *name, char **dest_r)
{
	char *host = name + sizeof(POP_PREFIX) - 2;
	char *end = strchr(host, '}');
	struct strbuf source;
	NETMBX mb;

	if (!end || !end[1])
		return NIL;
	cc_strbuf_init(&source, MAILTMPLEN);
	cc_strbuf_put(&source, host, (size_t)(end - host));
	cc_strbuf_puts(&source, "}");
	/* The service is known from the name, or it is to be said. */
	if (!mail_valid_net_parse_work(source.data, &mb, "pop3") ||
	    strcmp(mb.service, "pop3") != 0) {
		cc_strbuf_free(&source);
		return NIL;
	}
	mail_valid_net_parse_work(source.data, &mb, "imap");
	if (strcmp(mb.service, "pop3") != 0) {
		cc_strbuf_truncate(&source, source.len - 1);
		cc_strbuf_puts(&source, "/pop3}");
	}
	*dest_r = end + 1;
	return cc_strbuf_take(&source);
}

/* "(\Seen Work)" for what a message has; allocated. */
static char *
flags_of(MAILSTREAM *source, const struct mail_record *record)
{
	struct strbuf list;

	cc_strbuf_init(&list, CC_IMAP_LINE);
	cc_mail_put_flags(source, record->flags, record->keywords, &list);
	return cc_strbuf_take(&list);
}

/*
 * All octets of a message, or an error: half a message must not pass for one
 * that may be expunged. Remote drivers have theirs in the cache afterwards.
 * SET_GETS's routine has no part in this.
 */
static int
load_message(MAILSTREAM *source, unsigned long msgno, struct strbuf *out)
{
	struct span header, text;
	MESSAGE *msg;
	int r;

	if (source->dtb->msgdata) {
		msg = &mail_elt(source, msgno)->private.msg;
		mail_fetch_header(source, msgno, NIL, NIL, NIL, FT_PEEK);
		mail_fetch_text(source, msgno, NIL, NIL,
		    FT_PEEK | FT_RETURNSTRINGSTRUCT);
		if (!msg->header.text.data || !msg->text.text.data)
			return CC_ENOENT;
		header = cc_span(msg->header.text.data, msg->header.text.size);
		text = cc_span(msg->text.text.data, msg->text.text.size);
	} else if ((r = cc_mail_load_header(source, msgno, FT_PEEK, &header)) !=
		0 ||
	    (r = cc_mail_load_text(source, msgno, FT_PEEK, &text)) != 0) {
		return r;
	}
	cc_strbuf_put_span(out, header);
	cc_strbuf_put_span(out, text);
	return out->len ? cc_strbuf_status(out) : CC_ENOENT;
}

static long
append_octets(MAILSTREAM *stream, MAILSTREAM *source, unsigned long msgno,
    const struct mail_record *record, STRING *message)
{
	MESSAGECACHE elt = { 0 };
	struct imap_date when;
	char date[MAILTMPLEN], *flags;
	long ok;

	if (!cc_params.snarfpreserve || cc_mail_date(source, msgno, &when) != 0)
		return mail_append(stream, stream->mailbox, message);
	cc_mail_elt_set_date(&elt, &when);
	flags = flags_of(source, record);
	ok = mail_append_full(stream, stream->mailbox, flags,
	    mail_date(date, &elt), message);
	fs_give((void **)&flags);
	return ok;
}

/* Appends one message to the stream's mailbox. */
static long
append(MAILSTREAM *stream, MAILSTREAM *source, unsigned long msgno,
    const struct mail_record *record)
{
	struct strbuf message;
	STRING string;
	long ok = NIL;

	cc_strbuf_init(&message, SIZE_MAX - 1);
	if (load_message(source, msgno, &message) == 0) {
		INIT(&string, mail_string, message.data, message.len);
		ok = append_octets(stream, source, msgno, record, &string);
	}
	cc_strbuf_free(&message);
	return ok;
}

/* Appends all there is and collects the UIDs of what was appended. */
static void
append_all(MAILSTREAM *stream, MAILSTREAM *source, struct strbuf *uids)
{
	struct mail_record record;

	for (unsigned long i = 1; i <= source->nmsgs; i++) {
		if (cc_mail_record(source, i, &record) != 0)
			return;
		if (record.flags & fDELETED)
			continue;
		if (!append(stream, source, i, &record))
			return;
		cc_strbuf_printf(uids, "%s%lu", uids->len ? "," : "",
		    (unsigned long)record.uid);
	}
}

static bool
move_all(MAILSTREAM *stream, MAILSTREAM *source)
{
	struct strbuf uids;
	bool moved;

	cc_strbuf_init(&uids, (size_t)MAXMESSAGES * 11);
	append_all(stream, source, &uids);
	moved = uids.len > 0;
	if (moved) {
		mail_flag(source, uids.data, "\\Deleted", ST_SET | ST_UID);
		mail_expunge_full(source, uids.data, EX_UID);
	}
	cc_strbuf_free(&uids);
	return moved;
}

static unsigned long
seconds(void)
{
	return (unsigned long)time(NULL);
}

static bool
snarf_from(MAILSTREAM *stream, MAILSTREAM *source)
{
	bool moved;

	stream->snarf.time = seconds();
	if (source->rdonly) {
		mail_close(source);
		return false;
	}
	moved = move_all(stream, source);
	mail_close(source);
	return moved;
}

bool
cc_mail_snarf(MAILSTREAM *stream)
{
	MAILSTREAM *source;
	long pause = cc_params.snarfinterval > PAUSE_MIN
	    ? cc_params.snarfinterval
	    : PAUSE_MIN;

	if (!stream->snarf.name || stream->rdonly ||
	    seconds() < stream->snarf.time + (unsigned long)pause)
		return false;
	stream->snarf.time = seconds();
	source = mail_open(NIL, stream->snarf.name, stream->snarf.options);
	return source && snarf_from(stream, source);
}

/* The destination first: nothing leaves the source without a place to go. */
static MAILSTREAM *
open_both(MAILSTREAM *stream, char *dest, char *source_name, long options)
{
	MAILSTREAM *source;

	if (!mail_valid(NIL, source_name,
		options & OP_SILENT ? NIL : "open mailbox") ||
	    !mail_valid(NIL, dest, options & OP_SILENT ? NIL : "open mailbox"))
		return stream;
	if (!(stream = mail_open(stream, dest, options)))
		return NIL;
	stream->snarf.name = cpystr(source_name);
	stream->snarf.options = OP_SILENT | (options & OP_DEBUG);
	source = mail_open(NIL, source_name, stream->snarf.options);
	if (!source)
		return mail_close(stream);
	if (stream->rdonly)
		mail_close(source);
	else if (snarf_from(stream, source))
		mail_ping(stream);
	return stream;
}

MAILSTREAM *
cc_mail_open_snarf(MAILSTREAM *stream, char *name, long options)
{
	char *dest = NULL;
	char *source = begins(name, MOVE_PREFIX) ? split_move(name, &dest)
						 : split_pop(name, &dest);

	if (!source) {
		if (!(options & OP_SILENT))
			cc_mail_complain("open mailbox", name, "invalid name");
		return stream;
	}
	stream = open_both(stream, dest, source, options);
	fs_give((void **)&source);
	return stream;
}
