/*
 * mboxfile_changes.h - the change list: what one session did or found in a
 * mailbox file, so that the others need not parse it again.
 *
 * ~/.cedar/changes.DEV.INO is a row of entries, each of which leads from one
 * state of the file (mbox_stamp) to another. It is a cache: whoever does not
 * find a way through it from the state he knows to the one he sees parses the
 * file. Entries are added at the end; a list that becomes too long is replaced.
 * Some entries tell all of a mailbox: a session that begins need not parse it.
 */
#ifndef MBOXFILE_CHANGES_H
#define MBOXFILE_CHANGES_H

#include "mboxfile.h"
#include "strbuf.h"

/* Octets of a mailbox that is parsed as fast as the list is read. */
#define CC_CHANGES_MIN (256u * 1024)

/* A mailbox file in one state, as a parse finds it: the messages that are in
 * it, keyword bits by the file's own list, no flags of a session. */
struct mbox_snapshot {
	struct mbox_stamp stamp;
	struct mbox_index index;   /* owned */
	uint32_t file_uidvalidity; /* as struct mbox has them */
	uint32_t file_uid_last;
};

/* ---------------------------------------- entries: mboxfile_changes.c */

/* A state of the file, and what messages it had then: count of them, of which
 * those before moved_from are the first of index that are there. */
struct mbox_before {
	struct mbox_stamp stamp;
	const struct mbox_index *index;
	uint32_t count;
	uint32_t moved_from;
};

/*
 * Appends an entry to out: from the state before to that of now. listed: bits
 * of now->index.keywords that the file has; all of it is in one order of
 * keywords.
 */
void cc_changes_put(struct strbuf *out, const struct mbox_before *before,
    const struct mbox_snapshot *now, uint32_t listed);

/* The same where no octet has moved: marked messages of now are those that
 * were written (mbox_msg.noted). */
void cc_changes_put_noted(struct strbuf *out, const struct mbox_stamp *before,
    const struct mbox_snapshot *now, uint32_t listed);

/* The same from nothing: all of now, for a session that is yet to come. */
void cc_changes_put_whole(struct strbuf *out, const struct mbox_snapshot *now,
    uint32_t listed);

/* Where the last of those is in list, or the length of list; *sound_r: are
 * there entries behind each other, to the end? */
size_t cc_changes_last_whole(struct span list, bool *sound_r);

/*
 * The entry at the beginning of list: if it leads on from s->stamp it is done
 * to *s, else passed over. The octets it has; CC_EPARSE if it is damaged or
 * fits no mailbox: then s is to be thrown away. changed: indexes of messages
 * whose record is the entry's, up to room of them spread over all; *n their
 * number so far.
 */
int64_t cc_changes_step(struct span list, struct mbox_snapshot *s,
    uint32_t *changed, size_t room, size_t *n);

/* ------------------------------------ the file: mboxfile_changes_file.c */

/* From now on the list is read: what is in it by now is of no use. */
void cc_changes_begin(struct mbox *m);

/*
 * Looks for a way from m->sure to the state `to'. 0: m->index and all with it
 * are as after cc_mbox_load, and changed_r[n_r] are messages to be looked at;
 * CC_ENOENT: there is none, and nothing was changed.
 */
int cc_changes_find(struct mbox *m, const struct mbox_stamp *to,
    uint32_t *changed_r, size_t room, size_t *n_r);

/*
 * Looks for all of the mailbox in the state m->stamp. 0: as for
 * cc_changes_find; CC_ENOENT: it is not there.
 */
int cc_changes_recall(struct mbox *m, uint32_t *looked_r, size_t room,
    size_t *n_r);

/* Adds all of m, which was just parsed, if it is what the file alone says. */
void cc_changes_keep(struct mbox *m);

/* Adds what cc_changes_put made. A list that cannot be written is no list. */
void cc_changes_add(struct mbox *m, const struct strbuf *entry);

/* Does the list tell the truth, as far as some looks show? */
bool cc_mbox_list_holds(struct mbox *m, const uint32_t *looked, size_t n);

/* Is m worth a list? */
bool cc_changes_wanted(const struct mbox *m);

/* Removes the list of the file st. */
void cc_changes_remove(const struct stat *st);

#endif
