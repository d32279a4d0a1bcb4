/*
 * text_search.c - searching octets, ASCII case ignored.
 *
 * Two octets of the needle that are rare in mail are looked for at their
 * distance, sixteen places at once; where both are, the whole is compared.
 * Text that makes this compare too much, and the borders of pieces, go
 * through Knuth, Morris and Pratt's automaton, which is slower but steady: so
 * the time is linear in the text. No state but the caller's; needle and text
 * are strangers'.
 */
#include "charset.h"
#include "fs.h"
#include "text_search.h"

/* Sixteen octets at a time: one register on every machine we meet. */
#define LANES 16
#define BLOCK ((size_t)4 * LANES)

/* Octets compared one by one that are granted before they must be earned. */
#define CREDIT 4096

typedef unsigned char lanes __attribute__((vector_size(LANES)));

static unsigned char
fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* How common an octet is in mail: letters by their use, digits and marks less,
 * what is not ASCII least. */
static unsigned
commonness(unsigned char c)
{
	static const char by_use[] =
	    "vkjxqz0123456789=<>.-bpygwfmucldhrsinoate ";
	const char *at = c ? strchr(by_use, c) : NULL;

	return at ? (unsigned)(at - by_use) + 2 : c < 0x80;
}

/* The two rarest places, different ones if the needle has two octets. */
static void
choose(struct cc_needle *n)
{
	size_t best = 0, next = n->len > 1 ? 1 : 0;

	for (size_t i = 1; i < n->len; i++) {
		if (commonness(n->text[i]) < commonness(n->text[best])) {
			next = best;
			best = i;
		} else if (i != next && i != best &&
		    commonness(n->text[i]) < commonness(n->text[next])) {
			next = i;
		}
	}
	n->a = best < next ? best : next;
	n->b = best < next ? next : best;
}

static void
find_borders(struct cc_needle *n)
{
	uint32_t k = 0;

	n->border = fs_get((n->len + 1) * sizeof(*n->border));
	n->border[0] = 0;
	if (n->len)
		n->border[1] = 0;
	for (size_t i = 1; i < n->len; i++) {
		while (k > 0 && n->text[i] != n->text[k])
			k = n->border[k];
		if (n->text[i] == n->text[k])
			k++;
		n->border[i + 1] = k;
	}
}

void
cc_needle_init(struct cc_needle *n, struct span string)
{
	SIZEDTEXT text = { (unsigned char *)(uintptr_t)string.p, string.len };
	SIZEDTEXT form = text;
	const CHARSET *cs = utf8_infercharset(&text);

	if (cs && cs->type == CT_UTF8)
		utf8_text_cs(&text, cs, &form, ucs4_titlecase,
		    ucs4_decompose_recursive);
	n->len = form.size;
	n->text = fs_get(n->len + 1);
	for (size_t i = 0; i < n->len; i++)
		n->text[i] = fold(form.data[i]);
	n->text[n->len] = '\0';
	n->ascii = cc_is_ascii(cc_span(n->text, n->len));
	if (form.data != text.data)
		fs_give((void **)&form.data);
	find_borders(n);
	choose(n);
}

void
cc_needle_free(struct cc_needle *n)
{
	fs_give((void **)&n->text);
	fs_give((void **)&n->border);
	n->len = 0;
}

void
cc_search_init(struct cc_search *s, const struct cc_needle *needle)
{
	*s = (struct cc_search){ .needle = needle, .found = needle->len == 0 };
}

/* The automaton over text from `from` to `to`; returns where it stopped. */
static size_t
step(struct cc_search *s, const unsigned char *text, size_t from, size_t to)
{
	const struct cc_needle *n = s->needle;
	unsigned char c;

	for (; from < to && !s->found; from++) {
		c = fold(text[from]);
		while (s->matched > 0 && c != n->text[s->matched]) {
			s->matched = n->border[s->matched];
			s->steps++;
		}
		s->matched += c == n->text[s->matched];
		s->steps++;
		s->found = s->matched == n->len;
	}
	return from;
}

/* Is the needle at text? */
static bool
is_here(struct cc_search *s, const unsigned char *text)
{
	const struct cc_needle *n = s->needle;
	size_t i = 0;

	while (i < n->len && fold(text[i]) == n->text[i])
		i++;
	s->steps += i + 1;
	return i == n->len;
}

/* Which of the octets at p are c, or its capital when bit is 0x20? */
static inline lanes
equal(const unsigned char *p, unsigned char c, unsigned char bit)
{
	lanes v;

	memcpy(&v, p, LANES);
	return (lanes)((v | bit) == c);
}

static inline bool
any(lanes v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return (half[0] | half[1]) != 0;
}

static unsigned char
case_bit(unsigned char c)
{
	return c >= 'a' && c <= 'z' ? 0x20 : 0;
}

/*
 * Looks for the needle at places from `from` to `to`; text reaches
 * needle->len - 1 octets beyond. Returns the place where it stopped: `to`, or
 * sooner when found or when too much had to be compared.
 */
static size_t
scan(struct cc_search *s, const unsigned char *text, size_t from, size_t to)
{
	const struct cc_needle *n = s->needle;
	const unsigned char *a = text + n->a, *b = text + n->b;
	const unsigned char ca = n->text[n->a], cb = n->text[n->b];
	const unsigned char bit_a = case_bit(ca), bit_b = case_bit(cb);
	const uint64_t start = s->steps;
	size_t i = from;
	lanes hit[4];

	for (; to - i >= BLOCK; i += BLOCK) {
		for (unsigned k = 0; k < 4; k++)
			hit[k] = equal(a + i + k * LANES, ca, bit_a) &
			    equal(b + i + k * LANES, cb, bit_b);
		if (!any(hit[0] | hit[1] | hit[2] | hit[3]))
			continue;
		for (unsigned k = 0; k < BLOCK; k++)
			if (hit[k / LANES][k % LANES] &&
			    is_here(s, text + i + k)) {
				s->found = true;
				return i + k;
			}
		if (s->steps - start > CREDIT + (i - from))
			return i + BLOCK;
	}
	return i;
}

/*
 * Places before which a match may have begun in an earlier piece are left to
 * the automaton, and so are the last ones, which may go on in the next piece.
 */
bool
cc_search_feed(struct cc_search *s, struct span text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t len = s->needle->len, i = 0;

	if (s->found || text.len == 0)
		return s->found;
	/* Until what has matched so far lies in this piece alone. */
	while (i < text.len && s->matched > i && !s->found)
		i = step(s, p, i, i + 1);
	if (!s->found && text.len - i >= BLOCK &&
	    text.len - i + s->matched >= len + BLOCK) {
		i = scan(s, p, i - s->matched, text.len - len + 1);
		s->matched = 0;
	}
	step(s, p, i, text.len);
	return s->found;
}
