/*
 * ckp.h - password checkers, one back end each (auth.md 3).
 *
 * They run in the auth process, which lives for one attempt; none of them logs
 * a password or keeps one.
 */
#ifndef CKP_H
#define CKP_H

#include <pwd.h>
#include <stdbool.h>

#include "span.h"

/* A question. The account exists, and the password is not empty. */
struct ckp_query {
	const struct passwd *pw;
	const char *service; /* "imap" or "pop" */
	const char *address; /* of the client, "" if unknown */
	const char *password;
	bool session; /* a session shall be opened, where there are such */
};

/* What came with a yes. */
struct ckp_result {
	int password_days; /* until it expires, or LOGIN_NO_WARNING */
	int account_days;
	void *handle; /* the session that was opened, or NULL */
};

/* A back end: is it the password, and may the account be used? */
struct ckp {
	const char *name;
	bool (*check)(const struct ckp_query *query, struct ckp_result *result);
};

bool cc_ckp_pam(const struct ckp_query *query, struct ckp_result *result);
bool cc_ckp_shadow(const struct ckp_query *query, struct ckp_result *result);

/* Ends the session of result->handle, if there is one. */
void cc_ckp_pam_end(struct ckp_result *result);

/* Days from now until an account or password ends, by the fields of
 * shadow(5), none of which counts if negative. False if it cannot be used
 * today. Pure, for tests. */
struct ckp_ageing {
	long changed, max, warn, expire; /* days; since 1970 for the first and
					  * the last */
};
bool cc_ckp_ageing(const struct ckp_ageing *ageing, long today,
    struct ckp_result *result);

/* The secret of name in the text of a password file: lines "name TAB
 * password", "#" first for comments (auth.md 6). *secret_r lies in text. */
bool cc_ckp_find(const char *text, size_t len, const char *name,
    struct span *secret_r);

/* Is the secret the same as what was typed? The time it takes does not tell
 * how much was right. */
bool cc_ckp_equal(struct span secret, const char *typed);

#endif
