#!/usr/bin/env python3
"""commune_cli.py BINARY - The real tuquan-commune, used by a clerk who makes mistakes.

Each test has a folder of its own; expected are exact exit codes, sentences, and that nothing was
touched where something was refused.
"""
import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = None
SAMPLE = None  # generated once: commune/CODE/TABLE.csv and district/TABLE.csv
OFFICE = None  # of `init`
UNIT = '08779@2004-01-01'


def sheet_rows(folder):
    """The sheet file as rows of scoring_sheet and criterion, as the district would send them."""
    with open(os.path.join(PROJECT, 'data', 'sheets', '5TQ-v1.csv'), encoding='utf-8') as stream:
        rows = list(csv.DictReader(stream))
    sheet = [r for r in rows if r['formula'] == 'SHEET'][0]
    write_csv(folder, 'scoring_sheet', ['sheet', 'code', 'version', 'name', 'state', 'published_at',
                                        'params'],
              [[sheet['code'], '5TQ', '1', sheet['name'], 'published', '1577836800000',
                sheet['parameters']]])
    write_csv(folder, 'criterion', ['criterion', 'sheet', 'code', 'area', 'name', 'max_points_c',
                                    'formula', 'params'],
              [['%s/%s' % (sheet['code'], r['code']), sheet['code'], r['code'],
                r['area'] if r['area'] not in ('', '0') else '', r['name'], r['max_c'],
                r['formula'], r['parameters']] for r in rows if r is not sheet])


def ranking_rows(folder):
    """A made-up ranking of three: a shared rank would be for the district to find."""
    write_csv(folder, 'ranking', ['period', 'sheet', 'version', 'state', 'published_at', 'units_due',
                                  'units_scored', 'missing_units'],
              [['ADMIN/2020-Q4', '5TQ@1', '1', 'published', '1608000000000', '17', '2',
                '08854@2004-01-01']])
    write_csv(folder, 'ranking_row',
              ['period', 'sheet', 'version', 'unit', 'place', 'rank', 'final_c', 'base_c', 'bonus_c',
               'penalty_c', 'area1_c', 'area2_c', 'area3_c', 'area4_c', 'area5_c', 'grade',
               'coverage_c', 'status', 'tie_reason', 'items'],
              [['ADMIN/2020-Q4', '5TQ@1', '1', UNIT, '1', '1', '9239', '9189', '100', '50', '2362',
                '2000', '1632', '1747', '1448', 'excellent', '10000', 'scored', 'area:1', '1.1=479;'],
               ['ADMIN/2020-Q4', '5TQ@1', '1', '08830@2004-01-01', '2', '2', '9239', '9239', '0', '0',
                '2300', '2000', '1700', '1747', '1492', 'average', '9000', 'scored', '',
                '1.1=500;'],
               ['ADMIN/2020-Q4', '5TQ@1', '1', '08854@2004-01-01', '3', '', '', '', '', '', '', '',
                '', '', '', '', '0', 'not_received', '', '']])


def write_csv(folder, table, header, rows):
    with open(os.path.join(folder, table + '.csv'), 'w', encoding='utf-8', newline='') as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def width(text):
    """Columns on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1
               for c in text)


class Case(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix='tuquan-cli-')
        self.dir = os.path.join(self.top, 'office')
        self.env = {k: v for k, v in os.environ.items() if not k.startswith('TUQUAN_')}
        self.env['PATH'] = os.environ['PATH']

    def tearDown(self):
        shutil.rmtree(self.top)

    def run_it(self, *args, env=None, folder=None):
        return subprocess.run([BINARY, '--dir', folder or self.dir] + list(args), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              env=dict(self.env, **(env or {})), timeout=120, check=False)

    def ok(self, *args, **more):
        done = self.run_it(*args, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def fails(self, code, exit_code, *args, **more):
        """Ends with that exit code and catalogue code; returns what it said."""
        done = self.run_it(*args, **more)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertIn('[%s]' % code, done.stderr)
        return done.stderr

    def init(self):
        """An office with the district's rows; made once and copied."""
        if not os.path.exists(OFFICE):
            self.ok('init', '--unit=' + UNIT, '--seed=' + os.path.join(SAMPLE, 'district'),
                    folder=OFFICE)
        shutil.copytree(OFFICE, self.dir)

    def file(self, name, text, encoding='utf-8'):
        path = os.path.join(self.top, name)
        with open(path, 'wb') as stream:
            stream.write(text.encode(encoding) if isinstance(text, str) else text)
        return path

    def fingerprint(self, folder=None):
        """Of the data itself: opening may write the journal, never the rows."""
        digest = hashlib.sha256()
        with open(os.path.join(folder or self.dir, 'office.db'), 'rb') as stream:
            digest.update(stream.read())
        return digest.hexdigest()

    def count(self, table):
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            return db.execute('SELECT count(*) FROM ' + table).fetchone()[0]


