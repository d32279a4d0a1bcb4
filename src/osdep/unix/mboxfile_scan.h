/*
 * mboxfile_scan.h - fast looks at mailbox octets: the next line that begins
 * with F, and how many line ends are passed on the way; header lines that
 * matter; the window through which a mailbox file is read.
 */
#ifndef MBOXFILE_SCAN_H
#define MBOXFILE_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Octets counted on the way: what makes a size on the wire from one on disk. */
struct mbox_tally {
	uint64_t lf;
	uint64_t cr;
};

/*
 * The first 'F' behind an LF, both in p..end, or end. LF and CR of the octets
 * before it are added to the tally. Whether p itself begins a line is the
 * caller's to know.
 */
const unsigned char *cc_mbox_find_f(const unsigned char *p,
    const unsigned char *end, struct mbox_tally *tally);

/* The same without SSE2; for other machines, and to test against. */
const unsigned char *cc_mbox_find_f_portable(const unsigned char *p,
    const unsigned char *end, struct mbox_tally *tally);

/*
 * The first octet behind an LF, both in p..end, that begins a header line the
 * driver must look at: an empty one (LF, CR) or one with a name that begins
 * with S or X. If there is none, what is behind the last LF; end without LF.
 */
const unsigned char *cc_mbox_find_mark(const unsigned char *p,
    const unsigned char *end);

const unsigned char *cc_mbox_find_mark_portable(const unsigned char *p,
    const unsigned char *end);

/* A piece of the file in memory. */
struct mbox_window {
	int fd;
	size_t step;  /* octets to read at once */
	uint64_t pos; /* position in the file of buf[0] */
	size_t len;   /* octets in buf */
	size_t cap;   /* octets allocated */
	unsigned char *buf;
	uint64_t octets; /* read so far: work done, for tests */
	uint64_t reads;  /* calls of pread */
};

void cc_mbox_window_init(struct mbox_window *w, int fd, size_t step);
void cc_mbox_window_free(struct mbox_window *w);

/* Forgets the content; the next octet will be that at pos. */
void cc_mbox_window_seek(struct mbox_window *w, uint64_t pos);

/*
 * Drops the octets before buf[keep] and reads more behind what is left, up to
 * the file position limit. 1: there are more; 0: limit reached; CC_ECHANGED:
 * the file ends before limit; CC_EIO.
 */
int cc_mbox_window_more(struct mbox_window *w, size_t keep, uint64_t limit);

#endif
