/* frame.h - zstd around a message body, bounded before anything is inflated.
 *
 * One body is one zstd frame that states its content size; that size must be the one the envelope
 * names, and the frame must fill the body exactly. Dictionary 0: none; others come later. */
#ifndef TQ_WIRE_FRAME_H
#define TQ_WIRE_FRAME_H

#include "tuquan/arena.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

/* Append the compressed `plain` to `out`; *smaller is false, and nothing appended, when that saves
 * nothing. `hard`: spend milliseconds to save bytes; an office does that for what it pushes over a
 * slow line, the district, which answers thousands, does not. Fails: NOMEM. */
TQ_MUST_CHECK tq_status frame_deflate(
        struct tq_slice plain, bool hard, struct tq_buf *out, bool *smaller, struct tq_error *err);

/* Inflate `packed`, which must come to exactly `plain_bytes`, into the arena. The caller has
 * bounded plain_bytes. Fails: PROTOCOL, TOO_LARGE (arena), NOMEM. */
TQ_MUST_CHECK tq_status frame_inflate(struct tq_slice packed, size_t plain_bytes,
        uint32_t dictionary, struct tq_arena *arena, struct tq_slice *out, struct tq_error *err);

#endif
