#!/usr/bin/env python3
"""office_inbox.py COMMUNE DISTRICT - What needs a person, on files that have really synced: two
devices of one commune, rows that came back, rows that wait, corrections of a locked period; and the
answers of `inbox`, `receipt` and `why`."""
import fcntl
import os
import sqlite3
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

LANG_CONG = '08773@2004-01-01'
FOUNDED = None


def content(path):
    with open(path, 'rb') as stream:
        return stream.read()


class Case(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)

    def add(self, name='xa', participants=5, village='08779-04@2019-01-01', *more):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=' + village,
                   'planned_on=2020-09-15', 'participants=%d' % participants, '--yes', *more)
        return self.w.value(name, 'SELECT label FROM activity WHERE participants = ?', participants)

    def behind(self, *statements):
        """Past the triggers, as only a broken tool would."""
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        db.execute('UPDATE tq_flag SET applying = 1')
        for text in statements:
            self.assertGreater(db.execute(text).rowcount, 0, text)
        db.execute('UPDATE tq_flag SET applying = 0')
        db.execute('COMMIT')
        db.close()

    def inbox(self, name, ok=(0, 5)):
        return self.w.json(name, 'inbox', ok=ok)['items']

    def empty(self, *names):
        for name in names:
            self.assertEqual(self.inbox(name, ok=(0,)), [], name)
            self.assertTrue(self.w.json(name, 'status')['green'], name)

    def sync(self, *names):
        for name in names:
            self.assertTrue(self.w.json(name, 'sync')['equal'], name)


