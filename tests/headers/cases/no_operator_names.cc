// C++ without operator names, as programs for this API were compiled.
// cxxflags: -fno-operator-names
#include "c-client.h"

bool any(SEARCHPGM *pgm, MAILSTREAM *stream);

bool
any(SEARCHPGM *pgm, MAILSTREAM *stream)
{
	if (pgm->or && pgm->cclientOr != pgm->or)
		return false;
	return pgm->not || stream->cclientPrivate.string.size;
}
