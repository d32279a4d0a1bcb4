/*
 * rfc822_write.c - addresses and header fields as text (RFC 5322 sections 2.2
 * and 3.4).
 *
 * Holds no state. Structures come from the program, their texts often from
 * mail it has read: a line end in one must not begin a field of its own.
 */
#include "cc_ctype.h"
#include "rfc822_write.h"

void
cc_rfc822_put_one_line(struct strbuf *out, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\r\n");

		cc_strbuf_put(out, s, n);
		s += n;
		s += strspn(s, "\r\n");
	}
}

void
cc_rfc822_put_quoted(struct strbuf *out, struct span s)
{
	cc_strbuf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			cc_strbuf_putc(out, '\\');
		if (s.p[i] != '\r' && s.p[i] != '\n')
			cc_strbuf_putc(out, s.p[i]);
	}
	cc_strbuf_putc(out, '"');
}

/*
 * Where a line that is too long is broken: before a blank with a word on each
 * side, the last that the columns have or the first behind them. 0: nowhere.
 */
static size_t
break_of(struct span s)
{
	size_t at = 0;

	for (size_t i = 1; i < s.len; i++) {
		if (i > RFC822_FOLD_COLUMN && at > 0)
			break;
		if (is_wsp(s.p[i]) && !is_wsp(s.p[i - 1]))
			at = i;
	}
	return at;
}

void
cc_rfc822_put_long_line(struct strbuf *out, struct span s)
{
	struct span rest = s;
	size_t at;

	/* Blanks at the end must not become a line of their own. */
	while (rest.len > 0 && is_wsp(rest.p[rest.len - 1]))
		rest.len--;
	while (rest.len > RFC822_LONG_LINE && (at = break_of(rest)) > 0) {
		cc_strbuf_put(out, rest.p, at);
		cc_strbuf_puts(out, "\r\n");
		rest = cc_span(rest.p + at, rest.len - at);
	}
	cc_strbuf_put(out, rest.p, (size_t)(s.p + s.len - rest.p));
}

static bool
is_dot_atom(const char *s)
{
	/* The dot is the last of the specials before the controls. */
	static const char no_atom[] = " ()<>@,;:\\\"[]" RFC822_CONTROLS;
	size_t len = strlen(s);

	return len > 0 && s[0] != '.' && s[len - 1] != '.' &&
	    !strpbrk(s, no_atom) && !strstr(s, "..");
}

void
cc_rfc822_put_word(struct strbuf *out, const char *src, const char *specials)
{
	size_t len = strlen(src);
	bool plain;

	if (specials)
		/* Blanks at the ends of a phrase would be none of it. */
		plain = len > 0 && !strpbrk(src, specials) && !is_wsp(src[0]) &&
		    !is_wsp(src[len - 1]);
	else
		plain = is_dot_atom(src);
	if (plain)
		cc_rfc822_put_one_line(out, src);
	else
		cc_rfc822_put_quoted(out, cc_span_z(src));
}

void
cc_rfc822_put_mailbox(struct strbuf *out, const ADDRESS *adr)
{
	cc_rfc822_put_word(out, adr->mailbox ? adr->mailbox : "", NULL);
	if (adr->host && adr->host[0] && strcmp(adr->host, "@") != 0) {
		cc_strbuf_putc(out, '@');
		cc_rfc822_put_one_line(out, adr->host);
	}
}

static void
put_address(struct strbuf *out, const ADDRESS *adr, const char *specials)
{
	bool named = adr->personal && adr->personal[0];

	if (!named && !adr->adl) {
		cc_rfc822_put_mailbox(out, adr);
		return;
	}
	if (named) {
		cc_rfc822_put_word(out, adr->personal, specials);
		cc_strbuf_putc(out, ' ');
	}
	cc_strbuf_putc(out, '<');
	if (adr->adl) {
		cc_rfc822_put_one_line(out, adr->adl);
		cc_strbuf_putc(out, ':');
	}
	cc_rfc822_put_mailbox(out, adr);
	cc_strbuf_putc(out, '>');
}

/* A list while it is written. */
struct list {
	struct strbuf *out;
	struct strbuf word; /* the present element */
	size_t column;      /* 0: no folding */
	size_t safe;        /* octets of out that are whole elements */
	unsigned group;     /* open groups */
	bool first;         /* of the list or of its group */
};

/* The element in l->word, with what stands before it. */
static void
put_element(struct list *l)
{
	struct span word = cc_strbuf_span(&l->word);

	if (!l->first) {
		cc_strbuf_putc(l->out, ',');
		l->column += l->column > 0;
	}
	/* A blank before it, and a comma may follow. */
	if (!l->first && l->column > 0 &&
	    l->column + 1 + word.len + 1 > RFC822_FOLD_COLUMN) {
		cc_strbuf_puts(l->out, RFC822_FOLD);
		l->column = RFC822_FOLD_INDENT;
	} else if (!l->first || l->group > 0) {
		cc_strbuf_putc(l->out, ' ');
		l->column += l->column > 0;
	}
	if (l->column > 0) {
		cc_rfc822_put_long_line(l->out, word);
		l->column += word.len;
	} else {
		cc_strbuf_put_span(l->out, word);
	}
	l->first = false;
}

