/*
 * mboxfile_state.c - reading and writing the header lines that hold flags,
 * keywords and UIDs (formats/unix.md sections 3 and 5).
 *
 * Lines come from mail that strangers sent: a name or number in them is
 * believed only within its limits, and nothing is copied but keyword names
 * that passed cc_mbox_keyword_ok (CVE-2000-0847 was a copy of X-Keywords into
 * a fixed buffer). Pure functions over octets, no I/O.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cursor.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_state.h"

static const struct {
	struct span name;
	enum mbox_line kind;
} internal[] = {
	{ CC_SPAN("Status"), MBOX_LINE_STATUS },
	{ CC_SPAN("X-Status"), MBOX_LINE_XSTATUS },
	{ CC_SPAN("X-Keywords"), MBOX_LINE_KEYWORDS },
	{ CC_SPAN("X-UID"), MBOX_LINE_UID },
	{ CC_SPAN("X-IMAPbase"), MBOX_LINE_BASE },
	{ CC_SPAN("X-IMAP"), MBOX_LINE_PSEUDO },
};

#define INTERNALS (sizeof(internal) / sizeof(*internal))

/* What may stand behind a name; NUL is read as a space. */
static bool
ends_name(int c)
{
	return c == ':' || c == '\0' || is_space(c);
}

bool
cc_mbox_line_blank(struct span line)
{
	size_t i = 0;

	while (i < line.len && line.p[i] == '\r')
		i++;
	return i == line.len || line.p[i] == '\n';
}

enum mbox_line
cc_mbox_line_kind(struct span line)
{
	if (line.len == 0 ||
	    ((line.p[0] | 0x20) != 's' && (line.p[0] | 0x20) != 'x'))
		return MBOX_LINE_KEPT;
	for (size_t i = 0; i < INTERNALS; i++) {
		struct span name = internal[i].name;

		if (line.len < name.len ||
		    (line.len > name.len && !ends_name(line.p[name.len])) ||
		    !cc_span_eq_nocase(cc_span(line.p, name.len), name))
			continue;
		if (line.len > name.len && line.p[name.len] == ':' &&
		    memcmp(line.p, name.p, name.len) == 0)
			return internal[i].kind;
		return MBOX_LINE_BOGUS;
	}
	return MBOX_LINE_KEPT;
}

