/* main.c - tuquan-district: the command line. */
#include <stdio.h>
#include <string.h>

#include "tuquan/version.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("tuquan-district %s\n", tq_version());
        return 0;
    }
    fprintf(stderr, "tuquan-district: --version\n");
    return 2;
}
