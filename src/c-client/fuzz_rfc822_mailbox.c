/*
 * fuzz_rfc822_mailbox.c - addresses one at a time: every step stays in the
 * string and moves on, and what lists are written as is read as the same.
 */
#include "fs.h"
#include "fuzz_util.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_write.h"

static void
steps(char *s, const char *end)
{
	ADDRESS *list = NIL, *last = NIL, *next;
	char *p = s;

	while (p && *p) {
		char *from = p;

		next = rfc822_parse_address(&list, last, &p, NIL, 0);
		must(!p || (p >= from && p <= end));
		if (next)
			last = next;
		if (p == from)
			p++;
	}
	must(!last || !last->next);
	mail_free_address(&list);
}

/* Texts that cannot be written so that they come back: ISO-2022-JP between
 * quotes, and line ends. */
static bool
is_plain(const char *s)
{
	return !s || !strpbrk(s, "\r\n\033");
}

static bool
same(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/* Every address of the list, written alone, reads as itself. */
static void
check_written(const ADDRESS *adr)
{
	ADDRESS one = *adr, *again = NIL;
	struct strbuf out;

	if (!adr->host || !adr->mailbox || strcmp(adr->host, ERRHOST) == 0 ||
	    !is_plain(adr->personal) || !is_plain(adr->mailbox) ||
	    !is_plain(adr->host) || !is_plain(adr->adl))
		return;
	one.next = NIL;
	cc_strbuf_init(&out, SIZE_MAX);
	cc_rfc822_put_list(&out, &one, 0, NULL);
	rfc822_parse_adrlist(&again, out.data, "@");
	must(again && !again->next);
	must(same(again->mailbox, adr->mailbox));
	must(same(again->host, adr->host));
	must(same(again->personal, adr->personal));
	must(same(again->adl, adr->adl));
	mail_free_address(&again);
	cc_strbuf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1), *p;
	ADDRESS *list = NIL;

	memcpy(s, data, size);
	s[size] = '\0';
	steps(s, s + size);
	rfc822_parse_adrlist(&list, s, "@");
	for (const ADDRESS *a = list; a; a = a->next)
		check_written(a);
	mail_free_address(&list);
	p = rfc822_cpy(s);
	must(strlen(p) <= size);
	fs_give((void **)&p);
	p = s;
	rfc822_skip_comment(&p, (long)(size & 1));
	must(p >= s && p <= s + size);
	free(s);
	return 0;
}
