#!/usr/bin/env python3
"""excel.py COMMUNE - Excel in and out of the real tuquan-commune, by files as offices have them.

A file that is not wholly understood changes nothing; each problem names cell, value and what to do.
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import shutil
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
sys.path.insert(0, HERE)
import commune_cli  # noqa: E402
import workbook as wb  # noqa: E402

BINARY = None
SAMPLE = None
OFFICE = None  # a folder with the district's rows; tests copy it
UNIT = '08779@2004-01-01'
HEAD = ['Thôn', 'Mã thôn', 'Số hộ đăng ký, ký cam kết', 'Số người tái phạm']


def figures(*rows, period='2020-12', head=None):
    return [['SỐ LIỆU THÔN'], ['Kỳ', period], [], head or HEAD] + [list(r) for r in rows]


class Case(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix='tuquan-excel-')
        self.dir = os.path.join(self.top, 'office')
        shutil.copytree(OFFICE, self.dir)
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            self.villages = db.execute(
                "SELECT unit, code, full_name FROM unit WHERE parent = ? ORDER BY unit",
                (UNIT,)).fetchall()

    def tearDown(self):
        shutil.rmtree(self.top)

    def run_it(self, *args):
        return subprocess.run([BINARY, '--dir', self.dir] + list(args), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)

    def ok(self, *args):
        done = self.run_it(*args)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def file(self, name, data):
        path = os.path.join(self.top, name)
        with open(path, 'wb') as stream:
            stream.write(data)
        return path

    def rows(self, sql, *values):
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            return db.execute(sql, values).fetchall()

    def refused(self, said, *args):
        """Nothing is written, and the sentence is there."""
        before = self.rows('SELECT count(*) FROM tq_log')
        done = self.run_it('import', *args)
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
        for text in [said] if isinstance(said, str) else said:
            self.assertIn(text, done.stdout)
        self.assertEqual(self.rows('SELECT count(*) FROM tq_log'), before)
        return done.stdout

    def value(self, village, indicator, period='ADMIN/2020-12'):
        got = self.rows('SELECT value, source, state FROM village_return WHERE village = ? AND '
                        'indicator = ? AND period = ?', village, indicator, period)
        return got[0] if got else None


class Figures(Case):
    def test_a_month_goes_in_and_comes_out_as_it_was(self):
        path = self.file('a.xlsx', wb.make({'Bảng': figures(
            [self.villages[0][2], '', 96, 0], ['', self.villages[1][1], '', 0],
            ['Cộng', '', 96, 0])}))
        self.ok('import', path)
        self.assertEqual(self.value(self.villages[0][0], 'households_signed@1'),
                         (96, 'import', 'draft'))
        self.assertEqual(self.value(self.villages[1][0], 'reoffended@1')[0], 0)
        self.assertIsNone(self.value(self.villages[1][0], 'households_signed@1'))  # empty is not 0
        out = os.path.join(self.top, 'b.xlsx')
        self.ok('export', 'so-lieu', out, '--period=2020-12')
        said = json.loads(self.ok('import', '--json', out))
        self.assertEqual((said['counts']['same'], said['counts']['changed']), (3, 0))
        self.ok('import', '--confirm', out)
        self.assertEqual(self.value(self.villages[0][0], 'households_signed@1')[2], 'confirmed')
        said = json.loads(self.ok('import', '--json', out))
        self.assertEqual(said['counts']['same'], 3)  # no confirmed figure becomes a draft again
        self.assertIn('3', self.ok('import', '--undo=0'))
        self.assertEqual(self.value(self.villages[0][0], 'households_signed@1')[2], 'draft')

    def test_the_blank_form_is_filled_by_hand(self):
        out = os.path.join(self.top, 'form.xlsx')
        self.ok('export', 'so-lieu', out, '--period=2020-12', '--blank')
        said = json.loads(self.ok('import', '--json', out))
        self.assertEqual(said['counts']['rows'], 0)

    def test_preview_writes_nothing(self):
        path = self.file('a.xlsx', wb.make({'x': figures([self.villages[0][2], '', 96, 0])}))
        said = json.loads(self.ok('import', '--json', '--dry-run', path))
        self.assertEqual(said['counts']['added'], 2)
        self.assertEqual(self.rows('SELECT count(*) FROM tq_log'), [(0,)])

    def test_a_name_written_another_way_is_offered_and_never_guessed(self):
        path = self.file('a.xlsx', wb.make({'x': figures(['Thon Anh Dung', '', 5, 0])}))
        self.refused(['Thon Anh Dung', 'được hiểu là "Thôn Anh Dũng"'], path)
        self.ok('import', '--yes', path)
        self.assertEqual(self.rows("SELECT count(*) FROM village_return")[0][0], 2)
        path = self.file('b.xlsx', wb.make({'x': figures(['Thôn Anh Dúngg', '', 5, 0])}))
        self.refused('có phải là "Thôn Anh Dũng" không?', path)

    def test_two_villages_alike(self):
        """Without marks a name may be two villages': then it is neither."""
        with sqlite3.connect(os.path.join(self.dir, 'office.db')) as db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("INSERT INTO unit (unit, code, valid_from, level, type, name, full_name, parent)"
                       " VALUES ('08779-98@2019-01-01', '08779-98', '2019-01-01', 4, 'village',"
                       " 'Thôn Anh Dụng', 'Thôn Anh Dụng', ?)", (UNIT,))
            db.execute('UPDATE tq_flag SET applying = 0')
        said = self.refused('C5', self.file('a.xlsx', wb.make({'x': figures(['Thon Anh Dung', '', 5, 0])})))
        self.assertNotIn('được hiểu là', said)
        self.ok('import', self.file('b.xlsx', wb.make({'x': figures(['Anh Dũng', '', 5, 0])})))

    def test_the_name_as_it_is_spelled_is_no_guess(self):
        for name in ('Thôn Anh Dũng', 'thôn  Anh Dũng', 'THÔN ANH DŨNG'):
            path = self.file('a.xlsx', wb.make({'x': figures([name, '', 5, 0])}))
            said = json.loads(self.ok('import', '--json', '--dry-run', path))
            self.assertEqual(said['counts']['warnings'], 0, name)

    def test_numbers_that_are_texts(self):
        for text, said in (('1.000', 'không viết dấu chấm'), ('1,000', 'không viết dấu chấm'),
                           ('nhiều', 'số'), (12.5, '')):
            path = self.file('a.xlsx', wb.make({'x': figures([self.villages[0][2], '', text, 0])}))
            out = self.refused(said, path)
            self.assertIn('C5', out)
        path = self.file('a.xlsx', wb.make({'x': figures([self.villages[0][2], '', ' 12 ', 0])}))
        self.ok('import', path)

    def test_cells_that_say_nothing_sure(self):
        name = self.villages[0][2]
        formula = wb.Raw('<c r="PLACE"><f>A1*2</f></c>')
        error = wb.Raw('<c r="PLACE" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', formula, 0])}))
        self.refused(['C5', 'công thức chưa có kết quả'], path)
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', error, 0])}))
        self.refused(['C5', '#DIV/0!', 'đang báo lỗi'], path)
        computed = wb.Raw('<c r="PLACE"><f>A1*2</f><v>14</v></c>')
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', computed, 0])}))
        self.ok('import', path)
        self.assertEqual(self.value(self.villages[0][0], 'households_signed@1')[0], 14)

    def test_merged_cells(self):
        path = self.file('a.xlsx', wb.make({'x': figures([self.villages[0][2], '', 5, ''])},
                                           merged=['A1:D1', 'C5:D5']))
        self.refused(['D5', 'ô gộp'], path)

    def test_headings_and_months_that_are_none(self):
        name = self.villages[0][2]
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', 5], head=[
            'Thôn', 'Mã thôn', 'Số cây xanh'])}))
        self.refused('không phải một chỉ tiêu đang dùng: Số cây xanh', path)
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', 5], period='tháng mười')}))
        self.refused('không có kỳ tháng này: tháng mười', path)
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', 5])[3:]}))
        self.refused('không thấy kỳ', path)
        self.ok('import', '--period=2020-12', path)
        path = self.file('a.xlsx', wb.make({'x': figures([name, '', 5, 0, 7])}))
        self.refused('cột không có tên chỉ tiêu', path)

    def test_a_village_of_another_commune(self):
        other = self.rows("SELECT full_name, code FROM unit WHERE level = 4 AND parent <> ?", UNIT)
        if not other:
            other = [('Thôn Nơi Khác (mẫu)', '99999-01')]
        path = self.file('a.xlsx', wb.make({'x': figures([other[0][0], other[0][1], 5, 0])}))
        self.refused('C5', path)


