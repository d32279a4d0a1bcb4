/*
 * rfc822_mailbox.c - addresses one at a time, for programs (RFC 5322 sections
 * 3.4 and 4.4).
 *
 * rfc822_parse_adrlist reads whole lists with the parser of rfc822_addr.c;
 * these are its steps for programs that take a list apart themselves. Strings
 * are a stranger's.
 */
#include "cc_ctype.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_params.h"
#include "mail_text.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_addr.h"
#include "rfc822_complain.h"
#include "rfc822_token.h"
#include "rfc822_word.h"

/* Complains of what string begins with. */
static void
complain(const char *what, const char *string)
{
	cc_rfc822_complain(what, cc_span(string, strnlen(string, MAILTMPLEN)));
}

/* A copy of raw text as a value. */
static char *
value_of(const char *from, const char *to, unsigned what)
{
	struct arena a;
	struct span text;
	char *copy;

	cc_arena_init(&a, CC_MIME_MEMORY);
	if (cc_rfc822_unquote(&a, cc_span(from, (size_t)(to - from)), what,
		&text) != 0)
		text = cc_span("", 0);
	copy = cc_span_dup(text);
	cc_arena_free(&a);
	return copy;
}

static char *
phrase_value(const char *from, const char *to)
{
	return value_of(from, to,
	    RFC822_UNFOLD | RFC822_ESCAPES | RFC822_QUOTES | RFC822_COMMENTS);
}

static char *
local_value(const char *from, const char *to)
{
	return value_of(from, to,
	    RFC822_UNFOLD | RFC822_ESCAPES | RFC822_QUOTES | RFC822_COMMENTS |
		RFC822_LOCAL);
}

/*
 * Past words that dots join, blanks around these included; NIL if there is
 * none.
 */
static char *
dotted_words(char *string)
{
	char *end = NIL, *next = string, *word;

	while ((word = rfc822_parse_word(next, NIL))) {
		end = next = word;
		rfc822_skipws(&next);
		if (word[-1] != '.' && *next != '.')
			break;
	}
	return end;
}

char *
rfc822_parse_domain(char *string, char **end)
{
	char *from = string, *to;

	*end = NIL;
	if (!string)
		return NIL;
	rfc822_skipws(&from);
	if (*from == '[') {
		to = from + strcspn(from, "]<>,;\r\n");
		to = *to == ']' ? to + 1 : NIL;
	} else {
		to = dotted_words(from);
	}
	if (!to) {
		complain("Missing or invalid host name after @", string);
		return NIL;
	}
	*end = to;
	return local_value(from, to);
}

/* At the end of an address: the comments there; the first is a name. */
static char *
trailing_name(ADDRESS *adr, char *s)
{
	for (;;) {
		struct span text;
		size_t len;

		while (cc_rfc822_is_blank(*s))
			s++;
		if (*s != '(' || !(len = cc_rfc822_comment_len(s)))
			return s;
		text = cc_span_trim(cc_span(s + 1, len - 2));
		if (text.len > 0 && !adr->personal)
			adr->personal = value_of(text.p, text.p + text.len,
			    RFC822_UNFOLD | RFC822_ESCAPES);
		s += len;
	}
}

/* Behind a local part: past "@" or RFC 733's " at "; NIL if there is none. */
static char *
skip_at(char *s)
{
	char *word = s;

	rfc822_skipws(&word);
	if (*word == '@')
		return word + 1;
	if (word > s &&
	    cc_span_eq_nocase(cc_span(word, strnlen(word, 2)),
		(struct span)CC_SPAN("at")) &&
	    is_space(word[2]))
		return word + 2;
	return NIL;
}

ADDRESS *
rfc822_parse_addrspec(char *string, char **ret, char *defaulthost)
{
	char *from = string, *end, *host;
	ADDRESS *adr;

	if (!string)
		return NIL;
	rfc822_skipws(&from);
	if (!(end = dotted_words(from)))
		return NIL;
	adr = mail_newaddr();
	adr->mailbox = local_value(from, end);
	if ((host = skip_at(end))) {
		adr->host = rfc822_parse_domain(host, &end);
		if (!adr->host) {
			adr->host = cpystr(ERRHOST);
			end = host;
		}
	} else {
		adr->host = cpystr(defaulthost ? defaulthost : "@");
	}
	*ret = trailing_name(adr, end);
	return adr;
}

/* At "@" behind "<": past "@a,@b:"; NIL if it does not end so. */
static char *
skip_route(char *s)
{
	char *host;

	while (*s == '@') {
		host = rfc822_parse_domain(s + 1, &s);
		if (!host)
			return NIL;
		fs_give((void **)&host);
		rfc822_skipws(&s);
		while (*s == ',') {
			s++;
			rfc822_skipws(&s);
		}
	}
	return *s == ':' ? s + 1 : NIL;
}

static ADDRESS *
new_invalid(void)
{
	ADDRESS *adr = mail_newaddr();

	adr->mailbox = cpystr("INVALID_ADDRESS");
	adr->host = cpystr(ERRHOST);
	return adr;
}

