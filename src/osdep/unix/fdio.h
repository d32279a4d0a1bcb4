/*
 * fdio.h - whole reads, whole writes and syncs on open files.
 *
 * Short and interrupted calls are repeated. All return 0 or a code of
 * cc_err.h, with errno kept from the call that failed.
 */
#ifndef FDIO_H
#define FDIO_H

#include <stdint.h>
#include <sys/types.h>

#include "span.h"

/* Reads up to len octets at pos; fewer only at the end of the file. */
int cc_fd_read_at(int fd, uint64_t pos, void *buf, size_t len, size_t *got_r);

/* Writes all octets where the descriptor is. */
int cc_fd_write(int fd, struct span data);

/* Writes all octets at pos. CC_ENOSPACE or CC_EIO: some may be written. */
int cc_fd_write_at(int fd, uint64_t pos, struct span data);

/* The same; *done_r is how many are written, also after an error. */
int cc_fd_write_some(int fd, uint64_t pos, struct span data, size_t *done_r);

/* Content, and what is needed to read it back, on the disk. */
int cc_fd_datasync(int fd);

#endif
