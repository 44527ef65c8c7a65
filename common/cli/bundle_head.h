/* bundle_head.h - What a bundle file says of itself without being opened, for people and for programs.
 *
 * Ownership: none kept.
 * Threads:   the main thread. */
#ifndef TQ_CLI_BUNDLE_HEAD_H
#define TQ_CLI_BUNDLE_HEAD_H

#include "cli/cli.h"
#include "tuquan/bytes.h"

struct cli_bundle_head {
    bool to_district; /* else the district's answer */
    uint32_t device;  /* that sent it, or that it answers */
    int64_t made_at_ms;
    uint32_t sets; /* or receipts */
    uint64_t rows; /* changes, or rows of the answer */
    size_t bytes;
    struct tq_slice signer; /* the public key whose signature holds */
};

/* Of a bundle between two districts, in whose name it was made. */
struct cli_parcel_head {
    struct tq_slice from;
    struct tq_slice to;
    struct tq_slice agreement; /* its number */
    const char *words;         /* that its cover says */
    int64_t made_at_ms;
    uint32_t rows;
    uint32_t answers; /* sets of them */
    size_t bytes;
    bool readable;
};

/* One line each, and the keys `kind, from, to, agreement, words, made_at, rows, answer_sets, bytes,
 * readable`. */
void cli_parcel_head_print(struct cli *cli, const struct cli_parcel_head *head);

/* One line each, and the keys `kind, device, made_at, sets, rows, bytes, signer`. */
void cli_bundle_head_print(struct cli *cli, const struct cli_bundle_head *head);

#endif
