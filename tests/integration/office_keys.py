#!/usr/bin/env python3
"""office_keys.py COMMUNE DISTRICT - A machine renews its keys while work goes on; what the former ones
signed verifies for ever; killed anywhere, one of the two works (sync.md section 7)."""
import os
import shutil
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
NEXT = 'device.key.new-pair'
KEYS = ('device.key', NEXT, 'district.link')


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)

    def add(self, count=1):
        for i in range(count):
            self.w.write('xa', 'INSERT INTO incident(unit, area, category, village, occurred_on, summary,'
                         ' damage_vnd) VALUES (?, 1, ?, ?, ?, ?, ?)', programs.BACH_LUU, 'theft',
                         '08779-04@2019-01-01', '2020-10-05', 'dữ liệu mẫu', i)

    def sync(self):
        said = self.w.json('xa', 'sync')
        self.assertTrue(said['equal'], said)
        return said

    def key(self):
        with open(self.w.path('xa', 'device.key')) as stream:
            return [line.split()[1] for line in stream if line.startswith('curve_public')][0]

    def known(self):
        return self.w.value('district', 'SELECT lower(hex(curve_key)) FROM tq_device WHERE device = '
                            '(SELECT max(device) FROM tq_device)')

    def former(self):
        return self.w.value('district', 'SELECT coalesce(length(former_keys), 0) / 32 FROM tq_device '
                            'WHERE device = (SELECT max(device) FROM tq_device)')

    def save(self, to):
        os.makedirs(self.w.path(to), exist_ok=True)
        for name in KEYS:
            if os.path.exists(self.w.path('xa', name)):
                shutil.copy(self.w.path('xa', name), self.w.path(to, name))

    def put_back(self, kept):
        for name in KEYS:
            if os.path.exists(self.w.path('xa', name)):
                os.remove(self.w.path('xa', name))
            if os.path.exists(self.w.path(kept, name)):
                shutil.copy(self.w.path(kept, name), self.w.path('xa', name))

    def renewed(self, former=1):
        self.assertFalse(os.path.exists(self.w.path('xa', NEXT)))
        self.assertEqual(self.known(), self.key())
        self.assertEqual(self.former(), former)
        self.add()
        self.assertEqual(self.sync()['accepted'], 1)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)


