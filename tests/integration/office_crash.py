#!/usr/bin/env python3
"""office_crash.py COMMUNE DISTRICT - kill -9 at random moments, of either side, at every kind of
write. Whatever is killed: the next run goes on, both sides end equal, each change counts once.

TUQUAN_TEST_ROUNDS makes it longer, TUQUAN_TEST_SEED plays one run again (up to the machine's own
timing)."""
import csv
import os
import sqlite3
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
RANDOM = None
ROUNDS = int(os.environ.get('TUQUAN_TEST_ROUNDS', '4'))
ROWS = 4000


class Clerk(threading.Thread):
    """Writes in an office's file from another tool, one transaction after the other, until told to `end`;
    `rows`: how many are committed."""

    PAUSE_S = 0.005  # between two: whoever else writes gets a turn

    def __init__(self, world, name):
        super().__init__()
        self.path = world.path(name, 'office.db')
        self.name_of_office = name
        self.rows = 0
        self.trouble = None
        self.over = threading.Event()
        self.start()

    def run(self):
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            while not self.over.wait(self.PAUSE_S):
                db.execute('INSERT INTO activity (label, unit, kind, planned_on, participants) VALUES (?, ?, '
                           "'patrol', '2020-09-15', ?)", ('%s-%d' % (self.name_of_office, self.rows),
                                                          programs.BACH_LUU, self.rows))
                self.rows += 1
        except sqlite3.Error as error:
            self.trouble = error
        finally:
            db.close()

    def wrote_since(self, rows):
        if self.trouble is not None:
            raise AssertionError('the clerk of %s: %s' % (self.name_of_office, self.trouble))
        return self.rows > rows

    def end(self):
        self.over.set()
        self.join()
        self.wrote_since(self.rows)  # raises what went wrong


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()

    def file(self, name, rows, prefix):
        path = self.w.path(name + '.csv')
        with open(path, 'w', encoding='utf-8', newline='') as stream:
            writer = csv.writer(stream)
            writer.writerow(['label', 'kind', 'village', 'planned_on', 'state', 'participants', 'results'])
            for i in range(rows):
                writer.writerow(['%s-%05d' % (prefix, i), 'patrol', '08779-0%d@2019-01-01' % (1 + i % 4),
                                 '2020-10-%02d' % (1 + i % 28), 'planned', 1 + i % 97, 'dữ liệu mẫu'])
        return path

    def killed(self, name, *args, longest, after=lambda: True):
        """Run, and kill -9 after a random time up to `longest` s, which begins once `after` holds; True if
        it was still running."""
        process = self.w.start(name, *args, log=name + '-killed')
        try:
            programs.wait_until(lambda: process.poll() is not None or after(), 'what must come before')
            end = time.monotonic() + RANDOM.random() * longest
            programs.wait_until(lambda: process.poll() is not None or time.monotonic() > end, 'moment',
                                longest + 30)
        finally:
            alive = process.poll() is None
            self.w.kill(name + '-killed')
        return alive

    def sound(self, name):
        """After a crash, before any program of ours looks: the file is whole and nothing half done."""
        db = sqlite3.connect(self.w.path(name, 'office.db'), timeout=30)
        try:
            self.assertEqual(db.execute('PRAGMA integrity_check').fetchone()[0], 'ok')
            self.assertEqual(db.execute('SELECT applying FROM tq_flag').fetchone()[0], 0)
            return {n: db.execute('SELECT count(*) FROM ' + n).fetchone()[0]
                    for n in ('activity', 'tq_log', 'tq_pending')}
        finally:
            db.close()

    def same(self, *names):
        """Each office equals the district: by digest, and row by row in the tables that were used."""
        for name in names:
            self.assertTrue(self.w.json(name, 'sync')['equal'], name)
        for table in ('activity', 'unit', 'criterion'):
            columns = ', '.join(r[1] for r in self.w.ask(names[0], 'PRAGMA table_info(%s)' % table))
            rows = sorted(map(repr, self.w.ask('district', 'SELECT %s FROM %s' % (columns, table))))
            for name in names:
                mine = sorted(map(repr, self.w.ask(name, 'SELECT %s FROM %s' % (columns, table))))
                self.assertEqual(len(mine), len(rows), (name, table))
                self.assertEqual(mine, rows, (name, table))
        for name in names:
            self.assertEqual(self.w.ask(name, 'SELECT text FROM tq_fault'), [], name)
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_pending'), 0, name)

    def once(self, changes):
        """The ledger is whole and holds each of the offices' changes once."""
        whole = self.w.json('district', 'ledger', 'verify')
        self.assertTrue(whole['whole'])
        self.assertEqual(self.w.value('district', 'SELECT sum(nchanges) FROM tq_ledger WHERE '
                                      'device <> 0'), changes)


