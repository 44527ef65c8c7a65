/* refused.h - What speaks against a change of the district's own, in the reader's words.
 *
 * Ownership: results go into the caller's buffer and error.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_REFUSED_H
#define TQ_SERVER_REFUSED_H

#include "app.h"

/* "Thôn 3, Đơn vị cấp trên (parent) = "x": [R15] chưa có dòng mà nó tham chiếu"; of STALE what was
 * seen and what stands. Appends. */
TQ_MUST_CHECK tq_status refused_show(struct app *app, const struct cli *cli,
        const struct tq_objection *refusal, struct tq_buf *out, struct tq_error *err);

/* The failure of app->write told so: the first in err, all of several as warnings. Returns the
 * status that err had. */
tq_status refused_tell(struct app *app, struct cli *cli, struct tq_error *err);

#endif
