/* The one include that a program needs, which brings system headers along. */
#include "c-client.h"

long twice(MAILSTREAM *stream, char *name);

long
twice(MAILSTREAM *stream, char *name)
{
	struct dirent *entry = NULL;
	time_t now = time(0);
	size_t length = strlen(name);
	void *block = malloc(length + 1);

	free(block);
	syslog(LOG_INFO, "%ld %p", (long)now, (void *)entry);
	return close(-1) + flock(open(name, O_RDONLY), LOCK_SH) +
	    (long)stream->nmsgs;
}
