/* status_values.h - The two values of each cell that waits: what stands here, and what the district has
 * under it. */
#ifndef TQ_CLIENT_STATUS_VALUES_H
#define TQ_CLIENT_STATUS_VALUES_H

#include "app.h"
#include "tuquan/office_view.h"

/* A table "cells": of each of the rows every unsettled cell, or the row itself where the district has
 * none. */
TQ_MUST_CHECK tq_status status_print_values(
        struct app *app, const struct tq_waiting *rows, size_t n, struct tq_error *err);

#endif
