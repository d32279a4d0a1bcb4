/*
 * mail_params.c - mail_parameters(): one door to every setting.
 *
 * What the library itself keeps is a row of a table that says where in
 * cc_params it lies and of which kind it is. What belongs to a stream goes to
 * its driver. All other numbers are offered to the environment and to the
 * drivers, who know their own.
 */
#include <stdint.h>
#include <string.h>

#include "cc_fn.h"
#include "fs.h"
#include "ftl.h"
#include "mail_link.h"
#include "mail_params.h"
#include "mail_thread.h"
#include "misc.h"
#include "osdep.h"
#include "strbuf.h"

enum kind {
	POINTER, /* of data or to a function, kept as it is */
	FLAG,    /* VOIDT or NIL */
	NUMBER,
};

struct row {
	long get; /* the number; SET is get + 1 */
	enum kind kind;
	size_t at; /* of the member in struct cc_params */
};

#define ROW(get, kind, member)                                                 \
	{                                                                      \
		get, kind, offsetof(struct cc_params, member)                  \
	}

static const struct row rows[] = {
	ROW(GET_GETS, POINTER, gets),
	ROW(GET_CACHE, POINTER, cache),
	ROW(GET_SMTPVERBOSE, POINTER, smtpverbose),
	ROW(GET_RFC822OUTPUT, POINTER, rfc822output),
	ROW(GET_READPROGRESS, POINTER, readprogress),
	ROW(GET_MAILPROXYCOPY, POINTER, mailproxycopy),
	ROW(GET_SERVICENAME, POINTER, servicename),
	ROW(GET_EXPUNGEATPING, FLAG, expungeatping),
	ROW(GET_PARSEPHRASE, POINTER, parsephrase),
	ROW(GET_SSLDRIVER, POINTER, ssldriver),
	ROW(GET_TRYSSLFIRST, FLAG, trysslfirst),
	ROW(GET_BLOCKNOTIFY, POINTER, blocknotify),
	ROW(GET_SORTRESULTS, POINTER, sortresults),
	ROW(GET_THREADRESULTS, POINTER, threadresults),
	ROW(GET_PARSELINE, POINTER, parseline),
	ROW(GET_NEWSRCQUERY, POINTER, newsrcquery),
	ROW(GET_FREEENVELOPESPAREP, POINTER, freeenvelope),
	ROW(GET_FREEELTSPAREP, POINTER, freeelt),
	ROW(GET_SSLSTART, POINTER, sslstart),
	ROW(GET_DEBUGSENSITIVE, FLAG, debugsensitive),
	ROW(GET_TCPDEBUG, NUMBER, tcpdebug),
	ROW(GET_FREESTREAMSPAREP, POINTER, freestream),
	ROW(GET_FREEBODYSPAREP, POINTER, freebody),
	ROW(GET_COPYUID, POINTER, copyuid),
	ROW(GET_APPENDUID, POINTER, appenduid),
	ROW(GET_RFC822OUTPUTFULL, POINTER, rfc822outputfull),
	ROW(GET_SNARFINTERVAL, NUMBER, snarfinterval),
	ROW(GET_SNARFPRESERVE, NUMBER, snarfpreserve),
	ROW(GET_ONETIMEEXPUNGEATPING, POINTER, expungeatonce),
};

mailcache_t
cc_param_cache(void)
{
	return cc_params.cache ? cc_params.cache : mm_cache;
}

/* The routine that stands for a hook that is not set. */
static void *
default_hook(long get)
{
	switch (get) {
	case GET_CACHE:
		return cc_fn_to_ptr((void (*)(void))mm_cache);
	case GET_SMTPVERBOSE:
		return cc_fn_to_ptr((void (*)(void))mm_dlog);
	case GET_BLOCKNOTIFY:
		return cc_fn_to_ptr((void (*)(void))mm_blocknotify);
	default:
		return NULL;
	}
}

static void *
row_get(const struct row *row)
{
	const char *member = (const char *)&cc_params + row->at;
	void *p;
	long n;

	if (row->kind == POINTER) {
		memcpy(&p, member, sizeof(p));
		return p ? p : default_hook(row->get);
	}
	memcpy(&n, member, sizeof(n));
	if (row->kind == FLAG)
		return n ? VOIDT : NULL;
	return (void *)n;
}

static void
row_set(const struct row *row, void *value)
{
	char *member = (char *)&cc_params + row->at;
	long n = row->kind == FLAG ? value != NULL : (long)value;

	/* A default is not stored: cc_params says what the program chose. */
	if (value && value == default_hook(row->get))
		value = NULL;
	if (row->kind == POINTER)
		memcpy(member, &value, sizeof(value));
	else
		memcpy(member, &n, sizeof(n));
}

/* The row of a number, and whether it is a SET_. */
static const struct row *
row_find(long function, bool *set_r)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (function != rows[i].get && function != rows[i].get + 1)
			continue;
		*set_r = function != rows[i].get;
		return &rows[i];
	}
	return NULL;
}