class Folder(Case):
    def test_missing_folder_and_file(self):
        said = self.fails('E106', 1, 'status')
        self.assertIn(self.dir, said)
        os.mkdir(self.dir)
        self.assertIn('office.db', self.fails('E119', 1, 'status'))
        self.assertEqual(os.listdir(self.dir), [])

    def test_init_takes_its_files_back_when_it_fails(self):
        seed = os.path.join(self.top, 'seed')
        os.mkdir(seed)
        write_csv(seed, 'unit', ['unit', 'code', 'nonsense'], [['x', 'y', 'z']])
        for there in (False, True):  # a folder that was there before stays
            if there:
                os.mkdir(self.dir)
            self.assertIn('nonsense',
                          self.fails('E205', 5, 'init', '--unit=' + UNIT, '--seed=' + seed))
            self.assertEqual(os.path.isdir(self.dir), there)
        self.assertEqual(os.listdir(self.dir), [])
        self.fails('E114', 2, 'init', '--unit=08779')

    def test_init_twice_touches_nothing(self):
        self.init()
        before = self.fingerprint()
        self.fails('E107', 1, 'init', '--unit=08782@2004-01-01')
        self.assertEqual(self.fingerprint(), before)

    def test_file_of_another_unit(self):
        self.init()
        self.file('office/tuquan.ini', 'unit = 08782@2004-01-01\n')
        before = self.fingerprint()
        said = self.fails('E111', 1, 'add', 'tip', 'area=1')
        self.assertIn(UNIT, said)
        self.assertEqual(self.fingerprint(), before)

    def test_garbage_and_foreign_files(self):
        os.mkdir(self.dir)
        for content in (b'not a database at all, but long enough to be looked at ' * 20, ):
            self.file('office/office.db', content)
            done = self.run_it('status')
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stderr, r'\[E1(08|11)\]')
            with open(os.path.join(self.dir, 'office.db'), 'rb') as stream:
                self.assertEqual(stream.read(), content)
        os.remove(os.path.join(self.dir, 'office.db'))
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('CREATE TABLE somebody_elses(x)')
        before = self.fingerprint()
        self.fails('E111', 1, 'status')
        self.assertEqual(self.fingerprint(), before)

    def test_before_anything_was_published(self):
        """Not found is no mistake of who asks: nothing has come yet, and the step is to fetch it or to wait."""
        self.init()
        for args in (('rank',), ('rank', '2020-Q4'), ('score', '2020-Q4')):
            said = self.fails('E404', 1, *args)
            self.assertIn('Việc cần làm: Chạy `sync`', said)
            self.assertIn('chờ huyện công bố', said)
        self.fails('E106', 1, 'rank', '2020-Q4', '--published=7')

    def test_newer_file(self):
        self.init()
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('PRAGMA user_version = 999')
        db.close()
        before = self.fingerprint()
        self.fails('E110', 1, 'add', 'tip', 'area=1')
        self.assertEqual(self.fingerprint(), before)

    def test_configuration(self):
        self.init()
        for text, said in (('prot = 1\n', 'tuquan.ini:1: không có mục cấu hình tên prot (= 1)'),
                           ('; x\nslot_from = 25:00\n', 'tuquan.ini:2: slot_from = 25:00 (HH:MM)'),
                           ('wait_s = 1.200\n', 'tuquan.ini:1: wait_s = 1.200 (0..86400)')):
            self.file('office/tuquan.ini', text)
            self.assertIn(said, self.fails('E113', 2, 'status'))
        self.file('office/tuquan.ini', '')
        said = self.fails('E113', 2, 'status', env={'TUQUAN_WAIT_S': 'soon'})
        self.assertIn('TUQUAN_WAIT_S = soon', said)


