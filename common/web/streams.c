#include "tuquan/mem.h"
#include "web/server_internal.h"

#include <string.h>

#define STREAM_BYTES                                                                               \
    ((size_t)64 << 10) /* of what a slow watcher has not taken: then he is cut off */
#define BLOCK_BYTES 4096u

struct web_stream {
    struct web_server *server;
    struct MHD_Connection *connection;
    struct tq_buf text;
    size_t taken;
    uint8_t session[TQ_HASH_BYTES];
    bool sleeps; /* its connection is suspended */
    bool ends;
    struct web_stream *next;
};

/* The daemon asks for more. Nothing there: it sleeps until streams_send. All in one thread. */
static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max)
{
    struct web_stream *stream = cls;
    size_t n = stream->text.len - stream->taken;

    (void)pos;
    if (n == 0 && stream->ends)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0) {
        stream->sleeps = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    if (n > max)
        n = max;
    memcpy(out, stream->text.data + stream->taken, n);
    stream->taken += n;
    if (stream->taken == stream->text.len) {
        tq_buf_clear(&stream->text);
        stream->taken = 0;
    }
    return (ssize_t)n;
}

static void wake(struct web_stream *stream)
{
    if (stream->sleeps)
        MHD_resume_connection(stream->connection);
    stream->sleeps = false;
}

static void free_stream(void *cls)
{
    struct web_stream *stream = cls;
    struct web_server *server = stream->server;

    for (struct web_stream **at = &server->streams; *at != NULL; at = &(*at)->next)
        if (*at == stream) {
            *at = stream->next;
            server->nstreams--;
            break;
        }
    tq_buf_deinit(&stream->text);
    tq_mem_free(stream);
}

enum MHD_Result stream_open(struct web_server *server, struct MHD_Connection *connection,
        const struct web_session *session, bool *full)
{
    struct web_stream *stream;
    struct MHD_Response *response;
    enum MHD_Result rc;

    *full = server->nstreams >= WEB_STREAMS_MAX;
    stream = *full ? NULL : tq_mem_zalloc(sizeof(*stream));
    if (stream == NULL)
        return MHD_NO;
    stream->server = server;
    stream->connection = connection;
    memcpy(stream->session, session->hash, sizeof(stream->session));
    tq_buf_init(&stream->text, STREAM_BYTES);
    /* "retry": how soon a browser asks again after the program was started anew. */
    tq_buf_append_str(&stream->text, "retry: 2000\n\n");
    response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream, free_stream);
    if (response == NULL) {
        tq_buf_deinit(&stream->text);
        tq_mem_free(stream);
        return MHD_NO;
    }
    stream->next = server->streams;
    server->streams = stream;
    server->nstreams++;
    MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    exchange_headers(server, response);
    rc = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return rc;
}

void streams_send(struct web_server *server, struct tq_slice text)
{
    for (struct web_stream *stream = server->streams; text.len > 0 && stream != NULL;
            stream = stream->next) {
        tq_buf_append_slice(&stream->text, text);
        /* Too slow: cut off, so that it asks anew and reads the state as it is then. */
        if (!tq_buf_is_ok(&stream->text))
            stream->ends = true;
        wake(stream);
    }
}

void streams_check(struct web_server *server)
{
    const struct web_server_config *config = &server->config;
    int64_t now = config->clock->now_ms(config->clock->ctx);

    for (struct web_stream *stream = server->streams; stream != NULL; stream = stream->next)
        if (!stream->ends && !web_sessions_has(config->sessions, stream->session, now)) {
            stream->ends = true;
            wake(stream);
        }
}

void streams_end(struct web_server *server)
{
    for (struct web_stream *stream = server->streams; stream != NULL; stream = stream->next) {
        stream->ends = true;
        wake(stream);
    }
}
