/*
 * mail_param.h - numbers for mail_parameters(). Included by mail.h.
 *
 * The comment before each pair tells what value is for SET_ and what GET_
 * returns, both cast to void *. "flag": anything but NIL sets it, and GET_
 * answers NIL or not. Texts are copied unless it says otherwise, and those
 * returned stay the library's. "no SET": it ends the program.
 */
#ifndef MAIL_PARAM_H
#define MAIL_PARAM_H

/* clang-format off */

/* Switches by name: value is the name, the result the record or NIL. The two
 * DEBUG codes are the drivers' own. */
#define ENABLE_DRIVER		((long)1)
#define DISABLE_DRIVER		((long)2)
#define ENABLE_AUTHENTICATOR	((long)3)
#define DISABLE_AUTHENTICATOR	((long)4)
#define ENABLE_DEBUG		((long)5)
#define DISABLE_DEBUG		((long)6)
#define HIDE_AUTHENTICATOR	((long)7)
#define UNHIDE_AUTHENTICATOR	((long)8)

/* The library */
/* DRIVER *; head of the list; no SET */
#define GET_DRIVERS		((long)101)
#define SET_DRIVERS		((long)102)
/* mailgets_t */
#define GET_GETS		((long)103)
#define SET_GETS		((long)104)
/* mailcache_t; set it before any stream is open */
#define GET_CACHE		((long)105)
#define SET_CACHE		((long)106)
/* smtpverbose_t; replies below 100 */
#define GET_SMTPVERBOSE		((long)107)
#define SET_SMTPVERBOSE		((long)108)
/* rfc822out_t; old form */
#define GET_RFC822OUTPUT	((long)109)
#define SET_RFC822OUTPUT	((long)110)
/* readprogress_t */
#define GET_READPROGRESS	((long)111)
#define SET_READPROGRESS	((long)112)
/* THREADER *; of a stream or the local ones; no SET */
#define GET_THREADERS		((long)113)
#define SET_THREADERS		((long)114)
/* NAMESPACE *[3]; personal, others', shared; no SET */
#define GET_NAMESPACE		((long)115)
#define SET_NAMESPACE		((long)116)
/* mailproxycopy_t */
#define GET_MAILPROXYCOPY	((long)117)
#define SET_MAILPROXYCOPY	((long)118)
/* char *, not copied; set it before linkage.c */
#define GET_SERVICENAME		((long)119)
#define SET_SERVICENAME		((long)120)
/* GET: char * name in, DRIVER * out; no SET */
#define GET_DRIVER		((long)121)
#define SET_DRIVER		((long)122)
/* flag; mail_ping may expunge */
#define GET_EXPUNGEATPING	((long)123)
#define SET_EXPUNGEATPING	((long)124)
/* parsephrase_t */
#define GET_PARSEPHRASE		((long)125)
#define SET_PARSEPHRASE		((long)126)
/* NETDRIVER *; NIL: no TLS */
#define GET_SSLDRIVER		((long)127)
#define SET_SSLDRIVER		((long)128)
/* flag; always try the TLS port first */
#define GET_TRYSSLFIRST		((long)129)
#define SET_TRYSSLFIRST		((long)130)
/* blocknotify_t, never NIL */
#define GET_BLOCKNOTIFY		((long)131)
#define SET_BLOCKNOTIFY		((long)132)
/* sortresults_t */
#define GET_SORTRESULTS		((long)133)
#define SET_SORTRESULTS		((long)134)
/* threadresults_t */
#define GET_THREADRESULTS	((long)135)
#define SET_THREADRESULTS	((long)136)
/* parseline_t */
#define GET_PARSELINE		((long)137)
#define SET_PARSELINE		((long)138)
/* newsrcquery_t */
#define GET_NEWSRCQUERY		((long)139)
#define SET_NEWSRCQUERY		((long)140)
/* freeenvelopesparep_t */
#define GET_FREEENVELOPESPAREP	((long)141)
#define SET_FREEENVELOPESPAREP	((long)142)
/* freeeltsparep_t */
#define GET_FREEELTSPAREP	((long)143)
#define SET_FREEELTSPAREP	((long)144)
/* sslstart_t */
#define GET_SSLSTART		((long)145)
#define SET_SSLSTART		((long)146)
/* flag; passwords in telemetry */
#define GET_DEBUGSENSITIVE	((long)147)
#define SET_DEBUGSENSITIVE	((long)148)
/* long; log every socket operation */
#define GET_TCPDEBUG		((long)149)
#define SET_TCPDEBUG		((long)150)
/* freestreamsparep_t */
#define GET_FREESTREAMSPAREP	((long)151)
#define SET_FREESTREAMSPAREP	((long)152)
/* freebodysparep_t */
#define GET_FREEBODYSPAREP	((long)153)
#define SET_FREEBODYSPAREP	((long)154)
/* copyuid_t */
#define GET_COPYUID		((long)155)
#define SET_COPYUID		((long)156)
/* appenduid_t */
#define GET_APPENDUID		((long)157)
#define SET_APPENDUID		((long)158)
/* rfc822outfull_t */
#define GET_RFC822OUTPUTFULL	((long)159)
#define SET_RFC822OUTPUTFULL	((long)160)
/* flag; leave user, home and namespaces alone */
#define GET_BLOCKENVINIT	((long)161)
#define SET_BLOCKENVINIT	((long)162)

