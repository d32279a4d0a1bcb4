/*
 * mail_subject.h - the base subject of SORT and THREAD.
 */
#ifndef MAIL_SUBJECT_H
#define MAIL_SUBJECT_H

#include <stdbool.h>

#include "strbuf.h"

/*
 * Appends the base subject of a Subject field's text (RFC 5256 section 2.1) in
 * UTF-8, its case as it was; true if it was marked as a reply or a forwarded
 * message. Linear.
 */
bool cc_base_subject(struct strbuf *out, struct span subject);

#endif
