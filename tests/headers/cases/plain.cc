// C++ with its own words: or, not, private have other names.
#include "c-client.h"
#include "imap4r1.h"
#include <algorithm>

unsigned long uid(MESSAGECACHE *elt);
bool any(SEARCHPGM *pgm, IMAPCAP *cap, MAILSTREAM *stream);

unsigned long
uid(MESSAGECACHE *elt)
{
	return std::min(elt->cclientPrivate.uid, 5ul);
}

bool
any(SEARCHPGM *pgm, IMAPCAP *cap, MAILSTREAM *stream)
{
	return pgm->cclientOr or pgm->cclientNot or cap->cclientNamespace or
	    stream->cclientPrivate.search.result;
}

void
mm_log(char *string, long errflg)
{
	syslog(LOG_INFO, "%s %ld", string, errflg);
}
