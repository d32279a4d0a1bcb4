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

/* ------------------------------------------- mailboxes by name; listing */

/*
 * mail_list - names of mailboxes that match; each goes to mm_list.
 *
 * stream	if open, only its driver is asked; NIL: every driver
 * ref		joined with pat as the driver has it; ignored, and NIL allowed,
 *		if pat begins with "{"
 * pat		"*" matches anything, "%" anything within one level
 *
 * Neither may be longer than NETMAXMBX.
 */
void mail_list(MAILSTREAM *stream, char *ref, char *pat);

/* The same for subscribed names, which go to mm_lsub. */
void mail_lsub(MAILSTREAM *stream, char *ref, char *pat);

/* mail_list for mailboxes whose files contain a text; not all drivers can. */
void mail_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents);

/* Add to and remove from the local subscription file, ~/.mailboxlist. Adding
 * what is there, or removing what is not, is an ERROR. */
long sm_subscribe(char *mailbox);
long sm_unsubscribe(char *mailbox);

/* Reads it: the next name in sbname, which has MAILTMPLEN octets, or NIL at
 * the end; *sdb is NIL at first. */
char *sm_read(char *sbname, void **sdb);

/* Add to and remove from the subscriptions. What is removed need not exist as
 * a mailbox any more. */
long mail_subscribe(MAILSTREAM *stream, char *mailbox);
long mail_unsubscribe(MAILSTREAM *stream, char *mailbox);

/*
 * mail_create - makes a mailbox. "#driver.NAME/REST" makes REST in that
 * format; else the driver is the stream's, the one a "{" or "#" name belongs
 * to, or that of the create prototype. Never INBOX.
 */
long mail_create(MAILSTREAM *stream, char *mailbox);

/* Removes a mailbox with all messages. Never INBOX. */
long mail_delete(MAILSTREAM *stream, char *mailbox);

/* Gives a mailbox another name, which must not be in use. What renaming INBOX
 * means is the driver's. */
long mail_rename(MAILSTREAM *stream, char *old, char *newname);

/* What is wrong with the modified UTF-7 (RFC 3501 section 5.1.3) of a name, to
 * stand behind "Can't create"; NIL if nothing is. */
char *mail_utf7_valid(char *mailbox);

/*
 * mail_status - counters of a mailbox, through mm_status during the call.
 * flags: SA_. stream serves if it is one of the same driver and, for local
 * mailboxes, of that very name; else the mailbox is opened for a moment.
 */
long mail_status(MAILSTREAM *stream, char *mbx, long flags);

/* For drivers: mail_status by opening mbx read-only and silently. */
long mail_status_default(MAILSTREAM *stream, char *mbx, long flags);

/* ------------------------------------------------------------- streams */

/*
 * mail_open - opens a mailbox.
 *
 * stream	NIL, or one to be used again; use the result in its place
 * options	OP_
 *
 * Returns NIL if that failed, and the old stream is closed; except that where
 * no driver takes the name, the old stream is returned as it was. With
 * OP_PROTOTYPE the result is static: neither fetch from it nor close it.
 */
MAILSTREAM *mail_open(MAILSTREAM *stream, char *name, long options);

/* The same when the driver is known. */
MAILSTREAM *mail_open_work(DRIVER *d, MAILSTREAM *stream, char *name,
    long options);

/*
 * mail_close_full - closes, after expunging without events for CL_EXPUNGE.
 * Accepts NIL; always returns NIL. The memory stays while handles refer to it.
 */
MAILSTREAM *mail_close_full(MAILSTREAM *stream, long options);

/* A weak reference: mail_stream gives the stream as long as it is open on the
 * same mailbox, else NIL. Freeing sets the pointer to NIL. */
MAILHANDLE *mail_makehandle(MAILSTREAM *stream);
void mail_free_handle(MAILHANDLE **handle);
MAILSTREAM *mail_stream(MAILHANDLE *handle);

