/*
 * found.h - the messages that a SEARCH program finds, for SORT and THREAD.
 */
#ifndef FOUND_H
#define FOUND_H

#include "command.h"

struct found {
	uint32_t *msgnos; /* ascending, owned */
	size_t count;
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

/* The message number, or with UID the message's UID; 0 if it cannot be had. */
uint32_t found_number(struct session *s, uint32_t msgno);

#endif