class Rows(Case):
    def setUp(self):
        super().setUp()
        self.init()

    def test_add_edit_void_list(self):
        out = self.ok('add', 'vu-viec', 'area=1', 'category=trộm cắp', 'village=anh dung',
                      'occurred_on=5/11/2020', 'summary=mất xe đạp')
        label = [w.strip('.') for w in out.split() if w.startswith('BL-')][0]
        self.assertRegex(label, r'^BL-\d\d-A-001$')
        out = self.ok('list', 'incident', '--search', 'XE DAP')
        self.assertIn('Trộm cắp', out)
        self.assertIn('05/11/2020', out)
        self.assertIn('chờ gửi', out)
        self.ok('edit', 'incident', label, 'damage_vnd=1500000', 'was:damage_vnd=0')
        said = self.fails('E203', 5, 'edit', 'incident', label, 'damage_vnd=2', 'was:damage_vnd=0')
        self.assertIn('1500000', said)
        said = self.ok('why', 'incident', label, 'damage_vnd')
        self.assertIn('1.500.000', said)
        # No district has given this machine a number: it is this machine all the same.
        self.assertEqual(set(re.findall(r'Máy: +(.*)', said)), {'máy này'})
        self.assertEqual(set(re.findall(r'Ai: +(.*)', said)), {'cán bộ xã'})
        self.assertEqual(set(re.findall(r'Tình trạng: +(.*)', said)), {'chờ gửi'})
        story = json.loads(self.ok('--json', 'why', 'incident', label, 'damage_vnd'))['story']
        self.assertEqual({s['what']: (s['by'], s['device'], s['state']) for s in story},
                         {'logged': ('cán bộ xã', None, None), 'pending': (None, None, 'waiting')})
        self.fails('E114', 2, 'void', 'incident', label, 'trùng')  # nobody there to ask
        self.ok('void', '--yes', 'incident', label, 'trùng')
        self.fails('E107', 1, 'void', '--yes', 'incident', label, 'trùng')
        self.assertIn('Không có dòng nào', self.ok('list', 'incident'))
        self.assertIn(label, self.ok('list', 'incident', '--voided'))

    def test_a_day_far_ahead_is_written_with_a_warning(self):
        done = self.run_it('add', 'incident', 'area=1', 'occurred_on=5/11/2202')
        label = [w.strip('.') for w in done.stdout.split() if w.startswith('BL-')][0]
        self.assertEqual(done.returncode, 0)
        self.assertIn('Ngày xảy ra: ngày này còn hơn một năm nữa mới đến', done.stderr)
        done = json.loads(self.ok('--json', 'edit', 'incident', label, 'occurred_on=2201-11-05'))
        self.assertEqual(done['warnings'],
                         ['Ngày xảy ra: ngày này còn hơn một năm nữa mới đến (05/11/2201)'])
        self.assertEqual(self.run_it('add', 'activity', 'kind=patrol', 'planned_on=2202-11-05').stderr,
                         '')

    def test_natural_keys(self):
        self.ok('add', 'so-lieu', 'village=Anh Dũng', 'period=2020-11',
                'indicator=households_signed', 'value=96')
        self.fails('E107', 1, 'add', 'so-lieu', 'village=Anh Dũng', 'period=2020-11',
                   'indicator=households_signed', 'value=97')
        self.ok('edit', 'so-lieu', 'Anh Dũng;2020-11;households_signed', 'value=97')
        self.fails('E106', 1, 'edit', 'so-lieu', 'Anh Dũng;2020-12;households_signed', 'value=97')

    def test_what_is_wrong_is_named(self):
        for args, code, said in (
                (('incident', 'area=7'), 'E201', 'Lĩnh vực = "7"'),
                (('incident', 'occurred_on=31/02/2020'), 'E201', 'Ngày xảy ra = "31/02/2020"'),
                (('incident', 'damage_vnd=1.200'), 'E201', '1200, không phải 1.200'),
                (('incident', 'summary=a\x07'), 'E201', 'ký tự không hợp lệ'),
                (('incident', 'summary=Tuyệt mật'), 'E201', 'Tuyệt mật'),
                (('incident', 'area=1', 'village=08773-01@2019-01-01'), 'E202', 'thuộc xã khác'),
                (('incident', 'area=1', 'village=Thôn Lạ'), 'E202', 'không có trong danh mục'),
                (('incident', 'area=1', 'reconciled=1'), 'E202', '[R04]'),
                (('incident', 'area=1', 'summary=gọi 0912 345 678'), 'E206', '--yes'),
                (('unit', 'unit=x'), 'E202', '[R04]')):
            text = self.fails(code, 5, 'add', *args)
            self.assertIn(said, text)
        for args in (('nothing', 'a=1'), ('incident', 'colour=red'), ('incident', 'area')):
            self.fails('E114', 2, 'add', *args)
        self.assertEqual(self.count('tq_log'), 0)
        self.ok('add', '--yes', 'incident', 'area=1', 'summary=gọi 0912 345 678')

    def test_nfd_is_stored_as_nfc(self):
        self.ok('add', 'incident', 'summary=' + unicodedata.normalize('NFD', 'Tổ tự quản'))
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            self.assertEqual(db.execute('SELECT summary FROM incident').fetchone()[0], 'Tổ tự quản')

    def test_report_steps(self):
        self.fails('E207', 5, 'report', 'submit', '2020-Q4')
        self.ok('report', 'draft', '2020-Q4', 'Quý IV ổn định')
        self.fails('E207', 5, 'report', 'submit', '2020-Q4')
        self.ok('report', 'approve', '2020-Q4')
        self.ok('report', 'submit', '2020-Q4')
        self.assertIn('Đã nộp', self.ok('report'))
        self.fails('E106', 1, 'report', 'draft', '2020-Q9')

    def test_a_report_that_was_sent_stands_until_it_is_returned(self):
        def report():
            with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
                return db.execute('SELECT narrative, state, approved_at IS NOT NULL,'
                                  ' submitted_at IS NOT NULL FROM report').fetchone()

        self.ok('report', 'draft', '2020-Q4', 'một')
        self.ok('report', 'approve', '2020-Q4')
        self.ok('report', 'draft', '2020-Q4', 'hai')
        self.assertEqual(report(), ('hai', 'draft', 0, 0))
        self.ok('report', 'approve', '2020-Q4')
        self.ok('report', 'submit', '2020-Q4')
        for step in (('draft', '2020-Q4', 'khác'), ('approve', '2020-Q4'), ('submit', '2020-Q4')):
            self.assertIn('đã nộp', self.fails('E207', 5, 'report', *step))
            self.assertEqual(report(), ('hai', 'sent', 1, 1))
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("UPDATE report SET receipt_state = 'returned'")
            db.execute('UPDATE tq_flag SET applying = 0')
        self.assertIn('trả lại', self.fails('E207', 5, 'report', 'submit', '2020-Q4'))
        self.ok('report', 'draft', '2020-Q4', 'ba')
        self.assertEqual(report(), ('ba', 'draft', 0, 0))
        self.ok('report', 'approve', '2020-Q4')
        self.ok('report', 'submit', '2020-Q4')
        self.assertEqual(report(), ('ba', 'sent', 1, 1))

    def test_language(self):
        done = self.run_it('add', 'incident', 'area=7', env={'TUQUAN_LANG': 'en'})
        self.assertEqual(done.returncode, 5)
        self.assertIn('invalid value', done.stderr)
        self.assertTrue(done.stderr.isascii(), done.stderr)
        for args in (('--help',), ('list',), ('doctor',), ('status',), ('import', '--help')):
            out = self.run_it('--lang=en', *args)
            self.assertEqual(out.returncode, 0)
            self.assertNotIn('Cách dùng', out.stdout)


