#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "test_mem.h"
#include "tmp.h"
#include "tuquan/codec.h"
#include "tuquan/identity.h"
#include "tuquan/process.h"

struct fixture {
    char dir[256];
    char path[300];
    struct tq_keys keys;
    struct tq_error err;
    long live;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->live = test_mem_live();
    tmp_make(f->dir, sizeof(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/device.key", f->dir);
    *state = f;
    return tq_keys_generate(&f->keys, &f->err) == TQ_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    long leaked = test_mem_live() - f->live;

    tmp_remove(f->dir);
    free(f);
    return leaked == 0 ? 0 : -1;
}

static void keys_load__gives_back_what_was_saved(void **state)
{
    struct fixture *f = *state;
    struct tq_keys out;
    struct stat info;

    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_OK);
    assert_memory_equal(&out, &f->keys, sizeof(out));
    tq_keys_wipe(&out);
    for (size_t i = 0; i < sizeof(out); i++)
        assert_int_equal(((const uint8_t *)&out)[i], 0);
}

static void keys_save__never_replaces_a_file(void **state)
{
    struct fixture *f = *state;
    struct tq_keys other;
    struct tq_keys out;

    assert_int_equal(tq_keys_generate(&other, &f->err), TQ_OK);
    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    assert_int_equal(tq_keys_save(f->path, &other, &f->err), TQ_EXISTS);
    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_OK);
    assert_memory_equal(&out, &f->keys, sizeof(out));
}

static void keys_load__refuses_a_file_that_others_may_read(void **state)
{
    static const mode_t MODES[] = { 0640, 0604, 0644, 0660, 0601, 0777 };
    struct fixture *f = *state;
    struct tq_keys out;

    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        assert_int_equal(chmod(f->path, MODES[i]), 0);
        assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
        assert_non_null(strstr(f->err.msg, f->path));
    }
    assert_int_equal(chmod(f->path, 0400), 0);
    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_OK);
}

static size_t read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t n = fread(out, 1, size, file);

    fclose(file);
    return n;
}

static void write_file(const char *path, const char *data, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static void keys_load__refuses_any_damaged_byte_and_any_cut(void **state)
{
    struct fixture *f = *state;
    struct tq_keys out;
    struct tq_keys none = { 0 };
    char good[2048];
    char bad[2048];
    size_t n;

    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    n = read_file(f->path, good, sizeof(good));
    for (size_t i = 0; i < n; i++) {
        memcpy(bad, good, n);
        bad[i] = bad[i] == '5' ? '6' : '5'; /* still hex where hex was */
        write_file(f->path, bad, n);
        assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
        assert_memory_equal(&out, &none, sizeof(out));
        write_file(f->path, good, i);
        assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
        memcpy(bad, good, n);
        bad[i] ^= 0x20; /* the same digit to who reads hex in either case */
        write_file(f->path, bad, n);
        assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
    }
    memset(bad, 'a', sizeof(bad));
    write_file(f->path, bad, sizeof(bad));
    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
}

static void keys__errors_hold_no_secret(void **state)
{
    struct fixture *f = *state;
    char hex[65];
    char text[2048];
    struct tq_keys out;
    size_t n;

    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    n = read_file(f->path, text, sizeof(text));
    text[n - 2] = 'x';
    write_file(f->path, text, n);
    assert_int_equal(tq_keys_load(f->path, &out, &f->err), TQ_KEY_FILE);
    tq_hex(hex, f->keys.curve_secret, 32);
    hex[8] = '\0';
    assert_null(strstr(f->err.msg, hex));
}

/* What reads, writes, seals and opens with these keys; `f->path` holds a key file. */
static void use_keys(struct fixture *f, const uint8_t group_key[TQ_GROUP_KEY_BYTES])
{
    static const uint8_t ID[TQ_GROUP_KEY_ID_BYTES] = { 1 };
    struct tq_signer signer = tq_signer_of(&f->keys);
    uint8_t id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    struct tq_buf bundle;
    struct tq_keys out;

    if (tq_keys_load(f->path, &out, &f->err) == TQ_OK)
        tq_keys_wipe(&out);
    tq_buf_init(&bundle, 0);
    if (tq_rekey_add(&bundle, 7, f->keys.curve_public, ID, group_key, &signer, &f->err) == TQ_OK &&
            tq_rekey_take(tq_buf_slice(&bundle), 7, &f->keys, f->keys.sign_public, id, key,
                    &f->err) == TQ_OK)
        tq_wipe(key, sizeof(key));
    tq_buf_deinit(&bundle);
}

static void keys__are_in_no_block_that_was_freed(void **state)
{
    struct fixture *f = *state;
    uint8_t group_key[TQ_GROUP_KEY_BYTES];
    uint8_t id[TQ_GROUP_KEY_ID_BYTES];
    char hex[2][65];
    char text[2048];
    size_t n;

    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    assert_int_equal(tq_group_key_draw(id, group_key, &f->err), TQ_OK);
    tq_hex(hex[0], f->keys.curve_secret, 32);
    tq_hex(hex[1], f->keys.sign_secret, 32);
    n = read_file(f->path, text, sizeof(text));
    for (int round = 0; round < 3; round++) { /* whole, damaged, and with a heap that fails */
        const struct {
            const void *bytes;
            size_t len;
        } secrets[] = { { f->keys.curve_secret, 16 }, { f->keys.sign_secret, 16 }, { hex[0], 32 },
            { hex[1], 32 }, { group_key, 16 } };

        if (round == 1)
            text[n - 2] = 'x';
        write_file(f->path, text, n);
        assert_int_equal(chmod(f->path, 0600), 0);
        for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
            test_mem_watch(secrets[i].bytes, secrets[i].len);
            for (long after = round == 2 ? 0 : -1; after < (round == 2 ? 12 : 0); after++) {
                test_mem_fail_after(after, false);
                use_keys(f, group_key);
            }
            test_mem_fail_after(-1, false);
            assert_int_equal(test_mem_take_seen(), 0);
        }
    }
    test_mem_watch(NULL, 0);
}