/* T if the connection of a remote stream would serve for name, too. */
long mail_usable_network_stream(MAILSTREAM *stream, char *name);

/* Keeps the stream alive and asks for news, which come by mm_exists and so on.
 * T while it is of use; NIL for NIL. */
long mail_ping(MAILSTREAM *stream);

/* Makes all changes permanent. */
void mail_check(MAILSTREAM *stream);

/* For drivers: a mark that the stream is in the middle of something. Setting
 * it twice or clearing it when not set ends the program. */
void mail_lock(MAILSTREAM *stream);
void mail_unlock(MAILSTREAM *stream);

/* Protocol telemetry of a stream on and off; a line of it, which is not shown
 * if flag says that it is a secret (see SET_DEBUGSENSITIVE). */
void mail_debug(MAILSTREAM *stream);
void mail_nodebug(MAILSTREAM *stream);
void mail_dlog(char *string, long flag);

/* -------------------------------------------------------- message cache */

/*
 * mail_elt - the cache entry of a message, made if need be. Valid until the
 * message is expunged or the stream closed; raise lockcount to keep it longer,
 * and give it back with mail_free_elt. Other numbers than 1 to nmsgs end the
 * program.
 */
MESSAGECACHE *mail_elt(MAILSTREAM *stream, unsigned long msgno);

/* The library's cache manager; op: CH_. */
void *mm_cache(MAILSTREAM *stream, unsigned long msgno, long op);

/* A new elt with lockcount 1. */
MESSAGECACHE *mail_new_cache_elt(unsigned long msgno);

/* Lowers lockcount and frees the elt at 0; sets *elt to NIL. */
void mail_free_elt(MESSAGECACHE **elt);

/* Frees all elts of a stream, which then has no messages. */
void mail_free_cache(MAILSTREAM *stream);

/* Give back envelopes and bodies (GC_ENV) and texts (GC_TEXTS) of a stream, of
 * one message, or the texts of a body. Pointers to them become invalid. */
void mail_gc(MAILSTREAM *stream, long gcflags);
void mail_gc_msg(MESSAGE *msg, long gcflags);
void mail_gc_body(BODY *body);

/* For drivers: the mailbox has nmsgs messages (mm_exists follows), recent of
 * them are recent, message msgno is gone (mm_expunged follows). */
void mail_exists(MAILSTREAM *stream, unsigned long nmsgs);
void mail_recent(MAILSTREAM *stream, unsigned long recent);
void mail_expunged(MAILSTREAM *stream, unsigned long msgno);

/* ------------------------------------------------------------- fetching
 *
 * msgno is a UID with FT_UID. What is returned belongs to the stream: texts
 * until the next fetch, envelopes and bodies until mail_gc, expunge or close.
 * Texts are followed by a NUL; without such a message or part they are "".
 * *len, which may be NIL, receives their octets. \Seen is set unless FT_PEEK.
 */

/* Load dates, sizes and flags, or flags anew, into the elts of a sequence (of
 * UIDs with FT_UID). */
void mail_fetch_fast(MAILSTREAM *stream, char *sequence, long flags);
void mail_fetch_flags(MAILSTREAM *stream, char *sequence, long flags);

/*
 * mail_fetch_overview - calls ofn for each message, in ascending order.
 *
 * sequence	UIDs; message numbers for mail_fetch_overview_sequence; the
 *		marked elts for mail_fetch_overview_default
 *
 * What ofn is given is valid while it runs.
 */
void mail_fetch_overview(MAILSTREAM *stream, char *sequence, overview_t ofn);
void mail_fetch_overview_sequence(MAILSTREAM *stream, char *sequence,
    overview_t ofn);
void mail_fetch_overview_default(MAILSTREAM *stream, overview_t ofn);

/*
 * mail_fetch_structure - the envelope of a message and, unless body is NIL,
 * its structure. NIL if there is no such message. With OP_SHORTCACHE those of
 * one message are kept.
 */
