/*
 * utf8_aux.c - mailbox names and search programs in UTF-8: the public
 * functions over utf7.c and utf8_text.c. No state.
 */
#include <stdint.h>

#include "fs.h"
#include "mail.h"
#include "utf7.h"
#include "utf8.h"
#include "utf8aux.h"

static unsigned char *
converted(unsigned char *src, int (*convert)(struct strbuf *, struct span))
{
	struct strbuf out;
	int r;

	cc_strbuf_init(&out, SIZE_MAX / 2);
	r = convert(&out, cc_span_z((char *)src));
	if (r != 0) {
		cc_strbuf_free(&out);
		return NULL;
	}
	return (unsigned char *)cc_strbuf_take(&out);
}

unsigned char *
utf8_to_mutf7(unsigned char *src)
{
	return converted(src, cc_utf7_from_utf8);
}

unsigned char *
utf8_from_mutf7(unsigned char *src)
{
	return mail_utf7_valid((char *)src) ? NULL
					    : converted(src, cc_utf7_to_utf8);
}

static void
text_form(SIZEDTEXT *text, char *charset)
{
	SIZEDTEXT form;

	if (!text->data || !utf8_text(text, charset, &form, U8T_CANONICAL) ||
	    form.data == text->data)
		return;
	fs_give((void **)&text->data);
	*text = form;
}

static void
list_form(STRINGLIST *list, char *charset)
{
	for (; list; list = list->next)
		text_form(&list->text, charset);
}

/* As deep as the parser that made it lets a program be (CC_SEARCH_DEPTH). */
void
utf8_searchpgm(SEARCHPGM *pgm, char *charset)
{
	if (!pgm)
		return;
	list_form(pgm->bcc, charset);
	list_form(pgm->body, charset);
	list_form(pgm->cc, charset);
	list_form(pgm->from, charset);
	list_form(pgm->subject, charset);
	list_form(pgm->text, charset);
	list_form(pgm->to, charset);
	list_form(pgm->return_path, charset);
	list_form(pgm->sender, charset);
	list_form(pgm->reply_to, charset);
	list_form(pgm->in_reply_to, charset);
	list_form(pgm->message_id, charset);
	list_form(pgm->newsgroups, charset);
	list_form(pgm->followup_to, charset);
	list_form(pgm->references, charset);
	for (SEARCHHEADER *h = pgm->header; h; h = h->next) {
		text_form(&h->text, charset);
	}
	for (SEARCHOR *o = pgm->or ; o; o = o->next) {
		utf8_searchpgm(o->first, charset);
		utf8_searchpgm(o->second, charset);
	}
	for (SEARCHPGMLIST *n = pgm->not ; n; n = n->next)
		utf8_searchpgm(n->pgm, charset);
}
