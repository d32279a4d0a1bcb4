/*
 * mime_part.c - cuts a message into the lines that matter for its structure
 * (RFC 2045, 2046): header lines one by one, and in bodies only those that may
 * be delimiters.
 *
 * Pieces may be cut anywhere. What a line is depends on its first octets
 * only; while a piece ends before there are enough of them they wait in
 * p->head, neither counted nor consumed. All else goes by in the caller's
 * memory, once. The message is a stranger's; see mime_part.h for what becomes
 * of one that breaks the rules.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "fs.h"
#include "mime_parser.h"

static const char content[] = "CONTENT-";

#define CONTENT_LEN (sizeof(content) - 1)

struct mime_parser *
cc_mime_new(struct arena *a, enum mime_newline newline)
{
	struct mime_parser *p = fs_get(sizeof(*p));

	memset(p, 0, sizeof(*p));
	p->arena = a;
	p->newline = newline;
	p->piece = p->old;
	p->line_start = true;
	cc_strbuf_init(&p->fields, CC_MIME_FIELDS);
	cc_strbuf_init(&p->header, CC_HEADER_MAX);
	return p;
}

void
cc_mime_free(struct mime_parser **p)
{
	if (!*p)
		return;
	cc_strbuf_free(&(*p)->fields);
	cc_strbuf_free(&(*p)->header);
	fs_give((void **)p);
}

/* Counts octets as part of what they were found to be. */
static void
take(struct mime_parser *p, struct span s)
{
	p->fed += s.len;
	cc_mime_count(s, &p->count);
}

/* The place `at` in the piece, all octets before it having been taken. */
static struct mime_mark
mark(const struct mime_parser *p, const char *at)
{
	uint64_t octets = p->fed;

	if (p->newline == MIME_LF)
		octets += p->count.lf - p->count.cr;
	return (struct mime_mark){ p->pos + (uint64_t)(at - p->piece), octets,
		p->count.lf };
}

/* The k-th octet before `at`, k being 1 or 2, and its position. */
static int
octet_before(const struct mime_parser *p, const char *at, size_t k,
    uint64_t *pos_r)
{
	size_t i = (size_t)(at - p->piece);

	if (i >= k) {
		*pos_r = p->pos + i - k;
		return at[-(ptrdiff_t)k];
	}
	*pos_r = p->old_pos[2 - (k - i)];
	return p->old[2 - (k - i)];
}

/* A line begins at `at`: notes where, and where the line end before it began,
 * since that belongs to the line if it is a delimiter. */
static void
note_line(struct mime_parser *p, const char *at)
{
	uint64_t lf_pos, cr_pos;
	bool cr;

	p->line = p->eol = mark(p, at);
	if (p->fed == 0 || octet_before(p, at, 1, &lf_pos) != '\n')
		return;
	cr = octet_before(p, at, 2, &cr_pos) == '\r' && p->fed > 1;
	p->eol.pos = cr ? cr_pos : lf_pos;
	p->eol.octets -= cr || p->newline == MIME_LF ? 2 : 1;
	p->eol.lines--;
}

/*
 * The first octets of the line that begins at *at: true once there are `need`
 * of them, or the line has ended. They lie in the piece, and are not moved
 * past, or they lie in p->head, and *at is behind them.
 */
static bool
gather(struct mime_parser *p, const char **at, const char *end, size_t need,
    struct span *head_r)
{
	if (!p->head_len) {
		size_t len = (size_t)(end - *at);
		const char *lf;

		note_line(p, *at);
		len = len < need ? len : need;
		lf = memchr(*at, '\n', len);
		if (lf || len == need) {
			*head_r =
			    cc_span(*at, lf ? (size_t)(lf + 1 - *at) : len);
			return true;
		}
	}
	while (*at < end && p->head_len < need) {
		p->head[p->head_len++] = **at;
		if (*(*at)++ == '\n')
			break;
	}
	*head_r = cc_span(p->head, p->head_len);
	return p->head_len == need || p->head[p->head_len - 1] == '\n';
}

/* Keeps what fits; how much does not depend on the cuts. */
static void
keep(struct strbuf *b, struct span s)
{
	size_t room = b->max - b->len;

	cc_strbuf_put(b, s.p, s.len < room ? s.len : room);
}

