#!/usr/bin/env python3
"""join_cli.py COMMUNE DISTRICT - Who may talk to the district and who may not, with the real
programs; and how many round trips a night costs (sync.md sections 4, 5 and 7)."""
import json
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
BACH_LUU = '08779@2004-01-01'
LANG_CONG = '08773@2004-01-01'
VILLAGE = {BACH_LUU: '08779-04@2019-01-01', LANG_CONG: '08773-01@2019-01-01'}
MONTH = 'ADMIN/2020-11'


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()

    def refused(self, code, word, name, *args, **more):
        done = self.w.call(name, *args, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(word, done.stderr)
        self.assertRegex(done.stderr, r'Việc cần làm: \S')
        return done

    def rows(self, name, count, unit):
        """Ordinary rows, as another tool writes them: one transaction, captured by the triggers."""
        db = sqlite3.connect(self.w.path(name, 'office.db'), timeout=30)
        with db:
            db.executemany('INSERT INTO incident(unit, area, category, village, occurred_on, summary, '
                           'damage_vnd) VALUES (?, 1, ?, ?, ?, ?, ?)',
                           [(unit, 'theft', VILLAGE[unit], '2020-10-%02d' % (1 + i % 28), 'dữ liệu mẫu',
                             i) for i in range(count)])
        db.close()

    def incidents(self, unit):
        return self.w.value('district', 'SELECT count(*) FROM incident WHERE unit = ?', unit)


class Invitation(Case):
    def invitation(self, unit=BACH_LUU):
        return self.w.json('district', 'enroll', unit)['invitation']

    def test_as_a_code(self):
        said = self.w.run('district', 'enroll', BACH_LUU, '--qr')
        line, code = said.split('\n\n', 1)
        self.assertGreater(len(code.strip('\n').splitlines()), 20)
        self.assertEqual(set(code), set(' ▀▄█\n'))
        self.w.run('xa', 'join', line)
        self.assertEqual(len(self.w.run('district', 'enroll', BACH_LUU).splitlines()), 1)

    def test_again_with_the_same_keys_gives_the_same_certificate(self):
        invitation = self.invitation()
        self.w.run('xa', 'join', invitation)
        device = self.w.value('xa', 'SELECT device FROM tq_state')
        # The answer got lost: only the keys are there.
        for file in os.listdir(self.w.path('xa')):
            if file != 'device.key':
                os.remove(self.w.path('xa', file))
        self.w.run('xa', 'join', invitation)
        self.assertEqual(self.w.value('xa', 'SELECT device FROM tq_state'), device)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(len(self.w.json('district', 'devices')['devices']), 1)
        # In the folder that has joined nothing is asked for.
        self.refused(1, 'E121', 'xa', 'join', invitation)

    def test_by_other_keys_is_refused(self):
        invitation = self.invitation()
        self.w.run('xa', 'join', invitation)
        self.refused(3, 'E312', 'xb', 'join', invitation)
        self.assertFalse(os.path.exists(self.w.path('xb', 'office.db')))
        self.assertEqual(len(self.w.json('district', 'devices')['devices']), 1)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])

    def test_expired(self):
        invitation = self.invitation()
        self.w.run('xb', 'join', self.invitation())  # the guests' port is open
        self.expire_all_but_last()
        self.refused(3, 'E312', 'xa', 'join', invitation)
        self.assertEqual(len(self.w.json('district', 'devices')['devices']), 1)

    def expire_all_but_last(self):
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
        with db:
            db.execute('UPDATE tq_invitation SET expires_at = ? WHERE made_at < '
                       '(SELECT max(made_at) FROM tq_invitation)', (int(time.time() * 1000) - 1000,))
        db.close()

    def test_altered(self):
        invitation = self.invitation()
        at = len(invitation) // 2
        wrong = invitation[:at] + ('A' if invitation[at] != 'A' else 'B') + invitation[at + 1:]
        done = self.w.call('xa', 'join', wrong)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(os.path.exists(self.w.path('xa', 'office.db')))


class Stranger(Case):
    def test_unknown_device(self):
        """The district's keys are the same; its file has never heard of the machine."""
        self.w.join('xa')
        self.w.stop('district')
        shutil.rmtree(self.w.path('district'))
        shutil.copytree(FOUNDED.programs.path('district'), self.w.path('district'))
        self.w.serve()
        self.rows('xa', 3, BACH_LUU)
        self.refused(3, 'E304', 'xa', 'sync')
        self.assertEqual(self.incidents(BACH_LUU), 0)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 3)

    def test_wrong_server_key(self):
        """Another district answers at the address."""
        self.w.join('xa')
        self.rows('xa', 3, BACH_LUU)
        self.w.stop('district')
        shutil.rmtree(self.w.path('district'))
        self.w.found(FOUNDED.records)
        self.w.serve()
        done = self.refused(4, 'E303', 'xa', 'sync', env={'TUQUAN_TIMEOUT_S': '60'})
        self.assertIn('127.0.0.1:%d' % self.w.ports[0], done.stderr)
        self.assertEqual(self.incidents(BACH_LUU), 0)

    def test_device_of_another_commune(self):
        """The file of one commune, the keys of another one's machine."""
        self.w.join('xa')
        self.w.join('xb', unit=LANG_CONG)
        self.rows('xa', 3, BACH_LUU)
        for file in os.listdir(self.w.path('xb')):
            if not file.startswith('office.db') and not file.endswith('.ini'):
                shutil.copy(self.w.path('xb', file), self.w.path('xa', file))
        done = self.w.call('xa', 'sync')
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn('[E111]', done.stderr)
        self.assertIn('district.link', done.stderr)
        self.assertEqual(self.incidents(BACH_LUU), 0)
        self.assertEqual(self.incidents(LANG_CONG), 0)
        # The machine itself goes on.
        self.assertTrue(self.w.json('xb', 'sync')['equal'])


