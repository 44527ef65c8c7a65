#!/usr/bin/env python3
"""board_api.py COMMUNE DISTRICT - The district's page, asked as a browser asks it: who gets in, who may do
what, and what is told."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import sqlite3
import ssl
import struct
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
import workbook  # noqa: E402

FOUNDED = None
DISTRICTS = {}  # founded, with accounts of these roles; tests copy them
NANOSLEEP = {'x86_64': '230', 'aarch64': '115'}[os.uname().machine]  # clock_nanosleep
PASSWORD = 'mot mat khau dai'
ROLES = ('read-only', 'officer', 'leader', 'operator')
ALL = set(ROLES)
DECIDE, SIGN = {'officer', 'leader'}, {'leader'}
MACHINES, ACCOUNTS, HEALTH = {'officer', 'operator'}, {'operator'}, {'leader', 'operator'}
OPEN = None

# Who may ask for what: written down a second time, so that the program's table is compared with it.
WHO = {
    'GET /healthz': OPEN, 'POST /api/v1/sign-in': OPEN,
    'POST /api/v1/sign-out': ALL, 'GET /api/v1/session': ALL, 'POST /api/v1/password': ALL,
    'POST /api/v1/totp': ALL, 'POST /api/v1/totp/proof': ALL, 'GET /api/v1/own-sessions': ALL,
    'DELETE /api/v1/own-sessions': ALL, 'GET /api/v1/events': ALL, 'GET /api/v1/board': ALL,
    'GET /api/v1/board/rates': ALL,
    'GET /api/v1/movement': ALL, 'GET /api/v1/units': ALL, 'GET /api/v1/periods': ALL, 'GET /api/v1/sheets': ALL,
    'POST /api/v1/units/*/villages': DECIDE,
    'POST /api/v1/units/*/rename': DECIDE, 'POST /api/v1/units/merge': SIGN,
    'POST /api/v1/units/split': SIGN, 'GET /api/v1/sheets/*': ALL,
    'GET /api/v1/sheets/*/compare/*': ALL, 'POST /api/v1/sheets/*/copy': DECIDE,
    'POST /api/v1/sheets/*/publish': SIGN,
    'POST /api/v1/periods': DECIDE, 'POST /api/v1/periods/*/closing': DECIDE,
    'GET /api/v1/directives': ALL, 'GET /api/v1/directives/*': ALL,
    'POST /api/v1/periods/*/open': DECIDE, 'POST /api/v1/periods/*/close': DECIDE,
    'POST /api/v1/periods/*/lock': DECIDE, 'POST /api/v1/periods/*/unlock': SIGN,
    'GET /api/v1/rank/*': ALL, 'GET /api/v1/rank/*/versions/*': ALL,
    'GET /api/v1/trends/*': ALL, 'GET /api/v1/summary/*': ALL, 'GET /api/v1/summary/*/paper': ALL,
    'GET /api/v1/province/*': ALL, 'GET /api/v1/province/*/paper': ALL, 'PUT /api/v1/province/*': DECIDE,
    'POST /api/v1/province/*/sign': SIGN,
    'GET /api/v1/rank/*/versions': ALL, 'GET /api/v1/rank/*/paper': ALL, 'GET /api/v1/publications/*': ALL,
    'POST /api/v1/publications/*/prepare': DECIDE, 'POST /api/v1/publications/*/sign': SIGN,
    'POST /api/v1/publications/*/withdraw': DECIDE,
    'GET /api/v1/assess/*/*': ALL, 'GET /api/v1/facts/*/*/*': ALL,
    'POST /api/v1/reports/*/*/return': DECIDE, 'POST /api/v1/reports/*/*/verify': DECIDE,
    'GET /api/v1/scores/*/*': ALL, 'PUT /api/v1/scores/*/*/*': DECIDE,
    'GET /api/v1/reconcile/*/*': ALL, 'POST /api/v1/reconcile/*/*': DECIDE,
    'GET /api/v1/conflicts': ALL, 'POST /api/v1/conflicts/*/take': DECIDE,
    'POST /api/v1/conflicts/*/keep': DECIDE, 'POST /api/v1/conflicts/*/edit': DECIDE,
    'POST /api/v1/conflicts/*/undo': DECIDE, 'GET /api/v1/conflicts/*': ALL,
    'GET /api/v1/held': ALL, 'POST /api/v1/held/*/release': DECIDE, 'POST /api/v1/held/*/return': DECIDE,
    'GET /api/v1/requests': ALL, 'POST /api/v1/requests/*/grant': DECIDE,
    'POST /api/v1/requests/*/refuse': DECIDE, 'POST /api/v1/requests/*/reopen': DECIDE,
    'GET /api/v1/same': ALL, 'POST /api/v1/same/*/keep': DECIDE,
    'GET /api/v1/appeals': ALL, 'POST /api/v1/appeals/answer': DECIDE,
    'GET /api/v1/changes': ALL, 'GET /api/v1/receipts': ALL, 'GET /api/v1/catalogue': ALL,
    'GET /api/v1/why/*/*': ALL, 'GET /api/v1/rows/*': ALL,
    'POST /api/v1/rows/*': DECIDE, 'PATCH /api/v1/rows/*/*': DECIDE, 'GET /api/v1/devices': ALL,
    'POST /api/v1/invitations': MACHINES, 'POST /api/v1/devices/*/revoke': MACHINES,
    'POST /api/v1/devices/*/renew': MACHINES,
    'GET /api/v1/links': ALL, 'GET /api/v1/links/*': ALL, 'GET /api/v1/border/due': ALL,
    'GET /api/v1/border/journal': ALL, 'POST /api/v1/links/invite': MACHINES,
    'POST /api/v1/links/accept': MACHINES, 'POST /api/v1/links/agree': SIGN,
    'POST /api/v1/links/statistics': DECIDE, 'POST /api/v1/border/bundle': DECIDE, 'GET /api/v1/border/bundle': DECIDE,
    'GET /api/v1/border/cover': DECIDE, 'GET /api/v1/border/viewer': DECIDE,
    'POST /api/v1/border/show': DECIDE, 'POST /api/v1/border/open': DECIDE, 'POST /api/v1/border/reply': DECIDE,
    'POST /api/v1/links/end': SIGN, 'POST /api/v1/links/sync': DECIDE,
    'GET /api/v1/status': HEALTH, 'GET /api/v1/health': HEALTH, 'GET /api/v1/doctor': HEALTH, 'POST /api/v1/doctor': HEALTH, 'GET /api/v1/ledger': HEALTH,
    'GET /api/v1/accounts': ACCOUNTS, 'POST /api/v1/accounts': ACCOUNTS,
    'PATCH /api/v1/accounts/*': ACCOUNTS, 'POST /api/v1/accounts/*/totp': ACCOUNTS,
    'DELETE /api/v1/accounts/*/totp': ACCOUNTS, 'DELETE /api/v1/accounts/*/sessions': ACCOUNTS,
    'GET /api/v1/sessions': ACCOUNTS, 'GET /api/v1/audit': ACCOUNTS,
}


def routes():
    """The program's own table."""
    with open(os.path.join(programs.PROJECT, 'server', 'api_routes.c'), encoding='utf-8') as stream:
        return ['%s %s' % found for found in re.findall(r'\{ "([A-Z]+)", "([^"]+)"', stream.read())]


