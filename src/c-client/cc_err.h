/*
 * cc_err.h - error codes of the internal functions.
 *
 * A function that can fail returns 0, or one of these. One that may need more
 * input returns 1 for done, 0 for more, negative for wrong. The public entry
 * (mail_*, a driver's table function, a command handler) turns the code into
 * one message and NIL.
 */
#ifndef CC_ERR_H
#define CC_ERR_H

enum {
	CC_EPARSE = -1,    /* input does not follow its grammar */
	CC_ERANGE = -2,    /* a number is outside what its type or RFC allows */
	CC_ELIMIT = -3,    /* a limit of cc_limits.h was passed */
	CC_EIO = -4,       /* reading or writing failed; errno says more */
	CC_ENOENT = -5,    /* no such mailbox, message, part or file */
	CC_EEXIST = -6,    /* it is there already */
	CC_EACCESS = -7,   /* not permitted */
	CC_EBUSY = -8,     /* locked by somebody else */
	CC_EINVAL = -9,    /* an argument cannot be meant */
	CC_ECLOSED = -10,  /* the peer is gone */
	CC_ECHANGED = -11, /* the file is no longer what was parsed */
	CC_ENOSPACE = -12, /* disk full or over quota */
	CC_ETIMEOUT = -13, /* it took too long */
	CC_EUNSUPPORTED = -14 /* this build or format cannot do it */
};

/* A short English text for a code, never NULL; static storage. */
const char *cc_strerror(int code);

/* The code for the present errno; errno is kept. */
int cc_err_errno(void);

#endif
