#!/usr/bin/env python3
"""stick.py COMMUNE DISTRICT - A sync by file: an office without a line makes a bundle, the district
opens it and answers, the office opens the answer; twice, in any order, beside the wire, and badly."""
import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
BACH_LUU = '08779@2004-01-01'
LANG_CONG = '08773@2004-01-01'
VILLAGE = {BACH_LUU: '08779-04@2019-01-01', LANG_CONG: '08773-01@2019-01-01'}


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()
        self.written = 0

    def rows(self, name, count, unit=BACH_LUU):
        db = sqlite3.connect(self.w.path(name, 'office.db'), timeout=30)
        with db:
            db.executemany('INSERT INTO incident(unit, area, category, village, occurred_on, summary, '
                           'damage_vnd) VALUES (?, 1, ?, ?, ?, ?, ?)',
                           [(unit, 'theft', VILLAGE[unit], '2020-10-%02d' % (1 + i % 28), 'dữ liệu mẫu',
                             i) for i in range(count)])
        db.close()
        self.written += count

    def make(self, name, file):
        return self.w.json(name, 'bundle', 'make', self.w.path(file))

    def carry(self, file, answer):
        return self.w.json('district', 'bundle', 'open', self.w.path(file), self.w.path(answer))

    def take(self, name, answer):
        return self.w.json(name, 'bundle', 'open', self.w.path(answer))

    def at_district(self, unit=BACH_LUU):
        return self.w.value('district', 'SELECT count(*) FROM incident WHERE unit = ?', unit)

    def receipts(self, name):
        return self.w.ask(name, 'SELECT bytes FROM tq_receipt ORDER BY incarnation, seq, t')

    def settled(self, *names):
        """By the wire, at the end: nothing is left to say, both sides are equal, each change once."""
        for name in names:
            said = self.w.json(name, 'sync')
            self.assertTrue(said['equal'], said)
        for name in names:
            self.assertEqual(self.w.ask(name, 'SELECT text FROM tq_fault'), [])
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_pending'), 0)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        self.assertEqual(self.w.value('district', 'SELECT sum(nchanges) FROM tq_ledger WHERE device <> 0'),
                         self.written)

    def refused(self, code, name, *args):
        done = self.w.call(name, *args)
        self.assertNotEqual(done.returncode, 0, args)
        self.assertIn('[%s]' % code, done.stderr)
        return done.stderr

    def trail(self):
        """What the officers are told of bundles that were refused."""
        return self.w.ask('district', "SELECT about, detail FROM tq_audit WHERE what = 'bundle refused' ORDER BY rowid")


