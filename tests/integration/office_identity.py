#!/usr/bin/env python3
"""office_identity.py COMMUNE DISTRICT - Files that were restored and copied, with real processes:
each is healed by one ordinary sync, nothing of any copy is lost, and the clerk is told in one
sentence (sync.md section 7)."""
import os
import shutil
import sqlite3
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)
        self.written = set()

    def add(self, name, participants):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                   'planned_on=2020-09-15', 'participants=%d' % participants, '--yes')
        self.written.add(participants)

    def edit(self, name, old, new):
        label = self.w.value(name, 'SELECT label FROM activity WHERE participants = ?', old)
        self.w.run(name, 'edit', 'activity', label, 'participants=%d' % new)
        self.written.discard(old)
        self.written.add(new)

    def sync(self, *names):
        result = None
        for name in names:
            result = self.w.json(name, 'sync')
            self.assertTrue(result['equal'], (name, result))
        return result

    def save(self, name):
        """The office's file as it is now, as any copying program would take it."""
        image = self.w.path('image.db')
        if os.path.exists(image):
            os.remove(image)
        source = sqlite3.connect(self.w.path(name, 'office.db'))
        target = sqlite3.connect(image)
        source.backup(target)
        source.close()
        target.close()
        return image

    def restore(self, name, image):
        for end in ('', '-wal', '-shm'):
            if os.path.exists(self.w.path(name, 'office.db' + end)):
                os.remove(self.w.path(name, 'office.db' + end))
        shutil.copyfile(image, self.w.path(name, 'office.db'))

    def copy(self, name, other):
        shutil.copytree(self.w.path(name), self.w.path(other))

    def healed(self, *names):
        """Every value of every copy stands at the district and in all of them; nothing waits, and
        no conflict of one's own."""
        self.sync(*names)
        self.sync(*names)
        for name in names + ('district',):
            rows = self.w.ask(name, 'SELECT participants FROM activity')
            self.assertEqual(sorted(r[0] for r in rows), sorted(self.written), name)
        for name in names:
            self.assertTrue(self.w.json(name, 'status')['green'], name)
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_fault'), 0)
            self.assertEqual(self.w.value(name, 'PRAGMA integrity_check'), 'ok')
        self.assertEqual(self.w.value('district', "SELECT count(*) FROM conflict WHERE state='open'"), 0)
        self.w.run('district', 'ledger', 'verify')
        said = self.w.run(names[0], 'status') + self.w.run(names[0], 'sync')
        self.assertNotIn('xóa tệp', said)

    def first_incarnation(self):
        """Of those that this start of the district gives: its epoch is the high part."""
        return self.w.value('district', 'SELECT epoch FROM tq_district') << 7

    def letters(self, *names):
        return [self.w.value(name, 'SELECT letter FROM tq_state') for name in names]


