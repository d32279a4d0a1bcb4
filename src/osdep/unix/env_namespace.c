/*
 * env_namespace.c - what NAMESPACE answers (RFC 2342).
 *
 * Which names exist depends on who the user is and what he is restricted to;
 * namespaces of formats that the program did not link are left out.
 */
#include "mail.h"
#include "osdep.h"
#include "env_namespace.h"
#include "env_state.h"
#include "misc.h"

enum { PERSONAL, OTHERS, SHARED };

static void
add(int which, const char *name, int delimiter)
{
	NAMESPACE **end = &cc_env()->namespaces[which];

	while (*end)
		end = &(*end)->next;
	*end = fs_get(sizeof(**end));
	memset(*end, 0, sizeof(**end));
	(*end)->name = cpystr(name);
	(*end)->delimiter = delimiter;
}

static bool
is_linked(char *driver)
{
	return mail_parameters(NIL, GET_DRIVER, driver) != NIL;
}

static void
add_personal(void)
{
	add(PERSONAL, "", '/');
	if (!is_linked("mh"))
		return;
	add(PERSONAL, "#mhinbox", 0);
	add(PERSONAL, "#mh/", '/');
}

static void
add_others(const struct cc_env *env)
{
	if (env->restrictions & RESTRICTOTHERUSER || env->limited_advertise)
		return;
	add(OTHERS, env->black_box ? "/" : "~", '/');
}

static void
add_shared(const struct cc_env *env)
{
	if (env->advertise_world && !env->anonymous)
		add(SHARED, "/", '/');
	if (!env->anonymous)
		add(SHARED, "#shared/", '/');
	if (!env->limited_advertise || env->anonymous) {
		add(SHARED, "#ftp/", '/');
		if (is_linked("news"))
			add(SHARED, "#news.", '.');
	}
	add(SHARED, "#public/", '/');
}

NAMESPACE **
cc_env_namespaces(void)
{
	struct cc_env *env = cc_env();

	cc_env_rules(); /* the user must be known */
	if (env->namespaces[SHARED] || env->namespaces[PERSONAL])
		return env->namespaces;
	if (!env->anonymous)
		add_personal();
	if (!env->anonymous && !env->closed_box)
		add_others(env);
	if (!env->closed_box)
		add_shared(env);
	return env->namespaces;
}

void
cc_env_namespaces_free(void)
{
	for (int i = PERSONAL; i <= SHARED; i++)
		mail_free_namespace(&cc_env()->namespaces[i]);
}
