/*
 * mail_struct.c - making and freeing public structures.
 *
 * Lists may be as long as a peer made them, thread trees and search programs as
 * deep, so they are freed by loops. Bodies are freed by recursion: their parser
 * bounds how deep they nest (CC_MIME_DEPTH).
 */
#include <string.h>

#include "fs.h"
#include "mail.h"
#include "mail_params.h"
#include "misc.h"

static void *
new_zeroed(size_t size)
{
	return memset(fs_get(size), 0, size);
}

/* Frees a text that may be absent. */
static void
give_text(char **text)
{
	if (*text)
		fs_give((void **)text);
}

ENVELOPE *
mail_newenvelope(void)
{
	return new_zeroed(sizeof(ENVELOPE));
}

ADDRESS *
mail_newaddr(void)
{
	return new_zeroed(sizeof(ADDRESS));
}

BODY *
mail_newbody(void)
{
	return mail_initbody(fs_get(sizeof(BODY)));
}

BODY *
mail_initbody(BODY *body)
{
	memset(body, 0, sizeof(*body));
	body->type = TYPETEXT;
	body->encoding = ENC7BIT;
	return body;
}

PARAMETER *
mail_newbody_parameter(void)
{
	return new_zeroed(sizeof(PARAMETER));
}

PART *
mail_newbody_part(void)
{
	PART *part = new_zeroed(sizeof(PART));

	mail_initbody(&part->body);
	return part;
}

MESSAGE *
mail_newmsg(void)
{
	return new_zeroed(sizeof(MESSAGE));
}

STRINGLIST *
mail_newstringlist(void)
{
	return new_zeroed(sizeof(STRINGLIST));
}

SEARCHPGM *
mail_newsearchpgm(void)
{
	return new_zeroed(sizeof(SEARCHPGM));
}

static void
text_from(SIZEDTEXT *text, const char *s)
{
	text->data = (unsigned char *)cpystr(s);
	text->size = strlen(s);
}

SEARCHHEADER *
mail_newsearchheader(char *line, char *text)
{
	SEARCHHEADER *hdr = new_zeroed(sizeof(SEARCHHEADER));

	text_from(&hdr->line, line);
	text_from(&hdr->text, text);
	return hdr;
}

SEARCHSET *
mail_newsearchset(void)
{
	return new_zeroed(sizeof(SEARCHSET));
}

SEARCHOR *
mail_newsearchor(void)
{
	SEARCHOR * or = new_zeroed(sizeof(SEARCHOR));

	or->first = mail_newsearchpgm();
	or->second = mail_newsearchpgm();
	return or ;
}

SEARCHPGMLIST *
mail_newsearchpgmlist(void)
{
	SEARCHPGMLIST *pgl = new_zeroed(sizeof(SEARCHPGMLIST));

	pgl->pgm = mail_newsearchpgm();
	return pgl;
}

SORTPGM *
mail_newsortpgm(void)
{
	return new_zeroed(sizeof(SORTPGM));
}

THREADNODE *
mail_newthreadnode(SORTCACHE *sc)
{
	THREADNODE *thr = new_zeroed(sizeof(THREADNODE));

	thr->sc = sc;
	return thr;
}

ACLLIST *
mail_newacllist(void)
{
	return new_zeroed(sizeof(ACLLIST));
}

QUOTALIST *
mail_newquotalist(void)
{
	return new_zeroed(sizeof(QUOTALIST));
}

ANNOTATION *
mail_newannotation(void)
{
	return new_zeroed(sizeof(ANNOTATION));
}

ANNOTATION_VALUES *
mail_newannotationvalue(void)
{
	return new_zeroed(sizeof(ANNOTATION_VALUES));
}

void
mail_free_body(BODY **body)
{
	if (!*body)
		return;
	mail_free_body_data(*body);
	fs_give((void **)body);
}

static void
free_msg(MESSAGE **msg)
{
	if (!*msg)
		return;
	mail_free_envelope(&(*msg)->env);
	mail_free_body(&(*msg)->body);
	mail_free_stringlist(&(*msg)->lines);
	give_text((char **)&(*msg)->full.text.data);
	give_text((char **)&(*msg)->header.text.data);
	give_text((char **)&(*msg)->text.text.data);
	fs_give((void **)msg);
}

