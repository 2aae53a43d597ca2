/* SPDX-License-Identifier: MPL-2.0 */
/* dhclient's command line: contract sections 1.1 and 1.2. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "cli.h"

static struct cli cli;

/* Takes the words of `line`, which is changed, as argv. */
static bool parse(char *line)
{
	static char name[] = "dhcp6-client";
	static char *argv[64];
	int argc = 1;

	argv[0] = name;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return cli_parse(&cli, argc, argv);
}

/* What is parsed points into the words, so they outlive the call. */
static bool parse_copy(const char *text)
{
	static char copy[256];

	strcpy(copy, text);
	return parse(copy);
}

Test(cli, defaults)
{
	cr_assert(parse_copy("eth0"));
	cr_expect_eq(cli.task, CLI_RUN);
	cr_expect(cli.quiet);
	cr_expect_not(cli.foreground || cli.once || cli.no_wait || cli.no_pid);
	cr_expect_eq(cli.port, 546);
	cr_expect_eq(cli.n_na, 1);
	cr_expect_eq(cli.n_interfaces, 1);
	cr_expect_str_eq(cli.interface[0], "eth0");
	cr_expect_null(cli.lease_file);
}

/* What Debian's ifupdown passes (contract 7.1), as far as it is built. */
Test(cli, ifupdown)
{
	cr_assert(parse_copy("-6 -v -pf /run/p -lf /var/l eth0"));
	cr_expect(cli.verbose);
	cr_expect_not(cli.quiet);
	cr_expect_str_eq(cli.pid_file, "/run/p");
	cr_expect_str_eq(cli.lease_file, "/var/l");
}

Test(cli, options_may_stand_after_interfaces)
{
	cr_assert(parse_copy("eth0 -sf /s eth1 -1 -nw -w -n --no-pid -cf /c"));
	cr_expect_eq(cli.n_interfaces, 2);
	cr_expect_str_eq(cli.script_file, "/s");
	cr_expect_str_eq(cli.conf_file, "/c");
	cr_expect(cli.once && cli.no_wait && cli.wait_for_interface && cli.configure_nothing &&
		  cli.no_pid);
}

Test(cli, the_last_of_quiet_and_loud_counts)
{
	cr_assert(parse_copy("-d -q eth0"));
	cr_expect(cli.quiet && cli.foreground);
	cr_assert(parse_copy("-q -d eth0"));
	cr_expect(!cli.quiet && cli.foreground);
	cr_assert(parse_copy("-q -v eth0"));
	cr_expect_not(cli.quiet);
}

Test(cli, tasks)
{
	cr_assert(parse_copy("-r eth0"));
	cr_expect_eq(cli.task, CLI_RELEASE);
	cr_assert(parse_copy("-x eth0"));
	cr_expect_eq(cli.task, CLI_STOP);
	cr_assert(parse_copy("-r -x eth0"));
	cr_expect_eq(cli.task, CLI_STOP);
	cr_assert(parse_copy("--version -zzz"));
	cr_expect_eq(cli.task, CLI_VERSION);
	cr_assert(parse_copy("-h"));
	cr_expect_eq(cli.task, CLI_HELP);
}

Test(cli, ia_nas_are_counted_and_bounded)
{
	cr_assert(parse_copy("-N -N -N eth0"));
	cr_expect_eq(cli.n_na, 3);
	cr_redirect_stderr();
	cr_expect_not(parse_copy("-N -N -N -N -N -N -N -N -N eth0"));
}

/* Contract 1.2: -P without -N asks for prefixes only; -S for no IA at all. */
Test(cli, prefixes_and_options_only)
{
	cr_assert(parse_copy("-P --prefix-len-hint 56 eth0"));
	cr_expect(cli.n_na == 0 && cli.n_pd == 1 && cli.prefix_hint == 56);
	cr_assert(parse_copy("-N -P -P eth0"));
	cr_expect(cli.n_na == 1 && cli.n_pd == 2 && cli.prefix_hint == 0);
	cr_assert(parse_copy("-1 -S eth0"));
	cr_expect(cli.stateless && cli.n_na == 0 && cli.n_pd == 0);
}

/* Contract 1.2: temporary addresses only where -T asks for them, and then nothing else unasked. */
Test(cli, temporary_addresses)
{
	cr_assert(parse_copy("-T eth0"));
	cr_expect(cli.n_ta == 1 && cli.n_na == 0 && cli.n_pd == 0);
	cr_assert(parse_copy("-T -N -T -P eth0"));
	cr_expect(cli.n_ta == 2 && cli.n_na == 1 && cli.n_pd == 1);
	cr_assert(parse_copy("eth0"));
	cr_expect(cli.n_ta == 0 && cli.n_na == 1);
}

Test(cli, a_check_of_the_configuration)
{
	cr_assert(parse_copy("-6 -t -cf /c"));
	cr_expect_eq(cli.task, CLI_CHECK);
	cr_expect_str_eq(cli.conf_file, "/c");
	cr_assert(parse_copy("-v --check-config"));
	cr_expect_eq(cli.task, CLI_CHECK);
}

Test(cli, variables_for_the_script)
{
	cr_assert(parse_copy("-e A=1 -e B=x=y eth0"));
	cr_expect_str_eq(cli.extra_env[0], "A=1");
	cr_expect_str_eq(cli.extra_env[1], "B=x=y");
	cr_expect_null(cli.extra_env[2]);
}

/* Never silence: each with a line that says what is wrong. */
Test(cli, what_makes_no_sense_is_refused)
{
	static const char *const lines[] = {
		"-1v eth0",
		"-cf",
		"-cf=/c eth0",
		"-p 0 eth0",
		"-p 65536 eth0",
		"-p 5x eth0",
		"-e NAME eth0",
		"-e =v eth0",
		"-4 eth0",
		"-s 2001:db8::1",
		"--nonsense",
		"a/b",
		"-S eth0 eth1",
		"-S -N eth0",
		"-S -T eth0",
		"-T -S eth0",
		"-T -T -T -T -N -N -P -P -P eth0",
		"-D LL eth0",
		"--timeout 5 eth0",
		"-I eth0",
		"interface-name-too-long",
		"--dad-wait-time 3 eth0",
		"-S -r eth0",
		"-S",
		"--prefix-len-hint 129 eth0",
		"--prefix-len-hint -1 eth0",
	};

	cr_redirect_stderr();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		cr_expect_not(parse_copy(lines[i]), "%s", lines[i]);
	fflush(stderr);
}
