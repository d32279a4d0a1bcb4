/*
 * test_mboxfile_parse.c - the parser of mailbox files: the vectors, the
 * corners of formats/unix.md, every split of the window, growth, and mail that
 * tries to do harm.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "mail.h"
#include "mboxfile_parse.h"
#include "test_mboxfile_naive.h"
#include "test_util.h"

#define FROM "From u Thu Jun  6 14:07:31 2002\n"
#define BASE "X-IMAPbase: 1709629200 7 Work Later\n"
#define MSG FROM "Subject: s\n\nbody\n\n"
#define K50 "k2345678901234567890123456789012345678901234567890"
#define WHOLE 0x40000 /* a window step larger than any of these files */

struct parsed {
	struct mbox_index index;
	struct mbox_window w;
	int fd;
	int r;
	unsigned notes;
	char last_note[256];
};

static void
say(void *arg, const char *text)
{
	struct parsed *p = arg;

	p->notes++;
	assert_true(strlen(text) < sizeof(p->last_note));
	memcpy(p->last_note, text, strlen(text) + 1);
}

static int
file_of(const char *text, size_t len)
{
	int fd = memfd_create("mbox", 0);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, len, 0), (ssize_t)len);
	return fd;
}

static void
parse_more(struct parsed *p, uint64_t end)
{
	struct mbox_notes notes = { say, p, 10 };

	p->r = cc_mbox_parse(&p->index, &p->w, end, &notes);
}

static void
parse(struct parsed *p, const char *text, size_t len, size_t step)
{
	*p = (struct parsed){ .fd = file_of(text, len) };
	cc_mbox_window_init(&p->w, p->fd, step);
	cc_mbox_index_init(&p->index);
	parse_more(p, len);
}

static void
done(struct parsed *p)
{
	cc_mbox_index_free(&p->index);
	cc_mbox_window_free(&p->w);
	close(p->fd);
}

/* ------------------------------------------------------------ what it says */

struct want_msg {
	uint32_t uid;
	unsigned flags; /* fSEEN ... */
	uint32_t keywords;
	uint64_t size;
};

