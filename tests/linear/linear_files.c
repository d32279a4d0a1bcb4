/*
 * linear_files.c - mailbox files, the records beside them, configuration.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cc_limits.h"
#include "env_config.h"
#include "linear.h"
#include "mboxfile_parse.h"
#include "subscription.h"
#include "uidrecord.h"
#include "uidrecord_text.h"

/* A mailbox file; first its beginning, then the rest as if delivered later. */
static void
mbox(struct span text)
{
	int fd = memfd_create("mbox", MFD_CLOEXEC);
	struct mbox_index index;
	struct mbox_window w;

	if (fd < 0 || write(fd, text.p, text.len) != (ssize_t)text.len)
		return;
	cc_mbox_index_init(&index);
	cc_mbox_window_init(&w, fd, 4096);
	cc_mbox_parse(&index, &w, text.len / 2, NULL);
	cc_mbox_parse(&index, &w, text.len, NULL);
	cc_mbox_index_free(&index);
	cc_mbox_window_free(&w);
	close(fd);
}

static void
state(struct span text)
{
	struct mbox_keywords list = { .count = 0 };
	struct mbox_from from;
	struct mbox_base base;
	struct imap_date date;

	cc_mbox_line_kind(text);
	cc_mbox_parse_status(text);
	cc_mbox_parse_uid(text);
	if (cc_mbox_parse_base(text, &base) == 0)
		cc_mbox_keywords_read(&list, base.keywords);
	cc_mbox_keywords_read(&list, text);
	cc_mbox_parse_keywords(&list, text);
	cc_mbox_keywords_free(&list);
	if (cc_mbox_from_line(text, true, &from))
		cc_mbox_from_date(&from, &date);
}

/* The lines of the text as the runs of a UID record. */
static void
uids(struct span text)
{
	struct uidrecord rec;
	struct strbuf record;
	size_t runs = 0;

	text = cc_span_trim(text);
	for (size_t i = 0; i < text.len; i++)
		runs += text.p[i] == '\n';
	cc_strbuf_init(&record, SIZE_MAX / 2);
	cc_strbuf_printf(&record,
	    "cedar-uids 1\nfile 1 2\nsize 3\ndigest 0000000000000000\n"
	    "uidvalidity 1 last 4294967295 reserved 0\nruns %zu\n",
	    runs + 1);
	cc_strbuf_put_span(&record, text);
	cc_strbuf_putc(&record, '\n');
	cc_uidrecord_put_check(&record, 0);
	if (cc_uidrecord_parse(cc_strbuf_span(&record), &rec) == 0)
		cc_uidrecord_free(&rec);
	cc_strbuf_free(&record);
}

static bool
directive(void *ctx, enum config_key key, struct span value)
{
	struct span word;

	(void)ctx;
	(void)key;
	cc_config_number(value);
	cc_config_mode(value);
	cc_config_restrictions(value);
	while (cc_config_word(&value, &word))
		;
	return true;
}

static void
config(struct span text)
{
	cc_config_parse(text, CONFIG_SYSTEM, directive, NULL);
	directive(NULL, CONFIG_RESTRICT, text);
}

static void
subscription(struct span text)
{
	struct span line;

	while (cc_subscription_line(&text, &line))
		;
}

/* clang-format off */
#define FROM "From a Tue Mar  5 09:01:02 2024\n"

const struct linear_row linear_files[] = {
	{ "mbox", mbox, "", FROM "A: b\n\nc\n\n", "" },
	{ "mbox", mbox, "", FROM, "" },
	{ "mbox", mbox, "", "From ", "" },
	{ "mbox", mbox, FROM, "\nFrom a", "" },
	{ "mbox", mbox, FROM, "\nFrom a Tue", "" },
	{ "mbox", mbox, FROM, "From a Tue Mar  5 09:01:02 2024 ", "" },
	{ "mbox", mbox, FROM, "F", "" },
	{ "mbox", mbox, FROM "\n", "\nF", "" },
	{ "mbox", mbox, FROM, "\n", "" },
	{ "mbox", mbox, FROM, "\r\n", "" },
	{ "mbox", mbox, FROM "\n", "\r", "" },
	{ "mbox", mbox, FROM, "\r", "\n" },
	{ "mbox", mbox, FROM, "\r", "a: b\n\n" },
	{ "mbox", mbox, "", FROM "\r\r\r\n\n", "" },
	{ "mbox", mbox, "", "\n", FROM },
	{ "mbox", mbox, "", "\r\n", FROM },
	{ "mbox", mbox, FROM, "A: b\n", "" },
	{ "mbox", mbox, FROM, "Status: RO\n", "" },
	{ "mbox", mbox, FROM, "X-Keywords: a\1\n", "" },
	{ "mbox", mbox, FROM "X-Keywords: ", "a\1 ", "\n\n" },
	{ "mbox", mbox, FROM "X-IMAPbase: 1 1", " a\1", "\n\n" },
	{ "mbox", mbox, FROM, "X-IMAPbase: 1 1 a\1\n", "" },
	{ "mbox", mbox, FROM "X-UID: ", "0", "1\n\n" },
	{ "mbox", mbox, "", FROM "X-UID: \1\n\n", "" },
	{ "mbox", mbox, "", FROM "X-UID: 7\n\n", "" },
	{ "mbox", mbox, FROM "X-UID: 4278190079\n\n\n", FROM "\n\n", "" },
	{ "mbox", mbox, FROM, "Status", "" },
	{ "mbox", mbox, FROM "A: ", "b\n ", "" },
	{ "state", state, "", "a ", "" },
	{ "state", state, "", "a\1 ", "" },
	{ "state", state, "", "A", "" },
	{ "state", state, "X-UID: ", "1", "" },
	{ "state", state, "1 1 ", "a\1 ", "" },
	{ "state", state, "1 1 ", "a", "" },
	{ "state", state, "", "0", " 1" },
	{ "state", state, "From ", "a ", "Tue Mar  5 09:01:02 2024" },
	{ "state", state, "From ", "Tue Mar  5 09:01:02 2024 ", "" },
	{ "state", state, "From ", "Tue Mar  5 09:01:02 ", "2024" },
	{ "state", state, "From ", "remote from ", "" },
	{ "state", state, "From ", ":", "" },
	{ "uids", uids, "", "a", "" },
	{ "uids", uids, "", "\1" "5 1\n", "" },
	{ "uids", uids, "", "1 1\n", "" },
	{ "uids", uids, "", "1", "" },
	{ "config", config, "", "set prefetch 1\n", "" },
	{ "config", config, "", "set ", "" },
	{ "config", config, "", "set restrict-mailbox-access root all\n", "" },
	{ "config", config, "", "\n", "" },
	{ "config", config, "", "root,", "" },
	{ "config", config, "", "7", "" },
	{ "config", config, "", " ", "1" },
	{ "config", config, "", "a\n", "" },
	{ "subscription", subscription, "", "a\n", "" },
	{ "subscription", subscription, "", "\n", "" },
	{ "subscription", subscription, "", "a", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};
