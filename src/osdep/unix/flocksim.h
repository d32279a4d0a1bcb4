/*
 * flocksim.h - flock() for systems without it; here it works, and nothing is
 * declared. The SAFE_ and MM_ names stand in osdep.h.
 */
#ifndef FLOCKSIM_H
#define FLOCKSIM_H

#endif
