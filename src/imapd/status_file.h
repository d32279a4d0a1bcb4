/*
 * status_file.h - what a session is doing, for the administrator who sends it
 * SIGUSR1.
 */
#ifndef STATUS_FILE_H
#define STATUS_FILE_H

#include "session.h"

/* Writes /tmp/imapd-status.PID.USER. */
void status_file_write(struct session *s);

#endif
