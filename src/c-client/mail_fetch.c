/*
 * mail_fetch.c - what is known of messages: dates, sizes and flags, numbers
 * and UIDs, envelopes and structures, overviews.
 *
 * A driver may do each itself. Else envelope and structure are parsed from the
 * octets (RFC 5322, RFC 2045), which a stranger wrote, within the limits of
 * cc_limits.h. Results live in the elt, or with OP_SHORTCACHE in the stream.
 */
#include "cc_err.h"
#include "fs.h"
#include "mail_inner.h"
#include "mail_text.h"
#include "rfc822.h"

/* Octets of a name that mail_fetchfrom looks at; columns are narrower. */
#define NAME_OCTETS 1024

long
cc_mail_mark(MAILSTREAM *stream, char *sequence, long uid)
{
	return uid ? mail_uid_sequence(stream, (unsigned char *)sequence)
		   : mail_sequence(stream, (unsigned char *)sequence);
}

unsigned long
cc_mail_msgno(MAILSTREAM *stream, unsigned long msgno, long flags)
{
	if (!stream->dtb)
		return 0;
	if (flags & FT_UID)
		return mail_msgno(stream, msgno);
	return msgno >= 1 && msgno <= stream->nmsgs ? msgno : 0;
}

void
mail_fetch_fast(MAILSTREAM *stream, char *sequence, long flags)
{
	if (!stream->dtb)
		return;
	if (stream->dtb->fast)
		(*stream->dtb->fast)(stream, sequence, flags);
	else /* elts are filled as they are marked */
		mail_fetch_flags(stream, sequence, flags);
}

void
mail_fetch_flags(MAILSTREAM *stream, char *sequence, long flags)
{
	MESSAGECACHE *elt;

	if (!stream->dtb)
		return;
	if (stream->dtb->msgflags) {
		(*stream->dtb->msgflags)(stream, sequence, flags);
		return;
	}
	if (!cc_mail_mark(stream, sequence, flags & FT_UID) ||
	    !stream->dtb->fastpath)
		return;
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if ((elt = cc_mail_elt_if(stream, i)) && elt->sequence)
			cc_mail_elt_refresh(stream, i);
}

unsigned long
mail_uid(MAILSTREAM *stream, unsigned long msgno)
{
	struct mail_record record;

	if (!stream->dtb || msgno < 1 || msgno > stream->nmsgs)
		return 0;
	if (stream->dtb->fastpath)
		return stream->dtb->fastpath->record(stream, msgno, &record) ==
			0
		    ? record.uid
		    : 0;
	if (stream->dtb->uid)
		return (*stream->dtb->uid)(stream, msgno);
	return mail_elt(stream, msgno)->private.uid;
}

/* UIDs ascend with message numbers (RFC 3501 section 2.3.1.1). */
unsigned long
mail_msgno(MAILSTREAM *stream, unsigned long uid)
{
	unsigned long low = 1, high = stream->nmsgs, mid, found;

	if (!stream->dtb)
		return 0;
	if (stream->dtb->msgno)
		return (*stream->dtb->msgno)(stream, uid);
	while (low <= high) {
		mid = low + (high - low) / 2;
		found = mail_uid(stream, mid);
		if (found == uid)
			return mid;
		if (found < uid)
			low = mid + 1;
		else
			high = mid - 1;
	}
	return 0;
}

/* Where envelope and body of a message are kept. */
struct slot {
	ENVELOPE **env;
	BODY **body;
};

static struct slot
slot_of(MAILSTREAM *stream, unsigned long msgno)
{
	MESSAGE *msg;

	if (stream->scache) {
		if (stream->msgno != msgno) {
			mail_gc(stream, GC_ENV);
			stream->msgno = msgno;
		}
		return (struct slot){ &stream->env, &stream->body };
	}
	msg = &mail_elt(stream, msgno)->private.msg;
	return (struct slot){ &msg->env, &msg->body };
}

/* A message that the store knows no date of has the one that it carries. */
static void
supply_date(MESSAGECACHE *elt, const ENVELOPE *env)
{
	if (elt->day)
		return;
	if (!env->date || !mail_parse_date(elt, env->date)) {
		elt->day = 1;
		elt->month = 1;
	}
}

static void
supply_size(MESSAGECACHE *elt, size_t octets)
{
	if (!elt->rfc822_size)
		elt->rfc822_size = octets;
}

static int
parse_body(MAILSTREAM *stream, unsigned long msgno, struct span header,
    long flags, BODY **body)
{
	struct mail_inner *in = cc_mail_inner(stream);
	struct mime_parser *parser;
	struct mime_part *root;
	struct span text;
	int r;

	if ((r = cc_mail_load_text(stream, msgno, flags, &text)) != 0)
		return r;
	cc_arena_reset(&in->scratch);
	parser = cc_mime_new(&in->scratch, MIME_CRLF);
	if (cc_mime_feed(parser, header, 0) == 0)
		cc_mime_feed(parser, text, header.len);
	if ((r = cc_mime_end(&parser, &root)) != 0)
		return r;
	*body = mail_newbody();
	cc_mail_fill_body(*body, root, header.len, BADHOST);
	supply_size(mail_elt(stream, msgno), header.len + text.len);
	return 0;
}

