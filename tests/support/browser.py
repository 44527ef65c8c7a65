"""browser.py - What a browser does with the office's page, without one: the opening link, the cookie,
the CSRF token, JSON, the event stream."""
import http.client
import json
import os
import socket
import threading
import urllib.parse

import programs


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.cookies = response.headers.get_all('Set-Cookie') or []
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json['error']['code']


class Browser:
    """One browser with one cookie jar; each request is a connection of its own."""

    def __init__(self, world, name, enter=True):
        self.world, self.name = world, name
        self.cookie, self.csrf = None, None
        path = world.path(name, 'page.url')
        programs.wait_until(lambda: os.path.exists(path), lambda: 'page.url: ' + world.log(name))
        with open(path) as stream:
            self.url = stream.read().strip()
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port = parts.hostname, parts.port
        self.link = parts.path + '?' + parts.query
        if enter:
            self.enter()

    def enter(self):
        answer = self.ask('GET', self.link)
        if answer.status != 303:
            raise AssertionError('%s: %d %r' % (self.link, answer.status, answer.body))
        self.cookie = answer.headers['set-cookie'].split(';')[0]
        self.csrf = self.get('/api/v1/session').json['csrf']

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=programs.DEADLINE_S)
        send = {} if self.cookie is None else {'Cookie': self.cookie}
        if method not in ('GET', 'HEAD') and self.csrf is not None:
            send['X-TQ-CSRF'] = self.csrf
        send.update(headers or {})
        send = {k: v for k, v in send.items() if v is not None}
        if isinstance(body, dict):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.request(method, path, body=body, headers=send)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, status=200, **query):
        if query:
            path += '?' + urllib.parse.urlencode(query)
        return self.want(self.ask('GET', path), status, path)

    def write(self, method, path, body=None, status=200):
        return self.want(self.ask(method, path, body), status, path)

    @staticmethod
    def want(answer, status, path):
        if answer.status != status:
            raise AssertionError('%s: %d, not %d: %s' % (path, answer.status, status,
                                                       answer.body.decode(errors='replace')))
        return answer

    def rows(self, table, **query):
        return self.get('/api/v1/rows/' + table, **query).json['rows']

    def watch(self):
        return Events(self)


class Events:
    """The event stream, read by a thread of its own until it is closed."""

    def __init__(self, browser):
        self.connection = http.client.HTTPConnection(browser.host, browser.port,
                                                     timeout=programs.DEADLINE_S)
        self.connection.request('GET', '/api/v1/events', headers={'Cookie': browser.cookie})
        self.line = self.connection.sock
        self.response = self.connection.getresponse()
        self.status, self.headers = self.response.status, dict(self.response.getheaders())
        self.seen, self.ended = [], False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = None
        try:
            while True:
                line = self.response.readline().decode().rstrip('\n')
                if self.response.isclosed() or (line == '' and self.response.fp is None):
                    break
                if line.startswith('event: '):
                    event = line[7:]
                elif line.startswith('data: '):
                    self.seen.append((event, json.loads(line[6:])))
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        self.ended = True

    def wait(self, event, match=lambda data: True):
        def found():
            return [d for e, d in list(self.seen) if e == event and match(d)]
        return programs.wait_until(found, lambda: '%s in %r' % (event, self.seen))[0]

    def close(self):
        try:
            self.line.shutdown(socket.SHUT_RDWR)  # ends the reader, who holds the rest
        except OSError:
            pass
        self.thread.join()
        self.connection.close()


class Officer(Browser):
    """A browser at the district's page; `sign_in` makes it somebody's. `address`: where it says, through
    the proxy that the page trusts, that it is."""

    def __init__(self, world, account=None, password=None, address=None, device=None):
        self.world, self.name, self.address = world, account, address
        self.cookie, self.csrf, self.device, self.account, self.password = None, None, device, account, \
            password
        found = world.page_origin()
        parts = urllib.parse.urlsplit(found)
        self.url, self.host, self.port = found, parts.hostname, parts.port
        if password is not None:
            self.want(self.sign_in(), 200, 'sign-in')

    def ask(self, method, path, body=None, headers=None):
        send = {}
        if self.address is not None:
            send['X-Forwarded-For'] = self.address
        jar = [c for c in (self.cookie, self.device) if c is not None]
        if jar:
            send['Cookie'] = '; '.join(jar)
        send.update(headers or {})
        return super().ask(method, path, body, send)

    def begin(self, method, path, size):
        """The head of a request whose body of so many bytes is still to come: a connection."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=programs.DEADLINE_S)
        connection.putrequest(method, path)
        for name, value in (('Cookie', '; '.join(c for c in (self.cookie, self.device) if c is not None)),
                            ('X-TQ-CSRF', self.csrf), ('Content-Length', str(size))):
            connection.putheader(name, value)
        connection.endheaders()
        return connection

    def sign_in(self, password=None, code=None, account=None):
        body = {'account': account or self.account, 'password': password or self.password}
        if code is not None:
            body['code'] = code
        answer = self.ask('POST', '/api/v1/sign-in', body)
        if answer.status == 200:
            for line in answer.cookies:
                pair = line.split(';')[0]
                if pair.split('=')[0].endswith('tqd_%d' % self.port):
                    self.device = pair
                else:
                    self.cookie = pair
            self.csrf = self.get('/api/v1/session').json['csrf']
        return answer
