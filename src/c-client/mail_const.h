/*
 * mail_const.h - numbers of the mail API: flags, codes, sizes. Included by
 * mail.h.
 *
 * Flags are long because they are handed through long and void * arguments.
 */
#ifndef MAIL_CONST_H
#define MAIL_CONST_H

/* clang-format off */

/* Truth and nothing. NIL stands for null pointers of every type. */
#define NIL	0
#define T	1
#define LONGT	((long)1)
#define VOIDT	((void *)"")

/* Sizes and limits. Callers hand the library buffers of MAILTMPLEN octets for
 * dates, user names and passwords; SENDBUFLEN includes one guard octet. */
#define CACHEINCREMENT		250	/* elts the cache grows by */
#define MAILTMPLEN		1024	/* octets of a scratch buffer */
#define SENDBUFLEN		16385	/* octets of an output buffer */
#define MAXAUTHENTICATORS	8	/* usable by clients */
#define MAXMESSAGES		1000000	/* in one mailbox */
#define MAXLOGINTRIALS		3	/* default of SET_MAXLOGINTRIALS */
#define MAXWILDCARDS		10	/* in a LIST pattern */
#define NUSERFLAGS		30	/* keywords of a mailbox */
#define MAXUSERFLAG		50	/* octets of a keyword */
#define BASEYEAR		1970	/* of elt->year and mail_shortdate */
#define NETMAXHOST		256	/* octets, here and below with NUL */
#define NETMAXUSER		65
#define NETMAXMBX		256
#define NETMAXSRV		21
#define MAXGROUPDEPTH		50	/* address groups inside each other */
#define MAXMIMEDEPTH		50	/* body parts inside each other */

/* Hosts of addresses that have none, or were no addresses. */
#define BADHOST ".MISSING-HOST-NAME."
#define ERRHOST ".SYNTAX-ERROR."

/* mail_open */
#define OP_DEBUG	((long)0x1)	/* protocol telemetry; must be 1 */
#define OP_READONLY	((long)0x2)
#define OP_ANONYMOUS	((long)0x4)	/* anonymous access, no newsrc */
#define OP_SHORTCACHE	((long)0x8)	/* keep one envelope and body only */
#define OP_SILENT	((long)0x10)	/* no events, no "can't open" */
#define OP_PROTOTYPE	((long)0x20)	/* give the driver's prototype */
#define OP_HALFOPEN	((long)0x40)	/* connect, select nothing */
#define OP_EXPUNGE	((long)0x80)	/* expunge the recycled stream */
#define OP_SECURE	((long)0x100)	/* no plaintext authentication */
#define OP_TRYSSL	((long)0x200)	/* the TLS port first */
#define OP_TRYALT	OP_TRYSSL
#define OP_MULNEWSRC	((long)0x400)	/* a newsrc file for each host */
#define OP_NOKOD	((long)0x800)	/* no kiss of death to others */
#define OP_SNIFF	((long)0x1000)	/* metadata only */
#define OP_RESERVED	((unsigned long)0xff000000) /* the application's */

/* ORed over a port number */
#define NET_TRYSSL		((unsigned long)0x8000000)
#define NET_TLSCLIENT		((unsigned long)0x10000000) /* STARTTLS */
#define NET_NOOPENTIMEOUT	((unsigned long)0x20000000)
#define NET_NOVALIDATECERT	((unsigned long)0x40000000)
#define NET_SILENT		((unsigned long)0x80000000) /* no messages */

/* mail_close_full */
#define CL_EXPUNGE	((long)0x1)	/* expunge without events */

/* mail_fetch_ and mail_partial_ */
#define FT_UID		((long)0x1)	/* the message number is a UID */
#define FT_PEEK		((long)0x2)	/* leave \Seen alone */
#define FT_NOT		((long)0x4)	/* all header fields but the listed */
#define FT_INTERNAL	((long)0x8)	/* native line ends */
#define FT_PREFETCHTEXT	((long)0x20)	/* text along with the header */
#define FT_NOHDRS	((long)0x40)	/* no extra header fields */
#define FT_NEEDENV	((long)0x80)	/* inside the library */
#define FT_NEEDBODY	((long)0x100)	/* inside the library */
#define FT_NOLOOKAHEAD	((long)0x200)	/* this message only */
#define FT_SEARCHLOOKAHEAD ((long)0x400) /* inside the library */
#define FT_RETURNSTRINGSTRUCT ((long)0x800) /* give stream->private.string */

