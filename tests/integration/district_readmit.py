#!/usr/bin/env python3
"""district_readmit.py COMMUNE DISTRICT - The district lost its list of machines: they come back by
the certificates that it gave them, and bring back what it had answered (sync.md section 7)."""
import os
import re
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
BACK = 'nhận lại máy này bằng giấy chứng nhận'


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()

    def rows(self, name, count, unit=BACH_LUU):
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

    def refused(self, code, name, *args):
        done = self.w.call(name, *args)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(code, done.stderr)
        return done

    def held(self, unit=BACH_LUU):
        return self.w.value('district', 'SELECT count(*) FROM incident WHERE unit = ?', unit)

    def letters(self):
        return [r[0] for r in self.w.ask('district', 'SELECT letter FROM tq_incarnation '
                                                     'WHERE unit = ? ORDER BY letter', BACH_LUU)]

    def device(self, name):
        return self.w.value(name, 'SELECT device FROM tq_state')

    def lose(self, *kept):
        """The district's machine is gone; only copies of these files are left, in a new folder."""
        self.w.stop('district')
        os.rename(self.w.path('district'), self.w.path('gone'))
        os.mkdir(self.w.path('district'), 0o700)
        for name in kept:
            shutil.copy(self.w.path('gone', name), self.w.path('district', name))

    def found_again(self, *options):
        self.w.run('district', 'init', '--name', 'Huyện Sông Lô', *options)
        for table in ('unit', 'calendar', 'indicator', 'period'):
            self.w.run('district', 'import', table,
                       os.path.join(FOUNDED.records, 'district', table + '.csv'))
        self.w.run('district', 'sheet', 'import',
                   os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), '--publish')
        self.w.serve()

    def healthy(self, *names):
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        for name in names:
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_pending'), 0)


