// The same in C++, with what may follow a search there.
#include <iostream>
#include <string>
#include <vector>
#include "c-client.h"

static std::vector<unsigned long> hits;

void mm_searched(MAILSTREAM *, unsigned long number) { hits.push_back(number); }
void mm_exists(MAILSTREAM *, unsigned long) {}
void mm_expunged(MAILSTREAM *, unsigned long) {}
void mm_flags(MAILSTREAM *, unsigned long) {}
void mm_notify(MAILSTREAM *, char *, long) {}
void mm_list(MAILSTREAM *, int, char *, long) {}
void mm_lsub(MAILSTREAM *, int, char *, long) {}
void mm_status(MAILSTREAM *, char *, MAILSTATUS *) {}
void mm_log(char *string, long) { std::cerr << string << "\n"; }
void mm_dlog(char *) {}
void mm_login(NETMBX *, char *, char *pwd, long) { *pwd = '\0'; }
void mm_critical(MAILSTREAM *) {}
void mm_nocritical(MAILSTREAM *) {}
long mm_diskerror(MAILSTREAM *, long, long) { return T; }
void mm_fatal(char *string) { std::cerr << string << "\n"; }

int
main(int argc, char *argv[])
{
#include "linkage.c"
	if (argc != 2)
		return 2;
	MAILSTREAM *stream = mail_open(NIL, argv[1], NIL);
	if (!stream)
		return 1;
	for (unsigned long n = 1; n <= stream->nmsgs; n++) {
		ENVELOPE *env = mail_fetchenvelope(stream, n);

		std::cout << std::string(env->from->mailbox) << "\n";
	}
	mail_close(stream);
	return 0;
}
