/*
 * fetch_item.c - the items of FETCH: parsing their list, putting the small
 * ones (RFC 3501 section 6.4.5).
 *
 * Items are a table; a command's list is compiled into an array that is walked
 * for each message. The list is the client's and bounded by CC_FETCH_ITEMS.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cc_limits.h"
#include "fetch.h"

/* Room for a number and the label before it. */
#define ROOM_NUMBER 64

static fetch_put put_flags, put_date, put_size, put_envelope, put_body,
    put_bodystructure;

static const struct {
	struct span name;
	fetch_put *put;
	bool seen;                       /* sets \Seen */
	enum fetch_section_kind section; /* for fetch_put_section */
} items[] = {
	/* clang-format off */
	{ CC_SPAN("UID"),	    fetch_put_uid,     false, SECTION_ALL },
	{ CC_SPAN("FLAGS"),	    put_flags,	       false, SECTION_ALL },
	{ CC_SPAN("INTERNALDATE"),  put_date,	       false, SECTION_ALL },
	{ CC_SPAN("RFC822.SIZE"),   put_size,	       false, SECTION_ALL },
	{ CC_SPAN("ENVELOPE"),	    put_envelope,      false, SECTION_ALL },
	{ CC_SPAN("BODY"),	    put_body,	       false, SECTION_ALL },
	{ CC_SPAN("BODYSTRUCTURE"), put_bodystructure, false, SECTION_ALL },
	{ CC_SPAN("RFC822"),	    fetch_put_section, true,  SECTION_ALL },
	{ CC_SPAN("RFC822.HEADER"), fetch_put_section, false, SECTION_HEADER },
	{ CC_SPAN("RFC822.TEXT"),   fetch_put_section, true,  SECTION_TEXT },
	/* clang-format on */
};

