#!/usr/bin/env python3
"""page_restore.py COMMUNE DISTRICT FAIL_RENAME - Going back to a copy from the page: the process that serves it closes,
restores, and is there again."""
import http.client
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import page_api  # noqa: E402
import programs  # noqa: E402

FAIL_RENAME = None


class Restore(page_api.Case):
    def restored(self, since, word='RESTORED'):
        """The line of the log that the program, open again at the same address, has for it."""
        found = []

        def look():
            try:
                found[:] = [line for line in self.b.get('/api/v1/log').json['lines']
                            if line['id'].startswith('RESTORE') and line['at'] >= since]
            except (OSError, http.client.HTTPException):
                return False  # it is closed just now
            return found
        programs.wait_until(look, lambda: 'restored: ' + self.w.log('xa'))
        self.assertEqual(found[0]['id'], word, found)
        return found[0]

    def test_the_page_goes_back_to_a_copy(self):
        self.add(summary='dữ liệu mẫu: trước bản sao')
        self.w.run('xa', 'sync')
        self.add(summary='dữ liệu mẫu: trong bản sao, gửi sau')
        copy = self.b.write('POST', '/api/v1/backup').json['file']
        listed = self.b.get('/api/v1/machine').json['copies']
        self.assertEqual([(c['file'], c['there'], c['bytes']) for c in listed],
                         [(copy, True, os.path.getsize(copy))])
        self.add(summary='dữ liệu mẫu: đã gửi')
        self.w.run('xa', 'sync')
        self.add(summary='dữ liệu mẫu: chưa gửi')
        process, session = self.w.running['xa'].pid, self.b.csrf
        asked = self.b.write('POST', '/api/v1/restore', {'file': copy}, status=202).json
        self.assertEqual(self.restored(asked['at'])['text'], copy)
        self.assertEqual((self.w.running['xa'].poll(), self.w.running['xa'].pid), (None, process))
        self.assertEqual(self.b.get('/api/v1/session').json['csrf'], session)
        # Not the district's own word yet: what it has comes with the agent's first sync.
        said = {row['summary'] for row in self.b.rows('incident')}
        self.assertLessEqual({'dữ liệu mẫu: trong bản sao, gửi sau', 'dữ liệu mẫu: trước bản sao'}, said)
        self.assertNotIn('dữ liệu mẫu: chưa gửi', said)
        kept = [n for n in os.listdir(self.w.path('xa')) if n.startswith('office-')
                and n.endswith('.db')]
        self.assertEqual(len(kept), 1, kept)
        with sqlite3.connect(self.w.path('xa', kept[0])) as db:
            self.assertEqual(db.execute('SELECT count(*) FROM incident').fetchone(), (4,))
        # What the district has comes back, and the file is named as a restored one.
        self.add(summary='dữ liệu mẫu: sau khôi phục')
        self.w.wait_log('xa', 'FILE-FORKED')
        self.b.write('POST', '/api/v1/sync', status=202)
        every = ['dữ liệu mẫu: ' + text for text in (
            'sau khôi phục', 'trong bản sao, gửi sau', 'trước bản sao', 'đã gửi')]
        programs.wait_until(
            lambda: sorted(r['summary'] for r in self.b.rows('incident')) == sorted(every)
            and {r['_sync'] for r in self.b.rows('incident')} == {'confirmed'},
            lambda: self.w.log('xa'))
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM incident'), 4)
        self.assertEqual(self.w.stop('xa')[0], 0)

    def test_a_copy_that_is_damaged_leaves_the_file_as_it_is(self):
        copy = self.b.write('POST', '/api/v1/backup').json['file']
        self.add(summary='dữ liệu mẫu')
        with open(copy, 'r+b') as stream:
            stream.seek(4096)
            stream.write(b'x' * 40000)
        asked = self.b.write('POST', '/api/v1/restore', {'file': copy}, status=202).json
        self.assertTrue(self.restored(asked['at'], 'RESTORE-FAILED')['text'])
        self.assertEqual([r['summary'] for r in self.b.rows('incident')], ['dữ liệu mẫu'])
        self.assertEqual([n for n in os.listdir(self.w.path('xa'))
                          if n.startswith('office-') or n.endswith('.restored')], [])
        self.add(summary='dữ liệu mẫu: ghi tiếp')

    def test_only_a_noted_copy_is_gone_back_to(self):
        copy = self.b.write('POST', '/api/v1/backup').json['file']
        other = self.w.path('other.db')
        shutil.copy(copy, other)
        for file in (other, '/etc/passwd', os.path.join(os.path.dirname(copy), '..', 'office.db'),
                     os.path.relpath(copy), ''):
            self.refused(self.b.ask('POST', '/api/v1/restore', {'file': file}), 404, 'E106')
        self.refused(self.b.ask('POST', '/api/v1/restore', {}), 400, 'E201')
        os.rename(copy, copy + '.away')
        self.assertFalse(self.b.get('/api/v1/machine').json['copies'][0]['there'])
        self.refused(self.b.ask('POST', '/api/v1/restore', {'file': copy}), 404, 'E106')


