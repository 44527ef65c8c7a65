# Sources of common/wire, one a line, sorted.
set(TQ_SOURCES
    codec.c
    codec_block.c
    codec_body.c
    codec_column.c
    codec_join.c
    codec_keys.c
    codec_receipt.c
    codec_rows.c
    codec_session.c
    codec_shared.c
    codec_util.c
    frame.c
)
