/*
 * mail_fast.h - the library's inner door, for our own programs (not
 * installed): messages as compact records, text as spans, ENVELOPE and
 * BODYSTRUCTURE ready for the wire. Nothing here makes public structures.
 *
 * A driver serves it through `fastpath`, its last DRIVER member; for a driver
 * without one every function works over the public calls.
 *
 * A span is a view into the driver's read window, valid until the next call
 * on the stream. Text comes in the newline form of the driver
 * (cc_mail_newline); cc_mail_convert makes it what clients see.
 */
#ifndef MAIL_FAST_H
#define MAIL_FAST_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "imap_grammar.h"
#include "mail.h"
#include "mime_part.h"
#include "span.h"
#include "strbuf.h"

/* What a session knows of a message without reading it. */
struct mail_record {
	uint32_t uid;
	unsigned flags;    /* fSEEN ... fDRAFT of mail.h; fOLD: not \Recent */
	uint32_t keywords; /* bit n is stream->user_flags[n] */
};

/* Which octets of a message. */
enum mail_what {
	MAIL_HEADER, /* header with its empty line */
	MAIL_TEXT,   /* what follows */
};

/*
 * A walk over octets of a message; made by cc_mail_read. Plain data: it may be
 * dropped at any time. After a step pos is the position behind the last octet
 * of the span, so that the span began at pos - span.len; lines that the driver
 * hides are passed over at the beginning of the next step.
 */
struct mail_reader {
	MAILSTREAM *stream;
	unsigned long msgno;
	uint64_t pos;   /* the driver's position of the next octet */
	uint64_t end;   /* the driver's position one past the last */
	bool in_header; /* the driver hides its own lines */
	bool follow;    /* the caller keeps no positions: a text that others
			 * move in the middle is read on where it is then */
};

/*
 * What a driver offers; members are needed unless they are called optional.
 * 0 or negative unless said.
 *
 * A driver with these may leave the members fast, msgflags, structure, header,
 * text, msgdata, uid, msgno, flag and flagmsg of its DRIVER absent: mail_elt
 * fills new elts from record, size and date, and the public calls read through
 * locate and next. Where flags change behind the program's back, the driver
 * calls cc_mail_changed; a record is always what holds now.
 */
struct cc_driver_fast {
	int (*record)(MAILSTREAM *stream, unsigned long msgno,
	    struct mail_record *record_r);
	/* RFC822.SIZE: octets with CRLF line ends. */
	int (*size)(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r);
	int (*date)(MAILSTREAM *stream, unsigned long msgno,
	    struct imap_date *date_r);
	/* Positions of header or text for cc_mail_read. */
	int (*locate)(MAILSTREAM *stream, unsigned long msgno,
	    enum mail_what what, uint64_t *pos_r, uint64_t *end_r);
	/* The next span of a walk: 1 and the span, 0 at the end. CC_ECHANGED
	 * if the octets parsed are no longer there. */
	int (*next)(struct mail_reader *reader, struct span *span_r);
	/* Changes the flags of one message: those in mask become value. */
	int (*store)(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
	    unsigned value, uint32_t keyword_mask, uint32_t keyword_value);
	/*
	 * Brings what store changed into the mailbox, under one hold of its
	 * locks however many messages it was; sync: and onto the disk. Called
	 * once at the end of a command that stored, before its answer, and with
	 * sync a few seconds later. Optional: store did it all.
	 */
	int (*flush)(MAILSTREAM *stream, bool sync);
	/* The file whose change means news (for inotify); borrowed. */
	const char *(*watch)(MAILSTREAM *stream);
	/* Gives back memory that the next read can have again. Optional. */
	void (*rest)(MAILSTREAM *stream);
	enum mime_newline newline;
};

/* What the driver knows of a message without reading it; its octets as sent;
 * its internal date. 0; CC_ENOENT: no such message; or the driver's error. */
int cc_mail_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r);
int cc_mail_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r);
int cc_mail_date(MAILSTREAM *stream, unsigned long msgno,
    struct imap_date *date_r);

/* How lines end in the spans of this stream. */
enum mime_newline cc_mail_newline(MAILSTREAM *stream);

/* Begins a walk over the header or the text of a message. */
int cc_mail_read(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    struct mail_reader *reader_r);

/* Begins a walk over an extent of the message's structure. */
int cc_mail_read_extent(MAILSTREAM *stream, unsigned long msgno,
    const struct mime_extent *extent, struct mail_reader *reader_r);

/* The next span: 1, 0 at the end, or negative. */
int cc_mail_next(struct mail_reader *reader, struct span *span_r);

struct mime_parser;

/* Feeds the header or the text of a message to a parser. Past a limit that
 * ignores what follows, so the rest is not read. */
int cc_mail_feed(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    struct mime_parser *parser);

/*
 * The whole header as one span (native newlines): in the read window where it
 * lies in one piece, else put together in scratch. At most CC_HEADER_MAX. No CR
 * where lines end in LF.
 */
int cc_mail_header(MAILSTREAM *stream, unsigned long msgno,
    struct strbuf *scratch, struct span *header_r);

/*
 * The structure of a message. The stream keeps that of the message last asked
 * for; it is valid until the next call with another message, an expunge, or
 * the end of the stream.
 */
int cc_mail_structure(MAILSTREAM *stream, unsigned long msgno,
    const struct mime_part **root_r);

/* Appends ENVELOPE, BODY or BODYSTRUCTURE as they go on the wire. */
int cc_mail_put_envelope(MAILSTREAM *stream, unsigned long msgno,
    struct strbuf *out);
int cc_mail_put_body(MAILSTREAM *stream, unsigned long msgno, bool extended,
    struct strbuf *out);

/*
 * Turns native text into what clients see: LF becomes CRLF and CR is dropped
 * for MIME_LF; NUL becomes 80 (hex) for both. Writes at most room octets to
 * dst, returns how many, and moves *src past what was used up. state begins as
 * 0 and is 1 while an LF stands first in src whose CR is already written: src
 * is empty exactly when all of it is out. src and dst do not overlap.
 */
size_t cc_mail_convert(enum mime_newline newline, struct span *src, char *dst,
    size_t room, unsigned *state);

/* The same for a literal8 (RFC 3516), which may hold NUL: it stays. */
size_t cc_mail_convert_binary(enum mime_newline newline, struct span *src,
    char *dst, size_t room, unsigned *state);

/* Changes flags of one message and tells the public elt, if it exists. */
int cc_mail_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value);

/* Ends a run of cc_mail_store (see flush above); mail_flag does it itself. */
int cc_mail_flush(MAILSTREAM *stream, bool sync);

/* The file whose change means news; NULL if the driver knows none. */
const char *cc_mail_watch(MAILSTREAM *stream);

/* For servers whose client is silent for a while: gives back the memory that
 * the next command can have again. Spans end. */
void cc_mail_rest(MAILSTREAM *stream);

/* For drivers: the record of a message is another than before. Brings the
 * public elt, if there is one, up to date and calls mm_flags. */
void cc_mail_changed(MAILSTREAM *stream, unsigned long msgno);

/*
 * For servers, after a command: frees all elts that nobody has locked, and the
 * arrays that hold them when none is left. Does nothing unless the driver has
 * `fastpath` and the cache manager is the library's own.
 */
void cc_mail_drop_elts(MAILSTREAM *stream);

#endif
