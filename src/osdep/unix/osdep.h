/*
 * osdep.h - what the toolkit has of this system: headers that programs rely on
 * getting, the environment, memory, and names of drivers' helpers. Comes
 * behind mail.h.
 */
#ifndef OSDEP_H
#define OSDEP_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/types.h>
#include <dirent.h>
#include <time.h>
#include <fcntl.h>
#include <syslog.h>
#include <sys/file.h>

#include "mail.h"
#include "env_unix.h"
#include "fs.h"
#include "ftl.h"
#include "nl.h"
#include "tcp.h"

/* Names that old programs use for these. write and flock are left alone. */
#if !defined(CCLIENT_NO_POLLUTION) && !defined(CC_BUILD)
#ifndef direct
#define direct dirent
#endif
#ifndef setpgrp
#define setpgrp setpgid
#endif
#endif

/* clang-format off */

/* Drivers name the callbacks so; flock works here, so they are the callbacks
 * themselves and not a child's proxies. */
#define MM_EXISTS		mm_exists
#define MM_EXPUNGED		mm_expunged
#define MM_FLAGS		mm_flags
#define MM_NOTIFY		mm_notify
#define MM_STATUS		mm_status
#define MM_LOG			mm_log
#define MM_CRITICAL		mm_critical
#define MM_NOCRITICAL		mm_nocritical
#define MM_DISKERROR		mm_diskerror
#define MM_FATAL		mm_fatal
#define MM_APPEND(af)		(*(af))

#define SAFE_DELETE(dtb, stream, mbx) \
	((*(dtb)->mbxdel)(stream, mbx))
#define SAFE_RENAME(dtb, stream, old, newname) \
	((*(dtb)->mbxren)(stream, old, newname))
#define SAFE_STATUS(dtb, stream, mbx, flags) \
	((*(dtb)->status)(stream, mbx, flags))
#define SAFE_COPY(dtb, stream, seq, mbx, flags) \
	((*(dtb)->copy)(stream, seq, mbx, flags))
#define SAFE_APPEND(dtb, stream, mbx, af, data) \
	((*(dtb)->append)(stream, mbx, af, data))
#define SAFE_SCAN_CONTENTS(dtb, name, contents, csiz, fsiz) \
	scan_contents(dtb, name, contents, csiz, fsiz)

/* clang-format on */

#endif
