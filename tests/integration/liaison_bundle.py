#!/usr/bin/env python3
"""liaison_bundle.py COMMUNE DISTRICT - Two districts without a line between them: keys, a notice and its
answer go by bundle; beside a line, in any order; and badly."""
import json
import os
import re
import shutil
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import browser  # noqa: E402
import liaison  # noqa: E402
import programs  # noqa: E402


PASSWORD = liaison.PASSWORD


def p_crossed(w):
    return [e for e in liaison.p_lines(w) if e['article']]


class Case(unittest.TestCase):
    maxDiff = None

    def make(self, p, w, file, *options):
        made = w.json('district', 'bundle', 'make', w.path(file), '--for', p.name(w), *options)
        return w.path(file), made

    def open(self, w, path, *answer):
        return w.json('district', 'bundle', 'open', path, *answer)

    def holds(self, w):
        """All that lies in the mailboxes, and the notices."""
        held = [w.ask('district', 'SELECT * FROM border_notice ORDER BY id')]
        for file in ('out/district.db', 'in/office.db'):
            path = w.path('district', 'liaison', '1', *file.split('/'))
            if os.path.exists(path):
                box = sqlite3.connect('file:%s?mode=ro' % path, uri=True, timeout=30)
                held.append('\n'.join(box.iterdump()))
                box.close()
        return held

    def refused(self, code, w, path, way='bundle_in'):
        """By its own code, as one more line of the journal, and nothing else moved."""
        def lines():
            return [e['code'] for e in liaison.p_lines(w) if e['way'] == way]
        before, held = lines(), self.holds(w)
        done = w.call('district', 'bundle', 'open', path)
        self.assertNotEqual(done.returncode, 0, path)
        self.assertIn('[%s]' % code, done.stderr)
        self.assertEqual(lines(), before + [code])
        self.assertEqual(self.holds(w), held)

    def joined(self):
        """Keys and first rows, by three bundles."""
        p = liaison.Pair(self, line=False)
        p.notice('bằng gói, dữ liệu mẫu')
        first, made = self.make(p, p.b, '1.tqp')
        self.assertTrue(made['joins'])
        opened = self.open(p.a, first, p.a.path('2.tqp'))
        self.assertTrue(opened['joined'])
        opened = self.open(p.b, p.a.path('2.tqp'), p.b.path('3.tqp'))
        self.assertEqual((opened['joined'], opened['came']), (True, 1))
        self.assertTrue(self.open(p.a, p.b.path('3.tqp'))['joined'])
        return p


