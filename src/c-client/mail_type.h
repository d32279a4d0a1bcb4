/*
 * mail_type.h - structures and function types of the mail API. Included by
 * mail.h.
 *
 * Names, types and order of members are the API: programs take addresses of
 * members, copy structures, and initialise DRIVER, AUTHENTICATOR, NETDRIVER,
 * STRINGDRIVER and MAILSTREAM = { &driver } by position. Many names are macros
 * so that they can be used before they are defined.
 *
 * Said of a member: "app" is the application's, "driver" the driver's; all
 * else is filled in by the library. Texts are fs_get memory.
 */
#ifndef MAIL_TYPE_H
#define MAIL_TYPE_H

#include <stddef.h>

#include "cc_decl.h"
#include "mail_const.h"

CC_DECLS_BEGIN

#define SIZEDTEXT struct mail_sizedtext
#define STRINGLIST struct string_list
#define ADDRESS struct mail_address
#define BODY struct mail_bodystruct
#define MESSAGE struct mail_body_message
#define PARAMETER struct mail_body_parameter
#define PART struct mail_body_part
#define PARTTEXT struct mail_body_text
#define STRINGDRIVER struct string_driver
#define SEARCHPGM struct search_program
#define SEARCHHEADER struct search_header
#define SEARCHSET struct search_set
#define SEARCHOR struct search_or
#define SEARCHPGMLIST struct search_pgm_list
#define SORTPGM struct sort_program
#define SORTCACHE struct sort_cache
#define ACLLIST struct acl_list
#define QUOTALIST struct quota_list
#define DRIVER struct driver
#define NETDRIVER struct net_driver
#define THREADNODE struct thread_node
#define THREADER struct threader_list
#define NAMESPACE struct mail_namespace
#define AUTHENTICATOR struct mail_authenticator
#define ANNOTATION struct mail_annotation
#define ANNOTATION_VALUES struct mail_annotation_values

struct mail_sizedtext;
struct string_list;
struct mail_address;
struct mail_bodystruct;
struct mail_body_message;
struct mail_body_parameter;
struct mail_body_part;
struct mail_body_text;
struct string_driver;
struct search_program;
struct search_header;
struct search_set;
struct search_or;
struct search_pgm_list;
struct sort_program;
struct sort_cache;
struct acl_list;
struct quota_list;
struct driver;
struct net_driver;
struct thread_node;
struct threader_list;
struct mail_namespace;
struct mail_authenticator;
struct mail_annotation;
struct mail_annotation_values;
struct cc_driver_fast;

typedef struct net_mailbox NETMBX;
typedef struct mail_envelope ENVELOPE;
typedef struct message_cache MESSAGECACHE;
typedef struct mailstring STRING;
typedef struct mbx_status MAILSTATUS;
typedef struct mail_stream MAILSTREAM;
typedef struct mail_stream_handle MAILHANDLE;
typedef struct mail_overview OVERVIEW;
typedef struct net_stream NETSTREAM;
typedef struct getsdata GETS_DATA;
typedef struct send_stream SENDSTREAM;

/* ------------------------------------------------------ function types */

/* Reads exactly size octets of a source into buffer; T or NIL. */
typedef long (*readfn_t)(void *stream, unsigned long size, char *buffer);

/* SET_GETS: takes all size octets from f; the result is what the fetch gives.
 * With MG_COPY in md->flags it must be fs_get memory, which the cache keeps. */
typedef char *(*mailgets_t)(readfn_t f, void *stream, unsigned long size,
    GETS_DATA *md);

/* SET_READPROGRESS: octets read of a literal so far. */
typedef char *(*readprogress_t)(GETS_DATA *md, unsigned long octets);

/* SET_CACHE: the cache manager; op is a CH_ code. */
typedef void *(*mailcache_t)(MAILSTREAM *stream, unsigned long msgno, long op);

/* SET_MAILPROXYCOPY: copies where the driver of the stream cannot. */
typedef long (*mailproxycopy_t)(MAILSTREAM *stream, char *sequence,
    char *mailbox, long options);

/* SET_TIMEOUT: seconds in all and since anything came; T goes on. */
typedef long (*tcptimeout_t)(long overall, long last);

/* The protocol's side of SASL: a challenge, decoded, in fs_get memory, NIL
 * when the server ended the exchange; and an answer, where NIL cancels. */
typedef void *(*authchallenge_t)(void *stream, unsigned long *len);
typedef long (*authrespond_t)(void *stream, char *s, unsigned long size);

