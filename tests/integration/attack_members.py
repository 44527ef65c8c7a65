#!/usr/bin/env python3
"""attack_members.py COMMUNE DISTRICT ATTACKER - Members with good keys do what they may not; each is
refused by a stable code, counted, logged once a minute, and the office that behaves syncs on."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import attack  # noqa: E402
import programs  # noqa: E402

SEED = None
BROKEN, CHAIN, BUSY, REVOKED = '9', '7', '6', '2'


class Sets(attack.Attack):
    ENEMIES = 18
    used = 0

    def push(self, *args):
        """Each on a chain that has not begun."""
        name = 'e%d' % Sets.used
        type(self).used += 1
        Sets.used = type(self).used
        return name, self.attack(name, 'push', *args)

    def whole(self):
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        self.office_syncs()

    def test_the_attacker_speaks_properly(self):
        _, said = self.push('good', 3)
        self.assertEqual((said['accepted'], said['refusals'], said['exceptions']), (3, {}, {}))

    def test_rows_of_another_commune(self):
        before = self.count('foreign')
        _, said = self.push('other-unit', '08782@2004-01-01')
        self.assertEqual(said['accepted'], 1)
        self.assertEqual(said['exceptions'], {'R03': 3})
        self.wait_count('foreign', before + 3)
        self.assertEqual(self.at_district('SELECT count(*) FROM activity WHERE participants IN (666, 667, 668)'), 0)
        self.whole()

    def test_columns_of_the_district(self):
        before = self.count('foreign')
        _, said = self.push('column')
        self.assertEqual(said['accepted'], 1)
        self.assertEqual(said['exceptions'], {'R04': 2})
        self.wait_count('foreign', before + 2)
        self.whole()

    def test_refused_as_a_whole(self):
        """What breaks the frame of a set ends the session and leaves no trace in the ledger."""
        cases = [(('seen',), BROKEN, 'broken'), (('forged', 1), BROKEN, 'forged'),
                 (('signature', self.w.path('xa')), BROKEN, 'forged'), (('unsigned',), BROKEN, 'forged'),
                 (('changed',), BROKEN, 'forged'), (('district',), BROKEN, 'forged'),
                 (('future',), BROKEN, 'broken')]
        for args, code, kind in cases:
            with self.subTest(args[0]):
                before = self.count(kind)
                rows = self.at_district('SELECT count(*) FROM activity')
                _, said = self.push(*args)
                self.assertEqual(said['refusals'], {code: 1}, args)
                self.assertEqual((said['accepted'], said['receipts']), (0, 0))
                self.assertEqual(self.at_district('SELECT count(*) FROM activity'), rows)
                self.wait_count(kind, before + 1)
        self.whole()

    def test_replayed(self):
        name, said = self.push('replay')
        self.assertEqual((said['receipts'], said['refusals']), (33, {}))
        device = self.w.value(name, 'SELECT device FROM tq_state')
        self.assertEqual(self.at_district('SELECT count(*) FROM tq_ledger WHERE device = ?', device), 1)
        self.whole()

    def test_spliced(self):
        before = self.count('forged')
        _, said = self.push('splice')
        self.assertEqual((said['receipts'], said['refusals']), (1, {BROKEN: 1}))
        self.wait_count('forged', before + 1)
        self.whole()

    def test_jump(self):
        before = self.count('broken')
        _, said = self.push('jump')
        self.assertEqual((said['receipts'], said['refusals']), (1, {BROKEN: 1}))
        self.wait_count('broken', before + 1)
        self.whole()

    def test_fork(self):
        """Refused by its code, or healed: never merged as the same set."""
        name, said = self.push('fork')
        device = self.w.value(name, 'SELECT device FROM tq_state')
        self.assertEqual(said['receipts'], 2)
        self.assertEqual(sum(said['refusals'].values()), 1)
        self.assertEqual(self.at_district('SELECT count(*) FROM tq_ledger WHERE device = ?', device), 2)
        self.wait_count('chain', 1)
        self.whole()

    def test_author_too_long(self):
        done = self.attack_fails('push', 'author')
        self.assertIn('author', done)

    def attack_fails(self, *args):
        """The codec does not even write it; a peer that writes it by hand is in fuzz.body."""
        process = self.begin('e17', *args)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2)
        return err

    def test_zz_logged_once_a_minute(self):
        for kind in ('forged', 'broken', 'chain', 'foreign'):
            self.assertLessEqual(self.log_lines(kind), 2)


class Talk(attack.Attack):
    ENEMIES = 2

    def bounded(self, memory, more_mb=96):
        self.office_syncs()
        programs.wait_until(lambda: self.memory_mb() - memory < more_mb,
                            lambda: '+%.0f MB' % (self.memory_mb() - memory), 30)
        self.assertLess(self.files(), 100)

    def test_garbage(self):
        memory, before = self.memory_mb(), self.count('broken')
        said = self.attack('e0', 'garbage', 3000, SEED)
        self.assertTrue(said['welcomed'])
        self.assertIn(BROKEN, said['refusals'])
        self.wait_count('broken', before + 2000)
        self.bounded(memory)
        self.assertLessEqual(self.log_lines('broken'), 2)

    def test_frames_over_the_limit(self):
        memory = self.memory_mb()
        for size in (6 * 1048576 + 1, 64 * 1048576):
            self.assertTrue(self.attack('e0', 'large', size)['welcomed'])
        self.bounded(memory)

    def test_messages_in_parts(self):
        before = self.count('malformed')
        self.assertTrue(self.attack('e0', 'parts')['welcomed'])
        self.wait_count('malformed', before + 100)

    def test_zstd_bombs(self):
        memory, before = self.memory_mb(), self.count('broken')
        self.assertTrue(self.attack('e0', 'bomb')['welcomed'])
        self.wait_count('broken', before + 45)
        self.bounded(memory)

    def test_deep_and_repeated_fields(self):
        memory, before = self.memory_mb(), self.count('broken')
        self.assertTrue(self.attack('e0', 'deep')['welcomed'])
        self.wait_count('broken', before + 30)
        self.bounded(memory)

    def test_hello_flood(self):
        memory, before = self.memory_mb(), self.count('too_often')
        said = self.attack('e1', 'hellos', 20000)
        self.assertLess(said['welcomes'], 5000)
        self.assertIn(BUSY, said['refusals'])
        self.wait_count('too_often', before + 10000)
        self.bounded(memory)
        self.assertEqual(self.log_lines('too_often'), 1)

    def test_messages_of_no_session(self):
        before = self.count('out_of_place')
        self.assertTrue(self.attack('e0', 'unasked')['welcomed'])
        self.wait_count('out_of_place', before + 100)


if __name__ == '__main__':
    SEED = programs.seed().randrange(1, 1 << 30)
    attack.main('attack_members')
