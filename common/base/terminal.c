#include "tuquan/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool tq_terminal_is(FILE *stream)
{
    return isatty(fileno(stream)) == 1;
}

size_t tq_terminal_columns(FILE *stream)
{
    const char *wanted = getenv("COLUMNS");
    struct winsize size;

    if (!tq_terminal_is(stream))
        return 0;
    if (wanted != NULL && strtoul(wanted, NULL, 10) > 0)
        return (size_t)strtoul(wanted, NULL, 10);
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}
