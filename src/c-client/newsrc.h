/*
 * newsrc.h - the file that tells which news were read. Needs mail.h.
 */
#ifndef NEWSRC_H
#define NEWSRC_H

#include <stdio.h>

#include "mail.h"

#endif
