/* person.h - Who works at this machine: posts or names in office, each with a PIN, so that the author
 * of a change is right. Optional: without any, the author is the one of tuquan.ini.
 *
 * They stand in a private file of the data folder, never in the data file: they are of this machine,
 * are not sent and are in no copy.
 * Invariant: after five wrong PINs each further one has to wait, twice as long each time.
 * Ownership: a list is the caller's memory.
 * Threads:   any; two writers at once: the later one stands. */
#ifndef TQ_CLIENT_PERSON_H
#define TQ_CLIENT_PERSON_H

#include "app.h"
#include "tuquan/password.h"

#define PERSON_FILE "page.persons"
#define PERSON_MAX 32u
#define PERSON_NAME_BYTES 61u /* as an author has room for */
#define PERSON_PIN_LEAST 4u
#define PERSON_PIN_MOST 64u
#define PERSON_FREE_TRIES 5u

struct person {
    char name[PERSON_NAME_BYTES];
    char hash[TQ_PASSWORD_BYTES];
    int64_t failures; /* in a row */
    int64_t wait_until_ms;
};

struct person_list {
    size_t n;
    struct person list[PERSON_MAX];
};

/* No file: nobody. Fails: KEY_FILE (others may read it), CONFIG (damaged), IO. */
TQ_MUST_CHECK tq_status person_load(const char *dir, struct person_list *out, struct tq_error *err);

/* NULL: nobody of this name. */
struct person *person_find(struct person_list *list, const char *name);

/* Fails: INVALID (name or PIN), EXISTS, RANGE; and as person_load, IO. */
TQ_MUST_CHECK tq_status person_add(
        const char *dir, const char *name, const char *pin, struct tq_error *err);

/* Fails: NOT_FOUND; as person_load, IO. */
TQ_MUST_CHECK tq_status person_remove(const char *dir, const char *name, struct tq_error *err);

/* Fails: PAGE_PIN (wrong, or nobody of this name), PAGE_PIN_WAIT (the facts say how many seconds; the
 * PIN was not looked at); as person_load, IO. */
TQ_MUST_CHECK tq_status person_check(
        const char *dir, const char *name, const char *pin, int64_t now_ms, struct tq_error *err);

#endif
