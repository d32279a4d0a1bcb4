/*
 * rfc822_write.h - headers and addresses as text (RFC 5322, RFC 2045).
 *
 * What rfc822_output.c and rfc822_legacy.c are made of. Each function appends
 * a whole thing or, where the ceiling of the buffer does not allow it, nothing
 * (cc_strbuf_status tells): a list is cut between addresses, a header between
 * fields. Texts are the program's; no text can begin a field of its own, as
 * line ends in it become folds, or go.
 */
#ifndef RFC822_WRITE_H
#define RFC822_WRITE_H

#include "rfc822.h"
#include "strbuf.h"

#define RFC822_CONTROLS                                                        \
	"\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020"     \
	"\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037\177"

/* What makes quotes necessary in a phrase, where blanks stand between words;
 * in a word; in a MIME token (RFC 2045 section 5.1). */
#define RFC822_PHRASE_SPECIALS "()<>@,;:\\\"[]." RFC822_CONTROLS
#define RFC822_WORD_SPECIALS " " RFC822_PHRASE_SPECIALS
#define RFC822_TOKEN_SPECIALS " ()<>@,;:\\\"[]/?=" RFC822_CONTROLS

#define RFC822_FOLD_COLUMN 78 /* RFC 5322 section 2.1.1 */
#define RFC822_FOLD "\r\n    "
#define RFC822_FOLD_INDENT 4

/* A line is at most 998 octets (RFC 5322 section 2.1.1); what a field has
 * before and behind its text fits into the rest. */
#define RFC822_LONG_LINE 900

/* What fields are made of. One line: line ends in the text go. */
void cc_rfc822_put_one_line(struct strbuf *out, const char *s);
void cc_rfc822_put_quoted(struct strbuf *out, struct span s);

/* A line of text; one that is too long to be sent is folded before blanks,
 * which reads as the same (RFC 5322 section 2.2.3). */
void cc_rfc822_put_long_line(struct strbuf *out, struct span s);

/* Begins a field, and gives the octets before it; ends it, or takes it back if
 * it did not fit. */
size_t cc_rfc822_begin_field(struct strbuf *out, const char *name, bool resent);
void cc_rfc822_end_field(struct strbuf *out, size_t from);

/* A word, in quotes if it is empty or holds one of specials; NULL: if it is no
 * dot-atom (RFC 5322 section 3.2.3). */
void cc_rfc822_put_word(struct strbuf *out, const char *src,
    const char *specials);

/* local@host; no host if it is missing or "@". */
void cc_rfc822_put_mailbox(struct strbuf *out, const ADDRESS *adr);

/*
 * A list of addresses. column is where it begins in its line: then lines are
 * folded before they pass 78 columns, and members of groups are left out; 0
 * writes all in one line. specials are those of phrases, NULL: RFC 5322's.
 */
void cc_rfc822_put_list(struct strbuf *out, const ADDRESS *adr, size_t column,
    const char *specials);

/* "Name: text" CRLF, "ReSent-Name: " if resent is set; nothing without text. */
void cc_rfc822_put_line(struct strbuf *out, const char *name, bool resent,
    const char *text);
void cc_rfc822_put_address_line(struct strbuf *out, const char *name,
    bool resent, const ADDRESS *adr, const char *specials);

/* "; NAME=value" of each. */
void cc_rfc822_put_params(struct strbuf *out, const PARAMETER *param);

/* Words with commas between. */
void cc_rfc822_put_words(struct strbuf *out, const STRINGLIST *list);

/* Content-Type and what else there is of a body's own fields. */
void cc_rfc822_put_body_header(struct strbuf *out, const BODY *body);

/* All fields, without the empty line; Bcc if bcc is set. */
void cc_rfc822_put_fields(struct strbuf *out, const ENVELOPE *env,
    const BODY *body, const char *specials, bool bcc);

#endif
