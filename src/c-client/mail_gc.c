/*
 * mail_gc.c - giving back cached envelopes, bodies and texts.
 */
#include "fs.h"
#include "mail_generic.h"
#include "mail_inner.h"

static void
free_text(PARTTEXT *t)
{
	fs_give((void **)&t->text.data);
}

/* The body that follows in a walk over a tree, or NIL; parts of messages hang
 * off a body in two ways. Recursion is bounded by what the parser accepts. */
void
mail_gc_body(BODY *body)
{
	PART *part;

	if (body->type == TYPEMULTIPART)
		for (part = body->nested.part; part; part = part->next)
			mail_gc_body(&part->body);
	else if (body->type == TYPEMESSAGE && body->nested.msg &&
	    body->subtype && cc_span_is(cc_span_z(body->subtype), "RFC822"))
		mail_gc_msg(body->nested.msg, GC_TEXTS);
	free_text(&body->mime);
	free_text(&body->contents);
}

void
mail_gc_msg(MESSAGE *msg, long gcflags)
{
	if (gcflags & GC_ENV) {
		mail_free_envelope(&msg->env);
		mail_free_body(&msg->body);
	}
	if (!(gcflags & GC_TEXTS))
		return;
	free_text(&msg->full);
	free_text(&msg->header);
	free_text(&msg->text);
	mail_free_stringlist(&msg->lines);
	if (msg->body)
		mail_gc_body(msg->body);
}

void
mail_gc(MAILSTREAM *stream, long gcflags)
{
	MESSAGECACHE *elt;

	if (stream->dtb && stream->dtb->gc)
		(*stream->dtb->gc)(stream, gcflags);
	stream->msgno = 0;
	if (gcflags & GC_ENV) {
		mail_free_envelope(&stream->env);
		mail_free_body(&stream->body);
	}
	if (gcflags & GC_TEXTS) {
		fs_give((void **)&stream->text.data);
		stream->text.size = 0;
		cc_mail_inner_texts_free(stream);
	}
	for (unsigned long i = 1; i <= stream->nmsgs; i++)
		if ((elt = cc_mail_elt_if(stream, i)))
			mail_gc_msg(&elt->private.msg, gcflags);
}
