/*
 * mail_finder_node.h - what the parts of the finder share: mail_finder.c makes
 * nodes of a program and joins their answers, mail_finder_header.c and
 * mail_finder_text.c answer for the leaves that need the octets of a message.
 */
#ifndef MAIL_FINDER_NODE_H
#define MAIL_FINDER_NODE_H

#include "mail_finder.h"
#include "text_search.h"

enum finder_kind {
	FIND_AND, /* all of its children hold */
	FIND_NOT, /* not all of them do */
	FIND_OR,  /* one of them does */
	/* leaves */
	FIND_FLAGS,
	FIND_MSGNO,
	FIND_UID,
	FIND_SIZE,
	FIND_DATE,
	FIND_AGE,
	FIND_SENT,
	FIND_FIELD,
	FIND_TEXT, /* anywhere in the message */
	FIND_BODY, /* in its text */
};

/* What an answer costs. */
enum finder_stage {
	STAGE_RECORD,
	STAGE_CHEAP,
	STAGE_HEADER,
	STAGE_TEXT,
	STAGE_COUNT
};

enum finder_value { VALUE_NO, VALUE_YES, VALUE_UNKNOWN };

/* Days since 1970, one for each bound; -1: not asked. */
struct finder_days {
	int64_t before, on, since;
};

struct finder_node {
	enum finder_kind kind;
	enum finder_stage stage; /* of a leaf */
	uint32_t parent;         /* always before its children */
	unsigned char value;     /* enum finder_value */
	bool live;               /* its value matters and is not known */
	const SEARCHPGM *pgm;    /* while nodes are made: its keys */
	union {
		struct {
			unsigned set, clear; /* fSEEN ... fOLD */
			uint32_t keywords, no_keywords;
			bool unknown; /* a keyword that nothing has */
		} flags;
		struct imap_seqset set; /* joined; ranges are fs_get memory */
		struct {
			unsigned long larger, smaller; /* 0: not asked */
		} size;
		struct finder_days days;
		struct {
			int64_t first, last; /* seconds since 1970 */
		} age;
		struct {
			struct cc_needle needle;
			char *field; /* name, or NULL */
			bool address;
			struct cc_text_search search; /* of texts */
		} text;
	} u;
};

struct cc_finder {
	MAILSTREAM *stream;
	struct finder_node *nodes; /* the first is the whole program */
	size_t count, room;
	unsigned stages; /* bits of those that have leaves */
	bool drop_cr;    /* a string goes over a line's end, without CR */

	/* Of the message in hand. */
	unsigned long msgno;
	const struct mime_part *part; /* NULL: the message itself */
	struct strbuf native;         /* a header in pieces */
	struct strbuf field;          /* a field unfolded */
	struct strbuf decoded;        /* of a transfer encoding */
	struct arena arena;
};

/* The header that the message in hand, or its part, has; good until the next
 * call on the stream. */
int cc_finder_header(struct cc_finder *f, struct span *header_r);

/* Answers for the live leaves of the stage: 0 or negative. */
int cc_finder_headers(struct cc_finder *f);
int cc_finder_texts(struct cc_finder *f);

/* Is it in the text of a header, of which each field is unfolded and its
 * encoded words decoded? */
bool cc_finder_in_header(struct cc_finder *f, const struct cc_needle *needle,
    struct span header);

/* The next field of this name, from *at on; moves *at behind it. */
bool cc_finder_field(struct span header, size_t *at, struct span name,
    struct span *body_r);

/* Is the day within the bounds? */
bool cc_finder_days_hold(const struct finder_days *bounds, int64_t day);

#endif
