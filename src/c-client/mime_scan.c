/*
 * mime_scan.c - counting line ends and finding delimiter lines.
 *
 * Sixteen octets a step in the compiler's vector types, which gcc and clang
 * turn into SSE2, NEON or plain arithmetic; no processor is named here. Looks
 * at octets only and holds no state.
 */
#include "mime_scan.h"

#define LANES 16
#define BLOCK (4 * LANES) /* octets between two looks for a candidate */
#define ROUNDS 60         /* blocks until a lane of counts could overflow */

typedef unsigned char v16 __attribute__((vector_size(LANES)));
typedef uint64_t v2 __attribute__((vector_size(LANES)));

static inline v16
load(const char *p)
{
	v16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline v16
all(unsigned char c)
{
	return (v16){ c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c };
}

/* FF in the lanes where the octets are the same. */
static inline v16
same(v16 a, v16 b)
{
	return (v16)(a == b);
}

static inline bool
any(v16 v)
{
	v2 half = (v2)v;

	return (half[0] | half[1]) != 0;
}

static uint64_t
sum(v16 v)
{
	uint64_t n = 0;

	for (int i = 0; i < LANES; i++)
		n += v[i];
	return n;
}

/* FF in the lanes of p where an LF stands before "--". */
static inline v16
dashes(const char *p, v16 lf)
{
	v16 dash = all('-');

	return lf & same(load(p + 1), dash) & same(load(p + 2), dash);
}

/*
 * Counts whole vectors from p on; stops before the block that holds an LF and
 * "--" if find is set, or where less than a vector is left. Returns where.
 */
static inline const char *
count_vectors(const char *p, const char *end, bool find,
    struct mime_count *count)
{
	const v16 lf = all('\n'), cr = all('\r');

	end -= find ? 2 : 0;
	while (end - p >= LANES) {
		v16 lfs = all(0), crs = all(0);
		int rounds = ROUNDS;

		for (; rounds > 0 && end - p >= BLOCK; rounds--, p += BLOCK) {
			v16 a = load(p), b = load(p + LANES);
			v16 c = load(p + 2 * LANES), d = load(p + 3 * LANES);
			v16 al = same(a, lf), bl = same(b, lf);
			v16 cl = same(c, lf), dl = same(d, lf);

			if (find &&
			    any(dashes(p, al) | dashes(p + LANES, bl) |
				dashes(p + 2 * LANES, cl) |
				dashes(p + 3 * LANES, dl)))
				break;
			lfs -= al + bl + cl + dl;
			crs -= same(a, cr) + same(b, cr) + same(c, cr) +
			    same(d, cr);
		}
		/* A block with a candidate, or less than a block. */
		for (int i = 0; rounds > 0 && i < BLOCK / LANES; i++) {
			v16 a, al;

			if (end - p < LANES)
				break;
			a = load(p);
			al = same(a, lf);
			if (find && any(dashes(p, al))) {
				count->lf += sum(lfs);
				count->cr += sum(crs);
				return p;
			}
			lfs -= al;
			crs -= same(a, cr);
			p += LANES;
		}
		count->lf += sum(lfs);
		count->cr += sum(crs);
	}
	return p;
}

void
cc_mime_count(struct span s, struct mime_count *count)
{
	const char *end = s.p + s.len, *p;

	if (!s.len)
		return;
	for (p = count_vectors(s.p, end, false, count); p < end; p++) {
		count->lf += *p == '\n';
		count->cr += *p == '\r';
	}
}

size_t
cc_mime_find_dashes(struct span s, struct mime_count *count)
{
	const char *end = s.p + s.len, *p;

	if (s.len < 3) {
		cc_mime_count(s, count);
		return s.len;
	}
	for (p = count_vectors(s.p, end, true, count); p < end; p++) {
		count->lf += *p == '\n';
		count->cr += *p == '\r';
		if (*p == '\n' && end - p > 2 && p[1] == '-' && p[2] == '-')
			return (size_t)(p - s.p) + 1;
	}
	return s.len;
}
