#!/usr/bin/env python3
"""no_memory.py COMMUNE DISTRICT FAIL_HEAP [--points=N] [--only=WORD] - Every command of both programs while its heap
fails.

The n-th allocation of a real command fails (or that one and all after it), for many n: by default so
many that this ends in half a minute, with --points=N (for each command; 0: all that there are) more;
--only=WORD: of the commands in which it stands.
Whatever n: no signal; an exit code of those that --help names; "out of memory" in a sentence; the files
whole; nothing changed, and no file left behind, unless the sentence says that the work is done; no block
left; and what ended well has said and done what it does otherwise. Afterwards the command does its work.
"""
import concurrent.futures
import filecmp
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import memory_world  # noqa: E402
import programs  # noqa: E402
from memory_world import LOCKED, OTHER, QUARTER, VILLAGE  # noqa: E402

WORLD = None
BEGIN = {}  # what its folders hold before a command
FAIL_HEAP = None
POINTS = 8
ONLY = ''
WORKERS = max(2, os.cpu_count() or 1)
CODES = (0, 1, 2, 3, 4, 5)  # what --help says
NO_MEMORY = 'E101'
DONE = ('việc đã làm xong', 'đã ghi lại: ')  # a failure that owns up to what it has done
# What counts what happened, whatever it was.
COUNTERS = {'tq_state': ('commits', 'read_at')}

# Reads: an answer and nothing else. Writes: all or nothing. {name}: of memory_world.
COMMUNE_READS = [
    ['status'], ['status', '--values'], ['status', '--all'], ['list'], ['list', 'incident', '--all'],
    ['list', 'activity', '--search', 'mau', '--voided'], ['import', '{import}', '--dry-run'],
    ['report'], ['score'], ['score', QUARTER], ['rank', QUARTER], ['inbox'], ['same'],
    ['receipt'], ['receipt', '{set}'], ['why', 'incident', '{label}'], ['doctor'], ['import', '--help'],
    ['catalogue'], ['machine'], ['returns', LOCKED], ['show', 'incident', '{label}'],
    ['suggest', 'incident', 'summary', 'm'], ['today'],
]
COMMUNE_WRITES = [
    ['add', 'incident', 'area=1', 'category=theft', 'village=' + VILLAGE, 'occurred_on=2020-11-09'],
    ['edit', 'incident', '{label}', 'summary=khác (mẫu)', 'damage_vnd=5'],
    ['void', 'incident', '{label}', 'nhầm (mẫu)'], ['self-score', QUARTER, '1.1', '4', '--reason=mẫu'],
    ['export', 'incident', '{folder}/out.csv'],
    ['import', '{import}'], ['import', '--undo=0'],
    ['report', 'draft', 'ADMIN/2020-12', 'dữ liệu mẫu'], ['report', 'approve', QUARTER],
    ['inbox', 'keep', '{conflict}'], ['inbox', 'take', '{conflict}'],
    ['inbox', 'edit', '{returned activity}', 'participants=8'],
    ['same', 'keep', '{xa same}', '--why=hai nhà (mẫu)'],
    ['receipt', '{set}', '--export', '{folder}/out.bin'], ['backup', '{folder}/out.backup'],
    ['restore', '{root}/xa.backup'], ['init', '--unit=' + programs.BACH_LUU],
]
DISTRICT_READS = [
    ['devices'], ['units'], ['list', 'incident'], ['period'], ['sheet'], ['rank', QUARTER],
    ['rank', QUARTER, '--published=1'], ['status'], ['board'], ['board', LOCKED], ['conflicts'], ['held'],
    ['requests'], ['appeals', '--all'], ['proposals'], ['same'], ['why', 'incident', '{label}'], ['ledger', 'verify'],
    ['ledger', 'receipt', '{root}/receipt.bin'], ['doctor'], ['assess', QUARTER, programs.BACH_LUU],
    ['catalogue'], ['changes'], ['directives'], ['movement', '2020'],
    ['province', QUARTER], ['summary', QUARTER], ['trends', QUARTER], ['health'], ['facts', QUARTER, programs.BACH_LUU, '1.2'], ['receipts'],
]
DISTRICT_WRITES = [
    ['init', '--name=Huyện mẫu'], ['enroll', programs.BACH_LUU], ['revoke', '2'], ['readmit'], ['renew', '1'],
    ['import', 'directive', '{root}/directive-CD-9.csv'], ['period', 'make', '2031'],
    ['period', 'lock', QUARTER], ['sheet', 'import', '{root}/sheet.csv', '--publish'],
    ['reconcile', 'ADMIN/2020-12', programs.BACH_LUU],
    ['verify-score', QUARTER, programs.BACH_LUU, '1.1', '4', '--reason=dữ liệu mẫu'],
    ['publish', 'ADMIN/2020-Q3', '--missing-decision=dữ liệu mẫu'], ['conflicts', 'keep', '{district conflicts}'],
    ['held', 'return', '{district held}', '--reason=mẫu'],
    ['requests', 'grant', '{district requests}', '--reason=mẫu'],
    ['appeals', 'answer', programs.BACH_LUU, QUARTER, '1.1', '--text=mẫu'],
    ['proposals', 'confirm', '{district proposals}'], ['same', 'keep', '{district same}', '--why=mẫu'],
    ['backup', '{folder}/out.backup'], ['backup', '--keys', '{folder}/out.keys'],
    ['restore', '{root}/district.backup'],
]
FRESH = ('init',)  # begins without a folder


