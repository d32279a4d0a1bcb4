/*
 * mail_open.c - streams: opening a mailbox, using a stream again for another,
 * closing, and handles (weak references).
 *
 * Who is called in which order: mail_valid finds the driver; an old stream is
 * recycled or closed; the new one gets its name and options; the driver's open
 * does the rest; if it says no, mail_close_full calls the driver's close. The
 * stream belongs to the caller, one thread at a time.
 */
#include "cc_say.h"
#include "fs.h"
#include "ftl.h"
#include "mail_generic.h"
#include "mail_link.h"
#include "mail_inner.h"
#include "mail_params.h"
#include "mail_snarf.h"
#include "misc.h"

#define DRIVER_PREFIX "#driver."

static void
free_text(char **s)
{
	if (*s)
		fs_give((void **)s);
}

static void
free_keywords(MAILSTREAM *stream)
{
	for (int i = 0; i < NUSERFLAGS; i++)
		free_text(&stream->user_flags[i]);
}

DRIVER *
cc_mail_named_driver(const char *name, const char **rest_r)
{
	struct span word;
	DRIVER *d;

	if (!cc_span_is_nocase(cc_span(name,
				   strnlen(name, sizeof(DRIVER_PREFIX) - 1)),
		DRIVER_PREFIX))
		return NIL;
	word.p = name + sizeof(DRIVER_PREFIX) - 1;
	word.len = strcspn(word.p, "/\\:");
	*rest_r = word.p[word.len] ? word.p + word.len + 1 : NULL;
	for (d = cc_drivers(); d; d = d->next)
		if (cc_span_is_nocase(word, d->name))
			return d;
	return NIL;
}

bool
cc_mail_names_driver(const char *name)
{
	return cc_span_is_nocase(cc_span(name,
				     strnlen(name, sizeof(DRIVER_PREFIX) - 1)),
	    DRIVER_PREFIX);
}

MAILSTREAM *
mail_open(MAILSTREAM *stream, char *name, long options)
{
	const char *rest = NULL;
	DRIVER *d;

	if (cc_mail_is_snarf(name))
		return cc_mail_open_snarf(stream, name, options);
	if ((options & OP_PROTOTYPE) && cc_mail_names_driver(name))
		d = cc_mail_named_driver(name, &rest);
	else
		d = mail_valid(NIL, name,
		    options & OP_SILENT ? NIL : "open mailbox");
	return d ? mail_open_work(d, stream, name, options) : stream;
}

/* Can an open stream go on as that of another name? */
static bool
can_recycle(DRIVER *d, MAILSTREAM *stream, char *name, long options)
{
	return stream->dtb == d && (d->flags & DR_RECYCLE) &&
	    ((d->flags & DR_HALFOPEN) || !(options & OP_HALFOPEN)) &&
	    mail_usable_network_stream(stream, name);
}

/* "{host:port/imap}INBOX" without the mailbox, for messages. */
static void
log_closing(MAILSTREAM *stream)
{
	char *end;

	if (stream->dtb && !(stream->dtb->flags & DR_LOCAL) &&
	    stream->mailbox && stream->mailbox[0] == '{' &&
	    (end = strchr(stream->mailbox, '}')))
		cc_say(NIL, "Closing connection to %.*s",
		    (int)(end - stream->mailbox - 1), stream->mailbox + 1);
}

/* What the stream has of its mailbox. */
static void
free_mailbox(MAILSTREAM *stream)
{
	mail_free_cache(stream);
	cc_mail_inner_free(stream);
	free_text(&stream->mailbox);
	free_text(&stream->original_mailbox);
	free_text(&stream->snarf.name);
	free_keywords(stream);
}

/* Makes an open stream ready for another mailbox of the same connection. */
static void
recycle(MAILSTREAM *stream)
{
	if (stream->dtb->flags & DR_XPOINT)
		mail_check(stream);
	free_mailbox(stream);
}

static MAILSTREAM *
new_stream(void)
{
	MAILSTREAM *stream = fs_get(sizeof(*stream));

	memset(stream, 0, sizeof(*stream));
	(*cc_param_cache())(stream, 0, CH_INIT);
	return stream;
}

