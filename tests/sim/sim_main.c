/* sim_main.c - Nights of a district from a seed: what happens when, and what must hold.
 *
 *   sim [--seeds N] [--first S] [--nights K] [--calm] [--twice] [--stop] [--verbose]
 *   sim --script FILE...            replay scripts that failed once
 *   sim --campaign OFFICE-NIGHTS    on all cores (--jobs J), with progress
 *   sim --histories                 at the end fold all sets with their receipts, in any order
 *   sim --lies                      disks that do not sync: every seed is expected to fail
 *
 * Each seed that fails is printed and shrunk to a short script (--shrink SECONDS, 0: not), written
 * to --scripts FOLDER if that is given. The same seed and nights give the same run (--twice looks).
 * --calm: nothing goes wrong. --copies: office files restored and copied, too;
 * --refills: the district restored. TQ_TRACE=<folder> writes the rows of each order of merging there.
 * A campaign of 200,000 office-nights or more fails, too, when a kind of fault struck less than a
 * hundred times. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define CAMPAIGN_NIGHTS 200000
#define ENOUGH 100
#define SEEDS_A_JOB 8
#define JOBS 64

static const char *const FAULTS[SIM_FAULT_KINDS] = {
#define X(name, text) text,
    SIM_FAULTS(X)
#undef X
};

struct args {
    uint64_t seeds;
    uint64_t first;
    uint64_t campaign;
    int nights;
    int jobs;
    int shrink;
    const char *scripts;
    bool calm;
    bool twice;
    bool stop;
    bool verbose;
    bool lies;
    bool copies;
    bool refills;
    bool histories;
};

struct job {
    pid_t pid;
    int pipe;
    uint64_t first;
};

/* What a job says of its seeds. */
struct outcome {
    struct sim_stats stats;
    uint64_t seeds;
    uint64_t bad;
};

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- one script ---- */

static void keep_script(const struct args *args, const struct sim_script *script, const char *why)
{
    char path[256];
    FILE *out = stdout;

    if (args->scripts != NULL) {
        snprintf(
                path, sizeof(path), "%s/seed-%" PRIu64 ".txt", args->scripts, script->options.seed);
        out = fopen(path, "w");
        if (out == NULL)
            out = stdout;
        else
            printf("  script: %s\n", path);
    } else {
        printf("--- script ---\n");
    }
    sim_script_write(script, why, out);
    if (out != stdout)
        fclose(out);
    else
        printf("--- end of script ---\n");
}

static void run_script(const struct args *args, struct sim_script *script, struct outcome *out)
{
    char why[1024] = "";
    uint64_t trace;
    bool good;

    script->options.verbose = args->verbose;
    script->options.lies = args->lies;
    script->options.histories = args->histories;
    good = sim_run(script, &out->stats, &trace, why);
    out->seeds++;
    if (args->twice) {
        struct sim_stats unused = { 0 };
        uint64_t again;
        char why_again[1024] = "";

        (void)sim_run(script, &unused, &again, why_again);
        if (again != trace || strcmp(why, why_again) != 0) {
            printf("seed %" PRIu64 " runs differently the second time\n", script->options.seed);
            out->bad++;
        }
    }
    if (good)
        return;
    out->bad++;
    printf("seed %" PRIu64 ", %s\n", script->options.seed, why);
    fflush(stdout);
    if (args->shrink > 0) {
        script->options.verbose = false;
        sim_shrink(script, why, args->shrink);
        printf("  shrunk to %zu events in %d nights: %s\n", script->n, script->options.nights, why);
        keep_script(args, script, why);
        fflush(stdout);
    }
}

static void run_seeds(const struct args *args, uint64_t first, uint64_t n, struct outcome *out)
{
    for (uint64_t k = 0; k < n && !(args->stop && out->bad > 0); k++) {
        struct sim_script script;

        sim_plan(&script, first + k, args->nights, args->calm, args->copies, args->refills);
        run_script(args, &script, out);
        sim_script_free(&script);
    }
}

static bool run_file(const struct args *args, const char *path, struct outcome *out)
{
    FILE *in = fopen(path, "r");
    struct sim_script script;
    bool good;

    if (in == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        return false;
    }
    good = sim_script_read(&script, in);
    fclose(in);
    if (good)
        run_script(args, &script, out);
    sim_script_free(&script);
    return good;
}

/* ---- many at once ---- */

static void report(const struct outcome *o, double took)
{
    const struct sim_stats *t = &o->stats;

#define N(field) (unsigned long long)t->field
    printf("%llu seeds, %llu office-nights in %.1f s: %llu syncs (%llu done), %llu changes, %llu "
           "accepted, %llu superseded, %llu held, %llu refused, %llu requested, %llu in conflict, "
           "%llu messages; checked: %llu commits, %llu changes that had seen, %llu folds\n",
            (unsigned long long)o->seeds, N(nights), took, N(syncs), N(syncs_done), N(changes),
            N(accepted), N(superseded), N(held), N(refused), N(requested), N(conflicts), N(packets),
            N(checked_commits), N(checked_seen), N(folds));
#undef N
}

static bool report_faults(const struct sim_stats *t, bool all)
{
    bool good = true;

    for (size_t i = 0; i < SIM_FAULT_KINDS; i++) {
        bool rare = all && t->faults[i] < ENOUGH;

        printf("%10llu  %s%s\n", (unsigned long long)t->faults[i], FAULTS[i],
                rare ? ": struck too seldom" : "");
        good = good && !rare;
    }
    return good;
}

