#!/usr/bin/env python3
"""secrets_wiped.py COMMUNE DISTRICT FAIL_HEAP - Real programs join, come back, renew, link two districts and
serve a page over TLS, and every block of their heaps that is given back, or left behind by one that
grew, is kept (fail_heap.c, FAIL_FREED): no secret is in any. What the libraries do with memory of
their own is theirs."""
import base64
import http.client
import mmap
import os
import re
import shutil
import ssl
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import liaison  # noqa: E402
import programs  # noqa: E402

FAIL_HEAP = None
DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
PUBLIC_BYTES = 1 + 16 + 32  # of an invitation: version, whose it is, the district's key
KEY_BYTES, TOKEN_BYTES = 32, 16  # then


def shapes(secret):
    """As bytes, in hex, in base64 (of any offset: without the ends that depend on what is beside it)."""
    coded = [base64.b64encode(bytes(shift) + secret)[4 * ((shift + 2) // 3):40] for shift in range(3)]
    return [secret[:16], secret[-16:], secret.hex().encode()[:32]] + coded


def of_invitation(line):
    """The one-time key and the token behind the text, and the part of the text that says them."""
    digits = line[4:]
    bits = ''.join('{:05b}'.format(DIGITS.index(c)) for c in digits)
    whole = int(bits[:len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, 'big')
    key = whole[PUBLIC_BYTES:PUBLIC_BYTES + KEY_BYTES]
    token = whole[PUBLIC_BYTES + KEY_BYTES:PUBLIC_BYTES + KEY_BYTES + TOKEN_BYTES]
    at = PUBLIC_BYTES * 8 // 5 + 1
    return shapes(key) + shapes(token) + [digits[at:at + 24].encode()]


class Case(unittest.TestCase):
    def setUp(self):
        self.w = liaison.FOUNDED.world()
        self.addCleanup(self.w.close)
        self.freed = self.w.path('freed')
        self.wanted = {}
        self.watch(self.w)

    def watch(self, world):
        world.env.update(LD_PRELOAD=FAIL_HEAP, FAIL_FREED=self.freed)

    def invited(self, line):
        for i, shape in enumerate(of_invitation(line)):
            self.wanted['an invitation, %d' % i] = shape
        return line

    def key_files(self, *worlds):
        """Every secret of theirs that stands in a file."""
        found = set()
        for w in worlds:
            for folder, _, names in os.walk(w.path()):
                for name in names:
                    path = os.path.join(folder, name)
                    if path == self.freed or os.path.getsize(path) > 65536 or name.endswith('.db'):
                        continue
                    with open(path, 'rb') as stream:
                        for what, text in re.findall(rb'(?m)^(\w+_secret)(?: =)? ([0-9a-f]{64})$', stream.read()):
                            found.add(what.decode())
                            for i, shape in enumerate(shapes(bytes.fromhex(text.decode()))):
                                self.wanted['%s of %s, %d' % (what.decode(), os.path.relpath(path, w.path()), i)] = shape
        self.assertEqual(found, {'curve_secret', 'sign_secret', 'readmit_secret'})

    def none_is_left(self, known):
        """`known`: what is no secret, and was given back: it was looked at."""
        self.assertTrue(self.wanted)
        with open(self.freed, 'rb') as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as kept:
            print('%d MB given back' % (len(kept) >> 20), flush=True)
            self.assertGreaterEqual(kept.find(known), 0)
            seen = []
            for what, shape in self.wanted.items():
                at = kept.find(shape)
                if at >= 0:
                    seen.append('%s, in: %r' % (what, kept[max(0, at - 60):at + 80]))
        self.assertEqual(seen, [])


class Machine(Case):
    def test_join_renew_and_coming_back(self):
        w = self.w
        w.run('district', 'backup', w.path('before.backup'))
        w.run('district', 'backup', '--keys', w.path('keys.backup'))
        w.serve()
        line = self.invited(w.json('district', 'enroll', programs.BACH_LUU)['invitation'])
        self.invited(w.run('district', 'enroll', programs.BACH_LUU, '--qr').split()[0])
        w.run('xa', 'join', line, '--machine', 'máy xa')
        w.json('xa', 'sync')
        w.run('xa', 'machine', '--name', 'máy khác')
        w.run('xa', 'renew')
        w.json('xa', 'sync')
        w.run('xa', 'status', ok=(0, 5))
        w.run('xa', 'doctor', ok=(0, 1, 5))
        w.stop('district')
        w.run('district', 'restore', w.path('before.backup'))
        w.serve()
        w.json('xa', 'sync')  # taken back by its certificate
        self.assertEqual(len(w.json('district', 'devices')['devices']), 1)
        w.stop('district')
        self.key_files(w)
        self.none_is_left('máy khác'.encode())


class Neighbour(Case):
    def pair(self, line):
        case = self

        class Watched(liaison.Pair):
            def invite(self, by, to):
                case.watch(by)
                case.watch(to)
                port = programs.neighbouring_ports(2)
                text = case.invited(by.json('district', 'liaison', 'invite', self.name(by), '--port', port)['invitation'])
                to.json('district', 'liaison', 'accept', self.name(to), text, *() if self.line else ('--by-file',))

        return Watched(self, line=line)

    def test_by_line(self):
        p = self.pair(True)
        for w in (p.a, p.b):
            w.run('district', 'backup', w.path('a.backup'))
            w.stop('district')
            w.serve()
        for w in (p.a, p.b):
            p.round(w)
        for w in (p.a, p.b):
            w.stop('district')
        self.key_files(p.a, p.b)
        self.none_is_left('Sơn Dương'.encode())

    def test_by_file(self):
        p = self.pair(False)
        make = lambda w, name: w.run('district', 'bundle', 'make', w.path(name), '--for', p.name(w))
        make(p.b, '1.tqp')
        p.a.run('district', 'bundle', 'open', p.b.path('1.tqp'), p.a.path('2.tqp'))
        p.b.run('district', 'bundle', 'open', p.a.path('2.tqp'), p.b.path('3.tqp'))
        self.assertTrue(p.a.json('district', 'bundle', 'open', p.b.path('3.tqp'))['joined'])
        for w in (p.a, p.b):
            w.stop('district')
        self.key_files(p.a, p.b)
        self.none_is_left('Sơn Dương'.encode())


class Page(Case):
    @unittest.skipUnless(shutil.which('openssl'), 'openssl makes the certificate')
    def test_the_private_key_of_tls(self):
        w = self.w
        key, certificate = w.path('key.pem'), w.path('certificate.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out',
                        certificate, '-days', '2', '-subj', '/CN=localhost', '-addext',
                        'subjectAltName=DNS:localhost'], check=True, stderr=subprocess.DEVNULL)
        env = {'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0', 'TUQUAN_PAGE_KEY': key, 'TUQUAN_PAGE_CERTIFICATE': certificate}
        os.chmod(key, 0o640)  # read by others: refused
        w.serve(env=env)
        w.wait_log('district', '[E112]')
        self.assertIn(key, w.log('district'))
        self.assertNotIn('Trang của huyện: ', w.log('district'))
        w.stop('district')
        os.chmod(key, 0o600)
        w.serve(env=env)
        port = int(w.page_origin().rsplit(':', 1)[1])
        line = http.client.HTTPSConnection('localhost', port, timeout=20,
                                           context=ssl.create_default_context(cafile=certificate))
        line.request('GET', '/')
        self.assertEqual(line.getresponse().status, 200)
        line.close()
        w.stop('district')
        with open(key, encoding='ascii') as stream:
            lines = stream.read().split('\n')[1:-2]
        for i, text in enumerate(lines):
            if len(text) == 64:
                self.wanted['line %d of the key' % i] = text.encode()
                self.wanted['line %d of the key, as bytes' % i] = base64.b64decode(text)[:32]
        self.none_is_left(b'page_certificate')


if __name__ == '__main__':
    FAIL_HEAP = sys.argv[3]
    liaison.FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[4:], verbosity=2)
    finally:
        liaison.FOUNDED.close()
