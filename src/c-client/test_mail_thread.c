/*
 * test_mail_thread.c - THREAD (RFC 5256): by the inner door and by the public
 * calls, with both kinds of driver; and the parts for programs that thread
 * messages themselves.
 */
#include "cc_fn.h"
#include "cc_limits.h"
#include "mail_params.h"
#include "mail_threader.h"
#include "test_driver.h"

static const char *const letters[] = {
	/* 1: an answer to 2, by In-Reply-To; its own subject */
	"Message-ID: <1@x>\nIn-Reply-To: Your message <2@x> <9@x>\n"
	"Subject: tea\nDate: 2 Mar 2024 12:00 +0000\n\n",
	/* 2 */
	"Message-ID: <2@x>\nSubject: lunch\nDate: 1 Mar 2024 12:00 +0000\n\n",
	/* 3: quoted ids, folded; through one that is not here */
	"Message-ID: <3@x>\nReferences: <\"2\"@x>\n\t<gone@x>\n"
	"In-Reply-To: <1@x>\nSubject: Re: lunch\n"
	"Date: 3 Mar 2024 12:00 +0000\n\n",
	/* 4: no references; a reply by its subject */
	"Message-ID: <4@x>\nSubject: RE: Lunch (fwd)\n"
	"Date: 4 Mar 2024 12:00 +0000\n\n",
	/* 5, 6: of one parent that is not here; 6 has no id, no date */
	"Message-ID: <5@x>\nReferences: <far@x>\nSubject: five\n"
	"Date: 28 Feb 2024 12:00 +0000\n\n",
	"References: nothing\nIn-Reply-To: <far@x>\n\n",
	/* 7: the id of 2 again; its subject is that of 1, decoded */
	"Message-ID: <2@x>\nSubject: =?utf-8?q?TEA?=\n"
	"Date: 5 Mar 2024 12:00 +0000\n\n",
};

/* 6 arrived on 5 March 2024, 9:01:02. */
#define BY_REFERENCES "(d(5)(6))(2(1)(3)(4))(7)"
#define BY_SUBJECT "(5)(2(3)(4))(1(7))(6)"

static struct mem_box *box;

/* ------------------------------------------------------- what comes out */

static void
print_forest(const struct mail_forest *f, uint32_t node, const uint32_t *msgnos,
    struct strbuf *out)
{
	for (; node != FOREST_NONE; node = f->next[node]) {
		if (node < f->messages)
			cc_strbuf_printf(out, "(%u", (unsigned)msgnos[node]);
		else
			cc_strbuf_puts(out, "(d");
		print_forest(f, f->child[node], msgnos, out);
		cc_strbuf_putc(out, ')');
	}
}

static void
print_nodes(const THREADNODE *t, struct strbuf *out)
{
	for (; t; t = t->branch) {
		if (t->num)
			cc_strbuf_printf(out, "(%lu", t->num);
		else
			cc_strbuf_puts(out, "(d");
		assert_true(!t->num == !t->sc);
		print_nodes(t->next, out);
		cc_strbuf_putc(out, ')');
	}
}

static void
check_nodes(THREADNODE *t, const char *want)
{
	struct strbuf out;

	cc_strbuf_init(&out, 10000);
	print_nodes(t, &out);
	assert_string_equal(cc_strbuf_str(&out), want);
	cc_strbuf_free(&out);
}

