/*
 * cc_fn.h - function pointers through void *, as mail_parameters wants them.
 *
 * ISO C has no conversion between the two; POSIX promises that they have one
 * size and form (dlsym). Nothing else in the library does this.
 */
#ifndef CC_FN_H
#define CC_FN_H

void *cc_fn_to_ptr(void (*fn)(void));

/* Cast the result to the type that the function has. */
void (*cc_ptr_to_fn(void *p))(void);

#endif
