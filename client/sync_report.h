/* sync_report.h - What a sync did, in words and in numbers. */
#ifndef TQ_CLIENT_SYNC_REPORT_H
#define TQ_CLIENT_SYNC_REPORT_H

#include "cli/cli.h"
#include "tuquan/office_session.h"

/* One sentence about a restored or copied file; "" when there is nothing to say. */
void sync_report_fork(struct cli *cli, const struct tq_office_fork *fork, char *out, size_t size);

/* What happened to the district; "" when there is nothing to say. `readmitted`: it took this machine
 * back. */
void sync_report_district(const struct cli *cli, const struct tq_office_result *result,
        bool readmitted, char *out, size_t size);

/* Lines for people, keys for programs. "Khớp" is said only where the digests agreed. */
void sync_report(struct cli *cli, const struct tq_office_result *result, bool readmitted);

/* A refusal in the user's language, with the district's own words where they say more than ours and
 * the time at which to come back. Leaves `err` alone when the district refused nothing. */
void sync_report_refusal(
        const struct cli *cli, const struct tq_office_result *result, struct tq_error *err);

#endif
