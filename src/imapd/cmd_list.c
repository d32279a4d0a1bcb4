/*
 * cmd_list.c - LIST, LSUB, NAMESPACE (RFC 3501 sections 6.3.8, 6.3.9; RFC 2342;
 * RFC 3348).
 *
 * What there is to list is found by the library, which bounds names, wildcards
 * and depth; each name is sent as it comes (CVE-2000-0284: no buffer is made
 * of reference and pattern here).
 */
#include "command.h"

static const struct {
	long flag;
	const char *name;
} attributes[] = {
	{ LATT_NOINFERIORS, "\\NoInferiors" },
	{ LATT_NOSELECT, "\\NoSelect" },
	{ LATT_MARKED, "\\Marked" },
	{ LATT_UNMARKED, "\\UnMarked" },
	{ LATT_HASCHILDREN, "\\HasChildren" },
	{ LATT_HASNOCHILDREN, "\\HasNoChildren" },
};

/* A quoted hierarchy delimiter, or NIL. */
static void
put_delimiter(struct output *out, int delimiter)
{
	if (delimiter == 0)
		output_puts(out, "NIL");
	else if (delimiter == '"' || delimiter == '\\')
		output_printf(out, "\"\\%c\"", delimiter);
	else
		output_printf(out, "\"%c\"", delimiter);
}

/* IMAP2bis knows mailboxes, and nothing else. */
static void
find_put(struct session *s, const char *name, long flags)
{
	if (flags & LATT_NOSELECT)
		return;
	output_puts(&s->out, "* MAILBOX ");
	cc_imap_put_astring(&s->out.buf, cc_span_z(name));
	output_puts(&s->out, "\r\n");
	output_check(&s->out);
}

void
list_put(struct session *s, const char *command, int delimiter,
    const char *name, long flags)
{
	const char *space = "";

	if (s->finding) {
		find_put(s, name, flags);
		return;
	}
	if (strncasecmp(name, "#mhinbox", 8) == 0)
		delimiter = '/';
	output_printf(&s->out, "* %s (", command);
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		if (!(flags & attributes[i].flag))
			continue;
		output_printf(&s->out, "%s%s", space, attributes[i].name);
		space = " ";
	}
	output_puts(&s->out, ") ");
	put_delimiter(&s->out, delimiter);
	output_puts(&s->out, " ");
	cc_imap_put_astring(&s->out.buf, cc_span_z(name));
	output_puts(&s->out, "\r\n");
	output_check(&s->out);
}

/* SP mailbox SP list-mailbox, as C strings. What is listed begins with the
 * reference, or with the pattern alone: both must be allowed. False, with the
 * answer, if it cannot be done. */
static bool
parse(struct session *s, struct args *args, char **reference_r,
    char **pattern_r, enum cmd_result *answer_r)
{
	if (!args_space(args) || args_mailbox(args, reference_r) != 0 ||
	    !args_space(args) || args_list_mailbox(args, pattern_r) != 0) {
		*answer_r = cmd_missing(s);
		return false;
	}
	if (!args_end(args)) {
		*answer_r = cmd_extra(s);
		return false;
	}
	*answer_r = cmd_may_name(s, *reference_r);
	if (*answer_r == CMD_OK)
		*answer_r = cmd_may_name(s, *pattern_r);
	return *answer_r == CMD_OK;
}

/*
 * An empty pattern asks for the delimiter and the root of the reference, which
 * is what stands before the first "/" and with it (RFC 3501 section 6.3.8), or
 * the name of the namespace.
 */
static void
put_root(struct session *s, const char *reference)
{
	struct span root = cc_span("", 0);
	const char *slash = strchr(reference, '/');
	char delimiter = '/';
	char *name;

	if (strncasecmp(reference, "#news.", 6) == 0) {
		root = cc_span(reference, 6);
		delimiter = '.';
	} else if (slash) {
		root = cc_span(reference, (size_t)(slash - reference) + 1);
	}
	name = cc_arena_dup(&s->arena, root);
	if (name)
		list_put(s, "LIST", delimiter, name, LATT_NOSELECT);
}

enum cmd_result
cmd_list(struct session *s, struct args *args)
{
	char *reference, *pattern;
	enum cmd_result answer;

	if (!parse(s, args, &reference, &pattern, &answer))
		return answer;
	if (*pattern)
		mail_list(NULL, reference, pattern);
	else
		put_root(s, reference);
	return CMD_OK;
}

enum cmd_result
cmd_lsub(struct session *s, struct args *args)
{
	char *reference, *pattern;
	enum cmd_result answer;

	if (!parse(s, args, &reference, &pattern, &answer))
		return answer;
	mail_lsub(NULL, reference, pattern);
	return CMD_OK;
}

/* One of the three lists, or NIL. */
static void
put_namespaces(struct output *out, const NAMESPACE *ns)
{
	if (!ns) {
		output_puts(out, "NIL");
		return;
	}
	output_puts(out, "(");
	for (; ns; ns = ns->next) {
		output_puts(out, "(");
		cc_imap_put_string(&out->buf, cc_span_z(ns->name));
		output_puts(out, " ");
		/* There is nothing below #mhinbox, but clients take NIL for
		 * "no hierarchy anywhere". */
		put_delimiter(out, ns->delimiter ? ns->delimiter : '/');
		output_puts(out, ")");
	}
	output_puts(out, ")");
}

enum cmd_result
cmd_namespace(struct session *s, struct args *args)
{
	enum cmd_result r = cmd_no_args(s, args);
	NAMESPACE **ns;

	if (r != CMD_OK)
		return r;
	ns = mail_parameters(NULL, GET_NAMESPACE, NULL);
	output_puts(&s->out, "* NAMESPACE");
	for (int i = 0; i < 3; i++) {
		output_puts(&s->out, " ");
		put_namespaces(&s->out, ns ? ns[i] : NULL);
	}
	output_puts(&s->out, "\r\n");
	return CMD_OK;
}
