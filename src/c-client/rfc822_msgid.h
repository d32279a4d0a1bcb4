/*
 * rfc822_msgid.h - message-ids, one or many: Message-ID, References and
 * In-Reply-To (RFC 5322 section 3.6.4, obsolete forms of 4.5.4).
 *
 * An id is handed out in the normal form of RFC 5256 (THREAD, REFERENCES):
 * what stands between the brackets without quotes, escapes in quotes, comments
 * and blanks; its case is kept. Texts between ids, such as the phrases of an
 * In-Reply-To, are passed over.
 *
 * What real mail does wrong is read as it was meant: ids that are folded, that
 * are not closed or closed twice. Where the text has no "<" at all, its words
 * are the ids if each of them has an "@". What has no "@", or begins with it,
 * is no id.
 */
#ifndef RFC822_MSGID_H
#define RFC822_MSGID_H

#include "cursor.h"
#include "strbuf.h"

struct rfc822_msgids {
	struct cursor c;
	struct strbuf *scratch; /* an id that has to be put together */
	bool bare;              /* the text has no "<" */
	bool no_comment;        /* "(" is text: one of them is never closed */
	bool no_quote;          /* the same for DQUOTE */
};

/* scratch is initialised, and the caller's to free; its ceiling limits an id
 * that is quoted or folded. */
void cc_rfc822_msgids_init(struct rfc822_msgids *p, struct strbuf *scratch,
    struct span text);

/* 1 and the next id, in the text or in scratch, valid until the next call; 0
 * at the end; CC_ELIMIT for an id that scratch has no room for. Linear in the
 * text over all calls. */
int cc_rfc822_msgids_next(struct rfc822_msgids *p, struct span *id_r);

#endif
