#!/usr/bin/env python3
"""page_api.py COMMUNE DISTRICT - The office's page, asked as a browser asks it: real processes, real
sockets, a real district behind them."""
import datetime
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import browser  # noqa: E402
import programs  # noqa: E402

FOUNDED = None
VILLAGE = '08779-01@2019-01-01'
INCIDENT = {'area': 2, 'category': 'theft', 'village': 'Anh Dũng', 'occurred_on': '2020-11-05',
            'summary': 'dữ liệu mẫu'}


class Case(unittest.TestCase):
    """An office that has joined, and its district."""

    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)
        self.w.start('xa', env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_WAIT_S': '3600',
                                'TUQUAN_SLOT_FROM': '00:00', 'TUQUAN_SLOT_TO': '00:00'})
        self.b = browser.Browser(self.w, 'xa')

    def add(self, **values):
        return self.b.write('POST', '/api/v1/rows/incident', {'values': dict(INCIDENT, **values)}).json

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        self.assertFalse(answer.json['ok'])
        self.assertTrue(answer.json['error']['sentence'])


class Door(Case):
    """Who is let in, and what everybody gets."""

    def test_the_link_opens_once_and_is_replaced(self):
        stranger = browser.Browser(self.w, 'xa', enter=False)
        self.assertNotEqual(stranger.url, self.b.url)
        stranger.link = self.b.link
        self.refused(stranger.ask('GET', stranger.link), 401, 'E501')
        # Whoever is in already may use an old link: a bookmark is no reason to be locked out.
        self.assertEqual(self.b.ask('GET', self.b.link).status, 303)
        browser.Browser(self.w, 'xa')
        self.assertEqual(os.stat(self.w.path('xa', 'page.url')).st_mode & 0o777, 0o600)

    def test_without_cookie_nothing_is_told(self):
        for path in ('session', 'status', 'rows/incident', 'events', 'nothing'):
            self.refused(self.b.ask('GET', '/api/v1/' + path, headers={'Cookie': None}), 401, 'E501')
            self.refused(self.b.ask('GET', '/api/v1/' + path, headers={
                'Cookie': self.b.cookie[:-1] + ('0' if self.b.cookie[-1] != '0' else '1')}), 401, 'E501')

    def test_a_write_needs_the_token(self):
        before = self.w.value('xa', 'SELECT count(*) FROM incident')
        for token in (None, '', 'x' * 64, self.b.cookie.split('=')[1]):
            self.refused(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT},
                                    {'X-TQ-CSRF': token}), 403, 'E502')
        other = browser.Browser(self.w, 'xa')
        self.refused(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT},
                                {'X-TQ-CSRF': other.csrf}), 403, 'E502')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), before)

    def test_foreign_hosts_and_origins_are_refused(self):
        here = '127.0.0.1:%d' % self.b.port
        for host in ('evil.example', 'evil.example:%d' % self.b.port, '127.0.0.1', '127.0.0.1:1'):
            for path in ('/', '/api/v1/status', self.b.link):
                self.refused(self.b.ask('GET', path, headers={'Host': host}), 403, 'E502')
        for headers in ({'Origin': 'http://evil.example'}, {'Origin': 'null'},
                        {'Origin': 'https://' + here}, {'Sec-Fetch-Site': 'cross-site'},
                        {'Sec-Fetch-Site': 'same-site'}, {'Origin': 'http://127.0.0.1:1'}):
            self.refused(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}, headers),
                         403, 'E502')
            self.refused(self.b.ask('GET', '/api/v1/status', headers=headers), 403, 'E502')
        fine = {'Origin': 'http://' + here, 'Sec-Fetch-Site': 'same-origin'}
        self.assertEqual(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT},
                                    fine).status, 200)
        self.assertEqual(self.b.ask('GET', '/', headers={'Host': 'localhost:%d' % self.b.port}).status,
                         200)

    def test_every_answer_has_the_security_headers(self):
        for path, cookie in (('/', None), ('/api/v1/status', self.b.cookie), ('/api/v1/status', None),
                             ('/a/nothing.js', None), ('/api/v1/nothing', self.b.cookie), ('/open', None)):
            headers = self.b.ask('GET', path, headers={'Cookie': cookie}).headers
            policy = headers['content-security-policy']
            self.assertIn("default-src 'none'", policy)
            self.assertIn("script-src 'self'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn('unsafe', policy)
            self.assertEqual(headers['x-content-type-options'], 'nosniff')
            self.assertEqual(headers['referrer-policy'], 'no-referrer')
            self.assertEqual(headers['cross-origin-resource-policy'], 'same-origin')
            self.assertNotIn('access-control-allow-origin', headers)
            if path.startswith('/api'):
                self.assertEqual(headers['cache-control'], 'no-store')
        cookie = browser.Browser(self.w, 'xa', enter=False)
        said = cookie.ask('GET', cookie.link).headers['set-cookie']
        self.assertIn('HttpOnly', said)
        self.assertIn('SameSite=Strict', said)

    def test_what_is_too_much_is_refused(self):
        self.refused(self.b.ask('POST', '/api/v1/rows/incident', b'x' * ((1 << 20) + 1)), 413, 'E310')
        # Without a length named before: a body in chunks.
        def chunks():
            for _ in range(40):
                yield b'y' * 65536
        self.refused(self.b.ask('POST', '/api/v1/rows/incident', chunks()), 413, 'E310')
        answer = self.b.ask('GET', '/api/v1/status', headers={'X-Long': 'z' * 60000})
        self.assertIn(answer.status, (400, 413, 431))
        many = '&'.join('a%d=1' % i for i in range(40))
        self.refused(self.b.ask('GET', '/api/v1/rows/incident?' + many), 400, 'E117')
        self.assertEqual(self.b.ask('GET', '/api/v1/status').status, 200)

    def test_broken_requests_do_no_harm(self):
        for raw in (b'\x01\x02 / HTTP/1.1\r\n\r\n', b'GET\r\n\r\n', b'GET / HTTP/1.1\r\n\r\n',
                    b'POST /api/v1/rows/incident HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
                    b'GET /api/%zz HTTP/1.1\r\nHost: x\r\n\r\n', b'A' * 100000):
            with socket.create_connection((self.b.host, self.b.port), timeout=20) as line:
                try:
                    line.sendall(raw)
                    line.shutdown(socket.SHUT_WR)
                    said = line.recv(65536)
                except TimeoutError:
                    raise
                except OSError:  # it had hung up already, at any of these
                    continue
                self.assertNotIn(b' 200 ', said[:20])
        self.assertEqual(self.b.ask('GET', '/api/v1/%ff').status, 400)
        self.assertEqual(self.b.ask('GET', '/api/v1/rows/../status').status, 404)
        self.assertEqual(self.b.ask('DELETE', '/api/v1/status').status, 405)
        self.assertEqual(self.b.ask('TRACE', '/').status, 405)
        self.assertEqual(self.b.ask('GET', '/api/v1/status').status, 200)

    def test_page_no_turns_it_off(self):
        self.assertEqual(self.w.stop('xa')[0], 0)
        self.w.start('xa', env={'TUQUAN_PAGE': 'no'})
        self.w.wait_log('xa', 'AGENT-UP', 2)
        self.assertFalse(os.path.exists(self.w.path('xa', 'page.url')))
        self.assertEqual(self.w.log('xa').count('http://'), 1)

    def test_a_restart_signs_nobody_out(self):
        cookie, port = self.b.cookie, self.b.port
        self.assertEqual(self.w.stop('xa')[0], 0)
        self.assertFalse(os.path.exists(self.w.path('xa', 'page.url')))
        with open(self.w.path('xa', 'page.sessions')) as stream:
            kept = stream.read()
        self.assertNotIn(cookie.split('=')[1], kept)
        self.w.start('xa', env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:%d' % port})
        again = browser.Browser(self.w, 'xa', enter=False)
        again.cookie = cookie
        self.assertEqual(again.get('/api/v1/session').json['csrf'], self.b.csrf)


class Persons(Case):
    """Who writes, where persons have PINs."""
    CHIEF, CLERK = 'Trưởng công an xã', 'Văn phòng - thống kê'

    def sign_in(self, name, pin, status=200, who=None):
        return (who or self.b).write('POST', '/api/v1/sign-in', {'person': name, 'pin': pin}, status)

    def author(self):
        return self.w.value('xa', 'SELECT author FROM tq_log ORDER BY id DESC LIMIT 1')

    def conflict(self):
        """An entry of the inbox about the first incident, as the district would have sent it."""
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        db.execute('UPDATE tq_flag SET applying = 1')
        db.execute("INSERT INTO conflict (id, unit, table_name, row_key, kept_values, other_values, state)"
                   " SELECT x'0123456789abcdef0123456789abcdef', unit, 'incident', id, '9=2,', '9=4,', 'open'"
                   " FROM incident LIMIT 1")
        db.execute('UPDATE tq_flag SET applying = 0')
        db.execute('COMMIT')
        db.close()
        return '0123456789ab'

    def test_without_persons_the_configured_author_writes(self):
        self.assertEqual(self.b.get('/api/v1/persons').json['persons'], [])
        self.add()
        self.assertEqual(self.author(), 'cán bộ xã')

    def test_the_author_is_who_has_signed_in(self):
        self.b.write('POST', '/api/v1/persons', {'name': self.CHIEF, 'pin': '2468'})
        self.refused(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}), 403, 'E505')
        self.refused(self.b.ask('POST', '/api/v1/sync'), 403, 'E505')
        self.refused(self.b.ask('POST', '/api/v1/persons', {'name': self.CLERK, 'pin': '1357'}), 403, 'E505')
        self.assertEqual(self.b.rows('incident'), [])  # reading needs no PIN
        self.assertEqual(self.sign_in(self.CHIEF, '2468').json['person'], self.CHIEF)
        self.assertEqual(self.b.get('/api/v1/session').json['person'], self.CHIEF)
        self.add()
        self.assertEqual(self.author(), self.CHIEF)
        # Another browser is another person's; each signs with his own name.
        self.b.write('POST', '/api/v1/persons', {'name': self.CLERK, 'pin': '1357'})
        other = browser.Browser(self.w, 'xa')
        self.refused(other.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}), 403, 'E505')
        self.sign_in(self.CLERK, '1357', who=other)
        other.write('POST', '/api/v1/rows/incident', {'values': INCIDENT})
        self.assertEqual(self.author(), self.CLERK)
        self.add()
        self.assertEqual(self.author(), self.CHIEF)
        # An answer in the inbox is given by who has signed in, too.
        number = self.conflict()
        other.write('POST', '/api/v1/inbox/%s/edit' % number, {'values': {'area': 3}})
        self.b.write('POST', '/api/v1/inbox/%s/keep' % number)
        decided = self.b.get('/api/v1/inbox?decided=1').json['decided']
        self.assertEqual({d['decision']: d['decided_by'] for d in decided},
                         {'keep': self.CHIEF, 'edit': self.CLERK})
        self.b.write('POST', '/api/v1/sign-out')
        self.refused(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}), 403, 'E505')
        # Who was taken off the list writes no more.
        other.write('DELETE', '/api/v1/persons/' + browser.urllib.parse.quote(self.CLERK))
        self.refused(other.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}), 403, 'E505')

    def test_pins_are_kept_as_hashes_and_guesses_wait(self):
        self.w.run('xa', 'person', ok=(0,))
        done = subprocess.run(self.w.command('xa', 'person', 'add', self.CHIEF), input='2468\n', text=True,
                              env=self.w.env, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        path = self.w.path('xa', 'page.persons')
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as stream:
            kept = stream.read()
        self.assertIn('$argon2id$', kept)
        self.assertNotIn('2468', kept.split('$argon2id$')[0])
        for _ in range(5):
            self.refused(self.b.ask('POST', '/api/v1/sign-in', {'person': self.CHIEF, 'pin': '1111'}), 403, 'E503')
        # Now even the right one has to wait, and is not looked at.
        answer = self.b.ask('POST', '/api/v1/sign-in', {'person': self.CHIEF, 'pin': '2468'})
        self.refused(answer, 403, 'E504')
        self.assertRegex(answer.json['error']['facts'], r'^(2\d|30) s')
        self.refused(self.b.ask('POST', '/api/v1/sign-in', {'person': 'không có', 'pin': '2468'}), 403, 'E503')
        with open(path) as stream:
            waiting = json.load(stream)
        waiting[0]['wait_until'] = 0
        with open(path, 'w') as stream:
            json.dump(waiting, stream)
        self.sign_in(self.CHIEF, '2468')
        with open(path) as stream:
            self.assertEqual(json.load(stream)[0]['failures'], 0)

    def test_names_and_pins_that_cannot_be(self):
        for name, pin in (('', '2468'), ('x' * 61, '2468'), ('a\nb', '2468'), ('a', '123'), ('a', 'x' * 65)):
            self.refused(self.b.ask('POST', '/api/v1/persons', {'name': name, 'pin': pin}), 400, 'E201')
        self.refused(self.b.ask('POST', '/api/v1/persons', {'name': 'a'}), 400, 'E201')
        self.refused(self.b.ask('POST', '/api/v1/sign-in', {'person': 'a'}), 400, 'E201')
        self.b.write('POST', '/api/v1/persons', {'name': 'a', 'pin': '2468'})
        os.chmod(self.w.path('xa', 'page.persons'), 0o644)
        self.assertEqual(self.b.ask('POST', '/api/v1/rows/incident', {'values': INCIDENT}).code, 'E112')


class Rows(Case):
    """Rows of any table."""

    def test_a_row_is_written_found_and_changed(self):
        said = self.add()
        self.assertRegex(said['name'], r'^BL-\d\d-A-\d{3}$')
        row = self.b.get('/api/v1/rows/incident/' + said['key']).json['row']
        self.assertEqual((row['category'], row['village'], row['_sync']), ('theft', VILLAGE, 'waiting'))
        self.assertEqual(row['_shown']['category'], 'Trộm cắp')
        self.assertEqual(row['_shown']['occurred_on'], '05/11/2020')
        self.assertEqual(row['_name'], said['name'])
        listed = self.b.rows('incident', search='du lieu mau', limit=5)
        self.assertEqual(listed[0]['_key'], said['key'])
        self.assertEqual(listed[0]['_shown'], row['_shown'])
        self.assertEqual(self.b.rows('incident', search='khong co chu nay'), [])
        self.b.write('PATCH', '/api/v1/rows/incident/' + said['name'],
                     {'values': {'state': 'closed', 'closed_on': '2020-11-20'},
                      'was': {'state': row['state'], 'closed_on': None}})
        self.assertEqual(self.w.ask('xa', 'SELECT state, closed_on FROM incident WHERE label = ?',
                                    said['name']), [('closed', '2020-11-20')])
        story = self.b.get('/api/v1/rows/incident/%s/history' % said['key']).json['story']
        self.assertTrue(any(line['by'] == 'cán bộ xã' for line in story), story)
        self.b.write('POST', '/api/v1/rows/incident/%s/void' % said['key'], {'reason': 'nhập trùng'})
        self.assertEqual(self.b.rows('incident', area=2), [])
        self.assertEqual(self.b.rows('incident', voided=1)[0]['void_reason'], 'nhập trùng')
        self.refused(self.b.ask('POST', '/api/v1/rows/incident/%s/void' % said['key'],
                                {'reason': 'lần nữa'}), 409, 'E107')

    def test_refusals_name_what_is_wrong(self):
        path = '/api/v1/rows/incident'
        self.refused(self.b.ask('GET', '/api/v1/rows/nothing'), 404, 'E106')
        self.refused(self.b.ask('POST', '/api/v1/rows/nothing', {'values': {}}), 404, 'E106')
        self.refused(self.b.ask('GET', path + '?nothing=1'), 400, 'E114')
        self.refused(self.b.ask('GET', path + '?limit=0'), 400, 'E114')
        self.refused(self.b.ask('GET', path + '?limit=1001'), 400, 'E114')
        self.refused(self.b.ask('GET', path + '/BL-99-A-001'), 404, 'E106')
        self.refused(self.b.ask('POST', path, {'values': {'nothing': 1}}), 400, 'E114')
        self.refused(self.b.ask('POST', path, {'values': {'area=1 ': 1}}), 400, 'E114')
        for body in ('', '{', '[]', '"x"', '{"values": 1}', '{"values": {"area": {}}}', '\xff\xfe',
                     '{"a": 1, "a": 2, "values": {}}', '[' * 100000):
            self.refused(self.b.ask('POST', path, body.encode('latin-1')), 400, 'E201')
        answer = self.b.ask('POST', path, {'values': dict(INCIDENT, area=9)})
        self.assertEqual(answer.status, 400)
        error = answer.json['error']
        self.assertEqual((error['table'], error['column'], error['value']), ('incident', 'area', '9'))
        self.assertTrue(error['rule'])
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 0)
        row = self.add()
        self.refused(self.b.ask('POST', '%s/%s/void' % (path, row['key']), {}), 400, 'E202')

    def test_the_key_that_a_list_tells_opens_the_row(self):
        """Keys that hold the office's own unit, a number, another row's key."""
        self.b.write('POST', '/api/v1/rows/emulation_launch', {'values': {'year': 2020}})
        file = self.w.path('directive.csv')
        with open(file, 'w', encoding='utf-8') as out:
            out.write('label,document_no\nCD-1,15/CV\n')
        self.w.run('district', 'import', 'directive', file)
        self.b.write('POST', '/api/v1/sync', {}, 202)
        programs.wait_until(lambda: self.w.value('xa', 'SELECT count(*) FROM directive'), 'directive')
        directive = self.b.get('/api/v1/rows/directive').json['rows'][0]['_key']
        self.b.write('POST', '/api/v1/rows/directive_answer',
                     {'values': {'directive': directive, 'answer': 'một'}})
        for table, column, value in (('emulation_launch', 'pledged', 7),
                                     ('directive_answer', 'answer', 'hai')):
            row = self.b.get('/api/v1/rows/' + table).json['rows'][0]
            path = '/api/v1/rows/%s/%s' % (table, urllib.parse.quote(row['_key'], safe=''))
            self.assertEqual(self.b.get(path).json['row']['_key'], row['_key'])
            self.b.write('PATCH', path, {'values': {column: value}})
            self.assertEqual(self.b.get(path).json['row'][column], value)

    def test_a_stale_edit_is_shown_and_not_written(self):
        said = self.add()
        self.w.run('xa', 'edit', 'incident', said['name'], 'summary=dữ liệu mẫu, sửa ở dòng lệnh')
        answer = self.b.ask('PATCH', '/api/v1/rows/incident/' + said['key'],
                            {'values': {'summary': 'dữ liệu mẫu của trang'},
                             'was': {'summary': 'dữ liệu mẫu'}})
        self.refused(answer, 409, 'E203')
        self.assertEqual(answer.json['error']['column'], 'summary')
        self.assertEqual(answer.json['error']['value'], 'dữ liệu mẫu, sửa ở dòng lệnh')
        self.assertEqual(answer.json['row']['summary'], 'dữ liệu mẫu, sửa ở dòng lệnh')
        self.assertEqual(self.w.value('xa', 'SELECT summary FROM incident'), 'dữ liệu mẫu, sửa ở dòng lệnh')

    def test_personal_data_is_asked_about(self):
        values = dict(INCIDENT, summary='dữ liệu mẫu, gọi 0912 345 678')
        answer = self.b.ask('POST', '/api/v1/rows/incident', {'values': values})
        self.refused(answer, 422, 'E206')
        self.assertEqual([f['column'] for f in answer.json['lint']], ['summary'])
        self.assertEqual(answer.json['lint'][0]['text'], '0912 345 678')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 0)
        self.b.write('POST', '/api/v1/rows/incident', {'values': values, 'yes': True})
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident'), 1)

    def test_the_reason_of_a_void_is_looked_at_too(self):
        path = '/api/v1/rows/incident/%s/void' % self.add()['key']
        reason = {'reason': 'do ông Nguyễn Văn Mẫu 0912345678 báo nhầm'}
        answer = self.b.ask('POST', path, reason)
        self.refused(answer, 422, 'E206')
        self.assertEqual([f['column'] for f in answer.json['lint']], ['void_reason'])
        self.assertEqual(answer.json['lint'][0]['title'], 'Lý do hủy')
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM incident WHERE voided_at IS NULL'), 1)
        self.b.write('POST', path, dict(reason, yes=True))
        self.assertEqual(self.w.value('xa', 'SELECT void_reason FROM incident'), reason['reason'])

    def test_no_answer_to_a_page_names_a_word_of_the_command_line(self):
        """A clerk has no --yes to press."""
        name = 'gọi ông Nguyễn Văn Mẫu 0912 345 678'
        row = '/api/v1/rows/incident/%s' % self.add()['key']
        report = '/api/v1/reports/ADMIN%2F2020-Q4/draft'
        for method, path, body in (
                ('POST', '/api/v1/rows/incident', {'values': dict(INCIDENT, summary=name)}),
                ('PATCH', row, {'values': {'summary': name}}),
                ('POST', row + '/void', {'reason': name}),
                ('POST', report, {'narrative': name}),
                ('PUT', '/api/v1/machine', {'name': name}),
                ('PUT', '/api/v1/self-score', {'period': '2020-Q4', 'criterion': '1.1', 'points_c': 450}),
                ('PUT', '/api/v1/self-score', {'period': '2020-Q4', 'criterion': '1.1', 'points_c': 450,
                                               'reason': name})):
            answer = self.b.ask(method, path, body)
            self.assertEqual(answer.status, 422, answer.body)
            self.assertNotIn('--', json.dumps(answer.json['error'], ensure_ascii=False), path)

    def test_markup_comes_back_as_it_was_typed(self):
        for text in ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE incident; --",
                     '\\u003cb\\u003e', '{{7*7}}', '%3Cscript%3E'):
            said = self.add(summary=text)
            answer = self.b.get('/api/v1/rows/incident/' + said['key'])
            self.assertEqual(answer.json['row']['summary'], text)
            self.assertEqual(answer.json['row']['_shown']['summary'], text)
            self.assertEqual(answer.headers['content-type'], 'application/json')

    def test_two_browsers_and_the_command_line_lose_no_edit(self):
        """Each writes only over what it saw, and tries again with what it sees then."""
        said = self.add(injured=0)
        path = '/api/v1/rows/incident/' + said['key']
        each, faults = 8, []

        def click(who):
            for _ in range(each):
                while True:
                    seen = who.get(path).json['row']['injured']
                    answer = who.ask('PATCH', path, {'values': {'injured': seen + 1},
                                                     'was': {'injured': seen}})
                    if answer.status == 200:
                        break
                    if answer.status not in (409, 503):
                        faults.append(answer.body)
                        return

        def type_it():
            for _ in range(each):
                while True:
                    seen = self.w.json('xa', 'show', 'incident', said['key'])['row']['injured']
                    done = self.w.call('xa', 'edit', 'incident', said['key'], 'injured=%d' % (seen + 1),
                                       'was:injured=%d' % seen)
                    if done.returncode == 0:
                        break
                    if 'E203' not in done.stderr:
                        faults.append(done.stderr)
                        return
        threads = [threading.Thread(target=click, args=(self.b,)),
                   threading.Thread(target=click, args=(browser.Browser(self.w, 'xa'),)),
                   threading.Thread(target=type_it)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])
        self.assertEqual(self.w.value('xa', 'SELECT injured FROM incident'), 3 * each)


