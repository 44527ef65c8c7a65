#!/usr/bin/env python3
"""district_year.py COMMUNE DISTRICT - What the district keeps over a year: the movement, its own units
beside a neighbour's, and who may change what."""
import csv
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
BACH_LUU = programs.BACH_LUU
PASSWORD = 'mot mat khau dai'
NEIGHBOUR = ('unit,code,valid_from,level,type,name,parent\n'
             '076@2004-01-01,076,2004-01-01,2,district,Sơn Dương,\n'
             '02647@2004-01-01,02647,2004-01-01,3,commune,Trường Sinh,076@2004-01-01\n')


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)

    def file(self, name, text):
        path = self.w.path(name)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        return path

    def district(self, *args, **more):
        return self.w.json('district', *args, **more)


class Year(Case):
    """With one office that joined."""

    def setUp(self):
        super().setUp()
        self.w.serve()
        self.w.join('xa')

    def movement(self, year='2020'):
        told = self.district('movement', year)
        return told, [row for row in told['rows'] if row['unit'] == BACH_LUU][0]

    def test_rates_are_the_same_in_a_file(self):
        path = self.w.path('rates.csv')
        told = self.district('board', '2020-11', '--rates')['rates']
        self.w.run('district', 'board', '2020-11', '--rates', '--csv', path)
        with open(path, encoding='utf-8-sig', newline='') as stream:
            rows = list(csv.DictReader(stream))
        self.assertEqual(len(rows), 5 * 18)
        self.assertEqual([{k: '' if r[k] is None else str(r[k]) for k in rows[0]} for r in told], rows)
        self.assertEqual({r['reports_due'] for r in told if r['unit'] is None}, {17})
        self.assertEqual(self.w.call('district', 'board', '--csv', path).returncode, 2)

    def test_a_neighbours_commune_is_counted_nowhere(self):
        self.w.run('district', 'import', 'unit', self.file('unit.csv', NEIGHBOUR))
        self.w.run('district', 'set', 'directive', 'label=CD-1', 'title=mẫu', 'body=mẫu')
        for told in (self.district('board', '2020-Q4')['rows'], self.movement()[0]['rows'],
                     self.district('directives', 'CD-1')['answers'],
                     self.district('rank', '2020-Q4')['rows']):
            self.assertEqual(len(told), 17)
            self.assertNotIn('02647', str(told))
        units = {u['unit']: u['own'] for u in self.district('units')['units']}
        self.assertEqual((len(units), units[BACH_LUU], units['02647@2004-01-01']), (18, True, False))
        # One that has ended is none of ours, either.
        self.w.run('district', 'set', 'unit', '--row=02647@2004-01-01', 'valid_to=2020-12-31')
        units = {u['unit']: u for u in self.district('units')['units']}
        self.assertFalse(units['02647@2004-01-01']['own'])
        self.assertEqual((units[BACH_LUU]['short'], units[BACH_LUU]['name']), ('Bạch Lưu', 'Xã Bạch Lưu'))
        self.w.run('district', 'set', 'unit', '--row=02647@2004-01-01', 'valid_to=')
        # Whoever asks for the neighbour's area is told of it.
        self.assertEqual(len(self.district('board', '2020-Q4', '--parent', 'Sơn Dương')['rows']), 1)

    def test_a_step_of_a_model_needs_the_facts_of_the_one_before(self):
        village = BACH_LUU.replace('@2004', '-01@2019')
        facts = (('survey_no=1/BC', 'survey_on=2020-02-01'), ('decision_no=2/QĐ', 'decision_on=2020-03-01'),
                 ('launched_on=2020-04-01',))
        lacking = []
        model = self.w.json('xa', 'add', 'model', 'kind=pilot', 'village=' + village, '--yes')['name']
        for i, more in enumerate(facts):
            self.w.run('xa', 'edit', 'model', model, *more)
            self.w.run('xa', 'sync')
            told, row = self.movement()
            self.assertEqual(list(row['step'].values()), [k <= i for k in range(3)] + [False, False])
            self.assertEqual([told['totals'][s] for s in ('surveyed', 'decided', 'launched')],
                             [1 if k <= i else 0 for k in range(3)])
            lacking.append(told['models'][0]['lacks'])
        # All of it, what holds the next step first: a plan, a committee, a covenant hold none.
        others = ['plan', 'committee', 'covenant']
        self.assertEqual(lacking, [['decision', 'launch'] + others, ['launch'] + others, others])
        self.w.run('xa', 'edit', 'model', model, 'plan_no=1/KH', 'plan_on=2020-02-15')
        # A replica that was launched counts as a step once the commune was reviewed in the year.
        self.w.run('xa', 'add', 'model', 'kind=replica', 'village=' + village, 'survey_no=3/BC',
                   'survey_on=2020-05-01', 'decision_no=4/QĐ', 'decision_on=2020-05-02', 'launched_on=2020-05-03',
                   '--yes')
        self.w.run('xa', 'sync')
        told, row = self.movement()
        self.assertEqual((told['models'][0]['lacks'], row['replicas'], row['step']['replicated']),
                         (['committee', 'covenant'], 1, False))
        self.w.run('xa', 'add', 'recognition', 'year=2020', 'villages_registered=5', 'villages_recognised=3',
                   '--yes')
        self.w.run('xa', 'sync')
        self.assertFalse(self.movement()[1]['step']['replicated'])
        self.w.run('district', 'set', 'recognition', '--row=%s;2020' % BACH_LUU, 'state=assessed')
        # Reviewed once, it stays replicated when the next year begins; that one has its own review.
        self.assertEqual([(step['reviewed'], step['replicated']) for step in
                          (self.movement(y)[1]['step'] for y in ('2019', '2020', '2021'))],
                         [(False, False), (True, True), (False, True)])
        self.w.run('xa', 'void', 'model', told['models'][1]['label'], 'dữ liệu mẫu', '--yes')
        self.w.run('xa', 'sync')
        told, row = self.movement()
        # It ran in the year before it ended; before its survey it was not there.
        self.assertEqual(row['running'], 1)
        self.w.run('xa', 'edit', 'model', model, 'ended_on=2021-03-01', 'state=ended')
        self.w.run('xa', 'sync')
        self.assertEqual([self.movement(y)[1]['running'] for y in ('2020', '2021')], [1, 0])
        self.assertEqual(self.movement('2019')[0]['models'], [])
        self.w.run('xa', 'edit', 'model', model, 'ended_on=', 'state=' + told['models'][0]['state'])
        # Without its decision the launch counts for nothing; neither does what is yet to come.
        self.w.run('xa', 'edit', 'model', model, 'decision_on=')
        self.w.run('xa', 'sync')
        self.assertEqual(self.movement()[1]['step'], {'surveyed': True, 'decided': False,
                                                      'launched': False, 'reviewed': False,
                                                      'replicated': False})
        self.assertEqual(self.movement('2019')[0]['totals']['surveyed'], 0)

    def test_festivals_and_the_two_tests_of_recognition(self):
        village = BACH_LUU.replace('@2004', '-01@2019')
        for day, more in (('2020-08-19', ['held_on=2020-08-19', 'state=done']), ('2020-11-18', []),
                          ('2019-11-18', ['held_on=2019-11-18', 'state=done'])):
            self.w.run('xa', 'add', 'activity', 'kind=festival', 'village=' + village,
                       'planned_on=' + day, *more, '--yes')
        self.w.run('xa', 'add', 'recognition', 'year=2020', 'villages_registered=5',
                   'villages_recognised=3', '--yes')
        self.w.run('xa', 'sync')
        told, row = self.movement()
        self.assertEqual((row['festivals'], row['villages'], told['recognised_percent']),
                         ({'planned': 2, 'held': 1}, 5, 70))
        self.assertEqual([row['recognition'][k] for k in ('all_registered', 'enough_recognised')],
                         [True, False])
        self.w.run('xa', 'edit', 'recognition', BACH_LUU + ';2020', 'villages_registered=4',
                   'villages_recognised=4')
        self.w.run('xa', 'sync')
        self.assertEqual([self.movement()[1]['recognition'][k]
                          for k in ('all_registered', 'enough_recognised')], [False, True])

    def test_no_sum_of_a_paper_tells_what_is_hidden_in_it(self):
        hidden = 0
        for day in ('2020-02-03', '2020-02-04', '2020-03-05', '2020-05-06', '2020-05-07'):
            self.w.run('xa', 'add', 'incident', 'area=1', 'occurred_on=' + day, 'summary=dữ liệu mẫu', '--yes')
        self.w.run('xa', 'sync')
        for period in ('2020-Q2', '2020-Q4', '2020-11'):
            for line in self.district('summary', period)['lines']:
                for row in line['communes'] + [line] if line['small'] else []:
                    out = row['outside']
                    hidden += len(out)
                    self.assertEqual('now' in out or 'previous' in out, 'ytd' in out, (period, row))
                    self.assertEqual('last_year' in out, 'ytd_last_year' in out, (period, row))
        self.assertGreater(hidden, 0)

    def test_health_counts_the_syncs_of_a_day(self):
        before = self.district('health')['days'][0]
        self.w.run('xa', 'sync')
        told = self.district('health')
        day = told['days'][0]
        self.assertEqual(day['sessions'], before['sessions'] + 1)
        self.assertEqual(day['complete'], before['complete'] + 1)
        self.assertGreater(day['bytes_in'], before['bytes_in'])
        self.assertEqual(day['round_trips'], before['round_trips'] + 1)  # a quiet night costs one
        self.assertEqual([o['outcome'] for o in told['outcomes']], ['complete'])
        self.assertIsNone(told['backup_at_ms'])
        self.w.run('district', 'backup', self.w.path('ban-sao.db'))
        self.assertGreater(self.district('health')['backup_at_ms'], 0)


