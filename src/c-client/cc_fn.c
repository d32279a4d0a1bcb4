/*
 * cc_fn.c - function pointers through void *.
 */
#include "cc_fn.h"

_Static_assert(sizeof(void *) == sizeof(void (*)(void)),
    "POSIX: function pointers fit in void *");

void *
cc_fn_to_ptr(void (*fn)(void))
{
	void *p;

	memcpy(&p, &fn, sizeof(p));
	return p;
}

void (*cc_ptr_to_fn(void *p))(void)
{
	void (*fn)(void);

	memcpy(&fn, &p, sizeof(fn));
	return fn;
}
