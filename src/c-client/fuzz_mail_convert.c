/*
 * fuzz_mail_convert.c - wire text, made in pieces of any size, is what an
 * octet-by-octet loop makes, with NUL and without. The first two octets say
 * where it is cut.
 */
#include "fuzz_util.h"
#include "mail_fast.h"

static size_t
plain(enum mime_newline newline, const uint8_t *in, size_t len, char *out,
    uint8_t nul)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (newline == MIME_LF && in[i] == '\r')
			continue;
		if (newline == MIME_LF && in[i] == '\n')
			out[n++] = '\r';
		out[n++] = (char)(in[i] ? in[i] : nul);
	}
	return n;
}

static void
check(enum mime_newline newline, const uint8_t *in, size_t len, size_t piece,
    size_t room, bool binary)
{
	char *want = malloc(len * 2 + 1), *got = malloc(len * 2 + 1);
	size_t total = plain(newline, in, len, want, binary ? 0 : 0x80);
	size_t n = 0, step;
	unsigned state = 0;

	for (size_t i = 0; i < len; i += step) {
		struct span src;
		char *copy;

		step = piece < len - i ? piece : len - i;
		copy = malloc(step);
		memcpy(copy, in + i, step);
		src = cc_span(copy, step);
		while (src.len) {
			char *dst = malloc(room);
			size_t put = (binary ? cc_mail_convert_binary
					     : cc_mail_convert)(newline, &src,
			    dst, room, &state);

			must(put <= room && n + put <= total);
			memcpy(got + n, dst, put);
			n += put;
			free(dst);
		}
		must(state == 0);
		free(copy);
	}
	must(n == total && memcmp(got, want, n) == 0);
	free(want);
	free(got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	for (int binary = 0; binary < 2; binary++) {
		check(MIME_LF, data + 2, size - 2, data[0] + 1u, data[1] + 1u,
		    binary);
		check(MIME_CRLF, data + 2, size - 2, data[0] + 1u, data[1] + 1u,
		    binary);
	}
	return 0;
}
