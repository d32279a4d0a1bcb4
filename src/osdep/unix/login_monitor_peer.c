/*
 * login_monitor_peer.c - who is at both ends of the connection.
 *
 * Addresses and ports come from the kernel. Names come from name servers,
 * which are strangers: a child that has become nobody asks them, confined, for
 * at most two seconds, and what it says is taken only if it looks like a host
 * name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "env_config.h"
#include "login_account.h"
#include "login_monitor.h"
#include "sandbox.h"

#define RESOLVER_MS 2000

/* ------------------------------------------------------------ addresses */

/* The address as text, IPv4 in its own form however it came; its port. */
static unsigned
put_address(char *text, size_t size, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *in6 = (const void *)ss;
	const struct sockaddr_in *in = (const void *)ss;
	const void *address;
	int family = ss->ss_family;
	in_port_t port;

	text[0] = '\0';
	if (family == AF_INET) {
		address = &in->sin_addr;
		port = in->sin_port;
	} else if (family == AF_INET6) {
		address = &in6->sin6_addr;
		port = in6->sin6_port;
		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			address = &in6->sin6_addr.s6_addr[12];
			family = AF_INET;
		}
	} else {
		return 0;
	}
	if (!inet_ntop(family, address, text, (socklen_t)size))
		text[0] = '\0';
	return ntohs(port);
}

/* Our own name: the configured one, or the system's; no name server is
 * asked. */
static void
put_local_name(struct monitor *m)
{
	char name[LOGIN_HOST_MAX + 1];

	cc_login_put(m->local, sizeof(m->local), "unknown", 7, true);
	if (cc_login_is_host(m->config.local_host)) {
		memcpy(m->local, m->config.local_host, sizeof(m->local));
	} else if (gethostname(name, sizeof(name)) == 0) {
		name[sizeof(name) - 1] = '\0';
		if (cc_login_is_host(name))
			memcpy(m->local, name, sizeof(m->local));
	}
}

/* Without a socket: what started us may have left the other end's address. */
void
cc_monitor_note_environment(struct monitor *m)
{
	static const char *const names[] = { "SSH_CLIENT", "KRB5REMOTEADDR",
		"SSH2_CLIENT" };
	const char *value;
	char text[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (!value)
			continue;
		snprintf(text, sizeof(text), "%s=%.80s", names[i], value);
		cc_login_put(m->client, sizeof(m->client), text, strlen(text),
		    true);
		return;
	}
	cc_login_put(m->client, sizeof(m->client), "UNKNOWN", 7, true);
}

/* The port of a service, also where the services database lacks it. */
static unsigned
service_port(const char *name, unsigned known)
{
	const struct servent *entry = getservbyname(name, "tcp");

	return entry ? ntohs((in_port_t)entry->s_port) : known;
}

void
cc_monitor_look_at_peer(struct monitor *m)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	bool imap = m->service == LOGIN_IMAP;
	unsigned plain, tls;

	if (getsockname(0, (struct sockaddr *)&ss, &len) == 0) {
		m->is_socket = true;
		m->port = put_address(m->local_address,
		    sizeof(m->local_address), &ss);
		len = sizeof(ss);
		if (getpeername(0, (struct sockaddr *)&ss, &len) == 0)
			put_address(m->client_address,
			    sizeof(m->client_address), &ss);
	}
	if (m->client_address[0])
		snprintf(m->client, sizeof(m->client), "[%s]",
		    m->client_address);
	if (m->local_address[0])
		snprintf(m->server, sizeof(m->server), "[%s]",
		    m->local_address);
	put_local_name(m);
	if (!m->is_socket || m->port == 0)
		return;
	plain = service_port(imap ? "imap" : "pop3", imap ? 143 : 110);
	tls = service_port(imap ? "imaps" : "pop3s", imap ? 993 : 995);
	m->rule = m->port == plain ? MONITOR_PORT_PLAIN
	    : m->port == tls       ? MONITOR_PORT_TLS
				   : MONITOR_PORT_OTHER;
	m->tls_at_once = m->rule == MONITOR_PORT_TLS ||
	    (m->rule == MONITOR_PORT_OTHER && m->program[0] == 's');
}

/* ---------------------------------------------------------------- names */

enum name_kind { NAME_CLIENT = 1, NAME_SERVER, NAME_ALLOWED };

/* What the child says; one packet each. */
struct name_found {
	uint32_t kind;
	char text[LOGIN_HOST_MAX + 1];
};

