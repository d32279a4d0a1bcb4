/*
 * input.c - lines and literals of the client (RFC 3501 sections 2.2.1 and 4.3,
 * RFC 7888).
 *
 * Everything here was sent by a stranger. A line is bounded by CC_IMAP_LINE
 * for all pieces of a command together, a literal by CC_IMAP_LITERAL, their
 * number by CC_IMAP_LITERALS; nothing is allocated on an announced size beyond
 * these. What is refused is read away, so that the octets of a literal are
 * never taken for a command.
 */
#include <errno.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "imap_grammar.h"
#include "input.h"

#define INPUT_RAW (16u * 1024) /* octets asked for at once */

/* Octets at the end of a line that may announce a literal: tilde, braces, sign,
 * 20 digits, line end. */
#define MARK_MAX 32u

void
input_init(struct input *in, int fd, struct output *out, struct span ahead)
{
	memset(in, 0, sizeof(*in));
	in->fd = fd;
	in->out = out;
	in->raw_cap = ahead.len > INPUT_RAW ? ahead.len : INPUT_RAW;
	in->raw = fs_get(in->raw_cap);
	in->raw_len = ahead.len;
	if (ahead.len)
		memcpy(in->raw, ahead.p, ahead.len);
}

void
input_free(struct input *in)
{
	fs_give((void **)&in->raw);
}

/* Gets more octets into the empty raw buffer; 0 or negative. */
static int
fill(struct input *in, enum input_wait why)
{
	for (;;) {
		int r = in->wait(in->ctx, why);
		ssize_t n;

		if (r != 0) {
			in->closed = true;
			return r;
		}
		n = read(in->fd, in->raw, in->raw_cap);
		if (n > 0) {
			in->raw_pos = 0;
			in->raw_len = (size_t)n;
			return 0;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			in->closed = true;
			return CC_ECLOSED;
		}
	}
}

/* The octets at hand, up to and with the first LF. */
static struct span
at_hand(const struct input *in, bool *complete_r)
{
	const char *p = in->raw + in->raw_pos;
	size_t len = in->raw_len - in->raw_pos;
	const char *lf = memchr(p, '\n', len);

	*complete_r = lf != NULL;
	return cc_span(p, lf ? (size_t)(lf - p) + 1 : len);
}

/* Looks for a literal at the end of a line without its line end. */
static void
find_literal(struct input *in, struct span line)
{
	struct imap_literal lit;

	in->announced = cc_imap_find_literal(line, &lit, &in->literal_at);
	if (!in->announced)
		return;
	in->literal = lit.octets;
	in->nonsync = lit.nonsync;
	in->binary = lit.binary;
}

/*
 * The line does not fit: reads it away, keeping its end, which may announce a
 * literal that the client sends without waiting.
 */
static int
discard_line(struct input *in)
{
	char end[2 * MARK_MAX];
	size_t kept = 0;
	bool complete = false;
	struct span s;

	in->doing = INPUT_FLUSH;
	while (!complete) {
		size_t n;

		if (!input_ahead(in)) {
			int r = fill(in, INPUT_MORE);

			if (r != 0)
				return r;
		}
		s = at_hand(in, &complete);
		in->raw_pos += s.len;
		n = s.len < MARK_MAX ? s.len : MARK_MAX;
		if (kept + n > sizeof(end)) {
			memmove(end, end + kept - MARK_MAX, MARK_MAX);
			kept = MARK_MAX;
		}
		memcpy(end + kept, s.p + s.len - n, n);
		kept += n;
	}
	kept--;
	if (kept > 0 && end[kept - 1] == '\r')
		kept--;
	find_literal(in, cc_span(end, kept));
	return CC_ELIMIT;
}

