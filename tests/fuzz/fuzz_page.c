/* fuzz_page.c - Any bytes into what a page is sent, and into the file of its sessions; the first byte
 * says which. */
#include <string.h>

#include "fuzz.h"
#include "page/api_call.h"
#include "tuquan/random.h"
#include "web/answer.h"
#include "web/session.h"

static void is_text(const char *text, const char *what)
{
    json_t *string = json_string(text); /* none of what is no UTF-8 */

    if (string == NULL)
        fuzz_fail(what, text);
    json_decref(string);
}

/* Each value of a body becomes one argument, NAME=VALUE behind its prefix; what cannot is refused with
 * a word, and the answer is JSON whatever came. */
static void body(const uint8_t *data, size_t size)
{
    static const struct cli_option OPTIONS[] = { { .name = "note" }, { .name = NULL } };
    static const struct cli_command COMMAND = { .name = "fuzz", .options = OPTIONS };
    static const struct cli_program PROGRAM = { .name = "fuzz" };
    struct tq_arena *arena = tq_arena_new((size_t)4 << 20);
    struct api_call *call = calloc(1, sizeof(*call));
    struct web_request request = { .method = "POST", .body = tq_slice_of(data, size) };
    struct web_answer answer;
    char points[32];
    json_t *back;

    web_answer_init(&answer);
    api_call_init(call, NULL, &PROGRAM, &COMMAND, &request, &answer);
    call->arena = arena;
    api_body(call);
    api_table(call, "incident");
    api_values(call, "values", "-", true);
    api_values(call, "more", "", false);
    api_option(call, "note", api_text(call, "note"));
    (void)api_need(call, "name");
    (void)api_points(call, "points", json_object_get(call->body, "points"), points);
    if (call->cli.nargs > API_MAX_ARGS)
        fuzz_fail("more arguments than there is room for", "");
    for (size_t i = 1; i < call->cli.nargs; i++) {
        is_text(call->args[i], "an argument is no text");
        if (strchr(call->args[i], '=') == NULL)
            fuzz_fail("an argument without a value", call->args[i]);
    }
    if (call->err.status != TQ_OK && call->err.msg[0] == '\0')
        fuzz_fail("refused without a word", "");
    api_answer(call, call->err.status);
    back = json_loadb(
            (const char *)answer.body.data, answer.body.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(back))
        fuzz_fail("the answer is no JSON", "");
    json_decref(back);
    web_answer_deinit(&answer);
    free(call);
    tq_arena_free(arena);
}

/* Of any file so many sessions are known as there may be; what is written of them is read alike. */
static void sessions(const uint8_t *data, size_t size)
{
    struct web_sessions *list = NULL;
    struct tq_error err = { 0 };
    struct tq_buf once;
    struct tq_buf twice;

    tq_buf_init(&once, 0);
    tq_buf_init(&twice, 0);
    if (web_sessions_new(&list, tq_random_system(), &err) != TQ_OK)
        fuzz_fail("no sessions", err.msg);
    web_sessions_read(list, tq_slice_of(data, size));
    web_sessions_write(list, &once);
    web_sessions_free(list);
    if (web_sessions_new(&list, tq_random_system(), &err) != TQ_OK)
        fuzz_fail("no sessions", err.msg);
    web_sessions_read(list, tq_buf_slice(&once));
    web_sessions_write(list, &twice);
    web_sessions_free(list);
    if (!tq_slice_equal(tq_buf_slice(&once), tq_buf_slice(&twice)))
        fuzz_fail("own sessions are read otherwise", "");
    tq_buf_deinit(&once);
    tq_buf_deinit(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        body(data + 1, size - 1);
    else
        sessions(data + 1, size - 1);
    return 0;
}
