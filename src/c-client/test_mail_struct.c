/*
 * test_mail_struct.c - making and freeing public structures. What is not freed
 * shows under the sanitizers, and what is freed twice, too.
 */
#include "fs.h"
#include "mail_params.h"
#include "misc.h"
#include "test_util.h"

#define MANY 200000 /* elements of long lists and deep trees */

static unsigned freed;

static void
free_sparep(void **sparep)
{
	freed++;
	fs_give(sparep);
}

static char *
text(void)
{
	return cpystr("text");
}

static STRINGLIST *
strings(void)
{
	STRINGLIST *list = mail_newstringlist();

	list->text.data = (unsigned char *)text();
	list->next = mail_newstringlist();
	return list;
}

static PARAMETER *
parameters(void)
{
	PARAMETER *p = mail_newbody_parameter();

	p->attribute = text();
	p->value = text();
	p->next = mail_newbody_parameter();
	return p;
}

static ADDRESS *
addresses(void)
{
	ADDRESS *a = mail_newaddr();

	a->personal = text();
	a->adl = text();
	a->mailbox = text();
	a->host = text();
	a->error = text();
	a->orcpt.type = text();
	a->orcpt.addr = text();
	a->next = mail_newaddr();
	return a;
}

static ENVELOPE *
envelope(void)
{
	ENVELOPE *env = mail_newenvelope();

	env->remail = text();
	env->return_path = addresses();
	env->date = (unsigned char *)text();
	env->from = addresses();
	env->sender = addresses();
	env->reply_to = addresses();
	env->subject = text();
	env->to = addresses();
	env->cc = addresses();
	env->bcc = addresses();
	env->in_reply_to = text();
	env->message_id = text();
	env->newsgroups = text();
	env->followup_to = text();
	env->references = text();
	env->sparep = fs_get(1);
	return env;
}

static void
fill_body(BODY *body)
{
	body->subtype = text();
	body->parameter = parameters();
	body->id = text();
	body->description = text();
	body->disposition.type = text();
	body->disposition.parameter = parameters();
	body->language = strings();
	body->location = text();
	body->mime.text.data = (unsigned char *)text();
	body->contents.text.data = (unsigned char *)text();
	body->md5 = text();
	body->sparep = fs_get(1);
}

static void
test_envelope(void **state)
{
	ENVELOPE *env = envelope();

	(void)state;
	freed = 0;
	mail_free_envelope(&env);
	assert_null(env);
	assert_int_equal(freed, 1);
	mail_free_envelope(&env);
}

static void
test_body_defaults(void **state)
{
	BODY body, *heap = mail_newbody();
	PART *part = mail_newbody_part();

	(void)state;
	memset(&body, 0xff, sizeof(body));
	assert_ptr_equal(mail_initbody(&body), &body);
	assert_int_equal(body.type, TYPETEXT);
	assert_int_equal(body.encoding, ENC7BIT);
	assert_null(body.subtype);
	assert_null(body.sparep);
	assert_memory_equal(&body, heap, sizeof(body));
	assert_memory_equal(&body, &part->body, sizeof(body));
	mail_free_body(&heap);
	mail_free_body_part(&part);
}

/* A multipart of a text and a message that holds another multipart. */
static void
test_body(void **state)
{
	BODY *body = mail_newbody();
	PART *text_part = mail_newbody_part();
	MESSAGE *msg = mail_newmsg();
	BODY *message;

	(void)state;
	fill_body(body);
	body->type = TYPEMULTIPART;
	body->nested.part = text_part;
	fill_body(&text_part->body);
	text_part->next = mail_newbody_part();
	message = &text_part->next->body;
	fill_body(message);
	message->type = TYPEMESSAGE;
	fs_give((void **)&message->subtype);
	message->subtype = cpystr("RFC822");
	message->nested.msg = msg;
	msg->env = envelope();
	msg->full.text.data = (unsigned char *)text();
	msg->header.text.data = (unsigned char *)text();
	msg->text.text.data = (unsigned char *)text();
	msg->lines = strings();
	msg->body = mail_newbody();
	msg->body->type = TYPEMULTIPART;
	msg->body->nested.part = mail_newbody_part();
	freed = 0;
	mail_free_body(&body);
	assert_null(body);
	assert_int_equal(freed, 4);
	mail_free_body(&body);
}

/* message/partial and the like nest nothing. */
static void
test_body_other_message(void **state)
{
	BODY *body = mail_newbody();

	(void)state;
	body->type = TYPEMESSAGE;
	body->subtype = cpystr("PARTIAL");
	mail_free_body(&body);
	assert_null(body);
}