/* The environment */
/* char *; login name */
#define GET_USERNAME		((long)201)
#define SET_USERNAME		((long)202)
/* char * */
#define GET_HOMEDIR		((long)203)
#define SET_HOMEDIR		((long)204)
/* char *; this host's name */
#define GET_LOCALHOST		((long)205)
#define SET_LOCALHOST		((long)206)
/* char *; path of the system inbox */
#define GET_SYSINBOX		((long)207)
#define SET_SYSINBOX		((long)208)
/* userprompt_t; not on this system */
#define GET_USERPROMPT		((long)209)
#define SET_USERPROMPT		((long)210)
/* long; server: 0 allow, 1 never, 2 under TLS */
#define GET_DISABLEPLAINTEXT	((long)211)
#define SET_DISABLEPLAINTEXT	((long)212)
/* flag; closed box */
#define GET_CHROOTSERVER	((long)213)
#define SET_CHROOTSERVER	((long)214)
/* flag; / in the shared namespace */
#define GET_ADVERTISETHEWORLD	((long)215)
#define SET_ADVERTISETHEWORLD	((long)216)
/* flag; do not look for ftp, imappublic, ... */
#define GET_DISABLEAUTOSHAREDNS	((long)217)
#define SET_DISABLEAUTOSHAREDNS	((long)218)
/* not on this system; these two are int */
#define GET_MAILSUBDIR		219
#define SET_MAILSUBDIR		220
/* flag; no zone comment from rfc822_date */
#define GET_DISABLE822TZTEXT	((long)221)
#define SET_DISABLE822TZTEXT	((long)222)
/* flag; advertise #shared and #public only */
#define GET_LIMITEDADVERTISE	((long)223)
#define SET_LIMITEDADVERTISE	((long)224)
/* logouthook_t */
#define GET_LOGOUTHOOK		((long)225)
#define SET_LOGOUTHOOK		((long)226)
/* void *; its argument */
#define GET_LOGOUTDATA		((long)227)
#define SET_LOGOUTDATA		((long)228)
/* char *; who EXTERNAL is; NIL hides it */
#define GET_EXTERNALAUTHID	((long)229)
#define SET_EXTERNALAUTHID	((long)230)
/* char *; file or directory of CAs */
#define GET_SSLCAPATH		((long)231)
#define SET_SSLCAPATH		((long)232)
/* long; RESTRICT bits */
#define GET_RESTRICTIONS	((long)233)
#define SET_RESTRICTIONS	((long)234)

