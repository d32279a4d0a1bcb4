/*
 * main.c - mtest, a program to drive the library by hand: opens a mailbox and
 * obeys commands of one letter. All on standard input and output; it trusts
 * whoever types.
 */
#include <pwd.h>
#include <unistd.h>

#include "mtest.h"

#include "linkage.h"

struct mtest mtest;

/* The full name of the password file: what is before the first comma. */
static void
find_personal(void)
{
	const struct passwd *pw = getpwuid(getuid());
	size_t n = pw && pw->pw_gecos ? strcspn(pw->pw_gecos, ",") : 0;

	if (n >= sizeof(mtest.personal))
		n = sizeof(mtest.personal) - 1;
	if (n > 0)
		memcpy(mtest.personal, pw->pw_gecos, n);
	mtest.personal[n] = '\0';
	if (n == 0)
		ask("Personal name: ", mtest.personal);
}

bool
open_mailbox(void)
{
	char name[MTEST_LINE];

	while (ask("Mailbox ('?' for help): ", name) && name[0] != '\0') {
		MAILSTREAM *stream;

		if (strcmp(name, "?") == 0) {
			puts("Enter a mailbox name: INBOX, a name below your "
			     "home directory,\nor {host}name. Names here:");
			mail_list(NIL, "", "%");
			puts("Subscribed:");
			mail_lsub(NIL, "", "*");
			continue;
		}
		stream =
		    mail_open(mtest.stream, name, mtest.debug ? OP_DEBUG : NIL);
		/* A name that nobody takes leaves the old one open. */
		if (stream && stream != mtest.stream)
			mtest.msgno = 0;
		mtest.stream = stream;
		if (stream) {
			show_status();
			return true;
		}
	}
	return false;
}

int
main(void)
{
	char line[MTEST_LINE];

#include "linkage.c"

	puts("MTest -- C client test program");
	find_personal();
	mtest.debug = ask("Debug protocol (y/n)?", line) &&
	    (line[0] == 'y' || line[0] == 'Y');
	if (open_mailbox())
		while (ask("MTest>", line) && command(line))
			continue;
	mtest.stream = mail_close(mtest.stream);
	return 0;
}
