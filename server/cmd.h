/* cmd.h - The commands of tuquan-district, one file each. */
#ifndef TQ_SERVER_CMD_H
#define TQ_SERVER_CMD_H

#include "cli/cli.h"

/* Among a command's options: which scoring sheet. */
#define CMD_OPTION_SHEET                                                                           \
    {                                                                                              \
        "sheet", 's', "SHEET",                                                                     \
        {                                                                                          \
            "bảng điểm (mặc định: của lần công bố trước, hoặc bảng mới nhất)",                     \
                    "scoring sheet (that of the last publication, or the newest)"                  \
        }                                                                                          \
    }

extern const struct cli_command CMD_INIT;
extern const struct cli_command CMD_RUN;
extern const struct cli_command CMD_ENROLL;
extern const struct cli_command CMD_REVOKE;
extern const struct cli_command CMD_IMPORT;
extern const struct cli_command CMD_LIST;
extern const struct cli_command CMD_UNITS;
extern const struct cli_command CMD_PERIOD;
extern const struct cli_command CMD_SHEET;
extern const struct cli_command CMD_RANK;
extern const struct cli_command CMD_TRENDS;
extern const struct cli_command CMD_SUMMARY;
extern const struct cli_command CMD_PROVINCE;
extern const struct cli_command CMD_RECONCILE;
extern const struct cli_command CMD_PUBLISH;
extern const struct cli_command CMD_VERIFY_SCORE;
extern const struct cli_command CMD_READMIT;
extern const struct cli_command CMD_RENEW;
extern const struct cli_command CMD_DEVICES;
extern const struct cli_command CMD_BOARD;
extern const struct cli_command CMD_CONFLICTS;
extern const struct cli_command CMD_HELD;
extern const struct cli_command CMD_REQUESTS;
extern const struct cli_command CMD_APPEALS;
extern const struct cli_command CMD_PROPOSALS;
extern const struct cli_command CMD_SAME;
extern const struct cli_command CMD_WHY;
extern const struct cli_command CMD_CHANGES;
extern const struct cli_command CMD_DIRECTIVES;
extern const struct cli_command CMD_ASSESS;
extern const struct cli_command CMD_FACTS;
extern const struct cli_command CMD_REPORT;
extern const struct cli_command CMD_SET;
extern const struct cli_command CMD_HEALTH;
extern const struct cli_command CMD_MOVEMENT;
extern const struct cli_command CMD_RECEIPTS;
extern const struct cli_command CMD_CATALOGUE;
extern const struct cli_command CMD_LEDGER;
extern const struct cli_command CMD_BUNDLE;
extern const struct cli_command CMD_BACKUP;
extern const struct cli_command CMD_RESTORE;
extern const struct cli_command CMD_DOCTOR;
extern const struct cli_command CMD_STATUS;
extern const struct cli_command CMD_USER;
extern const struct cli_command CMD_LIAISON;

#include "app.h"
#include "tuquan/ranking.h"

/* What `import` does, for other commands that load files. */
TQ_MUST_CHECK tq_status import_table(
        struct app *app, struct cli *cli, const char *name, const char *path, struct tq_error *err);

/* A single-use invitation for a machine of the unit: printed, and noted in the file. */
TQ_MUST_CHECK tq_status enroll_invite(struct app *app, struct cli *cli, struct tq_slice unit,
        int64_t hours, struct tq_error *err);

/* --sheet, or the sheet of the period (tq_sheet_of_period). Fails: NOT_COMPLETE (none
 * is published), NOT_FOUND. */
TQ_MUST_CHECK tq_status rank_sheet(struct app *app, struct cli *cli, const char *period,
        struct tq_slice *out, struct tq_error *err);

/* The period before, of the same calendar and kind. */
void rank_period_before(const struct tq_period *period, char out[TQ_PERIOD_TEXT]);

/* A computed ranking as the table that every program prints. */
TQ_MUST_CHECK tq_status rank_print(
        struct app *app, struct cli *cli, const struct tq_ranking *ranking, struct tq_error *err);

#endif