/* Members of AUTHENTICATOR: see there. */
typedef long (*authcheck_t)(void);
typedef long (*authclient_t)(authchallenge_t challenger,
    authrespond_t responder, char *service, NETMBX *mb, void *s,
    unsigned long *trial, char *user);

/* The server's side: sends a challenge and gives the decoded answer with a NUL
 * behind it in fs_get memory, NIL if there is none. */
typedef char *(*authresponse_t)(void *challenge, unsigned long clen,
    unsigned long *rlen);
typedef char *(*authserver_t)(authresponse_t responder, int argc, char *argv[]);

/* SET_SMTPVERBOSE: a reply below 100. */
typedef void (*smtpverbose_t)(char *buffer);

/* SET_IMAPENVELOPE: an envelope came. */
typedef void (*imapenvelope_t)(MAILSTREAM *stream, unsigned long msgno,
    ENVELOPE *env);

/* SET_IMAPREFERRAL: gives the mailbox to use in fs_get memory, or NIL; for
 * REFRENAME two names with one NUL between. code is a REF code. */
typedef char *(*imapreferral_t)(MAILSTREAM *stream, char *url, long code);

/* mail_fetch_overview: ov lives during the call; NIL for a lost article. */
typedef void (*overview_t)(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno);

/* mail_thread_msgs: sorts; the result is as mail_sort's. */
typedef unsigned long *(*sorter_t)(MAILSTREAM *stream, char *charset,
    SEARCHPGM *spg, SORTPGM *pgm, long flags);

/* SET_PARSELINE: each header line, its name in upper case. */
typedef void (*parseline_t)(ENVELOPE *env, char *hdr, char *data, char *host);

/* SET_PARSEPHRASE: the address that a bare phrase stands for, or NIL. */
typedef ADDRESS *(*parsephrase_t)(char *phrase, char *end, char *host);

/* SET_BLOCKNOTIFY: before and after what may block; what BLOCK_SENSITIVE
 * returned is data of the BLOCK_NONSENSITIVE that follows. */
typedef void *(*blocknotify_t)(int reason, void *data);

/* SET_KINIT: T if tickets were got and another try makes sense. */
typedef long (*kinit_t)(char *host, char *reason);

/* SET_SENDCOMMAND: a command line was sent. flags: SC_EXPUNGEDEFERRED. */
typedef void (*sendcommand_t)(MAILSTREAM *stream, char *cmd, long flags);

/* SET_NEWSRCQUERY: the newsrc file to use. */
typedef char *(*newsrcquery_t)(MAILSTREAM *stream, char *mulname, char *name);

/* Answers to rights and quota commands; lists are freed after the call. */
typedef void (*getacl_t)(MAILSTREAM *stream, char *mailbox, ACLLIST *acl);
typedef void (*listrights_t)(MAILSTREAM *stream, char *mailbox, char *id,
    char *alwaysrights, STRINGLIST *possiblerights);
typedef void (*myrights_t)(MAILSTREAM *stream, char *mailbox, char *rights);
typedef void (*quota_t)(MAILSTREAM *stream, char *qroot, QUOTALIST *qlist);
typedef void (*quotaroot_t)(MAILSTREAM *stream, char *mbx, STRINGLIST *qroots);
typedef void (*getannotation_t)(MAILSTREAM *stream, ANNOTATION *annotation);

/* SET_SORTRESULTS, SET_THREADRESULTS: what the caller is about to get. */
typedef void (*sortresults_t)(MAILSTREAM *stream, unsigned long *list,
    unsigned long size);
typedef void (*threadresults_t)(MAILSTREAM *stream, THREADNODE *thr);

typedef char *(*userprompt_t)(void);

/* mail_append_multiple: the next message. T with *message NIL at the end; NIL
 * gives up the whole append. */
typedef long (*append_t)(MAILSTREAM *stream, void *data, char **flags,
    char **date, STRING **message);

/* SET_COPYUID, SET_APPENDUID (RFC 4315); sets are freed after the call. */
typedef void (*copyuid_t)(MAILSTREAM *stream, char *mailbox,
    unsigned long uidvalidity, SEARCHSET *source, SEARCHSET *dest);
typedef void (*appenduid_t)(char *mailbox, unsigned long uidvalidity,
    SEARCHSET *set);

/* GET_DIRFMTTEST: T if a file of this name belongs to a mailbox. */
typedef long (*dirfmttest_t)(char *name);