ADDRESS *
rfc822_parse_routeaddr(char *string, char **ret, char *defaulthost)
{
	char *s = string, *route, *end;
	ADDRESS *adr;

	if (!string)
		return NIL;
	rfc822_skipws(&s);
	if (*s != '<')
		return NIL;
	route = ++s;
	rfc822_skipws(&route);
	end = *route == '@' ? skip_route(route) : NIL;
	if (end)
		s = end;
	adr = rfc822_parse_addrspec(s, ret, defaulthost);
	if (!adr) {
		complain("No address in <>", string);
		adr = new_invalid();
		*ret = s;
	} else if (end) {
		adr->adl = local_value(route, end - 1);
	}
	rfc822_skipws(ret);
	if (**ret == '>')
		++*ret;
	else
		complain("Address is not closed by >", string);
	return adr;
}

ADDRESS *
rfc822_parse_mailbox(char **string, char *defaulthost)
{
	char *from, *end;
	ADDRESS *adr;

	if (!*string)
		return NIL;
	rfc822_skipws(string);
	from = *string;
	if (*from == '<')
		return rfc822_parse_routeaddr(from, string, defaulthost);
	if ((end = rfc822_parse_phrase(from))) {
		adr = rfc822_parse_routeaddr(end, string, defaulthost);
		if (adr) {
			fs_give((void **)&adr->personal);
			adr->personal = phrase_value(from, end);
			return adr;
		}
		if (cc_params.parsephrase && rfc822_phraseonly(end) &&
		    (adr = (*cc_params.parsephrase)(from, end, defaulthost))) {
			*string = end;
			return adr;
		}
	}
	return rfc822_parse_addrspec(from, string, defaulthost);
}

/* Appends behind the tail, or as the first; gives the new tail. */
static ADDRESS *
append(ADDRESS **lst, ADDRESS *last, ADDRESS *adr)
{
	if (last)
		last->next = adr;
	else
		*lst = adr;
	while (adr->next)
		adr = adr->next;
	return adr;
}

/* May a run of ISO-2022-JP have begun before rest that its end would close? It
 * has no blanks, and is closed by three octets. */
static bool
may_be_shifted(struct span seen, struct span rest)
{
	size_t i = 0;

	if (!memchr(seen.p, '\033', seen.len))
		return false;
	while (i < rest.len && rest.p[i] > ' ' && rest.p[i] < 0x7f)
		i++;
	return rest.len - i < 3;
}

/* Does the group that the list begins with end in it, whatever follows? */
static bool
holds_group(struct span list)
{
	struct rfc822_addr_parser p;
	struct rfc822_addr addr;
	struct arena a;
	int r;

	cc_arena_init(&a, CC_MIME_MEMORY);
	cc_rfc822_addr_init(&p, &a, list);
	do
		r = cc_rfc822_addr_next(&p, &addr);
	while (r > 0 && addr.kind != RFC822_ADDR_GROUP_END);
	cc_arena_free(&a);
	/* What is open to the end of a part may be closed in the whole. */
	return r > 0 && !cc_cursor_at_end(&p.c) && !p.no_comment &&
	    !p.no_quote &&
	    !may_be_shifted(cc_span(list.p, list.len - cc_cursor_left(&p.c)),
		cc_cursor_rest(&p.c));
}

/*
 * As much of the string as tells what the group at its beginning is. A string
 * of many groups is not measured to its end for each of them.
 */
static struct span
group_text(const char *string)
{
	size_t room = 512, len;

	while ((len = strnlen(string, room)) == room &&
	    !holds_group(cc_span(string, len)))
		room *= 2;
	return cc_span(string, len);
}

ADDRESS *
rfc822_parse_group(ADDRESS **lst, ADDRESS *last, char **string,
    char *defaulthost, unsigned long depth)
{
	char *from, *end, *colon;
	struct span group;
	ADDRESS *adr;

	if (!*string)
		return NIL;
	from = *string;
	rfc822_skipws(&from);
	if (!(end = rfc822_parse_phrase(from)))
		return NIL;
	colon = end;
	rfc822_skipws(&colon);
	if (*colon != ':')
		return NIL;
	if (depth > MAXGROUPDEPTH) {
		complain("Groups are nested too deeply", from);
		return NIL;
	}
	group = group_text(from);
	adr = cc_mail_new_group(&group, defaulthost ? defaulthost : "@");
	*string = from + (group.p - from);
	return append(lst, last, adr);
}

ADDRESS *
rfc822_parse_address(ADDRESS **lst, ADDRESS *last, char **string,
    char *defaulthost, unsigned long depth)
{
	ADDRESS *adr;

	if (!*string)
		return NIL;
	rfc822_skipws(string);
	adr = **string
	    ? rfc822_parse_group(lst, last, string, defaulthost, depth)
	    : NIL;
	if (adr)
		last = adr;
	else if ((adr = rfc822_parse_mailbox(string, defaulthost)))
		last = append(lst, last, adr);
	if (*string) {
		rfc822_skipws(string);
		if (!**string)
			*string = NIL;
	}
	return adr ? last : NIL;
}
