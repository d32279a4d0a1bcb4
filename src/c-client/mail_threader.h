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

#endif
