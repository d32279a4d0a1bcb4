/*
 * mboxfile_record.h - the files in which changes of a mailbox are written
 * down, for those who must finish or undo them: mboxfile_redo*.c, and
 * mboxfile_undo*.c for appends.
 */
#ifndef MBOXFILE_RECORD_H
#define MBOXFILE_RECORD_H

#include "cursor.h"
#include "mboxfile_redo.h"
#include "strbuf.h"

/* The first line of a record of changes. */
#define CC_REDO_HEAD_WORD "cedar-redo 3\n"

/* Behind the name of a record while it is written. */
#define CC_REDO_NEW ".new"

/* A sum that finds damage, not forgery. Begin with .h = what tells it from
 * others, or 0. */
struct redo_sum {
	uint64_t h;
	uint64_t lane[3]; /* beside h: multiplications that need not wait */
	size_t have;      /* octets in part */
	unsigned char part[32];
};

void cc_redo_sum_add(struct redo_sum *s, const void *data, size_t len);
uint64_t cc_redo_sum_end(struct redo_sum *s);
uint64_t cc_redo_sum_of(const void *data, size_t len);

/* A record ends in "check SUM\n", SUM being that of all from text to *c. Takes
 * that line: 0, or CC_EPARSE if it is wrong or something follows. */
int cc_redo_check(struct cursor *c, const char *text);

/* Sum i of those that a record has one behind the other, of this machine's
 * octet order: no other machine finishes what this one began. */
static inline uint64_t
cc_redo_sum_at(struct span sums, size_t i)
{
	uint64_t sum;

	memcpy(&sum, sums.p + i * sizeof(sum), sizeof(sum));
	return sum;
}

#define CC_REDO_PIECE 512 /* octets that a disk writes or does not write */

/* Pieces of len octets at position pos of a file, which end where sectors do:
 * how many there are, and how long the one is that begins at octet at. */
static inline size_t
cc_redo_pieces(uint64_t pos, size_t len)
{
	return len == 0
	    ? 0
	    : (size_t)(pos % CC_REDO_PIECE + len + CC_REDO_PIECE - 1) /
		CC_REDO_PIECE;
}

static inline size_t
cc_redo_piece(uint64_t pos, size_t len, size_t at)
{
	size_t n = CC_REDO_PIECE - (size_t)((pos + at) % CC_REDO_PIECE);

	return n < len - at ? n : len - at;
}

/* Makes the record of a step. Without sync a power failure may lose it.
 * *first_r: there was none before. 0, or negative: then the record is what it
 * was, or the new one. */
int cc_redo_write(const struct mbox *m, const struct redo_step *step, bool sync,
    bool *first_r);

/* The name of this mailbox's record, with something behind it. Initialises
 * *name. */
void cc_redo_name(struct strbuf *name, const struct mbox *m,
    const char *behind);

/* The directory that a record should be in, whatever the name by which the
 * mailbox was opened: beside the file; the private one for a file that has
 * several names. A descriptor, or negative. */
int cc_redo_place(const struct mbox *m);

/* The directory that has the record: 0 and its descriptor, or CC_ENOENT. For
 * one who has the locks: what a killed writer left unfinished goes. */
int cc_redo_find(const struct mbox *m, int *dir_r);

/* A new file in dir, open for writing. A file that a killed writer left goes:
 * we have the locks. A descriptor, or negative. */
int cc_redo_create(int dir, const char *name, mode_t mode);

/* Removes the record, if there is one; sync: a power failure does not bring it
 * back. 0, or negative. */
int cc_redo_remove(const struct mbox *m, bool sync);

/* Reads a record that may be believed: one of our own, of root or of the
 * mailbox's owner. 0; CC_ENOENT; CC_EACCESS (not to be believed); CC_ELIMIT;
 * CC_EIO. */
int cc_redo_read(const struct mbox *m, int dir, struct strbuf *text);

/* A record that fits no more gets a visible name: a human may want to look at
 * it. */
int cc_redo_set_aside(const struct mbox *m, int dir);

#endif