static bool
is_rfc822(const BODY *body)
{
	return body->type == TYPEMESSAGE &&
	    compare_cstring((unsigned char *)body->subtype,
		(unsigned char *)"RFC822") == 0;
}

void
mail_free_body_data(BODY *body)
{
	if (body->type == TYPEMULTIPART)
		mail_free_body_part(&body->nested.part);
	else if (is_rfc822(body))
		free_msg(&body->nested.msg);
	give_text(&body->subtype);
	mail_free_body_parameter(&body->parameter);
	give_text(&body->id);
	give_text(&body->description);
	give_text(&body->disposition.type);
	mail_free_body_parameter(&body->disposition.parameter);
	mail_free_stringlist(&body->language);
	give_text(&body->location);
	give_text((char **)&body->mime.text.data);
	give_text((char **)&body->contents.text.data);
	give_text(&body->md5);
	if (cc_params.freebody && body->sparep)
		cc_params.freebody(&body->sparep);
}

void
mail_free_body_parameter(PARAMETER **parameter)
{
	while (*parameter) {
		PARAMETER *next = (*parameter)->next;

		give_text(&(*parameter)->attribute);
		give_text(&(*parameter)->value);
		fs_give((void **)parameter);
		*parameter = next;
	}
}

void
mail_free_body_part(PART **part)
{
	while (*part) {
		PART *next = (*part)->next;

		mail_free_body_data(&(*part)->body);
		fs_give((void **)part);
		*part = next;
	}
}

void
mail_free_envelope(ENVELOPE **env)
{
	ENVELOPE *e = *env;

	if (!e)
		return;
	give_text(&e->remail);
	mail_free_address(&e->return_path);
	give_text((char **)&e->date);
	mail_free_address(&e->from);
	mail_free_address(&e->sender);
	mail_free_address(&e->reply_to);
	give_text(&e->subject);
	mail_free_address(&e->to);
	mail_free_address(&e->cc);
	mail_free_address(&e->bcc);
	give_text(&e->in_reply_to);
	give_text(&e->message_id);
	give_text(&e->newsgroups);
	give_text(&e->followup_to);
	give_text(&e->references);
	if (cc_params.freeenvelope && e->sparep)
		cc_params.freeenvelope(&e->sparep);
	fs_give((void **)env);
}

void
mail_free_address(ADDRESS **address)
{
	while (*address) {
		ADDRESS *next = (*address)->next;

		give_text(&(*address)->personal);
		give_text(&(*address)->adl);
		give_text(&(*address)->mailbox);
		give_text(&(*address)->host);
		give_text(&(*address)->error);
		give_text(&(*address)->orcpt.type);
		give_text(&(*address)->orcpt.addr);
		fs_give((void **)address);
		*address = next;
	}
}

void
mail_free_stringlist(STRINGLIST **string)
{
	while (*string) {
		STRINGLIST *next = (*string)->next;

		give_text((char **)&(*string)->text.data);
		fs_give((void **)string);
		*string = next;
	}
}

/* All of a program but the programs in it. */
static void
free_search_keys(SEARCHPGM *p)
{
	mail_free_searchset(&p->msgno);
	mail_free_searchset(&p->uid);
	mail_free_searchheader(&p->header);
	mail_free_stringlist(&p->bcc);
	mail_free_stringlist(&p->body);
	mail_free_stringlist(&p->cc);
	mail_free_stringlist(&p->from);
	mail_free_stringlist(&p->keyword);
	mail_free_stringlist(&p->unkeyword);
	mail_free_stringlist(&p->subject);
	mail_free_stringlist(&p->text);
	mail_free_stringlist(&p->to);
	mail_free_stringlist(&p->return_path);
	mail_free_stringlist(&p->sender);
	mail_free_stringlist(&p->reply_to);
	mail_free_stringlist(&p->in_reply_to);
	mail_free_stringlist(&p->message_id);
	mail_free_stringlist(&p->newsgroups);
	mail_free_stringlist(&p->followup_to);
	mail_free_stringlist(&p->references);
}

/* Puts a program in front of a list. */
static void
defer(SEARCHPGMLIST **list, SEARCHPGM *pgm)
{
	SEARCHPGMLIST *first;

	if (!pgm)
		return;
	first = fs_get(sizeof(*first));
	*first = (SEARCHPGMLIST){ .pgm = pgm, .next = *list };
	*list = first;
}

