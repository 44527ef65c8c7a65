#!/usr/bin/env python3
"""ledger_flips.py COMMUNE DISTRICT - A byte of the district's file is another one: `ledger verify` names
where, or nothing that can be read of the file differs (free space). Bytes anywhere, and of every table.
TUQUAN_TEST_ROUNDS: how many of the first (48); TUQUAN_TEST_SEED plays a run again."""
import concurrent.futures
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import memory_world  # noqa: E402
import programs  # noqa: E402

FOUNDED = None
ROUNDS = int(os.environ.get('TUQUAN_TEST_ROUNDS', '48'))
# How many of a column's values are flipped, and how many of the places where each of them stands.
VALUES = PLACES = max(1, ROUNDS // 48)
# What no entry says and nothing of the record rests on: when a device was heard, how long that took, what a
# machine is called, by which keys an invitation that is spent was spent, which device a revoked key was of. And
# numbers that the program works on with and keeps nowhere else: instants, floors, why a held change
# waits (its receipt says it, too).
STATE = {'tq_session_log': None, 'sqlite_sequence': {'seq'}, 'tq_revoked': {'device'},
         'tq_incarnation': {'place', 'why', 'incarnation', 'letter', 'given_at', 'fork', 'head_incarnation',
                            'head_seq', 'lost', 'heard_at'},
         'tq_invitation': {'used_curve_key', 'used_sign_key', 'made_by', 'made_at', 'expires_at', 'used_at',
                           'used_device'},
         'tq_device': {'last_heard_at', 'last_confirmed_at', 'offset_ms', 'software', 'schema', 'waiting',
                       'cursor', 'equal_as_of', 'equal_at', 'equal_read_every_row', 'machine', 'incarnation',
                       'enrolled_at', 'former', 'next_at', 'keys_since', 'renew_asked'},
         'tq_chain': {'parent_incarnation', 'parent_device'},
         'tq_district': {'started_at', 'backed_up', 'digest_schema', 'readmit_until', 'device_floor',
                         'letter_floor'},
         'tq_held': {'kind', 'reason', 'fault_column', 'e', 'wait_tbl', 'wait_key', 'cell'},
         'tq_proposal': {'tbl', 'key', 'first_at', 'state'}, 'tq_proposal_by': {'device', 'at_ms'},
         'tq_migration': {'at_ms', 'name'}}


def content(path):
    """Of each table its columns and rows, as SQLite reads them."""
    db = sqlite3.connect('file:%s?mode=ro&immutable=1' % path, uri=True)
    db.create_collation('tq', lambda a, b: (a > b) - (a < b))
    db.text_factory = bytes
    try:
        out = {}
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            name = name.decode(errors='replace')
            columns = [row[1].decode(errors='replace') for row in db.execute('PRAGMA table_info("%s")' % name)]
            out[name] = columns, sorted(db.execute('SELECT * FROM "%s" NOT INDEXED' % name).fetchall(), key=repr)
        return out
    finally:
        db.close()


def differences(was, now):
    """(table, column) wherever a row differs; None as the column: a row more or less."""
    out = set()
    for name in set(was) | set(now):
        if name not in was or name not in now or len(was[name][1]) != len(now[name][1]):
            out.add((name, None))
            continue
        for a, b in zip(was[name][1], now[name][1]):
            out.update((name, column) for column, x, y in zip(was[name][0], a, b) if x != y)
    return out


def is_state(table, column):
    return table in STATE and (STATE[table] is None or column in STATE[table])


class Flips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = memory_world.World(FOUNDED)
        cls.addClassCleanup(cls.world.close)
        cls.w = cls.world.w
        cls.file = cls.w.path('district', 'district.db')
        db = sqlite3.connect(cls.file)
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        for end in ('-wal', '-shm'):
            if os.path.exists(cls.file + end):
                os.remove(cls.file + end)
        with open(cls.file, 'rb') as stream:
            cls.bytes = stream.read()
        cls.content = content(cls.file)
        cls.chance = programs.seed()

    def flip(self, job):
        """What is wrong with what `ledger verify` says of the file with this byte; '' when nothing is."""
        at, mask = job
        folder = self.w.path('flip-%d' % at)
        shutil.copytree(self.w.path('district'), os.path.join(folder, 'district'))
        path = os.path.join(folder, 'district', 'district.db')
        with open(path, 'r+b') as stream:
            stream.seek(at)
            stream.write(bytes([self.bytes[at] ^ mask]))
        before = os.path.join(folder, 'before.db')
        shutil.copy(path, before)
        done = subprocess.run([self.w.district_binary, '--dir', os.path.dirname(path), '--json', 'ledger', 'verify'],
                              env=self.w.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors='replace', timeout=120, check=False)
        try:
            return self.judge(done, before)
        finally:
            shutil.rmtree(folder)

    def judge(self, done, path):
        if done.returncode == 0:
            try:
                found = differences(self.content, content(path))
            except sqlite3.DatabaseError as error:
                return 'not found, and SQLite says: %s' % error
            return ', '.join('%s.%s' % d for d in sorted(found, key=repr) if not is_state(*d))
        if done.returncode < 0 or not done.stdout.startswith('{'):
            return 'exit %d: %s' % (done.returncode, done.stderr[-300:])
        said = json.loads(done.stdout)['error']
        return '' if said.get('facts') else '%s without a place: %s' % (said['code'], done.stderr[-300:])

    def all_found(self, jobs):
        wrong = []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for job, said in zip(jobs, pool.map(self.flip, jobs)):
                if said:
                    wrong.append('byte %d ^ %d: %s' % (job + (said,)))
        print('%d bytes flipped of %d' % (len(jobs), len(self.bytes)), flush=True)
        self.assertEqual(wrong, [])

    def test_of_any_byte(self):
        self.all_found([(self.chance.randrange(len(self.bytes)), self.chance.randrange(1, 256))
                        for _ in range(ROUNDS)])

    def places(self, name):
        """Of each text or blob column of a table some values' places: in the row, in an index, in both."""
        columns, rows = self.content[name]
        for column, values in zip(columns, zip(*rows)):
            texts = sorted({v for v in values if isinstance(v, bytes) and len(v) >= 4})
            for value in self.chance.sample(texts, min(VALUES, len(texts))):
                at = self.bytes.find(value)
                found = []
                while at >= 0:
                    found.append(at)
                    at = self.bytes.find(value, at + 1)
                for at in self.chance.sample(found, min(PLACES, len(found))):
                    yield at + self.chance.randrange(len(value))

    def test_of_every_column(self):
        places = {at for name in sorted(self.content) for at in self.places(name)}
        self.assertGreater(len(places), 100)
        self.all_found([(at, self.chance.randrange(1, 256)) for at in sorted(places)])


if __name__ == '__main__':
    binaries = [os.path.abspath(b) for b in sys.argv[1:3]]
    del sys.argv[1:3]
    FOUNDED = programs.Founded(*binaries)
    try:
        program = unittest.main(exit=False, verbosity=2)
    finally:
        FOUNDED.close()
    sys.exit(0 if program.result.wasSuccessful() else 1)
