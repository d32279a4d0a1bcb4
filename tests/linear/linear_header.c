/*
 * linear_header.c - header fields: addresses, dates, folds, comments, the
 * ENVELOPE made of them.
 */
#include "cc_limits.h"
#include "fs.h"
#include "imap_envelope.h"
#include "linear.h"
#include "mail.h"
#include "mail_forest.h"
#include "misc.h"
#include "mail_subject.h"
#include "mail_text.h"
#include "rfc822.h"
#include "rfc822_addr.h"
#include "rfc822_date.h"
#include "rfc822_header.h"
#include "rfc822_msgid.h"
#include "rfc822_token.h"

static void
addr(struct span text)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr a;
	struct arena arena;

	cc_arena_init(&arena, CC_MIME_MEMORY);
	cc_rfc822_addr_init(&p, &arena, text);
	while (cc_rfc822_addr_next(&p, &a) == 1)
		;
	cc_arena_free(&arena);
}

/* The public lists, and back to text. */
static long
drop(void *stream, char *text)
{
	(void)stream;
	(void)text;
	return LONGT;
}

static void
adrlist(struct span text)
{
	char *copy = cc_span_dup(text), host[] = "host", room[513];
	RFC822BUFFER buf = { drop, NULL, room, room, room + 512 };
	ADDRESS *list = NIL, *again;

	rfc822_parse_adrlist(&list, copy, host);
	again = rfc822_cpy_adr(list);
	rfc822_output_address_list(&buf, again, 1, NIL);
	mail_free_address(&again);
	mail_free_address(&list);
	fs_give((void **)&copy);
}

/* Steps of the API, each over the whole text. */
static void
steps(struct span text)
{
	char *copy = cc_span_dup(text), host[] = "h", *s, *end;
	ADDRESS *list = NIL, *last = NIL;

	rfc822_parse_phrase(copy);
	rfc822_parse_word(copy, NIL);
	s = rfc822_parse_domain(copy, &end);
	if (s)
		fs_give((void **)&s);
	last = rfc822_parse_routeaddr(copy, &end, host);
	mail_free_address(&last);
	last = rfc822_parse_addrspec(copy, &end, host);
	mail_free_address(&last);
	s = copy;
	last = rfc822_parse_mailbox(&s, host);
	mail_free_address(&last);
	s = copy;
	rfc822_parse_group(&list, NIL, &s, host, 0);
	mail_free_address(&list);
	s = copy;
	for (last = NIL; s && *s; s += s && *s == ',')
		if (!(last = rfc822_parse_address(&list, last, &s, host, 0)) ||
		    (s && *s != ','))
			break;
	mail_free_address(&list);
	s = copy;
	rfc822_skipws(&s);
	s = rfc822_cpy(copy);
	fs_give((void **)&s);
	s = copy;
	if (*s == '(')
		rfc822_skip_comment(&s, LONGT);
	fs_give((void **)&copy);
}

static void
tokens(struct span text)
{
	struct cursor c = cc_cursor(text);
	struct span out;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	while (!cc_cursor_at_end(&c)) {
		const unsigned char *before = c.p;

		cc_rfc822_skip_cfws(&c);
		if (cc_cursor_peek(&c) == 033)
			cc_rfc822_skip_iso2022(&c);
		if (c.p == before)
			c.p++;
	}
	cc_rfc822_unquote(&a, text,
	    RFC822_UNFOLD | RFC822_ESCAPES | RFC822_QUOTES | RFC822_COMMENTS |
		RFC822_LOCAL,
	    &out);
	cc_arena_free(&a);
}

static void
date(struct span text)
{
	struct imap_date d;

	cc_rfc822_parse_date(text, &d);
	cc_imap_parse_date_time(text, &d);
}

static void
fields(struct span text)
{
	static const struct span names[] = { CC_SPAN("Subject"), CC_SPAN("A") };
	struct rfc822_field field;
	struct cursor c = cc_cursor(text);
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	while (cc_rfc822_next_field(&c, &field) == 1)
		cc_rfc822_put_unfolded(&out, field.body);
	cc_rfc822_filter_fields(&out, text, names, 2, false);
	cc_rfc822_filter_fields(&out, text, names, 2, true);
	cc_strbuf_free(&out);
}

static void
envelope(struct span text)
{
	struct rfc822_envelope env;
	struct strbuf out;
	struct arena a;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_strbuf_init(&out, SIZE_MAX / 2);
	cc_rfc822_scan_envelope(text, &a, &env);
	cc_imap_put_envelope(&out, &a, &env, cc_span_z("localhost"));
	cc_strbuf_free(&out);
	cc_arena_free(&a);
}