class Conflict(Case):
    def setUp(self):
        super().setUp()
        self.w.join('xb')
        self.label = self.add()
        self.sync('xa', 'xb')
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=11')
        self.w.run('xb', 'edit', 'activity', self.label, 'participants=22')
        self.sync('xa', 'xb', 'xa')

    def values(self):
        return [self.w.value(n, 'SELECT participants FROM activity') for n in ('xa', 'xb', 'district')]

    def test_only_the_machines_of_the_office_are_named(self):
        self.w.join('lc', LANG_CONG)
        self.sync('lc', 'xa', 'xb')
        self.assertEqual([self.names(n) for n in ('xa', 'xb', 'lc')], [['máy B (máy xb)'], ['máy A (máy xa)'], []])
        # Renamed, the others and the district know from the next sync on. A person's name is no place's.
        done = self.w.call('xb', 'machine', '--name', 'máy anh Nam 0912 345 678')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn('thông tin cá nhân', done.stderr)
        self.w.run('xb', 'machine', '--name', 'Phòng một cửa')
        self.assertIn('Phòng một cửa', self.w.run('xb', 'machine'))
        # That a name cannot be kept ends no sync.
        self.w.write('xa', "CREATE TRIGGER held BEFORE INSERT ON tq_machine BEGIN SELECT RAISE(ABORT, 'đĩa'); END")
        self.sync('xb', 'xa')
        self.assertIn('lần đồng bộ sau ghi lại', self.w.run('xa', 'sync'))
        self.assertEqual(self.names('xa'), ['máy B (máy xb)'])
        self.w.write('xa', 'DROP TRIGGER held')
        self.sync('xa')
        self.assertEqual(self.names('xa'), ['máy B (Phòng một cửa)'])
        self.assertIn('Phòng một cửa', [d['machine'] for d in self.w.json('district', 'devices')['devices']])
        renamed = "SELECT about, detail FROM tq_audit WHERE what = 'device_renamed'"
        device = self.w.value('xb', 'SELECT device FROM tq_state')
        self.assertEqual(self.w.ask('district', renamed), [('device %d' % device, 'máy xb -> Phòng một cửa')])
        with open(self.w.path('xb', 'link.lock'), 'w') as lock:  # as an agent that writes new keys into it
            fcntl.lockf(lock, fcntl.LOCK_EX)
            link = content(self.w.path('xb', 'district.link'))
            self.assertIn('[E105]', self.w.call('xb', 'machine', '--name', 'máy xb').stderr)
            self.assertEqual(content(self.w.path('xb', 'district.link')), link)
        self.w.run('xb', 'machine', '--name', 'máy xb')
        self.sync('xb', 'xa')
        # A machine that is gone keeps its name: what it wrote is still there.
        self.w.run('district', 'revoke', self.w.value('xb', 'SELECT device FROM tq_state'), '--why', 'hỏng')
        self.sync('xa')
        self.assertEqual(len(self.w.json('xa', 'machine')['others']), 1)
        told = self.w.json('xa', 'why', 'activity', self.label, 'participants')['story']
        self.assertIn(2, [step['device'] for step in told])
        self.assertIn('máy B (máy xb)', self.w.run('xa', 'why', 'activity', self.label, 'participants'))

    def names(self, name):
        return [o['name'] for o in self.w.json(name, 'machine')['others']]

    def item(self, name):
        items = self.inbox(name, ok=(5,))
        self.assertEqual(len(items), 1, items)
        self.assertEqual(items[0]['kind'], 'conflict')
        return items[0]

    def test_both_devices_see_both_values(self):
        self.assertEqual(self.values(), [22, 22, 22])
        for name in ('xa', 'xb'):
            item = self.item(name)
            # Machines by what the office calls them, never by their numbers.
            here = {'xa': ('máy này', r'máy B \(máy xb\)'), 'xb': (r'máy A \(máy xa\)', 'máy này')}[name]
            self.assertRegex(item['kept'], r'= 22 \(cán bộ xã, %s, \d\d:\d\d ' % here[1])
            self.assertRegex(item['other'], r'= 11 \(cán bộ xã, %s, \d\d:\d\d ' % here[0])
            self.assertIn(item['reason'], ('R50', 'R53'))
            self.assertIn(self.label, item['row'])
            self.assertFalse(self.w.json(name, 'status')['green'])
        told = self.w.json('xa', 'why', 'activity', self.label, 'participants')['story']
        self.assertEqual(told[0]['after'], {'participants': 5})
        self.assertIn({'participants': 11}, [line['after'] for line in told])
        self.assertEqual(told[-1]['what'], 'came')

    def test_taking_the_other_settles_it_everywhere(self):
        number = self.item('xb')['id']
        self.w.run('xb', 'inbox', 'take', number)
        self.assertEqual(self.w.value('xb', 'SELECT participants FROM activity'), 11)
        self.assertEqual(self.inbox('xb'), [])
        self.assertFalse(self.w.json('xb', 'status')['green'])  # decided here, not yet sent
        self.sync('xb', 'xa')
        self.assertEqual(self.values(), [11, 11, 11])
        self.empty('xa', 'xb')
        self.assertEqual(self.w.value('district', 'SELECT state FROM conflict'), 'decided')
        # Deciding once more is refused; nothing is written.
        done = self.w.call('xa', 'inbox', 'keep', number)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn('[E203]', done.stderr)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)

    def test_conflicts_are_no_part_of_the_warnings(self):
        self.assertEqual([i['kind'] for i in self.w.json('xa', 'inbox', '--no-texts', ok=(5,))['items']], ['conflict'])
        self.assertEqual(self.w.json('xa', 'inbox', '--texts')['items'], [])

    def test_keeping_is_a_decision_too(self):
        self.w.run('xa', 'inbox', 'keep', self.item('xa')['id'])
        self.assertEqual(self.inbox('xa'), [])
        self.sync('xa', 'xb')
        self.assertEqual(self.values(), [22, 22, 22])
        self.empty('xa', 'xb')
        self.assertEqual(self.w.ask('district', 'SELECT decision, decided_by FROM conflict'),
                         [('keep', 'cán bộ xã')])

    def test_a_value_that_moved_on_is_not_overwritten(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=33')
        done = self.w.call('xa', 'inbox', 'take', number)
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn('33', done.stderr)
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 33)
        self.assertIsNone(self.w.value('xa', 'SELECT decision FROM conflict'))
        self.sync('xa', 'xb')
        self.assertEqual(self.values(), [33, 33, 33])
        self.empty('xa', 'xb')

    def test_a_value_of_a_newer_program_can_only_be_kept(self):
        number = self.item('xa')['id']
        self.behind("UPDATE conflict SET other_values = '9999=7,'")
        done = self.w.call('xa', 'inbox', 'take', number)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn('9999', done.stderr)
        self.assertIsNone(self.w.value('xa', 'SELECT decision FROM conflict'))
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 22)
        self.w.run('xa', 'inbox', 'keep', number)
        self.assertEqual(self.w.value('xa', 'SELECT decision FROM conflict'), 'keep')

    def test_the_effect_on_the_score_is_computed_and_leaves_nothing(self):
        item = self.item('xa')
        self.assertEqual(item['effect']['period'], 'ADMIN/2020-Q4')  # it begins on 15/9
        self.assertIsInstance(item['effect']['final_c'], int)
        # A patrol's participants are not counted; whether it was held at all is.
        self.assertEqual(item['effect']['final_c'], item['effect']['final_with_other_c'])
        self.assertIn('không đổi điểm', self.w.run('xa', 'inbox', ok=(5,)))
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 22)

    def test_an_effect_that_counts(self):
        self.w.run('xa', 'inbox', 'keep', self.item('xa')['id'])
        self.sync('xa', 'xb')
        self.w.run('xa', 'edit', 'activity', self.label, 'held_on=2020-09-16')
        self.w.run('xb', 'edit', 'activity', self.label, 'held_on=2020-09-14')  # the quarter before
        self.sync('xa', 'xb', 'xa')
        effect = self.item('xa')['effect']
        now = self.w.json('xa', 'score', '2020-Q4')['final_c']
        self.w.run('xa', 'inbox', 'take', self.item('xa')['id'])
        then = self.w.json('xa', 'score', '2020-Q4')['final_c']
        self.assertEqual((effect['final_c'], effect['final_with_other_c']), (now, then))
        self.assertNotEqual(now, then)

    def test_a_decision_is_taken_back(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'inbox', 'take', number)
        self.w.run('xa', 'inbox', 'undo')
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 22)
        self.assertIsNone(self.w.value('xa', 'SELECT decision FROM conflict'))
        self.assertEqual(self.item('xa')['id'], number)  # it waits again
        done = self.w.call('xa', 'inbox', 'undo', number)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(self.w.json('xa', 'inbox', '--decided')['decided'], [])
        # And after the district has it.
        self.w.run('xa', 'inbox', 'take', number)
        self.sync('xa', 'xb')
        self.assertEqual(self.values(), [11, 11, 11])
        for name in ('xa', 'xb'):  # whoever comes later finds it by what was decided
            told, = self.w.json(name, 'inbox', '--decided')['decided']
            self.assertEqual((told['id'], told['decision']), (number, 'take_other'))
            self.assertIn('22', told['kept'])
            self.assertIn('11', told['other'])
        self.w.run('xb', 'inbox', 'undo', number)
        self.sync('xb', 'xa')
        self.assertEqual(self.values(), [22, 22, 22])
        # Each was an ordinary change under its author's name.
        told = self.w.json('district', 'why', 'activity', self.label, 'participants')['story']
        self.assertEqual(self.w.json('xb', 'inbox', '--decided')['decided'], [])
        self.assertEqual([t['after']['participants'] for t in told][-2:], [11, 22])
        self.assertEqual({t['author'] for t in told}, {'cán bộ xã'})

    def test_keeping_is_taken_back(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'inbox', 'keep', number)
        self.sync('xa', 'xb')
        self.empty('xb')
        # Without a name it is an answer of this machine that goes back: this one gave none.
        done = self.w.call('xb', 'inbox', 'undo')
        self.assertEqual(done.returncode, 5, done.stdout)
        self.assertIn('[E203]', done.stderr)
        self.assertEqual(self.w.value('xb', 'SELECT decision FROM conflict'), 'keep')
        said = self.w.run('xb', 'inbox', 'undo', number)
        self.assertIn(self.label, said)
        self.assertIn('(cán bộ xã)', said)
        self.sync('xb', 'xa')
        self.assertEqual(self.item('xa')['id'], number)
        self.assertEqual(self.item('xb')['id'], number)
        # The one that decided it finds it without a name, after it was sent, too.
        self.w.run('xa', 'inbox', 'keep', number)
        self.sync('xa', 'xb', 'xa')
        self.w.run('xa', 'inbox', 'undo')
        self.assertIsNone(self.w.value('xa', 'SELECT decision FROM conflict'))

    def test_a_third_value(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'inbox', 'edit', number, 'participants=33')
        self.assertEqual(self.w.json('xa', 'inbox')['open'], 0)  # answered, not yet sent
        self.assertIn('Đã sửa ở đây', self.w.run('xa', 'inbox'))
        self.w.run('xa', 'inbox', 'undo', number)
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 22)
        # Without a name it is the newest answer that goes back, of whatever kind.
        self.w.run('xa', 'inbox', 'keep', number)
        self.w.run('xa', 'inbox', 'edit', number, 'participants=33')
        self.assertEqual([d['decision'] for d in self.w.json('xa', 'inbox', '--decided')['decided']],
                         ['edit', 'keep'])
        self.w.run('xa', 'inbox', 'undo')
        self.assertEqual(self.w.ask('xa', 'SELECT a.participants, c.decision FROM activity a, conflict c'),
                         [(22, 'keep')])
        self.w.run('xa', 'inbox', 'undo')
        self.assertEqual(self.w.json('xa', 'inbox', '--decided')['decided'], [])
        self.w.run('xa', 'inbox', 'edit', number, 'participants=34')
        self.sync('xa', 'xb')
        self.assertEqual(self.values(), [34, 34, 34])
        self.empty('xa', 'xb')

    def test_the_same_answer_on_two_devices_is_no_new_conflict(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'inbox', 'take', number)
        self.w.run('xb', 'inbox', 'take', number)
        self.sync('xa', 'xb', 'xa')
        self.assertEqual(self.values(), [11, 11, 11])
        self.empty('xa', 'xb')
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM conflict'), 1)

    def test_a_text_like_personal_data_is_shown_and_asks_for_nothing(self):
        self.w.run('xa', 'inbox', 'keep', self.item('xa')['id'])
        self.sync('xa')
        self.w.run('xa', 'edit', 'activity', self.label, 'results=gọi 0912345678', '--yes')
        said = self.w.json('xa', 'inbox')
        self.assertEqual([(i['kind'], i['reason']) for i in said['items']], [('lint', None)])
        self.assertIn('0912345678', said['items'][0]['detail'])
        self.assertIsNone(said['items'][0]['effect'])
        self.assertEqual(said['items'][0]['effect_none'], 'text')
        # It has no id: its table and row name it.
        self.assertEqual(self.w.json('xa', 'inbox', 'show', said['items'][0]['name'])['items'], said['items'])
        self.assertIn('không đổi điểm', self.w.run('xa', 'inbox'))
        self.assertEqual(said['open'], 0)
        # The two parts are the whole: the page asks for each by itself, for one reads all texts.
        self.assertEqual(self.w.json('xa', 'inbox', '--texts')['items'], said['items'])
        self.assertEqual(self.w.json('xa', 'inbox', '--no-texts')['items'], [])

    def test_wrong_usage(self):
        for args in (('take',), ('nonsense', 'abc'), ('take', 'ffffffff'), ('edit', 'ffffffff'),
                     ('edit', 'ffffffff', 'participants=1'), ('undo', 'a', 'b'), ('undo',)):
            done = self.w.call('xa', 'inbox', *args)
            self.assertIn(done.returncode, (5,) if args == ('undo',) else (1, 2), args)
            self.assertIn('Lỗi [', done.stderr)