def code_of(secret, at_s=None):
    """RFC 6238, once more."""
    step = struct.pack('>Q', int(time.time() if at_s is None else at_s) // 30)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    at = digest[-1] & 15
    return '%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000)


class Case(unittest.TestCase):
    """A served district with one account of each role, named as its role."""
    settings = {}
    roles = ROLES

    def setUp(self):
        if self.roles not in DISTRICTS:  # made once: a password's hash is made to take its time
            DISTRICTS[self.roles] = FOUNDED.world()
            for role in self.roles:
                DISTRICTS[self.roles].user('add', role, '--role=' + role, password=PASSWORD)
        self.w = DISTRICTS[self.roles].copy()
        self.addCleanup(self.w.close)
        self.env = dict({'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_PROXY': '127.0.0.1'},
                        **self.settings)
        self.w.serve(env=self.env)

    def officer(self, role, **more):
        return browser.Officer(self.w, role, PASSWORD, **more)

    def stands_at_the_lock(self):
        """Does a thread of the server sleep? Only who waits for the file's writer does: others poll."""
        tasks = '/proc/%d/task' % self.w.running['district'].pid
        for task in os.listdir(tasks):
            with open(os.path.join(tasks, task, 'syscall'), encoding='ascii') as stream:
                if stream.read().split(' ')[0] == NANOSLEEP:
                    return True
        return False

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        self.assertFalse(answer.json['ok'])
        self.assertTrue(answer.json['error']['sentence'])


def without_texts(told):
    """As --json has it: a page's tables say "KEY_text" beside KEY."""
    if isinstance(told, list):
        return [without_texts(one) for one in told]
    if isinstance(told, dict):
        return {k: without_texts(v) for k, v in told.items()
                if not (k.endswith('_text') and k[:-5] in told)}
    return told


def fill(route):
    method, path = route.split(' ')
    names = iter(('x', 'y', 'z'))
    return method, re.sub(r'\*', lambda m: next(names), path)


class Door(Case):
    """Who is let in, and to what."""

    def test_nothing_without_a_session_but_the_sign_in_and_healthz(self):
        stranger = browser.Officer(self.w)
        for route in routes():
            if WHO[route] is OPEN:
                continue
            method, path = fill(route)
            self.refused(stranger.ask(method, path, {} if method != 'GET' else None), 401, 'E506')
        self.refused(stranger.ask('GET', '/api/v1/nothing'), 401, 'E506')
        healthy = stranger.ask('GET', '/healthz')
        self.assertEqual((healthy.status, sorted(healthy.json)), (200, ['ok']))
        self.assertEqual(stranger.ask('GET', '/').status, 200)

    def test_every_route_with_every_role(self):
        self.assertEqual(sorted(routes()), sorted(WHO))
        told = 0
        for role in ROLES:
            officer = self.officer(role)
            may = set(officer.get('/api/v1/session').json['may'])
            self.assertEqual(may, {w for w, who in (('read', ALL), ('decide', DECIDE), ('sign', SIGN),
                                                    ('machines', MACHINES), ('accounts', ACCOUNTS),
                                                    ('health', HEALTH)) if role in who})
            for route in [r for r in WHO if WHO[r] is not OPEN and not r.endswith('/sign-out')]:
                method, path = fill(route)
                if route.endswith('/events'):
                    stream = officer.watch()
                    self.assertEqual(stream.status, 200)
                    stream.close()
                    continue
                answer = officer.ask(method, path, {} if method != 'GET' else None)
                if role in WHO[route]:
                    self.assertNotIn(answer.status, (401, 403, 500), (role, route, answer.body))
                    if 'json' in answer.headers['content-type']:  # else a file, to be saved
                        self.assertNotEqual((answer.status, answer.json.get('error', {}).get('code')),
                                            (405, 'E114'), route)
                else:
                    self.refused(answer, 403, 'E509')
                    told += 1
            self.assertEqual(officer.write('POST', '/api/v1/sign-out', {}).status, 200)
            self.refused(officer.ask('GET', '/api/v1/session'), 401, 'E506')
        self.assertGreater(told, 50)

    def test_a_write_needs_the_token_of_its_session(self):
        officer, other = self.officer('officer'), self.officer('officer')
        for token in (None, '', 'x' * 64, other.csrf):
            self.refused(officer.ask('POST', '/api/v1/invitations', {'unit': '08779'},
                                     {'X-TQ-CSRF': token}), 403, 'E502')
        self.assertEqual(officer.write('POST', '/api/v1/invitations', {'unit': '08779'}).status, 200)

    def test_foreign_hosts_and_origins_are_refused(self):
        officer = self.officer('officer')
        for headers in ({'Host': 'evil.example'}, {'Origin': 'http://evil.example'}, {'Origin': 'null'},
                        {'Sec-Fetch-Site': 'cross-site'}, {'Sec-Fetch-Site': 'same-site'}):
            self.refused(officer.ask('GET', '/api/v1/board', headers=headers), 403, 'E502')
            self.refused(officer.ask('POST', '/api/v1/sign-in', {}, headers), 403, 'E502')

    def test_every_answer_has_the_security_headers(self):
        officer = self.officer('officer')
        for path in ('/', '/healthz', '/api/v1/board', '/api/v1/nothing', '/api/v1/accounts'):
            headers = officer.ask('GET', path).headers
            self.assertIn("default-src 'none'", headers['content-security-policy'])
            self.assertIn("frame-ancestors 'none'", headers['content-security-policy'])
            self.assertEqual(headers['x-frame-options'], 'DENY')
        said = officer.sign_in().cookies
        self.assertEqual(len(said), 2)
        for line in said:
            self.assertIn('HttpOnly', line)
            self.assertIn('SameSite=Strict', line)

    def test_a_page_is_answered_in_the_language_that_it_says(self):
        reader = self.officer('read-only')

        def said(path, **headers):
            return reader.ask('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()}).json

        def title(**headers):
            return said('/api/v1/catalogue', **headers)['tables']['incident']['title']

        vi, en = title(), title(X_TQ_Lang='en')
        self.assertEqual((vi, en), ('Vụ việc', 'Incident'))
        for other in ({'X_TQ_Lang': 'vi'}, {'X_TQ_Lang': 'fr'}, {'X_TQ_Lang': ''},
                      {'Accept_Language': 'en-US,en;q=0.9'}):
            self.assertEqual(title(**other), vi)
        for path in ('/api/v1/accounts', '/api/v1/nothing'):
            refusals = [said(path, X_TQ_Lang=lang)['error'] for lang in ('vi', 'en')]
            self.assertEqual(refusals[0]['code'], refusals[1]['code'])
            self.assertTrue(refusals[1]['sentence'].isascii(), refusals[1])
            self.assertFalse(refusals[0]['sentence'].isascii(), refusals[0])

    def test_what_is_too_much_is_refused(self):
        officer = self.officer('officer')
        big = b'{"account": "' + b'x' * ((1 << 20) + 1) + b'"}'
        self.refused(browser.Officer(self.w).ask('POST', '/api/v1/sign-in', big), 413, 'E310')
        self.refused(officer.ask('POST', '/api/v1/invitations', big), 413, 'E310')
        self.assertEqual(officer.get('/api/v1/board').status, 200)


class SignIn(Case):
    """Passwords, second factors, and whoever guesses."""
    roles = ('leader', 'operator')

    def test_an_unknown_name_is_told_as_a_wrong_password_is(self):
        stranger = browser.Officer(self.w)
        wrong = stranger.sign_in('khong phai the', account='leader')
        unknown = stranger.sign_in('khong phai the', account='nobody')
        self.refused(wrong, 401, 'E507')
        self.assertEqual((wrong.status, wrong.body), (unknown.status, unknown.body))
        self.w.user('disable', 'leader')
        disabled = stranger.sign_in(PASSWORD, account='leader')
        self.assertEqual((wrong.status, wrong.body), (disabled.status, disabled.body))

    def test_strangers_wait_and_the_leader_is_not_locked_out(self):
        leader = self.officer('leader', address='10.0.0.7')
        # One stranger waits after five guesses; another address is free, until all of them together
        # have guessed too often.
        answers = [browser.Officer(self.w, address='10.1.0.1').sign_in('x' * 12, account='leader')
                   for _ in range(6)]
        self.assertEqual([a.status for a in answers], [401] * 5 + [429])
        self.assertEqual(answers[-1].code, 'E508')
        self.assertRegex(answers[-1].json['error']['facts'], r'^\d+ s$')
        for i in range(25):
            self.assertEqual(browser.Officer(self.w, address='10.2.0.%d' % i).sign_in(
                'x' * 12, account='leader').status, 401)
        self.refused(browser.Officer(self.w, address='10.3.0.1').sign_in(PASSWORD, account='leader'),
                     429, 'E508')
        # The leader's own browser, wherever it is; and the place that he has signed in from.
        away = browser.Officer(self.w, 'leader', PASSWORD, address='10.4.0.1', device=leader.device)
        self.assertEqual(away.get('/api/v1/session').json['account'], 'leader')
        self.assertEqual(self.officer('leader', address='10.0.0.7').get('/api/v1/session').status, 200)
        self.assertEqual(self.officer('operator', address='10.5.0.1').get('/api/v1/session').status, 200)
        # Nobody else's number of a browser opens this way.
        forged = 'tqd_%d=%s' % (leader.port, 'a' * 64)
        self.refused(browser.Officer(self.w, address='10.3.0.2', device=forged).sign_in(
            PASSWORD, account='leader'), 429, 'E508')

    def test_one_place_waits_whatever_names_it_tries(self):
        tries = [browser.Officer(self.w, address='10.1.0.1').sign_in('x' * 12, account='n%d' % i).status
                 for i in range(21)]
        self.assertEqual(tries, [401] * 20 + [429])
        self.assertEqual(self.officer('leader', address='10.1.0.2').get('/api/v1/session').status, 200)

    def test_the_second_factor_is_asked_for_and_a_code_works_once(self):
        leader = self.officer('leader')
        self.refused(leader.ask('POST', '/api/v1/totp', {'password': 'x' * 12}), 401, 'E507')
        told = leader.write('POST', '/api/v1/totp', {'password': PASSWORD}).json
        self.assertIn(told['secret'], told['url'])
        self.assertTrue(told['qr'].startswith('<svg'))
        other = browser.Officer(self.w)
        self.assertEqual(other.sign_in(PASSWORD, account='leader').status, 200)  # not yet proved
        self.refused(leader.ask('POST', '/api/v1/totp/proof', {'code': '12345'}), 401, 'E507')
        early = code_of(told['secret'], time.time() - 30)
        leader.write('POST', '/api/v1/totp/proof', {'code': early})
        self.assertTrue(leader.get('/api/v1/session').json['totp'])  # this session goes on
        self.refused(other.ask('GET', '/api/v1/session'), 401, 'E506')
        other = browser.Officer(self.w)
        self.refused(other.sign_in(PASSWORD, account='leader'), 401, 'E510')
        for body, code in (({'password': PASSWORD}, 'E510'), ({'password': PASSWORD, 'code': early}, 'E507')):
            self.refused(leader.ask('POST', '/api/v1/totp', body), 401, code)
        self.refused(other.sign_in(PASSWORD, '000000' if code_of(told['secret']) != '000000' else '1' * 6,
                                   'leader'), 401, 'E507')
        code = code_of(told['secret'])
        self.assertEqual(other.sign_in(PASSWORD, code, 'leader').status, 200)
        self.refused(browser.Officer(self.w).sign_in(PASSWORD, code, 'leader'), 401, 'E507')
        operator = self.officer('operator')
        operator.write('DELETE', '/api/v1/accounts/leader/totp')
        self.assertEqual(self.officer('leader').get('/api/v1/session').status, 200)

    def test_who_has_session_and_password_does_not_try_codes_for_ever(self):
        leader = self.officer('leader')
        told = leader.write('POST', '/api/v1/totp', {'password': PASSWORD}).json
        leader.write('POST', '/api/v1/totp/proof', {'code': code_of(told['secret'])})
        wrong = [leader.ask('POST', '/api/v1/totp', {'password': PASSWORD, 'code': '12345'}).status
                 for _ in range(3)]
        # The password, given rightly and changed, gives no new tries; nor does the other way to ask.
        leader.write('POST', '/api/v1/password', {'old': PASSWORD, 'new': PASSWORD + 'x'})
        wrong += [leader.ask('POST', '/api/v1/totp', {'password': PASSWORD + 'x', 'code': '12345'}).status
                  for _ in range(3)]
        self.assertEqual(wrong, [401] * 5 + [429])
        self.refused(leader.ask('POST', '/api/v1/totp/proof', {'code': '12345'}), 429, 'E508')

    def test_a_password_of_ones_own(self):
        leader, elsewhere = self.officer('leader'), self.officer('leader')
        for body, status, code in (({'old': 'x' * 12, 'new': 'y' * 12}, 401, 'E507'),
                                   ({'old': PASSWORD, 'new': 'ngan'}, 400, 'E201'),
                                   ({'old': PASSWORD}, 400, 'E201')):
            self.refused(leader.ask('POST', '/api/v1/password', body), status, code)
        # The trail is held by another for a moment: this session must not end meanwhile.
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30, isolation_level=None)
        self.addCleanup(db.close)
        programs.wait_until(lambda: not Work.busy(db), 'the write lock')
        done = []
        changing = threading.Thread(target=lambda: done.append(leader.ask(
            'POST', '/api/v1/password', {'old': PASSWORD, 'new': 'mot cau khac han'})))
        changing.start()
        programs.wait_until(self.stands_at_the_lock, 'the change waits for the trail')
        for _ in range(3):
            self.assertEqual(leader.get('/api/v1/session').status, 200)
        self.assertEqual(done, [])
        db.execute('ROLLBACK')
        changing.join()
        self.assertEqual(done[0].status, 200, done[0].body)
        for _ in range(3):
            self.assertEqual(leader.get('/api/v1/session').status, 200)
        self.refused(elsewhere.ask('GET', '/api/v1/session'), 401, 'E506')
        self.refused(browser.Officer(self.w).sign_in(PASSWORD, account='leader'), 401, 'E507')
        self.assertEqual(browser.Officer(self.w).sign_in('mot cau khac han', account='leader').status, 200)

    def test_ones_own_sessions_are_told_and_the_others_ended(self):
        leader, elsewhere, operator = self.officer('leader'), self.officer('leader'), self.officer('operator')
        told = leader.get('/api/v1/own-sessions').json['sessions']
        self.assertEqual(sorted(s['this'] for s in told), [False, True])
        leader.write('DELETE', '/api/v1/own-sessions')
        self.refused(elsewhere.ask('GET', '/api/v1/session'), 401, 'E506')
        self.assertEqual([s['this'] for s in leader.get('/api/v1/own-sessions').json['sessions']], [True])
        self.assertEqual(operator.get('/api/v1/session').status, 200)

    def test_names_and_passwords_are_the_letters_not_the_bytes(self):
        composed, parted = 'Ph\u00f2ng', 'Pho\u0300ng'
        operator = self.officer('operator')
        operator.write('POST', '/api/v1/accounts', {'account': parted, 'role': 'officer',
                                                    'password': 'ma\u0323\u0302t kha\u0302\u0309u ra\u0302\u0301t da\u0300i'})
        own = browser.Officer(self.w)
        self.assertEqual(own.sign_in('m\u1eadt kh\u1ea9u r\u1ea5t d\u00e0i', account=composed).status, 200)
        operator.write('PATCH', '/api/v1/accounts/' + urllib.parse.quote(composed),
                       {'password': 'mo\u0323\u0302t ma\u0323\u0302t kha\u0302\u0309u'})
        self.assertEqual(own.sign_in('m\u1ed9t m\u1eadt kh\u1ea9u', account=composed).status, 200)
        self.refused(operator.ask('POST', '/api/v1/accounts', {'account': composed, 'role': 'officer',
                                                               'password': PASSWORD}), 409, 'E107')
        tries = [browser.Officer(self.w, address='10.8.0.1').sign_in('x' * 12, account=name).status
                 for name in (composed, parted) * 3]  # one name's tries, however it is spelled
        self.assertEqual(tries, [401] * 5 + [429])

    def test_who_asks_is_whom_the_proxy_saw(self):
        headers = {'X-Forwarded-For': None}
        line = http.client.HTTPConnection('127.0.0.1', browser.Officer(self.w).port, timeout=20)
        self.addCleanup(line.close)
        body = json.dumps({'account': 'leader', 'password': 'x' * 12})
        for lines, address in ((('10.9.9.9', '1.1.1.1, 10.0.0.7'), '10.0.0.7'), (('10.0.0.8', 'la'), '127.0.0.1')):
            line.putrequest('POST', '/api/v1/sign-in')
            for one in lines:
                line.putheader('X-Forwarded-For', one)
            line.putheader('Content-Length', str(len(body)))
            line.endheaders(body.encode())
            self.assertEqual(browser.Answer(line.getresponse()).status, 401)
            self.assertEqual(self.officer('operator').get('/api/v1/audit').json['entries'][1]['detail'],
                             address + ' E507', headers)

    def test_signing_in_waits_for_no_long_question(self):
        leader, answers = self.officer('leader'), []
        path = self.w.path('district', 'district.ini')
        with open(path, encoding='utf-8') as stream:
            settings = stream.read()
        os.unlink(path)
        os.mkfifo(path)  # `doctor` reads it: for as long as we like
        asking = threading.Thread(target=lambda: answers.append(leader.ask('GET', '/api/v1/doctor')))
        asking.start()
        line = programs.wait_until(lambda: self.opened(path), 'doctor reads')
        self.assertEqual(self.officer('operator').write('POST', '/api/v1/sign-out', {}).status, 200)
        self.refused(browser.Officer(self.w).sign_in('x' * 12, account='leader'), 401, 'E507')
        self.assertEqual(answers, [])
        os.write(line, settings.encode() + b'\n')
        os.close(line)
        asking.join()
        self.assertEqual(answers[0].status, 200, answers[0].body)

    @staticmethod
    def opened(path):
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def test_a_session_ends_with_its_account(self):
        operator = self.officer('operator')
        for way in (lambda: operator.write('PATCH', '/api/v1/accounts/leader', {'role': 'officer'}),
                    lambda: operator.write('DELETE', '/api/v1/accounts/leader/sessions'),
                    lambda: self.w.user('sessions', 'leader', '--end'),
                    lambda: operator.write('PATCH', '/api/v1/accounts/leader', {'disabled': True})):
            leader = self.officer('leader')
            stream = leader.watch()
            names = [s['account'] for s in operator.get('/api/v1/sessions').json['sessions']]
            self.assertIn('leader', names)
            way()
            self.refused(leader.ask('GET', '/api/v1/board'), 401, 'E506')
            programs.wait_until(lambda: stream.ended, 'the stream ends')
            stream.close()
            names = [s['account'] for s in operator.get('/api/v1/sessions').json['sessions']]
            self.assertNotIn('leader', names)
        self.refused(operator.ask('PATCH', '/api/v1/accounts/operator', {'disabled': True}), 400, 'E202')

    def test_a_restart_signs_nobody_out(self):
        leader = self.officer('leader')
        self.w.stop('district')
        self.w.serve(env=dict(self.env, TUQUAN_PAGE_ADDRESS='127.0.0.1:%d' % leader.port))
        self.assertEqual(leader.get('/api/v1/session').json['account'], 'leader')
        for name in ('page.sessions', 'page.accounts'):
            self.assertEqual(os.stat(self.w.path('district', name)).st_mode & 0o777, 0o600)
            with open(self.w.path('district', name)) as stream:
                self.assertNotIn(leader.cookie.split('=')[1], stream.read())

    def test_all_that_an_account_does_is_in_the_trail(self):
        leader = self.officer('leader', address='10.0.0.7')
        browser.Officer(self.w, address='10.1.0.1').sign_in('x' * 12, account='leader')
        leader.ask('POST', '/api/v1/periods/2020-Q4/lock', {})
        leader.ask('POST', '/api/v1/appeals/answer', {
            'unit': '08779', 'period': '2020-Q4', 'criterion': '1.1', 'text': 'x'})
        leader.ask('POST', '/api/v1/held/khong-co/release', {'reason': 'x'})
        leader.write('POST', '/api/v1/sign-out', {})
        operator = self.officer('operator')
        operator.write('POST', '/api/v1/accounts', {'account': 'moi', 'role': 'officer',
                                                    'password': PASSWORD})
        seen = [(e['who'], e['what'], e['about'], e['detail'])
                for e in operator.get('/api/v1/audit').json['entries']]
        for one in (('leader', 'sign_in', '', '10.0.0.7'),
                    ('leader', 'sign_in', '', '10.1.0.1 E507'),
                    ('leader', 'period_lock', '2020-Q4', '10.0.0.7'),
                    ('leader', 'appeal_answer', '08779 2020-Q4 1.1', '10.0.0.7 E106'),
                    ('leader', 'held_release', 'khong-co', '10.0.0.7 E114'),
                    ('leader', 'sign_out', '', '10.0.0.7'),
                    ('operator', 'user_add', 'moi', 'officer 127.0.0.1')):
            self.assertEqual(seen.count(one), 1, seen)
        entries = operator.get('/api/v1/audit').json['entries']
        self.assertEqual([e['said'] for e in entries if e['what'] == 'period_lock'], ['khóa kỳ'])
        self.assertNotIn(PASSWORD, json.dumps(seen))


    def test_every_write_has_words_in_the_trail(self):
        with open(os.path.join(programs.PROJECT, 'server', 'trail.c'), encoding='utf-8') as stream:
            known = set(re.findall(r'"([A-Z]+)",\s+"(/api/v1/[^"]+)"', stream.read()))
        for route in routes():
            method, path = route.split(' ')
            if method != 'GET':
                self.assertIn((method, path), known)

    def test_a_right_password_without_its_code_is_in_the_trail(self):
        leader, operator = self.officer('leader'), self.officer('operator')
        told = leader.write('POST', '/api/v1/totp', {'password': PASSWORD}).json
        leader.write('POST', '/api/v1/totp/proof', {'code': code_of(told['secret'])})
        self.refused(browser.Officer(self.w, address='10.7.0.1').sign_in(PASSWORD, account='leader'),
                     401, 'E510')
        last = operator.get('/api/v1/audit').json['entries'][0]
        self.assertEqual((last['who'], last['what'], last['detail']), ('leader', 'sign_in', '10.7.0.1 E510'))

    def test_no_change_without_its_line(self):
        operator = self.officer('operator')
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
        self.addCleanup(db.close)
        db.execute("CREATE TRIGGER no_line BEFORE INSERT ON tq_audit WHEN new.what = 'user_role'"
                   " OR new.what = 'period_lock' BEGIN SELECT raise(ABORT, 'x'); END")
        db.commit()
        self.assertNotEqual(operator.ask('PATCH', '/api/v1/accounts/leader', {'role': 'officer'}).status, 200)
        leader = self.officer('leader')
        self.assertNotEqual(leader.ask('POST', '/api/v1/periods/2020-Q4/lock', {}).status, 200)
        db.execute('DROP TRIGGER no_line')
        db.commit()
        roles = {a['account']: a['role'] for a in operator.get('/api/v1/accounts').json['accounts']}
        self.assertEqual(roles['leader'], 'leader')
        states = {p['period']: p['state'] for p in leader.get('/api/v1/periods').json['periods']}
        self.assertNotEqual(states['ADMIN/2020-Q4'], 'locked')


class Work(Case):
    """What officers see and do."""

    def test_the_board_is_live(self):
        officer = self.officer('officer')
        row = [r for r in officer.get('/api/v1/board').json['rows'] if r['unit'] == programs.BACH_LUU][0]
        self.assertIn('no_machine', row['call'])
        events = officer.watch()
        invitation = officer.write('POST', '/api/v1/invitations', {'unit': 'Bạch Lưu'}).json
        self.assertTrue(invitation['qr'].startswith('<svg'))
        self.w.run('xa', 'join', invitation['invitation'], '--machine', 'máy xã')
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        events.wait('status')
        events.close()
        row = programs.wait_until(lambda: [
            r for r in officer.get('/api/v1/board', period='2020-Q4').json['rows']
            if r['unit'] == programs.BACH_LUU and r['last_heard_at_ms'] > 0], 'heard')[0]
        self.assertNotIn('no_machine', row['call'])
        self.assertEqual(self.w.json('district', 'board', '2020-Q4')['rows'],
                         without_texts(officer.get('/api/v1/board', period='2020-Q4').json['rows']))
        device = officer.get('/api/v1/devices').json['devices'][0]
        officer.write('POST', '/api/v1/devices/%d/revoke' % device['device'], {'why': 'dữ liệu mẫu'})
        self.assertNotEqual(self.w.call('xa', 'sync').returncode, 0)

    def test_what_the_screens_open_with_is_counted_before_anybody_asks(self):
        leader = self.officer('leader')

        def counts():
            return leader.get('/api/v1/health').json['counts']

        def rests(before=(-1, -1)):
            """The worker, asked again and again, has counted and found nothing between; but more than `before`."""
            def still():
                one = counts()
                return one if one['fresh'] > before[1] and all(one == counts() for _ in range(100)) else None
            return programs.wait_until(still, 'counted')

        first = rests((0, 0))
        leader.get('/api/v1/rank/2020-Q4')
        leader.get('/api/v1/assess/2020-Q4/' + programs.BACH_LUU)
        asked = counts()
        self.assertEqual(asked['fresh'], first['fresh'])
        self.assertGreater(asked['found'], first['found'])
        # A row that somebody else writes: counted again, unasked.
        self.w.run('district', 'set', 'indicator', '--new', 'indicator=mau@1', 'code=mau', 'version=1',
                   'nature=flow', 'source=typed', 'state=draft')
        again = rests((0, asked['fresh']))
        leader.get('/api/v1/trends/2020-Q4')
        leader.get('/api/v1/summary/2020-Q4')
        self.assertEqual(counts()['fresh'], again['fresh'])

    def test_a_long_examination_holds_nobody_up_and_is_kept_with_its_time(self):
        leader, officer = self.officer('leader'), self.officer('officer')
        first = leader.get('/api/v1/doctor').json
        self.assertEqual((first['examined'], first['examining']), (None, False))
        self.assertNotIn('data file', [c['check'] for c in first['checks']])
        path = self.w.path('district', 'district.ini')
        with open(path, encoding='utf-8') as stream:
            settings = stream.read()
        os.unlink(path)
        os.mkfifo(path)  # it reads it: for as long as we like
        self.assertEqual(leader.write('POST', '/api/v1/doctor', {}).status, 200)
        line = programs.wait_until(lambda: SignIn.opened(path), 'the examination reads')
        os.unlink(path)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(settings)
        # What the page's one worker does for others goes on meanwhile.
        self.assertEqual(leader.ask('GET', '/api/v1/rank/2020-Q4').status, 200)
        self.assertEqual(officer.write('POST', '/api/v1/periods', {'year': 2031}).status, 200)
        said = leader.get('/api/v1/doctor').json
        self.assertEqual((said['examined'], said['examining']), (None, True))
        # What is asked for meanwhile may be about what this one has passed: another one follows.
        self.assertEqual(leader.write('POST', '/api/v1/doctor', {}).status, 200)
        os.unlink(path)
        os.mkfifo(path)
        os.write(line, settings.encode() + b'\n')
        os.close(line)
        line = programs.wait_until(lambda: SignIn.opened(path), 'the second one reads')
        os.unlink(path)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(settings)
        said = leader.get('/api/v1/doctor').json
        self.assertEqual((said['examined'] is None, said['examining']), (False, True))
        os.write(line, settings.encode() + b'\n')
        os.close(line)
        said = programs.wait_until(lambda: (lambda told: None if told['examining'] else told)(
            leader.get('/api/v1/doctor').json), 'the result')
        self.assertIn('data file', [c['check'] for c in said['examined']['checks']])
        self.assertGreater(said['examined']['at_ms'], 0)
        # The server ends though one reads, and the result outlives it.
        self.w.stop('district')
        self.w.serve(env=self.env)
        again = self.officer('leader').get('/api/v1/doctor').json
        self.assertEqual(again['examined'], said['examined'])

    def test_reads_do_not_wait_for_a_writer(self):
        officer = self.officer('officer')
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30, isolation_level=None)
        self.addCleanup(db.close)
        programs.wait_until(lambda: not self.busy(db), 'the write lock')
        for path in ('board', 'periods', 'rank/2020-Q4', 'scores/2020-Q4/08779', 'rows/unit', 'session'):
            self.assertEqual(officer.get('/api/v1/' + path).status, 200)
        # A read that waited would have been told, in the end, that another writes.
        db.execute('ROLLBACK')

    @staticmethod
    def busy(db):
        try:
            db.execute('BEGIN IMMEDIATE')
        except sqlite3.OperationalError:
            return True
        return False

    def test_what_is_decided_bears_the_name_of_the_account(self):
        officer = self.officer('officer')
        path = '/api/v1/scores/2020-Q4/08779/1.1'
        self.refused(officer.ask('PUT', path, {'points_c': 'x'}), 400, 'E201')
        officer.write('PUT', path, {'points_c': 412, 'reason': 'dữ liệu mẫu'})
        found = [c for c in officer.get('/api/v1/scores/2020-Q4/08779').json['criteria']
                 if c['code'] == '1.1'][0]
        self.assertEqual((found['points_c'], found['verified']), (412, True))
        rows = officer.get('/api/v1/rows/verified_score').json['rows']
        key = ';'.join(str(rows[0][k]) for k in ('unit', 'period', 'sheet', 'criterion'))
        story = officer.get('/api/v1/why/verified_score/' + key.replace('/', '%2F')).json['story']
        self.assertEqual({s['author'] for s in story}, {'officer'})
        officer.write('PUT', path, {'points_c': None, 'reason': 'dữ liệu mẫu'})
        # A neighbour's signature is noted by its day; no officer takes it off: not even asked for.
        for day in (None, ''):
            said = officer.ask('PATCH', '/api/v1/rows/joint_patrol/x', {'values': {'partner_signed_on': day},
                                                                        'was': {'partner_signed_on': None}})
            self.refused(said, 404, 'E106')
            self.assertEqual(said.json['error']['facts'], 'Tuần tra chung')

    def test_an_officer_enters_a_hand_over_and_who_signed_it(self):
        officer = self.officer('officer')
        made = officer.write('POST', '/api/v1/rows/border_handover', {'values': {
            'unit': '08779@2004-01-01', 'year': 2020, 'standing': 'Công an xã (mẫu)',
            'handed_on': '2020-01-15', 'minutes_no': '02/BB'}}).json
        path = '/api/v1/rows/border_handover/' + made['key']
        for day in (None, ''):
            said = officer.ask('PATCH', path, {'values': {'partner_signed_on': day}, 'was': {'partner_signed_on': None}})
            self.refused(said, 404, 'E106')
        for column, day in (('signed_on', '2020-01-15'), ('partner_signed_on', '2020-01-16')):
            said = officer.ask('PATCH', path, {'values': {column: day}, 'was': {column: None}})
            self.assertEqual(said.status, 200, said.json)
        self.assertEqual(self.w.ask('district', 'SELECT year, standing, signed_on, partner_signed_on, state '
                                                'FROM border_handover'),
                         [(2020, 'Công an xã (mẫu)', '2020-01-15', '2020-01-16', 'draft')])

    def test_who_changes_a_row_says_what_he_saw(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        made = officer.write('POST', '/api/v1/rows/award', {'values': {
            'form': 'Giấy khen', 'recipient_post': 'Trưởng thôn (mẫu)', 'level': 'district'}}).json
        path = '/api/v1/rows/award/' + made['key']

        def change(who, values, was):
            return who.ask('PATCH', path, {'values': values, 'was': was})

        self.refused(officer.ask('PATCH', path, {'values': {'form': 'x'}}), 400, 'E201')
        self.assertEqual(change(leader, {'form': 'Bằng khen'}, {'form': 'Giấy khen'}).status, 200)
        # The second one had read the first text: told what stands there, and nothing of his is written.
        late = change(officer, {'form': 'Thư khen', 'decision_no': '5/QĐ'},
                      {'form': 'Giấy khen', 'decision_no': None})
        self.refused(late, 409, 'E203')
        self.assertEqual(late.json['stale'], {'form': 'Bằng khen'})
        self.assertEqual(self.w.ask('district', 'SELECT form, decision_no FROM award'), [('Bằng khen', None)])
        # What he did not touch is nobody's quarrel; the same value written twice is none, either.
        self.assertEqual(change(officer, {'decision_no': '5/QĐ'}, {'decision_no': None}).status, 200)
        self.assertEqual(change(officer, {'form': 'Bằng khen'}, {'form': 'Giấy khen'}).status, 200)
        self.assertEqual(change(officer, {'form': 'Thư khen'}, {'form': 'Bằng khen'}).status, 200)
        self.assertEqual(self.w.ask('district', 'SELECT form, decision_no FROM award'), [('Thư khen', '5/QĐ')])
        # A row that is there is not written over by one that is said to be new.
        cap = {'values': {'unit': '08779', 'period': '2020-Q4', 'code': 'D2', 'fact': 'một (mẫu)'}}
        officer.write('POST', '/api/v1/rows/grade_cap', cap)
        cap['values']['fact'] = 'hai (mẫu)'
        self.refused(leader.ask('POST', '/api/v1/rows/grade_cap', cap), 409, 'E107')
        self.assertEqual(self.w.ask('district', 'SELECT fact FROM grade_cap'), [('một (mẫu)',)])

    def test_a_vote_is_whole_and_never_written_over(self):
        officer, path = self.officer('officer'), '/api/v1/rows/tie_vote'
        a, b = [r['unit'] for r in officer.get('/api/v1/rows/unit', level='3', limit='2').json['rows']]
        today = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 7 * 3600))
        tomorrow = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 31 * 3600))
        good = {'period': 'ADMIN/2020-Q4', 'sheet': '5TQ@1', 'ordered_units': a + ' ' + b, 'voted_on': today,
                'minutes_no': '1/BB (mẫu)'}
        for column, wrong in (('ordered_units', a + ' ' + a), ('ordered_units', a), ('voted_on', tomorrow),
                              ('minutes_no', None), ('voted_on', None), ('sheet', None)):
            self.refused(officer.ask('POST', path, {'values': dict(good, **{column: wrong})}), 400, 'E201')
        self.refused(officer.ask('POST', path, {'values': dict(good, ordered_units=a + ' khong-co@2004-01-01')}),
                     404, 'E106')
        key = officer.write('POST', path, {'values': good}).json['key']
        said = officer.ask('PATCH', path + '/' + key, {'values': {'ordered_units': b + ' ' + a},
                                                       'was': {'ordered_units': good['ordered_units']}})
        self.refused(said, 400, 'E202')
        kept = 'SELECT ordered_units, voided_at FROM tie_vote'
        self.assertEqual(self.w.ask('district', kept), [(good['ordered_units'], None)])
        before = int(time.time() * 1000)
        officer.write('PATCH', path + '/' + key, {
            'values': {'voided_at': 1608000000000, 'void_reason': 'ghi nhầm (mẫu)'},
            'was': {'voided_at': None, 'void_reason': None}})
        ((order, voided_at),) = self.w.ask('district', kept)
        self.assertEqual(order, good['ordered_units'])
        self.assertGreaterEqual(voided_at, before) # by this machine's clock, not by a browser's

    def test_a_village_is_added_once(self):
        officer = self.officer('officer')
        body = {'code': '08779-77', 'name': 'Thôn mẫu', 'full_name': 'Thôn mẫu mới', 'on': '2020-10-01'}
        path = '/api/v1/units/%s/villages' % programs.BACH_LUU
        before = officer.get('/api/v1/rows/unit', parent=programs.BACH_LUU, limit='500').json['total']
        self.assertEqual(officer.write('POST', path, body).json['unit'], '08779-77@2020-10-01')
        rows = officer.get('/api/v1/rows/unit', parent=programs.BACH_LUU, limit='500').json
        self.assertEqual(rows['total'], before + 1)
        row = [r for r in rows['rows'] if r['code'] == '08779-77'][0]
        self.assertEqual((row['level'], row['name'], row['full_name'], row['valid_from'], row['type']),
                         (4, 'Thôn mẫu', 'Thôn mẫu mới', '2020-10-01', rows['rows'][0]['type']))
        for more, status, code in (({}, 409, 'E107'), ({'on': '2021-01-01'}, 409, 'E107'),
                                   ({'code': '08779-78', 'on': 'mai'}, 400, 'E201'),
                                   ({'code': '08782-01'}, 400, 'E201'), ({'code': '08779'}, 400, 'E201'),
                                   ({'code': '08779-7x'}, 400, 'E201'), ({'code': '08779-0001'}, 400, 'E201'),
                                   ({'code': '08779-78', 'on': '2003-12-31'}, 400, 'E201')):
            self.refused(officer.ask('POST', path, dict(body, **more)), status, code)
        self.assertEqual(officer.get('/api/v1/rows/unit', parent=programs.BACH_LUU, limit='500').json['total'],
                         before + 1)

    def test_a_sheet_is_published_as_it_was_read(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        officer.write('POST', '/api/v1/sheets/5TQ@1/copy', {'to': '5TQ@7'})
        read = leader.get('/api/v1/sheets/5TQ@7').json
        was = [c['name'] for c in read['criteria'] if c['code'] == '1.1'][0]
        self.refused(leader.ask('POST', '/api/v1/sheets/5TQ@7/publish', {}), 400, 'E201')
        officer.write('PATCH', '/api/v1/rows/criterion/5TQ@7%2F1.1',
                      {'values': {'name': 'Tên khác (mẫu)'}, 'was': {'name': was}})
        late = leader.ask('POST', '/api/v1/sheets/5TQ@7/publish', {'digest': read['digest']})
        self.refused(late, 409, 'E203')
        self.assertEqual(leader.get('/api/v1/sheets/5TQ@7').json['state'], 'draft')
        read = leader.get('/api/v1/sheets/5TQ@7').json
        leader.write('POST', '/api/v1/sheets/5TQ@7/publish', {'digest': read['digest']})
        self.assertEqual(leader.get('/api/v1/sheets/5TQ@7').json['state'], 'published')

    def test_an_indicator_in_use_is_only_retired(self):
        officer = self.officer('officer')
        key = self.w.ask('district', "SELECT indicator FROM indicator WHERE state = 'published' LIMIT 1")[0][0]
        path = '/api/v1/rows/indicator/' + key
        row = officer.get('/api/v1/rows/indicator', code=key.split('@')[0]).json['rows'][0]
        for column, value in (('nature', 'stock' if row['nature'] == 'flow' else 'flow'), ('name', 'Tên khác'),
                              ('state', 'draft')):
            said = officer.ask('PATCH', path, {'values': {column: value}, 'was': {column: row[column]}})
            self.assertEqual(said.status, 409, said.body)
        officer.write('PATCH', path, {'values': {'state': 'retired'}, 'was': {'state': 'published'}})
        self.assertEqual(officer.get('/api/v1/rows/indicator', code=row['code']).json['rows'][0]['state'], 'retired')

    def test_a_locked_period_has_one_way_out(self):
        leader, officer = self.officer('leader'), self.officer('officer')
        path = '/api/v1/periods/2020-Q4/'
        self.refused(leader.ask('POST', path + 'unlock', {'reason': 'x'}), 422, 'E207')
        for state in ('closing', 'close', 'open', 'lock'):
            officer.write('POST', path + state, {})
        for who in (officer, leader):
            for state in ('open', 'closing', 'close', 'lock'):
                self.refused(who.ask('POST', path + state, {}), 422, 'E207')
        self.refused(officer.ask('POST', path + 'unlock', {'reason': 'x'}), 403, 'E509')
        leader.write('POST', path + 'unlock', {'reason': 'x'})
        self.refused(officer.ask('POST', '/api/v1/periods', {'year': 2147483647}), 400, 'E117')

    def test_every_reading_route_answers_as_its_command_does(self):
        leader = self.officer('leader')
        for path, args in (('units', ['units']), ('periods', ['period', 'list']),
                           ('sheets', ['sheet', 'list']), ('rank/2020-Q4', ['rank', '2020-Q4']),
                           ('conflicts', ['conflicts']), ('held', ['held']), ('requests', ['requests']),
                           ('same', ['same']), ('appeals', ['appeals']), ('devices', ['devices']),
                           ('changes', ['changes']), ('receipts', ['receipts']), ('directives', ['directives']),
                           ('links', ['liaison', 'list']), ('border/due', ['liaison', 'due']),
                           ('border/journal', ['liaison', 'journal']), ('catalogue', ['catalogue']),
                           ('ledger', ['ledger', 'verify']), ('scores/2020-Q4/08779',
                                                              ['verify-score', '2020-Q4', '08779'])):
            said = self.w.json('district', *args)
            said.pop('command')
            told = leader.get('/api/v1/' + path).json
            told.pop('command', None)
            told = without_texts(told)
            self.assertEqual(told, said, path)
        self.assertEqual(leader.get('/api/v1/rows/unit', level='3', limit='2').json['total'], 17)
        self.refused(leader.ask('GET', '/api/v1/rows/nothing'), 404, 'E106')
        self.refused(leader.ask('GET', '/api/v1/rank/2020-Q4/versions/1'), 404, 'E106')


class Publish(Case):
    """A ranking is published by two people, and as it was prepared; so is the report to the province."""
    settings = {}
    PATH = '/api/v1/publications/2020-Q4'
    REPORT = '/api/v1/province/2020-Q4'

    def test_the_report_to_the_province_is_signed_as_it_was_read(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        kept = 'SELECT situation, results, assessment, signed_by FROM tq_province_report'

        def put(**body):
            return officer.ask('PUT', self.REPORT, body)

        def incident(day):
            self.w.run('xa', 'add', 'incident', 'area=1', 'category=assault', 'village=08779-04@2019-01-01',
                       'occurred_on=' + day, 'summary=dữ liệu mẫu', '--yes')
            self.w.run('xa', 'sync')

        def change(sql):
            db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30)
            with db:
                db.execute(sql)
            db.close()

        self.w.join('xa')
        incident('2020-12-01')
        first = officer.get(self.REPORT).json
        self.refused(put(document='1/BC'), 400, 'E201')
        self.refused(put(was=0, assessment='x' * 20001), 400, 'E201')
        self.refused(put(was=0, assessment='TỐI MẬT'), 400, 'E201')
        doubt = put(was=0, assessment='Ông Nguyễn Văn Mẫu, 0912345678')
        self.refused(doubt, 422, 'E206')
        self.assertEqual(len(doubt.json['warnings']), 1)
        self.assertEqual(self.w.ask('district', kept), [])
        # Only what was typed is kept, in the one normal form; the rest is drafted anew.
        answer = put(was=0, assessment='  Nê\u0300 nếp  ')
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.w.ask('district', kept), [(None, None, 'N\u1ec1 nếp', None)])
        read = leader.get(self.REPORT).json
        self.assertEqual((read['situation'], read['assessment']), (first['situation'], 'N\u1ec1 nếp'))
        self.assertEqual(without_texts(self.w.json('district', '--lang=en', 'province', '2020-Q4'))
                         ['situation'], first['situation'])
        # Who read another version overwrites nothing, and signs nothing.
        self.refused(put(was=0, proposals='x'), 409, 'E203')
        self.refused(leader.ask('POST', self.REPORT + '/sign', {}), 400, 'E201')
        self.assertEqual(put(was=read['made_at_ms'], proposals='Thêm một máy').status, 200)
        self.refused(leader.ask('POST', self.REPORT + '/sign', {'digest': read['digest']}), 409, 'E203')
        read = leader.get(self.REPORT).json
        # What is signed is counted, not what the page remembers: rows are changed here behind its back.
        change('UPDATE incident SET area = 2')
        self.assertEqual(leader.get(self.REPORT).json['digest'], read['digest'])
        self.refused(leader.ask('POST', self.REPORT + '/sign', {'digest': read['digest']}), 409, 'E203')
        change('UPDATE incident SET area = 1')
        # Whoever signs, and in whatever language he reads: the paper is Vietnamese.
        english = {'X-TQ-Lang': 'en'}
        self.assertEqual(leader.ask('GET', self.REPORT, headers=english).json['digest'], read['digest'])
        signed = leader.ask('POST', self.REPORT + '/sign', {'digest': read['digest']}, headers=english)
        self.assertEqual(signed.status, 200, signed.body)
        self.assertEqual(self.w.ask('district', kept),
                         [(read['situation'], read['results'], 'N\u1ec1 nếp', 'leader')])
        self.refused(put(was=signed.json['made_at_ms'], proposals='x'), 409, 'E402')
        # What is downloaded is what was signed, to the byte, whatever is entered from then on.
        paper = officer.ask('GET', self.REPORT + '/paper').body
        with open(self.w.path('ky.xlsx'), 'wb') as stream:
            stream.write(paper)
        self.assertIn('BÁO CÁO', str(workbook.read(self.w.path('ky.xlsx'))))
        self.assertNotIn('REPORT', str(workbook.read(self.w.path('ky.xlsx'))))
        incident('2020-12-02')
        kept = officer.ask('GET', self.REPORT + '/paper')
        self.assertEqual((kept.status, kept.body), (200, paper))
        self.assertEqual(self.w.ask('district', 'SELECT paper FROM tq_province_report'), [(paper,)])
        self.assertNotEqual(officer.ask('GET', '/api/v1/summary/2020-Q4/paper').body, paper)
        # Of one that was signed before papers were kept the figures are today's: the paper says so.
        self.assertNotIn('tính lại', str(workbook.read(self.w.path('ky.xlsx'))))
        change('UPDATE tq_province_report SET paper = NULL')
        with open(self.w.path('ky.xlsx'), 'wb') as stream:
            stream.write(officer.ask('GET', self.REPORT + '/paper').body)
        self.assertIn('; số liệu tính lại lúc', str(workbook.read(self.w.path('ky.xlsx'))))

    def test_a_report_is_signed_once_its_period_has_ended(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        year = time.gmtime(time.time() + 7 * 3600).tm_year
        path = '/api/v1/province/ADMIN%%2F%d' % year
        officer.write('POST', '/api/v1/periods', {'year': year})
        read = officer.get(path)
        self.assertEqual(read.status, 200, read.body)
        officer.write('PUT', path, {'was': 0, 'proposals': 'dữ liệu mẫu'})
        read = leader.get(path).json
        self.refused(leader.ask('POST', path + '/sign', {'digest': read['digest']}), 422, 'E207')
    DECISION = {'missing_decision': '12/QĐ (dữ liệu mẫu)'}

    def prepare(self, who):
        return who.write('POST', self.PATH + '/prepare', self.DECISION).json['prepared']

    def sign(self, who, prepared):
        return who.ask('POST', self.PATH + '/sign', {'digest': prepared['digest']})

    def test_one_prepares_and_another_signs_that_very_table(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        self.w.join('xa')
        told = officer.get(self.PATH).json
        self.assertEqual((told['two'], told['prepared'], told['against']['code']), (True, None, 'E209'))
        self.refused(officer.ask('POST', self.PATH + '/prepare', {}), 422, 'E209')
        self.refused(self.sign(leader, {'digest': 'x'}), 404, 'E106')
        # Who prepared does not sign, leader or not; nobody signs what he has not read.
        own = self.prepare(leader)
        self.refused(self.sign(leader, own), 403, 'E511')
        prepared = self.prepare(officer)
        self.assertEqual((prepared['by'], prepared['version'], len(prepared['rows'])), ('officer', 1, 17))
        self.assertEqual(leader.get(self.PATH).json['prepared'], prepared)
        self.refused(self.sign(officer, prepared), 403, 'E509')
        self.refused(self.sign(leader, {'digest': '0' * 64}), 409, 'E512')
        # A figure changes: it is another table, and what changed is told.
        officer.write('PUT', '/api/v1/scores/2020-Q4/08779/1.1', {'points_c': 412, 'reason': 'dữ liệu mẫu'})
        refused = self.sign(leader, prepared)
        self.refused(refused, 409, 'E512')
        self.assertNotRegex(refused.json['error']['facts'], 'final_c|["]')
        self.assertEqual(self.w.ask('district', 'SELECT count(*) FROM ranking'), [(0,)])
        prepared = self.prepare(officer)
        signed = self.sign(leader, prepared)
        self.assertEqual((signed.status, signed.json['version']), (200, 1), signed.body)
        self.assertIsNone(leader.get(self.PATH).json['prepared'])
        self.refused(self.sign(leader, prepared), 404, 'E106')
        # It is the table that was prepared, and it reaches the commune, signed by the district.
        table = leader.get('/api/v1/rank/2020-Q4/versions/1').json
        self.assertEqual([(r['unit']['unit'], r['rank']) for r in table['rows']],
                         [(r['unit'], r['rank']) for r in prepared['rows']])
        self.assertTrue(table['same'])
        # The same on paper, whoever prints it, in whatever language he reads.
        self.assertTrue(self.w.json('xa', 'sync')['equal'])
        own, theirs = self.w.path('huyen.xlsx'), self.w.path('xa.xlsx')
        answer = officer.ask('GET', '/api/v1/rank/2020-Q4/paper?version=1', headers={'X-TQ-Lang': 'en'})
        self.assertIn('attachment; filename="xep-hang.xlsx"', answer.headers['content-disposition'])
        with open(own, 'wb') as stream:
            stream.write(answer.body)
        self.w.run('xa', 'export', 'ranking', theirs, '--period=2020-Q4')
        self.assertEqual(workbook.read(own), workbook.read(theirs))
        self.assertFalse(os.path.exists(self.w.path('district', 'page.paper.xlsx')))
        self.assertEqual(self.w.ask('xa', "SELECT version, state, length(signature) FROM ranking"),
                         [(1, 'published', 64)])
        whats = [(e['who'], e['what'], e['about'])
                 for e in self.officer('operator').get('/api/v1/audit').json['entries']]
        self.assertEqual(whats.count(('leader', 'publication_sign', '2020-Q4')), 6)
        self.assertIn(('officer', 'publication_prepare', '2020-Q4'), whats)
        story = leader.get('/api/v1/why/ranking/' + urllib.parse.quote(
            'ADMIN/2020-Q4;%s;1' % prepared['sheet'], safe='')).json['story']
        self.assertEqual({s['author'] for s in story}, {'leader'})

    def test_the_next_version_says_what_differs(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        self.assertEqual(self.sign(leader, self.prepare(officer)).status, 200)
        self.refused(officer.ask('POST', self.PATH + '/prepare', self.DECISION), 409, 'E405')
        path = self.w.path('cap.csv')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write('unit,period,code,fact,document_no\n'
                         '08779@2004-01-01,ADMIN/2020-Q4,D5,dữ liệu mẫu,1/QĐ\n')
        self.w.run('district', 'import', 'grade_cap', path)
        # Had another table been prepared: what differs is told in words, and in points.
        other = self.prepare(officer)
        other['rows'][0].update(final_c=9150, place='last', grade='excellent')
        other['digest'] = '0' * 64
        with open(self.w.path('district', 'publication.prepared'), 'w', encoding='utf-8') as stream:
            json.dump([other], stream)
        refused = self.sign(leader, other)
        self.refused(refused, 409, 'E512')
        for words in (' điểm: 91,50 > -; ', ' tình trạng: không xếp hạng > chưa gửi; ', ' xếp loại: Xuất sắc > -'):
            self.assertIn(words, refused.json['error']['facts'])
        prepared = self.prepare(officer)
        self.assertEqual(prepared['version'], 2)
        self.assertEqual(self.sign(leader, prepared).status, 200)
        # How each moved since the period before.
        self.assertIsNone(leader.get('/api/v1/rank/2020-Q4').json['before'])
        before = '/api/v1/publications/2020-Q3'
        told = officer.write('POST', before + '/prepare', self.DECISION).json['prepared']
        leader.write('POST', before + '/sign', {'digest': told['digest']})
        with sqlite3.connect(self.w.path('district', 'district.db'), timeout=30) as db:
            db.execute("UPDATE ranking_row SET rank = 3 WHERE period = 'ADMIN/2020-Q3' AND unit LIKE '08779@%'")
        db.close()
        self.assertEqual(leader.get('/api/v1/rank/2020-Q4').json['before'],
                         {'period': 'ADMIN/2020-Q3', 'version': 1, 'ranks': {'08779@2004-01-01': 3}})
        versions = leader.get('/api/v1/rank/2020-Q4/versions').json['versions']
        self.assertIn('Đã có bản mới', self.w.run('district', 'rank', '2020-Q4', '--history'))
        self.assertEqual([(v['version'], v['state']) for v in versions],
                         [(2, 'published'), (1, 'superseded')])
        self.assertEqual(versions[0]['differences'], prepared['differences'])
        self.assertEqual(versions[1]['differences'], [])

    def test_what_is_prepared_is_taken_back(self):
        officer, leader = self.officer('officer'), self.officer('leader')
        prepared = self.prepare(officer)
        self.assertEqual(os.stat(self.w.path('district', 'publication.prepared')).st_mode & 0o777, 0o600)
        officer.write('POST', self.PATH + '/withdraw', {})
        self.refused(officer.ask('POST', self.PATH + '/withdraw', {}), 404, 'E106')
        self.refused(self.sign(leader, prepared), 404, 'E106')

    def test_two_that_prepare_at_once_both_stand(self):
        officer, path = self.officer('officer'), self.w.path('district', 'publication.prepared')
        self.prepare(officer)
        with open(path, encoding='utf-8') as stream:
            other = stream.read()
        officer.write('POST', self.PATH + '/withdraw', {})
        db = sqlite3.connect(self.w.path('district', 'district.db'), timeout=30, isolation_level=None)
        self.addCleanup(db.close)
        programs.wait_until(lambda: not Work.busy(db), 'the write lock')
        done = []
        preparing = threading.Thread(target=lambda: done.append(officer.ask(
            'POST', '/api/v1/publications/2020-Q3/prepare', self.DECISION)))
        preparing.start()
        programs.wait_until(self.stands_at_the_lock, 'it waits for its turn')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(other)  # as whoever has the lock does
        db.execute('ROLLBACK')
        preparing.join()
        self.assertEqual(done[0].status, 200, done[0].body)
        with open(path, encoding='utf-8') as stream:
            self.assertEqual(sorted(e['period'] for e in json.load(stream)),
                             ['ADMIN/2020-Q3', 'ADMIN/2020-Q4'])

    def test_the_command_line_takes_two_as_well(self):
        def publish(*args, password=PASSWORD):
            done = subprocess.run(self.w.command('district', '--json', 'publish', '2020-Q4', *args),
                                  env=self.w.env, text=True, input=password + '\n', timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            told = json.loads(done.stdout)
            return told.get('error', {}).get('code', told['ok'])
        decision = '--missing-decision=dữ liệu mẫu'
        self.assertEqual(publish(decision), 'E511')
        self.assertEqual(publish(decision, '--prepare'), 'E114')
        self.assertEqual(publish(decision, '--prepare', '--as=officer', password='x' * 12), 'E507')
        self.assertEqual(publish(decision, '--prepare', '--as=read-only'), 'E509')
        self.assertEqual(publish(decision, '--prepare', '--as=leader'), True)
        self.assertEqual(publish('--sign', '--as=leader'), 'E511')
        self.assertEqual(publish('--sign', '--as=operator'), 'E509')
        self.assertEqual(publish(decision, '--prepare', '--as=officer'), True)
        self.assertEqual(publish('--sign', '--as=leader'), True)
        self.assertEqual(self.w.ask('district', "SELECT who, what FROM tq_audit WHERE what LIKE 'publication%'"
                                    ' ORDER BY id'),
                         [('leader', 'publication_prepare'), ('officer', 'publication_prepare'),
                          ('leader', 'publication_sign')])


class Alone(unittest.TestCase):
    """Settings of the page."""

    def setUp(self):
        self.w = FOUNDED.world()
        self.addCleanup(self.w.close)

    def test_passwords_do_not_go_over_a_line_that_others_hear(self):
        key = self.w.path('key.pem')
        with open(key, 'w') as stream:
            stream.write('x')
        os.chmod(key, 0o644)
        for env, code in (({'ADDRESS': '0.0.0.0:0'}, 'E113'), ({'ADDRESS': 'x'}, 'E113'),
                          ({'ADDRESS': '0.0.0.0:0', 'PROXY': '127.0.0.1'}, 'E113'),
                          ({'ADDRESS': '127.0.0.1:0', 'CERTIFICATE': key}, 'E113'),
                          ({'ADDRESS': '127.0.0.1:0', 'CERTIFICATE': key, 'KEY': key}, 'E112'),
                          ({'ADDRESS': '127.0.0.1:0', 'PROXY': 'localhost'}, 'E113'),
                          ({'ADDRESS': '127.0.0.1:0', 'ORIGIN': 'ftp://x'}, 'E113')):
            # There is no page then; the communes are served all the same.
            self.w.serve(env={'TUQUAN_PAGE_' + k: v for k, v in env.items()})
            self.assertNotIn('Trang của huyện: http', self.w.log('district'))
            told = self.w.call('district', '--json', 'status')
            self.assertEqual(told.returncode, 5)
            told = json.loads(told.stdout)
            self.assertEqual((told['running'], told['page']), (True, code), env)
            self.assertTrue(told['page_facts'])
            self.w.stop('district')

    def test_officers_type_the_address_that_is_set(self):
        self.w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_PROXY': '127.0.0.1',
                          'TUQUAN_PAGE_ORIGIN': 'https://thidua.example'})
        self.assertEqual(self.w.page_origin(), 'https://thidua.example')

    def test_doctor_names_a_page_that_is_not_served(self):
        env = {'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_PROXY': 'localhost'}
        self.w.serve(env=env)
        found = [c for c in json.loads(self.w.call('district', '--json', 'doctor', env=env).stdout)['checks']
                 if c['check'] == "the district's page"]
        self.assertEqual([c['result'] for c in found], ['look'])
        self.assertIn('page_proxy = localhost', found[0]['detail'])

    def metrics(self):
        self.w.wait_log('district', 'Cổng số đo: ')
        port = int(re.findall(r'Cổng số đo: 127\.0\.0\.1:(\d+)', self.w.log('district'))[-1])

        def ask(path, method='GET', **headers):
            line = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
            try:
                line.request(method, path, headers=headers)
                return browser.Answer(line.getresponse())
            finally:
                line.close()
        return ask

    def test_figures_for_monitoring_have_a_port_of_their_own(self):
        self.w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_METRICS_ADDRESS': '127.0.0.1:0'})
        ask = self.metrics()
        self.w.join('xa')
        self.w.run('district', 'liaison', 'invite', 'Sơn Dương', '--port', programs.neighbouring_ports(2))
        answer = ask('/metrics')
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers['content-type'].startswith('text/plain; version=0.0.4'))
        told, known = {}, set()
        for line in answer.body.decode().splitlines():
            if line.startswith('# TYPE '):
                known.add(line.split()[2])
                continue
            if line.startswith('# HELP '):
                continue
            found = re.fullmatch(r'(tuquan_[a-z_]+)(\{[a-z]+="[^"\\]*"\})? (-?\d+)', line)
            self.assertTrue(found, line)
            self.assertIn(found[1], known, line)
            told[found[1] + (found[2] or '')] = int(found[3])
        self.assertEqual(told['tuquan_page_up'], 1)
        self.assertEqual({told['tuquan_link_%s{link="1"}' % name] for name in
                          ('open', 'last_heard_seconds', 'waiting_rows', 'agreement_days')}, {0})
        self.assertEqual(sum(k.startswith('tuquan_unit_waiting_rows{') for k in told), 17)
        self.assertGreater(told['tuquan_unit_last_heard_seconds{unit="08779"}'], time.time() - 600)
        self.assertEqual(told['tuquan_ledger_head'],
                         self.w.value('district', 'SELECT head FROM tq_district'))
        # Nothing else is there, to nobody; and on the page there are no figures.
        for path in ('/api/v1/board', '/api/v1/session', '/api/v1/accounts'):
            self.assertEqual(ask(path).status, 401)
        self.assertEqual(ask('/metrics', Host='evil.example').status, 403)
        self.assertNotIn(b'tuquan_', browser.Officer(self.w).ask('GET', '/metrics').body)

    def test_healthz_tells_nothing_but_that_it_is_well(self):
        self.w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_METRICS_ADDRESS': '127.0.0.1:0'})
        ask = self.metrics()
        page = browser.Officer(self.w)
        for one in (ask('/healthz'), page.ask('GET', '/healthz')):
            self.assertEqual((one.status, one.json), (200, {'ok': True}))
        self.assertEqual(ask('/healthz', 'HEAD').status, 200)
        self.assertEqual(ask('/healthz', 'POST').status, 405)
        self.w.stop('district')
        for one in (lambda: ask('/healthz'), lambda: page.ask('GET', '/healthz')):
            self.assertRaises(OSError, one)

    def test_figures_are_not_served_everywhere_at_once(self):
        self.w.serve(env={'TUQUAN_METRICS_ADDRESS': '0.0.0.0:0'})
        self.w.wait_log('district', 'Không có cổng số đo')
        self.assertTrue(self.w.json('district', 'status')['running'])

    def test_without_an_address_there_is_no_page(self):
        self.w.serve()
        self.assertNotIn('Trang của huyện', self.w.log('district'))

    @unittest.skipUnless(shutil.which('openssl'), 'openssl makes the certificate')
    def test_tls_by_a_certificate(self):
        self.w.user('add', 'an', '--role=leader', password=PASSWORD)
        key, certificate = self.w.path('key.pem'), self.w.path('certificate.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', certificate,
                        '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
                       check=True, stderr=subprocess.DEVNULL)
        os.chmod(key, 0o600)
        self.w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_KEY': key,
                          'TUQUAN_PAGE_CERTIFICATE': certificate})
        origin = self.w.page_origin()
        self.assertTrue(origin.startswith('https://127.0.0.1:'))
        port = int(origin.rsplit(':', 1)[1])
        line = http.client.HTTPSConnection('localhost', port, timeout=20,
                                           context=ssl.create_default_context(cafile=certificate))
        self.addCleanup(line.close)
        line.request('POST', '/api/v1/sign-in', json.dumps({'account': 'an', 'password': PASSWORD}))
        answer = browser.Answer(line.getresponse())
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn('max-age', answer.headers['strict-transport-security'])
        for said in answer.cookies:
            self.assertTrue(said.startswith('__Host-'))
            self.assertIn('; Secure', said)


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
    finally:
        for district in DISTRICTS.values():
            district.close()
        FOUNDED.close()
