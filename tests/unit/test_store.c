/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/log.h"
#include "host/loop.h"
#include "host/store.h"

static char folder[] = "/tmp/test_store.XXXXXX";
static char path[64];
static char bad[72];

static void setup(void)
{
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/leases", folder);
	snprintf(bad, sizeof(bad), "%s.bad", path);
	log_open("test_store", LOG_LEVEL_ERROR, false);
}

/* The names in the folder, each with a blank behind it, in alphabetic order. */
static const char *names(void)
{
	static char text[1024];
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	size_t at = 0;

	cr_assert_geq(n, 0);
	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.')
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s ",
					       entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return text;
}

static void teardown(void)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, NULL);

	for (int i = 0; i < n; i++) {
		char name[400];

		snprintf(name, sizeof(name), "%s/%s", folder, entries[i]->d_name);
		unlink(name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	rmdir(folder);
}

TestSuite(store, .init = setup, .fini = teardown, .timeout = 60);

static void write_bytes(const char *name, const char *bytes, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void write_text(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

/* The whole file as a text; empty without one. */
static const char *text_of(const char *name)
{
	static char *text;
	size_t size;

	free(text);
	text = store_read(name, &size);
	return text ? text : "";
}

static const struct duid duid = { 14, { 0, 1, 0, 1, 0x2f, 7, 0x42, 0, 2, 0, 0, 0, 0, 2 } };
static const struct duid other_duid = { 10, { 0, 3, 0, 1, 2, 0xaa, 0xbb, 0xcc, 0xdd, 1 } };

/* A lease of one address that began `age` seconds ago. */
static struct lease make_lease(const char *addr, int64_t age)
{
	struct lease lease = { .server = other_duid, .n_ias = 1, .n_bindings = 1 };
	int64_t starts = loop_epoch() - age;

	lease.ia[0] = (struct ia){
		.type = OPTION_IA_NA,
		.iaid = 0xbbccdd01,
		.granted = true,
		.times = { .starts.epoch = starts, .t1 = 100, .t2 = 200 },
	};
	lease.binding[0] = (struct binding){
		.prefix_len = 128,
		.times = { .starts.epoch = starts, .preferred = 300, .valid = 400 },
	};
	cr_assert_eq(inet_pton(AF_INET6, addr, &lease.binding[0].addr), 1);
	return lease;
}

static bool holds(const struct lease *lease, const char *addr)
{
	struct in6_addr want;

	cr_assert_eq(inet_pton(AF_INET6, addr, &want), 1);
	return lease->n_bindings == 1 && IN6_ARE_ADDR_EQUAL(&lease->binding[0].addr, &want);
}

/* Files */

Test(store, a_file_is_replaced_whole_with_its_mode)
{
	struct stat status;

	umask(077);
	cr_assert_eq(store_replace(path, "first", 5, 0644), 0);
	cr_expect_str_eq(text_of(path), "first");
	cr_assert_eq(store_replace(path, "2nd", 3, 0600), 0);
	cr_expect_str_eq(text_of(path), "2nd");
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
	cr_assert_eq(store_replace(path, "", 0, 0644), 0);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0644);
	cr_expect_eq(status.st_size, 0);
	cr_expect_str_eq(names(), "leases ");
}

Test(store, symbolic_links_are_followed_and_stay)
{
	char target[80];
	char link_path[80];
	struct stat status;

	snprintf(target, sizeof(target), "%s/target", folder);
	snprintf(link_path, sizeof(link_path), "%s/link", folder);
	cr_assert_eq(symlink("target", link_path), 0); /* relative, and to nothing yet */
	cr_assert_eq(symlink(link_path, path), 0);     /* absolute */
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(store_replace(path, "text", 4, 0644), 0);
		cr_expect_str_eq(text_of(target), "text");
		cr_assert_eq(lstat(path, &status), 0);
		cr_expect(S_ISLNK(status.st_mode));
	}
	cr_expect_str_eq(names(), "leases link target ");
	unlink(target);
	cr_assert_eq(symlink("leases", target), 0);
	cr_expect_eq(store_replace(path, "text", 4, 0644), -ELOOP);
}

/*
 * Callers give /dev/null for "no file"; it must survive that. A node of our own
 * stands for it: no failing test is to cost somebody his /dev/null.
 */
Test(store, a_device_is_written_to_and_not_replaced)
{
	struct lease lease = make_lease("2001:db8::5", 0);
	struct duid found = { 0 };
	struct stat status;
	char null[80];
	int fd = -1;

	snprintf(null, sizeof(null), "%s/null", folder);
	if (mknod(null, S_IFCHR | 0666, makedev(1, 3)) == 0)
		fd = open(null, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		teardown(); /* nobody else does after a skip */
		cr_skip_test("device nodes are not allowed here");
	}
	close(fd);
	cr_assert_eq(symlink("null", path), 0);
	cr_expect_eq(store_replace(path, "text", 4, 0600), 0);
	cr_expect_eq(store_save(path, &duid, "eth0", &lease), 0);
	cr_expect_eq(store_load_duid(path, &found), 0);
	cr_expect_eq(found.size, 0);
	cr_expect_eq(store_load_lease(path, "eth0", &lease), 0);
	cr_expect_eq(store_write_pid(path, 1), 0);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect(S_ISCHR(status.st_mode));
	cr_expect_str_eq(names(), "leases null ");
}

Test(store, what_is_no_file_is_refused)
{
	struct duid found;
	char name[80];
	size_t size;

	snprintf(name, sizeof(name), "%s/missing/leases", folder);
	cr_expect_eq(store_replace(name, "x", 1, 0644), -ENOENT);
	cr_expect_eq(store_save(name, &duid, NULL, NULL), -ENOENT);
	cr_expect_eq(store_replace(folder, "x", 1, 0644), -EISDIR);
	cr_expect_eq(store_save(folder, &duid, NULL, NULL), -EISDIR);
	cr_expect_eq(store_load_duid(folder, &found), -EISDIR);
	snprintf(name, sizeof(name), "%s/", folder);
	cr_expect_eq(store_replace(name, "x", 1, 0644), -EISDIR);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_null(store_read(path, &size)); /* and does not wait for a writer */
	cr_expect_eq(errno, EINVAL);
	cr_expect_eq(store_replace(path, "x", 1, 0644), -EINVAL);
	cr_expect_null(store_read("/nowhere/at/all", &size));
	cr_expect_eq(errno, ENOENT);
}

Test(store, a_file_that_is_too_large_is_set_aside)
{
	struct duid found = duid;
	size_t size;
	char *text;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, 16 * 1024 * 1024), 0);
	text = store_read(path, &size);
	cr_expect_not_null(text, "16 MiB are no more than the limit");
	free(text);
	cr_assert_eq(ftruncate(fd, 16 * 1024 * 1024 + 1), 0);
	close(fd);
	cr_expect_null(store_read(path, &size));
	cr_expect_eq(errno, EFBIG);
	cr_expect_eq(store_load_duid(path, &found), 0);
	cr_expect_eq(found.size, 0);
	cr_expect_str_eq(names(), "leases.bad ");
}

