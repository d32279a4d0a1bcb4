/*
 * mail_sortcache.h - the keys that a stream keeps of its messages for
 * mail_sort and mail_thread.
 */
#ifndef MAIL_SORTCACHE_H
#define MAIL_SORTCACHE_H

#include "mail.h"
#include "span.h"

/* What an entry is to hold; 1u << SORTDATE to 1u << SORTSIZE are its keys. */
#define CC_SORTCACHE_IDS (1u << 7) /* message_id, references */

/* The entry of a message, made if need be. */
SORTCACHE *cc_sortcache(MAILSTREAM *stream, unsigned long msgno);

/* Fills what is wanted and not there yet. Texts that the message has not are
 * "". 0; negative if it cannot be read. */
int cc_sortcache_load(MAILSTREAM *stream, unsigned long msgno, unsigned wanted);

/* The ids of a text as a list in normal form; at most one if first. */
STRINGLIST *cc_new_references(struct span text, bool first);

#endif
