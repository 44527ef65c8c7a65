"""programs.py - The two real programs in a folder of their own, for tests of whole processes.

A district founded from the generated sample (units, calendars, periods, indicators, sheet), its
server, and offices that joined it. Nothing here sleeps for a time: it polls for a condition with a
deadline. Processes are ended by their id, and only those that were started here.
"""
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEMO = os.path.join(PROJECT, 'script', 'demo.d')
sys.path.insert(0, DEMO)
from ports import free_ports, neighbouring_ports  # noqa: E402, F401

BACH_LUU = '08779@2004-01-01'
END_S = 20.0  # for a program to end before it is killed
DEADLINE_S = float(os.environ.get('TUQUAN_TEST_DEADLINE_S', '60'))


def seed():
    """The seed of this run; printed, so that a failure can be played again."""
    number = int(os.environ.get('TUQUAN_TEST_SEED', '0')) or random.SystemRandom().randrange(1, 1 << 31)
    print('seed %d (TUQUAN_TEST_SEED)' % number, flush=True)
    return random.Random(number)


def sanitized(binary):
    """Built with a sanitizer, whose library must be the first and which keeps freed memory."""
    with open(binary, 'rb') as stream:
        content = stream.read()
    return b'__asan_init' in content or b'__tsan_init' in content


SANITIZERS = ('ThreadSanitizer', 'AddressSanitizer', 'LeakSanitizer', 'runtime error')


def sanitizer_said(text):
    """The first lines of a sanitizer's report in what a program printed; '' when there is none."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if any(word in line for word in SANITIZERS):
            return '\n'.join(lines[i:i + 40])
    return ''


def fake_clock(program, when):
    """The environment in which a program has another clock ('+1h'); None where that cannot be."""
    path = '/usr/lib/%s/faketime/libfaketime.so.1'
    library = next((path % m for m in ('x86_64-linux-gnu', 'aarch64-linux-gnu')
                    if os.path.exists(path % m)), None)
    if library is None or sanitized(program):
        return None
    return {'LD_PRELOAD': library, 'FAKETIME': when, 'FAKETIME_DONT_FAKE_MONOTONIC': '1',
            'DONT_FAKE_MONOTONIC': '1', 'TZ': 'UTC'}


def wait_until(condition, what, seconds=DEADLINE_S):
    """Until condition() is true; returns its value. A look that costs is not taken at once again: what is
    waited for needs the machine, too."""
    end = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        if now > end:
            raise AssertionError('not within %g s: %s' % (seconds, what() if callable(what) else what))
        time.sleep(min(max(0.02, now - began), 0.2))


def signal_is_held(pid):
    """SIGTERM stands in the process's mask of blocked signals."""
    try:
        with open('/proc/%d/status' % pid) as stream:
            mask = [l for l in stream if l.startswith('SigBlk:')][0].split()[1]
    except (OSError, IndexError):
        return False
    return bool(int(mask, 16) & (1 << 14))


class Failed(AssertionError):
    pass