Test(store, contents_are_read_as_they_are)
{
	static char bytes[20000];
	size_t size = 0;
	char *text;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	write_bytes(path, bytes, sizeof(bytes));
	text = store_read(path, &size);
	cr_assert_not_null(text);
	cr_assert_eq(size, sizeof(bytes));
	cr_expect_arr_eq(text, bytes, sizeof(bytes));
	cr_expect_eq(text[size], '\0');
	free(text);
}

/* The temporary file of a process that had our pid and was killed. */
Test(store, what_a_killed_process_left_is_no_obstacle)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.%ld.tmp", path, (long)getpid());
	write_text(name, "half");
	cr_assert_eq(store_replace(path, "whole", 5, 0644), 0);
	cr_expect_str_eq(text_of(path), "whole");
	cr_expect_str_eq(names(), "leases ");
	/* Nor is a trap: it is not written through. */
	write_text(bad, "precious");
	cr_assert_eq(symlink(bad, name), 0);
	cr_assert_eq(store_replace(path, "again", 5, 0644), 0);
	cr_expect_str_eq(text_of(bad), "precious");
	cr_expect_str_eq(text_of(path), "again");
}

Test(store, when_it_cannot_be_written_the_old_one_stays)
{
	struct rlimit limit;
	struct lease lease = make_lease("2001:db8::6", 0);
	static char large[20000];

	cr_assert_eq(store_save(path, &duid, "eth0", &lease), 0);
	char *before = strdup(text_of(path));
	/* As a full disk: a part is written, then no more. */
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 100;
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(store_replace(path, large, sizeof(large), 0644), -EFBIG);
	cr_expect_eq(store_save(path, &duid, "eth0", &lease), -EFBIG);
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_str_eq(text_of(path), before);
	cr_expect_str_eq(names(), "leases leases.lock ");
	free(before);
}

