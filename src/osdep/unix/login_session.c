/*
 * login_session.c - the session record, written by the monitor and read by the
 * fresh image of the session (login_session.h).
 *
 * A fixed layout in a sealed memory file: nobody can change it between writing
 * and reading, and nothing has to be parsed to find the members. The reader
 * still checks all of it, since anybody may start the program with a record of
 * his own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "imap_capability.h"
#include "login_msg.h"
#include "login_session.h"

#define RECORD_MAGIC 0x43445332u /* "CDS2"; changes with the layout */
#define RECORD_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

#define RECORD_TLS 1u
#define RECORD_LOCKKEEPER 2u
#define RECORD_PLAINTEXT 4u
#define RECORD_ANONYMOUS 8u
#define RECORD_FLAGS                                                           \
	(RECORD_TLS | RECORD_LOCKKEEPER | RECORD_PLAINTEXT | RECORD_ANONYMOUS)

struct record_image {
	uint32_t magic;
	uint32_t uid;
	uint32_t flags;
	uint32_t ahead_len;
	uint32_t mechanisms;
	uint32_t unused;
	int64_t alert;
	char user[LOGIN_USER_MAX + 1];
	char typed[LOGIN_USER_MAX + 1];
	char admin[LOGIN_USER_MAX + 1];
	char mechanism[LOGIN_MECHANISM_MAX + 1];
	char tag[LOGIN_TAG_MAX + 1];
	char client[LOGIN_TEXT_MAX + 1];
	char server[LOGIN_HOST_MAX + 1];
	char home[LOGIN_PATH_MAX + 1];
	char config[LOGIN_PATH_MAX + 1];
	unsigned char ahead[LOGIN_AHEAD_MAX];
};

/* The string members: where each lies in the record and in the image. */
static const struct {
	size_t in_record;
	size_t in_image;
	size_t size;
} strings[] = {
#define STRING(name)                                                           \
	{                                                                      \
		offsetof(struct session_record, name),                         \
		    offsetof(struct record_image, name),                       \
		    sizeof(((struct record_image *)0)->name)                   \
	}
	STRING(user),
	STRING(typed),
	STRING(admin),
	STRING(mechanism),
	STRING(tag),
	STRING(client),
	STRING(server),
	STRING(home),
	STRING(config),
#undef STRING
};

#define STRINGS (sizeof(strings) / sizeof(strings[0]))

static char **
record_string(struct session_record *record, size_t i)
{
	return (char **)(void *)((char *)record + strings[i].in_record);
}

static int
fill_image(struct record_image *image, const struct session_record *record)
{
	const char *s;
	char *member;

	memset(image, 0, sizeof(*image));
	image->magic = RECORD_MAGIC;
	image->uid = record->uid;
	image->flags = (record->tls ? RECORD_TLS : 0) |
	    (record->lockkeeper ? RECORD_LOCKKEEPER : 0) |
	    (record->plaintext ? RECORD_PLAINTEXT : 0) |
	    (record->anonymous ? RECORD_ANONYMOUS : 0);
	image->mechanisms = record->mechanisms;
	image->alert = record->alert;
	for (size_t i = 0; i < STRINGS; i++) {
		s = *(char *const *)(const void *)((const char *)record +
		    strings[i].in_record);
		member = (char *)image + strings[i].in_image;
		if (strlen(s) >= strings[i].size)
			return CC_ELIMIT;
		memcpy(member, s, strlen(s) + 1);
	}
	if (record->ahead.len > sizeof(image->ahead))
		return CC_ELIMIT;
	image->ahead_len = (uint32_t)record->ahead.len;
	if (record->ahead.len)
		memcpy(image->ahead, record->ahead.p, record->ahead.len);
	return 0;
}

int
cc_session_record_write(const struct session_record *record)
{
	struct record_image image;
	int fd, r;

	r = fill_image(&image, record);
	if (r != 0)
		return r;
	fd = memfd_create("session", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return CC_EIO;
	if (write(fd, &image, sizeof(image)) != (ssize_t)sizeof(image) ||
	    fcntl(fd, F_ADD_SEALS, RECORD_SEALS) != 0) {
		close(fd);
		return CC_EIO;
	}
	return fd;
}

/* 0 if the image is one that a monitor could have written for us. */
static int
check_image(const struct record_image *image)
{
	const char *member;

	if (image->magic != RECORD_MAGIC || (image->flags & ~RECORD_FLAGS) ||
	    (image->mechanisms & ~IMAP_MECH_ALL) || image->unused != 0 ||
	    image->ahead_len > sizeof(image->ahead))
		return CC_EPARSE;
	for (size_t i = 0; i < STRINGS; i++) {
		member = (const char *)image + strings[i].in_image;
		if (!memchr(member, '\0', strings[i].size))
			return CC_EPARSE;
	}
	if (image->user[0] == '\0' || image->home[0] != '/')
		return CC_EPARSE;
	/* The record gives no rights: it must fit those we have. */
	if (image->uid == 0 || image->uid != getuid() ||
	    image->uid != geteuid())
		return CC_EACCESS;
	return 0;
}

int
cc_session_record_read(int fd, struct session_record *record_r)
{
	struct record_image image;
	struct stat st;
	int seals, r;

	if (fstat(fd, &st) != 0)
		return CC_EIO;
	seals = fcntl(fd, F_GET_SEALS);
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)sizeof(image) ||
	    seals < 0 || (seals & RECORD_SEALS) != RECORD_SEALS)
		return CC_EPARSE;
	if (pread(fd, &image, sizeof(image), 0) != (ssize_t)sizeof(image))
		return CC_EIO;
	r = check_image(&image);
	if (r != 0)
		return r;
	*record_r = (struct session_record){
		.uid = image.uid,
		.tls = (image.flags & RECORD_TLS) != 0,
		.lockkeeper = (image.flags & RECORD_LOCKKEEPER) != 0,
		.plaintext = (image.flags & RECORD_PLAINTEXT) != 0,
		.anonymous = (image.flags & RECORD_ANONYMOUS) != 0,
		.mechanisms = image.mechanisms,
		.alert = image.alert,
	};
	for (size_t i = 0; i < STRINGS; i++)
		*record_string(record_r, i) =
		    cc_span_dup(cc_span_z((char *)&image +
			strings[i].in_image));
	record_r->ahead.p = cc_span_dup(cc_span(image.ahead, image.ahead_len));
	record_r->ahead.len = image.ahead_len;
	return 0;
}

void
cc_session_record_free(struct session_record *record)
{
	for (size_t i = 0; i < STRINGS; i++)
		if (*record_string(record, i))
			fs_give((void **)record_string(record, i));
	fs_give((void **)&record->ahead.p);
	record->ahead.len = 0;
}