static void verify__takes_only_key_domain_data_and_signature_together(void **state)
{
    struct fixture *f = *state;
    struct tq_signer signer = tq_signer_of(&f->keys);
    struct tq_slice data = tq_slice_str("dữ liệu mẫu");
    struct tq_keys other;
    uint8_t signature[TQ_SIGNATURE_BYTES];

    assert_int_equal(tq_keys_generate(&other, &f->err), TQ_OK);
    signer.sign(signer.ctx, TQ_SIGN_SET, data, signature);
    assert_true(tq_verify(f->keys.sign_public, TQ_SIGN_SET, data, signature));
    assert_false(tq_verify(f->keys.sign_public, TQ_SIGN_RECEIPT, data, signature));
    assert_false(tq_verify(other.sign_public, TQ_SIGN_SET, data, signature));
    assert_false(tq_verify(f->keys.sign_public, TQ_SIGN_SET, tq_slice_str("x"), signature));
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        assert_false(tq_verify(f->keys.sign_public, TQ_SIGN_SET, data, signature));
        signature[i] ^= 1;
    }
}

static void make_certificate(const struct fixture *f, struct tq_certificate *out)
{
    memset(out, 0, sizeof(*out));
    memset(out->district, 7, sizeof(out->district));
    out->device = 3;
    out->incarnation = 1;
    out->letter = tq_slice_str("C");
    out->unit = tq_slice_str("08779@2004-01-01");
    memcpy(out->curve_key, f->keys.curve_public, sizeof(out->curve_key));
    memcpy(out->sign_key, f->keys.sign_public, sizeof(out->sign_key));
    out->issued_at_ms = 1606700000000;
}

static void broadcast_verify__is_over_rows_place_and_history(void **state)
{
    struct fixture *f = *state;
    struct tq_signer signer = tq_signer_of(&f->keys);
    uint32_t column = 2;
    struct tq_value value = tq_value_str("Quý 4/2020 (mẫu)");
    struct tq_row row;
    struct tq_broadcast b;

    memset(&row, 0, sizeof(row));
    row.table = 3;
    row.key = tq_slice_str("ADMIN");
    row.seq = 7;
    row.exists = true;
    row.ncolumns = 1;
    row.columns = &column;
    row.values = &value;
    memset(&b, 0, sizeof(b));
    b.epoch = 1;
    b.seq = 9;
    b.prev = 5;
    b.nrows = 1;
    b.rows = &row;
    assert_int_equal(tq_broadcast_sign(&b, &signer, &f->err), TQ_OK);
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_OK);
    value = tq_value_str("Quý 3/2020 (mẫu)");
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_FORGED);
    value = tq_value_str("Quý 4/2020 (mẫu)");
    b.prev = 6;
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_FORGED);
    b.prev = 5;
    b.ledger_hash[31] ^= 1;
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_FORGED);
    b.ledger_hash[31] ^= 1;
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_OK);
    b.signature[0] ^= 1;
    assert_int_equal(tq_broadcast_verify(&b, f->keys.sign_public, &f->err), TQ_FORGED);
}

