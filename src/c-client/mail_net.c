/*
 * mail_net.c - names of mailboxes on other hosts:
 *
 *	"{" host [":" port] *( "/" switch ["=" value] ) "}" [mailbox]
 *
 * Programs build such names from what strangers type, so the host is checked
 * to be one before anything connects to it or passes it to a command
 * (CVE-2018-19518), and every copy is bounded by the member it goes to
 * (CVE-2005-2933).
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cursor.h"
#include "mail.h"
#include "mail_params.h"
#include "misc.h"

#define PORT_MAX 65535u /* NET_ flags lie above */

/* A name being taken apart. */
struct net_name {
	struct cursor c; /* between the braces */
	NETMBX *mb;
	bool validate; /* /validate-cert was given */
};

/* Copies a span to a member of size octets. */
static int
put(char *dst, size_t size, struct span s)
{
	if (s.len >= size)
		return CC_ERANGE;
	memcpy(dst, s.p, s.len);
	dst[s.len] = '\0';
	return 0;
}

/* Octets up to one of stop, or all. */
static struct span
take_until(struct cursor *c, const char *stop)
{
	const unsigned char *p = c->p;

	while (c->p < c->end && !strchr(stop, *c->p))
		c->p++;
	return cc_span(p, (size_t)(c->p - p));
}

