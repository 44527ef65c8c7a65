#!/usr/bin/env python3
"""office_bad_states.py COMMUNE DISTRICT - Files that are missing, damaged, of another office or of
another version; a district that is down, is not ours or does not know us; ports that are taken. Each
is told in one sentence with its code, ends with its exit code, soon, and touches nothing."""
import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import older  # noqa: E402
import programs  # noqa: E402

FOUNDED = None


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)

    def fails(self, codes, exit_code, name, *args, within=15.0, **more):
        """Code and exit code as they must be; returns what was said."""
        began = time.monotonic()
        done = self.w.call(name, *args, **more)
        took = time.monotonic() - began
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, exit_code, said)
        self.assertRegex(done.stderr, r'\[(%s)\]' % codes, said)
        self.assertIn('Việc cần làm', done.stderr)
        self.assertLess(took, within, said)
        return done.stderr

    def fingerprint(self, name='xa'):
        """Of every file of the folder but what SQLite makes beside its own."""
        made = {}
        for file in sorted(os.listdir(self.w.path(name))):
            path = self.w.path(name, file)
            if os.path.isfile(path) and not file.endswith(('-wal', '-shm')):
                with open(path, 'rb') as stream:
                    made[file] = hashlib.sha256(stream.read()).hexdigest()
        return made

    def add(self, participants=5, name='xa'):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                   'planned_on=2020-09-15', 'participants=%d' % participants, '--yes')


