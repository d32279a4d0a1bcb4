/*
 * mail_keys.h - what SORT and THREAD compare, made from header fields (RFC
 * 5256). Field bodies are taken as they lie, folds and all.
 *
 * Texts are brought into the form of the collation i;unicode-casemap (RFC
 * 5051), so that comparing octets collates; octets that are not UTF-8 stay.
 */
#ifndef MAIL_KEYS_H
#define MAIL_KEYS_H

#include <stdint.h>

#include "mail.h"
#include "rfc822_header.h"
#include "strbuf.h"

/* Appends a text in the form that collates. */
void cc_key_text(struct strbuf *out, struct span utf8);

/* Appends the base subject; true if it was marked as a reply or forward. */
bool cc_key_subject(struct strbuf *out, struct span subject);

/* Appends the addr-mailbox of the first address of a list; nothing if that is
 * no address, as in "<>". */
void cc_key_mailbox(struct strbuf *out, struct arena *a, struct span list);

/*
 * The fields of a message's header. a and scratch are reset first; the spans
 * are valid until the next call on the stream. 0 or negative.
 */
int cc_key_fields(MAILSTREAM *stream, unsigned long msgno, struct arena *a,
    struct strbuf *scratch, struct rfc822_envelope *env_r);

/* The sent date by the Date field, else the internal date; seconds since
 * 1970. */
int cc_key_date(MAILSTREAM *stream, unsigned long msgno, struct span date,
    int64_t *time_r);

#endif
