/*
 * login_gate_mock.h - a gate without client and monitor, for the unit test and
 * the fuzzer of its protocol.
 */
#ifndef LOGIN_GATE_MOCK_H
#define LOGIN_GATE_MOCK_H

#include "imap_capability.h"
#include "login_gate.h"

struct mock {
	struct gate g;
	unsigned tries; /* GATE_TRY so far */
	enum login_event last_event;
	char last_text[LOGIN_TEXT_MAX + 1];
	uint32_t last_number;
};

static void
mock_log(struct gate *g, enum login_event event, struct span text,
    uint32_t number)
{
	struct mock *m = (struct mock *)(void *)g;

	g->logs++;
	m->last_event = event;
	m->last_number = number;
	cc_login_put(m->last_text, sizeof(m->last_text), text.p, text.len,
	    true);
}

static void
mock_init(struct mock *m, enum login_plaintext plaintext)
{
	struct gate *g = &m->g;

	memset(m, 0, sizeof(*m));
	cc_login_begin(&g->setup, sizeof(g->setup), LOGIN_SETUP);
	g->setup.service = LOGIN_IMAP;
	g->setup.plaintext = plaintext;
	g->setup.mechanisms = IMAP_MECH_ALL;
	g->setup.nonce = 1000;
	g->setup.time = 1234567890;
	cc_login_put(g->setup.host, sizeof(g->setup.host), "host", 4, true);
	cc_login_put(g->setup.local, sizeof(g->setup.local), "local", 5, true);
	g->greeting_date = "DATE";
	g->certificate = true;
	g->log = mock_log;
	cc_strbuf_init(&g->in, LOGIN_AHEAD_MAX);
	cc_strbuf_init(&g->out, GATE_OUT_MAX);
	cc_strbuf_init(&g->alert, GATE_ALERT_MAX);
	cc_strbuf_room(&g->in, LOGIN_AHEAD_MAX);
	cc_gate_imap.init(g);
}

static void
mock_free(struct mock *m)
{
	cc_gate_imap.free(&m->g);
	cc_strbuf_free(&m->g.in);
	cc_strbuf_free(&m->g.out);
	cc_strbuf_free(&m->g.alert);
}

/* The monitor's answer. */
static void
mock_answer(struct mock *m, bool yes)
{
	struct login_answer a;

	cc_login_begin(&a, sizeof(a), LOGIN_ANSWER);
	a.yes = yes;
	a.password_days = LOGIN_NO_WARNING;
	a.account_days = LOGIN_NO_WARNING;
	cc_gate_imap.answer(&m->g, &a);
}

#endif
