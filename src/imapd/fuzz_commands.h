/*
 * fuzz_commands.h - commands as clients write them, made at random for
 * fuzz_imapd_session.c: whole conversations, or lines put into one, taken out,
 * doubled, moved.
 *
 * The grammar is a table of texts. "%x" in one stands for any text of rule x;
 * "%{x" for text of rule x as a literal; "%#" for a small number. Texts of a
 * rule beyond DEPTH levels are its first ones, which have no rules in them.
 * Between the commands others do something (fuzz_others.h).
 */
#ifndef FUZZ_COMMANDS_H
#define FUZZ_COMMANDS_H

#include "fuzz_others.h"
#include "fuzz_util.h"

#define FUZZ_DEPTH 7u

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned seed);

/* Text that is being made; what does not fit is left out. */
struct fuzz_text {
	char *p;
	size_t len, cap;
	uint64_t random;
};

static inline size_t
fuzz_below(struct fuzz_text *t, size_t n)
{
	t->random = t->random * 6364136223846793005u + 1442695040888963407u;
	return n ? (size_t)(t->random >> 33) % n : 0;
}

static inline void
fuzz_put(struct fuzz_text *t, const char *s, size_t n)
{
	if (n > t->cap - t->len)
		n = t->cap - t->len;
	memcpy(t->p + t->len, s, n);
	t->len += n;
}

struct fuzz_rule {
	char name;
	const char *texts[64];
};

