# Unit tests, one line each, sorted.
tq_test(unit value)
