/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The input is a configuration file. Each complaint has its place in it. What is sent is whole
 * options, and, were it received, has variables of the script without control characters.
 */

#include <string.h>

#include "core/proto.h"
#include "fuzz.h"
#include "text/conf.h"
#include "text/env.h"

struct text {
	const char *start;
	size_t size;
	unsigned int errors;
	unsigned int open;
};

static struct conf conf;

static void complain(void *context, const struct conf_diagnostic *diagnostic)
{
	struct text *text = context;

	EXPECT(diagnostic->message && diagnostic->message[0] != '\0');
	EXPECT(strcmp(diagnostic->file, "input") == 0 || strcmp(diagnostic->file, "/again") == 0);
	EXPECT(diagnostic->line > 0 && diagnostic->column > 0);
	EXPECT(diagnostic->source >= text->start &&
	       diagnostic->source + diagnostic->source_size <= text->start + text->size);
	EXPECT(!memchr(diagnostic->source, '\n', diagnostic->source_size));
	text->errors += diagnostic->severity == CONF_ERROR;
}

/* The input can include itself. */
static char *read_again(void *context, const char *path, size_t *size, const char **error)
{
	struct text *text = context;

	*error = "no such file";
	if (strcmp(path, "/again") != 0)
		return NULL;
	text->open++;
	*size = text->size;
	return (char *)(uintptr_t)text->start;
}

static void let_go(void *context, char *start)
{
	struct text *text = context;

	EXPECT(start == text->start);
	text->open--;
}

/* No option twice, and none that is cut off (C-OPT-14, C-OPT-15). */
static void check_sent(const struct options *send)
{
	struct cursor all = options_read(send);
	struct wire_option option;

	while (get_option(&all, &option)) {
		bool vendor = option.code == OPTION_VENDOR_OPTS ||
			      option.code == OPTION_VENDOR_CLASS;
		struct cursor others = all;
		struct wire_option other;

		EXPECT(!vendor || option.data.size >= 4);
		while (get_option(&others, &other))
			EXPECT(other.code != option.code ||
			       (vendor && memcmp(other.data.in, option.data.in, 4) != 0));
	}
	EXPECT(!all.bad);
}

static void check_variables(const struct conf_scope *scope)
{
	static struct script_call call = { .reason = REASON_RENEW6, .has_new = true };
	static char block[ENV_SIZE];
	const struct env_base base = { .interface = "eth0",
				       .requested = scope->request,
				       .n_requested = scope->n_request,
				       .dictionary = &conf.dictionary,
				       .modifiers = &scope->modifiers };
	struct cursor out = cursor_writer(block, sizeof(block));
	size_t count;

	call.new_.has_options = true;
	call.new_.options = scope->send;
	count = env_build(&out, &base, &call, NULL, NULL);
	EXPECT(!out.bad);
	for (size_t i = 0; i < out.at; i++) {
		EXPECT(block[i] == '\0' || (block[i] >= ' ' && block[i] <= '~'));
		count -= block[i] == '\0';
	}
	EXPECT(count == 0);
}

static void check_scope(const struct conf_scope *scope)
{
	check_sent(&scope->send);
	check_variables(scope);
	EXPECT(scope->n_request <= MESSAGE_ORO);
	EXPECT(scope->client_id.size <= DUID_MAX);
	EXPECT(scope->send.size <= OPTIONS_SIZE);
	EXPECT(memchr(scope->interface, '\0', sizeof(scope->interface)));
	EXPECT(memchr(scope->script, '\0', sizeof(scope->script)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { .size = size };
	const struct conf_host host = { .report = complain,
					.read = read_again,
					.release = let_go,
					.context = &text,
					.hostname = "host1" };
	char *copy = malloc(size + 1); /* its end is the end of the memory that may be read */
	bool good;

	EXPECT(copy);
	memcpy(copy, data, size);
	copy = realloc(copy, size > 0 ? size : 1);
	EXPECT(copy);
	text.start = copy;
	conf_init(&conf);
	good = conf_parse(&conf, "input", copy, size, &host);
	EXPECT(text.open == 0);
	EXPECT(good == (text.errors == 0));
	EXPECT(conf.n_interfaces <= CONF_INTERFACES);
	check_scope(&conf.all);
	for (unsigned int i = 0; i < conf.n_interfaces; i++)
		check_scope(&conf.interface[i]);
	check_scope(conf_scope(&conf, "eth0"));
	free(copy);
	return 0;
}
