/*
 * mail_generic.c - the fast table over the public calls, for drivers without
 * one (remote drivers, drivers of programs).
 *
 * A message is one run of octets to it, header before text, with CRLF line
 * ends; positions count from the header's first octet. Texts are those that
 * mail_fetch_header and mail_fetch_text keep, so a walk fetches each once.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "mail_generic.h"

#define SEQ_SIZE 24 /* octets of a message number as a sequence */

static const struct {
	unsigned bit;
	const char *name;
} system_flags[] = {
	{ fSEEN, "\\Seen" },
	{ fDELETED, "\\Deleted" },
	{ fFLAGGED, "\\Flagged" },
	{ fANSWERED, "\\Answered" },
	{ fDRAFT, "\\Draft" },
};

static char *
sequence_of(char seq[static SEQ_SIZE], unsigned long msgno)
{
	snprintf(seq, SEQ_SIZE, "%lu", msgno);
	return seq;
}

static int
generic_record(MAILSTREAM *stream, unsigned long msgno,
    struct mail_record *record_r)
{
	MESSAGECACHE *elt = mail_elt(stream, msgno);
	char seq[SEQ_SIZE];

	if (!elt->valid)
		mail_fetch_flags(stream, sequence_of(seq, msgno), NIL);
	record_r->uid = (uint32_t)mail_uid(stream, msgno);
	record_r->flags = cc_mail_elt_flags(elt);
	record_r->keywords = (uint32_t)elt->user_flags;
	return 0;
}

static int
generic_size(MAILSTREAM *stream, unsigned long msgno, uint64_t *size_r)
{
	MESSAGECACHE *elt = mail_elt(stream, msgno);
	char seq[SEQ_SIZE];

	if (!elt->rfc822_size)
		mail_fetch_fast(stream, sequence_of(seq, msgno), NIL);
	*size_r = elt->rfc822_size;
	return 0;
}

static int
generic_date(MAILSTREAM *stream, unsigned long msgno, struct imap_date *date_r)
{
	MESSAGECACHE *elt = mail_elt(stream, msgno);
	char seq[SEQ_SIZE];

	if (!elt->day)
		mail_fetch_fast(stream, sequence_of(seq, msgno), NIL);
	*date_r = cc_mail_elt_date(elt);
	return 0;
}

static int
generic_locate(MAILSTREAM *stream, unsigned long msgno, enum mail_what what,
    uint64_t *pos_r, uint64_t *end_r)
{
	unsigned long header = 0, text = 0;

	mail_fetch_header(stream, msgno, NIL, NIL, &header, FT_PEEK);
	if (what == MAIL_TEXT)
		mail_fetch_text(stream, msgno, NIL, &text, FT_PEEK);
	*pos_r = what == MAIL_TEXT ? header : 0;
	*end_r = what == MAIL_TEXT ? header + text : header;
	return 0;
}

/* All that is left of the walk, as far as it lies on one side of the border
 * between header and text. */
static int
generic_next(struct mail_reader *reader, struct span *span_r)
{
	unsigned long header = 0, text = 0;
	uint64_t start = 0, end;
	const char *p;

	p = mail_fetch_header(reader->stream, reader->msgno, NIL, NIL, &header,
	    FT_PEEK);
	end = header;
	if (reader->pos >= header) {
		start = header;
		p = mail_fetch_text(reader->stream, reader->msgno, NIL, &text,
		    FT_PEEK);
		end = start + text;
	}
	if (end > reader->end)
		end = reader->end;
	/* The message is shorter than it was when the walk began. */
	if (reader->pos >= end)
		return CC_ECHANGED;
	*span_r =
	    cc_span(p + (reader->pos - start), (size_t)(end - reader->pos));
	reader->pos = end;
	return 1;
}

void
cc_mail_put_flags(MAILSTREAM *stream, unsigned flags, uint32_t keywords,
    struct strbuf *out)
{
	const char *space = "";

	cc_strbuf_putc(out, '(');
	for (size_t i = 0; i < sizeof(system_flags) / sizeof(*system_flags);
	     i++)
		if (flags & system_flags[i].bit) {
			cc_strbuf_printf(out, "%s%s", space,
			    system_flags[i].name);
			space = " ";
		}
	for (unsigned i = 0; i < NUSERFLAGS; i++)
		if (keywords & (1u << i) && stream->user_flags[i]) {
			cc_strbuf_printf(out, "%s%s", space,
			    stream->user_flags[i]);
			space = " ";
		}
	cc_strbuf_putc(out, ')');
}

/* mail_flag for the bits given, if there are any. */
static void
flag_bits(MAILSTREAM *stream, char *seq, unsigned flags, uint32_t keywords,
    long set)
{
	struct strbuf list;

	if (!flags && !keywords)
		return;
	cc_strbuf_init(&list, CC_IMAP_LINE);
	cc_mail_put_flags(stream, flags, keywords, &list);
	mail_flag(stream, seq, list.data, set);
	cc_strbuf_free(&list);
}

static int
generic_store(MAILSTREAM *stream, unsigned long msgno, unsigned mask,
    unsigned value, uint32_t keyword_mask, uint32_t keyword_value)
{
	char seq[SEQ_SIZE];

	sequence_of(seq, msgno);
	flag_bits(stream, seq, mask & value, keyword_mask & keyword_value,
	    ST_SET);
	flag_bits(stream, seq, mask & ~value, keyword_mask & ~keyword_value,
	    NIL);
	return 0;
}

static const char *
generic_watch(MAILSTREAM *stream)
{
	(void)stream;
	return NULL;
}

const struct cc_driver_fast cc_generic_fast = {
	.record = generic_record,
	.size = generic_size,
	.date = generic_date,
	.locate = generic_locate,
	.next = generic_next,
	.store = generic_store,
	.watch = generic_watch,
	.newline = MIME_CRLF,
};
