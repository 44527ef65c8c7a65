/* make_seeds.c - Writes small first inputs for the fuzz targets into <folder>/message, body and
 * invitation: one or two of every kind, from fixed seeds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "message_gen.h"
#include "tuquan/codec.h"
#include "tuquan/identity.h"

#define SMALL 1200u

static void write_seed(const char *folder, const char *name, int number, struct tq_slice data)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s-%d", folder, name, number);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(data.data, 1, data.len, file) != data.len) {
        perror(path);
        exit(1);
    }
    fclose(file);
}

static void message_seeds(const char *folder, struct tq_arena *arena)
{
    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_REFILL; kind++) {
        int made = 0;

        for (uint64_t seed = 0; seed < 200 && made < 4; seed++) {
            struct gen g;
            struct tq_message message;
            struct tq_error err;
            struct tq_buf bytes;
            struct tq_buf plain;

            tq_arena_reset(arena);
            tq_buf_init(&bytes, 0);
            tq_buf_init(&plain, 0);
            gen_init(&g, arena, seed, 5);
            gen_message(&g, (tq_message_kind)kind, &message);
            tq_buf_append_u8(&plain, made % 2 == 0 ? (uint8_t)kind : 0);
            if (tq_message_encode(&message, &bytes, &err) == TQ_OK) {
                if (made % 2 == 0)
                    envelope_unwrap(tq_buf_slice(&bytes), &plain);
                else
                    tq_buf_append_slice(&plain, tq_buf_slice(&bytes));
                if (plain.len < SMALL)
                    write_seed(folder, "kind", kind * 10 + made++, tq_buf_slice(&plain));
            }
            tq_buf_deinit(&bytes);
            tq_buf_deinit(&plain);
        }
    }
}

static void body_seeds(const char *folder, struct tq_arena *arena)
{
    int made = 0;

    for (uint64_t seed = 0; seed < 400 && made < 24; seed++) {
        struct gen g;
        struct tq_set_body body;
        struct tq_error err;
        struct tq_buf bytes;

        tq_arena_reset(arena);
        tq_buf_init(&bytes, 0);
        gen_init(&g, arena, seed, 1 + seed % 8);
        gen_body(&g, &body);
        if (tq_body_encode(&body, &bytes, &err) == TQ_OK && bytes.len < SMALL)
            write_seed(folder, "body", made++, tq_buf_slice(&bytes));
        tq_buf_deinit(&bytes);
    }
}

static void invitation_seed(const char *folder)
{
    struct tq_invitation invitation;
    struct tq_error err;
    char text[TQ_INVITATION_BYTES];

    memset(&invitation, 0, sizeof(invitation));
    snprintf(invitation.guest_address, sizeof(invitation.guest_address), "tcp://127.0.0.1:1");
    memset(invitation.guest_secret, 1, sizeof(invitation.guest_secret));
    if (tq_invitation_text(&invitation, text, &err) == TQ_OK)
        write_seed(folder, "invitation", 0, tq_slice_str(text));
}

int main(int argc, char **argv)
{
    struct tq_arena *arena = tq_arena_new((size_t)256 << 20);
    char folder[2048];

    if (argc != 2 || arena == NULL)
        return 2;
    snprintf(folder, sizeof(folder), "%s/message", argv[1]);
    message_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/body", argv[1]);
    body_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/invitation", argv[1]);
    invitation_seed(folder);
    tq_arena_free(arena);
    return 0;
}
