/*
 * uidrecord.c - the UID record: its text form, and its run list.
 *
 *	cedar-uids 1
 *	file DEV INO			hexadecimal
 *	size SIZE
 *	digest DIGEST			16 hexadecimal digits
 *	uidvalidity N last N reserved N
 *	runs N
 *	FIRST COUNT			N times
 *	check SUM			FNV-1a of all before, 16 digits
 *
 * There is one way to write a record, and only that is read back: numbers
 * have no leading zeros, runs are ascending and joined where they touch. The
 * sum finds damage, not forgery: nothing here is believed because of it.
 * Reading and writing the files is uidrecord_file.c's.
 */
#include "cc_ctype.h"
#include "cc_err.h"
#include "cursor.h"
#include "fnv.h"
#include "fs.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

#define RUNS_FIRST 16 /* runs of the first allocation */

void
cc_uidrecord_init(struct uidrecord *rec, const struct stat *st)
{
	*rec = (struct uidrecord){
		.dev = (uint64_t)st->st_dev,
		.ino = (uint64_t)st->st_ino,
	};
}

void
cc_uidrecord_free(struct uidrecord *rec)
{
	fs_give((void **)&rec->runs);
	*rec = (struct uidrecord){ 0 };
}

/* Appends a run, growing the list by halves. */
static int
add_run(struct uidrecord *rec, uint32_t first, uint32_t count)
{
	if (rec->count == CC_UIDRECORD_RUNS)
		return CC_ELIMIT;
	if (rec->count == rec->room) {
		rec->room = rec->room ? rec->room + rec->room / 2 : RUNS_FIRST;
		fs_resize((void **)&rec->runs, rec->room * sizeof(*rec->runs));
	}
	rec->runs[rec->count++] = (struct uidrun){ first, count };
	return 0;
}

/* The highest UID of the runs, 0 if there is none. */
static uint32_t
highest(const struct uidrecord *rec)
{
	const struct uidrun *last;

	if (rec->count == 0)
		return 0;
	last = &rec->runs[rec->count - 1];
	return last->first + (last->count - 1);
}

int
cc_uidrecord_add(struct uidrecord *rec, uint32_t uid)
{
	uint32_t top = highest(rec);
	int r = 0;

	if (uid <= top)
		return CC_ERANGE;
	if (rec->count > 0 && uid == top + 1)
		rec->runs[rec->count - 1].count++;
	else
		r = add_run(rec, uid, 1);
	if (r == 0 && uid > rec->uidlast)
		rec->uidlast = uid;
	return r;
}

uint64_t
cc_uidrecord_messages(const struct uidrecord *rec)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rec->count; i++)
		n += rec->runs[i].count;
	return n;
}

uint32_t
cc_uidrecord_next(const struct uidrecord *rec, struct uidrecord_pos *pos)
{
	const struct uidrun *run;
	uint32_t uid;

	if (pos->run >= rec->count)
		return 0;
	run = &rec->runs[pos->run];
	uid = run->first + pos->in_run;
	if (++pos->in_run == run->count)
		*pos = (struct uidrecord_pos){ pos->run + 1, 0 };
	return uid;
}

uint32_t
cc_uidrecord_floor(const struct uidrecord *rec, bool lost)
{
	return lost && rec->reserved > rec->uidlast ? rec->reserved
						    : rec->uidlast;
}

int
cc_uidrecord_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if (cc_cursor_left(c) < len || memcmp(c->p, word, len) != 0)
		return CC_EPARSE;
	c->p += len;
	return 0;
}

