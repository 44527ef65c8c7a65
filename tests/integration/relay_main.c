/* relay_main.c - relay PORT [delay MS] [rate BYTES] [loss PERCENT SEED] [cut BYTES]: the tests' relay
 * as a program, between real ones. Prints its port; ends with its standard input. */
#include "relay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

static uint64_t number_of(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct relay *relay;
    char byte;

    if (argc < 2)
        return 2;
    relay = relay_start((uint16_t)number_of(argv[1]));
    for (int i = 2; i + 1 < argc; i += 2) {
        uint64_t value = number_of(argv[i + 1]);

        if (strcmp(argv[i], "delay") == 0)
            relay_set_delay(relay, (int)value);
        else if (strcmp(argv[i], "rate") == 0)
            relay_set_rate(relay, (uint32_t)value);
        else if (strcmp(argv[i], "cut") == 0)
            relay_cut_after(relay, RELAY_UP, value);
        else if (strcmp(argv[i], "cut-down") == 0)
            relay_cut_after(relay, RELAY_DOWN, value);
        else if (strcmp(argv[i], "loss") == 0 && i + 2 < argc) {
            relay_set_loss(relay, (unsigned)value, 400, number_of(argv[i + 2]));
            i++;
        } else {
            return 2;
        }
    }
    printf("%u\n", (unsigned)relay_port(relay));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    fprintf(stderr, "{\"up\": %" PRIu64 ", \"down\": %" PRIu64 ", \"round_trips\": %" PRIu64 "}\n",
            relay_bytes(relay, RELAY_UP), relay_bytes(relay, RELAY_DOWN), relay_round_trips(relay));
    relay_stop(relay);
    return 0;
}
