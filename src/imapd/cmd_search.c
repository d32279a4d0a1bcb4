/*
 * cmd_search.c - SEARCH and UID SEARCH (RFC 3501 section 6.4.4; ESEARCH of RFC
 * 4731 with the grammar of RFC 4466; WITHIN, RFC 5032), and SCAN, which is LIST
 * of mailboxes that hold a text.
 *
 * Hits are kept as a bit for each message until all are known, so that a
 * message that cannot be read leaves no half answer.
 */
#include "cc_err.h"
#include "command.h"
#include "fs.h"
#include "mail_finder.h"
#include "unsolicited.h"
#include "utf8aux.h"
#include "utf8.h"

/* What RETURN asks for. */
#define RETURN_MIN 1u
#define RETURN_MAX 2u
#define RETURN_ALL 4u
#define RETURN_COUNT 8u

struct search {
	bool extended;  /* RETURN was there: ESEARCH is the answer */
	unsigned what;  /* RETURN_ bits */
	char *charset;  /* in the arena, or NULL */
	SEARCHPGM *pgm; /* owned */
};

struct hits {
	unsigned char *bits; /* of message n: bit n-1 */
	unsigned long nmsgs, count;
	unsigned long first, last; /* 0: none */
	bool pass_gone; /* a message that is no longer there is no hit */
};

/* ---------------------------------------------------------------- arguments */

/* The word, if it is the next one; else nothing is consumed. */
static bool
skip_word(struct args *args, const char *word)
{
	struct cursor before = args->c;
	struct span s;

	if (args_atom(args, &s) == 0 && cc_span_is_nocase(s, word))
		return true;
	args->c = before;
	return false;
}

static int
parse_option(struct args *args, unsigned *what)
{
	static const char *const names[] = { "MIN", "MAX", "ALL", "COUNT" };
	struct span s;

	if (args_atom(args, &s) != 0)
		return CC_EPARSE;
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (cc_span_is_nocase(s, names[i])) {
			*what |= 1u << i;
			return 0;
		}
	}
	return CC_EPARSE;
}

/* [RETURN "(" options ")" SP] */
static int
parse_return(struct args *args, struct search *search)
{
	if (!skip_word(args, "RETURN"))
		return 0;
	search->extended = true;
	if (!args_space(args) || !cc_cursor_skip(&args->c, '('))
		return CC_EPARSE;
	if (!cc_cursor_skip(&args->c, ')')) {
		do {
			if (parse_option(args, &search->what) != 0)
				return CC_EPARSE;
		} while (args_space(args));
		if (!cc_cursor_skip(&args->c, ')'))
			return CC_EPARSE;
	}
	if (!search->what)
		search->what = RETURN_ALL;
	return args_space(args) ? 0 : CC_EPARSE;
}

/* [CHARSET SP astring SP] */
static int
parse_charset(struct args *args, struct search *search)
{
	if (!skip_word(args, "CHARSET"))
		return 0;
	if (!args_space(args) || args_mailbox(args, &search->charset) != 0)
		return CC_EPARSE;
	return args_space(args) ? 0 : CC_EPARSE;
}

static int
parse(struct args *args, struct search *search)
{
	int r;

	if (!args_space(args))
		return CC_EPARSE;
	if ((r = parse_return(args, search)) != 0 ||
	    (r = parse_charset(args, search)) != 0 ||
	    (r = args_search(args, &search->pgm)) != 0)
		return r;
	if (args_end(args))
		return 0;
	mail_free_searchpgm(&search->pgm);
	return CC_EPARSE;
}

/* Is the charset of SEARCH, SORT or THREAD known? CMD_OK for NULL, too; else NO
 * with BADCHARSET and all names there are. */
static enum cmd_result
check_charset(struct session *s, char *charset)
{
	char *wrong = charset ? utf8_badcharset(charset) : NULL;

	if (!wrong)
		return CMD_OK;
	cmd_say(s, "%s", wrong);
	fs_give((void **)&wrong);
	return CMD_NO;
}

/* --------------------------------------------------------------- the work */

static void
add_hit(struct hits *hits, unsigned long msgno)
{
	hits->bits[(msgno - 1) / 8] |= (unsigned char)(1u << (msgno - 1) % 8);
	hits->count++;
	if (!hits->first || msgno < hits->first)
		hits->first = msgno;
	if (msgno > hits->last)
		hits->last = msgno;
}

static bool
is_hit(const struct hits *hits, unsigned long msgno)
{
	return hits->bits[(msgno - 1) / 8] >> (msgno - 1) % 8 & 1;
}

/* Tests messages upwards, or downwards, until the first hit if only that is
 * asked for. */
static int
test(struct session *s, struct cc_finder *finder, struct hits *hits, bool down,
    bool one)
{
	int r;

	for (unsigned long i = 1; i <= hits->nmsgs; i++) {
		unsigned long msgno = down ? hits->nmsgs + 1 - i : i;

		if (i % SIGNAL_STEPS == 1 && session_interrupted(s))
			return CC_ECLOSED;
		r = cc_finder_test(finder, msgno);
		if (r == CC_ECHANGED && hits->pass_gone)
			r = 0;
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		add_hit(hits, msgno);
		if (one)
			break;
	}
	return 0;
}

