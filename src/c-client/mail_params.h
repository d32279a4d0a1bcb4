/*
 * mail_params.h - the library's settings, as mail_parameters() reads and
 * changes them.
 *
 * They are process-wide and set before threads start; library code reads
 * cc_params directly. It lies in mail_globals.c, which needs nothing else, so
 * that reading a setting links nothing. NULL hooks are not set; where the API
 * has a default for one the comment names it.
 */
#ifndef MAIL_PARAMS_H
#define MAIL_PARAMS_H

#include <stdbool.h>

#include "mail.h"
#include "rfc822.h"

struct cc_params {
	mailgets_t gets;
	mailcache_t cache;         /* NULL: mm_cache */
	smtpverbose_t smtpverbose; /* NULL: mm_dlog */
	rfc822out_t rfc822output;
	rfc822outfull_t rfc822outputfull;
	readprogress_t readprogress;
	mailproxycopy_t mailproxycopy;
	parsephrase_t parsephrase;
	parseline_t parseline;
	blocknotify_t blocknotify; /* NULL: mm_blocknotify */
	sortresults_t sortresults;
	threadresults_t threadresults;
	newsrcquery_t newsrcquery;
	freeeltsparep_t freeelt;
	freeenvelopesparep_t freeenvelope;
	freebodysparep_t freebody;
	freestreamsparep_t freestream;
	copyuid_t copyuid;
	appenduid_t appenduid;
	NETDRIVER *ssldriver; /* NULL: no TLS */
	sslstart_t sslstart;
	char *servicename;
	void *expungeatonce; /* the stream whose next ping may expunge */
	long expungeatping;  /* flags and numbers: mail_param.h */
	long trysslfirst;
	long debugsensitive;
	long tcpdebug;
	long snarfinterval; /* seconds */
	long snarfpreserve;
};

extern struct cc_params cc_params;

/* SET_ONETIMEEXPUNGEATPING holds for one ping, and for no other stream that
 * may have the same place in memory later. */
static inline void
cc_mail_expunge_done(const MAILSTREAM *stream)
{
	if (cc_params.expungeatonce == stream)
		cc_params.expungeatonce = NULL;
}

/* The routine that SET_CACHE chose, or mm_cache. */
mailcache_t cc_param_cache(void);

#endif