def rows_of(path):
    """Every table of a file as {name: (rows, hash)}; a file that is not whole ends the test."""
    db = sqlite3.connect(path, timeout=30)
    db.create_collation('tq', lambda a, b: (a > b) - (a < b))
    try:
        said = db.execute('PRAGMA integrity_check').fetchall()
        assert said == [('ok',)], (path, said)
        out = {}
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            skip = COUNTERS.get(name, ())
            columns = [r[1] for r in db.execute('PRAGMA table_info("%s")' % name) if r[1] not in skip]
            rows = sorted(map(repr, db.execute('SELECT %s FROM "%s"' % (
                ', '.join('"%s"' % c for c in columns), name))))
            out[name] = (len(rows), hashlib.sha256('\n'.join(rows).encode()).hexdigest())
        return out
    finally:
        db.close()


def same_bytes(path, other):
    """Neither has a log beside it, and they are the same: what was read of the one is true of the other."""
    if any(os.path.exists(p + '-wal') and os.path.getsize(p + '-wal') for p in (path, other)):
        return False
    return filecmp.cmp(path, other, shallow=False)


def state_of(folder, begin=None):
    """What a folder holds, apart from what SQLite and a lock leave there. `begin`: the folder of the
    world that it is a copy of."""
    state = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if name.endswith(('-wal', '-shm', '.lock')):
            continue
        if name in ('office.db', 'district.db'):
            was = os.path.join(WORLD.w.path(begin), name) if begin else path
            same = begin and os.path.exists(was) and same_bytes(path, was)
            state[name] = BEGIN[begin][name] if same else rows_of(path)
        elif re.search(r'\d{3}', name):
            state['a file put aside'] = True
        else:
            with open(path, 'rb') as stream:
                state[name] = hashlib.sha256(stream.read()).hexdigest()
    return state


def difference(a, b):
    """Names, files' and tables', by which two states differ."""
    out = []
    for name in sorted(set(a) | set(b)):
        if isinstance(a.get(name), dict) and isinstance(b.get(name), dict):
            out += ['%s:%s' % (name, t) for t in sorted(set(a[name]) | set(b[name]))
                    if a[name].get(t) != b[name].get(t)]
        elif a.get(name) != b.get(name):
            out.append(name)
    return out


def counts(state):
    """How many rows each table has: what can be compared between two runs."""
    return {name: {t: n for t, (n, _) in what.items()} if isinstance(what, dict) else True
            for name, what in state.items()}


