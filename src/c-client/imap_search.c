/*
 * imap_search.c - SEARCH programs, read from the wire (RFC 3501 section 6.4.4,
 * search-key; OLDER and YOUNGER of RFC 5032).
 *
 * What the client sends is hostile. What is open - parentheses, NOT, OR - is
 * kept on a stack of its own, not on that of the process; CC_SEARCH_DEPTH and
 * CC_SEARCH_KEYS bound it and the tree. Holds no state.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "imap_grammar.h"
#include "imap_search.h"

#define STAR 0xffffffffUL /* "*" in a SEARCHSET */
#define YEAR_LAST (BASEYEAR + 127)

/* What waits for a key. */
enum open_kind {
	OPEN_LIST,  /* all of the program, or a parenthesis */
	OPEN_ONE,   /* one key: NOT, the second one of OR */
	OPEN_FIRST, /* the first key of OR */
};

struct open {
	enum open_kind kind;
	SEARCHPGM *pgm; /* where the keys go */
	SEARCHOR * or ; /* of OPEN_FIRST */
};

#define ENDS 64 /* more than the lists of a program */

struct parser {
	struct cursor *c;
	cc_imap_astring_fn *astring;
	void *ctx;
	struct open *stack; /* stack[0] is the whole program */
	size_t depth;       /* of stack, in use */
	size_t room;        /* of stack, allocated */
	size_t keys;
	/* Where lists ended when they were last added to. Nothing is moved or
	 * freed while a program is read. */
	struct list_end {
		void *list; /* the member of the program, or NULL */
		void *end;  /* the last one's next */
	} ends[ENDS];
};

#define MEMBER(name) offsetof(SEARCHPGM, name)

const struct cc_search_member cc_search_texts[] = {
	{ "BCC", MEMBER(bcc) },
	{ "BODY", MEMBER(body) },
	{ "CC", MEMBER(cc) },
	{ "FROM", MEMBER(from) },
	{ "KEYWORD", MEMBER(keyword) },
	{ "SUBJECT", MEMBER(subject) },
	{ "TEXT", MEMBER(text) },
	{ "TO", MEMBER(to) },
	{ "UNKEYWORD", MEMBER(unkeyword) },
	{ "", 0 },
};

const struct cc_search_member cc_search_dates[] = {
	{ "BEFORE", MEMBER(before) },
	{ "ON", MEMBER(on) },
	{ "SINCE", MEMBER(since) },
	{ "SENTBEFORE", MEMBER(sentbefore) },
	{ "SENTON", MEMBER(senton) },
	{ "SENTSINCE", MEMBER(sentsince) },
	{ "", 0 },
};

const struct cc_search_member cc_search_fields[] = {
	{ "Return-Path", MEMBER(return_path) },
	{ "Sender", MEMBER(sender) },
	{ "Reply-To", MEMBER(reply_to) },
	{ "In-Reply-To", MEMBER(in_reply_to) },
	{ "Message-ID", MEMBER(message_id) },
	{ "Newsgroups", MEMBER(newsgroups) },
	{ "Followup-To", MEMBER(followup_to) },
	{ "References", MEMBER(references) },
	{ "", 0 },
};

const char cc_search_flags[CC_SEARCH_FLAGS][12] = { "ANSWERED", "DELETED",
	"DRAFT", "FLAGGED", "OLD", "RECENT", "SEEN", "UNANSWERED", "UNDELETED",
	"UNDRAFT", "UNFLAGGED", "UNSEEN" };

unsigned
cc_search_flag_bits(const SEARCHPGM *pgm)
{
	return (unsigned)(pgm->answered << CC_SEARCH_ANSWERED |
	    pgm->deleted << CC_SEARCH_DELETED | pgm->draft << CC_SEARCH_DRAFT |
	    pgm->flagged << CC_SEARCH_FLAGGED | pgm->old << CC_SEARCH_OLD |
	    pgm->recent << CC_SEARCH_RECENT | pgm->seen << CC_SEARCH_SEEN |
	    pgm->unanswered << CC_SEARCH_UNANSWERED |
	    pgm->undeleted << CC_SEARCH_UNDELETED |
	    pgm->undraft << CC_SEARCH_UNDRAFT |
	    pgm->unflagged << CC_SEARCH_UNFLAGGED |
	    pgm->unseen << CC_SEARCH_UNSEEN);
}

