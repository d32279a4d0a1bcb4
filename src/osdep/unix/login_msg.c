/*
 * login_msg.c - sending, receiving and checking the messages of the login.
 *
 * The checks are pure, so that a fuzzer can try them (fuzz_login_msg.c). They
 * trust nobody: the gate talks to strangers and may have been taken over.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cc_ctype.h"
#include "cc_err.h"
#include "clock_ms.h"
#include "imap_capability.h"
#include "login_msg.h"

#define LOGIN_MAGIC 0x43444c33u /* "CDL3"; changes with the layout */

void
cc_login_begin(void *message, size_t size, enum login_kind kind)
{
	struct login_head *head = message;

	memset(message, 0, size);
	head->magic = LOGIN_MAGIC;
	head->kind = kind;
}

void
cc_login_put(char *member, size_t size, const char *text, size_t len,
    bool clean)
{
	unsigned char c;

	if (len > size - 1)
		len = size - 1;
	for (size_t i = 0; i < len; i++) {
		c = (unsigned char)text[i];
		member[i] = (char)(clean && (c < 0x20 || c > 0x7e) ? '?' : c);
	}
	member[len] = '\0';
}

static bool
is_kind(const struct login_head *head, size_t len, enum login_kind kind,
    size_t size)
{
	return len == size && head->magic == LOGIN_MAGIC &&
	    head->kind == (uint32_t)kind;
}

/* Does the member hold a string? */
static bool
is_string(const char *member, size_t size)
{
	return memchr(member, '\0', size) != NULL;
}

#define IS_STRING(member) is_string((member), sizeof(member))

int
cc_login_check_setup(const struct login_setup *setup, size_t len)
{
	if (!is_kind(&setup->head, len, LOGIN_SETUP, sizeof(*setup)) ||
	    setup->service < LOGIN_IMAP || setup->service > LOGIN_POP3 ||
	    setup->plaintext > LOGIN_PLAIN_TLS || setup->tls_at_once > 1 ||
	    (setup->mechanisms & ~IMAP_MECH_ALL) != 0 || setup->unused != 0 ||
	    !IS_STRING(setup->program) || !IS_STRING(setup->host) ||
	    !IS_STRING(setup->local) || !IS_STRING(setup->address) ||
	    !IS_STRING(setup->certificates) || !IS_STRING(setup->keys) ||
	    !IS_STRING(setup->netscape))
		return CC_EPARSE;
	return 0;
}

/* A string of printable characters without blanks: goes to clients and logs
 * as it is. */
static bool
is_word(const char *member, size_t size)
{
	if (!is_string(member, size))
		return false;
	for (; *member; member++)
		if (*member <= ' ' || *member > '~')
			return false;
	return true;
}

static bool
is_log(const struct login_log *log, size_t len)
{
	return len == sizeof(*log) && log->event >= 1 &&
	    log->event <= LOGIN_EV_LAST && IS_STRING(log->text);
}

static bool
is_try(const struct login_try *try, size_t len)
{
	return len == sizeof(*try) && (try->flags & ~LOGIN_TRY_FLAGS) == 0 &&
	    try->unused == 0 && try->proof <= LOGIN_PROOF_NONE &&
	    is_word(try->mechanism, sizeof(try->mechanism)) &&
	    is_word(try->tag, sizeof(try->tag)) && IS_STRING(try->user) &&
	    IS_STRING(try->admin) && IS_STRING(try->password) &&
	    try->password_len == strlen(try->password) &&
	    try->ahead_len <= LOGIN_AHEAD_MAX;
}

int
cc_login_check_request(const union login_request *request, size_t len,
    enum login_state state)
{
	if (len < sizeof(request->head) || request->head.magic != LOGIN_MAGIC)
		return CC_EPARSE;
	switch (request->head.kind) {
	case LOGIN_LOG:
		return state != LOGIN_STATE_OVER && is_log(&request->log, len)
		    ? 0
		    : CC_EPARSE;
	case LOGIN_TRY:
		return state == LOGIN_STATE_OPEN && is_try(&request->try, len)
		    ? 0
		    : CC_EPARSE;
	default:
		return CC_EPARSE;
	}
}

