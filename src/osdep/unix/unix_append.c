/*
 * unix_append.c - the driver functions that add messages to mailbox files:
 * append and copy (formats/unix.md section 7).
 *
 * Everything is collected first, from a client that may be slow, and then
 * added at once (mboxfile_append.c). A mailbox that does not exist is told
 * with [TRYCREATE] before the first octet is asked for.
 */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_say.h"
#include "env_state.h"
#include "mail_generic.h"
#include "mail_params.h"
#include "mailfile.h"
#include "mailpath.h"
#include "mboxfile_append.h"
#include "misc.h"
#include "unix_inner.h"

/* ------------------------------------------------------------- destination */

static long
must_create(MAILSTREAM *stream, const char *what)
{
	struct strbuf b;

	cc_strbuf_init(&b, MAILTMPLEN - 1);
	cc_strbuf_printf(&b, "[TRYCREATE] Must create mailbox before %s", what);
	MM_NOTIFY(stream, (char *)cc_strbuf_str(&b), NIL);
	cc_strbuf_free(&b);
	return NIL;
}

static long
refuse_format(const char *path)
{
	cc_say(ERROR, "Can't append - not in valid mailbox format: %.256s",
	    path);
	return NIL;
}

/* The file of a mailbox that will be added to; NIL after a message. */
static long
find_box(MAILSTREAM *stream, char *mailbox, const char *what,
    struct strbuf *path)
{
	struct stat st;
	int r;

	if ((r = cc_mailbox_file(mailbox, path)) == 0 &&
	    stat(cc_strbuf_str(path), &st) != 0)
		r = cc_err_errno();
	if (r == CC_ENOENT && cc_mailpath_is_inbox(cc_span_z(mailbox)) &&
	    path->len > 0)
		r = cc_mailfile_make_inbox(cc_strbuf_str(path));
	else if (r == CC_ENOENT)
		return must_create(stream, what);
	else if (r == 0 &&
	    (!S_ISREG(st.st_mode) ||
		(st.st_size > 0 && !cc_unix_is_file(cc_strbuf_str(path)))))
		return refuse_format(cc_strbuf_str(path));
	if (r != 0) {
		cc_mail_complain(what, mailbox, cc_strerror(r));
		return NIL;
	}
	return LONGT;
}

static long
complain(const char *what, const char *mailbox, int r)
{
	if (r == CC_EBUSY)
		cc_mail_complain(what, mailbox,
		    "mailbox is locked by another program");
	else
		cc_mail_complain(what, mailbox, cc_strerror(r));
	return NIL;
}

/* ------------------------------------------------------------------ append */

