/*
 * tcp_unix.h - TCP streams on this system.
 */
#ifndef TCP_UNIX_H
#define TCP_UNIX_H

#include "tcp.h"

#define BUFLEN 8192 /* octets of an input buffer */

#endif
