/* sim_main.c - Nights of a district from a seed: what happens when, and what must hold.
 *
 * Each seed that fails is printed and shrunk to a short script. The same seed and options give the
 * same run. sim --help lists the options (sim_args.c). */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "sim_args.h"
#include "tmp.h"

#define CAMPAIGN_NIGHTS 200000
#define ENOUGH 100
#define SEEDS_A_JOB 8
#define PROGRESS_S 10
#define RARE_S 300
#define JOBS SIM_JOBS

static const char *const FAULTS[SIM_FAULT_KINDS] = {
#define X(name, text) text,
    SIM_FAULTS(X)
#undef X
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
    long memory[2]; /* the most that an office, that the district held */
};

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- one script ---- */

static void keep_script(
        const struct sim_args *args, const struct sim_script *script, const char *why)
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

static void say_hashes(uint64_t seed, uint64_t trace, const struct sim_stats *stats)
{
    const uint64_t *counted = (const uint64_t *)stats;
    uint64_t hash = UINT64_C(1469598103934665603);

    for (size_t i = 0; i < sizeof(*stats) / sizeof(*counted); i++)
        hash = (hash ^ counted[i]) * UINT64_C(1099511628211);
    printf("seed %" PRIu64 ": travelled %016" PRIx64 ", counted %016" PRIx64 "\n", seed, trace,
            hash);
}

static void run_script(const struct sim_args *args, struct sim_script *script, struct outcome *out)
{
    struct sim_stats stats = { 0 };
    char why[1024] = "";
    uint64_t trace;
    bool good;

    script->options.verbose = args->verbose;
    script->options.lies = args->lies;
    script->options.histories = args->histories;
    good = sim_run(script, &stats, &trace, why);
    sim_stats_add(&out->stats, &stats);
    if (args->hashes)
        say_hashes(script->options.seed, trace, &stats);
    for (int i = 0; i < 2; i++)
        out->memory[i] = sim_heap_most(i == 1);
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
        sim_shrink(script, why, (int)args->shrink);
        printf("  shrunk to %zu events in %d nights: %s\n", script->n, script->options.nights, why);
        keep_script(args, script, why);
        fflush(stdout);
    }
}

static void run_seeds(const struct sim_args *args, uint64_t first, uint64_t n, struct outcome *out)
{
    for (uint64_t k = 0; k < n && !(args->stop && out->bad > 0); k++) {
        struct sim_script script;

        sim_plan(&script, first + k, args);
        run_script(args, &script, out);
        sim_script_free(&script);
    }
}

static bool run_file(const struct sim_args *args, const char *path, struct outcome *out)
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
           "%llu messages; checked: %llu commits, %llu changes that had seen, %llu folds, "
           "%llu values, %llu receipts, %llu captured; %llu rounds of a link, %llu rows crossed, "
           "%llu "
           "answers, %llu turned away; most "
           "memory: office %ld KiB, district %ld KiB\n",
            (unsigned long long)o->seeds, N(nights), took, N(syncs), N(syncs_done), N(changes),
            N(accepted), N(superseded), N(held), N(refused), N(requested), N(conflicts), N(packets),
            N(checked_commits), N(checked_seen), N(folds), N(accounted), N(receipts), N(captured),
            N(rounds), N(crossed), N(answers), N(turned_away), o->memory[0] / 1024,
            o->memory[1] / 1024);
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

static void start_job(const struct sim_args *args, struct job *job, uint64_t first)
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

    memset(&out, 0, sizeof(out));
    if (read(job->pipe, &out, sizeof(out)) != (ssize_t)sizeof(out)) {
        printf("the program died within seeds %" PRIu64 " to %" PRIu64 "\n", job->first,
                job->first + SEEDS_A_JOB - 1);
        out.bad = 1;
    }
    close(job->pipe);
    job->pid = 0;
    sim_stats_add(&total->stats, &out.stats);
    for (int i = 0; i < 2; i++)
        if (out.memory[i] > total->memory[i])
            total->memory[i] = out.memory[i];
    total->seeds += out.seeds;
    total->bad += out.bad;
}

struct campaign {
    const struct sim_args *args;
    struct job jobs[JOBS];
    struct outcome total;
    uint64_t next; /* seed */
    double from;
    double said;
    double told; /* which kinds are rare */
    int running;
    sigset_t unblocked;
    char folder[200]; /* of temporary files */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

/* It comes while jobs are waited for, and only then. */
static void listen_for_stop(sigset_t *before)
{
    struct sigaction action = { .sa_handler = stop };
    sigset_t both;

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, before);
}

