/*
 * login_gate_imap.h - between the reader and the commands of the IMAP gate.
 */
#ifndef LOGIN_GATE_IMAP_H
#define LOGIN_GATE_IMAP_H

#include "cursor.h"
#include "imap_capability.h"
#include "login_gate.h"

/* How a command ended. */
enum gate_imap_result {
	GATE_IMAP_DONE,    /* answered */
	GATE_IMAP_REFUSED, /* answered; a literal may follow unasked */
	GATE_IMAP_BADARGS, /* not answered: its arguments are wrong */
	GATE_IMAP_WANT_LITERAL,
	GATE_IMAP_CHALLENGED, /* the next line is an answer to us */
	GATE_IMAP_TRY,
	GATE_IMAP_STARTTLS,
	GATE_IMAP_END,
};

/* What a command reads its arguments from. */
struct gate_imap_args {
	struct cursor c;
	size_t literals; /* literals used so far */
	uint64_t size;   /* for GATE_IMAP_WANT_LITERAL */
	bool wait;       /* the client waits for our word */
};

struct gate_imap_command {
	const char *name;
	bool bare; /* it has no arguments */
	enum gate_imap_result (*run)(struct gate *g,
	    struct gate_imap_args *args);
};

/* The row of the table, or NULL. */
const struct gate_imap_command *cc_gate_imap_find(const struct gate *g,
    struct span name);

/* The tagged response of the command. */
enum gate_imap_result cc_gate_imap_done(struct gate *g, const char *text);

/* login_gate_imap_sasl.c: AUTHENTICATE, an answer to a challenge, and what a
 * client is told that gave a wrong one. */
enum gate_imap_result cc_gate_imap_authenticate(struct gate *g,
    struct gate_imap_args *args);
enum gate_imap_result cc_gate_imap_sasl(struct gate *g, struct span line);
enum gate_imap_result cc_gate_imap_sasl_failed(struct gate *g);

/* Tells the client the monitor's answer to GATE_TRY, and wipes g->try. */
void cc_gate_imap_answer(struct gate *g, const struct login_answer *answer);

/* The names of these parts (IMAP_CAP_) for what the connection is now. */
void cc_gate_imap_put_capability(struct gate *g, unsigned parts);

/* A line with a tag, or "*"; the alert goes before the first. */
void cc_gate_imap_reply(struct gate *g, const char *tag, const char *text);

/* "{n}" or "{n+}": 0 and its size, or CC_EPARSE with the cursor unmoved. */
int cc_gate_imap_literal(struct cursor *c, uint64_t *size_r, bool *wait_r);

#ifdef CC_GATE_EXPLOIT_TEST
/* Only in the gate that the tests build: does what a stranger would who took
 * the gate over. */
enum gate_imap_result cc_gate_exploit(struct gate *g,
    struct gate_imap_args *args);
#endif

#endif
