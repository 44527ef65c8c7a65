/* commands.h - The commands of tuquan-commune; each is defined in cmd_<name>.c. */
#ifndef TQ_CLIENT_COMMANDS_H
#define TQ_CLIENT_COMMANDS_H

#include "cli/cli.h"

/* Among a command's options: which scoring sheet. */
#define CMD_OPTION_SHEET                                                                           \
    {                                                                                              \
        "sheet", 0, "SHEET",                                                                       \
        {                                                                                          \
            "bảng điểm (không có: bảng đang dùng)", "sheet (without: the one in use)"              \
        }                                                                                          \
    }

extern const struct cli_command CMD_ADD;
extern const struct cli_command CMD_BACKUP;
extern const struct cli_command CMD_BUNDLE;
extern const struct cli_command CMD_CATALOGUE;
extern const struct cli_command CMD_DOCTOR;
extern const struct cli_command CMD_EDIT;
extern const struct cli_command CMD_EXPORT;
extern const struct cli_command CMD_FACTS;
extern const struct cli_command CMD_IMPORT;
extern const struct cli_command CMD_INBOX;
extern const struct cli_command CMD_INIT;
extern const struct cli_command CMD_JOIN;
extern const struct cli_command CMD_RENEW;
extern const struct cli_command CMD_LIST;
extern const struct cli_command CMD_MACHINE;
extern const struct cli_command CMD_OPEN;
extern const struct cli_command CMD_PERSON;
extern const struct cli_command CMD_RANK;
extern const struct cli_command CMD_RANK_HISTORY;
extern const struct cli_command CMD_RECEIPT;
extern const struct cli_command CMD_REPORT;
extern const struct cli_command CMD_RESTORE;
extern const struct cli_command CMD_RETURNS;
extern const struct cli_command CMD_RUN;
extern const struct cli_command CMD_SAME;
extern const struct cli_command CMD_SCORE;
extern const struct cli_command CMD_SELF_SCORE;
extern const struct cli_command CMD_SHOW;
extern const struct cli_command CMD_STATUS;
extern const struct cli_command CMD_SUGGEST;
extern const struct cli_command CMD_SYNC;
extern const struct cli_command CMD_TODAY;
extern const struct cli_command CMD_VOID;
extern const struct cli_command CMD_WHY;

#endif
