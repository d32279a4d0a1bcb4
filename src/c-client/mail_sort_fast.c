/*
 * mail_sort_fast.c - SORT of message numbers (RFC 5256, BASE.6.4.SORT).
 *
 * Each message is looked at once, in the order of the mailbox, and leaves a
 * row of numbers: dates and sizes as they are; for a text, where it lies. Then
 * they are sorted by the first number, or the first octets of the first text,
 * and those that are equal by what comes next, until nothing is equal or no
 * key is left: linear in what is looked at, and without leaps in memory for
 * each comparison.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "fs.h"
#include "key_sort.h"
#include "mail_fast.h"
#include "mail_keys.h"
#include "mail_sort.h"

#define FUNCTIONS 7 /* SORTDATE ... SORTSIZE */

/* When a key of a message is taken. */
enum phase { BEFORE_HEADER, TEXTS, DATE };

struct key {
	short function; /* SORT code */
	bool reverse;
	enum phase phase;
};

struct sorter {
	MAILSTREAM *stream;
	struct key keys[FUNCTIONS];
	size_t key_count; /* and numbers of a row */
	bool header;      /* a key wants the header */
	uint64_t *rows;
	struct strbuf texts;  /* "length, octets" of each */
	struct keyed *v;      /* rows in their order so far */
	struct keyed *buffer; /* for sorting */
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
			.phase = phase_of(pgm->function) };
		s->header |= key->phase != BEFORE_HEADER;
		s->key_count++;
	}
}

static void
put_text(struct sorter *s, uint64_t *cell)
{
	struct span text = cc_strbuf_span(&s->text);
	text_len len;

	if (text.len > CC_SORT_KEY)
		text.len = CC_SORT_KEY;
	len = (text_len)text.len;
	*cell = s->texts.len;
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
				    row + i);
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

/* Octets of a text that are compared at once; with them their number. */
#define WORD 7

/*
 * The octets of a text from place `at' on as a number that compares as they
 * do. Its last octet tells how many they are, for shorter texts come first,
 * and is more than WORD if others follow.
 */
static uint64_t
word_at(const struct sorter *s, uint64_t offset, size_t at)
{
	const struct span text = text_at(s, offset);
	const size_t left = text.len > at ? text.len - at : 0;
	uint64_t word = 0;

	for (size_t i = 0; i < WORD; i++)
		word =
		    word << 8 | (i < left ? (unsigned char)text.p[at + i] : 0);
	return word << 8 | (left > WORD ? WORD + 1 : left);
}

/* How far a sort has come: the key, and of a text the octets dealt with. */
struct place {
	size_t key;
	size_t at;
};

/* What n rows from v on are compared by at a place. */
static void
take_keys(const struct sorter *s, struct keyed *v, size_t n, struct place place)
{
	const struct key *key = &s->keys[place.key];
	const uint64_t flip = key->reverse ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t cell = s->rows[v[i].item * s->key_count + place.key];

		if (key->phase == TEXTS)
			cell = word_at(s, cell, place.at);
		v[i].key = cell ^ flip;
	}
}

/* Where those go on that are equal at a place. */
static struct place
next_place(const struct sorter *s, const struct keyed *of, struct place place)
{
	const struct key *key = &s->keys[place.key];
	const uint64_t word = key->reverse ? ~of->key : of->key;

	if (key->phase == TEXTS && (word & 0xff) > WORD)
		return (struct place){ place.key, place.at + WORD };
	return (struct place){ place.key + 1, 0 };
}

/*
 * Sorts n rows from v on, which are equal up to a place. Of those equal there,
 * too, the largest run is the next to be sorted here, the others by calls:
 * which do not go deeper than log2(n), since each has at most half of n.
 */
static void
sort_rows(const struct sorter *s, struct keyed *v, size_t n, struct place place)
{
	while (n > 1 && place.key < s->key_count) {
		struct keyed *large = v;
		struct place large_place = place;
		size_t large_n = 0, end;

		take_keys(s, v, n, place);
		cc_key_sort(v, s->buffer, n);
		for (size_t i = 0; i < n; i = end) {
			for (end = i + 1; end < n && v[end].key == v[i].key;)
				end++;
			if (end - i < 2)
				continue;
			if (end - i <= n / 2) {
				sort_rows(s, v + i, end - i,
				    next_place(s, v + i, place));
				continue;
			}
			large = v + i;
			large_n = end - i;
			large_place = next_place(s, v + i, place);
		}
		v = large;
		n = large_n;
		place = large_place;
	}
}

/* Replaces the numbers by themselves in the order found. */
static void
sort(struct sorter *s, uint32_t *msgnos, size_t count)
{
	uint32_t *old = fs_get(count * sizeof(*old));

	s->v = fs_get(count * sizeof(*s->v));
	s->buffer = fs_get(count * sizeof(*s->buffer));
	for (size_t i = 0; i < count; i++)
		s->v[i].item = (uint32_t)i;
	sort_rows(s, s->v, count, (struct place){ 0, 0 });
	memcpy(old, msgnos, count * sizeof(*old));
	for (size_t i = 0; i < count; i++)
		msgnos[i] = old[s->v[i].item];
	fs_give((void **)&s->buffer);
	fs_give((void **)&s->v);
	fs_give((void **)&old);
}

int
cc_mail_sort(MAILSTREAM *stream, const SORTPGM *pgm, uint32_t *msgnos,
    size_t count)
{
	struct sorter s = { .stream = stream };
	int r = 0;

	read_program(&s, pgm);
	if (s.key_count == 0 || count == 0)
		return 0;
	cc_strbuf_init(&s.texts, CC_SORT_MEMORY);
	cc_strbuf_init(&s.scratch, CC_HEADER_MAX);
	cc_strbuf_init(&s.text, SIZE_MAX / 2);
	cc_arena_init(&s.arena, CC_MIME_MEMORY);
	s.rows = fs_get(count * s.key_count * sizeof(*s.rows));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load(&s, msgnos[i], s.rows + i * s.key_count);
	if (r == 0)
		sort(&s, msgnos, count);
	fs_give((void **)&s.rows);
	cc_arena_free(&s.arena);
	cc_strbuf_free(&s.text);
	cc_strbuf_free(&s.scratch);
	cc_strbuf_free(&s.texts);
	return r;
}
