/*
 * fuzz_others.h - what others do to a mailbox while a session has it, for
 * fuzz_imapd_session.c.
 *
 * A line "!x" of the input is none of the client's: when the client has sent
 * what stands before it and the session waits, somebody does x to the inbox.
 *
 *	d  delivers a message		f  sets flags, as another session
 *	e  expunges, as another session	p  appends, as another session
 *	r  takes the first message out	t  cuts the last octets off
 *	z  empties the file		m  removes it
 */
#ifndef FUZZ_OTHERS_H
#define FUZZ_OTHERS_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c-client.h"
#include "cc_ctype.h"
#include "fuzz_util.h"

#define FUZZ_OTHERS "dfeprtzm"
#define FUZZ_PIECES 32u

/* What a client sends, in the pieces between which others act. */
struct fuzz_script {
	char *sent;                  /* owned: all pieces */
	size_t end[FUZZ_PIECES + 1]; /* of each piece */
	char action[FUZZ_PIECES];    /* behind each piece but the last */
	size_t count;                /* pieces */
	size_t present;              /* the one being sent */
};

/* Whom a line is of: 0 the client, else what others do. */
static inline char
fuzz_action(struct span line)
{
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	if (line.len != 2 || line.p[0] != '!' || line.p[1] == '\0' ||
	    !strchr(FUZZ_OTHERS, line.p[1]))
		return 0;
	return line.p[1];
}

/* In an IDLE the session waits for descriptors, not for us. */
static inline bool
fuzz_idles(struct span sent)
{
	while (sent.len > 0 &&
	    (sent.p[sent.len - 1] == '\n' || sent.p[sent.len - 1] == '\r'))
		sent.len--;
	return sent.len >= 4 &&
	    cc_span_is_nocase(cc_span(sent.p + sent.len - 4, 4), "IDLE");
}

static inline void
fuzz_script(struct fuzz_script *sc, struct span in)
{
	size_t len = 0;

	*sc = (struct fuzz_script){ .sent = malloc(in.len + 1) };
	must(sc->sent != NULL);
	while (in.len > 0) {
		const char *lf = memchr(in.p, '\n', in.len);
		size_t n = lf ? (size_t)(lf - in.p) + 1 : in.len;
		char action = lf ? fuzz_action(cc_span(in.p, n - 1)) : 0;

		if (!action) {
			memcpy(sc->sent + len, in.p, n);
			len += n;
		} else if (sc->count < FUZZ_PIECES &&
		    !fuzz_idles(cc_span(sc->sent, len))) {
			sc->end[sc->count] = len;
			sc->action[sc->count++] = action;
		}
		in = cc_span(in.p + n, in.len - n);
	}
	sc->end[sc->count++] = len;
}

static inline struct span
fuzz_piece(const struct fuzz_script *sc, size_t i)
{
	size_t start = i > 0 ? sc->end[i - 1] : 0;

	return cc_span(sc->sent + start, sc->end[i] - start);
}

/* All that the client sends. */
static inline struct span
fuzz_sent(const struct fuzz_script *sc)
{
	return cc_span(sc->sent, sc->end[sc->count - 1]);
}

/* Another program, which knows nothing of us. */
static inline void
fuzz_rewrite(const char *inbox, char action)
{
	static char text[1 << 18];
	int fd = open(inbox, O_RDWR | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : 0;
	char *second;

	if (n > 0 && action == 't')
		(void)!ftruncate(fd, n - n / 3);
	second = n > 0 ? memmem(text, (size_t)n, "\n\nFrom ", 7) : NULL;
	if (second && action == 'r') {
		n -= second + 2 - text;
		must(ftruncate(fd, 0) == 0);
		must(pwrite(fd, second + 2, (size_t)n, 0) == n);
	}
	if (fd >= 0)
		close(fd);
}

static inline void
fuzz_deliver(const char *inbox)
{
	static const char mail[] = "From n@b Tue Mar  5 09:01:02 2024\n"
				   "Subject: new\n\nnew\n\n";
	int fd = open(inbox, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	/* Beyond the limit of the file nothing is delivered. */
	(void)!write(fd, mail, sizeof(mail) - 1);
	close(fd);
}

/* Another session of ours. */
static inline void
fuzz_other_session(char action)
{
	static char name[] = "INBOX", all[] = "1:*", first[] = "1",
		    flags[] = "\\Flagged Other", deleted[] = "\\Deleted",
		    mail[] = "Subject: appended\r\n\r\nappended\r\n";
	MAILSTREAM *m;
	STRING s;

	if (action == 'p') {
		INIT(&s, mail_string, mail, sizeof(mail) - 1);
		(void)mail_append_full(NIL, name, NIL, NIL, &s);
		return;
	}
	if ((m = mail_open(NIL, name, NIL)) == NIL)
		return;
	if (m->nmsgs > 0 && action == 'f')
		mail_flag(m, all, flags, ST_SET);
	if (m->nmsgs > 0 && action == 'e') {
		mail_flag(m, first, deleted, ST_SET);
		(void)mail_expunge(m);
	}
	mail_close(m);
}

static inline void
fuzz_act(char action, const char *inbox)
{
	switch (action) {
	case 'd':
		fuzz_deliver(inbox);
		break;
	case 'r':
	case 't':
		fuzz_rewrite(inbox, action);
		break;
	case 'z':
		(void)!truncate(inbox, 0);
		break;
	case 'm':
		(void)unlink(inbox);
		break;
	default:
		fuzz_other_session(action);
	}
}

#endif