class Empty(Case):
    def test_with_its_keys_takes_every_machine_back_with_what_it_had_sent(self):
        self.w.join('xa')
        self.w.join('xb', LANG_CONG)
        self.rows('xa', 5)
        self.rows('xb', 3, LANG_CONG)
        for name in ('xa', 'xb'):
            self.sync(name)
        devices = {name: self.device(name) for name in ('xa', 'xb')}
        keys = self.w.path('keys.backup')
        self.w.run('district', 'backup', '--keys', keys)
        self.lose()
        self.found_again('--keys', keys)
        self.rows('xa', 2)
        said = self.w.run('xa', 'sync')
        self.assertIn(BACK, said)
        self.assertIn('gửi lại', said)
        said = self.sync('xb')
        self.assertTrue(said['readmitted'])
        self.assertTrue(said['district_restored'])
        self.assertEqual((self.held(), self.held(LANG_CONG)), (7, 3))
        self.assertEqual({name: self.device(name) for name in devices}, devices)
        self.w.wait_log('district', 'Đã nhận lại máy', 2)
        shown = self.w.json('district', 'devices')['devices']
        self.assertEqual(sorted(d['device'] for d in shown), sorted(devices.values()))
        self.assertTrue(all(d['readmitted_at_ms'] for d in shown))
        # Nothing is asked for again, and nobody is told that his file was restored.
        said = self.sync('xa')
        self.assertFalse(said['readmitted'] or said['district_restored'])
        self.assertNotIn('fork', said)
        self.healthy('xa', 'xb')

    def test_one_that_comes_up_elsewhere_takes_them_back(self):
        """Moved and emptied at once: `guest` names where, or else the host of `server` with the port of before."""
        self.w.join('xa')
        self.w.join('xb', LANG_CONG)
        for name in ('xa', 'xb'):
            self.rows(name, 2, BACH_LUU if name == 'xa' else LANG_CONG)
            self.sync(name)
        self.lose('district.key')
        self.found_again()
        for name, gone in (('xa', 'tcp://127.0.0.1:%d' % programs.free_ports(1)[0]), ('xb', None)):
            path = self.w.path(name, 'district.link')
            with open(path, encoding='utf-8') as stream:
                link = stream.read()
            now = {what: re.search('(?m)^%s_address = (.*)$' % what, link).group(1) for what in ('sync', 'guest')}
            gone = gone or now['guest'].replace('127.0.0.1', '127.0.0.9')
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write(link.replace(now['guest'], gone))
            with open(self.w.path(name, 'tuquan.ini'), 'a') as stream:
                stream.write('server = %s\n' % now['sync'] + ('guest = %s\n' % now['guest'] if name == 'xa' else ''))
            self.assertTrue(self.sync(name)['readmitted'])
        self.assertEqual((self.held(), self.held(LANG_CONG)), (2, 2))
        self.healthy('xa', 'xb')

    def test_keys_that_lie_in_the_folder_are_its_own(self):
        self.w.join('xa')
        self.rows('xa', 2)
        self.sync('xa')
        self.lose('district.key')
        self.found_again()
        self.assertTrue(self.sync('xa')['readmitted'])
        self.assertEqual(self.held(), 2)
        self.healthy('xa')

    def test_without_its_keys_a_new_invitation_keeps_the_file(self):
        self.w.join('xa')
        self.rows('xa', 2)
        self.sync('xa')
        self.lose()
        self.found_again()
        done = self.refused('E303', 'xa', 'sync')
        self.assertNotIn(BACK, done.stdout)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 2)
        # Another key is another district: its invitation is refused in a sentence, and takes nothing.
        self.rows('xa', 1)
        kept = {name: self.content(name) for name in ('device.key', 'district.link')}
        invitation = self.w.json('district', 'enroll', BACH_LUU)['invitation']
        self.assertIn('backup --keys', self.refused('E111', 'xa', 'join', invitation).stderr)
        self.assertEqual({name: self.content(name) for name in kept}, kept)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 3)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_device'), 1)
        # The keys are found, on a stick in a drawer: all comes back.
        self.w.stop('district')
        shutil.rmtree(self.w.path('district'))
        os.mkdir(self.w.path('district'), 0o700)
        shutil.copy(self.w.path('gone', 'district.key'), self.w.path('district', 'district.key'))
        self.found_again()
        self.assertTrue(self.sync('xa')['readmitted'])
        self.assertEqual(self.held(), 3)
        self.healthy('xa')

    def content(self, name):
        with open(self.w.path('xa', name), 'rb') as stream:
            return stream.read()

    def test_new_machines_get_no_number_and_no_letter_of_a_lost_one(self):
        self.w.join('xa')
        self.w.join('xb')
        self.sync('xb')
        self.lose('district.key')
        self.found_again()
        self.w.join('xc')
        self.assertNotIn(self.device('xc'), (self.device('xa'), self.device('xb')))
        for name in ('xa', 'xb'):
            self.assertTrue(self.sync(name)['readmitted'])
        letters = self.letters()
        self.assertEqual(len(letters), 3)
        self.assertIn('A', letters)
        self.assertIn('B', letters)
        self.healthy('xa', 'xb', 'xc')

    def test_a_file_that_was_restored_before_goes_on_with_its_branch(self):
        """Its incarnation and letter are later than those of the certificate that it joined with."""
        self.w.join('xa')
        self.rows('xa', 2)
        self.sync('xa')
        old = self.w.path('old')
        shutil.copytree(self.w.path('xa'), old)
        self.rows('xa', 2)
        self.sync('xa')
        shutil.rmtree(self.w.path('xa'))
        os.rename(old, self.w.path('xa'))
        self.rows('xa', 1)
        self.assertEqual(self.sync('xa')['fork'], 'restored')
        before = self.w.value('xa', 'SELECT incarnation FROM tq_state')
        self.lose('district.key')
        self.found_again()
        self.rows('xa', 1)
        said = self.sync('xa')
        self.assertTrue(said['readmitted'])
        self.assertNotIn('fork', said)
        self.assertEqual(self.w.value('xa', 'SELECT incarnation FROM tq_state'), before)
        self.assertEqual(self.letters(), ['A', 'B'])
        # What only the other state of the file had sent is in no set of this one: it stays on the
        # screen, marked.
        self.assertEqual(self.held(), 2 + 1 + 1)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 6)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])

    def test_a_branch_that_had_sent_nothing_goes_on(self):
        self.w.join('xa')
        self.rows('xa', 2)
        self.sync('xa')
        old = self.w.path('old')
        shutil.copytree(self.w.path('xa'), old)
        self.rows('xa', 2)
        self.sync('xa')
        shutil.rmtree(self.w.path('xa'))
        os.rename(old, self.w.path('xa'))
        self.assertEqual(self.sync('xa')['fork'], 'restored')
        self.lose('district.key')
        self.found_again()
        self.rows('xa', 1)
        said = self.sync('xa')
        self.assertTrue(said['readmitted'])
        self.assertNotIn('fork', said)
        self.assertEqual(self.held(), 2 + 1)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 5)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