class Kill(Case):
    def test_of_an_import(self):
        self.w.join('xa')
        path = self.file('big', ROWS, 'T')
        hit = 0
        for _ in range(ROUNDS):
            hit += self.killed('xa', 'import', path, '--table', 'activity', '--yes', longest=0.8)
            counts = self.sound('xa')
            self.assertIn(counts['activity'], (0, ROWS))
            self.assertEqual(counts['activity'], counts['tq_log'])
            self.assertEqual(counts['activity'], counts['tq_pending'])
        print('import: %d of %d killed' % (hit, ROUNDS))
        self.w.run('xa', 'import', path, '--table', 'activity', '--yes')
        self.assertEqual(self.sound('xa')['tq_log'], ROWS)
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], ROWS)
        self.same('xa')
        self.once(ROWS)

    def test_of_a_first_load_and_of_its_upload(self):
        self.w.join('xa')
        hit = 0
        part = ROWS // 4
        for i in range(ROUNDS):
            self.w.run('xa', 'import', self.file('big', part, 'T%d' % i), '--table', 'activity', '--yes')
            hit += self.killed('xa', 'sync', longest=0.3)
            self.assertEqual(self.sound('xa')['activity'], part * (i + 1))
        print('upload: %d of %d killed' % (hit, ROUNDS))
        self.same('xa')
        self.w.join('xb', sync=False)
        hit = 0
        for i in range(ROUNDS):
            hit += self.killed('xb', 'sync' if i % 2 == 0 else 'run', longest=0.6)
            counts = self.sound('xb')
            self.assertEqual(counts['tq_log'], 0, 'the load was captured as changes')
            self.assertEqual(counts['tq_pending'], 0)
        print('load: %d of %d killed' % (hit, ROUNDS))
        self.same('xa', 'xb')
        self.assertEqual(self.w.value('xb', 'SELECT loading FROM tq_state'), 0)
        self.once(part * ROUNDS)

    def test_of_agents_while_clerks_write(self):
        """At a random moment of its start, or of a session; the clerks of both files write all the while:
        before the agent starts, when it dies, and on."""
        self.w.join('xa')
        self.w.join('xb')
        clerks = [Clerk(self.w, name) for name in ('xa', 'xb')]
        try:
            hit = 0
            for i in range(2 * ROUNDS):
                for clerk in clerks:
                    name = clerk.name_of_office
                    rows, begun = clerk.rows, self.w.log(name + '-killed').count('SYNC-BEGIN')
                    hit += self.killed(name, 'run', longest=0.1 if i % 2 else 0.5, after=lambda: (
                        clerk.wrote_since(rows) and (i % 2 == 0 or self.w.log(
                            name + '-killed').count('SYNC-BEGIN') > begun)))
                    self.sound(name)
                    rows = clerk.rows
                    programs.wait_until(lambda: clerk.wrote_since(rows), 'the clerk writes on')
            print('agents: %d of %d killed' % (hit, 4 * ROUNDS))
        finally:
            for clerk in clerks:
                clerk.end()
        changes = sum(clerk.rows for clerk in clerks)
        self.assertEqual(hit, 4 * ROUNDS)  # an agent ends by itself for no writer beside it
        self.w.json('xa', 'sync')
        self.w.json('xb', 'sync')
        self.same('xa', 'xb')
        self.once(changes)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), changes)

    def test_of_the_district_during_merges(self):
        names = ('xa', 'xb', 'xc')
        self.w.join('xa')
        self.w.join('xb')
        self.w.join('xc', unit='08782@2004-01-01')
        for i, name in enumerate(names[:2]):
            self.w.run(name, 'import', self.file(name, ROWS, 'M%d' % i), '--table', 'activity', '--yes')
        for name in names:
            self.w.start(name)
        for _ in range(ROUNDS):
            end = time.monotonic() + RANDOM.random() * 0.8
            programs.wait_until(lambda: time.monotonic() > end, 'moment')
            self.w.kill('district')
            self.w.serve()
        for name in names:
            self.assertIsNone(self.w.running[name].poll(), self.w.log(name))
        programs.wait_until(lambda: all(self.w.value(n, 'SELECT (SELECT count(*) FROM tq_log) + (SELECT '
                                                     'count(*) FROM tq_pending)') == 0 for n in names),
                            lambda: 'the agents settle: ' + self.w.log('xa') + self.w.log('xb'))
        for name in names:
            self.assertEqual(self.w.stop(name)[0], 0)
        self.same('xa', 'xb')
        self.assertTrue(self.w.json('xc', 'sync')['equal'])
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 2 * ROWS)
        self.once(2 * ROWS)

    def test_of_both_sides(self):
        self.w.join('xa')
        self.w.run('xa', 'import', self.file('big', ROWS, 'T'), '--table', 'activity', '--yes')
        for i in range(ROUNDS):
            if i % 2:
                self.w.start('xa', 'sync', log='xa-up')
                end = time.monotonic() + RANDOM.random() * 0.6
                programs.wait_until(lambda: time.monotonic() > end, 'moment')
                self.w.kill('district')
                self.w.kill('xa-up')
                self.w.serve()
            else:
                self.killed('xa', 'sync', longest=0.5)
        self.same('xa')
        self.once(ROWS)


if __name__ == '__main__':
    RANDOM = programs.seed()
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
