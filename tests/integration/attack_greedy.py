#!/usr/bin/env python3
"""attack_greedy.py COMMUNE DISTRICT ATTACKER - Members that take and do not give: that never read,
pull for ever, ask for everything, open a thousand connections, listen to everything; who was
revoked; who has a stolen invitation. And what the broadcast shows to whom."""
import base64
import concurrent.futures
import json
import os
import re
import signal
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import attack  # noqa: E402
import programs  # noqa: E402

BUSY, BROKEN = '6', '9'
PEERS_A_DEVICE = 16  # server/serve_peers.c


class Greedy(attack.Attack):
    ENEMIES = 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Something to pull: 20,000 rows of their commune.
        case = cls('test_a_member_that_pulls_for_ever')
        case.attack('e2', 'push', 'flood', 20)
        case.doCleanups()

    def attack_beside(self, word, who, *args, until=lambda: True):
        """The offices that behave sync while the attack goes on."""
        process = self.begin(who, *args, 60000)
        self.assertEqual(process.stderr.readline().strip(), word)
        for _ in range(3):
            self.all_sync()
        programs.wait_until(until, 'what the attack must bring about', 120)
        self.all_sync()
        self.assertIsNone(process.poll())
        said = self.end(process)
        self.office_syncs()
        return said

    @attack.counts('slow', peak_mb=160, back_mb=160)
    def test_a_member_that_never_reads(self):
        before = self.count('slow')
        self.attack_beside('slow', 'e0', 'slow',
                           until=lambda: self.count('slow') > before)

    @attack.counts('slow', peak_mb=160, back_mb=160)
    def test_a_member_that_never_reads_and_pushes(self):
        """What cannot be said to it ends its session, and nobody else's."""
        before = self.count('slow')
        self.attack_beside('slow', 'e1', 'slow-push',
                           until=lambda: self.count('slow') > before)

    @attack.counts('pulls', peak_mb=128, back_mb=128)
    def test_a_member_that_pulls_for_ever(self):
        """More than a device can need: it is told so and counted, its session ends."""
        before = self.count('pulls')
        said = self.attack_beside('pulling', 'e4', 'pull',
                                  until=lambda: self.count('pulls') > before)
        self.assertGreater(said['rounds'], 240)
        self.assertGreater(said['rows'], 6000)
        self.assertIn(BUSY, said['refusals'])

    @attack.counts('broken', peak_mb=512, back_mb=160)
    def test_a_member_that_asks_for_everything(self):
        """The whole table 4,096 times in one question; then too many questions that are fair."""
        said = self.meanwhile(lambda: self.attack('e3', 'asks', 1))
        self.assertEqual(said['refusals'], {BROKEN: 1})
        for questions, refusals in ((16, {}), (17, {BROKEN: 1})):
            said = self.meanwhile(lambda n=questions: self.attack('e3', 'asks', n, 'fair'))
            self.assertEqual(said['refusals'], refusals)

    @attack.counts('connections', peak_mb=100, back_mb=100)
    def test_a_member_with_a_thousand_connections(self):
        """More than a device can need: counted, with its name."""
        before = self.count('connections')
        process = self.begin('e3', 'members', 1000)
        self.assertEqual(json.loads(process.stdout.readline())['open'], 1000)
        programs.wait_until(lambda: self.files() > 900, lambda: '%d files' % self.files())
        self.all_sync()
        self.wait_count('connections', before + 500)
        self.assertIn(' %d' % self.w.value('e3', 'SELECT device FROM tq_state'),
                      self.kinds()['connections']['who'])
        machines = self.w.value('district', 'SELECT count(*) FROM tq_device')
        self.assertLessEqual(self.status()['peers'], PEERS_A_DEVICE * machines)
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()
        process.stderr.close()


