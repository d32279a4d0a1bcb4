/*
 * mail_inner.c - making and giving back what a stream keeps for the library.
 */
#include "cc_limits.h"
#include "mail_inner.h"
#include "fs.h"

struct mail_inner *
cc_mail_inner(MAILSTREAM *stream)
{
	struct mail_inner *in = stream->inner;

	if (in)
		return in;
	in = fs_get(sizeof(*in));
	*in = (struct mail_inner){ 0 };
	cc_arena_init(&in->scratch, CC_MIME_MEMORY);
	cc_arena_init(&in->tree, CC_MIME_MEMORY);
	cc_strbuf_init(&in->native, CC_HEADER_MAX);
	cc_strbuf_init(&in->header, SIZE_MAX - 1);
	cc_strbuf_init(&in->text, SIZE_MAX - 1);
	cc_strbuf_init(&in->result, SIZE_MAX - 1);
	stream->inner = in;
	return in;
}

void
cc_mail_inner_forget(MAILSTREAM *stream)
{
	struct mail_inner *in = stream->inner;

	if (!in)
		return;
	in->tree_of.msgno = 0;
	in->root = NULL;
	in->header_msgno = 0;
	in->text_msgno = 0;
}

void
cc_mail_inner_texts_free(MAILSTREAM *stream)
{
	struct mail_inner *in = stream->inner;

	if (!in)
		return;
	in->header_msgno = 0;
	in->text_msgno = 0;
	cc_strbuf_free(&in->header);
	cc_strbuf_free(&in->text);
	cc_strbuf_free(&in->result);
}

void
cc_mail_inner_free(MAILSTREAM *stream)
{
	struct mail_inner *in = stream->inner;

	if (!in)
		return;
	cc_arena_free(&in->scratch);
	cc_arena_free(&in->tree);
	cc_strbuf_free(&in->native);
	cc_mail_inner_texts_free(stream);
	fs_give((void **)&stream->inner);
}
