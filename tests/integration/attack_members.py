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
    ENEMIES = 0
    used = 0

    def push(self, *args):
        """Each on a chain that has not begun; the first attacker and what was said to it."""
        first = 'e%d' % Sets.used
        return first, self.meanwhile(lambda: self.push_once(*args))

    def push_once(self, *args):
        name = 'e%d' % Sets.used
        Sets.used += 1
        self.w.join(name, sync=False)
        return self.attack(name, 'push', *args)

    def whole(self):
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        self.office_syncs()

    @attack.counts()
    def test_the_attacker_speaks_properly(self):
        _, said = self.push('good', 3)
        self.assertEqual((said['accepted'], said['refusals'], said['exceptions']), (3, {}, {}))

    @attack.counts('foreign')
    def test_rows_of_another_commune(self):
        before = self.count('foreign')
        _, said = self.push('other-unit', '08782@2004-01-01')
        self.assertEqual(said['accepted'], 1)
        self.assertEqual(said['exceptions'], {'R03': 3})
        self.wait_count('foreign', before + 3)
        self.assertEqual(self.at_district('SELECT count(*) FROM activity WHERE participants IN (666, 667, 668)'), 0)
        self.whole()

    @attack.counts('foreign')
    def test_columns_of_the_district(self):
        before = self.count('foreign')
        _, said = self.push('column')
        self.assertEqual(said['accepted'], 1)
        self.assertEqual(said['exceptions'], {'R04': 2})
        self.wait_count('foreign', before + 2)
        self.whole()

    @attack.counts('broken', 'forged')
    def test_refused_as_a_whole(self):
        """What breaks the frame of a set ends the session and leaves no trace in the ledger."""
        cases = [(('seen',), BROKEN, 'broken'), (('forged', 1), BROKEN, 'forged'),
                 (('signature', self.w.path('xa')), BROKEN, 'forged'), (('unsigned',), BROKEN, 'forged'),
                 (('changed',), BROKEN, 'forged'), (('district',), BROKEN, 'forged'),
                 (('future',), BROKEN, 'broken')]
        for args, code, kind in cases:
            with self.subTest(args[0]):
                before = self.count(kind)
                rows = self.rows()
                _, said = self.push(*args)
                self.assertEqual(said['refusals'], {code: 1}, args)
                self.assertEqual((said['accepted'], said['receipts']), (0, 0))
                self.assertEqual(self.rows(), rows)
                self.wait_count(kind, before + 1)
        self.whole()

    def rows(self):
        """But those of the office that syncs meanwhile."""
        return self.at_district("SELECT count(*) FROM activity WHERE planned_on <> '2020-09-16'")

    @attack.counts()
    def test_replayed(self):
        name, said = self.push('replay')
        self.assertEqual((said['receipts'], said['refusals']), (33, {}))
        self.assertEqual(said['other_receipts'], 0)  # the very same, 33 times
        device = self.w.value(name, 'SELECT device FROM tq_state')
        self.assertEqual(self.at_district('SELECT count(*) FROM tq_ledger WHERE device = ?', device), 1)
        self.whole()

    @attack.counts('forged')
    def test_spliced(self):
        before = self.count('forged')
        _, said = self.push('splice')
        self.assertEqual((said['receipts'], said['refusals']), (1, {BROKEN: 1}))
        self.wait_count('forged', before + 1)
        self.whole()

    @attack.counts('broken')
    def test_jump(self):
        before = self.count('broken')
        _, said = self.push('jump')
        self.assertEqual((said['receipts'], said['refusals']), (1, {BROKEN: 1}))
        self.wait_count('broken', before + 1)
        self.whole()

    @attack.counts('chain')
    def test_fork(self):
        """Refused by its code, or healed: never merged as the same set."""
        name, said = self.push('fork')
        device = self.w.value(name, 'SELECT device FROM tq_state')
        self.assertEqual(said['receipts'], 2)
        self.assertEqual(sum(said['refusals'].values()), 1)
        self.assertEqual(self.at_district('SELECT count(*) FROM tq_ledger WHERE device = ?', device), 2)
        self.wait_count('chain', 1)
        self.whole()

    @attack.counts('broken')
    def test_authors_that_are_no_text(self):
        """Well signed, but with an author that no program of ours writes: refused as a whole."""
        for what in ('long', 'utf8', 'control', 'nul'):
            with self.subTest(what):
                before = self.count('broken')
                name, said = self.push('author-bytes', what)
                self.assertEqual((said['refusals'], said['receipts']), ({BROKEN: 1}, 0))
                device = self.w.value(name, 'SELECT device FROM tq_state')
                self.assertEqual(self.at_district('SELECT count(*) FROM tq_ledger WHERE device = ?',
                                                  device), 0)
                self.wait_count('broken', before + 1)
        self.whole()

    @attack.counts('foreign')
    def test_an_author_of_another_name(self):
        """Who wrote a change is the device that signed it. Its author is what that device says: the name
        of another commune's chairman, of the district or of another device opens no door."""
        for author in ('Chủ tịch xã Hải Lựu (mẫu)', 'district', '0', '08782@2004-01-01'):
            with self.subTest(author):
                before = self.count('foreign')
                name, said = self.push('author', author)
                self.assertEqual(said['accepted'], 1)
                self.assertEqual(said['exceptions'], {'R03': 1, 'R04': 1})
                self.wait_count('foreign', before + 2)
                self.assertEqual(self.at_district('SELECT count(*) FROM activity WHERE'
                                                  ' participants = 669'), 0)
                self.named_with_its_device(name, author)
        self.whole()

    def named_with_its_device(self, name, author):
        """What the district tells of the accepted cell names the device beside the claimed author."""
        device = self.w.value(name, 'SELECT device FROM tq_state')
        keys = self.w.ask('district', 'SELECT hex(id) FROM activity WHERE participants = 900')
        told = [self.w.json('district', 'why', 'activity', key, 'participants')['story'][0]
                for key, in keys]
        self.assertEqual([t['author'] for t in told if t['device'] == device], [author])


