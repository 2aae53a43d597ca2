/* SPDX-License-Identifier: MPL-2.0 */

/*
 * Tells which clients would get the same address from a hash-server, before they do.
 *
 *	hash-audit [OPTION...] PREFIX/LENGTH [FILE]
 *	-k TEXT	the key of the hash
 *	-e FILE	exceptions, as hash-server reads them
 *	-l N	says the first N addresses of each client too
 *
 * FILE, or the standard input, has a client a line: its DUID, and its IAID if that is not
 * 00:00:00:00, both in hex. The exit status is 0 when no two collide, else 1.
 *
 * How many are to be expected: of n clients there are n (n - 1) / 2 pairs, and each has the
 * same address with a chance of one in 2^bits ("birthday bound").
 */

#include <arpa/inet.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site.h"

struct client {
	struct identity identity;
	struct in6_addr addr;
};

struct clients {
	struct client *client;
	size_t n, room;
};

static struct site site;

static const char *text_of(const struct in6_addr *addr)
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(AF_INET6, addr, text, sizeof(text));
}

static void print_identity(const struct identity *identity)
{
	for (unsigned int i = 0; i < identity->duid.size; i++)
		printf("%s%02x", i > 0 ? ":" : "", identity->duid.bytes[i]);
	for (unsigned int i = 0; i < 4; i++)
		printf("%c%02x", i > 0 ? ':' : ' ', (identity->iaid >> (24 - 8 * i)) & 0xff);
}

static void add(struct clients *clients, const struct identity *identity)
{
	if (clients->n == clients->room) {
		clients->room = clients->room ? 2 * clients->room : 64;
		clients->client =
			reallocarray(clients->client, clients->room, sizeof(clients->client[0]));
		if (!clients->client)
			err(2, "%zu clients", clients->room);
	}
	clients->client[clients->n++] = (struct client){
		.identity = *identity,
		.addr = site_candidate(&site, identity, 0),
	};
}

static void read_clients(struct clients *clients, FILE *file, const char *name)
{
	char line[1024];

	for (unsigned int number = 1; fgets(line, sizeof(line), file); number++) {
		struct identity identity = { 0 };
		char *rest = line;
		char *duid = strtok_r(rest, " \t\r\n", &rest);
		char *iaid = duid ? strtok_r(rest, " \t\r\n", &rest) : NULL;

		if (!duid || duid[0] == '#')
			continue;
		if (!read_duid(&identity.duid, duid) || (iaid && !read_iaid(&identity.iaid, iaid)))
			errx(2, "%s:%u: not \"DUID IAID\" in hex", name, number);
		add(clients, &identity);
	}
}

static void list(const struct clients *clients, unsigned int n)
{
	for (size_t i = 0; i < clients->n && n > 0; i++) {
		print_identity(&clients->client[i].identity);
		for (unsigned int number = 0; number < n; number++) {
			struct in6_addr addr =
				site_candidate(&site, &clients->client[i].identity, number);

			printf(" %s", text_of(&addr));
		}
		putchar('\n');
	}
}

/* By address; those of one address by identity, so that a client that is there twice shows. */
static int compare(const void *left, const void *right)
{
	const struct client *a = left, *b = right;
	int order = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	if (order == 0)
		order = memcmp(a->identity.duid.bytes, b->identity.duid.bytes, DUID_MAX);
	if (order == 0)
		order = (a->identity.iaid > b->identity.iaid) -
			(a->identity.iaid < b->identity.iaid);
	return order;
}

static void leave_out_repeated(struct clients *clients)
{
	size_t n = 0;

	if (clients->n > 0)
		qsort(clients->client, clients->n, sizeof(clients->client[0]), compare);
	for (size_t i = 0; i < clients->n; i++)
		if (n == 0 ||
		    !identity_equal(&clients->client[n - 1].identity, &clients->client[i].identity))
			clients->client[n++] = clients->client[i];
	clients->n = n;
}

/* Says who has the address of client `from`, and returns how many these are. */
static size_t say_group(const struct clients *clients, size_t from)
{
	const struct client *first = &clients->client[from];
	size_t n = 1;

	while (from + n < clients->n && IN6_ARE_ADDR_EQUAL(&first[n].addr, &first->addr))
		n++;
	if (n == 1)
		return 1;
	printf("collision at %s:", text_of(&first->addr));
	for (size_t i = 0; i < n; i++) {
		printf(i > 0 ? ", " : " ");
		print_identity(&first[i].identity);
	}
	putchar('\n');
	return n;
}

static bool audit(const struct clients *clients)
{
	unsigned int bits = 128U - site.length;
	double n = (double)clients->n, size = 1;
	size_t pairs = 0;

	for (size_t i = 0; i < clients->n;) {
		size_t group = say_group(clients, i);

		pairs += group * (group - 1) / 2;
		i += group;
	}
	for (unsigned int i = 0; i < bits; i++)
		size *= 2;
	printf("%zu clients, %u bits: %zu pairs collide, %.3g are to be expected\n", clients->n,
	       bits, pairs, n * (n - 1) / 2 / size);
	return pairs == 0;
}

int main(int argc, char **argv)
{
	struct clients clients = { 0 };
	unsigned int listed = 0;
	bool good = true;
	FILE *file = stdin;
	int option;

	while ((option = getopt(argc, argv, "k:e:l:")) != -1) {
		if (option == 'k')
			good &= site_set_key(&site, optarg);
		else if (option == 'e')
			good &= site_load_exceptions(&site, optarg);
		else if (option == 'l')
			listed = (unsigned int)strtoul(optarg, NULL, 10);
		else
			good = false;
	}
	if (!good || (argc - optind != 1 && argc - optind != 2) ||
	    !site_set_prefix(&site, argv[optind]))
		errx(2, "usage: %s [-k KEY] [-e FILE] [-l N] PREFIX/LENGTH [FILE]", argv[0]);
	if (argc - optind == 2)
		file = fopen(argv[optind + 1], "re");
	if (!file)
		err(2, "%s", argv[optind + 1]);
	read_clients(&clients, file, file == stdin ? "standard input" : argv[optind + 1]);
	list(&clients, listed);
	leave_out_repeated(&clients);
	good = audit(&clients);
	free(clients.client);
	return good ? 0 : 1;
}