class Moves(unittest.TestCase):
    """The command, cut off between its moves: file and log aside, the copy into their place."""
    def setUp(self):
        self.w = page_api.FOUNDED.world()
        self.addCleanup(self.w.close)
        if programs.sanitized(self.w.commune):
            self.skipTest('a sanitizer wants to be loaded first')
        self.db = self.w.path('xa', 'office.db')
        self.copy = self.w.path('copy.db')
        self.w.run('xa', 'init', '--unit', programs.BACH_LUU, '--seed',
                   os.path.join(page_api.FOUNDED.records, 'district'))
        self.w.run('xa', 'backup', self.copy)
        self.w.run('xa', 'add', 'incident', 'area=2', 'category=theft', 'summary=dữ liệu mẫu', '--yes')

    def hold(self):
        """Another tool that has the file open: its log stays beside it, with what is in no other place."""
        db = sqlite3.connect(self.db)
        self.addCleanup(db.close)
        db.execute('PRAGMA wal_autocheckpoint = 0')
        db.execute('UPDATE tq_flag SET applying = 1')
        db.execute('CREATE TABLE of_the_old_file (n)')
        db.execute('UPDATE tq_flag SET applying = 0')
        db.commit()

    def state(self):
        """By a process of its own: closing a file here would give up the locks of the tool above."""
        names = [n for n in sorted(os.listdir(self.w.path('xa'))) if n.startswith('office')]
        said = subprocess.run(['sha256sum'] + names, cwd=self.w.path('xa'), stdout=subprocess.PIPE,
                              text=True, check=True).stdout
        return {line.split()[1]: line.split()[0] for line in said.splitlines()}

    def restore(self, **env):
        return self.w.call('xa', 'restore', self.copy, env=dict(env, LD_PRELOAD=FAIL_RENAME))

    def test_a_move_that_fails_is_taken_back(self):
        before = self.w.value('xa', 'SELECT count(*) FROM incident')
        self.assertIn('E103', self.restore(FAIL_RENAME='2').stderr)
        self.assertEqual(list(self.state()), ['office.db'])
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), before)
        self.hold()
        held = self.state()
        self.assertEqual(list(held), ['office.db', 'office.db-shm', 'office.db-wal'])
        for turn in ('1', '2', '3', '4'):
            self.assertIn('E103', self.restore(FAIL_RENAME=turn).stderr)
            now = self.state()
            self.assertEqual(list(now), list(held), turn)
            for name in ('office.db', 'office.db-wal'):
                self.assertEqual(now[name], held[name], (turn, name))
        self.assertEqual(self.restore().returncode, 0)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), before - 1)

    def test_cut_off_between_its_moves_it_is_done_again_without_the_old_log(self):
        self.hold()
        held = self.state()
        self.assertEqual(self.restore(DIE_RENAME='2').returncode, 99)
        self.assertNotIn('office.db', self.state())
        self.assertIn('office.db-wal', self.state())
        self.assertEqual(self.restore().returncode, 0)
        self.assertEqual(self.w.ask('xa', 'SELECT summary FROM incident'), [])
        self.assertEqual(self.w.ask('xa', "SELECT 1 FROM sqlite_master WHERE name = 'of_the_old_file'"), [])
        self.assertEqual(self.w.ask('xa', 'PRAGMA integrity_check'), [('ok',)])
        # Nothing is lost: the file and its log lie aside.
        aside = [mark for name, mark in self.state().items() if name.startswith('office-')]
        for name in ('office.db', 'office.db-wal'):
            self.assertIn(held[name], aside)

    def test_a_copy_is_noted_by_its_whole_path(self):
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.w.root)
        self.w.run('xa', 'backup', 'beside.db')
        self.assertEqual(self.w.json('xa', 'machine')['copies'][0]['file'],
                         os.path.realpath(self.w.path('beside.db')))


if __name__ == '__main__':
    page_api.FOUNDED = programs.Founded(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    FAIL_RENAME = os.path.abspath(sys.argv[3])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[4:])
    finally:
        page_api.FOUNDED.close()