static void
say(int fd, enum name_kind kind, const char *text)
{
	struct name_found found;

	memset(&found, 0, sizeof(found));
	found.kind = kind;
	cc_login_put(found.text, sizeof(found.text), text, strlen(text), true);
	cc_login_send(fd, &found, sizeof(found));
}

static bool
parse_address(const char *text, struct sockaddr_storage *ss, socklen_t *len_r)
{
	struct sockaddr_in6 *in6 = (void *)ss;
	struct sockaddr_in *in = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		*len_r = sizeof(*in);
		return true;
	}
	in6->sin6_family = AF_INET6;
	*len_r = sizeof(*in6);
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
}

static void
say_name_of(int fd, enum name_kind kind, const char *address)
{
	struct sockaddr_storage ss;
	char name[NI_MAXHOST];
	socklen_t len;

	if (parse_address(address, &ss, &len) &&
	    getnameinfo((struct sockaddr *)&ss, len, name, sizeof(name), NULL,
		0, NI_NAMEREQD) == 0 &&
	    cc_login_is_host(name))
		say(fd, kind, name);
}

/* Has the host this address? */
static bool
has_address(const char *host, const char *address)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *ai;
	struct sockaddr_storage ss;
	char text[LOGIN_USER_MAX + 1];
	bool yes = false;

	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return false;
	for (ai = list; ai && !yes; ai = ai->ai_next) {
		memset(&ss, 0, sizeof(ss));
		memcpy(&ss, ai->ai_addr, ai->ai_addrlen);
		put_address(text, sizeof(text), &ss);
		yes = strcmp(text, address) == 0;
	}
	freeaddrinfo(list);
	return yes;
}

/* Is the client one of those that plain text is allowed to? */
static bool
is_allowed_client(const struct monitor *m)
{
	struct span list = cc_span_z(m->config.plaintext_clients), word;
	char host[LOGIN_HOST_MAX + 1];

	while (m->client_address[0] && cc_config_word(&list, &word)) {
		if (word.len > LOGIN_HOST_MAX)
			continue;
		cc_login_put(host, sizeof(host), word.p, word.len, false);
		if (strcmp(host, m->client_address) == 0 ||
		    has_address(host, m->client_address))
			return true;
	}
	return false;
}

/* The child. What is needed for a decision comes first. */
static void
resolve(const struct monitor *m, int fd)
{
	uid_t uid;
	gid_t gid;

	cc_login_gate_account(&uid, &gid);
	if (cc_login_become(NULL, uid, gid) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    cc_sandbox_resolver() != 0)
		return;
	if (m->config.plaintext_clients[0] && is_allowed_client(m))
		say(fd, NAME_ALLOWED, "");
	if (m->config.reverse_dns && m->local_address[0])
		say_name_of(fd, NAME_SERVER, m->local_address);
	if (m->config.reverse_dns && m->client_address[0])
		say_name_of(fd, NAME_CLIENT, m->client_address);
}

int
cc_monitor_start_resolver(const struct monitor *m, pid_t *pid_r)
{
	int null, pair[2];

	*pid_r = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	*pid_r = fork();
	if (*pid_r == 0) {
		cc_monitor_reset_signals();
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1)
			resolve(m, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	if (*pid_r > 0)
		return pair[0];
	*pid_r = 0;
	close(pair[0]);
	return -1;
}

static void
take_name(struct monitor *m, const struct name_found *found)
{
	switch (found->kind) {
	case NAME_ALLOWED:
		m->config.plaintext = LOGIN_PLAIN_ALLOWED;
		break;
	case NAME_CLIENT:
		if (cc_login_is_host(found->text))
			snprintf(m->client, sizeof(m->client), "%.80s [%s]",
			    found->text, m->client_address);
		break;
	case NAME_SERVER:
		if (cc_login_is_host(found->text))
			cc_login_put(m->server, sizeof(m->server), found->text,
			    strlen(found->text), true);
		break;
	default:
		break;
	}
}

void
cc_monitor_end_resolver(struct monitor *m, int fd, pid_t pid)
{
	int64_t deadline = cc_login_now() + RESOLVER_MS;
	struct name_found found;
	ssize_t n;

	while (fd >= 0) {
		int64_t left = deadline - cc_login_now();

		n = cc_login_receive(fd, &found, sizeof(found),
		    left > 0 ? (int)left : 0);
		if (n != (ssize_t)sizeof(found))
			break;
		if (memchr(found.text, '\0', sizeof(found.text)))
			take_name(m, &found);
	}
	if (fd >= 0)
		close(fd);
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (!m->server[0])
		cc_login_put(m->server, sizeof(m->server), m->local,
		    strlen(m->local), true);
}
