/*
 * found.c - searching for SORT and THREAD (RFC 5256 section 3): the charset,
 * the program, the messages that match.
 */
#include <malloc.h>

#include "cc_err.h"
#include "fs.h"
#include "found.h"
#include "mail_finder.h"
#include "unsolicited.h"
#include "utf8.h"
#include "utf8aux.h"

#define LOOKS_MAX 3 /* at a mailbox that others change all the time */

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

/* What matches, from the first message to the last. Another program may have
 * taken one out that the client was not told of: CC_ECHANGED, or no match with
 * pass_gone. */
static int
collect(struct session *s, SEARCHPGM *pgm, bool pass_gone, struct found *found)
{
	struct cc_finder *finder = cc_finder_new(s->stream, pgm);
	size_t cap = 64;
	int r = 0;

	found->count = 0;
	fs_resize((void **)&found->msgnos, cap * sizeof(*found->msgnos));
	for (unsigned long i = 1; i <= s->stream->nmsgs && r >= 0; i++) {
		if (i % SIGNAL_STEPS == 1 && session_interrupted(s))
			r = CC_ECLOSED;
		else
			r = cc_finder_test(finder, i);
		if (r == CC_ECHANGED && pass_gone)
			r = 0;
		if (r > 0)
			add(found, &cap, i);
	}
	cc_finder_free(&finder);
	return r < 0 ? r : 0;
}

enum cmd_result
found_search(struct session *s, struct span charset, SEARCHPGM *pgm,
    struct found *found_r)
{
	enum cmd_result result;
	int r;

	*found_r = (struct found){ 0 };
	if ((result = decode(s, charset, pgm)) != CMD_OK)
		return result;
	r = collect(s, pgm, false, found_r);
	if (r == CC_ECHANGED && unsolicited_poll(s, false))
		r = collect(s, pgm, true, found_r);
	return r == 0 ? CMD_OK : found_failed(s, r);
}

bool
found_again(struct session *s, struct found *found)
{
	struct mail_reader reader;
	size_t kept = 0;

	if (found->looks++ == LOOKS_MAX || !unsolicited_poll(s, false))
		return false;
	for (size_t i = 0; i < found->count; i++) {
		uint32_t msgno = found->msgnos[i];

		if (i % SIGNAL_STEPS == 1 && session_interrupted(s))
			return false;
		if (cc_mail_read(s->stream, msgno, MAIL_HEADER, &reader) !=
		    CC_ECHANGED)
			found->msgnos[kept++] = msgno;
	}
	found->count = kept;
	return true;
}

enum cmd_result
found_failed(struct session *s, int r)
{
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
