/* SPDX-License-Identifier: MPL-2.0 */

/*
 * sim [--seeds FROM-TO] [--steps N] [--trace] [--walked FILE]
 *
 * Runs one simulated world for each seed and prints TAP: a line for each group of
 * seeds, and one that says whether every row of the state table was walked. On a
 * failure: the seed, the rule and what happened last. --trace prints everything.
 * FILE, or what WALKED names in the environment, gets the transitions for doc/diagram.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "world.h"

#define GROUPS	    10
#define AGAIN_EVERY 16 /* seeds: one of so many is run twice */

struct settings {
	uint64_t from;
	uint64_t to;
	unsigned int steps;
	bool trace;
	const char *walked;
};

struct total {
	unsigned long steps;
	unsigned long clients;
	unsigned long messages;
	unsigned long hours;
};

static struct world world;
static struct total total;

static void explain(const struct settings *settings, uint64_t seed)
{
	printf("# seed %" PRIu64 ": %s\n", seed, world.broken);
	if (settings->trace)
		return;
	world.diary.open = true;
	world_run(&world, seed, settings->steps);
	diary_print(&world.diary);
	printf("# seed %" PRIu64 ": %s\n", seed, world.broken);
	world.diary.open = false;
}

/* The same seed, the same trace. */
static bool run_again(const struct settings *settings, uint64_t seed)
{
	uint64_t trace = world_trace(&world);

	world_run(&world, seed, settings->steps);
	if (world_trace(&world) == trace)
		return true;
	printf("# seed %" PRIu64 ": another trace when run again\n", seed);
	return false;
}

static bool run_group(const struct settings *settings, unsigned int group, uint64_t from,
		      uint64_t to)
{
	struct total sum = { 0 };
	bool good = true;

	for (uint64_t seed = from; seed <= to && good; seed++) {
		good = world_run(&world, seed, settings->steps);
		sum.steps += world.steps;
		sum.clients += world.n_hosts;
		sum.messages += world.sent;
		sum.hours += (unsigned long)(world.now / HOUR);
		if (!good)
			explain(settings, seed);
		else if (seed % AGAIN_EVERY == 0)
			good = run_again(settings, seed);
	}
	printf("%s %u - seeds %" PRIu64 " to %" PRIu64
	       ": %lu steps of %lu clients, %lu messages in %lu hours\n",
	       good ? "ok" : "not ok", group, from, to, sum.steps, sum.clients, sum.messages,
	       sum.hours);
	fflush(stdout);
	total.steps += sum.steps;
	total.clients += sum.clients;
	total.messages += sum.messages;
	return good;
}

static unsigned int state_of(unsigned int bits)
{
	unsigned int state = 0;

	while (bits > 1) {
		bits >>= 1;
		state++;
	}
	return state;
}

/* Few seeds cannot walk all rows: then it is only said. */
static bool check_rows(unsigned int number, bool enough)
{
	unsigned int missing = 0;
	unsigned int rows = 0;

	for (; machine_row(rows); rows++) {
		const struct transition *row = machine_row(rows);

		if (rows_walked(rows) > 0)
			continue;
		missing++;
		if (enough)
			printf("# row %u was never walked: %s/%s, %s\n", row->row,
			       lease_state_name(state_of(row->lease)),
			       message_state_name(state_of(row->message)), event_name(row->event));
	}
	printf("%s %u - %u of %u rows of the state table were walked%s\n",
	       missing == 0 || !enough ? "ok" : "not ok", number, rows - missing, rows,
	       missing > 0 && !enough ? " # SKIP not enough seeds for all" : "");
	return missing == 0 || !enough;
}

static bool run(const struct settings *settings)
{
	uint64_t seeds = settings->to - settings->from + 1;
	uint64_t from = settings->from;
	unsigned int groups = seeds < GROUPS ? (unsigned int)seeds : GROUPS;
	bool good = true;

	printf("1..%u\n", groups + 1);
	for (unsigned int i = 0; i < groups; i++) {
		uint64_t to = settings->from + seeds * (i + 1) / groups - 1;

		good &= run_group(settings, i + 1, from, to);
		from = to + 1;
	}
	printf("# %lu steps in %" PRIu64 " worlds with %lu clients, %lu messages\n", total.steps,
	       seeds, total.clients, total.messages);
	return check_rows(groups + 1, seeds >= 1000 && settings->steps >= 1000) && good;
}

/* What an earlier run has left there must not be taken for this one's. */
static bool run_and_print(const struct settings *settings)
{
	FILE *out = fopen(settings->walked, "we");
	bool good;

	if (!out) {
		perror(settings->walked);
		return false;
	}
	good = run(settings);
	rows_print(out);
	if (fclose(out) == 0)
		return good;
	perror(settings->walked);
	return false;
}

static int usage(void)
{
	fprintf(stderr, "usage: sim [--seeds FROM-TO] [--steps N] [--trace] [--walked FILE]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct settings settings = { .from = 1, .to = 2000, .steps = 1500 };
	bool good;

	settings.walked = getenv("WALKED");

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0) {
			settings.trace = true;
		} else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
			char *end;

			settings.from = strtoull(argv[++i], &end, 10);
			settings.to = *end == '-' ? strtoull(end + 1, &end, 10) : settings.from;
			if (*end != '\0' || settings.to < settings.from)
				return usage();
		} else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc) {
			settings.steps = (unsigned int)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--walked") == 0 && i + 1 < argc) {
			settings.walked = argv[++i];
		} else {
			return usage();
		}
	}
	world.diary.open = settings.trace;
	world.diary.aloud = settings.trace;
	good = settings.walked ? run_and_print(&settings) : run(&settings);
	return good ? 0 : 1;
}
