/* With CCLIENT_NO_POLLUTION the system's names stay. */
#define CCLIENT_NO_POLLUTION
#include "c-client.h"

#if defined(min) || defined(max) || defined(direct) || defined(setpgrp)
#error "a name of the system was taken"
#endif

long smaller(void);

long
smaller(void)
{
	return Min(1, 2);
}
