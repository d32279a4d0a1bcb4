// C++ without operator names, with macros of the program's own.
// cxxflags: -fno-operator-names
#define and cclientAnd
#define or cclientOr
#define not cclientNot
#include "c-client.h"

bool any(SEARCHPGM *pgm);

bool
any(SEARCHPGM *pgm)
{
	return pgm->or || pgm->not || pgm->cclientNot;
}