struct span
cc_mbox_line_value(struct span line)
{
	const char *colon = memchr(line.p, ':', line.len);
	size_t skip = colon ? (size_t)(colon - line.p) + 1 : line.len;

	line.p += skip;
	line.len -= skip;
	if (line.len > 0 && line.p[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

unsigned
cc_mbox_parse_status(struct span value)
{
	unsigned flags = 0;

	for (size_t i = 0; i < value.len; i++)
		switch (value.p[i]) {
		case 'R':
			flags |= fSEEN;
			break;
		case 'O':
			flags |= fOLD;
			break;
		case 'D':
			flags |= fDELETED;
			break;
		case 'F':
			flags |= fFLAGGED;
			break;
		case 'A':
			flags |= fANSWERED;
			break;
		case 'T':
			flags |= fDRAFT;
			break;
		}
	return flags;
}

/* SP* 1*digit; CC_ERANGE above 2^32-1, the digits consumed all the same. */
static int
take_number(struct cursor *c, uint32_t *num_r)
{
	uint64_t num = 0;

	while (cc_cursor_skip(c, ' '))
		;
	if (!is_digit(cc_cursor_peek(c)))
		return CC_EPARSE;
	for (; is_digit(cc_cursor_peek(c)); c->p++)
		if (num <= UINT32_MAX)
			num = num * 10 + (uint64_t)(*c->p - '0');
	if (num > UINT32_MAX)
		return CC_ERANGE;
	*num_r = (uint32_t)num;
	return 0;
}

uint32_t
cc_mbox_parse_uid(struct span value)
{
	struct cursor c = cc_cursor(value);
	uint32_t uid;

	if (take_number(&c, &uid) != 0 || uid > CC_MBOX_UID_MAX)
		return 0;
	return uid;
}

int
cc_mbox_parse_base(struct span value, struct mbox_base *base_r)
{
	struct cursor c = cc_cursor(value);
	struct mbox_base base;
	int r;

	if ((r = take_number(&c, &base.uidvalidity)) != 0 ||
	    (r = take_number(&c, &base.last_uid)) != 0)
		return r;
	if (base.uidvalidity == 0 || base.last_uid > CC_MBOX_UID_MAX)
		return CC_ERANGE;
	base.keywords = cc_cursor_rest(&c);
	*base_r = base;
	return 0;
}

/* -------------------------------------------------------------- keywords */

bool
cc_mbox_keyword_ok(struct span name)
{
	if (name.len == 0 || name.len > CC_MBOX_KEYWORD_LEN)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c <= ' ' || c >= 0x7f || strchr("*%\"\\(){]", c))
			return false;
	}
	return true;
}

/* The next word of a list separated by spaces; false at its end. */
static bool
next_word(struct cursor *c, struct span *word_r)
{
	const unsigned char *from;

	while (cc_cursor_skip(c, ' '))
		;
	from = c->p;
	while (!cc_cursor_at_end(c) && *c->p != ' ')
		c->p++;
	*word_r = cc_cursor_since(c, from);
	return word_r->len > 0;
}

int
cc_mbox_keywords_find(const struct mbox_keywords *list, struct span name)
{
	for (unsigned i = 0; i < list->count; i++)
		if (cc_span_is_nocase(name, list->name[i]))
			return (int)i;
	return -1;
}

int
cc_mbox_keywords_add(struct mbox_keywords *list, struct span name)
{
	if (!cc_mbox_keyword_ok(name))
		return CC_EINVAL;
	if (list->count == CC_MBOX_KEYWORDS)
		return CC_ELIMIT;
	list->name[list->count] = cc_span_dup(name);
	return (int)list->count++;
}

void
cc_mbox_keywords_read(struct mbox_keywords *list, struct span names)
{
	struct cursor c = cc_cursor(names);
	struct span word;

	/* A name counts against the 30 even if it is none of ours. */
	for (int n = 0; n < CC_MBOX_KEYWORDS && next_word(&c, &word); n++)
		if (cc_mbox_keywords_find(list, word) < 0)
			(void)cc_mbox_keywords_add(list, word);
}

uint32_t
cc_mbox_parse_keywords(const struct mbox_keywords *list, struct span value)
{
	struct cursor c = cc_cursor(value);
	struct span word;
	uint32_t mask = 0;

	while (next_word(&c, &word)) {
		int i = cc_mbox_keywords_find(list, word);

		if (i >= 0)
			mask |= (uint32_t)1 << i;
	}
	return mask;
}

void
cc_mbox_keywords_free(struct mbox_keywords *list)
{
	for (unsigned i = 0; i < list->count; i++)
		fs_give((void **)&list->name[i]);
	list->count = 0;
}

/* --------------------------------------------------------------- writing */

void
cc_mbox_put_flags(struct strbuf *out, unsigned flags)
{
	cc_strbuf_puts(out, "Status: ");
	if (flags & fSEEN)
		cc_strbuf_putc(out, 'R');
	if (flags & fOLD)
		cc_strbuf_putc(out, 'O');
	cc_strbuf_puts(out, "\nX-Status: ");
	if (flags & fDELETED)
		cc_strbuf_putc(out, 'D');
	if (flags & fFLAGGED)
		cc_strbuf_putc(out, 'F');
	if (flags & fANSWERED)
		cc_strbuf_putc(out, 'A');
	if (flags & fDRAFT)
		cc_strbuf_putc(out, 'T');
	cc_strbuf_putc(out, '\n');
}

void
cc_mbox_put_status(struct strbuf *out, unsigned flags, uint32_t keywords,
    const struct mbox_keywords *list, size_t start, size_t least)
{
	cc_mbox_put_flags(out, flags);
	cc_strbuf_puts(out, "X-Keywords:");
	for (unsigned i = 0; i < list->count; i++)
		if (keywords & (uint32_t)1 << i) {
			cc_strbuf_putc(out, ' ');
			cc_strbuf_puts(out, list->name[i]);
		}
	while (!out->over && out->len - start < least)
		cc_strbuf_putc(out, ' ');
	cc_strbuf_putc(out, '\n');
}

void
cc_mbox_put_base(struct strbuf *out, const char *name, int digits,
    uint32_t uidvalidity, uint32_t last_uid, const struct mbox_keywords *list)
{
	cc_strbuf_printf(out, "%s: %0*lu %0*lu", name, digits,
	    (unsigned long)uidvalidity, digits, (unsigned long)last_uid);
	for (unsigned i = 0; i < list->count; i++) {
		cc_strbuf_putc(out, ' ');
		cc_strbuf_puts(out, list->name[i]);
	}
	cc_strbuf_putc(out, '\n');
}
