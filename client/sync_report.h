/* sync_report.h - What a sync did, in words and in numbers. */
#ifndef TQ_CLIENT_SYNC_REPORT_H
#define TQ_CLIENT_SYNC_REPORT_H

#include "cli/cli.h"
#include "tuquan/office_session.h"

/* Lines for people, keys for programs. "Khớp" is said only where the digests agreed. */
void sync_report(struct cli *cli, const struct tq_office_result *result);

#endif
