/*
 * mail.h - the mail API: mailboxes of every kind through one set of calls.
 *
 * Programs include c-client.h, which includes this. Constants, numbers of
 * mail_parameters and structures stand in the mail_ headers included here.
 *
 * What holds everywhere: T and NIL results are long; after NIL, mm_log had the
 * reason at level ERROR unless it says otherwise. "allocated" memory comes from
 * fs_get, and the caller gives it back with fs_give. Texts passed in are char *
 * but not written to, unless it says so. One stream belongs to one thread at a
 * time; mail_link, auth_link and mail_parameters without a stream come before
 * threads start.
 */
#ifndef MAIL_H
#define MAIL_H

#include "mail_const.h"
#include "mail_param.h"
#include "mail_type.h"

/* The library must have been built with the headers that are used with it. */
#define CCLIENTVERSION "Cedar 0.1"

CC_DECLS_BEGIN

/* -------------------------------------------------------------- callbacks
 *
 * The program defines all fifteen. They run inside the call that caused them:
 * do not call mail_ functions on that stream from them. What they are given
 * is valid during the call only.
 */

/* A message was found: its number, or its UID for SE_UID. */
void mm_searched(MAILSTREAM *stream, unsigned long number);

/* The mailbox now has this many messages. */
void mm_exists(MAILSTREAM *stream, unsigned long number);

/* Message number is going; later ones move down. Its elt can still be read. */
void mm_expunged(MAILSTREAM *stream, unsigned long number);

/* Flags of message number changed. */
void mm_flags(MAILSTREAM *stream, unsigned long number);

/* A text about the stream, which may be NIL: server answers with their
 * "[CODE ...]". errflg: NIL, WARN, ERROR, BYE. */
void mm_notify(MAILSTREAM *stream, char *string, long errflg);

/* A name found by mail_list or mail_scan. delimiter: a character or 0;
 * attributes: LATT_; stream may be NIL. */
void mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes);

/* A name found by mail_lsub. */
void mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes);

/* The answer to mail_status; status->flags tells what is valid. */
void mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status);

/* A message for the user. errflg: NIL, WARN, ERROR, PARSE, TCPDEBUG. The last
 * ERROR is all that is told of why a call failed. */
void mm_log(char *string, long errflg);

/* A line of protocol, without its end. */
void mm_dlog(char *string);

/*
 * A name and password are needed. user and pwd have MAILTMPLEN octets each;
 * an empty pwd gives up. If mb->user is not "", copy it to user. trial counts
 * from 0. The library wipes pwd afterwards.
 */
void mm_login(NETMBX *mb, char *user, char *pwd, long trial);

/* Do not interrupt, until mm_nocritical; may nest; stream may be NIL. */
void mm_critical(MAILSTREAM *stream);
void mm_nocritical(MAILSTREAM *stream);

/* Writing to a mailbox failed with errno errcode. Non-zero gives up, which is
 * allowed only if not serious; zero tries again. */
long mm_diskerror(MAILSTREAM *stream, long errcode, long serious);

/* The program is about to be aborted. */
void mm_fatal(char *string);

/* ------------------------------------------------- set-up and parameters */

/*
 * mail_versioncheck - ends the program (fatal) unless version, the caller's
 * CCLIENTVERSION, is the library's. linkage.c calls it.
 */
void mail_versioncheck(char *version);

/*
 * mail_link - puts a driver at the end of the list; the first whose valid()
 * takes a name gets it. Linking one twice has no effect.
 */
void mail_link(DRIVER *driver);

/*
 * auth_link - puts a SASL mechanism at the end of the list, unless its valid()
 * says no. The position, from 1, is its number in capability masks; clients
 * use the first MAXAUTHENTICATORS only. Linking one twice has no effect.
 */
void auth_link(AUTHENTICATOR *auth);

/*
 * mail_parameters - reads or changes a setting.
 *
 * stream	for the few that belong to a stream; else NIL
 * function	a GET_, SET_, ENABLE_, DISABLE_, HIDE_ or UNHIDE_ code
 * value	what mail_param.h says for it, cast
 *
 * Returns the (new) value, cast; NIL for codes nobody knows. Texts returned
 * stay the library's. SET_ of what can only be read ends the program (fatal).
 */
