/*
 * rfc822_specials.c - the sets of octets that want quotes, under the names by
 * which old programs that call rfc822_cat declare them. Nothing else uses
 * them, so that a program may have such names itself.
 */
#include "cc_decl.h"
#include "rfc822_write.h"

CC_DECLS_BEGIN

extern const char *const specials;
extern const char *const rspecials;
extern const char *const wspecials;
extern const char *const tspecials;

const char *const specials = RFC822_WORD_SPECIALS;
const char *const rspecials = RFC822_PHRASE_SPECIALS;
const char *const wspecials = RFC822_WORD_SPECIALS;
const char *const tspecials = RFC822_TOKEN_SPECIALS;

CC_DECLS_END
