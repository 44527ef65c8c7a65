#include "tuquan/log.h"

#include <stdarg.h>

void tq_log_write(
        const struct tq_log *log, tq_log_level level, const char *id, const char *fmt, ...)
{
    char line[1024];
    va_list args;

    if (log == NULL || log->sink == NULL || level > log->level)
        return;
    va_start(args, fmt);
    if (vsnprintf(line, sizeof(line), fmt, args) < 0)
        line[0] = '\0';
    va_end(args);
    /* A value out of a message must not be able to fake a second line. */
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    log->sink(log->arg, level, id, line);
}
