/*
 * login_alloc.c - memory for gate and auth.
 *
 * The library's own functions tell the application's callbacks when there is
 * no memory; these programs have none. They end, which refuses the login.
 */
#include <unistd.h>

#include "fs.h"

void *
fs_get(size_t size)
{
	void *block = malloc(size ? size : 1);

	if (!block)
		_exit(1);
	return block;
}

void
fs_resize(void **block, size_t size)
{
	void *p = realloc(*block, size ? size : 1);

	if (!p)
		_exit(1);
	*block = p;
}

void
fs_give(void **block)
{
	free(*block);
	*block = NULL;
}
