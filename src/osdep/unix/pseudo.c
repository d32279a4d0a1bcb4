/*
 * pseudo.c - the message that mbox files keep internal data in (formats/unix.md
 * section 4).
 *
 * Its length depends on host name and keywords alone, so that a mailbox does
 * not move when only numbers change.
 */
#include <time.h>

#include "env.h"
#include "mail.h"
#include "pseudo.h"
#include "mboxfile_pseudo.h"

#define HOST_MAX 80 /* characters of the host in Message-ID */

char *pseudo_from = "MAILER-DAEMON";
char *pseudo_name = "Mail System Internal Data";
char *pseudo_subject = "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA";
char *pseudo_msg =
    "This is no mail. The software that keeps this mailbox stores in the\n"
    "header above what it must remember: the numbers it has given to messages\n"
    "and the names of their keywords. Without it, mail programs have to fetch\n"
    "everything again. It is made anew when it is missing.\n";

/* With the day space-padded, as from-lines have it. */
static void
put_ctime(struct strbuf *out, time_t now)
{
	char text[40];
	struct tm tm;

	if (localtime_r(&now, &tm) &&
	    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm) > 0)
		cc_strbuf_puts(out, text);
}

/* "05 Mar 2024 09:00:00 +0000": always as long. */
static void
put_date(struct strbuf *out, time_t now)
{
	char text[40];
	struct tm tm;

	if (localtime_r(&now, &tm) &&
	    strftime(text, sizeof(text), "%d %b %Y %H:%M:%S %z", &tm) > 0)
		cc_strbuf_puts(out, text);
}

void
cc_mbox_put_pseudo(struct strbuf *out, time_t now, bool with_id,
    uint32_t uidvalidity, uint32_t uid_last, const struct mbox_keywords *list)
{
	const char *host = mylocalhost();

	cc_strbuf_printf(out, "From %s ", pseudo_from);
	put_ctime(out, now);
	cc_strbuf_puts(out, "\nDate: ");
	put_date(out, now);
	cc_strbuf_printf(out, "\nFrom: %s <%s@%s>\nSubject: %s\n", pseudo_name,
	    pseudo_from, host, pseudo_subject);
	if (with_id)
		cc_strbuf_printf(out, "Message-ID: <%lld@%.*s>\n",
		    (long long)now, HOST_MAX, host);
	cc_mbox_put_base(out, "X-IMAP", 10, uidvalidity, uid_last, list);
	cc_strbuf_puts(out, "Status: RO\n\n");
	cc_strbuf_puts(out, pseudo_msg);
	cc_strbuf_putc(out, '\n');
}