class Restored(Case):
    def test_month_old_copy_with_unsealed_rows(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)  # in the log of the image, and sent later
        image = self.save('xa')
        self.add('xa', 3)
        self.sync('xa')
        self.edit('xa', 1, 11)
        self.sync('xa')
        self.restore('xa', image)
        self.add('xa', 4)
        result = self.sync('xa')
        self.assertEqual((result['fork'], result['fork_incarnation']),
                         ('restored', self.first_incarnation()))
        self.assertEqual(result['fork_changes_back'], 2)  # 3 and 11: 2 was here all the time
        self.assertIn('được khôi phục từ bản', result['fork_sentence'])
        self.assertIn('2 thay đổi mới hơn đã lấy lại từ huyện', result['fork_sentence'])
        self.assertIn(result['fork_sentence'], self.w.run('xa', 'status'))
        self.assertNotEqual(self.letters('xa'), ['A'])
        self.healed('xa')
        self.assertIn('tệp khôi phục', self.w.run('district', 'devices'))
        self.assertEqual(self.w.value('district', "SELECT about FROM tq_audit WHERE what='restored'"),
                         'device 1')

    def test_copy_with_a_sealed_set_that_was_not_sent(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        self.w.stop('district')
        self.w.run('xa', 'sync', ok=(4, 1))  # sealed, and nobody answers
        image = self.save('xa')
        self.w.serve()
        self.add('xa', 3)
        self.sync('xa')
        self.restore('xa', image)
        self.add('xa', 4)
        self.assertEqual(self.sync('xa')['fork'], 'restored')
        # The old bytes are kept, and were not sent.
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set WHERE acked = 2'), 2)
        self.healed('xa')

    def test_twice_and_again(self):
        self.add('xa', 1)
        self.sync('xa')
        image = self.save('xa')
        for i in range(3):
            self.add('xa', 10 + i)
            self.sync('xa')
            self.restore('xa', image)
            self.assertEqual(self.sync('xa')['fork_incarnation'], self.first_incarnation() + i)
        self.healed('xa')

    def test_killed_between_welcome_and_the_next_word(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        image = self.save('xa')
        self.add('xa', 3)
        self.sync('xa')
        self.restore('xa', image)
        for _ in range(6):
            process = self.w.start('xa', 'sync', log='cut')
            programs.wait_until(lambda: process.poll() is not None or self.w.value(
                'district', 'SELECT count(*) FROM tq_incarnation') == 2, 'asked')
            self.w.kill('cut')
        self.sync('xa')
        self.assertLessEqual(self.w.value('district', 'SELECT count(*) FROM tq_incarnation'), 2)
        self.healed('xa')


class Copied(Case):
    def test_to_a_second_folder_and_both_used(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)  # unsealed in both
        self.copy('xa', 'xb')
        self.add('xa', 3)
        self.add('xb', 4)
        self.edit('xb', 1, 41)
        self.sync('xa')
        result = self.sync('xb')
        self.assertEqual(result['fork'], 'copied')
        self.assertIn('bản sao', result['fork_sentence'])
        self.sync('xa', 'xb')
        self.add('xa', 5)
        self.add('xb', 6)
        self.healed('xa', 'xb')
        a, b = self.letters('xa', 'xb')
        self.assertNotEqual(a, b)
        self.assertIn('tệp sao chép', self.w.run('district', 'devices'))

    def test_while_it_is_in_use(self):
        self.w.start('xa', 'run')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.add('xa', 1)
        self.add('xa', 2)
        image = self.save('xa')
        os.mkdir(self.w.path('xb'))
        for file in ('device.key', 'district.link'):
            shutil.copy(self.w.path('xa', file), self.w.path('xb', file))
        shutil.copyfile(image, self.w.path('xb', 'office.db'))
        self.add('xa', 3)
        self.w.wait_log('xa', 'SYNC-DONE', 2)
        self.add('xb', 4)
        self.w.start('xb', 'run')
        self.w.wait_log('xb', 'SYNC-DONE')
        for name in ('xa', 'xb'):
            self.assertEqual(self.w.stop(name)[0], 0)
        self.healed('xa', 'xb')


    def test_a_damaged_copy_stays_damaged(self):
        """A copy whose index and table are of two moments: named by every sync, never green, no agent that says
        that it is done; until the file is whole."""
        self.add('xa', 1)
        self.sync('xa')
        self.copy('xa', 'xb')
        db = sqlite3.connect(self.w.path('xb', 'office.db'), isolation_level=None)
        index = db.execute("SELECT * FROM sqlite_schema WHERE name = 'tq_set_open'").fetchone()
        version = db.execute('PRAGMA schema_version').fetchone()[0]

        def schema(statement, *values):
            db.execute('PRAGMA writable_schema = ON')
            db.execute(statement, values)
            db.execute('PRAGMA schema_version = %d' % (version + 1))
            db.execute('PRAGMA writable_schema = RESET')

        schema("DELETE FROM sqlite_schema WHERE name = 'tq_set_open'")
        db.execute('UPDATE tq_set SET canonical = 1 - canonical WHERE acked <> 0')
        db.execute('UPDATE tq_set SET sealed_at = sealed_at + 1')
        schema('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)', *index)
        db.execute('PRAGMA schema_version = %d' % version)
        self.assertNotEqual(db.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
        db.close()
        self.add('xa', 2)
        self.sync('xa')
        self.w.start('xb', 'run')
        self.w.wait_log('xb', 'FILE-FORKED')
        self.w.wait_log('xb', 'SYNC-FAILED')
        self.assertEqual(self.w.stop('xb')[0], 0)
        for _ in range(2):
            self.assertIn('[E108]', self.w.call('xb', 'sync').stderr)
            said = self.w.json('xb', 'status')
            self.assertEqual((said['green'], said['standing'], said['tone'], said['needs_person']),
                             (False, 'damaged', 'bad', True))
            self.assertIn('E108', said['last_error'])
            self.assertIn('tệp dữ liệu trên máy này bị hỏng', said['verdict'].lower())
        db = sqlite3.connect(self.w.path('xb', 'office.db'), isolation_level=None)
        db.execute('REINDEX tq_set_open')
        db.execute('UPDATE tq_set SET canonical = 1 - canonical WHERE acked <> 0')
        self.assertEqual(db.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
        db.close()
        self.sync('xb')
        self.assertEqual(self.w.json('xb', 'status')['standing'], 'green')

    def many(self, name, first, count):
        self.w.write_all(name, [
            "INSERT INTO activity(unit, kind, village, planned_on, participants) VALUES ('%s', 'patrol', "
            "'08779-04@2019-01-01', '2020-09-15', %d)" % (programs.BACH_LUU, n) for n in range(first, first + count)])
        self.written.update(range(first, first + count))

    def test_plain_copies_while_the_agent_writes(self):
        """By `cp`, without a thought of the log beside it: the file alone, then its log, and a log of later
        than the file. What opens syncs and is whole; what does not is called damaged, in a sentence; the
        office and the district lose nothing either way."""
        self.w.start('xa', 'run')
        self.w.wait_log('xa', 'SYNC-DONE')
        file = self.w.path('xa', 'office.db')
        damaged = []
        for n, way in enumerate(('alone', 'with its log', 'with a later log')):
            copy = self.w.path('copy%d' % n)
            os.mkdir(copy)
            for name in ('device.key', 'district.link'):
                shutil.copy(self.w.path('xa', name), copy)
            self.many('xa', 1000 * n, 20)
            shutil.copyfile(file, os.path.join(copy, 'office.db'))
            if way == 'with a later log':
                self.many('xa', 1000 * n + 100, 300)
                db = sqlite3.connect(file, timeout=30)
                db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
                db.close()
                self.many('xa', 1000 * n + 500, 20)
            if way != 'alone':
                shutil.copyfile(file + '-wal', os.path.join(copy, 'office.db-wal'))
            with self.subTest(way):
                done = self.w.call('copy%d' % n, 'sync')
                print('%s: exit %d %s' % (way, done.returncode, done.stderr.strip()[:200]), flush=True)
                if done.returncode == 0:
                    self.assertEqual(self.w.value('copy%d' % n, 'PRAGMA integrity_check'), 'ok')
                    self.assertTrue(self.w.json('copy%d' % n, 'sync')['equal'])
                else:
                    damaged.append(way)
                    self.assertIn('[E108]', done.stderr)
                    for _ in range(2):  # until somebody acts: it is not forgotten by the next sync
                        said = self.w.call('copy%d' % n, 'status')
                        self.assertIn('E108' if said.returncode == 1 else 'bị hỏng', said.stdout + said.stderr)
                        self.assertIn('[E108]', self.w.call('copy%d' % n, 'sync').stderr)
        self.assertIn('with a later log', damaged)
        self.assertEqual(self.w.stop('xa')[0], 0)
        self.healed('xa')


class Backup(Case):
    def test_backup_and_restore(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        copy = self.w.path('copy.db')
        said = self.w.json('xa', 'backup', copy)
        self.assertEqual((said['unit'], len(said['digest'])), (programs.BACH_LUU, 64))
        self.assertEqual(said['unit_name'], 'Xã Bạch Lưu')
        self.w.run('xa', 'backup', copy, ok=(1, 2))  # never over another file
        with open(self.w.path('xa', 'device.key')) as stream:
            secrets = [line.split()[1] for line in stream if line.startswith(('curve_s', 'sign_s'))]
        with open(copy, 'rb') as stream:
            whole = stream.read()
        for secret in secrets:
            self.assertNotIn(bytes.fromhex(secret), whole)
            self.assertNotIn(secret.encode(), whole)
        self.add('xa', 3)
        self.sync('xa')
        self.w.start('xa', 'run')
        self.w.wait_log('xa', 'AGENT-UP')
        before = self.w.call('xa', 'restore', copy)
        self.assertNotEqual(before.returncode, 0, 'while the agent runs')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM activity'), 3)
        self.w.stop('xa')
        self.add('xa', 4)  # only in the file that is put aside
        kept = self.w.json('xa', 'restore', copy)['kept']
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM activity'), 2)
        db = sqlite3.connect(kept)
        self.assertEqual(db.execute('SELECT count(*) FROM activity').fetchone()[0], 4)
        db.close()
        self.written.discard(4)
        self.assertEqual(self.sync('xa')['fork'], 'restored')
        self.healed('xa')
        # Neither what is damaged nor what is no office's file.
        with open(copy, 'r+b') as stream:
            stream.truncate(5000)
        for file in (copy, self.w.path('district', 'district.db')):
            self.assertNotEqual(self.w.call('xa', 'restore', file).returncode, 0)
        self.healed('xa')

    def test_every_page_of_a_copy_is_looked_at(self):
        """Every page can be read, and yet an index does not hold what its table does."""
        self.add('xa', 1)
        self.sync('xa')
        db = sqlite3.connect(self.save('xa'))
        with db:
            db.execute('CREATE TABLE spoilt (x INTEGER, y INTEGER)')
            db.execute('CREATE INDEX spoilt_x ON spoilt (x)')
            db.executemany('INSERT INTO spoilt VALUES (?, ?)', [(i, -i) for i in range(9)])
            db.execute('PRAGMA writable_schema = 1')
            db.execute("UPDATE sqlite_master SET sql = 'CREATE INDEX spoilt_x ON spoilt (y)' "
                       "WHERE name = 'spoilt_x'")
        db.close()
        done = self.w.call('xa', 'restore', self.w.path('image.db'))
        self.assertIn('E108', done.stderr)
        self.assertEqual([f for f in os.listdir(self.w.path('xa')) if f.endswith('.restored')], [])
        self.healed('xa')


class KeyLoss(Case):
    """The keys are gone, the file is there: a new invitation binds a new device to it."""

    def invite(self, name, unit=programs.BACH_LUU):
        invitation = self.w.json('district', 'enroll', unit)['invitation']
        self.w.run(name, 'join', invitation, '--machine', 'máy mới')

    def keys_put_aside(self):
        return [f for f in os.listdir(self.w.path('xa')) if f.startswith('device-')]

    def rebound(self, device=2):
        self.assertEqual(self.w.value('xa', 'SELECT device FROM tq_state'), device)
        self.assertFalse(os.path.exists(self.w.path('xa', 'device.key.new')))
        self.assertNotEqual(self.letters('xa'), ['A'])
        self.assertIn('mất khóa', self.w.run('xa', 'status'))

    def test_unsealed_and_sealed_rows_go_with_the_new_device(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        self.w.stop('district')
        self.w.run('xa', 'sync', ok=(4, 1))  # sealed, and nobody answers
        old = self.w.ask('xa', 'SELECT hash, payload FROM tq_set ORDER BY n')
        self.add('xa', 3)
        self.edit('xa', 1, 11)
        self.w.serve()
        os.remove(self.w.path('xa', 'device.key'))
        self.w.run('district', 'revoke', '1', '--why', 'mất khóa')
        self.invite('xa')
        self.rebound()
        self.assertEqual(self.keys_put_aside(), [])
        result = self.sync('xa')
        self.assertEqual((result['refused'], result['held']), (0, 0))
        self.healed('xa')
        # The old bytes are kept as they were sealed, and were not sent.
        self.assertEqual(self.w.ask('xa', 'SELECT hash, payload FROM tq_set ORDER BY n LIMIT 2'), old)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_set WHERE acked = 2'), 1)
        self.assertEqual(self.w.ask('district', 'SELECT device, count(*) FROM tq_ledger WHERE device > 0'
                                    ' GROUP BY device'), [(1, 1), (2, 2)])

    def test_what_was_sent_and_has_no_receipt_here_is_no_second_change(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        self.edit('xa', 1, 11)
        self.w.stop('district')
        self.w.run('xa', 'sync', ok=(4, 1))
        self.w.serve()
        image = self.save('xa')
        self.sync('xa')
        self.restore('xa', image)  # as if the answers had never been stored
        self.add('xa', 3)
        with open(self.w.path('xa', 'device.key'), 'w') as stream:
            stream.write('hỏng\n')
        self.assertNotEqual(self.w.call('xa', 'sync').returncode, 0)
        self.invite('xa')
        self.rebound()
        self.assertEqual(len(self.keys_put_aside()), 1)
        self.sync('xa')
        label = self.w.value('xa', 'SELECT label FROM activity WHERE participants = 11')
        story = self.w.json('district', 'why', 'activity', label, 'participants')['story']
        self.assertEqual([(line['device'], line['verdict']) for line in story],
                         [(1, 'accepted'), (1, 'accepted'), (2, 'duplicate')])
        self.healed('xa')
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 3)
        # Once more, by the next device.
        self.add('xa', 4)
        os.remove(self.w.path('xa', 'device.key'))
        self.invite('xa')
        self.rebound(3)
        self.healed('xa')

    def test_what_waits_for_a_decision_comes_to_the_new_device(self):
        returned = ('village_return', 'village=08779-04@2019-01-01', 'period=ADMIN/2020-11',
                    'indicator=households_signed@1', 'value=96', 'source=typed', '--yes')
        self.sync('xa')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-11')
        self.w.run('xa', 'add', *returned)
        self.assertEqual(self.w.json('xa', 'sync')['requested'], 1)
        os.remove(self.w.path('xa', 'device.key'))
        self.invite('xa')
        self.sync('xa')
        request = self.w.ask('district', "SELECT lower(hex(id)) FROM correction_request")
        self.assertEqual(len(request), 1)  # it is not asked again
        self.w.run('district', 'requests', 'grant', request[0][0], '--reason', 'được')
        self.sync('xa')
        self.assertEqual(self.w.value('district', 'SELECT value FROM village_return'), 96)
        self.healed('xa')

    def test_the_file_is_restored_after_that(self):
        self.add('xa', 1)
        self.sync('xa')
        os.remove(self.w.path('xa', 'device.key'))
        self.invite('xa')
        image = self.save('xa')
        self.add('xa', 2)
        self.sync('xa')
        self.restore('xa', image)
        self.add('xa', 3)
        self.assertEqual(self.sync('xa')['fork'], 'restored')
        self.healed('xa')

    def test_join_is_refused_while_the_key_is_there(self):
        self.add('xa', 1)
        invitation = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        self.assertNotEqual(self.w.call('xa', 'join', invitation).returncode, 0)
        self.healed('xa')

    def test_join_that_was_cut_goes_on(self):
        self.add('xa', 1)
        self.sync('xa')
        self.add('xa', 2)
        os.remove(self.w.path('xa', 'device.key'))
        invitation = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        db = sqlite3.connect(self.w.path('xa', 'office.db'))
        db.execute('BEGIN IMMEDIATE')  # so that it is admitted, and cannot bind the file
        for _ in range(2):
            self.w.start('xa', 'join', invitation, log='cut')
            programs.wait_until(lambda: self.w.value(
                'district', 'SELECT count(*) FROM tq_device') == 3, 'asked')
            self.w.kill('cut')
            self.assertEqual(self.w.value('xa', 'SELECT device FROM tq_state'), 1)
        db.rollback()
        db.close()
        self.w.run('xa', 'join', invitation)
        self.rebound()
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_device'), 3)
        self.healed('xa')

    def test_a_file_of_another_commune_is_refused(self):
        self.add('xa', 1)
        self.sync('xa')
        os.remove(self.w.path('xa', 'device.key'))
        invitation = self.w.json('district', 'enroll', '08776@2004-01-01')['invitation']
        self.assertNotEqual(self.w.call('xa', 'join', invitation).returncode, 0)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_device'), 2)
        self.invite('xa')
        self.healed('xa')


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
