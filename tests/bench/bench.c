/* bench.c - Options, clock and table of tuquan-bench. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tmp.h"
#include "tuquan/identity.h"

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "tuquan-bench: %s: %s\n", what, why != NULL ? why : "?");
    exit(1);
}

void bench_must(tq_status rc, const char *what, const struct tq_error *err)
{
    if (rc == TQ_OK)
        return;
    fprintf(stderr, "tuquan-bench: %s: %s\n", what, tq_status_code(rc));
    bench_fail(what, err != NULL ? err->msg : NULL);
}

/* --cpu: what this process computed, instead of how long it took, for a machine that has other
 * work. Waiting for the disk does not count then; nights over links keep the wall clock. */
static bool count_cpu;

double bench_now(void)
{
    struct timespec now;

    clock_gettime(count_cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

struct bench_line *bench_add(struct bench *b, const char *name, const char *unit,
        enum bench_sense sense, double floor, double ours)
{
    struct bench_line *line = &b->lines[b->nlines++];

    if (b->nlines > BENCH_MAX_LINES)
        bench_fail(name, "too many lines");
    memset(line, 0, sizeof(*line));
    line->name = name;
    line->unit = unit;
    line->sense = sense;
    line->floor = floor;
    line->ours = ours;
    return line;
}

void bench_say(const struct bench *b, const char *what)
{
    (void)b;
    fprintf(stderr, "... %s\n", what);
}

void bench_path(const struct bench *b, const char *name, char out[BENCH_PATH_BYTES])
{
    snprintf(out, BENCH_PATH_BYTES, "%s/%s", b->dir, name);
}

void bench_copy(const char *from, const char *to)
{
    static const char *const ENDS[] = { "-wal", "-shm" };
    char other[BENCH_PATH_BYTES + 8];
    char block[65536];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    size_t got;

    if (in == NULL || out == NULL)
        bench_fail(to, "copy");
    while ((got = fread(block, 1, sizeof(block), in)) > 0)
        if (fwrite(block, 1, got, out) != got)
            bench_fail(to, "copy");
    fflush(out);
    fsync(fileno(out));
    fclose(out);
    fclose(in);
    for (size_t i = 0; i < 2; i++) {
        snprintf(other, sizeof(other), "%s%s", to, ENDS[i]);
        remove(other);
    }
}

static void print_number(char *out, size_t size, double value, const char *unit)
{
    if (value == 0)
        snprintf(out, size, "-");
    else if (value >= 1000)
        snprintf(out, size, "%.0f %s", value, unit);
    else
        snprintf(out, size, value >= 10 ? "%.1f %s" : "%.2f %s", value, unit);
}

static void print_goal(char *out, size_t size, const struct bench_line *line, double goal)
{
    if (goal == 0)
        snprintf(out, size, "-");
    else
        snprintf(out, size, goal >= 100 ? "%s%.0f" : "%s%.2f",
                line->sense == BENCH_SHARE ? ">=" : "<=", goal);
}

static const char *verdict(const struct bench_line *line, double ratio)
{
    double sign = line->sense == BENCH_SHARE ? 1 : -1;

    if (line->must == 0)
        return "";
    if (line->reach != 0 && sign * (ratio - line->reach) >= 0)
        return "reached";
    return sign * (ratio - line->must) >= 0 ? "ok" : "BELOW MUST";
}

static void print_line(const struct bench_line *line)
{
    double ratio = line->floor == 0 ? 0 : line->ours / line->floor;
    char floor[32];
    char ours[32];
    char must[16];
    char reach[16];
    char text[16] = "-";

    print_number(floor, sizeof(floor), line->floor, line->unit);
    print_number(ours, sizeof(ours), line->ours, line->unit);
    print_goal(must, sizeof(must), line, line->must);
    print_goal(reach, sizeof(reach), line, line->reach);
    if (ratio != 0)
        snprintf(text, sizeof(text), "%.2f", ratio);
    printf("%-42s %15s %15s %7s %7s %7s  %-10s %s\n", line->name, floor, ours, text, must, reach,
            verdict(line, line->sense == BENCH_PLAIN ? line->ours : ratio), line->note);
}

static void print_table(const struct bench *b, bool cpu)
{
    if (cpu)
        printf("processor time, but for the lines from the broadcast on\n");
    printf("seed %" PRIu64 ", %zu rows over %zu stored, nights of %zu rows, medians of %zu and %zu "
           "runs\n",
            b->seed, b->rows, b->stored, b->night_rows, b->runs, b->nights);
    printf("%-42s %15s %15s %7s %7s %7s  %-10s %s\n", "figure", "floor", "ours", "ratio", "must",
            "reach", "", "note");
    for (size_t i = 0; i < b->nlines; i++)
        print_line(&b->lines[i]);
}

static bool number(const char *text, const char *name, size_t *out)
{
    size_t len = strlen(name);

    if (strncmp(text, name, len) != 0 || text[len] != '=')
        return false;
    *out = (size_t)strtoull(text + len + 1, NULL, 10);
    return true;
}

static void options(struct bench *b, int argc, char **argv)
{
    size_t seed = 0;

    b->seed = 20201123;
    b->rows = 100000;
    b->stored = 100000;
    b->night_rows = 200;
    b->runs = 5;
    b->nights = 31;
    for (int i = 1; i < argc; i++) {
        if (number(argv[i], "--seed", &seed))
            b->seed = seed;
        else if (strcmp(argv[i], "--cpu") == 0)
            count_cpu = true;
        else if (strcmp(argv[i], "--tiny") == 0) { /* a look at whether all of it runs */
            b->rows = 400;
            b->stored = 400;
            b->night_rows = 20;
            b->runs = 1;
            b->nights = 1;
        } else if (strncmp(argv[i], "--only=", 7) == 0)
            b->only = argv[i] + 7;
        else if (!number(argv[i], "--rows", &b->rows) && !number(argv[i], "--runs", &b->runs) &&
                 !number(argv[i], "--stored", &b->stored) &&
                 !number(argv[i], "--nights", &b->nights) &&
                 !number(argv[i], "--night-rows", &b->night_rows)) {
            fprintf(stderr,
                    "usage: tuquan-bench [--tiny] [--cpu] [--only=capture|merge|night] [--seed=N] "
                    "[--rows=N] [--stored=N] [--night-rows=N] [--runs=N] [--nights=N]\n");
            exit(2);
        }
    }
    if (b->rows == 0 || b->stored == 0 || b->night_rows == 0 || b->runs == 0 || b->nights == 0 ||
            b->runs > BENCH_MAX_RUNS || b->nights > BENCH_MAX_RUNS)
        bench_fail("options", "out of range");
}

static bool wanted(const struct bench *b, const char *group)
{
    return b->only == NULL || strstr(b->only, group) != NULL;
}

int main(int argc, char **argv)
{
    struct bench b;
    struct tq_error err;
    bool cpu;

    memset(&b, 0, sizeof(b));
    options(&b, argc, argv);
    cpu = count_cpu;
    bench_must(tq_identity_init(&err), "keys", &err);
    tmp_make(b.dir, sizeof(b.dir));
    if (wanted(&b, "capture"))
        bench_capture(&b);
    if (wanted(&b, "merge"))
        bench_merge(&b);
    count_cpu = false;
    if (wanted(&b, "night"))
        bench_night(&b);
    print_table(&b, cpu);
    tmp_remove(b.dir);
    return 0;
}
