/*
 * pseudo.h - the message that mbox files keep internal data in. Comes behind
 * mail.h.
 */
#ifndef PSEUDO_H
#define PSEUDO_H

#include "mail.h"

#endif
