/*
 * filestat.h - comparing what stat(2) says.
 */
#ifndef FILESTAT_H
#define FILESTAT_H

#include <stdbool.h>
#include <sys/stat.h>

/* As long as both exist: two names of one file? */
static inline bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static inline bool
is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static inline bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

#endif
