#!/usr/bin/env python3
"""liaison_bundle.py COMMUNE DISTRICT - Two districts without a line between them: keys, a notice and its
answer go by bundle; beside a line, in any order; and badly."""
import json
import os
import re
import shutil
import sqlite3
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import liaison  # noqa: E402
import programs  # noqa: E402


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
        seven, _ = self.make(p, p.a, '7.tqp', '--cover', p.a.path('bia.html'))
        self.assertEqual(self.open(p.b, seven)['came'], 1)
        self.assertEqual(self.steps(p.a), [('out', '3'), ('answer_in', '4'), ('out', '3')])
        self.assertEqual(self.steps(p.b), [('in', '3'), ('answer_out', '4'), ('in', '3')])
        self.cover_and_show(p, seven)

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
        self.assertIn(words, cover)
        self.assertIn(shown['code'], cover)
        self.assertIn('<svg', cover)
        self.assertNotIn('bằng gói', cover)  # no row

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
        self.assertIn('không đọc được hòm thư', p.a.call('district', 'status').stdout)
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
        self.refused('E309', p.b, good)  # nobody's whom we know: our own
        self.sealed_to_somebody_else(p)
        self.of_another_agreement(p)
        self.for_another_district(p)
        self.assertEqual(self.open(p.a, good)['again'], False)  # the rest is unaffected
        self.signed_by_a_revoked_key(p)

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