static int
hex_value(int ch)
{
	if (is_digit(ch))
		return ch - '0';
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

int
cc_uidrecord_hex(struct cursor *c, size_t digits, uint64_t *n_r)
{
	const unsigned char *p = c->p;
	uint64_t n = 0;

	while (p < c->end && hex_value(*p) >= 0 && p - c->p <= 16)
		n = n << 4 | (uint64_t)hex_value(*p++);
	if (p == c->p || p - c->p > 16)
		return CC_EPARSE;
	if (digits ? (size_t)(p - c->p) != digits
		   : *c->p == '0' && p - c->p > 1)
		return CC_EPARSE;
	c->p = p;
	*n_r = n;
	return 0;
}

int
cc_uidrecord_dec(struct cursor *c, uint64_t max, uint64_t *n_r)
{
	const unsigned char *p = c->p;
	uint64_t n = 0;

	while (p < c->end && is_digit(*p)) {
		uint64_t d = (uint64_t)(*p++ - '0');

		if (d > max || n > (max - d) / 10)
			return CC_ERANGE;
		n = n * 10 + d;
	}
	if (p == c->p || (*c->p == '0' && p - c->p > 1))
		return CC_EPARSE;
	c->p = p;
	*n_r = n;
	return 0;
}

int
cc_uidrecord_check(struct cursor *c, const char *start)
{
	struct span before =
	    cc_span(start, (size_t)((const char *)c->p - start));
	uint64_t sum;

	if (cc_uidrecord_word(c, "check ") != 0 ||
	    cc_uidrecord_hex(c, 16, &sum) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0 || !cc_cursor_at_end(c) ||
	    sum != fnv_add(FNV_START, before.p, before.len))
		return CC_EPARSE;
	return 0;
}

static int
parse_head(struct cursor *c, struct uidrecord *rec, uint64_t *runs_r)
{
	uint64_t validity, last, reserved;

	if (cc_uidrecord_word(c, "cedar-uids 1\nfile ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->dev) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_hex(c, 0, &rec->ino) != 0 ||
	    cc_uidrecord_word(c, "\nsize ") != 0 ||
	    cc_uidrecord_dec(c, INT64_MAX, &rec->size) != 0 ||
	    cc_uidrecord_word(c, "\ndigest ") != 0 ||
	    cc_uidrecord_hex(c, 16, &rec->digest) != 0 ||
	    cc_uidrecord_word(c, "\nuidvalidity ") != 0 ||
	    cc_uidrecord_dec(c, UINT32_MAX, &validity) != 0 ||
	    cc_uidrecord_word(c, " last ") != 0 ||
	    cc_uidrecord_dec(c, UINT32_MAX, &last) != 0 ||
	    cc_uidrecord_word(c, " reserved ") != 0 ||
	    cc_uidrecord_dec(c, UINT32_MAX, &reserved) != 0 ||
	    cc_uidrecord_word(c, "\nruns ") != 0 ||
	    cc_uidrecord_dec(c, CC_UIDRECORD_RUNS, runs_r) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0 || validity == 0)
		return CC_EPARSE;
	rec->uidvalidity = (uint32_t)validity;
	rec->uidlast = (uint32_t)last;
	rec->reserved = (uint32_t)reserved;
	return 0;
}

static int
parse_run(struct cursor *c, struct uidrecord *rec)
{
	uint64_t first, count, top = highest(rec);

	if (cc_uidrecord_dec(c, UINT32_MAX, &first) != 0 ||
	    cc_uidrecord_word(c, " ") != 0 ||
	    cc_uidrecord_dec(c, UINT32_MAX, &count) != 0 ||
	    cc_uidrecord_word(c, "\n") != 0)
		return CC_EPARSE;
	/* Above the run before with a gap, else it would be one run. */
	if (first == 0 || count == 0 || first + count - 1 > rec->uidlast ||
	    (rec->count > 0 && first <= top + 1))
		return CC_EPARSE;
	return add_run(rec, (uint32_t)first, (uint32_t)count);
}

int
cc_uidrecord_parse(struct span text, struct uidrecord *rec_r)
{
	struct uidrecord rec = { 0 };
	struct cursor c = cc_cursor(text);
	uint64_t runs = 0;
	int r = parse_head(&c, &rec, &runs);

	while (r == 0 && runs-- > 0)
		r = parse_run(&c, &rec);
	if (r == 0)
		r = cc_uidrecord_check(&c, text.p);
	if (r != 0) {
		cc_uidrecord_free(&rec);
		return r;
	}
	*rec_r = rec;
	return 0;
}

void
cc_uidrecord_format(struct strbuf *out, const struct uidrecord *rec)
{
	size_t start = out->len;

	cc_strbuf_printf(out, "cedar-uids 1\nfile %llx %llx\nsize %llu\n",
	    (unsigned long long)rec->dev, (unsigned long long)rec->ino,
	    (unsigned long long)rec->size);
	cc_strbuf_printf(out, "digest %016llx\n",
	    (unsigned long long)rec->digest);
	cc_strbuf_printf(out, "uidvalidity %lu last %lu reserved %lu\n",
	    (unsigned long)rec->uidvalidity, (unsigned long)rec->uidlast,
	    (unsigned long)rec->reserved);
	cc_strbuf_printf(out, "runs %zu\n", rec->count);
	for (size_t i = 0; i < rec->count; i++) {
		cc_strbuf_put_uint(out, rec->runs[i].first);
		cc_strbuf_putc(out, ' ');
		cc_strbuf_put_uint(out, rec->runs[i].count);
		cc_strbuf_putc(out, '\n');
	}
	cc_uidrecord_put_check(out, start);
}

void
cc_uidrecord_put_check(struct strbuf *out, size_t start)
{
	uint64_t sum;

	if (out->over)
		return;
	sum = fnv_add(FNV_START, cc_strbuf_str(out) + start, out->len - start);
	cc_strbuf_printf(out, "check %016llx\n", (unsigned long long)sum);
}