class Returned(Case):
    def test_corrected_in_place_and_released(self):
        label = self.add('xa', 7, '08779-04@2019-01-01', 'held_on=2020-09-16')
        before = self.w.json('xa', 'score', '2020-Q4')['final_c']
        self.behind('UPDATE activity SET participants = -7',
                    "UPDATE tq_log SET new = replace(new, '=7,', '=-7,')")
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['accepted'], result['equal']), (1, 0, True))
        items = self.inbox('xa', ok=(5,))
        self.assertEqual([i['kind'] for i in items], ['returned'])  # once, not as held as well
        self.assertIn(label, items[0]['row'])
        self.assertIn('-7', items[0]['detail'])
        self.assertEqual(items[0]['kept'], '(huyện chưa có dòng này)')
        # A row that came back counts for nothing as long: without it, and with it.
        effect = items[0]['effect']
        self.assertEqual((effect['period'], effect['row'], effect['final_with_other_c']),
                         ('ADMIN/2020-Q4', True, before))
        self.assertEqual(effect['final_c'], self.w.json('xa', 'score', '2020-Q4')['final_c'])
        self.assertNotEqual(effect['final_c'], before)
        self.assertIn('khi chưa có dòng này; có thì', self.w.run('xa', 'inbox', ok=(5,)))
        self.assertRegex(items[0]['other'], r'= -7.* \(cán bộ xã, máy này, \d\d:\d\d ')
        self.assertTrue(items[0]['reason'].startswith('R'))
        said = self.w.json('xa', 'status')
        self.assertEqual((said['rows_returned'], said['green']), (1, False))
        self.assertEqual(said['waiting'][0]['state'], 'returned')
        cells = self.w.json('xa', 'status', '--values')['cells']
        self.assertEqual([(c['cell'], c['district'], c['state']) for c in cells], [(None, None, 'returned')])
        self.assertIn('(huyện chưa có dòng này)', self.w.run('xa', 'status', '--values'))
        self.assertIn('huyện trả lại', self.w.run('xa', 'list', 'activity'))
        number = self.w.json('xa', 'receipt')['sets'][0]['set']
        told = self.w.json('xa', 'receipt', number)
        self.assertEqual(len(told['exceptions']), 1)
        self.assertIn(label, self.w.run('xa', 'receipt', number))
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 0)
        # It is left out of what is equal, and stays over further syncs.
        self.sync('xa')
        self.assertEqual(len(self.inbox('xa')), 1)
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'results=họp')
        self.assertIn('Đã sửa ở đây', self.w.run('xa', 'inbox', ok=(5,)))
        self.w.run('xa', 'inbox', 'undo')  # as it was refused: corrected is nothing
        self.assertNotIn('Đã sửa ở đây', self.w.run('xa', 'inbox', ok=(5,)))
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'participants=9')
        self.assertIn('Đã sửa ở đây', self.w.run('xa', 'inbox', ok=(5,)))
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'participants=8', 'results=đã họp')
        self.assertEqual([(d['kind'], d['decision']) for d in self.w.json('xa', 'inbox', '--decided')['decided']],
                         [('returned', 'edit')])  # of an item the newest: that one goes back first
        self.w.run('xa', 'inbox', 'undo', items[0]['id'])
        self.assertEqual(self.w.ask('xa', 'SELECT participants, results FROM activity'), [(9, None)])
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'participants=8')
        self.assertIn('chờ gửi lại', self.w.run('xa', 'inbox', ok=(5,)))
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['equal']), (0, True))
        self.empty('xa')
        self.assertEqual(self.w.ask('district', 'SELECT label, participants FROM activity'), [(label, 8)])
        self.assertEqual(self.w.ask('xa', 'SELECT label, participants FROM activity'), [(label, 8)])
        # The receipt of the set that was refused has been amended.
        told = {s['set']: s for s in self.w.json('xa', 'receipt')['sets']}
        self.assertEqual((told[number]['accepted'], told[number]['refused']), (1, 0))

    def test_rows_of_one_import_are_not_taken_for_each_other(self):
        path = self.w.path('activity.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('kind,village,planned_on,participants\n' + ''.join(
                'patrol,08779-04@2019-01-01,2020-09-15,%d\n' % n for n in (7, 6)))
        self.w.run('xa', 'import', path)
        self.behind('UPDATE activity SET participants = -participants',
                    "UPDATE tq_log SET new = replace(replace(new, '=7,', '=-7,'), '=6,', '=-6,')")
        self.sync('xa')
        items = {i['detail'][-2:]: i['id'] for i in self.inbox('xa', ok=(5,))}
        self.assertEqual(sorted(items), ['-6', '-7'])
        self.assertEqual(len(set(items.values())), 2)
        label = self.w.value('xa', 'SELECT label FROM activity WHERE participants = -7')
        done = self.w.call('xa', 'inbox', 'edit', items['-7'][:12], 'participants=1')
        self.assertEqual(done.returncode, 5, done.stdout)
        for number in items.values():
            self.assertIn(number, done.stderr)
        self.assertIn('không có gì đổi', self.w.run('xa', 'inbox', 'edit', items['-7'], 'results='))
        self.assertEqual(self.w.json('xa', 'inbox', '--decided')['decided'], [])
        self.w.run('xa', 'inbox', 'edit', items['-7'], 'participants=8')
        self.w.run('xa', 'inbox', 'edit', items['-6'], 'participants=9')
        self.assertEqual([d['id'] for d in self.w.json('xa', 'inbox', '--decided')['decided']],
                         [items['-6'], items['-7']])
        done = self.w.call('xa', 'inbox', 'undo', items['-7'][:12])
        self.assertEqual(done.returncode, 5, done.stdout)
        self.w.run('xa', 'inbox', 'edit', items['-6'], 'participants=10')
        self.assertIn('giá trị như trước', self.w.run('xa', 'inbox', 'undo', items['-6']))
        self.assertEqual(sorted(self.w.ask('xa', 'SELECT participants, label = ? FROM activity', label)),
                         [(8, 1), (9, 0)])

    def test_many_rows_that_came_back_cost_no_more_scores(self):
        path = self.w.path('activity.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('kind,village,planned_on,participants\n' + ''.join(
                'patrol,08779-04@2019-01-01,2020-09-15,%d\n' % n for n in range(101, 124)))
        self.w.run('xa', 'import', path)
        self.behind('UPDATE activity SET participants = -participants',
                    *["UPDATE tq_log SET new = replace(new, '=%d,', '=-%d,') WHERE new LIKE '%%=%d,%%'" % (n, n, n)
                      for n in range(101, 124)])
        self.sync('xa')
        items = [i for i in self.inbox('xa', ok=(5,)) if i['kind'] == 'returned']
        self.assertEqual(len(items), 23)
        left = [i['effect_left_out'] for i in items]
        self.assertEqual(left, [False] * 20 + [True] * 3)
        self.assertEqual([i['effect'] is None for i in items], left)
        self.assertTrue(all('cán bộ xã, máy này' in i['other'] for i in items), items)
        self.assertIn('chỉ tính điểm cho 20 việc đầu', self.w.call('xa', 'inbox').stdout)
        # Each of the rest can be asked for by itself, and all at once.
        self.assertEqual([i['effect_none'] for i in items], [None] * 20 + ['left_out'] * 3)
        for item in items[20:]:
            one, = self.w.json('xa', 'inbox', 'show', item['id'], ok=(5,))['items']
            self.assertEqual((one['id'], one['effect_none'], one['other']), (item['id'], None, item['other']))
            self.assertEqual(one['effect'], items[0]['effect'])
        every = self.w.json('xa', 'inbox', '--effects', ok=(5,))['items']
        self.assertEqual([i['effect'] for i in every if i['kind'] == 'returned'], [items[0]['effect']] * 23)
        done = self.w.call('xa', 'inbox', 'show', 'ffffffff')
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn('ffffffff', done.stderr)

    def test_voided_instead(self):
        label = self.add(participants=7)
        self.behind('UPDATE activity SET participants = -7',
                    "UPDATE tq_log SET new = replace(new, '=7,', '=-7,')")
        self.sync('xa')
        self.w.run('xa', 'void', 'activity', label, 'nhập nhầm', '--yes')
        self.sync('xa', 'xa')
        self.empty('xa')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM activity'), 0)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM activity'), 0)