static const struct {
	const char *name;
	const char *text;
	size_t len;
	int r;
	uint32_t uidvalidity, uid_last;
	unsigned keywords, notes;
	bool pseudo;
	uint32_t count;
	struct want_msg msgs[4];
} files[] = {
#define TEXT(literal) (literal), sizeof(literal) - 1
	{ "empty", TEXT(""), 0, 0, 0, 0, 0, false, 0, { { 0 } } },
	{ "only white space", TEXT("\r\n \n"), 0, 0, 0, 0, 0, false, 0,
	    { { 0 } } },
	{ "no mailbox", TEXT("Hello\n"), CC_EPARSE, 0, 0, 0, 0, false, 0,
	    { { 0 } } },
	{ "a space before", TEXT(" " MSG), CC_EPARSE, 0, 0, 0, 0, false, 0,
	    { { 0 } } },
	{ "blank lines before", TEXT("\r\n\t\n \n" MSG), 0, 0, 1, 0, 0, false,
	    1, { { 1, 0, 0, 20 } } },
	{ "two, no separator",
	    TEXT(FROM "Subject: s\n\nbody\n" FROM "Subject: s\n\nbody"), 0, 0,
	    2, 0, 0, false, 2, { { 1, 0, 0, 20 }, { 2, 0, 0, 18 } } },
	{ "no text at all", TEXT(FROM "a: b\n\n" FROM "\n\n" FROM "\n"), 0, 0,
	    3, 0, 0, false, 3,
	    { { 1, 0, 0, 8 }, { 2, 0, 0, 2 }, { 3, 0, 0, 2 } } },
	{ "several empty lines at the end", TEXT(FROM "\nb\n\n\n\n" MSG), 0, 0,
	    2, 0, 0, false, 2, { { 1, 0, 0, 9 }, { 2, 0, 0, 20 } } },
	{ "a header swallows a from-line",
	    TEXT(FROM "a: b\n" FROM "Status: R\nc: d\n\nx\n\n" MSG), 0, 0, 2, 0,
	    0, false, 2,
	    { { 1, fSEEN, 0, 6 + sizeof(FROM) + 6 + 2 + 3 },
		{ 2, 0, 0, 20 } } },
	{ "quoted and unfit lines are text",
	    TEXT(FROM "\n>" FROM "From me\nFrom u Thu Jun 6 14:07:31 2002\n\n"),
	    0, 0, 1, 0, 0, false, 1,
	    { { 1, 0, 0, 2 + sizeof(FROM) + 1 + 9 + 32 } } },
	{ "from-line without LF at the end",
	    TEXT(FROM "\nx\n\n"
		      "From u Thu Jun  6 14:07:31 2002"),
	    0, 0, 1, 0, 0, false, 1, { { 1, 0, 0, 2 + 3 + 2 + 31 } } },
	{ "from-line with NUL",
	    TEXT(FROM "\nFrom \0 Thu Jun  6 14:07:31 2002\n"), 0, 0, 1, 0, 0,
	    false, 1, { { 1, 0, 0, 2 + 33 } } },
	{ "CR LF",
	    TEXT(
		"From u Thu Jun  6 14:07:31 2002\r\nSubject: s\r\n\r\nb\r\n\r\n"
		"From u Thu Jun  6 14:07:31 2002\r\nStatus: RO\r\n\r\nb\r\n"),
	    0, 0, 2, 0, 0, false, 2,
	    { { 1, 0, 0, 17 }, { 2, fSEEN | fOLD, 0, 5 } } },
	{ "lone CRs are not counted, NULs are",
	    TEXT(FROM "a:\r b\n\nx\ry\0\n\r\r\n"), 0, 0, 1, 0, 0, false, 1,
	    { { 1, 0, 0, 6 + 2 + 5 + 2 } } },
	{ "CR CR LF is an empty line", TEXT(FROM "a: b\n\r\r\nc: d\n\nx\n"), 0,
	    0, 1, 0, 0, false, 1, { { 1, 0, 0, 6 + 2 + 6 + 2 + 3 } } },
	{ "all letters in any order",
	    TEXT(FROM "X-Status: ?TOxAD\nStatus: FR\n\n"), 0, 0, 1, 0, 0, false,
	    1, { { 1, 0x3f, 0, 2 } } },
	{ "X-IMAPbase",
	    TEXT(FROM BASE "X-UID: 4\nX-Keywords: LATER nope work\n\n"
			   "\n" FROM "X-UID: 007\n\n"),
	    0, 1709629200, 7, 2, 0, false, 2,
	    { { 4, 0, 3, 2 }, { 7, 0, 0, 2 } } },
	{ "X-IMAPbase in the second message",
	    TEXT(MSG FROM BASE "X-UID: 4\n\n"), 0, 0, 2, 0, 0, false, 2,
	    { { 1, 0, 0, 20 }, { 2, 0, 0, 2 } } },
	{ "X-UID before X-IMAPbase", TEXT(FROM "X-UID: 4\n" BASE "\n"), 0,
	    1709629200, 8, 2, 0, false, 1, { { 8, 0, 0, 2 } } },
	{ "X-UID without UIDVALIDITY",
	    TEXT(FROM "X-UID: 4\n\n\n" FROM "X-UID: 9\n\n"), 0, 0, 2, 0, 0,
	    false, 2, { { 1, 0, 0, 2 }, { 2, 0, 0, 2 } } },
	{ "X-IMAPbase with bad numbers",
	    TEXT(FROM
		"X-IMAPbase: 0 7\n"
		"X-IMAPbase: 5\nX-IMAPbase: x 1\nX-IMAPbase: 4294967296 1\n"
		"X-IMAPbase: 3 4294967295\nX-IMAPbase:   2    1   a\n"
		"X-IMAPbase: 9 9\n\n"),
	    0, 2, 2, 1, 0, false, 1, { { 2, 0, 0, 2 } } },
	{ "X-UID above the last", TEXT(FROM BASE "X-UID: 9\n\n\n" FROM "\n"), 0,
	    1709629200, 10, 2, 0, false, 2,
	    { { 9, 0, 0, 2 }, { 10, 0, 0, 2 } } },
	{ "5, 4 become 5, 8",
	    TEXT(FROM BASE "X-UID: 5\n\n\n" FROM "X-UID: 4\n\n\n" FROM
			   "X-UID: 20\n\n"),
	    0, 0, 9, 2, 1, false, 3,
	    { { 5, 0, 0, 2 }, { 8, 0, 0, 2 }, { 9, 0, 0, 2 } } },
	{ "two X-UID in one message", TEXT(FROM BASE "X-UID: 5\nX-UID: 6\n\n"),
	    0, 0, 8, 2, 1, false, 1, { { 8, 0, 0, 2 } } },
	{ "X-UID in the highest range",
	    TEXT(FROM BASE "X-UID: 4294967295\n\n"
			   "\n" FROM "X-UID: 99999999999999999999\n\n"),
	    0, 1709629200, 9, 2, 0, false, 2,
	    { { 8, 0, 0, 2 }, { 9, 0, 0, 2 } } },
	{ "UIDs used up",
	    TEXT(FROM "X-IMAPbase: 5 4278190078\n"
		      "X-UID: 4278190078\n\n\n" FROM
		      "X-UID: 4278190079\n\n\n" FROM "\n"),
	    0, 0, 3, 0, 0, false, 3,
	    { { 1, 0, 0, 2 }, { 2, 0, 0, 2 }, { 3, 0, 0, 2 } } },
	{ "wrong spellings hide and do nothing",
	    TEXT(FROM BASE "status: RO\n"
			   "X-status: D\nX-Uid : 3\nStatus : RO\nStatus RO\n"
			   "X-IMAPBASE: 3 4\nx-keywords\nStatus\0: RO\n"
			   "\tcontinued\n more\nSubject: x\n y\n\n"),
	    0, 1709629200, 8, 2, 10, false, 1, { { 8, 0, 0, 12 + 4 + 2 } } },
	{ "names that only begin alike",
	    TEXT(FROM "Statuses: RO\nX-UIDs: 3\n"
		      "X-IMAPbases: 1 1\nX-Keyword: a\n\n"),
	    0, 0, 1, 0, 0, false, 1, { { 1, 0, 0, 14 + 11 + 18 + 14 + 2 } } },
	{ "a keyword of 50 octets and one of 51",
	    TEXT(FROM "X-IMAPbase: 5 1 " K50 "x " K50 " c\nX-Keywords: " K50
		      " c " K50 "x\n\n"),
	    0, 5, 2, 2, 0, false, 1, { { 2, 0, 3, 2 } } },
	{ "30 keywords, no more",
	    TEXT(FROM "X-IMAPbase: 5 1 a b c d e f g h i j "
		      "k l m n o p q r s t u v w x y z 1 2 3 4 5 6\n"
		      "X-Keywords: a 4 5 6\n\n"),
	    0, 5, 2, 30, 0, false, 1, { { 2, 0, 0x20000001, 2 } } },
	{ "names that the wire cannot carry",
	    TEXT(FROM "X-IMAPbase: 5 1 a(b \\Seen"
		      " a b\"c \xe9\nX-Keywords: a\n\n"),
	    0, 5, 2, 1, 0, false, 1, { { 2, 0, 1, 2 } } },
	/* Files that end where they should not. */
	{ "ends after a from-line", TEXT(MSG FROM), 0, 0, 2, 0, 0, false, 2,
	    { { 1, 0, 0, 20 }, { 2, 0, 0, 0 } } },
	{ "ends in a header line", TEXT(FROM "Subj"), 0, 0, 1, 0, 0, false, 1,
	    { { 1, 0, 0, 4 } } },
	{ "ends behind a header line", TEXT(FROM "Subject: s\n"), 0, 0, 1, 0, 0,
	    false, 1, { { 1, 0, 0, 12 } } },
	{ "ends in X-UID", TEXT(FROM BASE "X-UID: 3"), 0, 1709629200, 8, 2, 0,
	    false, 1, { { 8, 0, 0, 0 } } },
	{ "ends in X-IMAPbase", TEXT(FROM "X-IMAPbase: 170 3"), 0, 0, 1, 0, 0,
	    false, 1, { { 1, 0, 0, 0 } } },
	{ "ends behind Status", TEXT(FROM "Status: RO\n"), 0, 0, 1, 0, 0, false,
	    1, { { 1, fSEEN | fOLD, 0, 0 } } },
	{ "a delivery behind a torn header",
	    TEXT(FROM "Subj" FROM "Status: RO\n\nx\n\n"), 0, 0, 1, 0, 0, false,
	    1, { { 1, fSEEN | fOLD, 0, 4 + sizeof(FROM) + 2 + 3 } } },
	{ "a delivery behind a torn X-UID", TEXT(FROM BASE "X-UID: 3" MSG), 0,
	    1709629200, 7, 2, 0, false, 1, { { 3, 0, 0, 20 } } },
#undef TEXT
};