Test(store, in_a_folder_that_cannot_be_written_it_still_reads)
{
	struct lease lease = make_lease("2001:db8::6", 0);
	struct duid found = { 0 };

	cr_assert_eq(store_save(path, &duid, "eth0", &lease), 0);
	write_bytes(bad, "x", 1);
	unlink(bad);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert_eq(write(fd, "lease6 {", 8), 8); /* damaged */
	close(fd);
	char *before = strdup(text_of(path));
	cr_assert_eq(chmod(folder, 0555), 0);
	if (geteuid() == 0)
		cr_assert_eq(seteuid(65534), 0);
	cr_expect_eq(store_replace(path, "x", 1, 0644), -EACCES);
	cr_expect_eq(store_save(path, &duid, "eth0", &lease), -EACCES);
	cr_expect_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &duid));
	cr_expect_eq(store_load_lease(path, "eth0", &lease), 1);
	cr_expect_str_eq(text_of(path), before);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	cr_assert_eq(chmod(folder, 0755), 0);
	cr_expect_str_eq(names(), "leases leases.lock ");
	free(before);
}

/* Leases */

Test(store, what_is_saved_is_loaded)
{
	struct lease lease = make_lease("2001:db8::5", 50);
	struct lease loaded = { 0 };
	struct duid found = { 0 };
	struct stat status;
	msec now;

	cr_expect_eq(store_load_duid(path, &found), -ENOENT);
	cr_expect_eq(store_load_lease(path, "eth0", &loaded), 0);
	cr_assert_eq(store_save(path, &duid, "eth0", &lease), 0);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0644);
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &duid));
	cr_expect_eq(store_load_lease(path, "eth1", &loaded), 0);
	cr_assert_eq(store_load_lease(path, "eth0", &loaded), 1);
	now = loop_now();
	cr_expect(holds(&loaded, "2001:db8::5"));
	cr_expect(duid_equal(&loaded.server, &other_duid));
	cr_assert_eq(loaded.n_ias, 1);
	cr_expect_eq(loaded.ia[0].iaid, 0xbbccdd01);
	cr_expect_eq(loaded.ia[0].times.t1, 100);
	cr_expect_eq(loaded.binding[0].times.valid, 400);
	cr_expect_eq(loaded.binding[0].times.starts.epoch, lease.binding[0].times.starts.epoch);
	/* A second may have passed on the wall clock. */
	cr_expect_leq(loaded.binding[0].times.starts.at, now - 50 * 1000);
	cr_expect_geq(loaded.binding[0].times.starts.at, now - 53 * 1000);
	cr_expect_eq(loaded.ia[0].times.starts.at, loaded.binding[0].times.starts.at);
}

Test(store, the_mode_that_the_file_had_stays)
{
	struct stat status;

	write_text(path, "");
	cr_assert_eq(chmod(path, 0600), 0);
	cr_assert_eq(store_save(path, &duid, NULL, NULL), 0);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
}

