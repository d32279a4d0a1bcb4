/*
 * dummy_list.c - LIST and SCAN over directories of local mailboxes.
 *
 * The walk keeps its own stack, one open directory a level, and looks at
 * entries in the order that the file system has them. What bounds it: the
 * level limit, names of at most NETMAXMBX octets, a ceiling for all entries
 * looked at, and that no directory is entered again below itself by a
 * symbolic link; each name is matched in time linear in name and pattern
 * (CVE-2026-33607).
 *
 * File names are octets that anybody with access to the directory chose; the
 * private directory and names that could not be opened are not told.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cc_limits.h"
#include "mail.h"
#include "osdep.h"
#include "cc_err.h"
#include "cc_fn.h"
#include "dotlock_post.h"
#include "dummy.h"
#include "dummy_pattern.h"
#include "env_state.h"
#include "filestat.h"
#include "imap_grammar.h"
#include "privdir.h"

/* A directory being read. */
struct level {
	DIR *dir;
	size_t len; /* octets of its name, ending in "/" or empty */
	dev_t dev;  /* to know it again */
	ino_t ino;
	dirfmttest_t internal; /* names that belong to its format, or NULL */
};

struct walk {
	struct span pattern;
	const char *contents; /* SCAN; NULL for LIST */
	struct strbuf name;   /* of the entry in hand */
	struct level *levels;
	size_t depth;       /* levels in use */
	size_t max;         /* levels there are */
	unsigned long seen; /* entries looked at */
};

/* The directory format, if any, whose mailbox this name is. */
static DRIVER *
dir_format(char *name)
{
	DRIVER *d = mail_parameters(NIL, GET_DRIVERS, NIL);
	const unsigned long want = DR_DIRFMT | DR_LOCAL;

	for (; d; d = d->next)
		if ((d->flags & (want | DR_DISABLE)) == want &&
		    (*d->valid)(name))
			return d;
	return NULL;
}

static dirfmttest_t
internal_test(DRIVER *d)
{
	void *f = d ? (*d->parameters)(GET_DIRFMTTEST, NIL) : NULL;

	return f ? (dirfmttest_t)cc_ptr_to_fn(f) : NULL;
}

/* Is this entry of a directory to be left out whatever it is? */
static bool
is_hidden(const char *entry, dirfmttest_t internal)
{
	if (!strcmp(entry, ".") || !strcmp(entry, "..") ||
	    !strcmp(entry, CC_PRIVDIR_NAME))
		return true;
	if (entry[0] == '.' && cc_env()->hide_dot_files)
		return true;
	return internal && (*internal)((char *)entry);
}

/* \HasChildren or \HasNoChildren of the directory at path below dirfd; 0 if it
 * cannot be read. */
static long
children(int dirfd, const char *path, dirfmttest_t internal)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long flags = LATT_HASNOCHILDREN;
	struct dirent *e;
	DIR *dir;

	if (fd < 0)
		return 0;
	if (!(dir = fdopendir(fd))) {
		close(fd);
		return 0;
	}
	while ((e = readdir(dir)) != NULL)
		if (!is_hidden(e->d_name, internal)) {
			flags = LATT_HASCHILDREN;
			break;
		}
	closedir(dir);
	return flags;
}

static long
file_attributes(const struct stat *st)
{
	bool marked = st->st_size > 0 && is_later(&st->st_ctim, &st->st_atim);

	return LATT_NOINFERIORS | (marked ? LATT_MARKED : LATT_UNMARKED);
}

static bool
matches(const struct walk *w)
{
	return cc_imap_match(cc_strbuf_span(&w->name), w->pattern, '/');
}

/* The file or directory that w->name means has the text looked for? */
static bool
has_contents(struct walk *w, DRIVER *d, off_t size)
{
	char path[MAILTMPLEN];

	return dummy_file(path, w->name.data) &&
	    scan_contents(d, path, (char *)w->contents, strlen(w->contents),
		(unsigned long)size);
}

