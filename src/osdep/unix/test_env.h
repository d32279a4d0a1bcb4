/*
 * test_env.h - the environment of a user "ann" whose files are in a directory
 * of the test.
 */
#ifndef TEST_ENV_H
#define TEST_ENV_H

#include "mail.h"
#include "osdep.h"
#include "env_state.h"
#include "test_callbacks.h"
#include "test_tmpdir.h"

static struct tmpdir tmp;

/* Nobody's yet, with this system configuration in tmp, which is there. */
static inline void
begin_env(const char *config)
{
	cc_env_free();
	test_callbacks_reset();
	tmpdir_write(&tmp, "config", config, strlen(config));
	mail_parameters(NIL, SET_CONFIGFILE,
	    (void *)tmpdir_path(&tmp, "config"));
}

/* With a home below tmp and a system inbox that is not there. */
static inline void
begin_home(const char *config)
{
	begin_env(config);
	tmpdir_mkdir(&tmp, "home");
	assert_int_equal(env_init("ann", (char *)tmpdir_path(&tmp, "home")),
	    LONGT);
	mail_parameters(NIL, SET_SYSINBOX, (void *)tmpdir_path(&tmp, "spool"));
}

static inline void
end(void)
{
	cc_env_free();
	tmpdir_remove(&tmp);
}

#endif
