#include "tuquan/password.h"

#include <sodium.h>
#include <string.h>

tq_status tq_password_hash(const char *password, char out[TQ_PASSWORD_BYTES], struct tq_error *err)
{
    _Static_assert(crypto_pwhash_STRBYTES == TQ_PASSWORD_BYTES, "libsodium's size");
    if (sodium_init() < 0 ||
            crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                    crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return tq_error_set(err, TQ_NOMEM, "Argon2id");
    return TQ_OK;
}

bool tq_password_is(const char *hash, const char *password)
{
    return sodium_init() >= 0 && strlen(hash) < TQ_PASSWORD_BYTES &&
           crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}