/* Octets of a line whose kind is known, up to `after` or the line's end. */
static void
line_octets(struct mime_parser *p, struct span s, const char *after)
{
	struct mime_mark here;

	if (p->state == MIME_HEADER && p->keep)
		keep(&p->fields, s);
	if (p->state == MIME_HEADER && p->message)
		keep(&p->header, s);
	take(p, s);
	p->line_start = s.p[s.len - 1] == '\n';
	if (p->state != MIME_DELIMITER || !p->line_start)
		return;
	here = mark(p, after);
	if (p->new_part)
		cc_mime_part_begin(p, &here);
	else
		p->state = MIME_BODY;
}

/* The rest of a line whose kind is known, as far as the piece goes. */
static const char *
rest_of_line(struct mime_parser *p, const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));
	const char *stop = lf ? lf + 1 : end;

	line_octets(p, cc_span(at, (size_t)(stop - at)), stop);
	return stop;
}

/* What waits in p->head goes its way, its line's kind being known. */
static void
flush_head(struct mime_parser *p, const char *after)
{
	size_t len = p->head_len;

	p->head_len = 0;
	if (len)
		line_octets(p, cc_span(p->head, len), after);
}

static bool
is_empty_line(struct span s)
{
	return s.len && s.p[s.len - 1] == '\n' &&
	    (s.len == 1 || (s.len == 2 && s.p[0] == '\r'));
}

static bool
is_content(struct span head)
{
	return head.len >= CONTENT_LEN &&
	    cc_span_eq_nocase(cc_span(head.p, CONTENT_LEN),
		cc_span(content, CONTENT_LEN));
}

/* The line that begins with head is a delimiter, or it is none. */
static bool
try_delimiter(struct mime_parser *p, struct span head)
{
	struct mime_level *level;
	bool closing;

	if (!p->boundary || !(level = cc_mime_match(p, head, &closing)))
		return false;
	cc_mime_delimiter(p, level, closing, &p->eol);
	return true;
}

/* A name and a colon, as far as the first octets of a line go. */
static bool
is_field(struct span head)
{
	size_t i = 0;

	while (i < head.len && head.p[i] > ' ' && head.p[i] < 0x7f &&
	    head.p[i] != ':')
		i++;
	if (i == CC_MIME_NAME)
		return true;
	if (i == 0)
		return false;
	while (i < head.len && is_wsp(head.p[i]))
		i++;
	return i < head.len && head.p[i] == ':';
}

/* Tells what the header line is that begins with head, `after` being behind
 * head in the piece. */
static void
header_line(struct mime_parser *p, struct span head, const char *after)
{
	struct mime_mark here;

	p->line_start = false;
	if (is_empty_line(head)) {
		take(p, head);
		p->head_len = 0;
		p->line_start = true;
		here = mark(p, after);
		cc_mime_header_end(p, &here);
		return;
	}
	if (try_delimiter(p, head)) {
		flush_head(p, after);
		return;
	}
	/* The sender forgot the empty line before the text of a part. */
	if (p->first && !is_field(head)) {
		here = p->line;
		cc_mime_header_end(p, &here);
	}
	p->first = false;
	/* A line that begins with a blank goes on with the field. */
	if (!is_wsp(head.p[0]))
		p->keep = is_content(head);
	flush_head(p, after);
}

/* The octets that tell what a line is. */
static size_t
need(const struct mime_parser *p)
{
	size_t n = p->boundary ? p->boundary + 4 : 0;
	size_t least = CONTENT_LEN;

	if (p->state == MIME_HEADER && p->first)
		least = CC_MIME_NAME;
	return n > least ? n : least;
}

static const char *
feed_header(struct mime_parser *p, const char *at, const char *end)
{
	struct span head;

	if (!p->line_start)
		return rest_of_line(p, at, end);
	if (!gather(p, &at, end, need(p), &head))
		return at;
	if (is_empty_line(head) && head.p == at)
		at += head.len;
	header_line(p, head, at);
	return at;
}