class Work(Case):
    """What is due, figures of the villages, reports, scores, the inbox, receipts."""

    def figures(self, **query):
        said = self.b.get('/api/v1/returns', period='2020-11', **query).json
        return said, {(c['village'], c['indicator']): c for c in said['cells']}

    def put(self, *cells, status=200):
        return self.b.write('PUT', '/api/v1/returns', {'period': '2020-11', 'cells': list(cells)}, status)

    def cell(self, value, was=None, indicator='households_signed@1', **more):
        return dict(village=VILLAGE, indicator=indicator, value=value, was=was, **more)

    def test_a_grid_of_figures_is_written_as_a_whole(self):
        said, cells = self.figures()
        self.assertEqual(len(cells), len(said['villages']) * len(said['indicators']))
        self.assertEqual((said['before'], said['last_year']), ('ADMIN/2020-10', 'ADMIN/2019-11'))
        self.assertIsNone(cells[VILLAGE, 'households_signed@1']['value'])
        self.assertEqual(self.put(self.cell(40), self.cell(7, indicator='contacts_due@1', confirm=True),
                                  self.cell(9, indicator='contacts_done@1')).json['written'], 3)
        cells = self.figures()[1]
        self.assertEqual([(cells[VILLAGE, i]['value'], cells[VILLAGE, i]['state']) for i in
                          ('households_signed@1', 'contacts_due@1')], [(40, 'draft'), (7, 'confirmed')])
        self.assertEqual([w['code'] for w in cells[VILLAGE, 'contacts_done@1']['warnings']], ['above_whole'])
        # One cell was changed by another, one breaks a rule: nothing is written, each is named.
        self.w.run('xa', 'returns', '2020-11', 'Anh Dũng;households_signed=41')
        answer = self.put(self.cell(50, was=40), self.cell(-1, was=7, indicator='contacts_due@1'), status=400)
        answer = self.put(self.cell(50, was=40), self.cell(8, was=7, indicator='contacts_due@1'), status=409)
        self.refused(answer, 409, 'E203')
        self.assertEqual([(f['indicator'], f['value'], f['code']) for f in answer.json['faults']],
                         [('households_signed@1', 41, 'E203')])
        cells = self.figures()[1]
        self.assertEqual([cells[VILLAGE, i]['value'] for i in ('households_signed@1', 'contacts_due@1')], [41, 7])
        # A figure that was changed is a draft again; taken away, it is empty.
        self.put(self.cell(8, was=7, indicator='contacts_due@1'), self.cell(None, was=41))
        cells = self.figures()[1]
        self.assertEqual(cells[VILLAGE, 'contacts_due@1']['state'], 'draft')
        self.assertIsNone(cells[VILLAGE, 'households_signed@1']['value'])
        # Where nothing stands, a writer who saw something is told.
        self.refused(self.put(self.cell(5, was=3, indicator='reoffended@1'), status=409), 409, 'E203')

    def test_figures_that_cannot_be_are_refused(self):
        for cell in (self.cell('x'), self.cell(1, indicator='nothing@1'), self.cell(1.5), self.cell([])):
            answer = self.b.ask('PUT', '/api/v1/returns', {'period': '2020-11', 'cells': [cell]})
            self.assertIn(answer.status, (400, 404), answer.body)
        for body in ({'period': '2020-11'}, {'period': '2020-11', 'cells': []}, {'cells': [self.cell(1)]},
                     {'period': '2020-Q4', 'cells': [self.cell(1)]}):
            self.assertIn(self.b.ask('PUT', '/api/v1/returns', body).status, (400, 404))
        self.assertEqual(self.b.ask('GET', '/api/v1/returns').status, 400)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM village_return'), 0)

    def test_today_says_what_is_due(self):
        self.assertEqual(self.b.get('/api/v1/today').json['inbox']['open'], 0)
        late = self.add(due_on='2020-11-20')
        self.add(due_on='2020-11-20', closed_on='2020-11-19')
        self.b.write('POST', '/api/v1/rows/activity', {'values': {
            'kind': 'patrol', 'planned_on': '2020-11-01', 'state': 'planned'}})
        self.b.write('POST', '/api/v1/rows/tip', {'values': {'area': 1, 'received_at': '01/11/2020 08:00',
                                                             'received_on': '2020-11-01'}})
        said = self.b.get('/api/v1/today').json
        kinds = {}
        for item in said['due']:
            kinds.setdefault(item['kind'], []).append(item)
        self.assertEqual([i['row']['key'] for i in kinds['incident_due']], [late['key']])
        self.assertGreater(kinds['incident_due'][0]['days_late'], 100)
        self.assertEqual((len(kinds['activity_planned']), len(kinds['tip_to_pass'])), (1, 1))
        self.assertGreaterEqual(said['late'], 3)

    def test_suggestions_come_from_earlier_entries(self):
        for text in ('Công an xã', 'Công an huyện', 'Ban công tác', 'Công an xã'):
            self.add(handled_by=text)
        said = self.b.get('/api/v1/suggest/incident/handled_by', q='cong an').json['texts']
        self.assertEqual(said, ['Công an xã', 'Công an huyện'])
        self.assertEqual(len(self.b.get('/api/v1/suggest/incident/handled_by').json['texts']), 3)
        self.refused(self.b.ask('GET', '/api/v1/suggest/nothing/x'), 404, 'E106')
        self.refused(self.b.ask('GET', '/api/v1/suggest/incident/area?q=1'), 400, 'E114')

    def test_a_report_goes_its_way(self):
        path = '/api/v1/reports/ADMIN%2F2020-Q4/'
        self.refused(self.b.ask('POST', path + 'submit', {}), 422, 'E207')
        answer = self.b.ask('POST', path + 'draft', {'narrative': 'gọi 0912 345 678'})
        self.refused(answer, 422, 'E206')
        self.b.write('POST', path + 'draft', {'narrative': 'dữ liệu mẫu, quý IV ổn định'})
        self.b.write('POST', path + 'approve')
        self.b.write('POST', path + 'submit')
        self.refused(self.b.ask('POST', path + 'draft', {'narrative': 'lại'}), 422, 'E207')
        self.assertEqual(self.w.ask('xa', 'SELECT state, narrative FROM report'),
                         [('sent', 'dữ liệu mẫu, quý IV ổn định')])
        said = [r for r in self.b.get('/api/v1/reports', all=1).json['reports'] if r['state']]
        self.assertEqual([(r['period'], r['state']) for r in said], [('ADMIN/2020-Q4', 'sent')])

    def test_a_report_that_was_changed_meanwhile_is_neither_saved_nor_approved(self):
        path = '/api/v1/reports/ADMIN%2F2020-Q4/'
        none = {'narrative': None, 'state': None}
        self.b.write('POST', path + 'draft', {'narrative': 'bản một', 'was': none})
        for step, body in (('draft', {'narrative': 'bản của thẻ kia', 'was': none}),
                           ('approve', {'was': {'narrative': 'bản khác', 'state': 'draft'}}),
                           ('approve', {'was': {'narrative': None, 'state': 'draft'}}),
                           ('draft', {'narrative': 'bản ba', 'was': {'narrative': 'bản một', 'state': None}})):
            answer = self.b.ask('POST', path + step, body)
            self.refused(answer, 409, 'E203')
            self.assertEqual((answer.json['row']['narrative'], answer.json['row']['state']), ('bản một', 'draft'))
        self.assertEqual(self.w.ask('xa', 'SELECT state, narrative, approved_at FROM report'),
                         [('draft', 'bản một', None)])
        seen = {'narrative': 'bản một', 'state': 'draft'}
        self.b.write('POST', path + 'approve', {'was': seen})
        self.refused(self.b.ask('POST', path + 'approve', {'was': seen}), 409, 'E203')
        self.b.write('POST', path + 'submit', {'was': dict(seen, state='approved')})
        self.refused(self.b.ask('POST', path + 'submit', {'was': dict(seen, state='approved')}), 409, 'E203')
        self.assertEqual(self.w.value('xa', 'SELECT state FROM report'), 'sent')
        for wrong in ({'narrative': 1}, {'state': []}):
            self.refused(self.b.ask('POST', path + 'draft', {'narrative': 'x', 'was': wrong}), 400, 'E201')

    def test_a_machine_tells_its_versions(self):
        said = self.b.get('/api/v1/machine').json
        self.assertEqual(said['catalogue'], self.w.value('xa', 'SELECT schema FROM tq_state'))
        self.assertTrue(said['version'])

    def test_a_machine_renamed_meanwhile_is_told(self):
        name = self.b.get('/api/v1/machine').json['machine']
        self.b.write('PUT', '/api/v1/machine', {'name': 'Phòng một cửa', 'was': name})
        answer = self.b.ask('PUT', '/api/v1/machine', {'name': 'Phòng họp', 'was': name})
        self.refused(answer, 409, 'E203')
        self.assertEqual(answer.json['machine'], 'Phòng một cửa')
        self.assertEqual(self.b.get('/api/v1/machine').json['machine'], 'Phòng một cửa')
        self.b.write('PUT', '/api/v1/machine', {'name': 'Phòng họp', 'was': 'Phòng một cửa'})

    def test_what_waits_has_its_time(self):
        self.w.wait_log('xa', 'SYNC-DONE')
        programs.wait_until(lambda: self.b.get('/api/v1/status').json['rows_waiting'] == 0, 'nothing waits')
        said = self.b.get('/api/v1/status').json
        self.assertEqual((said['waiting_since'], said['came_back_at']), (None, None))
        self.add()
        said = self.b.get('/api/v1/status').json
        self.assertEqual(said['waiting_since'], self.w.value('xa', 'SELECT min(at_ms) FROM tq_log'))

    def test_the_file_is_read_through_when_asked(self):
        quick = [c['check'] for c in self.b.get('/api/v1/doctor', quick=1).json['checks']]
        whole = [c['check'] for c in self.b.get('/api/v1/doctor').json['checks']]
        self.assertEqual(sorted(set(whole) - set(quick)), ['data file'])

    def test_points_are_confirmed_or_changed_with_a_reason(self):
        row = self.b.get('/api/v1/score', period='2020-Q4').json['criteria'][0]
        body = {'period': '2020-Q4', 'criterion': row['code']}
        if row['points_c'] is None:
            self.refused(self.b.ask('PUT', '/api/v1/self-score', body), 422, 'E207')
        said = self.b.write('PUT', '/api/v1/self-score', dict(body, points_c=450, reason='dữ liệu mẫu')).json
        self.assertEqual((said['points_c'], said['proposed_c']), (450, row['points_c']))
        self.refused(self.b.ask('PUT', '/api/v1/self-score', dict(body, points_c=430)), 422, 'E207')
        self.refused(self.b.ask('PUT', '/api/v1/self-score',
                                dict(body, points_c=430, was_c=1, reason='dữ liệu mẫu')), 409, 'E203')
        self.refused(self.b.ask('PUT', '/api/v1/self-score',  # confirmed from a list of before
                                dict(body, points_c=430, was_c=None, reason='dữ liệu mẫu')), 409, 'E203')
        self.b.write('PUT', '/api/v1/self-score', dict(body, points_c=430, was_c=450, reason='dữ liệu mẫu 2'))
        self.assertEqual(self.w.ask('xa', 'SELECT points_c, note FROM self_score'), [(430, 'dữ liệu mẫu 2')])
        for wrong in (-1, 'x', 1.5, 99999999):
            self.refused(self.b.ask('PUT', '/api/v1/self-score', dict(body, points_c=wrong, reason='x')),
                         400, 'E201')
        self.refused(self.b.ask('PUT', '/api/v1/self-score', dict(body, criterion='9.9')), 404, 'E106')
        self.refused(self.b.ask('POST', '/api/v1/appeals', dict(
            body, criterion='5TQ@1/1.1', reason='dữ liệu mẫu')), 422, 'E207')

    def test_what_was_sent_has_its_receipt(self):
        self.add()
        self.w.wait_log('xa', 'SYNC-DONE')
        self.b.write('POST', '/api/v1/sync', status=202)
        programs.wait_until(lambda: self.b.get('/api/v1/status').json['green'], 'green')
        sets = self.b.get('/api/v1/receipts', limit=5).json['sets']
        self.assertEqual((sets[0]['state'], sets[0]['accepted']), ('confirmed', 1))
        self.assertTrue(self.b.get('/api/v1/receipts/%d' % sets[0]['set']).json['signature_valid'])

    def test_every_reading_route_answers(self):
        for path in ('session', 'status', 'status?values=1', 'today', 'catalogue', 'rows/incident', 'reports',
                     'returns?period=2020-11', 'score?period=2020-Q4', 'rank/history', 'inbox', 'receipts',
                     'machine', 'doctor', 'suggest/incident/summary'):
            self.assertTrue(self.b.get('/api/v1/' + path).json['ok'], path)
        self.refused(self.b.ask('GET', '/api/v1/rank'), 404, 'E404')
        self.refused(self.b.ask('GET', '/api/v1/score?period=nothing'), 404, 'E106')
        self.refused(self.b.ask('GET', '/api/v1/receipts/99'), 404, 'E106')
        self.refused(self.b.ask('POST', '/api/v1/inbox/000000000000/keep'), 404, 'E106')
        tables = self.b.get('/api/v1/catalogue').json['tables']
        for table, said in tables.items():
            have = [row[1] for row in self.w.ask('xa', 'PRAGMA table_info(%s)' % table)]
            self.assertEqual([c['name'] for c in said['columns']], have, table)
        column = {c['name']: c for c in tables['incident']['columns']}
        self.assertIn({'code': 'theft', 'vi': 'Trộm cắp', 'en': 'theft'}, column['category']['words'])
        self.assertEqual((column['area']['low'], column['area']['high'], column['area']['writable']), (1, 5, True))
        self.assertEqual((column['village']['ref'], column['village']['own']), ('unit', True))
        self.assertFalse(column['reconciled']['writable'] or column['id']['writable'])


