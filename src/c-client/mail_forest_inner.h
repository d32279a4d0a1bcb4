/*
 * mail_forest_inner.h - what the two halves of the threader share.
 */
#ifndef MAIL_FOREST_INNER_H
#define MAIL_FOREST_INNER_H

#include "mail_forest.h"

/* An id. */
struct forest_node {
	struct cc_hash id;
	uint32_t message;  /* that has it, from 1; 0: it is only mentioned */
	uint32_t parent;   /* 0: none */
	uint32_t children; /* how many */
	bool unique;       /* it is in nobody's references */
};

#endif