ENVELOPE *mail_fetch_structure(MAILSTREAM *stream, unsigned long msgno,
    BODY **body, long flags);

/* The part that a section ("1.2") names; NIL if there is none. */
BODY *mail_body(MAILSTREAM *stream, unsigned long msgno,
    unsigned char *section);

/* mail_fetch_message - all octets. SET_GETS's routine may be given them; then
 * its result is returned; so too by mail_fetch_text, _mime and _body. */
char *mail_fetch_message(MAILSTREAM *stream, unsigned long msgno,
    unsigned long *len, long flags);

/*
 * mail_fetch_header - the header of a message, or of the message that a part
 * is; with its empty line.
 *
 * section	the part; NIL for the message itself
 * lines	the fields wanted (FT_NOT: not wanted); NIL: all
 *
 * Leaves \Seen alone.
 */
char *mail_fetch_header(MAILSTREAM *stream, unsigned long msgno, char *section,
    STRINGLIST *lines, unsigned long *len, long flags);

/*
 * mail_fetch_text - what follows the header of a message, or of the message
 * that a part is. With FT_RETURNSTRINGSTRUCT it is NIL, and
 * stream->private.string is set up over the text.
 */
char *mail_fetch_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags);

/* The MIME header of a part. */
char *mail_fetch_mime(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags);

/* A part as it is encoded; NIL or "": the whole message; "0", and ".0" behind
 * a part that is a message: its header. */
char *mail_fetch_body(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long *len, long flags);

/*
 * mail_partial_text, mail_partial_body - hand last octets from octet first on
 * to the routine of SET_GETS; last 0: all that follow. T, or NIL if there is
 * no such part. Without such a routine the program ends.
 */
long mail_partial_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long first, unsigned long last, long flags);
long mail_partial_body(MAILSTREAM *stream, unsigned long msgno, char *section,
    unsigned long first, unsigned long last, long flags);

/* For drivers: a text, or i octets of a STRING, as a fetch call returns it,
 * through SET_GETS's routine if there is one. */
char *mail_fetch_text_return(GETS_DATA *md, SIZEDTEXT *t, unsigned long *len);
char *mail_fetch_string_return(GETS_DATA *md, STRING *bs, unsigned long i,
    unsigned long *len, long flags);

/* readfn_t: stream is a STRING *. */
long mail_read(void *stream, unsigned long size, char *buffer);

/* The UID of a message, 0 if the stream is dead; and its number from the UID,
 * 0 if there is none. */
unsigned long mail_uid(MAILSTREAM *stream, unsigned long msgno);
unsigned long mail_msgno(MAILSTREAM *stream, unsigned long uid);

/* The name or address of the first sender, filled up with spaces to length; s
 * has one octet more. */
void mail_fetchfrom(char *s, MAILSTREAM *stream, unsigned long msgno,
    long length);

/* The subject, cut to length and filled up with NULs; " " if there is none. */
void mail_fetchsubject(char *s, MAILSTREAM *stream, unsigned long msgno,
    long length);

/* Keeps the fields listed (FT_NOT: those not listed) of the header in text,
 * which has one octet more than len; returns its new length. */
unsigned long mail_filter(char *text, unsigned long len, STRINGLIST *lines,
    long flags);

/* Can a header that was cached with these msglines give the lines wanted? */
long mail_match_lines(STRINGLIST *lines, STRINGLIST *msglines, long flags);

/* --------------------------------------------- adding, copying, removing */

/*
 * mail_append_full - adds a message to a mailbox, which need not be that of
 * stream. flags ("(\Seen)") and date (as mail_parse_date reads it) may be
 * NIL. message has CRLF line ends and is read from where it stands.
 */
long mail_append_full(MAILSTREAM *stream, char *mailbox, char *flags,
    char *date, STRING *message);