class Carried(Case):
    def test_a_notice_and_its_answer(self):
        p = self.joined()
        for w in (p.a, p.b):  # heard, and no round looks for a line
            link = p.link(w)
            self.assertEqual((link['state'], link['todo'], link['problem']), ('by_file', '', ''))
            self.assertGreater(link['heard_at_ms'], 0)
            self.assertFalse(w.json('district', 'liaison', 'sync')['links'][0]['pulled'])
        p.b.json('ts', 'sync')
        self.assertEqual(p.b.value('ts', 'SELECT state FROM border_notice'), 'sent')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answered_on = '2020-11-10', "
                  "answer = 'đã theo dõi, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        four, _ = self.make(p, p.b, '4.tqp')
        lost, _ = self.make(p, p.a, 'lost.tqp')  # never arrives
        five, _ = self.make(p, p.b, '5.tqp')
        self.assertEqual(self.open(p.a, five, p.a.path('6.tqp'))['answers_in'], 1)
        self.refused('E323', p.a, four)  # of before: all of it is here
        again = self.open(p.a, five)
        self.assertEqual((again['again'], again['answers_in'], again['came'], again['refused']), (True, 0, 0, 0))
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', 'SELECT state, answered_on, answer FROM border_notice'),
                         [('answered', '2020-11-10', 'đã theo dõi, dữ liệu mẫu')])
        self.open(p.b, p.a.path('6.tqp'))
        self.refused('E323', p.b, lost)
        box = sqlite3.connect('file:%s?mode=ro' % p.b.path('district', 'liaison', '1', 'in', 'office.db'), uri=True)
        self.assertEqual(box.execute('SELECT count(*) FROM tq_pending').fetchall(), [(0,)])
        self.assertEqual(box.execute('SELECT text FROM tq_fault').fetchall(), [])
        box.close()
        # closed here, and so there; every step stands in both journals with its article
        p.a.write('xa', "UPDATE border_notice SET state = 'closed'")
        p.a.json('xa', 'sync')
        seven, _ = self.make(p, p.a, '7.tqp', '--cover', p.a.path('bia.html'), '--lang', 'en')
        self.assertEqual(self.open(p.b, seven)['came'], 1)
        self.assertEqual(self.steps(p.a), [('out', '3'), ('answer_in', '4'), ('out', '3')])
        self.assertEqual(self.steps(p.b), [('in', '3'), ('answer_out', '4'), ('in', '3')])
        self.cover_and_show(p, seven)

    def test_a_hand_over_that_an_officer_enters(self):
        """It goes with the next bundle, though nothing was heard since; so does a meeting of an office."""
        p = self.joined()
        key = p.a.json('district', 'set', 'border_handover', 'unit=' + liaison.BACH_LUU, 'partner_unit=' + liaison.TRUONG_SINH,
                       'year=2021', 'standing=Huyện Sơn Dương', 'label=BG-1')['key']
        row = key if isinstance(key, str) else key['id']
        p.a.run('district', 'set', 'border_handover', '--row=' + row, 'handed_on=2020-11-09', 'minutes_no=5/BB')
        self.assertEqual(self.open(p.b, self.make(p, p.a, 'h1.tqp')[0])['came'], 0)  # a draft
        p.a.run('district', 'set', 'border_handover', '--row=' + row, 'state=sent')
        self.assertEqual(self.open(p.b, self.make(p, p.a, 'h2.tqp')[0])['came'], 1)
        self.assertEqual(p.b.ask('district', 'SELECT year, standing, minutes_no FROM border_handover'),
                         [(2021, 'Huyện Sơn Dương', '5/BB')])
        self.assertEqual(p.a.ask('district', 'SELECT count(*) FROM tq_liaison_row WHERE link = 0'), [(0,)])
        p.b.run('district', 'set', 'border_handover', '--row=' + row, 'signed_on=2020-11-12')
        self.assertEqual(self.open(p.a, self.make(p, p.b, 'h3.tqp')[0])['answers_in'], 1)
        self.assertEqual(p.a.value('district', 'SELECT partner_signed_on FROM border_handover'), '2020-11-12')

    def test_figures_after_the_end(self):
        """An agreement that ended yesterday and says until when: its last figures go by bundle, nothing else does."""
        def day(n):
            return time.strftime('%Y-%m-%d', time.gmtime(time.time() + 7 * 3600 + n * 86400))
        p = self.joined()
        p.agree(to=day(-1), more='statistics_until = %s\n' % day(10))
        p.notice(liaison.SECRET)
        p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', '2018', '--send')
        self.assertEqual(self.open(p.b, self.make(p, p.a, 's1.tqp')[0])['came'], 1)
        told = "SELECT state, acknowledged_at > 0 FROM border_statistics WHERE period = '2018'"
        self.assertEqual(p.b.ask('district', told), [('sent', None)])
        self.assertEqual(p.b.value('district', 'SELECT count(*) FROM border_notice'), 1)  # of before
        key = p.b.ask('district', "SELECT lower(hex(id)) FROM border_statistics WHERE period = '2018'")[0][0]
        p.b.json('district', 'set', 'border_statistics', '--row', key, 'state=acknowledged', 'was:state=sent')
        self.assertEqual(self.open(p.a, self.make(p, p.b, 's2.tqp')[0])['answers_in'], 1)
        self.assertEqual(p.a.ask('district', told), [('acknowledged', 1)])
        p.agree(to=day(-20), more='statistics_until = %s\n' % day(-1))  # and then no more
        self.assertIn('E322', p.a.call('district', '--json', 'bundle', 'make', p.a.path('s3.tqp'), '--for', 'Sơn Dương').stdout)

    def steps(self, w):
        """What crossed, in its order; that a state went on with an answer may be a line of its own."""
        lines = [(e['way'], e['article']) for e in p_crossed(w)]
        return [line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]]

    def cover_and_show(self, p, path):
        words = None
        for w, rows in ((p.a, 0), (p.b, 1)):  # only the receiver sees into it
            shown = w.json('district', 'bundle', 'show', path)
            self.assertEqual((shown['from'], shown['to'], shown['agreement'], shown['rows']),
                             ('Huyện Sông Lô', 'Huyện Sơn Dương', '05/QCPH-SL-SD', 1))
            self.assertEqual(len(shown.get('view', [])), rows)
            words = shown['words']
        self.assertEqual((shown['view'][0]['body'], shown['view'][0]['state']), ('bằng gói, dữ liệu mẫu', 'closed'))
        said = p.b.run('district', 'bundle', 'show', path)
        for word in ('bằng gói, dữ liệu mẫu', 'Trộm cắp', '02/11/2020', 'Đã đóng'):
            self.assertIn(word, said)
        with open(p.a.path('bia.html'), encoding='utf-8') as stream:
            cover = stream.read()
        self.assertIn('BÌA GÓI LIÊN LẠC GIÁP RANH', cover)  # a paper, whoever asks for it
        self.assertNotIn('Handed over', cover)
        self.assertIn(words, cover)
        self.assertIn(shown['code'], cover)
        self.assertIn('<svg', cover)
        self.assertNotIn('bằng gói', cover)  # no row
        self.assertIn('Thông báo giáp ranh: 1', cover)  # what it holds, by kind
        # carried to an office by mistake: what it is, and who opens it; nothing is wrong with it
        shown = p.b.json('ts', 'bundle', 'show', path)
        self.assertEqual((shown['kind'], shown['to'], shown['words']), ('neighbour', 'Huyện Sơn Dương', words))
        self.assertIn('mở bằng tuquan-district bundle open', p.b.run('ts', 'bundle', 'show', path).replace('\n', ' '))
        wrong = p.b.call('ts', 'bundle', 'open', path)
        self.assertIn('[E316]', wrong.stderr)
        self.assertIn('tuquan-district bundle open', wrong.stderr)

    def test_beside_a_line(self):
        p = liaison.Pair(self)
        p.notice('một, dữ liệu mẫu')
        one, _ = self.make(p, p.a, '1.tqp')
        p.round(p.b)  # the line was there first
        self.assertEqual(self.open(p.b, one)['came'], 0)
        p.notice('hai, dữ liệu mẫu')
        two, _ = self.make(p, p.a, '2.tqp')
        self.assertEqual(self.open(p.b, two)['came'], 1)  # and now the bundle
        self.assertEqual(p.round(p.b)['came'], 0)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answer = 'rồi, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        three, _ = self.make(p, p.b, '3.tqp')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(self.open(p.a, three)['answers_in'], 0)
        p.b.write('ts', "UPDATE border_notice SET answer = 'hai lần, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        four, _ = self.make(p, p.b, '4.tqp')
        self.assertEqual(self.open(p.a, four)['answers_in'], 2)
        for w in (p.b, p.a, p.b, p.a):
            p.round(w)
        self.assertEqual(p.a.ask('district', 'SELECT DISTINCT state, answer FROM border_notice'),
                         [('answered', 'hai lần, dữ liệu mẫu')])
        self.assertEqual({e['code'] for e in p.journal(p.a) + p.journal(p.b)}, {''})
        self.assertEqual(p.link(p.b)['problem'], '')


def uploads(folder):
    return [n for n in os.listdir(folder) if n.startswith('page.upload')]


class OnThePage(Case):
    """The same, by an officer at the district's page."""

    def page(self, w, role):
        w.user('add', role, '--role=' + role, password=PASSWORD)
        if w.log('district').count('Trang của huyện: ') == 0:
            w.stop('district')
            w.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0'})
        return browser.Officer(w, role, PASSWORD)

    def made(self, page, link):
        """The words of the cover, and the file; its cover goes with it."""
        words = page.write('POST', '/api/v1/border/bundle', {'link': link}).json['words']
        file = page.get('/api/v1/border/bundle', words=words)
        self.assertIn('goi.tqp', file.headers['content-disposition'])
        self.assertIn(words, page.get('/api/v1/border/cover', words=words).body.decode())
        return words, file.body

    def test_made_opened_and_answered(self):
        p = self.joined()
        page, other = self.page(p.a, 'officer'), self.page(p.b, 'leader')
        p.notice('trên trang, dữ liệu mẫu', label='TB-9', area=3)
        words, file = self.made(page, 'Sơn Dương')
        page.get('/api/v1/border/bundle', status=404, words='ba-be-bi-bo-bu-ca-co-cu')  # made since, by another
        self.assertIn(b'<html', page.get('/api/v1/border/viewer').body)
        shown = other.write('POST', '/api/v1/border/show', file).json
        self.assertEqual((shown['words'], shown['signed_by'], shown['ours'], shown['rows']), (words, 'Sông Lô', False, 2))
        self.assertIn('TB-9; Đã gửi; Lĩnh vực 3; Trộm cắp; 02/11/2020; trên trang', ' '.join(r['said'] for r in shown['view']))
        self.assertEqual(p.b.value('district', 'SELECT count(*) FROM border_notice'), 1)  # nothing is written
        opened = other.write('POST', '/api/v1/border/open', file).json
        self.assertEqual((opened['name'], opened['came'], opened['refused']), ('Sông Lô', 1, 0))
        self.assertTrue(other.write('POST', '/api/v1/border/open', file).json['again'])
        # refused by its code, in the journal: cut, and our own
        for bad, code in ((file[:len(file) // 2], 'E315'), (self.made(other, 'Sông Lô')[1], 'E309')):
            done = other.ask('POST', '/api/v1/border/open', bad)
            self.assertEqual((done.status >= 400, done.code), (True, code))
            self.assertEqual(liaison.p_lines(p.b)[-1]['code'], code)
        trail = 'SELECT who, about, detail FROM tq_audit WHERE what = ? ORDER BY rowid DESC LIMIT 1'
        self.assertEqual(p.a.ask('district', trail, 'bundle made'), [('officer', 'Sơn Dương', '127.0.0.1 ' + words)])
        self.uploads_lie_in_files(p.b, other)
        self.assertEqual(self.page(p.a, 'operator').ask('POST', '/api/v1/border/show', file).code, 'E509')
        self.confirmed_on_paper(p, page)

    def uploads_lie_in_files(self, w, page):
        """Two that never end hold a file each and no memory, the third is told to wait; then all is gone."""
        def memory():
            with open('/proc/%d/status' % w.running['district'].pid) as stream:
                return next(int(line.split()[1]) for line in stream if line.startswith('VmRSS'))
        before, size = memory(), 48 << 20
        folder = w.path('district')
        lines = [page.begin('POST', '/api/v1/border/show', 60 << 20) for _ in range(2)]
        for line in lines:
            line.sock.sendall(bytes(size))
        programs.wait_until(lambda: sorted(os.path.getsize(os.path.join(folder, n)) for n in uploads(folder)) == [size, size],
                            lambda: uploads(folder))
        self.assertLess(memory() - before, 24 << 10)
        third = page.ask('POST', '/api/v1/border/show', b'x')
        self.assertEqual((third.status, third.code), (503, 'E513'))
        self.assertIn('Chờ người đang tải xong', third.json['error']['next_step'])
        for line in lines:
            line.close()
        programs.wait_until(lambda: uploads(folder) == [], lambda: uploads(folder))
        self.assertEqual(page.ask('POST', '/api/v1/border/show', b'x').code, 'E315')
        programs.wait_until(lambda: uploads(folder) == [], lambda: uploads(folder))  # it is answered first

    def confirmed_on_paper(self, p, page):
        """An answer of the viewer, bound to a readable bundle, with its dispatch number."""
        with open(p.a.path('agreement')) as stream:
            text = stream.read() + 'bundles = readable\n'
        with open(p.a.path('agreement'), 'w') as stream:
            stream.write(text)
        p.a.run('district', 'liaison', 'agree', 'Sơn Dương', p.a.path('agreement'), '--side', 'a')
        _, file = self.made(page, 'Sơn Dương')
        shown = page.write('POST', '/api/v1/border/show', file).json
        self.assertTrue(shown['ours'] and shown['readable'])
        key = next(r['id'] for r in shown['view'] if r.get('label') == 'TB-9')
        reply = json.dumps({'tuquan': 'tra-loi-goi', 'version': 1, 'code': shown['code'], 'by': 'Trực ban (mẫu)', 'answers': [
            {'table': 'border_notice', 'id': key, 'answered_on': '2020-11-12', 'answer': 'đã thấy, dữ liệu mẫu'}]})
        seen = page.write('POST', '/api/v1/border/show', reply).json
        self.assertEqual((seen['kind'], seen['signed'], len(seen['answers'])), ('reply', False, 1))
        self.assertEqual(page.ask('POST', '/api/v1/border/reply', reply).status, 400)  # no dispatch
        done = page.write('POST', '/api/v1/border/reply?dispatch=12%2FCV', reply).json
        self.assertEqual((done['name'], done['answers_in'], done['refused']), ('Sơn Dương', 1, 0))
        self.assertEqual(p.a.ask('district', "SELECT state, answer, answer_no FROM border_notice WHERE label = 'TB-9'"),
                         [('answered', 'đã thấy, dữ liệu mẫu', '12/CV')])


class Renewed(Case):
    def test_a_lost_mailbox_is_joined_anew_by_file(self):
        p = self.joined()
        out = p.a.path('district', 'liaison', '1', 'out')
        p.a.stop('district')
        os.rename(out, out + '.lost')
        p.a.serve()
        p.invite(p.a, p.b)
        one, made = self.make(p, p.b, 'anew-1.tqp')
        self.assertTrue(made['joins'])
        self.assertTrue(self.open(p.a, one)['joined'])
        os.remove(os.path.join(out, 'parcel.join'))  # it was cut before this was written
        self.assertTrue(self.open(p.a, one, p.a.path('anew-2.tqp'))['again'])
        self.assertTrue(self.open(p.b, p.a.path('anew-2.tqp'), p.b.path('anew-3.tqp'))['joined'])
        self.open(p.a, p.b.path('anew-3.tqp'))
        p.notice('sau đó, dữ liệu mẫu')
        path, _ = self.make(p, p.a, 'anew-4.tqp')
        self.assertEqual(self.open(p.b, path)['came'], 1)
        # ended, agreed on anew: its key is nobody's until it is invited
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        p.agree(sides=('a',))
        path, _ = self.make(p, p.b, 'ended.tqp')
        self.refused('E305', p.a, path)
        p.invite(p.a, p.b)
        path, _ = self.make(p, p.b, 'anew-5.tqp')
        self.assertTrue(self.open(p.a, path, p.a.path('anew-6.tqp'))['joined'])
        self.assertTrue(self.open(p.b, p.a.path('anew-6.tqp'))['joined'])

    def test_a_label_with_a_code_has_the_name_beside_it(self):
        """Of a commune without a short name: in a bundle, whose own words name it, and in our own lists."""
        p = self.joined()
        made = p.b.json('ts', 'add', 'border_notice', 'partner_unit=' + liaison.BACH_LUU, 'category=theft',
                        'body=tên xã, dữ liệu mẫu', 'state=sent', '--yes')
        p.b.json('ts', 'sync')
        label = p.b.value('ts', 'SELECT label FROM border_notice WHERE hex(id) = ?', made['key'].upper())
        self.assertRegex(label, '^02632-')
        path, _ = self.make(p, p.b, 'named.tqp')
        said = p.a.run('district', 'bundle', 'show', path)
        self.assertIn('%s (Trường Sinh); Đã gửi' % label, said)
        self.assertNotIn('(Bạch Lưu)', said)
        self.assertEqual(self.open(p.a, path)['came'], 1)
        self.assertIn('%s (Trường Sinh)' % label, p.a.run('district', 'liaison', 'journal', 'Sơn Dương'))

    def test_one_link_that_cannot_be_read(self):
        p = self.joined()
        p.a.json('district', 'liaison', 'invite', 'Yên Lập', '--port', programs.neighbouring_ports(2))
        bad = p.a.path('district', 'liaison', '2', 'in')
        os.makedirs(bad, exist_ok=True)
        with open(os.path.join(bad, 'district.link'), 'w') as stream:
            stream.write('rác\n')
        good, _ = self.make(p, p.b, 'good.tqp')
        self.open(p.a, good)
        with open(p.a.path('district', 'liaison', '2', 'out', 'district.db'), 'r+b') as stream:
            stream.write(b'x' * 4096)
        links = p.a.json('district', 'liaison', 'list')['links']  # one's trouble hides no other
        self.assertEqual([x['todo'] == 'unread' for x in links], [False, True])
        self.assertIn('không đọc được hộp thư', p.a.call('district', 'status').stdout)
        # who signed it is told by the keys, not by the name on the file
        for w, name, ours in ((p.a, 'Sơn Dương', False), (p.b, 'Sông Lô', True)):
            shown = w.json('district', 'bundle', 'show', good)
            self.assertEqual((shown['signed_by'], shown['ours']), (name, ours))
        p.a.call('district', 'liaison', 'accept', 'Sơn Dương', p.a.json(
            'district', 'liaison', 'invite', 'Yên Bình', '--port', programs.neighbouring_ports(2))['invitation'],
            '--by-file')  # another's keys are pinned now
        self.assertIn('KHÔNG RÕ AI KÝ', p.a.run('district', 'bundle', 'show', good))
        self.refused('E305', p.a, good)
        # made is what can be sent: neither a file nor a line of one whose cover could not be written
        lines = len(liaison.p_lines(p.a))
        done = p.a.call('district', 'bundle', 'make', p.a.path('half.tqp'), '--for', 'Sơn Dương',
                        '--cover', p.a.path('nowhere', 'bia.html'))
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(os.path.exists(p.a.path('half.tqp')))
        self.assertEqual(len(liaison.p_lines(p.a)), lines)


class Heads(Case):
    """The ledgers vouch for each other, over the line and by bundle."""

    def seen(self, w):
        return w.json('district', 'ledger', 'verify')['countersigned']

    def test_a_history_that_is_put_back_is_found(self):
        p = liaison.Pair(self)
        for w in (p.a, p.b, p.a, p.b):
            p.round(w)
        self.assertEqual([self.seen(w) for w in (p.a, p.b)], [1, 1])
        copy = p.a.path('copy')
        p.a.run('district', 'backup', copy)
        p.notice('một, dữ liệu mẫu')

        def further():  # a head a second, at most; this one by bundle
            for by, to, name in ((p.a, p.b, 'there'), (p.b, p.a, 'back')):
                path, _ = self.make(p, by, '%s-%d.tqp' % (name, further.turn))
                self.open(to, path)
            further.turn += 1
            return self.seen(p.a) > 1
        further.turn = 0
        programs.wait_until(further, 'countersigned by bundle')
        self.assertIn('Huyện bạn đã ký xác nhận', p.a.run('district', 'ledger', 'verify'))
        # our file is an older one: it knows nothing of it, and the neighbour says so again
        p.a.stop('district')
        p.a.run('district', 'restore', copy)
        box = sqlite3.connect(p.a.path('district', 'liaison', '1', 'out', 'district.db'))
        with box:  # nor does the mailbox
            box.execute('DELETE FROM tq_liaison_head')
        box.close()
        p.a.serve()
        for w in (p.a, p.b, p.a):
            p.round(w)
        done = p.a.call('district', '--json', 'ledger', 'verify')
        self.assertEqual(done.returncode, 1)
        said = json.loads(done.stdout)
        self.assertEqual((said['error']['code'], said['countersigned']), ('E326', 1))  # the first of them
        self.assertIn('Sơn Dương', said['error']['facts'])
        self.assertIn(('head', 'E326'), [(e['way'], e['code']) for e in liaison.p_lines(p.a)])
        self.assertTrue(p.b.json('district', 'ledger', 'verify')['whole'])
        self.excused_here(p)
        self.raised_there(p)

    def raised_there(self, p):
        """Who countersigned lists the heads, and is told that the neighbour's ledger went back."""
        db = sqlite3.connect(p.b.path('district', 'district.db'), timeout=30)
        with db:  # one that it had told, and holds no more
            db.execute("INSERT INTO tq_liaison_head SELECT link, kind, seq + (1 << 50), randomblob(32), signature, signer, "
                       "known, at_ms + 1 FROM tq_liaison_head WHERE kind = 'theirs' ORDER BY at_ms DESC LIMIT 1")
        db.close()

        def raised():  # a head a second
            p.round(p.b)
            p.round(p.a)
            return p.link(p.b)['todo'] == 'went_back'
        programs.wait_until(raised, lambda: liaison.p_lines(p.b)[-3:])
        # another refusal of a head after it hides nothing
        self.edit(p.b, "INSERT INTO tq_liaison_journal (link, at_ms, way, tbl, key, agreement, article, code, detail, hash) "
                  "SELECT link, at_ms + 1, way, tbl, key, agreement, article, 'E309', detail, hash FROM tq_liaison_journal "
                  "WHERE way = 'head_in' AND code = 'E326' ORDER BY id DESC LIMIT 1")
        status = p.b.call('district', '--json', 'status')
        self.assertEqual((status.returncode, json.loads(status.stdout)['links'][0]['todo']), (5, 'went_back'))
        shown = p.b.json('district', 'liaison', 'show', 'Sông Lô')
        known = p.b.ask('district', "SELECT seq, lower(hex(hash)) FROM tq_liaison_head WHERE kind = 'theirs' ORDER BY seq")
        self.assertGreater(len(known), 1)
        self.assertEqual([(h['seq'], h['hash']) for h in shown['heads_theirs']], known)

    def edit(self, w, sql, *args):
        """The district's file, by hand."""
        db = sqlite3.connect(w.path('district', 'district.db'), timeout=30)
        with db:
            db.execute(sql, args)
        db.close()

    def excused_here(self, p):
        """A restore that was meant: said with a reason, in the trail, and each time it is verified."""
        self.assertNotEqual(p.a.call('district', 'ledger', 'restored').returncode, 0)  # without a reason
        # a restore of which nothing says how far its copy went explains nothing
        [(lost,)] = p.a.ask('district', "SELECT detail FROM tq_audit WHERE what = 'restore'")
        for less in ('', lost.split()[0]):
            self.edit(p.a, "UPDATE tq_audit SET detail = ? WHERE what = 'restore'", less)
            self.assertIn('[E326]', p.a.call('district', 'ledger', 'restored', '--why', 'giấu đi').stderr)
        self.edit(p.a, "UPDATE tq_audit SET detail = ? WHERE what = 'restore'", lost)
        # nor does it explain what was written after it
        self.edit(p.a, "INSERT INTO tq_liaison_head SELECT link, kind, ?, randomblob(32), signature, signer, known, "
                  "at_ms FROM tq_liaison_head WHERE kind = 'ours' LIMIT 1", int(lost.split()[1]) + 1)
        self.assertIn('[E326]', p.a.call('district', 'ledger', 'restored', '--why', 'giấu đi').stderr)
        self.edit(p.a, "DELETE FROM tq_liaison_head WHERE kind = 'ours' AND seq = ?", int(lost.split()[1]) + 1)
        said = p.a.json('district', 'ledger', 'restored', '--why', 'hỏng ổ đĩa, dữ liệu mẫu')
        self.assertEqual(said['excused'], 1)
        self.assertEqual(p.a.json('district', 'ledger', 'restored', '--why', 'lại')['excused'], 0)
        whole = p.a.json('district', 'ledger', 'verify')
        self.assertEqual((whole['whole'], whole['excused'], whole['excused_why']), (True, 1, 'hỏng ổ đĩa, dữ liệu mẫu'))
        self.assertIn('mất khi phục hồi', p.a.run('district', 'ledger', 'verify'))
        self.assertEqual(p.a.ask('district', "SELECT detail FROM tq_audit WHERE what = 'ledger excused'"),
                         [('hỏng ổ đĩa, dữ liệu mẫu',)])
        # a restore explains no head that its copy held, and none is excused without one
        self.edit(p.a, "UPDATE tq_liaison_head SET hash = randomblob(32) WHERE kind = 'ours' AND "
                  "seq = (SELECT min(seq) FROM tq_liaison_head WHERE kind = 'ours')")
        done = p.a.call('district', 'ledger', 'restored', '--why', 'giấu đi')
        self.assertIn('[E326]', done.stderr)
        self.assertEqual(p.a.call('district', 'ledger', 'verify').returncode, 1)


class Bad(Case):
    def test_each_is_refused_by_its_code(self):
        p = self.joined()
        good, _ = self.make(p, p.b, 'good.tqp')
        with open(good, 'rb') as stream:
            data = stream.read()
        half = len(data) // 2
        for name, bad in (('cut', data[:half]), ('flipped', data[:half] + bytes([data[half] ^ 1]) + data[half + 1:])):
            with open(p.a.path(name), 'wb') as stream:
                stream.write(bad)
            self.refused('E315', p.a, p.a.path(name))
        with open(p.a.path('huge'), 'wb') as stream:
            stream.truncate(2 << 30)
        self.refused('E117', p.a, p.a.path('huge'))
        self.assertEqual([e['detail'] for e in liaison.p_lines(p.a) if e['code'] == 'E117'], [''])  # not read
        # what to do can be done: nobody can split a bundle
        self.assertIn('xin nơi lập gửi lại', p.a.call('district', 'bundle', 'open', p.a.path('huge')).stderr)
        self.what_is_no_bundle_at_all(p)
        self.refused('E309', p.b, good)  # nobody's whom we know: our own
        self.sealed_to_somebody_else(p)
        self.of_another_agreement(p)
        self.for_another_district(p)
        self.assertEqual(self.open(p.a, good)['again'], False)  # the rest is unaffected
        self.signed_by_a_revoked_key(p)

    def what_is_no_bundle_at_all(self, p):
        """An empty file and one of text: in the journal, too, though nobody knows whose they are."""
        def noted():
            return [(e['link'], e['way'], e['code']) for e in liaison.p_lines(p.a) if e['link'] == 0 and e['code'] == 'E315']
        before = noted()
        for i, (name, text) in enumerate((('empty', b''), ('text', 'chào, dữ liệu mẫu'.encode()))):
            with open(p.a.path(name), 'wb') as stream:
                stream.write(text)
            self.refused('E315', p.a, p.a.path(name))
            self.assertEqual(noted(), before + [(0, 'bundle_in', 'E315')] * (i + 1))
        self.assertEqual(p.link(p.a)['refused'], 0)  # no row of that link

    def test_its_rows_outside_the_agreement(self):
        """Well signed, under the agreement's own hash; the neighbour's mailbox holds on to what it was
        told to withdraw."""
        p = self.joined()
        p.notice('của ta, dữ liệu mẫu', state='draft')
        ours = p.a.value('xa', "SELECT id FROM border_notice WHERE state = 'draft'")
        p.agree(sides=('b',), categories='theft, murder')
        for key, category, body in ((b'A' * 16, 'theft', 'tốt, dữ liệu mẫu'), (b'B' * 16, 'murder', 'loại'),
                                    (ours, 'theft', 'đè lên dòng của ta')):
            p.b.write('ts', 'INSERT INTO border_notice (id, unit, partner_unit, category, body, state) VALUES '
                      "(?, ?, ?, ?, ?, 'sent')", key, liaison.TRUONG_SINH, liaison.BACH_LUU, category, body)
        p.b.json('ts', 'sync')
        self.make(p, p.b, 'wide.tqp')
        box = sqlite3.connect(p.b.path('district', 'liaison', '1', 'out', 'district.db'), timeout=30)
        with box:
            box.execute('CREATE TRIGGER held BEFORE UPDATE ON border_notice BEGIN SELECT RAISE(IGNORE); END')
        box.close()
        p.agree(sides=('b',))
        path, _ = self.make(p, p.b, 'hostile.tqp')
        opened = self.open(p.a, path)
        self.assertEqual((opened['came'], opened['refused']), (1, 2))
        lines = {(e['code'], e['detail']) for e in liaison.p_lines(p.a) if e['way'] == 'in' and e['code']}
        self.assertEqual(lines, {('E319', 'category'), ('E320', '')})
        self.assertEqual(sorted(p.a.ask('district', 'SELECT body FROM border_notice')),
                         [('bằng gói, dữ liệu mẫu',), ('của ta, dữ liệu mẫu',), ('tốt, dữ liệu mẫu',)])
        self.open(p.a, path)
        self.assertEqual(len([e for e in liaison.p_lines(p.a) if e['way'] == 'in' and e['code']]), 2)  # said once

    def test_its_answers_to_what_was_not_asked(self):
        """With its real keys, as an office that writes what it likes into the mailbox that it reads."""
        p = self.joined()
        key = p.a.value('xa', 'SELECT id FROM border_notice')
        unknown = b'unasked-16-bytes'
        box = p.b.path('district', 'liaison', '1', 'in')
        os.rename(box, p.b.path('evil'))
        p.b.call('evil', 'status')  # the triggers of an office's catalogue
        for sql, args in (
                ('UPDATE tq_flag SET applying = 1', ()),
                ("INSERT INTO border_notice (id, unit, partner_unit, category, body) VALUES (?, ?, ?, 'theft', 'ma')",
                 (unknown, liaison.BACH_LUU, liaison.TRUONG_SINH)),
                ('UPDATE tq_flag SET applying = 0', ()),
                ("UPDATE border_notice SET answer = 'không ai hỏi' WHERE id = ?", (unknown,)),
                ("UPDATE border_notice SET body = 'giả' WHERE id = ?", (key,)),
                ("UPDATE border_notice SET answer_no = '9/CA' WHERE id = ?", (key,))):
            p.b.write('evil', sql, *args)
        os.rename(p.b.path('evil'), box)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answered_on = '2020-11-10', answer = 'thật, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        path, _ = self.make(p, p.b, 'unasked.tqp')
        opened = self.open(p.a, path, p.a.path('back.tqp'))
        self.assertEqual((opened['answers_in'], opened['refused']), (1, 3))  # the rest is unaffected

        def said():
            return sorted((e['code'], e['detail']) for e in liaison.p_lines(p.a) if e['way'] == 'answer_in' and e['code'])
        refused = [('E319', 'answer_no'), ('E321', ''), ('R04', 'body')]
        self.assertEqual(said(), refused)
        self.assertIn('huyện bạn trả lời điều ta không hỏi', p.a.run('district', 'liaison', 'journal', 'Sơn Dương'))
        self.assertEqual(p.a.ask('district', 'SELECT id, body, answer, answer_no FROM border_notice'),
                         [(key, 'bằng gói, dữ liệu mẫu', 'thật, dữ liệu mẫu', None)])
        # nothing of it waits for a row that none will ever tell, and it is said once
        for table in ('tq_held', 'held_row'):
            self.assertEqual(p.held(p.a, 'out', 'SELECT count(*) FROM ' + table), [(0,)], table)
        self.open(p.a, path)
        p.notice('tiếp, dữ liệu mẫu')
        self.make(p, p.a, 'next.tqp')
        self.assertEqual(said(), refused)
        self.confirmed_for_no_row(p, key, unknown, said)

    def confirmed_for_no_row(self, p, key, unknown, said):
        """An officer confirms a saved answer that names a row which never crossed, too."""
        with open(p.a.path('agreement')) as stream:
            text = stream.read() + 'bundles = readable\n'
        with open(p.a.path('agreement'), 'w') as stream:
            stream.write(text)
        p.a.run('district', 'liaison', 'agree', 'Sơn Dương', p.a.path('agreement'), '--side', 'a')
        p.notice('nháp, dữ liệu mẫu', state='draft')
        draft = p.a.value('xa', "SELECT id FROM border_notice WHERE state = 'draft'")
        other = p.a.value('xa', "SELECT id FROM border_notice WHERE body LIKE 'tiếp%'")
        path, _ = self.make(p, p.a, 'readable.tqp')
        code = p.a.json('district', 'bundle', 'show', path)['code']
        before = len(said())
        with open(p.a.path('tra-loi.json'), 'w') as stream:
            json.dump({'tuquan': 'tra-loi-goi', 'version': 1, 'code': code, 'by': 'Trực ban (mẫu)', 'answers': [
                {'table': 'border_notice', 'id': row.hex(), 'answered_on': '2020-11-12', 'answer': 'giấy, dữ liệu mẫu'}
                for row in (unknown, draft, other)]}, stream)
        for turn in (1, 0):
            done = p.a.json('district', 'bundle', 'confirm', p.a.path('tra-loi.json'), '--dispatch', '12/CV')
            self.assertEqual((done['answers_in'], done['refused']), (turn, 2))
        self.assertEqual([code for code, _ in said()].count('E321'), 3)
        self.assertEqual(len(said()), before + 2)
        self.assertEqual(sorted(p.a.ask('district', 'SELECT id, answer FROM border_notice')), sorted([
            (key, 'thật, dữ liệu mẫu'), (draft, None), (other, 'giấy, dữ liệu mẫu')]))

    def sealed_to_somebody_else(self, p):
        link = p.b.path('district', 'liaison', '1', 'in', 'district.link')
        with open(link) as stream:
            text = stream.read()
        with open(p.a.path('xa', 'district.link')) as stream:
            other = re.search('curve_key = .*', stream.read()).group(0)
        with open(link, 'w') as stream:
            stream.write(re.sub('curve_key = .*', other, text, count=1))
        path, _ = self.make(p, p.b, 'sealed.tqp')
        with open(link, 'w') as stream:
            stream.write(text)
        self.refused('E325', p.a, path)

    def of_another_agreement(self, p):
        p.agree(sides=('b',), categories='theft')
        path, _ = self.make(p, p.b, 'agreement.tqp')
        p.agree(sides=('b',))
        self.refused('E324', p.a, path)

    def for_another_district(self, p):
        """Our mailbox was made anew, and it seals to the one of before."""
        path, _ = self.make(p, p.b, 'other.tqp')
        out = p.a.path('district', 'liaison', '1', 'out')
        p.a.stop('district')
        os.rename(out, out + '.kept')
        p.a.run('district', 'liaison', 'invite', 'Sơn Dương', '--port', programs.neighbouring_ports(2))
        self.refused('E316', p.a, path)
        shutil.rmtree(out)
        os.rename(out + '.kept', out)
        p.a.serve()

    def signed_by_a_revoked_key(self, p):
        path, _ = self.make(p, p.b, 'revoked.tqp')
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        self.refused('E305', p.a, path)
        done = p.a.call('district', 'bundle', 'make', p.a.path('ended.tqp'), '--for', 'Sơn Dương')
        self.assertIn('[E322]', done.stderr)


if __name__ == '__main__':
    liaison.FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        liaison.FOUNDED.close()
