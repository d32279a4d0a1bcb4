/*
 * mboxfile_scan.c - the inner loop of the mailbox parser.
 *
 * A mailbox is mostly body text, of which only three things matter: where the
 * next line begins with F, and how many LF and CR lie before it (they make the
 * size on the wire). One pass over data that pread just left in the cache
 * finds all three, 64 octets at a time. Octets are hostile: nothing outside
 * p..end is looked at.
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
/* The C library knows what the processor has. Asking the processor once more
 * would take a virtual machine as long as the rest of a session's start. */
#include <immintrin.h>
#include <sys/platform/x86.h>
#define HAVE_WIDE 1
#endif

#include "cc_err.h"
#include "fs.h"
#include "mboxfile_scan.h"

const unsigned char *
cc_mbox_find_f_portable(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	for (; p < end; p++) {
		if (*p == '\r')
			tally->cr++;
		if (*p != '\n')
			continue;
		tally->lf++;
		if (end - p > 1 && p[1] == 'F')
			return p + 1;
	}
	return end;
}

static bool
is_mark(int c)
{
	return c == '\n' || c == '\r' || (c | 0x20) == 's' || (c | 0x20) == 'x';
}

const unsigned char *
cc_mbox_find_mark_portable(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *line = end;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		line = ++p;
		if (p < end && is_mark(*p))
			return p;
	}
	return line;
}

#ifdef __SSE2__

#define BLOCK 64
/* Blocks until a lane of eight bits could overflow: 4 counts each. */
#define BLOCKS_MAX 63

/* One bit for each octet of the block at p that equals ch. */
static uint64_t
block_mask(const unsigned char *p, char ch)
{
	const __m128i want = _mm_set1_epi8(ch);
	uint64_t mask = 0;

	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const void *)(p + 16 * i));
		int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(v, want));

		mask |= (uint64_t)(unsigned)bits << (16 * i);
	}
	return mask;
}

/* The sum of sixteen unsigned lanes. */
static uint64_t
lanes(__m128i v)
{
	__m128i sums = _mm_sad_epu8(v, _mm_setzero_si128());

	return (uint64_t)_mm_cvtsi128_si64(sums) +
	    (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(sums, 8));
}

/*
 * Counts whole blocks until one holds LF F, or at most BLOCKS_MAX; returns
 * where it stopped. Looks one octet past each block.
 */
static const unsigned char *
run_blocks(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	const __m128i f = _mm_set1_epi8('F');
	__m128i lf_sum = _mm_setzero_si128(), cr_sum = lf_sum;

	for (int n = 0; n < BLOCKS_MAX && end - p > BLOCK; n++, p += BLOCK) {
		__m128i hit = _mm_setzero_si128();
		__m128i lf_block = lf_sum, cr_block = cr_sum;

		for (int i = 0; i < 4; i++) {
			const unsigned char *q = p + 16 * i;
			__m128i v = _mm_loadu_si128((const void *)q);
			__m128i next = _mm_loadu_si128((const void *)(q + 1));
			__m128i is_lf = _mm_cmpeq_epi8(v, lf);

			lf_block = _mm_sub_epi8(lf_block, is_lf);
			cr_block =
			    _mm_sub_epi8(cr_block, _mm_cmpeq_epi8(v, cr));
			hit = _mm_or_si128(hit,
			    _mm_and_si128(is_lf, _mm_cmpeq_epi8(next, f)));
		}
		if (_mm_movemask_epi8(hit) != 0)
			break;
		lf_sum = lf_block;
		cr_sum = cr_block;
	}
	tally->lf += lanes(lf_sum);
	tally->cr += lanes(cr_sum);
	return p;
}

#ifdef HAVE_WIDE

#define WIDE __attribute__((target("avx2")))
/* As BLOCKS_MAX, with 2 counts each. */
#define WIDE_BLOCKS_MAX 127

/* The sum of 32 unsigned lanes. */
WIDE static uint64_t
wide_lanes(__m256i v)
{
	__m256i sums = _mm256_sad_epu8(v, _mm256_setzero_si256());
	__m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums),
	    _mm256_extracti128_si256(sums, 1));

	return (uint64_t)_mm_cvtsi128_si64(half) +
	    (uint64_t)_mm_extract_epi64(half, 1);
}

/* run_blocks for processors that have vectors twice as wide. */
WIDE static const unsigned char *
run_wide(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	const __m256i lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r');
	const __m256i f = _mm256_set1_epi8('F');
	__m256i lf_sum = _mm256_setzero_si256(), cr_sum = lf_sum;

	for (int n = 0; n < WIDE_BLOCKS_MAX && end - p > BLOCK;
	     n++, p += BLOCK) {
		const void *q = p, *q1 = p + 1, *q2 = p + 32, *q3 = p + 33;
		__m256i a = _mm256_loadu_si256(q);
		__m256i b = _mm256_loadu_si256(q2);
		__m256i lf_a = _mm256_cmpeq_epi8(a, lf);
		__m256i lf_b = _mm256_cmpeq_epi8(b, lf);
		__m256i f_a = _mm256_cmpeq_epi8(_mm256_loadu_si256(q1), f);
		__m256i f_b = _mm256_cmpeq_epi8(_mm256_loadu_si256(q3), f);
		__m256i hit = _mm256_or_si256(_mm256_and_si256(lf_a, f_a),
		    _mm256_and_si256(lf_b, f_b));

		if (!_mm256_testz_si256(hit, hit))
			break;
		lf_sum = _mm256_sub_epi8(lf_sum, _mm256_add_epi8(lf_a, lf_b));
		cr_sum = _mm256_sub_epi8(cr_sum,
		    _mm256_add_epi8(_mm256_cmpeq_epi8(a, cr),
			_mm256_cmpeq_epi8(b, cr)));
	}
	tally->lf += wide_lanes(lf_sum);
	tally->cr += wide_lanes(cr_sum);
	return p;
}

