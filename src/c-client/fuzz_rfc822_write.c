/*
 * fuzz_rfc822_write.c - the header of any message, written as programs do it:
 * no line is longer than may be sent unless a word is, none is a field that
 * nobody wrote, and it reads as the same, parameters and addresses included.
 */
#include "arena.h"
#include "cc_limits.h"
#include "fuzz_util.h"
#include "mail_text.h"
#include "mime_param.h"
#include "rfc822.h"
#include "rfc822_header.h"
#include "rfc822_write.h"
#include "test_wire_put.h"

/* What comes back as it was: no control, which quotes do not carry through
 * every reader, and none of the marks of a fault. */
static bool
is_plain(const char *s)
{
	for (; s && *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

/* Groups' members are left out, and what stands for a fault has no text. */
static bool
is_plain_list(const ADDRESS *adr)
{
	for (; adr; adr = adr->next)
		if (!adr->host || !strcmp(adr->host, ERRHOST) ||
		    !is_plain(adr->personal) || !is_plain(adr->adl) ||
		    !is_plain(adr->mailbox) || !is_plain(adr->host))
			return false;
	return true;
}

static void
same_text(const char *a, const char *b)
{
	must((!a && !b) || (a && b && strcmp(a, b) == 0));
}

static void
same_list(ADDRESS *a, ADDRESS *b)
{
	struct strbuf sa, sb;

	if (!is_plain_list(a))
		return;
	cc_strbuf_init(&sa, SIZE_MAX / 4);
	cc_strbuf_init(&sb, SIZE_MAX / 4);
	put_addresses(&sa, a);
	put_addresses(&sb, b);
	must(fuzz_same(cc_strbuf_span(&sa), cc_strbuf_span(&sb)));
	cc_strbuf_free(&sa);
	cc_strbuf_free(&sb);
}

static void
same_envelope(const ENVELOPE *a, const ENVELOPE *b)
{
	if (is_plain((const char *)a->date))
		same_text((const char *)a->date, (const char *)b->date);
	if (is_plain(a->subject))
		same_text(a->subject, b->subject);
	if (is_plain(a->message_id))
		same_text(a->message_id, b->message_id);
	if (is_plain(a->references))
		same_text(a->references, b->references);
	if (is_plain(a->in_reply_to))
		same_text(a->in_reply_to, b->in_reply_to);
	same_list(a->from, b->from);
	same_list(a->to, b->to);
	same_list(a->cc, b->cc);
	same_list(a->bcc, b->bcc);
}

/* The parameter list as the grammar sees it. */
static struct mime_param *
params_of(const PARAMETER *p, struct arena *a)
{
	struct mime_param *first = NULL, **tail = &first;

	for (; p; p = p->next, tail = &(*tail)->next) {
		*tail = cc_arena_get(a, sizeof(**tail));
		(*tail)->attribute = cc_span_z(p->attribute);
		(*tail)->value = cc_span_z(p->value);
	}
	return first;
}

static bool
is_token(const char *s)
{
	return *s && is_plain(s) && !strpbrk(s, RFC822_TOKEN_SPECIALS "*");
}

/* Each value is there, in one piece or in several. */
static void
same_params(const PARAMETER *a, const PARAMETER *b)
{
	struct mime_param *one, *other;
	struct arena arena;

	cc_arena_init(&arena, CC_MIME_MEMORY);
	one = params_of(a, &arena);
	other = params_of(b, &arena);
	for (; a; a = a->next) {
		struct span x, y;

		x = cc_mime_param_decoded(one, a->attribute, &arena);
		y = cc_mime_param_decoded(other, a->attribute, &arena);
		must(fuzz_same(x, y));
	}
	cc_arena_free(&arena);
}

static bool
is_repeated(const PARAMETER *p)
{
	for (const PARAMETER *q = p->next; q; q = q->next)
		if (!strcmp(p->attribute, q->attribute))
			return true;
	return false;
}

/* Of repeated ones it is open which is meant. */
static bool
is_plain_params(const PARAMETER *p)
{
	for (; p; p = p->next)
		if (!is_token(p->attribute) || !is_plain(p->value) ||
		    is_repeated(p))
			return false;
	return true;
}

static void
same_body(const BODY *a, const BODY *b)
{
	/* TYPEOTHER is a name for which there was no place. */
	if (!is_token(a->subtype) || a->type == TYPEOTHER ||
	    !is_token(body_types[a->type]))
		return;
	must(a->type == b->type);
	same_text(a->subtype, b->subtype);
	if (is_plain(a->id))
		same_text(a->id, b->id);
	if (is_plain(a->description))
		same_text(a->description, b->description);
	if (is_plain_params(a->parameter))
		same_params(a->parameter, b->parameter);
	if (a->disposition.type && is_token(a->disposition.type) &&
	    is_plain_params(a->disposition.parameter)) {
		same_text(a->disposition.type, b->disposition.type);
		same_params(a->disposition.parameter, b->disposition.parameter);
	}
}

/* Lines end in CRLF, and one that is longer than 998 octets has no place where
 * it could have been folded behind the first columns. */
static void
check_lines(struct span s)
{
	while (s.len > 0) {
		const char *end = memmem(s.p, s.len, "\r\n", 2);
		size_t len, i;

		must(end != NULL);
		len = (size_t)(end - s.p);
		must(!memchr(s.p, '\r', len) && !memchr(s.p, '\n', len));
		for (i = len;
		     i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t');)
			i--;
		if (i > 998)
			must(memchr(s.p + i - 900, ' ', 900) == NULL);
		s = cc_span(end + 2, s.len - len - 2);
	}
}

static void
parse(struct span header, ENVELOPE **env, BODY **body)
{
	STRING bs;

	INIT(&bs, mail_string, (void *)(uintptr_t) "", 0);
	rfc822_parse_msg_full(env, body, (char *)(uintptr_t)header.p,
	    header.len, &bs, "host", 0, DR_CRLF);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ENVELOPE *env, *env2;
	BODY *body, *body2;
	struct strbuf out;

	/* NUL ends a text of the API, blanks before it would be its end. */
	if (size == 0 || memchr(data, 0, size))
		return 0;
	parse(cc_span(data, size), &env, &body);
	cc_strbuf_init(&out, SIZE_MAX / 4);
	cc_rfc822_put_fields(&out, env, body, NIL, true);
	cc_strbuf_puts(&out, "\r\n");
	check_lines(cc_strbuf_span(&out));
	if (out.len < CC_MIME_FIELDS) {
		parse(cc_strbuf_span(&out), &env2, &body2);
		same_envelope(env, env2);
		same_body(body, body2);
		mail_free_envelope(&env2);
		mail_free_body(&body2);
	}
	mail_free_envelope(&env);
	mail_free_body(&body);
	cc_strbuf_free(&out);
	return 0;
}