/* Puts the programs of an OR list in front of a list, and frees the OR list. */
static void
defer_or(SEARCHPGMLIST **list, SEARCHOR **orl)
{
	while (*orl) {
		SEARCHOR *next = (*orl)->next;

		defer(list, (*orl)->first);
		defer(list, (*orl)->second);
		fs_give((void **)orl);
		*orl = next;
	}
}

/* Frees a list; what its programs hold goes in front of what is left. */
static void
free_deferred(SEARCHPGMLIST **list)
{
	while (*list) {
		SEARCHPGMLIST *first = *list, **tail;
		SEARCHPGM *pgm = first->pgm;

		*list = first->next;
		fs_give((void **)&first);
		if (!pgm)
			continue;
		tail = &pgm->not ;
		while (*tail)
			tail = &(*tail)->next;
		*tail = *list;
		*list = pgm->not ;
		defer_or(list, &pgm->or);
		free_search_keys(pgm);
		fs_give((void **)&pgm);
	}
}

void
mail_free_searchpgm(SEARCHPGM **pgm)
{
	SEARCHPGMLIST *list = NIL;

	defer(&list, *pgm);
	*pgm = NIL;
	free_deferred(&list);
}

void
mail_free_searchheader(SEARCHHEADER **hdr)
{
	while (*hdr) {
		SEARCHHEADER *next = (*hdr)->next;

		give_text((char **)&(*hdr)->line.data);
		give_text((char **)&(*hdr)->text.data);
		fs_give((void **)hdr);
		*hdr = next;
	}
}

void
mail_free_searchset(SEARCHSET **set)
{
	while (*set) {
		SEARCHSET *next = (*set)->next;

		fs_give((void **)set);
		*set = next;
	}
}

void
mail_free_searchor(SEARCHOR **orl)
{
	SEARCHPGMLIST *list = NIL;

	defer_or(&list, orl);
	free_deferred(&list);
}

void
mail_free_searchpgmlist(SEARCHPGMLIST **pgl)
{
	free_deferred(pgl);
}

void
mail_free_namespace(NAMESPACE **n)
{
	while (*n) {
		NAMESPACE *next = (*n)->next;

		give_text(&(*n)->name);
		mail_free_body_parameter(&(*n)->param);
		fs_give((void **)n);
		*n = next;
	}
}

void
mail_free_sortpgm(SORTPGM **pgm)
{
	while (*pgm) {
		SORTPGM *next = (*pgm)->next;

		fs_give((void **)pgm);
		*pgm = next;
	}
}

/* Turns the tree, a child becoming its parent's predecessor, until the first
 * node has no child and can go: each node is moved once. */
void
mail_free_threadnode(THREADNODE **thr)
{
	THREADNODE *t = *thr;

	while (t) {
		THREADNODE *child = t->next;
		THREADNODE *branch = t->branch;

		if (child) {
			t->next = child->branch;
			child->branch = t;
			t = child;
		} else {
			fs_give((void **)&t);
			t = branch;
		}
	}
	*thr = NULL;
}

void
mail_free_acllist(ACLLIST **al)
{
	while (*al) {
		ACLLIST *next = (*al)->next;

		give_text(&(*al)->identifier);
		give_text(&(*al)->rights);
		fs_give((void **)al);
		*al = next;
	}
}

void
mail_free_quotalist(QUOTALIST **ql)
{
	while (*ql) {
		QUOTALIST *next = (*ql)->next;

		give_text(&(*ql)->name);
		fs_give((void **)ql);
		*ql = next;
	}
}

static void
free_annotation_values(ANNOTATION_VALUES **values)
{
	while (*values) {
		ANNOTATION_VALUES *next = (*values)->next;

		give_text(&(*values)->attr);
		give_text(&(*values)->value);
		fs_give((void **)values);
		*values = next;
	}
}

void
mail_free_annotation(ANNOTATION **a)
{
	if (!*a)
		return;
	give_text(&(*a)->mbox);
	give_text(&(*a)->entry);
	free_annotation_values(&(*a)->values);
	fs_give((void **)a);
}