static void
check_file(size_t i, size_t step)
{
	struct parsed p;

	parse(&p, files[i].text, files[i].len, step);
	assert_int_equal(p.r, files[i].r);
	assert_int_equal(p.index.uidvalidity, files[i].uidvalidity);
	assert_int_equal(p.index.uid_last, files[i].uid_last);
	assert_int_equal(p.index.keywords.count, files[i].keywords);
	assert_int_equal(p.notes, files[i].notes);
	assert_int_equal(p.index.pseudo, files[i].pseudo);
	assert_int_equal(p.index.count, files[i].count);
	for (uint32_t m = 0; m < p.index.count; m++) {
		const struct mbox_msg *got = &p.index.msgs[m];

		assert_int_equal(got->uid, files[i].msgs[m].uid);
		assert_int_equal(got->flags & MBOX_SYSTEM,
		    files[i].msgs[m].flags);
		assert_int_equal(got->keywords, files[i].msgs[m].keywords);
		assert_int_equal(got->size, files[i].msgs[m].size);
	}
	done(&p);
}

static void
test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		print_message("%s\n", files[i].name);
		check_file(i, WHOLE);
	}
}

/* What is found does not depend on how the octets come. */
static void
test_every_window(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		for (size_t step = 1; step < 90; step++)
			check_file(i, step);
}