/* A body in which delimiter lines are looked for. */
static const char *
feed_parts(struct mime_parser *p, const char *at, const char *end)
{
	struct span head;
	size_t n;

	if (p->line_start && (p->head_len || *at == '-')) {
		if (!gather(p, &at, end, need(p), &head))
			return at;
		p->line_start = false;
		try_delimiter(p, head);
		flush_head(p, at);
		return at;
	}
	n = cc_mime_find_dashes(cc_span(at, (size_t)(end - at)), &p->count);
	/* The piece may end within "--" behind a line end. */
	if (n > 1 && at[n - 1] == '-' && at[n - 2] == '\n')
		n--;
	p->fed += n;
	p->line_start = at[n - 1] == '\n';
	return at + n;
}

/* A body that nothing but the message's end will end. */
static const char *
feed_rest(struct mime_parser *p, const char *at, const char *end)
{
	take(p, cc_span(at, (size_t)(end - at)));
	return end;
}

static const char *
feed_some(struct mime_parser *p, const char *at, const char *end)
{
	switch (p->state) {
	case MIME_HEADER:
		return feed_header(p, at, end);
	case MIME_DELIMITER:
		return rest_of_line(p, at, end);
	default:
		return p->boundary || p->head_len ? feed_parts(p, at, end)
						  : feed_rest(p, at, end);
	}
}

/* Keeps the last two octets, for a line end that lies across pieces. */
static void
keep_old(struct mime_parser *p, struct span data, uint64_t pos)
{
	for (size_t i = data.len > 2 ? data.len - 2 : 0; i < data.len; i++) {
		p->old[0] = p->old[1];
		p->old_pos[0] = p->old_pos[1];
		p->old[1] = data.p[i];
		p->old_pos[1] = pos + i;
	}
}

static int
feed_piece(struct mime_parser *p, struct span data, uint64_t pos)
{
	const char *at = data.p, *end = data.p + data.len;
	int r;

	if (!data.len)
		return 0;
	p->piece = data.p;
	p->pos = pos;
	if (!p->root && (r = cc_mime_tree_begin(p)) != 0)
		return r;
	while (at < end)
		at = feed_some(p, at, end);
	keep_old(p, data, pos);
	p->piece = p->old;
	p->pos = pos + data.len;
	return 0;
}

/* The first CR that is not of a line end, or end. One that is the last octet
 * may be of either kind. */
static const char *
find_cr(const char *p, const char *end)
{
	while (p < end && (p = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		if (p + 1 == end || p[1] != '\n')
			return p;
		p += 2;
	}
	return end;
}

/*
 * A CR that is no part of a line end is dropped when the text is sent, so it
 * must not hide from us what clients will see: "\r--boundary" is a delimiter.
 * The text is fed in the pieces between.
 */
static int
feed_without_cr(struct mime_parser *p, struct span data, uint64_t pos)
{
	const char *at = data.p, *end = data.p + data.len, *stop;
	int r = 0;

	if (p->cr && *at == '\n')
		r = feed_piece(p, cc_span_z("\r"), p->cr_pos);
	p->cr = false;
	for (; r == 0 && at < end; at = stop + 1) {
		stop = find_cr(at, end);
		r = feed_piece(p, cc_span(at, (size_t)(stop - at)),
		    pos + (uint64_t)(at - data.p));
		if (stop == end)
			break;
		p->cr = stop + 1 == end;
		p->cr_pos = pos + (uint64_t)(stop - data.p);
	}
	p->pos = pos + data.len;
	return r;
}

int
cc_mime_feed(struct mime_parser *p, struct span data, uint64_t pos)
{
	if (!data.len || p->newline == MIME_CRLF)
		return feed_piece(p, data, pos);
	return feed_without_cr(p, data, pos);
}

int
cc_mime_end(struct mime_parser **pp, struct mime_part **root_r)
{
	struct mime_parser *p = *pp;
	struct mime_mark end;
	int r = 0;

	if (!p->root)
		r = cc_mime_tree_begin(p);
	if (r == 0) {
		/* A line that ended early is what it is so far. */
		if (p->head_len && p->state == MIME_HEADER)
			header_line(p, cc_span(p->head, p->head_len), p->piece);
		else if (p->head_len)
			try_delimiter(p, cc_span(p->head, p->head_len));
		flush_head(p, p->piece);
		end = mark(p, p->piece);
		cc_mime_tree_end(p, &end);
		*root_r = p->root;
	}
	cc_mime_free(pp);
	return r;
}
