/*
 * charset.h - how charsets become UTF-8; inside of utf8.h.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stdint.h>

#include "span.h"
#include "strbuf.h"
#include "utf8.h"

/* What CHARSET.tab points to where iconv(3) converts. The first may be the
 * larger set that mail with this label really has. */
struct cc_codec {
	const char *decode; /* names of iconv_open(3); NULL: CN-GB-12345 */
	const char *encode; /* NULL: text is not written in it */
};

/* UTF-8 being written, each character mapped and decomposed on the way. */
struct cc_utf8_out {
	struct strbuf text;
	ucs4cn_t cv;              /* or NULL */
	ucs4de_t de;              /* or NULL */
	bool known;               /* cv and de, if any, are the API's own */
	size_t n;                 /* octets of chunk in use */
	unsigned char chunk[512]; /* not yet in text */
};

/* Empty; cv and de may be NULL. cc_utf8_finish gives the text over. */
void cc_utf8_init(struct cc_utf8_out *out, ucs4cn_t cv, ucs4de_t de);
void cc_utf8_finish(struct cc_utf8_out *out, SIZEDTEXT *ret);

/* Characters that one decomposes into, at most; U+FDFA's are 18. */
#define CC_DECOMPOSED_MAX 32

/* What a character decomposes into, all at once; itself if it has no parts.
 * Returns how many there are. */
unsigned cc_ucs4_parts(unsigned long c, int32_t to[CC_DECOMPOSED_MAX]);

/* Appends a character; what has no UTF-8 goes in as U+FFFD. */
void cc_utf8_char(struct cc_utf8_out *out, unsigned long c);

/* Appends text in a charset. All are linear and take any octets. */
void cc_decode(struct cc_utf8_out *out, struct span text, const CHARSET *cs);
void cc_decode_utf8(struct cc_utf8_out *out, struct span text);
void cc_decode_utf7(struct cc_utf8_out *out, struct span text);
void cc_decode_ucs4(struct cc_utf8_out *out, struct span text);
void cc_decode_utf16(struct cc_utf8_out *out, struct span text);
void cc_decode_2022(struct cc_utf8_out *out, struct span text);

/* By the converter that iconv_open(3) has for this name; false if there is
 * none of this name here, and nothing was appended. */
bool cc_decode_iconv(struct cc_utf8_out *out, struct span text,
    const char *name);

/* As cc_decode_iconv, for CN-GB-12345. */
bool cc_decode_gb12345(struct cc_utf8_out *out, struct span text);

/* Is it UTF-8 throughout? */
bool cc_is_utf8(struct span text);

/* How many octets below 80 does it begin with? Are all? */
size_t cc_ascii_run(struct span text);
bool cc_is_ascii(struct span text);

/* The name in iconv(3) of UCS-4 in the order of this machine. */
const char *cc_iconv_ucs4(void);

/* The codec of Shift_JIS, whose type has no CHARSET.tab in its function. */
extern const struct cc_codec cc_codec_sjis;

#endif
