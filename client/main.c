/* SPDX-License-Identifier: MPL-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "daemon.h"
#include "host/log.h"
#include "host/store.h"
#include "status.h"

/* The end of the pipe at which the process that was started waits; -1 when nobody waits. */
static int waiting_parent = -1;

/*
 * The process that was started goes on living until the work is done or has failed; the
 * work is done by a child, which lets it go here.
 */
static void background(void)
{
	static const char done = EXIT_OK;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (waiting_parent < 0)
		return;
	setsid();
	log_detach();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (chdir("/") < 0)
		log_warning("cannot go to /: %s", strerror(errno));
	if (write(waiting_parent, &done, 1) < 0)
		log_warning("who started this has gone: %s", strerror(errno));
	close(waiting_parent);
	waiting_parent = -1;
}

/* In the parent: waits for the child's word or its end, and exits with its status. */
static _Noreturn void wait_for_child(pid_t child, int pipe_end)
{
	char word = EXIT_ERROR;
	int status = 0;

	if (read(pipe_end, &word, 1) == 1)
		exit(word);
	if (waitpid(child, &status, 0) < 0)
		exit(EXIT_ERROR);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void split(void)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		log_error("no pipe: %s", strerror(errno));
		exit(EXIT_ERROR);
	}
	child = fork();
	if (child < 0) {
		log_error("no child process: %s", strerror(errno));
		exit(EXIT_ERROR);
	}
	if (child > 0) {
		close(ends[1]);
		wait_for_child(child, ends[0]);
	}
	close(ends[0]);
	waiting_parent = ends[1];
}

static void show_diagnostic(void *context, const struct conf_diagnostic *d)
{
	const char *what = d->severity == CONF_ERROR ? "error" : "warning";
	const struct cli *cli = context;

	if (d->severity == CONF_IGNORED) {
		if (cli->verbose)
			log_info("%s:%u:%u: %s", d->file, d->line, d->column, d->message);
		return;
	}
	log_warning("%s:%u:%u: %s: %s", d->file, d->line, d->column, what, d->message);
	if (d->source_size > 0)
		log_warning("  %.*s", (int)d->source_size, d->source);
}

static char *read_included(void *context, const char *path, size_t *size, const char **error)
{
	char *text = store_read(path, size);

	(void)context;
	if (!text)
		*error = strerror(errno);
	return text;
}

static void release_included(void *context, char *text)
{
	(void)context;
	free(text);
}

/*
 * A file that was named must be there; the default one need not, and then dhclient's counts, so
 * that a host can change over as it is. Sets errno when there is none that can be read.
 */
static char *find_conf(const struct cli *cli, const char **path, size_t *size)
{
	static const char *const others[] = { "/etc/dhcp/dhclient.conf", "/etc/dhclient.conf" };
	char *text;

	*path = cli->conf_file ? cli->conf_file : CONF_FILE;
	text = store_read(*path, size);
	for (size_t i = 0; !text && errno == ENOENT && !cli->conf_file && i < 2; i++) {
		*path = others[i];
		text = store_read(*path, size);
		if (text)
			log_info("there is no %s: %s is read", CONF_FILE, *path);
	}
	return text;
}

/* Errors cost their statement only, but for `good`. False when there is nothing to be read. */
static bool read_conf(struct cli *cli, struct conf *conf, bool *good)
{
	char hostname[HOST_NAME_MAX + 1] = "";
	const struct conf_host host = {
		.report = show_diagnostic,
		.read = read_included,
		.release = release_included,
		.context = cli,
		.hostname = gethostname(hostname, sizeof(hostname) - 1) == 0 ? hostname : NULL,
		.tell_all = cli->task == CLI_CHECK,
	};
	const char *path;
	size_t size = 0;
	char *text = find_conf(cli, &path, &size);

	*good = true;
	conf_init(conf);
	if (text) {
		*good = conf_parse(conf, path, text, size, &host);
		free(text);
		return true;
	}
	if (errno == ENOENT && !cli->conf_file)
		return true;
	log_error("the configuration cannot be read: %s: %s", path, strerror(errno));
	return false;
}

static enum log_level stderr_level(const struct cli *cli)
{
	if (cli->task == CLI_CHECK)
		return LOG_LEVEL_INFO;
	if (cli->quiet)
		return LOG_LEVEL_ERROR;
	return cli->foreground && cli->verbose ? LOG_LEVEL_DETAIL : LOG_LEVEL_INFO;
}

/* Descriptors 0 to 2 are what everybody takes them for, also where the caller had closed them. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	static struct cli cli;
	static struct conf conf;
	bool good;

	fill_standard_descriptors();
	if (!cli_parse(&cli, argc, argv))
		exit(EXIT_ERROR);
	if (cli.task == CLI_HELP || cli.task == CLI_VERSION) {
		if (cli.task == CLI_HELP)
			cli_usage(name);
		else
			fprintf(stderr, "%s\n", PACKAGE_STRING);
		exit(EXIT_OK);
	}
	umask(022);
	log_open(name, stderr_level(&cli), cli.foreground);
	if (!read_conf(&cli, &conf, &good))
		exit(EXIT_ERROR);
	if (cli.task == CLI_CHECK)
		exit(good ? EXIT_OK : EXIT_ERROR);
	if (!cli.foreground && !cli.configure_nothing && cli.task == CLI_RUN)
		split();
	exit(daemon_run(&cli, &conf, background));
}