/* A clock that was set back, or was never set, makes no lease longer than it was granted for. */
Test(store, stamps_are_bounded)
{
	static const struct {
		const char *name;
		const char *starts;
		int64_t at_least; /* ms before now */
		int64_t at_most;
	} rows[] = {
		{ "future", "99999999999", 0, 2000 },
		{ "far future", "9223372036854775807", 0, 2000 },
		{ "1970", "0", 1000000000000, INT64_MAX },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lease lease;
		char text[400];
		msec age;

		snprintf(text, sizeof(text),
			 "lease6 {\n interface \"eth0\";\n ia-na bb:cc:dd:01 {\n starts %s;\n"
			 " iaaddr 2001:db8::5 {\n starts %s;\n preferred-life 3;\n max-life 4;\n"
			 " }\n }\n option dhcp6.server-id 0:3:0:1:2:aa:bb:cc:dd:1;\n}\n",
			 rows[i].starts, rows[i].starts);
		write_text(path, text);
		cr_assert_eq(store_load_lease(path, "eth0", &lease), 1, "%s", rows[i].name);
		age = loop_now() - lease.binding[0].times.starts.at;
		cr_expect_geq(age, rows[i].at_least, "%s: %lld", rows[i].name, (long long)age);
		cr_expect_leq(age, rows[i].at_most, "%s: %lld", rows[i].name, (long long)age);
		cr_expect_leq(lease.binding[0].times.starts.epoch, loop_epoch(), "%s",
			      rows[i].name);
		cr_expect_leq(lease.ia[0].times.starts.epoch, loop_epoch(), "%s", rows[i].name);
	}
}

#define OTHERS                                                                                     \
	"# a comment of the administrator's\n"                                                     \
	"lease {\n  interface \"eth0\";\n  fixed-address 192.0.2.1;\n}\n"                          \
	"lease6 {\n    interface   \"eth1\";  # oddly written\n  ia-na 00:00:00:01 {\n"            \
	"    starts 100;\n    iaaddr 2001:db8::11 { starts 100; preferred-life 1; max-life 2; }\n" \
	"  }\n  option dhcp6.server-id 0:3:0:1:2:aa:bb:cc:dd:1;\n"                                 \
	"  option vendor.odd \"kept\";\n}\n"

#define DUID_TEXT "default-duid 00:03:00:01:02:aa:bb:cc:dd:01;\n"

/* Nothing that was leased is forgotten: what is not ours stays as it was written. */
Test(store, what_others_have_written_stays_as_it_is)
{
	struct lease lease = make_lease("2001:db8::5", 0);
	struct lease loaded;
	struct duid found;
	size_t size = 0;

	write_text(path, DUID_TEXT OTHERS);
	for (int i = 0; i < 20; i++) {
		cr_assert_eq(store_save(path, &duid, "eth0", &lease), 0);
		cr_expect_not_null(strstr(text_of(path), OTHERS));
		if (i > 0)
			cr_expect_eq(strlen(text_of(path)), size, "it grows");
		size = strlen(text_of(path));
	}
	cr_assert_eq(store_load_lease(path, "eth0", &loaded), 1);
	cr_expect(holds(&loaded, "2001:db8::5"));
	cr_assert_eq(store_load_lease(path, "eth1", &loaded), 1);
	cr_expect(holds(&loaded, "2001:db8::11"));
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &duid), "a new DUID takes the place of the old one");
	cr_expect_null(strstr(text_of(path), "aa:bb:cc:dd:01;\nlease"));
	/* Without an interface only the DUID changes, without a lease the old one goes. */
	cr_assert_eq(store_save(path, &other_duid, NULL, NULL), 0);
	cr_assert_eq(store_load_lease(path, "eth0", &loaded), 1);
	cr_assert_eq(store_save(path, &(struct duid){ 0 }, "eth0", NULL), 0);
	cr_assert_eq(store_load_lease(path, "eth0", &loaded), 0);
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &other_duid));
	cr_expect_not_null(strstr(text_of(path), OTHERS));
	cr_expect_str_eq(names(), "leases leases.lock ");
}

/* isc-contract 3.3: callers seed the file with nothing but a DUID; and the last record counts. */
Test(store, files_of_others_are_taken)
{
	struct lease first = make_lease("2001:db8::1", 5);
	struct lease last = make_lease("2001:db8::2", 5);
	struct lease loaded;
	struct duid found;
	char both[8192];

	write_text(path, DUID_TEXT);
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &other_duid));
	write_text(path, "default-duid \"\\000\\003\\000\\001\\002\\252\\273\\314\\335\\001\";");
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &other_duid));
	write_text(path, "");
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect_eq(found.size, 0);
	cr_expect_str_eq(names(), "leases ");

	cr_assert_eq(store_save(path, &duid, "eth0", &first), 0);
	snprintf(both, sizeof(both), "%s", text_of(path));
	cr_assert_eq(store_save(path, &duid, "eth0", &last), 0);
	snprintf(both + strlen(both), sizeof(both) - strlen(both), "%s", text_of(path));
	write_text(path, both);
	cr_assert_eq(store_load_lease(path, "eth0", &loaded), 1);
	cr_expect(holds(&loaded, "2001:db8::2"));
}

