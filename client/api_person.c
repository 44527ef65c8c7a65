/* api_person.c - Who works here: names, signing in by a PIN, and out. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "commands.h"
#include "person.h"
#include "tuquan/clock.h"

void api_persons(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PERSON);
    cli_json_set(&call.cli, "person",
            request->person[0] != '\0' ? json_string(request->person) : json_null());
    api_end(&call);
}

/* Slow: a PIN is looked at for tens of milliseconds, on purpose. */
void api_sign_in(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct tq_clock *clock = tq_clock_system();
    const char *person;
    const char *pin;
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_PERSON);
    api_body(&call);
    person = api_need(&call, "person");
    pin = api_need(&call, "pin");
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = person_check(call.api->dir, person, pin, clock->now_ms(clock->ctx), &call.err);
    if (rc == TQ_OK) {
        answer->signs = true;
        snprintf(answer->person, sizeof(answer->person), "%s", person);
        cli_json_set(&call.cli, "person", json_string(person));
    }
    api_answer(&call, rc);
}

void api_sign_out(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_PERSON);
    answer->signs = true;
    api_answer(&call, TQ_OK);
}

/* The first is added by whoever has the page open; later ones by somebody who is signed in. */
void api_person_add(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    const char *name;
    const char *pin;
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_PERSON);
    api_may_write(&call);
    api_body(&call);
    name = api_need(&call, "name");
    pin = api_need(&call, "pin");
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = person_add(call.api->dir, name, pin, &call.err);
    api_answer(&call, rc);
}

void api_person_remove(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_PERSON);
    api_may_write(&call);
    rc = call.err.status;
    if (rc == TQ_OK)
        rc = person_remove(call.api->dir, request->parts[3], &call.err);
    api_answer(&call, rc);
}
