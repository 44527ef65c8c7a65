#!/usr/bin/env python3
"""district_restore.py COMMUNE DISTRICT - The district's file is backed up, lost, put back; its
offices bring back what it had answered (sync.md section 7), with the real programs."""
import os
import shutil
import sqlite3
import stat
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
        self.w.join('bl')
        self.w.join('lc', LANG_CONG)
        self.backup = self.w.path('night.backup')

    def rows(self, name, count, unit):
        db = sqlite3.connect(self.w.path(name, 'office.db'), timeout=30)
        with db:
            db.executemany('INSERT INTO incident(unit, area, category, village, occurred_on, summary, '
                           'damage_vnd) VALUES (?, 1, ?, ?, ?, ?, ?)',
                           [(unit, 'theft', VILLAGE[unit], '2020-10-%02d' % (1 + i % 28), 'dữ liệu mẫu',
                             i) for i in range(count)])
        db.close()

    def sync(self, name):
        said = self.w.json(name, 'sync')
        self.assertTrue(said['equal'], said)
        return said

    def held(self, unit):
        return self.w.value('district', 'SELECT count(*) FROM incident WHERE unit = ?', unit)

    def receipts(self, name):
        return self.w.ask(name, 'SELECT bytes FROM tq_receipt ORDER BY incarnation, seq, t')

    def restore(self):
        self.w.stop('district')
        self.w.run('district', 'restore', self.backup)
        self.w.run('district', 'ledger', 'verify')  # whole, also before its server starts anew
        self.w.serve()

    def whole(self):
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        for name in ('bl', 'lc'):
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_pending'), 0)


class Upgrade(Case):
    def test_what_waited_for_this_version_is_judged_in_the_new_epoch(self):
        """The file was put back by hand, so nobody knows what was given since in its epoch."""
        new = '08779-99@2020-01-01'
        db = sqlite3.connect(self.w.path('bl', 'office.db'), timeout=30)
        with db:  # past the triggers
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("INSERT INTO unit (unit, code, valid_from, level, type, name, short_name, parent) "
                       "SELECT ?, '08779-99', '2020-01-01', level, type, 'Thôn Mới', 'Mới', parent FROM "
                       "unit WHERE unit = ?", (new, VILLAGE[BACH_LUU]))
            db.execute('UPDATE tq_flag SET applying = 0')
            db.execute("INSERT INTO activity (unit, village, kind, planned_on, participants) VALUES "
                       "(?, ?, 'patrol', '2020-09-15', 9)", (BACH_LUU, new))
        db.close()
        self.assertEqual(self.w.json('bl', 'sync')['held'], 1)
        self.w.stop('district')
        db = sqlite3.connect(self.w.path('district', 'district.db'))
        with db:  # as if it had been of a newer catalogue, which is this one
            done = db.execute("UPDATE tq_held SET kind = 4, wait_tbl = 0, wait_key = x''")
            self.assertEqual(done.rowcount, 1)
        db.close()
        with open(os.path.join(FOUNDED.records, 'district', 'unit.csv'), encoding='utf-8') as stream:
            lines = stream.readlines()
        village = [line for line in lines if VILLAGE[BACH_LUU] in line][0]
        with open(self.w.path('unit.csv'), 'w', encoding='utf-8') as stream:
            stream.write(lines[0] + village.replace('08779-04', '08779-99').replace('2019', '2020'))
        self.w.run('district', 'import', 'unit', self.w.path('unit.csv'))
        self.w.serve()
        epoch, head = self.w.ask('district', 'SELECT epoch, head FROM tq_district')[0]
        self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'), 9)
        self.assertGreater(head, epoch << 40)
        self.sync('bl')
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


class Backup(Case):
    def test_of_a_running_district_is_tried_before_it_counts(self):
        self.rows('bl', 5, BACH_LUU)
        self.sync('bl')
        head = self.w.value('district', 'SELECT head FROM tq_district')
        self.w.run('district', 'backup', self.backup)
        self.assertEqual(self.w.value('district', 'SELECT backed_up FROM tq_district'), head)
        self.assertEqual(stat.S_IMODE(os.stat(self.backup).st_mode), 0o600)
        self.assertFalse(os.path.exists(self.backup + '.part'))
        done = self.w.call('district', 'backup', self.backup)
        self.assertIn('E107', done.stderr)

    def test_the_office_says_what_is_in_no_backup(self):
        self.rows('bl', 5, BACH_LUU)
        self.sync('bl')
        changes = self.w.value('bl', 'SELECT sum(nchanges) FROM tq_set')
        status = self.w.json('bl', 'status')
        self.assertEqual(status['changes_not_backed_up'], changes)
        self.assertIn('chưa có trong bản sao lưu', self.w.call('bl', 'status').stdout)
        self.w.run('district', 'backup', self.backup)
        self.sync('bl')
        self.assertEqual(self.w.json('bl', 'status')['changes_not_backed_up'], 0)
        self.assertNotIn('chưa có trong bản sao lưu', self.w.call('bl', 'status').stdout)
        self.assertEqual([one['copies'] for one in self.w.json('bl', 'receipt')['sets']], [2])

    def test_of_a_damaged_district_does_not_count(self):
        self.rows('bl', 5, BACH_LUU)
        self.sync('bl')
        self.w.stop('district')
        db = sqlite3.connect(self.w.path('district', 'district.db'))
        with db:
            db.execute('UPDATE incident SET damage_vnd = 7 WHERE damage_vnd = 1')
        db.close()
        done = self.w.call('district', 'backup', self.backup)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(os.path.exists(self.backup))
        self.assertEqual(self.w.value('district', 'SELECT backed_up FROM tq_district'), 0)

    def test_of_the_keys_is_private_and_apart(self):
        keys = self.w.path('keys.backup')
        self.w.run('district', 'backup', '--keys', keys)
        self.assertEqual(stat.S_IMODE(os.stat(keys).st_mode), 0o600)
        with open(keys, 'rb') as a, open(self.w.path('district', 'district.key'), 'rb') as b:
            self.assertEqual(a.read(), b.read())

    def test_restore_is_refused_while_the_server_runs(self):
        self.w.run('district', 'backup', self.backup)
        done = self.w.call('district', 'restore', self.backup)
        self.assertIn('E105', done.stderr)
        self.rows('bl', 1, BACH_LUU)
        self.sync('bl')


