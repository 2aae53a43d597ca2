/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LOG_H
#define DHCP6_LOG_H

/* One line a message, to syslog (facility daemon) and, unless quiet, to stderr. */

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,   /* always on stderr too, until the daemon has detached */
	LOG_LEVEL_WARNING, /* on stderr too */
	LOG_LEVEL_INFO,	   /* -v, -d */
	LOG_LEVEL_DETAIL,  /* -d -v: every option, every timer */
};

/* `name` is the program's, as it was called; `stderr_level` the most talkative level shown there.
 */
void log_open(const char *name, enum log_level stderr_level, bool timestamps);

/* stderr is no longer ours: syslog only. */
void log_detach(void);

bool log_wants(enum log_level level);

__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_detail(const char *format, ...);

#endif
