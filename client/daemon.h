/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_DAEMON_H
#define DHCP6_DAEMON_H

/* The process as a whole: its files, all its interfaces, signals, going to the background. */

#include "cli.h"
#include "text/conf.h"

/*
 * Does what the command line says, and returns the exit status (status.h).
 * `background` is called once, when the first lease is complete (at once with
 * -nw, never with -d): what it was started by can go on.
 */
int daemon_run(const struct cli *cli, const struct conf *conf, void (*background)(void));

#endif
