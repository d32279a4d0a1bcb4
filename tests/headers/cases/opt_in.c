/* The headers that c-client.h leaves out, in the order of the manual, twice. */
#include "c-client.h"
#include "imap4r1.h"
#include "flstring.h"
#include "fdstring.h"
#include "netmsg.h"
#include "newsrc.h"
#include "sslio.h"
#include "tcp_unix.h"
#include "dummy.h"
#include "unix.h"
#include "pseudo.h"
#include "flocksim.h"
#include "linkage.h"
#include "flocksim.h"
#include "pseudo.h"
#include "unix.h"
#include "dummy.h"
#include "tcp_unix.h"
#include "sslio.h"
#include "newsrc.h"
#include "netmsg.h"
#include "fdstring.h"
#include "flstring.h"
#include "imap4r1.h"
#include "c-client.h"

unsigned long buffer(IMAPCAP *cap, FDDATA *data);

unsigned long
buffer(IMAPCAP *cap, FDDATA *data)
{
	TCPSTREAM *tcp = NIL;

	return cap->extlevel + data->chunksize + BUFLEN + (tcp ? 1 : 0);
}
