#!/usr/bin/env python3
"""no_memory_line.py COMMUNE DISTRICT FAIL_HEAP [--points=N] - Offices and the district at their line
while the heap of one of them fails.

The n-th allocation of a real program fails (or, of an office, that one and all after it): of `join`,
`renew`, `sync` and the agent against a sound server, and of a server while an office syncs. Nobody dies
by a signal, what ends says a sentence; and when there is memory again, one sync makes both equal, with
nothing lost and nothing twice.
"""
import os
import shutil
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
FAIL_HEAP = None
POINTS = 6
CODES = (0, 1, 2, 3, 4, 5)


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.chance = programs.seed()
        self.written = 0
        self.struck = 0

    def failing(self, n, forever=False, armed=None):
        env = {'LD_PRELOAD': FAIL_HEAP, 'FAIL_TELL': self.w.path('told'),
               'FAIL_HEAP': '%d%s' % (n, '+' if forever else '')}
        if armed is not None:
            env['FAIL_ARMED'] = armed
        return env

    def told(self):
        """(allocations, failed, blocks that are left) of the program that has ended."""
        with open(self.w.path('told')) as stream:
            numbers = tuple(int(n) for n in stream.read().split())
        self.struck += numbers[1] > 0
        os.remove(self.w.path('told'))
        return numbers

    def add(self):
        self.written += 1
        self.w.write('xa', 'INSERT INTO incident(unit, area, category, village, occurred_on, summary, '
                     'damage_vnd) VALUES (?, 1, ?, ?, ?, ?, ?)', programs.BACH_LUU, 'theft',
                     '08779-04@2019-01-01', '2020-10-05', 'dữ liệu mẫu', self.written)

    def equal(self, name='xa'):
        """One sync with memory: both sides hold all that was ever written, once."""
        said = self.w.json(name, 'sync')
        self.assertTrue(said['equal'], said)
        wanted = [(n,) for n in range(1, self.written + 1)]
        for side in ('district', name):
            self.assertEqual(self.w.ask(side, 'SELECT damage_vnd FROM incident ORDER BY damage_vnd'), wanted)
            self.assertEqual(self.w.ask(side, 'PRAGMA integrity_check'), [('ok',)])
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)

    def ended_well(self, done, where):
        self.assertIn(done.returncode, CODES, '%s\n%s' % (where, done.stderr[-800:]))
        if done.returncode != 0:
            self.assertRegex(done.stdout + done.stderr, r'E\d\d\d', where)
        self.assertEqual(self.told()[2], 0, where + ': blocks are left')

    def tearDown(self):
        self.assertGreater(self.struck, 0, 'the heap did not fail')

    def points(self, calls, opening=0):
        """One in each of POINTS equal parts of what comes after the opening, and one before it."""
        self.assertLess(opening, calls, 'what opens allocates more than the whole: no point would strike')
        if POINTS == 0:
            return range(calls)
        many = max(1, POINTS - (opening > 0))
        part = max(1, (calls - opening) // many)
        out = [opening + i * part + self.chance.randrange(part) for i in range(many)]
        return out + ([self.chance.randrange(opening)] if opening else [])


class Office(Case):
    def setUp(self):
        super().setUp()
        self.w.serve()

    def count(self, *args, folder='xa'):
        """How often a sound run allocates."""
        done = self.w.call(folder, *args, env=self.failing(-1))
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.told()[0]

    def strike(self, n, forever, *args, folder='xa'):
        where = '%s, FAIL_HEAP=%d%s' % (' '.join(args), n, '+' if forever else '')
        done = self.w.call(folder, *args, env=self.failing(n, forever))
        self.ended_well(done, where)
        return done

    def test_sync(self):
        self.w.join('xa')
        self.add()
        opening = self.count('status')  # opens the office, as a sync does, and hardly more
        calls = self.count('sync')
        for i, n in enumerate(self.points(calls, opening)):
            self.add()
            self.strike(n, i % 2 == 1, 'sync')
            self.equal()

    def test_join(self):
        """An invitation is used up by the answer to it: what was answered is asked for again."""
        self.w.join('xa', sync=False)
        line = lambda: self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        calls = self.count('join', line(), folder='first')
        for i, n in enumerate(self.points(calls)):
            name = 'xj%d' % i
            invitation = line()
            done = self.strike(n, i % 2 == 1, 'join', invitation, folder=name)
            if done.returncode != 0:
                self.w.run(name, 'join', invitation)
            self.assertTrue(self.w.json(name, 'sync')['equal'])
            shutil.rmtree(self.w.path(name))

    def test_renew(self):
        self.w.join('xa')
        calls = self.count('renew')
        self.equal()
        for i, n in enumerate(self.points(calls, calls * 9 // 10)):
            self.strike(n, i % 2 == 1, 'renew')
            self.add()
            self.equal()

    def test_agent(self):
        """It tries again by itself, or ends with a sentence and may be started again."""
        self.w.join('xa')
        calls = self.count('sync')
        for n in self.points(calls * 2, calls):
            armed = self.w.path('armed')
            self.add()
            agent = self.w.start('xa', env=self.failing(n % calls, armed=armed), log='agent')
            with open(armed, 'w'):
                pass
            programs.wait_until(
                lambda: agent.poll() is not None or self.w.value(
                    'district', 'SELECT count(*) FROM incident') == self.written, 'the agent to sync')
            code, _ = self.w.stop('agent')
            self.assertIn(code, CODES, self.w.log('agent')[-800:])
            os.remove(armed)
            self.assertEqual(self.told()[2], 0, 'FAIL_HEAP=%d: blocks are left' % n)
            self.equal()


class Stopped(Office):
    """SIGTERM at any moment of what goes over the line: it ends soon, and the next time brings all."""
    test_sync = test_join = test_renew = test_agent = None

    def stop(self, n, *args, folder='xa'):
        began = time.monotonic()
        done = self.w.call(folder, *args, env={'LD_PRELOAD': FAIL_HEAP, 'STOP_HEAP': str(n)})
        took = time.monotonic() - began
        where = '%s, STOP_HEAP=%d' % (' '.join(args), n)
        self.assertIn(done.returncode, (-signal.SIGTERM,) + CODES, '%s\n%s' % (where, done.stderr[-800:]))
        self.assertLess(took, 2 + self.w.slow_s(), where)
        self.struck += done.returncode != 0
        return done

    def test_stop_of_a_sync(self):
        self.w.join('xa')
        self.add()
        opening = self.count('status')
        for n in self.points(self.count('sync'), opening)[1::2]:
            self.add()
            self.stop(n, 'sync')
            self.equal()

    def test_stop_of_a_join(self):
        self.w.join('xa', sync=False)
        line = lambda: self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        for i, n in enumerate(self.points(self.count('join', line(), folder='first'))[1::2]):
            name = 'xj%d' % i
            invitation = line()
            if self.stop(n, 'join', invitation, folder=name).returncode != 0:
                self.w.run(name, 'join', invitation)
            self.assertTrue(self.w.json(name, 'sync')['equal'])
            shutil.rmtree(self.w.path(name))

    def test_stop_of_a_renewal(self):
        self.w.join('xa')
        calls = self.count('renew')
        self.equal()
        for n in self.points(calls, calls * 9 // 10)[1::2]:
            self.stop(n, 'renew')
            self.add()
            self.equal()


class Server(Case):
    def test_start(self):
        self.w.start('district', env=self.failing(-1))
        self.w.wait_log('district', 'tcp://127.0.0.1:%d' % self.w.ports[1])
        self.assertEqual(self.w.stop('district')[0], 0)
        calls = self.told()[0]
        for i, n in enumerate(self.points(calls)):
            server = self.w.start('district', env=self.failing(n, i % 2 == 1), log='start%d' % i)
            try:
                self.w.wait_log('start%d' % i, 'tcp://127.0.0.1:%d' % self.w.ports[1])
            except programs.Failed:
                pass  # it ended, and has said why
            if server.poll() is None:
                self.w.stop('start%d' % i)
            else:
                del self.w.running['start%d' % i]
                self.assertRegex(self.w.log('start%d' % i), r'\[E\d\d\d\]')
            self.assertIn(server.returncode, CODES, self.w.log('start%d' % i)[-800:])
            self.assertEqual(self.told()[2], 0, 'FAIL_HEAP=%d: blocks are left' % n)
        self.w.serve()
        self.w.join('xa')
        self.add()
        self.equal()

    def test_sync(self):
        """One allocation of the server fails while an office syncs: it serves on, and the next sync
        makes both equal. It forgets nothing that it has receipted."""
        self.w.serve()
        self.w.join('xa')
        self.w.stop('district')
        armed = self.w.path('armed')
        for n in [-1] + list(range(POINTS or 400)):
            at = n if n < 0 or POINTS == 0 else self.chance.randrange(calls * n // POINTS,
                                                                     calls * (n + 1) // POINTS)
            self.w.serve(env=self.failing(at, armed=armed))
            self.add()
            with open(armed, 'w'):
                pass
            done = self.w.call('xa', 'sync', env={'TUQUAN_TIMEOUT_S': '2'})
            self.assertIn(done.returncode, CODES, done.stderr)
            os.remove(armed)
            for line in self.w.json('district', 'status', ok=(0, 5))['kinds']:
                if line['kind'] in ('broken', 'forged'):  # what was not read is not its sender's fault
                    self.assertEqual(line['count'], 0, line)
            self.assertIsNone(self.w.running['district'].poll(), 'FAIL_HEAP=%d: %s' % (
                at, self.w.log('district')[-800:]))
            self.equal()
            self.w.stop('district')
            counted, failed, left = self.told()
            self.assertEqual(left, 0, 'FAIL_HEAP=%d: blocks are left' % at)
            if n < 0:
                calls = counted // 2  # of two syncs


if __name__ == '__main__':
    words = [a for a in sys.argv[4:] if not a.startswith('--points=')]
    for word in sys.argv[4:]:
        if word.startswith('--points='):
            POINTS = int(word.partition('=')[2])
    FAIL_HEAP = sys.argv[3]
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + words)
    finally:
        FOUNDED.close()