/* mail_flag */
#define ST_UID		((long)0x1)	/* sequence of UIDs */
#define ST_SILENT	((long)0x2)	/* do not report back */
#define ST_SET		((long)0x4)	/* set, not clear */

/* mail_expunge_full, mail_copy_full */
#define EX_UID		((long)0x1)
#define CP_UID		((long)0x1)
#define CP_MOVE		((long)0x2)	/* mark the originals deleted */
#define CP_DEBUG	((long)0x20000000) /* telemetry in helper streams */

/* mail_search_full, mail_sort, mail_thread: one space of bits */
#define SE_UID		((long)0x1)	/* report UIDs */
#define SE_FREE		((long)0x2)	/* free the search program */
#define SE_NOPREFETCH	((long)0x4)	/* fetch no envelopes ahead */
#define SO_FREE		((long)0x8)	/* free the sort program */
#define SE_NOSERVER	((long)0x10)	/* do it here, not on the server */
#define SO_NOSERVER	SE_NOSERVER
#define SE_RETAIN	((long)0x20)	/* keep earlier marks */
#define SO_OVERVIEW	((long)0x40)	/* use overview data (NNTP) */
#define SE_NEEDBODY	((long)0x80)	/* fetch structures ahead */
#define SE_NOHDRS	((long)0x100)	/* no extra fields when doing so */
#define SE_NOLOCAL	((long)0x200)	/* do not try again locally */
#define SE_SILLYOK	((long)0x400)	/* trivial searches to the server */

/* mail_status, and what of MAILSTATUS is valid */
#define SA_MESSAGES	((long)0x1)
#define SA_RECENT	((long)0x2)
#define SA_UNSEEN	((long)0x4)
#define SA_UIDNEXT	((long)0x8)
#define SA_UIDVALIDITY	((long)0x10)
#define SA_DEBUG	((long)0x10000000) /* telemetry in helper streams */
#define SA_MULNEWSRC	((long)0x20000000) /* a newsrc file for each host */

/* GETS_DATA.flags */
#define MG_UID		((long)0x1)	/* msgno is a UID */
#define MG_COPY		((long)0x2)	/* the result must be fs_get memory */

/* AUTHENTICATOR.flags */
#define AU_SECURE	((long)0x1)	/* allowed with /secure */
#define AU_AUTHUSER	((long)0x2)	/* knows /authuser */
#define AU_HIDE		((long)0x10000000) /* servers do not advertise it */
#define AU_DISABLE	((long)0x20000000)

/* mail_gc */
#define GC_ELT		((long)0x1)
#define GC_ENV		((long)0x2)	/* envelopes and bodies */
#define GC_TEXTS	((long)0x4)

/* mm_log, mm_notify; NIL is plain information */
#define WARN		((long)1)
#define ERROR		((long)2)
#define PARSE		((long)3)	/* malformed message; harmless */
#define BYE		((long)4)	/* mm_notify: the stream is dying */
#define TCPDEBUG	((long)5)	/* sockets, with SET_TCPDEBUG */

/* mm_list */
#define LATT_NOINFERIORS	((long)0x1)
#define LATT_NOSELECT		((long)0x2)
#define LATT_MARKED		((long)0x4)
#define LATT_UNMARKED		((long)0x8)
#define LATT_REFERRAL		((long)0x10)
#define LATT_HASCHILDREN	((long)0x20)
#define LATT_HASNOCHILDREN	((long)0x40)