class Restored(Case):
    def test_from_last_nights_backup_with_offices_ahead(self):
        self.rows('bl', 5, BACH_LUU)
        self.sync('bl')
        self.w.run('district', 'backup', self.backup)
        self.rows('bl', 7, BACH_LUU)
        self.sync('bl')
        self.rows('lc', 3, LANG_CONG)
        self.sync('lc')
        told = [self.receipts(name) for name in ('bl', 'lc')]
        self.restore()
        self.assertEqual((self.held(BACH_LUU), self.held(LANG_CONG)), (5, 0))
        kept = [f for f in os.listdir(self.w.path('district')) if f.startswith('district.db.before-')]
        self.assertEqual(len(kept), 1)
        self.assertEqual(self.sync('bl')['changes_sent'], 0)
        self.sync('lc')
        self.assertEqual((self.held(BACH_LUU), self.held(LANG_CONG)), (12, 3))
        self.assertEqual([self.receipts(name) for name in ('bl', 'lc')], told)
        said = self.w.call('district', 'doctor', '--lang', 'en').stdout
        self.assertRegex(said, r'rebuilt.by.the.communes.*2.sets.*; 0.changes.without')
        self.whole()

    def test_when_nobody_notices_for_a_day(self):
        self.w.run('district', 'backup', self.backup)
        self.rows('bl', 7, BACH_LUU)
        self.sync('bl')
        self.restore()
        self.rows('lc', 3, LANG_CONG)
        self.sync('lc')  # never had more than the backup
        self.rows('bl', 2, BACH_LUU)
        said = self.sync('bl')
        self.assertEqual(said['accepted'], 2)
        self.assertEqual((self.held(BACH_LUU), self.held(LANG_CONG)), (9, 3))
        self.sync('lc')
        self.whole()

    def test_to_before_a_broadcast(self):
        """What only a broadcast brought shows the restore, too: nobody's file is called damaged."""
        self.w.start('bl', 'run', log='agent')
        self.w.wait_log('agent', 'SYNC-DONE')
        self.w.run('district', 'backup', self.backup)
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        self.w.wait_log('agent', 'NEWS-APPLIED')
        self.w.stop('agent')
        top, cursor = self.w.ask('bl', 'SELECT top, cursor FROM tq_state')[0]
        self.assertGreater(top, cursor)
        self.restore()
        self.sync('bl')
        self.assertGreater(self.w.value('bl', 'SELECT count(*) FROM tq_fault WHERE kind > 4'), 0)
        self.assertEqual(self.w.value('bl', 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)
        self.sync('bl')
        self.sync('lc')
        self.whole()

    def test_together_with_an_office(self):
        """Both files are older than the last night; another device of the commune is not."""
        self.w.join('b2')
        self.rows('bl', 4, BACH_LUU)
        self.sync('bl')
        self.sync('b2')
        self.w.run('district', 'backup', self.backup)
        shutil.copytree(self.w.path('bl'), self.w.path('bl.old'))
        self.rows('bl', 2, BACH_LUU)
        self.sync('bl')
        self.rows('b2', 3, BACH_LUU)
        self.sync('b2')
        self.restore()
        shutil.rmtree(self.w.path('bl'))
        os.rename(self.w.path('bl.old'), self.w.path('bl'))
        self.rows('bl', 1, BACH_LUU)
        self.sync('bl')
        self.sync('b2')
        self.sync('bl')
        # The two rows that only the old file had sent are on the other device's screen, marked.
        self.assertEqual(self.held(BACH_LUU), 4 + 3 + 1)
        self.assertEqual(self.w.value('b2', 'SELECT count(*) FROM incident'), 8 + 2)
        self.assertEqual(self.w.value('b2', 'SELECT count(*) FROM tq_returned'), 2)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