static void
set_flag(SEARCHPGM *pgm, enum cc_search_flag flag)
{
	pgm->answered |= flag == CC_SEARCH_ANSWERED;
	pgm->deleted |= flag == CC_SEARCH_DELETED;
	pgm->draft |= flag == CC_SEARCH_DRAFT;
	pgm->flagged |= flag == CC_SEARCH_FLAGGED;
	pgm->old |= flag == CC_SEARCH_OLD;
	pgm->recent |= flag == CC_SEARCH_RECENT;
	pgm->seen |= flag == CC_SEARCH_SEEN;
	pgm->unanswered |= flag == CC_SEARCH_UNANSWERED;
	pgm->undeleted |= flag == CC_SEARCH_UNDELETED;
	pgm->undraft |= flag == CC_SEARCH_UNDRAFT;
	pgm->unflagged |= flag == CC_SEARCH_UNFLAGGED;
	pgm->unseen |= flag == CC_SEARCH_UNSEEN;
}

/* Its place in ends; what stood there of another list is forgotten. */
static struct list_end *
end_of(struct parser *p, void *list)
{
	struct list_end *e = &p->ends[(uintptr_t)list / sizeof(void *) % ENDS];

	if (e->list != list)
		*e = (struct list_end){ list, list };
	return e;
}

/* A new program that must not hold, inside of pgm. */
static SEARCHPGM *
add_not(struct parser *p, SEARCHPGM *pgm)
{
	struct list_end *e = end_of(p, &pgm->not );
	SEARCHPGMLIST **tail = e->end;

	while (*tail)
		tail = &(*tail)->next;
	*tail = mail_newsearchpgmlist();
	e->end = &(*tail)->next;
	return (*tail)->pgm;
}

/* A key that no message has. */
static void
add_never(struct parser *p, SEARCHPGM *pgm)
{
	add_not(p, pgm);
}

/* A second program of its own that must hold as well. */
static SEARCHPGM *
add_and(struct parser *p, SEARCHPGM *pgm)
{
	return add_not(p, add_not(p, pgm));
}

/* -------------------------------------------------------------- arguments */

static int
space(struct parser *p)
{
	return cc_cursor_skip(p->c, ' ') ? 0 : CC_EPARSE;
}

static int
string(struct parser *p, struct span *s_r)
{
	int r;

	if ((r = space(p)) != 0)
		return r;
	return p->astring(p->ctx, p->c, s_r);
}

static void
set_text(SIZEDTEXT *text, struct span s)
{
	text->data = (unsigned char *)cc_span_dup(s);
	text->size = s.len;
}

static int
parse_text(struct parser *p, STRINGLIST **list)
{
	struct list_end *e;
	STRINGLIST **tail;
	struct span s;
	int r;

	if ((r = string(p, &s)) != 0)
		return r;
	e = end_of(p, list);
	for (tail = e->end; *tail;)
		tail = &(*tail)->next;
	*tail = mail_newstringlist();
	set_text(&(*tail)->text, s);
	e->end = &(*tail)->next;
	return 0;
}

/* The name is copied at once: the text may be a literal, and what brings that
 * may move the line. */
static int
parse_header(struct parser *p, SEARCHPGM *pgm)
{
	SEARCHHEADER **tail, *hdr;
	struct list_end *e;
	struct span s;
	int r;

	if ((r = string(p, &s)) != 0)
		return r;
	e = end_of(p, &pgm->header);
	for (tail = e->end; *tail;)
		tail = &(*tail)->next;
	hdr = *tail = memset(fs_get(sizeof(*hdr)), 0, sizeof(*hdr));
	e->end = &hdr->next;
	set_text(&hdr->line, s);
	if ((r = string(p, &s)) == 0)
		set_text(&hdr->text, s);
	return r;
}

static unsigned short
short_date(int day)
{
	int y, m, d;

	cc_civil_from_days(day, &y, &m, &d);
	return mail_shortdate((unsigned)(y - BASEYEAR), (unsigned)m,
	    (unsigned)d);
}

/* Is a the narrower one? BEFORE is so when it is smaller, SINCE otherwise. */
static bool
narrower(const char *key, unsigned long a, unsigned long b)
{
	return strstr(key, "BEFORE") ? a < b : a > b;
}

static unsigned short *
date_at(SEARCHPGM *pgm, const struct cc_search_member *m)
{
	return (unsigned short *)(void *)((char *)pgm + m->at);
}

/*
 * A date. Messages have dates from 1970 to 2097: keys with others hold for all
 * of them or for none.
 */