void *mail_parameters(MAILSTREAM *stream, long function, void *value);

/*
 * mail_valid - the driver for a mailbox name.
 *
 * stream	if given, its driver must be the one; may be NIL
 * purpose	completes "Can't ... NAME", for an ERROR; NIL: be silent
 *
 * Returns NIL for names nobody takes, that hold CR or LF, or that are too
 * long.
 */
DRIVER *mail_valid(MAILSTREAM *stream, char *mailbox, char *purpose);

/*
 * mail_valid_net - drv, if name is "{...}mailbox" of the service drv->name;
 * else NIL, silently.
 *
 * host		receives NETMAXHOST octets; may be NIL
 * mailbox	receives NETMAXMBX octets; may be NIL
 */
DRIVER *mail_valid_net(char *name, DRIVER *drv, char *host, char *mailbox);

/*
 * mail_valid_net_parse - takes "{host:port/switches}mailbox" apart. The
 * service is imap if the name does not say. T, or NIL silently.
 */
long mail_valid_net_parse(char *name, NETMBX *mb);

/* The same with another default service ("pop3", "smtp"; under NETMAXSRV). */
long mail_valid_net_parse_work(char *name, NETMBX *mb, char *service);

/* --------------------------------------------------------- authenticators */

/*
 * mail_auth - the server's side of a SASL exchange.
 *
 * Returns the name of the user now logged in, the library's; NIL if that
 * failed, the mechanism is unknown or disabled, or if it needs TLS and there
 * is none. Silent.
 */
char *mail_auth(char *mechanism, authresponse_t resp, int argc, char *argv[]);

/* The i-th mechanism, counted from 1; NIL past the end. */
AUTHENTICATOR *mail_lookup_auth(unsigned long i);

/*
 * mail_lookup_auth_name - the number of a mechanism that clients can use, is
 * not disabled, and has all of flags (AU_); 0 if there is none.
 */
unsigned int mail_lookup_auth_name(char *mechanism, long flags);

/* ------------------------------------------------------------ structures
 *
 * mail_new... gives allocated, zeroed structures. mail_free_... takes the
 * address of the pointer, frees the whole list or tree, texts included, and
 * sets the pointer to NIL; a NIL pointer is fine.
 */

ENVELOPE *mail_newenvelope(void);
ADDRESS *mail_newaddr(void);
BODY *mail_newbody(void);        /* TYPETEXT, ENC7BIT */
BODY *mail_initbody(BODY *body); /* as mail_newbody, in the caller's memory */
PARAMETER *mail_newbody_parameter(void);
PART *mail_newbody_part(void);
MESSAGE *mail_newmsg(void);
STRINGLIST *mail_newstringlist(void);
SEARCHPGM *mail_newsearchpgm(void);
SEARCHHEADER *mail_newsearchheader(char *line, char *text); /* copies both */
SEARCHSET *mail_newsearchset(void);
SEARCHOR *mail_newsearchor(void);              /* with two empty programs */
SEARCHPGMLIST *mail_newsearchpgmlist(void);    /* with one empty program */
SORTPGM *mail_newsortpgm(void);                /* SORTDATE */
THREADNODE *mail_newthreadnode(SORTCACHE *sc); /* sc may be NIL */
ACLLIST *mail_newacllist(void);
QUOTALIST *mail_newquotalist(void);
ANNOTATION *mail_newannotation(void);
ANNOTATION_VALUES *mail_newannotationvalue(void);

void mail_free_body(BODY **body);
void mail_free_body_data(BODY *body); /* what it points to, not itself */
void mail_free_body_parameter(PARAMETER **parameter);
void mail_free_body_part(PART **part);
void mail_free_envelope(ENVELOPE **env);
void mail_free_address(ADDRESS **address);
void mail_free_stringlist(STRINGLIST **string);
void mail_free_searchpgm(SEARCHPGM **pgm);
void mail_free_searchheader(SEARCHHEADER **hdr);
void mail_free_searchset(SEARCHSET **set);
void mail_free_searchor(SEARCHOR **orl);
void mail_free_searchpgmlist(SEARCHPGMLIST **pgl);
void mail_free_namespace(NAMESPACE **n);
void mail_free_sortpgm(SORTPGM **pgm);
void mail_free_threadnode(THREADNODE **thr); /* not the sort cache */
void mail_free_acllist(ACLLIST **al);
void mail_free_quotalist(QUOTALIST **ql);
void mail_free_annotation(ANNOTATION **a);

