/*
 * linear_records.c - what is finished or taken out of mailbox files by the
 * records beside them; the record that starts a session, and the messages of
 * monitor, gate and auth.
 *
 * Instructions are counted, not system calls: the files lie in memory.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "fs.h"
#include "fuzz_root.h"
#include "linear.h"
#include "login_msg.h"
#include "login_session.h"
#include "mboxfile_record.h"
#include "mboxfile_redo.h"
#include "misc.h"

#define NOBODY 1000 /* a session of root is refused before all else */

static char mailbox[sizeof(fuzz_root) + 8];
static bool is_nobody;

/* Those of the program come before the C library's. */
uid_t
getuid(void)
{
	return is_nobody ? NOBODY : (uid_t)syscall(SYS_getuid);
}

uid_t
geteuid(void)
{
	return is_nobody ? NOBODY : (uid_t)syscall(SYS_geteuid);
}

/* ------------------------------------------------------ mailboxes' records */

/* A mailbox of these octets. */
static void
open_mailbox(struct mbox *m, struct span text)
{
	fuzz_root_make();
	snprintf(mailbox, sizeof(mailbox), "%s/mbox", fuzz_root);
	*m = (struct mbox){ .path = cpystr(mailbox) };
	m->fd = open(mailbox, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(m->fd >= 0 && write(m->fd, text.p, text.len) == (ssize_t)text.len);
}

static void
begin_record(struct strbuf *out, const struct mbox *m, const char *kind)
{
	struct stat st;

	must(fstat(m->fd, &st) == 0);
	cc_strbuf_init(out, SIZE_MAX / 2);
	cc_strbuf_printf(out, "%s\nfile %llx %llx\n", kind,
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

/* Writes the record down and does what it says; it is gone then, or set
 * aside. */
static void
recover(struct mbox *m, struct strbuf *record)
{
	struct redo_sum sum = { .h = 0 };
	struct strbuf name;
	char path[128];
	int fd;

	cc_redo_sum_add(&sum, record->data, record->len);
	cc_strbuf_printf(record, "check %016llx\n",
	    (unsigned long long)cc_redo_sum_end(&sum));
	cc_redo_name(&name, m, "");
	snprintf(path, sizeof(path), "%s/%s", fuzz_root, cc_strbuf_str(&name));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	must(fd >= 0 &&
	    write(fd, record->data, record->len) == (ssize_t)record->len);
	close(fd);
	must(cc_redo_recover(m) == 0);
	must(access(path, F_OK) != 0);
	close(m->fd);
	fuzz_root_clear();
	fs_give((void **)&m->path);
	cc_strbuf_free(&name);
	cc_strbuf_free(record);
}

/* The text as the puts of a record, each with its "put ". */
static void
redo(struct span text)
{
	struct strbuf record;
	struct mbox m;
	size_t puts = 0;

	for (const char *p = text.p; (p = strstr(p, "put ")) != NULL; p++)
		puts++;
	open_mailbox(&m, text);
	begin_record(&record, &m, "cedar-redo 3");
	cc_strbuf_printf(&record, "size %zu %zu\ngap 0 0\nputs %zu\n", text.len,
	    text.len, puts);
	cc_strbuf_put_span(&record, text);
	recover(&m, &record);
}

/* One put, or none, and a gap in the middle. Of the new octets the first half
 * was written. */
static void
put_or_gap(struct span text, const char *kind)
{
	struct strbuf record;
	struct mbox m;
	size_t half = text.len / 2;

	open_mailbox(&m, cc_span(text.p, half));
	must(ftruncate(m.fd, (off_t)text.len) == 0);
	begin_record(&record, &m, "cedar-redo 3");
	cc_strbuf_printf(&record, "size %zu %zu\ngap %zu %zu\nputs %d\n",
	    text.len, text.len, half / 2, half, kind != NULL);
	if (kind)
		cc_strbuf_printf(&record, "put 0 %zu %s\n", text.len, kind);
	for (size_t i = 0; kind && strcmp(kind, "old") == 0 && i < text.len;
	     i++)
		cc_strbuf_putc(&record, '\0');
	for (size_t i = 0; kind && strcmp(kind, "sums") == 0 && i < text.len;
	     i += CC_REDO_PIECE) {
		static const char nothing[CC_REDO_PIECE];
		uint64_t sum = cc_redo_sum_of(nothing,
		    text.len - i < CC_REDO_PIECE ? text.len - i
						 : CC_REDO_PIECE);

		cc_strbuf_put(&record, &sum, sizeof(sum));
	}
	if (kind)
		cc_strbuf_put_span(&record, text);
	recover(&m, &record);
}

static void
put_old(struct span text)
{
	put_or_gap(text, "old");
}

static void
put_sums(struct span text)
{
	put_or_gap(text, "sums");
}

static void
gap(struct span text)
{
	put_or_gap(text, NULL);
}

/*
 * An append of the text that was cut off after its half; behind that lies the
 * text again, as if delivered. A message begins at every eighth octet. Of the
 * text are recorded its first octets, and sums of pieces of the rest.
 */
static void
append(struct span text, size_t head, size_t piece)
{
	struct strbuf record;
	struct mbox m;
	size_t half = text.len / 2;

	open_mailbox(&m, cc_span(text.p, half));
	must(pwrite(m.fd, text.p, text.len, (off_t)half) == (ssize_t)text.len);
	begin_record(&record, &m, "cedar-append 1");
	cc_strbuf_printf(&record,
	    "size 0 %zu\nbooted 1\nstarts %zu text %zu sums %zu\n", text.len,
	    text.len / 8, head, piece);
	for (uint64_t i = 0; i < text.len / 8; i++) {
		uint64_t at = 8 * i;

		cc_strbuf_put(&record, &at, sizeof(at));
	}
	cc_strbuf_put(&record, text.p, head);
	for (size_t i = head; i < text.len; i += piece) {
		size_t n = text.len - i < piece ? text.len - i : piece;
		uint64_t sum = cc_redo_sum_of(text.p + i, n);

		cc_strbuf_put(&record, &sum, sizeof(sum));
	}
	recover(&m, &record);
}

static void
append_known(struct span text)
{
	append(text, text.len < 16384 ? text.len : 16384, 4096);
}

static void
append_pieces(struct span text)
{
	append(text, 1, 4096);
}

static void
append_piece(struct span text)
{
	append(text, 1, text.len < 4096 ? 4096 : text.len);
}

/* ---------------------------------------------------------------- the login */

static char *
member(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* A record as the monitor makes it, with octets of the text laid over it. */
static void
read_session(struct span text, size_t at)
{
	struct session_record r = { .uid = NOBODY,
		.user = member("u"),
		.home = member("/"),
		.typed = member("u"),
		.mechanism = member(""),
		.admin = member(""),
		.client = member("c"),
		.server = member("s"),
		.tag = member("a"),
		.config = member(""),
		.ahead = text };
	int made = cc_session_record_write(&r), fd;
	unsigned char *image;
	struct stat st;
	size_t size;

	must(made >= 0 && fstat(made, &st) == 0);
	size = (size_t)st.st_size;
	image = fs_get(size);
	must(pread(made, image, size, 0) == st.st_size);
	if (at > 0 && at < size)
		memcpy(image + at, text.p,
		    text.len < size - at ? text.len : size - at);
	fd = memfd_create("record", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	must(fd >= 0 && write(fd, image, size) == st.st_size);
	must(fcntl(fd, F_ADD_SEALS,
		 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) ==
	    0);
	if (cc_session_record_read(fd, &r) == 0)
		cc_session_record_free(&r);
	fs_give((void **)&image);
	close(fd);
	close(made);
}

/* One record for each 512 octets, laid over it where that changes. */
static void
session(struct span text)
{
	size_t at = 0, n;

	for (is_nobody = true; text.len > 0;
	     text = cc_span(text.p + n, text.len - n), at += 311) {
		n = text.len < 512 ? text.len : 512;
		read_session(cc_span(text.p, n), at % 7000);
	}
	is_nobody = false;
}

/* A good message of the kind; its size. */
static size_t
good_message(void *m, enum login_kind kind)
{
	static const size_t sizes[] = {
		[LOGIN_SETUP] = sizeof(struct login_setup),
		[LOGIN_LOG] = sizeof(struct login_log),
		[LOGIN_TRY] = sizeof(struct login_try),
		[LOGIN_ANSWER] = sizeof(struct login_answer),
		[LOGIN_CHECK] = sizeof(struct login_check),
		[LOGIN_VERDICT] = sizeof(struct login_verdict),
	};

	cc_login_begin(m, sizes[kind], kind);
	if (kind == LOGIN_LOG)
		((struct login_log *)m)->event = LOGIN_EV_LOGOUT;
	return sizes[kind];
}

/* One message of each kind for each 512 octets, laid over it where that
 * changes, but not over its head. */
static void
message(struct span text)
{
	static union {
		union login_request request;
		struct login_setup setup;
		struct login_answer answer;
		struct login_check check;
		struct login_verdict verdict;
		unsigned char octets[16384];
	} m;
	size_t at = sizeof(struct login_head), n, len;

	for (; text.len > 0;
	     text = cc_span(text.p + n, text.len - n), at += 311) {
		n = text.len < 512 ? text.len : 512;
		for (unsigned k = LOGIN_SETUP; k <= LOGIN_VERDICT; k++) {
			len = good_message(&m, (enum login_kind)k);
			memcpy(m.octets +
				(at < len ? at : sizeof(struct login_head)),
			    text.p, n);
			cc_login_check_request(&m.request, len,
			    LOGIN_STATE_OPEN);
			cc_login_check_setup(&m.setup, len);
			cc_login_check_answer(&m.answer, len);
			cc_login_check_check(&m.check, len);
			cc_login_check_verdict(&m.verdict, len);
		}
		if (at > 7000)
			at = sizeof(struct login_head);
	}
}

/* clang-format off */
#define FROM "From a Tue Mar  5 09:01:02 2024\n"

#define TEXTS(name, run)						\
	{ name, run, "", "a", "" },					\
	{ name, run, "", "\n", "" },					\
	{ name, run, "", "F", "" },					\
	{ name, run, "", "F\n", "" },					\
	{ name, run, "", "From ", "" },					\
	{ name, run, "", "From \n", "" },				\
	{ name, run, "", FROM, "" },					\
	{ name, run, "", "From a Tue Mar  5 09:01:02 2024 ", "\n" },	\
	{ name, run, "", "From 09:01:02 2024", "\n" },			\
	{ name, run, "", "From remote from ", "\n" },			\
	{ name, run, "From a ", "From ", "Tue Mar  5 09:01:02 2024\n" },\
	{ name, run, "", ">" FROM, "" }

#define OCTETS(name, run)						\
	{ name, run, "", "a", "" },					\
	{ name, run, "", " ", "" },					\
	{ name, run, "", "/", "" },					\
	{ name, run, "", "a.", "" },					\
	{ name, run, "", "\n", "" },					\
	{ name, run, "", "\377", "" }

const struct linear_row linear_records[] = {
	{ "redo", redo, "", "put 0 1 old\nab", "" },
	{ "redo", redo, "", "put 0 1 old\naa", "" },
	{ "redo", redo, "", "put \1 0 old\n", "" },
	{ "redo", redo, "", "put \1 0 sums\n", "" },
	{ "redo", redo, "", "put \1 1 old\nab", "" },
	{ "redo", redo, "", "put 0 0 old", "" },
	{ "redo", redo, "", "put 00000000000000000000 ", "" },
	{ "redo", redo, "", "put 99999999999999999999 1 old\n", "" },
	{ "redo", redo, "put ", "0", " 0 old\n" },
	{ "redo", redo, "", "a", "" },
	TEXTS("put_old", put_old),
	TEXTS("put_sums", put_sums),
	TEXTS("gap", gap),
	TEXTS("append_known", append_known),
	TEXTS("append_pieces", append_pieces),
	TEXTS("append_piece", append_piece),
	OCTETS("login_session", session),
	OCTETS("login_msg", message),
	{ NULL, NULL, NULL, NULL, NULL },
};
