#!/usr/bin/env python3
"""office_faults.py COMMUNE DISTRICT RELAY - What the world does to real programs: wrong clocks, bad
lines, a full disk, a file that cannot be written, a damaged page, a stop at any moment."""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
RANDOM = None
RELAY = None
ROUNDS = int(os.environ.get('TUQUAN_TEST_ROUNDS', '4'))


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()

    def activity(self, name, participants, **more):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                   'planned_on=2020-09-15', 'state=planned', 'participants=%d' % participants, '--yes',
                   **more)

    def at_district(self):
        return sorted(v for v, in self.w.ask('district', 'SELECT participants FROM activity'))

    def converged(self, *names):
        for name in names:
            self.assertTrue(self.w.json(name, 'sync')['equal'])
            self.assertEqual(self.w.ask(name, 'SELECT text FROM tq_fault'), [])
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


class Clocks(Case):
    def fake(self, when):
        env = programs.fake_clock(self.w.commune, when)
        if env is None:
            self.skipTest('no libfaketime, or a sanitizer')
        return env

    def test_wrong_clocks_never_block_never_win_and_are_shown(self):
        self.w.join('xa')
        self.w.join('xb')
        self.activity('xa', 1)
        self.converged('xa', 'xb')
        label = self.w.value('xa', 'SELECT label FROM activity')
        for number, when in enumerate(('+1h', '-1d', '+26700d'), 1):
            with self.subTest(when):
                env = self.fake(when)
                # The wrong clock writes first, the right one later, and neither has seen the other.
                self.w.run('xa', 'edit', 'activity', label, 'participants=%d' % (10 + number), '--yes',
                           env=env)
                self.w.run('xb', 'edit', 'activity', label, 'participants=%d' % (20 + number), '--yes')
                result = self.w.json('xa', 'sync', env=env)
                self.assertTrue(result['equal'])
                offset = abs([d for d in self.w.json('district', 'devices')['devices']
                              if d['device'] == self.w.value('xa', 'SELECT device FROM tq_state')][0]
                             ['offset_ms'])
                self.assertGreater(offset, 3000000)
                self.assertTrue(self.w.json('xb', 'sync')['equal'])
                self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'),
                                 20 + number)
                self.converged('xa', 'xb', 'xa')
                # And the other way round: what it wrote later counts as later, for its Hello has shown
                # how wrong it is.
                self.w.run('xb', 'edit', 'activity', label, 'participants=%d' % (30 + number), '--yes')
                self.w.run('xa', 'edit', 'activity', label, 'participants=%d' % (40 + number), '--yes',
                           env=env)
                self.assertTrue(self.w.json('xa', 'sync', env=env)['equal'])
                self.assertTrue(self.w.json('xb', 'sync')['equal'])
                self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'),
                                 40 + number)
                self.converged('xa', 'xb', 'xa')
                self.assertIn(self.w.call('district', 'doctor').returncode, (0, 5))

    def test_the_districts_own_clock(self):
        """A day behind for a while: nothing is blocked, times go on rising."""
        self.w.join('xa')
        self.activity('xa', 1)
        self.converged('xa')
        before = self.w.value('district', 'SELECT max(ta) FROM tq_ledger')
        self.w.stop('district')
        self.w.serve(env=self.fake('-1d'))
        self.activity('xa', 2)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertGreater(self.w.value('district', 'SELECT max(ta) FROM tq_ledger'), before)
        self.w.stop('district')
        self.w.serve()
        self.activity('xa', 3)
        self.converged('xa')
        self.assertEqual(self.at_district(), [1, 2, 3])