class Files(Case):
    """Files in and out, copies, what takes long."""
    CSV = 'area,category,occurred_on,summary\n2,theft,2020-11-05,dữ liệu mẫu 1\n2,theft,2020-11-06,dữ liệu mẫu 2\n'

    def load(self, body, status=200, **query):
        path = '/api/v1/import?' + browser.urllib.parse.urlencode(dict({'name': 'incident.csv'}, **query))
        return self.b.want(self.b.ask('POST', path, body), status, path)

    def count(self):
        return self.w.value('xa', 'SELECT count(*) FROM incident WHERE voided_at IS NULL')

    def test_a_file_is_previewed_imported_and_taken_back(self):
        said = self.load(self.CSV, preview=1).json
        self.assertEqual((said['counts']['added'], said['import'], self.count()), (2, None, 0))
        self.assertEqual(said['new_rows'], [
            {'line': 2 + i, 'cells': {'area': '2', 'category': 'theft', 'occurred_on': '2020-11-0%d' % (5 + i),
                                      'summary': 'dữ liệu mẫu %d' % (1 + i)}} for i in range(2)])
        said = self.load(self.CSV).json
        self.assertEqual((said['counts']['added'], self.count()), (2, 2))
        wrong = self.CSV + '9,theft,2020-11-07,x\n'
        answer = self.load(wrong, status=400)
        self.refused(answer, 400, 'E205')
        self.assertEqual([p['line'] for p in answer.json['problems']], [4])
        self.assertEqual(self.count(), 2)
        self.b.write('POST', '/api/v1/import/undo', {'number': said['import']})
        self.assertEqual(self.count(), 0)
        self.refused(self.load('a,b\n1,2\n', status=400), 400, 'E205')
        self.assertEqual(os.listdir(self.w.path('xa', 'page.files')), [])

    def test_a_stick_instead_of_a_line(self):
        self.w.stop('district')  # by the line nothing goes while this looks
        self.refused(self.b.ask('GET', '/api/v1/bundle'), 404, 'E106')
        self.add()
        self.assertGreater(self.b.write('POST', '/api/v1/bundle', {}).json['changes'], 0)
        made = self.b.write('POST', '/api/v1/bundle', {}).json  # the one before is replaced
        got = self.b.ask('GET', '/api/v1/bundle')
        self.assertEqual((got.status, len(got.body)), (200, made['bytes']))
        self.assertIn('goi-gui-huyen.tqb', got.headers['content-disposition'])
        self.assertFalse(self.b.get('/api/v1/status').json['green'])
        there, back = self.w.path('there'), self.w.path('back')
        with open(there, 'wb') as out:
            out.write(got.body)
        self.w.run('district', 'bundle', 'open', there, back)
        with open(back, 'rb') as stream:
            answer = stream.read()
        path = '/api/v1/bundle/open'
        for body, code in ((b'no bundle', 'E315'), (answer[:-9], 'E315'), (got.body, 'E316')):
            self.assertEqual(self.b.ask('POST', path, body).code, code)
        for _ in range(2):  # twice is once
            said = self.b.want(self.b.ask('POST', path, answer), 200, path).json
            self.assertEqual((said['accepted'], said['waits']), (made['changes'], False))
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_pending'), 0)
        self.assertEqual(os.listdir(self.w.path('xa', 'page.files')), ['goi-gui-huyen.tqb'])

    def test_names_of_files_stay_in_their_folder(self):
        for name in ('', '.', '..', '../x.csv', '/etc/passwd', 'a/b.csv', 'a\\b.csv', '.hidden', 'x' * 200,
                     'a\nb.csv', None):
            path = '/api/v1/import' + ('' if name is None else '?' + browser.urllib.parse.urlencode({'name': name}))
            answer = self.b.ask('POST', path, self.CSV)
            self.assertEqual(answer.status, 400, name)
        self.refused(self.b.ask('GET', '/api/v1/export/..%2F..%2Foffice'), 404, 'E106')
        self.refused(self.b.ask('GET', '/api/v1/export/incident?format=exe'), 400, 'E114')
        self.assertEqual(self.count(), 0)

    def test_an_upload_may_be_large_but_not_too_large(self):
        row = '2,theft,2020-11-05,' + 'dữ liệu mẫu ' * 60
        said = self.load('area,category,occurred_on,summary\n' + '\n'.join(
            '%s%d' % (row, i) for i in range(1500)), preview=1).json
        self.assertEqual(said['counts']['added'], 1500)
        self.refused(self.load(b'x' * ((20 << 20) + 1), status=413), 413, 'E310')

    def test_what_goes_out_comes_in_again(self):
        self.load(self.CSV)
        answer = self.b.get('/api/v1/export/incident', format='csv')
        self.assertIn('attachment; filename="incident.csv"', answer.headers['content-disposition'])
        self.assertEqual(answer.headers['content-type'], 'text/csv; charset=utf-8')
        self.assertIn('dữ liệu mẫu 1', answer.body.decode('utf-8-sig'))
        self.assertEqual(self.load(answer.body, preview=1).json['counts']['same'], 2)
        book = self.b.get('/api/v1/export/incident')
        self.assertEqual(book.body[:2], b'PK')
        self.assertEqual(self.load(book.body, name='incident.xlsx', preview=1).json['counts']['same'], 2)
        form = self.b.get('/api/v1/export/village_return', period='2020-11', blank=1)
        self.assertEqual(form.body[:2], b'PK')
        self.refused(self.b.ask('GET', '/api/v1/export/village_return?period=nothing'), 404, 'E106')

    def test_a_copy_is_made_and_remembered(self):
        self.assertIsNone(self.b.get('/api/v1/machine').json['last_backup'])
        said = self.b.write('POST', '/api/v1/backup').json
        self.assertTrue(os.path.exists(said['file']))
        self.assertEqual(os.stat(said['file']).st_mode & 0o777, 0o600)
        self.assertEqual(self.b.get('/api/v1/machine').json['last_backup']['file'], said['file'])

    def many(self, days):
        """Rows with a natural key, one for each village and day."""
        first = datetime.date(2000, 1, 1)
        return 'village,as_of,households\n' + ''.join(
            '08779-%02d,%s,100\n' % (village, first + datetime.timedelta(days=day))
            for day in range(days) for village in range(1, 6))

    def in_background(self, body, **query):
        """What came of an import, in a list, when it has come."""
        done = []

        def load():
            try:
                done.append(self.b.ask('POST', '/api/v1/import?' + browser.urllib.parse.urlencode(
                    dict({'name': 'village_profile.csv'}, **query)), body))
            except OSError as error:
                done.append(error)
        thread = threading.Thread(target=load)
        thread.start()
        self.addCleanup(thread.join)
        return done

    def test_others_are_answered_while_something_takes_long(self):
        done = self.in_background(self.many(2000), preview=1)
        asked = 0
        while not done:
            self.b.get('/api/v1/session')
            asked += not done
        self.assertGreater(asked, 3)
        self.assertEqual((done[0].status, done[0].json['counts']['added']), (200, 10000))

    def test_what_is_done_is_answered_at_once(self):
        """Not at the server's next tick, which would be half a second each."""
        began = time.monotonic()
        for _ in range(10):
            self.b.get('/api/v1/inbox')
        self.assertLess(time.monotonic() - began, 3 + self.w.slow_s())

    def test_a_stop_ends_what_takes_long(self):
        done = self.in_background(self.many(7000))
        path = self.w.path('xa', 'page.files', 'village_profile.csv')
        programs.wait_until(lambda: os.path.exists(path), 'begun')
        code, seconds = self.w.stop('xa')
        programs.wait_until(lambda: done, 'an answer')
        self.assertEqual(code, 0, self.w.log('xa'))
        self.assertLess(seconds, 2 if not programs.sanitized(self.w.commune) else 20)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM village_profile'), 0)
        self.assertNotEqual(getattr(done[0], 'status', None), 200)


