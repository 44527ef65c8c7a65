/* message.h - What office and district say to each other, as validated values (sync.md section 4).
 *
 * wire/codec turns bytes into these and back; sync/ only knows these.
 * Ownership: a decoded message borrows from the arena it was decoded into; one to be sent borrows
 *            from its maker until the send returns. */
#ifndef TQ_MESSAGE_H
#define TQ_MESSAGE_H

#include "tuquan/change.h"

#define TQ_PROTOCOL_LOW 1u
#define TQ_PROTOCOL_HIGH 1u
#define TQ_BEFORE_WELCOME_BYTES ((size_t)256 * 1024) /* in flight before Welcome */
#define TQ_CURVE_KEY_BYTES 32u
#define TQ_SIGN_KEY_BYTES 32u
#define TQ_MAX_INVITE_BYTES 4096u
#define TQ_PLACE_BYTES 16u
#define TQ_MAX_LETTER_BYTES 8u
#define TQ_MAX_MACHINES 64u /* of one office, that Welcome names */
#define TQ_MAX_REFILL_RECEIPTS 4096u
#define TQ_MAX_OFFER_ROWS 256u
#define TQ_MAX_OFFER_BYTES ((size_t)1024 * 1024)

typedef enum tq_message_kind {
    TQ_MSG_HELLO = 1,   /* office > district */
    TQ_MSG_WELCOME,     /* district > office */
    TQ_MSG_REFUSED,     /* district > office; ends the session */
    TQ_MSG_PUSH,        /* office > district: one change set */
    TQ_MSG_RECEIPT,     /* district > office */
    TQ_MSG_PULL,        /* office > district */
    TQ_MSG_ROWS,        /* district > office; the last one carries complete */
    TQ_MSG_CREDIT,      /* both ways: bytes consumed, may be sent again */
    TQ_MSG_DIGEST_ASK,  /* office > district: narrow a difference */
    TQ_MSG_DIGEST_TELL, /* district > office */
    TQ_MSG_RECEIPT_ASK, /* office > district: the receipt of a set again */
    TQ_MSG_STATUS,      /* office > district, at the end: what was checked, repaired, found */
    TQ_MSG_JOIN,        /* guest > district */
    TQ_MSG_JOINED,      /* district > guest */
    TQ_MSG_BROADCAST,   /* district > all */
    TQ_MSG_REFILL,      /* office > district: a set that it lost, with its receipts */
    TQ_MSG_OFFER,       /* office > district: rows that it lost; back: those that it refused */
} tq_message_kind;

/* Where a pull stands. Not scanning: everything above `cursor`. Scanning (first load, far cursor,
 * grown scope): rows in key order up to a fixed head `scan_h`, from after (table, key). */
struct tq_position {
    uint64_t cursor;
    bool scanning;
    uint64_t scan_h;
    uint32_t scan_table; /* table number; 0: before the first */
    struct tq_slice scan_key;
};

/* The head of a district's ledger, signed by it or countersigned by its neighbour (sync.proto). */
struct tq_head_word {
    uint64_t seq; /* 0: none */
    uint8_t hash[TQ_HASH_BYTES];
    uint8_t signature[TQ_SIGNATURE_BYTES];
};

/* Between districts only: how their ledgers vouch for each other. */
struct tq_head_words {
    struct tq_head_word told; /* the sender's own */
    struct tq_head_word seen; /* the receiver's, countersigned */
    uint64_t known;           /* the last own one whose countersignature the sender has */
};

/* ... and what they say beside rows: by which text they go, whose minutes they have otherwise. */
#define TQ_MAX_MINUTES_BYTES ((size_t)16 * 1024)
struct tq_neighbour_words {
    uint8_t agreement[TQ_HASH_BYTES]; /* zeros: it does not say */
    struct tq_slice minutes;          /* as in sync.proto */
};

struct tq_hello {
    uint32_t protocol_low;
    uint32_t protocol_high;
    uint32_t schema;
    uint32_t device;
    struct tq_chain_point head;
    uint64_t cursor;
    uint64_t seen;
    uint64_t top;                    /* highest sequence that anything in the file came with */
    uint8_t top_hash[TQ_HASH_BYTES]; /* ledger hash at top; zeros when unknown */
    struct tq_slice scope;           /* what the cursor was made with: canonical text, units@dates;
                                        compared as bytes */
    int64_t clock_ms;
    uint64_t equal_as_of; /* last H at which the digests were equal; 0 never */
    struct tq_slice software;
    struct tq_chain_point confirmed; /* last set with a receipt: where a new branch begins */
    uint8_t place[TQ_PLACE_BYTES];   /* of machine and folder; zeros when unknown */
    struct tq_slice machine;         /* what its people call it; empty: as the district knows it */
    bool astray; /* what was answered behind `confirmed` is lost, and another copy's in its place */
    struct tq_head_words heads;
    struct tq_neighbour_words words;
};