/* The network */
/* long, seconds; 0: the system's */
#define GET_OPENTIMEOUT		((long)300)
#define SET_OPENTIMEOUT		((long)301)
/* long, seconds; 0: none */
#define GET_READTIMEOUT		((long)302)
#define SET_READTIMEOUT		((long)303)
/* long, seconds; 0: none */
#define GET_WRITETIMEOUT	((long)304)
#define SET_WRITETIMEOUT	((long)305)
/* long, seconds; 0: none */
#define GET_CLOSETIMEOUT	((long)306)
#define SET_CLOSETIMEOUT	((long)307)
/* tcptimeout_t */
#define GET_TIMEOUT		((long)308)
#define SET_TIMEOUT		((long)309)
/* long, seconds; 0: no rsh */
#define GET_RSHTIMEOUT		((long)310)
#define SET_RSHTIMEOUT		((long)311)
/* long */
#define GET_ALLOWREVERSEDNS	((long)312)
#define SET_ALLOWREVERSEDNS	((long)313)
/* char *; path, host, user, service as %s */
#define GET_RSHCOMMAND		((long)314)
#define SET_RSHCOMMAND		((long)315)
/* char *; NIL or empty: no rsh */
#define GET_RSHPATH		((long)316)
#define SET_RSHPATH		((long)317)
/* long, seconds; 0: no ssh */
#define GET_SSHTIMEOUT		((long)318)
#define SET_SSHTIMEOUT		((long)319)
/* char *; as RSHCOMMAND */
#define GET_SSHCOMMAND		((long)320)
#define SET_SSHCOMMAND		((long)321)
/* char *; NIL or empty: no ssh */
#define GET_SSHPATH		((long)322)
#define SET_SSHPATH		((long)323)
/* sslcertificatequery_t */
#define GET_SSLCERTIFICATEQUERY	((long)324)
#define SET_SSLCERTIFICATEQUERY	((long)325)
/* sslfailure_t */
#define GET_SSLFAILURE		((long)326)
#define SET_SSLFAILURE		((long)327)
/* long; canonical host in newsrc names */
#define GET_NEWSRCCANONHOST	((long)328)
#define SET_NEWSRCCANONHOST	((long)329)
/* kinit_t */
#define GET_KINIT		((long)330)
#define SET_KINIT		((long)331)
/* sslclientcert_t */
#define GET_SSLCLIENTCERT	((long)332)
#define SET_SSLCLIENTCERT	((long)333)
/* sslclientkey_t */
#define GET_SSLCLIENTKEY	((long)334)
#define SET_SSLCLIENTKEY	((long)335)
/* flag; principal includes the service */
#define GET_KERBEROS_CP_SVR_NAME	((long)336)
#define SET_KERBEROS_CP_SVR_NAME	((long)337)

/* Protocols */
/* long */
#define GET_MAXLOGINTRIALS	((long)400)
#define SET_MAXLOGINTRIALS	((long)401)
/* long; envelopes fetched ahead */
#define GET_LOOKAHEAD		((long)402)
#define SET_LOOKAHEAD		((long)403)
/* long; 0: 143 */
#define GET_IMAPPORT		((long)404)
#define SET_IMAPPORT		((long)405)
/* long; envelopes fetched after SEARCH */
#define GET_PREFETCH		((long)406)
#define SET_PREFETCH		((long)407)
/* long; close when SELECT fails */
#define GET_CLOSEONERROR	((long)408)
#define SET_CLOSEONERROR	((long)409)
/* long; 0: 110 */
#define GET_POP3PORT		((long)410)
#define SET_POP3PORT		((long)411)
/* long */
#define GET_UIDLOOKAHEAD	((long)412)
#define SET_UIDLOOKAHEAD	((long)413)
/* long; 0: 119 */
#define GET_NNTPPORT		((long)414)
#define SET_NNTPPORT		((long)415)
/* imapenvelope_t */
#define GET_IMAPENVELOPE	((long)416)
#define SET_IMAPENVELOPE	((long)417)
/* imapreferral_t; LIST becomes RLIST */
#define GET_IMAPREFERRAL	((long)418)
#define SET_IMAPREFERRAL	((long)419)
/* long; 0: 993 */
#define GET_SSLIMAPPORT		((long)420)
#define SET_SSLIMAPPORT		((long)421)
/* long; 0: 995 */
#define GET_SSLPOPPORT		((long)422)
#define SET_SSLPOPPORT		((long)423)
/* long; 0: 563 */
#define GET_SSLNNTPPORT		((long)424)
#define SET_SSLNNTPPORT		((long)425)
/* long; 0: 465 */
#define GET_SSLSMTPPORT		((long)426)
#define SET_SSLSMTPPORT		((long)427)
/* long; 0: 25 */
#define GET_SMTPPORT		((long)428)
#define SET_SMTPPORT		((long)429)
/* char *, not copied; fields with envelopes */
#define GET_IMAPEXTRAHEADERS	((long)430)
#define SET_IMAPEXTRAHEADERS	((long)431)
/* getacl_t */
#define GET_ACL			((long)432)
#define SET_ACL			((long)433)
/* listrights_t */
#define GET_LISTRIGHTS		((long)434)
#define SET_LISTRIGHTS		((long)435)
/* myrights_t */
#define GET_MYRIGHTS		((long)436)
#define SET_MYRIGHTS		((long)437)
/* quota_t */
#define GET_QUOTA		((long)438)
#define SET_QUOTA		((long)439)
/* quotaroot_t */
#define GET_QUOTAROOT		((long)440)
#define SET_QUOTAROOT		((long)441)
/* long; TRYSSLFIRST for IMAP only */
#define GET_IMAPTRYSSL		((long)442)
#define SET_IMAPTRYSSL		((long)443)
/* SEARCHSET ** of the stream in value; no SET */
#define GET_FETCHLOOKAHEAD	((long)444)
#define SET_FETCHLOOKAHEAD	((long)445)
/* unsigned long; read the last n articles; 0: all */
#define GET_NNTPRANGE		((long)446)
#define SET_NNTPRANGE		((long)447)
/* long; neutral Path when posting */
#define GET_NNTPHIDEPATH	((long)448)
#define SET_NNTPHIDEPATH	((long)449)
/* sendcommand_t */
#define GET_SENDCOMMAND		((long)450)
#define SET_SENDCOMMAND		((long)451)
/* long, minutes; the server's limit; no SET */
#define GET_IDLETIMEOUT		((long)452)
#define SET_IDLETIMEOUT		((long)453)
/* long */
#define GET_FETCHLOOKAHEADLIMIT	((long)454)
#define SET_FETCHLOOKAHEADLIMIT	((long)455)