class Files(Case):
    def test_missing(self):
        os.remove(self.w.path('xa', 'device.key'))
        for command in ('sync', 'run'):
            self.assertIn('device.key', self.fails('E112|E106', 1, 'xa', command))
        self.w.run('xa', 'status')  # reading needs no key
        os.remove(self.w.path('xa', 'district.link'))
        for command in ('sync', 'run'):
            self.assertIn('`join`', self.fails('E120', 1, 'xa', command))
        os.remove(self.w.path('xa', 'office.db'))
        for command in ('sync', 'run', 'status'):
            said = self.fails('E119', 1, 'xa', command)
            self.assertIn('office.db', said)
            self.assertIn('`restore`', said)
        self.assertNotIn('office.db', os.listdir(self.w.path('xa')))

    def test_a_key_that_others_may_read_or_that_is_damaged(self):
        before = self.fingerprint()
        key = self.w.path('xa', 'device.key')
        os.chmod(key, 0o644)
        for command in ('sync', 'run'):
            self.assertIn('device.key', self.fails('E112', 1, 'xa', command))
        os.chmod(key, 0o600)
        link = self.w.path('xa', 'district.link')  # it has a key, too
        os.chmod(link, 0o644)
        for command in ('sync', 'run', 'renew'):
            self.assertIn('district.link', self.fails('E112', 1, 'xa', command))
        os.chmod(link, 0o600)
        self.assertEqual(self.fingerprint(), before)
        self.w.run('xa', 'sync')
        with open(key, 'r+b') as stream:
            stream.truncate(20)
        self.assertIn('device.key', self.fails('E112', 1, 'xa', 'sync'))
        self.assertEqual(os.path.getsize(key), 20)

    def test_a_damaged_link(self):
        path = self.w.path('xa', 'district.link')
        with open(path, encoding='utf-8') as stream:
            good = stream.read()
        for text in ('', 'nonsense\n', good.replace('curve_key = ', 'curve_key = zz'),
                     good.replace('device = ', 'device = x'), good.replace('sync_address = tcp:', '')):
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write(text)
            self.assertIn('district.link', self.fails('E113', 2, 'xa', 'sync'), text)

    def test_a_configuration_that_cannot_be_read(self):
        path = self.w.path('xa', 'tuquan.ini')
        if os.path.exists(path):
            os.remove(path)
        os.mkdir(path)
        for command in ('sync', 'run', 'status'):
            self.assertIn('tuquan.ini', self.fails('E103|E113', self.w.call('xa', command).returncode,
                                                   'xa', command))

    def test_of_another_office(self):
        self.w.join('xb', unit='08782@2004-01-01')
        self.w.call('xb', 'status')
        for suffix in ('-wal', '-shm'):
            for name in ('xa', 'xb'):
                if os.path.exists(self.w.path(name, 'office.db' + suffix)):
                    os.remove(self.w.path(name, 'office.db' + suffix))
        shutil.copy(self.w.path('xb', 'office.db'), self.w.path('xa', 'office.db'))
        before = self.fingerprint()
        for command in ('sync', 'run', 'status', 'doctor', 'list incident', 'add incident category=theft', 'today'):
            said = self.fails('E111', 1, 'xa', *command.split())
            self.assertIn('district.link', said)
            self.assertIn('restore', said)
        self.assertEqual(self.fingerprint(), before)

    def test_empty(self):
        """Reading makes no tables of nothing; a backup and a new invitation do."""
        copy = self.w.path('copy.db')
        self.w.run('xa', 'backup', copy)
        self.w.stop('district')
        for name, file, commands in (
                ('xa', 'office.db', ('status', 'sync', 'run', 'doctor', 'list incident')),
                ('district', 'district.db', ('board', 'devices', 'run', 'list unit'))):
            path = self.w.path(name, file)
            whole = path + '.whole'
            os.rename(path, whole)
            for suffix in ('-wal', '-shm'):
                if os.path.exists(path + suffix):
                    os.remove(path + suffix)
            for size in (0, 4096):
                if size:  # a file of SQLite's that holds no table
                    with sqlite3.connect(path) as db:
                        db.execute('VACUUM')
                    db.close()
                else:
                    open(path, 'w').close()
                before = self.fingerprint(name)
                for command in commands:
                    self.assertIn('restore', self.fails('E111', 1, name, *command.split()))
                self.assertEqual(self.fingerprint(name), before)
                self.assertEqual(os.path.getsize(path), size)
                os.remove(path)
            open(path, 'w').close()
            if name == 'district':
                os.replace(whole, path)
        self.w.run('xa', 'restore', copy)
        self.w.serve()
        self.assertTrue(self.w.json('xa', 'sync')['equal'])

    def test_lost_and_no_backup(self):
        self.add()
        self.w.run('xa', 'sync')
        for lose in (os.remove, lambda path: open(path, 'w').close()):
            lose(self.w.path('xa', 'office.db'))
            for suffix in ('-wal', '-shm'):
                if os.path.exists(self.w.path('xa', 'office.db' + suffix)):
                    os.remove(self.w.path('xa', 'office.db' + suffix))
            self.w.run('xa', 'join', self.w.json('district', 'enroll', programs.BACH_LUU)['invitation'])
            self.assertTrue(self.w.json('xa', 'sync')['equal'])
            self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM activity'), 1)

    def test_of_a_newer_version(self):
        with sqlite3.connect(self.w.path('xa', 'office.db')) as db:
            db.execute('PRAGMA user_version = 999')
        db.close()
        before = self.fingerprint()
        for command in ('sync', 'run', 'status'):
            self.fails('E110', 1, 'xa', command)
        self.assertEqual(self.fingerprint(), before)

    def test_damaged(self):
        self.w.run('xa', 'status')
        path = self.w.path('xa', 'office.db')
        db = sqlite3.connect(path)
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        size = os.path.getsize(path)
        with open(path, 'r+b') as stream:
            stream.seek(4096)
            stream.write(b'\xa5' * (size - 4096))
        for command in ('sync', 'run', 'status'):
            self.fails('E108|E109', 1, 'xa', command)

    def test_the_flag_that_a_crash_left(self):
        db = sqlite3.connect(self.w.path('xa', 'office.db'), isolation_level=None)
        db.execute('UPDATE tq_flag SET applying = 1')
        db.close()
        done = self.w.call('xa', 'sync')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('dừng giữa chừng', done.stderr)
        self.assertEqual(self.w.value('xa', 'SELECT applying FROM tq_flag'), 0)

    def test_held_by_another_program(self):
        self.add()
        db = sqlite3.connect(self.w.path('xa', 'office.db'), isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        self.fails('E105', 1, 'xa', 'sync', within=40)
        self.w.start('xa')
        self.w.wait_log('xa', 'AGENT-UP')
        self.w.wait_log('xa', 'FILE-BUSY')
        db.execute('ROLLBACK')
        db.close()
        self.w.wait_log('xa', 'SYNC-DONE')
        self.assertEqual(self.w.stop('xa')[0], 0)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 1)


