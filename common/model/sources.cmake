# Sources of common/model, one a line, sorted.
set(TQ_SOURCES
    calendar.c
    catalogue.c
    cover.c
    intake.c
    liaison.c
    liaison_catalogue.c
    words.c
    words_en.c
    ranking.c
    ranking_input.c
    scoring.c
    sheet.c
    sheet_csv.c
    sheet_source.c
    small_count.c
)