static void
api_envelope(struct span text)
{
	ENVELOPE *env = cc_mail_new_envelope(text, "localhost");

	mail_free_envelope(&env);
}

static void
msgids(struct span text)
{
	struct rfc822_msgids p;
	struct strbuf scratch;
	struct span id;

	cc_strbuf_init(&scratch, SIZE_MAX / 2);
	cc_rfc822_msgids_init(&p, &scratch, text);
	while (cc_rfc822_msgids_next(&p, &id) > 0)
		;
	cc_strbuf_free(&scratch);
}

static void
subject(struct span text)
{
	struct strbuf out;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	cc_base_subject(&out, text);
	cc_strbuf_free(&out);
}

/* What is before the octet, or all; *rest is behind it. */
static struct span
take(struct span *rest, char octet)
{
	const char *at = rest->len ? memchr(rest->p, octet, rest->len) : NULL;
	struct span s = *rest;

	if (at)
		s.len = (size_t)(at - rest->p);
	*rest = cc_span(rest->p + s.len + (at ? 1 : 0),
	    rest->len - s.len - (at ? 1 : 0));
	return s;
}

/* Threads of a mailbox: each line is a message, its words are its subject, its
 * id and its references. */
static void
forest(struct span text)
{
	size_t lines = 1, n = 0;
	struct forest_builder b;
	struct mail_forest f;
	uint32_t *order;

	for (size_t i = 0; i < text.len; i++)
		lines += text.p[i] == '\n';
	order = fs_get(lines * sizeof(*order));
	cc_forest_init(&b, lines);
	for (; n < lines; n++) {
		struct span line = take(&text, '\n');

		order[n] = (uint32_t)n;
		cc_forest_add(&b, take(&line, ' '), false);
		cc_forest_id(&b, take(&line, ' '));
		while (line.len)
			cc_forest_reference(&b, take(&line, ' '));
		cc_forest_link(&b);
	}
	cc_forest_references(&b, order, &f);
	cc_forest_free(&f);
	cc_forest_ordered_subject(&b, order, &f);
	cc_forest_free(&f);
	cc_forest_builder_free(&b);
	fs_give((void **)&order);
}

/* clang-format off */
#define ADDRESSES(name, run)						\
	{ name, run, "", "a@b.example, ", "" },				\
	{ name, run, "", "(", "" },					\
	{ name, run, "", "((a)", "" },					\
	{ name, run, "", "(a) ", "" },					\
	{ name, run, "a@b ", "(\\", "" },				\
	{ name, run, "", "()", "a@b" },					\
	{ name, run, "", "<", "" },					\
	{ name, run, "", "a <", "" },					\
	{ name, run, "", "<>", "" },					\
	{ name, run, "", "\"", "" },					\
	{ name, run, "", "\"a\\\"", "" },				\
	{ name, run, "", "\"a", "" },					\
	{ name, run, "", "\"a\"", "@h" },				\
	{ name, run, "", "\"a\".", "@h" },				\
	{ name, run, "", ",", "" },					\
	{ name, run, "", ", ,;", "" },					\
	{ name, run, "", "a:", "" },					\
	{ name, run, "", "a:;", "" },					\
	{ name, run, "", "a: b@c, ", ";" },				\
	{ name, run, "g:", ";", "" },					\
	{ name, run, "<", "@a,", ":b@c>" },				\
	{ name, run, "<", "@", "" },					\
	{ name, run, "", "@", "" },					\
	{ name, run, "", ".", "" },					\
	{ name, run, "", "a.", "@b" },					\
	{ name, run, "", "a (c) . (d) ", "@b" },			\
	{ name, run, "a@", "b.", "c" },					\
	{ name, run, "a@", "b . (c)", "d" },				\
	{ name, run, "", "a ", "<a@b>" },				\
	{ name, run, "", "a \t\r\n ", "" },				\
	{ name, run, "a@", "[", "" },					\
	{ name, run, "a@[", "\\", "" },					\
	{ name, run, "", "a@[1.2.3.4], ", "" },				\
	{ name, run, "", "\033$B", "" },				\
	{ name, run, "", "\033$B!!\033(B ", "<a@b>" },			\
	{ name, run, "", "\033", "" },					\
	{ name, run, "", "=?utf-8?q?a?= ", "<a@b>" },			\
	{ name, run, "", "<a@b> c, ", "" },				\
	{ name, run, "", "a <b@c", "" },				\
	{ name, run, "", "a at b, ", "" },				\
	{ name, run, "", "\xc3\xa4 ", "<a@b>" }

