/*
 * fuzz_utf8_mime.c - encoded words: any header decodes, text without words is
 * left alone, and the first octet chooses the flags.
 */
#include "fuzz_util.h"
#include "utf8.h"
#include "utf8aux.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SIZEDTEXT src, dst;
	long flags;

	if (size < 1)
		return 0;
	flags = data[0] & U8T_CANONICAL;
	src.size = size - 1;
	src.data = malloc(size);
	must(src.data != NULL);
	memcpy(src.data, data + 1, size - 1);
	src.data = realloc(src.data, size > 1 ? size - 1 : 1);
	must(src.data != NULL);
	must(utf8_mime2text(&src, &dst, flags) == T);
	if (!memmem(src.data, src.size, "=?", 2) && !flags)
		must(dst.data == src.data);
	must(fuzz_same(cc_span(src.data, src.size),
	    cc_span(data + 1, size - 1)));
	must(dst.size <= 17 * src.size + 3);
	if (dst.data != src.data)
		free(dst.data);
	free(src.data);
	return 0;
}