class Busy(attack.Served):
    """A slow server that works for one at a time: whoever comes meanwhile is told when to come back."""

    @classmethod
    def serve(cls):
        cls.w.serve(env={'TUQUAN_MAX_SESSIONS': '1'})

    def test_whoever_comes_meanwhile_is_told_when_to_come_back(self):
        """One is served at a time, the others get a refusal with a time (E307) and lose nothing; once
        they came again, all are equal."""
        names = ['xa'] + list(self.villages)
        for i in range(1, len(attack.CREW.units)):  # 17 offices with the two that are there
            self.w.join('n%d' % i, unit=attack.CREW.units[i][0], sync=False)
            names.append('n%d' % i)
        process = self.begin('e0', 'on-call')  # its session stays as long: nobody is served before
        self.assertEqual(process.stderr.readline().strip(), 'in')
        process.stdin.write('hello\n')
        process.stdin.flush()
        self.assertEqual(process.stderr.readline().strip(), 'welcome')
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            done = dict(zip(names, pool.map(lambda n: self.w.call(n, '--json', 'sync'), names)))
        late = [name for name in names if done[name].returncode == 4]
        for name in names:
            self.assertIn(done[name].returncode, (0, 4), done[name].stdout)
        self.assertTrue(late)
        for name in late:
            error = json.loads(done[name].stdout)['error']
            self.assertEqual(error['code'], 'E307', error)
            self.assertRegex(error['facts'], r'\d\d:\d\d', error)
        self.end(process)
        self.w.stop('district')  # whoever leaves without a word keeps its place for a while
        self.serve()
        for name in names + ['e0']:
            self.assertTrue(self.w.json(name, 'sync')['equal'], name)