/* GET_SCANCONTENTS: T if the file holds the csiz octets. */
typedef long (*scancontents_t)(char *name, char *contents, unsigned long csiz,
    unsigned long fsiz);

/* SET_FREE...SPAREP: free what the application put into sparep. */
typedef void (*freeeltsparep_t)(void **sparep);
typedef void (*freeenvelopesparep_t)(void **sparep);
typedef void (*freebodysparep_t)(void **sparep);
typedef void (*freestreamsparep_t)(void **sparep);

/* SET_SSLSTART: a TLS stream around a TCP stream; NIL closed the latter. */
typedef void *(*sslstart_t)(void *stream, char *host, unsigned long flags);

/* SET_SSLCERTIFICATEQUERY: T accepts the certificate. */
typedef long (*sslcertificatequery_t)(char *reason, char *host, char *cert);

/* SET_SSLFAILURE: in place of the error message. flags: NET_ bits. */
typedef void (*sslfailure_t)(char *host, char *reason, unsigned long flags);

typedef void (*logouthook_t)(void *data);

/* PEM text in writable memory, which is wiped after use. */
typedef char *(*sslclientcert_t)(void);
typedef char *(*sslclientkey_t)(void);

/* SORTPGM.postsort: sc is the sorted vector of SORTCACHE pointers. */
typedef void (*postsort_t)(void *sc);

/* Inside the threader. */
typedef void **container_t;

/* Output: takes a NUL-terminated piece; T or NIL. */
typedef long (*soutr_t)(void *stream, char *string);

/* ------------------------------------------------------------- structures */

/* Counted text; often, not always, with a NUL behind it. */
struct mail_sizedtext {
	unsigned char *data;
	unsigned long size; /* octets */
};

struct string_list {
	SIZEDTEXT text;
	STRINGLIST *next;
};

/* A name "{host...}mailbox" in parts; "" where it says nothing. */
struct net_mailbox {
	char host[NETMAXHOST];         /* later the peer's own name */
	char orighost[NETMAXHOST];     /* as written */
	char user[NETMAXUSER];         /* /user= */
	char authuser[NETMAXUSER];     /* /authuser= */
	char mailbox[NETMAXMBX];       /* INBOX if empty */
	char service[NETMAXSRV];       /* imap, pop3, nntp, smtp, submit, ... */
	unsigned long port;            /* 0: none given */
	unsigned int anoflag : 1;      /* /anonymous */
	unsigned int dbgflag : 1;      /* /debug */
	unsigned int secflag : 1;      /* /secure */
	unsigned int sslflag : 1;      /* /ssl; also sets notlsflag */
	unsigned int trysslflag : 1;   /* /tryssl */
	unsigned int novalidate : 1;   /* /novalidate-cert */
	unsigned int tlsflag : 1;      /* /tls */
	unsigned int notlsflag : 1;    /* /notls */
	unsigned int readonlyflag : 1; /* /readonly */
	unsigned int norsh : 1;        /* /norsh */
	unsigned int loser : 1;        /* /loser */
	unsigned int tlssslv23 : 1;    /* /tls-sslv23; also sets tlsflag */
};
#define altflag sslflag

/* An element of an address list. host NIL: start of a group named mailbox, or
 * its end where mailbox is NIL, too. */
struct mail_address {
	char *personal; /* display name, unquoted, not decoded */
	char *adl;      /* source route "@a,@b" */
	char *mailbox;  /* local part */
	char *host;     /* domain; "@" is none; BADHOST, ERRHOST */
	char *error;    /* what the SMTP server said of this recipient */
	struct {
		char *type; /* NIL is rfc822 */
		char *addr; /* xtext */
	} orcpt;            /* app: original recipient (RFC 3461) */
	ADDRESS *next;
};

/* A message header. Texts are as they stand there, unfolded. */
struct mail_envelope {
	unsigned int incomplete : 1;  /* fields may be missing */
	unsigned int imapenvonly : 1; /* only what IMAP's ENVELOPE has */
	char *remail;         /* app: header of the message sent again */
	ADDRESS *return_path; /* app: reverse path for SMTP */
	unsigned char *date;
	ADDRESS *from;
	ADDRESS *sender;   /* from if the header has none */
	ADDRESS *reply_to; /* from if the header has none */
	char *subject;
	ADDRESS *to;
	ADDRESS *cc;
	ADDRESS *bcc;
	char *in_reply_to;
	char *message_id;
	char *newsgroups;  /* commas, no blanks */
	char *followup_to; /* commas, no blanks */
	char *references;
	void *sparep; /* app: see SET_FREEENVELOPESPAREP */
};

