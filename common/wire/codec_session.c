#include <string.h>

#include "codec_parts.h"
#include "tuquan/codec.h"

/* NULL: none. */
static Tuquan__V1__HeadWord *head_word_encode(struct coder *c, const struct tq_head_word *word)
{
    Tuquan__V1__HeadWord *out = word->seq != 0 ? coder_alloc(c, 1, sizeof(*out)) : NULL;

    if (out == NULL)
        return NULL;
    tuquan__v1__head_word__init(out);
    out->seq = word->seq;
    out->hash = pb_of(word->hash, sizeof(word->hash));
    out->signature = pb_of(word->signature, sizeof(word->signature));
    return out;
}

static bool head_word_decode(
        struct coder *c, const Tuquan__V1__HeadWord *from, struct tq_head_word *out)
{
    if (from == NULL || from->seq == 0)
        return true;
    out->seq = from->seq;
    return read_fixed(c, from->hash, out->hash, sizeof(out->hash), "head") &&
           read_fixed(c, from->signature, out->signature, sizeof(out->signature), "head");
}

bool hello_put(struct coder *c, const struct tq_hello *hello, struct tq_buf *out)
{
    Tuquan__V1__Hello packed;

    if (!size_check(c, hello->scope.len, TQ_MAX_SCOPE_BYTES, TQ_INVALID, "scope") ||
            !size_check(c, hello->words.minutes.len, TQ_MAX_MINUTES_BYTES, TQ_INVALID, "minutes") ||
            !text_check(c, hello->software, TQ_MAX_NAME_BYTES, TQ_INVALID, "software") ||
            !name_check(c, hello->machine, TQ_MAX_NAME_BYTES, TQ_INVALID, "machine's name"))
        return false;
    tuquan__v1__hello__init(&packed);
    packed.protocol_low = hello->protocol_low;
    packed.protocol_high = hello->protocol_high;
    packed.schema = hello->schema;
    packed.device = hello->device;
    packed.head = chain_point_encode(c, &hello->head);
    packed.cursor = hello->cursor;
    packed.seen = hello->seen;
    packed.top = hello->top;
    packed.top_hash = pb_fixed(hello->top_hash, sizeof(hello->top_hash));
    packed.scope = pb_of_slice(hello->scope);
    packed.clock_ms = hello->clock_ms;
    packed.equal_as_of = hello->equal_as_of;
    packed.software = pb_of_slice(hello->software);
    packed.machine = pb_of_slice(hello->machine);
    packed.confirmed = chain_point_encode(c, &hello->confirmed);
    packed.place = pb_fixed(hello->place, sizeof(hello->place));
    packed.astray = hello->astray;
    packed.head_told = head_word_encode(c, &hello->heads.told);
    packed.head_seen = head_word_encode(c, &hello->heads.seen);
    packed.head_known = hello->heads.known;
    packed.agreement = pb_fixed(hello->words.agreement, sizeof(hello->words.agreement));
    packed.minutes = pb_of_slice(hello->words.minutes);
    return c->status == TQ_OK && coder_pack(c, &packed, out);
}

bool hello_take(struct coder *c, struct tq_slice bytes, struct tq_hello *out)
{
    const Tuquan__V1__Hello *from = coder_unpack(c, &tuquan__v1__hello__descriptor, bytes, "hello");

    if (from == NULL)
        return false;
    out->protocol_low = from->protocol_low;
    out->protocol_high = from->protocol_high;
    out->schema = from->schema;
    out->device = from->device;
    out->cursor = from->cursor;
    out->seen = from->seen;
    out->top = from->top;
    out->scope = slice_of_pb(from->scope);
    out->clock_ms = from->clock_ms;
    out->equal_as_of = from->equal_as_of;
    out->software = slice_of_pb(from->software);
    out->machine = slice_of_pb(from->machine);
    out->astray = from->astray != 0;
    out->heads.known = from->head_known;
    out->words.minutes = slice_of_pb(from->minutes);
    return head_word_decode(c, from->head_told, &out->heads.told) &&
           head_word_decode(c, from->head_seen, &out->heads.seen) &&
           chain_point_decode(c, from->head, &out->head) &&
           chain_point_decode(c, from->confirmed, &out->confirmed) &&
           read_fixed(c, from->place, out->place, sizeof(out->place), "place") &&
           read_fixed(c, from->top_hash, out->top_hash, TQ_HASH_BYTES, "top hash") &&
           read_fixed(c, from->agreement, out->words.agreement, TQ_HASH_BYTES, "agreement") &&
           size_check(c, out->words.minutes.len, TQ_MAX_MINUTES_BYTES, TQ_PROTOCOL, "minutes") &&
           size_check(c, out->scope.len, TQ_MAX_SCOPE_BYTES, TQ_PROTOCOL, "scope") &&
           text_check(c, out->software, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "software") &&
           name_check(c, out->machine, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "machine's name");
}

