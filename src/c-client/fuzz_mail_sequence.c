/*
 * fuzz_mail_sequence.c - sequences of the API against the sets they are: what
 * is marked is what the set has, and nothing is marked of a wrong one's rest.
 *
 * The first octet is the number of messages; UIDs are three times as far.
 */
#include "cc_limits.h"
#include "fs.h"
#include "fuzz_util.h"
#include "imap_grammar.h"
#include "mail.h"

static unsigned long
uid_of(MAILSTREAM *stream, unsigned long msgno)
{
	(void)stream;
	return 3 * msgno;
}

/* The whole text as a set. */
static bool
is_set(const char *text, struct arena *a, struct imap_seqset *set_r)
{
	struct cursor c = cc_cursor(cc_span_z(text));

	return cc_imap_parse_seqset(&c, a, set_r) == 0 && cc_cursor_at_end(&c);
}

static void
check(MAILSTREAM *stream, const char *text, bool uid, long ok)
{
	uint32_t max = (uint32_t)(uid ? 3 * stream->nmsgs : stream->nmsgs);
	struct imap_seqset set;
	struct arena a;

	cc_arena_init(&a, 1u << 24);
	if (!is_set(text, &a, &set)) {
		must(!ok);
	} else if (ok) {
		for (unsigned long i = 1; i <= stream->nmsgs; i++)
			must((mail_elt(stream, i)->sequence != 0) ==
			    cc_imap_seqset_has(&set,
				(uint32_t)(uid ? 3 * i : i), max));
	} else {
		must(!uid); /* a message that there is not */
	}
	cc_arena_free(&a);
}

static void
check_set(char *text)
{
	char *end = text;
	SEARCHSET *set = mail_parse_set(text, &end);

	must(end >= text && end <= text + strlen(text));
	for (const SEARCHSET *s = set; s; s = s->next)
		must(s->first > 0 && (!s->last || s->first <= s->last));
	mail_free_searchset(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	DRIVER driver = { .uid = uid_of };
	MAILSTREAM stream = { .dtb = &driver };
	char *text;

	if (size == 0)
		return 0;
	text = cc_span_dup(cc_span(data + 1, size - 1));
	stream.silent = T;
	mail_exists(&stream, data[0] ? data[0] : 1);
	check(&stream, text, false,
	    mail_sequence(&stream, (unsigned char *)text));
	check(&stream, text, true,
	    mail_uid_sequence(&stream, (unsigned char *)text));
	check_set(text);
	mm_cache(&stream, 0, CH_INIT);
	fs_give((void **)&text);
	return 0;
}
