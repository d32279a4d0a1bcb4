/* linkage.c is a list of statements behind a function's declarations. */
#include "c-client.h"

int start(int argc);

int
start(int argc)
{
	int started = argc;
#include "linkage.c"
	return started;
}