static int
parse_structure(MAILSTREAM *stream, unsigned long msgno, bool want_body,
    long flags, struct slot *slot)
{
	struct span header;
	int r;

	if ((r = cc_mail_load_header(stream, msgno, flags, &header)) != 0)
		return r;
	if (!*slot->env)
		*slot->env = cc_mail_new_envelope(header, BADHOST);
	if (want_body && !*slot->body)
		r = parse_body(stream, msgno, header, flags, slot->body);
	return r;
}

ENVELOPE *
mail_fetch_structure(MAILSTREAM *stream, unsigned long msgno, BODY **body,
    long flags)
{
	struct slot slot;
	int r = 0;

	if (stream->dtb && stream->dtb->structure)
		return (*stream->dtb->structure)(stream, msgno, body, flags);
	if (body)
		*body = NIL;
	if (!(msgno = cc_mail_msgno(stream, msgno, flags)))
		return NIL;
	slot = slot_of(stream, msgno);
	if (!*slot.env || (body && !*slot.body))
		r = parse_structure(stream, msgno, body != NIL, flags, &slot);
	if (!*slot.env) {
		cc_mail_report("read message in", stream->mailbox, r);
		return NIL;
	}
	supply_date(mail_elt(stream, msgno), *slot.env);
	if (body)
		*body = *slot.body;
	return *slot.env;
}

void
mail_fetch_overview_default(MAILSTREAM *stream, overview_t ofn)
{
	MESSAGECACHE *elt;
	ENVELOPE *env;
	OVERVIEW ov;

	for (unsigned long i = 1; i <= stream->nmsgs; i++) {
		elt = cc_mail_elt_if(stream, i);
		if (!elt || !elt->sequence)
			continue;
		if (!(env = mail_fetch_structure(stream, i, NIL, NIL)) || !ofn)
			continue;
		ov = (OVERVIEW){ .subject = env->subject,
			.from = env->from,
			.date = (char *)env->date,
			.message_id = env->message_id,
			.references = env->references,
			.optional.octets = elt->rfc822_size };
		(*ofn)(stream, mail_uid(stream, i), &ov, i);
	}
}

static void
fetch_overview(MAILSTREAM *stream, overview_t ofn)
{
	if (stream->dtb->overview && (*stream->dtb->overview)(stream, ofn))
		return;
	if (mail_ping(stream))
		mail_fetch_overview_default(stream, ofn);
}

void
mail_fetch_overview(MAILSTREAM *stream, char *sequence, overview_t ofn)
{
	if (stream->dtb && cc_mail_mark(stream, sequence, T))
		fetch_overview(stream, ofn);
}

void
mail_fetch_overview_sequence(MAILSTREAM *stream, char *sequence, overview_t ofn)
{
	if (stream->dtb && cc_mail_mark(stream, sequence, NIL))
		fetch_overview(stream, ofn);
}

/* A name that is neither's start nor end of a group. */
static ADDRESS *
first_sender(ENVELOPE *env)
{
	ADDRESS *adr = env ? env->from : NIL;

	while (adr && !adr->host)
		adr = adr->next;
	return adr;
}

void
mail_fetchfrom(char *s, MAILSTREAM *stream, unsigned long msgno, long length)
{
	ADDRESS *adr =
	    first_sender(mail_fetch_structure(stream, msgno, NIL, NIL));
	struct strbuf name;
	size_t n;

	if (length < 0)
		return;
	cc_strbuf_init(&name, NAME_OCTETS);
	if (adr && adr->personal)
		cc_strbuf_printf(&name, "%.*s", NAME_OCTETS, adr->personal);
	else if (adr)
		cc_strbuf_printf(&name, "%.*s@%.*s", NAME_OCTETS / 2 - 1,
		    adr->mailbox ? adr->mailbox : "", NAME_OCTETS / 2 - 1,
		    adr->host);
	n = name.len < (size_t)length ? name.len : (size_t)length;
	memset(s, ' ', (size_t)length);
	memcpy(s, cc_strbuf_str(&name), n);
	s[length] = '\0';
	cc_strbuf_free(&name);
}

void
mail_fetchsubject(char *s, MAILSTREAM *stream, unsigned long msgno, long length)
{
	ENVELOPE *env = mail_fetch_structure(stream, msgno, NIL, NIL);
	size_t n;

	if (length < 0)
		return;
	memset(s, '\0', (size_t)length + 1);
	if (env && env->subject) {
		n = strlen(env->subject);
		memcpy(s, env->subject,
		    n < (size_t)length ? n : (size_t)length);
	} else {
		s[0] = length ? ' ' : '\0';
	}
}
