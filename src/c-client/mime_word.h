/*
 * mime_word.h - encoded-words in header text (RFC 2047, RFC 2231 section 5).
 *
 * Gives the pieces of a text in order: what stands as it is, and the octets of
 * encoded-words with their charset. Converting them is the caller's (charset.h
 * knows charsets, this does not).
 */
#ifndef MIME_WORD_H
#define MIME_WORD_H

#include "arena.h"
#include "cursor.h"

struct mime_word {
	bool encoded;
	struct span charset;  /* of an encoded-word, as written */
	struct span language; /* RFC 2231; p NULL if not given */
	struct span text;     /* its octets, in the arena; or plain text */
};

struct mime_words {
	struct cursor c;
	struct arena *arena;
	bool lenient; /* words may touch other text, and each other */
	bool after;   /* the last piece was an encoded-word */
};

/*
 * RFC 2047 section 5 asks for blanks around encoded-words; with lenient set
 * they are found without. A word longer than the 75 octets of section 2 is
 * decoded all the same.
 */
void cc_mime_words_init(struct mime_words *w, struct arena *a, struct span text,
    bool lenient);

/* 1 and the next piece, never empty plain text; 0 at the end; CC_ELIMIT if the
 * arena is full. Blanks between two encoded-words are left out (section
 * 6.2). */
int cc_mime_words_next(struct mime_words *w, struct mime_word *word_r);

#endif
