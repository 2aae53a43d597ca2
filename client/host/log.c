/* SPDX-License-Identifier: MPL-2.0 */
#include "host/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 16384 /* octets of a message; a longer one is cut, and says so */
#define ESCAPED_MAX                                                                   \
	(TEXT_MAX * 4 + 64) /* the same with all of it escaped, and what is before it \
			     */

static struct {
	char name[64];
	enum log_level level;
	bool timestamps;
	bool detached;
} log_state = {
	.name = "dhcp6-client",
	.level = LOG_LEVEL_WARNING,
};

static const int priorities[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARNING] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DETAIL] = LOG_DEBUG,
};

void log_open(const char *name, enum log_level stderr_level, bool timestamps)
{
	snprintf(log_state.name, sizeof(log_state.name), "%s", name);
	log_state.level = stderr_level;
	log_state.timestamps = timestamps;
	log_state.detached = false;
	tzset();
	/* Connected at once: the socket may be out of reach later. */
	openlog(log_state.name, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void log_detach(void)
{
	log_state.detached = true;
}

/* syslog gets the first three levels whatever is shown on stderr. */
bool log_wants(enum log_level level)
{
	return level <= LOG_LEVEL_INFO || level <= log_state.level;
}

/*
 * What comes from the link or from a file must not start a line of its own or
 * speak to the terminal: everything but printable ASCII is written as \xHH.
 */
static size_t escape(char *to, const char *from, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned char octet = (unsigned char)from[i];

		if (octet >= 0x20 && octet < 0x7f) {
			to[at++] = (char)octet;
			continue;
		}
		to[at++] = '\\';
		to[at++] = 'x';
		to[at++] = hex[octet >> 4];
		to[at++] = hex[octet & 15];
	}
	return at;
}

/* What is to stand before the message on stderr. */
static size_t put_prefix(char *to, size_t room)
{
	struct timespec now;
	struct tm tm;
	int size;

	if (!log_state.timestamps) {
		size = snprintf(to, room, "%s: ", log_state.name);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		localtime_r(&now.tv_sec, &tm);
		size = snprintf(to, room, "%02d:%02d:%02d.%03ld ", tm.tm_hour, tm.tm_min, tm.tm_sec,
				now.tv_nsec / 1000000);
	}
	return size < 0 ? 0 : (size_t)size;
}

/* A pipe may take a part only; a stderr that fails is no reason to fail: syslog has the line. */
static void write_line(const char *line, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDERR_FILENO, line, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line += n;
		size -= (size_t)n;
	}
}

__attribute__((format(printf, 2, 0))) static void log_line(enum log_level level, const char *format,
							   va_list arguments)
{
	static const char cut[] = " (cut)";
	static char text[TEXT_MAX];
	static char line[ESCAPED_MAX + sizeof(cut) + 1];
	int saved = errno;
	size_t prefix = 0;
	size_t size;
	int n;

	if (!log_wants(level))
		return;
	n = vsnprintf(text, sizeof(text), format, arguments);
	if (n < 0) /* an argument that cannot be printed: the format itself still tells */
		n = snprintf(text, sizeof(text), "%s", format);
	if (log_state.level >= level && !log_state.detached)
		prefix = put_prefix(line, ESCAPED_MAX - TEXT_MAX * 4);
	size = prefix + escape(line + prefix, text, strlen(text));
	if ((size_t)n >= sizeof(text)) {
		memcpy(line + size, cut, sizeof(cut) - 1);
		size += sizeof(cut) - 1;
	}
	line[size] = '\0';
	syslog(priorities[level], "%s", line + prefix);
	if (prefix > 0) {
		line[size] = '\n';
		write_line(line, size + 1);
	}
	errno = saved;
}

#define LOG_FUNCTION(name, level)                   \
	void name(const char *format, ...)          \
	{                                           \
		va_list arguments;                  \
                                                    \
		va_start(arguments, format);        \
		log_line(level, format, arguments); \
		va_end(arguments);                  \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_detail, LOG_LEVEL_DETAIL)
