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
CREW = None


PAUSE_S = 0.5  # between two syncs of one office: more would be no good behaviour


class Offices:
    """Offices that behave, each in a thread of its own: rows of their own, sent and confirmed, again and
    again. What goes wrong in one is raised in whoever waits for it."""

    def __init__(self, world, villages, members):
        """`villages`: of each office, by its name, a village of its unit; `members`: see Members."""
        self.w = world
        self.villages = villages
        self.members = members
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.confirmed = {name: [] for name in list(villages) + ['members']}  # (begun, ended) of each sync
        self.trouble = []
        self.threads = [threading.Thread(target=self.work, args=(name, self.office)) for name in villages]
        self.threads.append(threading.Thread(target=self.work, args=('members', self.all_members)))
        for thread in self.threads:
            thread.start()

    def office(self, name, turn):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=' + self.villages[name],
                   'planned_on=2020-09-16', 'state=planned', 'participants=%d' % turn, '--yes')
        begun = time.monotonic()
        said = self.w.json(name, 'sync')
        if not said['equal'] or said['accepted'] != 1:
            raise AssertionError('%s: %r' % (name, said))
        return begun

    def all_members(self, _name, _turn):
        begun = time.monotonic()
        self.members.sync()
        return begun

    def work(self, name, sync):
        turn = 0
        try:
            while not self.ended.is_set():
                turn += 1
                begun = sync(name, turn)
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


