/* message_gen.h - Random messages from a seed, and whether two are equal, for the codec's tests. */
#ifndef TQ_TESTS_MESSAGE_GEN_H
#define TQ_TESTS_MESSAGE_GEN_H

#include "tuquan/arena.h"
#include "tuquan/message.h"

struct gen {
    struct tq_arena *arena;
    uint64_t state;
    size_t most; /* rows, changes, exceptions, ... at most */
};

void gen_init(struct gen *g, struct tq_arena *arena, uint64_t seed, size_t most);
uint64_t gen_next(struct gen *g);
uint32_t gen_below(struct gen *g, uint32_t limit);

/* Values of every kind: NULL, extreme integers, empty and long texts, blobs. */
struct tq_value gen_value(struct gen *g);

void gen_body(struct gen *g, struct tq_set_body *out);
void gen_receipt(struct gen *g, struct tq_receipt *out);
void gen_message(struct gen *g, tq_message_kind kind, struct tq_message *out);

/* Field by field; *where names the first that differs. */
bool same_body(const struct tq_set_body *a, const struct tq_set_body *b, const char **where);
bool same_receipt(const struct tq_receipt *a, const struct tq_receipt *b, const char **where);
bool same_message(const struct tq_message *a, const struct tq_message *b, const char **where);

#endif