static const struct fuzz_rule fuzz_rules[] = {
	/* commands */
	{ 'c',
	    { "NOOP", "CHECK", "EXPUNGE", "CLOSE", "UNSELECT", "CAPABILITY",
		"NAMESPACE", "SELECT INBOX", "SELECT %m", "EXAMINE %m",
		"CREATE %m", "DELETE %m", "RENAME %m %m", "SUBSCRIBE %m",
		"UNSUBSCRIBE %m", "LIST %m %p", "LSUB \"\" %p", "RLIST \"\" %p",
		"RLSUB %m %p", "SCAN \"\" %p %t", "STATUS %m (%i)",
		"STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)",
		"APPEND %m %g", "APPEND INBOX %g", "APPEND %m %g %g",
		"FETCH %s %f", "UID FETCH %s %f", "FETCH %s (%f %f %f)",
		"STORE %s %w", "UID STORE %s %w", "COPY %s %m",
		"UID COPY %s %m", "SEARCH %k", "UID SEARCH %r %k",
		"SEARCH CHARSET %h %k", "SORT (%o) %h %k",
		"UID SORT (%o %o) UTF-8 %k", "THREAD %a %h %k",
		"UID THREAD %a UTF-8 %k", "UID EXPUNGE %s", "IDLE\r\nDONE",
		"ID (%t %t)", "ENABLE %x", "FIND MAILBOXES %p", "BBOARD %m",
		"LOGOUT", "%x %t", "FIND ALL.MAILBOXES %p", "ID NIL",
		"SEARCH %r CHARSET %h %k", "UID SEARCH %k", "LIST %m \"\"",
		"SCAN %m %p %t", "UID STORE 1:* %w", "UID COPY 1:* INBOX",
		"STORE 1:* +FLAGS (\\Deleted)", "SUBSCRIBE MAILBOX %m" } },
	/* mailboxes */
	{ 'm',
	    { "INBOX", "box", "other", "a/b", "a", "dir/", "mbox", "%{n",
		"\"%n\"", "\"\"", "#driver.unix/%n", "&AOk-", "./box", "../x",
		"~/box", ".cedar", ".cedar/x", "box/", "NEW%#", "#public/x",
		"#news.x", "\"{host}x\"", "INBOX/x", "#driver.x/y" } },
	{ 'n', { "box", "a b", "inbox", "a/b/c", "x", "n%#", "a%n", "" } },
	{ 'p',
	    { "*", "%%", "box", "\"*\"", "\"%%/%%\"", "%{n", "a*", "*%%*b" } },
	{ 'i',
	    { "MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN",
		"%i %i" } },
	/* messages */
	{ 'g',
	    { "{1+}\r\nx", "%{e", "%{e", "(%l) %{e", "(%l) %d %{e", "%d %{e",
		"~%{e", "() %{e" } },
	{ 'e',
	    { "Subject: x\r\n\r\nbody\r\n", "%j%j\r\n%y", "%j\r\n%y%y",
		"\r\n%y", "%y",
		"MIME-Version: 1.0\r\n%j\r\n--x\r\n%j\r\n%y\r\n--x\r\n%e\r\n"
		"--x--\r\n" } },
	{ 'j',
	    { "From: a@b\r\n", "Subject: %t\r\n",
		"To: \"a\" <b@c>, d: e@f;\r\n",
		"Date: Tue, 5 Mar 2024 09:01:02 +0100\r\n",
		"Message-ID: <%#@x>\r\n", "References: <%#@x> <%#@x>\r\n",
		"Content-Type: multipart/mixed; boundary=x\r\n",
		"Content-Type: message/rfc822\r\n",
		"Content-Type: text/plain; charset=%h\r\n",
		"Content-Transfer-Encoding: base64\r\n",
		"Content-Transfer-Encoding: quoted-printable\r\n",
		"Status: RO\r\n", "X-UID: %#\r\n", "X-Keywords: %v\r\n",
		"X-IMAPbase: %# %#\r\n", "X-Status: FDA\r\n", "%j%j",
		"Content-Disposition: attachment; filename*0=a;"
		" filename*1*=utf-8''%%C3\r\n" } },
	{ 'y',
	    { "text\r\n", "From a@b Tue Mar  5 09:01:02 2024\r\n",
		"bWFya2Vy\r\n", "=C3=A9=\r\n", ">From x\r\n", "\n", "\r",
		"\r\n\r\n", "%y%y", "From \r\n\r\n", "\xc3\xa9" } },
	{ 'd',
	    { "\" 5-Mar-2024 09:01:02 +0100\"",
		"\"31-Dec-1969 23:59:59 -0000\"", "\"5-Mar-2024\"",
		"\"29-Feb-2100 24:60:61 +9999\"" } },
	/* flags */
	{ 'l',
	    { "\\Seen", "\\Deleted", "\\Flagged", "\\Answered", "\\Draft",
		"\\Recent", "%v", "%l %l", "%l %l %l", "", "\\*" } },
	{ 'v', { "Work", "$Label1", "k%#", "a%v", "K" } },
	{ 'w',
	    { "+FLAGS (%l)", "-FLAGS (%l)", "FLAGS (%l)", "+FLAGS.SILENT (%l)",
		"FLAGS %l", "-FLAGS.SILENT %l", "+FLAGS ()" } },
	{ 's',
	    { "1:*", "1", "2", "%#", "%#:%#", "*", "*:%#", "%s,%s",
		"4294967295", "%#,%#,%#:*" } },
	/* items */
	{ 'f',
	    { "FLAGS", "UID", "ALL", "FULL", "FAST", "ENVELOPE", "BODY",
		"BODYSTRUCTURE", "INTERNALDATE", "RFC822.SIZE", "RFC822",
		"RFC822.HEADER", "RFC822.TEXT", "BODY[%z]", "BODY.PEEK[%z]",
		"BODY.PEEK[%z]<%#.%#>", "BINARY[%b]", "BINARY.PEEK[%b]<%#.%#>",
		"BINARY.SIZE[%b]", "(%f %f)", "BODY[]<%#.4294967295>",
		"RFC822.PEEK", "RFC822.HEADER.LINES (%q)" } },
	{ 'z',
	    { "", "HEADER", "TEXT", "1", "2", "%b.MIME", "%b.HEADER", "%b.TEXT",
		"%b", "HEADER.FIELDS (%q)", "HEADER.FIELDS.NOT (%q)",
		"%b.HEADER.FIELDS (%q)" } },
	{ 'b', { "1", "2", "", "1.1", "2.1", "%#.%#", "%b.1" } },
	{ 'q', { "Subject", "From To", "%q X-%v", "%{v", "\"Date\"" } },
	/* searches */
	{ 'k',
	    { "ALL", "1:*", "SEEN", "UNSEEN", "NEW", "OLD", "DELETED",
		"KEYWORD %v", "UNKEYWORD %v", "SUBJECT %t", "FROM %t",
		"BODY %t", "TEXT %t", "HEADER %q %t", "SINCE 5-Mar-2024",
		"SENTBEFORE 6-Mar-2024", "ON 5-Mar-2024", "LARGER %#",
		"SMALLER 1%#", "UID %s", "%s", "NOT %k", "OR %k %k", "(%k %k)",
		"%k %k", "YOUNGER 10%#", "OLDER %#", "ANSWERED", "FLAGGED",
		"DRAFT", "RECENT", "UNANSWERED", "UNDELETED", "UNDRAFT",
		"UNFLAGGED", "TO %t", "CC %t", "BCC %t", "BEFORE 6-Mar-2024",
		"SENTON 5-Mar-24", "SENTSINCE \"1-Jan-1970\"" } },
	{ 'r',
	    { "", "RETURN ()", "RETURN (ALL)", "RETURN (MIN MAX COUNT ALL)",
		"RETURN (COUNT)", "RETURN (MIN)", "RETURN (MAX MIN)",
		"RETURN (MAX COUNT)" } },
	{ 'o',
	    { "DATE", "SUBJECT", "ARRIVAL", "FROM", "TO", "CC", "SIZE",
		"REVERSE %o", "%o %o" } },
	{ 'a', { "REFERENCES", "ORDEREDSUBJECT", "%v" } },
	{ 'h', { "UTF-8", "US-ASCII", "ISO-8859-1", "ISO-2022-JP", "%v" } },
	/* strings */
	{ 't',
	    { "marker", "x", "\"a b\"", "%{u", "\"\"", "\"\\\"\\\\\"", "%#" } },
	{ 'u', { "text", "\xc3\xa9", "m%u", "", "\x1b$B!!\x1b(B", "%u\n%u" } },
	{ 'x',
	    { "X", "LOGIN", "AUTHENTICATE", "UID", "UID X", "STARTTLS", "MOVE",
		"CONDSTORE", "NETSCAPE", "%x%x", "FETCH", "", "PARTIAL" } },
};

