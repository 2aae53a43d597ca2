/* SPDX-License-Identifier: MPL-2.0 */
#include "host/store.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/wire.h"
#include "host/log.h"
#include "host/loop.h"
#include "text/keyfile.h"
#include "text/leasefile.h"
#include "text/lex.h"

#define FILE_MAX   (16 * 1024 * 1024)
#define RECORD_MAX (128 * 1024) /* octets of text that a lease and a DUID can have */
#define LINKS_MAX  40		/* symbolic links in a row, as the kernel has it */

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The contents of `fd` with a NUL behind them; NULL with errno set. */
static char *read_all(int fd, size_t *size)
{
	size_t room = 4096;
	size_t used = 0;
	char *text = NULL;

	for (;;) {
		char *larger = realloc(text, room + 1);
		ssize_t n;

		if (!larger)
			break;
		text = larger;
		n = read(fd, text + used, room - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		used += (size_t)n;
		if (n == 0) {
			text[used] = '\0';
			*size = used;
			return text;
		}
		if (used > FILE_MAX) {
			errno = EFBIG;
			break;
		}
		if (used == room)
			room *= 2;
	}
	free(text);
	return NULL;
}

char *store_read(const char *path, size_t *size)
{
	/* O_NONBLOCK: a FIFO of that name would keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	char *text = NULL;
	int saved;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0) {
		/* /dev/null is what some callers give for "no file". */
		if (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode))
			text = read_all(fd, size);
		else
			errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}

/* Where a file is, or is to be: the folder and the name in it. */
struct place {
	int folder;
	mode_t mode; /* of what exists, or is to be made */
	char path[PATH_MAX];
	const char *name; /* the last part of `path` */
};