static void
test_inner(void **state)
{
	static const char *const drivers[] = { "mem", "old" };
	static const uint32_t all[] = { 1, 2, 3, 4, 5, 6, 7 };
	static const uint32_t some[] = { 1, 3, 6 };
	static const struct {
		enum mail_threading how;
		const uint32_t *msgnos;
		size_t count;
		const char *want;
	} cases[] = {
		{ MAIL_REFERENCES, all, 7, BY_REFERENCES },
		{ MAIL_ORDEREDSUBJECT, all, 7, BY_SUBJECT },
		{ MAIL_REFERENCES, some, 3, "(d(1)(3))(6)" },
		{ MAIL_ORDEREDSUBJECT, some, 3, "(1)(3)(6)" },
		{ MAIL_REFERENCES, all, 0, "" },
		{ MAIL_ORDEREDSUBJECT, all, 0, "" },
	};

	(void)state;
	for (size_t n = 0; n < 2 * COUNT(cases); n++) {
		MAILSTREAM *stream = mem_open_box(drivers[n % 2]);
		struct mail_forest f;
		struct strbuf out;

		assert_int_equal(cc_mail_thread(stream, cases[n / 2].how,
				     cases[n / 2].msgnos, cases[n / 2].count,
				     &f),
		    0);
		cc_strbuf_init(&out, 10000);
		print_forest(&f, f.first, cases[n / 2].msgnos, &out);
		assert_string_equal(cc_strbuf_str(&out), cases[n / 2].want);
		cc_strbuf_free(&out);
		cc_forest_free(&f);
		mail_close(stream);
	}
}

static void
test_inner_cannot_read(void **state)
{
	static const uint32_t all[] = { 1, 2 };
	MAILSTREAM *stream = mem_open_box("mem");
	struct mail_forest f;

	(void)state;
	box->changed = true;
	assert_int_equal(cc_mail_thread(stream, MAIL_REFERENCES, all, 2, &f),
	    CC_ECHANGED);
	box->changed = false;
	mail_close(stream);
}

static THREADNODE *hooked;
static unsigned hooks;

static void
thread_results(MAILSTREAM *stream, THREADNODE *thr)
{
	(void)stream;
	hooked = thr;
	hooks++;
}

static void
test_public(void **state)
{
	static const char *const drivers[] = { "mem", "old" };
	THREADNODE *t;

	(void)state;
	mail_parameters(NIL, SET_THREADRESULTS,
	    cc_fn_to_ptr((void (*)(void))thread_results));
	for (size_t d = 0; d < COUNT(drivers); d++) {
		MAILSTREAM *stream = mem_open_box(drivers[d]);

		hooks = 0;
		for (unsigned twice = 0; twice < 2; twice++) {
			t = mail_thread(stream, "REFERENCES", NIL,
			    new_search(1, 7), SE_FREE);
			check_nodes(t, BY_REFERENCES);
			assert_ptr_equal(hooked, t);
			assert_string_equal(t->next->sc->message_id, "5@x");
			mail_free_threadnode(&t);
			t = mail_thread(stream, "orderedsubject", "UTF-8",
			    new_search(1, 7), SE_FREE);
			check_nodes(t, BY_SUBJECT);
			mail_free_threadnode(&t);
		}
		t = mail_thread(stream, "References", NIL, new_search(2, 3),
		    SE_FREE | SE_UID);
		check_nodes(t, "(20(30))");
		mail_free_threadnode(&t);
		/* what is marked */
		t = mail_thread(stream, "REFERENCES", NIL, NIL, NIL);
		check_nodes(t, "(2(3))");
		mail_free_threadnode(&t);
		assert_int_equal(hooks, 6);
		assert_int_equal(test_callbacks.searched.count, 0);
		/* nothing found; no such type; no such charset */
		assert_null(mail_thread(stream, "REFERENCES", NIL,
		    new_search(99, 99), SE_FREE));
		assert_int_equal(test_callbacks.logs, 0);
		assert_null(mail_thread(stream, "REFS", NIL, new_search(1, 7),
		    SE_FREE));
		assert_string_equal(test_callbacks.log, "No such thread type");
		assert_null(mail_thread(stream, "REFERENCES", "NO-SUCH",
		    new_search(1, 7), SE_FREE));
		assert_null(mail_thread(NIL, "REFERENCES", NIL,
		    new_search(1, 7), SE_FREE));
		mail_close(stream);
	}
	box->changed = true;
	{
		MAILSTREAM *stream = mem_open_box("mem");

		assert_null(mail_thread(stream, "REFERENCES", NIL,
		    new_search(1, 7), SE_FREE));
		assert_int_equal(test_callbacks.log_level, ERROR);
		mail_close(stream);
	}
	box->changed = false;
	mail_parameters(NIL, SET_THREADRESULTS, NIL);
}

