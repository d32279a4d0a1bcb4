/*
 * mail_search.c - searching a mailbox: mail_search_full and what it does where
 * the driver has no search of its own (RFC 3501 section 6.4.4).
 *
 * Messages are tested by the finder, which makes no elts; an elt is made for a
 * hit only, since its `searched` bit is where programs look. Strings of a
 * program are in its charset until a search turns them to UTF-8, for good.
 */
#include "cc_err.h"
#include "fs.h"
#include "mail_finder.h"
#include "mail_generic.h"
#include "utf8.h"
#include "utf8aux.h"

/* Elts that nobody has asked for have no mark. */
static void
clear_marks(MAILSTREAM *stream)
{
	MESSAGECACHE *elt;

	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if ((elt = cc_mail_elt_if(stream, i)) != NIL)
			elt->searched = NIL;
}

long
mail_search_full(MAILSTREAM *stream, char *charset, SEARCHPGM *pgm, long flags)
{
	long ret = NIL;

	if (stream && !(flags & SE_RETAIN))
		clear_marks(stream);
	if (stream && stream->dtb && pgm)
		ret = stream->dtb->search
		    ? (*stream->dtb->search)(stream, charset, pgm, flags)
		    : mail_search_default(stream, charset, pgm, flags);
	if (flags & SE_FREE)
		mail_free_searchpgm(&pgm);
	return ret;
}

static void
tell(MAILSTREAM *stream, unsigned long msgno, long flags)
{
	if (flags & SE_UID) {
		mm_searched(stream, mail_uid(stream, msgno));
		return;
	}
	mail_elt(stream, msgno)->searched = T;
	if (!stream->silent)
		mm_searched(stream, msgno);
}

long
mail_search_default(MAILSTREAM *stream, char *charset, SEARCHPGM *pgm,
    long flags)
{
	struct cc_finder *finder;
	char *wrong;
	int r = 0;

	if (charset && *charset && (wrong = utf8_badcharset(charset)) != NIL) {
		MM_LOG(wrong, ERROR);
		fs_give((void **)&wrong);
		return NIL;
	}
	utf8_searchpgm(pgm, charset);
	finder = cc_finder_new(stream, pgm);
	for (unsigned long i = 1; i <= stream->nmsgs && r >= 0; i++)
		if ((r = cc_finder_test(finder, i)) > 0)
			tell(stream, i, flags);
	cc_finder_free(&finder);
	if (r < 0)
		cc_mail_report("search", stream->mailbox, r);
	return r < 0 ? NIL : LONGT;
}

long
mail_search_msg(MAILSTREAM *stream, unsigned long msgno, char *section,
    SEARCHPGM *pgm)
{
	struct cc_finder *finder;
	int r;

	if (!stream || !stream->dtb || !pgm)
		return NIL;
	finder = cc_finder_new(stream, pgm);
	r = cc_finder_test_section(finder, msgno, section);
	cc_finder_free(&finder);
	return r > 0 ? LONGT : NIL;
}

long
mail_search_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    STRINGLIST *st, long flags)
{
	SEARCHPGM pgm = { 0 };

	*(flags ? &pgm.text : &pgm.body) = st;
	return mail_search_msg(stream, msgno, section, &pgm);
}

/* Is it one of the user flags of the message? */
static bool
has_keyword(MAILSTREAM *stream, const MESSAGECACHE *elt, struct span name)
{
	for (unsigned i = 0; i < NUSERFLAGS; i++)
		if (stream->user_flags[i] &&
		    cc_span_is_nocase(name, stream->user_flags[i]))
			return elt->user_flags >> i & 1;
	return false;
}

long
mail_search_keyword(MAILSTREAM *stream, MESSAGECACHE *elt, STRINGLIST *st,
    long flag)
{
	for (; st; st = st->next) {
		struct span name = cc_span(st->text.data, st->text.size);

		if (has_keyword(stream, elt, name) != (flag != NIL))
			return NIL;
	}
	return LONGT;
}