class Lines(Case):
    def relay(self, name, *args):
        """All of this office's syncs go through a relay from now on."""
        process = subprocess.Popen([RELAY, str(self.w.ports[0])] + [str(a) for a in args], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        port = int(process.stdout.readline())
        path = self.w.path(name, 'district.link')
        with open(path, encoding='utf-8') as stream:
            lines = stream.read().splitlines()
        with open(path, 'w', encoding='utf-8') as stream:
            for line in lines:
                if line.startswith('sync_address'):
                    line = 'sync_address = tcp://127.0.0.1:%d' % port
                stream.write(line + '\n')
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.communicate(timeout=30)

    def test_slow_lossy_and_distant_at_the_same_time(self):
        """2 s there and back; 1 kB/s; 30 % loss: three offices, one sync each."""
        lines = {'far': ('delay', 1000), 'thin': ('rate', 1000),
                 'lossy': ('loss', 30, RANDOM.randrange(1, 1 << 30))}
        for number, (name, args) in enumerate(lines.items(), 1):
            self.w.join(name)
            self.relay(name, *args)
            self.activity(name, number)
        running = {name: subprocess.Popen(self.w.command(name, '--json', 'sync'),
                                          env=dict(self.w.env, TUQUAN_TIMEOUT_S='60'), text=True,
                                          stdout=subprocess.PIPE) for name in lines}
        for name, process in running.items():
            out, _ = process.communicate(timeout=110)
            self.assertEqual(process.returncode, 0, name + out)
            self.assertTrue(json.loads(out)['equal'], name)
        self.assertEqual(self.at_district(), [1, 2, 3])

    def night(self, rows):
        """One sync over a line of 600 ms there and back; what the line itself counted."""
        self.w.join('xa')
        relay = self.relay('xa', 'delay', 300)
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30)
        with db:
            db.executemany('INSERT INTO incident(unit, area, category, village, occurred_on, summary,'
                           ' damage_vnd) SELECT unit, 1, ?, ?, ?, ?, ? FROM tq_state',
                           [('theft', '08779-04@2019-01-01', '2020-10-%02d' % (1 + i % 28),
                             'dữ liệu mẫu', i) for i in range(rows)])
        db.close()
        said = self.w.json('xa', 'sync', timeout=300)
        self.assertEqual((said['accepted'], said['equal']), (rows, True))
        _, counted = relay.communicate(timeout=30)
        return json.loads(counted)['round_trips']

    def test_an_empty_night_is_one_round_trip_on_the_wire(self):
        self.assertEqual(self.night(0), 1)

    def test_200_rows_are_one_round_trip_on_the_wire(self):
        self.assertEqual(self.night(200), 1)

    def test_20000_rows_are_at_most_three_round_trips_on_the_wire(self):
        self.assertLessEqual(self.night(20000), 3)

    def test_a_restored_file_whose_welcome_is_lost_asks_for_one_branch(self):
        """Killed while the district's word is on its way: asked again, it says the same."""
        self.w.join('xa')
        image = self.w.path('image.db')
        self.activity('xa', 1)
        self.converged('xa')
        self.w.run('xa', 'backup', image)
        self.activity('xa', 2)
        self.converged('xa')
        self.w.run('xa', 'restore', image)
        before = self.w.value('xa', 'SELECT incarnation FROM tq_state')
        relay = self.relay('xa', 'delay', 200)
        for i in range(1, 4):
            self.w.start('xa', 'sync', log='cut')
            programs.wait_until(lambda count=i: self.w.value(
                'district', "SELECT count(*) FROM tq_audit WHERE what = 'restored'") == count, 'asked')
            self.w.kill('cut')
            self.assertEqual(self.w.value('xa', 'SELECT incarnation FROM tq_state'), before)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_incarnation'), 2)
        self.converged('xa')
        self.assertNotEqual(self.w.value('xa', 'SELECT incarnation FROM tq_state'), before)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_incarnation'), 2)
        self.assertEqual(self.at_district(), [1, 2])
        self.end(relay)

    def test_cut_at_any_byte(self):
        """After so many bytes either way the line breaks; the next sync goes on. Every second time what
        is cut is the answer: the district has the rows, and the office does not know it."""
        self.w.join('xa')
        link = self.w.path('xa', 'district.link')
        shutil.copy(link, link + '.kept')
        relay = self.relay('xa')
        self.activity('xa', 1)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        down = json.loads(relay.communicate(timeout=30)[1])['down']  # of a whole sync
        shutil.copy(link + '.kept', link)
        places = [(RANDOM.choice(('cut', 'cut-down')), RANDOM.randrange(1, 3000)) if i % 2 == 0 else
                  ('cut-down', down - i % 6 * 150 - RANDOM.randrange(100)) for i in range(ROUNDS + 2)]
        for number, (way, place) in enumerate(places, 2):
            with self.subTest(way + ' %d' % place):
                relay = self.relay('xa', way, place)
                self.activity('xa', number)
                done = self.w.call('xa', 'sync')
                self.assertIn(done.returncode, (0, 1, 4), done.stderr)
                if done.returncode != 0:
                    self.assertRegex(done.stderr, r'E30[123]')
                self.end(relay)
                shutil.copy(link + '.kept', link)
                self.converged('xa')
                self.assertEqual(self.at_district(), list(range(1, number + 1)))


