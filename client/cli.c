/* SPDX-License-Identifier: MPL-2.0 */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lease.h"
#include "core/proto.h"

/* What an option wants behind it and what is done with it. */
enum option_kind {
	SETS,	  /* sets a bool of struct cli */
	TAKES,	  /* takes a text: sets a const char * of struct cli */
	DEED,	  /* does more than that: do_option() */
	DEED_ARG, /* the same, with a text */
	UNBUILT,  /* dhclient has it, this version does not */
	IPV4,	  /* means something to DHCPv4 only */
};

static const struct option_row {
	const char *name;
	enum option_kind kind;
	size_t member; /* SETS, TAKES */
	const char *help;
} options[] = {
	{ "-6", DEED, 0, "DHCPv6, the only protocol there is here" },
	{ "-d", DEED, 0, "stay in the foreground, show each message" },
	{ "-v", DEED, 0, "show what happens; with -d each option of each message" },
	{ "-q", DEED, 0, "show nothing but errors" },
	{ "-1", SETS, offsetof(struct cli, once), "give up after the configured timeout" },
	{ "-nw", SETS, offsetof(struct cli, no_wait), "go to the background at once" },
	{ "-w", SETS, offsetof(struct cli, wait_for_interface),
	  "wait for interfaces that do not exist yet" },
	{ "-n", SETS, offsetof(struct cli, configure_nothing), "configure no interface" },
	{ "-r", DEED, 0, "stop a running client and release its lease" },
	{ "-x", DEED, 0, "stop a running client and keep its lease" },
	{ "-N", DEED, 0, "ask for an address (IA_NA); repeat it for more" },
	{ "-T", DEED, 0, "ask for a temporary address (IA_TA); repeat it for more" },
	{ "-P", DEED, 0, "ask for a prefix (IA_PD); repeat it for more" },
	{ "-S", SETS, offsetof(struct cli, stateless),
	  "ask for options only, not for addresses (Information-request)" },
	{ "--prefix-len-hint", DEED_ARG, 0, "BITS: the wanted length of prefixes" },
	{ "-p", DEED_ARG, 0, "PORT: listen on this UDP port instead of 546" },
	{ "-cf", TAKES, offsetof(struct cli, conf_file), "FILE: configuration" },
	{ "-lf", TAKES, offsetof(struct cli, lease_file), "FILE: leases" },
	{ "-pf", TAKES, offsetof(struct cli, pid_file), "FILE: process id" },
	{ "-sf", TAKES, offsetof(struct cli, script_file), "FILE: script" },
	{ "--no-pid", SETS, offsetof(struct cli, no_pid), "write no process id" },
	{ "-e", DEED_ARG, 0, "NAME=VALUE: a further variable for the script" },
	{ "-t", DEED, 0, "check the configuration and end" },
	{ "--check-config", DEED, 0, "the same" },
	{ "--version", DEED, 0, "show the version" },
	{ "--help", DEED, 0, "show this" },
	{ "-h", DEED, 0, NULL },
	{ "-R", UNBUILT, 0, NULL },
	{ "-D", UNBUILT, 0, NULL },
	{ "-I", UNBUILT, 0, NULL },
	{ "-i", UNBUILT, 0, NULL },
	{ "-df", UNBUILT, 0, NULL },
	{ "-H", UNBUILT, 0, NULL },
	{ "-F", UNBUILT, 0, NULL },
	{ "-nc", UNBUILT, 0, NULL },
	{ "-timeout", UNBUILT, 0, NULL },
	{ "--timeout", UNBUILT, 0, NULL },
	{ "--dad-wait-time", UNBUILT, 0, NULL },
	{ "--address-prefix-len", UNBUILT, 0, NULL },
	{ "--decline-wait-time", UNBUILT, 0, NULL },
	{ "--request-options", UNBUILT, 0, NULL },
	{ "-4o6", UNBUILT, 0, NULL },
	{ "-4", IPV4, 0, NULL },
	{ "-s", IPV4, 0, NULL },
	{ "-g", IPV4, 0, NULL },
	{ "-B", IPV4, 0, NULL },
	{ "-C", IPV4, 0, NULL },
	{ "-V", IPV4, 0, NULL },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

void cli_usage(const char *name)
{
	fprintf(stderr, "usage: %s [option ...] [interface ...]\n", name);
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].help)
			fprintf(stderr, "  %-9s %s\n", options[i].name, options[i].help);
	fprintf(stderr, "See dhcp6-client(8).\n");
}

/* A whole number from `least` to `most`, of which `what` says what it is. */
static bool set_number(unsigned long *number, const char *name, const char *text,
		       unsigned long least, unsigned long most, const char *what)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	if (errno == 0 && !*end && end != text && text[0] != '-' && *number >= least &&
	    *number <= most)
		return true;
	fprintf(stderr, "%s %s: expected %s, %lu to %lu\n", name, text, what, least, most);
	return false;
}

static bool set_port(struct cli *cli, const char *text)
{
	unsigned long port;

	if (!set_number(&port, "-p", text, 1, UINT16_MAX, "a UDP port"))
		return false;
	cli->port = (uint16_t)port;
	return true;
}

static bool set_prefix_hint(struct cli *cli, const char *text)
{
	unsigned long bits;

	if (!set_number(&bits, "--prefix-len-hint", text, 1, 128, "a prefix length"))
		return false;
	cli->prefix_hint = (uint8_t)bits;
	return true;
}

