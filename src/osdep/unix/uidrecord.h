/*
 * uidrecord.h - UIDs that a mailbox cannot carry itself yet, in the private
 * directory; and the highest UIDVALIDITY ever seen there.
 *
 * A UID that a client was told must be on disk first. Where the driver does
 * not put it into the mailbox at once, it puts it here: the record is no
 * cache, it may be removed only when the mailbox carries the same UIDs.
 * Files are replaced whole and synced; what is read is checked like any other
 * hostile input, and a damaged record is as good as none.
 */
#ifndef UIDRECORD_H
#define UIDRECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cc_limits.h"
#include "span.h"
#include "strbuf.h"

/* Messages that follow each other in the file, with UIDs that do, too. */
struct uidrun {
	uint32_t first; /* UID of the first one, at least 1 */
	uint32_t count; /* messages, at least 1 */
};

struct uidrecord {
	uint64_t dev;         /* the mailbox file's st_dev */
	uint64_t ino;         /* and st_ino */
	uint64_t size;        /* octets of the file that the record covers */
	uint64_t digest;      /* of what the driver chooses; 0 if of nothing */
	uint32_t uidvalidity; /* at least 1 */
	uint32_t uidlast;     /* highest UID ever given; 0: none */
	uint32_t reserved;    /* UIDs up to this one may have been given while
				 the mailbox carried them itself */
	struct uidrun *runs;  /* UIDs of all messages in file order, owned */
	size_t count;         /* runs */
	size_t room;          /* runs allocated */
};

/* An empty record for the file *st. */
void cc_uidrecord_init(struct uidrecord *rec, const struct stat *st);
void cc_uidrecord_free(struct uidrecord *rec);

/* Adds the UID of the next message in file order; raises uidlast. 0;
 * CC_ERANGE if it is not above the one before; CC_ELIMIT. */
int cc_uidrecord_add(struct uidrecord *rec, uint32_t uid);

/* UIDs in the record: messages. */
uint64_t cc_uidrecord_messages(const struct uidrecord *rec);

/* A walk over the UIDs in file order: 0 at the end. Begin with { 0 }. */
struct uidrecord_pos {
	size_t run;
	uint32_t in_run;
};
uint32_t cc_uidrecord_next(const struct uidrecord *rec,
    struct uidrecord_pos *pos);

/*
 * Reads the record of the file *st: 0; CC_ENOENT; CC_EPARSE (damaged);
 * CC_ECHANGED (of another file, or of a larger one than this is now);
 * CC_ELIMIT; CC_EIO. The caller compares digest.
 */
int cc_uidrecord_read(int privdir, const struct stat *st,
    struct uidrecord *rec_r);

/* Writes and syncs it: 0, CC_EINVAL (not a valid record) or negative. */
int cc_uidrecord_write(int privdir, const struct uidrecord *rec);

/* Removes the record of the file *st; harmless if there is none. */
int cc_uidrecord_remove(int privdir, const struct stat *st);

/* The highest UID that may have been given. lost: the mailbox, which may have
 * carried higher ones than the record, does not say them any more. */
uint32_t cc_uidrecord_floor(const struct uidrecord *rec, bool lost);

/*
 * The same of all records of this UIDVALIDITY, or 0: a mailbox that was
 * replaced by a new file has its records under the old ones' names.
 */
uint32_t cc_uidrecord_highest(int privdir, uint32_t uidvalidity, bool lost);

/* Text form, for the two above and their tests. */
int cc_uidrecord_parse(struct span text, struct uidrecord *rec_r);
void cc_uidrecord_format(struct strbuf *out, const struct uidrecord *rec);

/*
 * A UIDVALIDITY that was never used before: the larger of now (UTC seconds)
 * and the highest one seen plus 1, which is recorded and synced first. 0;
 * CC_EBUSY; CC_ERANGE at the end of numbers; negative if nothing could be
 * recorded (the caller then uses now and says UIDNOTSTICKY).
 */
int cc_uidvalidity_next(int privdir, uint32_t now, uint32_t *uidvalidity_r);

/* That of an INBOX for which there is no file at path: always the same one
 * (uidvalidity_missing.c). Negative if it cannot be kept: then it is the time.
 */
int cc_uidvalidity_of_missing(const char *path, uint32_t *uidvalidity_r);

/* Takes it for the file that is there now: 0, or negative if none was told. */
int cc_uidvalidity_take_missing(int privdir, const char *path,
    uint32_t *uidvalidity_r);

/* Records that a mailbox has this UIDVALIDITY. Values more than ten years
 * ahead of now are ignored: a hostile mailbox must not use the numbers up. */
int cc_uidvalidity_seen(int privdir, uint32_t now, uint32_t uidvalidity);

#endif