class Carried(Case):
    def test_there_and_back(self):
        self.w.join('xa')
        self.w.join('xb')
        self.rows('xb', 3)
        self.w.json('xb', 'sync')
        self.w.stop('district')  # the line is dead
        self.rows('xa', 40)
        made = self.make('xa', 'there')
        self.assertEqual((made['sets'], made['changes'], made['sets_left']), (1, 40, 0))
        self.assertEqual(self.w.json('xa', 'status')['rows_waiting'], 40)  # nothing counts as sent
        for name in ('xa', 'district'):
            shown = self.w.json(name, 'bundle', 'show', self.w.path('there'))
            self.assertEqual((shown['kind'], shown['sets'], shown['rows']), ('question', 1, 40))
        opened = self.carry('there', 'back')
        self.assertEqual((opened['receipts'], opened['accepted'], opened['complete']), (1, 40, True))
        self.assertEqual(opened['rows'], 3)  # what another machine of the commune wrote comes, too
        self.assertEqual(self.at_district(), 43)
        shown = self.w.json('xa', 'bundle', 'show', self.w.path('back'))
        self.assertEqual((shown['kind'], shown['sets'], shown['rows']), ('answer', 1, 3))
        taken = self.take('xa', 'back')
        self.assertEqual((taken['receipts'], taken['accepted'], taken['waits'], taken['equal']),
                         (1, 40, False, True))
        self.assertEqual(self.w.json('xa', 'status')['rows_waiting'], 0)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 43)
        self.assertIn('bundle', [r[0] for r in self.w.ask('district', 'SELECT outcome FROM tq_session_log')])
        self.w.serve()
        self.settled('xa', 'xb')

    def test_a_published_ranking_comes_with_the_answer(self):
        self.w.join('xa')
        self.w.stop('district')
        self.w.run('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM ranking_row'), 0)
        self.rows('xa', 2)
        self.make('xa', 'there')
        self.carry('there', 'back')
        self.assertTrue(self.take('xa', 'back')['equal'])
        rows = 'SELECT * FROM ranking_row ORDER BY period, version, unit'
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM ranking_row'), 17)
        columns = [c[1] for c in self.w.ask('xa', 'PRAGMA table_info(ranking_row)')]
        self.assertEqual(self.w.ask('xa', rows), self.w.ask('district', rows.replace('*', ', '.join(columns))))
        shown = self.w.json('xa', 'rank', '2020-Q4')
        self.assertEqual(len(shown['rows']), 17)
        self.w.serve()
        self.settled('xa')

    def test_beside_a_running_server_and_its_other_offices(self):
        self.w.join('xa')
        self.w.join('xc', LANG_CONG)
        self.w.start('xc')
        self.w.wait_log('xc', 'SYNC-DONE')
        for turn in range(3):
            self.rows('xa', 5)
            self.make('xa', 'there%d' % turn)
            self.rows('xc', 1, LANG_CONG)
            self.assertEqual(self.carry('there%d' % turn, 'back%d' % turn)['accepted'], 5)
            self.assertEqual(self.take('xa', 'back%d' % turn)['accepted'], 5)
        programs.wait_until(lambda: self.at_district(LANG_CONG) == 3, 'the other office goes on')
        self.w.stop('xc')
        self.settled('xa', 'xc')

    def test_what_the_rules_refuse_comes_back_with_its_reason(self):
        self.w.join('xa')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')  # the office does not know yet
        self.rows('xa', 4)
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30)
        with db:
            db.execute("UPDATE incident SET occurred_on = '2020-08-15' WHERE damage_vnd = 0")
        db.close()
        self.written += 1
        self.make('xa', 'there')
        opened = self.carry('there', 'back')
        taken = self.take('xa', 'back')
        for said in (opened, taken):
            self.assertEqual((said['accepted'], said['refused'], said['requested']), (4, 0, 1))
        items = self.w.json('xa', 'inbox', ok=(5,))['items']
        self.assertEqual([i['kind'] for i in items], ['correction_asked'])
        self.assertEqual(self.w.value('district', "SELECT count(*) FROM incident WHERE occurred_on = "
                                      "'2020-08-15'"), 0)

    def test_more_than_waits_for_one_merge(self):
        self.w.join('xa')
        text = random.Random(5)
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30)
        with db:
            db.executemany('INSERT INTO incident(unit, area, category, village, occurred_on, summary) '
                           "VALUES (?, 1, 'theft', ?, '2020-10-01', ?)",
                           [(BACH_LUU, VILLAGE[BACH_LUU],
                             'mẫu ' + ''.join(chr(text.randrange(0x4e00, 0x9000)) for _ in range(300)))
                            for _ in range(20000)])
        db.close()
        self.written += 20000
        made = self.make('xa', 'there')
        self.assertEqual(made['changes'], 20000)
        self.assertGreater(made['bytes'], 9 << 20)
        self.assertEqual(self.carry('there', 'back')['accepted'], 20000)
        taken = self.take('xa', 'back')
        self.assertEqual((taken['accepted'], taken['waits'], taken['equal']), (20000, False, True))
        self.settled('xa')