class Older(Case):
    def setUp(self):
        super().setUp()
        self.backup = self.w.path('night.backup')

    def test_backup_than_an_enrolment(self):
        self.w.join('xa')
        self.w.run('district', 'backup', self.backup)
        self.w.join('xb', LANG_CONG)
        self.rows('xb', 3, LANG_CONG)
        self.sync('xb')
        self.w.stop('district')
        self.w.run('district', 'restore', self.backup)
        self.w.serve()
        said = self.sync('xb')
        self.assertTrue(said['readmitted'])
        self.assertEqual(self.held(LANG_CONG), 3)
        self.assertFalse(self.sync('xa')['readmitted'])
        self.healthy('xa', 'xb')

    def test_backup_than_an_enrolment_that_nobody_noticed(self):
        """The first office that knows more opens the door for those that are not known."""
        self.w.join('xa')
        shutil.copy(self.w.path('district', 'height'), self.w.path('height'))
        self.w.run('district', 'backup', self.backup)
        self.rows('xa', 1)
        self.sync('xa')
        self.w.join('xb', LANG_CONG)
        self.w.stop('district')
        for name in ('district.db', 'district.db-wal', 'district.db-shm'):
            if os.path.exists(self.w.path('district', name)):
                os.remove(self.w.path('district', name))
        shutil.copy(self.backup, self.w.path('district', 'district.db'))
        shutil.copy(self.w.path('height'), self.w.path('district', 'height'))
        self.w.serve()
        self.refused('E304', 'xb', 'sync')
        self.sync('xa')
        self.w.wait_log('district', 'nhận lại các máy có giấy chứng nhận')
        self.assertTrue(self.sync('xb')['readmitted'])
        self.healthy('xa', 'xb')

    def test_backup_than_a_revocation_lets_nobody_in_again(self):
        self.w.join('xa')
        self.w.run('district', 'backup', self.backup)
        self.w.run('district', 'revoke', self.device('xa'))
        programs.wait_until(lambda: self.w.call('xa', 'sync').returncode == 3, 'revoked')
        self.w.stop('district')
        said = self.w.run('district', 'restore', self.backup)
        self.assertIn('đã thu hồi lại: 1 máy', said)
        self.w.serve()
        self.refused('E305', 'xa', 'sync')
        # Nor does a district that has nothing but its keys and the file beside them.
        self.lose('district.key', 'revoked')
        self.found_again()
        self.refused('E305', 'xa', 'sync')
        self.assertEqual(self.w.json('district', 'devices')['devices'], [])


class Door(Case):
    def test_is_closed_by_an_officer(self):
        self.w.join('xa')
        self.lose('district.key')
        self.found_again()
        self.w.run('district', 'readmit', '--close')
        # The server looks four times a second.
        self.w.wait_log('district', self.guests())
        programs.wait_until(lambda: not self.open(), 'closed')
        self.refused('E304', 'xa', 'sync')
        self.w.run('district', 'readmit', '--days', '1')
        programs.wait_until(self.open, 'open')
        self.assertTrue(self.sync('xa')['readmitted'])
        self.assertEqual(self.w.json('district', 'readmit')['devices'], 1)

    def guests(self):
        return 'tcp://127.0.0.1:%d' % self.w.ports[2]

    def open(self):
        with open('/proc/net/tcp') as stream:
            return any(line.split()[1].endswith(':%04X' % self.w.ports[2]) and line.split()[3] == '0A'
                       for line in stream.readlines()[1:])

    def test_is_closed_while_nothing_was_lost(self):
        self.w.join('xa')
        self.assertTrue(self.open())  # for the invitation
        self.w.stop('district')
        self.w.serve()
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.value('district', 'SELECT readmit_until FROM tq_district'), 0)

    def test_is_not_for_a_machine_whose_number_is_another_ones(self):
        self.w.join('xa')
        number = self.device('xa')
        self.lose('district.key')
        self.found_again()
        self.w.run('district', 'readmit', '--close')
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
        with db:
            db.execute('UPDATE tq_district SET device_floor = ?', (number,))
        db.close()
        self.w.join('xb')
        self.assertEqual(self.device('xb'), number)
        self.w.run('district', 'readmit')
        self.refused('E304', 'xa', 'sync')
        self.sync('xb')
        self.assertEqual(len(self.w.json('district', 'devices')['devices']), 1)

    def test_what_opens_it_is_private(self):
        self.w.join('xa')
        mode = os.stat(self.w.path('xa', 'district.link')).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        with open(self.w.path('xa', 'district.link')) as stream:
            secret = [line.split(' = ')[1].strip() for line in stream if
                      line.startswith('readmit_secret')][0]
        self.assertEqual(len(secret), 64)
        for folder in ('xa', 'district'):
            for name in os.listdir(self.w.path(folder)):
                with open(self.w.path(folder, name), 'rb') as stream:
                    content = stream.read()
                if name != 'district.link':
                    self.assertNotIn(bytes.fromhex(secret), content, name)
                    self.assertNotIn(secret.encode(), content, name)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
