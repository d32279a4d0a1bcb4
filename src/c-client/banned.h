/*
 * banned.h - calls that must not compile.
 *
 * Forced into every file with -include. Each of these writes without a bound,
 * parses without an error, or hides state; strbuf, cursor and the imap_ and
 * rfc822_ parsers do their work. The system headers that declare them come
 * first, so that only our own use is caught.
 */
#ifndef BANNED_H
#define BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CC_BANNED(name) sorry_##name##_is_a_banned_call

#undef strcpy
#define strcpy(d, s) CC_BANNED(strcpy)
#undef strcat
#define strcat(d, s) CC_BANNED(strcat)
#undef strncpy
#define strncpy(d, s, n) CC_BANNED(strncpy)
#undef strncat
#define strncat(d, s, n) CC_BANNED(strncat)
#undef strtok
#define strtok(s, d) CC_BANNED(strtok)
#undef sprintf
#define sprintf(...) CC_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) CC_BANNED(vsprintf)
#undef gets
#define gets(s) CC_BANNED(gets)
#undef atoi
#define atoi(s) CC_BANNED(atoi)
#undef atol
#define atol(s) CC_BANNED(atol)
#undef ctime
#define ctime(t) CC_BANNED(ctime)
#undef asctime
#define asctime(t) CC_BANNED(asctime)
#undef gmtime
#define gmtime(t) CC_BANNED(gmtime)
#undef localtime
#define localtime(t) CC_BANNED(localtime)
#undef tmpnam
#define tmpnam(s) CC_BANNED(tmpnam)
#undef mktemp
#define mktemp(s) CC_BANNED(mktemp)
#undef alloca
#define alloca(n) CC_BANNED(alloca)

#endif