class AnyOrder(Case):
    def test_twice_and_the_wrong_way_round(self):
        self.w.join('xa')
        self.rows('xa', 5)
        self.make('xa', 'one')
        self.rows('xa', 7)
        self.make('xa', 'two')  # holds both: the first has no receipt yet
        self.assertEqual(self.carry('two', 'back two')['accepted'], 12)
        self.assertEqual(self.carry('one', 'back one')['accepted'], 5)  # said again, not merged again
        self.assertEqual(self.carry('two', 'back two again')['accepted'], 12)
        self.assertEqual(self.at_district(), 12)
        self.take('xa', 'back one')
        self.assertTrue(self.w.value('xa', 'SELECT count(*) FROM tq_pending') > 0)
        before = self.receipts('xa')
        self.take('xa', 'back two')
        after = self.receipts('xa')
        self.assertEqual(len(after), len(before) + 1)
        self.take('xa', 'back two')
        self.take('xa', 'back one')
        self.take('xa', 'back two again')
        self.assertEqual(self.receipts('xa'), after)
        self.settled('xa')

    def test_beside_the_wire(self):
        self.w.join('xa')
        self.rows('xa', 5)
        self.make('xa', 'one')
        self.rows('xa', 2)
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], 7)
        self.assertEqual(self.carry('one', 'back')['accepted'], 5)
        before = self.receipts('xa')
        self.take('xa', 'back')
        self.assertEqual(self.receipts('xa'), before)
        self.rows('xa', 3)
        self.make('xa', 'two')
        self.carry('two', 'back two')
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], 3)  # the answer is on its way still
        self.take('xa', 'back two')
        self.settled('xa')
        self.assertEqual(self.at_district(), 10)

    def test_an_answer_of_before_the_district_was_put_back(self):
        self.w.join('xa')
        self.rows('xa', 1)
        self.w.json('xa', 'sync')
        self.w.run('district', 'backup', self.w.path('backup'))
        self.rows('xa', 5)
        self.make('xa', 'there')
        self.carry('there', 'back')
        self.w.stop('district')
        self.w.run('district', 'restore', self.w.path('backup'))
        self.w.serve()
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], 5)  # the line came first
        self.refused('E317', 'xa', 'bundle', 'open', self.w.path('back'))
        self.settled('xa')

    def test_a_district_put_back_does_not_go_on_by_file(self):
        self.w.join('xa')
        self.rows('xa', 1)
        self.w.run('district', 'backup', self.w.path('backup'))
        self.w.json('xa', 'sync')
        self.w.stop('district')
        self.w.run('district', 'restore', self.w.path('backup'))
        self.rows('xa', 2)
        self.make('xa', 'there')
        self.refused('E317', 'district', 'bundle', 'open', self.w.path('there'), self.w.path('back'))
        self.assertFalse(os.path.exists(self.w.path('back')))
        self.w.serve()
        self.settled('xa')

    def test_a_restored_file_waits_for_the_wire(self):
        self.w.join('xa')
        self.w.run('xa', 'backup', self.w.path('copy'))
        self.rows('xa', 3)
        self.w.json('xa', 'sync')
        self.w.run('xa', 'restore', self.w.path('copy'), '--yes')
        self.rows('xa', 2)
        self.make('xa', 'there')
        self.refused('E313', 'district', 'bundle', 'open', self.w.path('there'), self.w.path('back'))
        self.settled('xa')
        self.assertEqual(self.at_district(), 5)


