/*
 * mboxfile.h - a mailbox file that is open: everything unix and mmdf share.
 *
 * A session holds no lock while it waits. It takes the locks to parse and to
 * write, and notices by device, inode, size and times what others did
 * meanwhile. Text is read without locks; before octets are handed out it is
 * made sure that they are still those of that message.
 */
#ifndef MBOXFILE_H
#define MBOXFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "dotlock.h"
#include "inodelock.h"
#include "mail_fast.h"
#include "mboxfile_parse.h"

/* The state of a file at one moment. */
struct mbox_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	struct timespec ctime;
};

/* Octets of the file in memory, for reading messages. */
struct mbox_view {
	unsigned char *buf; /* CC_READ_WINDOW octets, made at first use */
	uint64_t pos;       /* position of buf[0] */
	size_t len;
	bool of_one; /* the file had changed: only octets of message ... */
	uint32_t of; /* ... this one are known to be right */
	struct mbox_stamp seen; /* of the file when it had changed last */
};

/* Where the parts of the message last looked at lie. */
struct mbox_place {
	bool known;
	uint32_t i;      /* which message, from 0 */
	uint64_t from;   /* its from-line */
	uint64_t header; /* behind the from-line */
	uint64_t hidden; /* the first line that clients do not see, or text */
	uint64_t empty;  /* the empty line that ends the header, or what there
			  * is of it at the end of the file; else text */
	uint64_t text;   /* behind the empty line */
	uint64_t end;    /* of the text, without separator */
};

/* Which flags of a message this session changed: only these are its own when
 * another session changed flags of the same message meanwhile. */
struct mbox_change {
	uint32_t uid;
	uint32_t flags; /* bits as in mbox_msg.flags */
	uint32_t keywords;
	/* of those the ones that waited already when the last command came,
	 * and the flags as they were then: if it fails they wait on */
	uint32_t waited_flags, waited_keywords;
	uint32_t had_flags, had_keywords;
};

/* How far the change list was read (mboxfile_changes_file.c). */
struct mbox_list {
	ino_t ino;    /* of the list; 0: there was none */
	size_t pos;   /* octets of it that are of no more use */
	bool damaged; /* whoever adds to it begins a new one */
};

struct mbox {
	char *path;
	int fd;
	bool rdonly;       /* nothing is ever written */
	bool uid_nosticky; /* UIDs are not on disk anywhere */
	bool dead;         /* the file is not what it was: no more service */
	const char *why;   /* dead: what the user must still be told, or NULL */
	bool tailed;       /* while locked to read: what lies behind content */
	uint64_t content;  /* ... is of no use, and could not be cut off */
	bool halfway;      /* in a change that is not ours to end */
	bool look;         /* only counted: no client hears of a UID */
	struct mbox_index index;
	struct mbox_stamp stamp; /* of the file that the index describes */
	bool stale; /* others may have changed flags that were not looked at */
	struct mbox_stamp sure; /* the last one for which all was looked at */
	uint32_t sure_count;    /* messages that the file had then */
	uint32_t taken_from;    /* the first of them that is being taken out */
	bool young; /* at stamp's time the next change might have had it, too */
	bool racy;  /* a change within the clock's tick of sure may hide, or
		    * the index has flags that the file did not have then */
	struct mbox_list list;
	bool complained; /* the last parse said something to the user */

	/* UIDs that the file does not say itself (mboxfile_uid.c) */
	uint32_t file_uidvalidity; /* 0: the file has none */
	uint32_t file_uid_last;    /* last UID as the file alone gives it */
	uint32_t uid_safe;         /* UIDs up to this one are on disk outside of
				      the file, or 0 */

	/* reading (mboxfile_view.c, mboxfile_place.c) */
	struct mbox_view view;
	struct mbox_place place;

	/* news that the client does not know yet (mboxfile_ping.c) */
	bool ghosts;    /* some messages are gone: MBOX_GONE */
	bool tell;      /* flags of some changed: MBOX_TELL */
	uint32_t known; /* messages the client knows of, ghosts included */