/* A server's sort may name anything. */
static unsigned long *
wild_sorter(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, SORTPGM *pgm,
    long flags)
{
	static const unsigned long list[] = { 3, 99, 2, 3, 8, 4294967298, 0 };

	(void)stream;
	(void)charset;
	(void)spg;
	assert_int_equal(pgm->function, SORTDATE);
	assert_int_equal(flags & ~SO_OVERVIEW, NIL);
	return memcpy(fs_get(sizeof(list)), list, sizeof(list));
}

static unsigned long *
no_sorter(MAILSTREAM *stream, char *charset, SEARCHPGM *spg, SORTPGM *pgm,
    long flags)
{
	(void)stream;
	(void)charset;
	(void)spg;
	(void)pgm;
	(void)flags;
	return NIL;
}

static void
test_sorters(void **state)
{
	MAILSTREAM *stream = mem_open_box("mem");
	THREADNODE *t;

	(void)state;
	t = mail_thread_references(stream, NIL, NIL, SE_UID, wild_sorter);
	check_nodes(t, "(20(30))");
	mail_free_threadnode(&t);
	/* its order counts */
	t = mail_thread_msgs(stream, "ORDEREDSUBJECT", NIL, NIL, NIL,
	    wild_sorter);
	check_nodes(t, "(3(2))");
	mail_free_threadnode(&t);
	assert_null(mail_thread_references(stream, NIL, NIL, NIL, no_sorter));
	assert_null(mail_thread_orderedsubject(stream, NIL, NIL, NIL,
	    no_sorter));
	mail_close(stream);
}

/* A driver that knows messages without reading them. */
static long
overview(MAILSTREAM *stream, overview_t ofn)
{
	char reference[] = "<20@y>", id[] = "<a@y>", date[] = "1 Jan 2024",
	     subject[] = "Re: over";
	ADDRESS from = { .mailbox = "ann" };

	for (unsigned long i = 1; i <= stream->nmsgs; i++) {
		OVERVIEW ov = { .subject = subject,
			.date = date,
			.message_id = id,
			.references = reference,
			.from = &from,
			.optional = { .octets = 77 } };

		if (!mail_elt(stream, i)->sequence)
			continue;
		id[1]++;
		(*ofn)(stream, mail_uid(stream, i), &ov, i);
		(*ofn)(stream, mail_uid(stream, i), NIL, i);
	}
	return LONGT;
}

static void
test_overview(void **state)
{
	MAILSTREAM *stream = mem_open_box("mem");
	SORTCACHE *sc;
	THREADNODE *t;

	(void)state;
	mem_driver.overview = overview;
	box->changed = true; /* nothing is read */
	t = mail_thread_references(stream, NIL, NIL, SO_OVERVIEW, wild_sorter);
	check_nodes(t, "(d(3)(2))");
	mail_free_threadnode(&t);
	sc = mm_cache(stream, 2, CH_SORTCACHE);
	assert_string_equal(sc->from, "ANN");
	assert_string_equal(sc->subject, "OVER");
	assert_true(sc->refwd);
	assert_string_equal(sc->message_id, "b@y");
	assert_ptr_equal(sc->unique, sc->message_id);
	assert_string_equal((char *)sc->references->text.data, "20@y");
	assert_int_equal(sc->date, 1704067200);
	assert_int_equal(sc->size, 77);
	box->changed = false;
	mem_driver.overview = NIL;
	mail_close(stream);
}

/* ---------------------------------------------------------------- parts */