class Bad(Case):
    def setUp(self):
        super().setUp()
        self.w.join('xa')
        self.rows('xa', 5)
        self.make('xa', 'there')
        with open(self.w.path('there'), 'rb') as stream:
            self.bytes = stream.read()

    def file(self, name, data):
        with open(self.w.path(name), 'wb') as stream:
            stream.write(data)
        return self.w.path(name)

    def test_cut_flipped_and_nothing_like_it(self):
        half = len(self.bytes) // 2
        flipped = self.bytes[:half] + bytes([self.bytes[half] ^ 1]) + self.bytes[half + 1:]
        for name, data in (('empty', b''), ('cut', self.bytes[:half]), ('flipped', flipped),
                           ('longer', self.bytes + b'\0'), ('text', 'không phải gói\n'.encode() * 99)):
            with self.subTest(name):
                path = self.file(name, data)
                self.refused('E315', 'district', 'bundle', 'open', path, self.w.path('back'))
                self.refused('E315', 'xa', 'bundle', 'open', path)
                self.refused('E315', 'xa', 'bundle', 'show', path)
        self.assertFalse(os.path.exists(self.w.path('back')))
        self.assertEqual(self.at_district(), 0)
        self.assertEqual(self.trail(), [('', 'E315')] * 5)

    def test_huge(self):
        with open(self.w.path('huge'), 'wb') as stream:
            stream.truncate(2 << 30)
        done = self.w.call('district', 'bundle', 'open', self.w.path('huge'), self.w.path('back'))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('[E117]', done.stderr)
        self.assertIn(self.w.path('huge'), done.stderr)

    def test_for_somebody_else(self):
        self.w.join('xb')
        self.carry('there', 'back')
        self.refused('E316', 'xb', 'bundle', 'open', self.w.path('back'))
        self.refused('E316', 'xa', 'bundle', 'open', self.w.path('there'))  # the question itself
        self.refused('E316', 'district', 'bundle', 'open', self.w.path('back'), self.w.path('no'))
        other = FOUNDED.world()
        self.addCleanup(other.close)
        other.run('district', 'init', '--name', 'Huyện khác', '--dir', other.path('other'))
        done = other.call('district', 'bundle', 'open', self.w.path('there'), other.path('no'), '--dir',
                          other.path('other'))
        self.assertIn('[E316]', done.stderr)

    def test_revoked_and_unknown(self):
        device = self.w.value('xa', 'SELECT device FROM tq_state')
        self.w.run('district', 'revoke', str(device), '--why', 'dữ liệu mẫu', '--yes')
        self.refused('E305', 'district', 'bundle', 'open', self.w.path('there'), self.w.path('back'))
        self.assertEqual(self.at_district(), 0)
        self.assertEqual(self.trail(), [('device %d' % device, 'E305')])

    def test_signed_with_former_keys(self):
        device = self.w.value('xa', 'SELECT device FROM tq_state')
        self.w.run('district', 'renew', str(device))
        for _ in range(3):
            self.w.json('xa', 'sync')
        self.refused('E309', 'district', 'bundle', 'open', self.w.path('there'), self.w.path('back'))
        self.rows('xa', 1)
        self.make('xa', 'anew')
        self.assertEqual(self.carry('anew', 'back')['accepted'], 1)
        self.take('xa', 'back')
        self.settled('xa')

    def test_our_own_trouble_refuses_nobody(self):
        """Memory that ends at every step of the way: told, in no officer's list of refused bundles; then it goes
        as if nothing had been."""
        if programs.sanitized(self.w.district_binary):
            self.skipTest('a sanitizer needs all addresses')
        self.rows('xa', 20000)
        self.make('xa', 'many')
        codes = []
        for mib in range(32, 1024, 8):
            if os.path.exists(self.w.path('back')):
                break
            done = subprocess.run(self.w.command('district', 'bundle', 'open', self.w.path('many'), self.w.path('back')),
                                  env=self.w.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20)),
                                  check=False)
            codes += re.findall(r'\[(E\d+)\]', done.stderr)
        self.assertIn('E101', codes)
        self.assertEqual(self.trail(), [])
        self.assertEqual(self.take('xa', 'back')['accepted'], 20005)

    def test_the_answer_needs_a_name_of_its_own(self):
        path = self.file('taken', b'a letter')
        self.refused('E107', 'district', 'bundle', 'open', self.w.path('there'), path)
        self.assertEqual(self.at_district(), 0)
        with open(path, 'rb') as stream:
            self.assertEqual(stream.read(), b'a letter')
        done = self.w.call('district', 'bundle', 'open', self.w.path('there'))
        self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        FOUNDED.close()