	/* changes that the file does not have yet (mboxfile_flags.c) */
	struct mbox_change *changes; /* by UID, of messages with MBOX_DIRTY */
	size_t change_count, change_room;
	uint32_t dirty_from; /* messages with MBOX_DIRTY are in from..to-1 */
	uint32_t dirty_to;
	uint32_t keywords_there; /* bits of keywords that the file lists */
	bool keywords_lost;      /* ... of which some have no bit here */
	/* What is dirty and not pending had no room in a file with ... */
	struct mbox_stamp tried;   /* ... this stamp ... */
	uint32_t tried_keywords;   /* ... and these keywords */
	bool unsynced;             /* written, but not on the disk for sure */
	bool writing;              /* being rewritten by us */
	bool few;                  /* ... a few messages of it alone */
	struct mbox_index *remade; /* what was made of it; else NULL */
	time_t late; /* since then flags wait for a rewrite; 0: none do */
	bool hidden; /* no session: messages stay \\Recent, nothing is said */
	size_t step_max; /* octets of a step; 0: CC_REDO_PUT_MAX */

	bool spool_told; /* that new mail cannot be moved to it (mbox.c) */
};

/* ------------------------------------------------- locks: mboxfile_lock.c */

struct mbox_lock {
	struct inodelock inode; /* writers only */
	struct dotlock dot;
	int fd; /* with the file lock, or -1 */

	/* writers (mboxfile_mark.c) */
	struct mbox *m;        /* NULL: readers */
	struct timespec mtime; /* of the file, when it was locked */
	bool fresh;            /* a write then need not have changed it */
};

/*
 * Locks the mailbox: dot-lock and shared flock to read; inode lock with our
 * pid, dot-lock and exclusive flock to write; trying for wait_ms milliseconds.
 * A file that was replaced under its name is opened again (m->fd). Where no
 * dot-lock can be made the file lock alone is taken.
 *
 * 0; CC_EBUSY; CC_ENOENT (no such file any more); CC_EACCESS (the inode lock
 * cannot be used); CC_EIO.
 */
int cc_mbox_lock(struct mbox *m, enum fdlock_mode mode, int wait_ms,
    struct mbox_lock *lock_r);
void cc_mbox_unlock(struct mbox_lock *lock);

/* The same, but a change that somebody began and did not end stays as it is:
 * for one who removes the file. */
int cc_mbox_lock_as_is(struct mbox *m, enum fdlock_mode mode, int wait_ms,
    struct mbox_lock *lock_r);

/*
 * The same to append: dot-lock and exclusive flock, and the inode lock if that
 * can be had. *full_r is false if another program keeps it: then nothing but
 * the file's end may be touched. kept_by: process that is known to keep it
 * and need not be waited for, or 0; set to the one that does.
 */
int cc_mbox_lock_append(struct mbox *m, int wait_ms, pid_t *kept_by,
    struct mbox_lock *lock_r, bool *full_r);

/*
 * Makes sure that the file's times are others after a change than before it,
 * even within one tick of the clock: begin is called when a writer has all
 * locks, end before the first of them goes (mboxfile_mark.c).
 */
void cc_mbox_mark_begin(struct mbox *m, struct mbox_lock *lock);
void cc_mbox_mark_end(struct mbox_lock *lock);

/* The same for who may be killed in between: waits, for a few milliseconds at
 * most, until what is written now has another time than the last change. */
void cc_mbox_mark_wait(const struct mbox *m);

/* Would a write now leave a file's time that is not later than t? The clock of
 * files goes in ticks. */
bool cc_mbox_is_same_tick(const struct timespec *t);

/* Are the file's times in seconds? Then they do not show each change. */
bool cc_mbox_is_coarse(const struct mbox_stamp *stamp);

/* Shells and LIST tell new mail by an mtime that is later than the atime: it
 * is so, or, after what is no new mail, the other way round. true: the mtime
 * is not in ticks, so that no other change has it, and *stamp_r is the state
 * with it. */
bool cc_mbox_set_times(const struct mbox *m, bool new_mail,
    struct mbox_stamp *stamp_r);

/* Waits of the callers, in milliseconds. A command waits for its locks no
 * longer than a client waits for an answer; opening waits as long as a stale
 * dot-lock lives. */
#define CC_MBOX_WAIT_OPEN (5 * 60 * 1000)
#define CC_MBOX_WAIT_PING 1000
#define CC_MBOX_WAIT_STORE 2000
#define CC_MBOX_WAIT_CHECK 10000

/* Waits of CC_MBOX_WAIT_STORE and more are for programs that keep the inode
 * lock. Ours let go of it when they are done, and so does everybody with the
 * dot-lock; where many of them have much to do they are waited for as long as
 * this. */
#define CC_MBOX_WAIT_WORK (30 * 1000)

/* The state of a file as stat(2) tells it. */
void cc_mbox_stamp_of(const struct stat *st, struct mbox_stamp *stamp_r);
bool cc_mbox_stamp_same(const struct mbox_stamp *a, const struct mbox_stamp *b);