static const unsigned char *
run(const unsigned char *p, const unsigned char *end, struct mbox_tally *tally)
{
	return CPU_FEATURE_ACTIVE(AVX2) ? run_wide(p, end, tally)
					: run_blocks(p, end, tally);
}

#else

static const unsigned char *
run(const unsigned char *p, const unsigned char *end, struct mbox_tally *tally)
{
	return run_blocks(p, end, tally);
}

#endif

/* One bit for each LF of the sixteen octets at p with a mark behind it. Looks
 * one octet past them. */
static unsigned
marks(const unsigned char *p, unsigned *lf_r)
{
	__m128i v = _mm_loadu_si128((const void *)p);
	__m128i next = _mm_loadu_si128((const void *)(p + 1));
	__m128i small = _mm_or_si128(next, _mm_set1_epi8(0x20));
	__m128i lf = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));
	__m128i empty = _mm_or_si128(_mm_cmpeq_epi8(next, _mm_set1_epi8('\n')),
	    _mm_cmpeq_epi8(next, _mm_set1_epi8('\r')));
	__m128i name = _mm_or_si128(_mm_cmpeq_epi8(small, _mm_set1_epi8('s')),
	    _mm_cmpeq_epi8(small, _mm_set1_epi8('x')));

	*lf_r = (unsigned)_mm_movemask_epi8(lf);
	return *lf_r & (unsigned)_mm_movemask_epi8(_mm_or_si128(empty, name));
}

const unsigned char *
cc_mbox_find_mark(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *line = end, *rest;

	for (; end - p > 16; p += 16) {
		unsigned lf, mark = marks(p, &lf);

		if (mark != 0)
			return p + __builtin_ctz(mark) + 1;
		if (lf != 0)
			line = p + (31 - __builtin_clz(lf)) + 1;
	}
	rest = cc_mbox_find_mark_portable(p, end);
	return rest < end || line == end || end[-1] == '\n' ? rest : line;
}

const unsigned char *
cc_mbox_find_f(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	while (end - p > BLOCK) {
		uint64_t lf, upto;
		int hit;

		p = run(p, end, tally);
		if (end - p <= BLOCK)
			break;
		lf = block_mask(p, '\n');
		upto = lf & block_mask(p + 1, 'F');
		if (upto == 0)
			continue; /* only the count of blocks was used up */
		hit = __builtin_ctzll(upto);
		upto ^= upto - 1; /* the bits up to and with the lowest */
		tally->lf += (uint64_t)__builtin_popcountll(lf & upto);
		tally->cr +=
		    (uint64_t)__builtin_popcountll(block_mask(p, '\r') & upto);
		return p + hit + 1;
	}
	return cc_mbox_find_f_portable(p, end, tally);
}

#else

const unsigned char *
cc_mbox_find_mark(const unsigned char *p, const unsigned char *end)
{
	return cc_mbox_find_mark_portable(p, end);
}

const unsigned char *
cc_mbox_find_f(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	return cc_mbox_find_f_portable(p, end, tally);
}

#endif

/* ---------------------------------------------------------------- window */

void
cc_mbox_window_init(struct mbox_window *w, int fd, size_t step)
{
	*w = (struct mbox_window){ .fd = fd, .step = step };
}

void
cc_mbox_window_free(struct mbox_window *w)
{
	fs_give((void **)&w->buf);
	w->len = w->cap = 0;
}

void
cc_mbox_window_seek(struct mbox_window *w, uint64_t pos)
{
	w->pos = pos;
	w->len = 0;
}

int
cc_mbox_window_more(struct mbox_window *w, size_t keep, uint64_t limit)
{
	uint64_t from = w->pos + w->len;
	size_t left = w->len - keep, want = w->step;
	ssize_t n;

	if (keep > 0) {
		memmove(w->buf, w->buf + keep, left);
		w->pos += keep;
		w->len = left;
	}
	if (from >= limit)
		return 0;
	if (limit - from < want)
		want = (size_t)(limit - from);
	if (w->cap - left < want) {
		w->cap = left + w->step;
		fs_resize((void **)&w->buf, w->cap);
	}
	do
		n = pread(w->fd, w->buf + left, want, (off_t)from);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return CC_EIO;
	if (n == 0)
		return CC_ECHANGED;
	w->len += (size_t)n;
	w->octets += (uint64_t)n;
	w->reads++;
	return 1;
}
