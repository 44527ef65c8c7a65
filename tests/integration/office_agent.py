#!/usr/bin/env python3
"""office_agent.py COMMUNE DISTRICT - The real agent against a real district: when it syncs, what it
remembers, that it finds a restarted district again and that a stop is clean in every phase."""
import os
import re
import socket
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
RANDOM = None
DAY_MS = 86400000


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)

    def activity(self, name='xa', participants=7, **more):
        """One ordinary row by the clerk's command; returns its label."""
        return self.w.json(name, 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                           'planned_on=2020-09-15', 'state=planned', 'participants=%d' % participants,
                           '--yes', **more)

    def memory(self, column, name='xa'):
        return self.w.value(name, 'SELECT %s FROM tq_agent' % column)

    def at_district(self, participants):
        return self.w.value('district', 'SELECT count(*) FROM activity WHERE participants = ?',
                            participants)

    def settled(self, name='xa'):
        return self.w.value(name, 'SELECT (SELECT count(*) FROM tq_log) + (SELECT count(*) FROM '
                            'tq_pending) + (SELECT count(*) FROM tq_set WHERE acked = 0)') == 0


class When(Case):
    def test_at_start_when_a_slot_was_missed_and_not_otherwise(self):
        self.w.serve()
        self.w.join('xa')
        now = time.gmtime(time.time() + 7 * 3600)
        minute = now.tm_hour * 60 + now.tm_min
        # A slot of one minute that ended two hours ago, and a sync before it: missed.
        past = (minute - 120) % 1440
        slot = {'TUQUAN_SLOT_FROM': '%02d:%02d' % divmod(past, 60),
                'TUQUAN_SLOT_TO': '%02d:%02d' % divmod((past + 1) % 1440, 60),
                'TUQUAN_WAIT_S': '3600', 'TUQUAN_CROWD_S': '3600'}
        self.w.write('xa', 'UPDATE tq_agent SET last_success_at = last_success_at - ?', 3 * 3600000)
        before = self.memory('last_success_at')
        said = self.w.json('xa', 'status', env=slot)
        self.assertEqual(said['next_reason'], 'missed')
        slot['TUQUAN_CROWD_S'] = '0'
        self.w.start('xa', env=slot)
        self.w.wait_log('xa', 'SYNC-DONE')
        self.assertGreater(self.memory('last_success_at'), before)
        self.w.stop('xa')
        said = self.w.json('xa', 'status', env=slot)
        self.assertEqual(said['next_reason'], 'slot')
        self.assertGreater(said['next_attempt_at'], time.time() * 1000 + 20 * 3600000)

    def test_after_local_changes_have_waited(self):
        self.w.serve()
        self.w.join('xa')
        env = {'TUQUAN_WAIT_S': '2'}
        self.w.start('xa', env=env)
        self.w.wait_log('xa', 'SYNC-DONE')  # asks for the key of the broadcast
        self.activity(participants=41)
        logged = self.w.value('xa', 'SELECT min(at_ms) FROM tq_log')
        self.w.wait_log('xa', 'SYNC-DONE', 2)
        self.assertGreaterEqual(self.memory('last_attempt_at') - logged, 2000)
        self.assertEqual(self.at_district(41), 1)
        self.assertTrue(self.settled())
        said = self.w.json('xa', 'status')
        self.assertTrue(said['green'])
        for key in ('last_sent_at', 'last_confirmed_at', 'last_received_at', 'last_attempt_at'):
            self.assertGreater(said[key], 0, key)

    def test_sync_beside_a_running_agent(self):
        self.w.serve()
        self.w.join('xa')
        self.w.start('xa')
        for i in range(5):
            self.activity(participants=50 + i)
            self.w.json('xa', 'sync')
        programs.wait_until(self.settled, 'everything settled')
        for i in range(5):
            self.assertEqual(self.at_district(50 + i), 1)
        self.assertIsNone(self.w.running['xa'].poll())
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