static inline const struct fuzz_rule *
fuzz_rule(char name)
{
	size_t n = sizeof(fuzz_rules) / sizeof(fuzz_rules[0]);

	for (size_t i = 0; i < n; i++)
		if (fuzz_rules[i].name == name)
			return &fuzz_rules[i];
	return NULL;
}

static inline void fuzz_make(struct fuzz_text *t, char name, unsigned depth);

/* A literal: its length stands before it. */
static inline void
fuzz_literal(struct fuzz_text *t, char name, unsigned depth)
{
	char octets[2048], mark[32];
	struct fuzz_text inner = { octets, 0, sizeof(octets), t->random };
	int n;

	fuzz_make(&inner, name, depth);
	t->random = inner.random;
	n = snprintf(mark, sizeof(mark), "{%zu%s}\r\n", inner.len,
	    fuzz_below(t, 4) ? "+" : "");
	fuzz_put(t, mark, (size_t)n);
	fuzz_put(t, octets, inner.len);
}

static inline void
fuzz_number(struct fuzz_text *t)
{
	static const unsigned numbers[] = { 0, 1, 2, 3, 4, 5, 7, 10, 100 };
	char text[16];
	int n = snprintf(text, sizeof(text), "%u",
	    numbers[fuzz_below(t, sizeof(numbers) / sizeof(numbers[0]))]);

	fuzz_put(t, text, (size_t)n);
}

/* Any text of the rule. */
static inline void
fuzz_make(struct fuzz_text *t, char name, unsigned depth)
{
	const struct fuzz_rule *rule = fuzz_rule(name);
	size_t count = 0;
	const char *s;

	while (count < 64 && rule->texts[count])
		count++;
	s = rule->texts[depth ? fuzz_below(t, count) : 0];
	for (; *s; s++) {
		if (*s != '%' || s[1] == '%') {
			fuzz_put(t, s, 1);
			s += *s == '%';
		} else if (*++s == '#') {
			fuzz_number(t);
		} else if (*s == '{') {
			fuzz_literal(t, *++s, depth ? depth - 1 : 0);
		} else {
			fuzz_make(t, *s, depth ? depth - 1 : 0);
		}
	}
}

/* A tag and a command, or what others do. */
static inline void
fuzz_command(struct fuzz_text *t)
{
	static const char others[] = FUZZ_OTHERS;

	if (fuzz_below(t, 6) == 0) {
		fuzz_put(t, "!", 1);
		fuzz_put(t, &others[fuzz_below(t, sizeof(others) - 1)], 1);
		fuzz_put(t, "\n", 1);
		return;
	}
	fuzz_put(t, "t", 1);
	fuzz_number(t);
	fuzz_put(t, " ", 1);
	fuzz_make(t, 'c', FUZZ_DEPTH);
	fuzz_put(t, "\r\n", 2);
}

/* Where a line begins. */
static inline size_t
fuzz_line(struct fuzz_text *t, struct span s)
{
	size_t at = fuzz_below(t, s.len + 1);

	while (at > 0 && s.p[at - 1] != '\n')
		at--;
	return at;
}

/* The conversation with the octets [at, end) replaced by others. */
static inline void
fuzz_splice(struct fuzz_text *t, struct span s, size_t at, size_t end,
    bool command, struct span other)
{
	fuzz_put(t, s.p, at);
	if (command)
		fuzz_command(t);
	fuzz_put(t, other.p, other.len);
	fuzz_put(t, s.p + end, s.len - end);
}

/* One change that keeps lines lines. */
static inline void
fuzz_change(struct fuzz_text *t, struct span s)
{
	size_t a = fuzz_line(t, s), b = fuzz_line(t, s);
	size_t at = a < b ? a : b, end = a < b ? b : a;

	switch (fuzz_below(t, 5)) {
	case 0: /* a new conversation */
		fuzz_put(t, "a SELECT INBOX\r\n", 16);
		for (size_t n = 1 + fuzz_below(t, 8); n > 0; n--)
			fuzz_command(t);
		break;
	case 1: /* a command instead of some */
		fuzz_splice(t, s, at, end, true, cc_span(s.p, 0));
		break;
	case 2: /* some lines again */
		fuzz_splice(t, s, end, end, false, cc_span(s.p + at, end - at));
		break;
	case 3: /* without some */
		fuzz_splice(t, s, at, end, false, cc_span(s.p, 0));
		break;
	default: /* one more command */
		fuzz_splice(t, s, at, at, true, cc_span(s.p, 0));
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static char made[1 << 16];
	struct fuzz_text t = { made, 0, max < sizeof(made) ? max : sizeof(made),
		seed * 2654435761u + 1u };

	if (fuzz_below(&t, 2) == 0)
		return LLVMFuzzerMutate(data, size, max);
	fuzz_change(&t, cc_span(data, size));
	memcpy(data, made, t.len);
	return t.len;
}

#endif
