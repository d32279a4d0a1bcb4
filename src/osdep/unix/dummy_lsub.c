/*
 * dummy_lsub.c - LSUB of local names, from the subscription file.
 */
#include "mail.h"
#include "osdep.h"
#include "dummy.h"
#include "dummy_pattern.h"
#include "fs.h"
#include "imap_grammar.h"
#include "mailpath.h"

/* Upper levels of subscribed names, each to be told once, and not at all if it
 * is subscribed itself (RFC 3501 section 6.3.9). */
struct upper {
	char *name;      /* owned */
	bool subscribed; /* itself, and so told already */
};

struct uppers {
	struct upper *upper;
	size_t count, room;
};

static int
compare(const void *a, const void *b)
{
	const struct upper *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
keep_upper(struct uppers *u, const char *name)
{
	if (u->count > 0 && strcmp(u->upper[u->count - 1].name, name) == 0)
		return;
	if (u->count == u->room) {
		u->room = u->room ? 2 * u->room : 16;
		fs_resize((void **)&u->upper, u->room * sizeof(*u->upper));
	}
	u->upper[u->count++] =
	    (struct upper){ .name = cc_span_dup(cc_span_z(name)) };
}

static void
sort_uppers(struct uppers *u)
{
	size_t n = 0;

	qsort(u->upper, u->count, sizeof(*u->upper), compare);
	for (size_t i = 1; i < u->count; i++)
		if (compare(&u->upper[i], &u->upper[n]) == 0)
			fs_give((void **)&u->upper[i].name);
		else
			u->upper[++n] = u->upper[i];
	u->count = n + 1;
}

static void
mark_subscribed(struct uppers *u)
{
	char name[MAILTMPLEN];
	struct upper key = { .name = name };
	struct upper *found;
	void *reading = NIL;

	while (sm_read(name, &reading))
		if ((found = bsearch(&key, u->upper, u->count,
			 sizeof(*u->upper), compare)))
			found->subscribed = true;
}

/* A pattern that ends in "%" shows the upper level of a name below it. */
static void
find_upper(struct uppers *u, char *name, struct span pattern)
{
	char *slash = name + strlen(name);

	while ((slash = memrchr(name, '/', (size_t)(slash - name)))) {
		*slash = '\0';
		if (!cc_imap_match(cc_span_z(name), pattern, '/'))
			continue;
		keep_upper(u, name);
		return;
	}
}

static void
list_name(struct uppers *u, char *name, struct span pattern)
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
		find_upper(u, name, pattern);
	}
}

/* Ends what find_upper has collected. */
static void
list_uppers(struct uppers *u)
{
	if (u->count == 0)
		return;
	sort_uppers(u);
	mark_subscribed(u);
	for (size_t i = 0; i < u->count; i++) {
		if (!u->upper[i].subscribed)
			mm_lsub(NIL, '/', u->upper[i].name, LATT_NOSELECT);
		fs_give((void **)&u->upper[i].name);
	}
	fs_give((void **)&u->upper);
}

void
dummy_lsub(MAILSTREAM *stream, char *ref, char *pat)
{
	char pattern[MAILTMPLEN], name[MAILTMPLEN];
	struct uppers u = { .upper = NULL };
	void *reading = NIL;

	(void)stream;
	if (!dummy_canonicalize(pattern, ref, pat))
		return;
	while (sm_read(name, &reading))
		list_name(&u, name, cc_span_z(pattern));
	list_uppers(&u);
}
