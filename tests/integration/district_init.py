#!/usr/bin/env python3
"""district_init.py COMMUNE DISTRICT FAIL_HEAP FAIL_RENAME - `init` of the district that is cut at any moment: no
half district is ever seen, and the next `init` makes a whole one."""
import os
import shutil
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FAIL_HEAP = None
FAIL_RENAME = None
POINTS = 20


class Cut(unittest.TestCase):
    def setUp(self):
        self.w = programs.Programs(sys.argv[1], sys.argv[2])
        self.addCleanup(self.w.close)
        self.chance = programs.seed()

    def init(self, *options, ok=True, **env):
        done = self.w.call('district', '--json', 'init', '--name', 'Huyện mẫu', *options, env=env)
        if ok:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def is_none(self):
        """Nobody takes what a cut left for a district."""
        self.assertFalse(os.path.exists(self.w.path('district', 'district.db')))
        self.assertIn('E119', self.w.call('district', 'status').stderr)

    def whole(self, old):
        """By the next `init`, which leaves nothing of the first one."""
        self.assertEqual('"old_keys": true' in self.init().stdout, old)
        self.is_whole(old)

    def is_whole(self, old):
        left = [n for n in os.listdir(self.w.path('district')) if n.endswith(('.part', '.new', '.part-wal', '.part-shm'))]
        self.assertEqual(left, [])
        self.assertEqual(self.w.ask('district', "SELECT about FROM tq_audit WHERE what = 'init'"), [('Huyện mẫu',)])
        if old:  # its epoch begins with its first start
            self.w.serve()
            self.assertEqual(self.w.stop('district')[0], 0)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])

    def test_at_any_allocation(self):
        self.init(LD_PRELOAD=FAIL_HEAP, FAIL_TELL=self.w.path('told'))
        with open(self.w.path('told')) as stream:
            calls = int(stream.read().split()[0])
        cut = 0
        for i in range(POINTS):
            shutil.rmtree(self.w.path('district'))
            n = self.chance.randrange(calls * i // POINTS, calls * (i + 1) // POINTS)
            done = self.init(ok=False, LD_PRELOAD=FAIL_HEAP, STOP_HEAP=str(n))
            with self.subTest(n):
                if done.returncode == 0:
                    self.is_whole(old=False)
                    continue
                cut += 1
                self.is_none()
                self.whole(old=False)
        print('%d of %d cut, of %d allocations' % (cut, POINTS, calls), flush=True)
        self.assertGreater(cut, POINTS // 2)

    def test_between_any_two_moves(self):
        """Only keys that lie alone in their place are taken for those of before: they make the same district."""
        for n, old in ((1, False), (2, False), (3, True)):
            with self.subTest(n):
                self.assertEqual(self.init(ok=False, LD_PRELOAD=FAIL_RENAME, DIE_RENAME=str(n)).returncode, 99)
                self.is_none()
                self.whole(old)
                shutil.rmtree(self.w.path('district'))

    def test_with_keys_that_were_brought(self):
        self.init()
        keys = self.w.path('keys')
        self.w.run('district', 'backup', '--keys', keys)
        before = self.w.ask('district', 'SELECT district FROM tq_district')
        for n in (1, 2, 3):
            with self.subTest(n):
                shutil.rmtree(self.w.path('district'))
                done = self.init('--keys', keys, ok=False, LD_PRELOAD=FAIL_RENAME, DIE_RENAME=str(n))
                self.assertEqual(done.returncode, 99)
                self.is_none()
                self.assertIn('"old_keys": true', self.init('--keys', keys).stdout)
                self.is_whole(old=True)
                self.assertEqual(self.w.ask('district', 'SELECT district FROM tq_district'), before)

    def test_never_over_the_keys_of_another_district(self):
        self.init()
        keys = self.w.path('keys')
        self.w.run('district', 'backup', '--keys', keys)
        shutil.rmtree(self.w.path('district'))
        self.init()
        os.remove(self.w.path('district', 'district.db'))
        done = self.w.call('district', 'init', '--keys', keys)
        self.assertEqual(done.returncode, 1)
        self.assertIn('E107', done.stderr)
        self.whole(old=True)


if __name__ == '__main__':
    FAIL_HEAP, FAIL_RENAME = sys.argv[3:5]
    unittest.main(argv=[sys.argv[0]] + sys.argv[5:], verbosity=2)
