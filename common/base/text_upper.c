/* text_upper.c - Capitals, for the headings of papers. */
#include <utf8proc.h>

#include "tuquan/text.h"

void tq_text_upper(struct tq_slice text, struct tq_buf *out)
{
    size_t i = 0;

    while (i < text.len) {
        utf8proc_uint8_t bytes[4];
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate(text.data + i, (utf8proc_ssize_t)(text.len - i), &c);

        if (n <= 0) {
            tq_buf_append_u8(out, text.data[i]);
            i++;
            continue;
        }
        tq_buf_append(out, bytes, (size_t)utf8proc_encode_char(utf8proc_toupper(c), bytes));
        i += (size_t)n;
    }
}