static void certificate_verify__finds_every_change(void **state)
{
    struct fixture *f = *state;
    struct tq_signer signer = tq_signer_of(&f->keys);
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    struct tq_certificate made;
    struct tq_certificate read;
    struct tq_buf bytes;

    tq_buf_init(&bytes, 0);
    make_certificate(f, &made);
    assert_int_equal(tq_certificate_sign(&made, &signer, &f->err), TQ_OK);
    assert_int_equal(tq_certificate_verify(&made, f->keys.sign_public, &f->err), TQ_OK);
    assert_int_equal(tq_certificate_encode(&made, true, &bytes, &f->err), TQ_OK);
    assert_int_equal(tq_certificate_decode(tq_buf_slice(&bytes), arena, &read, &f->err), TQ_OK);
    assert_int_equal(tq_certificate_verify(&read, f->keys.sign_public, &f->err), TQ_OK);
    for (size_t i = 0; i < bytes.len * 8; i++) {
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
        tq_arena_reset(arena);
        if (tq_certificate_decode(tq_buf_slice(&bytes), arena, &read, &f->err) == TQ_OK)
            assert_int_equal(tq_certificate_verify(&read, f->keys.sign_public, &f->err), TQ_FORGED);
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    made.device = 4;
    assert_int_equal(tq_certificate_verify(&made, f->keys.sign_public, &f->err), TQ_FORGED);
    tq_buf_deinit(&bytes);
    tq_arena_free(arena);
}

static void renewal_verify__is_of_this_device_and_these_keys(void **state)
{
    struct fixture *f = *state;
    struct tq_signer signer = tq_signer_of(&f->keys);
    uint8_t district[TQ_DISTRICT_ID_BYTES] = { 1, 2, 3 };
    struct tq_join join;

    memset(&join, 0, sizeof(join));
    memset(join.curve_key, 4, sizeof(join.curve_key));
    memset(join.sign_key, 5, sizeof(join.sign_key));
    assert_false(tq_renewal_verify(&join, district, 7, f->keys.sign_public));
    tq_renewal_sign(&join, district, 7, &signer);
    assert_true(tq_renewal_verify(&join, district, 7, f->keys.sign_public));
    assert_false(tq_renewal_verify(&join, district, 8, f->keys.sign_public));
    assert_false(tq_renewal_verify(&join, district, 7, join.sign_key));
    district[0] ^= 1;
    assert_false(tq_renewal_verify(&join, district, 7, f->keys.sign_public));
    district[0] ^= 1;
    join.curve_key[31] ^= 1;
    assert_false(tq_renewal_verify(&join, district, 7, f->keys.sign_public));
    join.curve_key[31] ^= 1;
    join.sign_key[31] ^= 1;
    assert_false(tq_renewal_verify(&join, district, 7, f->keys.sign_public));
}

/* An empty district with its keys is the same one, and knows what lost machines knock with. */
static void readmit_pair__is_made_from_the_districts_keys_alone(void **state)
{
    struct fixture *f = *state;
    struct tq_keys other = f->keys;
    uint8_t secret[TQ_CURVE_KEY_BYTES];
    uint8_t from_secret[TQ_CURVE_KEY_BYTES];
    uint8_t key[TQ_CURVE_KEY_BYTES];
    uint8_t id[TQ_DISTRICT_ID_BYTES];
    uint8_t other_id[TQ_DISTRICT_ID_BYTES];

    tq_readmit_pair(&f->keys, key, secret);
    tq_curve_public(from_secret, secret);
    assert_memory_equal(from_secret, key, sizeof(key));
    assert_memory_not_equal(secret, f->keys.curve_secret, sizeof(secret));
    tq_district_id_of(&f->keys, id);
    other.curve_secret[5] ^= 1;
    other.sign_public[5] ^= 1;
    tq_readmit_pair(&other, key, NULL);
    assert_memory_not_equal(from_secret, key, sizeof(key));
    tq_district_id_of(&other, other_id);
    assert_memory_not_equal(id, other_id, sizeof(id));
    tq_keys_wipe(&other);
}

static void receipt_verify__holds_over_a_newer_writers_fields(void **state)
{
    struct fixture *f = *state;
    struct tq_signer signer = tq_signer_of(&f->keys);
    struct tq_arena *arena = tq_arena_new((size_t)1 << 20);
    struct tq_receipt made = { 0 };
    struct tq_receipt read;
    struct tq_buf body;
    struct tq_buf bytes;

    tq_buf_init(&body, 0);
    tq_buf_init(&bytes, 0);
    made.device = 3;
    made.accepted = 12;
    assert_int_equal(tq_receipt_encode(&made, false, &body, &f->err), TQ_OK);
    tq_buf_append(&body, "\xf8\x07\x2a", 3); /* field 127, a number, which we do not know */
    made.signed_bytes = tq_buf_slice(&body);
    signer.sign(signer.ctx, TQ_SIGN_RECEIPT, tq_buf_slice(&body), made.signature);
    assert_int_equal(tq_receipt_encode(&made, true, &bytes, &f->err), TQ_OK);
    assert_int_equal(tq_receipt_decode(tq_buf_slice(&bytes), arena, &read, &f->err), TQ_OK);
    assert_int_equal(read.accepted, 12);
    assert_true(tq_slice_equal(read.signed_bytes, tq_buf_slice(&body)));
    assert_int_equal(tq_receipt_verify(&read, f->keys.sign_public, &f->err), TQ_OK);
    tq_buf_clear(&body);
    assert_int_equal(tq_receipt_encode(&read, true, &body, &f->err), TQ_OK);
    assert_true(tq_slice_equal(tq_buf_slice(&body), tq_buf_slice(&bytes)));
    tq_buf_deinit(&body);
    tq_buf_deinit(&bytes);
    tq_arena_free(arena);
}

static void make_invitation(struct tq_invitation *out)
{
    struct tq_error err;

    memset(out, 0, sizeof(*out));
    snprintf(out->guest_address, sizeof(out->guest_address), "tcp://192.168.10.5:7102");
    snprintf(out->sync_address, sizeof(out->sync_address), "tcp://192.168.10.5:7100");
    memset(out->district, 5, sizeof(out->district));
    memset(out->district_curve_key, 6, sizeof(out->district_curve_key));
    assert_int_equal(tq_invitation_draw(out, &err), TQ_OK);
    out->expires_at_ms = 1606700000000;
}

static void invitation_parse__gives_back_the_text(void **state)
{
    struct fixture *f = *state;
    struct tq_invitation in;
    struct tq_invitation out;
    char text[TQ_INVITATION_BYTES];
    char typed[2 * TQ_INVITATION_BYTES];
    size_t n = 0;

    make_invitation(&in);
    assert_int_equal(tq_invitation_text(&in, text, &f->err), TQ_OK);
    assert_int_equal(strncmp(text, "TQ1-", 4), 0);
    assert_int_equal(tq_invitation_parse(tq_slice_str(text), &out, &f->err), TQ_OK);
    assert_memory_equal(&in, &out, sizeof(in));
    /* As a person types it: lower case, blanks, l for 1, o for 0. */
    for (size_t i = 0; text[i] != '\0'; i++) {
        char c = text[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (i > 3 && c == '1')
            c = 'l';
        if (i > 3 && c == '0')
            c = 'o';
        typed[n++] = c;
        if (i % 5 == 4)
            typed[n++] = i % 2 == 0 ? ' ' : '\n';
    }
    assert_int_equal(tq_invitation_parse(tq_slice_of(typed, n), &out, &f->err), TQ_OK);
    assert_memory_equal(&in, &out, sizeof(in));
}

static void invitation_parse__finds_every_typing_error(void **state)
{
    static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZU!";
    struct fixture *f = *state;
    struct tq_invitation in;
    struct tq_invitation out;
    char text[TQ_INVITATION_BYTES];
    size_t len;

    make_invitation(&in);
    assert_int_equal(tq_invitation_text(&in, text, &f->err), TQ_OK);
    len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        char kept = text[i];

        assert_int_equal(tq_invitation_parse(tq_slice_of(text, i), &out, &f->err), TQ_MISTYPED);
        for (size_t d = 0; i != 3 && DIGITS[d] != '\0'; d++) {
            if (DIGITS[d] == kept)
                continue;
            text[i] = DIGITS[d];
            assert_int_equal(tq_invitation_parse(tq_slice_str(text), &out, &f->err), TQ_MISTYPED);
        }
        text[i] = kept;
        if (i + 1 < len && i != 3 && i != 2 && text[i] != text[i + 1]) {
            text[i] = text[i + 1]; /* two neighbours in the wrong order */
            text[i + 1] = kept;
            assert_int_equal(tq_invitation_parse(tq_slice_str(text), &out, &f->err), TQ_MISTYPED);
            text[i + 1] = text[i];
            text[i] = kept;
        }
    }
}

static void invitation_text__refuses_bad_addresses(void **state)
{
    struct fixture *f = *state;
    struct tq_invitation in;
    char text[TQ_INVITATION_BYTES];

    make_invitation(&in);
    snprintf(in.guest_address, sizeof(in.guest_address), "tcp://a b");
    assert_int_equal(tq_invitation_text(&in, text, &f->err), TQ_INVALID);
    in.guest_address[0] = '\0';
    assert_int_equal(tq_invitation_text(&in, text, &f->err), TQ_INVALID);
    memset(in.guest_address, 'a', sizeof(in.guest_address) - 1);
    in.guest_address[sizeof(in.guest_address) - 1] = '\0';
    memcpy(in.sync_address, in.guest_address, sizeof(in.sync_address));
    assert_int_equal(tq_invitation_text(&in, text, &f->err), TQ_OK);
    assert_true(strlen(text) < TQ_INVITATION_BYTES);
}

static void seal__opens_with_its_own_key_only(void **state)
{
    struct fixture *f = *state;
    uint8_t id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    uint8_t other_id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t other[TQ_GROUP_KEY_BYTES];
    struct tq_slice plain = tq_slice_str("bảng xếp hạng");
    struct tq_buf sealed;
    struct tq_buf again;

    tq_buf_init(&sealed, 0);
    tq_buf_init(&again, 0);
    assert_int_equal(tq_group_key_draw(id, key, &f->err), TQ_OK);
    assert_int_equal(tq_group_key_draw(other_id, other, &f->err), TQ_OK);
    assert_int_equal(tq_seal(id, key, plain, &sealed, &f->err), TQ_OK);
    assert_int_equal(tq_seal(id, key, plain, &again, &f->err), TQ_OK);
    assert_int_equal(sealed.len, plain.len + TQ_SEAL_OVERHEAD);
    assert_memory_not_equal(sealed.data, again.data, sealed.len); /* the nonce is new each time */
    tq_buf_clear(&again);
    assert_int_equal(tq_open(id, key, tq_buf_slice(&sealed), &again, &f->err), TQ_OK);
    assert_true(tq_slice_equal(tq_buf_slice(&again), plain));
    assert_int_equal(
            tq_open(other_id, other, tq_buf_slice(&sealed), &again, &f->err), TQ_NOT_FOUND);
    assert_int_equal(tq_open(id, other, tq_buf_slice(&sealed), &again, &f->err), TQ_FORGED);
    for (size_t i = 0; i < sealed.len; i++) {
        tq_status rc;

        sealed.data[i] ^= 0x10;
        rc = tq_open(id, key, tq_buf_slice(&sealed), &again, &f->err);
        assert_int_equal(rc, i < TQ_GROUP_KEY_ID_BYTES ? TQ_NOT_FOUND : TQ_FORGED);
        sealed.data[i] ^= 0x10;
        assert_true(tq_open(id, key, tq_slice_of(sealed.data, i), &again, &f->err) != TQ_OK);
    }
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&again);
}