static bool machines_encode(
        struct coder *c, const struct tq_welcome *welcome, Tuquan__V1__Welcome *out)
{
    size_t n = welcome->nmachines;
    Tuquan__V1__Machine *all;

    if (!size_check(c, n, TQ_MAX_MACHINES, TQ_INVALID, "machines"))
        return false;
    out->machines = coder_alloc(c, n, sizeof(Tuquan__V1__Machine *));
    all = coder_alloc(c, n, sizeof(*all));
    if (c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct tq_machine *machine = &welcome->machines[i];

        if (!text_check(c, machine->letter, TQ_MAX_LETTER_BYTES, TQ_INVALID, "letter") ||
                !text_check(c, machine->name, TQ_MAX_NAME_BYTES, TQ_INVALID, "machine's name"))
            return false;
        tuquan__v1__machine__init(&all[i]);
        all[i].device = machine->device;
        all[i].letter = pb_of_slice(machine->letter);
        all[i].name = pb_of_slice(machine->name);
        all[i].since_ms = machine->since_ms;
        out->machines[i] = &all[i];
    }
    out->n_machines = n;
    return true;
}

static bool machines_decode(
        struct coder *c, const Tuquan__V1__Welcome *from, struct tq_welcome *out)
{
    size_t n = from->n_machines;
    struct tq_machine *list;

    if (!size_check(c, n, TQ_MAX_MACHINES, TQ_PROTOCOL, "machines"))
        return false;
    list = coder_alloc(c, n, sizeof(*list));
    if (c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        list[i].device = from->machines[i]->device;
        list[i].letter = slice_of_pb(from->machines[i]->letter);
        list[i].name = slice_of_pb(from->machines[i]->name);
        list[i].since_ms = from->machines[i]->since_ms;
        if (!text_check(c, list[i].letter, TQ_MAX_LETTER_BYTES, TQ_PROTOCOL, "letter") ||
                !text_check(c, list[i].name, TQ_MAX_NAME_BYTES, TQ_PROTOCOL, "machine's name"))
            return false;
    }
    out->nmachines = n;
    out->machines = list;
    return true;
}

bool welcome_put(struct coder *c, const struct tq_welcome *welcome, struct tq_buf *out)
{
    Tuquan__V1__Welcome packed;

    if (!size_check(c, welcome->scope.len, TQ_MAX_SCOPE_BYTES, TQ_INVALID, "scope") ||
            !text_check(c, welcome->letter, TQ_MAX_LETTER_BYTES, TQ_INVALID, "letter"))
        return false;
    tuquan__v1__welcome__init(&packed);
    packed.protocol = welcome->protocol;
    packed.district = pb_fixed(welcome->district, sizeof(welcome->district));
    packed.epoch = welcome->epoch;
    packed.held = chain_point_encode(c, &welcome->held);
    packed.offset_ms = welcome->offset_ms;
    packed.scope = pb_of_slice(welcome->scope);
    packed.schema = welcome->schema;
    packed.credit_bytes = welcome->credit_bytes;
    packed.group_key_id = pb_fixed(welcome->group_key_id, sizeof(welcome->group_key_id));
    packed.group_key = pb_fixed(welcome->group_key, sizeof(welcome->group_key));
    packed.incarnation = welcome->incarnation;
    packed.backed_up = welcome->backed_up;
    packed.letter = pb_of_slice(welcome->letter);
    packed.fork = (uint32_t)welcome->fork;
    packed.lost = welcome->lost;
    packed.restored = welcome->restored;
    packed.kept = welcome->kept;
    packed.renew_keys = welcome->renew_keys;
    packed.wants_offers = welcome->wants_offers;
    if (welcome->by_file)
        packed.asked_hash = pb_fixed(welcome->asked_hash, sizeof(welcome->asked_hash));
    return machines_encode(c, welcome, &packed) && coder_pack(c, &packed, out);
}