static void
list_file(struct walk *w, const struct stat *st)
{
	if (!matches(w))
		return;
	if (w->contents &&
	    !has_contents(w, mail_valid(NIL, w->name.data, NIL), st->st_size))
		return;
	mm_list(NIL, '/', w->name.data, file_attributes(st));
}

/* Lists the directory in w->name (as it stands there) if that is asked for;
 * path is where it is below dirfd. */
static void
list_directory(struct walk *w, int dirfd, const char *path, DRIVER *format)
{
	long flags = format ? 0 : LATT_NOSELECT;

	if (w->contents && (!format || !has_contents(w, format, 0)))
		return;
	mm_list(NIL, '/', w->name.data,
	    flags | children(dirfd, path, internal_test(format)));
}

/* Makes an open directory the innermost level; closes it if that must not
 * be. w->name is its name, with the "/". */
static void
enter(struct walk *w, int fd, DRIVER *format)
{
	struct level *l = &w->levels[w->depth];
	struct stat st;
	DIR *dir;

	if (fd < 0)
		return;
	if (w->depth == w->max || fstat(fd, &st) != 0 ||
	    !(dir = fdopendir(fd))) {
		close(fd);
		return;
	}
	for (size_t i = 0; i < w->depth; i++)
		if (w->levels[i].dev == st.st_dev &&
		    w->levels[i].ino == st.st_ino) {
			closedir(dir);
			return;
		}
	*l = (struct level){ dir, w->name.len, st.st_dev, st.st_ino,
		internal_test(format) };
	w->depth++;
}

/* An entry that is a directory: listed with a trailing "/" only if that is
 * how it matches. INBOX is listed last, but what is in it here. */
static void
take_directory(struct walk *w, int dirfd, const char *entry, bool is_inbox)
{
	DRIVER *format = dir_format(w->name.data);

	bool plain = matches(w);

	if (plain && !is_inbox)
		list_directory(w, dirfd, entry, format);
	cc_strbuf_putc(&w->name, '/');
	if (!plain && !is_inbox && matches(w))
		list_directory(w, dirfd, entry, format);
	if (cc_strbuf_status(&w->name) == 0 &&
	    cc_imap_match_below(cc_strbuf_span(&w->name), w->pattern, '/'))
		enter(w,
		    openat(dirfd, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		    format);
}

/* Can the entry in w->name, be it a file or a directory, give any answer? */
static bool
is_of_interest(struct walk *w)
{
	bool yes = matches(w);

	if (!yes) {
		cc_strbuf_putc(&w->name, '/');
		yes = cc_strbuf_status(&w->name) == 0 &&
		    (matches(w) ||
			cc_imap_match_below(cc_strbuf_span(&w->name),
			    w->pattern, '/'));
		cc_strbuf_truncate(&w->name, w->name.len - 1);
	}
	return yes;
}

/* A file from which a lock is made; the one of somebody dead goes. */
static bool
is_post(int fd, const char *entry)
{
	return !cc_env()->anonymous && cc_dotlock_sweep(fd, entry, time(NULL));
}

/* One entry of the innermost directory. */
static void
take_entry(struct walk *w, const char *entry)
{
	const struct level *l = &w->levels[w->depth - 1];
	int fd = dirfd(l->dir);
	struct stat st;
	bool is_inbox;

	if (is_hidden(entry, l->internal) || is_post(fd, entry))
		return;
	cc_strbuf_truncate(&w->name, l->len);
	is_inbox = l->len == 0 && !strcmp(entry, "INBOX");
	if (l->len + strlen(entry) > CC_MAILBOX_NAME || strpbrk(entry, "\r\n"))
		return;
	cc_strbuf_puts(&w->name, entry);
	if (!is_of_interest(w) || fstatat(fd, entry, &st, 0) != 0)
		return;
	if (S_ISDIR(st.st_mode))
		take_directory(w, fd, entry, is_inbox);
	else if (S_ISREG(st.st_mode) && !is_inbox)
		list_file(w, &st);
}

/* Reads on until every level is done. */
static void
run(struct walk *w)
{
	while (w->depth > 0) {
		struct dirent *e = readdir(w->levels[w->depth - 1].dir);

		if (e && w->seen++ < CC_LIST_ENTRIES) {
			take_entry(w, e->d_name);
			continue;
		}
		closedir(w->levels[--w->depth].dir);
	}
	if (w->seen > CC_LIST_ENTRIES)
		mm_log("Too many names to list all of them", WARN);
}

/* Begins at the directory base: the mailbox directory if that is empty. */
static void
begin(struct walk *w, struct span base)
{
	struct strbuf path;
	DRIVER *format = NULL;
	int r = 0, fd;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	cc_strbuf_put_span(&w->name, base);
	if (base.len == 0)
		cc_strbuf_puts(&path, cc_env_rules()->mail_dir);
	else
		r = cc_mailbox_path(w->name.data, &path);
	fd = r != 0 ? -1 : open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base.len > 0 && r == 0 && (fd >= 0 || errno == EACCES)) {
		format = dir_format(w->name.data);
		if (matches(w))
			list_directory(w, AT_FDCWD, path.data, format);
	}
	enter(w, fd, format);
	cc_strbuf_free(&path);
}

