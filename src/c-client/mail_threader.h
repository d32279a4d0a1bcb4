/*
 * mail_threader.h - THREAD for our own programs (RFC 5256): message numbers
 * in, a forest out, no public structures.
 */
#ifndef MAIL_THREADER_H
#define MAIL_THREADER_H

#include "mail.h"
#include "mail_forest.h"

enum mail_threading {
	MAIL_ORDEREDSUBJECT,
	MAIL_REFERENCES,
};

/*
 * The threads of messages whose numbers are given in ascending order; node n of
 * the forest, which the caller frees, is msgnos[n]. 0; negative if a message
 * cannot be read.
 */
int cc_mail_thread(MAILSTREAM *stream, enum mail_threading how,
    const uint32_t *msgnos, size_t count, struct mail_forest *f_r);

/* Tells a builder the references of the message last added: those of the
 * References field, or else the first id of In-Reply-To. p may be NULL. 0, or
 * CC_ELIMIT from scratch. */
int cc_thread_references(struct forest_builder *b, struct span references,
    struct span in_reply_to, struct strbuf *scratch);

/* The first id of a Message-ID field; empty if there is none. */
struct span cc_thread_id(struct span message_id, struct strbuf *scratch);

#endif