class Catalogue(Case):
    """Units and scoring sheets: what ends stays, what is published stays."""

    def unit(self, key):
        return self.w.ask('district', 'SELECT name, valid_to, state, parent FROM unit WHERE unit = ?', key)[0]

    def refused(self, code, *args):
        done = self.w.call('district', *args)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(code, done.stderr)

    def test_a_rename_keeps_the_unit(self):
        self.district('units', 'rename', '08779', '--name=Bạch Lưu Mới', '--full-name=Xã Bạch Lưu Mới')
        self.assertEqual(self.unit(BACH_LUU)[:3], ('Bạch Lưu Mới', None, 'active'))
        self.assertIn('Bạch Lưu Mới', self.w.run('district', 'why', 'unit', BACH_LUU))
        self.refused('E106', 'units', 'rename', '99999', '--name=x')

    def test_a_merger_ends_two_and_begins_one(self):
        before = self.district('facts', '2020-Q4', BACH_LUU, '1.1')['d']
        key = self.district('units', 'merge', '08779', '08782', '--into=08782', '--name=Hải Lựu',
                            '--full-name=Xã Hải Lựu', '--on=01/07/2025', '--resolution=01/NQ')['unit']
        self.assertEqual(key, '08782@2025-07-01')
        self.assertEqual(self.unit(BACH_LUU)[1:3], ('2025-06-30', 'merged'))
        self.assertEqual(self.unit(key), ('Hải Lựu', None, 'active', '253@2004-01-01'))
        self.assertEqual(self.w.ask('district', 'SELECT old_unit, happened_on, share, resolution_no FROM'
                                    ' unit_successor WHERE new_unit = ? ORDER BY 1', key),
                         [(old, '2025-07-01', 'full', '01/NQ') for old in (BACH_LUU, '08782@2004-01-01')])
        units = {u['unit']: u['villages'] for u in self.district('units')['units']}
        self.assertEqual(units[key], 13)
        # What was stays: the villages of then are those of the old unit, each with its successor.
        self.assertEqual(self.district('facts', '2020-Q4', BACH_LUU, '1.1')['d'], before)
        self.assertEqual(self.w.value('district', "SELECT count(*) FROM unit_successor WHERE old_unit"
                                      " LIKE '08779-%'"), 5)
        self.assertEqual(len(self.district('board')['rows']), 16)
        self.refused('E201', 'units', 'merge', BACH_LUU, '08773', '--into=08773', '--on=2026-01-01',
                     '--resolution=2/NQ')
        self.refused('E107', 'units', 'merge', '08773', '08776', '--into=08782', '--name=x',
                     '--on=2025-07-01', '--resolution=2/NQ')

    def test_a_merger_entered_early_waits_for_its_day(self):
        key = self.district('units', 'merge', '08779', '08782', '--into=08782', '--name=Hải Lựu',
                            '--full-name=Xã Hải Lựu', '--on=2099-07-01', '--resolution=01/NQ')['unit']
        units = {u['unit']: u for u in self.district('units')['units']}
        self.assertEqual([(units[u]['state'], units[u]['own']) for u in (BACH_LUU, '08782@2004-01-01', key)],
                         [('active', True)] * 3)
        board = [r['unit'] for r in self.district('board')['rows']]
        self.assertEqual((len(board), BACH_LUU in board, key in board), (17, True, False))
        self.district('enroll', BACH_LUU)

    def test_a_split_takes_villages_along(self):
        # A village named twice is one: who stays is not counted wrong. Blanks do not count.
        self.refused('E114', 'units', 'split', '08779', '--into=08770', '--name=Xã mẫu', '--on=2025-07-01',
                     '--villages=08779-01,08779-01', '--resolution=03/NQ')
        key = self.district('units', 'split', '08779', '--into=08770', '--name=Xã mẫu', '--on=2025-07-01',
                            '--villages=08779-01, 08779-02', '--resolution=03/NQ')['unit']
        units = {u['unit']: u['villages'] for u in self.district('units')['units']}
        self.assertEqual((key, units[key], units[BACH_LUU]), ('08770@2025-07-01', 2, 3))
        self.assertEqual(self.unit(BACH_LUU)[1:3], (None, 'active'))
        self.assertEqual(self.w.ask('district', 'SELECT share FROM unit_successor WHERE new_unit = ?', key),
                         [('part',)])
        self.refused('E106', 'units', 'split', '08779', '--into=08770', '--on=2025-08-01',
                     '--villages=08782-01', '--resolution=4/NQ')
        self.district('units', 'split', '08779', '--into=08770', '--on=2025-08-01', '--resolution=4/NQ',
                      '--villages=08779-03,08779-04,08779-05')
        self.assertEqual(self.unit(BACH_LUU)[1:3], ('2025-07-31', 'merged'))

    def test_a_sheet_is_copied_compared_and_then_never_changes(self):
        self.w.run('district', 'sheet', 'copy', '5TQ@1', '5TQ@2')
        self.assertEqual(self.district('sheet', 'compare', '5TQ@1', '5TQ@2')['differences'], [])
        self.w.run('district', 'set', 'criterion', '--row=5TQ@2/1.4', 'max_points_c=600')
        told = self.district('sheet', 'compare', '5TQ@1', '5TQ@2')['differences']
        self.assertEqual([(d['code'], d['what']) for d in told], [('1.4', 'max_points_c')])
        # What the sheet itself says is compared, too: its basis, each of its parameters.
        params = self.district('sheet', 'show', '5TQ@2')['params'].split(' ')
        changed = ['%s=0' % p.split('=')[0] if i == 0 else p for i, p in enumerate(params)]
        self.w.run('district', 'set', 'scoring_sheet', '--row=5TQ@2', 'basis=QĐ mẫu',
                   'params=' + ' '.join(changed + ['thua=1']))
        told = self.district('sheet', 'compare', '5TQ@1', '5TQ@2')['differences']
        self.assertEqual([(d['code'], d['what'], d['after']) for d in told],
                         [('', 'basis', 'QĐ mẫu'), ('', changed[0].split('=')[0], '0'), ('', 'thua', '1'),
                          ('1.4', 'max_points_c', '6,00')])
        self.assertEqual(told[1]['before'], params[0].split('=')[1])
        self.w.run('district', 'set', 'scoring_sheet', '--row=5TQ@2', 'params=' + ' '.join(params))
        self.refused('E107', 'sheet', 'copy', '5TQ@1', '5TQ@2')
        # An area no longer adds up: what cannot score is not published.
        self.refused('E201', 'sheet', 'publish', '5TQ@2')
        self.w.run('district', 'set', 'criterion', '--row=5TQ@2/1.4', 'max_points_c=500')
        self.w.run('district', 'set', 'criterion', '--row=5TQ@2/1.4', 'name=Tin báo (mẫu)')
        self.w.run('district', 'sheet', 'publish', '5TQ@2')
        self.assertNotEqual(self.w.call('district', 'set', 'criterion', '--row=5TQ@2/1.4',
                                        'name=khác').returncode, 0)
        rows = {c['code']: c['name'] for c in self.district('sheet', 'show', '5TQ@2')['criteria']}
        self.assertEqual(rows['1.4'], 'Tin báo (mẫu)')

    def unlock(self, *args, password=None):
        return subprocess.run(self.w.command('district', 'period', 'unlock', '2020-08', '--reason=mẫu', *args),
                              env=self.w.env, text=True, timeout=60, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False,
                              input='' if password is None else password + '\n')

    def test_a_locked_period_is_unlocked_by_a_leader_where_there_is_one(self):
        def state():
            return self.w.value('district', "SELECT state FROM period WHERE period = 'ADMIN/2020-08'")
        for role in ('officer', 'leader'):
            self.w.user('add', role, '--role=' + role, password=PASSWORD)
        self.w.run('district', 'period', 'lock', '2020-08')
        for args, password, code in (((), None, '--as'), (('--as=officer',), PASSWORD, 'E509'),
                                     (('--as=leader',), 'khong phai the', 'E507')):
            done = self.unlock(*args, password=password)
            self.assertNotEqual(done.returncode, 0, args)
            self.assertIn(code, done.stderr)
            self.assertEqual(state(), 'locked')
        done = self.unlock('--as=leader', password=PASSWORD)
        self.assertEqual((done.returncode, state()), (0, 'closed'), done.stderr)
        self.assertEqual(self.w.ask('district', "SELECT who FROM tq_audit WHERE what = 'period_unlock'"),
                         [('leader',)])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
