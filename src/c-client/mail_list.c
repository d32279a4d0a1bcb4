/*
 * mail_list.c - LIST, LSUB and SCAN: handing the question to the drivers that
 * take part. Matching and walking is theirs; answers go to mm_list, mm_lsub.
 */
#include "cc_say.h"
#include "mail_generic.h"
#include "mail_link.h"

/* What is asked. */
struct listing {
	const char *command; /* for messages */
	char *ref, *pat;
	char *contents; /* SCAN only */
	void (*ask)(const struct listing *what, DRIVER *d, MAILSTREAM *stream);
};

static void
ask_list(const struct listing *what, DRIVER *d, MAILSTREAM *stream)
{
	(*d->list)(stream, what->ref, what->pat);
}

static void
ask_lsub(const struct listing *what, DRIVER *d, MAILSTREAM *stream)
{
	(*d->lsub)(stream, what->ref, what->pat);
}

static void
ask_scan(const struct listing *what, DRIVER *d, MAILSTREAM *stream)
{
	if (d->scan)
		(*d->scan)(stream, what->ref, what->pat, what->contents);
}

/* Drivers put the two together in buffers of a fixed size. */
static bool
too_long(const struct listing *what, const char *text, const char *kind)
{
	if (strnlen(text, NETMAXMBX + 1) <= NETMAXMBX)
		return false;
	cc_say(ERROR, "Invalid %s %s specification: %.80s", what->command, kind,
	    text);
	return true;
}

static void
run(MAILSTREAM *stream, struct listing *what)
{
	DRIVER *d;
	bool remote;

	if (*what->pat == '{')
		what->ref = NIL;
	if ((what->ref && too_long(what, what->ref, "reference")) ||
	    too_long(what, what->pat, "pattern"))
		return;
	remote = *what->pat == '{' || (what->ref && *what->ref == '{');
	if (stream && stream->dtb) {
		if (!remote || !(stream->dtb->flags & DR_LOCAL))
			what->ask(what, stream->dtb, stream);
		return;
	}
	for (d = cc_drivers(); d; d = d->next)
		if (!(d->flags & DR_DISABLE) &&
		    !(remote && (d->flags & DR_LOCAL)))
			what->ask(what, d, NIL);
}

void
mail_list(MAILSTREAM *stream, char *ref, char *pat)
{
	struct listing what = { "LIST", ref, pat, NIL, ask_list };

	run(stream, &what);
}

void
mail_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	struct listing what = { "LSUB", ref, pat, NIL, ask_lsub };

	run(stream, &what);
}

void
mail_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents)
{
	struct listing what = { "SCAN", ref, pat, contents, ask_scan };

	run(stream, &what);
}