static long
inbox_attributes(int *delimiter_r)
{
	DRIVER *d = mail_valid(NIL, "INBOX", NIL);

	*delimiter_r = d && d->flags & DR_DIRFMT ? '/' : 0;
	return *delimiter_r ? 0 : LATT_NOINFERIORS;
}

/* INBOX comes last, and always. */
static void
list_inbox(struct walk *w)
{
	int delimiter;
	long flags = inbox_attributes(&delimiter);
	char path[MAILTMPLEN];
	struct stat st;

	if (!cc_dummy_matches_inbox(w->pattern))
		return;
	if (w->contents &&
	    (!dummy_file(path, "INBOX") || stat(path, &st) != 0 ||
		!scan_contents(mail_valid(NIL, "INBOX", NIL), path,
		    (char *)w->contents, strlen(w->contents),
		    (unsigned long)st.st_size)))
		return;
	mm_list(NIL, delimiter, "INBOX", flags);
}

/* The answer to an empty pattern: the root of the reference. */
static void
list_root(struct span ref)
{
	struct span root = cc_dummy_root(ref);
	char *name = cc_span_dup(root);
	struct strbuf path;
	long flags = LATT_NOSELECT;

	cc_strbuf_init(&path, CC_MAILPATH_MAX);
	if (root.len > 0 && cc_mailbox_path(name, &path) == 0)
		flags |= children(AT_FDCWD, path.data, NULL);
	mm_list(NIL, '/', name, flags);
	cc_strbuf_free(&path);
	fs_give((void **)&name);
}

static void
walk(struct span pattern, const char *contents)
{
	long levels = cc_env()->list_max_level;
	struct walk w = { .pattern = pattern, .contents = contents };

	/* A level takes at least two octets of a name. */
	if (levels < 0)
		levels = 0;
	if (levels > (long)CC_MAILBOX_NAME / 2)
		levels = CC_MAILBOX_NAME / 2;
	w.max = (size_t)levels + 1;
	w.levels = fs_get(w.max * sizeof(*w.levels));
	cc_strbuf_init(&w.name, MAILTMPLEN);
	begin(&w, cc_dummy_base(pattern));
	run(&w);
	list_inbox(&w);
	cc_strbuf_free(&w.name);
	fs_give((void **)&w.levels);
}

void
dummy_scan(MAILSTREAM *stream, char *ref, char *pat, char *contents)
{
	char pattern[MAILTMPLEN];

	(void)stream;
	if (!dummy_canonicalize(pattern, ref, pat))
		return;
	if (!*pat)
		list_root(cc_span_z(pattern));
	else
		walk(cc_span_z(pattern), contents);
}

void
dummy_list(MAILSTREAM *stream, char *ref, char *pat)
{
	dummy_scan(stream, ref, pat, NIL);
}