/* Damage */

#define RECORD(interface, addr)                                                              \
	"lease6 {\n  interface \"" interface "\";\n  ia-na bb:cc:dd:01 {\n    starts 100;\n" \
	"    iaaddr " addr " {\n      starts 100;\n      preferred-life 3;\n"                \
	"      max-life 4;\n    }\n  }\n"                                                    \
	"  option dhcp6.server-id 0:3:0:1:2:aa:bb:cc:dd:1;\n}\n"

#define BYTES(text) text, sizeof(text) - 1

/* Nothing that was leased is forgotten: another DUID would lose the leases that can still be read.
 */
Test(store, a_lost_duid_is_taken_from_a_lease)
{
	static const char lease[] = "default-duid \"\\000\n" RECORD(
		"eth1",
		"2001:db8::11") "lease6 {\n  interface \"eth0\";\n"
				"  option dhcp6.client-id 0:1:0:1:2f:7:42:0:2:0:0:0:0:2;\n}\n";
	struct duid found;

	write_text(path, lease);
	cr_assert_eq(store_load_duid(path, &found), 0);
	cr_expect(duid_equal(&found, &duid));
}

Test(store, a_damaged_file_is_set_aside_and_what_is_readable_kept)
{
	static const struct {
		const char *name;
		const char *text;
		size_t size;
		bool has_duid;
		bool has_eth0;
		bool has_eth1;
	} rows[] = {
		{ "binary", BYTES("\x7f\x45LF\x01\x02\xff\xfe"), false, false, false },
		{ "zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0"), false, false, false },
		{ "zeros at the end", BYTES(DUID_TEXT RECORD("eth0", "2001:db8::5") "\0\0\0\0"),
		  true, true, false },
		{ "zeros in a comment", BYTES(DUID_TEXT "# \0\0\0\n" RECORD("eth0", "2001:db8::5")),
		  true, true, false },
		{ "record cut, then another",
		  BYTES(DUID_TEXT "lease6 {\n  interface \"eth0\";\n  ia-na bb:\n" RECORD(
			  "eth1", "2001:db8::11")),
		  true, false, true },
		{ "last record cut",
		  BYTES(DUID_TEXT RECORD("eth0", "2001:db8::5")
				RECORD("eth1", "2001:db8::11") "lease6 {\n  interface \"eth1\";\n"),
		  true, true, true },
		{ "DUID damaged", BYTES("default-duid \"\\000;\n" RECORD("eth0", "2001:db8::5")),
		  false, true, false },
		{ "DUID too short", BYTES("default-duid 00:01;\n" RECORD("eth0", "2001:db8::5")),
		  false, true, false },
		{ "no interface", BYTES(DUID_TEXT "lease6 {\n}\n" RECORD("eth0", "2001:db8::5")),
		  true, true, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lease lease;
		struct duid found;
		size_t size = 0;
		char *text;

		write_bytes(path, rows[i].text, rows[i].size);
		unlink(bad);
		cr_expect_eq(store_load_duid(path, &found), 0, "%s", rows[i].name);
		cr_expect_eq(found.size > 0, rows[i].has_duid, "%s", rows[i].name);
		text = store_read(bad, &size);
		cr_assert_not_null(text, "%s: not set aside", rows[i].name);
		cr_expect_eq(size, rows[i].size, "%s", rows[i].name);
		cr_expect_arr_eq(text, rows[i].text, size, "%s", rows[i].name);
		free(text);
		cr_expect_eq(store_load_lease(path, "eth0", &lease), rows[i].has_eth0, "%s",
			     rows[i].name);
		cr_expect_eq(store_load_lease(path, "eth1", &lease), rows[i].has_eth1, "%s",
			     rows[i].name);
		/* What is there now is sound. */
		unlink(bad);
		cr_expect_eq(store_load_duid(path, &found), 0, "%s", rows[i].name);
		cr_expect_eq(found.size > 0, rows[i].has_duid, "%s", rows[i].name);
		cr_expect_str_eq(names(), "leases leases.lock ", "%s: %s", rows[i].name, names());
	}
}