static int
find(struct session *s, const struct search *search, bool again,
    struct hits *hits)
{
	struct cc_finder *finder = cc_finder_new(s->stream, search->pgm);
	const unsigned ends = RETURN_MIN | RETURN_MAX;
	bool only_ends = search->what && !(search->what & ~ends);
	int r = 0;

	*hits = (struct hits){ .nmsgs = s->stream->nmsgs, .pass_gone = again };
	hits->bits = fs_get(hits->nmsgs / 8 + 1);
	memset(hits->bits, 0, hits->nmsgs / 8 + 1);
	if (!only_ends || (search->what & RETURN_MIN))
		r = test(s, finder, hits, false, only_ends);
	if (r == 0 && only_ends && (search->what & RETURN_MAX))
		r = test(s, finder, hits, true, true);
	cc_finder_free(&finder);
	return r;
}

/* The number that the client knows a message by; 0 if it is gone. */
static uint32_t
number(struct session *s, unsigned long msgno)
{
	struct mail_record record;

	if (!s->uid)
		return (uint32_t)msgno;
	return cc_mail_record(s->stream, msgno, &record) == 0 ? record.uid : 0;
}

static void
put_plain(struct session *s, const struct hits *hits)
{
	output_puts(&s->out, "* SEARCH");
	for (unsigned long i = hits->first; i && i <= hits->last; i++) {
		if (!is_hit(hits, i))
			continue;
		output_printf(&s->out, " %u", number(s, i));
		if (!output_check(&s->out))
			return;
	}
	output_puts(&s->out, "\r\n");
}

/* "2,10:11". Numbers that follow each other are a range. */
static void
put_set(struct session *s, const struct hits *hits)
{
	const char *comma = "";
	uint32_t first = 0, last = 0, n;

	for (unsigned long i = hits->first; i <= hits->last + 1; i++) {
		n = i <= hits->last && is_hit(hits, i) ? number(s, i) : 0;
		if (n && first && n == last + 1) {
			last = n;
			continue;
		}
		if ((n || i > hits->last) && first) {
			output_printf(&s->out, "%s%u", comma, first);
			if (last > first)
				output_printf(&s->out, ":%u", last);
			comma = ",";
			if (!output_check(&s->out))
				return;
		}
		if (n)
			first = last = n;
	}
}

/* RFC 4731 section 3.1. */
static void
put_extended(struct session *s, const struct hits *hits, unsigned what)
{
	output_puts(&s->out, "* ESEARCH (TAG ");
	cc_imap_put_string(&s->out.buf, cc_span_z(s->tag));
	output_puts(&s->out, s->uid ? ") UID" : ")");
	if (hits->count && (what & RETURN_MIN))
		output_printf(&s->out, " MIN %u", number(s, hits->first));
	if (hits->count && (what & RETURN_MAX))
		output_printf(&s->out, " MAX %u", number(s, hits->last));
	if (hits->count && (what & RETURN_ALL)) {
		output_puts(&s->out, " ALL ");
		put_set(s, hits);
	}
	if (what & RETURN_COUNT)
		output_printf(&s->out, " COUNT %lu", hits->count);
	output_puts(&s->out, "\r\n");
}

/* Another program changed the mailbox: it is looked at, which moves no numbers,
 * and searched once more. What was taken out keeps its number until the client
 * is told, but has no text to be found in. */
static enum cmd_result
run(struct session *s, const struct search *search)
{
	struct hits hits;
	int r = find(s, search, false, &hits);

	if (r == CC_ECHANGED && unsolicited_poll(s, false)) {
		fs_give((void **)&hits.bits);
		r = find(s, search, true, &hits);
	}
	if (r == 0) {
		s->out.in_line = true;
		if (search->extended)
			put_extended(s, &hits, search->what);
		else
			put_plain(s, &hits);
		s->out.in_line = false;
		output_check(&s->out);
	} else {
		cmd_say(s, "%s failed: %s", s->command, cc_strerror(r));
	}
	fs_give((void **)&hits.bits);
	return r == 0 ? CMD_OK : CMD_NO;
}

enum cmd_result
cmd_search(struct session *s, struct args *args)
{
	struct search search = { 0 };
	enum cmd_result r;

	if (parse(args, &search) != 0)
		return cmd_missing(s);
	if ((r = check_charset(s, search.charset)) == CMD_OK) {
		utf8_searchpgm(search.pgm, search.charset);
		r = run(s, &search);
	}
	mail_free_searchpgm(&search.pgm);
	return r;
}

/* As LIST, with the text that mailboxes have to hold behind. */
enum cmd_result
cmd_scan(struct session *s, struct args *args)
{
	char *reference, *pattern, *contents;
	enum cmd_result r;

	if (!args_space(args) || args_mailbox(args, &reference) != 0 ||
	    !args_space(args) || args_list_mailbox(args, &pattern) != 0 ||
	    !args_space(args) || args_mailbox(args, &contents) != 0)
		return cmd_missing(s);
	if (!args_end(args))
		return cmd_extra(s);
	if ((r = cmd_may_name(s, reference)) != CMD_OK ||
	    (r = cmd_may_name(s, pattern)) != CMD_OK)
		return r;
	if (*pattern)
		mail_scan(NULL, reference, pattern, contents);
	return CMD_OK;
}
