"""attack.py - For the tests that attack the running district: the attacker program, what the server
counts, and what it costs the server by /proc."""
import csv
import json
import os
import subprocess
import sys
import threading
import time
import unittest

import programs

FOUNDED = None
ATTACKER = None


PAUSE_S = 0.5  # between two syncs of one office: more would be no good behaviour


class Offices:
    """Offices that behave, each in a thread of its own: rows of their own, sent and confirmed, again and
    again. What goes wrong in one is raised in whoever waits for it."""

    def __init__(self, world, villages):
        """`villages`: of each office, by its name, a village of its unit."""
        self.w = world
        self.villages = villages
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.confirmed = {name: [] for name in villages}  # (begun, ended) of each sync
        self.trouble = []
        self.threads = [threading.Thread(target=self.work, args=(name,)) for name in villages]
        for thread in self.threads:
            thread.start()

    def work(self, name):
        rows = 0
        try:
            while not self.ended.is_set():
                rows += 1
                self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=' + self.villages[name],
                           'planned_on=2020-09-16', 'state=planned', 'participants=%d' % rows, '--yes')
                begun = time.monotonic()
                said = self.w.json(name, 'sync')
                if not said['equal'] or said['accepted'] != 1:
                    raise AssertionError('%s: %r' % (name, said))
                with self.lock:
                    self.confirmed[name].append((begun, time.monotonic()))
                self.ended.wait(PAUSE_S)
        except Exception as error:  # pylint: disable=broad-except
            with self.lock:
                self.trouble.append('%s: %s' % (name, error))

    def waiting(self, since):
        """Who has not yet had a receipt for what it began to send after `since`."""
        with self.lock:
            if self.trouble:
                raise AssertionError('while attacked: ' + '; '.join(self.trouble))
            return [name for name, syncs in self.confirmed.items()
                    if not any(begun > since for begun, _ in syncs)]

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        self.waiting(0)


class Attack(unittest.TestCase):
    """A served district, an office `xa` that behaves, and enemies `e0`, `e1`... that joined. HONEST: how
    many offices, of as many communes, sync while an attack goes on (`meanwhile`, `held`)."""
    ENEMIES = 1
    HONEST = 1

    @classmethod
    def setUpClass(cls):
        cls.w = FOUNDED.world()
        cls.addClassCleanup(cls.w.close)
        cls.serve()
        cls.w.join('xa', unit='08782@2004-01-01')
        for i in range(cls.ENEMIES):
            cls.w.join('e%d' % i, sync=False)
        cls.rounds = 0
        cls.began = time.monotonic()
        cls.villages = {}
        for unit, village in cls.honest_units():
            name = 'h' + unit[:5]
            cls.w.join(name, unit=unit)
            cls.villages[name] = village

    @classmethod
    def honest_units(cls):
        """Communes besides the attackers', with a village of each."""
        villages = {}
        with open(os.path.join(FOUNDED.records, 'district', 'unit.csv'), encoding='utf-8') as stream:
            for line in csv.DictReader(stream):
                parent = line['parent']
                if parent and line['type'] == 'village' and parent != programs.BACH_LUU:
                    villages.setdefault(parent, line['unit'])
        return sorted(villages.items())[:cls.HONEST]

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

    def memory_mb(self, word='VmRSS:'):
        """Resident; always 0 under a sanitizer, so bounds are measured in plain builds only."""
        if programs.sanitized(self.w.district_binary):
            return 0
        with open('/proc/%d/status' % self.server().pid) as stream:
            for line in stream:
                if line.startswith(word):
                    return int(line.split()[1]) / 1024
        return 0

    def forget_peak(self):
        """`peak_mb` begins here."""
        with open('/proc/%d/clear_refs' % self.server().pid, 'w') as stream:
            stream.write('5')

    def peak_mb(self):
        """The most that was resident at any moment since; 0 under a sanitizer."""
        return self.memory_mb('VmHWM:')

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

    def meanwhile(self, attack):
        """What the first `attack()` returned. It is made again until each of the offices that behave
        has begun a sync and got its receipt between the first beginning and the last end."""
        offices = Offices(self.w, self.villages)
        try:
            begin, deadline = time.monotonic(), time.monotonic() + programs.DEADLINE_S
            said = attack()
            while offices.waiting(begin):
                self.assertLess(time.monotonic(), deadline, offices.waiting(begin))
                attack()
        finally:
            offices.end()
        return said

    def all_sync(self):
        """During an attack that goes on: each office that behaves begins a sync and gets its receipt."""
        offices = Offices(self.w, self.villages)
        try:
            begin = time.monotonic()
            programs.wait_until(lambda: not offices.waiting(begin), lambda: offices.waiting(begin))
        finally:
            offices.end()

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

    def logged_rarely(self, kind):
        """Once at first, and once a minute since."""
        self.assertLessEqual(self.log_lines(kind), 2 + (time.monotonic() - self.began) // 60)

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
