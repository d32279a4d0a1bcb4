/*
 * privdir.h - the private directory ~/.cedar, mode 0700: UID records, change
 * lists, caches. It is never listed, selected, created or deleted through the
 * protocol (mailpath.c refuses the name), and anonymous users have none.
 */
#ifndef PRIVDIR_H
#define PRIVDIR_H

#define CC_PRIVDIR_NAME ".cedar"

/*
 * Opens the user's private directory, making it if need be. Returns a
 * descriptor, closed by the caller, or CC_EACCESS (an anonymous user, a
 * symbolic link, somebody else's directory, a home that cannot be written),
 * CC_ENOENT (no home), CC_EIO.
 */
int cc_privdir_open(void);

/* The same below the directory home. */
int cc_privdir_open_in(const char *home);

#endif
