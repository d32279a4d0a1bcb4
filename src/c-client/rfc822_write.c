/*
 * rfc822_write.c - addresses and header fields as text (RFC 5322 sections 2.2
 * and 3.4).
 *
 * Holds no state. Structures come from the program, their texts often from
 * mail it has read: a line end in one must not begin a field of its own.
 */
#include "cc_ctype.h"
#include "rfc822_write.h"

#define FOLD_COLUMN 78 /* RFC 5322 section 2.1.1 */
#define FOLD "\r\n    "
#define FOLD_INDENT 4

/* Text without its line ends. */
static void
put_one_line(struct strbuf *out, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\r\n");

		cc_strbuf_put(out, s, n);
		s += n;
		s += strspn(s, "\r\n");
	}
}

static void
put_quoted(struct strbuf *out, const char *s)
{
	cc_strbuf_putc(out, '"');
	while (*s) {
		size_t n = strcspn(s, "\"\\\r\n");

		cc_strbuf_put(out, s, n);
		s += n;
		if (*s == '"' || *s == '\\') {
			cc_strbuf_putc(out, '\\');
			cc_strbuf_putc(out, *s++);
		}
		s += strspn(s, "\r\n");
	}
	cc_strbuf_putc(out, '"');
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
		put_one_line(out, src);
	else
		put_quoted(out, src);
}

void
cc_rfc822_put_mailbox(struct strbuf *out, const ADDRESS *adr)
{
	cc_rfc822_put_word(out, adr->mailbox ? adr->mailbox : "", NULL);
	if (adr->host && adr->host[0] && strcmp(adr->host, "@") != 0) {
		cc_strbuf_putc(out, '@');
		put_one_line(out, adr->host);
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
		put_one_line(out, adr->adl);
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
	    l->column + 1 + word.len + 1 > FOLD_COLUMN) {
		cc_strbuf_puts(l->out, FOLD);
		l->column = FOLD_INDENT;
	} else if (!l->first || l->group > 0) {
		cc_strbuf_putc(l->out, ' ');
		l->column += l->column > 0;
	}
	cc_strbuf_put_span(l->out, word);
	if (l->column > 0)
		l->column += word.len;
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

		cc_strbuf_put(out, s, n);
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

/* Begins a field; gives the octets before it. */
static size_t
begin_field(struct strbuf *out, const char *name, bool resent)
{
	size_t from = out->len;

	if (resent)
		cc_strbuf_puts(out, "ReSent-");
	cc_strbuf_puts(out, name);
	cc_strbuf_puts(out, ": ");
	return from;
}

/* Ends it, or takes it back if it did not fit. */
static void
end_field(struct strbuf *out, size_t from)
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
	from = begin_field(out, name, resent);
	put_folded(out, text);
	end_field(out, from);
}

void
cc_rfc822_put_address_line(struct strbuf *out, const char *name, bool resent,
    const ADDRESS *adr, const char *specials)
{
	size_t from;

	if (!adr)
		return;
	from = begin_field(out, name, resent);
	cc_rfc822_put_list(out, adr, out->len - from, specials);
	end_field(out, from);
}

void
cc_rfc822_put_params(struct strbuf *out, const PARAMETER *param)
{
	for (; param; param = param->next) {
		cc_strbuf_puts(out, "; ");
		put_one_line(out, param->attribute ? param->attribute : "");
		cc_strbuf_putc(out, '=');
		cc_rfc822_put_word(out, param->value ? param->value : "",
		    RFC822_TOKEN_SPECIALS);
	}
}

void
cc_rfc822_put_words(struct strbuf *out, const STRINGLIST *list)
{
	for (const STRINGLIST *l = list; l; l = l->next) {
		if (l != list)
			cc_strbuf_puts(out, ", ");
		cc_rfc822_put_word(out,
		    l->text.data ? (const char *)l->text.data : "",
		    RFC822_TOKEN_SPECIALS);
	}
}

static void
put_content_type(struct strbuf *out, const BODY *body)
{
	unsigned short code = body->type <= TYPEMAX ? body->type : TYPEOTHER;
	const char *type = body_types[code] ? body_types[code] : "X-UNKNOWN";
	size_t from = begin_field(out, "Content-Type", false);

	cc_strbuf_puts(out, type);
	cc_strbuf_putc(out, '/');
	put_one_line(out,
	    body->subtype ? body->subtype : rfc822_default_subtype(code));
	if (body->parameter)
		cc_rfc822_put_params(out, body->parameter);
	else if (code == TYPETEXT)
		/* Nobody said what octets above 7F are. */
		cc_strbuf_puts(out,
		    body->encoding == ENC7BIT ? "; CHARSET=US-ASCII"
					      : "; CHARSET=X-UNKNOWN");
	end_field(out, from);
}

static void
put_disposition(struct strbuf *out, const BODY *body)
{
	size_t from;

	if (!body->disposition.type)
		return;
	from = begin_field(out, "Content-Disposition", false);
	put_one_line(out, body->disposition.type);
	cc_rfc822_put_params(out, body->disposition.parameter);
	end_field(out, from);
}

static void
put_language(struct strbuf *out, const BODY *body)
{
	size_t from;

	if (!body->language)
		return;
	from = begin_field(out, "Content-Language", false);
	cc_rfc822_put_words(out, body->language);
	end_field(out, from);
}

void
cc_rfc822_put_body_header(struct strbuf *out, const BODY *body)
{
	put_content_type(out, body);
	if (body->encoding != ENC7BIT && body->encoding <= ENCMAX)
		cc_rfc822_put_line(out, "Content-Transfer-Encoding", false,
		    body_encodings[body->encoding]);
	cc_rfc822_put_line(out, "Content-ID", false, body->id);
	cc_rfc822_put_line(out, "Content-Description", false,
	    body->description);
	cc_rfc822_put_line(out, "Content-MD5", false, body->md5);
	put_language(out, body);
	cc_rfc822_put_line(out, "Content-Location", false, body->location);
	put_disposition(out, body);
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
	end_field(out, from);
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