/* What can only be read, or belongs to streams, is a programming error. */
static void
refuse_set(long function, const MAILSTREAM *stream)
{
	switch (function) {
	case SET_DRIVERS:
		fatal("SET_DRIVERS not permitted");
		break;
	case SET_DRIVER:
		fatal("SET_DRIVER not permitted");
		break;
	case SET_THREADERS:
		fatal("SET_THREADERS not permitted");
		break;
	case SET_NAMESPACE:
		fatal("SET_NAMESPACE not permitted");
		break;
	case SET_FETCHLOOKAHEAD:
		fatal("SET_FETCHLOOKAHEAD not permitted");
		break;
	case SET_INBOXPATH:
		fatal("SET_INBOXPATH not permitted");
		break;
	case SET_DIRFMTTEST:
		fatal("SET_DIRFMTTEST not permitted");
		break;
	case SET_SCANCONTENTS:
		fatal("SET_SCANCONTENTS not permitted");
		break;
	case SET_NEWSRC:
		if (stream)
			fatal("SET_NEWSRC not permitted");
		break;
	case SET_SNARFMAILBOXNAME:
		if (!stream)
			fatal("SET_SNARFMAILBOXNAME with NIL stream");
		break;
	case ENABLE_DEBUG:
		fatal("ENABLE_DEBUG not permitted");
		break;
	case DISABLE_DEBUG:
		fatal("DISABLE_DEBUG not permitted");
		break;
	default:
		break;
	}
}

static void *
switch_driver(long function, const char *name)
{
	DRIVER *d = cc_driver_named(name);

	if (!d)
		return NULL;
	if (function == ENABLE_DRIVER)
		d->flags &= ~(unsigned long)DR_DISABLE;
	else if (function == DISABLE_DRIVER)
		d->flags |= DR_DISABLE;
	return d;
}

static void *
switch_authenticator(long function, const char *name)
{
	AUTHENTICATOR *a = cc_authenticator_named(name);

	if (!a)
		return NULL;
	switch (function) {
	case ENABLE_AUTHENTICATOR:
		a->flags &= ~AU_DISABLE;
		break;
	case DISABLE_AUTHENTICATOR:
		a->flags |= AU_DISABLE;
		break;
	case HIDE_AUTHENTICATOR:
		a->flags |= AU_HIDE;
		break;
	default:
		a->flags &= ~AU_HIDE;
		break;
	}
	return a;
}

static void *
snarf_name(MAILSTREAM *stream, bool set, const char *name)
{
	if (!stream)
		return NULL;
	if (set) {
		char *copy = cpystr(name);

		fs_give((void **)&stream->snarf.name);
		stream->snarf.name = copy;
	}
	return stream->snarf.name;
}

/* Asks the driver of the stream, which is the value for these. */
static void *
ask_stream(MAILSTREAM *stream, long function)
{
	if (!stream || !stream->dtb || !stream->dtb->parameters)
		return NULL;
	return (*stream->dtb->parameters)(function, stream);
}

/* Everybody who may know the number; the last answer counts. */
static void *
ask_all(MAILSTREAM *stream, long function, void *value)
{
	void *answer = env_parameters(function, value);
	DRIVER *d = stream ? stream->dtb : cc_drivers();

	for (; d; d = stream ? NULL : d->next) {
		void *a =
		    d->parameters ? (*d->parameters)(function, value) : NULL;

		if (a)
			answer = a;
	}
	return answer;
}

void *
mail_parameters(MAILSTREAM *stream, long function, void *value)
{
	const struct row *row;
	void *answer;
	bool set;

	refuse_set(function, stream);
	row = row_find(function, &set);
	if (row) {
		if (set)
			row_set(row, value);
		return row_get(row);
	}
	switch (function) {
	case GET_DRIVERS:
		return cc_drivers();
	case GET_DRIVER:
	case ENABLE_DRIVER:
	case DISABLE_DRIVER:
		return switch_driver(function, value);
	case ENABLE_AUTHENTICATOR:
	case DISABLE_AUTHENTICATOR:
	case HIDE_AUTHENTICATOR:
	case UNHIDE_AUTHENTICATOR:
		return switch_authenticator(function, value);
	case GET_SNARFMAILBOXNAME:
	case SET_SNARFMAILBOXNAME:
		return snarf_name(stream, function == SET_SNARFMAILBOXNAME,
		    value);
	case GET_THREADERS:
		answer = ask_stream(stream, function);
		return answer ? answer : (void *)(uintptr_t)cc_mail_threaders();
	case GET_FETCHLOOKAHEAD:
		return ask_stream(stream, function);
	case GET_NAMESPACE:
	case GET_NEWSRC:
		answer = ask_stream(stream, function);
		return answer ? answer : env_parameters(function, value);
	case SET_EXTERNALAUTHID:
		/* Servers advertise EXTERNAL when somebody may log in by it. */
		switch_authenticator(value ? UNHIDE_AUTHENTICATOR
					   : HIDE_AUTHENTICATOR,
		    "EXTERNAL");
		return ask_all(stream, function, value);
	default:
		return ask_all(stream, function, value);
	}
}