/* ----------------------------------------------------------------- vectors */

static char *
slurp(const char *name, size_t *len_r)
{
	int fd = open(name, O_RDONLY);
	struct stat st;
	char *text;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	*len_r = (size_t)st.st_size;
	text = malloc(*len_r + 1);
	assert_int_equal(read(fd, text, *len_r), st.st_size);
	close(fd);
	return text;
}

static const struct {
	const char *name;
	uint32_t uidvalidity, uid_last;
	bool pseudo;
	uint32_t count;
	struct want_msg msgs[3];
} vectors[] = {
	{ "tests/vectors/unix-pseudo.mbox", 1709629200, 7, true, 2,
	    { { 4, fSEEN | fFLAGGED | fOLD, 2, 47 }, { 7, fOLD, 0, 23 } } },
	{ "tests/vectors/unix-imapbase.mbox", 1709629200, 7, false, 1,
	    { { 4, fSEEN | fDELETED | fANSWERED | fOLD, 1, 31 } } },
	{ "tests/vectors/unix/0", 1709629200, 7, false, 2,
	    { { 4, fSEEN | fFLAGGED | fOLD, 2, 31 }, { 7, fOLD, 0, 23 } } },
	{ "tests/vectors/unix/1-append", 1709629200, 8, false, 3,
	    { { 4, fSEEN | fFLAGGED | fOLD, 2, 31 }, { 7, fOLD, 0, 23 },
		{ 8, fFLAGGED, 2, 73 } } },
	{ "tests/vectors/unix/2-store", 1709629200, 8, false, 3,
	    { { 4, fSEEN | fFLAGGED | fOLD, 2, 31 }, { 7, fSEEN | fOLD, 1, 23 },
		{ 8, fFLAGGED | fOLD, 2, 73 } } },
	{ "tests/vectors/unix/3-expunge", 1709629200, 8, false, 2,
	    { { 7, fSEEN | fOLD, 1, 23 }, { 8, fFLAGGED | fOLD, 2, 73 } } },
};

