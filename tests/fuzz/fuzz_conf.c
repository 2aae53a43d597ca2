/* SPDX-License-Identifier: MPL-2.0 */

/* The input is a configuration file. Each complaint has its place in it. */

#include <string.h>

#include "fuzz.h"
#include "text/conf.h"

struct text {
	const char *start;
	size_t size;
	unsigned int errors;
};

static struct conf conf;

static void complain(void *context, const struct conf_diagnostic *diagnostic)
{
	struct text *text = context;

	EXPECT(diagnostic->message && diagnostic->message[0] != '\0');
	EXPECT(strcmp(diagnostic->file, "input") == 0);
	EXPECT(diagnostic->line > 0 && diagnostic->column > 0);
	EXPECT(diagnostic->source >= text->start &&
	       diagnostic->source + diagnostic->source_size <= text->start + text->size);
	EXPECT(!memchr(diagnostic->source, '\n', diagnostic->source_size));
	text->errors += diagnostic->severity != CONF_IGNORED;
}

static void check_scope(const struct conf_scope *scope)
{
	EXPECT(scope->n_request <= MESSAGE_ORO);
	EXPECT(scope->client_id.size <= DUID_MAX);
	EXPECT(scope->send.size <= OPTIONS_SIZE);
	EXPECT(memchr(scope->interface, '\0', sizeof(scope->interface)));
	EXPECT(memchr(scope->script, '\0', sizeof(scope->script)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { .size = size };
	char *copy = malloc(size + 1); /* its end is the end of the memory that may be read */
	bool good;

	EXPECT(copy);
	memcpy(copy, data, size);
	copy = realloc(copy, size > 0 ? size : 1);
	EXPECT(copy);
	text.start = copy;
	conf_init(&conf);
	good = conf_parse(&conf, "input", copy, size, complain, &text);
	EXPECT(good == (text.errors == 0));
	EXPECT(conf.n_interfaces <= CONF_INTERFACES);
	check_scope(&conf.all);
	for (unsigned int i = 0; i < conf.n_interfaces; i++)
		check_scope(&conf.interface[i]);
	check_scope(conf_scope(&conf, "eth0"));
	free(copy);
	return 0;
}
