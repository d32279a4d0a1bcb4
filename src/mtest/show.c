/*
 * show.c - mailboxes and messages as lines of text.
 */
#include "mtest.h"

/* The keywords of the bits: "before a between b". false if there are none. */
static bool
show_keywords(const MAILSTREAM *stream, unsigned long bits, const char *before,
    const char *between)
{
	bool any = false;

	for (int i = 0; i < NUSERFLAGS; i++) {
		if (!stream->user_flags[i] || !(bits >> i & 1))
			continue;
		printf("%s%s", any ? between : before, stream->user_flags[i]);
		any = true;
	}
	return any;
}

void
show_status(void)
{
	MAILSTREAM *stream = mtest.stream;
	char date[MAILTMPLEN];

	rfc822_date(date);
	puts(date);
	if (!stream) {
		puts(" No mailbox is open");
		return;
	}
	printf(" %s mailbox: ", stream->dtb ? stream->dtb->name : "closed");
	put_text(stream->mailbox, strlen(stream->mailbox));
	printf(", %lu messages, %lu recent\n", stream->nmsgs, stream->recent);
	if (show_keywords(stream, ~0ul, "Keywords: ", ", "))
		putchar('\n');
}

/* Columns: N new, R recent and seen; U unseen; flagged, answered, deleted. */
static void
show_flags(const MESSAGECACHE *elt)
{
	putchar(elt->recent ? (elt->seen ? 'R' : 'N') : ' ');
	putchar(elt->recent || elt->seen ? ' ' : 'U');
	putchar(elt->flagged ? 'F' : ' ');
	putchar(elt->answered ? 'A' : ' ');
	putchar(elt->deleted ? 'D' : ' ');
}

void
show_header_line(MAILSTREAM *stream, unsigned long msgno)
{
	char text[MAILTMPLEN], date[MAILTMPLEN];
	MESSAGECACHE *elt;

	mail_fetch_structure(stream, msgno, NIL, NIL);
	elt = mail_elt(stream, msgno);
	show_flags(elt);
	/* dd-Mmm-yyyy ... */
	snprintf(date, sizeof(date), "%.6s", mail_date(text, elt));
	printf("%4lu) %s ", msgno, date);
	mail_fetchfrom(text, stream, msgno, 20);
	put_text(text, strlen(text));
	putchar(' ');
	if (show_keywords(stream, elt->user_flags, "{", " "))
		fputs("} ", stdout);
	mail_fetchsubject(text, stream, msgno, 25);
	put_text(text, strlen(text));
	printf(" (%lu chars)\n", mail_elt(stream, msgno)->rfc822_size);
}

static void
show_field(const char *name, const char *value)
{
	if (value && value[0] != '\0') {
		printf("%s: ", name);
		put_line(value);
	}
}

static long
put_piece(void *stream, char *string)
{
	(void)stream;
	put_text(string, strlen(string));
	return LONGT;
}

static void
show_addresses(char *name, ADDRESS *list)
{
	char room[MAILTMPLEN];
	RFC822BUFFER buf = { .f = put_piece,
		.beg = room,
		.cur = room,
		.end = room + sizeof(room) - 1 };

	rfc822_output_address_line(&buf, name, NIL, list, NIL);
	rfc822_output_flush(&buf);
}

void
show_message(MAILSTREAM *stream, unsigned long msgno)
{
	ENVELOPE *env = mail_fetch_structure(stream, msgno, NIL, NIL);
	unsigned long len = 0;
	const char *text;

	if (env) {
		show_field("Date", (char *)env->date);
		show_addresses("From", env->from);
		show_field(">From", env->remail);
		show_field("Subject", env->subject);
		show_addresses("To", env->to);
		show_addresses("cc", env->cc);
		show_field("Newsgroups", env->newsgroups);
	}
	putchar('\n');
	text = mail_fetch_text(stream, msgno, NIL, &len, NIL);
	if (text)
		put_text(text, len);
	putchar('\n');
}

void
show_literal(MAILSTREAM *stream, unsigned long msgno)
{
	unsigned long len = 0;
	const char *text = mail_fetch_message(stream, msgno, &len, NIL);

	if (text)
		put_text(text, len);
}

static void
show_one_overview(MAILSTREAM *stream, unsigned long uid, OVERVIEW *ov,
    unsigned long msgno)
{
	(void)stream;
	if (!ov) {
		printf("%%No overview for UID %lu\n", uid);
		return;
	}
	printf("UID %lu, message %lu\n", uid, msgno);
	show_field("Subject", ov->subject);
	show_addresses("From", ov->from);
	show_field("Date", ov->date);
	show_field("Message-ID", ov->message_id);
	show_field("References", ov->references);
	printf("Octets: %lu\n", ov->optional.octets);
	if (ov->optional.lines)
		printf("Lines: %lu\n", ov->optional.lines);
	show_field("Xref", ov->optional.xref);
}

void
show_overview(MAILSTREAM *stream, char *uids)
{
	mail_fetch_overview(stream, uids, show_one_overview);
}

void
show_namespaces(void)
{
	static const char *const kinds[] = { "Personal", "Other users",
		"Shared" };
	NAMESPACE **ns = mail_parameters(mtest.stream, GET_NAMESPACE, NIL);

	if (!ns) {
		puts("%No namespaces");
		return;
	}
	for (size_t i = 0; i < 3; i++)
		for (const NAMESPACE *n = ns[i]; n; n = n->next) {
			printf("%s: \"", kinds[i]);
			put_text(n->name, strlen(n->name));
			putchar('"');
			if (n->delimiter)
				printf(" \"%c\"", n->delimiter);
			putchar('\n');
		}
}
