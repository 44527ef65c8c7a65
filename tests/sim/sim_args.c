/* sim_args.c - The options of the simulator, each with what it does. */
#include "sim_args.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct option {
    const char *name;
    const char *value; /* what stands for it in the help; NULL: none follows */
    size_t at;         /* in struct sim_args: a bool, a number, or (is_text) a string */
    bool is_text;
    const char *help;
};

#define AT(field) offsetof(struct sim_args, field)

static const struct option OPTIONS[] = {
    { "--seeds", "N", AT(seeds), false, "play N seeds (10)" },
    { "--first", "S", AT(first), false, "the first of them (1)" },
    { "--nights", "K", AT(nights), false, "nights of each seed (8)" },
    { "--campaign", "N", AT(campaign), false,
            "play seeds until N office-nights are done, on all cores, with progress; of 200,000 or "
            "more it fails, too, when a kind of fault struck less than 100 times" },
    { "--jobs", "J", AT(jobs), false, "processes of a campaign (one for each core)" },
    { "--script", NULL, AT(script), false, "play the files that follow instead of seeds" },
    { "--copies", NULL, AT(copies), false, "office files are restored and copied, in some seeds" },
    { "--refills", NULL, AT(refills), false, "the district is restored, in some seeds" },
    { "--empties", NULL, AT(empties), false,
            "of the district nothing is left but its keys, or it is restored together with offices "
            "(--copies); in some seeds" },
    { "--versions", NULL, AT(versions), false,
            "offices and district run catalogues of several versions, in some seeds" },
    { "--moments", NULL, AT(moments), false,
            "locks, publications, verdicts, voids and edits between the messages of a session, in "
            "some seeds" },
    { "--delays", NULL, AT(delays), false,
            "messages come minutes and hours late, after those of later sessions; in some seeds" },
    { "--chores", NULL, AT(chores), false,
            "people decide in their inboxes and about held rows, files are backed up and pruned, "
            "the "
            "height file is torn; in some seeds" },
    { "--sticks", NULL, AT(sticks), false,
            "sessions go and come as files, too, lost, late, twice, in any order; in some seeds" },
    { "--neighbours", NULL, AT(neighbours), false,
            "a second district and a link with it, in some seeds a hostile one; in some seeds" },
    { "--parcels", NULL, AT(parcels), false,
            "bundles go between the two districts, too (--neighbours), lost, late, twice, in any "
            "order; in some seeds" },
    { "--deaths", NULL, AT(deaths), false,
            "at the link the partner's machine dies within a session, and rounds of both meet "
            "(--neighbours); in some seeds" },
    { "--reports", NULL, AT(reports), false,
            "reports are sent, given back and sent again; in some seeds" },
    { "--rests", NULL, AT(rests), false,
            "when the district has lost something (--refills, --empties) everybody comes to rest "
            "on "
            "some morning, and the run goes on; in most seeds" },
    { "--servers", NULL, AT(servers), false,
            "the district's clock runs fast or slow, and its height file is torn whatever becomes "
            "of the rest; in some seeds" },
    { "--shells", NULL, AT(shells), false,
            "another program holds an office's file, reads or writes it meanwhile; in some seeds" },
    { "--calm", NULL, AT(calm), false, "nothing goes wrong" },
    { "--histories", NULL, AT(histories), false,
            "at the end fold all sets with their receipts, in other orders" },
    { "--lies", NULL, AT(lies), false, "disks do not sync: every seed is expected to fail" },
    { "--twice", NULL, AT(twice), false, "play each seed again: the same must happen" },
    { "--stop", NULL, AT(stop), false, "stop at the first seed that fails" },
    { "--shrink", "S", AT(shrink), false,
            "make a failing seed a short script, for at most S seconds (60; 0: do not)" },
    { "--scripts", "FOLDER", AT(scripts), true, "write such scripts there (else print them)" },
    { "--counts", NULL, AT(counts), false, "say how often each kind of fault struck" },
    { "--hashes", NULL, AT(hashes), false,
            "say a hash of what travelled and of what was counted, seed by seed: the same "
            "before and after a change that alters nothing" },
    { "--verbose", NULL, AT(verbose), false, "say everything that happens" },
    { "--help", NULL, AT(help), false, "say this" },
};

void sim_args_help(FILE *out)
{
    fprintf(out, "sim: nights of a district and its offices, from a seed\n\n");
    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
        fprintf(out, "  %s%s%s\n        %s\n", OPTIONS[i].name, OPTIONS[i].value != NULL ? " " : "",
                OPTIONS[i].value != NULL ? OPTIONS[i].value : "", OPTIONS[i].help);
    fprintf(out, "\nTQ_TRACE=FOLDER writes the rows of each order of merging there.\n");
}

static bool set(struct sim_args *args, const struct option *option, const char *value)
{
    char *field = (char *)args + option->at;
    char *end = NULL;

    if (option->value == NULL) {
        memcpy(field, &(bool){ true }, sizeof(bool));
        return true;
    }
    if (value == NULL)
        return false;
    if (option->is_text) {
        memcpy(field, &value, sizeof(value));
        return true;
    }
    memcpy(field, &(uint64_t){ strtoull(value, &end, 10) }, sizeof(uint64_t));
    return end != value && *end == '\0';
}

bool sim_args_read(struct sim_args *args, int argc, char **argv)
{
    int i = 1;

    memset(args, 0, sizeof(*args));
    args->seeds = 10;
    args->first = 1;
    args->nights = 8;
    args->shrink = 60;
    args->jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const struct option *option = NULL;

        for (size_t k = 0; k < sizeof(OPTIONS) / sizeof(OPTIONS[0]); k++)
            if (strcmp(argv[i], OPTIONS[k].name) == 0)
                option = &OPTIONS[k];
        if (option == NULL || !set(args, option, i + 1 < argc ? argv[i + 1] : NULL)) {
            fprintf(stderr, "not understood: %s (--help lists the options)\n", argv[i]);
            return false;
        }
        i += option->value != NULL;
    }
    args->files = i;
    if (args->jobs == 0 || args->jobs > SIM_JOBS || args->script != (i < argc)) {
        fprintf(stderr, "not understood: --jobs is 1 to %d; files come with --script\n", SIM_JOBS);
        return false;
    }
    return true;
}