class Members:
    """Of each of the other 16 communes one member that behaves, all in one process
    (attacker_honest.c): a Hello, a row of its own, the receipt that accepts it, what is new."""

    def __init__(self, world, villages):
        """`villages`: by the folder of each, its unit and a village of it."""
        args = [word for name, where in villages.items() for word in (world.path(name),) + where]
        self.count = len(villages)
        self.process = subprocess.Popen([ATTACKER, args[0], 'honest'] + args, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def sync(self):
        try:
            self.process.stdin.write('sync\n')
            self.process.stdin.flush()
        except OSError:
            pass  # its last words say why
        said = self.process.stdout.readline()
        if not said or json.loads(said)['synced'] != self.count:
            raise AssertionError('members: %r %s' % (said, self.process.stderr.read()))

    def close(self):
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


def all_units():
    """The communes besides the attackers', with a village of each."""
    villages = {}
    with open(os.path.join(FOUNDED.records, 'district', 'unit.csv'), encoding='utf-8') as stream:
        for line in csv.DictReader(stream):
            parent = line['parent']
            if parent and line['type'] == 'village' and parent != programs.BACH_LUU:
                villages.setdefault(parent, line['unit'])
    return sorted(villages.items())


class Crew:
    """Who is there besides the attackers; made once for the program, copied for each of its classes."""

    def __init__(self):
        self.w = FOUNDED.world()
        self.units = all_units()
        self.members = {'m%d' % i: where for i, where in enumerate(self.units)}
        self.first = 'h' + self.units[0][0][:5]
        try:
            self.w.serve()
            self.w.join('xa', unit='08782@2004-01-01')
            self.w.join(self.first, unit=self.units[0][0])
            for name, (unit, _) in self.members.items():
                self.w.join(name, unit=unit, sync=False)
            self.w.stop('district')
        except BaseException:
            self.w.close()
            raise

    def world(self):
        return self.w.copy('xa', self.first, *self.members)


class Served(unittest.TestCase):
    """A served district, an office `xa` that behaves, and enemies `e0`, `e1`... that joined. HONEST: how
    many whole programs of offices, of as many communes, sync besides the 16 members while an attack goes
    on (`meanwhile`, `held`)."""
    ENEMIES = 1
    HONEST = 1

    @classmethod
    def setUpClass(cls):
        cls.w = CREW.world()
        cls.addClassCleanup(cls.w.close)
        cls.serve()
        for i in range(cls.ENEMIES):
            cls.w.join('e%d' % i, sync=False)
        cls.rounds = 0
        cls.began = time.monotonic()
        cls.villages = {}
        for unit, village in CREW.units[:cls.HONEST]:
            name = 'h' + unit[:5]
            if name != CREW.first:
                cls.w.join(name, unit=unit)
            cls.villages[name] = village
        cls.members = Members(cls.w, CREW.members)
        cls.addClassCleanup(cls.members.close)

    @classmethod
    def serve(cls):
        cls.w.serve()

    def open_guest_port(self):
        """It is open while an invitation is."""
        self.w.run('district', 'enroll', programs.BACH_LUU)
        self.w.wait_log('district', 'tcp://127.0.0.1:%d' % self.w.ports[2])
        return self.w.ports[2]

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
        offices = Offices(self.w, self.villages, self.members)
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
        offices = Offices(self.w, self.villages, self.members)
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

    def log_lines(self, kind):
        return self.w.log('district').count('WATCH %s:' % kind)


# What `status` says of each kind beside its number; of `foreign` the receipt says it.
CODES = {'stranger': 'E304', 'handshake': 'E308', 'revoked': 'E305', 'malformed': 'E308',
         'too_large': 'E310', 'connections': 'E307', 'topic': 'E308', 'broken': 'E3(08|10)', 'forged': 'E309',
         'chain': 'E3..', 'out_of_place': 'E308', 'too_often': 'E307', 'pulls': 'E307', 'slow': 'E105',
         'invitation': 'E3(08|12)', 'foreign': ''}
LOG_BYTES = 16384  # of one test, whatever came
BACK_FILES = 48  # what the offices that behave hold open themselves
PEAK_MB = 96
BACK_MB = 96


def counts(*kinds, peak_mb=PEAK_MB, back_mb=BACK_MB):
    """What a test of Attack must see counted, and what it may cost. None: nothing in it is refused."""
    def mark(test):
        test.counts = kinds, peak_mb, back_mb
        return test
    return mark


class Attack(Served):
    """Whatever the attack: counted by its kind, with its code; logged once, and once a minute at most; the
    log grows by little; memory bounded at any moment and given back, like the descriptors. No test of
    such a class gets round it: each says what it `counts`."""

    def setUp(self):
        self.kinds_before = {kind: line['count'] for kind, line in self.kinds().items()}
        self.log_before = len(self.w.log('district'))
        self.files_before = self.files()
        self.memory_before = self.memory_mb()
        self.forget_peak()

    def tearDown(self):
        kinds, peak_mb, back_mb = getattr(self, self._testMethodName).counts
        peak = self.peak_mb() - self.memory_before
        for kind in kinds:
            self.wait_count(kind, self.kinds_before[kind] + 1)
            self.assertRegex(self.kinds()[kind]['code'], '^%s$' % CODES[kind], kind)
            self.assertGreaterEqual(self.log_lines(kind), 1, kind)
        for kind in self.kinds_before:
            self.assertLessEqual(self.log_lines(kind), 1 + (time.monotonic() - self.began) // 60, kind)
        grown = len(self.w.log('district')) - self.log_before
        self.assertLess(grown, LOG_BYTES, self.w.log('district')[self.log_before:][:2000])
        programs.wait_until(lambda: self.files() < self.files_before + BACK_FILES,
                            lambda: '%d files, %d before' % (self.files(), self.files_before))
        programs.wait_until(lambda: self.memory_mb() - self.memory_before < back_mb,
                            lambda: '+%.0f MB' % (self.memory_mb() - self.memory_before), 30)
        print('%s: +%.0f MB at most, +%.0f MB and %+d files after it, %d bytes of log'
              % (self._testMethodName, peak, self.memory_mb() - self.memory_before,
                 self.files() - self.files_before, grown), flush=True)
        self.assertLess(peak, peak_mb)


def main(prefix):
    global FOUNDED, ATTACKER, CREW
    binaries = sys.argv[1:3]
    ATTACKER = os.path.abspath(sys.argv[3])
    del sys.argv[1:4]
    print(prefix, flush=True)
    FOUNDED = programs.Founded(*[os.path.abspath(b) for b in binaries])
    try:
        CREW = Crew()
        program = unittest.main(module='__main__', exit=False, verbosity=2)
    finally:
        if CREW is not None:
            CREW.w.close()
        FOUNDED.close()
    sys.exit(0 if program.result.wasSuccessful() else 1)
