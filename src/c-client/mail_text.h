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

/* The same parameters as a public list. */
PARAMETER *cc_mail_new_parameters(const struct mime_param *from);

/* Appends the addresses of a list to *lst. */
void cc_mail_append_addresses(ADDRESS **lst, struct span list,
    const char *host);

#endif