/* Where a text lies, and the text if it is cached. */
struct mail_body_text {
	unsigned long offset; /* octets from the start of the whole text */
	SIZEDTEXT text;
};

/* A body part (RFC 2045). */
struct mail_bodystruct {
	unsigned short type;     /* TYPE code */
	unsigned short encoding; /* ENC code */
	char *subtype;           /* upper case */
	PARAMETER *parameter;
	char *id;
	char *description;
	struct {
		char *type; /* upper case, or NIL */
		PARAMETER *parameter;
	} disposition;
	STRINGLIST *language;
	char *location;
	PARTTEXT mime;     /* header of the part */
	PARTTEXT contents; /* app, when composing: text with a NUL */
	union {
		PART *part;   /* TYPEMULTIPART: the first inside */
		MESSAGE *msg; /* message/rfc822: the one inside */
	} nested;
	struct {
		unsigned long lines;
		unsigned long bytes; /* octets with CRLF */
	} size;
	char *md5;
	void *sparep; /* app: see SET_FREEBODYSPAREP */
};

struct mail_body_parameter {
	char *attribute; /* upper case when parsed */
	char *value;     /* unquoted */
	PARAMETER *next;
};

struct mail_body_part {
	BODY body;
	PART *next;
};

/* A message: one inside another, or what an elt keeps of its own. */
struct mail_body_message {
	ENVELOPE *env;
	BODY *body;
	PARTTEXT full;
	PARTTEXT header;
	PARTTEXT text;
	STRINGLIST *lines; /* fields of the cached header; NIL: all */
};

/* The "elt": what is known of one message of a stream. */
struct message_cache {
	unsigned long msgno;        /* 0 once it is expunged */
	unsigned int lockcount : 8; /* 1: the cache's reference only */
	unsigned long rfc822_size;  /* octets with CRLF; 0: not known */
	struct {
		unsigned long uid;
		unsigned long mod; /* modification sequence; 0: none */
		PARTTEXT special;  /* driver */
		MESSAGE msg;
		union {
			unsigned long data;
			void *ptr;
		} spare; /* driver */
		unsigned int sequence : 1;
		unsigned int dirty : 1;
		unsigned int filter : 1;
		unsigned int ghost : 1;
#ifdef __cplusplus
	} cclientPrivate;
#else
	} private;
#endif
	/* internal date; day 0: not known */
	unsigned int day : 5;
	unsigned int month : 4;
	unsigned int year : 7; /* since BASEYEAR */
	unsigned int hours : 5;
	unsigned int minutes : 6;
	unsigned int seconds : 6;
	unsigned int zoccident : 1; /* the zone is west of UTC */
	unsigned int zhours : 4;
	unsigned int zminutes : 6;
	/* flags; they mean something when valid */
	unsigned int seen : 1;
	unsigned int deleted : 1;
	unsigned int flagged : 1;
	unsigned int answered : 1;
	unsigned int draft : 1;
	unsigned int recent : 1;
	unsigned int valid : 1;
	unsigned int searched : 1; /* found by the last search */
	unsigned int sequence : 1; /* chosen by the last mail_sequence */
	unsigned int spare : 1;    /* app, to spare8 */
	unsigned int spare2 : 1;
	unsigned int spare3 : 1;
	unsigned int spare4 : 1;
	unsigned int spare5 : 1;
	unsigned int spare6 : 1;
	unsigned int spare7 : 1;
	unsigned int spare8 : 1;
	void *sparep;             /* app: see SET_FREEELTSPAREP */
	unsigned long user_flags; /* bit n: stream->user_flags[n] */
};

/*
 * A readable, seekable run of octets seen through a window (INIT, SNX, CHR,
 * SIZE, GETPOS, SETPOS). curpos points into chunk; cursize octets from there
 * are valid; offset + (curpos - chunk) is the position.
 */
struct mailstring {
	void *data;          /* driver */
	unsigned long data1; /* driver */
	unsigned long size;  /* octets in all */
	char *chunk;         /* window */
	unsigned long chunksize;
	unsigned long offset; /* position of chunk[0] */
	char *curpos;
	unsigned long cursize;
	STRINGDRIVER *dtb;
};