/* Appends the next line to line[] and makes it the present piece. */
static int
get_line(struct input *in, enum input_wait why)
{
	size_t start = in->used, room;
	bool complete = false;

	in->announced = false;
	in->doing = INPUT_LINE;
	while (!complete) {
		struct span s;
		int r;

		if (!input_ahead(in) && (r = fill(in, why)) != 0)
			return r;
		why = INPUT_MORE;
		s = at_hand(in, &complete);
		room = sizeof(in->line) - in->used;
		if (s.len > room) {
			memcpy(in->line + in->used, s.p, room);
			in->used += room;
			in->piece = cc_span(in->line + start, in->used - start);
			return discard_line(in);
		}
		memcpy(in->line + in->used, s.p, s.len);
		in->used += s.len;
		in->raw_pos += s.len;
	}
	in->piece = cc_span(in->line + start, in->used - start - 1);
	if (in->piece.len > 0 && in->piece.p[in->piece.len - 1] == '\r')
		in->piece.len--;
	find_literal(in, in->piece);
	return 0;
}

int
input_command(struct input *in)
{
	in->used = 0;
	in->literals = 0;
	in->refusal = NULL;
	in->too_long = false;
	return get_line(in, INPUT_COMMAND);
}

int
input_line(struct input *in)
{
	in->used = 0;
	return get_line(in, INPUT_COMMAND);
}

/* Reads len octets, telling of each piece. */
static int
pass_octets(struct input *in, uint64_t len,
    void (*keep)(void *ctx, struct span octets), void *ctx)
{
	while (len > 0) {
		size_t n;
		int r;

		if (!input_ahead(in) && (r = fill(in, INPUT_MORE)) != 0)
			return r;
		n = in->raw_len - in->raw_pos;
		if (n > len)
			n = (size_t)len;
		if (keep)
			keep(ctx, cc_span(in->raw + in->raw_pos, n));
		in->raw_pos += n;
		len -= n;
	}
	return 0;
}

/* Puts octets where the pointer that ctx points to points to. */
static void
copy(void *ctx, struct span octets)
{
	char **dst = ctx;

	memcpy(*dst, octets.p, octets.len);
	*dst += octets.len;
}

int
input_literal(struct input *in, struct arena *a, struct span *literal_r)
{
	bool binary = in->binary; /* of this one, not the next */
	char *p = NULL, *end;
	int r;

	if (!in->announced)
		return CC_EPARSE;
	if (in->literal > CC_IMAP_LITERAL)
		in->refusal = "Absurdly long client literal";
	else if (in->literals >= CC_IMAP_LITERALS)
		in->refusal = "Too many literals in command";
	else if (!(p = cc_arena_get(a, (size_t)in->literal + 1)))
		in->refusal = "Too much data in command";
	if (in->refusal)
		return CC_ELIMIT;
	in->literals++;
	in->announced = false;
	if (!in->nonsync)
		output_puts(in->out, "+ Ready for argument\r\n");
	*literal_r = cc_span(p, (size_t)in->literal);
	end = p;
	in->doing = INPUT_LITERAL;
	if ((r = pass_octets(in, in->literal, copy, &end)) != 0)
		return r;
	r = get_line(in, INPUT_MORE);
	in->too_long = r == CC_ELIMIT;
	if (r != 0)
		return r;
	return !binary && memchr(p, '\0', literal_r->len) ? CC_EPARSE : 0;
}

int
input_message(struct input *in, void (*keep)(void *ctx, struct span octets),
    void *ctx)
{
	int r;

	if (!in->announced)
		return CC_EPARSE;
	in->announced = false;
	if (!in->nonsync)
		output_puts(in->out, "+ Ready for argument\r\n");
	in->doing = INPUT_LITERAL;
	if ((r = pass_octets(in, in->literal, keep, ctx)) != 0)
		return r;
	r = get_line(in, INPUT_MORE);
	in->too_long = r == CC_ELIMIT;
	return r;
}

int
input_skip(struct input *in)
{
	while (in->announced && in->nonsync) {
		int r;

		if (in->literal > CC_IMAP_DISCARD)
			return CC_ELIMIT;
		in->doing = INPUT_DISCARD;
		if ((r = pass_octets(in, in->literal, NULL, NULL)) != 0)
			return r;
		in->used = 0;
		r = get_line(in, INPUT_MORE);
		if (r != 0 && r != CC_ELIMIT)
			return r;
	}
	in->announced = false;
	return 0;
}
