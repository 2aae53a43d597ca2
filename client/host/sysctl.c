/* SPDX-License-Identifier: MPL-2.0 */
#include "host/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sysctl_ipv6(const char *interface, const char *name)
{
	char path[PATH_MAX];
	char text[32];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size < 0)
		return -EIO;
	text[size] = '\0';
	return (int)strtol(text, NULL, 10);
}
