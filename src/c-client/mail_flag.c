/*
 * mail_flag.c - flags and keywords: lists of them in text, and changing them
 * (RFC 3501 sections 2.3.2 and 6.4.6).
 *
 * A stream has up to NUSERFLAGS keywords; the n-th name is bit n of a
 * message's user_flags. Names are compared without case and are never removed
 * while the mailbox is open. Writing them to the mailbox is the driver's.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_say.h"
#include "mail_text.h"

static const struct {
	const char *name; /* without the backslash */
	long bit;
} system_flags[] = {
	{ "Seen", fSEEN },
	{ "Deleted", fDELETED },
	{ "Flagged", fFLAGGED },
	{ "Answered", fANSWERED },
	{ "Draft", fDRAFT },
};

/* What a list of flags asks for. */
struct flag_set {
	unsigned flags; /* fSEEN ... fDRAFT */
	uint32_t keywords;
};

unsigned
cc_mail_elt_flags(const MESSAGECACHE *elt)
{
	return (elt->seen ? fSEEN : 0u) | (elt->deleted ? fDELETED : 0u) |
	    (elt->flagged ? fFLAGGED : 0u) | (elt->answered ? fANSWERED : 0u) |
	    (elt->draft ? fDRAFT : 0u) | (elt->recent ? 0u : fOLD);
}

void
cc_mail_elt_set_flags(MESSAGECACHE *elt, unsigned flags, uint32_t keywords)
{
	elt->seen = (flags & fSEEN) != 0;
	elt->deleted = (flags & fDELETED) != 0;
	elt->flagged = (flags & fFLAGGED) != 0;
	elt->answered = (flags & fANSWERED) != 0;
	elt->draft = (flags & fDRAFT) != 0;
	elt->recent = (flags & fOLD) == 0;
	elt->user_flags = keywords;
	elt->valid = T;
}

static void
warn_flag(const char *text, struct span name)
{
	int len = name.len > 80 ? 80 : (int)name.len;

	cc_say(WARN, "%s: %.*s", text, len, name.p);
}

static long
find_system(struct span name)
{
	for (size_t i = 0; i < sizeof(system_flags) / sizeof(*system_flags);
	     i++)
		if (cc_span_is_nocase(name, system_flags[i].name))
			return system_flags[i].bit;
	return 0;
}

/* Its bit number, or -1. A slot may be empty with names behind it. */
static int
find_keyword(MAILSTREAM *stream, struct span name)
{
	for (int i = 0; i < NUSERFLAGS; i++)
		if (stream->user_flags[i] &&
		    cc_span_is_nocase(name, stream->user_flags[i]))
			return i;
	return -1;
}

/* May it be a new keyword? Narrower than an atom, so that every format can
 * write it and every client read it. */
static bool
is_keyword(struct span name)
{
	if (name.len == 0 || name.len > MAXUSERFLAG)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f ||
		    strchr("*%\"\\(){]", name.p[i]))
			return false;
	return true;
}

/* Puts a new name in the first free slot; its bit number, or -1. */
static int
create_keyword(MAILSTREAM *stream, struct span name)
{
	int bit = 0;

	if (!stream->kwd_create || !is_keyword(name))
		return -1;
	while (bit < NUSERFLAGS && stream->user_flags[bit])
		bit++;
	if (bit == NUSERFLAGS)
		return -1;
	stream->user_flags[bit] = cc_span_dup(name);
	stream->perm_user_flags |= 1ul << bit;
	if (bit == NUSERFLAGS - 1)
		stream->kwd_create = NIL;
	return bit;
}

static void
parse_flag(MAILSTREAM *stream, struct span name, struct flag_set *set)
{
	long system;
	int bit;

	if (name.p[0] == '\\') {
		system = find_system(cc_span(name.p + 1, name.len - 1));
		if (system)
			set->flags |= (unsigned)system;
		else
			warn_flag("Unsupported system flag", name);
		return;
	}
	bit = find_keyword(stream, name);
	if (bit < 0)
		bit = create_keyword(stream, name);
	if (bit < 0)
		warn_flag("Unknown flag", name);
	else
		set->keywords |= 1u << bit;
}

/* The list without its parentheses; false if only one of them is there. */
static bool
strip_parentheses(struct span *list)
{
	bool opens = list->len && list->p[0] == '(';
	bool closes = list->len > opens && list->p[list->len - 1] == ')';

	if (opens != closes)
		return false;
	if (opens)
		*list = cc_span(list->p + 1, list->len - 2);
	return !list->len ||
	    (!memchr(list->p, '(', list->len) &&
		!memchr(list->p, ')', list->len));
}

