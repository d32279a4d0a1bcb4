/*
 * plugin.c - a shared object with the library in it, as scripting languages
 * load them. The program that loads it has the callbacks.
 */
#include "c-client.h"

__attribute__((visibility("default"))) char *plugin_subject(char *name);

char *
plugin_subject(char *name)
{
	MAILSTREAM *stream;
	ENVELOPE *env;
	char *subject;
#include "linkage.c"
	stream = mail_open(NIL, name, OP_READONLY);
	if (!stream)
		return NIL;
	env = mail_fetchenvelope(stream, 1);
	subject = cpystr(env->subject);
	mail_close(stream);
	return subject;
}