/* ------------------------------------------------ life of it: mboxfile.c */

/*
 * Opens and parses the mailbox at path; rdonly: nothing will be written to
 * it. m->rdonly is set where the file does not allow writing. Complaints of
 * the parser go to mm_log. 0; CC_ENOENT; CC_EACCESS; CC_EINVAL (no regular
 * file); CC_EPARSE (not in this format); CC_EBUSY; CC_EIO.
 */
int cc_mbox_open(struct mbox *m, const char *path, bool rdonly);

/* The same for one who only counts: no UID is told, and nothing is kept that
 * only sessions need. */
int cc_mbox_open_look(struct mbox *m, const char *path);

/* Parses the file into a new m->index and settles its UIDs; old is the index
 * before, or NULL. The caller has at least the shared locks, which may be
 * exclusive afterwards. On an error m->index is empty. */
int cc_mbox_load(struct mbox *m, const struct mbox_index *old);

/* The exclusive file lock in place of the shared one, for one who parsed the
 * file in the state m->stamp. CC_ECHANGED if it was changed in between. */
int cc_mbox_get_exclusive(struct mbox *m);

/* All of the file as it is in m->stamp was looked at. */
void cc_mbox_is_sure(struct mbox *m);

/* Gives everything back; what is not written yet is lost. */
void cc_mbox_free(struct mbox *m);

/* Is the file at path in unix format? Reads at most 1023 octets. */
bool cc_mbox_is_unix(const char *path);

/* Does it end within what may become its first from-line? */
bool cc_mbox_is_begun(const char *path);

/* ------------------------------------------- UIDs: mboxfile_uid*.c */

/* Does the file lack a UIDVALIDITY, or the UID of some message? Then an
 * exclusive lock is needed to settle them. */
bool cc_mbox_uids_missing(const struct mbox_index *index);

/*
 * Gives the messages of a fresh parse the UIDs that were announced before,
 * by the UID record and by old (what this session knows; may be NULL), and a
 * UIDVALIDITY if the file has none: that of old, that of a record which fits,
 * or a new one. true if the record must be written (cc_mbox_uids_save) before
 * any of it is told.
 */
bool cc_mbox_uids_settle(struct mbox *m, const struct mbox_index *old);

/*
 * The same for messages from number `from' on, which were parsed behind those
 * that the session knows, whose last UID was `known'. What other sessions told
 * meanwhile is in the record and at the front of the file: call it under an
 * exclusive lock. 0, and then the record must be written; CC_ECHANGED if only
 * a parse of all can tell: then UIDs are in disorder.
 */
int cc_mbox_uids_settle_new(struct mbox *m, uint32_t from, uint32_t known);

/* Records what the file does not say. Call it under an exclusive lock. Sets
 * uid_nosticky if that cannot be done. */
void cc_mbox_uids_save(struct mbox *m);

/*
 * Makes sure, for a file that carries its UIDs, that those up to uid do not
 * come again even if another program takes all of that out of the file. Call
 * it under a lock and before they are told. Where nothing can be recorded the
 * file is all there is.
 */
void cc_mbox_uids_reserve(struct mbox *m, uint32_t uid);

/* Shortens the record to the highest UID: the file says all the rest of it by
 * now, and is synced; or, if it is removed, all of the record. */
void cc_mbox_uids_forget(struct mbox *m, bool removed);

/*
 * UIDVALIDITY and last UID of an empty file, of any format that has no other
 * place for them; kept for the session that finds its first messages. 0;
 * CC_ECHANGED: it has octets by now, and its driver knows better. All else:
 * what is returned is kept nowhere.
 */
int cc_mbox_uids_of_empty(const char *path, uint32_t *uidvalidity_r,
    uint32_t *last_r);

/* ------------------------------------------- matching: mboxfile_match.c */

/* Finds the messages of m->index that look alike, among themselves or like
 * those that did in old (may be NULL), and reads them (mboxfile_twins.c). For
 * one who has a lock; before messages are matched or recorded. */
void cc_mbox_find_twins(struct mbox *m, const struct mbox_index *old);

/*
 * Writes to uids, by position in now, the UIDs that messages have in old,
 * which are the same as far as their octets tell; the others' are left alone.
 */
void cc_mbox_match(const struct mbox_index *old, const struct mbox_index *now,
    uint32_t *uids);

