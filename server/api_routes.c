/* api_routes.c - The table of routes: who may ask for what, and where it runs. A right is any of the
 * RIGHT_* named; what writes, or takes long, is WEB_SLOW; what keeps people in or out, WEB_DOOR. */
#include "api.h"

#define MAY(rights) ((unsigned)(rights)*WEB_OWN)
#define ANY MAY(RIGHT_SIGNED_IN)
#define OWN (ANY | WEB_DOOR)
#define READ MAY(RIGHT_READ)
#define DECIDE (MAY(RIGHT_DECIDE) | WEB_SLOW)
#define SIGN (MAY(RIGHT_SIGN) | WEB_SLOW)
#define MACHINES (MAY(RIGHT_MACHINES) | WEB_SLOW)
#define ACCOUNTS MAY(RIGHT_ACCOUNTS)
#define HEALTH MAY(RIGHT_HEALTH)

const struct web_route API_ROUTES[] = {
    { "GET", "/healthz", api_healthz, WEB_OPEN },
    { "POST", "/api/v1/sign-in", api_sign_in, WEB_OPEN | WEB_DOOR },
    { "POST", "/api/v1/sign-out", api_sign_out, OWN },
    { "GET", "/api/v1/session", api_session, ANY },
    { "POST", "/api/v1/password", api_password, OWN },
    { "POST", "/api/v1/totp", api_own_totp, OWN },
    { "POST", "/api/v1/totp/proof", api_own_totp_proof, OWN },
    { "GET", "/api/v1/own-sessions", api_own_sessions, ANY },
    { "DELETE", "/api/v1/own-sessions", api_own_sessions_end, OWN },
    { "GET", "/api/v1/events", NULL, READ | WEB_STREAM },
    { "GET", "/api/v1/board", api_board, READ },
    { "GET", "/api/v1/units", api_plain, READ },
    { "GET", "/api/v1/periods", api_plain, READ },
    { "POST", "/api/v1/periods/*/open", api_period_set, DECIDE },
    { "POST", "/api/v1/periods/*/close", api_period_set, DECIDE },
    { "POST", "/api/v1/periods/*/lock", api_period_set, DECIDE },
    { "POST", "/api/v1/periods/*/unlock", api_period_set, SIGN },
    { "GET", "/api/v1/sheets", api_plain, READ },
    { "GET", "/api/v1/rank/*", api_rank, READ | WEB_SLOW },
    { "GET", "/api/v1/rank/*/versions/*", api_rank, READ | WEB_SLOW },
    { "GET", "/api/v1/rank/*/versions", api_rank_history, READ },
    { "GET", "/api/v1/publications/*", api_publication, READ | WEB_SLOW },
    { "POST", "/api/v1/publications/*/prepare", api_publication_do, DECIDE },
    { "POST", "/api/v1/publications/*/sign", api_publication_do, SIGN },
    { "POST", "/api/v1/publications/*/withdraw", api_publication_do, DECIDE },
    { "GET", "/api/v1/assess/*/*", api_scores, READ | WEB_SLOW },
    { "GET", "/api/v1/facts/*/*/*", api_scores, READ | WEB_SLOW },
    { "POST", "/api/v1/reports/*/*/return", api_report_decide, DECIDE },
    { "POST", "/api/v1/reports/*/*/verify", api_report_decide, DECIDE },
    { "GET", "/api/v1/scores/*/*", api_scores, READ },
    { "PUT", "/api/v1/scores/*/*/*", api_score, DECIDE },
    { "POST", "/api/v1/reconcile/*", api_reconcile, DECIDE },
    { "GET", "/api/v1/conflicts", api_inbox, READ },
    { "POST", "/api/v1/conflicts/*/take", api_inbox_decide, DECIDE },
    { "POST", "/api/v1/conflicts/*/keep", api_inbox_decide, DECIDE },
    { "GET", "/api/v1/held", api_inbox, READ },
    { "POST", "/api/v1/held/*/release", api_inbox_decide, DECIDE },
    { "POST", "/api/v1/held/*/return", api_inbox_decide, DECIDE },
    { "GET", "/api/v1/requests", api_inbox, READ },
    { "POST", "/api/v1/requests/*/grant", api_inbox_decide, DECIDE },
    { "POST", "/api/v1/requests/*/refuse", api_inbox_decide, DECIDE },
    { "GET", "/api/v1/same", api_inbox, READ },
    { "POST", "/api/v1/same/*/keep", api_inbox_decide, DECIDE },
    { "GET", "/api/v1/appeals", api_appeals, READ },
    { "POST", "/api/v1/appeals/answer", api_appeal_answer, DECIDE },
    { "GET", "/api/v1/why/*/*", api_why, READ | WEB_SLOW },
    { "GET", "/api/v1/changes", api_changes, READ },
    { "GET", "/api/v1/receipts", api_changes, READ },
    { "GET", "/api/v1/catalogue", api_plain, READ },
    { "GET", "/api/v1/rows/*", api_rows, READ },
    { "POST", "/api/v1/rows/*", api_row_set, DECIDE },
    { "PATCH", "/api/v1/rows/*/*", api_row_set, DECIDE },
    { "GET", "/api/v1/devices", api_plain, READ },
    { "POST", "/api/v1/invitations", api_invite, MACHINES },
    { "POST", "/api/v1/devices/*/revoke", api_device, MACHINES },
    { "POST", "/api/v1/devices/*/renew", api_device, MACHINES },
    { "GET", "/api/v1/status", api_plain, HEALTH },
    { "GET", "/api/v1/doctor", api_doctor, HEALTH | WEB_SLOW },
    { "GET", "/api/v1/ledger", api_plain, HEALTH | WEB_SLOW },
    { "GET", "/api/v1/accounts", api_accounts, ACCOUNTS },
    { "POST", "/api/v1/accounts", api_account_add, ACCOUNTS | WEB_SLOW },
    { "PATCH", "/api/v1/accounts/*", api_account_edit, ACCOUNTS | WEB_SLOW },
    { "POST", "/api/v1/accounts/*/totp", api_account_totp, ACCOUNTS | WEB_SLOW },
    { "DELETE", "/api/v1/accounts/*/totp", api_account_totp, ACCOUNTS | WEB_SLOW },
    { "DELETE", "/api/v1/accounts/*/sessions", api_account_end, ACCOUNTS | WEB_SLOW },
    { "GET", "/api/v1/sessions", api_sessions, ACCOUNTS },
    { "GET", "/api/v1/audit", api_audit_list, ACCOUNTS },
    { NULL, NULL, NULL, 0 },
};
