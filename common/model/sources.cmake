# Sources of common/model, one a line, sorted.
set(TQ_SOURCES
    calendar.c
    catalogue.c
    intake.c
    words.c
)