class Books(Case):
    def test_files_that_are_no_workbook(self):
        good = wb.make({'x': figures([self.villages[0][2], '', 5, 0])})
        many = wb.make({'x': [['Thôn'] + ['a'] * 140]})
        for name, data, said in (
                ('locked', wb.locked(), 'có mật khẩu'),
                ('old', wb.old(), 'kiểu cũ (.xls)'),
                ('cut', good[:len(good) // 2], 'hỏng hoặc chép chưa hết'),
                ('nothing', wb.make({}), 'không phải tệp Excel'),
                ('zip', wb.zipfile and self.other_zip(), 'không phải tệp Excel'),
                ('xml', wb.make({'x': '<worksheet><sheetData><row>'}), 'hỏng'),
                ('entities', wb.make({'x': '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}), 'hỏng'),
                ('hidden', wb.make({'x': [[1]]}, hidden=['x']), 'không phải tệp Excel'),
                ('wide', many, '128 cột')):
            self.refused(said, self.file(name + '.xlsx', data))

    def other_zip(self):
        return wb.make({}, extra={'word/document.xml': '<a/>'}).replace(b'xl/workbook', b'xx/workbook')

    def test_a_bomb_is_stopped(self):
        head = wb.sheet_xml(figures([self.villages[0][2], '', 5, 0]), [])
        bomb = head.replace('</sheetData>', ' ' * (230 << 20) + '</sheetData>')
        path = self.file('bomb.xlsx', wb.make({'x': bomb}))
        self.assertLess(os.path.getsize(path), 1 << 20)
        self.refused('quá lớn', path)

    def test_sixty_megabytes(self):
        path = self.file('big.xlsx', b'PK\x03\x04' + os.urandom(1 << 20) * 60)
        done = self.run_it('import', '--table=so-lieu', path)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('MB', done.stdout + done.stderr)

    def test_csv_under_the_wrong_name(self):
        path = self.file('so-lieu.xlsx', 'thôn,kỳ,chỉ tiêu,số liệu,nguồn\nAnh Dũng,2020-11,'
                                         'households_signed,5,typed\n'.encode())
        self.ok('import', path)


class Records(Case):
    HEAD = ['Lĩnh vực', 'Thôn', 'Ngày xảy ra', 'Biết lúc', 'Tóm tắt']

    def test_dates_of_every_kind(self):
        village = self.villages[0][2]
        rows = [['SỔ VỤ VIỆC'], [], self.HEAD,
                [1, village, (44150, wb.DATE), (44150.5, wb.DATE_TIME), 'dữ liệu mẫu 1'],
                [1, village, (44150, wb.OWN_DATE), '15/11/2020 12:00', 'dữ liệu mẫu 2'],
                [1, village, '15/11/2020', '', 'dữ liệu mẫu_x000D_ 3']]
        self.ok('import', self.file('vu-viec.xlsx', wb.make({'x': rows})))
        got = self.rows('SELECT occurred_on, known_at, summary FROM incident ORDER BY summary')
        noon = 1605416400000
        self.assertEqual(got, [('2020-11-15', noon, 'dữ liệu mẫu 1'),
                               ('2020-11-15', noon, 'dữ liệu mẫu 2'),
                               ('2020-11-15', None, 'dữ liệu mẫu 3')])

    def test_dates_from_1904(self):
        rows = [self.HEAD, [1, '', (42688, wb.DATE), '', 'dữ liệu mẫu']]
        self.ok('import', self.file('vu-viec.xlsx', wb.make({'x': rows}, from_1904=True)))
        self.assertEqual(self.rows('SELECT occurred_on FROM incident'), [('2020-11-15',)])

    def test_a_number_that_is_no_date(self):
        rows = [self.HEAD, [1, '', 44150, '', 'dữ liệu mẫu']]
        self.refused('44150', self.file('vu-viec.xlsx', wb.make({'x': rows})))

    def test_sheets_by_name_parents_first(self):
        book = wb.make({
            'Hướng dẫn': [['Điền vào hai trang sau.']],
            'Vụ việc': [self.HEAD, [1, '', '15/11/2020', '', 'dữ liệu mẫu']],
            'Tin báo': [['Lĩnh vực', 'Nhận lúc'], [1, '15/11/2020 08:00']]})
        self.ok('import', self.file('so.xlsx', book))
        self.assertEqual(self.rows('SELECT count(*) FROM incident'), [(1,)])
        self.assertEqual(self.rows('SELECT count(*) FROM tip'), [(1,)])

    def test_what_goes_out_comes_back(self):
        folder = os.path.join(SAMPLE, 'commune', '08779')
        self.ok('import', *[os.path.join(folder, f) for f in sorted(os.listdir(folder))])
        for table in ('incident', 'activity', 'tip', 'village_profile', 'village_return', 'model'):
            for kind in ('xlsx', 'csv'):
                out = os.path.join(self.top, '%s.%s' % (table, kind))
                self.ok('export', table, out)
                said = json.loads(self.ok('import', '--json', '--dry-run', out))
                counts = said['counts']
                self.assertGreater(counts['rows'], 0, table)
                self.assertEqual(counts['same'], counts['rows'], (table, kind, said['problems'][:3]))

    def test_out_again_over_the_same_name(self):
        out = os.path.join(self.top, 'a.xlsx')
        self.ok('export', 'vu-viec', out)
        self.ok('export', 'vu-viec', out)
        self.assertEqual(os.listdir(self.top).count('a.xlsx'), 1)
        self.assertFalse([f for f in os.listdir(self.top) if '.moi' in f])
        done = self.run_it('export', 'vu-viec', os.path.join(self.top, 'none', 'a.xlsx'))
        self.assertEqual(done.returncode, 1)
        self.assertIn('none', done.stderr)
        done = self.run_it('export', 'vu-viec', os.path.join(self.top, 'a.doc'))
        self.assertEqual(done.returncode, 2)

    def test_a_text_that_looks_like_a_formula_stays_text(self):
        self.ok('add', 'incident', 'area=1', 'summary==1+1', 'handled_by=@SUM(A1)')
        out = os.path.join(self.top, 'a.xlsx')
        self.ok('export', 'vu-viec', out)
        with wb.zipfile.ZipFile(out) as book:
            sheet = book.read('xl/worksheets/sheet1.xml').decode()
            texts = book.read('xl/sharedStrings.xml').decode()
        self.assertNotIn('<f>', sheet)
        self.assertIn('=1+1', texts)


class Papers(Case):
    """Reports and rankings as papers; what they say is read back as any other program would."""

    def book(self, table, period):
        out = os.path.join(self.top, table + '.xlsx')
        said = json.loads(self.ok('--json', 'export', table, out, '--period=' + period))
        return said['rows'], wb.read(out)

    def test_a_report_has_its_heads_text_and_figures(self):
        done = self.run_it('export', 'report', os.path.join(self.top, 'a.xlsx'), '--period=2020-Q4')
        self.assertEqual(done.returncode, 5, done.stderr)  # nothing was drafted
        self.assertFalse(os.path.exists(os.path.join(self.top, 'a.xlsx')))
        folder = os.path.join(SAMPLE, 'commune', '08779')
        self.ok('import', *[os.path.join(folder, f) for f in sorted(os.listdir(folder))
                            if not f.startswith('report')])
        self.ok('report', 'draft', '2020-Q4', 'Đoạn một (dữ liệu mẫu).\nĐoạn hai: =1+1 & "<b>".')
        count, sheets = self.book('report', '2020-Q4')
        rows = sheets['Báo cáo']
        texts = [value for row in rows for value in row if isinstance(value, str)]
        for text in ('XÃ BẠCH LƯU', 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc',
                     'BÁO CÁO', 'Đoạn một (dữ liệu mẫu).', 'Đoạn hai: =1+1 & "<b>".', 'CHỦ TỊCH',
                     'Kết quả thực hiện mô hình "5 tự quản về an ninh, trật tự" quý IV/2020'):
            self.assertIn(text, texts)
        score = json.loads(self.ok('--json', 'score', '2020-Q4'))
        wanted = {c['name']: c['counts'] for c in score['criteria'] if c['code'][0].isdigit()}
        figures = [r for r in rows if len(r) > 2 and isinstance(r[0], float)]
        self.assertEqual((len(figures), count), (21, 21))
        for row in figures:
            self.assertEqual(row[2], wanted[row[1]]['n'], row)
            if len(row) > 4 and row[4] is not None:
                self.assertEqual(row[4], wanted[row[1]]['last_year'], row)
        self.assertTrue(any(r[2] > 0 for r in figures))
        self.assertTrue(any(r[3] == wanted[r[1]]['d'] for r in figures if len(r) > 3 and r[3]))

    def test_the_report_of_a_month_brings_the_villages(self):
        self.ok('report', 'draft', '2020-12')
        village, = [v for v in self.villages if v[2].endswith('Anh Dũng')]
        self.ok('import', self.file('t.xlsx', wb.make({'S': figures([village[2], village[1], 412, 3])})))
        sheets = self.book('report', '2020-12')[1]
        self.assertEqual(list(sheets), ['Báo cáo', 'Số liệu thôn'])
        row, = [r for r in sheets['Số liệu thôn'] if r and r[0] == village[2]]
        self.assertEqual([v for v in row[2:] if v is not None], [412, 3])

    def test_the_ranking_as_it_was_published(self):
        count, sheets = self.book('ranking', '2020-Q4')
        self.assertEqual(list(sheets), ['Xếp hạng', 'Điểm từng tiêu chí'])
        rows = {r[1]: r for r in sheets['Xếp hạng'] if len(r) > 10}
        self.assertEqual((count, rows['Xã Bạch Lưu'][:11]), (3, [
            1, 'Xã Bạch Lưu', 92.39, 23.62, 20, 16.32, 17.47, 14.48, 1, 0.5, 100]))
        self.assertEqual(rows['Xã Bạch Lưu'][12], 'bằng điểm, xét lĩnh vực I')
        self.assertIsNone(rows['Xã Đức Bác'][0])
        self.assertEqual(rows['Xã Đức Bác'][12], 'chưa gửi')
        texts = [v for r in sheets['Xếp hạng'] for v in r if isinstance(v, str)]
        self.assertTrue([t for t in texts if 'Đã chấm 2/17 đơn vị' in t], texts)
        # What was brought in by hand is not what the district signed: the paper says so.
        self.assertTrue([t for t in texts if 'BẢN NÀY CHƯA ĐỦ' in t], texts)
        items = sheets['Điểm từng tiêu chí']
        self.assertEqual((len(items), items[1][0]), (22, '1.1'))
        self.assertEqual(items[1][items[0].index('Xã Bạch Lưu')], 4.79)

    def test_only_xlsx_and_only_periods_that_are_there(self):
        for args, code in ((('report', 'a.csv', '--period=2020-Q4'), 2),
                           (('report', 'a.xlsx', '--period=2020-Q9'), 1),
                           (('ranking', 'a.xlsx', '--period=2020-Q3'), 1)):
            args = (args[0], os.path.join(self.top, args[1]), args[2])
            self.assertEqual(self.run_it('export', *args).returncode, code, args)
            self.assertFalse(os.path.exists(args[1]))
        self.assertEqual([f for f in os.listdir(self.top) if 'moi' in f], [])


if __name__ == '__main__':
    BINARY = os.path.abspath(sys.argv.pop(1))
    with tempfile.TemporaryDirectory(prefix='tuquan-sample-') as made:
        subprocess.run([sys.executable, '-B',
                        os.path.join(PROJECT, 'script', 'demo.d', 'generate.py'),
                        os.path.join(PROJECT, 'data'), made], check=True,
                       stdout=subprocess.DEVNULL)
        SAMPLE = made
        commune_cli.sheet_rows(os.path.join(made, 'district'))
        commune_cli.ranking_rows(os.path.join(made, 'district'))
        OFFICE = os.path.join(made, 'office')
        subprocess.run([BINARY, '--dir', OFFICE, 'init', '--unit=' + UNIT,
                        '--seed=' + os.path.join(SAMPLE, 'district')], check=True,
                       stdout=subprocess.DEVNULL)
        unittest.main()
