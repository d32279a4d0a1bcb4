/*
 * fuzz_charset.c - text in every charset: what comes out is UTF-8, cut text
 * * too, and it does not grow out of proportion.
 *
 * The first octet of the input chooses the charset, the second the flags.
 */
#include "charset.h"
#include "fuzz_util.h"

/* All characters of the text are good ones. */
static void
is_utf8(SIZEDTEXT *text)
{
	unsigned char *s = text->data;
	unsigned long left = text->size;

	while (left > 0)
		must(!(utf8_get(&s, &left) & U8G_ERROR));
}

static void
decode(SIZEDTEXT *text, char *charset, long flags)
{
	SIZEDTEXT ret, again;

	if (!utf8_text(text, charset, &ret, flags)) {
		must(ret.data == text->data);
		return;
	}
	is_utf8(&ret);
	must(utf8_textwidth(&ret) >= 0);
	/* An octet gives 33 at most (U+FDFA in UTF-16: 2 give 33). */
	must(ret.size <= 17 * text->size + 3);
	/* UTF-8 is what it is. */
	must(utf8_text(&ret, (char *)(uintptr_t) "UTF-8", &again, 0));
	must(again.data == ret.data);
	if (ret.data != text->data)
		free(ret.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const CHARSET *cs = utf8_charset(NULL);
	SIZEDTEXT text;
	size_t count = 0, n;

	if (size < 2)
		return 0;
	while (cs[count].name)
		count++;
	n = data[0] % (count + 1);
	text.data = malloc(size - 1);
	must(text.data != NULL);
	text.size = size - 2;
	memcpy(text.data, data + 2, size - 2);
	decode(&text, n < count ? cs[n].name : NULL, data[1] & U8T_CANONICAL);
	free(text.data);
	return 0;
}
