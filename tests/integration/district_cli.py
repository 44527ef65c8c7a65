#!/usr/bin/env python3
"""district_cli.py COMMUNE DISTRICT - The real tuquan-district in the hands of an officer who makes
mistakes; and what he sees of, and decides about, real offices.

Expected are exact exit codes, sentences, and that nothing was touched where something was refused.
"""
import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import older  # noqa: E402
import programs  # noqa: E402

FOUNDED = None
BACH_LUU = '08779@2004-01-01'
VILLAGE = '08779-04@2019-01-01'
MONTH = 'ADMIN/2020-11'
QUARTER = 'ADMIN/2020-Q4'


def digest(path):
    with open(path, 'rb') as stream:
        return hashlib.sha256(stream.read()).hexdigest()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)

    def refused(self, code, word, *args, name='district', **more):
        """Ends with `code`; the sentence has `word` and a next step; returns stderr."""
        done = self.w.call(name, *args, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(word, done.stderr)
        self.assertRegex(done.stderr, r'Việc cần làm: \S|What to do: \S')
        return done.stderr

    def csv(self, text, name='rows.csv'):
        path = self.w.path(name)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        return path


class Folder(Case):
    def test_missing_folder(self):
        for command in (['board'], ['units'], ['run'], ['doctor'], ['conflicts'], ['ledger', 'verify']):
            done = self.w.call('district', '--dir', self.w.path('nowhere'), *command)
            self.assertEqual(done.returncode, 1, (command, done.stdout, done.stderr))
            self.assertIn('E119', done.stderr)
            self.assertIn('nowhere', done.stderr)
            self.assertFalse(os.path.exists(self.w.path('nowhere')))

    def test_status_before_the_server_has_run(self):
        for lang, words in (('vi', 'Máy chủ chưa chạy ở thư mục này. Khởi động: tuquan-district run'),
                            ('en', 'The server does not run in this folder. Start it: tuquan-district run')):
            self.assertEqual(self.w.run('district', '--lang', lang, 'status').strip(), words)
        self.assertFalse(self.w.json('district', 'status')['running'])
        self.refused(1, 'E119', '--dir', self.w.path('nowhere'), 'status')

    def test_init_twice_touches_nothing(self):
        before = [digest(self.w.path('district', f)) for f in ('district.db', 'district.key')]
        self.refused(1, 'E107', 'init', '--name', 'Huyện khác')
        self.assertEqual(before,
                         [digest(self.w.path('district', f)) for f in ('district.db', 'district.key')])

    def test_foreign_files(self):
        path = self.w.path('district', 'district.db')
        for content in (b'xin chao' * 1000, None):
            os.remove(path)
            if content is not None:
                with open(path, 'wb') as stream:
                    stream.write(content)
            else:
                db = sqlite3.connect(path)
                db.execute('CREATE TABLE ke_toan(x)')
                db.commit()
                db.close()
            before = digest(path)
            text = self.refused(1, 'district.db', 'board')
            self.assertRegex(text, 'E1(08|11)')
            self.assertEqual(digest(path), before)

    def test_newer_file(self):
        path = self.w.path('district', 'district.db')
        db = sqlite3.connect(path)
        version = db.execute('PRAGMA user_version').fetchone()[0]
        db.execute('PRAGMA user_version = %d' % (version + 1))
        db.commit()
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        before = digest(path)
        self.refused(1, 'E110', 'board')
        self.refused(1, 'E110', 'period', 'lock', MONTH)
        self.assertEqual(digest(path), before)

    def test_key_file(self):
        key = self.w.path('district', 'district.key')
        os.chmod(key, 0o644)
        for command in (['run'], ['board'], ['enroll', BACH_LUU]):
            self.assertIn('0600', self.refused(1, 'E112', *command))
        checks = {c['check']: c for c in json.loads(
            self.w.run('district', '--json', 'doctor', ok=(1,)))['checks']}
        self.assertEqual(checks['key file']['result'], 'broken')
        self.assertIn('0600', checks['key file']['next_step'])
        os.chmod(key, 0o600)
        self.w.run('district', 'board')
        os.remove(key)
        self.refused(1, 'E112', 'board')

    def test_key_file_of_another_district(self):
        """Said in a sentence before anything is served, signed or restored under it."""
        backup = self.w.path('good.backup')
        self.w.run('district', 'backup', backup)
        self.w.run('district', '--dir', self.w.path('other'), 'init', '--name', 'Huyện khác')
        key = self.w.path('district', 'district.key')
        os.rename(key, self.w.path('own.key'))
        shutil.copy(self.w.path('other', 'district.key'), key)
        for command in (['run'], ['board'], ['enroll', BACH_LUU], ['backup', self.w.path('b')]):
            self.assertIn('huyện khác', self.refused(1, 'E112', *command))
        before = self.w.ask('district', 'SELECT * FROM tq_district')
        self.assertIn('huyện khác', self.refused(1, 'E112', 'restore', backup))
        self.assertEqual(self.w.ask('district', 'SELECT * FROM tq_district'), before)
        self.assertFalse([n for n in os.listdir(self.w.path('district')) if 'before' in n or 'part' in n])
        os.replace(self.w.path('own.key'), key)
        self.w.run('district', 'board')

    def test_configuration(self):
        path = self.w.path('district', 'district.ini')
        for line in ('max_sessions = nhiều', 'mau = xanh', 'khong phai dong'):
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write('# của người quản trị\n' + line + '\n')
            text = self.refused(2, 'E113', 'board')
            self.assertIn('district.ini:2', text)
        os.remove(path)
        self.w.run('district', 'board')

    def test_port_taken(self):
        for port in self.w.ports[:2]:
            with socket.socket() as other:
                other.bind(('127.0.0.1', port))
                other.listen(1)
                text = self.refused(1, 'E115', 'run', timeout=20)
                self.assertIn(str(port), text)

    def test_doctor_beside_a_running_server(self):
        self.w.serve()
        checks = {c['check']: c for c in json.loads(
            self.w.run('district', '--json', 'doctor', ok=(5,)))['checks']}
        for name in ('sync port', 'news port', 'data file', 'key file', 'height file'):
            self.assertEqual(checks[name]['result'], 'fine')

    def test_doctor(self):
        said = json.loads(self.w.run('district', '--json', 'doctor', ok=(0, 5)))
        for check in said['checks']:
            self.assertEqual(sorted(check), ['check', 'detail', 'next_step', 'result'])
            self.assertIn(check['result'], ('fine', 'look'))
            self.assertEqual(check['next_step'] == '', check['result'] == 'fine', check)
        names = [c['check'] for c in said['checks']]
        self.assertEqual(names, [
            'key file', 'configuration', 'height file', 'data file', 'ledger (last set of each device)',
            "offices' clocks", 'server clock', 'tested backup', 'disk space', 'open files', 'sync port',
            'news port'])
        # A set of the ledger that somebody touched.
        db = sqlite3.connect(self.w.path('district', 'district.db'))
        n, payload = db.execute('SELECT n, payload FROM tq_ledger ORDER BY n DESC LIMIT 1').fetchone()
        with db:
            db.execute('UPDATE tq_ledger SET payload = ? WHERE n = ?',
                       (payload[:-1] + bytes([payload[-1] ^ 1]), n))
        db.close()
        said = json.loads(self.w.run('district', '--json', 'doctor', ok=(1,)))
        ledger = [c for c in said['checks'] if c['check'].startswith('ledger')][0]
        self.assertEqual(ledger['result'], 'broken')
        self.assertIn('ledger verify', ledger['next_step'])
        self.refused(1, 'E108', 'ledger', 'verify')


class Import(Case):
    def count(self, table='period'):
        return self.w.value('district', 'SELECT count(*) FROM ' + table)

    def test_a_row_given_twice_is_named_with_both_lines(self):
        head = 'period,calendar,kind,code,starts_on,ends_on\n'
        row = 'ADMIN/2031-01,ADMIN,month,2031-01,2030-12-15,2031-01-14\n'
        text = self.refused(5, 'dòng 4: cùng một khóa với dòng 2', 'import', 'period',
                            self.csv(head + row + row.replace('-01,', '-02,') + row))
        self.assertIn('E205', text)
        self.assertEqual(self.w.value('district', "SELECT count(*) FROM period WHERE code LIKE '2031%'"), 0)

    def test_wrong_table_and_file(self):
        path = self.csv('unit,code\nx,y\n')
        self.refused(1, 'E106', 'import', 'don_vi_la', path)
        self.refused(1, 'E106', 'import', 'unit', self.w.path('khong-co.csv'))
        self.refused(2, 'E114', 'import', 'unit')

    def test_what_is_wrong_is_named(self):
        before = self.count()
        path = self.csv('period,calendar,code,kind,starts_on,grace_days\n'
                        'ADMIN/2031-01,ADMIN,2031-01,month,2031-01-15,1\n'
                        'ADMIN/2031-02,ADMIN,2031-02,tuần,2031-02-30,1.500\n'
                        'ADMIN/2031-03,ADMIN,2031-03,month,2031-02-15,999\n')
        text = self.refused(5, 'E205', 'import', 'period', path)
        for words in (('dòng 3', 'kind', '"tuần"'), ('dòng 3', 'starts_on', '"2031-02-30"'),
                      ('dòng 3', 'grace_days', '"1.500"'), ('dòng 4', 'grace_days', '"999"')):
            line = [l for l in text.splitlines() if all(w in l for w in words)]
            self.assertEqual(len(line), 1, (words, text))
            self.assertRegex(line[0], r'": \S')  # the rule
        self.assertEqual(self.count(), before)  # all or nothing
        self.refused(5, 'E205', 'import', 'period', self.csv('period,mau\nA,B\n'))
        self.refused(5, 'E205', 'import', 'period', self.csv(''))
        self.assertIn('dòng 2', self.refused(5, 'E205', 'import', 'period',
                                             self.csv('period,calendar,code\nADMIN/2031-01\n')))
        self.assertEqual(self.count(), before)

    def test_the_communes_tables_are_not_the_districts(self):
        text = self.refused(5, 'R04', 'import', 'incident', self.csv(
            'id,unit,area\n%s,%s,1\n' % ('01' * 16, BACH_LUU)))
        self.assertIn('Vụ việc', text)
        self.assertEqual(self.count('incident'), 0)

    def test_each_line_that_the_merge_refuses_is_told(self):
        """Three villages, two of a commune that is not there: both, with the value, in either language."""
        path = self.csv('unit,code,level,name,parent\n' + ''.join(
            '08779-%d@2019-01-01,08779-%d,4,Thôn mẫu,%s\n' % (n, n, parent)
            for n, parent in ((91, '09999@2004-01-01'), (92, BACH_LUU), (93, 'x@2004-01-01'))))
        before = self.count('unit')
        for lang, line, rule in (('vi', 'dòng', 'chưa có dòng mà nó tham chiếu'),
                                 ('en', 'line', 'the row that it refers to is not there yet')):
            said = self.refused(5, 'E202', '--lang', lang, 'import', 'unit', path)
            for number, value in ((2, '"09999@2004-01-01"'), (4, '"x@2004-01-01"')):
                told = [l for l in said.splitlines() if '%s %d:' % (line, number) in l]
                self.assertEqual(len(told), 1, said)
                for words in ('(parent)', value, '[R15] ' + rule):
                    self.assertIn(words, told[0])
            self.assertNotIn('%s 3:' % line, said)
        self.assertEqual(self.count('unit'), before)

    def test_only_what_the_district_writes(self):
        """Rows of the program would be broadcast; none of them comes from a file."""
        zero = '00' * 16
        for table, text in (
                ('ranking', 'period,sheet,version,state\n%s,5TQ@1,0,published\n' % QUARTER),
                ('ranking_row', 'period,sheet,version,unit,final_c\n%s,5TQ@1,0,%s,999900\n'
                 % (QUARTER, BACH_LUU)),
                ('held_row', 'id,unit,table_name\n%s,%s,incident\n' % (zero, BACH_LUU))):
            said = self.refused(5, 'R04', 'import', table, self.csv(text))
            self.assertIn('chương trình ghi', said)
            self.assertEqual(self.count(table), 0)
        said = self.refused(5, 'R04', 'import', 'tip',
                            self.csv('id,received_on,solved,solved_confirmed\n%s,2020-11-01,1,1\n' % zero))
        for words in ('Ngày nhận (received_on)', 'Giúp làm rõ vụ việc (solved)', 'đề nghị xã sửa'):
            self.assertIn(words, said)
        self.assertNotIn('solved_confirmed)', said)
        said = self.refused(5, 'dòng 2', 'import', 'tip',
                            self.csv('id,unit,solved_confirmed\n%s,%s,1\n' % (zero, BACH_LUU)))
        self.assertEqual(self.count('tip'), 0)  # the communes make them

    def test_a_published_sheet_never_changes(self):
        before = [self.w.json('district', 'rank', QUARTER)['rows'], self.count('criterion')]
        for table, text in (
                ('criterion', 'criterion,max_points_c\n5TQ@1/5.4,100\n'),
                ('criterion', 'criterion,params\n5TQ@1/5.4,target=1\n'),
                ('criterion', 'criterion,voided_at,void_reason\n5TQ@1/5.4,2020-12-01 08:00,nhầm\n'),
                ('criterion', 'criterion,sheet,code\n5TQ@1/9.9,5TQ@1,9.9\n'),
                ('scoring_sheet', 'sheet,state\n5TQ@1,draft\n')):
            self.refused(5, 'E403', 'import', table, self.csv(text))
        self.assertEqual([self.w.json('district', 'rank', QUARTER)['rows'], self.count('criterion')],
                         before)
        self.w.run('district', 'import', 'scoring_sheet', self.csv('sheet,state\n5TQ@1,retired\n'))

    def test_table_and_file_in_either_order(self):
        head = 'period,calendar,code,kind\n'
        for month, args in (('2031-01', ('period', '{}')), ('2031-02', ('{}', 'period')),
                            ('2031-03', ('--table=period', '{}')), ('2031-04', ('{}', '-t', 'period')),
                            ('2031-05', ('ky', '{}'))):
            path = self.csv(head + 'ADMIN/%s,ADMIN,%s,month\n' % (month, month))
            said = self.w.json('district', 'import', *[a.format(path) for a in args])
            self.assertEqual(said['inserted'], 1, args)
        self.refused(2, 'E114', 'import', path)
        self.refused(2, 'E114', 'import', '--table=period', path, path)
        self.refused(1, 'không có bảng tên', 'import', 'a.csv', 'b.csv')

    def test_twice_changes_nothing(self):
        path = self.csv('period,calendar,code,kind\nADMIN/2031-01,ADMIN,2031-01,month\n')
        self.assertEqual(self.w.json('district', 'import', 'period', path)['inserted'], 1)
        again = self.w.json('district', 'import', 'period', path)
        self.assertEqual((again['inserted'], again['updated'], again['same']), (0, 0, 1))

    def test_a_missing_key_column_is_named(self):
        path = self.csv('calendar,code,kind\nADMIN,2031-01,month\n')
        self.assertIn('thiếu cột period', self.refused(5, 'E205', 'import', 'period', path))

    def test_english(self):
        path = self.csv('period,grace_days\nADMIN/2020-11,999\n')
        for more in ({'env': {'TUQUAN_LANG': 'en'}}, {}):
            args = ['import', 'period', path] if more else ['--lang', 'en', 'import', 'period', path]
            done = self.w.call('district', *args, **more)
            self.assertEqual(done.returncode, 5)
            self.assertIn('line 2, grace_days: "999"', done.stderr)
            self.assertIn('What to do:', done.stderr)


class Usage(Case):
    def test_wrong_usage(self):
        for args in ([], ['bord'], ['board', '--mau'], ['why', 'unit'],
                     ['why', 'khong_co', 'x'], ['why', 'unit', BACH_LUU, 'mau'], ['revoke', 'abc'],
                     ['requests', 'grant', 'abcd'], ['requests', 'cho', 'abcd'],
                     ['conflicts', 'bo', 'abcd'], ['conflicts', 'take', 'xyz!'],
                     ['enroll', BACH_LUU, '--hours', '0'], ['--lang', 'fr', 'board']):
            done = self.w.call('district', *args)
            self.assertEqual(done.returncode, 2, (args, done.stdout, done.stderr))
        self.assertIn('board', self.w.call('district', 'bord').stderr)
        for args in (['board', 'ADMIN/2099-11'], ['board', 'thang-11'], ['requests', 'grant', 'abcd1234', '--reason', 'x'],
                     ['conflicts', 'keep', 'abcd1234'], ['why', 'incident', 'BL-99'],
                     ['period', 'lock', 'ADMIN/2099-11'], ['revoke', '99']):
            self.refused(1, 'E106', *args)

    def test_a_commune_is_given_by_code_name_or_key(self):
        """One resolver for every command that takes a commune: the same answer, or none at all."""
        def asked(unit):
            return [self.w.json('district', 'verify-score', QUARTER, unit)] + [
                self.w.run('district', *args)
                for args in (['verify-score', QUARTER, unit], ['reconcile', QUARTER, unit],
                             ['held', unit], ['conflicts', unit], ['requests', unit], ['appeals', unit], ['same', unit],
                             ['list', 'incident', '-u', unit], ['list', 'incident', 'unit=' + unit],
                             ['why', 'unit', unit])]
        by_key = asked(BACH_LUU)
        self.assertEqual(by_key[0]['unit'], BACH_LUU)
        self.assertIn('Xã Bạch Lưu (%s)' % BACH_LUU, by_key[1])
        for unit in ('08779', 'Bạch Lưu', 'xã bạch lưu', 'bach luu'):
            self.assertEqual(asked(unit), by_key, unit)
            self.assertEqual(self.w.json('district', 'enroll', unit)['unit'], BACH_LUU)
        self.assertIn('Xã Bạch Lưu', self.w.call('district', 'enroll', '08779').stderr)
        for unit in ('99999', 'Xã Không Có', VILLAGE, '08779@2099-01-01'):
            for args in (['verify-score', QUARTER, unit], ['verify-score', QUARTER, unit, '1.1', '2'],
                         ['reconcile', QUARTER, unit], ['held', unit], ['conflicts', unit],
                         ['requests', unit], ['appeals', unit], ['same', unit],
                         ['list', 'incident', '-u', unit],
                         ['list', 'incident', 'unit=' + unit], ['enroll', unit],
                         ['board', '--parent', unit]):
                self.assertIn(unit, self.refused(1, 'E106', *args))
        for parent in ('253', 'Sông Lô', '253@2004-01-01'):
            self.assertEqual(len(self.w.json('district', 'board', '--parent', parent)['rows']), 17)

    def test_a_name_of_two_communes_is_not_guessed(self):
        """Both are named with their keys; the code still means one, also where it was renewed."""
        self.w.run('district', 'import', 'unit', self.csv(
            'unit,code,valid_from,valid_to,level,type,name,full_name,parent\n'
            '08999@2004-01-01,08999,2004-01-01,,3,commune,Bạch Lưu,Xã Bạch Lưu,253@2004-01-01\n'
            '08779@1999-01-01,08779,1999-01-01,2003-12-31,3,commune,Bạch Lưu,Xã Bạch Lưu,'
            '253@2004-01-01\n'))
        for args in (['held', 'Bạch Lưu'], ['verify-score', QUARTER, 'bach luu'], ['enroll', 'Xã Bạch Lưu']):
            said = self.refused(5, 'E206', *args)
            for unit in (BACH_LUU, '08999@2004-01-01'):
                self.assertIn('Xã Bạch Lưu (%s)' % unit, said)
            self.assertNotIn('1999', said)
        self.assertEqual(self.w.json('district', 'enroll', '08779')['unit'], BACH_LUU)

    def test_tables_speak_the_readers_language(self):
        """Codes in the catalogue's words, days as people write them; JSON has what is stored."""
        words = {'units': ('Đang hoạt động', 'active'), 'period': ('Đã đóng', 'closed'),
                 'sheet': ('Đã công bố', 'published')}
        for command, (word, code) in words.items():
            text = self.w.run('district', command)
            self.assertIn(word, text)
            self.assertNotRegex(text, r'\b(active|open|closed|closing|locked|published|draft)\b')

            rows = next(v for v in self.w.json('district', command).values() if isinstance(v, list))
            self.assertIn(code, {r['state'] for r in rows})
        self.assertIn('15/10/2020', self.w.run('district', 'period'))
        self.assertNotIn('2020-10-15', self.w.run('district', 'period'))
        self.assertIn(': Đã khóa', self.w.run('district', 'period', 'lock', MONTH))

    def test_a_locked_period_has_one_way_out(self):
        self.refused(5, 'E207', 'period', 'unlock', MONTH, '--reason=x')
        self.w.run('district', 'period', 'lock', MONTH)
        for verb, words in (('open', 'unlock'), ('closing', 'unlock'), ('close', 'unlock'), ('lock', 'đã khóa')):
            self.assertIn(words, self.refused(5, 'E207', 'period', verb, MONTH))
        self.refused(5, 'E202', 'set', 'period', 'state=open', '--row', MONTH)
        self.refused(2, 'E114', 'period', 'unlock', MONTH)
        self.w.run('district', 'period', 'unlock', MONTH, '--reason=nhập sót')
        self.w.run('district', 'period', 'lock', MONTH, '--reason=xong')
        self.assertEqual(self.w.ask('district', "SELECT what, detail FROM tq_audit WHERE what LIKE 'period%'"),
                         [('period_unlock', 'nhập sót'), ('period_lock', 'xong')])

    def test_a_year_that_no_calendar_has(self):
        for year in ('2100', '12030', '2147483647', '4294969316', '99999999999999999999', '1989', '-5'):
            self.assertIn('1990..2099', self.refused(1, 'E117', 'period', 'make', '--', year))
        self.refused(5, 'E201', 'period', 'make', '2020x')

    def test_who_has_not_sent_is_named_and_what_publishes_without_them(self):
        for lang, words in (('vi', ('Xã Bạch Lưu', 'còn đơn vị chưa gửi báo cáo', '--missing-decision=SỐ')),
                            ('en', ('Xã Bạch Lưu', 'have not sent', '--missing-decision=NUMBER'))):
            said = self.refused(5, 'E209', '--lang', lang, 'publish', QUARTER)
            for word in words:
                self.assertIn(word, said)
            self.assertNotIn('@', said)

    def test_a_list_without_rows_says_so(self):
        """And what makes the first one."""
        new = self.w.path('new')
        self.w.run('district', '--dir', new, 'init', '--name', 'Huyện mới')
        for args, words in ((['devices'], 'enroll'), (['units'], 'import unit'), (['receipts'], 'biên nhận'),
                            (['period', 'list'], 'period make'), (['sheet'], 'sheet import'),
                            (['directives'], 'chỉ đạo'), (['user', 'list'], 'user add')):
            self.assertIn(words, self.w.run('district', '--dir', new, *args))
        self.assertIn('sheet import', self.refused(5, 'E207', '--dir', new, 'rank', QUARTER))
        self.assertIn('bảng điểm XX', self.refused(1, 'E106', 'sheet', 'show', 'XX'))
        self.assertIn('4 chữ số', self.refused(2, 'E114', 'conflicts', 'take', '1'))

    def test_json_of_every_command(self):
        keys = {
            'board': ['command', 'ok', 'period', 'rows', 'sent', 'to_call'],
            'conflicts': ['command', 'conflicts', 'ok'],
            'held': ['command', 'held', 'ok'],
            'requests': ['command', 'ok', 'requests'],
            'appeals': ['appeals', 'command', 'ok'],
            'devices': ['command', 'devices', 'ok'],
            'units': ['command', 'ok', 'units'],
            'period': ['command', 'ok', 'periods'],
        }
        for command, expected in keys.items():
            for lang in ('vi', 'en'):
                said = self.w.json('district', '--lang', lang, command)
                self.assertEqual(sorted(said), expected)
                self.assertTrue(said['ok'])
        said = json.loads(self.w.run('district', '--json', 'board', 'x', ok=(1,)))
        self.assertEqual(sorted(said['error']),
                         ['code', 'exit_code', 'facts', 'next_step', 'sentence'])
        self.assertEqual((said['ok'], said['error']['code'], said['error']['exit_code']),
                         (False, 'E106', 1))
        said = self.w.json('district', 'why', 'unit', BACH_LUU, 'name')
        self.assertEqual(sorted(said['story'][0]), [
            'after', 'author', 'before', 'cell', 'current', 'device', 'reason', 'received_at_ms',
            'verdict', 'written_at_ms'])

    def test_help_names_every_command(self):
        text = self.w.run('district', '--help')
        for command in ('init', 'run', 'enroll', 'devices', 'revoke', 'units', 'period', 'sheet',
                        'verify-score', 'rank', 'list', 'publish', 'board', 'conflicts', 'held', 'requests',
                        'appeals', 'why', 'ledger', 'doctor'):
            self.assertRegex(text, r'(?m)^\s+%s\b' % re.escape(command))
            self.assertIn(command, self.w.run('district', command, '--help'))

    def test_a_full_disk_behind_the_output_is_not_success(self):
        if not os.path.exists('/dev/full'):
            self.skipTest('no /dev/full')
        import subprocess
        with open('/dev/full', 'w') as full:
            done = subprocess.run(self.w.command('district', 'board'), env=self.w.env, stdout=full,
                                  stderr=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 1)


class Offices(Case):
    """What the officer sees of real offices, and decides."""

    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)

    def incident(self, name='xa', **columns):
        row = dict(area='1', category='theft', village=VILLAGE, occurred_on='2020-10-20')
        row.update({k: str(v) for k, v in columns.items()})
        return self.w.json(name, 'add', 'incident', *['%s=%s' % c for c in row.items()], '--yes')

    def edit(self, name, label, *cells):
        return self.w.json(name, 'edit', 'incident', label, *cells, '--yes')

    def label(self, name='xa'):
        return self.w.value(name, 'SELECT label FROM incident ORDER BY id DESC LIMIT 1')

    def line(self, unit=BACH_LUU, period=MONTH):
        said = self.w.json('district', 'board', period)
        return [r for r in said['rows'] if r['unit'] == unit][0], said

    def test_board(self):
        line, said = self.line()
        self.assertEqual(len(said['rows']), 17)
        self.assertEqual(line['report_state'], 'not_received')
        self.assertEqual(line['call'], ['report_overdue'])
        self.assertGreater(line['last_heard_at_ms'], 0)
        self.assertGreater(line['last_confirmed_at_ms'], 0)
        self.assertEqual((line['held'], line['conflicts'], line['requests']), (0, 0, 0))
        # Those that need a call stand first: 16 without a machine, then ours.
        self.assertEqual([r['call'][0] for r in said['rows']], ['no_machine'] * 16 + ['report_overdue'])
        text = self.w.run('district', 'board', MONTH)
        self.assertIn('Bạch Lưu', text)
        self.assertIn('chưa gửi', text)
        self.assertIn('0/17', text)

    def test_devices_tell_when_the_digests_agreed(self):
        machine = [d for d in self.w.json('district', 'devices')['devices']
                   if d['letter'] == 'A'][0]
        self.assertGreater(machine['equal_at_ms'], 0)
        self.assertIn('Khớp lúc', self.w.run('district', 'devices'))

    def test_board_shows_the_last_period_with_reports(self):
        self.w.run('xa', 'add', 'report', 'type=month', 'period=ADMIN/2019-11', 'narrative=dữ liệu mẫu',
                   'state=sent', 'submitted_at=2019-11-16 08:00', '--yes')
        self.w.json('xa', 'sync')
        # The month and the quarter that are closing end on one day: the longer one is shown.
        self.assertEqual(self.w.json('district', 'board')['period'], 'ADMIN/2020-Q4')
        for (period,) in self.w.ask('district', "SELECT period FROM period WHERE state = 'closing'"):
            self.w.run('district', 'period', 'lock', period)
        said = self.w.json('district', 'board')
        self.assertEqual((said['period'], said['sent']), ('ADMIN/2019-11', 1))
        self.assertIn('Kỳ ADMIN/2019-11', self.w.run('district', 'board'))

    def tip(self, **columns):
        """A tip of the commune, sent."""
        self.w.write('xa', 'INSERT INTO tip(unit, %s) VALUES (?, %s)' % (
            ', '.join(columns), ', '.join('?' * len(columns))), BACH_LUU, *columns.values())
        self.w.json('xa', 'sync')

    def test_an_officer_lists_rows_and_decides_by_their_label(self):
        """Without a key in hex: seen by label, in words, confirmed by label."""
        self.tip(label='TIN-1', area=1, received_on='2020-11-20', solved=1, note='mẫu một')
        self.tip(label='TIN-2', area=2, received_on='2020-12-02', solved=0, note='mẫu hai')
        said = self.w.json('district', 'list', 'tip', 'solved=1')
        self.assertEqual([(r['label'], r['unit'], r['solved_confirmed']) for r in said['rows']],
                         [('TIN-1', BACH_LUU, 0)])
        self.assertEqual((said['total'], len(said['rows'][0]['_key'])), (1, 32))
        text = self.w.run('district', 'list', 'tin-bao')
        for words in ('TIN-1', 'TIN-2', 'Xã Bạch Lưu', 'Ngày nhận', '20/11/2020', '2 dòng.'):
            self.assertIn(words, text)
        for args, labels in ((['--unit', '08779'], {'TIN-1', 'TIN-2'}), (['--unit', '08830'], set()),
                             (['--search', 'mau hai'], {'TIN-2'}), (['--from', '2020-12-01'], {'TIN-2'}),
                             (['--to', '2020-12-01'], {'TIN-1'})):
            rows = self.w.json('district', 'list', 'tip', *args)['rows']
            self.assertEqual({r['label'] for r in rows}, labels, args)
        self.assertEqual(len(self.w.json('district', 'list', 'tip', '--limit', '1')['rows']), 1)
        for args in (['khong_co'], ['tip', 'mau=1'], ['tip', 'solved'], ['period', '--unit', '08779']):
            self.refused(2, 'E114', 'list', *args)
        self.refused(5, 'E201', 'list', 'tip', 'area=9')
        done = self.w.json('district', 'import', 'tip', self.csv('id,solved_confirmed\nTIN-1,có\n'))
        self.assertEqual((done['updated'], done['inserted']), (1, 0))
        self.assertEqual(self.w.json('district', 'list', 'tip', 'solved_confirmed=1')['total'], 1)
        said = self.refused(5, 'dòng 3', 'import', 'tip',
                            self.csv('id,solved_confirmed\nTIN-2,1\nTIN-9,1\n'))
        self.assertIn('"TIN-9": không có dòng mang số hiệu này', said)
        self.tip(label='TIN-1', area=3, received_on='2020-12-03', solved=1)
        said = self.refused(5, 'dòng 2', 'import', 'tip', self.csv('id,solved_confirmed\nTIN-1,0\n'))
        self.assertIn('nhiều dòng mang số hiệu này', said)

    def test_why_fits_a_screen(self):
        self.incident(summary='dữ liệu mẫu ' * 30)
        label = self.label()
        self.edit('xa', label, 'category=robbery', 'summary=' + 'mẫu' * 90)
        self.w.json('xa', 'sync')
        text = self.w.run('district', 'why', 'incident', label)
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 100)
        for word in ('Huyện nhận:', 'Ai:', 'Trước:', 'Sau:', 'Kết quả:', '  1. ', '  2. '):
            self.assertIn(word, text)
        self.assertEqual(len(self.w.json('district', 'why', 'incident', label)['story']),
                         text.count('Huyện nhận:'))

    def test_a_receipt_says_what_it_is_for(self):
        first = self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-02',
                              known_at='1604620800000')['name']  # another day, by which it is locked too
        self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-15')
        self.w.json('xa', 'sync')
        self.w.run('xa', 'edit', 'incident', first, 'summary=sửa (dữ liệu mẫu)', '--yes')
        wrong = self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-20')['name']
        self.w.run('xa', 'void', 'incident', wrong, 'ghi nhầm', '--yes')
        self.w.json('xa', 'sync')
        self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-21')
        self.w.run('xa', 'add', 'activity', 'kind=patrol', 'planned_on=2020-11-21', 'state=planned', '--yes')
        self.w.run('xa', 'add', 'tip', 'area=1', '--yes')
        self.w.json('xa', 'sync')
        shown = self.w.run('xa', 'receipt').splitlines()
        self.assertLess(max(len(line) for line in shown), 200)
        self.assertTrue(any(line.rstrip().endswith('…') for line in shown), shown)
        sets = self.w.json('xa', 'receipt')['sets'][1:]
        self.assertEqual([[c['text'] for c in s['covers']] for s in sets[:2]], [
            ['Vụ việc: 1 mục mới, 1 mục sửa, từ 02/11/2020 đến 20/11/2020'],
            ['Vụ việc: 2 mục mới, từ 02/11/2020 đến 15/11/2020']])
        self.w.run('xa', 'void', 'incident', first, 'ghi nhầm', '--yes')
        paper = self.w.run('xa', 'receipt', str(sets[0]['set']))
        self.assertIn('1 mục mới, 1 mục sửa', paper)
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('xa', 'receipt')['sets'][0]['covers'], [
            {'table': 'incident', 'new': 0, 'changed': 0, 'voided': 1, 'from': '2020-11-02',
             'to': '2020-11-02', 'text': 'Vụ việc: 1 mục hủy, ngày 02/11/2020'}])
        # What is only planned has no day by which it could be locked, but it has one.
        self.w.run('xa', 'add', 'activity', 'kind=patrol', 'planned_on=2020-12-05', '--yes')
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('xa', 'receipt')['sets'][0]['covers'][0]['text'],
                         'Hoạt động: 1 mục mới, ngày 05/12/2020')
        self.assertNotEqual(self.w.call('xa', 'receipt', '99').returncode, 0)
        self.assertNotEqual(self.w.call('xa', 'receipt', 'không').returncode, 0)

    def test_a_receipt_tells_the_steps_of_a_report_apart(self):
        """A signed paper about a draft is no proof that a report was submitted."""
        def sent():
            self.w.json('xa', 'sync')
            return [(c['text'], c['steps']) for c in self.w.json('xa', 'receipt')['sets'][0]['covers']]

        for step, word, code in (('draft', 'soạn', 'draft'), ('approve', 'duyệt', 'approved'),
                                 ('submit', 'nộp lên huyện', 'sent')):
            self.w.run('xa', 'report', step, '2020-11', '--yes')
            self.assertEqual(sent(), [('Báo cáo tháng 11/2020: ' + word, [code])])
        paper = self.w.run('xa', 'receipt', str(self.w.value('xa', 'SELECT max(n) FROM tq_set')))
        self.assertIn('Báo cáo tháng 11/2020: nộp lên huyện', paper)
        self.w.run('xa', 'report', 'draft', '2020-Q4', 'mẫu', '--yes')
        self.w.json('xa', 'sync')
        self.w.run('xa', 'report', 'draft', '2020-Q4', 'mẫu khác', '--yes')
        for step in ('draft', 'approve'):
            self.w.run('xa', 'report', step, '2020-10', '--yes')
        self.assertEqual(sorted(sent()), [('Báo cáo quý IV/2020: sửa nội dung', []),
                                          ('Báo cáo tháng 10/2020: soạn, duyệt', ['draft', 'approved'])])

    def test_receipts_are_found_by_pages_and_by_register(self):
        for i in range(3):
            self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-0%d' % (i + 1))
            self.w.json('xa', 'sync')
        self.w.run('xa', 'report', 'draft', '2020-11', '--yes')
        self.w.json('xa', 'sync')
        self.incident(summary='dữ liệu mẫu', occurred_on='2020-11-09')
        self.w.json('xa', 'sync')

        def page(*args):
            said = self.w.json('xa', 'receipt', *args)
            return [s['set'] for s in said['sets']], said['before']

        self.assertEqual(page(), ([5, 4, 3, 2, 1], None))
        self.assertEqual(page('--limit', '2'), ([5, 4], 4))
        self.assertEqual(page('--limit', '2', '--before', '4'), ([3, 2], 2))
        self.assertEqual(page('--limit', '2', '--before', '2'), ([1], None))
        self.assertEqual(page('--table', 'report'), ([4], None))
        self.assertEqual(page('--table', 'incident', '--limit', '1'), ([5], 5))
        self.assertEqual(page('--table', 'incident', '--limit', '1', '--before', '5'), ([3], 3))
        self.assertEqual(page('--table', 'tip'), ([], None))
        self.assertIn('receipt --before 4', self.w.run('xa', 'receipt', '--limit', '2'))
        self.assertIn('Không còn gói nào cũ hơn', self.w.run('xa', 'receipt', '--before', '1'))
        # One that cannot be read is told as that, and takes the list from nobody.
        self.w.write('xa', 'UPDATE tq_set SET payload = ? WHERE n = 2', b'\xff\xff\xff')
        self.assertEqual(page()[0], [5, 4, 3, 2, 1])
        self.assertEqual(self.w.run('xa', 'receipt').count('không đọc được'), 1)

    def test_a_file_of_before_is_whole(self):
        """One that an older version made, with other words in the comments of its tables: verified, backed up and
        gone back to as one of today; a trigger that we never made is told."""
        self.incident(summary='dữ liệu mẫu')
        self.w.json('xa', 'sync')
        self.w.stop('district')
        file = self.w.path('district', 'district.db')
        older.age_district(file, 'district/0018_province_paper')
        db = sqlite3.connect(file, isolation_level=None)
        db.execute('PRAGMA writable_schema = ON')
        changed = db.execute("UPDATE sqlite_schema SET sql = replace(sql, '(', '( -- lời khác\n ') "
                             "WHERE name = 'tq_audit'").rowcount
        db.close()
        self.assertEqual(changed, 1)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        backup = self.w.path('upgraded.backup')
        self.w.run('district', 'backup', backup)
        self.w.run('district', 'restore', backup)
        self.w.serve()
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.w.stop('district')
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        db = sqlite3.connect(file, isolation_level=None)
        db.execute('CREATE TRIGGER foreign_hand AFTER INSERT ON tq_audit BEGIN SELECT 1; END')
        db.close()
        self.assertIn('foreign_hand', self.refused(1, 'E108', 'ledger', 'verify'))

    def test_a_receipt_proves_what_was_sent(self):
        self.incident(summary='dữ liệu mẫu')
        backup = self.w.path('night.backup')
        self.w.run('district', 'backup', backup)
        self.w.json('xa', 'sync')
        number = str(self.w.value('xa', 'SELECT max(n) FROM tq_set'))
        proof = self.w.path('receipt.bin')
        said = self.w.json('xa', 'receipt', number, '--export', proof)
        self.assertTrue(said['signature_valid'])
        self.assertIn('đúng của huyện', self.w.run('xa', 'receipt', number))
        told = self.w.json('district', 'ledger', 'receipt', proof)
        self.assertEqual((told['ledger'], told['received_at'], told['set']),
                         ('held', said['received_at'], self.w.value('xa', 'SELECT max(seq) FROM tq_set')))
        # Never over another file; every changed byte and every cut is found.
        self.assertEqual(self.w.call('xa', 'receipt', number, '--export', proof).returncode, 1)
        with open(proof, 'rb') as stream:
            whole = stream.read()
        for at in (3, len(whole) // 2, len(whole) - 1):
            forged = self.w.path('forged.bin')
            with open(forged, 'wb') as stream:
                stream.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            self.assertNotEqual(self.w.call('district', 'ledger', 'receipt', forged).returncode, 0)
            with open(forged, 'wb') as stream:
                stream.write(whole[:at])
            self.assertNotEqual(self.w.call('district', 'ledger', 'receipt', forged).returncode, 0)
        # A district that went back to before it says so, and what to do.
        self.w.stop('district')
        self.w.run('district', 'restore', backup)
        done = self.w.call('district', '--json', 'ledger', 'receipt', proof)
        self.assertEqual((done.returncode, json.loads(done.stdout)['ledger']), (5, 'lost'))
        # Another district's signature on it is not ours.
        self.w.write('xa', 'UPDATE tq_receipt SET bytes = ?', whole[:-1] + bytes([whole[-1] ^ 1]))
        done = self.w.call('xa', '--json', 'receipt', number)
        self.assertFalse(json.loads(done.stdout)['signature_valid'])
        self.assertNotEqual(done.returncode, 0)

    def test_refusals_of_scores_speak_the_readers_language(self):
        for lang, month, most, why in (
                ('vi', 'kỳ tháng chỉ tạm tính', 'không trong khoảng từ 0 đến 5,00', 'phải ghi lý do'),
                ('en', 'a month is provisional', 'not within 0 to 5,00', 'needs a reason')):
            said = self.w.call('district', '--lang', lang, 'publish', MONTH)
            self.assertIn(month, said.stderr)
            for points, words in (('9', most), ('4,99', why)):
                said = self.w.call('district', '--lang', lang, 'verify-score', QUARTER, BACH_LUU,
                                   '1.1', points)
                self.assertIn('E201', said.stderr)
                self.assertIn(words, said.stderr)

    def test_a_sheet_that_cannot_score_is_told_in_the_readers_language(self):
        head = ('code,area,name,max_c,formula,parameters,basis\n'
                'T@1,,mẫu,,SHEET,"total=500 quota=20 coverage=60 bonus=500 penalty=1500 '
                'grades=9000,8000,6500,5000%s",\n')
        ties = ' ties=vote'
        for rows, vi, en in (
                (head % ties + '1.1,1,mẫu,500,RATIO,n=households target=100,\n',
                 'bảng điểm T@1, tiêu chí 1.1: thiếu tham số: d',
                 'sheet T@1, criterion 1.1: a parameter is missing: d'),
                (head % ties + '1.1,1,mẫu,500,RATIO,n=households d=b target=100,\n',
                 'tiêu chí 1.1: d=b: không có nguồn số liệu b', 'd=b: no such source as b'),
                (head % '' + '1.1,1,mẫu,500,RATIO,n=households d=households target=100,\n',
                 'bảng điểm T@1: thiếu tham số: ties', 'sheet T@1: a parameter is missing: ties'),
                (head % ties + '1.1,x,mẫu,500,RATIO,n=households,\n',
                 'dòng số 3: lĩnh vực ngoài khoảng cho phép (1 đến 5',
                 'line 3: the area is out of range (1 to 5'),
                # The published ranking has a column for each of five areas: none is dropped in silence.
                (head % ties + '1.1,6,mẫu,500,RATIO,n=households d=households target=100,\n',
                 'dòng số 3: lĩnh vực ngoài khoảng', 'line 3: the area is out of range')):
            for lang, words in (('vi', vi), ('en', en)):
                said = self.w.call('district', '--lang', lang, 'sheet', 'import',
                                   self.csv(rows))
                self.assertIn(words, said.stderr)

    def test_both_sides_see_why_a_figure_was_changed(self):
        self.w.run('district', 'verify-score', '2020-Q4', BACH_LUU, '1.1', 'none')
        self.w.run('district', 'verify-score', '2020-Q4', BACH_LUU, '3.5', '1,50',
                   '--reason=Một vụ cháy chưa ghi')
        self.w.json('xa', 'sync')
        said = self.w.json('xa', 'score', '2020-Q4')
        self.assertEqual(said['changed_by_district'], {'3.5': 'Một vụ cháy chưa ghi'})
        self.assertIn('huyện sửa: Một vụ cháy chưa ghi', self.w.run('xa', 'score', '2020-Q4'))
        rows = {r['code']: r for r in
                self.w.json('district', 'verify-score', '2020-Q4', BACH_LUU)['criteria']}
        self.assertEqual((rows['3.5']['machine_c'], rows['3.5']['points_c'], rows['3.5']['reason']),
                         (300, 150, 'Một vụ cháy chưa ghi'))
        self.assertEqual((rows['1.1']['verified'], rows['1.1']['reason']), (True, ''))
        self.assertEqual((rows['1.2']['verified'], rows['1.2']['reason']), (False, ''))

    def test_an_appeal_in_time_is_written(self):
        self.w.run('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')
        self.w.json('xa', 'sync')
        self.w.json('xa', 'add', 'appeal', 'period=2020-Q4', 'criterion=5TQ@1/1.1',
                    'reason=dữ liệu mẫu', '--yes')
        self.assertIsNotNone(self.w.value('xa', 'SELECT asked_on FROM appeal'))

    def appeal_by_another_tool(self, criterion, period=QUARTER):
        self.w.write('xa', 'INSERT INTO appeal (unit, period, criterion, reason, asked_on)'
                     " VALUES (?, ?, ?, 'dữ liệu mẫu', '2021-01-02')", BACH_LUU, period, criterion)
        self.w.json('xa', 'sync')

    def test_appeals_are_listed_and_answered(self):
        self.assertIn('Không có khiếu nại', self.w.run('district', 'appeals'))
        self.appeal_by_another_tool('5TQ@1/1.2')  # before there is anything to appeal against
        self.assertTrue(self.w.json('district', 'appeals')['appeals'][0]['late'])
        self.assertIn('kỳ chưa công bố', self.w.run('district', 'appeals', '08779'))
        self.w.run('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu')
        [line] = self.w.json('district', 'appeals', BACH_LUU)['appeals']
        self.assertEqual((line['late'], line['criterion'], line['answer']), (False, '5TQ@1/1.2', None))
        self.w.run('district', 'appeals', 'answer', 'Bạch Lưu', '2020-Q4', '1.2', '--text=Đã tính lại')
        self.assertEqual(self.w.json('district', 'appeals')['appeals'], [])
        self.assertEqual(len(self.w.json('district', 'appeals', '--all')['appeals']), 1)
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.ask('xa', 'SELECT state, answer FROM appeal'),
                         [('answered', 'Đã tính lại')])
        self.refused(1, 'E106', 'appeals', 'answer', '08779', '2020-Q4', '9.9', '--text=x')
        self.refused(2, 'thiếu --text', 'appeals', 'answer', '08779', '2020-Q4', '1.2')
        self.refused(2, 'E114', 'appeals', 'answer', '08779')
        self.refused(2, 'thiếu --reason', 'requests', 'grant', 'abcd')
        self.refused(2, 'thiếu --why', 'same', 'keep', 'abcd')

    def test_an_appeal_that_another_tool_wrote_too_late_is_marked(self):
        env = programs.fake_clock(self.w.commune, '-20d')
        if env is None:
            self.skipTest('no libfaketime, or a sanitizer')
        self.w.run('district', 'publish', '2020-Q4', '--missing-decision', 'QĐ mẫu', env=env)
        self.w.json('xa', 'sync')
        self.refused(5, '5 ngày làm việc', 'add', 'appeal', 'period=2020-Q4', 'criterion=5TQ@1/1.1',
                     'reason=dữ liệu mẫu', '--yes', name='xa')
        self.appeal_by_another_tool('5TQ@1/1.1')
        self.assertTrue(self.w.json('district', 'appeals')['appeals'][0]['late'])
        self.assertIn('trễ', self.w.run('district', 'appeals'))

    def test_minutes_signed_by_both_sides_count(self):
        label = self.w.json('xa', 'add', 'border_meeting', 'held_on=2020-10-20', 'minutes_no=01/BB',
                            'signed_on=2020-10-20', 'label=GB-1', '--yes')
        self.assertTrue(label['ok'])

        def points():
            self.w.json('xa', 'sync')
            return {c['code']: c['points_c'] for c in
                    self.w.json('xa', 'score', '2020-Q4')['criteria']}['B3']

        self.assertEqual(points(), 0)
        done = self.w.json('district', 'import', 'border_meeting',
                           self.csv('id,partner_signed_on\nGB-1,2020-10-21\n'))
        self.assertEqual(done['updated'], 1)
        self.assertEqual(points(), 100)

    def test_officers_type_a_period_as_clerks_do(self):
        for text in ('2020-Q4', 'ADMIN/2020-Q4'):
            for args in (('rank', text), ('board', text), ('reconcile', text), ('period', 'open', text),
                         ('verify-score', text, BACH_LUU, '1.1', 'none', '--reason=x')):
                self.w.run('district', *args)
        for args in (('rank',), ('board',), ('reconcile',), ('publish',), ('period', 'lock')):
            said = self.w.call('district', *args, '2020')
            self.assertEqual(said.returncode, 5, said.stderr)
            self.assertIn('ADMIN/2020, VILLAGE/2020, COMMUNE/2020', said.stderr)

    def test_doctor_lists_states_without_their_facts(self):
        """Two people made it together, each a half; which row, whose, and what is missing."""
        for label in ('MH-1', 'MH-2', 'MH-3', 'MH-4'):
            self.w.run('xa', 'add', 'model', 'label=' + label, 'village=' + VILLAGE, 'name=mẫu', '--yes')
        self.w.run('xa', 'add', 'self_mgmt_group', 'label=TO-1', 'village=' + VILLAGE, '--yes')
        self.w.json('xa', 'sync')
        db = sqlite3.connect(self.w.path('district', 'district.db'))
        with db:
            db.execute("UPDATE model SET state = 'surveyed', survey_no = '1' WHERE label <> 'MH-4'")
            db.execute("UPDATE model SET survey_on = '2020-11-01' WHERE label = 'MH-1'")
            db.execute("UPDATE model SET voided_at = 1 WHERE label = 'MH-3'")
            db.execute("UPDATE self_mgmt_group SET state = 'dissolved'")
        db.close()
        found = [c for c in json.loads(self.w.run('district', '--json', 'doctor', ok=(5,)))['checks']
                 if c['check'] == 'states without their facts']
        self.assertEqual([c['result'] for c in found], ['look'])
        for words in ('2: Xã Bạch Lưu, Mô hình MH-2 "Đã khảo sát": thiếu Ngày khảo sát',
                      'Xã Bạch Lưu, Tổ tự quản TO-1 "Đã giải thể": thiếu Ngày giải thể'):
            self.assertIn(words, found[0]['detail'])
        for label in ('MH-1', 'MH-3', 'MH-4'):
            self.assertNotIn(label, found[0]['detail'])

    def test_a_machine_revoked_twice_is_told_as_such(self):
        self.w.run('district', 'revoke', '1', '--why=dữ liệu mẫu')
        was = self.w.ask('district', 'SELECT revoked_at, revoked_why FROM tq_device WHERE device = 1')
        self.assertRegex(self.refused(1, 'E107', 'revoke', '1'), r'máy số 1 đã thu hồi ngày \d{4}-\d\d-\d\d')
        self.assertIn('máy số 99', self.refused(1, 'E106', 'revoke', '99'))
        self.assertEqual(was, self.w.ask(
            'district', 'SELECT revoked_at, revoked_why FROM tq_device WHERE device = 1'))

    def test_a_village_is_not_invited(self):
        self.assertEqual(self.w.call('district', 'enroll', VILLAGE).returncode, 1)

    def test_another_sheet_publishes_the_next_version_of_the_period(self):
        """One table in force; the first one can still be seen, by its number or its sheet, at both."""
        self.w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')
        with open(os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), encoding='utf-8') as f:
            second = self.csv(f.read().replace('5TQ@1,', '5TQ@2,').replace('5TQ,1,', '5TQ,2,'))
        self.w.run('district', 'sheet', 'import', second, '--publish')
        tried = self.w.json('district', 'rank', QUARTER, '--sheet', '5TQ@2')
        self.assertEqual((tried['published'], tried['published_sheet'], tried['same']), (1, '5TQ@1', False))
        self.assertIn('bảng trên tính thử theo 5TQ@2',
                      self.w.run('district', 'rank', QUARTER, '--sheet', '5TQ@2'))
        done = self.w.json('district', 'publish', QUARTER, '--sheet', '5TQ@2',
                           '--missing-decision=dữ liệu mẫu')
        self.assertEqual(done['version'], 2)
        self.w.json('xa', 'sync')
        for name in ('district', 'xa'):
            self.assertEqual(
                self.w.ask(name, 'SELECT version, sheet, state FROM ranking ORDER BY version'),
                [(1, '5TQ@1', 'superseded'), (2, '5TQ@2', 'published')])
            self.refused(1, 'E106', 'rank', QUARTER, '--published', '1', '--sheet', '5TQ@2', name=name)
        for args, expected in (([], ('5TQ@2', 2)), (['--published', '1'], ('5TQ@1', 1)),
                               (['--sheet', '5TQ@1'], ('5TQ@1', 1)), (['--published=2'], ('5TQ@2', 2))):
            said = self.w.json('xa', 'rank', QUARTER, *args)
            self.assertEqual((said['sheet'], said['version']), expected)
        hashes = [self.w.json('district', 'rank', QUARTER, '--published', n)['input_hash'] for n in '12']
        self.assertEqual(hashes, [self.w.json('xa', 'rank', QUARTER, '--published', n)['input_hash']
                                  for n in '12'])
        self.assertNotEqual(*hashes)

    def by_sheet(self, sheet):
        """Of Bạch Lưu's quarter: the total at the office and the district, equal; each criterion's points."""
        office = self.w.json('xa', 'score', QUARTER, '--sheet', sheet)
        row = [r for r in self.w.json('district', 'rank', QUARTER, '--sheet', sheet)['rows']
               if r['unit']['unit'] == BACH_LUU][0]
        judged = self.w.json('district', 'assess', QUARTER, BACH_LUU, '--sheet', sheet)
        points = {c['code']: c['points_c'] for c in office['criteria']}
        self.assertEqual(office['sheet'], sheet)
        self.assertEqual((office['final_c'], judged['final_c']), (row['final_c'],) * 2)
        self.assertEqual({c['code']: c['machine_c'] for c in judged['criteria'] if c['machine_c'] is not None},
                         {c: p for c, p in points.items() if c[0].isdigit() and p is not None})
        return office['final_c'], points

    def test_both_programs_score_by_a_changed_sheet_without_a_build(self):
        """Another target, band and maximum, and one criterion more: rows alone say so."""
        self.incident(category='assault')
        for kind, n, more in (('outreach', 3, ()), ('meeting', 3, ()),
                              ('mediation', 1, ('accepted=10', 'settled=8'))):
            for month in range(10, 10 + n):
                on = '2020-%02d-10' % month
                self.w.run('xa', 'add', 'activity', 'kind=' + kind, 'village=' + VILLAGE, 'state=done',
                           'planned_on=' + on, 'held_on=' + on, *more, '--yes')
        for year in ('2019', '2020'):  # of 2019: the band looks at the same quarter a year before
            self.w.run('xa', 'add', 'report', 'type=quarter', 'period=ADMIN/%s-Q4' % year, 'state=sent',
                       'narrative=dữ liệu mẫu', 'submitted_at=%s-12-15 08:00' % year, '--yes')
        self.w.write_all('xa', [
            "INSERT INTO village_return (village, period, indicator, unit, value, source, state) SELECT"
            " v.unit, p.period, i.indicator, v.parent, CASE i.code WHEN 'reoffended' THEN 0 ELSE 5 END,"
            " 'typed', 'confirmed' FROM unit AS v, period AS p, indicator AS i WHERE v.parent = '%s' AND"
            " p.period IN ('ADMIN/2020-10', 'ADMIN/2020-11', 'ADMIN/2020-12')" % BACH_LUU])
        self.w.json('xa', 'sync')
        self.w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')
        before = self.w.json('district', 'rank', QUARTER, '--published', '1')
        with open(os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), encoding='utf-8') as f:
            text = f.read()
        for old, new in (('5TQ@1,', '5TQ@2,'), ('accepted target=80', 'accepted target=100'),
                         ('points=800,600,400,200,0', 'points=800,500,300,100,0'),
                         ('Tuyên truyền,400,RATIO', 'Tuyên truyền,200,RATIO'),
                         ('\n2.2,2,', '\n2.5,2,Hội nghị toàn dân,200,RATIO,n=activity:meeting:held '
                          'd=activity:meeting:planned target=100 floor=1/month,\n2.2,2,')):
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        self.w.run('district', 'sheet', 'import', self.csv(text), '--publish')
        self.w.json('xa', 'sync')
        (first, one), (second, two) = self.by_sheet('5TQ@1'), self.by_sheet('5TQ@2')
        for code, points in (('4.4', (600, 480)), ('1.3', (400, 300)), ('2.1', (400, 200)),
                             ('2.5', (None, 200))):
            self.assertEqual((one.get(code), two.get(code)), points, code)
        self.assertEqual({c: p for c, p in one.items() if c not in ('4.4', '1.3', '2.1')},
                         {c: p for c, p in two.items() if c not in ('4.4', '1.3', '2.1', '2.5')})
        self.assertNotEqual(first, second)
        self.w.run('district', 'publish', QUARTER, '--sheet=5TQ@2', '--missing-decision=dữ liệu mẫu')
        after = self.w.json('district', 'rank', QUARTER, '--published', '1')
        self.assertEqual((after['input_hash'], after['same']), (before['input_hash'], True))

    def test_rank_tells_what_was_published_and_whether_it_still_holds(self):
        self.assertIsNone(self.w.json('district', 'rank', QUARTER)['published'])
        self.assertIn('chưa công bố', self.w.run('district', 'rank', QUARTER))
        self.w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')
        today = self.w.json('district', 'rank', QUARTER)
        self.assertEqual((today['published'], today['same']), (1, True))
        self.w.json('xa', 'sync')
        def told(said):
            return [(r['unit']['unit'], r['rank'], r['final_c'], r['grade'], r['note'])
                    for r in said['rows']]
        self.assertEqual(told(today), told(self.w.json('xa', 'rank', QUARTER)))
        self.assertIn('Tạm xếp', self.w.run('xa', 'rank', QUARTER))  # of a quarter
        self.w.run('xa', 'add', 'report', 'type=quarter', 'period=' + QUARTER,
                   'narrative=dữ liệu mẫu', 'state=sent', 'submitted_at=2020-12-15 08:00', '--yes')
        self.w.json('xa', 'sync')
        today = self.w.json('district', 'rank', QUARTER)
        self.assertEqual((today['published'], today['same']), (1, False))
        self.assertIn('tạm tính', self.w.run('district', 'rank', QUARTER))

    def test_an_office_verifies_who_signed_a_ranking(self):
        self.w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')
        self.w.json('xa', 'sync')
        said = self.w.json('xa', 'rank', QUARTER)
        self.assertEqual((said['complete'], said['signature_valid']), (True, True))
        # As a tool would that writes as if it were the district.
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30)
        with db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute('UPDATE ranking SET input_hash = zeroblob(32)')
            db.execute('UPDATE tq_flag SET applying = 0')
        db.close()
        said = self.w.json('xa', 'rank', QUARTER)
        self.assertEqual((said['complete'], said['signature_valid']), (True, False))
        self.assertIn('chữ ký', said['warnings'][0])

    def test_reconcile_marks_what_the_scorer_counts_in_the_period(self):
        for label, columns in (
                ('by_day', dict(occurred_on='2020-10-20')),
                ('known', dict(occurred_on='', known_at='2020-10-21 08:00')),
                ('due', dict(area=2, category='gambling', occurred_on='2020-08-01',
                             due_on='2020-12-14')),
                ('earlier', dict(occurred_on='2020-09-14', known_at='2020-10-21 08:00')),
                ('later', dict(occurred_on='2020-12-15', due_on='2020-12-20')),
                ('no_day', dict(occurred_on=''))):
            columns = {k: v for k, v in columns.items() if v != ''}
            row = dict(area='1', category='assault', village=VILLAGE, summary=label)
            row.update({k: str(v) for k, v in columns.items()})
            self.w.json('xa', 'add', 'incident', *['%s=%s' % c for c in row.items()], '--yes')
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('district', 'reconcile', QUARTER, BACH_LUU)['reconciled'], 3)
        self.assertEqual(
            sorted(r[0] for r in self.w.ask(
                'district', 'SELECT summary FROM incident WHERE reconciled = 1')),
            ['by_day', 'due', 'known'])
        self.assertEqual(self.w.json('district', 'reconcile', QUARTER)['reconciled'], 0)

    def test_an_incident_is_compared_and_reclassified_one_by_one(self):
        def add(**columns):
            return self.w.json('xa', 'add', 'incident', *['%s=%s' % c for c in columns.items()],
                               'village=' + VILLAGE, '--yes')['name']
        fight = add(area='1', category='assault', occurred_on='2020-10-20', summary='đánh nhau (mẫu)')
        other = add(area='5', category='other', occurred_on='2020-10-21', summary='mất xe (mẫu)')
        add(area='1', category='assault', occurred_on='2020-12-15', summary='kỳ sau (mẫu)')
        self.w.json('xa', 'sync')

        def listed():
            return self.w.json('district', 'reconcile', QUARTER, BACH_LUU, '--list')

        def row(label):
            return next(r for r in listed()['rows'] if r['label'] == label)
        said = listed()
        self.assertEqual((said['open'], said['total'], said['decisions']), (2, 2, []))
        self.assertEqual({r['label']: r['codes'] for r in said['rows']}, {fight: '1.3', other: ''})
        self.assertEqual(self.w.json('district', 'assess', QUARTER, BACH_LUU)['incidents_open'], 2)
        # What somebody changed after it was read is told, and nothing of the order is done.
        seen = {r['label']: r['seen'] for r in said['rows']}
        self.w.run('xa', 'edit', 'incident', fight, 'summary=đánh nhau ở chợ (mẫu)')
        self.w.json('xa', 'sync')
        self.assertIn(fight, self.refused(5, 'E203', 'reconcile', QUARTER, BACH_LUU, '--document=12/BC',
                                          *['seen:%s:%s' % (seen[n], n) for n in (other, fight)]))
        self.assertEqual(listed()['open'], 2)
        self.assertEqual(self.w.json('district', 'reconcile', QUARTER, BACH_LUU, '--document=12/BC',
                                     'seen:%s:%s' % (row(fight)['seen'], fight))['reconciled'], 1)
        # Another category has a reason; the points follow.
        self.refused(2, 'E114', 'reconcile', QUARTER, BACH_LUU, other, '--category=theft', '--area=3')
        self.refused(2, 'E114', 'reconcile', QUARTER, BACH_LUU, '--category=theft', '--reason=x')

        def count(code):
            return next(c['n'] for c in self.w.json('district', 'assess', QUARTER, BACH_LUU)['criteria']
                        if c['code'] == code)
        before = count('3.4')
        self.w.json('district', 'reconcile', QUARTER, BACH_LUU, other, '--category=theft', '--area=3',
                    '--found-by-other=1', '--document=12/BC', '--reason=mất trộm xe (mẫu)')
        self.assertEqual(count('3.4'), before + 1)
        now = row(other)
        self.assertEqual((now['category'], now['reclassified'], now['reclassified_category'],
                          now['found_by_other'], now['reconciled']), ('other', 3, 'theft', True, True))
        self.assertIn('3.4', now['codes'].split())
        # Who, by which document, and why; as the commune wrote it again.
        said = [d['said'] for d in listed()['decisions']]
        self.assertEqual(said[1], 'theo 12/BC; ' + fight)
        self.assertTrue(said[0].startswith('theo 12/BC; mất trộm xe (mẫu); %s (' % other), said[0])
        self.assertIn('Trộm cắp', said[0])
        self.w.json('district', 'reconcile', QUARTER, BACH_LUU, other, '--category=other', '--area=',
                    '--found-by-other=0', '--reason=nhầm (mẫu)')
        now = row(other)
        self.assertEqual((now['reclassified'], now['reclassified_category'], count('3.4')),
                         (None, None, before))
        self.w.json('district', 'reconcile', QUARTER, BACH_LUU, other, '--document=12/BC')
        self.assertEqual(len(listed()['decisions']), 3)  # nothing was left to do: no line

    def test_a_draft_is_neither_verified_nor_given_back(self):
        self.w.run('xa', 'add', 'report', 'type=month', 'period=' + MONTH, 'narrative=dữ liệu mẫu', '--yes')
        self.w.json('xa', 'sync')
        for said in (['verify'], ['return', '--cell=1.2', '--reason=x']):
            self.assertIn('chưa nộp', self.refused(5, 'E207', 'report', MONTH, BACH_LUU, *said))
        self.assertEqual(self.w.ask('district', 'SELECT receipt_state FROM report'), [(None,)])

    def test_a_report_is_stamped_when_it_arrives(self):
        self.w.run('xa', 'add', 'report', 'type=month', 'period=' + MONTH, 'narrative=dữ liệu mẫu',
                   'state=sent', 'submitted_at=2020-11-16 08:00', '--yes')
        before = self.w.value('district', 'SELECT t_last FROM tq_district')
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        received, late, state = self.w.ask(
            'district', 'SELECT received_at, late_days, receipt_state FROM report')[0]
        due, grace = self.w.ask('district', 'SELECT due_at, grace_days FROM period WHERE period = ?',
                                MONTH)[0]
        self.assertGreater(received, before)
        day = 86400000
        days = (received + 7 * 3600000) // day - (due + 7 * 3600000) // day - grace
        self.assertEqual((late, state), (days, 'received'))
        self.assertGreater(late, 0)
        line, said = self.line()
        self.assertEqual((line['report_state'], line['late_days'], said['sent']), ('received', late, 1))
        self.assertEqual(line['call'], [])
        # The office has it back, and nothing to repair; a second sync moves nothing.
        again = self.w.json('xa', 'sync')
        self.assertEqual((again['equal'], again['rows_repaired']), (True, 0))
        self.assertEqual(self.w.value('xa', 'SELECT received_at FROM report'), received)
        # What the officer imports afterwards overwrites the stamp.
        self.w.run('district', 'import', 'report', self.csv(
            'unit,type,period,received_at,late_days,receipt_state\n'
            '%s,month,%s,2020-11-17 09:00,0,verified\n' % (BACH_LUU, MONTH)))
        self.assertEqual(self.w.ask('district', 'SELECT late_days, receipt_state FROM report')[0],
                         (0, 'verified'))
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(self.w.value('xa', 'SELECT late_days FROM report'), 0)
        # Given back, it waits for a person: green is said of nothing then.
        def stands():
            said = self.w.json('xa', 'status')
            return said['reports_returned'], said['green'], said['verdict'].startswith('Có việc')
        self.assertEqual(stands(), (0, True, False))
        self.w.run('district', 'report', MONTH, BACH_LUU, 'return', '--cell=1.2', '--reason=mẫu')
        self.w.json('xa', 'sync')
        self.assertEqual(stands(), (1, False, True))
        item, = self.w.json('xa', 'inbox', ok=(5,))['items']
        self.assertEqual((item['kind'], item['effect_none']), ('report_returned', 'report'))
        self.assertRegex(item['kept'], r'1\.2: mẫu \(.*huyện, \d\d:\d\d ')
        self.assertRegex(item['other'], r'^1\.2 .+: .*(điểm|không áp dụng); Nộp lúc = .* \(cán bộ xã, máy này, \d\d:\d\d ')
        self.assertEqual(self.w.json('xa', 'inbox', 'show', item['name'], ok=(5,))['items'], [item])
        for step in (['draft', MONTH, 'sửa (mẫu)'], ['approve', MONTH], ['submit', MONTH]):
            self.w.run('xa', 'report', *step)
        self.assertEqual(stands(), (0, False, False))
        self.w.json('xa', 'sync')
        self.assertEqual(stands(), (0, True, False))

    def ask_in_a_locked_period(self):
        """One cell of a row that is there, and one whole row; returns both labels."""
        self.incident(damage_vnd=1)
        label = self.label()
        self.w.json('xa', 'sync')
        self.w.run('district', 'period', 'lock', MONTH)
        self.edit('xa', label, 'damage_vnd=9000')
        self.incident(damage_vnd=7)
        said = self.w.json('xa', 'sync')
        self.assertEqual((said['requested'], said['refused']), (2, 0))
        return label, self.label()

    def requests(self):
        found = self.w.json('district', 'requests', BACH_LUU)['requests']
        return ([r for r in found if r['cell']], [r for r in found if not r['cell']])

    def test_requests_granted(self):
        old, new = self.ask_in_a_locked_period()
        cells, rows = self.requests()
        self.assertEqual((len(cells), len(rows)), (1, 1))
        self.assertEqual(cells[0]['values'], {'damage_vnd': 9000})
        self.assertEqual(cells[0]['other_values'], {'damage_vnd': 1})
        self.assertEqual(rows[0]['values']['damage_vnd'], 7)
        self.assertEqual(rows[0]['row']['table'], 'incident')
        text = self.w.run('district', 'requests')
        for words in ('Xã Bạch Lưu', 'Vụ việc ' + old, 'Thiệt hại (đồng) = 9.000', cells[0]['id'][:8],
                      'Loại = Trộm cắp'):
            self.assertIn(words, text)
        self.assertNotIn(cells[0]['id'], text)  # ids are short for people
        self.assertEqual(self.line()[0]['requests'], 2)
        for entry in (cells[0], rows[0]):
            self.w.run('district', 'requests', 'grant', entry['id'][:8], '--reason', 'đúng hồ sơ (mẫu)')
        self.assertEqual(self.requests(), ([], []))
        self.assertEqual(self.w.ask('district', 'SELECT DISTINCT state, decision, decided_at > 0 FROM '
                                    'correction_request'), [('granted', 'đúng hồ sơ (mẫu)', 1)])
        said = self.w.json('xa', 'sync')
        self.assertEqual((said['equal'], said['rows_repaired']), (True, 0))
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_pending'), 0)
        for name in ('xa', 'district'):
            self.assertEqual(self.w.value(name, 'SELECT damage_vnd FROM incident WHERE label = ?', old),
                             9000)
            self.assertEqual(self.w.value(name, 'SELECT damage_vnd FROM incident WHERE label = ?', new),
                             7)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])
        # Decided is decided.
        self.refused(1, 'E106', 'requests', 'grant', cells[0]['id'][:8], '--reason', 'x')
        story = self.w.json('district', 'why', 'incident', old, 'damage_vnd')['story']
        self.assertEqual([s['current'] for s in story].count(True), 1)
        self.assertEqual(story[-1]['device'], 0)
        self.assertEqual(story[-1]['after'], {'damage_vnd': 9000})

    def test_requests_refused(self):
        old, new = self.ask_in_a_locked_period()
        cells, rows = self.requests()
        for entry in (cells[0], rows[0]):
            self.w.run('district', 'requests', 'refuse', entry['id'][:8], '--reason',
                       'không có hồ sơ (mẫu)')
        self.assertEqual(self.requests(), ([], []))
        said = self.w.json('xa', 'sync')
        self.assertEqual((said['equal'], said['rows_repaired']), (True, 0))
        self.assertEqual(self.w.value('xa', 'SELECT damage_vnd FROM incident WHERE label = ?', old), 1)
        self.assertIsNone(self.w.value('district', 'SELECT id FROM incident WHERE label = ?', new))
        # It stays at the office, listed with the reason, until the clerk voids it.
        inbox = self.w.json('xa', 'inbox', ok=(5,))
        self.assertIn('R52', json.dumps(inbox))
        self.w.json('xa', 'void', 'incident', new, 'dữ liệu mẫu', '--yes')
        self.w.json('xa', 'sync')
        said = self.w.json('xa', 'sync')
        self.assertTrue(said['equal'])
        self.assertNotIn('R52', json.dumps(self.w.json('xa', 'inbox', ok=(0, 5))))
        self.assertEqual(self.requests(), ([], []))
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM tq_held WHERE kind <> 7'), 0)

    def test_conflicts(self):
        self.incident(damage_vnd=1)
        label = self.label()
        self.w.json('xa', 'sync')
        self.w.join('xb')
        self.edit('xa', label, 'damage_vnd=11')
        self.edit('xb', label, 'damage_vnd=22')
        self.w.json('xa', 'sync')
        self.w.json('xb', 'sync')
        entries = self.w.json('district', 'conflicts')['conflicts']
        self.assertEqual(len(entries), 1)
        entry = entries[0]
        self.assertEqual({entry['values']['damage_vnd'], entry['other_values']['damage_vnd']}, {11, 22})
        text = self.w.run('district', 'conflicts', BACH_LUU)
        for words in ('Vụ việc ' + label, 'Thiệt hại (đồng) = 11', 'Thiệt hại (đồng) = 22',
                      entry['id'][:8]):
            self.assertIn(words, text)
        self.assertEqual(self.w.json('district', 'conflicts', '08773@2004-01-01')['conflicts'], [])
        # Both sides with who wrote them, on which machine, when; and what the other one does.
        for side, number in (('kept_by', entry['values']['damage_vnd']), ('other_by', entry['other_values']['damage_vnd'])):
            name = {11: 'xa', 22: 'xb'}[number]
            self.assertEqual((entry[side]['author'], entry[side]['device']),
                             ('cán bộ xã', self.w.value(name, 'SELECT device FROM tq_state')))
            self.assertRegex(text, r'cán bộ xã, máy [A-Z] \(máy %s\), \d\d:\d\d ' % name)
        shown, = self.w.json('district', 'conflicts', 'show', entry['id'][:8])['conflicts']
        self.assertEqual((shown['id'], shown['kept_by']), (entry['id'], entry['kept_by']))
        # The cell is the commune's: the district may not take the other value for it, nor a third.
        self.assertIn('inbox', self.refused(5, 'E206', 'conflicts', 'edit', entry['id'][:8], 'damage_vnd=33'))
        text = self.refused(5, 'E206', 'conflicts', 'take', entry['id'][:8])
        self.assertIn('inbox', text)
        self.w.run('district', 'conflicts', 'keep', entry['id'][:8])
        self.assertEqual(self.w.ask('district', 'SELECT decision FROM conflict'), [('keep',)])
        # What the commune answers, it takes back itself.
        self.w.run('district', 'conflicts', 'undo', entry['id'][:8])
        self.w.json('xa', 'sync')
        number = self.w.json('xa', 'inbox', ok=(5,))['items'][0]['id']
        self.w.run('xa', 'inbox', 'keep', number)
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('district', 'conflicts', '--decided')['decided'], [])
        self.assertIn('xã', self.refused(5, 'E206', 'conflicts', 'undo', entry['id'][:8]))

    def body(self, name='district'):
        return self.w.value(name, 'SELECT body FROM border_notice')

    def both_write(self):
        """Neither sees the other's words; returns the entry."""
        self.w.run('xa', 'add', 'border_notice', 'label=TB-1', 'body=lúc đầu (mẫu)', '--yes')
        self.w.json('xa', 'sync')
        key = self.w.value('district', 'SELECT hex(id) FROM border_notice').lower()
        self.w.run('xa', 'edit', 'border_notice', 'TB-1', 'body=lời của xã (mẫu)', '--yes')
        self.w.run('district', 'import', 'border_notice',
                   self.csv('id,unit,body\n%s,%s,lời của huyện (mẫu)\n' % (key, BACH_LUU)))
        self.w.json('xa', 'sync')
        entry, = self.w.json('district', 'conflicts')['conflicts']
        self.assertEqual({entry['other_values']['body'], self.body()}, {'lời của xã (mẫu)', 'lời của huyện (mẫu)'})
        self.assertNotEqual(entry['other_values']['body'], self.body())
        return entry

    def decided(self):
        return [(d['id'], d['decision']) for d in self.w.json('district', 'conflicts', '--decided')['decided']]

    def state(self):
        return self.w.ask('district', 'SELECT state, decision, decided_by FROM conflict')

    def test_the_district_takes_its_decision_back(self):
        entry = self.both_write()
        number, kept, other = entry['id'][:8], entry['values']['body'], entry['other_values']['body']
        by = {s[side]['device'] for s, side in ((entry, 'kept_by'), (entry, 'other_by'))}
        self.assertEqual(by, {0, self.w.value('xa', 'SELECT device FROM tq_state')})
        self.assertIn('chưa có quyết định', self.refused(5, 'E203', 'conflicts', 'undo', number))
        # Kept, and back: it waits again.
        self.w.run('district', 'conflicts', 'keep', number)
        self.assertEqual(self.decided(), [(entry['id'], 'keep')])
        self.assertIn('lại chờ quyết', self.w.run('district', 'conflicts', 'undo', number))
        self.assertEqual(self.state(), [('open', None, None)])
        self.assertEqual(self.decided(), [])
        # Taken, sent, and back: the value as before, an ordinary change that the commune gets.
        self.w.run('district', 'conflicts', 'take', number)
        self.w.json('xa', 'sync')
        self.assertEqual((self.body('xa'), self.decided()), (other, [(entry['id'], 'take_other')]))
        told, = self.w.json('district', 'conflicts', '--decided')['decided']
        self.assertEqual((told['values']['body'], told['other_values']['body'], told['now']['body']),
                         (kept, other, other))
        self.w.run('district', 'conflicts', 'undo', number)
        self.assertEqual((self.body(), self.decided()), (kept, []))
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(self.body('xa'), kept)
        self.refused(5, 'E203', 'conflicts', 'undo', number)
        story = self.w.json('district', 'why', 'border_notice', 'TB-1', 'body')['story']
        self.assertEqual([s['after']['body'] for s in story][-2:], [other, kept])

    def test_a_decision_that_was_written_over_is_not_taken_back(self):
        entry = self.both_write()
        number = entry['id'][:8]
        self.w.run('district', 'conflicts', 'take', number)
        self.w.json('xa', 'sync')
        self.w.run('xa', 'edit', 'border_notice', 'TB-1', 'body=lời sau (mẫu)', '--yes')
        self.w.json('xa', 'sync')
        self.assertIn('lời sau (mẫu)', self.refused(5, 'E203', 'conflicts', 'undo', number))
        self.assertEqual(self.body(), 'lời sau (mẫu)')

    def test_the_district_writes_a_third_value(self):
        entry = self.both_write()
        number, kept = entry['id'][:8], entry['values']['body']
        for args, words in ((('body',), 'body'), (('xyz=1',), 'xyz'), (('label=TB-2',), 'Nội dung')):
            self.assertIn(words, self.refused(2, 'E114', 'conflicts', 'edit', number, *args))
        self.refused(2, 'E114', 'conflicts', 'edit', number)
        self.assertFalse(self.w.json('district', 'conflicts', 'edit', number, 'body=' + kept)['changed'])
        self.assertEqual(self.state(), [('open', None, None)])
        self.assertTrue(self.w.json('district', 'conflicts', 'edit', number, 'body=đúng là (mẫu)')['changed'])
        self.assertEqual((self.body(), self.state()), ('đúng là (mẫu)', [('decided', None, None)]))
        self.assertEqual(self.decided(), [(entry['id'], 'edit')])
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(self.body('xa'), 'đúng là (mẫu)')
        self.w.run('district', 'conflicts', 'undo', number)
        self.assertEqual((self.body(), self.decided()), (kept, []))
        # What nobody of the district answered cannot be taken back.
        self.refused(5, 'E203', 'conflicts', 'undo', number)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(self.body('xa'), kept)

    def test_what_a_conflict_does_to_the_score(self):
        self.w.run('xa', 'add', 'adjustment', 'label=DC-1', 'period=2020-Q4', 'code=P4', 'points_c=100',
                   'fact_on=2020-11-02', '--yes')
        self.w.json('xa', 'sync')
        self.w.run('district', 'set', 'adjustment', '--row=DC-1', 'state=accepted')
        self.w.json('xa', 'sync')
        self.w.run('xa', 'edit', 'adjustment', 'DC-1', 'points_c=200', '--yes')
        self.w.run('district', 'set', 'adjustment', '--row=DC-1', 'points_c=300')
        self.w.json('xa', 'sync')
        entry, = self.w.json('district', 'conflicts')['conflicts']
        before = self.w.ask('district', 'SELECT points_c, tq_meta FROM adjustment')
        shown, = self.w.json('district', 'conflicts', 'show', entry['id'][:8])['conflicts']
        effect = shown['effect']
        self.assertEqual((effect['period'], shown['effect_none']), ('ADMIN/2020-Q4', None))
        self.assertEqual(abs(effect['final_with_other_c'] - effect['final_c']), 100)
        self.assertIn('với giá trị kia', self.w.run('district', 'conflicts', 'show', entry['id'][:8]))
        # Nothing of it stays; and what it says is what comes of it.
        self.assertEqual(self.w.ask('district', 'SELECT points_c, tq_meta FROM adjustment'), before)
        self.assertEqual(self.w.json('xa', 'score', '2020-Q4')['final_c'], effect['final_c'])
        self.w.run('district', 'conflicts', 'take', entry['id'][:8])
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('xa', 'score', '2020-Q4')['final_c'], effect['final_with_other_c'])
        self.w.run('district', 'ledger', 'verify')

    def test_conflict_of_a_column_that_both_write(self):
        entry = self.both_write()
        other = entry['other_values']['body']
        body = self.body
        self.w.run('district', 'conflicts', 'take', entry['id'][:8])
        self.assertEqual(body(), other)
        self.assertEqual(self.w.ask('district', 'SELECT state, decision FROM conflict WHERE id = ?',
                                    bytes.fromhex(entry['id'])), [('decided', 'take_other')])
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertEqual(body('xa'), other)
        story = self.w.json('district', 'why', 'border_notice', 'TB-1', 'body')['story']
        self.assertEqual([s['after']['body'] for s in story],
                         ['lúc đầu (mẫu)', 'lời của huyện (mẫu)', 'lời của xã (mẫu)', other])

    def damage(self, sql, *args):
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
        with db:
            db.execute(sql, args)
        db.close()

    def test_held(self):
        self.w.write('xa', "INSERT INTO incident(unit, area, village) VALUES (?, 1, ?)", BACH_LUU, VILLAGE)
        self.w.json('xa', 'sync')
        self.assertEqual(self.w.json('district', 'held')['held'], [])
        # A village that the district does not know yet: typed into the office's file by another tool.
        db = sqlite3.connect(self.w.path('xa', 'office.db'))
        with db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("INSERT INTO unit(unit, code, level, name, parent) VALUES "
                       "('08779-77@2019-01-01', '08779-77', 4, 'Thôn mẫu', ?)", (BACH_LUU,))
            db.execute('UPDATE tq_flag SET applying = 0')
            db.execute("INSERT INTO incident(unit, area, village) VALUES (?, 2, '08779-77@2019-01-01')",
                       (BACH_LUU,))
        db.close()
        self.w.json('xa', 'sync')
        held = self.w.json('district', 'held')['held']
        self.assertEqual(len(held), 1)
        self.assertEqual(held[0]['reason'], 'R15')
        self.assertEqual(held[0]['values']['village'], '08779-77@2019-01-01')
        text = self.w.run('district', 'held', BACH_LUU)
        self.assertIn('chưa có dòng mà nó tham chiếu', text)
        self.assertEqual(self.line()[0]['held'], 1)
        # A damaged entry beside it hides nothing.
        kept = self.w.value('district', 'SELECT row_key FROM held_row')
        self.damage('UPDATE held_row SET row_key = ?', b'')
        done = self.w.call('district', 'held')
        self.assertEqual((done.returncode, held[0]['id'] in done.stderr), (0, True), done.stderr)
        self.assertIn('không đọc được', done.stderr)
        self.damage('UPDATE held_row SET row_key = ?', kept)
        self.w.run('district', 'import', 'unit', self.csv(
            'unit,code,valid_from,level,type,name,parent\n'
            '08779-77@2019-01-01,08779-77,2019-01-01,4,village,Thôn mẫu,%s\n' % BACH_LUU))
        self.assertEqual(self.w.json('district', 'held')['held'], [])
        self.assertEqual(self.w.value('district', 'SELECT count(*) FROM incident WHERE area = 2'), 1)

    def test_held_is_decided(self):
        """Beside the running server: judged again it waits on; given back it is the clerk's again."""
        db = sqlite3.connect(self.w.path('xa', 'office.db'))
        with db:
            db.execute('UPDATE tq_flag SET applying = 1')
            db.execute("INSERT INTO unit(unit, code, level, name, parent) VALUES "
                       "('08779-78@2019-01-01', '08779-78', 4, 'Thôn mẫu', ?)", (BACH_LUU,))
            db.execute('UPDATE tq_flag SET applying = 0')
            db.execute("INSERT INTO incident(unit, area, village) VALUES (?, 2, '08779-78@2019-01-01')",
                       (BACH_LUU,))
        db.close()
        self.w.json('xa', 'sync')
        number = self.w.json('district', 'held')['held'][0]['id'][:8]
        self.refused(2, 'E114', 'held', 'return', number)
        self.refused(2, 'E114', 'held', 'bo', number, '--reason', 'x')
        self.refused(1, 'E106', 'held', 'release', 'abcd1234', '--reason', 'x')
        done = self.w.call('district', 'held', 'release', number, '--reason', 'xét lại (mẫu)')
        self.assertEqual(done.returncode, 5)
        self.assertIn('vẫn phải chờ: chưa có dòng mà nó tham chiếu', done.stdout)
        said = self.w.json('district', 'held', 'return', number, '--reason', 'không có thôn này (mẫu)')
        self.assertEqual(said['state'], 'returned')
        self.assertEqual(self.w.json('district', 'held')['held'], [])
        self.assertEqual(self.line()[0]['held'], 0)
        self.refused(1, 'E106', 'held', 'return', number, '--reason', 'x')  # decided is decided
        said = self.w.json('xa', 'sync')
        self.assertEqual((said['equal'], said['rows_repaired']), (True, 0))
        items = [i for i in self.w.json('xa', 'inbox', ok=(5,))['items'] if i['reason'] == 'R55']
        self.assertEqual([i['kind'] for i in items], ['returned'])
        self.assertIn('không có thôn này (mẫu)', items[0]['detail'])
        self.w.run('xa', 'inbox', 'edit', items[0]['id'], 'village=' + VILLAGE)
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        self.assertNotIn('R55', json.dumps(self.w.json('xa', 'inbox', ok=(0, 5))))
        self.assertEqual(self.w.value('district', 'SELECT village FROM incident WHERE area = 2'), VILLAGE)
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