class Import(Case):
    def setUp(self):
        super().setUp()
        self.init()

    def test_the_sample_files_go_in_once(self):
        folder = os.path.join(SAMPLE, 'commune', '08779')
        files = [os.path.join(folder, f) for f in sorted(os.listdir(folder))]
        out = json.loads(self.ok('import', '--json', '--dry-run', *files))
        self.assertEqual(out['counts']['wrong'], 0)
        self.assertEqual(self.count('tq_log'), 0)
        self.ok('import', *files)
        rows = self.count('tq_log')
        self.assertGreater(rows, 400)
        out = json.loads(self.ok('import', '--json', *files))
        self.assertEqual((out['counts']['added'], out['counts']['changed']), (0, 0))
        self.assertEqual(self.count('tq_log'), rows)
        out = self.ok('import', '--undo=1')
        self.assertIn('436', out)

    def test_files_of_another_commune(self):
        said = self.run_it('import', os.path.join(SAMPLE, 'commune', '08773', 'incident.csv'))
        self.assertEqual(said.returncode, 5)
        self.assertIn('thuộc xã khác', said.stdout)
        self.assertEqual(self.count('incident'), 0)

    def test_bad_files(self):
        header = 'thôn,kỳ,chỉ tiêu,số liệu,nguồn\n'
        row = 'Anh Dũng,2020-11,households_signed,%s,typed\n'
        for name, text, encoding, said in (
                ('latin', header + row % 5, 'utf-16', 'UTF-16'),
                ('tcvn', b'area,summary\n1,B\xb9ch L\xadu\n', None, 'UTF-8'),
                ('dots', header + row % '1.200', 'utf-8', '1200, không phải 1.200'),
                ('twice', header + row % 5 + row % 6, 'utf-8', 'trùng với dòng 2'),
                ('swapped', 'thôn,kỳ,chỉ tiêu,nguồn,số liệu\n' + row % 5, 'utf-8', 'đổi chỗ'),
                ('missing', 'thôn,kỳ,số liệu\nAnh Dũng,2020-11,5\n', 'utf-8', 'thiếu cột bắt buộc'),
                ('unknown', 'thôn,kỳ,chỉ tiêu,màu\nAnh Dũng,2020-11,households_signed,đỏ\n', 'utf-8',
                 'không có cột này'),
                ('quote', header + '"Anh Dũng,2020-11,households_signed,5,typed\n', 'utf-8',
                 'không đóng'),
                ('short', header + 'Anh Dũng,2020-11\n', 'utf-8', 'số ô'),
                ('empty', '', 'utf-8', 'không có dòng nào')):
            path = self.file(name + '.csv', text, encoding or 'utf-8')
            table = 'incident' if name == 'tcvn' else 'so-lieu'
            done = self.run_it('import', '--table=' + table, path)
            self.assertEqual(done.returncode, 5, name + done.stdout + done.stderr)
            self.assertIn(said, done.stdout, name)
            self.assertIn('[E205]', done.stderr)
        self.assertEqual(self.count('tq_log'), 0)
        self.assertEqual(self.count('tq_import'), 0)

    def test_bom_semicolons_and_vietnamese_titles(self):
        path = self.file('so-lieu.csv', '\ufeffThôn;Kỳ;Chỉ tiêu;Số liệu;Nguồn\r\n'
                                        'Thôn Anh Dũng;2020-11;households_signed;96;Gõ tay\r\n')
        self.ok('import', path)
        self.assertEqual(self.count('village_return'), 1)

    def test_partial(self):
        path = self.file('tip.csv', 'area,label\n1,A\n9,B\n2,C\n')
        self.fails('E205', 5, 'import', path)
        self.assertEqual(self.count('tip'), 0)
        done = self.run_it('import', '--partial', path)
        self.assertEqual(done.returncode, 5)
        self.assertEqual(self.count('tip'), 2)

    def test_personal_data_must_be_answered(self):
        path = self.file('incident.csv', 'area,summary\n1,CMND 135792468\n')
        self.fails('E206', 5, 'import', path)
        self.assertEqual(self.count('incident'), 0)
        self.ok('import', '--yes', path)
        self.assertEqual(self.count('incident'), 1)

    def test_table_and_file_in_either_order(self):
        path = self.file('thang11.csv', 'area,label\n1,A\n')
        self.ok('import', 'tip', path)
        self.ok('import', self.file('thang12.csv', 'area,label\n1,B\n'), 'tip')
        self.assertEqual(self.count('tip'), 2)
        self.fails('E106', 1, 'import', 'tip', os.path.join(self.top, 'nothing.csv'))

    def test_wrong_usage(self):
        self.fails('E106', 1, 'import', '--table=tip', os.path.join(self.top, 'nothing.csv'))
        self.assertIn('--table', self.fails('E114', 2, 'import', self.file('thang11.csv', 'a\n1\n')))
        self.fails('E106', 1, 'import', '--undo=5')