static void
test_vectors(void **state)
{
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		size_t len;
		char *text = slurp(vectors[i].name, &len);

		parse(&p, text, len, WHOLE);
		free(text);
		assert_int_equal(p.r, 0);
		assert_int_equal(p.notes, 0);
		assert_int_equal(p.index.uidvalidity, vectors[i].uidvalidity);
		assert_int_equal(p.index.uid_last, vectors[i].uid_last);
		assert_int_equal(p.index.pseudo, vectors[i].pseudo);
		assert_int_equal(p.index.keywords.count, 2);
		assert_string_equal(p.index.keywords.name[0], "Work");
		assert_string_equal(p.index.keywords.name[1], "Later");
		assert_int_equal(p.index.count, vectors[i].count);
		for (uint32_t m = 0; m < p.index.count; m++) {
			const struct want_msg *want = &vectors[i].msgs[m];
			const struct mbox_msg *got = &p.index.msgs[m];

			assert_int_equal(got->uid, want->uid);
			assert_int_equal(got->flags & MBOX_SYSTEM, want->flags);
			assert_int_equal(got->flags & MBOX_NO_UID, 0);
			assert_int_equal(got->keywords, want->keywords);
			assert_int_equal(got->size, want->size);
		}
		done(&p);
	}
}

/* ----------------------------------------------- the internal-data message */

#define IDATA_FROM "From: Mail System Internal Data <MAILER-DAEMON@h>\n"
#define IDATA_SUBJECT                                                          \
	"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
#define IDATA_LINE "X-IMAP: 1709629200 0000000007 Work\n"

static const struct {
	const char *text;
	bool pseudo;
	uint32_t uidvalidity, uid_last, count;
} internals[] = {
	{ FROM IDATA_FROM IDATA_SUBJECT IDATA_LINE "Status: RO\n\nx\n\n", true,
	    1709629200, 7, 0 },
	{ FROM IDATA_FROM IDATA_SUBJECT IDATA_LINE "\nx\n\n" MSG, true,
	    1709629200, 8, 1 },
	/* order does not matter, nor what else there is */
	{ FROM IDATA_LINE "X-UID: 99\n" IDATA_SUBJECT "a: b\n" IDATA_FROM
			  "\n\n" MSG,
	    true, 1709629200, 8, 1 },
	/* a stranger's message stays in sight */
	{ FROM IDATA_FROM IDATA_LINE "\nx\n\n" MSG, false, 1709629200, 9, 2 },
	{ FROM IDATA_SUBJECT IDATA_LINE "\nx\n\n", false, 1709629200, 8, 1 },
	{ FROM "Subject: hello\n" IDATA_LINE "X-UID: 3\n\nx\n\n", false,
	    1709629200, 7, 1 },
	/* without a good X-IMAP it is mail like any other */
	{ FROM IDATA_FROM IDATA_SUBJECT "X-IMAP: 0 7\n\nx\n\n", false, 0, 1,
	    1 },
	{ FROM IDATA_FROM IDATA_SUBJECT BASE "\nx\n\n", false, 1709629200, 8,
	    1 },
	/* not the first message of the file: mail moved here from a spool */
	{ MSG FROM IDATA_FROM IDATA_SUBJECT IDATA_LINE "\nx\n\n", false, 0, 2,
	    2 },
};

static void
test_internal_data(void **state)
{
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < COUNT(internals); i++) {
		parse(&p, internals[i].text, strlen(internals[i].text), WHOLE);
		assert_int_equal(p.r, 0);
		assert_int_equal(p.index.pseudo, internals[i].pseudo);
		assert_int_equal(p.index.uidvalidity, internals[i].uidvalidity);
		assert_int_equal(p.index.uid_last, internals[i].uid_last);
		assert_int_equal(p.index.count, internals[i].count);
		done(&p);
	}
}

/* ------------------------------------------------------------------ growth */

static void
grow(struct parsed *p, const char *more)
{
	off_t size = lseek(p->fd, 0, SEEK_END);

	assert_int_equal(write(p->fd, more, strlen(more)),
	    (ssize_t)strlen(more));
	parse_more(p, (uint64_t)size + strlen(more));
}

