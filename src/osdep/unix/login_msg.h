/*
 * login_msg.h - what monitor, gate and auth say to each other.
 *
 * Each message has a fixed size and travels as one packet of a SOCK_SEQPACKET
 * pair, so nothing has to be parsed to find its end. The monitor believes
 * neither of the others: a message of another size, kind or order, a string
 * without its NUL, a flag nobody defined, and it ends everything and logs it.
 *
 *	monitor -> gate		LOGIN_SETUP, once, first
 *	gate -> monitor		LOGIN_LOG at any time, LOGIN_TRY until one is
 *				accepted
 *	monitor -> gate		LOGIN_ANSWER to each LOGIN_TRY
 *	monitor -> auth		LOGIN_CHECK, once
 *	auth -> monitor		LOGIN_VERDICT, once
 *
 * The programs are built together; numbers are in the machine's own order.
 */
#ifndef LOGIN_MSG_H
#define LOGIN_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Octets, the closing NUL not counted. */
#define LOGIN_USER_MAX 64u       /* user name; a longer one is an attack */
#define LOGIN_PASSWORD_MAX 1023u /* longer ones are wrong */
#define LOGIN_TAG_MAX 50u
#define LOGIN_MECHANISM_MAX 20u  /* RFC 4422 section 3.1 */
#define LOGIN_CHALLENGE_MAX 320u /* "<" number "." time "@" host ">" */
#define LOGIN_TEXT_MAX 255u      /* anything that is logged */
#define LOGIN_HOST_MAX 255u      /* host name */
#define LOGIN_PATH_MAX 1023u
#define LOGIN_AHEAD_MAX 4096u /* what the gate reads at once */
#define LOGIN_LOGS_MAX 200u   /* LOGIN_LOGs of one connection */

/* Descriptors of the gate and of auth. */
#define LOGIN_FD_CONTROL 3
#define LOGIN_FD_RELAY 4

/* How the gate ends if the client has heard nothing from it: it could not lock
 * itself up; or it (auth, too) could not be executed, perhaps for the want of a
 * library, where the dynamic linker uses this number. */
#define LOGIN_EXIT_UNREADY 126
#define LOGIN_EXIT_UNEXECUTED 127

/* The argument of an auth process that shall give up root first. */
#define LOGIN_AUTH_TOKEN "--token"

enum login_kind {
	LOGIN_SETUP = 1,
	LOGIN_LOG,
	LOGIN_TRY,
	LOGIN_ANSWER,
	LOGIN_CHECK,
	LOGIN_VERDICT,
};

enum login_service { LOGIN_IMAP = 1, LOGIN_POP3 };

/* When passwords are accepted in plain text (disable-plaintext). */
enum login_plaintext {
	LOGIN_PLAIN_ALLOWED,
	LOGIN_PLAIN_NEVER,
	LOGIN_PLAIN_TLS, /* under TLS only */
};

struct login_head {
	uint32_t magic;
	uint32_t kind;
};

/* What the gate must know, as it can look at nothing later. */
struct login_setup {
	struct login_head head;
	uint32_t service;
	uint32_t plaintext;
	uint32_t tls_at_once;
	uint32_t seconds;    /* from connection to login, at most */
	uint32_t mechanisms; /* IMAP_MECH bits of those that are there */
	uint32_t unused;
	uint64_t nonce; /* of the challenges of this connection */
	int64_t time;   /* when it began, seconds since 1970 */
	char program[LOGIN_USER_MAX + 1]; /* base name of argv[0] */
	char host[LOGIN_HOST_MAX + 1];    /* our name in the greeting */
	char local[LOGIN_HOST_MAX + 1];   /* and in BYE */
	char address[LOGIN_USER_MAX + 1]; /* our address as text, or "" */
	char certificates[LOGIN_PATH_MAX + 1];
	char keys[LOGIN_PATH_MAX + 1];
	char netscape[LOGIN_TEXT_MAX + 1]; /* that command's URL, or "" */
};

/* Lines that the gate may have logged; the texts are the monitor's. */
enum login_event {
	LOGIN_EV_LINE_TOO_LONG = 1,
	LOGIN_EV_NULL_COMMAND,
	LOGIN_EV_MISSING_COMMAND,
	LOGIN_EV_OVERLONG_LITERAL, /* number: octets announced */
	LOGIN_EV_AUTH_FAILURE,     /* text: mechanism */
	LOGIN_EV_AUTH_INVALID,     /* text: mechanism */
	LOGIN_EV_STARTTLS_INJECTION,
	LOGIN_EV_LOGOUT,
	LOGIN_EV_AUTOLOGOUT,
	LOGIN_EV_KILLED,
	LOGIN_EV_HANGUP,
	LOGIN_EV_DISCONNECT, /* text: during what */
	LOGIN_EV_TLS_CONTEXT,
	LOGIN_EV_TLS_CERTIFICATE, /* text: file */
	LOGIN_EV_TLS_KEY,         /* text: file */
	LOGIN_EV_TLS_CONNECTION,
	LOGIN_EV_TLS_ACCEPT,
	LOGIN_EV_TLS_STATUS,       /* text: the library's */
	LOGIN_EV_TLS_KEY_MODE,     /* text: file; others can read it */
	LOGIN_EV_TLS_KEY_WRITABLE, /* text: file; others can write it */
	LOGIN_EV_UNREADY,          /* text: why; it ends */
	LOGIN_EV_LAST = LOGIN_EV_UNREADY,
};

struct login_log {
	struct login_head head;
	uint32_t event;
	uint32_t number;
	char text[LOGIN_TEXT_MAX + 1];
};

