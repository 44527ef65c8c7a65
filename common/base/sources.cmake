# Sources of common/base, one a line, sorted; mem.c is listed in ../CMakeLists.txt.
set(TQ_SOURCES
    arena.c
    bytes.c
    error.c
    hash.c
    value.c
    version.c
)
