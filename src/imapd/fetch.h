/*
 * fetch.h - FETCH: the list of items, compiled once for a command, and how
 * each is put on the wire (RFC 3501 sections 6.4.5, 7.4.2).
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "args.h"
#include "mail_fast.h"
#include "mime_decode.h"
#include "output.h"
#include "span.h"

enum fetch_section_kind {
	SECTION_ALL,        /* BODY[], BODY[1.2] */
	SECTION_HEADER,     /* HEADER */
	SECTION_FIELDS,     /* HEADER.FIELDS */
	SECTION_FIELDS_NOT, /* HEADER.FIELDS.NOT */
	SECTION_TEXT,       /* TEXT */
	SECTION_MIME,       /* MIME */
};

struct fetch_section {
	enum fetch_section_kind kind;
	uint32_t *part;      /* numbers of the part specifier, in the arena */
	size_t parts;        /* 0: the message itself */
	struct span *fields; /* names, in the arena */
	size_t field_count;
	bool partial;
	uint64_t start;  /* first octet wanted */
	uint64_t length; /* at most so many */
};

struct fetch_run;
struct fetch_item;

/* Puts one item of the present message, without a space before it. 0, or
 * negative with the response incomplete. */
typedef int fetch_put(struct fetch_run *run, const struct fetch_item *item);

struct fetch_item {
	fetch_put *put;
	struct span label; /* as in the reply, in the arena or static */
	struct fetch_section section;
};

struct fetch_program {
	struct fetch_item *items; /* in the arena */
	size_t count;
	bool seen;  /* an item sets \Seen */
	bool flags; /* FLAGS is among them */
};

/* A place in a part that is decoded. */
struct fetch_place {
	uint64_t octets; /* decoded octets before `at` */
	uint64_t at;     /* driver's position */
	unsigned state;  /* of cc_mail_convert */
	struct mime_decoder decoder;
};

/* Places that are kept of one part; with more, every second one goes. */
#define FETCH_PLACES 64

/* What is known of the body part that BINARY sent last (fetch_binary.c), and
 * where a decoder stood in it. */
struct fetch_decoded {
	uint32_t uid;      /* of the message, 0: nothing known */
	uint64_t pos, end; /* driver's positions of the part */
	uint64_t size;     /* octets, decoded */
	bool has_nul;      /* 0 is among them */

	struct fetch_place
	    last;      /* where the last piece ended; octets 0: nowhere */
	uint64_t step; /* octets from place to place */
	size_t place_count;
	struct fetch_place places[FETCH_PLACES]; /* by octets */
};

/* What tells that a mailbox file has changed. */
struct fetch_stamp {
	bool known;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

/* A place in a text that is sent in pieces. */
struct fetch_mark {
	uint64_t octets; /* sent octets before `at` */
	uint64_t at;     /* driver's position */
	unsigned state;  /* of cc_mail_convert */
};

/* Places that are kept of one text; with more, every second one goes. */
#define FETCH_MARKS 256

/* Sent octets between them, as long as there are so few. */
#define FETCH_MARK_STEP (64u * 1024)

/* Where the last partial fetch ended, and places on the way there, so that
 * the next one need not read the part from its beginning. Valid for the named
 * message and extent only. */
struct fetch_resume {
	uint32_t uid; /* 0: nothing known */
	uint64_t pos; /* driver's position where the text begins */
	struct fetch_mark last;
	uint64_t step; /* octets from mark to mark */
	size_t mark_count;
	struct fetch_mark marks[FETCH_MARKS]; /* by octets */

	uint64_t header;          /* driver's position of the header, ... */
	uint64_t header_octets;   /* and its octets as sent; 0: not known */
	struct fetch_stamp stamp; /* of the file when it was read */

	struct fetch_decoded decoded;
};

/* What the items of one command share while messages go by. */
struct fetch_run {
	MAILSTREAM *stream;
	struct output *out;
	struct strbuf scratch;   /* native text of a header in pieces */
	struct strbuf converted; /* header as sent */
	struct fetch_resume *resume;

	bool has_nul; /* what is sent is a literal8, with its octets 0 */

	const char *unknown_cte; /* why a part cannot be decoded, or NULL */

	unsigned long msgno;       /* the present message */
	struct mail_record record; /* of it */
};

/*
 * Parses "FLAGS", "(FLAGS UID)", "ALL". 0; negative with the text of the BAD
 * in *why_r, which holds one %s for the name of the command, or NULL for the
 * general one.
 */
int fetch_parse(struct args *a, struct fetch_program *program_r,
    const char **why_r);

/* Parses what follows "BODY" or "BODY.PEEK": "[" to "]", and "<n.m>"; makes
 * the label from it. As fetch_parse. */
int fetch_parse_section(struct args *a, struct fetch_item *item_r,
    const char **why_r);

/* The same for what follows "BINARY", "BINARY.PEEK", "BINARY.SIZE": "[1.2]",
 * and a partial where the item is no size. item->put is set. */
int fetch_parse_binary(struct args *a, struct fetch_item *item,
    const char **why_r);

/* Parts of these: nz-number *("." nz-number) ["."], with more_r if there was a
 * "." at the end; and "<" start "." length ">", if it is there. */
int fetch_parse_part(struct args *a, struct fetch_section *sec, bool *more_r);
int fetch_parse_partial(struct args *a, struct fetch_section *sec);

/* Which octets of a text of `total` are asked for. */
void fetch_clip(const struct fetch_section *sec, uint64_t total,
    uint64_t *start_r, uint64_t *length_r);

int fetch_put_binary(struct fetch_run *run, const struct fetch_item *item);
int fetch_put_binary_size(struct fetch_run *run, const struct fetch_item *item);

/* fetch_put of BODY[...] and the RFC822 family. */
int fetch_put_section(struct fetch_run *run, const struct fetch_item *item);

/* Puts "(\Seen keyword)". */
void fetch_put_flag_list(struct output *out, MAILSTREAM *stream,
    const struct mail_record *record);

/* The program item for UID, put first by UID FETCH. */
int fetch_put_uid(struct fetch_run *run, const struct fetch_item *item);

#endif