struct string_driver {
	/* sets size, chunk, chunksize, offset 0, curpos, cursize */
	void (*init)(STRING *s, void *data, unsigned long size);
	/* gives *curpos and moves on, with the next window where needed;
	 * called by SNX when cursize has come to 0 */
	char (*next)(STRING *s);
	/* moves to octet i */
	void (*setpos)(STRING *s, unsigned long i);
};

struct search_header {
	SIZEDTEXT line; /* field name */
	SIZEDTEXT text; /* "": the field is there */
	SEARCHHEADER *next;
};

/* 0xffffffff stands for "*". */
struct search_set {
	unsigned long first;
	unsigned long last; /* 0: first alone */
	SEARCHSET *next;
};

struct search_or {
	SEARCHPGM *first;
	SEARCHPGM *second;
	SEARCHOR *next;
};

struct search_pgm_list {
	SEARCHPGM *pgm;
	SEARCHPGMLIST *next;
};

/* A search: all members must hold; those that are zero ask nothing. */
struct search_program {
	SEARCHSET *msgno;
	SEARCHSET *uid;
#if defined(CC_PLAIN_OR_NOT)
	union {
		SEARCHOR *cclientOr;
		SEARCHOR * or ;
	};
	union {
		SEARCHPGMLIST *cclientNot;
		SEARCHPGMLIST * not ;
	};
#elif defined(__cplusplus)
	SEARCHOR *cclientOr;
	SEARCHPGMLIST *cclientNot;
#else
		SEARCHOR * or ;
		SEARCHPGMLIST * not ;
#endif
	SEARCHHEADER *header;
	STRINGLIST *bcc;
	STRINGLIST *body;
	STRINGLIST *cc;
	STRINGLIST *from;
	STRINGLIST *keyword;
	STRINGLIST *unkeyword;
	STRINGLIST *subject;
	STRINGLIST *text;
	STRINGLIST *to;
	unsigned long larger;      /* octets, exclusive */
	unsigned long smaller;     /* octets, exclusive */
	unsigned long older;       /* seconds (RFC 5032) */
	unsigned long younger;     /* seconds (RFC 5032) */
	unsigned short sentbefore; /* these six: mail_shortdate */
	unsigned short senton;
	unsigned short sentsince;
	unsigned short before;
	unsigned short on;
	unsigned short since;
	unsigned int answered : 1;
	unsigned int unanswered : 1;
	unsigned int deleted : 1;
	unsigned int undeleted : 1;
	unsigned int draft : 1;
	unsigned int undraft : 1;
	unsigned int flagged : 1;
	unsigned int unflagged : 1;
	unsigned int recent : 1;
	unsigned int old : 1;
	unsigned int seen : 1;
	unsigned int unseen : 1;
	STRINGLIST *return_path; /* from here HEADER searches in IMAP */
	STRINGLIST *sender;
	STRINGLIST *reply_to;
	STRINGLIST *in_reply_to;
	STRINGLIST *message_id;
	STRINGLIST *newsgroups;
	STRINGLIST *followup_to;
	STRINGLIST *references;
};

struct mbx_status {
	long flags; /* SA_ bits of the members that are valid */
	unsigned long messages;
	unsigned long recent;
	unsigned long unseen;
	unsigned long uidnext;
	unsigned long uidvalidity;
};

/* A sort key, and those after it. */
struct sort_program {
	unsigned int reverse : 1;
	unsigned int abort : 1; /* app, first element: stop sorting */
	short function;         /* SORT code */
	unsigned long nmsgs;    /* first element: messages to sort */
	struct {
		unsigned long cached;
		unsigned long sorted;
		unsigned long postsorted;
	} progress;
	postsort_t postsort;
	SORTPGM *next;
};

/* Keys of one message. */
struct sort_cache {
	unsigned int sorted : 1;
	unsigned int postsorted : 1;
	unsigned int refwd : 1; /* the subject was a reply's */
	unsigned int dirty : 1; /* has news worth saving */
	SORTPGM *pgm;
	unsigned long num;     /* message number */
	unsigned long date;    /* seconds since 1970 */
	unsigned long arrival; /* seconds since 1970 */
	unsigned long size;    /* octets */
	char *from;            /* this and the next two: first mailbox */
	char *to;
	char *cc;
	char *subject; /* base subject (RFC 5256) */
	char *message_id;
	char *unique; /* may be message_id: free it once */
	STRINGLIST *references;
};

struct acl_list {
	char *identifier;
	char *rights;
	ACLLIST *next;
};

