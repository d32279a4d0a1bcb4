/*
 * imap_param_read.c - parameters and extension data of body parts as a client
 * gets them (RFC 3501 section 7.4.2, body-fld-param and body-ext).
 *
 * The server is a stranger. At most CC_MIME_PARAMS parameters and languages
 * are kept (CVE-2026-27859); values stay in the input or the arena.
 */
#include "cc_err.h"
#include "cc_limits.h"
#include "imap_read.h"
#include "mime_param.h"

static int
new_param(struct arena *a, struct span attribute, struct span value,
    struct mime_param ***tail)
{
	struct mime_param *param = cc_arena_get(a, sizeof(*param));

	if (!param)
		return CC_ELIMIT;
	param->attribute = cc_mime_upper(a, attribute);
	/* As where "=" is missing in a message. */
	param->value = value.p ? value : cc_span_z("MISSING_PARAMETER_VALUE");
	if (!param->attribute.p)
		return CC_ELIMIT;
	**tail = param;
	*tail = &param->next;
	return 0;
}

int
cc_imap_read_params(struct cursor *c, struct arena *a,
    struct mime_param **params_r)
{
	struct mime_param *first = NULL, **tail = &first;
	struct span attribute, value;
	unsigned count = 0;
	int r;

	*params_r = NULL;
	if (cc_imap_next(c) == ')')
		return 0;
	if (!cc_cursor_skip(c, '('))
		return cc_imap_skip_value(c);
	while (cc_imap_next(c) != ')') {
		if ((r = cc_imap_read_member(c, a, &attribute)) != 0 ||
		    (r = cc_imap_read_member(c, a, &value)) != 0)
			return r;
		if (!attribute.p || count++ >= CC_MIME_PARAMS)
			continue;
		if ((r = new_param(a, attribute, value, &tail)) != 0)
			return r;
	}
	c->p++;
	*params_r = first;
	return 0;
}

/* (type params), or only the type. */
static int
read_disposition(struct cursor *c, struct arena *a, struct mime_part *part)
{
	struct span type;
	int r;

	if (cc_imap_next(c) == ')')
		return 0;
	if (!cc_cursor_skip(c, '(')) {
		r = cc_imap_read_member(c, a, &type);
	} else if ((r = cc_imap_read_member(c, a, &type)) == 0 &&
	    (r = cc_imap_read_params(c, a, &part->disposition_params)) == 0) {
		r = cc_imap_skip_list(c);
	}
	if (r != 0 || !type.p)
		return r;
	part->disposition = cc_mime_upper(a, type);
	return part->disposition.p ? 0 : CC_ELIMIT;
}

/* Is it (string list) or (string NIL), which is no list of languages? */
static bool
is_disposition(struct cursor c)
{
	struct span s;

	if (!cc_cursor_skip(&c, '(') ||
	    cc_imap_read_nstring(&c, NULL, &s) != 0 || !s.p)
		return false;
	if (cc_imap_next(&c) == '(')
		return true;
	return cc_imap_read_nstring(&c, NULL, &s) == 0 && !s.p;
}

/* One, or a list. */
static int
read_languages(struct cursor *c, struct arena *a, struct mime_part *part)
{
	struct span tags[CC_MIME_PARAMS], tag;
	size_t count = 0;
	bool list;
	int r;

	if (cc_imap_next(c) == ')')
		return 0;
	list = cc_cursor_skip(c, '(');
	do {
		if ((r = cc_imap_read_member(c, a, &tag)) != 0)
			return r;
		if (tag.p && count < CC_MIME_PARAMS)
			tags[count++] = tag;
	} while (list && cc_imap_next(c) != ')');
	if (list)
		c->p++;
	if (count == 0)
		return 0;
	if (!(part->language = cc_arena_get(a, count * sizeof(tag))))
		return CC_ELIMIT;
	memcpy(part->language, tags, count * sizeof(tag));
	part->languages = count;
	return 0;
}

int
cc_imap_read_extension(struct cursor *c, struct arena *a,
    struct mime_part *part)
{
	int r = read_disposition(c, a, part);

	if (r != 0)
		return r;
	/* Where a server sent one NIL too many before it. */
	if (!part->disposition.p && cc_imap_next(c) == '(' &&
	    is_disposition(*c) && (r = read_disposition(c, a, part)) != 0)
		return r;
	if ((r = read_languages(c, a, part)) != 0 ||
	    (r = cc_imap_read_member(c, a, &part->location)) != 0)
		return r;
	return cc_imap_skip_list(c);
}
