/*
 * imap4r1.h - what only IMAP streams can do: capabilities, rights, quota.
 * Needs mail.h.
 */
#ifndef IMAP4R1_H
#define IMAP4R1_H

#include "mail.h"

CC_DECLS_BEGIN

/* What the server of a stream said it can do. */
typedef struct imap_cap {
	unsigned int rfc1176 : 1;
	unsigned int imap2bis : 1;
	unsigned int imap4 : 1;     /* RFC 1730 */
	unsigned int imap4rev1 : 1; /* RFC 3501 */
	unsigned int acl : 1;       /* RFC 4314 */
	unsigned int quota : 1;     /* RFC 9208 */
	unsigned int litplus : 1;   /* LITERAL+, RFC 7888 */
	unsigned int idle : 1;      /* RFC 2177 */
	unsigned int mbx_ref : 1;   /* MAILBOX-REFERRALS, RFC 2193 */
	unsigned int log_ref : 1;   /* LOGIN-REFERRALS, RFC 2221 */
	unsigned int authanon : 1;  /* AUTH=ANONYMOUS, RFC 4505 */
#ifdef __cplusplus
	unsigned int cclientNamespace : 1;
#else
	unsigned int namespace : 1; /* RFC 2342 */
#endif
	unsigned int uidplus : 1; /* RFC 4315 */
	unsigned int starttls : 1;
	unsigned int logindisabled : 1;
	unsigned int id : 1;          /* RFC 2971 */
	unsigned int children : 1;    /* RFC 3348 */
	unsigned int multiappend : 1; /* RFC 3502 */
	unsigned int binary : 1;      /* RFC 3516 */
	unsigned int unselect : 1;    /* RFC 3691 */
	unsigned int sasl_ir : 1;     /* RFC 4959 */
	unsigned int sort : 1;        /* RFC 5256 */
	unsigned int scan : 1;
	unsigned int urlauth : 1;   /* RFC 4467 */
	unsigned int catenate : 1;  /* RFC 4469 */
	unsigned int condstore : 1; /* RFC 7162 */
	unsigned int esearch : 1;   /* RFC 4731 */
	unsigned int within : 1;    /* RFC 5032 */
	unsigned int extlevel;      /* BODYEXT level of its BODYSTRUCTURE */
	unsigned int auth : 8;      /* SASL: bit n-1 is position n */
	THREADER *threader;         /* its algorithms */
} IMAPCAP;

CC_DECLS_END

/* clang-format off */

/* extlevel: which extension data of BODYSTRUCTURE come */
#define BODYEXTMD5	((long)1)	/* body-fld-md5 */
#define BODYEXTDSP	((long)2)	/* and body-fld-dsp */
#define BODYEXTLANG	((long)3)	/* and body-fld-lang */
#define BODYEXTLOC	((long)4)	/* and body-fld-loc */

/* Tests of one capability, non-zero if it is there. */
#define LEVELIMAP4rev1(s)	(imap_cap(s)->imap4rev1)
#define LEVELSTATUS		LEVELIMAP4rev1
#define LEVELIMAP4(s)		(imap_cap(s)->imap4rev1 || imap_cap(s)->imap4)
#define LEVEL1730(s)		(imap_cap(s)->imap4)
#define LEVELIMAP2bis(s)	(imap_cap(s)->imap2bis)
#define LEVEL1176(s)		(imap_cap(s)->rfc1176)
#define LEVEL1064(s)		1
#define LEVELACL(s)		(imap_cap(s)->acl)
#define LEVELQUOTA(s)		(imap_cap(s)->quota)
#define LEVELLITERALPLUS(s)	(imap_cap(s)->litplus)
#define LEVELIDLE(s)		(imap_cap(s)->idle)
#define LEVELMBX_REF(s)		(imap_cap(s)->mbx_ref)
#define LEVELLOG_REF(s)		(imap_cap(s)->log_ref)
#define LEVELANONYMOUS(s)	(imap_cap(s)->authanon)
#ifdef __cplusplus
#define LEVELNAMESPACE(s)	(imap_cap(s)->cclientNamespace)
#else
#define LEVELNAMESPACE(s)	(imap_cap(s)->namespace)
#endif
#define LEVELUIDPLUS(s)		(imap_cap(s)->uidplus)
#define LEVELSTARTTLS(s)	(imap_cap(s)->starttls)
#define LEVELLOGINDISABLED(s)	(imap_cap(s)->logindisabled)
#define LEVELID(s)		(imap_cap(s)->id)
#define LEVELCHILDREN(s)	(imap_cap(s)->children)
#define LEVELMULTIAPPEND(s)	(imap_cap(s)->multiappend)
#define LEVELBINARY(s)		(imap_cap(s)->binary)
#define LEVELUNSELECT(s)	(imap_cap(s)->unselect)
#define LEVELSASLIR(s)		(imap_cap(s)->sasl_ir)
#define LEVELSORT(s)		(imap_cap(s)->sort)
#define LEVELTHREAD(s)		(imap_cap(s)->threader ? T : NIL)
#define LEVELSCAN(s)		(imap_cap(s)->scan)
#define LEVELURLAUTH(s)		(imap_cap(s)->urlauth)
#define LEVELCATENATE(s)	(imap_cap(s)->catenate)
#define LEVELCONDSTORE(s)	(imap_cap(s)->condstore)
#define LEVELESEARCH(s)		(imap_cap(s)->esearch)
#define LEVELWITHIN(s)		(imap_cap(s)->within)

/* clang-format on */

#endif