struct quota_list {
	char *name; /* resource, for instance STORAGE */
	unsigned long usage;
	unsigned long limit;
	QUOTALIST *next;
};

/* An open mailbox. */
struct mail_stream {
	DRIVER *dtb;             /* NIL: closed, kept for its handles */
	void *local;             /* driver */
	char *mailbox;           /* canonical name */
	char *original_mailbox;  /* as given to mail_open */
	unsigned short use;      /* handles */
	unsigned short sequence; /* changes at each open and close */
	unsigned int inbox : 1;
	unsigned int lock : 1; /* mail_lock */
	unsigned int debug : 1;
	unsigned int silent : 1; /* no events */
	unsigned int rdonly : 1;
	unsigned int anonymous : 1;
	unsigned int scache : 1;   /* OP_SHORTCACHE */
	unsigned int halfopen : 1; /* connected, nothing selected */
	unsigned int secure : 1;
	unsigned int tryssl : 1;
	unsigned int mulnewsrc : 1;
	unsigned int perm_seen : 1; /* to perm_draft: can be stored */
	unsigned int perm_deleted : 1;
	unsigned int perm_flagged : 1;
	unsigned int perm_answered : 1;
	unsigned int perm_draft : 1;
	unsigned int kwd_create : 1;   /* new keywords can be made */
	unsigned int uid_nosticky : 1; /* UIDs do not last */
	unsigned int unhealthy : 1;    /* the protocol was violated */
	unsigned int nokod : 1;        /* OP_NOKOD */
	unsigned int sniff : 1;        /* OP_SNIFF */
	unsigned long perm_user_flags; /* keywords that can be stored */
	unsigned long gensym;          /* for tags */
	unsigned long nmsgs;
	unsigned long recent;
	unsigned long uid_validity;
	unsigned long uid_last;       /* UIDNEXT - 1 */
	char *user_flags[NUSERFLAGS]; /* keywords, NIL-ended unless full */
	unsigned long cachesize;      /* to sc: the cache manager's */
	MESSAGECACHE **cache;
	SORTCACHE **sc;
	unsigned long msgno; /* to text: of the last fetch */
	ENVELOPE *env;
	BODY *body;
	SIZEDTEXT text;
	struct {
		char *name;
		unsigned long time; /* seconds since 1970 */
		long options;       /* for mail_open */
	} snarf;                    /* where mail_ping moves mail from */
	struct {
		struct {
			STRINGLIST *string;
			long result;
			char *text;
		} search;
		STRING string; /* FT_RETURNSTRINGSTRUCT */
#ifdef __cplusplus
	} cclientPrivate;
#else
	} private;
#endif
	void *sparep;           /* app: see SET_FREESTREAMSPAREP */
	unsigned int spare : 1; /* app, to spare8 */
	unsigned int spare2 : 1;
	unsigned int spare3 : 1;
	unsigned int spare4 : 1;
	unsigned int spare5 : 1;
	unsigned int spare6 : 1;
	unsigned int spare7 : 1;
	unsigned int spare8 : 1;
	struct mail_inner *inner; /* the library's, made when needed */
};

/* A weak reference to a stream; see mail_stream(). */
struct mail_stream_handle {
	MAILSTREAM *stream;
	unsigned short sequence;
};

/* For overview_t; all is borrowed. */
struct mail_overview {
	char *subject;
	char *date;
	char *message_id;
	char *references;
	ADDRESS *from;
	struct {
		unsigned long octets; /* 0: not known */
		unsigned long lines;  /* 0: not known */
		char *xref;           /* NIL: not known */
	} optional;
};

/* A connection. */
struct net_driver {
	/* port: number, with NET_ flags above; NIL after a message */
	void *(*open)(char *host, char *service, unsigned long port);
	void *(*aopen)(NETMBX *mb, char *service, char *usrbuf);
	char *(*getline)(void *stream); /* fs_get memory, without CRLF */
	long (*getbuffer)(void *stream, unsigned long size, char *buffer);
	long (*soutr)(void *stream, char *string);
	long (*sout)(void *stream, char *string, unsigned long size);
	void (*close)(void *stream);
	char *(*host)(void *stream);
	char *(*remotehost)(void *stream);
	unsigned long (*port)(void *stream);
	char *(*localhost)(void *stream);
};

struct net_stream {
	void *stream; /* the network driver's */
	NETDRIVER *dtb;
};