bool welcome_take(struct coder *c, struct tq_slice bytes, struct tq_welcome *out)
{
    const Tuquan__V1__Welcome *from =
            coder_unpack(c, &tuquan__v1__welcome__descriptor, bytes, "welcome");

    if (from == NULL)
        return false;
    out->protocol = from->protocol;
    out->epoch = from->epoch;
    out->offset_ms = from->offset_ms;
    out->scope = slice_of_pb(from->scope);
    out->schema = from->schema;
    out->credit_bytes = from->credit_bytes;
    out->incarnation = from->incarnation;
    out->backed_up = from->backed_up;
    out->letter = slice_of_pb(from->letter);
    out->lost = from->lost;
    if (from->fork > 1000)
        return coder_fail(c, TQ_PROTOCOL, "fork %u", from->fork);
    out->fork = (tq_fork_kind)from->fork;
    out->restored = from->restored;
    out->kept = from->kept;
    out->renew_keys = from->renew_keys;
    out->wants_offers = from->wants_offers;
    out->by_file = from->asked_hash.len > 0;
    return chain_point_decode(c, from->held, &out->held) &&
           read_fixed(c, from->district, out->district, sizeof(out->district), "district") &&
           read_fixed(c, from->group_key_id, out->group_key_id, sizeof(out->group_key_id),
                   "group key id") &&
           read_fixed(c, from->group_key, out->group_key, sizeof(out->group_key), "group key") &&
           (!out->by_file || read_fixed(c, from->asked_hash, out->asked_hash,
                                     sizeof(out->asked_hash), "asked hash")) &&
           text_check(c, out->letter, TQ_MAX_LETTER_BYTES, TQ_PROTOCOL, "letter") &&
           size_check(c, out->scope.len, TQ_MAX_SCOPE_BYTES, TQ_PROTOCOL, "scope") &&
           machines_decode(c, from, out);
}

bool refused_put(struct coder *c, const struct tq_refused *refused, struct tq_buf *out)
{
    Tuquan__V1__Refused packed;

    if (!text_check(c, refused->text_vi, TQ_MAX_SENTENCE_BYTES, TQ_INVALID, "sentence") ||
            !text_check(c, refused->text_en, TQ_MAX_SENTENCE_BYTES, TQ_INVALID, "sentence") ||
            !text_check(c, refused->next_vi, TQ_MAX_SENTENCE_BYTES, TQ_INVALID, "next step") ||
            !text_check(c, refused->next_en, TQ_MAX_SENTENCE_BYTES, TQ_INVALID, "next step"))
        return false;
    tuquan__v1__refused__init(&packed);
    packed.code = (uint32_t)refused->code;
    packed.text_vi = pb_of_slice(refused->text_vi);
    packed.text_en = pb_of_slice(refused->text_en);
    packed.next_vi = pb_of_slice(refused->next_vi);
    packed.next_en = pb_of_slice(refused->next_en);
    packed.retry_after_ms = refused->retry_after_ms;
    return coder_pack(c, &packed, out);
}

