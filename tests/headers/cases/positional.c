/* Objects that programs and foreign drivers initialise by position. */
/* cflags: -Wno-missing-field-initializers */
#include "c-client.h"

static DRIVER *valid(char *name);
static void *parameters(long function, void *value);
static void find(MAILSTREAM *stream, char *ref, char *pat);
static MAILSTREAM *opener(MAILSTREAM *stream);
static void closer(MAILSTREAM *stream, long options);
static void init(STRING *s, void *data, unsigned long size);
static char next(STRING *s);
static void setpos(STRING *s, unsigned long i);
static long client(authchallenge_t challenger, authrespond_t responder,
    char *service, NETMBX *mb, void *s, unsigned long *trial, char *user);

/* clang-format off */
DRIVER foreigndriver = {
	"foreign", DR_LOCAL | DR_MAIL, (DRIVER *)NIL, valid, parameters, NIL,
	find, find, NIL, NIL, NIL, NIL, NIL, NIL, opener, closer, NIL, NIL, NIL,
	NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL,
	NIL, NIL, NIL
};
/* clang-format on */

MAILSTREAM foreignproto = { &foreigndriver };
STRINGDRIVER foreign_string = { init, next, setpos };
AUTHENTICATOR auth_foreign = { AU_SECURE, "FOREIGN", NIL, client, NIL, NIL };
NETDRIVER foreign_net = { NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL, NIL,
	NIL };

static DRIVER *
valid(char *name)
{
	return *name ? &foreigndriver : NIL;
}

static void *
parameters(long function, void *value)
{
	return function ? value : NIL;
}

static void
find(MAILSTREAM *stream, char *ref, char *pat)
{
	mm_list(stream, '/', *ref ? ref : pat, LATT_NOINFERIORS);
}

static MAILSTREAM *
opener(MAILSTREAM *stream)
{
	return stream ? stream : &foreignproto;
}

static void
closer(MAILSTREAM *stream, long options)
{
	stream->local = options ? stream : NIL;
}

static void
init(STRING *s, void *data, unsigned long size)
{
	s->data = data;
	s->size = size;
}

static char
next(STRING *s)
{
	return *s->curpos++;
}

static void
setpos(STRING *s, unsigned long i)
{
	s->curpos = s->chunk + i;
}

static long
client(authchallenge_t challenger, authrespond_t responder, char *service,
    NETMBX *mb, void *s, unsigned long *trial, char *user)
{
	unsigned long len;
	char pwd[MAILTMPLEN];

	mm_login(mb, user, pwd, (long)*trial);
	return (*challenger)(s, &len) ? (*responder)(s, service, 0) : NIL;
}