/* What a mailgets_t is reading. */
struct getsdata {
	MAILSTREAM *stream;
	unsigned long msgno; /* UID with MG_UID */
	char *what;          /* section: "TEXT", "1.2", "" */
	STRINGLIST *stl;     /* header fields, or NIL */
	unsigned long first; /* part asked for; 0 */
	unsigned long last;
	long flags; /* MG_ */
};

/* A connection for sending: SMTP, or NNTP posting. */
struct send_stream {
	NETSTREAM *netstream; /* NIL: broken */
	char *host;
	char *reply;            /* the last reply, code included */
	long replycode;         /* its code */
	unsigned int debug : 1; /* app */
	unsigned int sensitive : 1;
	unsigned int loser : 1;
	unsigned int saslcancel : 1;
	union {
		struct {
			unsigned int ok : 1; /* EHLO worked */
			struct {
				unsigned int send : 1;
				unsigned int soml : 1;
				unsigned int saml : 1;
				unsigned int expn : 1;
				unsigned int help : 1;
				unsigned int turn : 1;
				unsigned int etrn : 1;
				unsigned int starttls : 1;
				unsigned int relay : 1;
				unsigned int pipe : 1;
				unsigned int ensc : 1;
				unsigned int bmime : 1;
				unsigned int chunk : 1;
			} service; /* keywords announced */
			struct {
				unsigned int ok : 1;
				unsigned int want : 1; /* app */
			} eightbit;                    /* 8BITMIME */
			struct {
				unsigned int ok : 1;
				unsigned int want : 1; /* app */
				struct {
					unsigned int failure : 1;
					unsigned int delay : 1;
					unsigned int success : 1;
				} notify;              /* app */
				unsigned int full : 1; /* app: RET=FULL */
				char *envid;           /* app: xtext */
			} dsn;                         /* RFC 3461 */
			struct {
				unsigned int ok : 1;
				unsigned long limit; /* octets */
			} size;
			struct {
				unsigned int ok : 1;
				unsigned long minby;
			} deliverby;
			struct {
				unsigned int ok : 1;
				char *domains;
			} atrn;
			unsigned int auth : 8; /* bit n-1: position n */
		} esmtp;
		struct {
			unsigned int post : 1;
			struct {
				unsigned int ok : 1;
				unsigned int listgroup : 1;
				unsigned int over : 1;
				unsigned int hdr : 1;
				unsigned int pat : 1;
				unsigned int starttls : 1;
				unsigned int multidomain : 1;
				unsigned int authuser : 1;
				unsigned int sasl : 1;
			} ext;
		} nntp;
	} protocol;
};

struct thread_node {
	unsigned long num;  /* message number or UID; 0: no message */
	SORTCACHE *sc;      /* inside the library */
	THREADNODE *branch; /* next sibling, or thread at the top */
	THREADNODE *next;   /* first child */
};

/* A threading algorithm; dispatch is NIL for a server's. */
struct threader_list {
	char *name;
	THREADNODE *(*dispatch)(MAILSTREAM *stream, char *charset,
	    SEARCHPGM *spg, long flags, sorter_t sorter);
	THREADER *next;
};

struct mail_namespace {
	char *name;
	int delimiter;
	PARAMETER *param;
	NAMESPACE *next;
};

/* A SASL mechanism (RFC 4422). */
struct mail_authenticator {
	long flags; /* AU_ */
	char *name;
	/* Asked once by auth_link: T keeps the mechanism. NIL: keep it. */
	authcheck_t valid;
	/*
	 * One attempt. T: the exchange came to its end, the server's verdict
	 * follows; NIL: it broke. *trial: 0 the user gave up, 65535 do not
	 * try again, else one more than it was. user: MAILTMPLEN octets that
	 * receive the login name.
	 */
	authclient_t client;
	/* Logs the user in: the name, the library's, or NIL. */
	authserver_t server;
	AUTHENTICATOR *next;
};

struct mail_annotation_values {
	char *attr;
	char *value;
	ANNOTATION_VALUES *next;
};

struct mail_annotation {
	char *mbox;
	char *entry;
	ANNOTATION_VALUES *values;
};

/*
 * A mailbox format or protocol. NIL members are allowed where it says so.
 * flags of fetching members are FT_, of storing ones ST_.
 */
struct driver {
	char *name;
	unsigned long flags; /* DR_ */
	DRIVER *next;        /* mail_link's */

