/*
 * sequence.c - the messages that a sequence set of a command names (RFC 3501
 * section 9, sequence-set; section 6.4.8 for UIDs).
 *
 * A set is joined and sorted before it is walked, so each message comes once,
 * in the order of the mailbox, whatever the client wrote. UIDs are looked up by
 * halving: a set costs its ranges, not the numbers in them.
 */
#include "cc_err.h"
#include "command.h"

/* The highest number that "*" may stand for: 0 in an empty mailbox. */
static uint32_t
highest(struct session *s)
{
	struct mail_record record;

	if (!s->uid || s->stream->nmsgs == 0)
		return (uint32_t)s->stream->nmsgs;
	if (cc_mail_record(s->stream, s->stream->nmsgs, &record) != 0)
		return 0;
	return record.uid;
}

enum cmd_result
cmd_sequence(struct session *s, struct args *args, struct imap_seqset *set_r)
{
	uint32_t max = highest(s);
	int r;

	if (!args_space(args) || args_end(args))
		return cmd_missing(s);
	r = args_seqset(args, set_r);
	if (r == CC_ELIMIT)
		return cmd_bogus_sequence(s, "Sequence too long");
	if (r != 0)
		return cmd_bogus_sequence(s, "Syntax error in sequence");
	if (!s->uid) {
		for (size_t i = 0; i < set_r->count; i++) {
			const struct imap_range *range = &set_r->ranges[i];

			/* "*" is in range unless there is no message */
			if (range->first > max || range->last > max || max == 0)
				return cmd_bogus_sequence(s,
				    "Sequence out of range");
		}
	}
	cc_imap_seqset_normalise(set_r, max);
	return CMD_OK;
}

int
cmd_sequence_text(struct session *s, const struct imap_seqset *set,
    char **text_r)
{
	struct strbuf b;
	int r;

	*text_r = NULL;
	if (set->count == 0)
		return 0;
	cc_strbuf_init(&b, CC_COMMAND_MEMORY);
	cc_imap_put_seqset(&b, set);
	r = cc_strbuf_status(&b);
	if (r == 0 && !(*text_r = cc_arena_dup(&s->arena, cc_strbuf_span(&b))))
		r = CC_ELIMIT;
	cc_strbuf_free(&b);
	return r;
}

/* The first message whose UID is at least uid; nmsgs + 1 if there is none. */
static unsigned long
lower_bound(MAILSTREAM *stream, uint32_t uid)
{
	unsigned long low = 1, high = stream->nmsgs + 1;

	while (low < high) {
		unsigned long mid = low + (high - low) / 2;
		struct mail_record record;

		if (cc_mail_record(stream, mid, &record) != 0)
			return stream->nmsgs + 1;
		if (record.uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Message numbers of the next range, if any of it exist. */
static void
walk_range(struct session *s, struct cmd_walk *w)
{
	const struct imap_range *range = &w->set->ranges[w->range++];

	if (!s->uid) {
		w->msgno = range->first;
		w->last = range->last;
		return;
	}
	w->msgno = lower_bound(s->stream, range->first);
	w->last = range->last == UINT32_MAX
	    ? s->stream->nmsgs
	    : lower_bound(s->stream, range->last + 1) - 1;
}

bool
cmd_walk_next(struct session *s, struct cmd_walk *w)
{
	if (w->steps++ % SIGNAL_STEPS == 0 ? session_interrupted(s)
					   : session_gone(s))
		return false;
	if (w->msgno != 0)
		w->msgno++;
	while (w->msgno == 0 || w->msgno > w->last) {
		if (w->range == w->set->count)
			return false;
		walk_range(s, w);
		if (w->msgno == 0)
			w->msgno = 1;
	}
	/* The mailbox may have shrunk since the set was checked. */
	return w->msgno <= s->stream->nmsgs;
}
