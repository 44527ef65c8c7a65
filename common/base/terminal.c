#include "tuquan/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
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

bool tq_terminal_read_secret(const char *prompt, char *out, size_t size)
{
    struct termios before;
    struct termios quiet;
    bool typed = tq_terminal_is(stdin) && tcgetattr(fileno(stdin), &before) == 0;
    char *line;
    size_t n;

    if (typed) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s", prompt);
        fflush(stderr);
        (void)tcsetattr(fileno(stdin), TCSAFLUSH, &quiet);
    }
    line = fgets(out, (int)size, stdin);
    if (typed) {
        (void)tcsetattr(fileno(stdin), TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    n = line != NULL ? strcspn(out, "\r\n") : 0;
    if (line == NULL || out[n] == '\0')
        return line != NULL && n + 1 < size; /* the end of the input ends a line, too */
    out[n] = '\0';
    return true;
}