class Words(Case):
    """What the system and SQLite say, in the reader's language."""
    ENGLISH = r'(?i)no such|permission|directory|unable|device|is a |error|disk'

    def test_of_the_system_are_vietnamese(self):
        nowhere = self.w.path('nowhere')
        file = self.w.path('a-file')
        open(file, 'w').close()
        for codes, code, args in (
                ('E106', 1, ('import', self.w.path('x.csv'))),
                ('E103', 1, ('import', '--table=tip', self.w.path('xa'))),
                ('E106|E103', 1, ('backup', os.path.join(nowhere, 'x.db'))),
                ('E106|E103', 1, ('restore', os.path.join(nowhere, 'x.db'))),
                ('E106|E103', 1, ('export', 'incident', '--out', os.path.join(nowhere, 'x.csv'))),
                ('E106|E103', 1, ('restore', os.path.join(file, 'x.db')))):
            said = self.w.call('xa', *args)
            text = (said.stdout + said.stderr).replace(self.w.root, '')
            self.assertNotEqual(said.returncode, 0, args)
            self.assertNotRegex(text, self.ENGLISH, args)
            if said.returncode == code:
                self.assertRegex(text, codes, args)

    def test_of_the_configuration_and_of_doctor(self):
        self.w.run('xa', 'status')
        said = self.w.run('xa', 'doctor')
        self.assertNotRegex(said, r'\bok\b')
        self.assertIn('đã đọc hết', said)
        with open(self.w.path('xa', 'tuquan.ini'), 'a') as stream:
            stream.write('foo = 1\n')
        said = self.fails('E113', 2, 'xa', 'status')
        self.assertNotIn('(?)', said)
        self.assertIn('không có mục cấu hình tên foo', said)
        said = self.w.call('xa', 'status', env={'TUQUAN_LANG': 'en'}).stderr
        self.assertIn('no setting is called foo', said)


class Older(Case):
    """Upgrades, with a set that was not sent, with unsealed changes and with unsettled cells."""
    # Those with an older catalogue: only what was written under one is sealed as the file is opened.
    NAMES = older.migrations()
    VERSIONS = [name for name in NAMES[:max(map(NAMES.index, older.CATALOGUES))] if name >= 'office/0005']

    def age(self, last):
        older.age(self.w.path('xa', 'office.db'), last)
        self.assertNotIn((older.migrations()[-1],), self.w.ask('xa', 'SELECT name FROM tq_migration'))

    def first(self, name):
        """Of the newest row."""
        return self.w.value('xa', 'SELECT %s FROM activity ORDER BY id DESC' % name)

    def write_some(self, participants):
        """A set that was not sent; over it an unsealed change of its row; an unsealed row."""
        self.w.stop('district')
        self.add(participants)
        self.fails('E301', 4, 'xa', 'sync')
        self.w.run('xa', 'edit', 'activity', self.first('hex(id)'),
                   'participants=%d' % (participants + 1), '--yes')
        self.add(participants + 2)

    def unsettled(self):
        return self.w.ask('xa', 'SELECT tbl, key, cell, seen, t_seen, set_n, state FROM tq_pending '
                          'ORDER BY tbl, key, cell')

    def test_joining_comes_first(self):
        """No command opens an older file without sealing what waits in it."""
        line = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        self.write_some(7)
        self.age(self.VERSIONS[-1])
        self.fails('E121', 1, 'xa', 'join', line)  # it is a member; and sealed
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)

    def test_nothing_that_waits_is_lost_or_made_anew(self):
        self.assertGreater(len(self.VERSIONS), 4)
        for i, version in enumerate(self.VERSIONS):
            with self.subTest(version):
                participants = 100 + 10 * i
                self.write_some(participants)
                before = self.unsettled()
                self.assertEqual(len(before), 3)
                self.age(version)
                self.assertIn('3', self.w.run('xa', 'status'))
                # what was not sealed is, as what the older catalogue knew, before the file names today's
                self.assertEqual([row[:5] for row in self.unsettled()], [row[:5] for row in before])
                self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)
                self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set WHERE acked = 0'), 2)
                self.assertEqual(self.w.value('xa', 'SELECT schema FROM tq_state'), max(older.CATALOGUES.values()))
                self.w.serve()
                result = self.w.json('xa', 'sync')
                self.assertEqual((result['accepted'], result['equal']), (3, True))
                self.assertEqual(self.unsettled(), [])
                self.assertEqual(self.w.ask('district', 'SELECT participants FROM activity WHERE '
                                            'participants >= ? ORDER BY 1', participants),
                                 [(participants + 1,), (participants + 2,)])

    def test_a_log_is_sealed_before_the_file_names_a_newer_catalogue(self):
        self.write_some(81)
        for version in (older.migrations()[-1], self.VERSIONS[0]):
            schema = self.w.value('xa', 'SELECT schema FROM tq_state')
            self.w.write('xa', 'UPDATE tq_state SET schema = schema - 1')
            if version != older.migrations()[-1]:
                self.age(version)
            self.w.run('xa', 'status')
            self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)
            self.assertEqual(self.w.value('xa', 'SELECT schema FROM tq_state'), schema)
            self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_pending WHERE set_n IS NULL'), 0)
            self.add(85)
        self.w.serve()
        result = self.w.json('xa', 'sync')
        self.assertTrue(result['equal'])
        self.assertEqual(self.w.ask('district', 'SELECT participants FROM activity ORDER BY 1'),
                         [(82,), (83,), (85,), (85,)])

    def test_without_its_key_the_file_goes_on_naming_its_catalogue(self):
        self.add(participants=82)
        self.w.write('xa', 'UPDATE tq_state SET schema = schema - 1')
        self.age(self.VERSIONS[-1])
        old = self.w.value('xa', 'SELECT schema FROM tq_state')
        key = self.w.path('xa', 'device.key')
        os.rename(key, key + '.away')
        for _ in range(2):
            self.fails('E112|E106', 1, 'xa', 'status')
            self.assertEqual(self.w.value('xa', 'SELECT schema FROM tq_state'), old)
            self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 1)
        os.rename(key + '.away', key)
        self.assertEqual(self.w.json('xa', 'sync')['accepted'], 1)