/* The same for as many messages as af has, until it gives a NIL one. */
long mail_append_multiple(MAILSTREAM *stream, char *mailbox, append_t af,
    void *data);

/* Copies messages to a mailbox of the same driver. CP_UID; CP_MOVE: the
 * originals are marked \Deleted. */
long mail_copy_full(MAILSTREAM *stream, char *sequence, char *mailbox,
    long options);

/* Removes \Deleted messages, those of a sequence only if it is not NIL (UIDs
 * with EX_UID). */
long mail_expunge_full(MAILSTREAM *stream, char *sequence, long options);

/* ---------------------------------------------------------- flags, sets */

/*
 * mail_flag - sets (ST_SET) or clears flags.
 *
 * sequence	message numbers, or UIDs with ST_UID
 * flag		"(\Seen Work)", parentheses optional; new keywords are made
 *		where stream->kwd_create says so
 *
 * Each real change is told by mm_flags.
 */
void mail_flag(MAILSTREAM *stream, char *sequence, char *flag, long flags);

/*
 * mail_parse_flags - the system flags of a list, as fSEEN ... fDRAFT; *uf
 * receives the keyword bits. Flags unknown here are left out with a WARN; a
 * malformed list is an ERROR and gives NIL.
 */
long mail_parse_flags(MAILSTREAM *stream, char *flag, unsigned long *uf);

/*
 * mail_sequence - marks messages: the sequence bit of their elts is set, that
 * of all others cleared. Takes "1", "2:5", "*", and lists with commas.
 * Numbers that do not exist are an error; UIDs that do not are passed over,
 * and "*" is stream->uid_last in an empty mailbox.
 */
long mail_sequence(MAILSTREAM *stream, unsigned char *sequence);
long mail_uid_sequence(MAILSTREAM *stream, unsigned char *sequence);

/* A set of numbers in text, without "*", as an allocated list; *ret is moved
 * past it. NIL if it is none. */
SEARCHSET *mail_parse_set(char *s, char **ret);

/* Adds a number at the end of a set, joining neighbours; returns the end, for
 * the next call; NIL for NIL. */
SEARCHSET *mail_append_set(SEARCHSET *set, unsigned long msgno);

/* ------------------------------------------------------------- searching */

/*
 * mail_search_full - marks the messages that a program asks for
 * (elt->searched) and tells each to mm_searched, unless the stream is silent.
 *
 * charset	of the program's strings; NIL: UTF-8
 * flags	SE_UID: tell UIDs, and mark none; SE_RETAIN: keep earlier marks;
 *		SE_FREE: free the program, whatever happens; others are for
 *		remote mailboxes
 *
 * NIL for no stream or program, a charset that is not known, or where messages
 * could not be read; after a message.
 */
long mail_search_full(MAILSTREAM *stream, char *charset, SEARCHPGM *pgm,
    long flags);

/* The same without the driver's help. Strings of the program become UTF-8. */
long mail_search_default(MAILSTREAM *stream, char *charset, SEARCHPGM *pgm,
    long flags);

/* Is a message, or the part that section names, one that the program asks for?
 * Strings are UTF-8 (utf8_searchpgm), as they are in what follows. */
long mail_search_msg(MAILSTREAM *stream, unsigned long msgno, char *section,
    SEARCHPGM *pgm);

/* Are all strings in the text of a field, encoded words decoded? */
long mail_search_header_text(char *s, STRINGLIST *st);
long mail_search_header(SIZEDTEXT *hdr, STRINGLIST *st);

/* Are all strings in text parts; with flags, in text parts and headers? */
long mail_search_text(MAILSTREAM *stream, unsigned long msgno, char *section,
    STRINGLIST *st, long flags);

/* Looks for the strings of stream->private.search.string in a part, and takes
 * out those found; T when none is left. section 0: prefix names the part. */
long mail_search_body(MAILSTREAM *stream, unsigned long msgno, BODY *body,
    char *prefix, unsigned long section, long flags);