class Refused(Case):
    """A change of a row that is there: the cell goes back to the district's value."""

    def setUp(self):
        super().setUp()
        self.label = self.add(participants=5)
        self.sync('xa')
        self.refuse()
        self.assertEqual(self.here(), 5)

    def refuse(self):
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=9')
        self.behind('UPDATE activity SET participants = -9',
                    "UPDATE tq_log SET new = replace(new, '=9,', '=-9,')")
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['accepted'], result['equal']), (1, 0, True))

    def here(self):
        return self.w.value('xa', 'SELECT participants FROM activity')

    def item(self):
        item, = self.inbox('xa', ok=(5,))
        self.assertEqual((item['kind'], item['reason']), ('refused', 'R07'))
        return item

    def test_is_listed_with_both_values_until_it_is_seen(self):
        item = self.item()
        self.assertIn(self.label, item['row'])
        # What stands was written by the insert, what was not taken by the change after it.
        self.assertRegex(item['kept'], r'= 5 \(cán bộ xã, máy này, \d\d:\d\d ')
        self.assertRegex(item['other'], r'= -9 \(cán bộ xã, máy này, \d\d:\d\d ')
        # No rule lets it be tried: that is said.
        self.assertEqual((item['effect'], item['effect_none']), (None, 'no_score'))
        self.assertIn('không tính được', self.w.run('xa', 'inbox', 'show', item['id'], ok=(5,)))
        self.assertIn('inbox keep', item['next_step'])
        said = self.w.json('xa', 'status')
        self.assertEqual((said['cells_refused'], said['green']), (1, False))
        self.assertIn('inbox', said['verdict'])
        self.sync('xa')
        self.assertEqual(self.item()['id'], item['id'])
        self.w.run('xa', 'inbox', 'keep', item['id'])
        self.empty('xa')
        self.assertEqual(self.w.json('xa', 'status')['cells_refused'], 0)
        done = self.w.call('xa', 'inbox', 'keep', item['id'])
        self.assertEqual(done.returncode, 5, done.stderr)
        self.sync('xa')  # the receipt is not told a second time
        self.empty('xa')
        # Seen by mistake: it waits again, whatever is sent meanwhile.
        told, = self.decided()
        self.assertEqual((told['id'], told['kind'], told['decision'], told['decided_by']),
                         (item['id'], 'refused', 'keep', 'cán bộ xã'))
        self.assertTrue(told['kept'].endswith('= 5') and told['other'].endswith('= -9'), told)
        said = self.w.run('xa', 'inbox', 'undo')  # nothing was written, nothing is sent
        self.assertIn('lại chờ quyết', said)
        self.assertNotIn('Chờ gửi', said)
        self.assertEqual(self.item()['id'], item['id'])
        self.assertEqual(self.decided(), [])
        self.w.run('xa', 'edit', 'activity', self.label, 'results=đã họp')
        self.sync('xa')
        self.assertEqual(self.item()['id'], item['id'])
        self.w.run('xa', 'inbox', 'keep', item['id'])
        self.empty('xa')

    def decided(self):
        return self.w.json('xa', 'inbox', '--decided')['decided']

    def test_an_answer_is_taken_back_and_it_waits_again(self):
        number = self.item()['id']
        self.w.run('xa', 'inbox', 'edit', number, 'participants=8')
        self.assertEqual(self.inbox('xa'), [])
        told, = self.decided()
        self.assertEqual((told['kind'], told['decision']), ('refused', 'edit'))
        self.assertTrue(told['kept'].endswith('= 5') and told['other'].endswith('= 8'), told)
        self.w.run('xa', 'inbox', 'undo', number)
        self.assertEqual(self.here(), 5)
        self.assertEqual(self.item()['id'], number)
        self.assertEqual(self.w.json('xa', 'inbox', ok=(5,))['open'], 1)  # the undo is no answer
        self.sync('xa')
        self.assertEqual(self.item()['id'], number)
        self.assertEqual(self.w.json('xa', 'status')['cells_refused'], 1)
        self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'), 5)
        # And after the district has the answer; a later one is an answer again.
        self.w.run('xa', 'inbox', 'edit', number, 'participants=8')
        self.sync('xa')
        self.empty('xa')
        self.w.run('xa', 'inbox', 'undo')
        self.sync('xa')
        self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'), 5)
        self.assertEqual(self.item()['id'], number)
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=7')
        self.assertEqual(self.w.json('xa', 'inbox')['open'], 0)
        self.sync('xa')
        self.empty('xa')

    def test_an_answer_that_was_written_over_is_not_taken_back(self):
        self.w.run('xa', 'inbox', 'edit', self.item()['id'], 'participants=8')
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=6')
        done = self.w.call('xa', 'inbox', 'undo')
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertRegex(done.stderr, r'= 8".*= 6"')
        self.assertEqual(self.here(), 6)
        self.assertEqual(len(self.decided()), 1)

    def test_what_stands_is_told_with_the_other_machine_that_wrote_it(self):
        self.w.join('xb')
        self.sync('xb')
        self.w.run('xb', 'edit', 'activity', self.label, 'participants=6', 'held_on=2020-09-16')
        self.sync('xb', 'xa')
        self.refuse()  # later than what stands
        item = self.item()
        self.assertRegex(item['kept'], r'= 6 \(cán bộ xã, máy B \(máy xb\), \d\d:\d\d ')
        self.assertRegex(item['other'], r'= -9 \(cán bộ xã, máy này, \d\d:\d\d ')

    def test_the_same_value_again_is_judged_as_any_other(self):
        done = self.w.call('xa', 'inbox', 'take', self.item()['id'])
        self.assertNotEqual(done.returncode, 0)  # the triggers refuse what the tool got past
        self.assertEqual(self.here(), 5)
        self.item()

    def test_the_right_value_answers_it(self):
        self.w.run('xa', 'inbox', 'edit', self.item()['id'], 'participants=8')
        self.sync('xa')
        self.empty('xa')
        self.assertEqual(self.w.value('district', 'SELECT participants FROM activity'), 8)

    def test_a_later_change_of_the_cell_answers_it_too(self):
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=7')
        self.assertEqual(self.w.json('xa', 'inbox')['open'], 0)
        self.assertIn('chờ gửi lại', self.w.run('xa', 'inbox'))
        self.sync('xa')
        self.empty('xa')
        self.assertEqual(self.here(), 7)


