/*
 * dummy_lsub.c - LSUB of local names, from the subscription file.
 */
#include "mail.h"
#include "osdep.h"
#include "dummy.h"
#include "dummy_pattern.h"
#include "imap_grammar.h"
#include "mailpath.h"

/* A pattern that ends in "%" shows the upper level of a name below it. */
static void
list_upper(char *name, struct span pattern)
{
	char *slash = name + strlen(name);

	while ((slash = memrchr(name, '/', (size_t)(slash - name)))) {
		*slash = '\0';
		if (!cc_imap_match(cc_span_z(name), pattern, '/'))
			continue;
		mm_lsub(NIL, '/', name, LATT_NOSELECT);
		return;
	}
}

static void
list_name(char *name, struct span pattern)
{
	struct span s = cc_span_z(name);

	if (s.len == 0 || s.p[0] == '{')
		return; /* the remote drivers' */
	if (cc_mailpath_is_inbox(s)) {
		if (cc_dummy_matches_inbox(pattern))
			mm_lsub(NIL, 0, name, LATT_NOINFERIORS);
	} else if (cc_imap_match(s, pattern, '/')) {
		mm_lsub(NIL, '/', name, 0);
	} else if (pattern.len > 0 && pattern.p[pattern.len - 1] == '%') {
		list_upper(name, pattern);
	}
}

void
dummy_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	char pattern[MAILTMPLEN], name[MAILTMPLEN];
	void *reading = NIL;

	(void)stream;
	if (!dummy_canonicalize(pattern, ref, pat))
		return;
	while (sm_read(name, &reading))
		list_name(name, cc_span_z(pattern));
}
