/*
 * mboxfile_remade.h - what a mailbox file is after it was rewritten, known
 * without reading it.
 */
#ifndef MBOXFILE_REMADE_H
#define MBOXFILE_REMADE_H

#include "mboxfile.h"

/* To be filled with the messages that a rewrite leaves; NULL if what the
 * session knows is not what a parse would find. */
struct mbox_index *cc_mbox_remade_new(const struct mbox *m);

/*
 * The next message: as it was but for its place and the flags that the file
 * says; again: its internal lines are written anew, with its UID. Forgets all
 * if a parse may see it in another way.
 */
void cc_mbox_remade_add(struct mbox_index **remade, const struct mbox_msg *msg,
    uint64_t pos, unsigned flags, bool again);

/* Gives it back, if there is one. */
void cc_mbox_remade_forget(struct mbox_index **remade);

/*
 * Instead of a parse of the file, which has size octets: makes m->index, which
 * is empty, of m->remade. Its front is parsed, and messages all over it are
 * looked for. false, and m->index is empty, if anything is not as it should
 * be, or there is no m->remade. That is used up.
 */
bool cc_mbox_remade_take(struct mbox *m, uint64_t size);

#endif