class Disks(Case):
    def test_a_file_that_cannot_be_written(self):
        """As another user, who may read and not write: one sentence, nothing touched."""
        if os.getuid() != 0:
            self.skipTest('not root: cannot become somebody else')
        self.w.join('xa')
        self.activity('xa', 1)
        os.chmod(self.w.root, 0o755)
        os.chmod(self.w.path('xa'), 0o755)
        before = self.w.ask('xa', 'SELECT * FROM activity')
        done = subprocess.run(self.w.command('xa', 'add', 'activity', 'kind=patrol',
                                             'planned_on=2020-09-15', '--yes'), env=self.w.env,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, user=65534,
                              check=False, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('E103', done.stderr)
        self.assertEqual(self.w.ask('xa', 'SELECT * FROM activity'), before)
        self.converged('xa')

    def small(self, name, size):
        """A program's folder on a file system of that size; where that is."""
        mount = self.w.path('small')
        os.mkdir(mount)
        made = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=' + size, 'tmpfs', mount],
                              check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if made.returncode != 0:
            self.skipTest('no mount here')
        self.addCleanup(subprocess.run, ['umount', '-l', mount], check=False)
        shutil.copytree(self.w.path(name), os.path.join(mount, name))
        shutil.rmtree(self.w.path(name))
        os.symlink(os.path.join(mount, name), self.w.path(name))
        return mount

    @staticmethod
    def fill(mount):
        """The file that takes all that is left."""
        filler = os.path.join(mount, 'filler')
        fd = os.open(filler, os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(fd, b'x' * 4096) > 0:
                pass
        except OSError:
            pass
        finally:
            os.close(fd)
        return filler

    def test_a_full_disk_at_the_district(self):
        """It serves on, and says it in the office and in its log; nothing is receipted that is not kept,
        and with room again the next sync brings all."""
        self.w.join('xa')
        self.w.stop('district')
        mount = self.small('district', '16m')
        self.w.serve()
        self.activity('xa', 1)
        self.converged('xa')
        filler = self.fill(mount)
        for i in range(200):
            self.w.write('xa', "INSERT INTO activity (label, unit, kind, planned_on, participants, results) "
                         "VALUES ('S-%d', '08779@2004-01-01', 'patrol', '2020-09-15', %d, '%s')"
                         % (i, i + 2, 'mẫu ' * 150))
        done = self.w.call('xa', 'sync', env={'TUQUAN_TIMEOUT_S': '5'})
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.w.wait_log('district', 'E104')
        self.assertIsNone(self.w.running['district'].poll())
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set WHERE acked = 1'), 1)
        os.remove(filler)
        self.converged('xa')
        self.assertEqual(self.at_district(), list(range(1, 202)))

    def test_a_full_disk(self):
        """A small file system that is full: said so, exit 1; with room again the same sync goes on."""
        self.w.join('xa')
        mount = self.small('xa', '6m')
        self.activity('xa', 1)
        filler = self.fill(mount)
        done = self.w.call('xa', 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                           'planned_on=2020-09-15', 'participants=2', '--yes')
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn('E104', done.stderr)
        done = self.w.call('xa', 'sync')
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn('E104', done.stderr)
        os.remove(filler)
        self.activity('xa', 3)
        self.converged('xa')
        self.assertEqual(self.at_district(), [1, 3])

    def test_a_damaged_page(self):
        """Nobody writes on; the sentence says what to do; the district keeps what was sent."""
        self.w.join('xa')
        for i in range(40):
            self.w.write('xa', "INSERT INTO activity (label, unit, kind, planned_on, participants) "
                         "VALUES ('S-%d', '08779@2004-01-01', 'patrol', '2020-09-15', %d)" % (i, i))
        self.converged('xa')
        db = programs.sqlite3.connect(self.w.path('xa', 'office.db'))
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        size = db.execute('PRAGMA page_size').fetchone()[0]
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'activity'").fetchone()[0]
        db.close()
        with open(self.w.path('xa', 'office.db'), 'r+b') as stream:
            stream.seek((page - 1) * size)
            stream.write(bytes(RANDOM.randrange(256) for _ in range(size)))
        done = self.w.call('xa', 'doctor')
        self.assertEqual(done.returncode, 1)
        done = self.w.call('xa', 'list', 'activity')
        self.assertEqual(done.returncode, 1)
        self.assertIn('E108', done.stderr)
        self.assertEqual(len(self.at_district()), 40)


class Stops(Case):
    """SIGTERM to the district: clean within 2 s, exit 0, nothing half done."""

    def stopped(self):
        code, took = self.w.stop('district')
        self.assertEqual(code, 0, self.w.log('district'))
        self.assertLess(took, 2.0 + self.w.slow_s(), self.w.log('district'))
        self.assertEqual(self.w.value('district', 'PRAGMA integrity_check'), 'ok')

    def is_written(self):
        """Somebody is in a transaction that writes the district's file."""
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=0, isolation_level=None)
        try:
            db.execute('BEGIN IMMEDIATE')
            db.execute('ROLLBACK')
            return False
        except sqlite3.OperationalError:
            return True
        finally:
            db.close()

    def beside(self, name, *args):
        """Another program, which goes on while the district stops."""
        process = self.w.start(name, *args, log='beside')
        self.addCleanup(process.wait)
        return process

    def ended(self, process):
        del self.w.running['beside']
        return process.wait(timeout=120)

    def many(self, name, count):
        """Rows for a merge that lasts."""
        with sqlite3.connect(self.w.path(name, 'office.db'), timeout=30) as db:
            db.executemany('INSERT INTO activity (label, unit, kind, planned_on, participants) VALUES (?, ?, '
                           "'patrol', '2020-09-15', ?)",
                           [('M-%d' % i, programs.BACH_LUU, 1000 + i) for i in range(count)])
        db.close()

    def test_as_it_starts(self):
        self.w.stop('district')
        process = self.w.start('district')
        programs.wait_until(lambda: programs.signal_is_held(process.pid), 'the server listens to the signal')
        self.stopped()

    def test_while_it_merges_a_set(self):
        self.w.join('xa')
        self.many('xa', 6000)
        sync = self.beside('xa', 'sync')
        programs.wait_until(self.is_written, 'a merge')
        self.stopped()
        self.assertIn(self.w.value('district', 'SELECT count(*) FROM activity'), range(0, 6001))
        self.assertIn(self.ended(sync), (0, 4))
        self.w.serve()
        self.converged('xa')
        self.assertEqual(self.at_district(), list(range(1000, 7000)))

    def test_while_its_log_cannot_be_laid_into_its_file(self):
        """A reader holds what a checkpoint must not overwrite: it is laid later."""
        self.w.join('xa')
        reader = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute('BEGIN')
        reader.execute('SELECT count(*) FROM tq_ledger').fetchone()
        self.many('xa', 2000)
        self.converged('xa')
        self.assertGreater(os.path.getsize(self.w.path('district', 'district.db-wal')), 100000)
        self.stopped()
        reader.execute('ROLLBACK')
        self.w.serve()
        self.converged('xa')
        self.assertEqual(self.at_district(), list(range(1000, 3000)))

    def test_while_it_is_copied(self):
        self.w.join('xa')
        self.many('xa', 6000)
        self.converged('xa')
        copy = self.w.path('district.backup')
        backup = self.beside('district', 'backup', copy)
        programs.wait_until(lambda: any(n.startswith('district.backup') for n in os.listdir(self.w.path())),
                            'a backup')
        self.stopped()
        self.assertEqual(self.ended(backup), 0, self.w.log('beside'))
        self.w.run('district', 'restore', copy)
        self.w.serve()
        self.converged('xa')
        self.assertEqual(self.at_district(), list(range(1000, 7000)))

    def test_while_a_ranking_is_published(self):
        """By a command beside it: the one transaction is there, or it is not; what the server missed of it
        comes with the next pull."""
        self.w.join('xa')
        publish = self.beside('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')
        programs.wait_until(lambda: publish.poll() is not None or self.is_written(), 'a publication')
        self.stopped()
        self.assertEqual(self.ended(publish), 0, self.w.log('beside'))
        self.w.serve()
        self.converged('xa')
        rows = self.w.value('district', 'SELECT count(*) FROM ranking_row')
        self.assertGreater(rows, 0)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM ranking_row'), rows)

    def test_while_a_page_is_open(self):
        """Half a request waits for its other half; another connection says nothing at all."""
        self.w.stop('district')
        self.w.user('add', 'an', '--role=leader', password='mot mat khau dai')
        self.w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_PROXY': '127.0.0.1'})
        where = self.w.page_origin().rpartition('/')[2].rpartition(':')
        for text in (b'', b'GET / HTTP/1.1\r\nHost: '):
            line = socket.create_connection((where[0], int(where[2])), 30)
            self.addCleanup(line.close)
            line.sendall(text)
        whole = socket.create_connection((where[0], int(where[2])), 30)
        self.addCleanup(whole.close)
        whole.sendall(b'GET / HTTP/1.1\r\nHost: %s:%s\r\n\r\n' % (where[0].encode(), where[2].encode()))
        self.assertTrue(whole.recv(100).startswith(b'HTTP/1.1'))  # the page has met all three
        self.stopped()

    def test_sigterm_to_the_district_at_any_moment(self):
        """While offices load, push and pull."""
        names = ['x%d' % i for i in range(3)]
        for name in names:
            self.w.join(name)
        sent = 0
        for _ in range(ROUNDS):
            for name in names:
                for _ in range(3):
                    sent += 1
                    self.activity(name, sent)
            running = [subprocess.Popen(self.w.command(name, 'sync'), env=self.w.env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                       for name in names]
            moment = programs.time.monotonic() + RANDOM.random() * 0.4
            programs.wait_until(lambda: programs.time.monotonic() > moment, 'a moment')
            self.stopped()
            for process in running:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)
            self.w.serve()
        self.converged(*names)
        self.assertEqual(self.at_district(), list(range(1, sent + 1)))


if __name__ == '__main__':
    RANDOM = programs.seed()
    RELAY = os.path.abspath(sys.argv[3])
    FOUNDED = programs.Founded(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[4:], verbosity=2)
    finally:
        FOUNDED.close()