/* ---------------------------------------------------------------- globals */

/* Names of TYPE and ENC codes; those met at run time are added. */
extern char *body_types[TYPEMAX + 1];
extern char *body_encodings[ENCMAX + 1];

extern const char *days[];   /* "Sun" ... "Sat" */
extern const char *months[]; /* "Jan" ... "Dec" */

/* A STRING over memory: data is a char *, nothing is copied. */
extern STRINGDRIVER mail_string;

CC_DECLS_END

/* ----------------------------------------------------------------- macros */

/* clang-format off */

/* Reading a STRING s; d is a STRINGDRIVER, not a pointer to it. */
#define INIT(s, d, data, size) \
	((s)->dtb = &(d), (*(s)->dtb->init)((s), (data), (size)))
#define GETPOS(s) \
	((s)->offset + (unsigned long)((s)->curpos - (s)->chunk))
#define SETPOS(s, i)	((*(s)->dtb->setpos)((s), (i)))
#define SIZE(s)		((s)->size - GETPOS(s)) /* octets left */
#define CHR(s)		(*(s)->curpos)
#define SNX(s) \
	(--(s)->cursize ? *(s)->curpos++ : (*(s)->dtb->next)(s))

/* Fills in a GETS_DATA; it needs no semicolon. */
#define INIT_GETS(md, s, m, w, f, l) \
	(md).stream = (s), (md).msgno = (m), (md).what = (w), \
	(md).stl = NIL, (md).first = (f), (md).last = (l), (md).flags = NIL;

/* Shorter and older forms. */
#define mail_close(stream)	mail_close_full(stream, NIL)
#define mail_fetchfast(stream, sequence) \
	mail_fetch_fast(stream, sequence, NIL)
#define mail_fetchfast_full	mail_fetch_fast
#define mail_fetchflags(stream, sequence) \
	mail_fetch_flags(stream, sequence, NIL)
#define mail_fetchflags_full	mail_fetch_flags
#define mail_fetchenvelope(stream, msgno) \
	mail_fetch_structure(stream, msgno, NIL, NIL)
#define mail_fetchstructure(stream, msgno, body) \
	mail_fetch_structure(stream, msgno, body, NIL)
#define mail_fetchstructure_full mail_fetch_structure
#define mail_fetchheader(stream, msgno) \
	mail_fetch_header(stream, msgno, NIL, NIL, NIL, FT_PEEK)
#define mail_fetchheader_full(stream, msgno, lines, len, flags) \
	mail_fetch_header(stream, msgno, NIL, lines, len, FT_PEEK | (flags))
#define mail_fetchtext(stream, msgno) \
	mail_fetch_text(stream, msgno, NIL, NIL, NIL)
#define mail_fetchtext_full(stream, msgno, length, flags) \
	mail_fetch_text(stream, msgno, NIL, length, flags)
#define mail_fetchbody(stream, msgno, section, length) \
	mail_fetch_body(stream, msgno, section, length, NIL)
#define mail_fetchbody_full	mail_fetch_body
#define mail_setflag(stream, sequence, flag) \
	mail_flag(stream, sequence, flag, ST_SET)
#define mail_setflag_full(stream, sequence, flag, flags) \
	mail_flag(stream, sequence, flag, ST_SET | (flags))
#define mail_clearflag(stream, sequence, flag) \
	mail_flag(stream, sequence, flag, NIL)
#define mail_clearflag_full	mail_flag
#define mail_search(stream, criteria) \
	mail_search_full(stream, NIL, mail_criteria(criteria), SE_FREE)
#define mail_expunge(stream)	mail_expunge_full(stream, NIL, NIL)
#define mail_copy(stream, sequence, mailbox) \
	mail_copy_full(stream, sequence, mailbox, NIL)
#define mail_move(stream, sequence, mailbox) \
	mail_copy_full(stream, sequence, mailbox, CP_MOVE)
#define mail_append(stream, mailbox, message) \
	mail_append_full(stream, mailbox, NIL, NIL, message)

/* clang-format on */

#include "linkage.h"

#endif
