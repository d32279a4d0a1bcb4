/*
 * mboxfile_parse.h - what is in a mailbox file: one compact record a message,
 * and the mailbox's UIDVALIDITY, last UID and keywords (formats/unix.md
 * sections 1 to 4).
 */
#ifndef MBOXFILE_PARSE_H
#define MBOXFILE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "cc_limits.h"
#include "mboxfile_from.h"
#include "mboxfile_scan.h"
#include "mboxfile_state.h"

/* Positions are kept in 48 bits, the size of a message in 36, sums in 13. */
#define CC_MBOX_SIZE_MAX (((uint64_t)1 << 48) - 1)
#define CC_MBOX_MESSAGE_MAX (((uint64_t)1 << 36) - 1)
#define CC_MBOX_SUM_MAX 0x1fffu

/*
 * One message: 24 octets, all that an idle session keeps of it. It lies from
 * pos to the pos of the next one (the last one: to the end parsed).
 */
struct mbox_msg {
	uint64_t pos : 48;   /* where its from-line, or junk before it, is */
	uint64_t flags : 16; /* fSEEN ... fDRAFT, fOLD, and MBOX_ bits */
	uint32_t uid;
	uint32_t keywords;      /* bit n: keyword n of the list */
	uint64_t size : 36;     /* octets on the wire: RFC822.SIZE */
	uint64_t from_sum : 13; /* of the from-line: is it still there? */
	uint64_t head_sum : 13; /* of the header that clients see */
	uint64_t junk : 1;      /* white space is before the from-line */
	uint64_t noted : 1;     /* written in place: for the change list */
};

/* Bits of mbox_msg.flags besides those of mail.h (fSEEN ... fDRAFT, fOLD). */
enum {
	MBOX_SYSTEM = 0x003f, /* the bits that mail.h names */
	/* what the file is like */
	MBOX_SEPARATOR = 0x0200,    /* an empty line behind the text */
	MBOX_SEPARATOR_CR = 0x0400, /* ... which is CR LF */
	MBOX_OPEN_HEADER = 0x0800,  /* the file ends in its header */
	MBOX_OPEN_LINE = 0x1000,    /* the file ends in a line without LF */
	MBOX_NO_UID = 0x2000,       /* the file has no believed X-UID for it */
	MBOX_OLD_THERE = 0x8000,    /* the file has the `O' */
	/* what the session does with it */
	MBOX_GONE = 0x0040, /* others removed it; the client knows it still */
	MBOX_TELL = 0x0080, /* its flags changed, which the client must see */
	MBOX_PENDING = 0x0100, /* dirty since the last flush */
	MBOX_DIRTY = 0x4000,   /* flags are other than in the file */
};

/* One of several messages that look alike, or may come to (mboxfile_twins.c).
 */
struct mbox_twin {
	uint64_t pos;    /* as in its record */
	uint64_t near;   /* pos of the first other one; UINT64_MAX: none */
	uint64_t digest; /* of its octets; 0: could not be read */
};

/* A mailbox file, as far as it was parsed. */
struct mbox_index {
	struct mbox_msg *msgs; /* owned */
	uint32_t count;
	uint32_t room;
	uint32_t uidvalidity; /* 0: the file has none that is believed */
	uint32_t uid_last;    /* highest UID given */
	uint32_t uid_base;    /* last UID as X-IMAP or X-IMAPbase says */
	struct mbox_keywords keywords;
	uint64_t end;    /* position up to which it was parsed */
	bool started;    /* a first message was seen */
	bool pseudo;     /* it is an internal-data message, not in msgs */
	bool based;      /* the first message has a good X-IMAPbase */
	bool unbelieved; /* X-UID lines are believed no more */
	bool exhausted;  /* no UID was left for some message */
	bool lenient;    /* an X-UID out of order spoils no other */
	bool lent;       /* UIDVALIDITY is not the file's, but was set before */
	bool ordered;    /* the file was just rewritten by us, in this order */
	struct mbox_msg internal; /* the internal-data message */
	struct mbox_twin *twins;  /* by pos; owned */
	uint32_t twin_count;
};

/* Complaints of the parser, each a short line for the user. */
struct mbox_notes {
	void (*say)(void *arg, const char *text); /* NULL: nobody listens */
	void *arg;
	unsigned left; /* lines until the rest is kept back */
};

/*
 * Parses the file behind w->fd from index->end to the position end (its size)
 * and adds what is found: all of the file to an empty index, or what was
 * delivered since. index->end is end afterwards, or less if the last lines
 * are white space or a line that may yet become a from-line.
 *
 * In what was delivered an X-UID is believed only if it is above all others:
 * mail must not be able to end the UIDVALIDITY of a session.
 *
 * 0; CC_EPARSE if no from-line begins there (nothing is added); CC_ECHANGED if
 * the file is shorter than end; CC_EIO; CC_ELIMIT (a file over 256 TiB, a
 * message of 64 GiB or more). After an error the messages of the index are as
 * they were.
 */
int cc_mbox_parse(struct mbox_index *index, struct mbox_window *w, uint64_t end,
    struct mbox_notes *notes);

void cc_mbox_index_init(struct mbox_index *index);
void cc_mbox_index_free(struct mbox_index *index);

/* Makes *names, which is taken over, the list of the index; in the messages
 * bit[k] stands for what was keyword k. */
void cc_mbox_index_rename(struct mbox_index *index, const uint32_t bit[32],
    struct mbox_keywords *names);

/* Position one past message i (from 0): where the next one begins. */
uint64_t cc_mbox_msg_end(const struct mbox_index *index, uint32_t i);

/* New UIDs for all messages, from 1; the UIDVALIDITY is unknown then. */
void cc_mbox_renumber(struct mbox_index *index);

/* Gives the room back that no message needs. */
void cc_mbox_index_trim(struct mbox_index *index);

/* Adds a message behind the others. */
void cc_mbox_index_put(struct mbox_index *index, const struct mbox_msg *msg);

/* The sum kept of a from-line; line without LF. */
uint16_t cc_mbox_from_sum(struct span line);

/*
 * Reads from-line and header of the message that should begin at pos and lie
 * before end: their sums into *msg_r, and where its text begins. CC_EPARSE if
 * no message begins there; CC_ECHANGED (the file is shorter); CC_EIO.
 */
int cc_mbox_read_sums(struct mbox_window *w, uint64_t pos, uint64_t end,
    struct mbox_msg *msg_r, uint64_t *text_r);

/* The same of one message: a sum of its header, from-line left out, that no
 * other header has. */
int cc_mbox_read_header(struct mbox_window *w, uint64_t pos, uint64_t end,
    uint64_t *sum_r, uint64_t *text_r);

/* That of the message at pos, or NULL. */
const struct mbox_twin *cc_mbox_twin_at(const struct mbox_index *index,
    uint64_t pos);

void cc_mbox_twins_free(struct mbox_index *index);

/* Do messages from number `from' on look like any before them? */
bool cc_mbox_looks_known(const struct mbox_index *index, uint32_t from);

/* Same size, from-line and header: is it the same message? */
static inline bool
cc_mbox_msg_same(const struct mbox_msg *a, const struct mbox_msg *b)
{
	return a->size == b->size && a->from_sum == b->from_sum &&
	    a->head_sum == b->head_sum;
}

#endif