static void
add_date(struct parser *p, SEARCHPGM *pgm, const struct cc_search_member *m,
    int day)
{
	const int64_t last = cc_days_from_civil(YEAR_LAST, 12, 31);
	const bool before = strstr(m->name, "BEFORE") != NULL;
	const bool on = strstr(m->name, "ON") != NULL;
	unsigned short *place = date_at(pgm, m), date;

	if (day < 0 || day > last) {
		if (on || before == (day < 0))
			add_never(p, pgm);
		return;
	}
	date = short_date(day);
	if (*place == 0 || *place == date ||
	    (!on && narrower(m->name, date, *place)))
		*place = date;
	else if (on)
		*date_at(add_and(p, pgm), m) = date;
}

static int
parse_date(struct parser *p, SEARCHPGM *pgm, const struct cc_search_member *m)
{
	struct span s;
	int r, day;

	if ((r = string(p, &s)) != 0 || (r = cc_imap_parse_date(s, &day)) != 0)
		return r;
	add_date(p, pgm, m, day);
	return 0;
}

/* LARGER, SMALLER: octets. 0 in SEARCHPGM asks nothing. */
static int
parse_size(struct parser *p, SEARCHPGM *pgm, bool larger)
{
	uint64_t n;
	int r;

	if ((r = space(p)) != 0 || (r = cc_imap_parse_number64(p->c, &n)) != 0)
		return r;
	if (larger && n == 0)
		add_not(p, pgm)->smaller = 1;
	else if (larger && n > pgm->larger)
		pgm->larger = n;
	else if (!larger && n == 0)
		add_never(p, pgm);
	else if (!larger && (pgm->smaller == 0 || n < pgm->smaller))
		pgm->smaller = n;
	return 0;
}

/* OLDER, YOUNGER: seconds, not 0 (RFC 5032 section 3). */
static int
parse_age(struct parser *p, SEARCHPGM *pgm, bool older)
{
	uint32_t n;
	int r;

	if ((r = space(p)) != 0 || (r = cc_imap_parse_nz_number(p->c, &n)) != 0)
		return r;
	if (older && n > pgm->older)
		pgm->older = n;
	else if (!older && (pgm->younger == 0 || n < pgm->younger))
		pgm->younger = n;
	return 0;
}

static unsigned long
set_number(uint32_t num)
{
	return num == CC_IMAP_STAR ? STAR : num;
}

static SEARCHSET *
new_set(const struct imap_seqset *from)
{
	SEARCHSET *head = NIL, **tail = &head;

	for (size_t i = 0; i < from->count; i++) {
		unsigned long a = set_number(from->ranges[i].first);
		unsigned long b = set_number(from->ranges[i].last);

		*tail = mail_newsearchset();
		(*tail)->first = a < b ? a : b;
		(*tail)->last = a == b ? 0 : a < b ? b : a;
		tail = &(*tail)->next;
	}
	return head;
}

static int
parse_set(struct parser *p, SEARCHPGM *pgm, bool uid)
{
	struct imap_seqset set;
	struct arena a;
	int r;

	cc_arena_init(&a, (size_t)4 * CC_SEQSET_RANGES * sizeof(*set.ranges));
	r = cc_imap_parse_seqset(p->c, &a, &set);
	if (r == 0) {
		if (uid ? pgm->uid : pgm->msgno)
			pgm = add_and(p, pgm);
		*(uid ? &pgm->uid : &pgm->msgno) = new_set(&set);
	}
	cc_arena_free(&a);
	return r;
}

/* ------------------------------------------------------------------- keys */

static int
push(struct parser *p, enum open_kind kind, SEARCHPGM *pgm, SEARCHOR * or)
{
	if (p->depth > CC_SEARCH_DEPTH)
		return CC_ELIMIT;
	if (p->depth == p->room) {
		p->room = p->room ? 2 * p->room : 8;
		fs_resize((void **)&p->stack, p->room * sizeof(*p->stack));
	}
	p->stack[p->depth++] = (struct open){ kind, pgm, or };
	return 0;
}

static int
open_or(struct parser *p, SEARCHPGM *pgm)
{
	struct list_end *e = end_of(p, &pgm->or);
	SEARCHOR **tail = e->end;

	while (*tail)
		tail = &(*tail)->next;
	*tail = mail_newsearchor();
	e->end = &(*tail)->next;
	return push(p, OPEN_FIRST, (*tail)->first, *tail);
}

