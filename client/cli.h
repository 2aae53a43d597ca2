/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_CLI_H
#define DHCP6_CLI_H

/*
 * The command line, as dhclient spells it: single-dash long words, no bundling,
 * no -x=value, options also after the interfaces.
 */

#include <stdbool.h>
#include <stdint.h>

#define CLI_INTERFACES 512
#define CLI_EXTRA_ENV  64

enum cli_task {
	CLI_RUN,
	CLI_RELEASE, /* -r */
	CLI_STOP,    /* -x */
	CLI_CHECK,   /* -t */
	CLI_VERSION,
	CLI_HELP,
};

struct cli {
	enum cli_task task;
	bool foreground;	 /* -d, and by -r */
	bool quiet;		 /* the last one of -q, -v and -d counts */
	bool verbose;		 /* -v */
	bool once;		 /* -1 */
	bool no_wait;		 /* -nw */
	bool wait_for_interface; /* -w */
	bool configure_nothing;	 /* -n */
	bool no_pid;
	bool stateless;	     /* -S */
	unsigned int n_pd;   /* -P, counted */
	uint8_t prefix_hint; /* bits: --prefix-len-hint; 0: not said */
	uint16_t port;
	unsigned int n_na;     /* -N, counted; 1 where there is neither -N, -T, -P nor -S */
	unsigned int n_ta;     /* -T, counted */
	const char *conf_file; /* NULL: not said */
	const char *lease_file;
	const char *pid_file;
	const char *script_file;
	const char *extra_env[CLI_EXTRA_ENV + 1]; /* NULL at the end */
	unsigned int n_interfaces;
	const char *interface[CLI_INTERFACES];
};

/*
 * Reads argv, which must outlive `cli`. False, with one line on stderr that says
 * what is wrong and what to do, when it makes no sense.
 */
bool cli_parse(struct cli *cli, int argc, char **argv);

/* The text of --help, on stderr. */
void cli_usage(const char *name);

#endif