class Line(Case):
    def test_the_district_is_down(self):
        self.w.stop('district')
        self.add()
        said = self.fails('E301', 4, 'xa', 'sync', within=8)
        self.assertIn('127.0.0.1', said)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_pending'), 1)
        # What never left is not told as sent, to a person or to a program.
        for _ in range(2):
            done = self.w.call('xa', 'sync')
            self.assertNotIn('Đã gửi', done.stdout)
            self.assertIn('1 thay đổi đang chờ gửi: huyện chưa trả lời', done.stdout)
            said = json.loads(self.w.call('xa', '--json', 'sync').stdout)
            self.assertEqual((said['changes_sent'], said['changes_waiting'], said['sets_sent']), (0, 1, 0))
        self.w.serve()
        said = self.w.json('xa', 'sync')
        self.assertEqual((said['changes_sent'], said['changes_waiting'], said['accepted']), (1, 0, 1))

    def test_joining_a_district_that_is_down(self):
        invitation = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        self.w.stop('district')
        said = self.fails('E301', 4, 'xb', 'join', invitation, within=12)
        self.assertIn('chạy lại lệnh', said)  # nothing tries again by itself
        self.w.serve()
        self.w.run('xb', 'join', invitation)
        self.assertTrue(self.w.json('xb', 'sync')['equal'])
        # The invitation is spent; another machine is told so.
        said = self.fails('E312', 3, 'xc', 'join', invitation, within=12)
        self.assertEqual(said.count('giấy mời đã dùng'), 1, said)
        self.assertNotIn('district.link', os.listdir(self.w.path('xc')))
        self.w.stop('district')  # nobody is asked
        for typed in ('TQ1-NONSENSE', 'nonsense', invitation[:-4], invitation.replace('A', 'B', 1)):
            said = self.fails('E314', 2, 'xd', 'join', typed)
            self.assertEqual(said.count('['), 1)
            self.assertNotIn('giấy mời mới', said)

    def test_another_key_at_the_address(self):
        path = self.w.path('xa', 'district.link')
        with open(path, encoding='utf-8') as stream:
            text = stream.read()
        key = re.search(r'curve_key = (\w+)', text).group(1)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text.replace(key, 'ab' * 32))
        self.fails('E303', 4, 'xa', 'sync', within=20)

    def test_another_program_at_the_address(self):
        self.w.stop('district')
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', self.w.ports[0]))
        listener.listen(8)
        listener.settimeout(30)
        self.addCleanup(listener.close)
        process = self.w.start('xa', 'sync', log='xa-sync')
        for _ in range(3):
            connection, _ = listener.accept()
            connection.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
            connection.close()
        self.assertEqual(process.wait(timeout=30), 4)
        self.assertIn('[E303]', self.w.log('xa-sync'))
        said = self.w.json('xa', 'status')  # a wrong network is left again: nobody has to be called
        self.assertEqual((said['green'], said['standing'], said['needs_person']), (False, 'tried', False))
        self.assertIn('thử lại', said['verdict'])

    def swap_key(self, key):
        """Another machine's key for that of xa; returns what puts it back."""
        path = self.w.path('xa', 'device.key')
        shutil.copy(path, path + '.kept')
        shutil.copy(key, path)
        os.chmod(path, 0o600)
        return lambda: os.replace(path + '.kept', path)

    def refused_before_sealing(self, back):
        """Nothing is signed with such a key; with the right one back all goes out."""
        self.add()
        for command in ('sync', 'run'):
            said = self.fails('E112', 1, 'xa', command)
            self.assertIn('device.key', said)
            self.assertIn('giấy mời mới', said)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 1)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set'), 0)
        examined = self.w.call('xa', '--json', 'doctor')
        self.assertEqual(examined.returncode, 1, examined.stdout)
        checks = {c['check']: c for c in json.loads(examined.stdout)['checks']}
        self.assertEqual(checks['key file']['result'], 'broken')
        self.w.run('xa', 'status')  # reading needs no key
        back()
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['accepted'], result['equal']), (1, True))
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 1)
        self.assertEqual(self.w.call('xa', 'doctor').returncode, 0)

    def test_with_the_key_of_another_district(self):
        stranger = FOUNDED.world()
        self.addCleanup(stranger.close)
        stranger.serve()
        stranger.join('xs')
        self.refused_before_sealing(self.swap_key(stranger.path('xs', 'device.key')))

    def test_with_the_key_of_another_machine(self):
        self.w.join('xb')
        self.refused_before_sealing(self.swap_key(self.w.path('xb', 'device.key')))

    def test_with_the_key_of_another_machine_while_the_district_is_down(self):
        self.w.join('xb')
        back = self.swap_key(self.w.path('xb', 'device.key'))
        self.w.stop('district')
        self.refused_before_sealing(lambda: (back(), self.w.serve()))

    def test_another_key_can_be_replaced_by_joining_anew(self):
        self.w.join('xb')
        self.swap_key(self.w.path('xb', 'device.key'))
        self.add()
        self.w.run('xa', 'join', self.w.json('district', 'enroll', programs.BACH_LUU)['invitation'])
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['accepted'], result['equal']), (1, True))

    def test_not_admitted(self):
        """A whole machine of another district asks here; led back, it has lost nothing."""
        stranger = FOUNDED.world()
        self.addCleanup(stranger.close)
        stranger.serve()
        stranger.join('xs')
        shutil.copytree(stranger.path('xs'), self.w.path('xs'))
        path = self.w.path('xs', 'district.link')
        with open(path, encoding='utf-8') as stream:
            own = stream.read()
        with open(self.w.path('xa', 'district.link'), encoding='utf-8') as stream:
            ours = stream.read()
        led = own
        for name in ('sync_address', 'news_address', 'guest_address', 'curve_key'):
            led = re.sub('(?m)^%s = .*$' % name,
                         re.search('(?m)^%s = .*$' % name, ours).group(), led)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(led)
        self.add(name='xs')
        self.fails('E304', 3, 'xs', 'sync', within=10)
        self.assertEqual(self.w.value('xs', 'SELECT needs_person FROM tq_agent'), 1)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(own)
        self.assertEqual(self.w.json('xs', 'sync')['accepted'], 1)
        self.assertEqual(stranger.value('district', 'SELECT count(*) FROM activity'), 1)

    def test_ports_that_are_taken(self):
        other = FOUNDED.world()
        self.addCleanup(other.close)
        for i, name in enumerate(('SYNC', 'NEWS')):
            other.env['TUQUAN_%s_ADDRESS' % name] = 'tcp://127.0.0.1:%d' % self.w.ports[i]
            done = other.call('district', 'run', timeout=30)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn('[E115]', done.stderr)
            self.assertIn(str(self.w.ports[i]), done.stderr)
            other.env['TUQUAN_%s_ADDRESS' % name] = 'tcp://127.0.0.1:%d' % other.ports[i]

    def test_sentences_in_english(self):
        self.w.stop('district')
        done = self.w.call('xa', 'sync', env={'TUQUAN_LANG': 'en'})
        self.assertEqual(done.returncode, 4)
        self.assertIn('the district cannot be reached', done.stderr)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
