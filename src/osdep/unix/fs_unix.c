/*
 * fs_unix.c - memory from malloc that never fails.
 *
 * Programs mix these with malloc and free, so blocks are exactly malloc's.
 * The block-notify routine, if the program set one, is told around each call;
 * the default one would do nothing here.
 */
#include <stdlib.h>

#include "fs.h"
#include "ftl.h"
#include "mail_params.h"

static void *
block_begin(void)
{
	return cc_params.blocknotify
	    ? cc_params.blocknotify(BLOCK_SENSITIVE, NULL)
	    : NULL;
}

static void
block_end(void *data)
{
	if (cc_params.blocknotify)
		cc_params.blocknotify(BLOCK_NONSENSITIVE, data);
}

void *
fs_get(size_t size)
{
	void *data = block_begin();
	void *block = malloc(size ? size : 1);

	if (!block)
		fatal("Out of memory");
	block_end(data);
	return block;
}

void
fs_resize(void **block, size_t size)
{
	void *data = block_begin();
	void *moved = realloc(*block, size ? size : 1);

	if (!moved)
		fatal("Can't resize memory");
	*block = moved;
	block_end(data);
}

void
fs_give(void **block)
{
	void *data = block_begin();

	free(*block);
	*block = NULL;
	block_end(data);
}
