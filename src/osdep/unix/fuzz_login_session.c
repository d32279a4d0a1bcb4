/*
 * fuzz_login_session.c - session records that somebody made himself: a good
 * one with octets changed. What is accepted names this user, and its strings
 * end where they may.
 *
 * The input is octets to change, each with two octets of position and one of
 * value; the last octet alone tells how many octets the record is short.
 *
 * TEST_OBJECTS: osdep/unix/login_session.c
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "fuzz_util.h"
#include "login_msg.h"
#include "login_session.h"

#define USER 1000 /* root's records are refused before all else is copied */

/* Those of the fuzzer come before the C library's. */
uid_t
getuid(void)
{
	return USER;
}

uid_t
geteuid(void)
{
	return USER;
}

static char *
text(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* The octets of a good record, allocated. */
static unsigned char *
image(size_t *size_r)
{
	struct session_record record = { .uid = USER,
		.user = text("fred"),
		.home = text("/home/fred"),
		.typed = text("Fred"),
		.mechanism = text("PLAIN"),
		.admin = text(""),
		.client = text("host [192.0.2.1]"),
		.server = text("server"),
		.tag = text("a1"),
		.config = text(""),
		.ahead = CC_SPAN("a2 NOOP\r\n"),
		.tls = true };
	int fd = cc_session_record_write(&record);
	struct stat st;
	unsigned char *p;

	must(fd >= 0 && fstat(fd, &st) == 0);
	*size_r = (size_t)st.st_size;
	p = fs_get(*size_r);
	must(pread(fd, p, *size_r, 0) == st.st_size);
	close(fd);
	return p;
}

static int
sealed(const unsigned char *p, size_t size)
{
	int fd = memfd_create("record", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	must(fd >= 0 && write(fd, p, size) == (ssize_t)size);
	must(fcntl(fd, F_ADD_SEALS,
		 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) ==
	    0);
	return fd;
}

static void
check(const struct session_record *r)
{
	must(r->uid == USER && r->user[0] && r->home[0] == '/');
	must(strlen(r->user) <= LOGIN_USER_MAX);
	must(strlen(r->typed) <= LOGIN_USER_MAX);
	must(strlen(r->admin) <= LOGIN_USER_MAX);
	must(strlen(r->mechanism) <= LOGIN_MECHANISM_MAX);
	must(strlen(r->tag) <= LOGIN_TAG_MAX);
	must(strlen(r->client) <= LOGIN_TEXT_MAX);
	must(strlen(r->server) <= LOGIN_HOST_MAX);
	must(strlen(r->home) <= LOGIN_PATH_MAX);
	must(strlen(r->config) <= LOGIN_PATH_MAX);
	must(r->ahead.len <= LOGIN_AHEAD_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_record record;
	size_t len, i = 0;
	unsigned char *p = image(&len);
	int fd;

	for (; i + 3 <= size; i += 3)
		p[((size_t)data[i] << 8 | data[i + 1]) % len] = data[i + 2];
	fd = sealed(p, len - (i < size ? data[i] : 0));
	if (cc_session_record_read(fd, &record) == 0) {
		must(i == size || data[i] == 0);
		check(&record);
		cc_session_record_free(&record);
	} else {
		must(size > 0);
	}
	close(fd);
	fs_give((void **)&p);
	return 0;
}