class Held(Case):
    def test_waits_for_its_village_and_is_released_by_itself(self):
        self.w.join('xb')
        self.behind("INSERT INTO unit (unit, code, valid_from, level, type, name, short_name, parent) "
                    "SELECT '08779-99@2020-01-01', '08779-99', '2020-01-01', level, type, 'Thôn Mới', "
                    "'Mới', parent FROM unit WHERE unit = '08779-04@2019-01-01'")
        label = self.add('xa', 9, '08779-99@2020-01-01', 'held_on=2020-09-16')
        before = self.w.json('xa', 'score', '2020-Q4')['final_c']
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['held'], result['accepted']), (1, 0))
        # The receipt says what it is for, and what was not taken as it was sent, and why.
        number = str(self.w.value('xa', 'SELECT max(n) FROM tq_set'))
        told = self.w.json('xa', 'receipt', number)
        self.assertEqual([(c['table'], c['new'], c['changed']) for c in told['covers']], [('activity', 1, 0)])
        paper = self.w.run('xa', 'receipt', number)
        for said in ('Hoạt động: 1 mục mới', label, 'tạm giữ', 'chưa có dòng mà nó tham chiếu'):
            self.assertIn(said, paper)
        items = [i for i in self.inbox('xa') if i['kind'] == 'held']
        self.assertEqual(len(items), 1)
        self.assertIn(label, items[0]['row'])
        self.assertIn('Thôn', items[0]['detail'])
        self.assertEqual(items[0]['kept'], '(huyện chưa có dòng này)')
        # What the row itself gives: without it, and with it.
        effect = items[0]['effect']
        self.assertEqual((effect['period'], effect['row']), ('ADMIN/2020-Q4', True))
        self.assertNotEqual(effect['final_with_other_c'], effect['final_c'])
        self.assertEqual(effect['final_with_other_c'], before)
        self.assertEqual(effect['final_c'], self.w.json('xa', 'score', '2020-Q4')['final_c'])
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'participants=10', 'village=08779-04@2019-01-01')
        self.assertEqual(self.w.json('xa', 'inbox', '--decided')['decided'][0]['kind'], 'held')
        self.w.run('xa', 'inbox', 'undo')
        self.assertEqual(self.w.ask('xa', 'SELECT participants, village FROM activity'),
                         [(9, '08779-99@2020-01-01')])
        # The other machine sees what is held, by its content.
        self.sync('xb')
        items = [i for i in self.inbox('xb') if i['kind'] == 'held']
        self.assertEqual(len(items), 1)
        self.assertIn(label, items[0]['other'])
        self.assertIn('cán bộ xã, máy A (máy xa)', items[0]['other'])
        self.assertEqual(items[0]['kept'], '(huyện chưa có dòng này)')
        self.assertFalse(self.w.json('xa', 'status')['green'])
        self.village('08779-99')
        self.sync('xa', 'xb')
        self.empty('xa', 'xb')
        for name in ('xa', 'xb', 'district'):
            self.assertEqual(self.w.value(name, 'SELECT participants FROM activity WHERE label = ?',
                                          label), 9, name)
        sets = self.w.json('xa', 'receipt')['sets']
        self.assertEqual({(s['refused'], s['held']) for s in sets}, {(0, 0)})
        self.assertEqual(sets[-1]['accepted'], 1)

    def test_a_receipt_that_amends_part_of_a_set_hides_nothing_of_the_rest(self):
        for code, name in (('98', 'Chưa Có'), ('99', 'Mới')):
            self.behind("INSERT INTO unit (unit, code, valid_from, level, type, name, short_name, parent) "
                        "SELECT '08779-%s@2020-01-01', '08779-%s', '2020-01-01', level, type, 'Thôn %s', "
                        "'%s', parent FROM unit WHERE unit = '08779-04@2019-01-01'"
                        % (code, code, name, name))
        labels = [self.add(participants=n, village=v) for n, v in (
            (9, '08779-99@2020-01-01'), (10, '08779-98@2020-01-01'), (11, '08779-04@2019-01-01'))]
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['held'], result['accepted']), (2, 1))
        number = str(self.w.value('xa', 'SELECT max(n) FROM tq_set'))
        self.assertEqual(self.told(number), ((1, 2, 0), labels[:2], 0))
        # The village that is waited for stands there by its name; its key is for programs.
        paper = self.w.run('xa', 'receipt', number)
        self.assertIn('Mới', paper)
        self.assertNotIn('08779-99', paper)
        self.village('08779-99')
        self.sync('xa')
        self.assertEqual(self.told(number), ((2, 1, 0), [labels[1]], 1))
        paper = self.w.run('xa', 'receipt', number)
        self.assertIn('1 biên nhận bổ sung', paper)
        self.assertIn(labels[1], paper)
        self.assertNotIn('đã nhận', paper)
        # Written to files, it is all of them: the first one, and the one that amends it.
        proof = self.w.path('proof.bin')
        with open(proof + '-2', 'w', encoding='utf-8'):
            self.assertIn('[E107]', self.w.call('xa', 'receipt', number, '--export', proof).stderr)
        self.assertFalse(os.path.exists(proof))
        os.remove(proof + '-2')
        self.w.run('xa', 'receipt', number, '--export', proof)
        told = [self.w.json('district', 'ledger', 'receipt', path) for path in (proof, proof + '-2')]
        self.assertEqual([t['ledger'] for t in told], ['held', 'held'])
        self.assertEqual([content(path) for path in (proof, proof + '-2')],
                         [row[0] for row in self.w.ask(
                             'xa', 'SELECT bytes FROM tq_receipt WHERE (incarnation, seq) ='
                             ' (SELECT incarnation, seq FROM tq_set WHERE n = %s) ORDER BY t' % number)])
        # Voided before it was taken: nothing of it is refused any more.
        self.w.run('xa', 'void', 'activity', labels[1], 'nhập nhầm', '--yes')
        self.sync('xa')
        self.assertEqual(self.told(number), ((3, 0, 0), [], 2))
        self.assertTrue(self.w.json('xa', 'receipt', number)['signature_valid'])

    def told(self, number):
        line = [s for s in self.w.json('xa', 'receipt')['sets'] if str(s['set']) == number][0]
        one = self.w.json('xa', 'receipt', number)
        return ((line['accepted'], line['held'], line['refused']),
                [e['row'] for e in one['exceptions']], one['amended'])

    def village(self, code):
        source = os.path.join(FOUNDED.records, 'district', 'unit.csv')
        with open(source, encoding='utf-8') as stream:
            lines = stream.readlines()
        village = [l for l in lines if '08779-04@2019-01-01' in l][0]
        with open(self.w.path('unit.csv'), 'w', encoding='utf-8') as stream:
            stream.write(lines[0] + village.replace('08779-04', code).replace('2019', '2020'))
        self.w.run('district', 'import', 'unit', self.w.path('unit.csv'))


