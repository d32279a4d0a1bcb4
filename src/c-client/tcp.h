/*
 * tcp.h - TCP streams. Needs mail.h.
 */
#ifndef TCP_H
#define TCP_H

#include "mail.h"

/* Programs never look into one. */
#ifndef TCPSTREAM
#define TCPSTREAM void
#endif

#endif
