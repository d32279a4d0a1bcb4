/*
 * charset_load.c - converters loaded beforehand.
 *
 * iconv(3) maps the code of a converter when it is first opened. A process
 * under a filter that refuses this (sandbox_calls.c of src/osdep/unix) opens
 * them all before, and keeps them, since what nobody has open may be unmapped.
 */
#include <iconv.h>

#include "charset.h"
#include "fs.h"

/* Beside those of the table, what charset_2022.c opens. */
static const char *const more[] = { "ISO-8859-1", "EUC-CN", "EUC-TW",
	"TCVN5712-1", "CP932" };

#define MORE (sizeof(more) / sizeof(more[0]))

struct cc_charset_loaded {
	size_t n;
	iconv_t open[];
};

/* A converter that this machine lacks is lacking later, too. */
static void
load(struct cc_charset_loaded *l, const char *name)
{
	iconv_t cd = iconv_open(cc_iconv_ucs4(), name);

	if (cd != (iconv_t)-1)
		l->open[l->n++] = cd;
}

struct cc_charset_loaded *
cc_charset_load(void)
{
	const struct cc_codec *codec;
	struct cc_charset_loaded *l;
	size_t room = MORE;

	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++)
		room += cs->tab != NULL;
	l = fs_get(sizeof(*l) + room * sizeof(l->open[0]));
	l->n = 0;
	for (const CHARSET *cs = utf8_charset(NULL); cs->name; cs++) {
		codec = cs->tab;
		if (codec && codec->decode)
			load(l, codec->decode);
	}
	for (size_t i = 0; i < MORE; i++)
		load(l, more[i]);
	return l;
}

void
cc_charset_unload(struct cc_charset_loaded **loaded)
{
	if (!*loaded)
		return;
	while ((*loaded)->n > 0)
		iconv_close((*loaded)->open[--(*loaded)->n]);
	fs_give((void **)loaded);
}
