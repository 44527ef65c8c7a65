/* fuzz_invitation.c - Any text into the reader of invitations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tuquan/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_invitation invitation;
    struct tq_invitation back;
    struct tq_error err;
    char text[TQ_INVITATION_BYTES];

    if (tq_invitation_parse(tq_slice_of(data, size), &invitation, &err) != TQ_OK)
        return 0;
    if (tq_invitation_text(&invitation, text, &err) != TQ_OK)
        fuzz_fail("accepted, but has no text", err.msg);
    if (tq_invitation_parse(tq_slice_str(text), &back, &err) != TQ_OK ||
            memcmp(&invitation, &back, sizeof(back)) != 0)
        fuzz_fail("differs after writing", text);
    return 0;
}
