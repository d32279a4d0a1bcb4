/*
 * env_proto.c - formats of new mailboxes, and what they begin with: keywords,
 * protections.
 *
 * A format is a driver's prototype stream. It is found by the driver's name,
 * so that a program may link fewer drivers than there are.
 */
#include <sys/stat.h>

#include "mail.h"
#include "osdep.h"
#include "env_proto.h"
#include "env_state.h"
#include "misc.h"

/* Drivers' names, as the build variables CREATEPROTO and EMPTYPROTO. */
#ifndef CC_CREATE_FORMAT
#define CC_CREATE_FORMAT "unix"
#endif
#ifndef CC_EMPTY_FORMAT
#define CC_EMPTY_FORMAT "unix"
#endif

static MAILSTREAM *
proto_of(DRIVER *driver)
{
	return driver ? (*driver->open)(NIL) : NIL;
}

static MAILSTREAM *
proto_named(const char *name)
{
	return proto_of(mail_parameters(NIL, GET_DRIVER, (void *)name));
}

/* The prototype that a directive's value means; NIL if it means none. */
static MAILSTREAM *
proto_configured(const char *value, const char *standard)
{
	struct span v = cc_span_z(value);

	if (cc_span_is_nocase(v, "system-standard"))
		return proto_named(standard);
	if (cc_span_is_nocase(v, "same-as-inbox"))
		return proto_of(mail_valid(NIL, "INBOX", NIL));
	return proto_named(value);
}

void
cc_env_proto_init(void)
{
	struct cc_env *env = cc_env();

	if (env->create_format)
		env->create_proto =
		    proto_configured(env->create_format, CC_CREATE_FORMAT);
	if (env->empty_format && !env->empty_invalid)
		env->empty_proto =
		    proto_configured(env->empty_format, CC_EMPTY_FORMAT);
}

MAILSTREAM *
default_proto(long type)
{
	struct cc_env *env = cc_env();

	cc_env_rules(); /* the configuration must have been read */
	if (type && env->empty_invalid)
		return NIL;
	if (type)
		return env->empty_proto ? env->empty_proto
					: proto_named(CC_EMPTY_FORMAT);
	return env->create_proto ? env->create_proto
				 : proto_named(CC_CREATE_FORMAT);
}

MAILSTREAM *
user_flags(MAILSTREAM *stream)
{
	struct cc_env *env = cc_env();

	cc_env_rules();
	for (int i = 0; i < NUSERFLAGS && env->keywords[i]; i++)
		if (!stream->user_flags[i])
			stream->user_flags[i] = cpystr(env->keywords[i]);
	return stream;
}

char *
default_user_flag(unsigned long i)
{
	cc_env_rules();
	return i < NUSERFLAGS ? cc_env()->keywords[i] : NIL;
}

long
get_dir_protection(char *mailbox)
{
	const struct cc_env *env = cc_env();

	switch (cc_mailpath_space(cc_span_z(mailbox))) {
	case MAILPATH_FTP:
		return env->ftp_dir_mode;
	case MAILPATH_PUBLIC:
		return env->public_dir_mode;
	case MAILPATH_SHARED:
		return env->shared_dir_mode;
	default:
		return env->dir_mode;
	}
}

long
cc_env_file_mode(const char *mailbox)
{
	const struct cc_env *env = cc_env();

	switch (cc_mailpath_space(cc_span_z(mailbox))) {
	case MAILPATH_FTP:
		return env->ftp_mode;
	case MAILPATH_PUBLIC:
		return env->public_mode;
	case MAILPATH_SHARED:
		return env->shared_mode;
	default:
		return env->mailbox_mode;
	}
}

/* A directory needs search bits wherever there is read or write. */
static mode_t
searchable(mode_t mode)
{
	for (mode_t bits = 06; bits <= 0600; bits <<= 3)
		if (mode & bits)
			mode |= bits / 06;
	return mode;
}

long
set_mbx_protections(char *mailbox, char *path)
{
	mode_t mode = (mode_t)cc_env_file_mode(mailbox);
	struct stat st;

	if (stat(path, &st) != 0)
		return LONGT;
	if (S_ISDIR(st.st_mode))
		mode = searchable(mode) | (st.st_mode & S_ISGID);
	if (chmod(path, mode) != 0)
		return LONGT; /* somebody else's: he decides */
	return LONGT;
}