static void seal_to__opens_for_its_device_only(void **state)
{
    struct fixture *f = *state;
    struct tq_keys other;
    struct tq_buf sealed;
    struct tq_buf plain;

    tq_buf_init(&sealed, 0);
    tq_buf_init(&plain, 0);
    assert_int_equal(tq_keys_generate(&other, &f->err), TQ_OK);
    assert_int_equal(
            tq_seal_to(f->keys.curve_public, tq_slice_str("khóa nhóm"), &sealed, &f->err), TQ_OK);
    assert_int_equal(tq_open_own(&other, tq_buf_slice(&sealed), &plain, &f->err), TQ_FORGED);
    assert_int_equal(tq_open_own(&f->keys, tq_buf_slice(&sealed), &plain, &f->err), TQ_OK);
    assert_true(tq_slice_equal(tq_buf_slice(&plain), tq_slice_str("khóa nhóm")));
    sealed.data[sealed.len / 2] ^= 1;
    assert_int_equal(tq_open_own(&f->keys, tq_buf_slice(&sealed), &plain, &f->err), TQ_FORGED);
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&plain);
}

static void keys_load__survives_a_failing_heap(void **state)
{
    struct fixture *f = *state;
    struct tq_keys out;
    tq_status rc = TQ_NOMEM;
    long live;

    assert_int_equal(tq_keys_save(f->path, &f->keys, &f->err), TQ_OK);
    live = test_mem_live();
    for (long n = 0; rc != TQ_OK && n < 100; n++) {
        test_mem_fail_after(n, true);
        rc = tq_keys_load(f->path, &out, &f->err);
        test_mem_fail_after(-1, false);
        assert_true(rc == TQ_OK || rc == TQ_NOMEM);
        assert_int_equal(test_mem_live(), live);
    }
    assert_int_equal(rc, TQ_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void rekey__reaches_each_device_that_is_in_it_and_no_other(void **state)
{
    struct tq_keys district;
    struct tq_keys devices[3];
    uint8_t id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    uint8_t got_id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t got[TQ_GROUP_KEY_BYTES];
    struct tq_signer signer;
    struct tq_buf bundle;

    (void)state;
    assert_int_equal(tq_keys_generate(&district, NULL), TQ_OK);
    signer = tq_signer_of(&district);
    assert_int_equal(tq_group_key_draw(id, key, NULL), TQ_OK);
    tq_buf_init(&bundle, 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(tq_keys_generate(&devices[i], NULL), TQ_OK);
        if (i != 1) /* revoked */
            assert_int_equal(
                    tq_rekey_add(&bundle, i + 1, devices[i].curve_public, id, key, &signer, NULL),
                    TQ_OK);
    }
    assert_true(tq_rekey_is(tq_buf_slice(&bundle)));
    for (uint32_t i = 0; i < 3; i++) {
        tq_status rc = tq_rekey_take(
                tq_buf_slice(&bundle), i + 1, &devices[i], district.sign_public, got_id, got, NULL);

        assert_int_equal(rc, i == 1 ? TQ_NOT_FOUND : TQ_OK);
        if (rc == TQ_OK)
            assert_memory_equal(got, key, sizeof(key));
    }
    /* Another's entry, another district, a cut. */
    assert_int_equal(tq_rekey_take(tq_buf_slice(&bundle), 1, &devices[1], district.sign_public,
                             got_id, got, NULL),
            TQ_FORGED);
    assert_int_equal(tq_rekey_take(tq_buf_slice(&bundle), 1, &devices[0], devices[2].sign_public,
                             got_id, got, NULL),
            TQ_FORGED);
    for (size_t n = 8; n < bundle.len; n++)
        assert_int_not_equal(tq_rekey_take(tq_slice_of(bundle.data, n), 3, &devices[2],
                                     district.sign_public, got_id, got, NULL),
                TQ_OK);
    tq_buf_deinit(&bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_load__gives_back_what_was_saved),
        TEST(keys_save__never_replaces_a_file),
        TEST(keys_load__refuses_a_file_that_others_may_read),
        TEST(keys_load__refuses_any_damaged_byte_and_any_cut),
        TEST(keys__errors_hold_no_secret),
        TEST(keys__are_in_no_block_that_was_freed),
        TEST(verify__takes_only_key_domain_data_and_signature_together),
        TEST(certificate_verify__finds_every_change),
        TEST(broadcast_verify__is_over_rows_place_and_history),
        TEST(renewal_verify__is_of_this_device_and_these_keys),
        TEST(readmit_pair__is_made_from_the_districts_keys_alone),
        TEST(receipt_verify__holds_over_a_newer_writers_fields),
        TEST(invitation_parse__gives_back_the_text),
        TEST(invitation_parse__finds_every_typing_error),
        TEST(invitation_text__refuses_bad_addresses),
        TEST(seal__opens_with_its_own_key_only),
        TEST(seal_to__opens_for_its_device_only),
        TEST(rekey__reaches_each_device_that_is_in_it_and_no_other),
        TEST(keys_load__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
