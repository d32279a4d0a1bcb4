/*
 * misc.h - small helpers: case, copies, searching octets, hash tables,
 * comparison. All of them know ASCII's case only, whatever the locale.
 */
#ifndef MISC_H
#define MISC_H

#include <stddef.h>

#include "mail.h"

CC_DECLS_BEGIN

/* An entry, with the data slots asked for when it was added. */
#define HASHENT struct hash_entry
struct hash_entry {
	HASHENT *next;
	char *name; /* the caller's key */
	void *data[1];
};

#define HASHTAB struct hash_table
struct hash_table {
	size_t size; /* buckets */
	HASHENT *table[1];
};

/* Change case in place, and return the argument. */
unsigned char *ucase(unsigned char *string);
unsigned char *lcase(unsigned char *string);

/* An allocated copy; NIL for NIL. */
char *cpystr(const char *string);

/*
 * Put an allocated copy of size octets, of src, of what is left of bs, or of
 * size octets of bs from offset on, into dst, with a NUL behind. What dst held
 * is freed. Return its data.
 */
char *cpytxt(SIZEDTEXT *dst, char *text, unsigned long size);
char *textcpy(SIZEDTEXT *dst, SIZEDTEXT *src);
char *textcpystring(SIZEDTEXT *text, STRING *bs);
char *textcpyoffstring(SIZEDTEXT *text, STRING *bs, unsigned long offset,
    unsigned long size);

/* The number of the lowest of the low 32 bits that is set, clearing it;
 * 0xffffffff if none is. */
unsigned long find_rightmost_bit(unsigned long *valptr);

/* Programs may call them min and max; see below. */
long Min(long i, long j);
long Max(long i, long j);

/* T if pat occurs in base, case ignored (search) or not (ssearch); basec and
 * patc are their octets. An empty pat is in every base that is not empty. */
long search(unsigned char *base, long basec, unsigned char *pat, long patc);
long ssearch(unsigned char *base, long basec, unsigned char *pat, long patc);

/* A table of size buckets; destroying frees entries, not keys or data. */
HASHTAB *hash_create(size_t size);
void hash_destroy(HASHTAB **hashtab);
void hash_reset(HASHTAB *hashtab);

/* The bucket of a key. */
unsigned long hash_index(HASHTAB *hashtab, char *key);

/* The data slots of a key; NIL if it is not there. */
void **hash_lookup(HASHTAB *hashtab, char *key);

/* Adds a key without looking whether it is there; key must stay valid. The
 * first slot is data, and extra more are NIL. */
HASHENT *hash_add(HASHTAB *hashtab, char *key, void *data, long extra);

/* hash_lookup, and if need be hash_add. */
void **hash_lookup_and_add(HASHTAB *hashtab, char *key, void *data, long extra);

/* The octet that two hexadecimal digits make; they must be such. */
unsigned char hex2byte(unsigned char c1, unsigned char c2);

/* -1, 0 or 1. cstring and csizedtext ignore case; NIL comes first. */
int compare_ulong(unsigned long l1, unsigned long l2);
int compare_uchar(unsigned char c1, unsigned char c2);
int compare_string(unsigned char *s1, unsigned char *s2);
int compare_cstring(unsigned char *s1, unsigned char *s2);
int compare_csizedtext(unsigned char *s1, SIZEDTEXT *s2);

CC_DECLS_END

/* clang-format off */

#define HASHMULT	29	/* of hash_index */

/* clang-format on */

#if !defined(CCLIENT_NO_POLLUTION) && !defined(CC_BUILD) &&                    \
    !defined(__cplusplus)
#ifndef min
#define min Min
#endif
#ifndef max
#define max Max
#endif
#endif

#endif