static bool
is_host_char(int c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool
is_address_char(int c)
{
	return is_alnum(c) || c == '.' || c == ':' || c == '%';
}

/* A leading "-" would be an option to a command. */
static int
parse_host(struct net_name *n)
{
	struct cursor c = n->c;
	bool literal = cc_cursor_skip(&c, '[');
	const unsigned char *begin = c.p;

	if (literal) {
		while (c.p < c.end && is_address_char(*c.p))
			c.p++;
		if (c.p == begin || !cc_cursor_skip(&c, ']'))
			return CC_EPARSE;
	} else {
		while (c.p < c.end && is_host_char(*c.p))
			c.p++;
		if (c.p == begin || *begin == '-')
			return CC_EPARSE;
	}
	if (put(n->mb->host, sizeof(n->mb->host),
		cc_span(n->c.p, (size_t)(c.p - n->c.p))) != 0)
		return CC_ERANGE;
	memcpy(n->mb->orighost, n->mb->host, sizeof(n->mb->orighost));
	n->c = c;
	return 0;
}

static int
parse_port(struct net_name *n)
{
	unsigned long port = 0;

	if (n->mb->port)
		return CC_EPARSE;
	while (n->c.p < n->c.end && is_digit(*n->c.p)) {
		port = port * 10 + (unsigned long)(*n->c.p++ - '0');
		if (port > PORT_MAX)
			return CC_ERANGE;
	}
	n->mb->port = port;
	return port ? 0 : CC_EPARSE;
}

/* A value: plain up to the next switch or port, or quoted with "\" before
 * octets that would end it. It goes to a member of size octets. */
static int
parse_value(struct cursor *c, char *dst, size_t size)
{
	size_t len = 0;
	int octet;

	if (!cc_cursor_skip(c, '"'))
		return put(dst, size, take_until(c, "/:"));
	while (!cc_cursor_skip(c, '"')) {
		cc_cursor_skip(c, '\\');
		octet = cc_cursor_peek(c);
		if (octet < 0)
			return CC_EPARSE;
		if (len + 1 >= size)
			return CC_ERANGE;
		dst[len++] = (char)octet;
		c->p++;
	}
	dst[len] = '\0';
	return 0;
}

/* A leading "-" would be an option to a command, too. */
static bool
is_user(const char *s)
{
	if (*s == '-')
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

enum net_switch {
	SW_SERVICE_IS,
	SW_USER,
	SW_AUTHUSER,
	SW_LAST_WITH_VALUE = SW_AUTHUSER,
	SW_SERVICE,
	SW_ANONYMOUS,
	SW_READONLY,
	SW_SECURE,
	SW_DEBUG,
	SW_NORSH,
	SW_SSL,
	SW_TRYSSL,
	SW_TLS,
	SW_TLS_SSLV23,
	SW_NOTLS,
	SW_VALIDATE,
	SW_NOVALIDATE,
	SW_LOSER,
};

static const struct net_word {
	const char *word;
	enum net_switch what;
	const char *service; /* for SW_SERVICE */
} words[] = {
	{ "service", SW_SERVICE_IS, NULL },
	{ "user", SW_USER, NULL },
	{ "authuser", SW_AUTHUSER, NULL },
	{ "imap", SW_SERVICE, "imap" },
	{ "imap2", SW_SERVICE, "imap" },
	{ "imap2bis", SW_SERVICE, "imap" },
	{ "imap4", SW_SERVICE, "imap" },
	{ "imap4rev1", SW_SERVICE, "imap" },
	{ "pop3", SW_SERVICE, "pop3" },
	{ "pop", SW_SERVICE, "pop3" },
	{ "nntp", SW_SERVICE, "nntp" },
	{ "smtp", SW_SERVICE, "smtp" },
	{ "submit", SW_SERVICE, "submit" },
	{ "anonymous", SW_ANONYMOUS, NULL },
	{ "readonly", SW_READONLY, NULL },
	{ "secure", SW_SECURE, NULL },
	{ "debug", SW_DEBUG, NULL },
	{ "norsh", SW_NORSH, NULL },
	{ "ssl", SW_SSL, NULL },
	{ "tryssl", SW_TRYSSL, NULL },
	{ "tls", SW_TLS, NULL },
	{ "tls-sslv23", SW_TLS_SSLV23, NULL },
	{ "notls", SW_NOTLS, NULL },
	{ "validate-cert", SW_VALIDATE, NULL },
	{ "novalidate-cert", SW_NOVALIDATE, NULL },
	{ "loser", SW_LOSER, NULL },
};

static const struct net_word *
find_word(struct span word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (cc_span_is_nocase(word, words[i].word))
			return &words[i];
	return NULL;
}

/* Switches with a value, which may each stand once. */
static int
apply_value(struct net_name *n, enum net_switch what)
{
	NETMBX *mb = n->mb;
	int r;

	switch (what) {
	case SW_SERVICE_IS:
		if (*mb->service)
			return CC_EPARSE;
		r = parse_value(&n->c, mb->service, sizeof(mb->service));
		lcase((unsigned char *)mb->service);
		return r;
	case SW_USER:
		if (*mb->user)
			return CC_EPARSE;
		r = parse_value(&n->c, mb->user, sizeof(mb->user));
		return r == 0 && !is_user(mb->user) ? CC_EPARSE : r;
	default:
		if (*mb->authuser)
			return CC_EPARSE;
		r = parse_value(&n->c, mb->authuser, sizeof(mb->authuser));
		return r == 0 && !is_user(mb->authuser) ? CC_EPARSE : r;
	}
}

/* The switches about TLS contradict each other in part. */
static int
apply_tls(NETMBX *mb, enum net_switch what)
{
	switch (what) {
	case SW_SSL:
		if (mb->tlsflag)
			return CC_EPARSE;
		mb->sslflag = mb->notlsflag = T;
		return 0;
	case SW_NOTLS:
		if (mb->tlsflag)
			return CC_EPARSE;
		mb->notlsflag = T;
		return 0;
	default:
		if (mb->notlsflag)
			return CC_EPARSE;
		mb->tlsflag = T;
		if (what == SW_TLS_SSLV23)
			mb->tlssslv23 = T;
		return 0;
	}
}

static int
apply(struct net_name *n, const struct net_word *w)
{
	NETMBX *mb = n->mb;

	switch (w->what) {
	case SW_SERVICE:
		if (*mb->service)
			return CC_EPARSE;
		return put(mb->service, sizeof(mb->service),
		    cc_span_z(w->service));
	case SW_ANONYMOUS:
		mb->anoflag = T;
		return 0;
	case SW_READONLY:
		mb->readonlyflag = T;
		return 0;
	case SW_SECURE:
		mb->secflag = T;
		return 0;
	case SW_DEBUG:
		mb->dbgflag = T;
		return 0;
	case SW_NORSH:
		mb->norsh = T;
		return 0;
	case SW_TRYSSL:
		mb->trysslflag = T;
		return 0;
	case SW_VALIDATE:
		n->validate = true;
		return 0;
	case SW_NOVALIDATE:
		mb->novalidate = T;
		return 0;
	case SW_LOSER:
		mb->loser = T;
		return 0;
	default:
		return apply_tls(mb, w->what);
	}
}

static int
parse_switch(struct net_name *n)
{
	const struct net_word *w = find_word(take_until(&n->c, "/:="));
	bool value = cc_cursor_skip(&n->c, '=');

	if (!w || value != (w->what <= SW_LAST_WITH_VALUE))
		return CC_EPARSE;
	return value ? apply_value(n, w->what) : apply(n, w);
}

/* What can only be judged when all is known. */
static int
check(const struct net_name *n)
{
	const NETMBX *mb = n->mb;

	if (mb->norsh && strcmp(mb->service, "imap") != 0)
		return CC_EPARSE;
	if (!cc_params.ssldriver &&
	    (mb->sslflag || mb->novalidate || n->validate))
		return CC_EUNSUPPORTED;
	return 0;
}

static int
parse_remote(struct net_name *n, const char *service)
{
	int r = parse_host(n);

	while (r == 0 && !cc_cursor_at_end(&n->c)) {
		if (cc_cursor_skip(&n->c, ':'))
			r = parse_port(n);
		else if (cc_cursor_skip(&n->c, '/'))
			r = parse_switch(n);
		else
			r = CC_EPARSE;
	}
	if (r == 0 && !*n->mb->service)
		r = put(n->mb->service, sizeof(n->mb->service),
		    cc_span_z(service));
	return r == 0 ? check(n) : r;
}

long
mail_valid_net_parse_work(char *name, NETMBX *mb, char *service)
{
	struct net_name n = { .mb = mb };
	const char *end;
	struct span mailbox;

	memset(mb, 0, sizeof(*mb));
	if (*name != '{' || !(end = strchr(name, '}')))
		return NIL;
	if (end - (name + 1) >= MAILTMPLEN)
		return NIL;
	mailbox = cc_span_z(end + 1);
	if (mailbox.len == 0)
		mailbox = cc_span_z("INBOX");
	n.c = cc_cursor(cc_span(name + 1, (size_t)(end - (name + 1))));
	if (put(mb->mailbox, sizeof(mb->mailbox), mailbox) != 0 ||
	    parse_remote(&n, service) != 0)
		return NIL;
	return T;
}

long
mail_valid_net_parse(char *name, NETMBX *mb)
{
	return mail_valid_net_parse_work(name, mb, "imap");
}

DRIVER *
mail_valid_net(char *name, DRIVER *drv, char *host, char *mailbox)
{
	NETMBX mb;

	if (!mail_valid_net_parse(name, &mb) ||
	    strcmp(mb.service, drv->name) != 0)
		return NULL;
	if (host)
		memcpy(host, mb.host, sizeof(mb.host));
	if (mailbox)
		memcpy(mailbox, mb.mailbox, sizeof(mb.mailbox));
	return drv;
}