static const struct {
	const char *name;
	const char *items;
} macros[] = {
	{ "ALL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE" },
	{ "FAST", "FLAGS INTERNALDATE RFC822.SIZE" },
	{ "FULL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY" },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* "label number", without going through printf for each message. */
static int
put_number(struct fetch_run *run, struct span label, uint64_t num)
{
	struct strbuf *b = &run->out->buf;
	char digits[24], *p = digits + sizeof(digits);

	do {
		*--p = (char)('0' + num % 10);
		num /= 10;
	} while (num);
	*--p = ' ';
	cc_strbuf_put_span(b, label);
	cc_strbuf_put(b, p, (size_t)(digits + sizeof(digits) - p));
	return 0;
}

int
fetch_put_uid(struct fetch_run *run, const struct fetch_item *item)
{
	return put_number(run, item->label, run->record.uid);
}

void
fetch_put_flag_list(struct output *out, MAILSTREAM *stream,
    const struct mail_record *record)
{
	static const struct {
		unsigned bit;
		struct span name;
	} flags[] = {
		{ fSEEN, CC_SPAN("\\Seen ") },
		{ fDELETED, CC_SPAN("\\Deleted ") },
		{ fFLAGGED, CC_SPAN("\\Flagged ") },
		{ fANSWERED, CC_SPAN("\\Answered ") },
		{ fDRAFT, CC_SPAN("\\Draft ") },
	};
	struct strbuf *b = &out->buf;
	uint32_t keywords = record->keywords;

	cc_strbuf_putc(b, '(');
	if (!(record->flags & fOLD))
		cc_strbuf_put(b, "\\Recent ", 8);
	for (size_t i = 0; i < COUNT(flags); i++)
		if (record->flags & flags[i].bit)
			cc_strbuf_put_span(b, flags[i].name);
	for (size_t i = 0; keywords && i < NUSERFLAGS; i++, keywords >>= 1)
		if ((keywords & 1) && stream->user_flags[i]) {
			cc_strbuf_puts(b, stream->user_flags[i]);
			cc_strbuf_putc(b, ' ');
		}
	if (b->len > 0 && b->data[b->len - 1] == ' ')
		cc_strbuf_truncate(b, b->len - 1);
	cc_strbuf_putc(b, ')');
}

static int
put_flags(struct fetch_run *run, const struct fetch_item *item)
{
	cc_strbuf_put_span(&run->out->buf, item->label);
	cc_strbuf_putc(&run->out->buf, ' ');
	fetch_put_flag_list(run->out, run->stream, &run->record);
	return 0;
}

static int
put_date(struct fetch_run *run, const struct fetch_item *item)
{
	struct strbuf *b = &run->out->buf;
	struct imap_date date;
	int r;

	if ((r = cc_mail_date(run->stream, run->msgno, &date)) != 0)
		return r;
	cc_strbuf_put_span(b, item->label);
	cc_strbuf_put(b, " \"", 2);
	cc_imap_put_date_time(b, &date);
	cc_strbuf_putc(b, '"');
	return 0;
}

static int
put_size(struct fetch_run *run, const struct fetch_item *item)
{
	uint64_t size;
	int r;

	if ((r = cc_mail_size(run->stream, run->msgno, &size)) != 0)
		return r;
	return put_number(run, item->label, size);
}

static int
put_envelope(struct fetch_run *run, const struct fetch_item *item)
{
	cc_strbuf_put_span(&run->out->buf, item->label);
	cc_strbuf_putc(&run->out->buf, ' ');
	return cc_mail_put_envelope(run->stream, run->msgno, &run->out->buf);
}

static int
put_structure(struct fetch_run *run, const struct fetch_item *item,
    bool extended)
{
	cc_strbuf_put_span(&run->out->buf, item->label);
	cc_strbuf_putc(&run->out->buf, ' ');
	return cc_mail_put_body(run->stream, run->msgno, extended,
	    &run->out->buf);
}

static int
put_body(struct fetch_run *run, const struct fetch_item *item)
{
	return put_structure(run, item, false);
}

static int
put_bodystructure(struct fetch_run *run, const struct fetch_item *item)
{
	return put_structure(run, item, true);
}

/* The name of an item: letters, digits and dots. */
static struct span
item_name(struct args *a)
{
	const unsigned char *start = a->c.p;

	while (is_alnum(cc_cursor_peek(&a->c)) || cc_cursor_peek(&a->c) == '.')
		a->c.p++;
	return cc_cursor_since(&a->c, start);
}

/* BINARY and its kin, which may leave \Seen alone. */
static fetch_put *
binary_item(struct span name, bool *peek_r)
{
	*peek_r = !cc_span_is_nocase(name, "BINARY");
	if (!*peek_r || cc_span_is_nocase(name, "BINARY.PEEK"))
		return fetch_put_binary;
	return cc_span_is_nocase(name, "BINARY.SIZE") ? fetch_put_binary_size
						      : NULL;
}

/* One item, already separated from what precedes it. */
static int
parse_item(struct args *a, struct fetch_program *p, const char **why_r)
{
	struct fetch_item *item = &p->items[p->count];
	struct span name = item_name(a);
	bool peek = cc_span_is_nocase(name, "BODY.PEEK");
	int r;

	if (peek ||
	    (cc_span_is_nocase(name, "BODY") && cc_cursor_peek(&a->c) == '[')) {
		if ((r = fetch_parse_section(a, item, why_r)) != 0)
			return r;
		item->put = fetch_put_section;
		p->seen |= !peek;
		p->count++;
		return 0;
	}
	if (cc_cursor_peek(&a->c) == '[' &&
	    (item->put = binary_item(name, &peek)) != NULL) {
		if ((r = fetch_parse_binary(a, item, why_r)) != 0)
			return r;
		p->seen |= !peek;
		p->count++;
		return 0;
	}
	for (size_t i = 0; i < COUNT(items); i++) {
		if (!cc_span_eq_nocase(name, items[i].name))
			continue;
		item->put = items[i].put;
		item->label = items[i].name;
		item->section.kind = items[i].section;
		p->seen |= items[i].seen;
		p->flags |= items[i].put == put_flags;
		p->count++;
		return 0;
	}
	*why_r = "Bogus attribute list in %s";
	return CC_EPARSE;
}

/* ALL, FAST or FULL; false if it is none of them. */
static bool
parse_macro(struct args *a, struct fetch_program *p)
{
	struct args list = *a;
	struct span name = item_name(&list);
	const char *why;

	if (!cc_cursor_at_end(&list.c))
		return false;
	for (size_t i = 0; i < COUNT(macros); i++) {
		if (!cc_span_is_nocase(name, macros[i].name))
			continue;
		a->c = list.c;
		list.c = cc_cursor(cc_span_z(macros[i].items));
		do {
			parse_item(&list, p, &why);
		} while (args_space(&list));
		return true;
	}
	return false;
}

/* What follows "(". */
static int
parse_list(struct args *a, struct fetch_program *p, const char **why_r)
{
	do {
		int r;

		if (p->count >= CC_FETCH_ITEMS) {
			*why_r = "Excessively complex %s attribute list";
			return CC_ELIMIT;
		}
		if (args_end(a))
			break;
		if ((r = parse_item(a, p, why_r)) != 0)
			return r;
	} while (args_space(a));
	if (!cc_cursor_skip(&a->c, ')')) {
		*why_r = "Unterminated %s attribute list";
		return CC_EPARSE;
	}
	return 0;
}

int
fetch_parse(struct args *a, struct fetch_program *p, const char **why_r)
{
	int r;

	memset(p, 0, sizeof(*p));
	*why_r = NULL;
	p->items = cc_arena_get(a->arena, CC_FETCH_ITEMS * sizeof(*p->items));
	if (!p->items)
		return CC_ELIMIT;
	if (args_end(a))
		return CC_EPARSE;
	if (parse_macro(a, p))
		return 0;
	r = cc_cursor_skip(&a->c, '(') ? parse_list(a, p, why_r)
				       : parse_item(a, p, why_r);
	if (r == 0 && !args_end(a)) {
		*why_r = "Argument given to %s when none expected";
		r = CC_EPARSE;
	}
	return r;
}