/* Local files */
/* long, mode */
#define GET_MBXPROTECTION	((long)500)
#define SET_MBXPROTECTION	((long)501)
/* long, mode */
#define GET_DIRPROTECTION	((long)502)
#define SET_DIRPROTECTION	((long)503)
/* long, mode of lock files */
#define GET_LOCKPROTECTION	((long)504)
#define SET_LOCKPROTECTION	((long)505)
/* flag; quote every line that starts "From " */
#define GET_FROMWIDGET		((long)506)
#define SET_FROMWIDGET		((long)507)
/* char * */
#define GET_NEWSACTIVE		((long)508)
#define SET_NEWSACTIVE		((long)509)
/* char * */
#define GET_NEWSSPOOL		((long)510)
#define SET_NEWSSPOOL		((long)511)
/* char * */
#define GET_NEWSRC		((long)512)
#define SET_NEWSRC		((long)513)
/* not on this system */
#define GET_EXTENSION		((long)514)
#define SET_EXTENSION		((long)515)
/* flag */
#define GET_DISABLEFCNTLLOCK	((long)516)
#define SET_DISABLEFCNTLLOCK	((long)517)
/* flag; warn when a lock file cannot be made */
#define GET_LOCKEACCESERROR	((long)518)
#define SET_LOCKEACCESERROR	((long)519)
/* long; how deep "*" goes */
#define GET_LISTMAXLEVEL	((long)520)
#define SET_LISTMAXLEVEL	((long)521)
/* char * */
#define GET_ANONYMOUSHOME	((long)522)
#define SET_ANONYMOUSHOME	((long)523)
/* char *; root of #ftp/ */
#define GET_FTPHOME		((long)524)
#define SET_FTPHOME		((long)525)
/* char *; root of #public/ */
#define GET_PUBLICHOME		((long)526)
#define SET_PUBLICHOME		((long)527)
/* char *; root of #shared/ */
#define GET_SHAREDHOME		((long)528)
#define SET_SHAREDHOME		((long)529)
/* char * */
#define GET_MHPROFILE		((long)530)
#define SET_MHPROFILE		((long)531)
/* char * */
#define GET_MHPATH		((long)532)
#define SET_MHPATH		((long)533)
/* MAILSTREAM * that may expunge at its next ping */
#define GET_ONETIMEEXPUNGEATPING	((long)534)
#define SET_ONETIMEEXPUNGEATPING	((long)535)
/* flag; no UID and status headers in mbox files */
#define GET_USERHASNOLIFE	((long)536)
#define SET_USERHASNOLIFE	((long)537)
/* long, mode */
#define GET_FTPPROTECTION	((long)538)
#define SET_FTPPROTECTION	((long)539)
/* long, mode */
#define GET_PUBLICPROTECTION	((long)540)
#define SET_PUBLICPROTECTION	((long)541)
/* long, mode */
#define GET_SHAREDPROTECTION	((long)542)
#define SET_SHAREDPROTECTION	((long)543)
/* long, minutes */
#define GET_LOCKTIMEOUT		((long)544)
#define SET_LOCKTIMEOUT		((long)545)
/* flag; no zone in mbox "From " lines */
#define GET_NOTIMEZONES		((long)546)
#define SET_NOTIMEZONES		((long)547)
/* flag; LIST hides them */
#define GET_HIDEDOTFILES	((long)548)
#define SET_HIDEDOTFILES	((long)549)
/* long, mode */
#define GET_FTPDIRPROTECTION	((long)550)
#define SET_FTPDIRPROTECTION	((long)551)
/* long, mode */
#define GET_PUBLICDIRPROTECTION	((long)552)
#define SET_PUBLICDIRPROTECTION	((long)553)
/* long, mode */
#define GET_SHAREDDIRPROTECTION	((long)554)
#define SET_SHAREDDIRPROTECTION	((long)555)
/* flag; canonical host names through DNS */
#define GET_TRUSTDNS		((long)556)
#define SET_TRUSTDNS		((long)557)
/* flag; reverse name for SASL */
#define GET_SASLUSESPTRNAME	((long)558)
#define SET_SASLUSESPTRNAME	((long)559)
/* flag */
#define GET_NETFSSTATBUG	((long)560)
#define SET_NETFSSTATBUG	((long)561)
/* char *; of a stream */
#define GET_SNARFMAILBOXNAME	((long)562)
#define SET_SNARFMAILBOXNAME	((long)563)
/* long, seconds */
#define GET_SNARFINTERVAL	((long)564)
#define SET_SNARFINTERVAL	((long)565)
/* long; keep flags and date */
#define GET_SNARFPRESERVE	((long)566)
#define SET_SNARFPRESERVE	((long)567)
/* GET: char * MAILTMPLEN buffer in and out; no SET */
#define GET_INBOXPATH		((long)568)
#define SET_INBOXPATH		((long)569)
/* dirfmttest_t of a stream; no SET */
#define GET_DIRFMTTEST		((long)570)
#define SET_DIRFMTTEST		((long)571)
/* scancontents_t of a driver; no SET */
#define GET_SCANCONTENTS	((long)572)
#define SET_SCANCONTENTS	((long)573)
/* long; mh may be the INBOX */
#define GET_MHALLOWINBOX	((long)574)
#define SET_MHALLOWINBOX	((long)575)
/* getannotation_t */
#define GET_ANNOTATION		((long)576)
#define SET_ANNOTATION		((long)577)

