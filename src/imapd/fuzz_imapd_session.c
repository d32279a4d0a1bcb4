/*
 * fuzz_imapd_session.c - a whole session of a user with a small mailbox, fed
 * with whatever a client may send.
 *
 * Half of the inputs are made of commands (fuzz_commands.h), the others of
 * octets; between commands others change the inbox (fuzz_others.h). Checked
 * besides memory: each command has its answer, which a client can read, and
 * numbers of messages stay true (fuzz_answers.h); the inbox keeps its messages
 * unless a command was sent that removes some; no lock and no redo record is
 * left behind; all that a session made can be opened and read by the next one,
 * with ascending UIDs and the sizes that were told.
 *
 * The commands make, rename and remove files. Names are restricted to the home
 * directory, and as root nothing is run unless the kernel (Landlock) keeps the
 * whole process from changing anything but its own directory and build/.
 *
 * TEST_OBJECTS: imapd/?*.c osdep/unix/sandbox*.c
 */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "c-client.h"
#include "env_state.h"
#include "fuzz_answers.h"
#include "fuzz_commands.h"
#include "fuzz_others.h"
#include "sandbox_landlock.h"
#include "session.h"

#define MESSAGES 4
#define FILE_MAX (1024u * 1024)

int LLVMFuzzerInitialize(int *argc, char ***argv);
const char *__wrap_cc_env_lock_dir(void);

static char root[] = "/dev/shm/cedar-fuzz-XXXXXX"; /* no disk to wait for */
static char home[64], spool[64], inbox[80], config[64];
static int null, out, more;
static struct fuzz_script script;
static int (*wait_input)(void *, enum input_wait);

static const char mailbox[] =
    "From a@example.com Tue Mar  5 09:01:02 2024\n"
    "From: A <a@example.com>\nSubject: one\n\nmarker-0\n\n"
    "From b@example.com Tue Mar  5 10:00:00 2024\nStatus: RO\n"
    "From: b@example.com\nContent-Type: multipart/mixed; boundary=x\n\n"
    "--x\n\nmarker-1\n--x\nContent-Type: message/rfc822\n\n"
    "Subject: inside\n\ntext\n--x--\n\n"
    "From c@example.com Wed Mar  6 11:30:00 2024 +0100\nX-Status: F\n"
    "Content-Type: text/html; charset=utf-8\n"
    "Content-Transfer-Encoding: base64\n\nbWFya2VyLTI= marker-2\n\n"
    "From d@example.com Thu Mar  7 00:00:00 2024\nX-Keywords: Work\n"
    "Subject: =?utf-8?Q?=C3=A9?=\nTo: g: x@y, \"z\" <z@[127.0.0.1]>;\n\n"
    "marker-3\n";

/* Beside what may be written there must be room for the locks of mailboxes,
 * or all of them are read-only. */
const char *
__wrap_cc_env_lock_dir(void)
{
	return root;
}