class Programs:
    """Binaries, a folder, ports, and what runs. `founded`: whose folders are copied, `names`."""

    def __init__(self, commune, district, founded=None, names=('district',)):
        self.commune = commune
        self.district_binary = district
        self.root = tempfile.mkdtemp(prefix='tuquan-programs-')
        self.running = {}
        self.env = {k: v for k, v in os.environ.items() if not k.startswith('TUQUAN_')}
        self.ports = free_ports(3)
        for name, port in zip(('SYNC', 'NEWS', 'GUEST'), self.ports):
            self.env['TUQUAN_%s_ADDRESS' % name] = 'tcp://127.0.0.1:%d' % port
        self.env.update(TUQUAN_PUBLIC_HOST='127.0.0.1', TUQUAN_CROWD_S='0', TUQUAN_RETRY_MIN_S='1',
                        TUQUAN_RETRY_MAX_S='2', TUQUAN_WAIT_S='0', TUQUAN_TIMEOUT_S='30')
        if founded is not None:
            self.settle(founded, names)

    def settle(self, founded, names):
        """Into copies of another world's folders; their links lead here."""
        for name in names:
            shutil.copytree(founded.path(name), self.path(name))
            link = self.path(name, 'district.link')
            if os.path.exists(link):
                with open(link, encoding='utf-8') as stream:
                    text = stream.read()
                for theirs, ours in zip(founded.ports, self.ports):
                    text = text.replace('127.0.0.1:%d\n' % theirs, '127.0.0.1:%d\n' % ours)
                with open(link, 'w', encoding='utf-8') as stream:
                    stream.write(text)

    def copy(self, *offices):
        """Another world with this district, and these offices; nothing of it may run."""
        return Programs(self.commune, self.district_binary, self, ('district',) + offices)

    def close(self):
        """End what runs, by SIGTERM as an administrator would, so that each also says at its end what
        it leaked; a sanitizer's report in any log is a failure."""
        for process in self.running.values():
            process.terminate()
        for name, process in self.running.items():
            try:
                process.wait(timeout=END_S)
            except subprocess.TimeoutExpired:  # hung or stopped: what a test did to it
                process.kill()
                process.wait()
        self.running.clear()
        reports = ['%s: %s' % (name, said) for name in sorted(os.listdir(self.root))
                   if name.endswith('.log') for said in [sanitizer_said(self.log(name[:-4]))] if said]
        if os.environ.get('TUQUAN_TEST_KEEP'):
            print('kept: ' + self.root)
        else:
            shutil.rmtree(self.root, ignore_errors=True)
        if reports:
            raise Failed('\n'.join(reports))

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    # ---- commands ----

    def command(self, name, *args):
        binary = self.district_binary if name == 'district' else self.commune
        return [binary, '--dir', self.path(name)] + [str(a) for a in args]

    def call(self, name, *args, env=None, timeout=120):
        """The finished process, whatever came of it."""
        done = subprocess.run(self.command(name, *args), env=dict(self.env, **(env or {})), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              timeout=timeout, check=False)
        if sanitizer_said(done.stderr):
            raise Failed('%s %s: %s' % (name, ' '.join(map(str, args)), sanitizer_said(done.stderr)))
        return done

    def run(self, name, *args, ok=(0,), **more):
        """What it printed; fails unless it ended as it must."""
        done = self.call(name, *args, **more)
        if done.returncode not in ok:
            raise Failed('%s %s: exit %d\n%s%s' % (name, ' '.join(map(str, args)), done.returncode,
                                                 done.stdout, done.stderr))
        return done.stdout

    def json(self, name, *args, **more):
        return json.loads(self.run(name, '--json', *args, **more))

    # ---- what runs ----

    def start(self, name, *args, env=None, log=None, files=None):
        """`run` in the background (or another command); its output goes to NAME.log. `files`: how many
        it may have open, at first and once it has raised that."""
        log = log or name
        out = open(self.path(log + '.log'), 'a')
        self.running[log] = subprocess.Popen(self.command(name, *(args or ('run',))), stdout=out,
                                             stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                             env=dict(self.env, **(env or {})),
                                             preexec_fn=None if files is None else
                                             lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files))
        out.close()
        return self.running[log]

    def log(self, name):
        try:
            with open(self.path(name + '.log'), errors='replace') as stream:
                return stream.read()
        except FileNotFoundError:
            return ''

    def wait_log(self, name, word, times=1, seconds=DEADLINE_S):
        def seen():
            if self.log(name).count(word) >= times:
                return True
            process = self.running.get(name)
            if process is not None and process.poll() is not None and \
                    self.log(name).count(word) < times:
                raise Failed('%s ended with %d:\n%s' % (name, process.returncode, self.log(name)))
            return False
        wait_until(seen, lambda: '%s x%d in %s:\n%s' % (word, times, name, self.log(name)), seconds)

    def stop(self, name, seconds=10.0):
        """SIGTERM; returns exit code and how long it took."""
        process = self.running.pop(name)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed('%s does not end within %g s:\n%s' % (name, seconds, self.log(name)))
        return process.returncode, time.monotonic() - began

    def slow_s(self):
        """What twenty starts of a program take: a promise in seconds is kept as much later where the
        machine is busy or a sanitizer slows the build. A tenth of a second on a quiet one."""
        began = time.monotonic()
        subprocess.run([self.commune, '--version'], env=self.env, stdout=subprocess.DEVNULL, check=True)
        return 20 * (time.monotonic() - began)

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stand_still(self, name):
        """Stop a program where it holds no lock on its file, so that others may write; SIGCONT ends it."""
        path = self.path(name, 'district.db' if name == 'district' else 'office.db')

        def stopped():
            self.running[name].send_signal(signal.SIGSTOP)
            db = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                db.execute('BEGIN IMMEDIATE')
                db.execute('ROLLBACK')
                return True
            except sqlite3.OperationalError:
                self.running[name].send_signal(signal.SIGCONT)
                return False
            finally:
                db.close()
        wait_until(stopped, '%s without a lock' % name)

    # ---- the district ----

    def found(self, records):
        """A district with the catalogue rows of the sample."""
        self.run('district', 'init', '--name', 'Huyện Sông Lô')
        for table in ('unit', 'calendar', 'indicator', 'period'):
            self.run('district', 'import', table, os.path.join(records, 'district', table + '.csv'))
        self.run('district', 'sheet', 'import', os.path.join(PROJECT, 'data', 'sheets', '5TQ-v1.csv'),
                 '--publish')

    def serve(self, **more):
        """Start the server, until it says that it serves."""
        times = self.log('district').count('tcp://127.0.0.1:%d' % self.ports[1])
        self.start('district', **more)
        self.wait_log('district', 'tcp://127.0.0.1:%d' % self.ports[1], times + 1)

    def join(self, name, unit=BACH_LUU, sync=True, machine=None):
        invitation = self.json('district', 'enroll', unit)['invitation']
        self.run(name, 'join', invitation, '--machine', machine or 'máy ' + name)
        if sync:
            result = self.json(name, 'sync')
            if not result['equal']:
                raise Failed('first load of %s: %r' % (name, result))

    def user(self, *args, password=None):
        """`user` of the district, with a password typed; its --json."""
        done = subprocess.run(self.command('district', '--json', 'user', *args), env=self.env, text=True,
                              input='' if password is None else password + '\n', timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Failed('user %s: %s' % (' '.join(args), done.stdout + done.stderr))
        return json.loads(done.stdout)

    def page_origin(self):
        """Where the district's page is."""
        self.wait_log('district', 'Trang của huyện: ')
        return re.findall(r'Trang của huyện: (\S+)', self.log('district'))[-1]

    # ---- files ----

    def db(self, name):
        """The file of an office or of the district, for reading."""
        file = 'district.db' if name == 'district' else 'office.db'
        db = sqlite3.connect('file:%s?mode=ro' % self.path(name, file), uri=True, timeout=30)
        db.create_collation('tq', lambda a, b: (a > b) - (a < b))
        return db

    def ask(self, name, sql, *args):
        db = self.db(name)
        try:
            return db.execute(sql, args).fetchall()
        finally:
            db.close()

    def value(self, name, sql, *args):
        rows = self.ask(name, sql, *args)
        return rows[0][0] if rows else None

    def write(self, name, sql, *args):
        """As another tool would: Python's sqlite3."""
        db = sqlite3.connect(self.path(name, 'office.db'), timeout=30)
        try:
            with db:
                db.execute(sql, args)
        finally:
            db.close()

    def write_all(self, name, statements):
        """As another tool would: all of it in one transaction."""
        db = sqlite3.connect(self.path(name, 'office.db'), timeout=30)
        try:
            with db:
                for sql in statements:
                    db.execute(sql)
        finally:
            db.close()


def sample(folder):
    """The generated records, made once; returns their folder."""
    records = os.path.join(folder, 'records')
    subprocess.run([sys.executable, '-B', os.path.join(DEMO, 'generate.py'),
                    os.path.join(PROJECT, 'data'), records], check=True, stdout=subprocess.DEVNULL)
    return records


class Founded:
    """A founded district that was never started, and the sample; tests copy it."""

    def __init__(self, commune, district):
        self.programs = Programs(commune, district)
        self.records = sample(self.programs.root)
        self.programs.found(self.records)
        self.loaded = None

    def world(self):
        return self.programs.copy()

    def joined(self):
        """A world of which an office, `xa`, has joined and loaded, its district served; that is done once
        and copied."""
        if self.loaded is None:
            self.loaded = self.world()
            self.loaded.serve()
            self.loaded.join('xa')
            self.loaded.stop('district')
        world = self.loaded.copy('xa')
        try:
            world.serve()
        except BaseException:
            world.close()
            raise
        return world

    def close(self):
        if self.loaded is not None:
            self.loaded.close()
        self.programs.close()