static void start_job(const struct args *args, struct job *job, uint64_t first)
{
    int ends[2];

    fflush(stdout);
    if (pipe(ends) != 0)
        exit(2);
    job->first = first;
    job->pipe = ends[0];
    job->pid = fork();
    if (job->pid == 0) {
        struct outcome out;

        memset(&out, 0, sizeof(out));
        close(ends[0]);
        run_seeds(args, first, SEEDS_A_JOB, &out);
        fflush(stdout);
        _exit(write(ends[1], &out, sizeof(out)) == (ssize_t)sizeof(out) ? 0 : 2);
    }
    close(ends[1]);
}

static void end_job(struct job *job, struct outcome *total)
{
    struct outcome out;
    const uint64_t *in = (const uint64_t *)&out.stats;
    uint64_t *sum = (uint64_t *)&total->stats;

    memset(&out, 0, sizeof(out));
    if (read(job->pipe, &out, sizeof(out)) != (ssize_t)sizeof(out)) {
        printf("the program died within seeds %" PRIu64 " to %" PRIu64 "\n", job->first,
                job->first + SEEDS_A_JOB - 1);
        out.bad = 1;
    }
    close(job->pipe);
    job->pid = 0;
    for (size_t i = 0; i < sizeof(out.stats) / sizeof(uint64_t); i++)
        sum[i] += in[i];
    total->seeds += out.seeds;
    total->bad += out.bad;
}

static int campaign(const struct args *args)
{
    struct job jobs[JOBS] = { { 0 } };
    struct outcome total;
    uint64_t next = args->first;
    double from = seconds();
    double said = from;
    int running = 0;

    memset(&total, 0, sizeof(total));
    while (running > 0 || (total.stats.nights < args->campaign && !(args->stop && total.bad > 0))) {
        pid_t done;

        for (int i = 0; i < args->jobs && total.stats.nights < args->campaign; i++) {
            if (jobs[i].pid == 0) {
                start_job(args, &jobs[i], next);
                next += SEEDS_A_JOB;
                running++;
            }
        }
        done = waitpid(-1, NULL, 0);
        for (int i = 0; i < args->jobs; i++) {
            if (jobs[i].pid == done && done > 0) {
                end_job(&jobs[i], &total);
                running--;
            }
        }
        if (seconds() - said > 10) {
            said = seconds();
            printf("%" PRIu64 " of %" PRIu64 " office-nights, %" PRIu64 " seeds, %" PRIu64
                   " failed, %.0f s\n",
                    total.stats.nights, args->campaign, total.seeds, total.bad, said - from);
            fflush(stdout);
        }
    }
    report(&total, seconds() - from);
    if (!report_faults(&total.stats, args->campaign >= CAMPAIGN_NIGHTS))
        return 1;
    return total.bad > 0 ? 1 : 0;
}

/* ---- what was asked for ---- */

/* The stores give SQLite the heap of tq_mem before it starts; so they must come first. */
static void use_our_heap(void)
{
    struct tq_db_config config = { .path = "/nothing/here", .role = TQ_ROLE_OFFICE };
    struct tq_error err;
    struct tq_db *db;

    if (tq_db_open(&db, &config, NULL, &err) == TQ_OK)
        tq_db_close(db);
}

/* Index of the first that is not an option; -1: not understood. */
static int read_args(struct args *args, int argc, char **argv, bool *script)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "0";

        if (strcmp(argv[i], "--verbose") == 0)
            args->verbose = true;
        else if (strcmp(argv[i], "--calm") == 0)
            args->calm = true;
        else if (strcmp(argv[i], "--twice") == 0)
            args->twice = true;
        else if (strcmp(argv[i], "--stop") == 0)
            args->stop = true;
        else if (strcmp(argv[i], "--histories") == 0)
            args->histories = true;
        else if (strcmp(argv[i], "--lies") == 0)
            args->lies = true;
        else if (strcmp(argv[i], "--copies") == 0)
            args->copies = true;
        else if (strcmp(argv[i], "--refills") == 0)
            args->refills = true;
        else if (strcmp(argv[i], "--script") == 0)
            *script = true;
        else if (strcmp(argv[i], "--seeds") == 0)
            args->seeds = strtoull(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--first") == 0)
            args->first = strtoull(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--campaign") == 0)
            args->campaign = strtoull(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--nights") == 0)
            args->nights = (int)strtol(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--jobs") == 0)
            args->jobs = (int)strtol(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--shrink") == 0)
            args->shrink = (int)strtol(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--scripts") == 0)
            args->scripts = value, i++;
        else
            return -1;
    }
    return args->jobs > 0 && args->jobs <= JOBS ? i : -1;
}

int main(int argc, char **argv)
{
    struct args args = { .seeds = 10, .first = 1, .nights = 8, .shrink = 60 };
    struct outcome out;
    struct sim_disk *template;
    struct stat info;
    bool script = false;
    double from = seconds();
    bool good = true;
    int rest;

    args.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
    rest = read_args(&args, argc, argv, &script);
    if (rest < 0 || (script && rest == argc))
        return 2;
    memset(&out, 0, sizeof(out));
    if (getenv("TMPDIR") == NULL && stat("/dev/shm", &info) == 0 && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    use_our_heap();
    sim_vfs_install();
    template = sim_disk_new("template", 0);
    if (args.campaign > 0)
        return campaign(&args);
    for (; script && rest < argc; rest++)
        good = run_file(&args, argv[rest], &out) && good;
    if (!script)
        run_seeds(&args, args.first, args.seeds, &out);
    sim_disk_free(template);
    report(&out, seconds() - from);
    if (args.verbose)
        report_faults(&out.stats, false);
    return out.bad > 0 || !good ? 1 : 0;
}
