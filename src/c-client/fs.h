/*
 * fs.h - memory. Blocks are malloc's, so free() may be used on them.
 */
#ifndef FS_H
#define FS_H

#include <stddef.h>

#include "cc_decl.h"

CC_DECLS_BEGIN

/*
 * fs_get - a block of size octets, contents undefined; 0 is taken as 1. Never
 * NIL: when there is no memory the program ends (fatal). SET_BLOCKNOTIFY's
 * routine is called around it.
 */
void *fs_get(size_t size);

/* Changes the size of *block, which may be NIL, and stores where it is now;
 * the contents are kept. Fails as fs_get does. */
void fs_resize(void **block, size_t size);

/* Gives *block back and sets it to NIL; a NIL block is fine. */
void fs_give(void **block);

CC_DECLS_END

#endif
