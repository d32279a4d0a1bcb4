/*
 * dummy.h - names on this system: walking directories, making and removing
 * mailboxes, for all local drivers. Comes behind mail.h.
 */
#ifndef DUMMY_H
#define DUMMY_H

#include "mail.h"

#endif
