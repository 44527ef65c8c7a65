#!/usr/bin/env python3
"""district_proposals.py COMMUNE DISTRICT - What a district wrote itself after its last backup is in no
office's sets: publications come back on its signature, everything else is a proposal that an officer
confirms or refuses (sync.md section 7), with the real programs."""
import os
import sqlite3
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
LANG_CONG = '08773@2004-01-01'
QUARTER = 'ADMIN/2020-Q4'
LOCKED = 'ADMIN/2020-Q3'
DISTRICTS = ('unit', 'period', 'directive', 'ranking', 'ranking_row', 'acceptance', 'criterion')


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.serve()
        self.offices = ('bl', 'lc')
        self.w.join('bl')
        self.w.join('lc', LANG_CONG)
        self.backup = self.w.path('night.backup')
        for name in self.offices:
            self.sync(name)

    def sync(self, name):
        said = self.w.json(name, 'sync')
        self.assertTrue(said['equal'], said)
        return said

    def directive(self, label='CĐ-1'):
        path = self.w.path('directives.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('label,title,issued_on,due_on\n%s,Kiểm tra (mẫu),2020-11-20,2020-12-01\n' % label)
        self.w.run('district', 'import', 'directive', path)

    def publish(self):
        self.w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')

    def restore(self):
        self.w.stop('district')
        self.w.run('district', 'restore', self.backup)
        self.w.serve()

    def lost(self):
        """A directive, a lock and a publication after the backup; both offices have them."""
        self.w.run('district', 'backup', self.backup)
        self.directive()
        self.w.run('district', 'period', 'lock', LOCKED)
        self.publish()
        for name in self.offices:
            self.sync(name)
        before = {table: self.rows('bl', table) for table in DISTRICTS}
        self.restore()
        return before

    def rows(self, name, table):
        columns = [row[1] for row in self.w.ask(name, 'PRAGMA table_info(%s)' % table)
                   if not row[1].startswith('tq_')]
        return sorted(self.w.ask(name, 'SELECT %s FROM %s' % (', '.join(columns), table)), key=repr)

    def proposals(self, *tables):
        return [p for p in self.w.json('district', 'proposals')['proposals']
                if not tables or p['row']['table'] in tables]

    def whole(self):
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        for name in self.offices:
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_fault WHERE kind <= 3'), 0)
            self.assertEqual(self.w.ask(name, 'SELECT tbl, hex(key) FROM tq_pending'), [])
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM tq_returned'), 0)


class Proposals(Case):
    def test_are_confirmed_and_a_publication_comes_back_by_itself(self):
        before = self.lost()
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM ranking'), 0)
        self.assertGreater(self.sync('bl')['rows_offered'], 0)
        # At once, before anybody decided: the very same version, which verifies.
        self.w.wait_log('district', 'Đã nhận lại bảng xếp hạng')
        for table in ('ranking', 'ranking_row'):
            self.assertEqual(self.rows('district', table), before[table], table)
        # Nothing else is applied.
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM directive'), 0)
        self.assertNotEqual(self.w.value('district', 'SELECT state FROM period WHERE period = ?', LOCKED),
                            'locked')
        self.assertEqual({p['units']['hold'] for p in self.proposals('directive', 'period')}, {1})
        self.sync('lc')
        told = self.proposals()
        self.assertEqual({p['row']['table'] for p in told} & {'ranking', 'ranking_row'}, set())
        lock = self.proposals('period')
        self.assertEqual([(p['row']['key'], p['values']['state'], p['here']['state'], p['units']['hold'],
                           p['units']['of']) for p in lock], [(LOCKED, 'locked', 'closed', 2, 2)])
        shown = self.w.run('district', 'proposals', '--table=directive')
        self.assertIn('2 trong 2 xã', shown)
        self.assertIn('CĐ-1', shown)
        self.assertIn('(chưa có dòng này)', shown)
        waiting = len(told)
        self.assertIn('đề xuất', self.w.run('district', 'doctor', ok=(0, 5)))
        programs.wait_until(lambda: self.w.json('district', 'status', ok=(0, 5))['proposals'] == waiting,
                            'the status')
        said = self.w.json('district', 'proposals', 'confirm', '--all-with=2')
        self.assertEqual((said['confirmed'], said['failed']), (waiting, 0))
        self.assertEqual(self.proposals(), [])
        for name in self.offices:
            self.sync(name)
        for table in DISTRICTS:
            for name in self.offices + ('district',):
                self.assertEqual(self.rows(name, table), before[table], (name, table))
        for name in self.offices:
            ranked = self.w.json(name, 'rank', QUARTER)
            self.assertEqual((ranked['complete'], ranked['signature_valid']), (True, True))
        self.whole()
        what = self.w.ask('district', 'SELECT what, count(*) FROM tq_audit WHERE what LIKE \'p%\' '
                          'AND about LIKE \'proposal%\' GROUP BY what ORDER BY what')
        self.assertEqual(what, [('proposal_confirmed', waiting), ('publication_taken_back', 1)])

    def test_that_are_refused_go_from_the_offices(self):
        self.lost()
        for name in self.offices:
            self.sync(name)
        for name in self.offices:
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM directive'), 1)
        ids = [str(p['id']) for p in self.proposals('directive', 'period')]
        self.assertEqual(len(ids), 2)
        self.assertEqual(self.w.json('district', 'proposals', 'refuse', *ids)['refused'], 2)
        self.w.json('district', 'proposals', 'confirm', '--all-with=2')
        self.assertIn('Huyện không ghi lại 1 dòng', self.w.run('bl', 'sync'))
        for name in self.offices:
            self.sync(name)
            self.assertEqual(self.w.value(name, 'SELECT count(*) FROM directive'), 0)
            self.assertEqual(self.w.value(name, 'SELECT state FROM period WHERE period = ?', LOCKED), 'closed')
        self.whole()
        self.assertEqual(self.proposals(), [])
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM directive'), 0)

    def forge(self, name, sql):
        """As a hostile office would: what it holds of the lost part is not what the district wrote."""
        db = sqlite3.connect(self.w.path(name, 'office.db'), timeout=30)
        with db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute(sql)
            db.execute('UPDATE tq_flag SET applying = 0')
        db.close()

    def test_of_a_forged_publication_do_not_hinder_the_true_one(self):
        before = self.lost()
        self.forge('bl', 'UPDATE ranking_row SET place = 18 - place')
        self.sync('bl')
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM ranking'), 0)
        self.assertEqual(len(self.proposals('ranking')), 1)
        self.assertEqual(len(self.proposals('ranking_row')), len(before['ranking_row']))
        self.sync('lc')
        self.w.wait_log('district', 'Đã nhận lại bảng xếp hạng')
        for name in ('bl', 'lc'):
            self.sync(name)
            for table in ('ranking', 'ranking_row'):
                self.assertEqual(self.rows(name, table), before[table], (name, table))

    def test_of_words_beside_a_signature_do_not_come_back_with_it(self):
        self.lost()
        self.forge('bl', "UPDATE ranking SET decision_no = 'giả (mẫu)'")
        self.sync('bl')
        self.assertEqual(len(self.proposals('ranking')), 1)
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM ranking'), 0)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
