/*
 * random_unix.c - random octets from the kernel (getrandom(2)). Holds no state
 * and may be called from any thread.
 */
#include <errno.h>
#include <sys/random.h>

#include "cc_random.h"
#include "ftl.h"

void
cc_random(void *p, size_t len)
{
	char *to = p;

	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			fatal("The system gives no random numbers");
		to += n;
		len -= (size_t)n;
	}
}
