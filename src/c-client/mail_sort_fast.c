/*
 * mail_sort_fast.c - SORT of message numbers (RFC 5256, BASE.6.4.SORT).
 *
 * Each message is looked at once, in the order of the mailbox, and leaves a
 * row of numbers: dates and sizes as they are; for a text its first eight
 * octets, which decide most comparisons, and where the whole of it lies.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "mail_fast.h"
#include "mail_keys.h"
#include "mail_sort.h"
#include "merge_sort.h"

#define FUNCTIONS 7 /* SORTDATE ... SORTSIZE */

/* When a key of a message is taken. */
enum phase { BEFORE_HEADER, TEXTS, DATE };

struct key {
	short function; /* SORT code */
	bool reverse;
	enum phase phase;
	size_t column; /* of the row; a text has two */
};

struct sorter {
	MAILSTREAM *stream;
	struct key keys[FUNCTIONS];
	size_t key_count;
	size_t columns;
	bool header; /* a key wants the header */
	uint64_t *rows;
	struct strbuf texts; /* "length, octets" of each */
	struct arena arena;
	struct strbuf scratch, text;
};

/* The octets of a text's length in front of it. */
typedef uint16_t text_len;

static enum phase
phase_of(short function)
{
	if (function == SORTDATE)
		return DATE;
	return function == SORTARRIVAL || function == SORTSIZE ? BEFORE_HEADER
							       : TEXTS;
}

/* A key that was there before decides nothing any more. */
static void
read_program(struct sorter *s, const SORTPGM *pgm)
{
	unsigned seen = 0;

	for (; pgm; pgm = pgm->next) {
		struct key *key = &s->keys[s->key_count];

		if (pgm->function < 0 || pgm->function >= FUNCTIONS ||
		    seen & 1u << pgm->function)
			continue;
		seen |= 1u << pgm->function;
		*key = (struct key){ .function = pgm->function,
			.reverse = pgm->reverse,
			.phase = phase_of(pgm->function),
			.column = s->columns };
		s->columns += key->phase == TEXTS ? 2 : 1;
		s->header |= key->phase != BEFORE_HEADER;
		s->key_count++;
	}
}

/* The first octets as a number that compares as they do. */
static uint64_t
prefix(struct span text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | (i < text.len ? (unsigned char)text.p[i] : 0);
	return n;
}

static void
put_text(struct sorter *s, uint64_t *cell)
{
	struct span text = cc_strbuf_span(&s->text);
	text_len len;

	if (text.len > CC_SORT_KEY)
		text.len = CC_SORT_KEY;
	len = (text_len)text.len;
	cell[0] = prefix(text);
	cell[1] = s->texts.len;
	cc_strbuf_put(&s->texts, &len, sizeof(len));
	cc_strbuf_put_span(&s->texts, text);
}

/* Signed seconds as a number that compares as they do. */
static uint64_t
ordered(int64_t time)
{
	return (uint64_t)time ^ (uint64_t)1 << 63;
}

static int
put_key(struct sorter *s, const struct key *key, unsigned long msgno,
    const struct rfc822_envelope *env, uint64_t *cell)
{
	struct imap_date date;
	int64_t time;
	int r = 0;

	cc_strbuf_reset(&s->text);
	switch (key->function) {
	case SORTDATE:
		r = cc_key_date(s->stream, msgno, env->date, &time);
		*cell = r == 0 ? ordered(time) : 0;
		return r;
	case SORTARRIVAL:
		r = cc_mail_date(s->stream, msgno, &date);
		*cell = r == 0 ? ordered(date.time) : 0;
		return r;
	case SORTSIZE:
		return cc_mail_size(s->stream, msgno, cell);
	case SORTSUBJECT:
		cc_key_subject(&s->text, env->subject);
		break;
	case SORTFROM:
		cc_key_mailbox(&s->text, &s->arena, env->from);
		break;
	case SORTTO:
		cc_key_mailbox(&s->text, &s->arena, env->to);
		break;
	case SORTCC:
		cc_key_mailbox(&s->text, &s->arena, env->cc);
		break;
	}
	put_text(s, cell);
	return cc_strbuf_status(&s->texts);
}

/* The keys of one message. The header is good until the next call on the
 * stream: what has to make one comes before or, the date, behind all others. */
static int
load(struct sorter *s, unsigned long msgno, uint64_t *row)
{
	struct rfc822_envelope env = { 0 };
	int r = 0;

	for (enum phase phase = BEFORE_HEADER; r == 0 && phase <= DATE;
	     phase++) {
		if (phase == TEXTS && s->header)
			r = cc_key_fields(s->stream, msgno, &s->arena,
			    &s->scratch, &env);
		for (size_t i = 0; r == 0 && i < s->key_count; i++)
			if (s->keys[i].phase == phase)
				r = put_key(s, &s->keys[i], msgno, &env,
				    row + s->keys[i].column);
	}
	return r;
}

static struct span
text_at(const struct sorter *s, uint64_t offset)
{
	text_len len;

	memcpy(&len, s->texts.data + offset, sizeof(len));
	return cc_span(s->texts.data + offset + sizeof(len), len);
}

static int
compare_texts(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	return r != 0 ? r : a.len < b.len ? -1 : a.len > b.len;
}

static int
compare(uint32_t a, uint32_t b, const void *context)
{
	const struct sorter *s = context;
	const uint64_t *row_a = s->rows + a * s->columns;
	const uint64_t *row_b = s->rows + b * s->columns;

	for (size_t i = 0; i < s->key_count; i++) {
		const struct key *key = &s->keys[i];
		const uint64_t *x = row_a + key->column;
		const uint64_t *y = row_b + key->column;
		int r = *x < *y ? -1 : *x > *y;

		if (r == 0 && key->phase == TEXTS)
			r = compare_texts(text_at(s, x[1]), text_at(s, y[1]));
		if (r != 0)
			return key->reverse ? -r : r;
	}
	return 0;
}

/* Replaces the numbers by themselves in the order found. */
static void
sort(const struct sorter *s, uint32_t *msgnos, size_t count)
{
	uint32_t *order = fs_get((count + 1) * sizeof(*order));

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	cc_merge_sort(order, count, compare, s);
	for (size_t i = 0; i < count; i++)
		order[i] = msgnos[order[i]];
	memcpy(msgnos, order, count * sizeof(*order));
	fs_give((void **)&order);
}

int
cc_mail_sort(MAILSTREAM *stream, const SORTPGM *pgm, uint32_t *msgnos,
    size_t count)
{
	struct sorter s = { .stream = stream };
	int r = 0;

	read_program(&s, pgm);
	if (s.columns == 0 || count == 0)
		return 0;
	cc_strbuf_init(&s.texts, CC_SORT_MEMORY);
	cc_strbuf_init(&s.scratch, CC_HEADER_MAX);
	cc_strbuf_init(&s.text, SIZE_MAX / 2);
	cc_arena_init(&s.arena, CC_MIME_MEMORY);
	s.rows = fs_get(count * s.columns * sizeof(*s.rows));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load(&s, msgnos[i], s.rows + i * s.columns);
	if (r == 0)
		sort(&s, msgnos, count);
	fs_give((void **)&s.rows);
	cc_arena_free(&s.arena);
	cc_strbuf_free(&s.text);
	cc_strbuf_free(&s.scratch);
	cc_strbuf_free(&s.texts);
	return r;
}
