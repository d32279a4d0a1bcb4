/*
 * login_monitor.h - inside of the monitor, the process that stays root.
 *
 * Links the C library only, reads nothing from the client, opens no secrets,
 * asks no name server itself.
 */
#ifndef LOGIN_MONITOR_H
#define LOGIN_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "login_msg.h"
#include "span.h"

#define MONITOR_CLIENTS_MAX 2048 /* octets of plaintext-allowed-clients */

/* What the configuration file says that matters before the session. */
struct monitor_config {
	char file[LOGIN_PATH_MAX + 1]; /* "" for the default one */
	long plaintext;                /* enum login_plaintext */
	long attempts;
	unsigned disabled; /* IMAP_MECH bits */
	bool reverse_dns;
	bool pam_session;
	bool chroot_server;
	char plaintext_clients[MONITOR_CLIENTS_MAX]; /* "" unless it counts */
	char backend[LOGIN_MECHANISM_MAX + 1];
	char local_host[LOGIN_HOST_MAX + 1];
	char certificates[LOGIN_PATH_MAX + 1];
	char keys[LOGIN_PATH_MAX + 1];
	char system_inbox[LOGIN_PATH_MAX + 1];
	char netscape[LOGIN_TEXT_MAX + 1]; /* URL, or "" */
};

/* Which of the service's ports the connection came to. */
enum monitor_port {
	MONITOR_PORT_OTHER,
	MONITOR_PORT_PLAIN,
	MONITOR_PORT_TLS,
};

/* A child; pid 0: none. */
struct monitor_child {
	pid_t pid;
	bool ended;
	int status; /* as waitpid(2) gave it */
};

struct monitor {
	enum login_service service;
	struct monitor_config config;
	char program[LOGIN_USER_MAX + 1]; /* base name of argv[0] */

	/* Both ends of the connection. Addresses are "" if it is none. */
	bool is_socket;
	bool tls_at_once;
	unsigned port;
	enum monitor_port rule;
	char client_address[LOGIN_USER_MAX + 1];
	char local_address[LOGIN_USER_MAX + 1];
	char client[LOGIN_TEXT_MAX + 1]; /* for the log */
	char server[LOGIN_HOST_MAX + 1]; /* our name to clients */
	char local[LOGIN_HOST_MAX + 1];  /* our own name */

	int control;    /* to the gate, or -1 */
	int relay;      /* the session's end of the gate's socket pair, or -1 */
	int relay_gate; /* the gate's, until it has it */
	int signals;    /* signalfd */
	int auth;       /* to an auth process that keeps a PAM session, or -1 */
	struct monitor_child gate, session, keeper, auth_child;

	enum login_state state;
	unsigned mechanisms; /* IMAP_MECH bits */
	uint64_t nonce;      /* of challenges */
	int64_t time;        /* when the connection began */
	uint32_t challenge;  /* number of the last one that was answered */
	long tries_left;
	long digests_left; /* the same for CRAM-MD5 */
	unsigned logs;
	union login_request request;  /* the last one; wiped */
	struct login_verdict verdict; /* who may come in */
	bool unavailable;             /* nobody could look at its password */
	int status;                   /* what we will return */
};

/* login_monitor_config.c: false, which is logged, for a file that is larger
 * than any real one. */
bool cc_monitor_read_config(struct monitor_config *config);

/* login_monitor_peer.c: addresses and ports; names, asked for by a child that
 * is nobody. */
void cc_monitor_note_environment(struct monitor *m);
void cc_monitor_look_at_peer(struct monitor *m);
int cc_monitor_start_resolver(const struct monitor *m, pid_t *pid_r);
void cc_monitor_end_resolver(struct monitor *m, int fd, pid_t pid);

/* login_monitor_spawn.c: children. 0, or CC_EIO with errno; of gate and auth
 * their end may be the first that is heard of a failure, which is logged by
 * cc_monitor_log_unexecuted. */
int cc_monitor_spawn_gate(struct monitor *m);
/* token: the attempt needs no root; auth gives it up before it reads it. */
int cc_monitor_spawn_auth(struct monitor *m, bool token, int *fd_r);
int cc_monitor_spawn_session(struct monitor *m, int record, int keeper);
void cc_monitor_log_unexecuted(const char *name);

/* login_monitor_excuse.c: the service cannot be given, which the log says; the
 * client is told, too, as no other process will. fd: the client, or the
 * session's end of the relay. */
void cc_monitor_excuse(const struct monitor *m, int fd);

/* login_monitor_wait.c */
int cc_monitor_open_signals(struct monitor *m);
void cc_monitor_reset_signals(void);

/* Waits until fd (or none, -1) has something, or deadline. What comes in of
 * signals is dealt with: children are reaped, an end is passed on. 0,
 * CC_ETIMEOUT, or CC_EBUSY if only signals came. */
int cc_monitor_wait(struct monitor *m, int fd, int64_t deadline);

/* Signals a child, unless it was reaped: its number may be another's by now. */
void cc_monitor_signal(const struct monitor_child *child, int sig);

/* Waits for the end of a child, at most wait_ms; then kills it. */
void cc_monitor_reap(struct monitor *m, struct monitor_child *child,
    int wait_ms);

/* login_monitor_try.c: an attempt to log in. The answer was sent when it
 * returns: 1 somebody is in, 0 nobody; or CC_ECLOSED if the gate is gone,
 * CC_EPARSE if it said something meanwhile. */
int cc_monitor_try(struct monitor *m);

/* login_monitor_log.c */
void cc_monitor_log_request(struct monitor *m);
void cc_monitor_log_start(const struct monitor *m);
void cc_monitor_log_failure(const struct monitor *m, const char *reason,
    int priority);
void cc_monitor_log_override(const struct monitor *m, bool done);
void cc_monitor_log_referral(const struct monitor *m);
void cc_monitor_log_success(const struct monitor *m);

/* login_lockkeeper.c: leaves a keeper for the user's inbox lock, where one is
 * needed and possible: the session's end of its socket, or -1. */
int cc_monitor_spawn_keeper(struct monitor *m);

/*
 * cc_login_monitor - one connection, from greeting to goodbye.
 *
 * Called by a server's main() when it was started as root. service is "imap"
 * or "pop3". Returns the exit status of the connection (imapd.md 8.6) when all
 * its processes have ended.
 */
int cc_login_monitor(int argc, char **argv, const char *service);

#endif