class Same(Case):
    def test_one_incident_on_two_machines(self):
        """Both are listed, here and at the district, until one is voided."""
        self.w.join('xb')
        labels = []
        for name in ('xa', 'xb'):
            self.w.run(name, 'add', 'incident', 'area=1', 'category=theft', 'occurred_on=2020-11-05',
                       'village=08779-04@2019-01-01', '--yes')
            labels.append(self.w.value(name, 'SELECT label FROM incident'))
        self.assertNotEqual(*labels)
        self.sync('xa', 'xb', 'xa')
        for name in ('xa', 'district'):
            said = self.w.json(name, 'same')
            self.assertEqual(said['total'], 1, name)
            self.assertEqual(said['pairs'][0]['reason'], 'facts')
            text = self.w.run(name, 'same')
            for label in labels:
                self.assertIn(label, text)
        kept = self.w.json('district', 'same')['pairs'][0]['id']
        self.assertEqual(self.w.call('district', 'same', 'keep', kept).returncode, 2)
        self.assertEqual(self.w.call('district', 'same', 'keep', '00', '--why=x').returncode, 1)
        self.w.run('district', 'same', 'keep', kept, '--why=hai nhà')
        self.assertEqual(self.w.json('district', 'same')['total'], 0)
        self.w.run('xa', 'void', 'incident', labels[1], 'trùng ' + labels[0], '--yes')
        self.assertEqual(self.w.json('xa', 'same')['total'], 0)
        self.sync('xa', 'xb')
        self.assertEqual(self.w.json('xb', 'same')['total'], 0)


