/*
 * mboxfile_append_inner.h - between the parts of an append: what is remembered
 * of the mailbox (mboxfile_tail.c), the UIDs and keywords of new messages
 * (mboxfile_append_uid.c), and adding them (mboxfile_append.c).
 */
#ifndef MBOXFILE_APPEND_INNER_H
#define MBOXFILE_APPEND_INNER_H

#include "mboxfile_append.h"
#include "mboxfile_status.h"
#include "mboxfile_text.h"

/* A mailbox, of whose messages only the last is known between appends. */
struct mbox_tail {
	struct mbox m;
	pid_t kept_by; /* process that keeps the inode lock, or 0 */
	bool last_only;
	bool missing; /* some messages in the file have no X-UID */
};

/* An append in progress. */
struct mbox_append {
	struct mbox_tail *tail;
	struct mbox *m;
	const struct mbox_spool *spool;
	bool full;     /* we have all locks */
	bool uids;     /* messages get X-UID */
	bool base;     /* the first message carries X-IMAPbase */
	bool plain;    /* neither UIDs nor keywords are wanted here */
	uint32_t last; /* UID of the last message */
	uint32_t bits[CC_MBOX_KEYWORDS]; /* of the spool's keywords here */
	bool lost[CC_MBOX_KEYWORDS];     /* that this mailbox cannot take */
	struct mbox_base_place place;    /* digits: 0 if it was not raised */
	uint64_t size;                   /* of the file */
	struct strbuf blocks;            /* internal lines */
	struct mbox_status counted;      /* of the file before ... */
	bool known;                      /* ... as far as that is known */
	struct mbox_text text;
};

/* --------------------------------------------- memory: mboxfile_tail.c */

/* What is remembered of the mailbox at path, or nothing. The caller owns it:
 * another thread that asks meanwhile gets none. */
struct mbox_tail *cc_tail_recall(const char *path);

/* Keeps it for the next append, in place of what was remembered before. */
void cc_tail_remember(struct mbox_tail *tail);

void cc_tail_free(void *tail);

/* Makes it true of the file as it is now: from what is remembered if that
 * holds, else by a parse. Sets a->size. 0, or negative. */
int cc_tail_learn(struct mbox_append *a);

/* A parse of all. */
int cc_tail_load(struct mbox_tail *tail);

/* Takes in what was delivered up to that size. */
int cc_tail_grow(struct mbox_tail *tail, uint64_t size);

/* Keeps the last message alone; or nothing. */
void cc_tail_trim(struct mbox_tail *tail);
void cc_tail_forget(struct mbox_tail *tail);

/* ------------------------------- UIDs, keywords: mboxfile_append_uid.c */

/* Decides what the new messages may have here, and makes sure that their UIDs
 * are never given again. 0, or negative. */
int cc_append_prepare(struct mbox_append *a);

/* Nothing was added: the mailbox is as it was. */
void cc_append_take_back(struct mbox_append *a);

/* ---------------------------------- counters: mboxfile_append_count.c */

/* What is known of the mailbox before the append, under all locks. */
void cc_append_count_begin(struct mbox_append *a);

/* Counts the new messages, which were found in the file. */
void cc_append_count(struct mbox_append *a);

/* Keeps the counters of the file as it is now. */
void cc_append_count_keep(struct mbox_append *a);

#endif