class District(Case):
    def test_stopped_and_started_again(self):
        self.w.serve()
        self.w.join('xa')
        self.w.join('xb', unit='08782@2004-01-01')
        for name in ('xa', 'xb'):
            self.w.start(name)
            self.w.wait_log(name, 'SYNC-DONE')
        done = self.w.log('xa').count('SYNC-DONE')
        code, took = self.w.stop('district')
        self.assertEqual(code, 0)
        self.assertLess(took, 2.0 + self.w.slow_s())
        self.activity(participants=61)
        self.w.wait_log('xa', 'SYNC-FAILED', 2)
        # What is remembered while it is down.
        self.assertGreaterEqual(self.memory('failures'), 2)
        self.assertIn('E301', self.memory('last_error'))
        self.assertEqual(self.memory('needs_person'), 0)
        said = self.w.json('xa', 'status')
        self.assertFalse(said['green'])
        self.assertIn('E301', said['last_error'])
        self.assertEqual(said['rows_waiting'], 1)
        self.assertIn('E301', self.w.run('xa', 'status'))
        epoch = self.w.value('district', 'SELECT max(epoch) FROM tq_district')
        self.w.serve()
        self.assertGreater(self.w.value('district', 'SELECT max(epoch) FROM tq_district'), epoch)
        self.w.wait_log('xa', 'SYNC-DONE', done + 1)
        programs.wait_until(self.settled, 'settled after the restart')
        self.assertEqual(self.at_district(61), 1)
        programs.wait_until(lambda: self.memory('failures') == 0, 'failures forgotten')
        self.assertEqual(self.memory('last_error'), '')
        self.assertTrue(self.w.json('xa', 'status')['green'])
        # Also the one that had nothing to send: it has the new key of the broadcast.
        self.w.wait_log('xb', 'SYNC-DONE', 2)
        news = self.w.log('xb').count('NEWS-APPLIED')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        self.w.wait_log('xb', 'NEWS-APPLIED', news + 1)
        self.assertGreater(self.w.json('xb', 'status')['news_at'], 0)

    def test_directives_and_periods_come_by_broadcast_and_are_answered(self):
        self.w.serve()
        for name in ('xa', 'xb'):
            self.w.join(name)
            self.w.start(name)
            self.w.wait_log(name, 'SYNC-DONE')
        done = {name: self.w.log(name).count('SYNC-DONE') for name in ('xa', 'xb')}
        path = self.w.path('directives.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('label,title,issued_on,due_on\nCĐ-1,Kiểm tra (mẫu),2020-11-20,2020-12-01\n')
        self.w.run('district', 'import', 'directive', path)
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        for name in ('xa', 'xb'):
            programs.wait_until(lambda name=name: self.w.ask(name, 'SELECT label FROM directive') == [
                ('CĐ-1',)], 'the directive')
            programs.wait_until(lambda name=name: self.w.value(
                name, "SELECT state FROM period WHERE period = 'ADMIN/2020-Q3'") == 'locked', 'the lock')
            self.assertEqual(self.w.log(name).count('SYNC-DONE'), done[name])
        self.w.run('xa', 'add', 'directive_answer', 'directive=CĐ-1',
                   'answer=đã kiểm tra (mẫu)', '--yes')
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.ask('district', 'SELECT unit, answer FROM directive_answer'),
                         [(self.w.value('xa', 'SELECT unit FROM tq_state'), 'đã kiểm tra (mẫu)')])

    def test_who_hears_no_broadcast_has_all_of_it_by_the_next_pull(self):
        self.w.serve()
        self.w.join('xa')
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.w.join('xb')  # never listens
        path = self.w.path('directives.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('label,title,issued_on,due_on\nCĐ-1,Kiểm tra (mẫu),2020-11-20,2020-12-01\n')
        self.w.run('district', 'import', 'directive', path)
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        self.w.run('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')

        def public(name):
            return {table: sorted(self.w.ask(name, 'SELECT * FROM %s' % table), key=repr)
                    for table in ('directive', 'period', 'ranking', 'ranking_row')}

        programs.wait_until(lambda: len(public('xa')['ranking_row']) > 0 and public('xa')['directive'],
                            'the broadcasts')
        self.assertEqual(public('xb')['ranking'], [])
        self.assertTrue(self.w.json('xb', 'sync')['equal'])
        self.assertEqual(public('xb'), public('xa'))
        self.assertEqual(self.w.ask('xb', 'SELECT text FROM tq_fault'), [])  # and by no repair

    def test_more_than_a_broadcast_holds_rings_for_a_pull(self):
        self.w.serve()
        self.w.join('xa')
        self.w.start('xa', env={'TUQUAN_CROWD_S': '0'})
        self.w.wait_log('xa', 'SYNC-DONE')
        path = self.w.path('directives.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('label,title\n')
            stream.writelines('CĐ-%d,Chỉ đạo (mẫu)\n' % i for i in range(2001))
        self.w.run('district', 'import', 'directive', path)
        programs.wait_until(lambda: self.w.value('xa', 'SELECT count(*) FROM directive') == 2001,
                            'all directives by a pull')
        self.w.wait_log('xa', 'gap=yes')

    def test_backs_off_with_spread(self):
        self.w.serve()
        for name in ('xa', 'xb'):
            self.w.join(name)
        self.w.stop('district')
        self.activity('xa', participants=1)
        self.activity('xb', participants=2)
        env = {'TUQUAN_RETRY_MIN_S': '1', 'TUQUAN_RETRY_MAX_S': '600'}
        for name in ('xa', 'xb'):
            self.w.start(name, env=env)
        for name in ('xa', 'xb'):
            self.w.wait_log(name, 'SYNC-FAILED', 3)
        spread = set()
        for name in ('xa', 'xb'):
            self.w.stop(name)
            facts = self.w.ask(name, 'SELECT last_attempt_at, failures, random FROM tq_agent')[0]
            said = self.w.json(name, 'status', env=env)
            longest = 1000 * 2 ** (facts[1] - 1)
            delay = said['next_attempt_at'] - facts[0]
            if said['next_attempt_at'] > time.time() * 1000:
                self.assertEqual(said['next_reason'], 'failed')
                self.assertLessEqual(delay, longest)
                self.assertGreaterEqual(delay, longest // 2)
            spread.add(facts[2])
        self.assertEqual(len(spread), 2, 'two devices drew the same random number')

    def test_a_restart_of_the_agent_does_not_shorten_the_delay(self):
        self.w.serve()
        self.w.join('xa')
        self.w.stop('district')
        self.activity()
        self.w.write('xa', "UPDATE tq_agent SET failures = 9, random = 0, last_attempt_at = ?",
                     int(time.time() * 1000))
        env = {'TUQUAN_RETRY_MIN_S': '60', 'TUQUAN_RETRY_MAX_S': '3600'}
        self.w.start('xa', env=env)
        self.w.wait_log('xa', 'AGENT-UP')
        self.w.stop('xa')
        self.assertNotIn('SYNC-BEGIN', self.w.log('xa'))
        self.assertEqual(self.w.json('xa', 'status', env=env)['next_reason'], 'failed')


class Stop(Case):
    def stopped(self, name='xa'):
        code, took = self.w.stop(name)
        self.assertEqual(code, 0, self.w.log(name))
        self.assertLess(took, 2.0 + self.w.slow_s(), self.w.log(name))
        db = sqlite3.connect(self.w.path(name, 'office.db'))
        self.assertEqual(db.execute('SELECT applying FROM tq_flag').fetchone()[0], 0)
        self.assertEqual(db.execute('PRAGMA integrity_check').fetchone()[0], 'ok')
        db.close()

    def test_in_every_phase(self):
        self.w.serve()
        self.w.join('xa')
        # Waiting for the next moment.
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.stopped()
        # At any moment of its start, and of a session.
        for _ in range(8):
            self.activity(participants=RANDOM.randrange(1, 500))
            process = self.w.start('xa')
            # The signal is held back from the first line of the command on; before that the
            # program is not there yet.
            programs.wait_until(lambda: programs.signal_is_held(process.pid), 'the agent listens', 10)
            deadline = time.monotonic() + RANDOM.random() * 0.08
            programs.wait_until(lambda: time.monotonic() > deadline, 'a moment', 5)
            self.stopped()
        # While the district is down, between two tries.
        self.w.stop('district')
        self.activity()
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-FAILED', self.w.log('xa').count('SYNC-FAILED') + 1)
        self.stopped()
        # While another program holds the file.
        self.w.serve()
        self.w.start('xa')
        self.w.wait_log('xa', 'AGENT-UP', self.w.log('xa').count('AGENT-UP') + 1)
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        code, took = self.w.stop('xa')
        db.execute('ROLLBACK')
        db.close()
        self.assertEqual(code, 0)
        # Not 2 s: a session and then the memory of it may each wait 1.5 s for whoever holds the file
        # (FILE_WAIT_MS of client/cmd_run.c).
        self.assertLess(took, 4.0 + self.w.slow_s())
        # And all of it arrived, once, in the end.
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertTrue(self.settled())
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM activity'),
                         self.w.value('district', 'SELECT count(*) FROM activity'))

    def test_when_the_server_does_not_answer(self):
        """A peer that takes the connection and says nothing."""
        import socket
        self.w.serve()
        self.w.join('xa')
        self.w.stop('district')
        self.activity()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', self.w.ports[0]))
        listener.listen(8)
        self.addCleanup(listener.close)
        self.w.start('xa')
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        self.stopped()

    def test_the_district(self):
        self.w.serve()
        self.w.join('xa')
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        code, took = self.w.stop('district')
        self.assertEqual(code, 0)
        self.assertLess(took, 2.0 + self.w.slow_s())


class Revoked(Case):
    def test_on_a_live_connection(self):
        self.w.serve()
        self.w.join('xa')
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        device = self.w.value('xa', 'SELECT device FROM tq_state')
        self.w.run('district', 'revoke', device, '--why', 'máy mất')
        self.activity(participants=71)
        self.w.wait_log('xa', 'SYNC-FAILED')
        self.assertRegex(self.memory('last_error'), 'E30[45]')
        self.assertEqual(self.memory('needs_person'), 1)
        self.assertEqual(self.at_district(71), 0)
        said = self.w.json('xa', 'status')
        self.assertTrue(said['needs_person'])
        self.assertFalse(said['green'])
        # The agent wrote it down in Vietnamese; told in the language of who asks.
        said = self.w.json('xa', '--lang', 'en', 'status')
        self.assertRegex(said['last_error'], r'^\[E30[45]\] the district [\x00-\x7f]*$')
        done = self.w.call('xa', 'sync')
        self.assertEqual(done.returncode, 3)
        self.assertTrue(re.search(r'E30[45]', done.stderr), done.stderr)

    def test_with_nothing_that_waits_is_not_green(self):
        """Receipts cover all that is here, and yet a person is needed: said by one rule to the command and
        to the page; and what to do is what helps."""
        self.w.serve()
        self.w.join('xa')
        self.activity(participants=72)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        said = self.w.json('xa', 'status')
        self.assertEqual((said['green'], said['standing'], said['tone']), (True, 'green', 'ok'))
        self.w.run('district', 'revoke', self.w.value('xa', 'SELECT device FROM tq_state'))
        self.assertEqual(self.w.call('xa', 'sync').returncode, 3)
        said = self.w.json('xa', 'status')
        self.assertEqual((said['green'], said['standing'], said['tone']), (False, 'turned_away', 'bad'))
        self.assertEqual((said['rows_waiting'], said['sets_waiting'], said['needs_person']), (0, 0, True))
        self.assertIn('cần người giải quyết', said['verdict'])
        self.assertIn(said['verdict'], self.w.run('xa', 'status'))
        line = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        done = self.w.call('xa', 'join', line)
        self.assertEqual(done.returncode, 1)
        self.assertIn('[E121]', done.stderr)
        self.assertIn('đổi tên tệp device.key', done.stderr)
        os.rename(self.w.path('xa', 'device.key'), self.w.path('xa', 'device.key.cũ'))
        self.w.run('xa', 'join', line)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(self.w.json('xa', 'status')['standing'], 'green')
        self.assertEqual(self.at_district(72), 1)


class Settings(Case):
    """Every key of tuquan.ini and of district.ini does something: tests/README.md names the test of each."""

    def config(self, name):
        with open(self.w.path(name, 'tuquan.ini'), encoding='utf-8') as stream:
            return stream.read()

    def test_a_joined_office_has_the_commented_file(self):
        self.w.serve()
        self.w.join('xa', sync=False)
        self.w.run('xn', 'init', '--unit=' + programs.BACH_LUU)
        text = self.config('xa')
        self.assertEqual([line for line in text.splitlines() if line and line[0] != ';'], [])
        head, rest = self.config('xn').split('\n\n', 1)
        self.assertEqual(head, 'unit = ' + programs.BACH_LUU)
        self.assertTrue(text.endswith(rest))
        self.assertIn(';unit = \n', text[:-len(rest)])
        os.mkdir(self.w.path('xb'))
        with open(self.w.path('xb', 'tuquan.ini'), 'w') as stream:
            stream.write('wait_s = 7\n')
        self.w.join('xb', sync=False)
        self.assertEqual(self.config('xb'), 'wait_s = 7\n')  # somebody's: it stays

    def test_a_district_that_moved(self):
        self.w.serve()
        self.w.join('xa')
        with open(self.w.path('xa', 'district.link'), encoding='utf-8') as stream:
            link = stream.read()
        self.activity(participants=81)
        self.w.stop('district')
        sync, news = ('tcp://127.0.0.1:%d' % port for port in programs.free_ports(2))
        self.w.start('district', env={'TUQUAN_SYNC_ADDRESS': sync, 'TUQUAN_NEWS_ADDRESS': news})
        self.w.wait_log('district', news)
        self.assertEqual(self.w.call('xa', 'sync').returncode, 4)
        with open(self.w.path('xa', 'tuquan.ini'), 'a') as stream:
            stream.write('server = %s\nbroadcast = %s\n' % (sync, news))
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], 1)
        self.assertEqual(self.w.json('xa', 'machine')['server'], sync)
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        self.w.wait_log('xa', 'NEWS-APPLIED')
        self.w.stop('xa')
        # What joining brought stays as it was; a variable goes before the file.
        with open(self.w.path('xa', 'district.link'), encoding='utf-8') as stream:
            self.assertEqual(stream.read(), link)
        before = {'TUQUAN_SERVER': 'tcp://127.0.0.1:%d' % self.w.ports[0]}
        self.assertEqual(self.w.call('xa', 'sync', env=before).returncode, 4)

    def next(self, **settings):
        """Seconds from the last attempt (or change) to the next sync, and why then."""
        env = {'TUQUAN_' + name.upper(): str(value) for name, value in settings.items()}
        said = self.w.json('xa', 'status', env=env)
        since = max(self.memory('last_attempt_at'), self.w.value('xa', 'SELECT max(at_ms) FROM tq_log') or 0)
        return (said['next_attempt_at'] - since) / 1000, said['next_reason']

    def test_when_the_next_sync_is(self):
        self.w.serve()
        self.w.join('xa')
        hour = (time.gmtime(time.time() + 7 * 3600).tm_hour + 3) % 24
        for hours in (1, 2):
            wait, why = self.next(slot_from='%02d:00' % hour, slot_to='%02d:00' % ((hour + hours) % 24))
            self.assertEqual(why, 'slot')
            self.assertTrue(2 * 3600 - 60 < wait < (3 + hours) * 3600 + 60, wait)
        late = self.next(slot_from='%02d:00' % hour, slot_to='%02d:59' % hour)[0]
        self.assertNotEqual(late, self.next(slot_from='%02d:30' % hour, slot_to='%02d:59' % hour)[0])
        self.assertNotEqual(late, self.next(slot_from='%02d:00' % hour, slot_to='%02d:03' % hour)[0])
        self.activity(participants=82)
        # The slot is hours away, whatever the hour that this is played in.
        slot = {'slot_from': '%02d:00' % hour, 'slot_to': '%02d:59' % hour}
        self.assertEqual(self.next(wait_s=1000, **slot), (1000, 'waiting'))
        self.assertEqual(self.next(wait_s=2000, **slot), (2000, 'waiting'))
        self.w.write('xa', 'UPDATE tq_agent SET failures = 1, random = 0, last_attempt_at = ?',
                     int(time.time() * 1000))
        self.assertTrue(500 <= self.next(wait_s=0, retry_min_s=1000, retry_max_s=80000)[0] <= 1000)
        self.assertTrue(2000 <= self.next(wait_s=0, retry_min_s=4000, retry_max_s=80000)[0] <= 4000)
        self.w.write('xa', 'UPDATE tq_agent SET failures = 30')
        self.assertTrue(2000 <= self.next(wait_s=0, retry_min_s=1000, retry_max_s=4000)[0] <= 4000)
        self.assertTrue(8000 <= self.next(wait_s=0, retry_min_s=1000, retry_max_s=16000)[0] <= 16000)

    def test_patience(self):
        """Of one who waits for a district that does not answer."""
        self.w.serve()
        self.w.join('xa')
        self.w.stop('district')
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', self.w.ports[0]))
        listener.listen(8)
        done = self.w.call('xa', 'sync', env={'TUQUAN_TIMEOUT_S': '1'}, timeout=20 + self.w.slow_s())
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_a_crowd_is_spread(self):
        self.w.serve()
        self.w.join('xa')
        # The first device's place is at 37 of 60: the default's would be after half a minute.
        began = time.time() * 1000
        self.w.start('xa', env={'TUQUAN_CROWD_S': '5'})
        self.w.wait_log('xa', 'SYNC-DONE', seconds=20 + self.w.slow_s())
        self.assertGreater(self.memory('last_attempt_at') - began, 5000 * 36 / 60)
        self.w.stop('xa')
        self.w.start('xa', env={'TUQUAN_CROWD_S': '0'})
        self.w.wait_log('xa', 'SYNC-BEGIN', 2, seconds=20 + self.w.slow_s())

    def test_who_writes(self):
        self.w.serve()
        self.w.join('xa')
        self.activity(participants=83, env={'TUQUAN_AUTHOR': 'phó trưởng công an xã'})
        self.assertEqual(self.w.ask('xa', 'SELECT DISTINCT author FROM tq_log'), [('phó trưởng công an xã',)])
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3', env={'TUQUAN_AUTHOR': 'phó phòng'})
        story = self.w.json('district', 'why', 'period', 'ADMIN/2020-Q3', 'state')['story']
        self.assertIn('phó phòng', [line['author'] for line in story])

    def test_where_the_district_is_called(self):
        self.w.env['TUQUAN_PUBLIC_HOST'] = 'localhost'
        self.w.serve()
        self.w.join('xa')
        with open(self.w.path('xa', 'district.link'), encoding='utf-8') as stream:
            text = stream.read()
        for name, port in zip(('sync', 'news', 'guest'), self.w.ports):
            self.assertIn('%s_address = tcp://localhost:%d\n' % (name, port), text)


if __name__ == '__main__':
    RANDOM = programs.seed()
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