class Live(Case):
    """What happens is told, and syncs."""

    def test_sync_now_brings_a_row_to_the_district(self):
        self.w.wait_log('xa', 'SYNC-DONE')
        events = self.b.watch()
        self.addCleanup(events.close)
        self.assertEqual(events.status, 200)
        self.assertIn('text/event-stream', events.headers['Content-Type'])
        said = self.add(summary='dữ liệu mẫu đi lên huyện')
        events.wait('status')
        self.assertEqual(self.b.get('/api/v1/status').json['green'], False)
        self.assertEqual(self.b.write('POST', '/api/v1/sync', status=202).json['asked'], True)
        events.wait('agent', lambda d: d['id'] == 'SYNC-DONE')
        self.assertEqual(self.w.ask('district', 'SELECT summary, label FROM incident'),
                         [('dữ liệu mẫu đi lên huyện', said['name'])])
        self.assertEqual(self.b.get('/api/v1/status').json['green'], True)
        self.assertEqual(self.b.rows('incident')[0]['_sync'], 'confirmed')

    def test_what_the_agent_says_is_kept(self):
        self.w.wait_log('xa', 'SYNC-DONE')
        lines = programs.wait_until(lambda: [x for x in self.b.get('/api/v1/log').json['lines']
                                             if x['id'] == 'SYNC-DONE'], 'a line')
        self.assertEqual(lines[0]['words'], 'Đồng bộ xong.')
        self.assertIn('equal=yes', lines[0]['text'])

    def test_a_ranking_is_told_when_it_comes(self):
        events = self.b.watch()
        self.addCleanup(events.close)
        self.w.write('xa', "UPDATE tq_flag SET applying = 1")
        self.w.write('xa', "INSERT INTO ranking (period, sheet, version, state, published_at) VALUES "
                     "('ADMIN/2020-Q4', '5TQ@1', 1, 'published', 1608000000000)")
        self.w.write('xa', "UPDATE tq_flag SET applying = 0")
        self.assertEqual(events.wait('ranking'), {'period': 'ADMIN/2020-Q4', 'published_at': 1608000000000})

    def test_others_writes_are_told(self):
        events = self.b.watch()
        self.addCleanup(events.close)
        self.w.run('xa', 'add', 'incident', 'area=2', 'category=theft', 'summary=dữ liệu mẫu')
        events.wait('status')

    def test_a_stop_is_clean_while_it_is_watched(self):
        events = self.b.watch()
        self.addCleanup(events.close)
        code, seconds = self.w.stop('xa')
        self.assertEqual(code, 0, self.w.log('xa'))
        self.assertLess(seconds, 2 if not programs.sanitized(self.w.commune) else 10)
        programs.wait_until(lambda: events.ended, 'the stream ends')

    def test_watchers_are_bounded(self):
        watchers = []
        for _ in range(32):
            watchers.append(self.b.watch())
            self.addCleanup(watchers[-1].close)
            self.assertEqual(watchers[-1].status, 200)
        self.refused(self.b.ask('GET', '/api/v1/events'), 503, 'E105')
        self.assertEqual(self.b.ask('GET', '/api/v1/status').status, 200)


