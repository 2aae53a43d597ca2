/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SYSCTL_H
#define DHCP6_SYSCTL_H

/*
 * The number in /proc/sys/net/ipv6/conf/`interface`/`name`, or -errno. Only read,
 * to say what is wrong; nothing waits for a change there.
 */
int sysctl_ipv6(const char *interface, const char *name);

#endif