/* DRIVER.flags */
#define DR_DISABLE	((long)0x1)
#define DR_LOCAL	((long)0x2)	/* local files */
#define DR_MAIL		((long)0x4)
#define DR_NEWS		((long)0x8)
#define DR_READONLY	((long)0x10)
#define DR_NOFAST	((long)0x20)	/* sizes and dates are slow to get */
#define DR_NAMESPACE	((long)0x40)	/* names of its own kind */
#define DR_LOWMEM	((long)0x80)
#define DR_LOCKING	((long)0x100)	/* locks its mailboxes */
#define DR_CRLF		((long)0x200)	/* stores CRLF */
#define DR_NOSTICKY	((long)0x400)	/* UIDs do not last */
#define DR_RECYCLE	((long)0x800)	/* streams can be reused */
#define DR_XPOINT	((long)0x1000)	/* check before reuse */
#define DR_NOINTDATE	((long)0x2000)	/* has no internal date */
#define DR_NONEWMAIL	((long)0x4000)	/* never announces new mail */
#define DR_NONEWMAILRONLY ((long)0x8000) /* not when read-only */
#define DR_HALFOPEN	((long)0x10000)
#define DR_DIRFMT	((long)0x20000)	/* a mailbox is a directory */
#define DR_MODSEQ	((long)0x40000)	/* has modification sequences */

/* operations of the cache manager, mailcache_t */
#define CH_INIT			((long)10) /* free everything */
#define CH_SIZE			((long)11) /* room for msgno entries */
#define CH_MAKEELT		((long)30) /* elt, made if absent */
#define CH_ELT			((long)31) /* elt or NIL */
#define CH_SORTCACHE		((long)35) /* SORTCACHE, made if absent */
#define CH_FREE			((long)40) /* drop the elt */
#define CH_FREESORTCACHE	((long)43)
#define CH_EXPUNGE		((long)45) /* close the gap */

/* system flags: mail_parse_flags, and on disk in mbx, mtx and tenex */
#define fSEEN		0x1
#define fDELETED	0x2
#define fFLAGGED	0x4
#define fANSWERED	0x8
#define fOLD		0x10
#define fDRAFT		0x20
#define fEXPUNGED	0x8000

/* BODY.type, index into body_types[] */
#define TYPETEXT	0
#define TYPEMULTIPART	1
#define TYPEMESSAGE	2
#define TYPEAPPLICATION	3
#define TYPEAUDIO	4
#define TYPEIMAGE	5
#define TYPEVIDEO	6
#define TYPEMODEL	7
#define TYPEOTHER	8	/* unknown; also names given at run time */
#define TYPEMAX		15

/* BODY.encoding, index into body_encodings[] */
#define ENC7BIT			0
#define ENC8BIT			1
#define ENCBINARY		2
#define ENCBASE64		3
#define ENCQUOTEDPRINTABLE	4
#define ENCOTHER		5
#define ENCMAX			10

/* SORTPGM.function */
#define SORTDATE	0
#define SORTARRIVAL	1
#define SORTFROM	2
#define SORTSUBJECT	3
#define SORTTO		4
#define SORTCC		5
#define SORTSIZE	6

/* imapreferral_t */
#define REFAUTHFAILED	((long)0)
#define REFAUTH		((long)1)
#define REFSELECT	((long)2)
#define REFCREATE	((long)3)
#define REFDELETE	((long)4)
#define REFRENAME	((long)5)
#define REFSUBSCRIBE	((long)6)
#define REFUNSUBSCRIBE	((long)7)
#define REFSTATUS	((long)8)
#define REFCOPY		((long)9)
#define REFAPPEND	((long)10)

/* sendcommand_t: the server may not send EXPUNGE meanwhile */
#define SC_EXPUNGEDEFERRED	((long)1)

/* blocknotify_t */
#define BLOCK_NONE		0
#define BLOCK_SENSITIVE		1	/* must not be interrupted */
#define BLOCK_NONSENSITIVE	2
#define BLOCK_DNSLOOKUP		10
#define BLOCK_TCPOPEN		11
#define BLOCK_TCPREAD		12
#define BLOCK_TCPWRITE		13
#define BLOCK_TCPCLOSE		14
#define BLOCK_FILELOCK		20

/* clang-format on */

#endif
