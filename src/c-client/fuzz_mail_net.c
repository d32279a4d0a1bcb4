/*
 * fuzz_mail_net.c - names of mailboxes on other hosts. Input: the name. What
 * is accepted is written again from its parts, and must mean the same.
 */
#include "cc_ctype.h"
#include "fuzz_util.h"
#include "mail_params.h"
#include "strbuf.h"

static void
put_quoted(struct strbuf *out, const char *name, const char *value)
{
	if (!*value)
		return;
	cc_strbuf_printf(out, "/%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			cc_strbuf_putc(out, '\\');
		cc_strbuf_putc(out, *value);
	}
	cc_strbuf_putc(out, '"');
}

static void
put_switch(struct strbuf *out, bool on, const char *name)
{
	if (on)
		cc_strbuf_printf(out, "/%s", name);
}

static void
write_name(struct strbuf *out, const NETMBX *mb)
{
	cc_strbuf_printf(out, "{%s", mb->host);
	if (mb->port)
		cc_strbuf_printf(out, ":%lu", mb->port);
	put_quoted(out, "service", mb->service);
	put_quoted(out, "user", mb->user);
	put_quoted(out, "authuser", mb->authuser);
	put_switch(out, mb->anoflag, "anonymous");
	put_switch(out, mb->dbgflag, "debug");
	put_switch(out, mb->secflag, "secure");
	put_switch(out, mb->tlsflag, "tls");
	put_switch(out, mb->tlssslv23, "tls-sslv23");
	put_switch(out, mb->notlsflag, "notls");
	put_switch(out, mb->sslflag, "ssl");
	put_switch(out, mb->trysslflag, "tryssl");
	put_switch(out, mb->novalidate, "novalidate-cert");
	put_switch(out, mb->readonlyflag, "readonly");
	put_switch(out, mb->norsh, "norsh");
	put_switch(out, mb->loser, "loser");
	cc_strbuf_printf(out, "}%s", mb->mailbox);
}

static void
check_host(const char *s)
{
	must(*s && *s != '-');
	for (; *s; s++)
		must(is_alnum(*s) || strchr(".-_[]:%", *s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static NETDRIVER tls;
	char *name = strndup((const char *)data, size);
	struct strbuf again;
	NETMBX mb, mb2;

	cc_params.ssldriver = &tls;
	cc_strbuf_init(&again, SIZE_MAX);
	if (mail_valid_net_parse(name, &mb)) {
		check_host(mb.host);
		must(mb.user[0] != '-' && mb.authuser[0] != '-');
		write_name(&again, &mb);
		must(mail_valid_net_parse(again.data, &mb2));
		must(memcmp(&mb, &mb2, sizeof(mb)) == 0);
	}
	cc_strbuf_free(&again);
	free(name);
	return 0;
}
