/*
 * cc_limits.h - every limit on what comes from outside, with unit and reason.
 *
 * Limits that are part of the public API (MAILTMPLEN, NETMAXMBX and so on)
 * stand in the public headers; sizes of the login programs' fixed messages in
 * login_msg.h.
 */
#ifndef CC_LIMITS_H
#define CC_LIMITS_H

/* Octets of an ordinary piece of an arena. Sanitizer builds set it to 1, so
 * that each block is one of the allocator's and its ends are watched. */
#ifndef CC_ARENA_PIECE
#define CC_ARENA_PIECE 4096u
#endif

/* Octets a driver reads at once: large enough that a system call costs
 * nothing beside its data, small enough for second-level caches. */
#define CC_READ_WINDOW (256u * 1024)

/* Octets of one message header that are looked at; what follows is body to
 * us. Real headers stay under 1 MB (CVE-2024-23185). */
#define CC_HEADER_MAX (10u * 1024 * 1024)

/* Header fields in one header that are looked at (CVE-2024-23184). */
#define CC_FIELDS_MAX 10000u

/* Addresses of one field that are kept; a mailing of thousands is real, a
 * million is an attack (CVE-2024-23184). */
#define CC_ADDRESSES_MAX 10000u

/* Multiparts and message/rfc822 inside each other (CVE-2020-12100); deeper
 * parts are treated as text. */
#define CC_MIME_DEPTH 100u

/* Body parts of one message; the rest belongs to the last one. */
#define CC_MIME_PARTS 10000u

/* Parameters of one Content-* field (CVE-2026-27859). */
#define CC_MIME_PARAMS 128u

/* Octets of a multipart boundary; RFC 2046 allows 70, a line holds 998. A
 * longer one is never found. */
#define CC_MIME_BOUNDARY 998u

/* Octets of the Content-* fields of one part that are looked at: 128
 * parameters of 76 octets are 10 KB. */
#define CC_MIME_FIELDS (64u * 1024)

/* Octets of memory that the parsed structure of one message may take. */
#define CC_MIME_MEMORY (64u * 1024 * 1024)

/* Octets of one IMAP command line, literals apart (imapd.md section 2). */
#define CC_IMAP_LINE 65534u

/* Octets of a literal that is not message text, and literals of a command. */
#define CC_IMAP_LITERAL 10000u
#define CC_IMAP_LITERALS 20u

/* Octets of a command tag (imapd.md section 2). */
#define CC_IMAP_TAG 50u

/* Octets of memory for everything parsed of one command (CVE-2024-34055). */
#define CC_COMMAND_MEMORY (4u * 1024 * 1024)

/* Items of a FETCH, nested criteria of a SEARCH (imapd.md section 6). */
#define CC_FETCH_ITEMS 100u
#define CC_SEARCH_DEPTH 500u

/* Keys of one SEARCH: each is looked at for each message, and takes up to 500
 * octets of memory. A line of 64 KiB holds ten times more, of which no client
 * has use. */
#define CC_SEARCH_KEYS 4000u

/* Octets of a text that SORT compares: what RFC 5322 allows in a line. */
#define CC_SORT_KEY 998u

/* Octets of all texts that one SORT compares: a million subjects of 500. */
#define CC_SORT_MEMORY (512u * 1024 * 1024)

/* Message-ids of one References field that THREAD looks at, besides its last
 * one; real ones have some hundred. */
#define CC_REFERENCES_MAX 10000u

/* Message-ids of absent messages that one THREAD keeps, at 50 octets each;
 * those after them are as if not mentioned. */
#define CC_THREAD_ABSENT (1024u * 1024)

/* Ranges of one sequence set: a client that lists single messages of a large
 * mailbox needs thousands; a line cannot hold more than 32767. */
#define CC_SEQSET_RANGES 32768u

/* Header names in one BODY[HEADER.FIELDS ()]. */
#define CC_FETCH_FIELDS 1000u

/* Octets of a SASL answer, and of all memory a connection may take before
 * login (CVE-2026-27857: a total, since single limits add up). */
#define CC_SASL_ANSWER (64u * 1024)
#define CC_PRELOGIN_MEMORY (512u * 1024)

/* Unknown commands before login until the connection is closed. */
#define CC_PRELOGIN_UNKNOWN 3u

/* Octets of a line in the configuration file (env.md section 3). */
#define CC_CONFIG_LINE 1023u

/* Octets before a Content- line's colon: no real field has a longer name. */
#define CC_MIME_NAME 80