def shapes(secret):
    """As bytes, in hex, in base64 (of any offset: without the ends that depend on what is beside it)."""
    coded = [base64.b64encode(bytes(shift) + secret)[4 * ((shift + 2) // 3):40] for shift in range(3)]
    return [secret, secret.hex().encode(), secret.hex().upper().encode()] + coded


def files_with(folder, secrets):
    found = []
    for where, _, names in os.walk(folder):
        for path in (os.path.join(where, name) for name in names):
            if os.path.isfile(path):
                with open(path, 'rb') as stream:
                    data = stream.read()
                if any(shape in data for secret in secrets for shape in shapes(secret)):
                    found.append(path)
    return found


def value_of(column):
    """A value as the attacker prints it, as SQLite holds it."""
    if 'text' in column:
        return bytes.fromhex(column['text']).decode()
    return bytes.fromhex(column['blob']) if 'blob' in column else column.get('int')


class Listening(attack.Attack):
    ENEMIES = 2

    @attack.counts('topic')
    def test_subscriptions_to_everything_and_what_the_broadcast_shows(self):
        """Topics that are not offered are counted; what a device hears is sealed, a revoked one
        cannot open it, and it holds rows of public tables only."""
        before = self.count('topic')
        keys = [self.attack(name, 'key')['key'] for name in ('e0', 'e1')]
        self.assertEqual(keys[0], keys[1])  # both are in the group
        processes = [self.begin(name, 'subscribe') for name in ('e0', 'e1')]
        for process in processes:
            self.assertEqual(process.stderr.readline().strip(), 'subscribed')
        self.wait_count('topic', before + 10)
        self.all_sync()  # own rows of a commune: not for others
        path = self.w.path('directives.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('label,title,issued_on,due_on\nCĐ-1,Kiểm tra (mẫu),2020-11-20,2020-12-01\n')
        for command in (('period', 'lock', 'ADMIN/2020-Q2'), ('import', 'directive', path),
                        ('publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')):
            self.w.run('district', *command)
            for process in processes:  # sealed with the key that both have
                self.assertEqual(process.stderr.readline().strip(), 'heard')
        # One is revoked, and in the same moment something is published: the server, which stands still
        # meanwhile, finds both at once.
        device = self.w.value('e1', 'SELECT device FROM tq_state')
        self.w.stand_still('district')
        try:
            self.w.run('district', 'revoke', device)
            self.w.run('district', 'period', 'lock', 'ADMIN/2020-Q3')
        finally:
            self.server().send_signal(signal.SIGCONT)
        for process in processes:  # the new key, and what was published
            self.assertEqual([process.stderr.readline().strip() for _ in range(2)], ['heard'] * 2)
        said = [self.end(process) for process in processes]
        self.assertEqual([s['other'] for s in said], [0, 0])
        messages = said[0]['messages']
        # All of the same messages, with the key that each has: the one that stayed takes the new key
        # and opens what comes after it; the revoked one is in no entry, and its old key opens nothing
        # that was sealed since.
        good, gone = [self.attack(name, 'open', key, *messages) for name, key in zip(('e0', 'e1'), keys)]
        self.assertEqual((good['bundles'], good['rekeys']), (1, 1), (good, gone))
        self.assertEqual(good['opened'], len(messages) - 1, (good, gone))
        self.assertEqual(gone['rekeys'], 0, (good, gone))
        after = [bytes.fromhex(m)[:8] for m in messages].index(bytes(8)) + 1
        self.assertGreater(after, 1)  # a broadcast before the revocation
        self.assertGreater(len(messages), after)  # and one since
        self.assertEqual(gone['opened'], after - 1, (good, gone))
        self.all_may_see(good['rows'])
        self.assertEqual({row['table'] for row in good['rows']},
                         {'period', 'directive', 'ranking', 'ranking_row'})
        self.office_syncs()

    def all_may_see(self, rows):
        """Each row is of a public table and belongs to no unit, each column of it is of those that leave, and
        offices of two other communes were given the same values by their own pull."""
        others = ('xa', attack.CREW.first)
        for name in others:
            self.assertTrue(self.w.json(name, 'sync')['equal'], name)
        for row in rows:
            self.assertTrue(row['public'], row)
            self.assertEqual(row['owner'], '', row)
            self.assertEqual([c['name'] for c in row['columns'] if not c['leaves']], [], row)
            columns = {c['name']: value_of(c) for c in row['columns']}
            where = ' AND '.join('"%s" IS ?' % name for name in columns)
            for name in others:
                found = self.w.value(name, 'SELECT count(*) FROM "%s" WHERE %s' % (row['table'], where),
                                     *columns.values())
                self.assertEqual(found, 1, (name, row))

    @attack.counts()
    def test_the_key_of_the_group_is_in_no_file(self):
        """Both sides hold it in memory only: after a sync, an agent's broadcast and a new key neither
        of the two keys is in any file of the district or of an office, logs included."""
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.w.join('e2')
        keys = [self.attack('e0', 'key')['key']]
        news = self.w.log('xa').count('NEWS-APPLIED')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-02')
        self.w.wait_log('xa', 'NEWS-APPLIED', news + 1)  # the agent opened it: it has the key
        self.w.run('district', 'revoke', self.w.value('e2', 'SELECT device FROM tq_state'))
        programs.wait_until(lambda: self.attack('e0', 'key')['key'] != keys[0], 'a new key')
        keys.append(self.attack('e0', 'key')['key'])
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-03')
        self.w.wait_log('xa', 'NEWS-APPLIED', news + 2)
        self.all_sync()
        self.w.stop('xa')
        secrets = [bytes.fromhex(key)[8:] for key in keys]  # the id before it is no secret
        sample = self.w.path('sample')
        for shape in shapes(secrets[0]):  # the search would find it, however it was written
            with open(sample, 'wb') as stream:
                stream.write(b'key=' + shape + b'.')
            self.assertEqual(files_with(self.w.path(), secrets[:1]), [sample])
        os.remove(sample)
        self.assertEqual(files_with(self.w.path(), secrets), [])

    @attack.counts()
    def test_no_secret_is_in_a_database_or_a_log(self):
        """Keys stand in their own files (0600) and nowhere else: neither the district's nor an office's, nor
        what an office comes back with, nor an invitation's."""
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        self.w.join('e3')
        line = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        self.all_sync()
        self.w.stop('xa')
        secrets, homes = [], []
        for folder, _, names in os.walk(self.w.path()):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, 'rb') as stream:
                    found = re.findall(rb'(?m)^(?:curve_secret|sign_secret|readmit_secret)(?: =)? ([0-9a-f]{64})$',
                                       stream.read())
                if found:
                    homes.append(path)
                    self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)
                secrets += [bytes.fromhex(text.decode()) for text in found]
        self.assertIn(self.w.path('district', 'district.key'), homes)
        self.assertIn(self.w.path('xa', 'device.key'), homes)
        self.assertIn(self.w.path('e3', 'district.link'), homes)
        others = [path for path in files_with(self.w.path(), secrets) if path not in homes]
        self.assertEqual(others, [])
        self.assertEqual(files_with(self.w.path(), [line.encode()]), [])

    @attack.counts()
    def test_the_herald_knows_public_tables_only(self):
        """Only tables that the catalogue calls public may be named in it."""
        with open(os.path.join(programs.PROJECT, 'server', 'herald.c')) as stream:
            text = stream.read()
        names = text.split('BROADCAST_TABLES[] = {')[1].split('}')[0].replace('"', '').replace(',', ' ')
        with open(os.path.join(programs.PROJECT, 'common', 'model', 'catalogue.c')) as stream:
            catalogue = stream.read()
        for name in names.split():
            line = [l for l in catalogue.splitlines() if '"%s"' % name in l][0]
            self.assertTrue(line.strip().startswith('PUBLIC_'), line)


class Revoked(attack.Attack):
    ENEMIES = 6

    @attack.counts('revoked')
    def test_from_the_very_next_message_on_live_connections(self):
        """Whatever is sent once `revoke` has returned is refused, and nothing of it is done."""
        for i in range(2, 6):
            name = 'e%d' % i
            device = self.w.value(name, 'SELECT device FROM tq_state')
            process = self.begin(name, 'on-call')
            self.assertEqual(process.stderr.readline().strip(), 'in')
            self.assertEqual(self.call(process, 'hello'), 'welcome')
            programs.wait_until(lambda: self.heard_at(device), 'written down')
            if i == 2:
                self.w.run('district', 'revoke', device)
            else:  # no time passes between the commit and the message
                db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
                with db:
                    db.execute('UPDATE tq_device SET revoked_at = ? WHERE device = ?',
                               (int(time.time() * 1000), device))
                db.close()
            heard = self.heard_at(device)
            self.assertEqual(self.call(process, 'pull'), 'refused 2')
            self.all_sync()
            self.assertEqual(self.end(process)['rows'], 0)
            self.assertEqual(self.heard_at(device), heard)
        self.office_syncs()

    def call(self, process, word):
        process.stdin.write(word + '\n')
        process.stdin.flush()
        return process.stderr.readline().strip()

    def heard_at(self, device):
        return self.at_district('SELECT last_heard_at FROM tq_device WHERE device = ?', device)

    @attack.counts('revoked', 'stranger')
    def test_a_revoked_key(self):
        self.assertTrue(self.attack('e0', 'hellos', 1)['welcomed'])
        device = self.w.value('e0', 'SELECT device FROM tq_state')
        process = self.begin('e0', 'pull', 6000)
        self.assertEqual(process.stderr.readline().strip(), 'pulling')
        before = self.count('revoked')
        self.w.run('district', 'revoke', device)
        self.wait_count('revoked', before + 1)
        self.all_sync()
        said = self.end(process)
        self.assertIn('2', said['refusals'])
        # And a new connection does not pass the gate.
        before = self.count('stranger')
        self.meanwhile(lambda: self.assertFalse(self.attack_in('e0')))
        self.wait_count('stranger', before + 1)
        self.office_syncs()

    def attack_in(self, name):
        process = self.begin(name, 'garbage', 1, 1)
        _, err = process.communicate(timeout=60)
        return process.returncode == 0 or 'not in' not in err

    @attack.counts('invitation', 'stranger')
    def test_a_stolen_invitation(self):
        """Twice, with other keys; for something else than a Join; late."""
        invitation = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        self.w.wait_log('district', 'tcp://127.0.0.1:%d' % self.w.ports[2])
        # The gate learns of it at the next look at the file.
        programs.wait_until(lambda: self.attack('e1', 'invite-bad', invitation)['joined'] == 1, 'joined')
        before = self.count('invitation')
        said = self.meanwhile(lambda: self.attack('e1', 'invite', invitation))
        self.assertEqual((said['handshake'], said['joined'], said['refused']), ('in', 0, 1))
        self.wait_count('invitation', before + 1)
        self.open_guest_port()  # and it stays open, for another one
        second = self.w.json('district', 'enroll', programs.BACH_LUU)['invitation']
        db = programs.sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
        with db:
            db.execute('UPDATE tq_invitation SET expires_at = 1000 WHERE made_at = '
                       '(SELECT max(made_at) FROM tq_invitation)')
        db.close()
        def turned_away():
            said = self.attack('e1', 'invite', second)
            self.assertEqual(said['joined'], 0)
            return said['handshake'] == 'auth'
        before = self.count('stranger')
        self.meanwhile(lambda: programs.wait_until(turned_away, 'turned away at the gate'))
        self.wait_count('stranger', before + 1)
        self.office_syncs()


if __name__ == '__main__':
    attack.main('attack_greedy')