Test(store, damage_that_comes_before_a_save_is_set_aside_too)
{
	static const char text[] = DUID_TEXT RECORD("eth1", "2001:db8::11") "lease6 {\n  interf";
	struct lease lease = make_lease("2001:db8::5", 0);

	write_text(path, text);
	cr_assert_eq(store_save(path, &other_duid, "eth0", &lease), 0);
	cr_expect_str_eq(text_of(bad), text);
	cr_expect_eq(store_load_lease(path, "eth0", &lease), 1);
	cr_expect_eq(store_load_lease(path, "eth1", &lease), 1);
}

/* A cut at any octet: it starts, what stands before the cut is there, and it can be saved again. */
Test(store, a_file_cut_anywhere_is_no_reason_not_to_start)
{
	static const char text[] = DUID_TEXT RECORD("eth0", "2001:db8::5")
		RECORD("eth1", "2001:db8::11");
	const size_t duid_end = strlen(DUID_TEXT) - 1;
	const size_t eth0_end = duid_end + strlen(RECORD("eth0", "2001:db8::5"));
	const size_t eth1_end = sizeof(text) - 2;
	struct lease lease = make_lease("2001:db8::77", 0);

	for (size_t size = 0; size < sizeof(text); size++) {
		struct duid found;
		struct lease loaded;

		write_bytes(path, text, size);
		unlink(bad);
		cr_assert_eq(store_load_duid(path, &found), 0, "at %zu", size);
		cr_expect_eq(found.size > 0, size >= duid_end, "DUID at %zu", size);
		cr_expect_eq(store_load_lease(path, "eth0", &loaded), size >= eth0_end,
			     "eth0 at %zu", size);
		cr_expect_eq(store_load_lease(path, "eth1", &loaded), size >= eth1_end,
			     "eth1 at %zu", size);
		if (size % 16)
			continue;
		cr_assert_eq(store_save(path, &duid, "eth0", &lease), 0, "at %zu", size);
		cr_expect_eq(store_load_lease(path, "eth1", &loaded), size >= eth1_end,
			     "eth1 after saving, at %zu", size);
		cr_assert_eq(store_load_lease(path, "eth0", &loaded), 1, "at %zu", size);
		cr_expect(holds(&loaded, "2001:db8::77"), "at %zu", size);
	}
}

/* Locking */

