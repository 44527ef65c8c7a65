/* own_units.h - Which communes of the district's file are its own.
 *
 * For a link a neighbour's communes stand in table `unit`, too. An area (a unit that communes lie
 * under) is the district's own when a machine of one of its communes ever joined, or when one of
 * them followed another unit (a merger); before the first machine has joined every commune counts.
 * Threads: pure text. */
#ifndef TQ_STORE_OWN_UNITS_H
#define TQ_STORE_OWN_UNITS_H

/* A condition on the row of `unit` that has the alias `u`. */
#define OWN_UNIT(u)                                                                                \
    "(NOT EXISTS (SELECT 1 FROM tq_incarnation)"                                                   \
    " OR EXISTS (SELECT 1 FROM tq_incarnation AS own_m JOIN unit AS own_u ON own_u.unit ="         \
    " own_m.unit WHERE own_u.parent IS " u ".parent)"                                              \
    " OR EXISTS (SELECT 1 FROM unit_successor AS own_s JOIN unit AS own_n ON own_n.unit ="         \
    " own_s.new_unit WHERE own_n.parent IS " u ".parent AND own_n.level = 3"                       \
    " AND own_s.voided_at IS NULL))"

#endif
