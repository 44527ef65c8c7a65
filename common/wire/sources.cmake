# Sources of common/wire, one a line, sorted.
set(TQ_SOURCES
)
