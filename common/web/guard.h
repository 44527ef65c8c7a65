/* guard.h - Which requests are ours: Host, Origin and what the browser says of where they come from.
 *
 * A page of another site can make this browser ask us, and a name of that site can be made to mean
 * this machine (DNS rebinding): the Host must be an address or a name that we answer to, and
 * whatever says where a request comes from must say: from here.
 * Ownership: all borrowed.
 * Threads:   any. */
#ifndef TQ_WEB_GUARD_H
#define TQ_WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define WEB_HOST_BYTES 128u
#define WEB_MAX_HOSTS 8u

struct web_hosts {
    bool secure; /* browsers come by https */
    size_t n;
    char list[WEB_MAX_HOSTS][WEB_HOST_BYTES]; /* "127.0.0.1:7050" */
};

/* Names of one port: "host:port" (and "[host]:port" for IPv6); false: no room. */
bool web_hosts_add(struct web_hosts *hosts, const char *host, unsigned port);

/* What browsers show: "https://name" or "http://name:port"; all of one scheme. False: not understood,
 * of another scheme than the ones before, no room. */
bool web_hosts_add_origin(struct web_hosts *hosts, const char *origin);

/* `host` as the Host header has it; NULL: none came. */
bool web_guard_host(const struct web_hosts *hosts, const char *host);

/* One line of X-Forwarded-For: the last address in it is of whom the proxy itself saw; what stands
 * before is hearsay. False: there stands no address in numbers. */
bool web_guard_forwarded(const char *line, char *out, size_t size);

/* `origin` and `site` as Origin and Sec-Fetch-Site have them (NULL: did not come). `writes`: it would
 * change something. `opens`: a page is opened by a link, which may stand anywhere. */
bool web_guard_origin(const struct web_hosts *hosts, const char *origin, const char *site,
        bool writes, bool opens);

#endif
