/* attacker.h - What the files of the attacker share: attacker.c knocks at the ports, attacker_talk.c
 * speaks as a member, attacker_sets.c makes the sets that it pushes, attacker_neighbour.c those of a
 * neighbouring district, attacker_honest.c is of those that behave meanwhile. */
#ifndef TQ_TESTS_ATTACKER_H
#define TQ_TESTS_ATTACKER_H

#include "enemy.h"

#define ANSWER_MS 20000

/* One attack by a member: argv[0] is its name. Returns false for a name it does not know. */
bool talk(struct enemy *e, int argc, char **argv);
bool push(struct enemy *e, int argc, char **argv);
bool neighbour(struct enemy *e, int argc, char **argv);

/* Members with keys of their own, that behave. */
bool honest(int argc, char **argv);

int64_t number_of(const char *text);

#endif
