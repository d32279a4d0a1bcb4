/*
 * cc_err.c - texts of the error codes, and errno turned into one of them.
 */
#include <errno.h>

#include "cc_err.h"

static const struct {
	int code;
	const char *text;
} texts[] = {
	{ 0, "no error" },
	{ CC_EPARSE, "syntax error" },
	{ CC_ERANGE, "number out of range" },
	{ CC_ELIMIT, "too large" },
	{ CC_EIO, "input/output error" },
	{ CC_ENOENT, "does not exist" },
	{ CC_EEXIST, "already exists" },
	{ CC_EACCESS, "permission denied" },
	{ CC_EBUSY, "in use" },
	{ CC_EINVAL, "invalid argument" },
	{ CC_ECLOSED, "connection closed" },
	{ CC_ECHANGED, "changed by another program" },
	{ CC_ENOSPACE, "disk full or over quota" },
	{ CC_ETIMEOUT, "timed out" },
	{ CC_EUNSUPPORTED, "not supported" },
};

const char *
cc_strerror(int code)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "unknown error";
}

int
cc_err_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return CC_ENOENT;
	case EEXIST:
		return CC_EEXIST;
	case EACCES:
	case EPERM:
	case EROFS:
		return CC_EACCESS;
	case EAGAIN:
	case EBUSY:
	case ETXTBSY:
		return CC_EBUSY;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return CC_ENOSPACE;
	case EPIPE:
	case ECONNRESET:
		return CC_ECLOSED;
	case ETIMEDOUT:
		return CC_ETIMEOUT;
	case EINVAL:
	case ENAMETOOLONG:
	case ELOOP:
		return CC_EINVAL;
	default:
		return CC_EIO;
	}
}