/* Why an incarnation was given; numbers are stable. */
typedef enum tq_fork_kind {
    TQ_FORK_NONE = 0,
    TQ_FORK_RESTORED = 1, /* an older state of the file, at its own place */
    TQ_FORK_COPIED = 2,   /* the same file twice */
    TQ_FORK_REBOUND = 3,  /* its device lost the keys; another one goes on with the file */
} tq_fork_kind;

/* Another machine of the office's units. Its name may be empty. */
struct tq_machine {
    uint32_t device;
    struct tq_slice letter; /* of its labels: A, B, ... */
    struct tq_slice name;   /* that it joined with */
    int64_t since_ms;       /* when it joined, by the district's clock */
};

struct tq_welcome {
    uint32_t protocol;
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint64_t epoch;
    struct tq_chain_point held; /* last set held for this chain */
    int64_t offset_ms;          /* district minus office clock, measured */
    struct tq_slice scope;      /* the scope that rows will be sent for */
    uint32_t schema;            /* the district's */
    uint64_t credit_bytes;      /* may be in flight towards the district */
    uint8_t group_key_id[8];    /* of the broadcast */
    uint8_t group_key[32];
    uint32_t incarnation;   /* non-zero: take this new one (restored or copied file); `held` is
                             then the parent that its first set names */
    uint64_t backed_up;     /* sequence up to which a test-restored backup exists; 0 none */
    struct tq_slice letter; /* with incarnation: of the labels from now on */
    tq_fork_kind fork;      /* with incarnation: why */
    uint64_t lost;          /* with incarnation: changes of the branch that the file has not */
    bool restored;          /* the office's top or cursor is not in this ledger */
    uint64_t kept;          /* then: the highest head below it that is */
    bool renew_keys;        /* the device is asked to renew its keys */
    bool wants_offers;      /* rows that it wrote itself and lost */
    bool by_file;           /* an answer to the question of that top: */
    uint8_t asked_hash[TQ_HASH_BYTES];
    size_t nmachines; /* at most TQ_MAX_MACHINES */
    const struct tq_machine *machines;
};

/* A set that the district had and lost. Receipts encoded and signed, by rising t. */
struct tq_refill {
    struct tq_set set;
    size_t nreceipts;
    const struct tq_slice *receipts;
};

/* Rows that the district wrote and lost (without some columns: cells of a row); from the district, with
 * exists = false: those that an officer refused. */
struct tq_offer {
    uint32_t number; /* from 1; its answer bears it, too */
    size_t nrows;
    const struct tq_row *rows; /* no seq, no origins */
};

/* Why a session ends before it began; numbers are stable. */
typedef enum tq_refusal {
    TQ_REFUSAL_UNKNOWN_DEVICE = 1,
    TQ_REFUSAL_REVOKED = 2,
    TQ_REFUSAL_WRONG_UNIT = 3,
    TQ_REFUSAL_PROTOCOL = 4,
    TQ_REFUSAL_SCHEMA = 5,
    TQ_REFUSAL_BUSY = 6,  /* come back in `retry_after_ms` */
    TQ_REFUSAL_CHAIN = 7, /* the chain does not continue what is held */
    TQ_REFUSAL_INVITATION = 8,
    TQ_REFUSAL_BROKEN = 9,     /* malformed or forged message */
    TQ_REFUSAL_AGREEMENT = 10, /* between districts: no agreement in force */
} tq_refusal;

struct tq_refused {
    tq_refusal code;
    struct tq_slice text_vi;
    struct tq_slice text_en;
    struct tq_slice next_vi;
    struct tq_slice next_en;
    uint32_t retry_after_ms; /* a delay, for clocks differ; 0: when a person has done something */
};

struct tq_pull {
    struct tq_position from;
    uint64_t sets_coming;  /* sequence of the last set of this session (complete waits for it) */
    uint64_t credit_bytes; /* may be in flight towards the office */
};

/* Who changed one cell, when it was another chain. */
struct tq_origin {
    uint32_t cell;
    uint32_t device;
    struct tq_slice author;
    int64_t at_ms;
};

/* A full row of the receiver's scope. `exists` false: the district has no such row (its insert was
 * refused, held or dropped); then there are no values. */
struct tq_row {
    uint32_t table;
    struct tq_slice key;
    bool exists;
    uint64_t seq; /* of its last change or touch */
    uint32_t ncolumns;
    const uint32_t *columns; /* numbers, ascending: all of the table in the receiver's schema that
                                leave, key and owner included */
    const struct tq_value *values;
    size_t norigins;
    const struct tq_origin *origins;
};

/* One digest of the receiver's scope: sum mod 2^128 over rows. */
struct tq_digest {
    uint32_t table;
    struct tq_slice owner; /* empty for public tables */
    uint64_t rows;
    uint8_t sum[TQ_DIGEST_BYTES]; /* big-endian */
};