def masked(text, folder):
    """Without what differs from run to run: clocks, folders, chance."""
    text = re.sub(r'[0-9A-Z]{3,}-[-0-9A-Z]{20,}', 'INVITATION', text.replace(folder, 'FOLDER'))
    return re.sub(r'\b[0-9a-f]{8,}\b|\d+', '0', text)


class Command:
    """One command line against copies of a folder, in a place of the worker's own."""

    def __init__(self, program, args, writes):
        self.program = program
        self.args = args
        self.writes = writes
        self.folder = 'xa' if program == 'commune' else 'district'
        self.fresh = args[0] in FRESH

    def __str__(self):
        return '%s %s' % (self.program, ' '.join(self.args))

    def scratch(self):
        path = WORLD.w.path('scratch-%d' % threading.get_ident())
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        if not self.fresh:
            shutil.copytree(WORLD.w.path(self.folder), os.path.join(path, self.folder))
        return path

    def run(self, path, fail=None, as_json=False):
        names = dict(WORLD.names, root=WORLD.w.root, folder=path)
        args = [re.sub(r'\{([^}]+)\}', lambda m: str(names[m.group(1)]), a) for a in self.args]
        binary = WORLD.w.commune if self.program == 'commune' else WORLD.w.district_binary
        env = dict(WORLD.w.env, LD_PRELOAD=FAIL_HEAP, FAIL_TELL=os.path.join(path, 'told'))
        if fail is not None:
            env['FAIL_HEAP'] = fail
        done = subprocess.run([binary, '--dir', os.path.join(path, self.folder)] + args + ['--yes'] +
                              (['--json'] if as_json else []), env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace',
                              timeout=120, check=False)
        told = None
        if os.path.exists(env['FAIL_TELL']):
            with open(env['FAIL_TELL']) as stream:
                told = [int(n) for n in stream.read().split()]
            os.remove(env['FAIL_TELL'])
        return done, told

    def baseline(self, as_json):
        """(the finished process, its allocations, the state before, the state after, what was said)."""
        path = self.scratch()
        before = {} if self.fresh else BEGIN[self.folder]
        done, told = self.run(path, as_json=as_json)
        assert done.returncode in (0, 5), '%s: exit %d\n%s' % (self, done.returncode, done.stdout + done.stderr)
        assert told is not None and told[1:] == [0, 0], '%s: %r' % (self, told)
        after = state_of(os.path.join(path, self.folder), self.folder)
        if not self.writes:
            assert difference(before, after) == [], '%s: %s' % (self, difference(before, after))
        return done, told[0], before, after, masked(done.stdout, path)


def error_code(done, as_json):
    """The code of the sentence that a command ended with; None without one."""
    if as_json and done.stdout[:1] == '{':
        try:
            said = json.loads(done.stdout)
        except ValueError:
            return 'no JSON: ' + done.stdout[-200:]
        return said['error']['code'] if said.get('error', {}).get('sentence') else None
    found = re.findall(r'\[(E\d+)\]: \S', done.stderr)
    return found[-1] if found else None


