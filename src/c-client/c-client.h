/*
 * c-client.h - what programs include, alone and first.
 *
 * Define CCLIENT_NO_POLLUTION before it to keep the names min, max, direct and
 * setpgrp as the system has them (misc.h, osdep.h).
 */
#ifndef __CCLIENT_H
#define __CCLIENT_H

#include "mail.h"
#include "osdep.h"
#include "rfc822.h"
#include "smtp.h"
#include "nntp.h"
#include "utf8.h"
#include "utf8aux.h"
#include "misc.h"

#endif
