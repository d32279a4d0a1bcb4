/*
 * ask.c - lines from the person who types, texts for that person.
 */
#include <termios.h>
#include <unistd.h>

#include "mtest.h"

/* Moves what lies between blanks to the beginning. */
static void
trim(char *line)
{
	size_t from = strspn(line, " \t");
	size_t n = strlen(line + from);

	while (n > 0 &&
	    (line[from + n - 1] == ' ' || line[from + n - 1] == '\t' ||
		line[from + n - 1] == '\r'))
		n--;
	memmove(line, line + from, n);
	line[n] = '\0';
}

bool
ask(const char *prompt, char *line)
{
	size_t n = 0;
	int c;

	fputs(prompt, stdout);
	fflush(stdout);
	while ((c = getchar()) != EOF && c != '\n')
		if (n < MTEST_LINE - 1 && c != '\0')
			line[n++] = (char)c;
	line[n] = '\0';
	trim(line);
	if (c == EOF && n == 0) {
		mtest.ended = true;
		putchar('\n');
	}
	return !mtest.ended;
}

bool
ask_secret(const char *prompt, char *line)
{
	struct termios old, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
	bool ok;

	if (terminal) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	ok = ask(prompt, line);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		putchar('\n');
	}
	return ok;
}

void
put_text(const char *s, size_t n)
{
	bool terminal = isatty(STDOUT_FILENO);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\r')
			continue;
		if (terminal && (c < ' ' || c == 0x7f) && c != '\n' &&
		    c != '\t')
			c = '?';
		putchar(c);
	}
}

void
put_line(const char *s)
{
	put_text(s, strlen(s));
	putchar('\n');
}
