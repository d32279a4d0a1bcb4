/*
 * test_mboxfile_power_names.c - what a power failure may leave of CREATE,
 * DELETE, RENAME, SUBSCRIBE and UNSUBSCRIBE; and that each of their syncs is
 * needed: without it a state shows that must not be.
 *
 * A name is on the disk when its directory was synced, a file's octets when
 * the file was. A rename is a new name and the end of the old one: before both
 * are synced there may be both, and the old one ends alone only if its own
 * directory was synced and the other was not.
 */
#include <stdarg.h>

#include "privdir.h"
#include "test_mboxfile_power.h"
#include "uidrecord.h"

#define UIDS "Status: RO\nX-Status: \nX-Keywords:                     \nX-UID: "

/* Of the mailbox, and the highest that was recorded: the clock is behind. */
static uint32_t old_validity, highest;

/* ------------------------------------------------------------- recording */

static bool
relative(const char *path, char *name)
{
	size_t len = strlen(tmp.path);

	if (strncmp(path, tmp.path, len) != 0 || path[len] != '/')
		return false;
	snprintf(name, 128, "%.127s", path + len + 1);
	return true;
}

/* The path of a name below what fd has open. */
static bool
name_at(int fd, const char *name, char *path)
{
	char dir[128];

	if (fd == AT_FDCWD || name[0] == '/')
		return relative(name, path);
	if (!name_of(fd, dir))
		return false;
	snprintf(path, 128, "%.60s/%.60s", dir, name);
	return true;
}

static void
record_name(enum kind kind, const char *path, const char *from)
{
	struct op *op = &recorder->ops[recorder->count];

	assert_true(recorder->count + 1 < OPS_MAX);
	*op = (struct op){ .kind = kind };
	snprintf(op->path, sizeof(op->path), "%s", path);
	if (from)
		snprintf(op->to, sizeof(op->to), "%s", from);
	recorder->count++;
}

/* Locks are no part of this. */
static void
record_made(int fd, const char *name)
{
	char path[128];

	if (recording && name_at(fd, name, path) && !strstr(path, ".lock"))
		record_name(CREATE, path, NULL);
}

int
openat(int fd, const char *name, int flags_, ...)
{
	struct stat st;
	mode_t mode = 0;
	va_list ap;
	bool made;
	int r;

	if (flags_ & O_CREAT) {
		va_start(ap, flags_);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	made = (flags_ & O_CREAT) && fstatat(fd, name, &st, 0) != 0;
	r = (int)syscall(SYS_openat, fd, name, flags_, mode);
	if (r >= 0 && made)
		record_made(fd, name);
	return r;
}

int
open(const char *name, int flags_, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags_ & O_CREAT) {
		va_start(ap, flags_);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return openat(AT_FDCWD, name, flags_, mode);
}

int
mkdir(const char *name, mode_t mode)
{
	char path[128];
	int r = (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);

	if (r == 0 && recording && relative(name, path))
		record_name(MKDIR, path, NULL);
	return r;
}

int
unlink(const char *name)
{
	char path[128];
	int r = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);

	if (r == 0 && recording && relative(name, path) &&
	    !strstr(path, ".lock"))
		record_name(UNLINK, path, NULL);
	return r;
}

int
renameat2(int fd, const char *from, int fd2, const char *to, unsigned flags_)
{
	char old[128], new[128];
	int r = (int)syscall(SYS_renameat2, fd, from, fd2, to, flags_);

	if (r == 0 && recording && name_at(fd, from, old) &&
	    name_at(fd2, to, new)) {
		record_name(LINK, new, old);
		record_name(DROP, old, NULL);
	}
	return r;
}

/* -------------------------------------------------------------- the states */

/* A call of the session that is left out, if it is a sync. */
static size_t left_out = SIZE_MAX;

