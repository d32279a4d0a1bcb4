/* min and max are macros that #undef removes; write and flock are not. */
#include "c-client.h"

#if !defined(min) || !defined(max) || !defined(direct) || !defined(setpgrp)
#error "a name that old programs use is missing"
#endif
#if defined(write) || defined(flock) || defined(utime)
#error "a name of the system was taken"
#endif
#undef min
#undef max

int min(int a, int b);

int
min(int a, int b)
{
	struct direct *entry = NIL;

	return a < b ? a : b + (entry ? 1 : 0);
}
