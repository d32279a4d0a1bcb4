/*
 * rfc822_date.h - the date-time of header fields (RFC 5322 sections 3.3, 4.3).
 */
#ifndef RFC822_DATE_H
#define RFC822_DATE_H

#include "imap_grammar.h"

/*
 * Reads "Mon, 5 Mar 2024 09:01:02 +0100 (CET)". The weekday is not believed;
 * it, the seconds and the zone (UTC then) may be missing. Years of two digits
 * are 1950 to 2049, of three 1900 on; names of obsolete zones count, unknown
 * ones are UTC. Also the order of ctime, "Mon Mar  5 09:01:02 [zone] 2024",
 * and dashes between day, month and year. 0; CC_EPARSE; CC_ERANGE for a day,
 * hour, minute or second that does not exist.
 */
int cc_rfc822_parse_date(struct span s, struct imap_date *date_r);

/*
 * The sent date of SORT and THREAD (RFC 5256 section 2.2), seconds since 1970
 * in UTC: as above, but a zone that is none is UTC, and a time that is none is
 * 0:00 UTC. 0; CC_EPARSE or CC_ERANGE if there is no such day.
 */
int cc_rfc822_sent_date(struct span s, int64_t *time_r);

#endif
