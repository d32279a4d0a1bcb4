/*
 * unsolicited.c - untagged data that nobody asked for: what happened to the
 * selected mailbox, and the texts of the library (RFC 3501 sections 5.2, 7.1,
 * 7.2, 7.3).
 *
 * The callbacks note what happened (callbacks.c); here it is put between
 * responses, never within one.
 */
#include <syslog.h>

#include "command.h"
#include "fs.h"
#include "unsolicited.h"

#define NOTES_MAX (256u * 1024) /* octets of lines noted by one command */
#define NOTE_MAX 1000u          /* octets of one text */

void
unsolicited_init(struct session *s)
{
	callbacks_serve(s);
	mail_parameters(NULL, SET_EXPUNGEATPING, NIL);
	cc_strbuf_init(&s->notes.lines, NOTES_MAX);
	cc_strbuf_init(&s->notes.info, NOTE_MAX);
	cc_strbuf_init(&s->notes.error, NOTE_MAX);
}

void
unsolicited_free(struct session *s)
{
	callbacks_serve(NULL);
	cc_strbuf_free(&s->notes.lines);
	cc_strbuf_free(&s->notes.info);
	cc_strbuf_free(&s->notes.error);
	fs_give((void **)&s->news.flags);
}

void
unsolicited_begin(struct session *s)
{
	cc_strbuf_reset(&s->notes.info);
	cc_strbuf_reset(&s->notes.error);
}

/* -------------------------------------------------------------------- texts */

void
unsolicited_keep(struct strbuf *b, const char *text)
{
	cc_strbuf_reset(b);
	cc_strbuf_put(b, text, strnlen(text, NOTE_MAX));
}

void
unsolicited_note(struct session *s, const char *kind, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cc_strbuf_printf(&s->notes.lines, "* %s ", kind);
	for (const char *p = text; *p; p++)
		cc_strbuf_putc(&s->notes.lines,
		    *p >= ' ' && *p <= '~' ? *p : ' ');
	cc_strbuf_puts(&s->notes.lines, "\r\n");
}

void
unsolicited_notes(struct session *s)
{
	/* Past the ceiling the rest is lost, but never half a line. */
	while (s->notes.lines.len > 0 &&
	    s->notes.lines.data[s->notes.lines.len - 1] != '\n')
		cc_strbuf_truncate(&s->notes.lines, s->notes.lines.len - 1);
	output_put(&s->out, cc_strbuf_span(&s->notes.lines));
	cc_strbuf_reset(&s->notes.lines);
	output_check(&s->out);
}

/* -------------------------------------------------------------- the mailbox */

void
unsolicited_flags(struct session *s, unsigned long number)
{
	struct news *news = &s->news;

	if (number > news->exists)
		return;
	if (news->flag_count == news->flag_cap) {
		news->flag_cap = news->flag_cap ? 2 * news->flag_cap : 64;
		fs_resize((void **)&news->flags,
		    news->flag_cap * sizeof(*news->flags));
	}
	news->flags[news->flag_count++] = (uint32_t)number;
}

unsigned
unsolicited_keywords(const MAILSTREAM *stream)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NUSERFLAGS; i++)
		n += stream->user_flags[i] != NULL;
	return n;
}

static void
put_system_flags(struct output *out, bool answered, bool flagged, bool deleted,
    bool draft, bool seen)
{
	output_puts(out, answered ? "\\Answered " : "");
	output_puts(out, flagged ? "\\Flagged " : "");
	output_puts(out, deleted ? "\\Deleted " : "");
	output_puts(out, draft ? "\\Draft " : "");
	output_puts(out, seen ? "\\Seen " : "");
	if (out->buf.data[out->buf.len - 1] == ' ')
		cc_strbuf_truncate(&out->buf, out->buf.len - 1);
}

/* Keywords of the mask, each with a space behind it. */
static void
put_keywords(struct output *out, const MAILSTREAM *stream, unsigned long mask)
{
	for (unsigned i = 0; i < NUSERFLAGS; i++)
		if (stream->user_flags[i] && (mask >> i & 1))
			output_printf(out, "%s ", stream->user_flags[i]);
}

void
unsolicited_put_flags(struct session *s)
{
	MAILSTREAM *m = s->stream;

	output_puts(&s->out, "* FLAGS (");
	put_keywords(&s->out, m, ~0ul);
	put_system_flags(&s->out, true, true, true, true, true);
	output_puts(&s->out, ")\r\n* OK [PERMANENTFLAGS (");
	if (!m->rdonly) {
		put_keywords(&s->out, m, m->perm_user_flags);
		if (m->kwd_create)
			output_puts(&s->out, "\\* ");
		put_system_flags(&s->out, m->perm_answered, m->perm_flagged,
		    m->perm_deleted, m->perm_draft, m->perm_seen);
	}
	output_puts(&s->out, ")] Permanent flags\r\n");
	s->news.keywords = unsolicited_keywords(m);
}

/* The first message without \Seen, or 0. */
static unsigned long
first_unseen(MAILSTREAM *stream)
{
	struct mail_record record;

	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if (cc_mail_record(stream, i, &record) == 0 &&
		    !(record.flags & fSEEN))
			return i;
	return 0;
}

/* Its file, which these texts have always named. */
static struct span
path_of(MAILSTREAM *stream)
{
	const char *path = cc_mail_watch(stream);

	return cc_span_z(path ? path : stream->mailbox);
}