/* This library's own, from 600 up */
/* char *; configuration file; NIL: the default one; set it first of all */
#define GET_CONFIGFILE		((long)600)
#define SET_CONFIGFILE		((long)601)
/* long; 0: the server does not confine the session to its files */
#define GET_SANDBOX		((long)602)
#define SET_SANDBOX		((long)603)
/* char **, NIL at the end; more directories for it; no SET */
#define GET_SANDBOXPATHS	((long)604)
#define SET_SANDBOXPATHS	((long)605)
/* char *; where the server's certificates are; NIL: as built */
#define GET_CERTIFICATEDIR	((long)606)
#define SET_CERTIFICATEDIR	((long)607)
/* char *; where their keys are; NIL: as built */
#define GET_KEYDIR		((long)608)
#define SET_KEYDIR		((long)609)
/* long; the server keeps a PAM session open */
#define GET_PAMSESSION		((long)610)
#define SET_PAMSESSION		((long)611)
/* long; logins until the server refuses */
#define GET_LOGINATTEMPTS	((long)612)
#define SET_LOGINATTEMPTS	((long)613)
/* char *; hosts that may log in without TLS all the same */
#define GET_PLAINTEXTCLIENTS	((long)614)
#define SET_PLAINTEXTCLIENTS	((long)615)
/* char *; black box directory */
#define GET_BLACKBOXDIR		((long)616)
#define SET_BLACKBOXDIR		((long)617)
/* char *; home of users who have no box */
#define GET_BLACKBOXDEFAULTHOME	((long)618)
#define SET_BLACKBOXDEFAULTHOME	((long)619)

/* Older names */
#define GET_TRYALTFIRST		GET_TRYSSLFIRST
#define SET_TRYALTFIRST		SET_TRYSSLFIRST
#define GET_IMAPTRYALT		GET_IMAPTRYSSL
#define SET_IMAPTRYALT		SET_IMAPTRYSSL

/* clang-format on */

#endif
