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
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
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

const unsigned char *
cc_mbox_find_f(const unsigned char *p, const unsigned char *end,
    struct mbox_tally *tally)
{
	while (end - p > BLOCK) {
		uint64_t lf, upto;
		int hit;

		p = run_blocks(p, end, tally);
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
	if (w->buf)
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
		if (w->buf)
			fs_resize((void **)&w->buf, w->cap);
		else
			w->buf = fs_get(w->cap);
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