bool
cc_login_is_host(const char *name)
{
	if (!*name || strlen(name) > LOGIN_HOST_MAX)
		return false;
	for (; *name; name++)
		if (!is_alnum((unsigned char)*name) && *name != '.' &&
		    *name != '-')
			return false;
	return true;
}

/* None, or a host's name with a no. */
static bool
is_referral(const char member[LOGIN_HOST_MAX + 1], uint32_t yes)
{
	if (!is_string(member, LOGIN_HOST_MAX + 1))
		return false;
	return member[0] == '\0' || (!yes && cc_login_is_host(member));
}

int
cc_login_check_answer(const struct login_answer *answer, size_t len)
{
	if (!is_kind(&answer->head, len, LOGIN_ANSWER, sizeof(*answer)) ||
	    answer->yes > 1 || answer->unavailable > 1 ||
	    (answer->yes && answer->unavailable) || !IS_STRING(answer->name) ||
	    !is_referral(answer->referral, answer->yes))
		return CC_EPARSE;
	return 0;
}

int
cc_login_check_check(const struct login_check *check, size_t len)
{
	if (!is_kind(&check->head, len, LOGIN_CHECK, sizeof(*check)) ||
	    check->service < LOGIN_IMAP || check->service > LOGIN_POP3 ||
	    (check->flags & ~LOGIN_CHECK_FLAGS) != 0 ||
	    check->proof > LOGIN_PROOF_NONE || !IS_STRING(check->challenge) ||
	    !IS_STRING(check->backend) || !IS_STRING(check->address) ||
	    !IS_STRING(check->user) || !IS_STRING(check->admin) ||
	    !IS_STRING(check->password) ||
	    check->password_len != strlen(check->password))
		return CC_EPARSE;
	return 0;
}

int
cc_login_check_verdict(const struct login_verdict *verdict, size_t len)
{
	if (!is_kind(&verdict->head, len, LOGIN_VERDICT, sizeof(*verdict)) ||
	    verdict->yes > 1 || verdict->known > 1 ||
	    verdict->override > LOGIN_OVERRIDE_NO ||
	    !IS_STRING(verdict->name) || !IS_STRING(verdict->home) ||
	    !is_referral(verdict->referral, verdict->yes))
		return CC_EPARSE;
	/* Root has no mail, whatever auth believes; nor has nobody in
	 * particular ((uid_t) -1 leaves an id as it is). */
	if (verdict->yes &&
	    (verdict->uid == 0 || verdict->uid == (uint32_t)-1 ||
		verdict->gid == (uint32_t)-1 || verdict->name[0] == '\0' ||
		verdict->home[0] != '/'))
		return CC_EPARSE;
	return 0;
}

void
cc_login_challenge(char text[LOGIN_CHALLENGE_MAX + 1], uint64_t nonce,
    int64_t time, uint32_t number, const char *host)
{
	snprintf(text, LOGIN_CHALLENGE_MAX + 1, "<%llu.%lld@%.*s>",
	    (unsigned long long)(nonce + number), (long long)time,
	    (int)LOGIN_HOST_MAX, host);
}

int
cc_login_send(int fd, const void *message, size_t size)
{
	ssize_t n;

	do
		n = send(fd, message, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cc_err_errno();
	return (size_t)n == size ? 0 : CC_EIO;
}

/* Is there something to receive before the deadline? */
static int
await(int fd, int wait_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t deadline = cc_login_now() + wait_ms;
	int64_t left = wait_ms;
	int n;

	for (;;) {
		n = poll(&pfd, 1, wait_ms < 0 ? -1 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return CC_EIO;
		left = deadline - cc_login_now();
		if (wait_ms >= 0 && left <= 0)
			return CC_ETIMEOUT;
	}
}

ssize_t
cc_login_receive(int fd, void *message, size_t size, int wait_ms)
{
	ssize_t n;
	int r;

	r = await(fd, wait_ms);
	if (r != 0)
		return r;
	do
		n = recv(fd, message, size, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cc_err_errno();
	if (n == 0)
		return CC_ECLOSED;
	return (size_t)n > size ? CC_ELIMIT : n;
}

int64_t
cc_login_now(void)
{
	return clock_ms();
}