static void
test_parse_msgid(void **state)
{
	char text[] = "x <a@b> \"<q@q>\" (c) <\"d\"@e> f";
	char *s = text, *id;

	(void)state;
	id = mail_thread_parse_msgid(s, &s);
	assert_string_equal(id, "a@b");
	assert_ptr_equal(s, text + 7);
	free(id);
	id = mail_thread_parse_msgid(s, &s);
	assert_string_equal(id, "d@e");
	assert_string_equal(s, " f");
	free(id);
	assert_null(mail_thread_parse_msgid(s, &s));
	assert_null(s);
	assert_null(mail_thread_parse_msgid(NIL, &s));
	assert_null(mail_thread_parse_msgid(text + 23, NIL));
}

static void
test_parse_references(void **state)
{
	STRINGLIST *list = mail_thread_parse_references("<a@b> <c@d>", T);
	STRINGLIST *s;
	struct strbuf many;
	unsigned n = 0;

	(void)state;
	assert_string_equal((char *)list->text.data, "a@b");
	assert_int_equal(list->text.size, 3);
	assert_string_equal((char *)list->next->text.data, "c@d");
	assert_null(list->next->next);
	mail_free_stringlist(&list);
	list = mail_thread_parse_references("<a@b> <c@d>", NIL);
	assert_string_equal((char *)list->text.data, "a@b");
	assert_null(list->next);
	mail_free_stringlist(&list);
	assert_null(mail_thread_parse_references("none here", T));
	assert_null(mail_thread_parse_references("", NIL));
	assert_null(mail_thread_parse_references(NIL, T));
	/* too many: the first ones and the last */
	cc_strbuf_init(&many, 10000000);
	for (unsigned i = 0; i < CC_REFERENCES_MAX + 9; i++)
		cc_strbuf_printf(&many, "<%u@x>", i);
	list = mail_thread_parse_references(many.data, T);
	for (s = list; s->next; s = s->next)
		n++;
	assert_int_equal(n, CC_REFERENCES_MAX);
	assert_string_equal((char *)s->text.data, "10008@x");
	mail_free_stringlist(&list);
	cc_strbuf_free(&many);
}

/* Containers: SORTCACHE, parent, sibling, child. */
#define CONTAINERS 12

static void *con[CONTAINERS][4];
static SORTCACHE entry[CONTAINERS];

/* From "(1(2)(d(3)))": a message is numbered by its digit, "d" is a dummy. */
static container_t
make_containers(const char *text)
{
	void *first = NIL, **link = &first;
	container_t parent = NIL, c;
	unsigned n = 0;

	memset(con, 0, sizeof(con));
	memset(entry, 0, sizeof(entry));
	for (; *text; text++) {
		if (*text == ')') {
			link = &parent[2];
			parent = parent[1];
			continue;
		}
		if (*text != '(')
			continue;
		c = con[n];
		if (text[1] != 'd') {
			entry[n].num = (unsigned long)(text[1] - '0');
			c[0] = &entry[n];
		}
		n++;
		c[1] = parent;
		*link = parent = c;
		link = &c[3];
	}
	return first;
}