class Renewal(Case):
    def test_of_one_machine(self):
        self.add(2)
        self.sync()
        before = self.key()
        self.save('before')
        self.w.run('xa', 'renew')
        self.assertEqual(self.key(), before)
        self.sync()
        self.assertNotEqual(self.key(), before)
        self.renewed()
        # The former pair opens nothing any more.
        self.save('after')
        self.put_back('before')
        done = self.w.call('xa', 'sync')
        self.assertIn('E304', done.stderr)
        self.put_back('after')
        self.renewed()

    def test_again_and_again(self):
        for n in range(1, 4):
            self.add()
            self.w.run('xa', 'renew')
            self.sync()
            self.renewed(n)

    def test_what_was_sealed_before_is_taken(self):
        self.w.stop('district')
        self.add(3)
        self.assertNotEqual(self.w.call('xa', 'sync').returncode, 0)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set WHERE merged_at IS NULL OR '
                                      'merged_at = 0'), 1)
        self.w.run('xa', 'renew')
        self.w.serve()
        self.assertEqual(self.sync()['accepted'], 3)
        self.renewed()

    def test_that_was_offered_and_cut_goes_on(self):
        """The answer is lost: the old pair works, and is asked with again."""
        self.w.run('xa', 'renew')
        self.save('begun')
        self.sync()
        self.renewed()
        # Killed between the first use of the new pair and putting it in its place.
        self.put_back('begun')
        self.sync()
        self.renewed()

    def test_killed_anywhere(self):
        number = programs.seed()
        for _ in range(6):
            self.add()
            self.w.run('xa', 'renew')
            for _ in range(4):
                process = self.w.start('xa', 'sync', log='cut')
                try:
                    process.wait(timeout=number.random() * 0.15)
                except programs.subprocess.TimeoutExpired:
                    pass
                self.w.kill('cut')
            self.sync()
            self.assertEqual(self.known(), self.key())
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        self.assertEqual(len(self.w.json('district', 'devices')['devices']), 1)

    def test_that_the_district_asks_for(self):
        before = self.key()
        self.assertEqual(self.w.json('district', 'renew', '--older', '1')['asked'], 0)
        self.assertEqual(self.w.json('district', 'renew', '1')['asked'], 1)
        self.assertEqual(self.w.json('district', 'devices')['devices'][0]['renewal'], 'asked')
        self.sync()
        self.sync()
        self.assertNotEqual(self.key(), before)
        self.assertIsNone(self.w.json('district', 'devices')['devices'][0]['renewal'])
        self.sync()
        self.renewed()

    def test_of_a_machine_whose_agent_runs(self):
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        before = self.key()
        self.w.run('xa', 'renew')
        self.w.wait_log('xa', 'KEYS-RENEWED')
        self.assertNotEqual(self.key(), before)
        programs.wait_until(lambda: self.known() == self.key(), 'in force')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        programs.wait_until(lambda: self.w.value(
            'xa', "SELECT state FROM period WHERE period = 'ADMIN/2020-Q3'") == 'locked', 'heard')
        self.w.stop('xa')
        self.renewed()

    def test_is_what_the_list_of_machines_advises(self):
        def row(**change):
            db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
            with db:
                for column, days in change.items():
                    db.execute('UPDATE tq_device SET %s = ? WHERE device = 1' % column,
                               (int((time.time() - days * 86400) * 1000),))
            db.close()
            return self.w.json('district', 'devices')['devices'][0]
        self.sync()
        self.assertEqual((row()['unit'], row()['next']), (programs.BACH_LUU, ''))
        shown = self.w.run('district', 'devices')
        self.assertIn('xã Bạch Lưu', shown.lower().replace('bạch lưu', 'Bạch Lưu'))
        self.assertNotIn(programs.BACH_LUU, shown)
        self.assertEqual(row(keys_since=400)['next'], 'renew 1')
        self.w.run('district', 'renew', '1')
        self.assertEqual(row()['next'], '')
        self.assertIn('revoke 1', row(last_heard_at=40)['next'])
        self.w.run('district', 'revoke', '1')
        self.assertEqual(row()['next'], '')

    def test_ends_with_a_revocation(self):
        self.w.run('district', 'renew', '1')
        self.sync()
        self.assertTrue(os.path.exists(self.w.path('xa', NEXT)))
        self.w.run('district', 'revoke', '1')
        programs.wait_until(lambda: self.w.call('xa', 'sync').returncode == 3, 'revoked')
        self.assertEqual(self.former(), 0)


class Lost(Case):
    def test_with_a_district_restored_to_before_it(self):
        self.add(2)
        self.sync()
        self.w.run('district', 'backup', self.w.path('night'))
        self.w.run('xa', 'renew')
        self.add(2)
        self.sync()
        self.w.stop('district')
        self.w.run('district', 'restore', self.w.path('night'))
        self.w.serve()
        self.assertTrue(self.sync()['readmitted'])
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM incident'), 4)
        self.renewed()

    def test_with_the_district(self):
        """What the former key signed comes back and verifies: the certificate names that key."""
        self.add(2)
        self.sync()
        self.w.run('xa', 'renew')
        self.add(2)
        self.sync()
        self.w.stop('district')
        os.rename(self.w.path('district'), self.w.path('gone'))
        self.w.run('district', 'init', '--keys', self.w.path('gone', 'district.key'))
        for table in ('unit', 'calendar', 'indicator', 'period'):
            self.w.run('district', 'import', table,
                       os.path.join(FOUNDED.records, 'district', table + '.csv'))
        self.w.run('district', 'sheet', 'import',
                   os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), '--publish')
        self.w.serve()
        self.assertTrue(self.sync()['readmitted'])
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM incident'), 4)
        self.renewed()


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
