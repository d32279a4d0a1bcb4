/*
 * spool.c - messages on their way from the client to a mailbox (see spool.h).
 *
 * The file is made in /tmp, or in the working directory, which is the user's
 * home, if that fails; it has no name, so nobody else can open it and nothing
 * is left when the session is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cc_err.h"
#include "fdio.h"
#include "fdstring.h"
#include "fs.h"
#include "spool.h"

/* Octets in memory: most messages fit, and a large one is written in pieces of
 * this size. */
#define SPOOL_MEMORY (256u * 1024)

/* Octets of the window through which the file is read again. */
#define SPOOL_WINDOW (64u * 1024)

void
spool_init(struct spool *sp)
{
	*sp = (struct spool){ .fd = -1 };
	cc_strbuf_init(&sp->memory, 2 * SPOOL_MEMORY);
}

void
spool_free(struct spool *sp)
{
	cc_strbuf_free(&sp->memory);
	if (sp->fd >= 0)
		close(sp->fd);
	fs_give((void **)&sp->window);
	sp->fd = -1;
}

uint64_t
spool_size(const struct spool *sp)
{
	return sp->written + sp->memory.len;
}

/* Not every file system has files that never had a name. */
static int
open_and_unlink(const char *dir)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/imapd-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
open_file(void)
{
	static const char *const dirs[] = { "/tmp", "." };
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof(dirs) / sizeof(*dirs); i++) {
		fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0)
			fd = open_and_unlink(dirs[i]);
	}
	return fd;
}

static void
flush(struct spool *sp)
{
	if (!sp->failed && sp->fd < 0 && (sp->fd = open_file()) < 0)
		sp->failed = errno;
	if (!sp->failed) {
		if (cc_fd_write(sp->fd, cc_strbuf_span(&sp->memory)) == 0)
			sp->written += sp->memory.len;
		else
			sp->failed = errno;
	}
	cc_strbuf_reset(&sp->memory);
}

void
spool_put(struct spool *sp, struct span octets)
{
	while (octets.len > 0 && !sp->failed) {
		size_t n = SPOOL_MEMORY - sp->memory.len;

		if (n > octets.len)
			n = octets.len;
		cc_strbuf_put(&sp->memory, octets.p, n);
		octets = cc_span(octets.p + n, octets.len - n);
		/* A message that just fits stays in memory. */
		if (sp->memory.len == SPOOL_MEMORY && octets.len > 0)
			flush(sp);
	}
}

int
spool_finish(struct spool *sp)
{
	if (sp->fd >= 0 && sp->memory.len > 0)
		flush(sp);
	return sp->failed ? CC_EIO : 0;
}

void
spool_string(struct spool *sp, uint64_t at, uint64_t size, STRING *string_r)
{
	FDDATA d = { .fd = sp->fd, .pos = at, .chunksize = SPOOL_WINDOW };

	if (sp->fd < 0) {
		INIT(string_r, mail_string, sp->memory.data + at, size);
		return;
	}
	if (!sp->window)
		sp->window = fs_get(SPOOL_WINDOW);
	d.chunk = sp->window;
	INIT(string_r, fd_string, &d, size);
}