/* As long as somebody else has the lock, nothing is read; then what he wrote is found. */
Test(store, one_waits_for_the_other)
{
	struct lease lease = make_lease("2001:db8::1", 0);
	struct pollfd end = { .events = POLLIN };
	struct lease loaded;
	char name[80];
	int status = -1;
	pid_t child;
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	child = fork();
	cr_assert_geq(child, 0);
	if (child == 0)
		_exit(store_save(path, &duid, "eth0", &lease) == 0 ? 0 : 1);
	end.fd = (int)syscall(SYS_pidfd_open, child, 0);
	cr_assert_geq(end.fd, 0);
	cr_expect_eq(poll(&end, 1, 200), 0, "it did not wait");
	write_text(path, OTHERS);
	cr_assert_eq(flock(fd, LOCK_UN), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect_eq(status, 0);
	cr_expect_eq(store_load_lease(path, "eth0", &loaded), 1);
	cr_expect_eq(store_load_lease(path, "eth1", &loaded), 1);
	close(end.fd);
	close(fd);
}

static void save_often(const char *interface, const char *addr)
{
	struct lease lease = make_lease(addr, 0);

	for (int i = 0; i < 100; i++) {
		struct lease loaded;

		if (store_save(path, &duid, interface, &lease) != 0)
			_exit(1);
		if (store_load_lease(path, interface, &loaded) != 1)
			_exit(2);
	}
	_exit(0);
}

/* Each reads, changes and writes the whole file: without the lock one's lease would be lost. */
Test(store, several_processes_share_a_file)
{
	static const struct {
		const char *interface;
		const char *addr;
	} rows[] = { { "eth0", "2001:db8::1" },
		     { "eth1", "2001:db8::2" },
		     { "eth2", "2001:db8::3" } };
	pid_t children[3];
	struct lease loaded;

	for (size_t i = 0; i < 3; i++) {
		children[i] = fork();
		cr_assert_geq(children[i], 0);
		if (children[i] == 0)
			save_often(rows[i].interface, rows[i].addr);
	}
	for (size_t i = 0; i < 3; i++) {
		int status = -1;

		cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
		cr_expect_eq(status, 0, "%s: status %#x", rows[i].interface, (unsigned int)status);
	}
	for (size_t i = 0; i < 3; i++) {
		cr_expect_eq(store_load_lease(path, rows[i].interface, &loaded), 1);
		cr_expect(holds(&loaded, rows[i].addr));
	}
	cr_expect_str_eq(names(), "leases leases.lock ");
}

/* Who can read the folder must not be able to stop us: flock() needs no more than an open file. */
Test(store, the_lock_is_out_of_reach_for_others)
{
	struct stat status;
	char name[80];

	snprintf(name, sizeof(name), "%s.lock", path);
	umask(0);
	cr_assert_eq(store_save(path, &duid, NULL, NULL), 0);
	cr_assert_eq(stat(name, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
	unlink(name);
	cr_assert_eq(symlink("elsewhere", name), 0);
	cr_expect_eq(store_save(path, &duid, NULL, NULL), -ELOOP);
}

/* Killed at any moment, the file is the old one or the new one. */
Test(store, killed_while_it_saves_the_file_is_whole)
{
	struct lease loaded;
	struct duid found;

	cr_assert_eq(store_save(path, &duid, "eth1", &(struct lease){ 0 }), 0);
	for (int round = 0; round < 30; round++) {
		unsigned int seed = (unsigned int)(getpid() + round);
		int ends[2];
		pid_t child;
		char octet;

		cr_assert_eq(pipe(ends), 0);
		child = fork();
		cr_assert_geq(child, 0);
		if (child == 0) {
			struct lease lease = make_lease("2001:db8::5", 0);

			while (write(ends[1], "x", 1) == 1)
				store_save(path, &duid, "eth0", &lease);
			_exit(0);
		}
		close(ends[1]);
		for (int i = rand_r(&seed) % 12 + 1; i > 0; i--)
			cr_assert_eq(read(ends[0], &octet, 1), 1);
		kill(child, SIGKILL);
		cr_assert_eq(waitpid(child, NULL, 0), child);
		close(ends[0]);
		cr_assert_eq(store_load_duid(path, &found), 0);
		cr_expect(duid_equal(&found, &duid));
		if (store_load_lease(path, "eth0", &loaded))
			cr_expect(holds(&loaded, "2001:db8::5"));
		cr_expect_neq(access(bad, F_OK), 0, "it was damaged");
	}
}

/* The pid file */

Test(store, a_pid_is_written_and_read)
{
	struct stat status;

	umask(077);
	cr_expect_eq(store_read_pid(path), 0);
	cr_assert_eq(store_write_pid(path, 12345), 0);
	cr_expect_str_eq(text_of(path), "12345\n");
	cr_expect_eq(store_read_pid(path), 12345);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0644);
}

/* A signal goes to that number: nothing doubtful may become one. */
Test(store, only_a_pid_is_read_as_one)
{
	static const struct {
		const char *text;
		size_t size;
		pid_t pid;
	} rows[] = {
		{ BYTES("1\n"), 1 },
		{ BYTES("4194304"), 4194304 },
		{ BYTES("007\n"), 7 },
		{ BYTES(""), 0 },
		{ BYTES("\n"), 0 },
		{ BYTES("0\n"), 0 },
		{ BYTES("-1\n"), 0 },
		{ BYTES("+5\n"), 0 },
		{ BYTES(" 5\n"), 0 },
		{ BYTES("5 \n"), 0 },
		{ BYTES("5\n\n"), 0 },
		{ BYTES("5\n6\n"), 0 },
		{ BYTES("5x\n"), 0 },
		{ BYTES("0x5\n"), 0 },
		{ BYTES("5\0\n"), 0 },
		{ BYTES("5\n\0"), 0 },
		{ BYTES("99999999999\n"), 0 },
		{ BYTES("4294967297\n"), 0 },
		{ BYTES("18446744073709551617\n"), 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_bytes(path, rows[i].text, rows[i].size);
		cr_expect_eq(store_read_pid(path), rows[i].pid, "row %zu: %s", i, rows[i].text);
	}
}
