/*
 * mail_inner.h - what the library keeps with a stream besides the public
 * members: memory that outlives one call but not the next of its kind.
 */
#ifndef MAIL_INNER_H
#define MAIL_INNER_H

#include "arena.h"
#include "mail.h"
#include "mime_part.h"
#include "strbuf.h"

/* Where a message lies, as its driver counts. */
struct mail_where {
	unsigned long msgno; /* 0: nowhere */
	uint64_t header, text, end;
};

struct mail_inner {
	struct arena scratch; /* of the call in hand */

	/* The structure last asked for (cc_mail_structure). */
	struct arena tree;
	struct mail_where tree_of; /* the message it is of, msgno 0: none */
	const struct mime_part *root;

	struct strbuf native; /* a header put together from its spans */

	/* Header and text of the message last read by mail_fetch_*, with CRLF
	 * line ends. Programs keep the one while they fetch the other. */
	unsigned long header_msgno; /* 0: none is kept */
	struct strbuf header;
	unsigned long text_msgno;
	struct strbuf text;

	struct strbuf result; /* what else a fetch call returned */
};

/* The record of this stream, made at first use. Never NULL. */
struct mail_inner *cc_mail_inner(MAILSTREAM *stream);

/* Forgets what is kept of messages, since they are renumbered or changed. */
void cc_mail_inner_forget(MAILSTREAM *stream);

/* Gives back the texts that fetch calls returned. */
void cc_mail_inner_texts_free(MAILSTREAM *stream);

/* Gives all of it back; the stream is closed or another mailbox follows. */
void cc_mail_inner_free(MAILSTREAM *stream);

/* Frees the elts that nobody has locked; for cc_mail_drop_elts. */
void cc_mail_cache_drop(MAILSTREAM *stream);

#endif
