#!/usr/bin/env python3
"""office_inbox.py COMMUNE DISTRICT - What needs a person, on files that have really synced: two
devices of one commune, rows that came back, rows that wait, corrections of a locked period; and the
answers of `inbox`, `receipt` and `why`."""
import os
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

    def add(self, name='xa', participants=5, village='08779-04@2019-01-01'):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=' + village,
                   'planned_on=2020-09-15', 'participants=%d' % participants, '--yes')
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

    def item(self, name):
        items = self.inbox(name, ok=(5,))
        self.assertEqual(len(items), 1, items)
        self.assertEqual(items[0]['kind'], 'conflict')
        return items[0]

    def test_both_devices_see_both_values(self):
        self.assertEqual(self.values(), [22, 22, 22])
        for name in ('xa', 'xb'):
            item = self.item(name)
            self.assertRegex(item['kept'], r'= 22 \(cán bộ xã, máy 2, \d\d:\d\d ')
            self.assertRegex(item['other'], r'= 11 \(cán bộ xã, máy 1, \d\d:\d\d ')
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
        self.w.run('xb', 'inbox', 'undo')
        self.sync('xb', 'xa')
        self.assertEqual(self.item('xa')['id'], number)
        self.assertEqual(self.item('xb')['id'], number)

    def test_a_third_value(self):
        number = self.item('xa')['id']
        self.w.run('xa', 'inbox', 'edit', number, 'participants=33')
        self.assertEqual(self.w.json('xa', 'inbox')['open'], 0)  # answered, not yet sent
        self.assertIn('Đã sửa ở đây', self.w.run('xa', 'inbox'))
        self.w.run('xa', 'inbox', 'undo', number)
        self.assertEqual(self.w.value('xa', 'SELECT participants FROM activity'), 22)
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
        self.assertEqual(said['open'], 0)

    def test_wrong_usage(self):
        for args in (('take',), ('nonsense', 'abc'), ('take', 'ffffffff'), ('edit', 'ffffffff'),
                     ('edit', 'ffffffff', 'participants=1'), ('undo', 'a', 'b'), ('undo',)):
            done = self.w.call('xa', 'inbox', *args)
            self.assertIn(done.returncode, (5,) if args == ('undo',) else (1, 2), args)
            self.assertIn('Lỗi [', done.stderr)


class Returned(Case):
    def test_corrected_in_place_and_released(self):
        label = self.add(participants=7)
        self.behind('UPDATE activity SET participants = -7',
                    "UPDATE tq_log SET new = replace(new, '=7,', '=-7,')")
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['accepted'], result['equal']), (1, 0, True))
        items = self.inbox('xa', ok=(5,))
        self.assertEqual([i['kind'] for i in items], ['returned'])  # once, not as held as well
        self.assertIn(label, items[0]['row'])
        self.assertIn('-7', items[0]['detail'])
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
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'participants=8')
        self.assertIn('chờ gửi lại', self.w.run('xa', 'inbox', ok=(5,)))
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['accepted'], result['equal']), (0, 1, True))
        self.empty('xa')
        self.assertEqual(self.w.ask('district', 'SELECT label, participants FROM activity'), [(label, 8)])
        self.assertEqual(self.w.ask('xa', 'SELECT label, participants FROM activity'), [(label, 8)])
        # The receipt of the set that was refused has been amended.
        told = {s['set']: s for s in self.w.json('xa', 'receipt')['sets']}
        self.assertEqual((told[number]['accepted'], told[number]['refused']), (1, 0))

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
        self.w.run('xa', 'edit', 'activity', self.label, 'participants=9')
        self.behind('UPDATE activity SET participants = -9',
                    "UPDATE tq_log SET new = replace(new, '=9,', '=-9,')")
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['refused'], result['accepted'], result['equal']), (1, 0, True))
        self.assertEqual(self.here(), 5)

    def here(self):
        return self.w.value('xa', 'SELECT participants FROM activity')

    def item(self):
        item, = self.inbox('xa', ok=(5,))
        self.assertEqual((item['kind'], item['reason']), ('refused', 'R07'))
        return item

    def test_is_listed_with_both_values_until_it_is_seen(self):
        item = self.item()
        self.assertIn(self.label, item['row'])
        self.assertTrue(item['kept'].endswith('= 5'), item)
        self.assertTrue(item['other'].endswith('= -9'), item)
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
        label = self.add(participants=9, village='08779-99@2020-01-01')
        result = self.w.json('xa', 'sync')
        self.assertEqual((result['held'], result['accepted']), (1, 0))
        items = [i for i in self.inbox('xa') if i['kind'] == 'held']
        self.assertEqual(len(items), 1)
        self.assertIn(label, items[0]['row'])
        self.assertIn('Thôn', items[0]['detail'])
        # The other machine sees what is held, by its content.
        self.sync('xb')
        items = [i for i in self.inbox('xb') if i['kind'] == 'held']
        self.assertEqual(len(items), 1)
        self.assertIn(label, items[0]['other'])
        self.assertIn('cán bộ xã, máy 1', items[0]['other'])
        self.assertFalse(self.w.json('xa', 'status')['green'])
        source = os.path.join(FOUNDED.records, 'district', 'unit.csv')
        with open(source, encoding='utf-8') as stream:
            lines = stream.readlines()
        village = [l for l in lines if '08779-04@2019-01-01' in l][0]
        with open(self.w.path('unit.csv'), 'w', encoding='utf-8') as stream:
            stream.write(lines[0] + village.replace('08779-04', '08779-99').replace('2019', '2020'))
        self.w.run('district', 'import', 'unit', self.w.path('unit.csv'))
        self.sync('xa', 'xb')
        self.empty('xa', 'xb')
        for name in ('xa', 'xb', 'district'):
            self.assertEqual(self.w.value(name, 'SELECT participants FROM activity WHERE label = ?',
                                          label), 9, name)
        told = self.w.json('xa', 'receipt')['sets'][0]
        self.assertEqual((told['accepted'], told['held']), (1, 0))


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
        self.assertIn('96', items[0]['kept'])
        self.assertRegex(items[0]['other'], r'= 97; .*\(cán bộ xã, máy 1')
        self.assertEqual(self.w.value('district', 'SELECT value FROM village_return'), 96)
        said = self.w.json('xa', 'status')
        self.assertFalse(said['green'])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
