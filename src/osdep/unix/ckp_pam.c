/*
 * ckp_pam.c - passwords checked by PAM (pam(3)).
 *
 * Service "imap" or "pop", the client's address as remote host; authenticate,
 * account, establish credentials. The modules' own pause after a failure is
 * switched off: the monitor answers all refusals at one and the same moment.
 */
#include <security/pam_appl.h>

#include "ckp.h"
#include "login_msg.h"

/* What prompts ask for. */
struct answers {
	const char *user;
	const char *password;
};

static char *
duplicate(const char *s)
{
	return s ? strdup(s) : NULL;
}

static void
give_back(struct pam_response *responses, int count)
{
	while (count-- > 0) {
		if (!responses[count].resp)
			continue;
		explicit_bzero(responses[count].resp,
		    strlen(responses[count].resp));
		free(responses[count].resp);
	}
	free(responses);
}

/* A prompt that shows what is typed wants the name, one that does not the
 * password; texts have nobody to be shown to. */
static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses_r, void *ctx)
{
	const struct answers *answers = ctx;
	struct pam_response *responses;
	const char *text;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	responses = calloc((size_t)count, sizeof(*responses));
	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		switch (messages[i]->msg_style) {
		case PAM_PROMPT_ECHO_ON:
			text = answers->user;
			break;
		case PAM_PROMPT_ECHO_OFF:
			text = answers->password;
			break;
		case PAM_TEXT_INFO:
		case PAM_ERROR_MSG:
			text = NULL;
			break;
		default:
			give_back(responses, i);
			return PAM_CONV_ERR;
		}
		responses[i].resp = duplicate(text);
		if (text && !responses[i].resp) {
			give_back(responses, i);
			return PAM_BUF_ERR;
		}
	}
	*responses_r = responses;
	return PAM_SUCCESS;
}

static void
no_delay(int status, unsigned usec, void *ctx)
{
	(void)status;
	(void)usec;
	(void)ctx;
}

static bool
is_accepted(pam_handle_t *pam, const struct ckp_query *query)
{
	const union {
		void (*fn)(int, unsigned, void *);
		const void *item;
	} delay = { .fn = no_delay };

	if (pam_set_item(pam, PAM_FAIL_DELAY, delay.item) != PAM_SUCCESS ||
	    (query->address[0] &&
		pam_set_item(pam, PAM_RHOST, query->address) != PAM_SUCCESS))
		return false;
	if (pam_authenticate(pam, 0) != PAM_SUCCESS ||
	    pam_acct_mgmt(pam, 0) != PAM_SUCCESS ||
	    pam_setcred(pam, PAM_ESTABLISH_CRED) != PAM_SUCCESS)
		return false;
	if (!query->session)
		return true;
	if (pam_open_session(pam, PAM_SILENT) == PAM_SUCCESS)
		return true;
	pam_setcred(pam, PAM_DELETE_CRED);
	return false;
}

bool
cc_ckp_pam(const struct ckp_query *query, struct ckp_result *result)
{
	struct answers answers = { query->pw->pw_name, query->password };
	const struct pam_conv conv = { converse, &answers };
	pam_handle_t *pam = NULL;
	bool yes;

	if (pam_start(query->service, query->pw->pw_name, &conv, &pam) !=
	    PAM_SUCCESS)
		return false;
	yes = is_accepted(pam, query);
	if (yes && query->session) {
		/* Closing asks nothing; the answers go out of scope. */
		const struct pam_conv none = { NULL, NULL };

		pam_set_item(pam, PAM_CONV, &none);
		result->handle = pam;
		return true;
	}
	if (yes)
		pam_setcred(pam, PAM_DELETE_CRED);
	pam_end(pam, yes ? PAM_SUCCESS : PAM_AUTH_ERR);
	return yes;
}

void
cc_ckp_pam_end(struct ckp_result *result)
{
	pam_handle_t *pam = result->handle;
	int r;

	if (!pam)
		return;
	result->handle = NULL;
	r = pam_close_session(pam, PAM_SILENT);
	pam_setcred(pam, PAM_DELETE_CRED);
	pam_end(pam, r);
}
