# Sources of common/store, one a line, sorted.
set(TQ_SOURCES
)
