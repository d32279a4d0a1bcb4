/*
 * mail_finder.h - a search program made ready for testing many messages; for
 * mail_search_*, SORT, THREAD and our servers.
 *
 * Keys are tested by what they cost: flags, numbers and UIDs, then dates and
 * sizes, then headers, then texts, until the answer is known. Public elts are
 * not made where the driver has a fast path.
 */
#ifndef MAIL_FINDER_H
#define MAIL_FINDER_H

#include "mail_fast.h"

struct cc_finder;

/*
 * pgm is read now and not needed later; its strings are UTF-8
 * (utf8_searchpgm). "*" and keywords mean what they mean now; ages count from
 * now. Never NULL. The finder is good until the mailbox is closed, but tests
 * numbers: messages must not be expunged meanwhile.
 */
struct cc_finder *cc_finder_new(MAILSTREAM *stream, const SEARCHPGM *pgm);
void cc_finder_free(struct cc_finder **finder);

/* Is the message one of those? 1 or 0; negative if it cannot be read. Sets no
 * \Seen. */
int cc_finder_test(struct cc_finder *finder, unsigned long msgno);

/* The same, but header and text are those of the section, a message/rfc822
 * part or another part; NULL or "" for the message itself. */
int cc_finder_test_section(struct cc_finder *finder, unsigned long msgno,
    const char *section);

#endif