/* Takes the strings that text holds out of the list, whose texts stay their
 * owner's; T when none is left. charset is that of the text. */
long mail_search_string(SIZEDTEXT *s, char *charset, STRINGLIST **st);
long mail_search_string_work(SIZEDTEXT *s, STRINGLIST **st);

/* Has the message all these keywords; with flag NIL, none of them? */
long mail_search_keyword(MAILSTREAM *stream, MESSAGECACHE *elt, STRINGLIST *st,
    long flag);

/* As mail_search_header, in the text that the list would be written as. */
long mail_search_addr(ADDRESS *adr, STRINGLIST *st);

/* A mailgets_t that keeps nothing: the text is searched as it comes for the
 * strings of md->stream->private.search.string, result tells. NIL. */
char *mail_search_gets(readfn_t f, void *stream, unsigned long size,
    GETS_DATA *md);

/* mail_criteria - a program from the words of IMAP2 ("FROM bo SINCE
 * 1-Feb-1994"), for the caller to free; NIL after a message. */
SEARCHPGM *mail_criteria(char *criteria);

/* The next word of text at *r, which moves on: a date, or a string, which goes
 * to the end of a list. NIL if it is none. */
int mail_criteria_date(unsigned short *date, char **r);
int mail_criteria_string(STRINGLIST **s, char **r);

/* ---------------------------------------------------------------- dates */

/* The date of an elt as "dd-Mmm-yyyy hh:mm:ss +zzzz" into string, which has
 * 27 octets; or as "Www Mmm dd hh:mm:ss yyyy +zzzz\n", 38 octets. */
char *mail_date(char *string, MESSAGECACHE *elt);
char *mail_cdate(char *string, MESSAGECACHE *elt);

/*
 * mail_parse_date - reads a date into the date members of elt, which are
 * cleared first: the forms of RFC 5322 and IMAP, m/d/y, yyyy-mm-dd, yyyymmdd.
 * Years from 1970 to 2097. NIL silently.
 */
long mail_parse_date(MESSAGECACHE *elt, unsigned char *string);

/* Seconds since 1970 of an elt's date; 0 for what lies before. */
unsigned long mail_longdate(MESSAGECACHE *elt);

/* A day as SEARCHPGM has it; year counts from BASEYEAR. */
unsigned short mail_shortdate(unsigned int year, unsigned int month,
    unsigned int day);

/* ------------------------------------------------------ base subjects */

/*
 * mail_strip_subject - the base subject of SORT and THREAD (RFC 5256 section
 * 2.1) of a Subject field's text, encoded words decoded.
 *
 * ret	receives it, allocated, in UTF-8, its case as it was
 *
 * T if it was marked as a reply or as forwarded.
 */
unsigned int mail_strip_subject(char *t, char **ret);

/* Behind the spaces and tabs at s; behind a "[...]" and its blanks at s, or s
 * if there is no "[", or NIL if one is not closed or has others inside. */
char *mail_strip_subject_wsp(char *s);
char *mail_strip_subject_blob(char *s);

/* ---------------------------------------------------- sorting, threading */

/*
 * mail_sort - the messages that a search finds, in the order of a program (RFC
 * 5256).
 *
 * charset	of the strings of spg
 * spg	NIL: the messages whose elts have `searched` set
 * pgm	keys, of which the first counts most; where all are equal, the lower
 *	number comes first. Its first element holds nmsgs, progress, postsort;
 *	who sets abort meanwhile gets NIL
 * flags	SE_UID: UIDs; SE_FREE, SO_FREE: free spg, pgm, whatever happens
 *
 * Message numbers, ended by 0, which the caller gives back; NIL after a message
 * if that failed. mail_sort_msgs is the same without the driver's help.
 */
unsigned long *mail_sort(MAILSTREAM *stream, char *charset, SEARCHPGM *spg,
    SORTPGM *pgm, long flags);
