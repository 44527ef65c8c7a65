#!/usr/bin/env python3
"""sim_stopped.py SIM - A campaign that is stopped says what it has seen, and leaves nobody behind."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest


class Stopped(unittest.TestCase):
    def test_it_says_what_struck_too_seldom(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([SIM, '--campaign', '200000', '--jobs', '2', '--calm'], stdout=subprocess.PIPE,
                                  text=True, env=dict(os.environ, TMPDIR=folder), start_new_session=True) as campaign:
                self.assertEqual(campaign.stdout.readline(), 'from seed 1\n')
                campaign.send_signal(number)
                said = campaign.stdout.read()
            self.assertEqual(campaign.returncode, 1)
            self.assertIn('stopped\n', said)
            self.assertIn('office-nights in', said)
            self.assertIn('power lost: struck too seldom', said)
            with self.assertRaises(ProcessLookupError):
                os.killpg(campaign.pid, 0)
            self.assertEqual(os.listdir(folder), [])


if __name__ == '__main__':
    SIM = sys.argv.pop(1)
    unittest.main()
