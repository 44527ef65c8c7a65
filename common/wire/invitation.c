#include <sodium.h>
#include <string.h>

#include "tuquan/identity.h"

/* The bytes behind the text: version 1, district, district's CURVE key, one-time secret, token,
 * expiry (u32 seconds), two addresses (length and bytes each), checksum. */
#define VERSION 1u
#define PREFIX "TQ1"
#define CHECK_BYTES 5u
#define MAX_BYTES 512u

static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

tq_status tq_invitation_draw(struct tq_invitation *invitation, struct tq_error *err)
{
    tq_status rc = tq_identity_init(err);

    if (rc != TQ_OK)
        return rc;
    crypto_box_keypair(invitation->guest_public, invitation->guest_secret);
    randombytes_buf(invitation->token, sizeof(invitation->token));
    return TQ_OK;
}

void tq_invitation_wipe(struct tq_invitation *invitation)
{
    sodium_memzero(invitation, sizeof(*invitation));
}

static bool address_is_good(struct tq_slice address)
{
    if (address.len >= TQ_ADDRESS_BYTES)
        return false;
    for (size_t i = 0; i < address.len; i++)
        if (address.data[i] <= 0x20 || address.data[i] >= 0x7f)
            return false;
    return true;
}

static void checksum(struct tq_slice data, uint8_t out[CHECK_BYTES])
{
    struct tq_hasher hasher;
    uint8_t hash[TQ_HASH_BYTES];

    tq_hash_init(&hasher, "tuquan.invitation.v1", sizeof(hash));
    tq_hash_add(&hasher, data.data, data.len);
    tq_hash_final(&hasher, hash, sizeof(hash));
    memcpy(out, hash, CHECK_BYTES);
}

/* A fixed place for secrets, instead of a tq_buf that would leave copies behind as it grows. */
struct packed {
    uint8_t bytes[MAX_BYTES];
    size_t len;
};

static void put(struct packed *packed, const void *data, size_t len)
{
    memcpy(packed->bytes + packed->len, data, len);
    packed->len += len;
}

static void put_address(struct packed *packed, const char *address)
{
    uint8_t len = (uint8_t)strlen(address);

    put(packed, &len, 1);
    put(packed, address, len);
}

/* Five bits a digit; the last one is filled up with zeros. */
static size_t to_digits(const struct packed *packed, char *out)
{
    uint32_t bits = 0;
    unsigned nbits = 0;
    size_t n = 0;

    for (size_t i = 0; i < packed->len; i++) {
        bits = (bits << 8 | packed->bytes[i]) & 0xffff;
        for (nbits += 8; nbits >= 5; nbits -= 5)
            out[n++] = DIGITS[bits >> (nbits - 5) & 31];
    }
    if (nbits > 0)
        out[n++] = DIGITS[bits << (5 - nbits) & 31];
    return n;
}

tq_status tq_invitation_text(
        const struct tq_invitation *invitation, char out[TQ_INVITATION_BYTES], struct tq_error *err)
{
    struct packed packed = { { 0 }, 0 };
    uint8_t version = VERSION;
    uint8_t check[CHECK_BYTES];
    uint8_t seconds[4];
    int64_t expires = invitation->expires_at_ms / 1000;
    size_t n;

    if (invitation->guest_address[0] == '\0' ||
            !address_is_good(tq_slice_str(invitation->guest_address)) ||
            !address_is_good(tq_slice_str(invitation->sync_address)))
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_ADDRESS);
    if (expires < 0 || expires > UINT32_MAX)
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_INVITATION_EXPIRY);
    for (size_t i = 0; i < 4; i++)
        seconds[i] = (uint8_t)(expires >> (24 - 8 * i));
    put(&packed, &version, 1);
    put(&packed, invitation->district, sizeof(invitation->district));
    put(&packed, invitation->district_curve_key, sizeof(invitation->district_curve_key));
    put(&packed, invitation->guest_secret, sizeof(invitation->guest_secret));
    put(&packed, invitation->token, sizeof(invitation->token));
    put(&packed, seconds, sizeof(seconds));
    put_address(&packed, invitation->guest_address);
    put_address(&packed, invitation->sync_address);
    checksum(tq_slice_of(packed.bytes, packed.len), check);
    put(&packed, check, sizeof(check));
    memcpy(out, PREFIX "-", 4);
    n = 4 + to_digits(&packed, out + 4);
    out[n] = '\0';
    sodium_memzero(&packed, sizeof(packed));
    return TQ_OK;
}