/* The first message whose UID is at least this; count if there is none. */
uint32_t cc_mbox_find_uid(const struct mbox_index *index, uint32_t uid);

/*
 * X-UID lines of a file that is not believed (index.lenient) count, if old has
 * such a message under that UID, or never gave it: the others become
 * MBOX_NO_UID.
 */
void cc_mbox_check_claims(struct mbox_index *now, const struct mbox_index *old);

/* ------------------------------------------------ changes: mboxfile_sync.c */

/*
 * Looks whether the file changed and takes over all that others did, so that
 * it may be written; the caller holds a lock. Nothing is told to the client.
 * CC_ECHANGED (and m->dead) if the messages cannot be recognised; *why then is
 * a text for the user.
 */
int cc_mbox_sync(struct mbox *m, const char **why_r);

/* The same before a rewrite, which writes the flags of the index: it must be
 * sure of them. */
int cc_mbox_sync_sure(struct mbox *m, const char **why_r);

/* The same with a parse of the whole file, also if nothing seems to have
 * changed. */
int cc_mbox_resync(struct mbox *m, const char **why_r);

/* After CC_ECHANGED of a read: takes over what others did, with locks of its
 * own, and tells nothing. 0: the message may be somewhere else now. */
int cc_mbox_refresh(struct mbox *m);

/* The same after CC_ECHANGED of a read of message i, of which *tries, 0 at
 * first, were in vain: is it worth another one? */
bool cc_mbox_find_again(struct mbox *m, uint32_t i, int *tries);

/* ----------------------------------------------- telling: mboxfile_ping.c */

/* The whole of a ping: true while the mailbox is of use. */
bool cc_mbox_ping(struct mbox *m, MAILSTREAM *stream);

/* Tells the client what is new; expunged messages only if they may. */
void cc_mbox_tell(struct mbox *m, MAILSTREAM *stream, bool expunge);

/* -------------------- reading: mboxfile_{place,read,view,there}.c */

/* Where message i lies; CC_ECHANGED if that is no longer so. */
int cc_mbox_locate(struct mbox *m, uint32_t i, struct mbox_place *place_r);

/* The same for showing the message to a client: one that was read as a whole,
 * when it was where it should be, need not be there any more. */
int cc_mbox_locate_read(struct mbox *m, uint32_t i, struct mbox_place *place_r);

/* The next span of a walk from *pos to end: 1, 0, or negative. */
int cc_mbox_next(struct mbox *m, uint32_t i, bool in_header, uint64_t *pos,
    uint64_t end, struct span *span_r);

/* The same for the from-line of the place's message; *pos begins as at->from.
 */
int cc_mbox_next_from(struct mbox *m, const struct mbox_place *at,
    uint64_t *pos, struct span *span_r);

/* The internal date of message i, from its from-line; all 0 if that has none.
 * 0, or CC_ECHANGED, CC_EIO. */
int cc_mbox_date(struct mbox *m, uint32_t i, struct imap_date *date_r);

/*
 * Octets of message i (or its hidden lines) from pos on, at least want of
 * them unless limit comes first; at most CC_READ_WINDOW are promised. They
 * are good until the next call. CC_ECHANGED if they are another's.
 */
int cc_mbox_peek(struct mbox *m, uint32_t i, uint64_t pos, size_t want,
    uint64_t limit, struct span *data_r);

/* Does message i lie where the index says, by what is in the file now and
 * whatever its times are? 0, CC_ECHANGED, CC_EIO. */
int cc_mbox_is_there(const struct mbox *m, uint32_t i);

/* What was read, and where it was found, counts no more. */
void cc_mbox_view_drop(struct mbox *m);

/* Gives the window's memory back until the next read. */
void cc_mbox_rest(struct mbox *m);

/* ------------------------------------------------ flags: mboxfile_flags.c */

/* Takes over keywords that the program made (stream->user_flags). */
void cc_mbox_adopt_keywords(struct mbox *m, MAILSTREAM *stream);

/* Sets dirty_from and dirty_to by what is marked, and forgets which flags were
 * changed of all other messages. */
void cc_mbox_find_dirty(struct mbox *m);

/* What was changed of the message with this UID: nothing if it is not known. */
struct mbox_change cc_mbox_change_of(const struct mbox *m, uint32_t uid);

/* Forgets the changes since the last flush: the file's flags hold again. */
void cc_mbox_take_back(struct mbox *m);

/* Sets flags of message i in memory; cc_mbox_flush writes them. */
void cc_mbox_store(struct mbox *m, uint32_t i, unsigned flags,
    uint32_t keywords);