static SEARCHPGM *
search_program(unsigned depth)
{
	SEARCHPGM *pgm = mail_newsearchpgm();

	pgm->msgno = mail_newsearchset();
	pgm->msgno->next = mail_newsearchset();
	pgm->uid = mail_newsearchset();
	pgm->header = mail_newsearchheader("Subject", "");
	pgm->header->next = mail_newsearchheader("X", "y");
	pgm->bcc = strings();
	pgm->body = strings();
	pgm->cc = strings();
	pgm->from = strings();
	pgm->keyword = strings();
	pgm->unkeyword = strings();
	pgm->subject = strings();
	pgm->text = strings();
	pgm->to = strings();
	pgm->return_path = strings();
	pgm->sender = strings();
	pgm->reply_to = strings();
	pgm->in_reply_to = strings();
	pgm->message_id = strings();
	pgm->newsgroups = strings();
	pgm->followup_to = strings();
	pgm->references = strings();
	if (depth == 0)
		return pgm;
	pgm->or = mail_newsearchor();
	mail_free_searchpgm(&pgm->or->second);
	pgm->or->second = search_program(depth - 1);
	pgm->or->next = mail_newsearchor();
	pgm->not = mail_newsearchpgmlist();
	mail_free_searchpgm(&pgm->not ->pgm);
	pgm->not ->pgm = search_program(depth - 1);
	return pgm;
}

static void
test_searchpgm(void **state)
{
	SEARCHPGM *pgm = search_program(3);

	(void)state;
	assert_string_equal((char *)pgm->header->line.data, "Subject");
	assert_int_equal(pgm->header->line.size, 7);
	assert_string_equal((char *)pgm->header->text.data, "");
	assert_int_equal(pgm->header->text.size, 0);
	mail_free_searchpgm(&pgm);
	assert_null(pgm);
	mail_free_searchpgm(&pgm);
}

/* As deep as a SEARCH command may nest. */
static void
test_deep_searchpgm(void **state)
{
	SEARCHPGM *pgm = mail_newsearchpgm();

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		SEARCHPGM *outer = mail_newsearchpgm();

		outer->not = mail_newsearchpgmlist();
		mail_free_searchpgm(&outer->not ->pgm);
		outer->not ->pgm = pgm;
		pgm = outer;
	}
	mail_free_searchpgm(&pgm);
	assert_null(pgm);
}

/* A reply to a reply to a reply: recursion would need a stack of its depth. */
static void
test_threads(void **state)
{
	THREADNODE *thr = NULL;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		THREADNODE *t = mail_newthreadnode(NULL);

		if (i % 3 == 0)
			t->branch = thr;
		else
			t->next = thr;
		if (i % 7 == 0 && !t->branch)
			t->branch = mail_newthreadnode(NULL);
		thr = t;
	}
	mail_free_threadnode(&thr);
	assert_null(thr);
	mail_free_threadnode(&thr);
}

static void
test_long_lists(void **state)
{
	ADDRESS *adr = NULL;
	STRINGLIST *list = NULL;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		ADDRESS *a = mail_newaddr();
		STRINGLIST *s = mail_newstringlist();

		a->next = adr;
		adr = a;
		s->next = list;
		list = s;
	}
	mail_free_address(&adr);
	mail_free_stringlist(&list);
	assert_null(adr);
	assert_null(list);
}

static void
test_others(void **state)
{
	SORTPGM *sort = mail_newsortpgm();
	ACLLIST *acl = mail_newacllist();
	QUOTALIST *quota = mail_newquotalist();
	NAMESPACE *ns = memset(fs_get(sizeof(*ns)), 0, sizeof(*ns));
	ANNOTATION *note = mail_newannotation();

	(void)state;
	assert_int_equal(sort->function, SORTDATE);
	sort->next = mail_newsortpgm();
	acl->identifier = text();
	acl->rights = text();
	acl->next = mail_newacllist();
	quota->name = text();
	quota->next = mail_newquotalist();
	ns->name = text();
	ns->param = parameters();
	note->mbox = text();
	note->entry = text();
	note->values = mail_newannotationvalue();
	note->values->attr = text();
	note->values->value = text();
	note->values->next = mail_newannotationvalue();
	mail_free_sortpgm(&sort);
	mail_free_acllist(&acl);
	mail_free_quotalist(&quota);
	mail_free_namespace(&ns);
	mail_free_annotation(&note);
	assert_null(sort);
	assert_null(acl);
	assert_null(quota);
	assert_null(ns);
	assert_null(note);
	mail_free_annotation(&note);
}

/* sparep is the application's: without a routine it is left alone. */
static void
test_no_hook(void **state)
{
	ENVELOPE *env = mail_newenvelope();
	char mark;

	(void)state;
	cc_params.freeenvelope = NULL;
	env->sparep = &mark;
	mail_free_envelope(&env);
	cc_params.freeenvelope = free_sparep;
}

static int
set_hooks(void **state)
{
	(void)state;
	cc_params.freebody = free_sparep;
	cc_params.freeenvelope = free_sparep;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_body_defaults),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_body_other_message),
		cmocka_unit_test(test_searchpgm),
		cmocka_unit_test(test_deep_searchpgm),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_no_hook),
	};

	return cmocka_run_group_tests(tests, set_hooks, NULL);
}