/* A half-open range of keys of one table: [low, high), high empty = to the end. */
struct tq_range {
    uint32_t table;
    struct tq_slice owner;
    struct tq_slice low;
    struct tq_slice high;
    uint64_t rows;
    uint8_t sum[TQ_DIGEST_BYTES];
};

struct tq_rows {
    struct tq_position from;
    struct tq_position to;
    struct tq_chain_point held; /* of the receiving chain, when this chunk was built */
    size_t nrows;
    const struct tq_row *rows;
    size_t nreceipts; /* amending ones of the receiving device, made at from.cursor < merged_at <=
                         to.cursor; whoever moves the cursor stores them */
    const struct tq_receipt *receipts;
    bool repair; /* answer to a digest question: moves no cursor; then `rows` are all that the
                      district has in `range`, and there is nothing else in it */
    struct tq_range range; /* of a repair only */
    uint64_t head; /* of the district when this was built; the rows are those of then. 0: unknown */
    uint8_t ledger_hash[TQ_HASH_BYTES]; /* there */
    bool complete;                      /* then `to.cursor` and `head` are H; as of H: */
    int64_t t_h;
    size_t ndigests;
    const struct tq_digest *digests;
};

/* The office names ranges with its own sums; the district answers those that differ, split finer,
 * or, for small ones, with the rows themselves (Rows with repair). */
struct tq_ranges {
    uint64_t as_of; /* the H of the complete that is being checked */
    size_t nranges;
    const struct tq_range *ranges;
};

struct tq_office_status {
    uint64_t equal_as_of;
    bool read_every_row; /* or only those that changed */
    uint32_t repaired_rows;
    uint32_t waiting;
    struct tq_slice note;
};

/* The certificate of a device: what the district signed at enrolment. */
struct tq_certificate {
    uint8_t district[TQ_DISTRICT_ID_BYTES];
    uint32_t device;
    uint32_t incarnation;
    struct tq_slice letter; /* of its labels: A, B, ... */
    struct tq_slice unit;   /* "code@valid_from" */
    uint8_t curve_key[TQ_CURVE_KEY_BYTES];
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    int64_t issued_at_ms;
    struct tq_slice former; /* signing keys that it had before, TQ_SIGN_KEY_BYTES each */
    uint8_t signature[TQ_SIGNATURE_BYTES];
    struct tq_slice signed_bytes; /* as in tq_receipt */
};

#define TQ_FORMER_KEYS ((size_t)60)

struct tq_join {
    struct tq_slice token; /* of the invitation */
    uint8_t curve_key[TQ_CURVE_KEY_BYTES];
    uint8_t sign_key[TQ_SIGN_KEY_BYTES];
    struct tq_slice machine; /* a name for people */
    uint32_t former_device;  /* whose file it is, when its keys were lost; 0: a new file */
    uint32_t former_incarnation;
    struct tq_chain_point confirmed; /* of that file, with its receipt */
    bool returns;                    /* no token: the district knew the device, and says so in: */
    struct tq_certificate certificate;
    struct tq_slice letter; /* with it: of the file's labels */
    bool renews;            /* a device names its new keys; signed by the key in force: */
    uint8_t renewal[TQ_SIGNATURE_BYTES];
};

struct tq_joined {
    struct tq_certificate certificate;
    struct tq_slice district_name;
    uint8_t district_sign_key[TQ_SIGN_KEY_BYTES];
    struct tq_slice sync_address;      /* tcp://... of ROUTER */
    struct tq_slice broadcast_address; /* of XPUB */
    struct tq_slice guest_address;
    uint8_t readmit_secret[TQ_CURVE_KEY_BYTES]; /* of the pair of devices that were lost */
};

struct tq_broadcast {
    uint64_t epoch;
    uint64_t seq;  /* the district's head when it was made: no sequence in it is higher */
    uint64_t prev; /* seq of the broadcast before */
    int64_t at_ms;
    uint8_t ledger_hash[TQ_HASH_BYTES]; /* at seq */
    size_t nrows;
    const struct tq_row *rows; /* public rows only */
    uint8_t signature[TQ_SIGNATURE_BYTES];
    struct tq_slice signed_bytes; /* as in tq_receipt */
};

struct tq_message {
    tq_message_kind kind;
    uint64_t session; /* random, chosen by the office in Hello; 0 in broadcasts */
    union {
        struct tq_hello hello;
        struct tq_welcome welcome;
        struct tq_refused refused;
        struct tq_set push;
        struct tq_receipt receipt;
        struct tq_pull pull;
        struct tq_rows rows;
        uint64_t credit_bytes;
        struct tq_ranges ranges; /* DIGEST_ASK, DIGEST_TELL */
        struct tq_chain_point receipt_ask;
        struct tq_office_status status;
        struct tq_join join;
        struct tq_joined joined;
        struct tq_broadcast broadcast;
        struct tq_refill refill;
        struct tq_offer offer;
    } u;
};

#endif
