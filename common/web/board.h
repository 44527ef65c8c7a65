/* board.h - What happens, for all who watch: events from any thread, taken by the server's.
 *
 * Ownership: web_board_new gives the board to the caller, who frees it after all who publish ended.
 * Threads:   publish from any; the rest the server's. */
#ifndef TQ_WEB_BOARD_H
#define TQ_WEB_BOARD_H

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"
#include "tuquan/process.h"

#define WEB_BOARD_BYTES ((size_t)64 << 10)

struct web_board;

/* Fails: NOMEM. */
TQ_MUST_CHECK tq_status web_board_new(struct web_board **out, struct tq_error *err);
void web_board_free(struct web_board *board);

/* Tell all who watch: `data` is one line of JSON. When nobody took the last 64 KiB, it is dropped:
 * whoever watches reads the state anew when he comes back. */
void web_board_publish(struct web_board *board, const char *event, const char *data);

/* Whom to wake when something was published; NULL: nobody. */
void web_board_watch(struct web_board *board, const struct tq_wake *wake);

/* Move what was published to the end of `out`, which fails where some of it had no memory. */
void web_board_take(struct web_board *board, struct tq_buf *out);

#endif