static bool
parse_list(MAILSTREAM *stream, const char *flag, struct flag_set *set)
{
	struct span list, name;

	*set = (struct flag_set){ 0, 0 };
	if (!flag || !*flag)
		return true;
	list = cc_span_trim(cc_span_z(flag));
	if (!strip_parentheses(&list)) {
		MM_LOG("Bad flag list", ERROR);
		return false;
	}
	for (size_t i = 0; i < list.len; i += name.len + 1) {
		name = cc_span(list.p + i, 0);
		while (i + name.len < list.len && name.p[name.len] != ' ')
			name.len++;
		if (name.len)
			parse_flag(stream, name, set);
	}
	return true;
}

long
mail_parse_flags(MAILSTREAM *stream, char *flag, unsigned long *uf)
{
	struct flag_set set;

	*uf = 0;
	if (!parse_list(stream, flag, &set))
		return NIL;
	*uf = set.keywords;
	return (long)set.flags;
}

/* A driver's own way: it looks at the elt before and after. */
static void
flag_elt(MAILSTREAM *stream, MESSAGECACHE *elt, const struct flag_set *set,
    bool on)
{
	unsigned old = cc_mail_elt_flags(elt), flags;
	unsigned long old_keywords = elt->user_flags, keywords;

	elt->valid = NIL;
	if (stream->dtb->flagmsg)
		(*stream->dtb->flagmsg)(stream, elt);
	/* The driver may have fetched what other sessions did meanwhile. */
	flags = cc_mail_elt_flags(elt);
	flags = on ? flags | set->flags : flags & ~set->flags;
	keywords = on ? elt->user_flags | set->keywords
		      : elt->user_flags & ~(unsigned long)set->keywords;
	cc_mail_elt_set_flags(elt, flags, (uint32_t)keywords);
	if (flags != old || keywords != old_keywords)
		MM_FLAGS(stream, elt->msgno);
	if (stream->dtb->flagmsg)
		(*stream->dtb->flagmsg)(stream, elt);
}

static int
flag_record(MAILSTREAM *stream, unsigned long msgno, const struct flag_set *set,
    bool on)
{
	struct mail_record old, new;
	int r;

	if ((r = cc_mail_record(stream, msgno, &old)) != 0 ||
	    (r = cc_mail_store(stream, msgno, set->flags, on ? set->flags : 0,
		 set->keywords, on ? set->keywords : 0)) != 0 ||
	    (r = cc_mail_record(stream, msgno, &new)) != 0)
		return r;
	if (old.flags != new.flags || old.keywords != new.keywords)
		MM_FLAGS(stream, msgno);
	return 0;
}

static void
flag_messages(MAILSTREAM *stream, const struct flag_set *set, bool on)
{
	MESSAGECACHE *elt;
	int r = 0;

	for (unsigned long i = 1; r == 0 && i <= stream->nmsgs; i++) {
		elt = cc_mail_elt_if(stream, i);
		if (!elt || !elt->sequence)
			continue;
		if (stream->dtb->fastpath)
			r = flag_record(stream, i, set, on);
		else
			flag_elt(stream, elt, set, on);
	}
	if (r == 0 && stream->dtb->fastpath)
		r = cc_mail_flush(stream, false);
	if (r != 0)
		cc_mail_report("change flags in", stream->mailbox, r);
}

void
mail_flag(MAILSTREAM *stream, char *sequence, char *flag, long flags)
{
	struct flag_set set;
	DRIVER *dtb = stream->dtb;

	if (!dtb)
		return;
	if (dtb->fastpath || dtb->flagmsg || !dtb->flag) {
		if (!parse_list(stream, flag, &set) ||
		    !cc_mail_mark(stream, sequence, flags & ST_UID))
			return;
		if (set.flags || set.keywords)
			flag_messages(stream, &set, (flags & ST_SET) != 0);
	}
	if (dtb->flag)
		(*dtb->flag)(stream, sequence, flag, flags);
}

void
cc_mail_set_seen(MAILSTREAM *stream, unsigned long msgno)
{
	const struct flag_set set = { .flags = fSEEN };
	MESSAGECACHE *elt;
	int r;

	if (stream->dtb->fastpath) {
		r = flag_record(stream, msgno, &set, true);
		if (r == 0)
			r = cc_mail_flush(stream, false);
		if (r != 0)
			cc_mail_report("change flags in", stream->mailbox, r);
		return;
	}
	elt = mail_elt(stream, msgno);
	if (!elt->seen)
		flag_elt(stream, elt, &set, true);
}