	/* Itself if it takes this name; silent; NIL if not. */
	DRIVER *(*valid)(char *mailbox);
	/* GET_ and SET_ codes; NIL for those it does not know. */
	void *(*parameters)(long function, void *value);
	/* Names of mailboxes with contents in them; may be NIL. */
	void (*scan)(MAILSTREAM *stream, char *ref, char *pat, char *contents);
	void (*list)(MAILSTREAM *stream, char *ref, char *pat);
	void (*lsub)(MAILSTREAM *stream, char *ref, char *pat);
	/* NIL: the local subscription file. */
	long (*subscribe)(MAILSTREAM *stream, char *mailbox);
	long (*unsubscribe)(MAILSTREAM *stream, char *mailbox);
	/* stream may be NIL or of another mailbox */
	long (*create)(MAILSTREAM *stream, char *mailbox);
	long (*mbxdel)(MAILSTREAM *stream, char *mailbox);
	long (*mbxren)(MAILSTREAM *stream, char *old, char *newname);
	/* Answers through mm_status; flags: SA_. */
	long (*status)(MAILSTREAM *stream, char *mbx, long flags);

	/* NIL stream: the prototype. Else opens stream->mailbox (again, if
	 * local is set) and returns stream, or NIL. */
	MAILSTREAM *(*open)(MAILSTREAM *stream);
	/* Frees local, even of a half-made stream. CL_EXPUNGE. */
	void (*close)(MAILSTREAM *stream, long options);
	/* Fill in sizes and dates, or flags; NIL: they always are. */
	void (*fast)(MAILSTREAM *stream, char *sequence, long flags);
	void (*msgflags)(MAILSTREAM *stream, char *sequence, long flags);
	/* For messages with elt->sequence; NIL: the generic one. */
	long (*overview)(MAILSTREAM *stream, overview_t ofn);
	/* NIL: made from header and text. */
	ENVELOPE *(*structure)(MAILSTREAM *stream, unsigned long msgno,
	    BODY **body, long flags);
	/* Header with its empty line; the storage stays the driver's. */
	char *(*header)(MAILSTREAM *stream, unsigned long msgno,
	    unsigned long *length, long flags);
	/* Sets bs up over the text; \Seen unless FT_PEEK. */
	long (*text)(MAILSTREAM *stream, unsigned long msgno, STRING *bs,
	    long flags);
	/* Gets one section into the cache; NIL in local drivers. */
	long (*msgdata)(MAILSTREAM *stream, unsigned long msgno, char *section,
	    unsigned long first, unsigned long last, STRINGLIST *lines,
	    long flags);
	/* NIL: elt->private.uid always is set. */
	unsigned long (*uid)(MAILSTREAM *stream, unsigned long msgno);
	/* NIL: searched for by uid. */
	unsigned long (*msgno)(MAILSTREAM *stream, unsigned long uid);
	/* Once for each mail_flag, after flagmsg was called twice for each
	 * message: before the change with elt->valid 0, behind it with 1. */
	void (*flag)(MAILSTREAM *stream, char *sequence, char *flag,
	    long flags);
	void (*flagmsg)(MAILSTREAM *stream, MESSAGECACHE *elt);
	/* These three NIL: the generic ones. */
	long (*search)(MAILSTREAM *stream, char *charset, SEARCHPGM *pgm,
	    long flags);
	unsigned long *(*sort)(MAILSTREAM *stream, char *charset,
	    SEARCHPGM *spg, SORTPGM *pgm, long flags);
	THREADNODE *(*thread)(MAILSTREAM *stream, char *type, char *charset,
	    SEARCHPGM *spg, long flags);
	/* T while the stream is of use; announces news. */
	long (*ping)(MAILSTREAM *stream);
	/* Makes everything permanent. */
	void (*check)(MAILSTREAM *stream);
	/* sequence NIL: all deleted messages. EX_UID. */
	long (*expunge)(MAILSTREAM *stream, char *sequence, long options);
	/* CP_; reports through SET_COPYUID. */
	long (*copy)(MAILSTREAM *stream, char *sequence, char *mailbox,
	    long options);
	/* stream may be NIL. No mailbox: mm_notify "[TRYCREATE] ..." and
	 * NIL. Reports through SET_APPENDUID. */
	long (*append)(MAILSTREAM *stream, char *mailbox, append_t af,
	    void *data);
	/* GC_; may be NIL. */
	void (*gc)(MAILSTREAM *stream, long gcflags);

	/* The library's own programs' way in; NIL: over the members above. */
	const struct cc_driver_fast *fastpath;
};

CC_DECLS_END

#endif
