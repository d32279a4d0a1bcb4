/*
 * subscription.h - the subscription file ~/.mailboxlist (inner interface; the
 * public functions are sm_subscribe, sm_unsubscribe and sm_read).
 */
#ifndef SUBSCRIPTION_H
#define SUBSCRIPTION_H

#include <stdbool.h>

#include "cc_limits.h"
#include "span.h"
#include "strbuf.h"

/* Takes the next line, without its LF, off the front of *text; false at the
 * end. A last line without LF counts. */
bool cc_subscription_line(struct span *text, struct span *line_r);

#endif
