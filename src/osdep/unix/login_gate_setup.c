/*
 * login_gate_setup.c - the gate while it is still root: it looks at the few
 * files it needs, and then locks itself up.
 *
 * Nothing from the client is read before cc_gate_confine has succeeded.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "login_account.h"
#include "login_gate.h"
#include "sandbox.h"

#define NOLOGIN_FILE "/etc/nologin"
#define ALERT_FILE "/etc/imapd.alert"
#define ALERT_LINES_MAX 100 /* more is no alert but a document */

/* Memory of the whole process, mostly OpenSSL's: a backstop. The address
 * sanitizer's shadow is counted, too, and is larger than any bound. */
#ifdef __SANITIZE_ADDRESS__
#define GATE_DATA_MAX RLIM_INFINITY
#else
#define GATE_DATA_MAX (64ul * 1024 * 1024)
#endif

static void
read_alert(struct gate *g)
{
	struct stat st;
	unsigned lines = 0;
	char *room;
	ssize_t n;
	int fd = open(ALERT_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	room = cc_strbuf_room(&g->alert, GATE_ALERT_MAX);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && room &&
	    (n = read(fd, room, GATE_ALERT_MAX)) > 0) {
		cc_strbuf_claim(&g->alert, (size_t)n);
		g->alert_time = st.st_mtime;
	}
	close(fd);
	for (size_t i = 0; i < g->alert.len; i++)
		if (g->alert.data[i] == '\n' && ++lines == ALERT_LINES_MAX)
			cc_strbuf_truncate(&g->alert, i);
}

/* Answers go out at once: whole ones are written, and a client that waits
 * for the rest of one would wait for its own delayed acknowledgement. Holds
 * for the session in clear, too. No socket, no matter. */
static void
send_at_once(void)
{
	const int on = 1;

	if (setsockopt(1, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		errno = 0;
}

int
cc_gate_look_around(struct gate *g)
{
	static char date[64]; /* one gate is one connection */
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm) ||
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z (%Z)",
		&tm) == 0)
		return CC_EIO;
	g->greeting_date = date;
	send_at_once();
	if (g->setup.service == LOGIN_IMAP) {
		g->nologin = access(NOLOGIN_FILE, F_OK) == 0;
		read_alert(g);
	}
	return 0;
}

/* An empty directory without a name, as our root. */
static int
enter_nowhere(void)
{
	char name[] = "/tmp/.cedar-gate-XXXXXX";
	int dir;

	if (!mkdtemp(name))
		return CC_EIO;
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rmdir(name) != 0 || dir < 0)
		return CC_EIO;
	if (fchdir(dir) != 0 || chroot(".") != 0 || chdir("/") != 0)
		return CC_EIO;
	close(dir);
	return 0;
}

/* A limit that cannot be raised again. */
static bool
limit(int resource, rlim_t max)
{
	struct rlimit rl = { max, max };

	return setrlimit((__rlimit_resource_t)resource, &rl) == 0;
}

int
cc_gate_confine(void)
{
	uid_t uid;
	gid_t gid;

	cc_login_gate_account(&uid, &gid);
	if (enter_nowhere() != 0)
		return CC_EIO;
	/* No descriptor beyond those we have, which are the lowest. */
	if (close_range(LOGIN_FD_RELAY + 1, ~0u, 0) != 0 ||
	    !limit(RLIMIT_NOFILE, LOGIN_FD_RELAY + 1) ||
	    !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) ||
	    !limit(RLIMIT_DATA, GATE_DATA_MAX))
		return CC_EIO;
	if (cc_login_become(NULL, uid, gid) != 0 || !limit(RLIMIT_NPROC, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return CC_EIO;
	return cc_sandbox_gate();
}
