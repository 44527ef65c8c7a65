#!/usr/bin/env python3
"""kernel_line.py COMMUNE DISTRICT - A bad line made by the kernel, beside the relay of ours.

In a network namespace of its own: 2 s there and back, one packet of 50 lost, some out of order, by
netem; where the kernel has no netem (it is said), 64 kbit/s by tbf; where it has neither, or gives
us no namespace, skipped."""
import os
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402
import tree  # noqa: E402

LINES = (('netem', 'delay 1000ms 100ms loss 2% reorder 5%'),
         ('tbf', 'rate 64kbit burst 4kb latency 2000ms'))
FOUNDED = None


class Line(unittest.TestCase):
    def test_two_offices_come_together_over_it(self):
        w = FOUNDED.world()
        self.addCleanup(w.close)
        w.serve()
        for name in ('xa', 'xb'):
            w.join(name)
        for turn in (1, 2):
            for number, name in enumerate(('xa', 'xb')):
                w.run(name, 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                      'planned_on=2020-09-15', 'state=planned',
                      'participants=%d' % (10 * turn + number), '--yes')
                self.assertTrue(w.json(name, 'sync', timeout=600)['equal'])
        self.assertTrue(w.json('xa', 'sync', timeout=600)['equal'])
        for name in ('district', 'xa', 'xb'):
            self.assertEqual(sorted(v for v, in w.ask(name, 'SELECT participants FROM activity')),
                             [10, 11, 20, 21])
        passed = subprocess.run(['tc', '-s', 'qdisc', 'show', 'dev', 'lo'], stdout=subprocess.PIPE,
                                text=True, check=True).stdout
        self.assertRegex(passed, r'Sent [1-9]\d{3,} bytes', 'nothing went over the line')


def skip(why):
    print('kernel_line: skipped: ' + why)
    sys.exit(tree.SKIPPED)


def namespace(arguments):
    if shutil.which('tc') is None or shutil.which('unshare') is None:
        skip('no tc (iproute2) or unshare here')
    for kind, options in LINES:
        # Packets as on a real line: one of 64 kB, as this device has them, passes no narrow one.
        command = 'ip link set lo up mtu 1400 && tc qdisc add dev lo root %s %s' % (kind, options)
        unshare = ['unshare', '--net', '--map-root-user', 'sh', '-c']
        tried = subprocess.run(unshare + [command], stderr=subprocess.PIPE, text=True, check=False)
        if tried.returncode == 0:
            print('kernel_line: %s: %s' % (kind, options), flush=True)
            os.execvp('unshare', unshare + [command + ' && exec "$@"', 'sh', sys.executable, '-B',
                                            os.path.abspath(__file__), '--inside'] + arguments)
        print('kernel_line: no %s here: %s' % (kind, tried.stderr.strip()), flush=True)
    skip('the kernel has neither')


if __name__ == '__main__':
    if sys.argv[1] != '--inside':
        namespace([os.path.abspath(path) for path in sys.argv[1:]])
    FOUNDED = programs.Founded(sys.argv[2], sys.argv[3])
    try:
        done = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2)
    finally:
        FOUNDED.close()
    sys.exit(not done.result.wasSuccessful())