class Alone(Case):
    """A machine that has joined no district."""

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)
        self.w.run('xa', 'init', '--unit', programs.BACH_LUU, '--seed',
                   os.path.join(FOUNDED.records, 'district'))
        self.w.start('xa', env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0'})
        self.b = browser.Browser(self.w, 'xa')

    def test_the_page_works_and_says_that_there_is_no_district(self):
        self.assertEqual(self.b.get('/api/v1/session').json['joined'], False)
        self.add()
        answer = self.b.ask('POST', '/api/v1/sync')
        self.refused(answer, 503, 'E301')
        self.assertIn('join', answer.json['error']['facts'])
        self.assertEqual(self.w.stop('xa')[0], 0)

    def test_open_tells_the_link(self):
        said = self.w.run('xa', 'open', '--print').strip()
        self.assertRegex(said, r'^http://127\.0\.0\.1:\d+/open\?t=[0-9a-f]{64}$')
        self.assertEqual(self.w.json('xa', 'open')['url'], said)
        self.w.stop('xa')
        done = self.w.call('xa', 'open')
        self.assertEqual(done.returncode, 1)
        self.assertIn('E106', done.stderr)

    def test_without_a_page_there_is_nothing_to_run(self):
        self.w.stop('xa')
        done = self.w.call('xa', 'run', env={'TUQUAN_PAGE': 'no'}, timeout=30)
        self.assertIn('E120', done.stderr)

    def test_the_usual_port_gives_way_and_a_chosen_one_does_not(self):
        with socket.socket() as other:
            other.bind(('127.0.0.1', 0))
            other.listen()
            self.w.stop('xa')
            done = self.w.call('xa', 'run', env={
                'TUQUAN_PAGE_ADDRESS': '127.0.0.1:%d' % other.getsockname()[1]})
            self.assertIn('E115', done.stderr)
    def test_the_port_that_gave_way_is_taken_again(self):
        """A browser keeps what is being typed for one address: another port each day would lose it."""
        def port():
            self.w.stop('xa')
            self.w.start('xa', env={'TUQUAN_WAIT_S': '3600'})
            path = self.w.path('xa', 'page.url')
            programs.wait_until(lambda: os.path.exists(path), 'page.url')
            with open(path, encoding='utf-8') as stream:
                return urllib.parse.urlsplit(stream.read().strip()).port
        with socket.socket() as other:
            try:
                other.bind(('127.0.0.1', 7050))
                other.listen()
            except OSError:
                pass  # somebody has it: as good
            first = port()
            self.assertNotEqual(first, 7050)
            self.assertEqual(port(), first)
        self.assertEqual(port(), first)  # also once the usual one is free

    def test_wrong_addresses_are_refused(self):
        self.w.stop('xa')
        for wrong in ('nowhere', '127.0.0.1:99999', 'example.com:80'):
            done = self.w.call('xa', 'run', env={'TUQUAN_PAGE_ADDRESS': wrong})
            self.assertNotEqual(done.returncode, 0, wrong)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