unsigned long *mail_sort_msgs(MAILSTREAM *stream, char *charset, SEARCHPGM *spg,
    SORTPGM *pgm, long flags);

/* The entries, ended by NIL, of the messages whose elts have `searched` set, at
 * most pgm->nmsgs, with what the keys need. The caller gives back the vector
 * alone. NIL after a message. */
SORTCACHE **mail_sort_loadcache(MAILSTREAM *stream, SORTPGM *pgm);

/* Sorts such a vector of pgm->nmsgs; the result is mail_sort's. */
unsigned long *mail_sort_cache(MAILSTREAM *stream, SORTPGM *pgm, SORTCACHE **sc,
    long flags);

/* For qsort of such a vector, by the program in the entries. */
int mail_sort_compare(const void *a1, const void *a2);

/*
 * mail_thread - the messages that a search finds, as threads.
 *
 * type	"ORDEREDSUBJECT", "REFERENCES" or what the server has
 * spg	as of mail_sort
 * flags	SE_UID: UIDs; SE_FREE: free spg, whatever happens
 *
 * The first thread; NIL if there is none, or after a message. The caller frees
 * the tree. mail_thread_msgs and the algorithms do without the driver; sorter
 * is mail_sort_msgs or like it.
 */
THREADNODE *mail_thread(MAILSTREAM *stream, char *type, char *charset,
    SEARCHPGM *spg, long flags);
THREADNODE *mail_thread_msgs(MAILSTREAM *stream, char *type, char *charset,
    SEARCHPGM *spg, long flags, sorter_t sorter);
THREADNODE *mail_thread_orderedsubject(MAILSTREAM *stream, char *charset,
    SEARCHPGM *spg, long flags, sorter_t sorter);
THREADNODE *mail_thread_references(MAILSTREAM *stream, char *charset,
    SEARCHPGM *spg, long flags, sorter_t sorter);

/* An overview_t that puts what it is given into the message's entry. */
void mail_thread_loadcache(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno);

/* The next message-id, allocated, without brackets and quotes; *ss is then
 * behind it. NIL if there is none. */
char *mail_thread_parse_msgid(char *s, char **ss);

/* All message-ids of a field; the first one only if flag is NIL. */
STRINGLIST *mail_thread_parse_references(char *s, long flag);

/*
 * Containers for programs that thread messages themselves: four pointers, the
 * SORTCACHE (NIL in a dummy) and the containers of parent, next sibling and
 * first child. T if mother is daughter or below her, so that making her
 * daughter's mother were a loop.
 */
long mail_thread_check_child(container_t mother, container_t daughter);

/* Takes the dummies out of a list of containers below ane; at the top, where
 * ane is NIL, those with two children or more stay. What now is first. The
 * work is for one container, whose place its children may take. */
container_t mail_thread_prune_dummy(container_t msg, container_t ane);
container_t mail_thread_prune_dummy_work(container_t msg, container_t ane);

/* A list of containers, and all below it, as public nodes (SE_UID). */
THREADNODE *mail_thread_c2node(MAILSTREAM *stream, container_t con, long flags);

/* Sorts all siblings by date; a dummy counts as its first child. tc has room
 * for the longest list. What now is first. */
THREADNODE *mail_thread_sort(THREADNODE *thr, THREADNODE **tc);

/* For qsort of THREADNODE pointers. */
int mail_thread_compare_date(const void *a1, const void *a2);

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

/* ---------------------------------------------------- subscription file */

/* sm_subscribe, sm_unsubscribe - add a name to ~/.mailboxlist, take it out.
 * NIL if it is there already, if it is not. */
long sm_subscribe(char *mailbox);
long sm_unsubscribe(char *mailbox);

/*
 * sm_read - the next name of ~/.mailboxlist; NIL at the end.
 *
 * sbname	receives it, MAILTMPLEN octets
 * sdb		*sdb is NIL at first, then the library's, until the end
 */
char *sm_read(char *sbname, void **sdb);

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