class Orphans(Case):
    def test_a_child_of_a_voided_row_is_listed(self):
        """One machine voids the incident while the other writes a notice of it: both are taken, and
        both sides list the notice until it is voided too."""
        self.w.join('xb')
        self.w.run('xa', 'add', 'incident', 'area=1', 'category=theft', 'occurred_on=2020-11-05', '--yes')
        self.sync('xa', 'xb')
        label = self.w.value('xa', 'SELECT label FROM incident')
        self.w.run('xa', 'void', 'incident', label, 'không có thật', '--yes')
        self.w.write('xb', "INSERT INTO border_notice(unit, incident) SELECT unit, id FROM incident")
        self.sync('xa', 'xb', 'xa')
        for name in ('xa', 'xb', 'district'):
            said = self.w.json(name, 'same')['orphans']
            self.assertEqual(len(said), 1, name)
            self.assertEqual(said[0]['void_reason'], 'không có thật')
            text = self.w.run(name, 'same')
            self.assertIn('đã bị hủy', text)
            self.assertIn(label, text)
        self.w.write('xb', "UPDATE border_notice SET voided_at = 1608000000000, void_reason = 'theo vụ'")
        self.sync('xb', 'xa')
        for name in ('xa', 'xb', 'district'):
            self.assertEqual(self.w.json(name, 'same')['orphans'], [], name)


