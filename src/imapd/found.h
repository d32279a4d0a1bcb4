/*
 * found.h - the messages that a SEARCH program finds, for SORT and THREAD.
 */
#ifndef FOUND_H
#define FOUND_H

#include "command.h"

struct found {
	uint32_t *msgnos; /* ascending, owned */
	size_t count;
	unsigned looks; /* that found_again took */
};

/*
 * The arguments of SORT and THREAD behind what is sorted or threaded by: SP
 * charset SP search-program, up to the end of the command (RFC 5256 section 5,
 * search-criteria). CMD_OK and a program that the caller frees, or the answer.
 */
enum cmd_result found_parse(struct session *s, struct args *args,
    struct span *charset_r, SEARCHPGM **pgm_r);

/* Searches the selected mailbox. CMD_OK, or the answer; found_free in any
 * case. */
enum cmd_result found_search(struct session *s, struct span charset,
    SEARCHPGM *pgm, struct found *found_r);
void found_free(struct found *found);

/*
 * A message that was found can not be read any more, since another program
 * changed the mailbox (CC_ECHANGED): looks at it, which moves no numbers, and
 * leaves out what is gone, of which clients that sort have no use for a NO (RFC
 * 5256 knows none). False if that does not help.
 */
bool found_again(struct session *s, struct found *found);

/* The answer to an error. */
enum cmd_result found_failed(struct session *s, int r);

/* The message number, or with UID the message's UID; 0 if it cannot be had. */
uint32_t found_number(struct session *s, uint32_t msgno);

#endif