class Talk(attack.Attack):
    ENEMIES = 3

    def talk(self, *args):
        return self.meanwhile(lambda: self.attack('e0', *args))

    @attack.counts('broken')
    def test_garbage(self):
        before = self.count('broken')
        said = self.talk('garbage', 3000, SEED)
        self.assertTrue(said['welcomed'])
        self.assertIn(BROKEN, said['refusals'])
        self.wait_count('broken', before + 2000)

    @attack.counts('too_large', peak_mb=64)
    def test_frames_over_the_limit(self):
        """A little over it: refused by its code, counted. Far over: cut at the frame's head, before
        anything of it takes memory."""
        before = self.count('too_large')
        said = self.large(6 * 1048576 + 1)
        self.assertTrue(said['welcomed'])
        self.assertIn(BROKEN, said['refusals'])
        self.assertTrue(self.large(6 * 1048576 + 500000)['welcomed'])
        self.wait_count('too_large', before + 2)
        self.assertIn(' %d' % self.w.value('e2', 'SELECT device FROM tq_state'),
                      self.kinds()['too_large']['who'])
        said = self.large(128 * 1048576)
        self.assertTrue(said['cut'] and said['welcomed'], said)

    def large(self, size):
        return self.meanwhile(lambda: self.attack('e2', 'large', size))

    @attack.counts('malformed')
    def test_messages_in_parts(self):
        before = self.count('malformed')
        self.assertTrue(self.talk('parts')['welcomed'])
        self.wait_count('malformed', before + 100)

    @attack.counts('broken', peak_mb=48)
    def test_zstd_bombs(self):
        """64 MB behind a few kB, whatever it says of itself: never inflated further than a message of its
        kind may be."""
        before = self.count('broken')
        self.assertTrue(self.talk('bomb')['welcomed'])
        self.wait_count('broken', before + 45)

    @attack.counts('broken', peak_mb=400)
    def test_deep_and_repeated_fields(self):
        before = self.count('broken')
        self.assertTrue(self.talk('deep')['welcomed'])
        self.wait_count('broken', before + 30)

    @attack.counts('too_often')
    def test_hello_flood(self):
        before = self.count('too_often')
        said = self.meanwhile(lambda: self.attack('e1', 'hellos', 20000))
        self.assertLess(said['welcomes'], 5000)
        self.assertIn(BUSY, said['refusals'])
        self.wait_count('too_often', before + 10000)

    @attack.counts('out_of_place')
    def test_messages_of_no_session(self):
        before = self.count('out_of_place')
        self.assertTrue(self.talk('unasked')['welcomed'])
        self.wait_count('out_of_place', before + 100)


if __name__ == '__main__':
    SEED = programs.seed().randrange(1, 1 << 30)
    attack.main('attack_members')
