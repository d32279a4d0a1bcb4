/*
 * mboxfile_pseudo.h - making the internal-data message (pseudo.c).
 */
#ifndef MBOXFILE_PSEUDO_H
#define MBOXFILE_PSEUDO_H

#include <stdbool.h>
#include <time.h>

#include "mboxfile_state.h"
#include "strbuf.h"

/* Appends the whole message, with its empty line at the end. with_id: with a
 * Message-ID, as a rewrite makes it; CREATE makes it without. */
void cc_mbox_put_pseudo(struct strbuf *out, time_t now, bool with_id,
    uint32_t uidvalidity, uint32_t uid_last, const struct mbox_keywords *list);

#endif
