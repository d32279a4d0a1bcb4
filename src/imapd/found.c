/*
 * found.c - searching for SORT and THREAD (RFC 5256 section 3): the charset,
 * the program, the messages that match.
 */
#include <malloc.h>

#include "cc_err.h"
#include "fs.h"
#include "found.h"
#include "mail_finder.h"
#include "utf8.h"
#include "utf8aux.h"

enum cmd_result
found_parse(struct session *s, struct args *args, struct span *charset_r,
    SEARCHPGM **pgm_r)
{
	*pgm_r = NIL;
	if (!args_space(args) || args_astring(args, charset_r) != 0 ||
	    !args_space(args) || args_search(args, pgm_r) != 0 ||
	    !args_end(args)) {
		mail_free_searchpgm(pgm_r);
		return cmd_missing(s);
	}
	return CMD_OK;
}

/* Turns the program's strings to UTF-8; the answer if nobody knows how. */
static enum cmd_result
decode(struct session *s, struct span charset, SEARCHPGM *pgm)
{
	char *name = cc_arena_dup(&s->arena, charset), *wrong;

	if (!name || strlen(name) != charset.len)
		return cmd_missing(s);
	if ((wrong = utf8_badcharset(name))) {
		cmd_say(s, "%s", wrong);
		fs_give((void **)&wrong);
		return CMD_NO;
	}
	utf8_searchpgm(pgm, name);
	return CMD_OK;
}

static void
add(struct found *found, size_t *cap, unsigned long msgno)
{
	if (found->count == *cap) {
		*cap *= 2;
		fs_resize((void **)&found->msgnos,
		    *cap * sizeof(*found->msgnos));
	}
	found->msgnos[found->count++] = (uint32_t)msgno;
}

enum cmd_result
found_search(struct session *s, struct span charset, SEARCHPGM *pgm,
    struct found *found_r)
{
	struct cc_finder *finder;
	enum cmd_result result;
	size_t cap = 64;
	int r = 0;

	*found_r = (struct found){ 0 };
	if ((result = decode(s, charset, pgm)) != CMD_OK)
		return result;
	found_r->msgnos = fs_get(cap * sizeof(*found_r->msgnos));
	finder = cc_finder_new(s->stream, pgm);
	for (unsigned long i = 1; i <= s->stream->nmsgs && r >= 0; i++) {
		if (i % SIGNAL_STEPS == 1 && session_interrupted(s))
			r = CC_ECLOSED;
		else if ((r = cc_finder_test(finder, i)) > 0)
			add(found_r, &cap, i);
	}
	cc_finder_free(&finder);
	if (r >= 0)
		return CMD_OK;
	cmd_say(s, "%s failed: %s", s->command, cc_strerror(r));
	return CMD_NO;
}

void
found_free(struct found *found)
{
	fs_give((void **)&found->msgnos);
	/* What a mailbox took while it was sorted or threaded is megabytes; the
	 * session may be idle for long after that. */
	malloc_trim(0);
}

uint32_t
found_number(struct session *s, uint32_t msgno)
{
	struct mail_record record;

	if (!s->uid)
		return msgno;
	return cc_mail_record(s->stream, msgno, &record) == 0 ? record.uid : 0;
}
