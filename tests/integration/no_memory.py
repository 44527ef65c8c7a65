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
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import browser  # noqa: E402
import memory_world  # noqa: E402
import programs  # noqa: E402
import workbook  # noqa: E402
from memory_world import LOCKED, OTHER, QUARTER, VILLAGE  # noqa: E402

WORLD = None
BEGIN = {}  # what its folders hold before a command
FAIL_HEAP = None
POINTS = 6
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
    ['report'], ['score'], ['score', QUARTER], ['facts', QUARTER, '1.2'], ['rank', QUARTER], ['inbox'], ['inbox', '--decided'],
    ['same'], ['receipt'], ['receipt', '{set}'], ['receipt', '--before=99', '--table=incident'], ['why', 'incident', '{label}'], ['doctor'], ['import', '--help'],
    ['catalogue'], ['machine'], ['returns', LOCKED], ['show', 'incident', '{label}'],
    ['suggest', 'incident', 'summary', 'm'], ['today'], ['rank-history'], ['person'],
]
COMMUNE_WRITES = [
    ['add', 'incident', 'area=1', 'category=theft', 'village=' + VILLAGE, 'occurred_on=2020-11-09'],
    ['edit', 'incident', '{label}', 'summary=khác (mẫu)', 'damage_vnd=5'],
    ['void', 'incident', '{label}', 'nhầm (mẫu)'], ['self-score', QUARTER, '1.1', '4', '--reason=mẫu'],
    ['export', 'incident', '{folder}/out.csv'],
    ['import', '{import}'], ['import', '--undo=0'],
    ['report', 'draft', 'ADMIN/2020-12', 'dữ liệu mẫu'], ['report', 'approve', QUARTER],
    ['inbox', 'keep', '{conflict}'], ['inbox', 'take', '{conflict}'],
    ['inbox', 'edit', '{returned activity}', 'participants=8'], ['machine', '--name=Phòng một cửa'],
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
    ['reconcile', QUARTER, programs.BACH_LUU, '--list'],
    ['user', 'list'], ['user', 'log'], ['liaison', 'list'],
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
    ['set', 'directive', 'label=CD-7', 'title=Kiểm tra (mẫu)', 'issued_on=2020-11-20', 'due_on=2020-12-01'],
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

    def run(self, path, fail=None, as_json=False, env=None):
        names = dict(WORLD.names, root=WORLD.w.root, folder=path)
        args = [re.sub(r'\{([^}]+)\}', lambda m: str(names[m.group(1)]), a) for a in self.args]
        binary = WORLD.w.commune if self.program == 'commune' else WORLD.w.district_binary
        env = dict(WORLD.w.env, LD_PRELOAD=FAIL_HEAP, FAIL_TELL=os.path.join(path, 'told'), **(env or {}))
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


# What the names of a route stand for, by the word before them: of the office and of the district.
NAMES = {
    'commune': {'rows': ['incident', '{label}'], 'suggest': ['incident', 'summary'], 'facts': ['2020-Q4', '1.2'],
                'receipts': ['{set}'], 'export': ['incident']},
    'district': {'rows': ['incident'], 'sheets': ['5TQ@1', '5TQ@1'], 'rank': ['2020-Q4', '1'], 'trends': ['2020-Q4'],
                 'summary': ['2020-Q4'], 'province': ['2020-Q4'], 'publications': ['2020-Q4'],
                 'assess': ['2020-Q4', '08779'], 'reconcile': ['2020-Q4', '08779'],
                 'facts': ['2020-Q4', '08779', '1.2'], 'scores': ['2020-Q4', '08779'],
                 'directives': ['CD-1'], 'conflicts': ['00'], 'why': ['incident', '{label}'], 'links': ['x']},
}


class Pages(unittest.TestCase):
    """Every GET of both pages, and a workbook that is imported, while the heap of the program that serves
    fails: it serves on, and what it refuses it refuses with E101."""
    PASSWORD = 'mot mat khau dai'

    def setUp(self):
        self.w = WORLD.w.copy('xa')
        self.addCleanup(self.w.close)
        self.orders = self.w.path('orders')
        self.env = {'LD_PRELOAD': FAIL_HEAP, 'FAIL_TELL': self.w.path('told'), 'FAIL_ORDERS': self.orders,
                    'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_WAIT_S': '3600'}
        self.chance = programs.seed()

    def order(self, n):
        """Taken by the next allocation; what was counted until then is told."""
        with open(self.orders + '.new', 'w') as stream:
            stream.write(str(n))
        os.rename(self.orders + '.new', self.orders)

    def count(self, who):
        self.order(-1)
        programs.wait_until(lambda: not os.path.exists(self.orders) or who.get('/api/v1/session') is None,
                            'the order taken')
        with open(self.w.path('told')) as stream:
            return [int(n) for n in stream.read().split()]

    def gets(self, program):
        path = {'commune': 'client', 'district': 'server'}[program]
        with open(os.path.join(programs.PROJECT, path, 'api_routes.c'), encoding='utf-8') as stream:
            found = re.findall(r'\{ "GET", "(/api/[^"]+)", (\w+)', stream.read())
        for route, handler in found:
            if handler != 'NULL':
                yield self.filled(program, route)

    @staticmethod
    def filled(program, route):
        parts = route.split('/')
        names = [], None
        for i, part in enumerate(parts):
            if part in NAMES[program]:
                names = iter(NAMES[program][part]), None
            if part == '*':
                parts[i] = urllib.parse.quote(str(next(names[0])).format(**WORLD.names), safe='')
        return '/'.join(parts)

    def strike(self, who, n, method, path, body=None):
        """(whether an allocation failed, what is wrong)."""
        self.order(n)
        try:
            answer = who.ask(method, path, body)
        except (OSError, http.client.HTTPException):
            answer = None  # not even the refusal could be made
        _, failed, _ = self.count(who)
        where = '%s %s, allocation %d' % (method, path, n)
        self.assertIsNone(self.w.running[self.name].poll(), where)
        if answer is None or not failed or answer.status < 400:
            return failed, answer is None
        if 'json' in answer.headers.get('content-type', ''):
            said = answer.json['error']['code']
            self.assertIn(said, (NO_MEMORY, self.usual[path]), where + ': %r' % answer.body[:300])
        return failed, False

    def sweep(self, program, who):
        self.name = 'district' if program == 'district' else 'xa'
        self.usual = {}
        struck = points = silent = 0
        for path in self.gets(program):
            if ONLY not in path:
                continue
            who.ask('GET', path)
            self.order(-1)
            usual = who.ask('GET', path)
            self.usual[path] = usual.code if usual.status >= 400 else None
            calls = self.count(who)[0]
            many = max(2, POINTS // 4) if POINTS else calls
            for i in range(many):
                n = self.chance.randrange(calls * i // many, max(calls * (i + 1) // many, calls * i // many + 1))
                failed, mute = self.strike(who, n, 'GET', path)
                struck += failed > 0
                silent += mute
                points += 1
            again = who.ask('GET', path)
            self.assertEqual((again.status, again.code if again.status >= 400 else None),
                             (usual.status, self.usual[path]), path)
        print('%s: %d points, %d struck, %d without an answer' % (program, points, struck, silent), flush=True)
        self.assertGreater(struck, points // 2)
        self.assertLess(silent, points // 4)

    def test_every_question_to_the_office(self):
        self.w.start('xa', env=self.env)
        self.sweep('commune', browser.Browser(self.w, 'xa'))

    def test_every_question_to_the_district(self):
        self.w.user('add', 'an', '--role=leader', password=self.PASSWORD)
        self.w.serve(env=dict(self.env, TUQUAN_PAGE_PROXY='127.0.0.1'))
        self.sweep('district', browser.Officer(self.w, 'an', self.PASSWORD))

    def test_a_workbook_at_the_office(self):
        """All of it is there, or nothing."""
        self.w.start('xa', env=self.env)
        who = browser.Browser(self.w, 'xa')
        self.name, self.usual = 'xa', {}
        head = ['area', 'category', 'village', 'occurred_on', 'summary']
        path = '/api/v1/import?' + urllib.parse.urlencode({'name': 'incident.xlsx'})
        self.usual[path] = None
        rows = lambda: self.w.value('xa', 'SELECT count(*) FROM incident')
        calls = None
        for i in range(1 + max(POINTS // 2, 4)):
            book = workbook.make({'incident': [head] + [[1, 'theft', VILLAGE, '2020-10-%02d' % day, 'dữ liệu mẫu %d' % i]
                                                 for day in range(1, 20)]})
            before = rows()
            if calls is None:
                self.order(-1)
                who.want(who.ask('POST', path, book), 200, path)
                calls = self.count(who)[0]
                self.assertEqual(rows(), before + 19)
                continue
            failed, _ = self.strike(who, self.chance.randrange(calls), 'POST', path, book)
            self.assertIn(rows() - before, (0, 19))


# What a SIGTERM ends in the middle, and the file that it makes, if any.
STOPPED = [
    ('commune', ['import', '{import}'], None), ('commune', ['backup', '{folder}/out.backup'], 'out.backup'),
    ('commune', ['restore', '{root}/xa.backup'], None),
    ('commune', ['export', 'incident', '{folder}/out.csv'], 'out.csv'),
    ('district', ['import', 'directive', '{root}/directive-CD-9.csv'], None),
    ('district', ['backup', '{folder}/out.backup'], 'out.backup'),
    ('district', ['restore', '{root}/district.backup'], None),
    ('district', ['publish', 'ADMIN/2020-Q3', '--missing-decision=dữ liệu mẫu'], None),
]


class Stopped(unittest.TestCase):
    """SIGTERM at any moment of a command that lasts: it ends soon, and nothing is half done."""

    def stop(self, command, base, made, n):
        good, _calls, before, after, _said = base
        path = command.scratch()
        began = time.monotonic()
        done, _ = command.run(path, env={'STOP_HEAP': str(n)})
        took = time.monotonic() - began
        where = '%s, STOP_HEAP=%d: ' % (command, n)
        self.assertIn(done.returncode, (-signal.SIGTERM, good.returncode, 1), where + done.stderr[-300:])
        self.assertLess(took, 2 + WORLD.w.slow_s(), where)
        now = state_of(os.path.join(path, command.folder), command.folder)
        for name in ('office.db.restored', 'district.db.part'):  # the next restore takes them away: see below
            now.pop(name, None)
        whole = counts(now) == counts(after)
        self.assertTrue(whole or not difference(before, now), where + 'half done: %s' % difference(before, now))
        if made is not None and os.path.exists(os.path.join(path, made)):
            if made.endswith('.backup'):  # there under its name: it is whole
                file = 'office.db' if command.folder == 'xa' else 'district.db'
                self.assertEqual(set(rows_of(os.path.join(path, made))), set(before[file]), where)
            os.remove(os.path.join(path, made))
        if made is not None or not whole:
            again, _ = command.run(path)
            self.assertEqual(again.returncode, good.returncode, where + again.stderr[-300:])
            self.assertEqual(counts(state_of(os.path.join(path, command.folder), command.folder)), counts(after), where)
        return done.returncode == -signal.SIGTERM, sorted(os.listdir(path))

    def test_by_sigterm_at_any_moment(self):
        chance = programs.seed()
        struck = points = 0
        for program, args, made in STOPPED:
            command = Command(program, args, True)
            if ONLY not in str(command):
                continue
            base = command.baseline(False)
            names = set(['told', command.folder] + ([made] if made else []))
            many = (POINTS + 1) // 2 or base[1]
            for i in range(many):
                died, left = self.stop(command, base, made, chance.randrange(base[1] * i // many,
                                                                             base[1] * (i + 1) // many))
                struck += died
                points += 1
                self.assertLessEqual(set(left), names, str(command))  # what it left was taken away since
        print('%d points, %d struck' % (points, struck), flush=True)
        self.assertGreater(struck, points // 2)


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