/* What the password of an attempt is. */
enum login_proof {
	LOGIN_PROOF_PASSWORD, /* just that */
	LOGIN_PROOF_CRAM_MD5, /* the digest of a challenge, RFC 2195 */
	LOGIN_PROOF_NONE,     /* words of somebody who is nobody, RFC 4505 */
};

#define LOGIN_TRY_OVERLONG 1u /* a name was longer than it may be */
#define LOGIN_TRY_TLS 2u      /* the connection is encrypted */
#define LOGIN_TRY_FLAGS (LOGIN_TRY_OVERLONG | LOGIN_TRY_TLS)

/* One attempt to log in. user is whose mail is wanted, admin who proves to be
 * allowed to ("" if that is the user). */
struct login_try {
	struct login_head head;
	uint32_t flags;
	uint32_t password_len;
	uint32_t ahead_len; /* what the client sent behind the command */
	uint32_t proof;     /* enum login_proof */
	uint32_t challenge; /* number of the challenge that was answered */
	uint32_t unused;
	int64_t alert; /* modification time of the alert it saw, or 0 */
	char mechanism[LOGIN_MECHANISM_MAX + 1]; /* "" for LOGIN, USER/PASS */
	char tag[LOGIN_TAG_MAX + 1];
	char user[LOGIN_USER_MAX + 1];
	char admin[LOGIN_USER_MAX + 1];
	char password[LOGIN_PASSWORD_MAX + 1];
	unsigned char ahead[LOGIN_AHEAD_MAX];
};

#define LOGIN_NO_WARNING (-1)

struct login_answer {
	struct login_head head;
	uint32_t yes;
	uint32_t unavailable;  /* of a no: nobody could look at the password */
	int32_t password_days; /* until it expires, or LOGIN_NO_WARNING */
	int32_t account_days;
	char name[LOGIN_USER_MAX + 1];     /* of a referral: who */
	char referral[LOGIN_HOST_MAX + 1]; /* of a no: to which host, or "" */
};

#define LOGIN_CHECK_SESSION 1u /* keep a PAM session until our socket ends */
#define LOGIN_CHECK_FLAGS LOGIN_CHECK_SESSION

struct login_check {
	struct login_head head;
	uint32_t service;
	uint32_t flags;
	uint32_t password_len;
	uint32_t proof;
	char challenge[LOGIN_CHALLENGE_MAX + 1]; /* the text, or "" */
	char backend[LOGIN_MECHANISM_MAX + 1];   /* "" for the built-in one */
	char address[LOGIN_USER_MAX + 1];        /* of the client, or "" */
	char user[LOGIN_USER_MAX + 1];
	char admin[LOGIN_USER_MAX + 1];
	char password[LOGIN_PASSWORD_MAX + 1];
};

enum login_override {
	LOGIN_OVERRIDE_NONE,
	LOGIN_OVERRIDE_YES,
	LOGIN_OVERRIDE_NO
};

struct login_verdict {
	struct login_head head;
	uint32_t yes;
	uint32_t known;    /* of a no: the name has a secret, it was wrong */
	uint32_t override; /* what became of an administrator's wish */
	uint32_t uid;
	uint32_t gid;
	int32_t password_days;
	int32_t account_days;
	char name[LOGIN_USER_MAX + 1]; /* as in the account database */
	char home[LOGIN_PATH_MAX + 1];
	/* Of a no, though the proof was right: this host has the user. */
	char referral[LOGIN_HOST_MAX + 1];
};

/* What the monitor may get from the gate. */
union login_request {
	struct login_head head;
	struct login_log log;
	struct login_try try;
};

/* How far a login has come, as the monitor sees it. */
enum login_state {
	LOGIN_STATE_OPEN,  /* attempts are answered */
	LOGIN_STATE_RELAY, /* somebody is in; the gate may only log */
	LOGIN_STATE_OVER,  /* nothing more may come */
};

/* Letters, digits, dots and hyphens, at least one: what may be taken for the
 * name of a host, and go to clients and logs. */
bool cc_login_is_host(const char *name);

/* 0, or CC_EPARSE for what is not exactly one well-formed message that may
 * come now. */
int cc_login_check_request(const union login_request *request, size_t len,
    enum login_state state);
int cc_login_check_setup(const struct login_setup *setup, size_t len);
int cc_login_check_answer(const struct login_answer *answer, size_t len);
int cc_login_check_check(const struct login_check *check, size_t len);
int cc_login_check_verdict(const struct login_verdict *verdict, size_t len);

/* The challenge of a number: never the same for two connections, as the nonce
 * is random, nor twice in one, as the monitor takes each number once and none
 * below the last. host is cut if need be. */
void cc_login_challenge(char text[LOGIN_CHALLENGE_MAX + 1], uint64_t nonce,
    int64_t time, uint32_t number, const char *host);

/* Zeroes a message and writes its head. */
void cc_login_begin(void *message, size_t size, enum login_kind kind);

/* Copies text into a member of size octets, cut if need be, with its NUL;
 * control characters and what is not ASCII become "?" with clean. */
void cc_login_put(char *member, size_t size, const char *text, size_t len,
    bool clean);

/* Sends one packet; 0, CC_ECLOSED or CC_EIO. */
int cc_login_send(int fd, const void *message, size_t size);

/* Waits at most wait_ms (-1: for ever) for one packet of at most size octets.
 * Its length, or CC_ETIMEOUT, CC_ECLOSED, CC_EIO, CC_ELIMIT if it is longer. */
ssize_t cc_login_receive(int fd, void *message, size_t size, int wait_ms);

/* Milliseconds of a clock that never goes back. */
int64_t cc_login_now(void);

#endif
