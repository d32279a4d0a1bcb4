/*
 * fuzz_login_msg.c - requests of a gate that was taken over, and verdicts of
 * an auth process that was.
 *
 * A message that is taken has bounded strings, known numbers and nothing that
 * could forge a line; it is of a kind that may come in the state. The input is
 * a run of messages, each behind an octet that says how it is made: as it
 * lies there, or as a good one with some octets changed.
 *
 * TEST_OBJECTS: osdep/unix/login_msg.c
 */
#include "fuzz_util.h"
#include "login_msg.h"

static void
check_word(const char *member, size_t size)
{
	must(memchr(member, '\0', size));
	for (; *member; member++)
		must(*member > ' ' && *member <= '~');
}

static void
check_try(const struct login_try *try)
{
	must(memchr(try->user, '\0', sizeof(try->user)));
	must(memchr(try->admin, '\0', sizeof(try->admin)));
	must(strlen(try->password) == try->password_len);
	must(try->password_len <= LOGIN_PASSWORD_MAX);
	must(try->ahead_len <= sizeof(try->ahead));
	check_word(try->tag, sizeof(try->tag));
	check_word(try->mechanism, sizeof(try->mechanism));
}

static void
check_request(const union login_request *request, size_t len,
    enum login_state state)
{
	if (cc_login_check_request(request, len, state) != 0)
		return;
	must(state != LOGIN_STATE_OVER);
	if (request->head.kind == LOGIN_TRY) {
		must(state == LOGIN_STATE_OPEN);
		must(len == sizeof(request->try));
		check_try(&request->try);
		return;
	}
	must(request->head.kind == LOGIN_LOG);
	must(len == sizeof(request->log));
	must(request->log.event >= 1 && request->log.event <= LOGIN_EV_LAST);
	must(memchr(request->log.text, '\0', sizeof(request->log.text)));
}

static void
check_verdict(const struct login_verdict *v, size_t len)
{
	if (cc_login_check_verdict(v, len) != 0)
		return;
	must(len == sizeof(*v) && v->yes <= 1);
	must(memchr(v->name, '\0', sizeof(v->name)));
	must(memchr(v->home, '\0', sizeof(v->home)));
	if (v->yes)
		must(v->uid != 0 && v->uid != UINT32_MAX && v->name[0] &&
		    v->home[0] == '/');
}

/* A message of the kind, well-formed. Its size. */
static size_t
good_one(void *message, unsigned kind)
{
	struct login_verdict *v = message;
	struct login_log *log = message;

	switch (kind % 3) {
	case 0:
		cc_login_begin(message, sizeof(struct login_try), LOGIN_TRY);
		return sizeof(struct login_try);
	case 1:
		cc_login_begin(message, sizeof(*log), LOGIN_LOG);
		log->event = LOGIN_EV_LOGOUT;
		return sizeof(*log);
	default:
		cc_login_begin(message, sizeof(*v), LOGIN_VERDICT);
		v->yes = 1;
		v->uid = v->gid = 1000;
		cc_login_put(v->name, sizeof(v->name), "u", 1, true);
		cc_login_put(v->home, sizeof(v->home), "/", 1, true);
		return sizeof(*v);
	}
}

/* Triples of position (two octets) and value. */
static void
change(unsigned char *message, size_t len, const uint8_t *data, size_t size)
{
	for (; size >= 3; data += 3, size -= 3)
		message[(data[0] * 256u + data[1]) % len] = data[2];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static union {
		union login_request request;
		struct login_verdict verdict;
		struct login_answer answer;
		struct login_setup setup;
		struct login_check check;
		unsigned char octets[16384];
	} m;
	enum login_state state;
	size_t len;

	if (size < 1)
		return 0;
	state = (enum login_state)((data[0] >> 2) % 3);
	memset(&m, 0, sizeof(m));
	if (data[0] & 1) {
		len = size - 1 < sizeof(m) ? size - 1 : sizeof(m);
		memcpy(&m, data + 1, len);
	} else {
		len = good_one(&m, data[0] >> 4);
		change(m.octets, len, data + 1, size - 1);
	}
	check_request(&m.request, len, state);
	check_verdict(&m.verdict, len);
	if (cc_login_check_answer(&m.answer, len) == 0)
		must(len == sizeof(m.answer) && m.answer.yes <= 1);
	if (cc_login_check_setup(&m.setup, len) == 0)
		must(len == sizeof(m.setup));
	if (cc_login_check_check(&m.check, len) == 0)
		must(len == sizeof(m.check) &&
		    m.check.password_len <= LOGIN_PASSWORD_MAX);
	return 0;
}