bool refused_take(struct coder *c, struct tq_slice bytes, struct tq_refused *out)
{
    const Tuquan__V1__Refused *from =
            coder_unpack(c, &tuquan__v1__refused__descriptor, bytes, "refusal");

    if (from == NULL)
        return false;
    if (from->code == 0 || from->code > 1000)
        return coder_fail(c, TQ_PROTOCOL, "refusal %u", from->code);
    out->code = (tq_refusal)from->code;
    out->text_vi = slice_of_pb(from->text_vi);
    out->text_en = slice_of_pb(from->text_en);
    out->next_vi = slice_of_pb(from->next_vi);
    out->next_en = slice_of_pb(from->next_en);
    out->retry_after_ms = from->retry_after_ms;
    return text_check(c, out->text_vi, TQ_MAX_SENTENCE_BYTES, TQ_PROTOCOL, "sentence") &&
           text_check(c, out->text_en, TQ_MAX_SENTENCE_BYTES, TQ_PROTOCOL, "sentence") &&
           text_check(c, out->next_vi, TQ_MAX_SENTENCE_BYTES, TQ_PROTOCOL, "next step") &&
           text_check(c, out->next_en, TQ_MAX_SENTENCE_BYTES, TQ_PROTOCOL, "next step");
}

static bool set_fill(struct coder *c, const struct tq_set *set, Tuquan__V1__Set *packed)
{
    tuquan__v1__set__init(packed);
    packed->district = pb_fixed(set->district, sizeof(set->district));
    packed->device = set->device;
    packed->incarnation = set->incarnation;
    packed->seq = set->seq;
    packed->prev = pb_fixed(set->prev, sizeof(set->prev));
    packed->payload = pb_of_slice(set->payload);
    packed->signature = pb_fixed(set->signature, sizeof(set->signature));
    return size_check(c, set->payload.len, TQ_SET_MAX_PAYLOAD, TQ_TOO_LARGE, "payload");
}

static bool set_read(struct coder *c, const Tuquan__V1__Set *from, struct tq_set *out)
{
    out->device = from->device;
    out->incarnation = from->incarnation;
    out->seq = from->seq;
    out->payload = slice_of_pb(from->payload);
    if (out->seq == 0)
        return coder_fail(c, TQ_PROTOCOL, "a set without a sequence");
    if (!read_fixed(c, from->district, out->district, sizeof(out->district), "district") ||
            !read_fixed(c, from->prev, out->prev, sizeof(out->prev), "hash of the set before") ||
            !read_fixed(c, from->signature, out->signature, sizeof(out->signature), "signature") ||
            !size_check(c, out->payload.len, TQ_SET_MAX_PAYLOAD, TQ_PROTOCOL, "payload"))
        return false;
    tq_set_hash(out, out->hash);
    return true;
}

bool push_put(struct coder *c, const struct tq_set *set, struct tq_buf *out)
{
    Tuquan__V1__Set packed;

    return set_fill(c, set, &packed) && coder_pack(c, &packed, out);
}

bool push_take(struct coder *c, struct tq_slice bytes, struct tq_set *out)
{
    const Tuquan__V1__Set *from = coder_unpack(c, &tuquan__v1__set__descriptor, bytes, "set");

    return from != NULL && set_read(c, from, out);
}

bool refill_put(struct coder *c, const struct tq_refill *refill, struct tq_buf *out)
{
    Tuquan__V1__Refill packed;
    Tuquan__V1__Set set;

    tuquan__v1__refill__init(&packed);
    if (!size_check(c, refill->nreceipts, TQ_MAX_REFILL_RECEIPTS, TQ_TOO_LARGE, "receipts") ||
            !set_fill(c, &refill->set, &set))
        return false;
    packed.set = &set;
    packed.receipts = coder_alloc(c, refill->nreceipts, sizeof(*packed.receipts));
    if (refill->nreceipts > 0 && packed.receipts == NULL)
        return false;
    for (size_t i = 0; i < refill->nreceipts; i++)
        packed.receipts[i] = pb_of_slice(refill->receipts[i]);
    packed.n_receipts = refill->nreceipts;
    return coder_pack(c, &packed, out);
}

