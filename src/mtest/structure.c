/*
 * structure.c - the tree of a message's parts, one line each. The tree is as
 * deep as whoever sent the message made it, so it is walked without recursion.
 */
#include "mtest.h"

#define DEPTH 64 /* levels shown */

/* Where the walk is in one list of parts. */
struct level {
	PART *part;
	unsigned number;
	size_t prefix; /* octets of the section that stand before the number */
};

static void
show_part(const char *section, const BODY *body)
{
	printf(" %s %s", section, body_types[body->type]);
	if (body->subtype) {
		putchar('/');
		put_text(body->subtype, strlen(body->subtype));
	}
	for (const PARAMETER *p = body->parameter; p; p = p->next) {
		printf("; ");
		put_text(p->attribute, strlen(p->attribute));
		putchar('=');
		if (p->value)
			put_text(p->value, strlen(p->value));
	}
	if (body->description) {
		fputs(", \"", stdout);
		put_text(body->description, strlen(body->description));
		putchar('"');
	}
	if (body->type != TYPEMULTIPART) {
		printf(", %s (%lu octets", body_encodings[body->encoding],
		    body->size.bytes);
		if (body->size.lines)
			printf(", %lu lines", body->size.lines);
		putchar(')');
	}
	putchar('\n');
}

/* The parts below a body; of a message that is one part, none: that one is
 * returned in *only. */
static PART *
parts_of(BODY *body, BODY **only)
{
	*only = NULL;
	if (body->type == TYPEMESSAGE && body->subtype && body->nested.msg &&
	    strcasecmp(body->subtype, "RFC822") == 0) {
		body = body->nested.msg->body;
		if (body && body->type != TYPEMULTIPART)
			*only = body;
	}
	return body && body->type == TYPEMULTIPART ? body->nested.part : NULL;
}

/* Begins the parts below a body whose section is in text; how many levels
 * there are then. */
static size_t
descend(struct level *levels, size_t depth, char *text, BODY *body)
{
	size_t len = strlen(text);
	BODY *only;
	PART *below = parts_of(body, &only);

	while (only && len + 2 < MAILTMPLEN) {
		memcpy(text + len, len ? ".1" : "1", len ? 3 : 2);
		len = strlen(text);
		show_part(text, only);
		below = parts_of(only, &only);
	}
	if (!below)
		return depth;
	if (depth == DEPTH) {
		puts(" (deeper parts are not shown)");
		return depth;
	}
	levels[depth] = (struct level){ below, 0, len };
	return depth + 1;
}

void
show_structure(MAILSTREAM *stream, unsigned long msgno)
{
	struct level levels[DEPTH];
	char section[MAILTMPLEN] = "";
	size_t depth = 0;
	BODY *body = NIL;

	mail_fetch_structure(stream, msgno, &body, NIL);
	if (!body) {
		puts("%No structure");
		return;
	}
	if (body->type != TYPEMULTIPART) {
		snprintf(section, sizeof(section), "1");
		show_part(section, body);
	}
	depth = descend(levels, 0, section, body);
	while (depth > 0) {
		struct level *at = &levels[depth - 1];
		PART *part = at->part;

		if (!part) {
			depth--;
			continue;
		}
		at->part = part->next;
		snprintf(section + at->prefix, sizeof(section) - at->prefix,
		    "%s%u", at->prefix ? "." : "", ++at->number);
		show_part(section, &part->body);
		depth = descend(levels, depth, section, &part->body);
	}
}