static const struct cc_search_member *
member(const struct cc_search_member *table, struct span name)
{
	for (; table->name[0]; table++)
		if (cc_span_is_nocase(name, table->name))
			return table;
	return NULL;
}

/* A key that stands alone. */
static int
parse_word(SEARCHPGM *pgm, struct span name)
{
	if (cc_span_is_nocase(name, "ALL"))
		return 0;
	if (cc_span_is_nocase(name, "NEW")) {
		pgm->recent = pgm->unseen = T;
		return 0;
	}
	for (unsigned i = 0; i < CC_SEARCH_FLAGS; i++) {
		if (cc_span_is_nocase(name, cc_search_flags[i])) {
			set_flag(pgm, (enum cc_search_flag)i);
			return 0;
		}
	}
	return CC_EPARSE;
}

/* A key by its name; 1 if it opened something that waits for a key. */
static int
parse_named(struct parser *p, SEARCHPGM *pgm, struct span name)
{
	const struct cc_search_member *m;
	int r;

	if ((m = member(cc_search_texts, name)) != NULL)
		return parse_text(p, (void *)((char *)pgm + m->at));
	if ((m = member(cc_search_dates, name)) != NULL)
		return parse_date(p, pgm, m);
	if (cc_span_is_nocase(name, "HEADER"))
		return parse_header(p, pgm);
	if (cc_span_is_nocase(name, "LARGER") ||
	    cc_span_is_nocase(name, "SMALLER"))
		return parse_size(p, pgm, name.len == 6);
	if (cc_span_is_nocase(name, "OLDER") ||
	    cc_span_is_nocase(name, "YOUNGER"))
		return parse_age(p, pgm, name.len == 5);
	if (cc_span_is_nocase(name, "UID"))
		return (r = space(p)) != 0 ? r : parse_set(p, pgm, true);
	if (cc_span_is_nocase(name, "NOT")) {
		r = push(p, OPEN_ONE, add_not(p, pgm), NULL);
		return r != 0 || (r = space(p)) != 0 ? r : 1;
	}
	if (cc_span_is_nocase(name, "OR")) {
		r = open_or(p, pgm);
		return r != 0 || (r = space(p)) != 0 ? r : 1;
	}
	return parse_word(pgm, name);
}

/* One key, or what opens one: 0 or 1. */
static int
parse_key(struct parser *p)
{
	SEARCHPGM *pgm = p->stack[p->depth - 1].pgm;
	int c = cc_cursor_peek(p->c), r;
	struct span name;

	if (p->keys++ == CC_SEARCH_KEYS)
		return CC_ELIMIT;
	if (cc_cursor_skip(p->c, '('))
		return (r = push(p, OPEN_LIST, pgm, NULL)) != 0 ? r : 1;
	if ((c >= '0' && c <= '9') || c == '*')
		return parse_set(p, pgm, false);
	if ((r = cc_imap_parse_atom(p->c, &name)) != 0)
		return r;
	return parse_named(p, pgm, name);
}

/* A key is complete: closes what it completes. 1: another key follows; 0: the
 * program is done. */
static int
close_key(struct parser *p)
{
	struct open *top;

	for (;;) {
		top = &p->stack[p->depth - 1];
		switch (top->kind) {
		case OPEN_FIRST:
			*top = (struct open){ OPEN_ONE, top->or->second, NULL };
			return cc_cursor_skip(p->c, ' ') ? 1 : CC_EPARSE;
		case OPEN_LIST:
			if (cc_cursor_skip(p->c, ' '))
				return 1;
			if (p->depth == 1)
				return 0;
			if (!cc_cursor_skip(p->c, ')'))
				return CC_EPARSE;
			break;
		case OPEN_ONE:
			break;
		}
		p->depth--;
	}
}

int
cc_imap_parse_search(struct cursor *c, cc_imap_astring_fn *astring, void *ctx,
    SEARCHPGM **pgm_r)
{
	struct parser p = { .c = c, .astring = astring, .ctx = ctx };
	SEARCHPGM *pgm = mail_newsearchpgm();
	int r = push(&p, OPEN_LIST, pgm, NULL);

	while (r == 0) {
		while ((r = parse_key(&p)) == 1)
			;
		if (r == 0 && (r = close_key(&p)) == 0)
			break;
		if (r == 1)
			r = 0;
	}
	fs_give((void **)&p.stack);
	if (r != 0)
		mail_free_searchpgm(&pgm);
	else
		*pgm_r = pgm;
	return r;
}
