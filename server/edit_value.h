/* edit_value.h - One typed value of a column that the district writes, as whoever typed it meant it. */
#ifndef TQ_SERVER_EDIT_VALUE_H
#define TQ_SERVER_EDIT_VALUE_H

#include "app.h"

/* `app->records` is open (app_records). Key and owner are whoever's row it is; every other cell must be
 * the district's. Fails: RULE (it is not), INVALID (what the rule of the column refuses; the answer has
 * "problem"), NOT_FOUND, NEEDS_PERSON (what it refers to). */
TQ_MUST_CHECK tq_status edit_value(struct app *app, struct cli *cli, const struct tq_table *table,
        int at, const char *text, struct tq_value *out, struct tq_error *err);

#endif
