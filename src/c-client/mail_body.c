/*
 * mail_body.c - public BODY structures from the tree that mime_part.h makes
 * (RFC 2045, RFC 2046).
 *
 * The parser bounds depth and number of parts (CC_MIME_DEPTH, CC_MIME_PARTS),
 * so recursion here is bounded, too. Offsets count from the first octet of the
 * message's text, as programs expect.
 */
#include "fs.h"
#include "mail_text.h"
#include "misc.h"
#include "rfc822.h"
#include "rfc822_complain.h"

/* Octets of a type's name that is worth a place in body_types. */
#define NAME_OCTETS 64

/*
 * The code of a name that is not one of the standard's: its place in the table
 * behind `other`, taken now if there is a free one. Places are never given
 * back. Threads may do this at once, so a place is taken by exchange.
 */
static unsigned short
code_of_name(char **names, unsigned short other, unsigned short last,
    struct span name)
{
	char *present, *copy;

	if (name.len == 0 || name.len > NAME_OCTETS ||
	    cc_span_is_nocase(name, names[other]))
		return other;
	for (unsigned short i = other + 1; i <= last; i++) {
		present = __atomic_load_n(&names[i], __ATOMIC_ACQUIRE);
		if (!present) {
			copy = cc_span_dup(name);
			if (__atomic_compare_exchange_n(&names[i], &present,
				copy, false, __ATOMIC_ACQ_REL,
				__ATOMIC_ACQUIRE))
				return i;
			fs_give((void **)&copy);
		}
		if (cc_span_is_nocase(name, present))
			return i;
	}
	return other;
}

/* Tells of a parameter without a value, of one for each field. */
static void
complain(const struct mime_param *param)
{
	for (; param; param = param->next)
		if (cc_span_is(param->value, "MISSING_PARAMETER_VALUE")) {
			cc_rfc822_complain("Missing parameter value",
			    param->attribute);
			return;
		}
}

PARAMETER *
cc_mail_new_parameters(const struct mime_param *from)
{
	PARAMETER *list = NIL, **tail = &list;

	complain(from);
	for (; from; from = from->next, tail = &(*tail)->next) {
		*tail = mail_newbody_parameter();
		(*tail)->attribute = cc_span_dup(from->attribute);
		(*tail)->value = cc_span_dup(from->value);
	}
	return list;
}

static STRINGLIST *
languages(const struct mime_part *part)
{
	STRINGLIST *list = NIL, **tail = &list;

	for (size_t i = 0; i < part->languages; i++) {
		*tail = mail_newstringlist();
		cpytxt(&(*tail)->text, (char *)(part->language[i].p),
		    part->language[i].len);
		tail = &(*tail)->next;
	}
	return list;
}

static void
fill_text(char **text, struct span from)
{
	if (from.p && !*text)
		*text = cc_span_dup(from);
}

static void
fill_type(BODY *body, const struct mime_part *part)
{
	body->type = part->type;
	if (body->type == TYPEOTHER)
		body->type = code_of_name(body_types, TYPEOTHER, TYPEMAX,
		    part->type_name);
	fill_text(&body->subtype, part->subtype);
	body->parameter = cc_mail_new_parameters(part->params);
}

void
cc_mail_fill_fields(BODY *body, const struct mime_part *part)
{
	if (part->type_name.p && !body->subtype && !body->parameter)
		fill_type(body, part);
	if (part->encoding_name.p) {
		body->encoding = part->encoding;
		if (body->encoding == ENCOTHER)
			body->encoding = code_of_name(body_encodings, ENCOTHER,
			    ENCMAX, part->encoding_name);
	}
	fill_text(&body->id, part->id);
	fill_text(&body->description, part->description);
	if (part->disposition.p && !body->disposition.type) {
		fill_text(&body->disposition.type, part->disposition);
		body->disposition.parameter =
		    cc_mail_new_parameters(part->disposition_params);
	}
	if (!body->language)
		body->language = languages(part);
	fill_text(&body->location, part->location);
	fill_text(&body->md5, part->md5);
}

/* An extent that ends before the text begins is the message's own header. */
static void
fill_extent(PARTTEXT *t, const struct mime_extent *e, uint64_t base)
{
	t->offset = e->pos > base ? e->pos - base : 0;
	t->text.size = e->pos >= base ? e->end - e->pos : 0;
}

static void
fill_message(BODY *body, const struct mime_part *part, uint64_t base,
    const char *host)
{
	MESSAGE *msg = body->nested.msg = mail_newmsg();

	msg->env = cc_mail_new_envelope(part->msg_header, host);
	msg->body = mail_newbody();
	fill_extent(&msg->full, &part->body, base);
	if (!part->child)
		return;
	fill_extent(&msg->header, &part->child->header, base);
	fill_extent(&msg->text, &part->child->body, base);
	cc_mail_fill_body(msg->body, part->child, base, host);
}

void
cc_mail_fill_body(BODY *body, const struct mime_part *part, uint64_t base,
    const char *host)
{
	PART **tail;

	cc_mail_fill_fields(body, part);
	fill_extent(&body->mime, &part->header, base);
	fill_extent(&body->contents, &part->body, base);
	body->size.bytes = part->body.octets;
	body->size.lines = part->body.lines;
	if (part->type == TYPEMESSAGE && cc_span_is(part->subtype, "RFC822")) {
		fill_message(body, part, base, host);
	} else if (part->type == TYPEMULTIPART) {
		tail = &body->nested.part;
		for (part = part->child; part; part = part->next) {
			*tail = mail_newbody_part();
			cc_mail_fill_body(&(*tail)->body, part, base, host);
			tail = &(*tail)->next;
		}
	}
}

char *
rfc822_default_subtype(unsigned short type)
{
	static char *const subtypes[] = {
		[TYPETEXT] = "PLAIN",
		[TYPEMULTIPART] = "MIXED",
		[TYPEMESSAGE] = "RFC822",
		[TYPEAPPLICATION] = "OCTET-STREAM",
		[TYPEAUDIO] = "BASIC",
	};

	return type <= TYPEAUDIO ? subtypes[type] : "UNKNOWN";
}
