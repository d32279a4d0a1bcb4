/*
 * mtest.h - an interactive program that drives the library by hand.
 */
#ifndef MTEST_H
#define MTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "c-client.h"

#define MTEST_LINE 1024 /* room for a line of input with its NUL */

/* The session. The library's callbacks have no argument of ours, so there is
 * one of it, in main.c. */
struct mtest {
	MAILSTREAM *stream;  /* NIL: no mailbox is open */
	unsigned long msgno; /* the current message; 0: none yet */
	bool debug;
	bool ended; /* input is at its end */
	char personal[MTEST_LINE];
};

extern struct mtest mtest;

/*
 * ask - shows prompt and reads a line, without its end and blanks around it,
 * into line, which has MTEST_LINE octets. What does not fit is dropped. False
 * at the end of input, where line is "" and mtest.ended is set.
 */
bool ask(const char *prompt, char *line);

/* The same without echo. */
bool ask_secret(const char *prompt, char *line);

/* Writes octets for people: without CR and, on a terminal, without control
 * characters but LF and tab. */
void put_text(const char *s, size_t n);
void put_line(const char *s);

/* What a mailbox is, as shown after it was opened. */
void show_status(void);

/* The line of a message in a list. */
void show_header_line(MAILSTREAM *stream, unsigned long msgno);

/* Header fields and text; the structure; all octets. */
void show_message(MAILSTREAM *stream, unsigned long msgno);
void show_structure(MAILSTREAM *stream, unsigned long msgno);
void show_literal(MAILSTREAM *stream, unsigned long msgno);

void show_overview(MAILSTREAM *stream, char *uids);
void show_namespaces(void);

/* Asks for a mailbox and opens it: 1, or 0 at an empty line. */
bool open_mailbox(void);

/* Does what a line says: false to quit. */
bool command(char *line);

#endif