class Revoked(Case):
    def device(self, name):
        return self.w.value(name, 'SELECT device FROM tq_state')

    def test_within_a_second(self):
        self.w.join('xa')
        self.w.run('district', 'revoke', self.device('xa'))
        began = time.monotonic()
        ends = []

        def refused():
            ends.append(time.monotonic())  # when the try began
            return self.w.call('xa', 'sync').returncode == 3
        programs.wait_until(refused, 'refused', 5)
        self.assertLess(ends[-1] - began, 1.0 + self.w.slow_s())

    def test_on_a_live_connection(self):
        self.w.join('xa')
        self.w.join('xb', unit=LANG_CONG)
        for name in ('xa', 'xb'):
            self.w.start(name)
            self.w.wait_log(name, 'SYNC-DONE')
        self.w.run('district', 'period', 'lock', MONTH)
        for name in ('xa', 'xb'):
            self.w.wait_log(name, 'NEWS-APPLIED')
        applied = self.w.log('xa').count('NEWS-APPLIED')
        self.w.run('district', 'revoke', self.device('xa'), '--why', 'máy mất')
        # The running agent, on its live connection.
        self.rows('xa', 1, BACH_LUU)
        self.w.wait_log('xa', 'SYNC-FAILED')
        self.assertRegex(self.w.log('xa'), r'SYNC-FAILED .*E30[45]')
        self.assertEqual(self.incidents(BACH_LUU), 0)
        # What is broadcast from now on it receives, and cannot open.
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-10')

        def state(name):
            return self.w.value(name, "SELECT state FROM period WHERE period = 'ADMIN/2020-10'")
        programs.wait_until(lambda: state('xb') == 'locked', lambda: self.w.log('xb'))
        programs.wait_until(lambda: 'NEWS-DROPPED' in self.w.log('xa') or
                            self.w.running['xa'].poll() is not None, lambda: self.w.log('xa'))
        self.assertEqual(self.w.log('xa').count('NEWS-APPLIED'), applied)
        self.assertNotEqual(state('xa'), 'locked')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 1)  # still on the machine


class Foreign(Case):
    def test_one_row_of_another_commune_among_fifty(self):
        self.w.join('lc', unit=LANG_CONG)
        self.rows('lc', 50, LANG_CONG)
        key = bytes(range(16))
        db = sqlite3.connect(self.w.path('lc', 'office.db'))
        with db:  # behind the triggers, into the log itself
            db.execute('INSERT INTO tq_log(tbl, cell, key, owner, lock_on, old, new, at_ms, author, '
                       'incarnation, seen, t_seen) SELECT tbl, cell, ?, ?, lock_on, old, new, at_ms, '
                       'author, incarnation, seen, t_seen FROM tq_log ORDER BY id LIMIT 1 OFFSET 25',
                       (key, BACH_LUU))
        db.close()
        said = self.w.json('lc', 'sync')
        self.assertEqual((said['changes_sent'], said['accepted'], said['refused']), (51, 50, 1))
        self.assertEqual((self.incidents(LANG_CONG), self.incidents(BACH_LUU)), (50, 0))
        story = self.w.json('district', 'why', 'incident', key.hex())['story']
        self.assertEqual([(s['reason'], s['current']) for s in story], [('R03', False)])
        line = [r for r in self.w.json('district', 'board', MONTH)['rows'] if r['unit'] == LANG_CONG][0]
        self.assertEqual(line['refused'], 1)
        self.assertIn('refused', line['call'])
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        again = self.w.json('lc', 'sync')
        self.assertEqual((again['changes_sent'], again['equal']), (0, True))


class RoundTrips(Case):
    def night(self, rows):
        self.w.join('xa')
        self.rows('xa', rows, BACH_LUU)
        said = self.w.json('xa', 'sync', timeout=300)
        self.assertEqual((said['changes_sent'], said['accepted'], said['equal']), (rows, rows, True))
        self.assertEqual(self.incidents(BACH_LUU), rows)
        return said['round_trips']

    def test_a_normal_night_costs_one(self):
        self.assertEqual(self.night(200), 1)

    def test_no_night_costs_more_than_three(self):
        self.assertLessEqual(self.night(20000), 3)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