static void
end_group(struct list *l)
{
	cc_strbuf_putc(l->out, ';');
	l->column += l->column > 0;
	l->group--;
	l->first = false;
}

static void
put_list_item(struct list *l, const ADDRESS *adr, const char *specials)
{
	cc_strbuf_reset(&l->word);
	if (adr->host) {
		if (l->column > 0 && l->group > 0)
			return;
		put_address(&l->word, adr, specials);
		put_element(l);
	} else if (adr->mailbox) {
		cc_rfc822_put_word(&l->word, adr->mailbox, specials);
		cc_strbuf_putc(&l->word, ':');
		put_element(l);
		l->group++;
		l->first = true;
	} else if (l->group > 0) {
		end_group(l);
	}
}

void
cc_rfc822_put_list(struct strbuf *out, const ADDRESS *adr, size_t column,
    const char *specials)
{
	struct list l = {
		.out = out, .column = column, .safe = out->len, .first = true
	};

	if (!specials)
		specials = RFC822_PHRASE_SPECIALS;
	cc_strbuf_init(&l.word, SIZE_MAX);
	for (; adr && !out->over; adr = adr->next) {
		put_list_item(&l, adr, specials);
		if (l.group == 0 && !out->over)
			l.safe = out->len;
	}
	while (l.group > 0)
		end_group(&l);
	if (out->over)
		cc_strbuf_truncate(out, l.safe);
	cc_strbuf_free(&l.word);
}

/* The text of a field: line ends are folds, whatever follows them. */
static void
put_folded(struct strbuf *out, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\r\n");

		cc_rfc822_put_long_line(out, cc_span(s, n));
		s += n;
		if (!*s)
			break;
		s += strspn(s, "\r\n");
		/* At the end it is the one that the field gets anyway. */
		if (!*s)
			break;
		cc_strbuf_puts(out, is_wsp(*s) ? "\r\n" : "\r\n ");
	}
}

size_t
cc_rfc822_begin_field(struct strbuf *out, const char *name, bool resent)
{
	size_t from = out->len;

	if (resent)
		cc_strbuf_puts(out, "ReSent-");
	cc_strbuf_puts(out, name);
	cc_strbuf_puts(out, ": ");
	return from;
}

void
cc_rfc822_end_field(struct strbuf *out, size_t from)
{
	cc_strbuf_puts(out, "\r\n");
	if (out->over)
		cc_strbuf_truncate(out, from);
}

void
cc_rfc822_put_line(struct strbuf *out, const char *name, bool resent,
    const char *text)
{
	size_t from;

	if (!text)
		return;
	from = cc_rfc822_begin_field(out, name, resent);
	put_folded(out, text);
	cc_rfc822_end_field(out, from);
}

void
cc_rfc822_put_address_line(struct strbuf *out, const char *name, bool resent,
    const ADDRESS *adr, const char *specials)
{
	size_t from;

	if (!adr)
		return;
	from = cc_rfc822_begin_field(out, name, resent);
	cc_rfc822_put_list(out, adr, out->len - from, specials);
	cc_rfc822_end_field(out, from);
}

/* The header of the message that is sent again, without its empty line. */
static void
put_remail(struct strbuf *out, const char *header)
{
	struct span s = cc_span_z(header);
	size_t from = out->len;

	while (s.len > 0 && (s.p[s.len - 1] == '\r' || s.p[s.len - 1] == '\n'))
		s.len--;
	if (s.len == 0)
		return;
	cc_strbuf_put_span(out, s);
	cc_rfc822_end_field(out, from);
}

void
cc_rfc822_put_fields(struct strbuf *out, const ENVELOPE *env, const BODY *body,
    const char *specials, bool bcc)
{
	bool resent = env->remail != NULL;

	if (resent)
		put_remail(out, env->remail);
	cc_rfc822_put_line(out, "Newsgroups", resent, env->newsgroups);
	cc_rfc822_put_line(out, "Date", resent, (const char *)env->date);
	cc_rfc822_put_address_line(out, "From", resent, env->from, specials);
	cc_rfc822_put_address_line(out, "Sender", resent, env->sender,
	    specials);
	cc_rfc822_put_address_line(out, "Reply-To", resent, env->reply_to,
	    specials);
	cc_rfc822_put_line(out, "Subject", resent, env->subject);
	if (bcc)
		cc_rfc822_put_address_line(out, "Bcc", resent, env->bcc,
		    specials);
	cc_rfc822_put_address_line(out, "To", resent, env->to, specials);
	cc_rfc822_put_address_line(out, "cc", resent, env->cc, specials);
	cc_rfc822_put_line(out, "In-Reply-To", resent, env->in_reply_to);
	cc_rfc822_put_line(out, "Message-ID", resent, env->message_id);
	cc_rfc822_put_line(out, "Followup-to", resent, env->followup_to);
	cc_rfc822_put_line(out, "References", resent, env->references);
	if (body && !resent) {
		cc_rfc822_put_line(out, "MIME-Version", false, "1.0");
		cc_rfc822_put_body_header(out, body);
	}
}
