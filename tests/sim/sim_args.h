/* sim_args.h - What was asked for on the simulator's command line.
 *
 * Ownership: strings are those of argv.
 * Threads:   none. */
#ifndef TQ_TESTS_SIM_ARGS_H
#define TQ_TESTS_SIM_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SIM_JOBS 64 /* at most */

struct sim_args {
    uint64_t seeds;
    uint64_t first;
    uint64_t campaign;
    uint64_t nights;
    uint64_t jobs;
    uint64_t shrink;
    const char *scripts;
    bool calm;
    bool copies;
    bool refills;
    bool empties;
    bool versions;
    bool moments;
    bool delays;
    bool chores;
    bool sticks;
    bool neighbours;
    bool parcels;
    bool deaths;
    bool reports;
    bool rests;
    bool servers;
    bool shells;
    bool histories;
    bool lies;
    bool twice;
    bool stop;
    bool counts;
    bool hashes;
    bool verbose;
    bool script;
    bool help;
    int files; /* index of the first argument that is no option */
};

/* False: not understood; it has been said why. */
bool sim_args_read(struct sim_args *args, int argc, char **argv);
void sim_args_help(FILE *out);

#endif
