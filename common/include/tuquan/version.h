/* version.h - The version of the library and of both programs.
 *
 * Ownership: static text.
 * Threads:   any. */
#ifndef TQ_VERSION_H
#define TQ_VERSION_H

#include "tuquan/api.h"

TQ_BEGIN_DECLS

/* "major.minor.patch"; static text. */
const char *tq_version(void);

TQ_END_DECLS
#endif
