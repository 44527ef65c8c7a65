# Unit tests, one line each, sorted.
tq_test(unit csv)
tq_test(unit log)
tq_test(unit text)
tq_test(unit calendar)
tq_test(unit value)
