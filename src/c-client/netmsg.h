/*
 * netmsg.h - texts that end with a line of one dot, read from a network
 * stream into a temporary file. Needs mail.h.
 */
#ifndef NETMSG_H
#define NETMSG_H

#include <stdio.h>

#include "mail.h"

#endif
