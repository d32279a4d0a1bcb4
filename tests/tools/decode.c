/*
 * decode.c - undoes content transfer encodings, many texts in one run. The
 * tests compare the octets with what other programs make of the same text.
 *
 * Standard input and output are records: "ENCODING LENGTH" LF and so many
 * octets; the answer is "LENGTH" LF and the octets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mail_const.h"
#include "mime_decode.h"

#define LARGEST (64u << 20)

static unsigned short
encoding_of(const char *name)
{
	if (!strcmp(name, "base64"))
		return ENCBASE64;
	if (!strcmp(name, "quoted-printable"))
		return ENCQUOTEDPRINTABLE;
	return ENC8BIT;
}

static void
answer(unsigned short encoding, struct span text)
{
	struct mime_decoder d;
	struct strbuf out;

	cc_strbuf_init(&out, LARGEST);
	cc_mime_decode_init(&d, encoding);
	cc_mime_decode(&d, &out, text);
	cc_mime_decode_end(&d, &out);
	printf("%zu\n", out.len);
	fwrite(out.data, 1, out.len, stdout);
	cc_strbuf_free(&out);
}

int
main(void)
{
	char line[128], *length;

	while (fgets(line, sizeof(line), stdin)) {
		size_t len;
		char *text;

		if (!(length = strchr(line, ' ')))
			return 1;
		*length++ = '\0';
		len = strtoul(length, NULL, 10);
		if (len > LARGEST)
			return 1;
		text = fs_get(len + 1);
		if (fread(text, 1, len, stdin) != len)
			return 1;
		answer(encoding_of(line), cc_span(text, len));
		fs_give((void **)&text);
	}
	return ferror(stdout) ? 1 : 0;
}
