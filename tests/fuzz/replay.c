/* SPDX-License-Identifier: MPL-2.0 */

/*
 * replay FILE|FOLDER...: gives each file, and each file in each folder, to the
 * target that is linked in, and prints TAP. An input that breaks something ends the
 * program, so its line is missing and the plan is not met.
 */

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX 1048576 /* octets of an input */
#define PATH_ROOM 4096

static uint8_t input[INPUT_MAX];
static unsigned int count;

static bool play(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		printf("not ok %u - %s cannot be read\n", ++count, path);
		return false;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	LLVMFuzzerTestOneInput(input, size);
	printf("ok %u - %s, %zu octets\n", ++count, path, size);
	fflush(stdout);
	return true;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool play_folder(const char *folder)
{
	struct dirent **entries;
	char path[PATH_ROOM];
	bool good = true;
	int n = scandir(folder, &entries, is_input, alphasort);

	if (n <= 0) {
		printf("not ok %u - no input in %s\n", ++count, folder);
		return false;
	}
	for (int i = 0; i < n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name) <
		    (int)sizeof(path))
			good &= play(path);
		free(entries[i]);
	}
	free(entries);
	return good;
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			good &= play_folder(argv[i]);
		else
			good &= play(argv[i]);
	}
	printf("1..%u\n", count);
	return good ? 0 : 1;
}
