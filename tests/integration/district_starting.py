#!/usr/bin/env python3
"""district_starting.py COMMUNE DISTRICT HOLD_LISTEN - Who knocks while the district starts: its ports
open one by one, and whoever comes through the first is known there already."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
HOLD_LISTEN = None


class Starting(unittest.TestCase):
    def test_a_known_machine_is_never_told_that_it_is_unknown(self):
        w = FOUNDED.world()
        self.addCleanup(w.close)
        if programs.sanitized(w.commune):
            self.skipTest('a sanitizer wants to be loaded first')
        w.serve()
        w.join('xa')
        w.stop('district')
        told, go = w.path('held'), w.path('go')
        os.mkfifo(go)
        w.start('district', env={'LD_PRELOAD': HOLD_LISTEN, 'HOLD_LISTEN': '2', 'HOLD_TOLD': told,
                                 'HOLD_GO': go})
        programs.wait_until(lambda: os.path.exists(told), 'the first port is open, the second held')
        early = w.call('xa', 'sync', env={'TUQUAN_TIMEOUT_S': '1'})
        self.assertNotEqual(early.returncode, 0)
        self.assertIn('E302', early.stderr)  # slow: that mends itself
        self.assertFalse(w.json('xa', 'status')['needs_person'])
        with open(go, 'w'):
            pass
        w.wait_log('district', 'tcp://127.0.0.1:%d' % w.ports[1], 2)
        self.assertTrue(w.json('xa', 'sync')['equal'])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    HOLD_LISTEN = sys.argv[3]
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[4:])
    finally:
        FOUNDED.close()