static bool add_env(struct cli *cli, const char *text)
{
	unsigned int n = 0;

	while (cli->extra_env[n])
		n++;
	if (n == CLI_EXTRA_ENV) {
		fprintf(stderr, "-e %s: more than %d variables\n", text, CLI_EXTRA_ENV);
		return false;
	}
	if (!strchr(text, '=') || text[0] == '=') {
		fprintf(stderr, "-e %s: expected NAME=VALUE\n", text);
		return false;
	}
	cli->extra_env[n] = text;
	return true;
}

static unsigned int count_ias(const struct cli *cli)
{
	return cli->n_na + cli->n_ta + cli->n_pd;
}

static bool add_ia(struct cli *cli, const char *name, unsigned int *count)
{
	if (count_ias(cli) == LEASE_IAS) {
		fprintf(stderr, "%s: more than %d IAs on an interface are not possible\n", name,
			LEASE_IAS);
		return false;
	}
	++*count;
	return true;
}

static bool do_option(struct cli *cli, const char *name, const char *value)
{
	if (strcmp(name, "-d") == 0) {
		cli->foreground = true;
		cli->quiet = false;
	} else if (strcmp(name, "-v") == 0) {
		cli->verbose = true;
		cli->quiet = false;
	} else if (strcmp(name, "-q") == 0) {
		cli->quiet = true;
	} else if (strcmp(name, "-r") == 0) {
		cli->task = CLI_RELEASE;
	} else if (strcmp(name, "-x") == 0) {
		cli->task = CLI_STOP;
	} else if (strcmp(name, "-N") == 0) {
		return add_ia(cli, name, &cli->n_na);
	} else if (strcmp(name, "-T") == 0) {
		return add_ia(cli, name, &cli->n_ta);
	} else if (strcmp(name, "-P") == 0) {
		return add_ia(cli, name, &cli->n_pd);
	} else if (strcmp(name, "--prefix-len-hint") == 0) {
		return set_prefix_hint(cli, value);
	} else if (strcmp(name, "-p") == 0) {
		return set_port(cli, value);
	} else if (strcmp(name, "-e") == 0) {
		return add_env(cli, value);
	} else if (strcmp(name, "-t") == 0 || strcmp(name, "--check-config") == 0) {
		cli->task = CLI_CHECK;
	} else if (strcmp(name, "--version") == 0) {
		cli->task = CLI_VERSION;
	} else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		cli->task = CLI_HELP;
	}
	return true;
}

static bool add_interface(struct cli *cli, const char *name)
{
	if (cli->n_interfaces == CLI_INTERFACES) {
		fprintf(stderr, "%s: more than %d interfaces\n", name, CLI_INTERFACES);
		return false;
	}
	if (name[0] == '\0' || strlen(name) >= IFNAMSIZ || strchr(name, '/')) {
		fprintf(stderr, "%s: no interface can have this name\n", name);
		return false;
	}
	cli->interface[cli->n_interfaces++] = name;
	return true;
}

static const struct option_row *find(const char *name)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

/* One option; `next` is what stands behind it, or NULL. Sets *used when that was taken. */
static bool take(struct cli *cli, const char *name, const char *next, bool *used)
{
	const struct option_row *row = find(name);

	if (!row) {
		fprintf(stderr, "%s: there is no such option; see --help\n", name);
		return false;
	}
	*used = row->kind == TAKES || row->kind == DEED_ARG;
	if (*used && !next) {
		fprintf(stderr, "%s: expected a value behind it\n", name);
		return false;
	}
	switch (row->kind) {
	case SETS:
		*(bool *)(void *)((char *)cli + row->member) = true;
		return true;
	case TAKES:
		*(const char **)(void *)((char *)cli + row->member) = next;
		return true;
	case DEED:
	case DEED_ARG:
		return do_option(cli, name, next);
	case UNBUILT:
		fprintf(stderr, "%s: dhclient has this option, this version does not have it yet\n",
			name);
		return false;
	case IPV4:
		fprintf(stderr, "%s: means something to DHCPv4 only; this is a DHCPv6 client\n",
			name);
		return false;
	}
	return false;
}

/* dhclient's rules for -S. */
static bool check_stateless(const struct cli *cli)
{
	if (count_ias(cli) > 0 || cli->task == CLI_RELEASE) {
		fprintf(stderr,
			"-S: asks for options only, and so cannot go with -N, -T, -P or -r\n");
		return false;
	}
	if (cli->n_interfaces != 1) {
		fprintf(stderr, "-S: expected one interface\n");
		return false;
	}
	return true;
}

bool cli_parse(struct cli *cli, int argc, char **argv)
{
	*cli = (struct cli){ .port = DHCP6_CLIENT_PORT, .quiet = true };
	for (int i = 1; i < argc; i++) {
		bool used = false;

		if (argv[i][0] != '-') {
			if (!add_interface(cli, argv[i]))
				return false;
			continue;
		}
		if (!take(cli, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used))
			return false;
		if (cli->task == CLI_VERSION || cli->task == CLI_HELP)
			return true;
		i += used;
	}
	if (cli->stateless)
		return check_stateless(cli);
	if (count_ias(cli) == 0)
		cli->n_na = 1;
	return true;
}
