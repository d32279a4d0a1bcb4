/*
 * unix.h - the mbox driver. Comes behind mail.h.
 */
#ifndef UNIX_H
#define UNIX_H

#include "mail.h"

#endif
