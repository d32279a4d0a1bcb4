/*
 * session.h - one IMAP session: its state, its client, its end.
 *
 * There is one in the process, since the callbacks of the mail API have no
 * context argument; everything else gets it as an argument.
 */
#ifndef SESSION_H
#define SESSION_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "fetch.h"
#include "imap_capability.h"
#include "input.h"
#include "mail.h"
#include "output.h"
#include "sandbox.h"
#include "strbuf.h"

/* States of RFC 3501 section 3. The session never is in the first one: the
 * login is another program's (docs/architecture.md). */
#define ST_AUTH 1u
#define ST_SELECTED 2u
#define ST_ANY (ST_AUTH | ST_SELECTED)

/* Milliseconds of waiting; what the client may take is in cc_limits.h. */
#define SESSION_ALERT (60 * 1000) /* between looks at the alert files */
#define SESSION_SYNC (5 * 1000)   /* from a flag change to its fsync */
#define SESSION_REST 300          /* of silence, until memory is given back */

/* Messages that a command goes through between two looks for signals. */
#define SIGNAL_STEPS 32

/* What was learnt of the mailbox and not yet told (unsolicited.c). */
struct news {
	unsigned long exists; /* the client knows of so many messages */
	unsigned long recent;
	unsigned long uid_validity;
	unsigned keywords; /* number of names it was told */
	DRIVER *driver;    /* format, which a new mailbox may change */
	bool muted;        /* what the API tells is not for the client */
	bool expunge_ok;   /* RFC 3501 section 7.4.1 */
	bool expunged;     /* EXPUNGE was sent: EXISTS follows */
	uint32_t *flags;   /* messages whose flags changed, owned */
	size_t flag_count, flag_cap;
};

/* Texts that the library logged during a command (unsolicited.c). */
struct notes {
	struct strbuf lines; /* complete untagged lines to be sent */
	struct strbuf info;  /* the last information, or empty */
	struct strbuf error; /* the last error, or empty */
};

/* The alert files and the coming shutdown (alert.c). */
struct alerts {
	bool looked;         /* the first look was taken */
	int64_t next;        /* event_now of the next look */
	time_t system, user; /* modification time of what was sent */
	int64_t shutdown;    /* when it was announced, 0: it was not */
};

struct session {
	struct input in;
	struct output out;
	struct arena arena; /* of the present command */
	struct notes notes;
	struct news news;
	struct alerts alerts;
	struct fetch_resume resume;

	const char *user;   /* login name */
	const char *client; /* "name [address]", for the log */
	const char *server; /* host name, for greeting and BYE */
	bool tls;
	bool plaintext;      /* passwords in clear are accepted here */
	unsigned mechanisms; /* IMAP_MECH bits, for the capabilities */
	bool anonymous;      /* nobody in particular: may change nothing */

	const struct sandbox_paths *sandbox; /* what it may open, or NULL */

	MAILSTREAM *stream; /* the selected mailbox, or NULL */
	bool opening;  /* a mailbox: notes may go out while it is waited for */
	int critical;  /* depth of mm_critical */
	int64_t dirty; /* when flags were changed, 0: all is synced */

	/* The present command. */
	char tag[CC_IMAP_TAG + 1];
	char command[84];   /* upper case, "UID FETCH" for UID */
	bool uid;           /* with UID in front */
	struct strbuf text; /* what the tagged response says, or empty */
	const char *code;   /* of an OK: "[READ-WRITE]", or NULL */
	const char *why;    /* of a NO: "[TRYCREATE]", or NULL */

	bool busy;    /* it is being run */
	bool rested;  /* memory was given back since the last one */
	bool finding; /* names are told as FIND does */

	bool ending;        /* no further command */
	const char *reason; /* for the log */
	int status;         /* exit code */
};

/* The state that decides which commands are legal. */
static inline unsigned
session_state(const struct session *s)
{
	return s->stream ? ST_SELECTED : ST_AUTH;
}

/*
 * Prepares a session over the two descriptors, which become non-blocking, and
 * makes it the one that the callbacks of the mail API talk to.
 */
void session_init(struct session *s, int in, int out, struct span ahead);

/* Serves the client until the end; then the mailbox is closed, the end logged,
 * and the exit code returned. */
int session_run(struct session *s);

/* What the capability list depends on. */
void session_capability(const struct session *s,
    struct imap_capability_state *state_r);

/*
 * To be asked now and then by commands that take long: acts on signals, which
 * are heard here and where the session waits. True if the session is ending,
 * and the command shall stop where it is.
 */
bool session_interrupted(struct session *s);

/* Asks for the end after the present command. The first reason counts. */
void session_end(struct session *s, const char *reason, int status);

/* Has the present command to stop, since nobody will read its answer? */
static inline bool
session_gone(const struct session *s)
{
	return output_failed(&s->out);
}

/* A mailbox could not be opened: if the sandbox is the reason, the log is told,
 * once, what would allow it. */
void session_explain(const struct session *s, const char *name);

/* Closes the selected mailbox, if there is one. Of its messages all stay. */
void session_deselect(struct session *s);

/*
 * All waits of a session: writes what is collected, then waits for the
 * descriptors until the moment `until` (event_now) or a little earlier, keeps
 * the duties of time meanwhile. As event_wait; negative: the session ends.
 */
int session_wait(struct session *s, struct pollfd *fds, nfds_t count,
    int64_t until);

#endif
