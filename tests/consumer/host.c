/* host PLUGIN MAILBOX - loads the plug-in and prints what it finds. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Without the header: plain names are all that a loader sees. */
void mm_searched(void) {}
void mm_exists(void) {}
void mm_expunged(void) {}
void mm_flags(void) {}
void mm_notify(void) {}
void mm_list(void) {}
void mm_lsub(void) {}
void mm_status(void) {}
void mm_log(char *string, long errflg) { fprintf(stderr, "%ld %s\n", errflg, string); }
void mm_dlog(void) {}
void mm_login(void) {}
void mm_critical(void) {}
void mm_nocritical(void) {}
long mm_diskerror(void) { return 1; }
void mm_fatal(void) {}

int
main(int argc, char *argv[])
{
	void *object = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
	char *(*subject)(char *);
	char *text;

	if (!object) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	*(void **)&subject = dlsym(object, "plugin_subject");
	if (!subject) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	text = subject(argv[2]);
	printf("%s\n", text ? text : "nothing");
	free(text);
	return text ? 0 : 1;
}
