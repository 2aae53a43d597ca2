/* SPDX-License-Identifier: MPL-2.0 */

/*
 * A DHCPv6 server without a database, for tests of the client.
 *
 * The address of a client is a hash of its DUID and IAID (RFC 7943), so that any number of
 * servers that are told the same prefix, key and exceptions give it the same address, and
 * none has to know what the others do. Each has a DUID of its own: Request, Renew, Release
 * and Decline are answered by the one that they name, Solicit, Confirm and Rebind by all.
 *
 * Nothing keeps two clients from having the same hash. There is no list in which a server
 * could see it: the second client finds out by duplicate address detection, declines, and
 * gets the hash with the next counter. That counter is all that a server remembers, and
 * only in memory. No server tells another; each learns what it hears:
 *
 *   - Declines are multicast. One that names another server is not answered (RFC 9915
 *     section 16.8), but counted like our own.
 *   - A Solicit's hint, a Request, Confirm, Renew or Rebind with a later address of the same
 *     client shows that those before it were declined. So a server that was down then gives
 *     the right address to a Rebind all the same.
 *
 * A server that has missed both offers the duplicate again, and it is declined again: that
 * is the whole cost of forgetting.
 *
 * What it is not: a server for a network that is in use. Whoever sends a client's DUID
 * moves that client's counter. Lifetimes are the same for all, there are no prefixes, no
 * temporary addresses, no relays and no Reconfigure, and a Release changes nothing.
 * hash-audit tells beforehand which of the known clients would collide; an exception for
 * one of them keeps it from happening.
 *
 *	hash-server [OPTION...] INTERFACE PREFIX/LENGTH SERVER-DUID
 *	-k TEXT	the key of the hash
 *	-e FILE	exceptions, a line each: DUID IAID ADDRESS
 *	-t T1,T2,PREFERRED,VALID	in seconds
 *	-p N	preference
 *	-n ADDRESS	a name server
 */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "core/proto.h"
#include "text/text.h"

/* ff02::1:2 */
static const struct in6_addr all_servers = { { { 0xff, 0x02, [13] = 0x01, [15] = 0x02 } } };

static struct hash_server server = {
	.t1 = 1000,
	.t2 = 1600,
	.preferred = 2000,
	.valid = 3000,
};

/* Bound to the group: what is sent to an address of ours is not heard (RFC 9915 section 16). */
static int open_socket(const char *interface)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ipv6_mreq group = {
		.ipv6mr_multiaddr = all_servers,
		.ipv6mr_interface = if_nametoindex(interface),
	};
	struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(DHCP6_SERVER_PORT),
		.sin6_addr = all_servers,
		.sin6_scope_id = group.ipv6mr_interface,
	};

	if (group.ipv6mr_interface == 0)
		errx(1, "%s: no such interface", interface);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) <
		    0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)) < 0 ||
	    bind(fd, (const struct sockaddr *)&local, sizeof(local)) < 0)
		err(1, "%s", interface);
	return fd;
}

/* A line a message: what came, what it is answered, and the counters as they are now. */
static void say(const struct message *from, const struct message *to, const char *why)
{
	char text[2048];
	struct cursor c = cursor_writer(text, sizeof(text));

	put_text(&c, message_type_name(from->type));
	put_text(&c, " of ");
	put_hex(&c, from->client_id.bytes, from->client_id.size);
	put_text(&c, ": ");
	put_text(&c, why ? "no answer, it is " : message_type_name(to->type));
	if (why)
		put_text(&c, why);
	for (unsigned int i = 0; !why && i < to->n_bindings; i++) {
		put_text(&c, to->binding[i].valid ? ", gives " : ", ends ");
		put_address_text(&c, &to->binding[i].addr);
	}
	for (unsigned int i = 0; i < from->n_ias; i++) {
		struct identity identity = { .duid = from->client_id, .iaid = from->ia[i].iaid };

		put_text(&c, ", counter of ");
		put_iaid(&c, identity.iaid);
		put_format(&c, " is %u", hash_counter(&server, &identity));
	}
	puts(text_end(&c));
}

static void serve(int fd)
{
	static struct message from, to;
	uint8_t bytes[UINT16_MAX];
	struct sockaddr_in6 peer;
	socklen_t peer_size = sizeof(peer);
	ssize_t size = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&peer, &peer_size);
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	enum refusal refusal;
	const char *why;

	if (size < 0 && errno != EINTR)
		err(1, "receive");
	refusal = size < 0 ? REFUSED_TRUNCATED : message_parse(&from, bytes, (size_t)size);
	if (refusal != REFUSED_NOT) {
		printf("dropped: %s\n", refusal_name(refusal));
		return;
	}
	why = hash_answer(&server, &from, &to);
	say(&from, &to, why);
	if (why)
		return;
	message_build(&to, &out);
	peer.sin6_port = htons(DHCP6_CLIENT_PORT);
	if (out.bad || sendto(fd, bytes, out.at, 0, (struct sockaddr *)&peer, peer_size) < 0)
		warn("send");
}

static bool read_number(uint32_t *value, char **text, char end)
{
	char *behind;

	errno = 0;
	*value = (uint32_t)strtoul(*text, &behind, 10);
	if (behind == *text || *behind != end || errno)
		return false;
	*text = end ? behind + 1 : behind;
	return true;
}

static bool read_times(char *text)
{
	return read_number(&server.t1, &text, ',') && read_number(&server.t2, &text, ',') &&
	       read_number(&server.preferred, &text, ',') &&
	       read_number(&server.valid, &text, '\0');
}

static bool take_option(int option)
{
	uint32_t value;

	switch (option) {
	case 'k':
		return site_set_key(&server.site, optarg);
	case 'e':
		return site_load_exceptions(&server.site, optarg);
	case 't':
		return read_times(optarg);
	case 'p':
		if (!read_number(&value, &optarg, '\0') || value > UINT8_MAX)
			return false;
		server.has_preference = true;
		server.preference = (uint8_t)value;
		return true;
	case 'n':
		server.has_dns = inet_pton(AF_INET6, optarg, &server.dns) == 1;
		return server.has_dns;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	int option, fd;

	while ((option = getopt(argc, argv, "k:e:t:p:n:")) != -1)
		if (!take_option(option))
			errx(2, "option -%c is not to be understood", option);
	if (argc - optind != 3 || !site_set_prefix(&server.site, argv[optind + 1]) ||
	    !read_duid(&server.duid, argv[optind + 2]))
		errx(2, "usage: %s [OPTION...] INTERFACE PREFIX/LENGTH SERVER-DUID", argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = open_socket(argv[optind]);
	puts("listening");
	for (;;)
		serve(fd);
}