class Locked(Case):
    def test_a_change_of_a_locked_period_becomes_a_request(self):
        self.w.run('xa', 'add', 'village_return', 'village=08779-04@2019-01-01', 'period=ADMIN/2020-11',
                   'indicator=households_signed@1', 'value=96', 'source=typed', '--yes')
        self.sync('xa')
        self.w.run('district', 'period', 'lock', 'ADMIN/2020-11')
        row = '08779-04@2019-01-01;ADMIN/2020-11;households_signed@1'
        self.w.run('xa', 'edit', 'village_return', row, 'value=97')
        cell = self.w.json('xa', 'status', '--values')['cells'][0]
        self.assertEqual((cell['here']['value'], cell['district']['value']), (97, 96))
        result = self.w.json('xa', 'sync')
        self.assertTrue(result['equal'])
        self.assertEqual(result['requested'], 1, result)
        items = self.inbox('xa', ok=(5,))
        self.assertEqual([i['kind'] for i in items], ['correction_asked'])
        self.assertRegex(items[0]['kept'], r'= 96.*\(cán bộ xã, máy này, \d\d:\d\d ')
        self.assertRegex(items[0]['other'], r'= 97; .*\(cán bộ xã, máy này')
        self.assertEqual(self.w.value('district', 'SELECT value FROM village_return'), 96)
        effect = items[0]['effect']
        self.assertEqual((effect['period'], effect['row']), ('ADMIN/2020-11', False))
        said = self.w.json('xa', 'status')
        self.assertFalse(said['green'])
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'value=98')
        self.assertEqual(self.w.json('xa', 'inbox', '--decided')['decided'][0]['kind'], 'correction')
        self.w.run('xa', 'inbox', 'undo', items[0]['id'])
        self.assertEqual(self.w.value('xa', 'SELECT value FROM village_return'), 96)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