static void
test_growth(void **state)
{
	const char *first = FROM BASE "X-UID: 4\n\nx\n\n";
	struct parsed p;

	(void)state;
	parse(&p, first, strlen(first), WHOLE);
	assert_int_equal(p.index.count, 1);
	grow(&p, MSG);
	assert_int_equal(p.r, 0);
	assert_int_equal(p.index.count, 2);
	assert_int_equal(p.index.msgs[1].uid, 8);
	assert_int_equal(p.index.msgs[1].pos, strlen(first));
	assert_int_equal(p.index.end, strlen(first) + strlen(MSG));
	/* white space alone is no news, nor is half a from-line */
	grow(&p, "\n\n");
	assert_int_equal(p.r, 0);
	assert_int_equal(p.index.end, strlen(first) + strlen(MSG));
	grow(&p, "From u Thu Jun  6");
	assert_int_equal(p.r, 0);
	assert_int_equal(p.index.count, 2);
	grow(&p, " 14:07:31 2002\nX-UID: 12\n\nz\n");
	assert_int_equal(p.r, 0);
	assert_int_equal(p.index.count, 3);
	assert_int_equal(p.index.msgs[2].uid, 12);
	assert_int_equal(p.index.msgs[2].size, 5);
	assert_int_equal(p.index.msgs[2].pos, strlen(first) + strlen(MSG));
	assert_int_equal(p.index.uid_last, 12);
	/* text behind the text is not what a delivery looks like */
	grow(&p, "more\n");
	assert_int_equal(p.r, CC_EPARSE);
	assert_int_equal(p.index.count, 3);
	done(&p);
}

/* New mail cannot change the UIDVALIDITY of a session, nor take a UID again
 * that was given before. */
static void
test_growth_forged(void **state)
{
	const char *first = FROM BASE "X-UID: 4\n\nx\n\n";
	struct parsed p;

	(void)state;
	parse(&p, first, strlen(first), WHOLE);
	grow(&p, FROM "X-IMAPbase: 5 5 zzz\nX-UID: 4\nX-UID: 99\n\n\n");
	assert_int_equal(p.r, 0);
	assert_int_equal(p.notes, 1);
	grow(&p, FROM "X-UID: 6\n\n\n" FROM "X-UID: 11\nX-UID: 12\n\n\n");
	assert_int_equal(p.r, 0);
	assert_int_equal(p.index.uidvalidity, 1709629200);
	assert_int_equal(p.index.keywords.count, 2);
	assert_int_equal(p.index.count, 4);
	assert_int_equal(p.index.msgs[1].uid, 8);
	assert_int_equal(p.index.msgs[2].uid, 9);
	assert_int_equal(p.index.msgs[3].uid, 12);
	done(&p);
}

/* A file cut while it is read: the index stays as it was. */
static void
test_shrunk(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, MSG, strlen(MSG), WHOLE);
	grow(&p, MSG);
	assert_int_equal(p.index.count, 2);
	assert_int_equal(ftruncate(p.fd, (off_t)strlen(MSG MSG)), 0);
	parse_more(&p, strlen(MSG MSG) + 100);
	assert_int_equal(p.r, CC_ECHANGED);
	assert_int_equal(p.index.count, 2);
	assert_int_equal(p.index.uid_last, 2);
	assert_int_equal(p.index.end, strlen(MSG MSG));
	done(&p);
}

/* ------------------------------------------------ against the naive reader */

static void
compare(const char *text, size_t len, size_t step)
{
	struct naive naive;
	struct parsed p;
	size_t skip;

	if (!naive_read(text, len, &naive)) {
		parse(&p, text, len, step);
		assert_int_equal(p.r, CC_EPARSE);
		done(&p);
		return;
	}
	parse(&p, text, len, step);
	assert_int_equal(p.r, 0);
	skip = p.index.pseudo;
	assert_int_equal(p.index.count, naive.count - skip);
	for (uint32_t i = 0; i < p.index.count; i++) {
		const struct mbox_msg *m = &p.index.msgs[i];

		if (i + skip > 0) /* white space may be before the first */
			assert_int_equal(m->pos, naive.msgs[i + skip].pos);
		assert_int_equal(m->size, naive.msgs[i + skip].size);
		if (i > 0)
			assert_true(m->uid > m[-1].uid && m->pos > m[-1].pos);
	}
	done(&p);
	naive_free(&naive);
}

/* Files put together at random from what matters to the parser; the seed is
 * fixed, the steps are small and odd. */
