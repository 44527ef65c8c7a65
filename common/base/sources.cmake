# Sources of common/base, one a line, sorted; mem.c is listed in ../CMakeLists.txt.
set(TQ_SOURCES
    arena.c
    bytes.c
    clock.c
    csv.c
    error.c
    file.c
    hash.c
    log.c
    random.c
    terminal.c
    text.c
    text_lint.c
    value.c
    version.c
)
