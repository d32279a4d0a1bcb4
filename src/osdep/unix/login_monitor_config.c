/*
 * login_monitor_config.c - the system's configuration file, as far as it
 * matters before somebody is logged in (env.md 3).
 *
 * The file is root's and trusted; still nothing of it is copied further than
 * it fits. Session and library read it again for themselves.
 */
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "cc_limits.h"
#include "env_config.h"
#include "fs.h"
#include "login_monitor.h"

#define CONFIG_FILE "/etc/c-client.cf"

#ifndef CC_SSLCERTS
#define CC_SSLCERTS "/etc/ssl/certs"
#endif
#ifndef CC_SSLKEYS
#define CC_SSLKEYS "/etc/ssl/private"
#endif
#ifndef CC_PLAINTEXT
#define CC_PLAINTEXT LOGIN_PLAIN_TLS
#endif

#define PUT(member, value)                                                     \
	cc_login_put((member), sizeof(member), (value).p, (value).len, false)

static bool
apply(void *ctx, enum config_key key, struct span value)
{
	struct monitor_config *config = ctx;

	switch (key) {
	case CONFIG_DISABLE_PLAINTEXT:
		config->plaintext =
		    cc_config_number_or(value, LOGIN_PLAIN_NEVER);
		/* Whatever else it may mean, it does not mean to allow. */
		if (config->plaintext < 0 ||
		    config->plaintext > LOGIN_PLAIN_TLS)
			config->plaintext = LOGIN_PLAIN_NEVER;
		break;
	case CONFIG_PLAINTEXT_CLIENTS: /* counts behind the line above only */
		if (config->plaintext != LOGIN_PLAIN_ALLOWED)
			PUT(config->plaintext_clients, value);
		break;
	case CONFIG_LOGIN_ATTEMPTS:
		config->attempts = cc_config_number(value);
		break;
	case CONFIG_DISABLE_AUTH:
		config->disabled |= cc_config_mechanisms(value);
		break;
	case CONFIG_ALLOW_REVERSE_DNS:
		config->reverse_dns = cc_config_number(value) != 0;
		break;
	case CONFIG_PAM_SESSION:
		config->pam_session = cc_config_number(value) != 0;
		break;
	case CONFIG_PASSWORD_TYPE:
		PUT(config->backend, value);
		break;
	case CONFIG_CHROOT_SERVER:
		config->chroot_server = cc_config_number(value) != 0;
		break;
	case CONFIG_LOCAL_HOST:
		PUT(config->local_host, value);
		break;
	case CONFIG_CERTIFICATE_DIR:
		PUT(config->certificates, value);
		break;
	case CONFIG_KEY_DIR:
		PUT(config->keys, value);
		break;
	case CONFIG_NETSCAPE_URL:
		PUT(config->netscape, value);
		break;
	case CONFIG_SYSINBOX:
		PUT(config->system_inbox, value);
		break;
	default:
		break;
	}
	return true;
}

/* All of it: directives that restrict may stand at the end. */
static bool
read_all(int fd, struct monitor_config *config)
{
	char *text = fs_get(CC_CONFIG_FILE + 1);
	ssize_t n = read(fd, text, CC_CONFIG_FILE + 1);
	bool whole = n <= (ssize_t)CC_CONFIG_FILE;

	if (n > 0 && whole)
		cc_config_parse(cc_span(text, (size_t)n), CONFIG_SYSTEM, apply,
		    config);
	fs_give((void **)&text);
	return whole;
}

bool
cc_monitor_read_config(struct monitor_config *config)
{
	const char *file = config->file[0] ? config->file : CONFIG_FILE;
	bool whole;
	int fd;

	config->plaintext = CC_PLAINTEXT;
	config->attempts = 3;
	config->reverse_dns = true;
	PUT(config->certificates, cc_span_z(CC_SSLCERTS));
	PUT(config->keys, cc_span_z(CC_SSLKEYS));
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return true;
	whole = read_all(fd, config);
	close(fd);
	if (!whole)
		syslog(LOG_ALERT, "%s is too large, logins refused", file);
	return whole;
}