static void
set_options(MAILSTREAM *stream, long options)
{
	stream->debug = (options & OP_DEBUG) != 0;
	stream->rdonly = (options & OP_READONLY) != 0;
	stream->anonymous = (options & OP_ANONYMOUS) != 0;
	stream->scache = (options & OP_SHORTCACHE) != 0;
	stream->silent = (options & OP_SILENT) != 0;
	stream->halfopen = (options & OP_HALFOPEN) != 0;
	stream->secure = (options & OP_SECURE) != 0;
	stream->tryssl = (options & OP_TRYSSL) != 0;
	stream->mulnewsrc = (options & OP_MULNEWSRC) != 0;
	stream->nokod = (options & OP_NOKOD) != 0;
	stream->sniff = (options & OP_SNIFF) != 0;
	stream->perm_seen = stream->perm_deleted = stream->perm_flagged =
	    stream->perm_answered = stream->perm_draft = NIL;
	stream->kwd_create = stream->uid_nosticky = stream->unhealthy = NIL;
	stream->lock = stream->inbox = NIL;
	stream->perm_user_flags = 0;
	stream->nmsgs = stream->recent = stream->uid_last = 0;
	/* Until the driver knows better: never that of an earlier session. */
	stream->uid_validity = (unsigned long)time(NULL);
}

MAILSTREAM *
mail_open_work(DRIVER *d, MAILSTREAM *stream, char *name, long options)
{
	char *copy;

	if (options & OP_PROTOTYPE)
		return (*d->open)(NIL);
	/* name may be the old stream's own. */
	copy = cpystr(name);
	if ((options & OP_HALFOPEN) && !(d->flags & DR_HALFOPEN)) {
		if (!(options & OP_SILENT))
			cc_mail_complain("half-open mailbox", copy,
			    "not a network mailbox");
		fs_give((void **)&copy);
		return mail_close(stream);
	}
	if (stream && can_recycle(d, stream, name, options)) {
		recycle(stream);
	} else {
		if (stream)
			log_closing(stream);
		mail_close_full(stream,
		    options & OP_EXPUNGE ? CL_EXPUNGE : NIL);
		stream = new_stream();
	}
	set_options(stream, options);
	stream->dtb = d;
	stream->mailbox = copy;
	stream->original_mailbox = cpystr(copy);
	stream->inbox = cc_span_is_nocase(cc_span_z(copy), "INBOX");
	stream->sequence++;
	return (*d->open)(stream) ? stream : mail_close(stream);
}

static void
free_stream_sparep(MAILSTREAM *stream)
{
	if (stream->sparep && cc_params.freestream)
		(*cc_params.freestream)(&stream->sparep);
	stream->sparep = NIL;
}

MAILSTREAM *
mail_close_full(MAILSTREAM *stream, long options)
{
	if (!stream)
		return NIL;
	if (stream->dtb)
		(*stream->dtb->close)(stream, options);
	stream->dtb = NIL;
	stream->sequence++;
	cc_mail_expunge_done(stream);
	free_mailbox(stream);
	free_stream_sparep(stream);
	/* Handles still look at it; the last of them frees it. */
	if (!stream->use)
		fs_give((void **)&stream);
	return NIL;
}

MAILHANDLE *
mail_makehandle(MAILSTREAM *stream)
{
	MAILHANDLE *handle = fs_get(sizeof(*handle));

	*handle = (MAILHANDLE){ stream, stream->sequence };
	stream->use++;
	return handle;
}

void
mail_free_handle(MAILHANDLE **handle)
{
	MAILSTREAM *stream;

	if (!*handle)
		return;
	stream = (*handle)->stream;
	if (--stream->use == 0 && !stream->dtb)
		fs_give((void **)&stream);
	fs_give((void **)handle);
}

MAILSTREAM *
mail_stream(MAILHANDLE *handle)
{
	return handle->stream->dtb &&
		handle->sequence == handle->stream->sequence
	    ? handle->stream
	    : NIL;
}
