/*
 * fuzz_imapd_session.c - a whole session of a user with a small mailbox, fed
 * with whatever a client may send.
 *
 * Checked besides memory: the answer is lines and literals that a client can
 * read; the inbox keeps its messages unless a command was sent that removes
 * some; no lock is left behind.
 *
 * The commands make, rename and remove files. Names are restricted to the home
 * directory, and as root nothing is run unless the kernel (Landlock) keeps the
 * whole process from changing anything but its own directory and build/.
 *
 * TEST_OBJECTS: imapd/?*.c osdep/unix/sandbox*.c
 */
#include <fcntl.h>
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "c-client.h"
#include "env_state.h"
#include "fuzz_util.h"
#include "sandbox_landlock.h"
#include "session.h"

#define MESSAGES 4

int LLVMFuzzerInitialize(int *argc, char ***argv);

static char root[] = "/dev/shm/cedar-fuzz-XXXXXX"; /* no disk to wait for */
static char home[64], spool[64], inbox[80], config[64];
static int null, out;

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
	must(null >= 0 && out >= 0);
	/* Nobody has to read of each refused command. */
	setlogmask(LOG_MASK(LOG_EMERG));
	setenv("HOME", home, 1);
	cc_env_set(&cc_env()->config, config);
	env_init((char *)(uintptr_t) "user", home);
#include "linkage.c"
	return 0;
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

/* The octets of the literal that a line announces; 0 if it does not. Texts for
 * people may end in anything. */
static size_t
literal_of(struct span line)
{
	static const char *const texts[] = { "* OK", "* NO", "* BAD", "* BYE" };
	size_t i = line.len, n = 0;

	if (line.len < 3 || memcmp(line.p, "* ", 2) != 0 ||
	    line.p[line.len - 1] != '}')
		return 0;
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		if (strncmp(line.p, texts[k], strlen(texts[k])) == 0)
			return 0;
	while (i > 0 && line.p[i - 1] != '{')
		i--;
	/* The name of a mailbox may end in it. */
	if (i == 0)
		return 0;
	for (; i < line.len - 1; i++) {
		must(line.p[i] >= '0' && line.p[i] <= '9');
		n = n * 10 + (size_t)(line.p[i] - '0');
	}
	return n;
}

/* Responses are lines; a literal belongs to the line before it. */
static void
check_answer(struct span s)
{
	const char *first = s.p;

	while (s.len > 0) {
		const char *end = memmem(s.p, s.len, "\r\n", 2);
		struct span line;
		size_t literal;

		must(end != NULL);
		line = cc_span(first, (size_t)(end - first));
		must(!memchr(s.p, '\0', (size_t)(end - s.p)));
		must(!memchr(s.p, '\n', (size_t)(end - s.p)));
		literal = literal_of(line);
		s.len -= (size_t)(end + 2 - s.p);
		s.p = end + 2;
		must(literal <= s.len);
		s.p += literal;
		s.len -= literal;
		if (literal == 0)
			first = s.p;
	}
}

static void
check_inbox(void)
{
	static char text[1 << 16];
	char marker[] = "marker-?";
	int fd = open(inbox, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	must(fd >= 0);
	n = read(fd, text, sizeof(text));
	close(fd);
	must(n > 0);
	for (int i = 0; i < MESSAGES; i++) {
		marker[sizeof(marker) - 2] = (char)('0' + i);
		must(memmem(text, (size_t)n, marker, strlen(marker)) != NULL);
	}
}

static void
check_traces(struct span in, bool broken)
{
	static const char *const removing[] = { "EXPUNGE", "CLOSE", "MOVE",
		"DELETE", "RENAME", "APPEND", "COPY" };
	char lock[96];
	struct stat st;
	char *answer;
	bool removes = false;

	snprintf(lock, sizeof(lock), "%s.lock", inbox);
	must(access(lock, F_OK) != 0);
	for (size_t i = 0; i < sizeof(removing) / sizeof(removing[0]); i++)
		removes |= contains_nocase(in, removing[i]);
	if (!removes)
		check_inbox();
	must(fstat(out, &st) == 0);
	if (broken || st.st_size == 0)
		return;
	answer = malloc((size_t)st.st_size);
	must(answer && pread(out, answer, (size_t)st.st_size, 0) == st.st_size);
	check_answer(cc_span(answer, (size_t)st.st_size));
	free(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session s;

	(void)nftw(home, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	(void)nftw(spool, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	write_file(inbox, mailbox, sizeof(mailbox) - 1);
	must(ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
	session_init(&s, null, out, cc_span(data, size));
	s.user = cc_env()->user;
	s.client = "UNKNOWN";
	s.server = "server";
	(void)session_run(&s);
	check_traces(cc_span(data, size), s.out.broken);
	return 0;
}
