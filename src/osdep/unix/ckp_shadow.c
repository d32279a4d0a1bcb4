/*
 * ckp_shadow.c - passwords checked by crypt(3) against passwd(5) and
 * shadow(5), with the ageing of the latter (auth.md 3, "psx").
 */
#include <crypt.h>
#include <shadow.h>

#include "ckp.h"
#include "login_msg.h"

#define DAY 86400
#define ACCOUNT_WARN 28 /* days; the original's, as shadow has no field */

/* Equal strings? Takes the same time wherever they differ. */
static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char diff = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff == 0;
}

/* Locked fields ("!", "*", "*LK*") are no hashes; crypt then gives NULL or a
 * string that begins with "*". */
static bool
is_password(const char *password, const char *hash)
{
	struct crypt_data *data;
	const char *made;
	bool yes = false;

	if (strlen(hash) < 2)
		return false;
	data = calloc(1, sizeof(*data));
	if (!data)
		return false;
	made = crypt_r(password, hash, data);
	if (made && made[0] != '*')
		yes = is_same(made, hash);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return yes;
}

bool
cc_ckp_ageing(const struct ckp_ageing *ageing, long today,
    struct ckp_result *result)
{
	long left;

	if (ageing->changed == 0) /* must be changed first */
		return false;
	if (ageing->changed > 0 && ageing->max >= 0) {
		left = ageing->changed + ageing->max - today;
		if (left < 0)
			return false;
		if (ageing->warn >= 0 && left <= ageing->warn)
			result->password_days = (int)left;
	}
	if (ageing->expire >= 0) {
		left = ageing->expire - today;
		if (left < 0)
			return false;
		if (left < ACCOUNT_WARN)
			result->account_days = (int)left;
	}
	return true;
}

bool
cc_ckp_shadow(const struct ckp_query *query, struct ckp_result *result)
{
	const struct spwd *sp;

	if (strlen(query->pw->pw_passwd) >= 2)
		return is_password(query->password, query->pw->pw_passwd);
	sp = getspnam(query->pw->pw_name);
	if (!sp || !is_password(query->password, sp->sp_pwdp))
		return false;
	return cc_ckp_ageing(&(struct ckp_ageing){ .changed = sp->sp_lstchg,
				 .max = sp->sp_max,
				 .warn = sp->sp_warn,
				 .expire = sp->sp_expire },
	    (long)(time(NULL) / DAY), result);
}
