/*
 * cc_say.h - a line for the user of the program.
 */
#ifndef CC_SAY_H
#define CC_SAY_H

/*
 * Gives the text to mm_log at this level (NIL, WARN, ERROR, PARSE). It is one
 * line whatever names and texts of strangers it holds: control characters
 * become "?". What does not fit into MAILTMPLEN is cut off.
 */
void cc_say(long level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