/* Follows symbolic links by the file's own name, to a file that need not be there. */
static int resolve(const char *path, char out[static PATH_MAX])
{
	char target[PATH_MAX];
	char joined[PATH_MAX];

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(out, path);
	for (unsigned int links = 0; links < LINKS_MAX; links++) {
		ssize_t n = readlink(out, target, sizeof(target) - 1);
		const char *slash = strrchr(out, '/');
		int folder = slash ? (int)(slash - out) + 1 : 0;

		if (n < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		target[n] = '\0';
		if (target[0] == '/')
			folder = 0;
		if (folder + n >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(joined, out, (size_t)folder);
		memcpy(joined + folder, target, (size_t)n + 1);
		strcpy(out, joined);
	}
	return -ELOOP;
}

static int open_folder(struct place *place)
{
	char folder[PATH_MAX];
	char *slash = strrchr(place->path, '/');

	if (!slash) {
		strcpy(folder, ".");
	} else {
		memcpy(folder, place->path, (size_t)(slash - place->path) + 1);
		folder[slash - place->path + 1] = '\0';
	}
	place->name = slash ? slash + 1 : place->path;
	if (place->name[0] == '\0')
		return -EISDIR;
	place->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return place->folder < 0 ? -errno : 0;
}

static int open_place(const char *path, struct place *place)
{
	struct stat status;
	int error = resolve(path, place->path);

	if (!error)
		error = open_folder(place);
	if (error)
		return error;
	place->mode = S_IFREG | 0644;
	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		place->mode = status.st_mode;
	else if (errno != ENOENT)
		error = -errno;
	if (!S_ISREG(place->mode) && !S_ISCHR(place->mode))
		error = S_ISDIR(place->mode) ? -EISDIR : -EINVAL;
	if (error)
		close(place->folder);
	return error;
}

static bool is_device(const struct place *place)
{
	return S_ISCHR(place->mode);
}

/* A device is written to, never replaced by a file. */
static int write_device(const struct place *place, const char *bytes, size_t size)
{
	int fd = openat(place->folder, place->name, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes, size);
	close(fd);
	return error;
}

static int create_file(int folder, const char *name, const char *bytes, size_t size, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags, mode);
	int error;

	if (fd < 0 && errno == EEXIST) {
		/* Left behind by one that had our pid and was killed. */
		unlinkat(folder, name, 0);
		fd = openat(folder, name, flags, mode);
	}
	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes, size);
	if (!error && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (error)
		unlinkat(folder, name, 0);
	return error;
}

/*
 * Whole or not at all: the new file is on the disk before it gets the name, and
 * the name is on the disk before this returns.
 */
static int replace_file(int folder, const char *name, const char *bytes, size_t size, mode_t mode)
{
	char temporary[NAME_MAX + 1];
	int n = snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", name, (long)getpid());
	int error;

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	error = create_file(folder, temporary, bytes, size, mode);
	if (error)
		return error;
	if (renameat(folder, temporary, folder, name) < 0) {
		error = -errno;
		unlinkat(folder, temporary, 0);
		return error;
	}
	/* EINVAL: a file system that has nothing to do there. */
	return fsync(folder) < 0 && errno != EINVAL ? -errno : 0;
}

int store_replace(const char *path, const void *bytes, size_t size, mode_t mode)
{
	struct place place;
	int error = open_place(path, &place);

	if (error)
		return error;
	error = is_device(&place) ? write_device(&place, bytes, size)
				  : replace_file(place.folder, place.name, bytes, size, mode);
	close(place.folder);
	return error;
}

/* What a lease file says, and what is wrong with it. */
struct contents {
	struct duid duid; /* size 0: none */
	bool damaged;
	unsigned int line; /* of the first damage */
	const char *reason;
};

static void note_damage(struct contents *contents, unsigned int line, const char *reason)
{
	if (contents->damaged)
		return;
	contents->damaged = true;
	contents->line = line;
	contents->reason = reason;
}

/* A crash of the machine leaves blocks of zeros in files, also where the syntax would pass over
 * them. */
static void find_zeros(struct contents *contents, const char *text, size_t size)
{
	const char *zero = memchr(text, '\0', size);
	unsigned int line = 1;

	if (!zero)
		return;
	for (const char *c = text; c < zero; c++)
		line += *c == '\n';
	note_damage(contents, line, "octets of value 0");
}

static void examine(struct contents *contents, const char *text, size_t size)
{
	struct duid fallback = { 0 };
	struct leasefile_item item;
	struct lex lex;

	memset(contents, 0, sizeof(*contents));
	lex_init(&lex, text, size);
	for (;;) {
		leasefile_next(&lex, &item);
		if (item.kind == LEASEFILE_END)
			break;
		if (item.kind == LEASEFILE_DAMAGED)
			note_damage(contents, item.line, item.reason);
		else if (item.kind == LEASEFILE_DUID)
			contents->duid = item.duid; /* the last one counts, as with leases */
		else if (item.duid.size > 0)
			fallback = item.duid;
	}
	/* The statement can be lost when the leases are not; another DUID would lose them. */
	if (contents->duid.size == 0)
		contents->duid = fallback;
	find_zeros(contents, text, size);
}

/* Copies a part of the old file without the blanks around it. */
static void put_part(struct cursor *out, const char *text, size_t size)
{
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		size--;
	while (size > 0 && isspace((unsigned char)*text)) {
		text++;
		size--;
	}
	if (size == 0 || memchr(text, '\0', size))
		return;
	put_bytes(out, text, size);
	put_u8(out, '\n');
}

/*
 * All of the old file as it is, also comments and statements that are no business of
 * ours, but for DUIDs, damaged places and the records of `interface` (NULL: none).
 */
static void put_others(struct cursor *out, const char *text, size_t size, const char *interface)
{
	struct leasefile_item item;
	struct lex lex;
	size_t at = 0;

	lex_init(&lex, text, size);
	for (;;) {
		leasefile_next(&lex, &item);
		if (item.kind == LEASEFILE_END)
			break;
		if (item.start > at)
			put_part(out, text + at, item.start - at);
		at = item.end;
		if (item.kind == LEASEFILE_LEASE &&
		    !(interface && strcmp(item.interface, interface) == 0))
			put_part(out, text + item.start, item.end - item.start);
	}
	if (size > at)
		put_part(out, text + at, size - at);
}

/* What is to be written; `lease` may be NULL. */
struct change {
	const struct duid *duid; /* size 0: the one in the file stays */
	const char *interface;
	const struct lease *lease;
	bool repair; /* nothing is to be changed but damage */
};

/* The new file's text, malloc()ed; NULL with errno set. */
static char *compose(const char *text, size_t size, const struct contents *contents,
		     const struct change *change, size_t *new_size)
{
	const struct duid *duid = change->duid->size ? change->duid : &contents->duid;
	char *new_text = malloc(size + RECORD_MAX);
	struct cursor out;

	if (!new_text)
		return NULL;
	out = cursor_writer(new_text, size + RECORD_MAX);
	if (duid->size)
		leasefile_put_duid(&out, duid);
	put_others(&out, text, size, change->interface);
	if (change->interface && change->lease)
		leasefile_put_lease(&out, change->interface, change->lease, duid);
	if (out.bad) {
		free(new_text);
		errno = EFBIG;
		return NULL;
	}
	*new_size = out.at;
	return new_text;
}

/* The damaged file goes to NAME.bad as it is, before its place is taken. */
static int set_aside(const struct place *place, const char *text, size_t size,
		     const struct contents *contents)
{
	char name[NAME_MAX + 1];
	int n = snprintf(name, sizeof(name), "%s.bad", place->name);
	int error = -ENAMETOOLONG;

	if (n >= 0 && (size_t)n < sizeof(name))
		error = replace_file(place->folder, name, text, size, place->mode & 0777);
	if (error)
		return error;
	log_warning(
		"%s is damaged in line %u (%s): what can be read of it is kept, all of it is in "
		"%s.bad",
		place->path, contents->line, contents->reason, place->path);
	return 0;
}

static int rewrite_locked(const struct place *place, const struct change *change)
{
	struct contents contents;
	char *new_text = NULL;
	size_t new_size = 0;
	size_t size = 0;
	int error = 0;
	char *text = store_read(place->path, &size);

	if (!text && errno != ENOENT)
		return -errno;
	examine(&contents, text ? text : "", size);
	if (change->repair && !contents.damaged)
		goto out;
	new_text = compose(text ? text : "", size, &contents, change, &new_size);
	if (!new_text)
		error = -errno;
	if (!error && contents.damaged)
		error = set_aside(place, text, size, &contents);
	if (!error && is_device(place))
		error = write_device(place, new_text, new_size);
	else if (!error)
		error = replace_file(place->folder, place->name, new_text, new_size,
				     place->mode & 0777);
	free(new_text);
out:
	free(text);
	return error;
}

/*
 * The lock is a file beside the lease file that only root can open: on the lease
 * file itself, or on the folder, which all can read, anybody could hold a lock for ever. It is
 * never removed, as somebody might be waiting for it.
 */
static int lock(const struct place *place)
{
	char name[NAME_MAX + 1];
	int n = snprintf(name, sizeof(name), "%s.lock", place->name);
	int error;
	int fd;

	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	fd = openat(place->folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) < 0) {
		if (errno == EINTR)
			continue;
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static int rewrite(const char *path, const struct change *change)
{
	struct place place;
	int error = open_place(path, &place);
	int fd = -1;

	if (error)
		return error;
	if (!is_device(&place)) {
		fd = lock(&place);
		if (fd < 0)
			error = fd;
	}
	if (!error)
		error = rewrite_locked(&place, change);
	if (fd >= 0)
		close(fd);
	close(place.folder);
	return error;
}

int store_save(const char *path, const struct duid *duid, const char *interface,
	       const struct lease *lease)
{
	const struct change change = { .duid = duid, .interface = interface, .lease = lease };

	return rewrite(path, &change);
}

static void repair(const char *path)
{
	const struct duid none = { 0 };
	const struct change change = { .duid = &none, .repair = true };
	int error = rewrite(path, &change);

	if (error)
		log_warning("%s is damaged and cannot be set aside: %s, ignoring", path,
			    strerror(-error));
}

/* What is too large to be read is nothing that we, or ISC, have written. */
static int set_aside_large(const char *path)
{
	char bad[PATH_MAX];
	int n = snprintf(bad, sizeof(bad), "%s.bad", path);

	if (n < 0 || (size_t)n >= sizeof(bad))
		return -ENAMETOOLONG;
	if (rename(path, bad) < 0)
		return -errno;
	log_warning("%s is too large for a lease file: it is now %s", path, bad);
	return 0;
}

int store_load_duid(const char *path, struct duid *duid)
{
	struct contents contents;
	size_t size;
	char *text = store_read(path, &size);

	duid->size = 0;
	if (!text)
		return errno == EFBIG ? set_aside_large(path) : -errno;
	examine(&contents, text, size);
	free(text);
	*duid = contents.duid;
	if (contents.damaged)
		repair(path);
	return 0;
}

/*
 * A moment of the wall clock as one since boot. One in the future, because the
 * clock was set back, is taken as now.
 */
static void set_stamp(struct stamp *stamp, msec now, int64_t epoch)
{
	if (stamp->epoch < 0)
		stamp->epoch = 0;
	if (stamp->epoch > epoch)
		stamp->epoch = epoch;
	stamp->at = now - (epoch - stamp->epoch) * 1000;
}

static void set_stamps(struct lease *lease)
{
	int64_t epoch = loop_epoch();
	msec now = loop_now();

	for (unsigned int i = 0; i < lease->n_ias; i++)
		set_stamp(&lease->ia[i].times.starts, now, epoch);
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		set_stamp(&lease->binding[i].times.starts, now, epoch);
}

int store_load_lease(const char *path, const char *interface, struct lease *lease)
{
	struct leasefile_item item;
	struct lex lex;
	size_t size;
	int found = 0;
	char *text = store_read(path, &size);

	if (!text)
		return errno == ENOENT ? 0 : -errno;
	lex_init(&lex, text, size);
	for (;;) {
		leasefile_next(&lex, &item);
		if (item.kind == LEASEFILE_END)
			break;
		if (item.kind != LEASEFILE_LEASE || strcmp(item.interface, interface) != 0)
			continue;
		*lease = item.lease;
		found = 1;
	}
	free(text);
	if (found)
		set_stamps(lease);
	return found;
}

static bool key_path(char out[static PATH_MAX], const char *path, const char *interface)
{
	return snprintf(out, PATH_MAX, "%s.%s.key", path, interface) < PATH_MAX;
}

int store_load_key(const char *path, const char *interface, struct rkap *rkap)
{
	char name[PATH_MAX];
	size_t size;
	char *text;
	bool good;

	memset(rkap, 0, sizeof(*rkap));
	if (!key_path(name, path, interface))
		return -ENAMETOOLONG;
	text = store_read(name, &size);
	if (!text)
		return errno == ENOENT ? 0 : -errno;
	good = keyfile_parse(rkap, text, size);
	if (!good)
		log_warning("%s: damaged, ignoring: servers cannot reconfigure us before the next "
			    "key",
			    name);
	free(text);
	return good;
}

int store_save_key(const char *path, const char *interface, const struct rkap *rkap)
{
	char name[PATH_MAX], text[1024];
	struct cursor out = cursor_writer(text, sizeof(text));

	if (!key_path(name, path, interface))
		return -ENAMETOOLONG;
	if (!rkap->has_key)
		return unlink(name) < 0 && errno != ENOENT ? -errno : 0;
	keyfile_put(&out, rkap);
	return out.bad ? -ENOSPC : store_replace(name, text, out.at, 0600);
}

/* Strictly what store_write_pid() and others write: a number and a line feed. */
pid_t store_read_pid(const char *path)
{
	size_t size;
	char *text = store_read(path, &size);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	long pid = 0;

	if (digits > 0 && digits < 10 && (digits == size || strcmp(text + digits, "\n") == 0) &&
	    size <= digits + 1)
		pid = strtol(text, NULL, 10);
	free(text);
	return (pid_t)pid;
}

int store_write_pid(const char *path, pid_t pid)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%ld\n", (long)pid);

	return store_replace(path, text, (size_t)size, 0644);
}