#define FIELDS(name, run)						\
	{ name, run, "", "A: b\n", "" },				\
	{ name, run, "", "A\1: b\r\n", "" },				\
	{ name, run, "", "A", "" },					\
	{ name, run, "", "A \t", ":" },					\
	{ name, run, "", ":", "" },					\
	{ name, run, "", ":\n", "" },					\
	{ name, run, "A: ", "b\n ", "" },				\
	{ name, run, "A: ", "\r\n\t", "" },				\
	{ name, run, "A: ", "\r", "" },					\
	{ name, run, "", "\r", "" },					\
	{ name, run, "", " \n", "" },					\
	{ name, run, "", "no field\n", "" },				\
	{ name, run, "", "To: a@b\n", "" },				\
	{ name, run, "", "To: a@b,\nCc: c@d\nFrom: e@f\n", "" },	\
	{ name, run, "", "To: (\n", "" },				\
	{ name, run, "", "To: \"\n", "" },				\
	{ name, run, "", "From:\n", "" },				\
	{ name, run, "To: ", "a@b,\n ", "" },				\
	{ name, run, "Subject: ", "\\\"", "" },				\
	{ name, run, "Subject: ", "=?utf-8?q?", "" },			\
	{ name, run, "Subject: ", "a\n ", "" },				\
	{ name, run, "References: ", "<a\1@b>", "" },			\
	{ name, run, "Message-ID: ", "<", "" },				\
	{ name, run, "Date: ", "(", "" },				\
	{ name, run, "Newsgroups: ", "a,", "" }

const struct linear_row linear_header[] = {
	ADDRESSES("msgids", msgids),
	{ "msgids", msgids, "", "<\1@b> ", "" },
	{ "msgids", msgids, "", "<\"", "" },
	{ "msgids", msgids, "", "<\"a\"@b>", "" },
	{ "msgids", msgids, "", "<a@[b]>", "" },
	ADDRESSES("addr", addr),
	ADDRESSES("adrlist", adrlist),
	ADDRESSES("steps", steps),
	ADDRESSES("tokens", tokens),
	FIELDS("fields", fields),
	FIELDS("envelope", envelope),
	FIELDS("api_envelope", api_envelope),
	{ "date", date, "Mon, ", "(", "" },
	{ "date", date, "Mon, ", "()", " 5 Mar 2024" },
	{ "date", date, "", " ", "5 Mar 2024 09:00:00 +0000" },
	{ "date", date, "", "5", "" },
	{ "date", date, "5 Mar 2024 09:00:00 +0000 ", "(\\", "" },
	{ "date", date, "", "Mon, ", "" },
	{ "date", date, "5 Mar ", "0", "2024" },
	{ "date", date, "", "-", "" },
	{ "steps", steps, "", "g: a@b;, ", "" },
	{ "steps", steps, "", "a:;,", "" },
	{ "steps", steps, "", "<a>, ", "" },
	{ "steps", steps, "", "<a,", "" },
	{ "steps", steps, "", "a@,", "" },
	{ "subject", subject, "", "Re: ", "a" },
	{ "subject", subject, "", "Re", "" },
	{ "subject", subject, "", "re[1]: ", "a" },
	{ "subject", subject, "", "[", "" },
	{ "subject", subject, "", "[a]", "" },
	{ "subject", subject, "", "[a] ", "b" },
	{ "subject", subject, "", "[fwd: ", "" },
	{ "subject", subject, "[fwd: ", "a]", "" },
	{ "subject", subject, "", "fwd [a] :", "" },
	{ "subject", subject, "", "Re [", "" },
	{ "subject", subject, "a", " (fwd)", "" },
	{ "subject", subject, "a", "(fwd", "" },
	{ "subject", subject, "", "[x] Fwd: [y] Re: ", "(fwd)" },
	{ "subject", subject, "", " \t", "" },
	{ "subject", subject, "", "=?utf-8?q?Re:_?= ", "a" },
	{ "subject", subject, "", "=?utf-8?b?UmU6?=", "" },
	{ "forest", forest, "", "s i\1\n", "" },
	{ "forest", forest, "", "s\1 i\1\n", "" },
	{ "forest", forest, "", "s i\n", "" },
	{ "forest", forest, "", "s\1 i\1 i1\n", "" },
	{ "forest", forest, "", "s i\1 r\1\n", "" },
	{ "forest", forest, "", "s\1 i\1 a b c d\n", "" },
	{ "forest", forest, "", "s\1 i\1 x\1 y\1 i1\n", "" },
	{ "forest", forest, "s i", " r\1", "" },
	{ "forest", forest, "s i", " r", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
