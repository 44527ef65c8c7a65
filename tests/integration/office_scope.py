#!/usr/bin/env python3
"""office_scope.py COMMUNE DISTRICT - Two communes become one while their offices are away: whose rows
an office holds follows the units that were closed into its own (sync.md sections 2, 4 and 8)."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
BACH_LUU = '08779@2004-01-01'
LANG_CONG = '08773@2004-01-01'
NEW = '08999@2021-01-01'
VILLAGE = {BACH_LUU: '08779-04@2019-01-01', LANG_CONG: '08773-01@2019-01-01'}


class Scope(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()
        for name, unit in (('bl', BACH_LUU), ('lc', LANG_CONG)):
            self.w.join(name, unit=unit)
            self.w.json(name, 'add', 'tip', 'area=1', 'received_on=2020-10-01', 'note=' + name)
            self.sync(name)

    def sync(self, *names):
        for name in names:
            self.assertTrue(self.w.json(name, 'sync')['equal'], name)

    def bring(self, table, *lines):
        path = self.w.path(table + '.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('\n'.join(lines) + '\n')
        self.w.run('district', 'import', table, path)

    def merge(self):
        """Both are closed into a new commune."""
        self.bring('unit', 'unit,code,valid_from,level,type,name,full_name,valid_to,state',
                   '%s,08999,2021-01-01,3,commune,Mới (mẫu),Xã Mới (mẫu),,active' % NEW,
                   '%s,08779,2004-01-01,3,commune,Bạch Lưu,Xã Bạch Lưu,2020-12-31,merged' % BACH_LUU,
                   '%s,08773,2004-01-01,3,commune,Lãng Công,Xã Lãng Công,2020-12-31,merged' % LANG_CONG)
        self.bring('unit_successor', 'old_unit,new_unit,happened_on,share,resolution_no',
                   '%s,%s,2021-01-01,full,mẫu' % (BACH_LUU, NEW),
                   '%s,%s,2021-01-01,full,mẫu' % (LANG_CONG, NEW))

    def notes(self, name):
        return sorted(row['note'] for row in self.w.json(name, 'list', 'tip')['rows'])

    def owners(self, name):
        return [row[0] for row in self.w.ask(name, 'SELECT unit FROM tip ORDER BY unit')]

    def test_the_new_office_holds_what_both_had(self):
        self.merge()
        self.w.join('xm', unit=NEW)
        self.assertEqual(self.notes('xm'), ['bl', 'lc'])
        self.assertEqual(self.owners('xm'), [LANG_CONG, BACH_LUU])  # they keep their owner
        # What the old machines still send arrives here with the next night.
        self.w.json('lc', 'add', 'tip', 'area=2', 'received_on=2020-10-02', 'note=muộn')
        self.assertEqual(self.w.json('lc', 'sync')['accepted'], 1)
        self.w.json('xm', 'add', 'tip', 'area=3', 'received_on=2021-01-05', 'note=mới')
        self.sync('xm')
        self.assertEqual(self.notes('xm'), ['bl', 'lc', 'muộn', 'mới'])
        # The old machines hold their own only; another commune never sees any of it.
        self.sync('bl')
        self.assertEqual(self.notes('bl'), ['bl'])
        self.w.join('xk', unit='08776@2004-01-01')
        self.assertEqual(self.notes('xk'), [])
        # The rows of a closed unit are history: nobody writes to them any more.
        self.w.write('xm', 'UPDATE tip SET area = 5 WHERE note = ?', 'bl')
        said = self.w.json('xm', 'sync')
        self.assertEqual((said['accepted'], said['refused']), (0, 1))
        self.assertEqual(self.w.value('district', "SELECT area FROM tip WHERE note = 'bl'"), 1)
        self.sync('xm')
        self.assertEqual(self.w.value('xm', "SELECT area FROM tip WHERE note = 'bl'"), 1)
        # What was written is not lost from sight: in the list with both values, until it is seen.
        item, = self.w.json('xm', 'inbox', ok=(5,))['items']
        self.assertEqual((item['kind'], item['reason']), ('refused', 'R20'))
        self.w.run('xm', 'inbox', 'take', item['id'])
        self.assertEqual(self.w.json('xm', 'inbox')['open'], 0)  # answered, waits to be sent
        self.assertEqual(self.w.json('xm', 'sync')['refused'], 1)  # once more
        item, = self.w.json('xm', 'inbox', ok=(5,))['items']
        self.w.run('xm', 'inbox', 'keep', item['id'])
        self.assertEqual(self.w.json('xm', 'inbox')['items'], [])

    def test_a_closed_office_finishes_what_it_had(self):
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=trước')
        self.merge()
        said = self.w.json('bl', 'sync')
        self.assertEqual((said['accepted'], said['refused'], said['equal']), (1, 0, True))
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=sau')
        said = self.w.json('bl', 'sync')
        self.assertEqual((said['accepted'], said['refused']), (0, 1))
        self.assertEqual(self.notes('bl'), ['bl', 'sau', 'trước'])  # nothing is lost
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tip'), 3)

    def test_the_machine_of_a_closed_unit_goes_on_as_the_new_one(self):
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=trước')
        self.merge()
        os.remove(self.w.path('bl', 'device.key'))
        invitation = self.w.json('district', 'enroll', NEW)['invitation']
        self.w.run('bl', 'join', invitation)
        said = self.w.json('bl', 'sync')
        self.assertEqual((said['accepted'], said['refused'], said['equal']), (1, 0, True))
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2021-01-05', 'note=mới')
        self.sync('bl')
        self.assertEqual(self.notes('bl'), ['bl', 'lc', 'mới', 'trước'])
        self.w.run('district', 'ledger', 'verify')

    def close(self, old, *lines):
        """`old` (code, name) is closed; each line: new unit, its code, its name, share."""
        self.bring('unit', 'unit,code,valid_from,level,type,name,full_name,valid_to,state',
                   *['%s,%s,2021-01-01,3,commune,%s,Xã %s,,active' % (unit, code, name, name)
                     for unit, code, name, _ in lines],
                   '%s,%s,2004-01-01,3,commune,%s,Xã %s,2020-12-31,merged' % (old[0], old[0][:5], old[1],
                                                                             old[1]))
        self.bring('unit_successor', 'old_unit,new_unit,happened_on,share,resolution_no',
                   *['%s,%s,2021-01-01,%s,mẫu' % (old[0], unit, share) for unit, _, _, share in lines])

    def test_renamed_while_its_office_was_away(self):
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=trước')
        renamed = '08779@2021-01-01'
        self.close((BACH_LUU, 'Bạch Lưu'), (renamed, '08779', 'Bạch Lưu Mới', 'full'))
        os.remove(self.w.path('bl', 'device.key'))
        self.w.run('bl', 'join', self.w.json('district', 'enroll', renamed)['invitation'])
        said = self.w.json('bl', 'sync')
        self.assertEqual((said['accepted'], said['refused'], said['equal']), (1, 0, True))
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2021-01-05', 'note=mới')
        self.sync('bl')
        # One commune, two dates: each row under the name that it had then.
        self.assertEqual(self.w.ask('bl', 'SELECT note, unit FROM tip ORDER BY note'),
                         [('bl', BACH_LUU), ('mới', renamed), ('trước', BACH_LUU)])
        self.assertEqual(self.w.ask('district', 'SELECT note, unit FROM tip WHERE unit <> ? ORDER BY note',
                                    LANG_CONG),
                         [('bl', BACH_LUU), ('mới', renamed), ('trước', BACH_LUU)])
        self.assertEqual(self.w.value('bl', 'SELECT count(*) FROM tq_fault'), 0)

    def test_split_in_two_while_its_office_was_away(self):
        self.w.json('bl', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=trước')
        east, west = '08997@2021-01-01', '08998@2021-01-01'
        self.close((BACH_LUU, 'Bạch Lưu'), (east, '08997', 'Đông (mẫu)', 'part'),
                   (west, '08998', 'Tây (mẫu)', 'part'))
        for name, unit in (('xd', east), ('xt', west)):
            self.w.join(name, unit=unit)
            self.w.json(name, 'add', 'tip', 'area=1', 'received_on=2021-01-05', 'note=' + name)
            self.sync(name)
        said = self.w.json('bl', 'sync')  # what it had before it learned of the splitting
        self.assertEqual((said['accepted'], said['refused'], said['equal']), (1, 0, True))
        self.sync('xd', 'xt')
        # Both hold the whole history under its owner; what is new is each one's own.
        self.assertEqual(self.notes('xd'), ['bl', 'trước', 'xd'])
        self.assertEqual(self.notes('xt'), ['bl', 'trước', 'xt'])
        self.assertEqual(self.owners('xt'), [BACH_LUU, BACH_LUU, west])
        self.sync('bl')
        self.assertEqual(self.notes('bl'), ['bl', 'trước'])

    def test_closed_into_a_commune_whose_office_was_away(self):
        """The scope of an office that is there already grows: a scan, no fault, nothing of its own lost."""
        self.w.json('lc', 'add', 'tip', 'area=4', 'received_on=2020-10-03', 'note=của mình')
        self.bring('unit', 'unit,code,valid_from,level,type,name,full_name,valid_to,state',
                   '%s,08779,2004-01-01,3,commune,Bạch Lưu,Xã Bạch Lưu,2020-12-31,merged' % BACH_LUU)
        self.bring('unit_successor', 'old_unit,new_unit,happened_on,share,resolution_no',
                   '%s,%s,2021-01-01,full,mẫu' % (BACH_LUU, LANG_CONG))
        said = self.w.json('lc', 'sync')
        self.assertEqual((said['accepted'], said['equal'], said['round_trips']), (1, True, 1))
        self.assertEqual(self.notes('lc'), ['bl', 'của mình', 'lc'])
        self.assertEqual(self.w.value('lc', 'SELECT count(*) FROM tq_fault'), 0)

    def test_what_left_the_scope_is_hidden_and_not_deleted(self):
        self.merge()
        self.w.join('xm', unit=NEW)
        successor = ('old_unit,new_unit,happened_on,share,resolution_no,voided_at,void_reason',
                     '%s,%s,2021-01-01,full,mẫu,' % (LANG_CONG, NEW))
        self.bring('unit_successor', successor[0], successor[1] + '1609459200000,ghi nhầm')
        self.sync('xm')
        self.assertEqual(self.notes('xm'), ['bl'])
        self.assertEqual(self.owners('xm'), [LANG_CONG, BACH_LUU])
        self.assertEqual(self.w.ask('xm', 'SELECT unit FROM tq_scope ORDER BY unit'),
                         [(BACH_LUU,), (NEW,)])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
