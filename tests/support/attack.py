"""attack.py - For the tests that attack the running district: the attacker program, what the server
counts, and what it costs the server by /proc."""
import json
import os
import subprocess
import sys
import unittest

import programs

FOUNDED = None
ATTACKER = None


class Attack(unittest.TestCase):
    """A served district, an office `xa` that behaves, and enemies `e0`, `e1`... that joined."""
    ENEMIES = 1

    @classmethod
    def setUpClass(cls):
        cls.w = FOUNDED.world()
        cls.addClassCleanup(cls.w.close)
        cls.serve()
        cls.w.join('xa', unit='08782@2004-01-01')
        for i in range(cls.ENEMIES):
            cls.w.join('e%d' % i, sync=False)
        cls.rounds = 0

    @classmethod
    def serve(cls):
        cls.w.serve()

    # ---- the attacker ----

    def begin(self, who, *args):
        """An attack that goes on; its first word on standard error is waited for with `told`."""
        process = subprocess.Popen([ATTACKER, self.w.path(who)] + [str(a) for a in args], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        """What it printed."""
        if process.stdin.closed:
            return None
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, err)
        return json.loads(out) if out.strip() else None

    def attack(self, who, *args):
        return self.end(self.begin(who, *args))

    # ---- the server ----

    def server(self):
        return self.w.running['district']

    def memory_mb(self):
        """Resident; always 0 under a sanitizer, so bounds are measured in plain builds only."""
        if programs.sanitized(self.w.district_binary):
            return 0
        with open('/proc/%d/status' % self.server().pid) as stream:
            for line in stream:
                if line.startswith('VmRSS:'):
                    return int(line.split()[1]) / 1024
        return 0

    def files(self):
        return len(os.listdir('/proc/%d/fd' % self.server().pid))

    def status(self):
        return self.w.json('district', 'status', ok=(0, 5))

    def kinds(self):
        return {line['kind']: line for line in self.status()['kinds']}

    def count(self, kind):
        return self.kinds()[kind]['count']

    def wait_count(self, kind, least):
        programs.wait_until(lambda: self.count(kind) >= least,
                            lambda: '%s %d in %r' % (kind, least, self.kinds()[kind]))

    # ---- the others ----

    def office_syncs(self):
        """One more row of the office that behaves, there and confirmed."""
        type(self).rounds += 1
        self.w.run('xa', 'add', 'activity', 'kind=patrol', 'village=08782-01@2019-01-01',
                   'planned_on=2020-09-15', 'state=planned', 'participants=%d' % self.rounds, '--yes')
        result = self.w.json('xa', 'sync')
        self.assertTrue(result['equal'], result)
        self.assertEqual(result['accepted'], 1, result)

    def at_district(self, sql, *args):
        return self.w.value('district', sql, *args)

    def log_lines(self, kind):
        return self.w.log('district').count('WATCH %s:' % kind)


def main(prefix):
    global FOUNDED, ATTACKER
    binaries = sys.argv[1:3]
    ATTACKER = os.path.abspath(sys.argv[3])
    del sys.argv[1:4]
    print(prefix, flush=True)
    FOUNDED = programs.Founded(*[os.path.abspath(b) for b in binaries])
    try:
        program = unittest.main(module='__main__', exit=False, verbosity=2)
    finally:
        FOUNDED.close()
    sys.exit(0 if program.result.wasSuccessful() else 1)