class Sweep(unittest.TestCase):
    def strike(self, command, base, n, forever, as_json):
        """One point: how many allocations failed, and a list of what is wrong there."""
        good, _calls, before, after, said = base
        path = command.scratch()
        fail = '%d%s' % (n, '+' if forever else '')
        done, told = command.run(path, fail, as_json)
        where = '%s, FAIL_HEAP=%s%s: ' % (command, fail, ' --json' if as_json else '')
        if done.returncode not in CODES or told is None:
            return 1, [where + 'exit %d\n%s' % (done.returncode, done.stderr[-500:])]
        wrong = []
        if told[2] != 0:
            wrong.append('%d blocks are left' % told[2])
        now = state_of(os.path.join(path, command.folder), command.folder) \
            if command.writes or n % 3 == 0 else before
        code = error_code(done, as_json)
        if done.returncode == good.returncode and code == error_code(good, as_json):
            if masked(done.stdout, path) != said:
                wrong.append('says otherwise:\n%s\n--- instead of\n%s' % (done.stdout, good.stdout))
            if counts(now) != counts(after):
                wrong.append('done otherwise: %s' % difference(counts(now), counts(after)))
        else:
            words = done.stderr + done.stdout
            if code != NO_MEMORY:
                wrong.append('told as %s (exit %d): %s' % (code, done.returncode, words[-500:]))
            if any(w in words for w in DONE):
                if counts(now) != counts(after) and DONE[0] in words:
                    wrong.append('said to be done, but: %s' % difference(counts(now), counts(after)))
            elif difference(before, now):
                wrong.append('not done, but changed: %s\n%s' % (difference(before, now), words[-300:]))
            elif command.writes:
                again, _ = command.run(path, as_json=as_json)
                if again.returncode != good.returncode:
                    wrong.append('afterwards: exit %d\n%s' % (again.returncode, again.stderr[-400:]))
        return told[1], [where + text for text in wrong]

    def points(self, calls, opening, chance):
        """One in each of equal parts, a quarter of them where every command does the same: opens its
        file. Every other one lets all after it fail."""
        if POINTS == 0 or POINTS >= calls:
            picked = list(range(calls))
        else:
            opening = opening if opening < calls else 0
            picked = []
            for begin, end, many in ((0, opening, POINTS // 4 if opening else 0),
                                     (opening, calls, POINTS - POINTS // 4 if opening else POINTS)):
                for i in range(many):
                    low = begin + (end - begin) * i // many
                    picked.append(low + chance.randrange(max(1, (end - begin) // many)))
        chance.shuffle(picked)
        return [(n, i % 2 == 1, i % 3 == 2) for i, n in enumerate(picked)]

    def sweep(self, program, reads, writes):
        chance = programs.seed()
        wrong = []
        points = struck = 0
        commands = [Command(program, a, False) for a in reads] + [Command(program, a, True) for a in writes]
        commands = [c for c in commands if ONLY in str(c)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            bases = {(c, j): pool.submit(c.baseline, j) for c in commands for j in (False, True)}
            jobs = []
            calls_of = [bases[c, False].result()[1] for c in commands if not c.fresh]
            opened = [n for n in calls_of if n > max(calls_of) // 8]
            opening = min(opened) * 95 // 100 if opened else 0
            for c in commands:
                calls = bases[c, False].result()[1]
                jobs += [pool.submit(self.strike, c, bases[c, as_json].result(), n, forever, as_json)
                         for n, forever, as_json in self.points(calls, opening, chance)]
            for job in jobs:
                failed, texts = job.result()
                for text in texts:
                    print(text, flush=True)
                    wrong.append(text.split('\n')[0])
                points += 1
                struck += failed > 0
        print('%d commands of %s, %d points, %d struck' % (len(commands), program, points, struck),
              flush=True)
        self.assertGreaterEqual(struck, points * 9 // 10, 'the heap did not fail')
        self.assertEqual(len(wrong), 0, '%d wrong:\n%s' % (len(wrong), '\n'.join(wrong)))

    def test_every_command_of_the_commune(self):
        self.sweep('commune', COMMUNE_READS, COMMUNE_WRITES)

    def test_every_command_of_the_district(self):
        self.sweep('district', DISTRICT_READS, DISTRICT_WRITES)


if __name__ == '__main__':
    words = [a for a in sys.argv[4:] if not a.startswith(('--points=', '--only='))]
    for word in sys.argv[4:]:
        if word.startswith('--points='):
            POINTS = int(word.partition('=')[2])
        if word.startswith('--only='):
            ONLY = word.partition('=')[2]
    FAIL_HEAP = sys.argv[3]
    founded = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        WORLD = memory_world.World(founded)
        try:
            BEGIN.update((name, state_of(WORLD.w.path(name))) for name in ('xa', 'district'))
            unittest.main(argv=[sys.argv[0]] + words)
        finally:
            WORLD.close()
    finally:
        founded.close()