class Shown(Case):
    def setUp(self):
        super().setUp()
        self.seed = os.path.join(self.top, 'seed')
        shutil.copytree(os.path.join(SAMPLE, 'district'), self.seed)
        sheet_rows(self.seed)
        ranking_rows(self.seed)
        self.ok('init', '--unit=' + UNIT, '--seed=' + self.seed)

    def test_rank_is_aligned(self):
        lines = self.ok('rank').split('\n')
        at = [i for i, line in enumerate(lines) if line.startswith('Hạng')][0]
        head = lines[at]
        column = width(head[:head.index('Điểm') + len('Điểm')])
        for line in lines[at + 1:at + 3]:
            cell = line[:line.index('92,39') + len('92,39')]
            self.assertEqual(width(cell), column, line)
        self.assertIn('Chưa gửi', '\n'.join(lines))
        self.assertIn('lĩnh vực I', lines[at + 1])
        self.assertNotIn('\x1b', '\n'.join(lines))

    def test_rank_json_is_stable(self):
        out = json.loads(self.ok('rank', '--json', '--lang=vi'))
        self.assertEqual(set(out), {'ok', 'command', 'period', 'sheet', 'version', 'state',
                                    'published_at', 'units_due', 'units_scored', 'input_hash',
                                    'rows_hash', 'rows', 'items', 'complete', 'signature_valid',
                                    'warnings'})
        self.assertIsNone(out['signature_valid'])  # not joined: whose would it be
        row = out['rows'][0]
        self.assertEqual(row['unit'], {'unit': UNIT, 'name': 'Xã Bạch Lưu'})
        self.assertEqual(row['grade'], 'excellent')
        self.assertEqual((row['rank'], row['final_c'], row['area1_c']), (1, 9239, 2362))
        self.assertIsNone(out['rows'][2]['rank'])
        self.assertEqual(out['rows'][2]['note']['place'], 'not_sent')

    def test_an_appeal_comes_within_five_working_days(self):
        said = self.fails('E202', 5, 'add', 'appeal', 'period=2020-Q4', 'criterion=5TQ@1/1.1',
                          'reason=dữ liệu mẫu')
        self.assertIn('hết hạn khiếu nại (5 ngày làm việc sau công bố)', said)
        said = self.fails('E207', 5, 'add', 'appeal', 'period=2020-Q3', 'criterion=5TQ@1/1.1')
        self.assertIn('chưa công bố', said)

    def test_score_of_the_sample_quarter(self):
        folder = os.path.join(SAMPLE, 'commune', '08779')
        self.ok('import', *[os.path.join(folder, f) for f in sorted(os.listdir(folder))])
        out = json.loads(self.ok('score', '--json', '2020-Q4'))
        by_code = {c['code']: c for c in out['criteria']}
        self.assertEqual(by_code['1.2']['points_c'], 583)  # 15 of 18: half up of 700 * 15 / 18
        self.assertEqual(by_code['2.4']['note'], 'not_applicable')
        self.assertIsNone(by_code['2.4']['points_c'])
        self.assertEqual(by_code['1.1']['median_c'], 490)  # of 4.79 and 5.00
        self.assertEqual(sum(out['areas_c']), out['base_c'])
        self.assertTrue(out['submitted'])
        gains = [by_code[c]['gain_c'] for c in out['gains_most']]
        self.assertEqual(gains, sorted(gains, reverse=True))
        self.assertGreater(gains[-1], 0)
        self.assertEqual(by_code['1.2']['note'], 'provisional')
        shown = self.ok('score', '2020-Q4')
        lines = {line.split()[0]: line for line in shown.splitlines() if line[:1].isdigit()}
        self.assertIn('tạm tính: vụ việc chưa đối soát', lines['1.3'])  # counts incidents
        self.assertNotIn('chưa đối soát', lines['1.2'])  # activities, and nobody verified it
        self.assertEqual(shown.count('tạm tính'),
                         sum(c['note'] == 'provisional' for c in out['criteria']))
        self.assertIn('TỔNG', self.ok('score', '2020-Q4'))
        self.assertEqual(out['items_verified'], 0)
        self.assertIn('chưa thẩm định', self.ok('score', '2020-Q4'))
        self.assertIn('Điều gì tăng điểm nhiều nhất', self.ok('score', '2020-Q4'))

    def test_a_score_reads_no_text_of_a_row(self):
        """What is counted stands in indexes of its own: a year has a hundred thousand rows."""
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            for table, day, columns in (
                    ('incident', 'occurred_on', 'reclassified, area, reclassified_category, category, known_at,'
                     ' reported_at, due_on, closed_on, deaths, injured, contained_locally, reconciled,'
                     ' found_by_other'),
                    ('activity', 'held_on', 'kind, planned_on, accepted, settled, state'),
                    ('tip', 'received_on', 'received_at, passed_at, solved_confirmed')):
                plan = db.execute('EXPLAIN QUERY PLAN SELECT %s FROM %s WHERE unit = ? AND voided_at IS NULL AND'
                                  ' (%s BETWEEN ? AND ? OR %s BETWEEN ? AND ?)' % (columns, table, day, day),
                                  (UNIT, 'a', 'b', 'c', 'd')).fetchall()
                self.assertIn('COVERING INDEX tq_facts_' + table, plan[0][3])

    def facts(self, code, *args):
        return json.loads(self.ok('facts', '--json', '2020-Q4', code, *args))

    def test_what_is_behind_a_figure_comes_by_pages_and_in_words(self):
        def patrol(planned, held=None):
            made = json.loads(self.ok('--json', 'add', '--yes', 'activity', 'kind=patrol', 'planned_on=' + planned,
                                      *(['held_on=' + held, 'state=done'] if held else [])))
            return made['name']

        said = self.facts('1.2')
        self.assertEqual((said['n'], said['d'], said['total'], said['facts']), (0, 0, 0, []))
        for planned, held in (('2020-11-02', '2020-11-02'), ('2020-11-09', '2020-11-10'), ('2020-11-16', None),
                              ('2020-06-01', '2020-06-01')):  # the last one is of another quarter
            patrol(planned, held)
        self.ok('void', '--yes', 'activity', patrol('2020-11-20', '2020-11-20'), 'ghi nhầm')
        said = self.facts('1.2')
        self.assertEqual((said['n'], said['d'], said['total']), (2, 3, 5))
        self.assertEqual(sorted((f['part'], f['amount']) for f in said['facts']), [('d', 1)] * 3 + [('n', 1)] * 2)
        self.assertEqual(said['sum_text'], 'Đạt 2 trên 3: buổi đã làm so với buổi trong kế hoạch.')
        # By pages: all of them, each once.
        pages = [self.facts('1.2', '--limit', '2', '--offset', str(at)) for at in (0, 2, 4, 6)]
        self.assertEqual([len(p['facts']) for p in pages], [2, 2, 1, 0])
        self.assertEqual([f for p in pages for f in p['facts']], said['facts'])
        self.assertEqual({p['total'] for p in pages}, {5})
        shown = self.ok('facts', '2020-Q4', '1.2', '--limit', '2')
        self.assertIn('Mục 1 đến 2 trong 5; xem tiếp: --offset 2', shown)
        self.assertIn('buổi đã làm', shown.split('Tính vào')[1])
        self.assertNotRegex(shown, r'\b[ndxb]\b  ')  # no code of a part
        # A floor that stands above the plan is told as one.
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("INSERT INTO model (id, unit, village, state, launched_on) VALUES (zeroblob(16), ?,"
                       " '08779-04@2019-01-01', 'running', '2019-01-01')", (UNIT,))
            db.execute('UPDATE tq_flag SET applying = 0')
        self.assertEqual(self.facts('1.2')['sum_text'],
                         'Đạt 2 trên 12: buổi đã làm so với mức phải làm ít nhất là 12 (trong sổ chỉ có 3 buổi '
                         'trong kế hoạch).')
        # Two counts that are not one out of the other, a count against last year's, points given.
        self.ok('add', '--yes', 'hotspot', 'kind=drugs', 'arisen_on=2020-12-01')
        self.ok('add', '--yes', 'incident', 'category=theft', 'area=3', 'occurred_on=2020-11-02')
        for code, words in (('2.2', '1 tụ điểm mới, 0 tụ điểm còn quá 30 ngày.'),
                            ('3.4', 'Kỳ này 1 vụ việc; chưa có số cùng kỳ năm trước.'),
                            ('B1', '0,00 điểm huyện quyết định.')):
            self.assertEqual(self.facts(code)['sum_text'], words)
        counts = {c['code']: c['counts'] for c in json.loads(self.ok('score', '--json', '2020-Q4'))['criteria']}
        self.assertEqual([counts[c]['text'] for c in ('1.2', '2.2', '3.4')],
                         ['2/12', '1 tụ điểm mới, 0 tụ điểm còn quá 30 ngày', '1'])
        self.assertIn('2 of 12: held against the floor of 12 (there are 3 planned).',
                      self.ok('--lang', 'en', 'facts', '2020-Q4', '1.2'))
        self.fails('E114', 2, 'facts', '2020-Q4', '1.2', '--limit', '0')

    def test_minutes_and_points_that_were_given_are_told_one_by_one(self):
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_flag SET applying = 1')
            for i, (held, signed) in enumerate((('2020-10-01', '2020-10-02'), ('2020-11-01', None),
                                                ('2020-03-01', '2020-03-02'))):
                db.execute('INSERT INTO border_meeting (id, unit, held_on, signed_on, partner_signed_on, minutes_no)'
                           ' VALUES (?, ?, ?, ?, ?, ?)', (bytes([i]) * 16, UNIT, held, held, signed, '1/BB'))
            for i, (code, state, points, decided) in enumerate((
                    ('B1', 'accepted', 100, 200), ('B1', 'proposed', 100, None), ('P3', 'accepted', 50, None))):
                db.execute('INSERT INTO adjustment (id, unit, code, period, state, points_c, decided_c)'
                           " VALUES (?, ?, ?, 'ADMIN/2020-Q4', ?, ?, ?)",
                           (bytes([9 + i]) * 16, UNIT, code, state, points, decided))
            db.execute('UPDATE tq_flag SET applying = 0')
        for code, table, key, amount in (('B3', 'border_meeting', '00', 1), ('B1', 'adjustment', '09', 200),
                                         ('P3', 'adjustment', '0b', 50)):
            said = self.facts(code)
            self.assertEqual([(f['row']['table'], f['row']['key'], f['amount']) for f in said['facts']],
                             [(table, key * 16, amount)], code)
            self.assertEqual(said['n'] + said['x'], amount)
        self.assertRegex(self.ok('facts', '2020-Q4', 'B1'), r'Điểm thưởng, trừ.* 2,00')

    def test_json_of_every_command(self):
        self.ok('add', 'incident', 'area=1')
        for args, keys in (
                (('status',), {'unit', 'unit_name', 'joined', 'rows_waiting', 'waiting', 'verdict',
                               'last_sent_at', 'last_confirmed_at', 'last_received_at'}),
                (('list',), {'tables'}),
                (('list', 'incident'), {'rows', 'table', 'total', 'offset'}),
                (('report',), {'reports'}),
                (('inbox',), {'items'}),
                (('receipt',), {'sets'}),
                (('doctor',), {'checks'}),
                (('add', 'tip', 'area=2'), {'table', 'key', 'name'})):
            out = json.loads(self.ok('--json', *args))
            self.assertTrue(out['ok'])
            self.assertLessEqual(keys, set(out), args)
        row = json.loads(self.ok('--json', 'list', 'incident'))['rows'][0]
        self.assertEqual(row['_sync'], 'waiting')
        self.assertEqual(row['area'], 1)
        self.assertEqual(len(row['_key']), 32)
        out = json.loads(self.run_it('--json', 'add', 'incident', 'area=9').stdout)
        self.assertFalse(out['ok'])
        self.assertEqual(out['error']['code'], 'E201')
        self.assertEqual(out['problem']['column'], 'area')

    def test_a_file_that_is_loading_says_so(self):
        self.ok('add', 'incident', 'area=1')
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_state SET district=zeroblob(16), loading=1')
        said = self.ok('status')
        self.assertIn('Máy đang tải dữ liệu lần đầu, chưa xong.', said)
        self.assertNotIn('Huyện đã xác nhận', said)
        self.assertIn('The first load is not complete.', self.ok('--lang', 'en', 'status'))
        self.assertTrue(json.loads(self.ok('status', '--json'))['loading'])
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_state SET loading=0')
        self.assertNotIn('lần đầu, chưa xong', self.ok('status'))
        self.assertFalse(json.loads(self.ok('status', '--json'))['loading'])

    def test_list_is_aligned(self):
        self.ok('add', 'incident', 'area=1', 'village=Anh Dũng', 'summary=một')
        self.ok('add', 'incident', 'area=4', 'village=Hồng Đường', 'summary=hai')
        lines = self.ok('list', 'incident').split('\n')
        at = width(lines[0][:lines[0].index('Tóm tắt')])
        for line, word in ((lines[1], 'hai'), (lines[2], 'một')):
            self.assertEqual(width(line[:line.index(word)]), at)

    def test_changes_of_another_tool_are_seen(self):
        self.ok('add', 'tip', 'area=1', 'label=X-1')
        subprocess.run(['sqlite3', os.path.join(self.dir, 'office.db'),
                        "UPDATE tip SET note='ghi bằng công cụ khác' WHERE label='X-1'"],
                       check=True)
        out = self.ok('why', 'tip', 'X-1', 'note')
        self.assertIn('chương trình khác', out)
        self.assertIn('ghi bằng công cụ khác', out)

    def test_a_full_disk_behind_the_output_is_not_success(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('no /dev/full')
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([BINARY, '--dir', self.dir, 'list'], stdout=full, env=self.env,
                                  check=False)
        self.assertEqual(done.returncode, 1)


if __name__ == '__main__':
    BINARY = sys.argv.pop(1)
    with tempfile.TemporaryDirectory(prefix='tuquan-sample-') as made:
        subprocess.run([sys.executable, '-B',
                        os.path.join(PROJECT, 'script', 'demo.d', 'generate.py'),
                        os.path.join(PROJECT, 'data'), made], check=True,
                       stdout=subprocess.DEVNULL)
        SAMPLE = made
        OFFICE = os.path.join(made, 'office')
        unittest.main()
