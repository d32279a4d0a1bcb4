/*
 * fuzz_login_gate.c - what a stranger sends before login, in packets of any
 * size; whatever the monitor says.
 *
 * The first octet chooses how packets are cut, the second the policy and the
 * monitor's answers. Checked: answers are whole lines, memory keeps its
 * bounds, what goes to the monitor would be taken by it, passwords are wiped,
 * and the gate does not go on behind a login.
 *
 * TEST_OBJECTS: osdep/unix/login_gate_imap.c
 * TEST_OBJECTS: osdep/unix/login_gate_imap_cmd.c
 * TEST_OBJECTS: osdep/unix/login_gate_imap_sasl.c
 * TEST_OBJECTS: osdep/unix/login_gate_try.c osdep/unix/login_msg.c
 */
#include "fuzz_util.h"
#include "login_gate_mock.h"

/* Lines with CRLF, each with its tag, "*" or "+"; no NUL. */
static void
check_output(struct gate *g)
{
	struct span out = cc_strbuf_span(&g->out);

	must(cc_strbuf_status(&g->out) == 0);
	must(out.len == 0 ||
	    (out.len >= 4 && memcmp(out.p + out.len - 2, "\r\n", 2) == 0));
	must(out.len == 0 || !memchr(out.p, '\0', out.len));
	cc_strbuf_reset(&g->out);
}

static void
check_memory(const struct gate *g)
{
	const struct gate_imap *im = &g->imap;

	must(im->text.cap + im->literals.cap + im->secret.cap +
		im->login_name.cap + im->arena.used + g->in.cap + g->out.cap <=
	    CC_PRELOGIN_MEMORY);
	must(im->literal_count <= CC_IMAP_LITERALS);
}

/* The monitor: takes the request as it would, and answers. True for a yes. */
static bool
decide(struct mock *m, bool yes)
{
	union login_request request;

	memset(&request, 0, sizeof(request));
	memcpy(&request.try, &m->g.try, sizeof(m->g.try));
	must(cc_login_check_request(&request, sizeof(m->g.try),
		 LOGIN_STATE_OPEN) == 0);
	must(cc_gate_plaintext(&m->g) ||
	    request.try.proof != LOGIN_PROOF_PASSWORD ||
	    (request.try.password_len == 0 && !request.try.mechanism[0]));
	mock_answer(m, yes);
	for (size_t i = 0; i < sizeof(m->g.try); i++)
		must(((const char *)&m->g.try)[i] == 0);
	return yes;
}

static size_t
packet_size(unsigned how, unsigned round)
{
	switch (how & 3) {
	case 0:
		return LOGIN_AHEAD_MAX;
	case 1:
		return 1;
	case 2:
		return 1 + (how >> 2);
	default:
		return 1 + (how + 7 * round) % 31;
	}
}

static void
run(struct mock *m, const uint8_t *data, size_t size, unsigned how,
    unsigned answers)
{
	unsigned round = 0;
	size_t n;

	for (;;) {
		switch (cc_gate_imap.step(&m->g)) {
		case GATE_TRY:
			if (decide(m, (answers >> (m->tries++ & 3)) & 1))
				return;
			break;
		case GATE_STARTTLS:
			must(m->g.in.len == 0 && !m->g.tls);
			m->g.tls = true;
			cc_gate_imap.secured(&m->g);
			must(m->g.imap.text.len == 0);
			break;
		case GATE_END:
			return;
		case GATE_INPUT:
		default:
			break;
		}
		check_output(&m->g);
		check_memory(&m->g);
		if (m->g.in.len > 0)
			continue;
		if (size == 0)
			return;
		n = packet_size(how, round++);
		if (n > size)
			n = size;
		cc_strbuf_put(&m->g.in, data, n);
		data += n;
		size -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mock m;

	if (size < 2)
		return 0;
	mock_init(&m, (enum login_plaintext)(data[1] % 3));
	m.g.certificate = (data[1] & 4) != 0;
	if (data[1] & 8)
		m.g.setup.mechanisms = data[0] & IMAP_MECH_ALL;
	cc_gate_imap.greet(&m.g);
	check_output(&m.g);
	run(&m, data + 2, size - 2, data[0], data[1] >> 4);
	check_output(&m.g);
	mock_free(&m);
	return 0;
}