/* Value of a digit as people write it; -1: none, -2: to be passed over. */
static int digit_value(uint8_t c)
{
    const char *at;

    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n')
        return -2;
    if (c >= 'a' && c <= 'z')
        c = (uint8_t)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    at = c != '\0' ? memchr(DIGITS, c, sizeof(DIGITS) - 1) : NULL;
    return at != NULL ? (int)(at - DIGITS) : -1;
}

static bool from_digits(struct tq_slice text, struct packed *out)
{
    uint32_t bits = 0;
    unsigned nbits = 0;

    for (size_t i = 0; i < text.len; i++) {
        int value = digit_value(text.data[i]);

        if (value == -2)
            continue;
        if (value < 0)
            return false;
        bits = (bits << 5 | (uint32_t)value) & 0xffff;
        nbits += 5;
        if (nbits < 8)
            continue;
        if (out->len == sizeof(out->bytes))
            return false;
        nbits -= 8;
        out->bytes[out->len++] = (uint8_t)(bits >> nbits);
    }
    return nbits < 5 && (bits & ((1u << nbits) - 1)) == 0;
}

/* Skip what may stand before the prefix and the prefix itself, in either case. */
static bool take_prefix(struct tq_slice *text)
{
    size_t matched = 0;
    uint8_t c;

    while (matched < strlen(PREFIX)) {
        if (!tq_read_u8(text, &c))
            return false;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if (c != (uint8_t)PREFIX[matched++])
            return false;
    }
    return true;
}

static bool take(struct tq_slice *from, void *out, size_t len)
{
    struct tq_slice part;

    if (!tq_read_bytes(from, len, &part))
        return false;
    memcpy(out, part.data, len);
    return true;
}

static bool take_address(struct tq_slice *from, char out[TQ_ADDRESS_BYTES])
{
    struct tq_slice part;
    uint8_t len;

    if (!tq_read_u8(from, &len) || !tq_read_bytes(from, len, &part) || !address_is_good(part))
        return false;
    if (len > 0)
        memcpy(out, part.data, len);
    out[len] = '\0';
    return true;
}

static bool parse_packed(struct tq_slice data, struct tq_invitation *out)
{
    uint8_t version;
    uint8_t check[CHECK_BYTES];
    uint32_t seconds;

    if (data.len < CHECK_BYTES)
        return false;
    data.len -= CHECK_BYTES;
    checksum(data, check);
    if (memcmp(check, data.data + data.len, CHECK_BYTES) != 0)
        return false;
    if (!tq_read_u8(&data, &version) || version != VERSION ||
            !take(&data, out->district, sizeof(out->district)) ||
            !take(&data, out->district_curve_key, sizeof(out->district_curve_key)) ||
            !take(&data, out->guest_secret, sizeof(out->guest_secret)) ||
            !take(&data, out->token, sizeof(out->token)) || !tq_read_u32(&data, &seconds) ||
            !take_address(&data, out->guest_address) || !take_address(&data, out->sync_address) ||
            data.len != 0 || out->guest_address[0] == '\0')
        return false;
    out->expires_at_ms = (int64_t)seconds * 1000;
    return crypto_scalarmult_base(out->guest_public, out->guest_secret) == 0;
}

tq_status tq_invitation_parse(struct tq_slice text, struct tq_invitation *out, struct tq_error *err)
{
    struct packed packed = { { 0 }, 0 };
    tq_status rc = TQ_OK;

    memset(out, 0, sizeof(*out));
    if (!take_prefix(&text))
        rc = tq_error_set(err, TQ_MISTYPED, "%s " PREFIX, tq_phrase(TQ_PHRASE_INVITATION_BEGINS));
    else if (!from_digits(text, &packed))
        rc = tq_error_phrase(err, TQ_MISTYPED, TQ_PHRASE_INVITATION_LETTER);
    else if (!parse_packed(tq_slice_of(packed.bytes, packed.len), out))
        rc = tq_error_phrase(err, TQ_MISTYPED, TQ_PHRASE_INVITATION_CUT);
    sodium_memzero(&packed, sizeof(packed));
    if (rc != TQ_OK)
        tq_invitation_wipe(out);
    return rc;
}
