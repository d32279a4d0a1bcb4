/*
 * mail_keys.c - keys of SORT and THREAD (RFC 5256 sections 2.1, 2.2 and 3).
 *
 * Everything comes from one look at the header; no public structure is made.
 * The header is a stranger's; what a key costs is linear in its field.
 */
#include "cc_ctype.h"
#include "charset.h"
#include "fs.h"
#include "mail_fast.h"
#include "mail_keys.h"
#include "mail_subject.h"
#include "rfc822_addr.h"
#include "rfc822_date.h"

/* ASCII's part of the collation; other octets stay. */
static void
put_upper(struct strbuf *out, struct span s)
{
	char *room = cc_strbuf_room(out, s.len);

	if (!room)
		return;
	for (size_t i = 0; i < s.len; i++)
		room[i] = (char)to_upper((unsigned char)s.p[i]);
	cc_strbuf_claim(out, s.len);
}

void
cc_key_text(struct strbuf *out, struct span utf8)
{
	struct cc_utf8_out canonical;
	SIZEDTEXT text;

	if (cc_is_ascii(utf8) || !cc_is_utf8(utf8)) {
		put_upper(out, utf8);
		return;
	}
	cc_utf8_init(&canonical, ucs4_titlecase, ucs4_decompose_recursive);
	cc_decode_utf8(&canonical, utf8);
	cc_utf8_finish(&canonical, &text);
	cc_strbuf_put(out, text.data, text.size);
	fs_give((void **)&text.data);
}

bool
cc_key_subject(struct strbuf *out, struct span subject)
{
	struct strbuf base;
	bool marked;

	if (!subject.len)
		return false;
	cc_strbuf_init(&base, SIZE_MAX / 2);
	marked = cc_base_subject(&base, subject);
	cc_key_text(out, cc_strbuf_span(&base));
	cc_strbuf_free(&base);
	return marked;
}

void
cc_key_mailbox(struct strbuf *out, struct arena *a, struct span list)
{
	struct rfc822_addr_parser parser;
	struct rfc822_addr addr;

	if (!list.len)
		return;
	cc_rfc822_addr_init(&parser, a, list);
	if (cc_rfc822_addr_next(&parser, &addr) > 0 && addr.mailbox.p &&
	    !(addr.host.p && cc_span_is(addr.host, ERRHOST)))
		cc_key_text(out, addr.mailbox);
}

int
cc_key_fields(MAILSTREAM *stream, unsigned long msgno, struct arena *a,
    struct strbuf *scratch, struct rfc822_envelope *env_r)
{
	struct span header;
	int r;

	cc_arena_reset(a);
	cc_strbuf_reset(scratch);
	if ((r = cc_mail_header(stream, msgno, scratch, &header)) != 0)
		return r;
	return cc_rfc822_scan_envelope(header, a, env_r);
}

int
cc_key_date(MAILSTREAM *stream, unsigned long msgno, struct span date,
    int64_t *time_r)
{
	struct imap_date internal;
	int r;

	if (date.len && cc_rfc822_sent_date(date, time_r) == 0)
		return 0;
	if ((r = cc_mail_date(stream, msgno, &internal)) == 0)
		*time_r = internal.time;
	return r;
}