/* The date of a from-line, with its LF. */
static void
put_date(struct strbuf *out, MESSAGECACHE *elt)
{
	char date[MAILTMPLEN];
	time_t when;
	struct tm tm;

	if (!cc_env()->no_timezones) {
		cc_strbuf_puts(out, mail_cdate(date, elt));
		return;
	}
	/* who reads it takes it for the local time of this machine */
	when = (time_t)mail_longdate(elt);
	if (localtime_r(&when, &tm) &&
	    strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y\n", &tm) > 0)
		cc_strbuf_puts(out, date);
}

/* "From USER@HOST DATE": date as the program gave it, or now. */
static bool
put_from(struct strbuf *out, char *date)
{
	char now[MAILTMPLEN];
	MESSAGECACHE elt = { 0 };

	if (!date || !*date) {
		internal_date(now);
		date = now;
	}
	if (!mail_parse_date(&elt, (unsigned char *)date)) {
		cc_say(ERROR, "Bad date in append: %.80s", date);
		return false;
	}
	cc_strbuf_printf(out, "From %s@%s ", myusername(), mylocalhost());
	put_date(out, &elt);
	return true;
}

/* Flags in a list; keywords become those of the spool. */
static void
take_flags(struct mbox_spool *spool, char *list, struct mbox_new *msg)
{
	struct mbox_keywords *names = &spool->keywords;
	MAILSTREAM of = { .kwd_create = T };
	unsigned long keywords;
	long flags;

	for (unsigned k = 0; k < names->count; k++)
		of.user_flags[k] = names->name[k];
	flags = mail_parse_flags(&of, list, &keywords);
	for (unsigned k = names->count;
	     k < CC_MBOX_KEYWORDS && of.user_flags[k]; k++)
		names->name[names->count++] = of.user_flags[k];
	msg->flags = (unsigned)flags;
	msg->keywords = (uint32_t)keywords;
}

static const char *
why_not_taken(int r)
{
	if (r == CC_EINVAL)
		return "Can't append: message is shorter than its size";
	return r == CC_ENOSPACE ? "Can't append: disk full or over quota"
				: "Can't append: no temporary file";
}

/* One message that the program gave. */
static int
take_message(struct mbox_spool *spool, char *flags, char *date, STRING *message)
{
	struct mbox_new msg = { .flags = 0 };
	struct strbuf from;
	int r = CC_EINVAL;

	if (SIZE(message) == 0) {
		MM_LOG("Append of zero-length message", ERROR);
		return CC_EINVAL;
	}
	cc_strbuf_init(&from, MAILTMPLEN);
	if (put_from(&from, date)) {
		take_flags(spool, flags, &msg);
		r = cc_spool_message(spool, message, cc_strbuf_span(&from),
		    cc_env()->from_widget != 0, &msg);
		if (r != 0)
			MM_LOG((char *)why_not_taken(r), ERROR);
	}
	cc_strbuf_free(&from);
	return r;
}

/* All that the program has; negative after a message. */
static int
collect(MAILSTREAM *stream, append_t af, void *data, struct mbox_spool *spool)
{
	STRING *message = NIL;
	char *flags, *date;
	int r = 0;

	while (r == 0) {
		flags = date = NIL;
		if (!MM_APPEND(af)(stream, data, &flags, &date, &message))
			return CC_ECLOSED; /* the program knows why */
		if (!message)
			break;
		r = take_message(spool, flags, date, message);
	}
	return r;
}

/* Tells the program where its messages are. */
static void
tell_appended(char *mailbox, const struct mbox_appended *to, size_t count)
{
	SEARCHSET *set;

	if (!cc_params.appenduid || to->uid == 0)
		return;
	set = mail_newsearchset();
	set->first = to->uid;
	if (count > 1)
		set->last = to->uid + count - 1;
	(*cc_params.appenduid)(mailbox, to->uidvalidity, set);
	mail_free_searchset(&set);
}

long
cc_unix_append(MAILSTREAM *stream, char *mailbox, append_t af, void *data)
{
	struct mbox_appended to = { 0, 0 };
	struct mbox_spool spool;
	struct strbuf path;
	long ok;
	int r = 0;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	ok = find_box(stream, mailbox, "append", &path);
	cc_spool_init(&spool);
	if (ok && collect(stream, af, data, &spool) != 0)
		ok = NIL;
	if (ok && spool.count > 0) {
		MM_CRITICAL(stream);
		r = cc_mbox_append(cc_strbuf_str(&path), &spool, &to);
		MM_NOCRITICAL(stream);
		if (r == CC_ENOENT)
			ok = must_create(stream, "append");
		else if (r == CC_EPARSE)
			ok = refuse_format(cc_strbuf_str(&path));
		else if (r != 0)
			ok = complain("append to mailbox", mailbox, r);
		else
			tell_appended(mailbox, &to, spool.count);
	}
	cc_spool_free(&spool);
	cc_strbuf_free(&path);
	return ok;
}

/* -------------------------------------------------------------------- copy */

/* The UIDs of what was copied, as COPYUID wants them. */
static void
tell_copied(MAILSTREAM *stream, char *mailbox, const struct mbox_appended *to,
    const struct mbox_spool *spool)
{
	SEARCHSET *source, *dest, *tail;

	if (!cc_params.copyuid || to->uid == 0)
		return;
	tail = source = mail_newsearchset();
	source->first = spool->msgs[0].source;
	for (size_t i = 1; i < spool->count; i++)
		tail = mail_append_set(tail, spool->msgs[i].source);
	dest = mail_newsearchset();
	dest->first = to->uid;
	if (spool->count > 1)
		dest->last = to->uid + spool->count - 1;
	(*cc_params.copyuid)(stream, mailbox, to->uidvalidity, source, dest);
	mail_free_searchset(&source);
	mail_free_searchset(&dest);
}

/* Keywords of the source by their names. */
static void
take_keywords(const struct mbox *m, struct mbox_spool *spool)
{
	const struct mbox_keywords *list = &m->index.keywords;

	for (unsigned k = spool->keywords.count; k < list->count; k++)
		spool->keywords.name[spool->keywords.count++] =
		    cpystr(list->name[k]);
}

/* The messages whose sequence bit is set. */
static int
collect_copies(MAILSTREAM *stream, struct mbox_spool *spool)
{
	struct mbox *m = stream->local;
	MESSAGECACHE *elt;
	int r = 0;

	cc_mbox_adopt_keywords(m, stream);
	for (unsigned long i = 1; r == 0 && i <= stream->nmsgs; i++) {
		elt = cc_mail_elt_if(stream, i);
		if (elt && elt->sequence)
			r = cc_mbox_take(m, (uint32_t)(i - 1), spool);
	}
	take_keywords(m, spool);
	return r;
}

static long
complain_copy(MAILSTREAM *stream, char *mailbox, int r)
{
	if (r == CC_ENOENT)
		return must_create(stream, "copy");
	if (r == CC_EPARSE)
		return refuse_format(mailbox);
	if (r == CC_ECHANGED) {
		MM_LOG("[EXPUNGEISSUED] Can't copy: some messages are gone",
		    ERROR);
		return NIL;
	}
	return complain("copy to mailbox", mailbox, r);
}

/* To another mailbox file, or the same; file: its name as a unix mailbox. */
static long
copy_here(MAILSTREAM *stream, char *mailbox, char *file)
{
	struct mbox_appended to = { 0, 0 };
	struct mbox_spool spool;
	struct strbuf path;
	long ok;
	int r;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	ok = find_box(stream, file, "copy", &path);
	cc_spool_init(&spool);
	if (ok) {
		r = collect_copies(stream, &spool);
		MM_CRITICAL(stream);
		if (r == 0 && spool.count > 0)
			r = cc_mbox_append(cc_strbuf_str(&path), &spool, &to);
		MM_NOCRITICAL(stream);
		if (r != 0)
			ok = complain_copy(stream, mailbox, r);
		else if (spool.count > 0)
			tell_copied(stream, mailbox, &to, &spool);
	}
	cc_spool_free(&spool);
	cc_strbuf_free(&path);
	return ok;
}

/* The name of a mailbox that is ours to write, or of an empty file that will
 * be; NIL for all others. */
static char *
our_name(DRIVER *d, char *mailbox)
{
	char path[MAILTMPLEN];
	MAILSTREAM *proto = default_proto(T);
	struct stat st;

	if (!d || d == &unixdriver)
		return mailbox;
	if (d->fastpath == &cc_unix_fast) /* mbox, which has but INBOX */
		return (char *)CC_MBOX_FILE;
	if (strcmp(d->name, "dummy") != 0 || !proto ||
	    proto->dtb != &unixdriver || !mailboxfile(path, mailbox))
		return NIL;
	return !*path || stat(path, &st) != 0 || st.st_size == 0 ? mailbox
								 : NIL;
}

long
cc_unix_copy(MAILSTREAM *stream, char *sequence, char *mailbox, long options)
{
	unsigned char *s = (unsigned char *)sequence;
	char *file;
	long ok;

	if (cc_mail_names_driver(mailbox) ||
	    !(file = our_name(mail_valid(NIL, mailbox, NIL), mailbox)))
		return cc_mail_copy_elsewhere(stream, sequence, mailbox,
		    options);
	if (!(options & CP_UID ? mail_uid_sequence(stream, s)
			       : mail_sequence(stream, s)))
		return NIL;
	ok = copy_here(stream, mailbox, file);
	if (ok && (options & CP_MOVE))
		mail_flag(stream, sequence, "\\Deleted",
		    ST_SET | (options & CP_UID ? ST_UID : 0));
	return ok;
}