/* Blanks of quoted-printable of which it is not known whether a line end
 * follows; RFC 5322 allows lines of 998 octets. */
#define CC_QP_HELD (8u * 1024)

/* Pairs that a client may send with ID (RFC 2971 section 3.3). */
#define CC_ID_PAIRS 30u

/* Octets of one message that is appended: more cannot be meant as mail. */
#define CC_APPEND_MAX 1073741824u

/* Octets of a literal that cannot be meant: the connection is closed, since
 * reading it away would take for ever. */
#define CC_IMAP_DISCARD UINT32_MAX

/* The most a single response may take in memory (an ENVELOPE made of a header
 * of CC_HEADER_MAX). Literals are streamed and do not count. */
#define CC_IMAP_RESPONSE (64u * 1024 * 1024)

/* Octets of all literals of a command before login. */
#define CC_PRELOGIN_LITERALS (64u * 1024)

/* Octets of a local mailbox name (NETMAXMBX of the API), and of its path (a
 * MAILTMPLEN array with its NUL, which the API hands out). */
#define CC_MAILBOX_NAME 256u
#define CC_MAILPATH_MAX 1023u

/* Entries that one LIST looks at: more than any store has, few enough to end
 * within seconds. */
#define CC_LIST_ENTRIES 1000000ul

/* Octets of a line of the subscription file, a longer one is cut in pieces;
 * and of the file. */
#define CC_SUBSCRIPTION_LINE 1023u
#define CC_SUBSCRIPTION_MAX (16u * 1024 * 1024)

/* Octets of a configuration file: far more than anybody writes. */
#define CC_CONFIG_FILE (1024u * 1024)

/* Octets of the password file: a hundred thousand users. */
#define CC_SECRETS_SIZE (16u * 1024 * 1024)

/* Octets of a from-line, and of an internal header line of a mailbox file,
 * that are looked at. A longer line is no from-line; a longer internal line is
 * hidden without effect. Real ones have under 2 KiB (30 keywords of 50). */
#define CC_MBOX_LINE_MAX (64u * 1024)

/* Octets of a header that is rewritten. One that is longer swallowed other
 * mail, and stays as it is. */
#define CC_MBOX_HEAD (4u * 1024 * 1024)

/* UIDs above this are not believed and never given: a forged X-UID must not
 * use up the numbers of a mailbox. */
#define CC_MBOX_UID_MAX 0xfeffffffu

/* Runs of one UID record: a mailbox whose messages were all removed in such
 * patterns is rewritten with its UIDs inside long before. */
#define CC_UIDRECORD_RUNS 100000u

/* Seconds that a mailbox's UIDVALIDITY may be ahead of the clock, ten years:
 * no clock is that wrong, no honest value that far. */
#define CC_UIDVALIDITY_AHEAD (10u * 366 * 24 * 3600)

/* Octets that one step of a change puts, and so has in memory; octets of its
 * record (one large put, or many small ones, old and new); puts of a record
 * (the messages of one STORE). */
#define CC_REDO_PUT_MAX (8u * 1024 * 1024)
#define CC_REDO_RECORD_MAX (4 * CC_REDO_PUT_MAX)
#define CC_REDO_PUTS 1000000u

/* Messages of one append whose beginnings are in its record: as many as a COPY
 * of the largest mailbox that anybody has. */
#define CC_UNDO_STARTS 1000000u

/* Octets of a change list; beyond it a new one is begun. */
#define CC_CHANGES_MAX (4u * 1024 * 1024)

/* Octets in which the first from-line of a mailbox file must end. */
#define CC_MBOX_SNIFF 1023

/* Octets of an alert file that are shown. */
#define CC_ALERT_MAX (64u * 1024)

/* Octets of a decoded text that a search keeps until the end of a line comes;
 * a longer one is cut, and a character at the cut is lost. A multiple of 4,
 * for UCS-4. */
#define CC_SEARCH_LINE ((size_t)1024 * 1024)

/* Milliseconds that a client may take: between commands (RFC 3501 section 5.4
 * asks for at least 30 minutes), within one, and to read an answer. */
#define CC_SESSION_IDLE (30 * 60 * 1000)
#define CC_SESSION_MORE (5 * 60 * 1000)
#define CC_OUTPUT_PATIENCE (5 * 60 * 1000)

/* Seconds from the connection to the login (imapd.md section 2.2). Tests set
 * it to less. */
#ifndef CC_LOGIN_SECONDS
#define CC_LOGIN_SECONDS 180
#endif

#endif
