/*
 * test_dummy.h - listing directories made for a test, with the answers in an
 * order that can be compared.
 */
#ifndef TEST_DUMMY_H
#define TEST_DUMMY_H

#include "cc_err.h"
#include "dummy.h"
#include "env_state.h"
#include "mail.h"
#include "misc.h"
#include "osdep.h"
#include "test_env.h"
#include "test_util.h"

/* Attributes as test_callbacks writes them. */
#define NOINF "0x1"
#define NOSEL "0x2"
#define UNMARKED "0x9"   /* with \NoInferiors */
#define MARKED "0x5"     /* with \NoInferiors */
#define PARENT "0x22"    /* \NoSelect \HasChildren */
#define CHILDLESS "0x42" /* \NoSelect \HasNoChildren */
#define INBOX_LINE "- INBOX " NOINF "\n"

static inline void
begin_with(const char *config)
{
	tmpdir_make(&tmp);
	begin_home(config);
}

static inline void
begin(void)
{
	begin_with("");
}

static inline void
empty_file(const char *name)
{
	tmpdir_write(&tmp, name, "", 0);
}

static inline int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in order, since directories have none. */
static inline void
sort_lines(char *text)
{
	char *lines[256], *copy = strdup(text), *s = copy, *lf;
	size_t n = 0, len = 0;

	for (; n < COUNT(lines) && (lf = strchr(s, '\n')); s = lf + 1) {
		*lf = '\0';
		lines[n++] = s;
	}
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < n; i++) {
		size_t l = strlen(lines[i]);

		memcpy(text + len, lines[i], l);
		text[len + l] = '\n';
		len += l + 1;
	}
	text[len] = '\0';
	free(copy);
}

/* What LIST answers, in order of the alphabet. */
static inline void
expect_list(const char *ref, const char *pat, const char *want)
{
	test_callbacks_reset();
	dummy_list(NIL, (char *)ref, (char *)pat);
	sort_lines(test_callbacks.listed);
	if (strcmp(test_callbacks.listed, want) != 0)
		fail_msg("LIST \"%s\" \"%s\":\n%swant:\n%s", ref, pat,
		    test_callbacks.listed, want);
}

static inline void
expect_lsub(const char *ref, const char *pat, const char *want)
{
	test_callbacks_reset();
	dummy_lsub(NIL, (char *)ref, (char *)pat);
	if (strcmp(test_callbacks.lsubbed, want) != 0)
		fail_msg("LSUB \"%s\" \"%s\":\n%swant:\n%s", ref, pat,
		    test_callbacks.lsubbed, want);
}

static inline void
write_subscriptions(const char *text)
{
	tmpdir_write(&tmp, "home/.mailboxlist", text, strlen(text));
}

#endif
