/*
 * sandbox_landlock.c - the three system calls of landlock(7).
 *
 * Rights that the kernel does not know are left out of the rule set: it would
 * refuse the whole, and an older kernel still restricts what it can.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cc_err.h"
#include "sandbox_landlock.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (1ull << 0)
#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_REMOVE_DIR (1ull << 4)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_CHAR (1ull << 6)
#define FS_MAKE_DIR (1ull << 7)
#define FS_MAKE_REG (1ull << 8)
#define FS_MAKE_SOCK (1ull << 9)
#define FS_MAKE_FIFO (1ull << 10)
#define FS_MAKE_BLOCK (1ull << 11)
#define FS_MAKE_SYM (1ull << 12)
#define FS_REFER (1ull << 13)     /* version 2 */
#define FS_TRUNCATE (1ull << 14)  /* version 3 */
#define FS_IOCTL_DEV (1ull << 15) /* version 5 */

#define FS_VERSION_1 ((1ull << 13) - 1)

#define NET_BIND_TCP (1ull << 0)    /* version 4 */
#define NET_CONNECT_TCP (1ull << 1) /* version 4 */

/* What reading and changing mean; FS_EXECUTE and devices are in neither. */
#define RIGHTS_READ (FS_READ_FILE | FS_READ_DIR)
#define RIGHTS_WRITE                                                           \
	(RIGHTS_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE |        \
	    FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)
/* Those that a rule for a single file may name. */
#define RIGHTS_FILE                                                            \
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* version 4 */
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

int
cc_landlock_abi(void)
{
	long abi;

	abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

static uint64_t
handled(int abi)
{
	uint64_t rights = FS_VERSION_1;

	if (abi >= 2)
		rights |= FS_REFER;
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

int
cc_landlock_new(int abi, bool network)
{
	struct ruleset_attr attr = { .handled_access_fs = handled(abi) };
	size_t size = sizeof(attr.handled_access_fs);
	long fd;

	if (abi >= 4 && !network) {
		attr.handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP;
		size = sizeof(attr);
	}
	fd = syscall(SYS_landlock_create_ruleset, &attr, size, 0u);
	return fd < 0 ? CC_EIO : (int)fd;
}

int
cc_landlock_allow(int rules, int abi, int dir, const char *path, bool write)
{
	struct path_beneath_attr rule;
	struct stat st;
	int fd, r = 0;

	fd = *path ? openat(dir, path, O_PATH | O_CLOEXEC)
		   : fcntl(dir, F_DUPFD_CLOEXEC, 0);
	if (fd < 0 || fstat(fd, &st) != 0) {
		r = cc_err_errno();
		goto out;
	}
	rule.allowed_access =
	    (write ? RIGHTS_WRITE : RIGHTS_READ) & handled(abi);
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= RIGHTS_FILE;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &rule,
		0u) != 0)
		r = CC_EIO;
out:
	if (fd >= 0)
		close(fd);
	return r;
}

int
cc_landlock_enforce(int rules)
{
	long r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return CC_EIO;
	r = syscall(SYS_landlock_restrict_self, rules, 0u);
	close(rules);
	return r == 0 ? 0 : CC_EIO;
}