static void
test_prune(void **state)
{
	static const struct {
		const char *in, *top, *below;
	} cases[] = {
		{ "", "", "" },
		{ "(1)", "(1)", "(1)" },
		{ "(d)", "", "" },
		{ "(d(1))", "(1)", "(1)" },
		{ "(d(1)(2))", "(d(1)(2))", "(1)(2)" },
		{ "(1(d))", "(1)", "(1)" },
		{ "(1(d(2)(3)))", "(1(2)(3))", "(1(2)(3))" },
		{ "(1(d(d(2))(3)(d)))", "(1(2)(3))", "(1(2)(3))" },
		{ "(d(d(1))(d))", "(1)", "(1)" },
		{ "(d(d(1)(2)))", "(d(1)(2))", "(1)(2)" },
		{ "(d)(1)(d(2))(d(3(d(4)))(5))(d)", "(1)(2)(d(3(4))(5))",
		    "(1)(2)(3(4))(5)" },
		{ "(1(2(d(d(d(3))))))(d)", "(1(2(3)))", "(1(2(3)))" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		container_t above = i % 2 ? con[CONTAINERS - 1] : NIL;
		container_t c = make_containers(cases[i / 2].in);
		THREADNODE *t;

		c = mail_thread_prune_dummy(c, above);
		t = mail_thread_c2node(NIL, c, NIL);
		check_nodes(t, i % 2 ? cases[i / 2].below : cases[i / 2].top);
		mail_free_threadnode(&t);
	}
}

static void
test_check_child(void **state)
{
	container_t one = make_containers("(1(2(3))(4))");
	container_t two = one[3], three = two[3], four = two[2];

	(void)state;
	assert_int_equal(mail_thread_check_child(one, one), LONGT);
	assert_int_equal(mail_thread_check_child(three, one), LONGT);
	assert_int_equal(mail_thread_check_child(three, two), LONGT);
	assert_int_equal(mail_thread_check_child(one, three), NIL);
	assert_int_equal(mail_thread_check_child(four, two), NIL);
	assert_int_equal(mail_thread_check_child(NIL, one), NIL);
}

static void
test_sort(void **state)
{
	container_t c = make_containers("(1(2)(3(4)(5)))(d(6)(7))(8)");
	THREADNODE *t, *tc[8];
	MAILSTREAM *stream = mem_open_box("mem");

	(void)state;
	for (size_t i = 0; i < CONTAINERS; i++)
		entry[i].date = 100 - entry[i].num;
	entry[0].date = 1; /* 1; of 4 and 5 the number decides */
	entry[3].date = entry[4].date = 50;
	t = mail_thread_c2node(stream, c, NIL);
	check_nodes(t, "(1(2)(3(4)(5)))(d(6)(7))(8)");
	t = mail_thread_sort(t, tc);
	check_nodes(t, "(1(3(4)(5))(2))(8)(d(7)(6))");
	mail_free_threadnode(&t);
	assert_null(mail_thread_sort(NIL, tc));
	c = make_containers("(1(2))(d(3)(4))");
	t = mail_thread_c2node(stream, c, SE_UID);
	check_nodes(t, "(10(20))(d(30)(40))");
	mail_free_threadnode(&t);
	mail_close(stream);
}

/* A chain that recursion would not survive. */
static void
test_deep(void **state)
{
	const size_t deep = 300000;
	container_t *chain = malloc(deep * sizeof(*chain));
	SORTCACHE *sc = calloc(deep, sizeof(*sc));
	void **slots = calloc(4 * deep, sizeof(*slots));
	THREADNODE *t, *tc[1], *p;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < deep; i++) {
		chain[i] = slots + 4 * i;
		sc[i].num = i + 1;
		chain[i][0] = i % 3 ? &sc[i] : NIL;
		chain[i][1] = i ? chain[i - 1] : NIL;
		if (i)
			chain[i - 1][3] = chain[i];
	}
	assert_int_equal(mail_thread_check_child(chain[deep - 1], chain[0]),
	    LONGT);
	t = mail_thread_c2node(NIL, mail_thread_prune_dummy(chain[0], NIL),
	    NIL);
	t = mail_thread_sort(t, tc);
	for (p = t; p; p = p->next) {
		assert_true(p->num % 3 != 1);
		n++;
	}
	assert_int_equal(n, deep / 3 * 2);
	mail_free_threadnode(&t);
	free(chain);
	free(slots);
	free(sc);
}

static int
setup(void **state)
{
	(void)state;
	box = mem_setup();
	for (size_t i = 0; i < COUNT(letters); i++)
		mem_add(box, fOLD, letters[i], "x\n");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_inner_cannot_read),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_sorters),
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_parse_msgid),
		cmocka_unit_test(test_parse_references),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_check_child),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
