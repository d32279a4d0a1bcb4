/*
 * sandbox.h - what a process of ours may still do once it is set up.
 *
 * Two mechanisms of Linux. Landlock decides which files can be opened, for
 * the session and the lock keeper; seccomp which system calls can be made,
 * for all. Neither can be undone, and both pass on to children.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* What may be done below a path. */
enum sandbox_access {
	SANDBOX_READ,  /* files and directories can be read */
	SANDBOX_WRITE, /* and changed, made, renamed, removed */
	SANDBOX_OWN,   /* the same, if it belongs to our user: for paths that
			* he can make lead elsewhere */
};

#define SANDBOX_PATHS_MAX 128 /* real configurations name a dozen */

/* The files of a session. Made by cc_sandbox_allow. */
struct sandbox_paths {
	struct {
		char *path; /* symbolic links resolved; owned */
		enum sandbox_access access;
	} paths[SANDBOX_PATHS_MAX];
	size_t count;
	bool network; /* sockets may be made and connected */
	bool kisses;  /* SIGUSR2 to other processes of the user */
};

void cc_sandbox_init(struct sandbox_paths *paths);
void cc_sandbox_free(struct sandbox_paths *paths);

/*
 * Allows a directory with all below it, or a file. Symbolic links are resolved
 * now. A path that does not exist is left out: nothing can be opened there,
 * nor can it be made later.
 */
void cc_sandbox_allow(struct sandbox_paths *paths, const char *path,
    enum sandbox_access access);

/* Allows what every session reads: the account databases, the server's own
 * files in /etc, time zones, character set modules, /dev/null. config is the
 * configuration file, or NULL for the default one. */
void cc_sandbox_allow_system(struct sandbox_paths *paths, const char *config);

/*
 * Confines this process to the paths and to the calls that a session needs:
 * no exec, no ptrace, no sockets (unless paths->network), no signals to others
 * (but the kiss of death if paths->kisses), no way to more rights. Descriptors
 * that are open stay usable, so the log must have been opened (openlog with
 * LOG_NDELAY). A kernel without Landlock is no error; it is logged. 0, or
 * CC_EIO if the calls could not be restricted.
 */
int cc_sandbox_session(const struct sandbox_paths *paths);

/*
 * Tells the log, once in the life of the process, that path was refused by the
 * sandbox and which directive allows it. Call it when a file of the user could
 * not be opened for EACCES; nothing happens if path was allowed.
 */
void cc_sandbox_explain(const struct sandbox_paths *paths, const char *path);

/*
 * The login gate: the descriptors it has, memory, time and the end; any other
 * call kills the process. 0 or CC_EIO.
 */
int cc_sandbox_gate(void);

/*
 * A process that checks a password database as an ordinary account: no new
 * programs, no debugging, no network but local sockets (name services may need
 * them). 0 or CC_EIO.
 */
int cc_sandbox_auth(void);

/* The process that asks name servers: as auth, with a network. 0 or CC_EIO. */
int cc_sandbox_resolver(void);

/* The lock keeper: files of the directory dir only. 0 or CC_EIO. */
int cc_sandbox_lockkeeper(int dir);

#endif
