/*
 * mail_globals.c - the library's global data: tables of names that are part of
 * the API, and the settings of mail_parameters().
 *
 * body_types and body_encodings get the names that messages bring along, as
 * programs expect (mime_part.c does not use them for that). Nothing here calls
 * anything, so that small programs may link it.
 */
#include "mail.h"
#include "mail_params.h"

char *body_types[TYPEMAX + 1] = {
	[TYPETEXT] = "TEXT",
	[TYPEMULTIPART] = "MULTIPART",
	[TYPEMESSAGE] = "MESSAGE",
	[TYPEAPPLICATION] = "APPLICATION",
	[TYPEAUDIO] = "AUDIO",
	[TYPEIMAGE] = "IMAGE",
	[TYPEVIDEO] = "VIDEO",
	[TYPEMODEL] = "MODEL",
	[TYPEOTHER] = "X-UNKNOWN",
};

char *body_encodings[ENCMAX + 1] = {
	[ENC7BIT] = "7BIT",
	[ENC8BIT] = "8BIT",
	[ENCBINARY] = "BINARY",
	[ENCBASE64] = "BASE64",
	[ENCQUOTEDPRINTABLE] = "QUOTED-PRINTABLE",
	[ENCOTHER] = "X-UNKNOWN",
};

const char *days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

const char *months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	"Sep", "Oct", "Nov", "Dec" };

struct cc_params cc_params = {
	.servicename = "unknown",
	.expungeatping = T,
	.snarfinterval = 60,
};