static void
test_random(void **state)
{
	static const char *const pieces[] = { FROM, FROM, FROM, "\n", "\n",
		"\r\n", "\r", "F", "From ", "\nF", "Subject: x\n", BASE,
		"Status: RO\n", "X-UID: 3\n", "X-UID: 30\n", " cont\n", "x",
		"text text text\n", "X-Keywords: Work    \n", "status: x\n",
		IDATA_FROM, IDATA_SUBJECT, IDATA_LINE, ">From \n",
		"From u Thu Jun  6 14:07 2002\r\n" };
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[4096];
		size_t len = 0, n;

		for (int k = 0; k < 60; k++) {
			const char *piece;

			seed = seed * 1103515245 + 12345;
			piece = k == 0 ? FROM
				       : pieces[(seed >> 16) % COUNT(pieces)];
			n = strlen(piece);
			memcpy(text + len, piece, n);
			len += n;
		}
		compare(text, len, 1 + (seed >> 16) % 130);
		compare(text, len, WHOLE);
	}
}

/* Every cut of a file is read as the naive reader reads it. */
static void
test_torn_everywhere(void **state)
{
	size_t len;
	char *text = slurp("tests/vectors/unix-pseudo.mbox", &len);

	(void)state;
	for (size_t n = 0; n <= len; n++) {
		struct naive naive;
		char *cut = exact_copy(text, n);

		if (naive_read(cut, n, &naive) && naive.count > 0)
			compare(cut, n, 7);
		naive_free(&naive);
		free(cut);
	}
	free(text);
}

/* ---------------------------------------------------------- large and long */

/* A line of n octets between before and after. */
static char *
long_text(const char *before, size_t n, char fill, const char *after,
    size_t *len_r)
{
	size_t a = strlen(before), b = strlen(after);
	char *text = malloc(a + n + b);

	memcpy(text, before, a);
	memset(text + a, fill, n);
	memcpy(text + a + n, after, b);
	*len_r = a + n + b;
	return text;
}

static void
test_long_lines(void **state)
{
	static const size_t lengths[] = { 1022, 1023, 1024, 65535, 65536, 65537,
		200000, 262144, 700000 };
	static const struct {
		const char *before, *after;
	} around[] = {
		{ FROM "Subject: ", "\n\nx\n\n" MSG },
		{ FROM "\n", "\n\n" MSG },
		{ FROM "\nFrom ", "\n\n" MSG },
		{ FROM BASE, "\n\nx\n" MSG },
		{ FROM "X-Keywords: ", "\n\nx\n" MSG },
		{ FROM "X-UID: ", "\n c\n\nx\n" MSG },
		{ FROM "\nFrom ", " Thu Jun  6 14:07:31 2002\n\nx\n\n" MSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t k = 0; k < COUNT(around); k++) {
			size_t len;
			char *text = long_text(around[k].before, lengths[i],
			    'x', around[k].after, &len);

			compare(text, len, 256 * 1024);
			compare(text, len, 1000);
			free(text);
		}
}

/* The work of a parse is counted: each octet is read once, whatever is in it,
 * and in large steps. */
static void
test_linear(void **state)
{
	static const char *const units[] = { MSG, "\n", "F\n", "From \n",
		"From u Thu Jun  6 14:07:31 200\n", FROM "\n", "\r", "x" };

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		size_t unit = strlen(units[i]), n = 3000000 / unit;
		char *text = malloc(sizeof(FROM) + 1 + n * unit);
		size_t len = sizeof(FROM "\n") - 1;
		struct parsed p;

		memcpy(text, FROM "\n", len);
		for (size_t k = 0; k < n; k++, len += unit)
			memcpy(text + len, units[i], unit);
		parse(&p, text, len, 256 * 1024);
		assert_int_equal(p.r, 0);
		assert_int_equal(p.w.octets, len);
		assert_true(p.w.reads <= len / (256 * 1024) + 1);
		/* and the window stays what it is for */
		assert_true(p.w.cap <= 256 * 1024 + CC_MBOX_LINE_MAX + 16);
		done(&p);
		free(text);
	}
}

/* CVE-2000-0847: X-Keywords of any length. Every octet of the file is in a
 * block of its own, so the sanitizers see a copy that goes too far. */
