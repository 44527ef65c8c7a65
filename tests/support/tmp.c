#include "tmp.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tmp_make(char *path, size_t size)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(path, size, "%s/tuquan-test-XXXXXX", base != NULL ? base : "/tmp");

    if (n < 0 || (size_t)n >= size || mkdtemp(path) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
}

void tmp_remove(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char child[4096];

    if (dir != NULL) {
        while ((entry = readdir(dir)) != NULL) {
            struct stat info;

            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            if (snprintf(child, sizeof(child), "%s/%s", path, entry->d_name) >= (int)sizeof(child))
                continue;
            if (lstat(child, &info) == 0 && S_ISDIR(info.st_mode))
                tmp_remove(child);
            else
                unlink(child);
        }
        closedir(dir);
    }
    rmdir(path);
}
