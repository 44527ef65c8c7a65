/* api_catalogue.c - What everything else goes by: units and scoring sheets. */
#include <string.h>

#include "api.h"
#include "cmd.h"

/* sheets/SHEET, sheets/SHEET/compare/SHEET */
void api_sheet(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_SHEET);
    api_arg(&call, request->nparts > 5 ? "compare" : "show");
    api_arg(&call, request->parts[3]);
    if (request->nparts > 5)
        api_arg(&call, request->parts[5]);
    api_end(&call);
}

/* sheets/SHEET/copy {to}, sheets/SHEET/publish {digest} */
void api_sheet_do(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool copies = strcmp(request->parts[4], "copy") == 0;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_SHEET);
    api_arg(&call, request->parts[4]);
    api_arg(&call, request->parts[3]);
    api_body(&call);
    if (copies)
        api_arg(&call, api_need(&call, "to"));
    else
        api_option(&call, "digest", api_need(&call, "digest"));
    api_end_write(&call);
}

/* units/UNIT/rename {name?, full_name?}: one of them at least */
void api_unit_rename(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_UNITS);
    api_body(&call);
    api_arg(&call, "rename");
    api_arg(&call, request->parts[3]);
    api_option(&call, "name", api_text(&call, "name"));
    api_option(&call, "full-name", api_text(&call, "full_name"));
    api_end_write(&call);
}

/* units/UNIT/villages {code, name, full_name?, on} */
void api_village_add(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_UNITS);
    api_body(&call);
    api_arg(&call, "add");
    api_arg(&call, request->parts[3]);
    api_option(&call, "into", api_need(&call, "code"));
    api_option(&call, "name", api_need(&call, "name"));
    api_option(&call, "full-name", api_text(&call, "full_name"));
    api_option(&call, "on", api_need(&call, "on"));
    api_end_write(&call);
}

/* units/merge {units: [], into, name?, full_name?, on, resolution}, units/split {unit, villages: "a,b",
 * into, ...} */
void api_unit_do(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    bool merges = strcmp(request->parts[3], "merge") == 0;
    const json_t *units;
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_UNITS);
    api_body(&call);
    api_arg(&call, request->parts[3]);
    units = json_object_get(call.body, "units");
    if (merges && json_array_size(units) == 0 && call.err.status == TQ_OK)
        tq_error_set(&call.err, TQ_INVALID, "\"%s\"", "units");
    for (size_t i = 0; merges && i < json_array_size(units); i++) {
        const char *unit = json_string_value(json_array_get(units, i));

        api_arg(&call, unit != NULL ? unit : "");
    }
    if (!merges) {
        api_arg(&call, api_need(&call, "unit"));
        api_option(&call, "villages", api_need(&call, "villages"));
    }
    api_option(&call, "into", api_need(&call, "into"));
    api_option(&call, "name", api_text(&call, "name"));
    api_option(&call, "full-name", api_text(&call, "full_name"));
    api_option(&call, "on", api_need(&call, "on"));
    api_option(&call, "resolution", api_need(&call, "resolution"));
    api_end_write(&call);
}
