/*
 * login_gate.h - inside of the gate: the part of a connection before login.
 *
 * The protocol (login_gate_imap.c) is pure: octets in, octets out, and what it
 * wants done. The program around it (login_gate.c) moves the octets, asks the
 * monitor, starts TLS and looks at the clock.
 */
#ifndef LOGIN_GATE_H
#define LOGIN_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "cc_limits.h"
#include "login_msg.h"
#include "strbuf.h"

/* What a protocol wants when it cannot go on by itself. */
enum gate_want {
	GATE_INPUT,    /* more octets from the client */
	GATE_TRY,      /* the monitor's answer to gate.try */
	GATE_STARTTLS, /* TLS, after what is in gate.out was sent */
	GATE_END,      /* the end with gate.status, after sending gate.out */
};

#define GATE_LOGIN_NAME (2 * LOGIN_USER_MAX + 16) /* "user*admin", one answer */
#define GATE_OUT_MAX (64u * 1024)                 /* octets answered at once */
#define GATE_ALERT_MAX 8192u /* octets of the alert that are shown */

enum gate_imap_state {
	GATE_IMAP_LINE,         /* a command line, or its next part */
	GATE_IMAP_LITERAL,      /* octets of a literal */
	GATE_IMAP_SKIP_LITERAL, /* the same, refused and dropped */
	GATE_IMAP_SKIP_LINE,    /* what follows a refused literal */
	GATE_IMAP_LONG,         /* a line that is too long, up to its end */
	GATE_IMAP_SASL,         /* the answer to a challenge */
};

enum gate_mechanism {
	GATE_LOGIN, /* the command */
	GATE_SASL_PLAIN,
	GATE_SASL_LOGIN,
	GATE_SASL_CRAM_MD5,
	GATE_SASL_ANONYMOUS,
};

/* The IMAP half of a gate; all buffers have their full size from the start,
 * so that no copy of a password is left where one grew. */
struct gate_imap {
	enum gate_imap_state state;
	struct strbuf text;     /* the command, literals left out */
	struct strbuf literals; /* their octets, one behind the other */
	struct strbuf secret;   /* a SASL answer, decoded */
	struct {
		size_t pos, len; /* in literals */
		size_t end;      /* of its announcement, in text */
	} literal[CC_IMAP_LITERALS];
	size_t literal_count;
	uint64_t left;      /* octets of the literal that are still to come */
	struct arena arena; /* quoted strings with escapes */
	unsigned unknown;   /* unknown commands so far */
	bool began;         /* a command was completed */
	char tag[LOGIN_TAG_MAX + 1];
	enum gate_mechanism mechanism;
	struct strbuf login_name; /* SASL LOGIN: the first answer */
	bool has_user;            /* it was given */
};

struct gate {
	struct login_setup setup;
	const char *greeting_date; /* made while the time zone could be read */
	struct strbuf alert;       /* lines of the alert file, LF ends */
	int64_t alert_time;        /* its modification time; 0: none */
	bool nologin;              /* the server is being shut down */
	bool certificate;          /* TLS can be started */
	bool tls;                  /* it was */
	bool heard;                /* the client sent something */
	uint32_t challenges;       /* made so far */

	struct strbuf in;     /* received, not yet looked at */
	struct strbuf out;    /* to be sent */
	struct login_try try; /* for GATE_TRY */
	int status;           /* for GATE_END: exit status */
	unsigned logs;        /* lines logged */
	void (*log)(struct gate *g, enum login_event event, struct span text,
	    uint32_t number);

	struct gate_imap imap;
};

/* One login protocol. */
struct gate_protocol {
	void (*init)(struct gate *g);
	void (*free)(struct gate *g); /* wipes, too */
	void (*greet)(struct gate *g);
	/* Uses up g->in as far as it goes. */
	enum gate_want (*step)(struct gate *g);
	/* The monitor's answer to GATE_TRY. */
	void (*answer)(struct gate *g, const struct login_answer *answer);
	/* TLS is up: forget what was said in clear. */
	void (*secured)(struct gate *g);
	/* The last words: for how long, or why. */
	void (*bye)(struct gate *g, const char *reason);
	const char *const *alpn; /* names of the protocol, NULL-terminated */
};

extern const struct gate_protocol cc_gate_imap;

/* Is a password in plain text accepted now? */
bool cc_gate_plaintext(const struct gate *g);

/* What a client offers. */
struct gate_attempt {
	const char *mechanism; /* "" for the command LOGIN */
	const char *tag;
	enum login_proof proof;
	struct span user, admin;
	struct span secret; /* or the words of somebody who is nobody */
};

/* Fills g->try; what is too long to be right is made to fail. */
void cc_gate_fill_try(struct gate *g, const struct gate_attempt *attempt);

/* May the name come in without a password? */
bool cc_gate_is_anonymous(const struct gate *g, struct span name);

/* "user*admin" in its halves; admin is empty without a "*". */
void cc_gate_split_name(struct span name, struct span *user_r,
    struct span *admin_r);

/* login_gate_setup.c: root's part, before the first octet of the client. */
int cc_gate_look_around(struct gate *g);
int cc_gate_confine(void);

/* login_gate_io.c, login_gate_tls.c: the client's side, with a deadline (as
 * cc_login_now counts, or -1). */
struct gate_tls;

struct gate_io {
	int in, out;
	struct gate_tls *tls; /* NULL: in clear */
};

/* Octets read (0 at the end), or CC_ETIMEOUT, CC_EIO, CC_ECLOSED, or CC_EBUSY
 * if a signal came in (cc_gate_signal). */
int cc_gate_read(struct gate_io *io, void *buf, size_t size, int64_t deadline);
int cc_gate_write(struct gate_io *io, const void *buf, size_t len,
    int64_t deadline);

/* Is there something to read already? */
bool cc_gate_pending(const struct gate_io *io);

/* 0 if there is still time; CC_ETIMEOUT, or CC_EBUSY if a signal came in.
 * Whoever moves octets without waiting must ask. */
int cc_gate_due(int64_t deadline);

/* Waits for one descriptor; signals that end the gate come in only here. */
int cc_gate_wait(int fd, short events, int64_t deadline);

/* Catches the signals that end a session; the one that came, or 0. */
void cc_gate_catch_signals(void);
int cc_gate_signal(void);

/* As root: reads certificate and key. NULL if there is none or it is wrong
 * (logged). */
struct gate_tls *cc_gate_tls_new(struct gate *g);
int cc_gate_tls_accept(struct gate *g, struct gate_io *io,
    const struct gate_protocol *protocol, struct gate_tls *tls,
    int64_t deadline);
int cc_gate_tls_read(struct gate_io *io, void *buf, size_t size,
    int64_t deadline);
int cc_gate_tls_write(struct gate_io *io, const void *buf, size_t len,
    int64_t deadline);
void cc_gate_tls_end(struct gate_io *io);

/* One call without waiting: octets moved; CC_EBUSY if the client's side must
 * allow *events_r first; CC_ECLOSED or CC_EIO. */
int cc_gate_tls_recv(struct gate_io *io, void *buf, size_t size,
    short *events_r);
int cc_gate_tls_send(struct gate_io *io, const void *buf, size_t len,
    short *events_r);

/* login_gate_relay.c: moves octets between client and session until both sides
 * are done; first what the client had sent ahead. */
void cc_gate_relay(struct gate_io *io, int session, struct strbuf *ahead);

#endif