/*
 * Writes changed flags into the file where that moves no octets. sync: makes
 * them durable too. On CC_EBUSY and other errors the changes since the last
 * flush are taken back.
 */
int cc_mbox_flush(struct mbox *m, bool sync);

/* -------------- where they stand: mboxfile_flags_{block,write}.c */

/* Does the file say of message i what the index does? 1, 0 or negative. */
int cc_mbox_flags_hold(struct mbox *m, uint32_t i);

/* Writes what is marked dirty and has room, under all locks; and takes the
 * file's new times for those of the parse. */
int cc_mbox_write_dirty(struct mbox *m);
void cc_mbox_restamp(struct mbox *m);

/* ------------------------------------------------ check: mboxfile_check.c */

/*
 * Does it get neither UIDs nor keywords? SET_USERHASNOLIFE wants that, for a
 * mailbox that has no UIDVALIDITY of its own: then only the lines Status and
 * X-Status are written to it.
 */
bool cc_mbox_is_plain(const struct mbox *m);

/*
 * Makes everything permanent: flags, UIDs, and that no message is \Recent any
 * more for those who come later; by a rewrite where need be. 0, or negative:
 * then what is missing stays in the session, and the mailbox is as it was.
 */
int cc_mbox_check(struct mbox *m);

/* The same for one who holds all locks; syncs no flags that were written in
 * place. */
int cc_mbox_check_locked(struct mbox *m);

/* The last UID, keywords and UIDs of all messages into the file, by the least
 * change that does it; for one who holds all locks and has just parsed it.
 * Flags that wait stay. 0, or negative. */
int cc_mbox_carry(struct mbox *m);

/*
 * Flags that were changed and have no room in the file, as those of new mail,
 * are brought into it by the least rewrite that does it: so that other
 * sessions see them, and a kill does not lose them. Called when they waited
 * CC_MBOX_LATE seconds. 0; CC_EBUSY; others: they wait on.
 */
int cc_mbox_bring(struct mbox *m);

#define CC_MBOX_LATE 5
#define CC_MBOX_WAIT_BRING 100 /* milliseconds; the client may be waiting */

/* cc_mbox_rewrite, and the parse that finds everything in its new place. */
int cc_mbox_remake(struct mbox *m);

/* -------------------------------------------- expunge: mboxfile_expunge.c */

/*
 * Takes the messages marked \Deleted out of the file: those of which asked
 * (count entries, by position in the index) is true, or all if it is NULL, but
 * none that the client has not heard of. They become ghosts, for cc_mbox_tell.
 * *n_r: how many. 0, after which the file is on the disk, or negative: then
 * all are there still, or a redo record is.
 */
int cc_mbox_expunge(struct mbox *m, const bool *asked, size_t count,
    unsigned long *n_r);

/* --------------------------------------------- rewrite: mboxfile_rewrite.c */

/* Does the file lack anything that only a rewrite can give it? */
bool cc_mbox_needs_rewrite(const struct mbox *m);

/* Rewrites the file, under all locks and right after a cc_mbox_sync, without
 * the messages that are MBOX_GONE. The index describes the old file: parse it
 * again. 0; CC_ENOSPACE, CC_EACCESS (nothing changed); CC_EIO and others (a
 * redo record may be left). */
int cc_mbox_rewrite(struct mbox *m);

/*
 * The same for messages alone whose flags wait (MBOX_DIRTY), and for those
 * without UIDs where the file says UIDs: what lies before the first of them
 * stays as it is, and all behind it moves. Those that were written are noted;
 * the others had too long a header.
 */
int cc_mbox_rewrite_few(struct mbox *m);

/* Where the first of these messages begins. */
uint64_t cc_mbox_rewrite_from(const struct mbox *m);

/* ---------------------------------------- by path: mboxfile_manage.c */

/*
 * Makes a mailbox without messages: one that keeps UIDs and keywords from its
 * beginning, or an empty file if SET_USERHASNOLIFE is set. 0; CC_EEXIST; other
 * codes with errno kept.
 */
int cc_mbox_create(const char *path, mode_t mode);

/* Removes a mailbox, and what is remembered of it. 0; CC_EBUSY (somebody has
 * its locks), others with errno kept. */
int cc_mbox_delete(const char *path);

/* Renames a mailbox, never over anything; the parents of the new name are
 * there. As cc_mbox_delete; CC_EEXIST. */
int cc_mbox_rename(const char *old, const char *path);

#endif
