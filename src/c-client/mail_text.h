/*
 * mail_text.h - texts of messages for the public fetch calls.
 */
#ifndef MAIL_TEXT_H
#define MAIL_TEXT_H

#include "mail_generic.h"

/*
 * Header or text of a message with CRLF line ends, kept by the stream until
 * another message's is asked for; NUL-terminated, writable. 0 or negative.
 */
int cc_mail_load_header(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct span *header_r);
int cc_mail_load_text(MAILSTREAM *stream, unsigned long msgno, long flags,
    struct span *text_r);

/* What a fetch call was asked for. */
struct mail_wanted {
	MAILSTREAM *stream;
	unsigned long msgno;
	char *section;      /* never NULL once begun */
	unsigned long *len; /* may be NULL */
	long flags;
	char what[MAILTMPLEN]; /* name of the section for SET_GETS */
};

/* Begins a fetch: turns a UID into a message number, names the section. False
 * if there is no such message. */
bool cc_mail_wanted(struct mail_wanted *w, const char *kind);

/* The text as the program gets it, with a NUL behind, copied if need be. text
 * lies in memory of the stream and has an octet behind it. */
struct span cc_mail_settle(const struct mail_wanted *w, struct span text);

/* The result of a fetch call, from such a text; or for nothing. */
char *cc_mail_give(struct mail_wanted *w, struct span text);
char *cc_mail_give_nothing(struct mail_wanted *w);

/* The cache of the message that a section names: the elt's own, or that of a
 * part. NIL if it names none. */
MESSAGE *cc_mail_message_of(struct mail_wanted *w);

/* Octets of the message's text by offset and size, as far as they are there. */
int cc_mail_load_extent(struct mail_wanted *w, unsigned long offset,
    unsigned long size, struct span *text_r);

/* Sets \Seen unless FT_PEEK. */
void cc_mail_wanted_seen(const struct mail_wanted *w);

/* Sets \Seen, through the driver, if it is not set. */
void cc_mail_set_seen(MAILSTREAM *stream, unsigned long msgno);

/* An envelope from a header; host stands in for a missing domain. Never NIL,
 * but may lack what passed a limit. */
ENVELOPE *cc_mail_new_envelope(struct span header, const char *host);

/* Fills an initialised body from a part. base is the position of the text's
 * first octet, from which offsets count. */
void cc_mail_fill_body(BODY *body, const struct mime_part *part, uint64_t base,
    const char *host);

/* Takes what Content- fields said into a body, unless it knows it already. */
void cc_mail_fill_fields(BODY *body, const struct mime_part *part);

/* The same parameters as a public list. mm_log is told of one without a
 * value, at PARSE. */
PARAMETER *cc_mail_new_parameters(const struct mime_param *from);

/* The elements of the group that begins a list, which is moved behind it. */
ADDRESS *cc_mail_new_group(struct span *list, const char *host);

#endif