void
unsolicited_put_mailbox(struct session *s)
{
	MAILSTREAM *m = s->stream;
	unsigned long unseen = first_unseen(m);

	output_printf(&s->out, "* %lu EXISTS\r\n* %lu RECENT\r\n", m->nmsgs,
	    m->recent);
	output_printf(&s->out, "* OK [UIDVALIDITY %lu] UID validity status\r\n",
	    m->uid_validity);
	output_printf(&s->out, "* OK [UIDNEXT %lu] Predicted next UID\r\n",
	    m->uid_last + 1);
	if (m->uid_nosticky) {
		output_puts(&s->out,
		    "* NO [UIDNOTSTICKY] Non-permanent unique "
		    "identifiers: ");
		output_text(&s->out, path_of(m));
		output_puts(&s->out, "\r\n");
	}
	unsolicited_put_flags(s);
	if (!unseen)
		return;
	output_printf(&s->out, "* OK [UNSEEN %lu] first unseen message in ",
	    unseen);
	output_text(&s->out, path_of(m));
	output_puts(&s->out, "\r\n");
}

void
unsolicited_selected(struct session *s)
{
	struct news *news = &s->news;

	news->exists = s->stream->nmsgs;
	news->recent = s->stream->recent;
	news->uid_validity = s->stream->uid_validity;
	news->keywords = unsolicited_keywords(s->stream);
	news->driver = s->stream->dtb;
	news->expunged = false;
	news->flag_count = 0;
	s->resume.uid = 0;
}

/* --------------------------------------------------------------------- news */

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* FETCH for each message whose flags changed, once. */
static void
put_changed(struct session *s)
{
	struct news *news = &s->news;

	qsort(news->flags, news->flag_count, sizeof(*news->flags), compare);
	for (size_t i = 0; i < news->flag_count; i++) {
		struct mail_record record;
		uint32_t msgno = news->flags[i];

		if (i > 0 && news->flags[i - 1] == msgno)
			continue;
		if (cc_mail_record(s->stream, msgno, &record) != 0)
			continue;
		output_printf(&s->out, "* %u FETCH (FLAGS ", msgno);
		fetch_put_flag_list(&s->out, s->stream, &record);
		if (s->uid)
			output_printf(&s->out, " UID %u", record.uid);
		output_puts(&s->out, ")\r\n");
		if (!output_check(&s->out))
			break;
	}
	news->flag_count = 0;
}

/* What differs from what the client was told. */
static void
put_news(struct session *s)
{
	struct news *news = &s->news;
	MAILSTREAM *m = s->stream;

	if (m->dtb != news->driver) {
		unsolicited_put_mailbox(s);
		output_printf(&s->out, "* OK [%s] Mailbox status\r\n",
		    m->rdonly ? "READ-ONLY" : "READ-WRITE");
		unsolicited_selected(s);
		return;
	}
	if (m->nmsgs != news->exists || news->expunged) {
		output_printf(&s->out, "* %lu EXISTS\r\n", m->nmsgs);
		output_printf(&s->out, "* %lu RECENT\r\n", m->recent);
	} else if (m->recent != news->recent) {
		output_printf(&s->out, "* %lu RECENT\r\n", m->recent);
	}
	news->exists = m->nmsgs;
	news->recent = m->recent;
	news->expunged = false;
	if (m->uid_validity != news->uid_validity)
		output_printf(&s->out,
		    "* OK [UIDVALIDITY %lu] UID validity status\r\n",
		    m->uid_validity);
	news->uid_validity = m->uid_validity;
	if (unsolicited_keywords(m) != news->keywords)
		unsolicited_put_flags(s);
	if (news->flag_count)
		put_changed(s);
}

/* The mailbox is gone. The client must forget what it knows of it. */
static void
lost(struct session *s)
{
	const char *why = s->notes.error.len ? cc_strbuf_str(&s->notes.error)
					     : "mailbox is closed";

	syslog(LOG_INFO,
	    "Fatal mailbox error user=%.80s host=%.80s mbx=%.80s: "
	    "%.500s",
	    s->user, s->client, s->stream->mailbox, why);
	output_printf(&s->out, "* BYE %s Fatal mailbox error: ", s->server);
	output_text(&s->out, cc_span_z(why));
	output_puts(&s->out, "\r\n");
	session_end(s, NULL, 0);
}

bool
unsolicited_poll(struct session *s, bool expunge_ok)
{
	bool failed_before = s->notes.error.len > 0, alive;

	s->news.expunge_ok = expunge_ok;
	mail_parameters(NULL, SET_EXPUNGEATPING, expunge_ok ? VOIDT : NIL);
	alive = mail_ping(s->stream) != NIL;
	/* A CHECK looks at the mailbox, too, but not at its end. */
	mail_parameters(NULL, SET_EXPUNGEATPING, NIL);
	s->news.expunge_ok = false;
	if (s->ending)
		return false;
	if (!alive) {
		lost(s);
		return false;
	}
	/* What went wrong in the look is no failure of the command. */
	if (s->notes.error.len > 0 && !failed_before) {
		unsolicited_note(s, "NO", "%s", cc_strbuf_str(&s->notes.error));
		cc_strbuf_reset(&s->notes.error);
	}
	put_news(s);
	output_check(&s->out);
	return true;
}
