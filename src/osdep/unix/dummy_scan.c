/*
 * dummy_scan.c - does a mailbox hold a text? For SCAN.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_fn.h"
#include "cc_limits.h"
#include "dummy.h"
#include "misc.h"

long
scan_contents(DRIVER *dtb, char *name, char *contents, unsigned long csiz,
    unsigned long fsiz)
{
	void *f = dtb ? (*dtb->parameters)(GET_SCANCONTENTS, NIL) : NIL;

	return f
	    ? (*(scancontents_t)cc_ptr_to_fn(f))(name, contents, csiz, fsiz)
	    : dummy_scan_contents(name, contents, csiz, fsiz);
}

/* Looks through a file by windows that overlap by csiz - 1 octets, so that a
 * text which lies in two of them is found. */
static bool
scan_fd(int fd, const char *contents, size_t csiz)
{
	size_t room = CC_READ_WINDOW + csiz, have = 0;
	unsigned char *buf = fs_get(room);
	bool found = false;
	ssize_t n;

	while (!found && (n = read(fd, buf + have, room - have)) > 0) {
		have += (size_t)n;
		found = search(buf, (long)have, (unsigned char *)contents,
			    (long)csiz) != NIL;
		if (have >= csiz) {
			memmove(buf, buf + have - (csiz - 1), csiz - 1);
			have = csiz - 1;
		}
	}
	fs_give((void **)&buf);
	return found;
}

long
dummy_scan_contents(char *name, char *contents, unsigned long csiz,
    unsigned long fsiz)
{
	bool found;
	int fd;

	if (csiz > fsiz)
		return NIL;
	if (csiz == 0)
		return LONGT;
	fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NIL;
	found = scan_fd(fd, contents, csiz);
	close(fd);
	return found ? LONGT : NIL;
}
