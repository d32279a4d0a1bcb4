// Callbacks of C++ have C linkage because the header says so.
#include <string>
#include <vector>
#include "c-client.h"

static std::vector<std::string> names;

void
mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
	if (stream && delimiter == '/' && !(attributes & LATT_NOSELECT))
		names.push_back(name);
}