static void
test_cve_2000_0847_long_keywords(void **state)
{
	static const size_t lengths[] = { 49, 50, 51, 254, 255, 256, 1023, 1024,
		4096, 65520, 65536, 1000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		size_t len;
		char *text = long_text(FROM "X-IMAPbase: 5 1 ", lengths[i], 'k',
		    "\nX-Keywords: kkk kkkk\nX-UID: 1\n\n", &len);
		struct parsed p;

		parse(&p, text, len, WHOLE);
		assert_int_equal(p.r, 0);
		assert_int_equal(p.index.count, 1);
		assert_int_equal(p.index.msgs[0].keywords, 0);
		done(&p);
		free(text);
		text = long_text(FROM "X-IMAPbase: 5 1 k\nX-Keywords: ",
		    lengths[i], 'k', " k\n\n", &len);
		parse(&p, text, len, WHOLE);
		assert_int_equal(p.index.count, 1);
		assert_int_equal(p.index.msgs[0].keywords,
		    lengths[i] <= 65520 ? 1 : 0);
		done(&p);
		free(text);
	}
}

/* What is told to the user is printable and bounded. */
static void
test_notes(void **state)
{
	const char *bad = FROM "status: \x01\n \x1b[2J\xff\r\n\n";
	struct strbuf b;
	struct parsed p;

	(void)state;
	parse(&p, bad, strlen(bad), WHOLE);
	assert_int_equal(p.notes, 2);
	assert_string_equal(p.last_note,
	    "Discarding bogus continuation ?[2J? in message 1");
	done(&p);
	cc_strbuf_init(&b, 100000);
	cc_strbuf_puts(&b, FROM);
	for (int i = 0; i < 1000; i++)
		cc_strbuf_puts(&b, "status: RO\n");
	parse(&p, b.data, b.len, WHOLE);
	assert_int_equal(p.notes, 10);
	assert_string_equal(p.last_note,
	    "Discarding bogus status header in message 1");
	done(&p);
	cc_strbuf_free(&b);
}

/* The fast scan and the portable one, on every length and alignment. */
static void
test_find_f(void **state)
{
	unsigned char block[400];
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(block); i++) {
		seed = seed * 1103515245 + 12345;
		block[i] = (unsigned char)"\n\rFx"[(seed >> 16) % 4];
		if (i % 3 != 0 && (seed >> 20) % 4 != 0)
			block[i] = 'x';
	}
	for (size_t from = 0; from < 70; from++)
		for (size_t to = from; to <= sizeof(block); to++) {
			char *copy = exact_copy(block + from, to - from);
			const unsigned char *p = (void *)copy;
			const unsigned char *end = p + (to - from);

			while (p < end) {
				struct mbox_tally a = { 0, 0 }, b = { 0, 0 };
				const unsigned char *q, *r;

				q = cc_mbox_find_f(p, end, &a);
				r = cc_mbox_find_f_portable(p, end, &b);
				assert_ptr_equal(q, r);
				assert_int_equal(a.lf, b.lf);
				assert_int_equal(a.cr, b.cr);
				p = q;
			}
			free(copy);
		}
}

/* The same for header lines that matter. */
static void
test_find_mark(void **state)
{
	unsigned char block[200];
	uint32_t seed = 11;

	(void)state;
	for (int rare = 0; rare < 8; rare++) {
		for (size_t i = 0; i < sizeof(block); i++) {
			seed = seed * 1103515245 + 12345;
			block[i] =
			    (unsigned char)"\n\rsSxXyZ"[(seed >> 16) % 8];
			if ((seed >> 20) % 8 < (unsigned)rare)
				block[i] = 'a';
		}
		for (size_t from = 0; from < 40; from++)
			for (size_t to = from; to <= sizeof(block); to++) {
				char *copy =
				    exact_copy(block + from, to - from);
				const unsigned char *p = (void *)copy;
				const unsigned char *end = p + (to - from);

				assert_ptr_equal(cc_mbox_find_mark(p, end),
				    cc_mbox_find_mark_portable(p, end));
				free(copy);
			}
	}
}

static void
test_record_size(void **state)
{
	(void)state;
	assert_true(sizeof(struct mbox_msg) <= 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_size),
		cmocka_unit_test(test_find_f),
		cmocka_unit_test(test_find_mark),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_every_window),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_internal_data),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_growth_forged),
		cmocka_unit_test(test_shrunk),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_torn_everywhere),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_cve_2000_0847_long_keywords),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
