/*
 * pseudo.h - the message that mbox files keep internal data in. Comes behind
 * mail.h.
 */
#ifndef PSEUDO_H
#define PSEUDO_H

#include "mail.h"

CC_DECLS_BEGIN

/* What it is made of: sender of its from-line, its From: name, its Subject,
 * its text. Other software knows it by the name and the subject. */
extern char *pseudo_from;
extern char *pseudo_name;
extern char *pseudo_subject;
extern char *pseudo_msg;

CC_DECLS_END

#endif