static bool
is_sure(size_t i, size_t n)
{
	for (size_t j = i + 1; j < n; j++)
		if (j != left_out && recorder->ops[j].kind == SYNC &&
		    syncs(&recorder->ops[j], &recorder->ops[i]))
			return true;
	return false;
}

static bool
is_lucky(enum variant variant)
{
	return variant == EVERYTHING || (variant >= SOME && dice(2) == 0);
}

static void
make_names(size_t n, enum variant variant)
{
	bool linked_now = false;

	for (size_t i = 0; i < n; i++) {
		const struct op *op = &recorder->ops[i];
		bool sure = is_sure(i, n), now = sure || is_lucky(variant);
		size_t len = op->len;

		/* one call made both names */
		if (op->kind == DROP && !sure && !linked_now)
			now = false;
		if (op->kind == LINK)
			linked_now = now;
		if (!sure && variant == PARTS && op->kind == WRITE)
			len = whole_sectors(op, dice((uint32_t)len + 1));
		if (now && (len > 0 || op->kind != WRITE))
			apply(op, len);
	}
}

struct scene {
	const char *name;
	void (*make)(void);
	void (*session)(size_t);
	bool (*is_right)(bool done);
	size_t syncs; /* at least */
};

static void
start(const struct scene *scene)
{
	int privdir;

	begin();
	tmpdir_mkdir(&tmp, "home/.cedar");
	privdir = cc_privdir_open();
	assert_true(privdir >= 0);
	assert_int_equal(cc_uidvalidity_seen(privdir, (uint32_t)time(NULL),
			     highest),
	    0);
	close(privdir);
	(*scene->make)();
}

/* How many of the states are wrong. */
static unsigned
count_wrong(const struct scene *scene)
{
	int rounds = getenv("CEDAR_ALL") ? 40 : 6;
	unsigned wrong = 0;

	for (size_t n = 0; n <= recorder->count; n++)
		for (int v = 0; v < VARIANTS * rounds; v++) {
			if (v >= VARIANTS && v % VARIANTS < SOME)
				continue; /* as before */
			start(scene);
			make_names(n, (enum variant)(v % VARIANTS));
			wrong += !(*scene->is_right)(n >= recorder->confirmed);
			end();
		}
	return wrong;
}

static void
try_scene(const struct scene *scene)
{
	size_t count = 0;

	start(scene);
	record_session(scene->session, 0);
	recorder->confirmed = recorder->count;
	end();
	assert_int_equal(count_wrong(scene), 0);
	for (size_t i = 0; i < recorder->count; i++) {
		if (recorder->ops[i].kind != SYNC)
			continue;
		count++;
		left_out = i;
		if (count_wrong(scene) == 0) {
			print_error("%s: sync %zu of %s is of no use\n",
			    scene->name, count, recorder->ops[i].path);
			fail();
		}
		left_out = SIZE_MAX;
	}
	print_message("%s: %zu calls, %zu syncs\n", scene->name,
	    recorder->count, count);
	assert_true(count >= scene->syncs);
}

/* ------------------------------------------------------------------ scenes */

static void
make_nothing(void)
{
}

static void
make_box(void)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    FROM "Subject: a\nX-IMAPbase: %lu 5\n" UIDS "3\n\none\n\n" FROM2
		 "Subject: b\n" UIDS "5\n\ntwo\n\n",
	    (unsigned long)old_validity);
	box(text);
}

/* Has the mailbox both messages with their UIDs? */
static bool
is_whole(const char *name)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, OP_READONLY);
	bool yes = s && s->nmsgs == 2 && s->uid_validity == old_validity &&
	    mail_uid(s, 1) == 3 && mail_uid(s, 2) == 5;
	struct strbuf text;

	for (unsigned long n = 1; yes && n <= 2; n++) {
		yes = get(s, n, MAIL_TEXT, &text) == 0 &&
		    strcmp(cc_strbuf_str(&text), n == 1 ? "one\n" : "two\n") ==
			0;
		cc_strbuf_free(&text);
	}
	mail_close(s);
	return yes;
}