bool refill_take(struct coder *c, struct tq_slice bytes, struct tq_refill *out)
{
    const Tuquan__V1__Refill *from =
            coder_unpack(c, &tuquan__v1__refill__descriptor, bytes, "refill");
    struct tq_slice *receipts;

    if (from == NULL)
        return false;
    if (from->set == NULL || from->n_receipts == 0)
        return coder_fail(c, TQ_PROTOCOL, "a refill without set or receipt");
    if (!size_check(c, from->n_receipts, TQ_MAX_REFILL_RECEIPTS, TQ_PROTOCOL, "receipts"))
        return false;
    receipts = coder_alloc(c, from->n_receipts, sizeof(*receipts));
    if (receipts == NULL)
        return false;
    for (size_t i = 0; i < from->n_receipts; i++)
        receipts[i] = slice_of_pb(from->receipts[i]);
    out->nreceipts = from->n_receipts;
    out->receipts = receipts;
    return set_read(c, from->set, &out->set);
}

bool pull_put(struct coder *c, const struct tq_pull *pull, struct tq_buf *out)
{
    Tuquan__V1__Pull packed;

    tuquan__v1__pull__init(&packed);
    packed.from = position_encode(c, &pull->from);
    packed.sets_coming = pull->sets_coming;
    packed.credit_bytes = pull->credit_bytes;
    return coder_pack(c, &packed, out);
}

bool pull_take(struct coder *c, struct tq_slice bytes, struct tq_pull *out)
{
    const Tuquan__V1__Pull *from = coder_unpack(c, &tuquan__v1__pull__descriptor, bytes, "pull");

    if (from == NULL)
        return false;
    out->sets_coming = from->sets_coming;
    out->credit_bytes = from->credit_bytes;
    return position_decode(c, from->from, &out->from);
}

bool credit_put(struct coder *c, uint64_t bytes, struct tq_buf *out)
{
    Tuquan__V1__Credit packed;

    tuquan__v1__credit__init(&packed);
    packed.bytes = bytes;
    return coder_pack(c, &packed, out);
}

bool credit_take(struct coder *c, struct tq_slice bytes, uint64_t *out)
{
    const Tuquan__V1__Credit *from =
            coder_unpack(c, &tuquan__v1__credit__descriptor, bytes, "credit");

    if (from != NULL)
        *out = from->bytes;
    return from != NULL;
}

bool ask_put(struct coder *c, const struct tq_chain_point *point, struct tq_buf *out)
{
    Tuquan__V1__ChainPoint none;
    Tuquan__V1__ChainPoint *packed = chain_point_encode(c, point);

    tuquan__v1__chain_point__init(&none);
    return coder_pack(c, packed != NULL ? packed : &none, out);
}

bool ask_take(struct coder *c, struct tq_slice bytes, struct tq_chain_point *out)
{
    const Tuquan__V1__ChainPoint *from =
            coder_unpack(c, &tuquan__v1__chain_point__descriptor, bytes, "chain point");

    return from != NULL && chain_point_decode(c, from, out);
}

bool status_put(struct coder *c, const struct tq_office_status *status, struct tq_buf *out)
{
    Tuquan__V1__Status packed;

    if (!text_check(c, status->note, TQ_MAX_SENTENCE_BYTES, TQ_INVALID, "note"))
        return false;
    tuquan__v1__status__init(&packed);
    packed.equal_as_of = status->equal_as_of;
    packed.read_every_row = status->read_every_row;
    packed.repaired_rows = status->repaired_rows;
    packed.waiting = status->waiting;
    packed.note = pb_of_slice(status->note);
    return coder_pack(c, &packed, out);
}

bool status_take(struct coder *c, struct tq_slice bytes, struct tq_office_status *out)
{
    const Tuquan__V1__Status *from =
            coder_unpack(c, &tuquan__v1__status__descriptor, bytes, "status");

    if (from == NULL)
        return false;
    out->equal_as_of = from->equal_as_of;
    out->read_every_row = from->read_every_row != 0;
    out->repaired_rows = from->repaired_rows;
    out->waiting = from->waiting;
    out->note = slice_of_pb(from->note);
    return text_check(c, out->note, TQ_MAX_SENTENCE_BYTES, TQ_PROTOCOL, "note");
}