static bool goes_on(const struct campaign *c)
{
    return stopped == 0 && c->total.stats.nights < c->args->campaign &&
           !(c->args->stop && c->total.bad > 0);
}

/* In one line: a campaign that is stopped has said how far it was. */
static void tell_rare(const struct sim_stats *stats)
{
    const char *comma = "";

    printf("under %d so far:", ENOUGH);
    for (size_t i = 0; i < SIM_FAULT_KINDS; i++)
        if (stats->faults[i] < ENOUGH) {
            printf("%s %s %" PRIu64, comma, FAULTS[i], stats->faults[i]);
            comma = ",";
        }
    printf("%s\n", comma[0] == '\0' ? " nothing" : "");
}

static void tell_progress(struct campaign *c)
{
    double now = seconds();

    if (now - c->said <= PROGRESS_S)
        return;
    c->said = now;
    printf("%" PRIu64 " of %" PRIu64 " office-nights, %" PRIu64 " seeds, %" PRIu64
           " failed, %.0f s\n",
            c->total.stats.nights, c->args->campaign, c->total.seeds, c->total.bad, now - c->from);
    if (now - c->told > RARE_S) {
        c->told = now;
        tell_rare(&c->total.stats);
    }
    fflush(stdout);
}

/* What these jobs had done does not count; what they leave lies in the campaign's folder. */
static void cut_short(struct campaign *c)
{
    for (size_t i = 0; i < c->args->jobs; i++) {
        struct job *job = &c->jobs[i];

        if (job->pid == 0)
            continue;
        kill(job->pid, SIGKILL);
        waitpid(job->pid, NULL, 0);
        close(job->pipe);
    }
    printf("stopped\n");
}

/* Until a job ends, which its pipe shows, or until stopped. */
static void wait_for_jobs(struct campaign *c)
{
    fd_set ends;
    int most = 0;

    FD_ZERO(&ends);
    for (size_t i = 0; i < c->args->jobs; i++)
        if (c->jobs[i].pid != 0) {
            FD_SET(c->jobs[i].pipe, &ends);
            most = c->jobs[i].pipe > most ? c->jobs[i].pipe : most;
        }
    if (pselect(most + 1, &ends, NULL, NULL, NULL, &c->unblocked) < 0)
        return;
    for (size_t i = 0; i < c->args->jobs; i++)
        if (c->jobs[i].pid != 0 && FD_ISSET(c->jobs[i].pipe, &ends)) {
            waitpid(c->jobs[i].pid, NULL, 0);
            end_job(&c->jobs[i], &c->total);
            c->running--;
        }
}

static int campaign(const struct sim_args *args)
{
    struct campaign c = { .args = args, .next = args->first, .from = seconds() };

    c.said = c.told = c.from;
    tmp_make(c.folder, sizeof(c.folder));
    setenv("TMPDIR", c.folder, 1);
    listen_for_stop(&c.unblocked);
    printf("from seed %" PRIu64 "\n", args->first);
    fflush(stdout);
    while (stopped == 0 && (c.running > 0 || goes_on(&c))) {
        for (size_t i = 0; i < args->jobs && goes_on(&c); i++) {
            if (c.jobs[i].pid == 0) {
                start_job(args, &c.jobs[i], c.next);
                c.next += SEEDS_A_JOB;
                c.running++;
            }
        }
        wait_for_jobs(&c);
        tell_progress(&c);
    }
    if (stopped != 0)
        cut_short(&c);
    tmp_remove(c.folder);
    report(&c.total, seconds() - c.from);
    if (!report_faults(&c.total.stats, args->campaign >= CAMPAIGN_NIGHTS))
        return 1;
    return c.total.bad > 0 || stopped != 0 ? 1 : 0;
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

int main(int argc, char **argv)
{
    struct sim_args args;
    struct outcome out;
    struct sim_disk *template;
    struct stat info;
    double from = seconds();
    bool good = true;

    if (!sim_args_read(&args, argc, argv))
        return 2;
    if (args.help) {
        sim_args_help(stdout);
        return 0;
    }
    memset(&out, 0, sizeof(out));
    if (getenv("TMPDIR") == NULL && stat("/dev/shm", &info) == 0 && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    use_our_heap();
    sim_vfs_install();
    template = sim_disk_new("template", 0);
    if (args.campaign > 0)
        return campaign(&args);
    for (int i = args.files; args.script && i < argc; i++)
        good = run_file(&args, argv[i], &out) && good;
    if (!args.script)
        run_seeds(&args, args.first, args.seeds, &out);
    sim_disk_free(template);
    report(&out, seconds() - from);
    if (args.verbose || args.counts)
        report_faults(&out.stats, false);
    return out.bad > 0 || !good ? 1 : 0;
}