/* The UIDVALIDITY of an empty mailbox, or 0. */
static unsigned long
validity_of_new(const char *name)
{
	MAILSTREAM *s = mail_open(NIL, (char *)name, OP_READONLY);
	unsigned long v = s && s->nmsgs == 0 ? s->uid_validity : 0;

	mail_close(s);
	return v;
}

static void
create(size_t step)
{
	(void)step;
	assert_true(mail_create(NIL, "a/b/new"));
}

/* It is there with its UIDVALIDITY, and the next mailbox gets a higher one. */
static bool
is_created(bool done)
{
	if (!tmpdir_has(&tmp, "home/a/b/new"))
		return !done && mail_create(NIL, "a/b/new");
	return mail_create(NIL, "other") &&
	    validity_of_new("other") > highest + 1 &&
	    validity_of_new("a/b/new") == highest + 1;
}

static void
delete_box(size_t step)
{
	(void)step;
	assert_true(mail_delete(NIL, "box"));
}

static bool
is_deleted(bool done)
{
	if (tmpdir_has(&tmp, "home/box"))
		return !done && is_whole("box");
	return mail_create(NIL, "box") && validity_of_new("box") > old_validity;
}

static void
rename_box(size_t step)
{
	(void)step;
	assert_true(mail_rename(NIL, "box", "a/b/box"));
}

/* It has one of the names, or both. */
static bool
is_renamed(bool done)
{
	bool old = tmpdir_has(&tmp, "home/box");
	bool new = tmpdir_has(&tmp, "home/a/b/box");

	if (done && (old || !new))
		return false;
	return (old || new) && (!old || is_whole("box")) &&
	    (!new || is_whole("a/b/box"));
}

#define LIST "box\ngone\n#public/news\n"

static void
make_list(void)
{
	tmpdir_write(&tmp, "home/.mailboxlist", LIST, strlen(LIST));
}

static bool
list_is(const char *want)
{
	char buf[256] = "";
	int fd = open(tmpdir_path(&tmp, "home/.mailboxlist"), O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, buf, sizeof(buf) - 1) : 0;

	close(fd);
	return n >= 0 && strcmp(buf, want) == 0;
}

static void
subscribe(size_t step)
{
	(void)step;
	assert_true(sm_subscribe("new"));
}

static bool
is_subscribed(bool done)
{
	return list_is(LIST "new\n") || (!done && list_is(LIST));
}

static bool
is_first_subscribed(bool done)
{
	return list_is("new\n") || (!done && list_is(""));
}

static void
unsubscribe(size_t step)
{
	(void)step;
	assert_true(sm_unsubscribe("gone"));
}

static bool
is_unsubscribed(bool done)
{
	return list_is("box\n#public/news\n") || (!done && list_is(LIST));
}

static const struct scene scenes[] = {
	{ "create", make_nothing, create, is_created, 6 },
	{ "delete", make_box, delete_box, is_deleted, 3 },
	{ "rename", make_box, rename_box, is_renamed, 4 },
	{ "subscribe", make_list, subscribe, is_subscribed, 1 },
	{ "subscribe, the first", make_nothing, subscribe, is_first_subscribed,
	    2 },
	{ "unsubscribe", make_list, unsubscribe, is_unsubscribed, 2 },
};

static void
test_power_fails_while_names_change(void **state)
{
	(void)state;
	highest = (uint32_t)time(NULL) + 1000;
	old_validity = highest + 1000;
	begin_power();
	names_are_made = true;
	for (size_t i = 0; i < COUNT(scenes); i++)
		try_scene(&scenes[i]);
	munmap(recorder, sizeof(*recorder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_fails_while_names_change),
	};

	mail_link(&unixdriver);
	linked = true;
	return cmocka_run_group_tests(tests, choose_seed, NULL);
}
