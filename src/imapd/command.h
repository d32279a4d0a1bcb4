/*
 * command.h - commands: their table, and what their functions return.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "session.h"

enum cmd_result {
	CMD_OK,
	CMD_NO,
	CMD_BAD,
};

/* Facts about a command. */
#define CMD_UID 1u       /* UID may stand before it */
#define CMD_ONLYUID 2u   /* UID must */
#define CMD_NOEXPUNGE 4u /* no EXPUNGE in its answer (RFC 3501, 7.4.1) */
#define CMD_NOPOLL 8u    /* the mailbox is not looked at when it is done */
#define CMD_NAMED 16u    /* not for anonymous users */
#define CMD_NETSCAPE 32u /* only where there is a URL for it */

/*
 * Runs one command. The arguments begin behind the name, with the SP if there
 * are any. The order is parse, check, act; a text for the tagged response is
 * put by cmd_say, else it is the general one.
 */
typedef enum cmd_result command_run(struct session *s, struct args *args);

struct command {
	const char *name;
	unsigned states; /* ST_ bits in which it is legal */
	unsigned flags;  /* CMD_ */
	command_run *run;
};

/* Reads and runs the next command and answers it. */
void command_serve(struct session *s);

/* The text of the tagged response. */
void cmd_say(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* BAD, with the texts that clients of the toolkit know. */
enum cmd_result cmd_missing(struct session *s); /* wrong argument */
enum cmd_result cmd_extra(struct session *s);   /* one too many */
enum cmd_result cmd_bogus_list(struct session *s);
enum cmd_result cmd_bogus_sequence(struct session *s, const char *why);

/* Response codes, without brackets: of an OK; of a NO (RFC 5530), where the
 * first that is known counts. */
void cmd_code(struct session *s, const char *code);
void cmd_why(struct session *s, const char *code);

/* The library could not do it with this mailbox: finds out whether there is
 * one, and whether it may be used, for the response code. */
void cmd_explain(struct session *s, const char *name);

/* NO: "Can't PURPOSE NAME: no such mailbox". */
enum cmd_result cmd_no_mailbox(struct session *s, const char *purpose,
    const char *name);

/* May the user name this mailbox? Anonymous ones see what is public. CMD_OK, or
 * the answer. */
enum cmd_result cmd_may_name(struct session *s, const char *name);

/* SELECT of a mailbox: options are those of mail_open. */
enum cmd_result select_mailbox(struct session *s, char *name, long options);

/* Is it the selected mailbox, by this name or another one of the same file? */
bool cmd_is_selected(struct session *s, const char *name);

/* For commands that take no argument: CMD_OK, or the answer. */
enum cmd_result cmd_no_args(struct session *s, struct args *args);

/* Does the name lead to another server? A session never goes there: it would
 * connect wherever a client, or a file of the user, says. */
bool cmd_is_remote(const char *name);

/*
 * A sequence set of the present command, after SP, made ascending and without
 * "*": message numbers, or UIDs with UID. CMD_OK, or the answer.
 */
enum cmd_result cmd_sequence(struct session *s, struct args *args,
    struct imap_seqset *set_r);

/* The set as the library wants it: text in the arena, NULL if it is empty. */
int cmd_sequence_text(struct session *s, const struct imap_seqset *set,
    char **text_r);

/*
 * Walks the messages of such a set in ascending order:
 *
 *	struct cmd_walk w = { .set = &set };
 *	while (cmd_walk_next(s, &w))
 *		... w.msgno ...
 */
struct cmd_walk {
	const struct imap_seqset *set;
	size_t range;        /* the present one */
	unsigned long msgno; /* the present message; 0 before the first */
	unsigned long last;  /* of the present range */
	unsigned steps;      /* taken so far */
};

/* The next message that is there; false behind the last, and when the session
 * is ending. */
bool cmd_walk_next(struct session *s, struct cmd_walk *w);

command_run cmd_capability, cmd_noop, cmd_id, cmd_logout; /* cmd_any.c */
command_run cmd_select, cmd_examine, cmd_close, cmd_unselect, cmd_check;
command_run cmd_status, cmd_subscribe, cmd_unsubscribe; /* cmd_mailbox.c */
command_run cmd_list, cmd_lsub, cmd_namespace;          /* cmd_list.c */
command_run cmd_fetch, cmd_store, cmd_expunge, cmd_idle;
command_run cmd_create, cmd_delete, cmd_rename; /* cmd_manage.c */
command_run cmd_append, cmd_copy;
command_run cmd_enable;                         /* cmd_any.c */
command_run cmd_bboard, cmd_find, cmd_netscape; /* cmd_old.c */
command_run cmd_search, cmd_scan;               /* cmd_search.c */

/* Makes the library tell where messages went; once. */
void copy_init(struct session *s);
command_run cmd_sort, cmd_thread;

/* Answers of the mail API, on their way to the client. */
void status_put(struct session *s, const char *mailbox,
    const MAILSTATUS *status);
void list_put(struct session *s, const char *word, int delimiter,
    const char *name, long attributes);

#endif