static void
confine(void)
{
	int abi = cc_landlock_abi();
	int rules;

	if (abi == 0) {
		if (geteuid() != 0)
			return;
		fputs("as root only where Landlock is\n", stderr);
		exit(1);
	}
	rules = cc_landlock_new(abi, true);
	must(rules >= 0);
	must(cc_landlock_allow(rules, abi, AT_FDCWD, "/", false) == 0);
	must(cc_landlock_allow(rules, abi, AT_FDCWD, root, true) == 0);
	must(cc_landlock_allow(rules, abi, AT_FDCWD, "/dev/null", true) == 0);
	(void)cc_landlock_allow(rules, abi, AT_FDCWD, "build", true);
	must(cc_landlock_enforce(rules) == 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level > 0 ? remove(path) : 0;
}

static void
remove_root(void)
{
	(void)nftw(root, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	(void)rmdir(root);
}

static void
write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static bool
contains_nocase(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if (cc_span_is_nocase(cc_span(s.p + i, len), word))
			return true;
	return false;
}

static struct span
read_file(const char *path)
{
	static char text[1 << 18];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : 0;

	if (fd >= 0)
		close(fd);
	must(n >= 0);
	return cc_span(text, (size_t)n);
}

/* The messages are where they were, or all in ~/mbox, which takes them. */
static void
check_inbox(void)
{
	char marker[] = "marker-?", path[80];
	struct span text = read_file(inbox);

	snprintf(path, sizeof(path), "%s/mbox", home);
	if (text.len == 0)
		text = read_file(path);
	for (int i = 0; i < MESSAGES; i++) {
		marker[sizeof(marker) - 2] = (char)('0' + i);
		must(memmem(text.p, text.len, marker, strlen(marker)) != NULL);
	}
}

/* The hook of the reader: others act, and the client sends its next piece. */
static int
next_piece(void *ctx, enum input_wait why)
{
	struct stat st;

	must(fstat(more, &st) == 0);
	while (lseek(more, 0, SEEK_CUR) == st.st_size &&
	    script.present + 1 < script.count) {
		struct span piece;

		fuzz_act(script.action[script.present++], inbox);
		piece = fuzz_piece(&script, script.present);
		must(pwrite(more, piece.p, piece.len, st.st_size) ==
		    (ssize_t)piece.len);
		st.st_size += (off_t)piece.len;
	}
	return wait_input(ctx, why);
}

/* Runs a session over what a client sends; *whole_r is false if it had to end
 * within a response. */
static struct span
converse(struct span in, bool *whole_r)
{
	static struct session s;
	static char *answer;
	struct stat st;

	must(ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
	must(ftruncate(more, 0) == 0 && lseek(more, 0, SEEK_SET) == 0);
	free(script.sent);
	fuzz_script(&script, in);
	session_init(&s, script.count > 1 ? more : null, out,
	    fuzz_piece(&script, 0));
	wait_input = s.in.wait;
	s.in.wait = next_piece;
	s.user = cc_env()->user;
	s.client = "UNKNOWN";
	s.server = "server";
	(void)session_run(&s);
	*whole_r = !s.out.failed;
	must(fstat(out, &st) == 0);
	free(answer);
	answer = malloc((size_t)st.st_size + 1);
	must(answer && pread(out, answer, (size_t)st.st_size, 0) == st.st_size);
	return cc_span(answer, (size_t)st.st_size);
}

/* The number behind a word of a response. */
static unsigned long
number_behind(struct span response, const char *word)
{
	const char *p = memmem(response.p, response.len, word, strlen(word));

	must(p != NULL);
	return strtoul(p + strlen(word), NULL, 10);
}

/* One message: its UID is above the last one, its size that of its text. */
static unsigned long
check_message(struct span response, unsigned long last)
{
	unsigned long uid = number_behind(response, "UID ");

	must(uid > last);
	must(number_behind(response, "SIZE ") ==
	    number_behind(response, "BODY[] {"));
	return uid;
}

/* Whatever happened to a mailbox, the next session can read it. */
static void
check_mailbox(const char *name)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
	    "a EXAMINE \"%s\"\r\nb FETCH 1:* (UID RFC822.SIZE BODY.PEEK[])\r\n",
	    name);
	bool whole, open = false, read = false;
	struct span answer = converse(cc_span(text, (size_t)n), &whole);
	unsigned long uid = 0, exists = 0;

	must(whole);
	while (answer.len > 0) {
		struct span response = fuzz_response(&answer);

		open |= fuzz_begins(response, "a OK");
		read |= fuzz_begins(response, "b OK");
		if (response.len > 9 &&
		    memcmp(response.p + response.len - 9, " EXISTS\r\n", 9) ==
			0)
			exists = strtoul(response.p + 2, NULL, 10);
		if (memmem(response.p, response.len, " FETCH (UID ", 12))
			uid = check_message(response, uid);
	}
	must(open && (read || exists == 0));
}

/* A name that a client can give as it stands. */
static bool
is_plain(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyzNEW0123456789/. ") ==
	    strlen(name) &&
	    name[0] != '.' && !strstr(name, "/.") &&
	    strcasecmp(name, "inbox") != 0;
}

/* What a session leaves: mailboxes, and nothing that it needs only itself. */
static int
check_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	/* The private directory has a file that is locked itself. */
	must(len < 5 || strcmp(path + len - 5, ".lock") != 0 ||
	    strstr(path, "/.cedar/"));
	must(!strstr(path, "/.cedar-redo"));
	if (type == FTW_F && S_ISREG(st->st_mode) && ftw->level > 0 &&
	    len < 200 && strncmp(path, home, strlen(home)) == 0 &&
	    is_plain(path + strlen(home) + 1))
		check_mailbox(path + strlen(home) + 1);
	return 0;
}

static void
check_traces(struct span in)
{
	static const char *const removing[] = { "EXPUNGE", "CLOSE", "MOVE",
		"DELETE", "RENAME", "APPEND", "COPY", "!e", "!r", "!t", "!z",
		"!m" };
	bool removes = false;

	for (size_t i = 0; i < sizeof(removing) / sizeof(removing[0]); i++)
		removes |= contains_nocase(in, removing[i]);
	if (!removes)
		check_inbox();
	check_mailbox("INBOX");
	must(nftw(root, check_file, 32, FTW_PHYS) == 0);
}

/* A mailbox copied into itself doubles each time: the disk is full soon. */
static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = octets;
	must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = cc_span(data, size), answer;
	bool whole;

	(void)nftw(home, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	(void)nftw(spool, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	write_file(inbox, mailbox, sizeof(mailbox) - 1);
	signal(SIGXFSZ, SIG_IGN); /* as in event.c; the fuzzer has its own */
	limit_files(FILE_MAX);
	answer = converse(in, &whole);
	limit_files(RLIM_INFINITY);
	if (whole)
		fuzz_check_answers(fuzz_sent(&script), answer);
	check_traces(in);
	return 0;
}

/* A session that could only look would find nothing wrong. */
static void
check_scene(void)
{
	static const char commands[] = "a SELECT INBOX\r\nb STORE 1 +FLAGS "
				       "(\\Deleted)\r\nc EXPUNGE\r\n";
	bool whole;
	struct span answer;

	write_file(inbox, mailbox, sizeof(mailbox) - 1);
	answer = converse(cc_span_z(commands), &whole);
	must(memmem(answer.p, answer.len, "\r\nc OK Expunged 1 ", 18));
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char text[256];
	int len;

	(void)argc;
	(void)argv;
	must(mkdtemp(root) != NULL);
	snprintf(home, sizeof(home), "%s/home", root);
	snprintf(spool, sizeof(spool), "%s/spool", root);
	snprintf(inbox, sizeof(inbox), "%s/inbox", spool);
	snprintf(config, sizeof(config), "%s/config", root);
	must(mkdir(home, 0700) == 0 && mkdir(spool, 0700) == 0);
	atexit(remove_root);
	confine();
	len = snprintf(text, sizeof(text),
	    "set system-inbox %s\nset restrict-mailbox-access all\n", inbox);
	write_file(config, text, (size_t)len);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	out = memfd_create("out", MFD_CLOEXEC);
	more = memfd_create("more", MFD_CLOEXEC);
	must(null >= 0 && out >= 0 && more >= 0);
	/* Nobody has to read of each refused command. */
	setlogmask(LOG_MASK(LOG_EMERG));
	setenv("HOME", home, 1);
	cc_env_set(&cc_env()->config, config);
	env_init((char *)(uintptr_t) "user", home);
#include "linkage.c"
	check_scene();
	return 0;
}
