#include "web/guard.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/socket.h"

bool web_hosts_add(struct web_hosts *hosts, const char *host, unsigned port)
{
    bool v6 = strchr(host, ':') != NULL;
    int n;

    if (hosts->n == WEB_MAX_HOSTS)
        return false;
    n = snprintf(hosts->list[hosts->n], WEB_HOST_BYTES, "%s%s%s:%u", v6 ? "[" : "", host,
            v6 ? "]" : "", port);
    if (n < 0 || (size_t)n >= WEB_HOST_BYTES)
        return false;
    hosts->n++;
    return true;
}

static const char *scheme_of(bool secure)
{
    return secure ? "https://" : "http://";
}

bool web_hosts_add_origin(struct web_hosts *hosts, const char *origin)
{
    bool secure = strncmp(origin, "https://", 8) == 0;
    const char *scheme = scheme_of(secure);
    const char *name = origin + strlen(scheme);
    const char *usual = secure ? ":443" : ":80"; /* which no browser shows */
    size_t n;

    if (strncmp(origin, scheme, strlen(scheme)) != 0 || hosts->n == WEB_MAX_HOSTS ||
            (hosts->n > 0 && hosts->secure != secure))
        return false;
    n = strlen(name);
    if (n > strlen(usual) && strcmp(name + n - strlen(usual), usual) == 0)
        n -= strlen(usual);
    if (n == 0 || n >= WEB_HOST_BYTES || strcspn(name, "/?#@ \t,") != strlen(name))
        return false;
    memcpy(hosts->list[hosts->n], name, n);
    hosts->list[hosts->n++][n] = '\0';
    hosts->secure = secure;
    return true;
}

/* Names of hosts know no case; ours are ASCII. */
static bool same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
        char y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;

        if (x != y)
            return false;
    }
    return *a == *b;
}

bool web_guard_host(const struct web_hosts *hosts, const char *host)
{
    for (size_t i = 0; host != NULL && i < hosts->n; i++)
        if (same_name(hosts->list[i], host))
            return true;
    return false;
}

bool web_guard_origin(const struct web_hosts *hosts, const char *origin, const char *site,
        bool writes, bool opens)
{
    const char *scheme = scheme_of(hosts->secure);

    if (site != NULL && !opens && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (site != NULL && writes && strcmp(site, "same-origin") != 0)
        return false;
    if (origin == NULL || opens)
        return true; /* browsers send it with every write; a program that does not is no browser */
    return strncmp(origin, scheme, strlen(scheme)) == 0 &&
           web_guard_host(hosts, origin + strlen(scheme));
}

bool web_guard_forwarded(const char *line, char *out, size_t size)
{
    const char *comma = strrchr(line, ',');
    const char *at = comma != NULL ? comma + 1 : line;
    char text[WEB_HOST_BYTES];
    size_t n;

    at += strspn(at, " \t");
    n = strcspn(at, " \t");
    if (n >= sizeof(text) || at[n + strspn(at + n, " \t")] != '\0')
        return false;
    memcpy(text, at, n);
    text[n] = '\0';
    return tq_socket_numeric(text, out, size);
}
