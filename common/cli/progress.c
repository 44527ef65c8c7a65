#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/terminal.h"

#define BAR_WIDTH 30u
#define NOT_SHOWN 1000u

void cli_progress_begin(
        struct cli_progress *progress, const struct cli *cli, const char *label, uint64_t total)
{
    memset(progress, 0, sizeof(*progress));
    progress->cli = cli;
    progress->label = label;
    progress->total = total;
    progress->shown = NOT_SHOWN;
    progress->silent = cli->json || cli->quiet;
    progress->bar = !progress->silent && tq_terminal_is(stderr);
    if (!progress->silent && !progress->bar)
        fprintf(stderr, "%s...\n", label);
}

static void draw(const struct cli_progress *progress, unsigned percent)
{
    char bar[BAR_WIDTH + 1];

    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', percent * BAR_WIDTH / 100);
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3u%%", progress->label, bar, percent);
    fflush(stderr);
}

void cli_progress_update(struct cli_progress *progress, uint64_t done)
{
    unsigned percent;

    if (progress->silent || progress->total == 0)
        return;
    percent = done >= progress->total ? 100 : (unsigned)(done * 100 / progress->total);
    if (percent == progress->shown)
        return;
    if (progress->bar) {
        draw(progress, percent);
    } else {
        /* A log file gets a line for each tenth, not for each percent. */
        if (percent / 10 == progress->shown / 10 || percent == 0)
            return;
        fprintf(stderr, "%s: %u%%\n", progress->label, percent);
    }
    progress->shown = percent;
}

void cli_progress_end(struct cli_progress *progress, const char *result)
{
    if (progress->silent)
        return;
    if (progress->bar)
        fprintf(stderr, "\r\033[K");
    if (progress->bar || result != NULL)
        fprintf(stderr, "%s: %s\n", progress->label,
                result != NULL ? result : cli_say(progress->cli, "xong", "done"));
}
