/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_STATUS_H
#define DHCP6_STATUS_H

/* Exit statuses, as dhcp6-client(8) lists them. 0, 1 and 2 are dhclient's. */
enum status_of_exit {
	EXIT_OK = 0,
	EXIT_ERROR = 1,	   /* command line, configuration, anything else */
	EXIT_NO_LEASE = 2, /* -1: nothing within the time */
	EXIT_NO_INTERFACE = 3,
	EXIT_NO_SCRIPT = 4,
	EXIT_PORT_IN_USE = 5,	/* another client has the port */
	EXIT_NOT_PERMITTED = 6, /* not root, or a capability is missing */
	EXIT_LINK_UNUSABLE = 7, /* -1: IPv6 disabled, or the link-local address is a duplicate */
};

#endif
