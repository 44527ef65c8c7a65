#!/usr/bin/env python3
"""liaison_told.py COMMUNE DISTRICT - What two districts and their offices are told of the link between them:
minutes that they have otherwise, rows that cross no more, a link that the other side ended, other texts."""
import json
import os
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import liaison  # noqa: E402
import programs  # noqa: E402
from liaison import BACH_LUU, TRUONG_SINH, Pair, p_lines  # noqa: E402

H1, H2 = bytes([1] * 32), bytes([2] * 32)
NAMED = 'article_8 = border_meeting: minutes_hash\n'
ROW = 'SELECT minutes_no, minutes_hash, signed_on, partner_signed_on FROM border_meeting'


class Minutes(unittest.TestCase):
    """Number and hash are each side's own word: none is written over, and both must be alike to count."""
    maxDiff = None

    def pair(self):
        p = Pair(self)
        p.agree(more=NAMED)
        p.a.write('xa', "INSERT INTO border_meeting (unit, partner_unit, held_on, place, state) VALUES (?, ?, "
                  "'2020-10-20', 'dữ liệu mẫu', 'sent')", BACH_LUU, TRUONG_SINH)
        self.go(p)
        self.assertEqual(p.b.ask('ts', ROW), [(None, None, None, None)])
        return p

    def go(self, p, times=1):
        """All that is written anywhere comes everywhere."""
        for _ in range(times):
            for w, name in ((p.a, 'xa'), (p.b, 'ts')):
                w.json(name, 'sync')
            for w in (p.a, p.b, p.a):
                p.round(w)
            for w, name in ((p.a, 'xa'), (p.b, 'ts')):
                w.json(name, 'sync')

    def a_signs(self, p, number, code, day='2020-10-20'):
        p.a.write('xa', 'UPDATE border_meeting SET minutes_no = ?, minutes_hash = ?, signed_on = ?', number, code, day)

    def b_signs(self, p, number, code, day='2020-10-21'):
        p.b.write('ts', 'UPDATE border_meeting SET minutes_no = ?, minutes_hash = ?, signed_on = ?', number, code, day)

    def points(self, p):
        return {c['code']: c['points_c'] for c in p.a.json('xa', 'score', '2020-Q4')['criteria']}['B3']

    def told(self, p):
        """At both districts: what is due and what an officer should look at; and what both offices are asked."""
        due = [[d['kind'] for d in w.json('district', 'liaison', 'due')['due'] if d['kind'] == 'minutes_differ']
               for w in (p.a, p.b)]
        todo = [p.link(w)['todo'] for w in (p.a, p.b)]
        inbox = [sorted(json.dumps(i, ensure_ascii=False) for i in json.loads(
            w.call(name, '--json', 'inbox').stdout)['items'] if i['kind_text'] == 'Huyện bạn xin sửa')
            for w, name in ((p.a, 'xa'), (p.b, 'ts'))]
        return due, todo, inbox

    def test_what_both_signed_otherwise(self):
        p = self.pair()
        self.b_signs(p, '99/BB', H2)
        p.b.json('ts', 'sync')
        self.a_signs(p, '1/BB', H1)
        self.go(p, 2)
        # each has its own word, and nobody's signature stands for the other's
        self.assertEqual(p.a.ask('xa', ROW), [('1/BB', H1, '2020-10-20', None)])
        self.assertEqual(p.b.ask('ts', ROW), [('99/BB', H2, '2020-10-21', None)])
        self.assertEqual(self.points(p), 0)
        due, todo, inbox = self.told(p)
        self.assertEqual((due, todo), ([['minutes_differ']] * 2, ['minutes_differ'] * 2))
        self.assertIn('99/BB', str(inbox[0]))
        self.assertIn('1/BB', str(inbox[1]))
        for w in (p.a, p.b):
            self.assertEqual(w.call('district', 'status').returncode, 5)
        self.assertIn('E327', [e['code'] for e in p_lines(p.b) if e['way'] == 'in'])
        lines = len(p.journal(p.a)), len(p.journal(p.b))
        self.go(p)
        self.assertEqual((len(p.journal(p.a)), len(p.journal(p.b))), lines)  # said once
        said = p.b.run('district', 'liaison', 'due')
        self.assertIn('Biên bản hai bên ghi khác nhau', said)
        # B finds that A is right: alike, and so signed by both
        self.b_signs(p, '1/BB', H1)
        self.go(p, 2)
        self.assertEqual(p.a.ask('xa', ROW), [('1/BB', H1, '2020-10-20', '2020-10-21')])
        self.assertEqual(p.b.ask('ts', ROW), [('1/BB', H1, '2020-10-21', '2020-10-20')])
        self.assertEqual(self.points(p), 100)
        self.assertEqual(self.told(p), ([[], []], ['', ''], [[], []]))
        self.changed_after_it_was_signed(p)

    def changed_after_it_was_signed(self, p):
        """A's clerk changes what B has signed: it counts no more, at once, and both hear of it."""
        p.a.write('xa', 'UPDATE border_meeting SET minutes_hash = ?', H2)
        p.a.json('xa', 'sync')
        p.round(p.a)
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', ROW), [('1/BB', H2, '2020-10-20', None)])
        self.assertEqual(self.points(p), 0)
        self.assertEqual(p.link(p.a)['todo'], 'minutes_differ')
        self.go(p, 2)
        self.assertEqual(p.b.ask('ts', ROW), [('1/BB', H1, '2020-10-21', None)])
        self.assertEqual(self.told(p)[:2], ([['minutes_differ']] * 2, ['minutes_differ'] * 2))
        # an officer of B grants what A asks for; the signature is B's word for it
        [asked] = p.b.json('district', 'requests')['requests']
        self.assertEqual((asked['cell'], asked['author']), ('minutes_hash', 'Huyện Sông Lô'))
        p.b.json('district', 'requests', 'grant', asked['id'], '--reason', 'dữ liệu mẫu')
        self.go(p, 2)
        self.assertEqual(p.a.ask('xa', ROW), [('1/BB', H2, '2020-10-20', '2020-10-21')])
        self.assertEqual(self.points(p), 100)
        self.assertEqual(self.told(p), ([[], []], ['', ''], [[], []]))

    def test_what_nobody_signed_is_corrected_by_its_writer(self):
        p = self.pair()
        p.a.write('xa', "UPDATE border_meeting SET minutes_no = '1/BB'")
        self.go(p)
        p.a.write('xa', "UPDATE border_meeting SET minutes_no = '2/BB'")
        self.go(p)
        self.assertEqual(p.b.ask('ts', ROW), [('2/BB', None, None, None)])
        # but what the receiver entered stays, signed or not
        p.b.write('ts', "UPDATE border_meeting SET minutes_no = '3/BB'")
        p.b.json('ts', 'sync')
        p.a.write('xa', "UPDATE border_meeting SET minutes_no = '4/BB'")
        self.go(p)
        self.assertEqual(p.b.ask('ts', ROW), [('3/BB', None, None, None)])
        self.assertEqual(self.told(p)[:2], ([[], []], ['', '']))  # nobody has signed
        p.a.write('xa', "UPDATE border_meeting SET signed_on = '2020-10-20'")
        self.go(p, 2)
        self.assertEqual(p.b.ask('ts', ROW), [('3/BB', None, None, None)])
        self.assertEqual(self.told(p)[:2], ([['minutes_differ']] * 2, ['minutes_differ'] * 2))


class Link(unittest.TestCase):
    """How a link stands: what a list says is true, and what an officer should do has a sentence."""
    maxDiff = None

    def stands(self, p, w):
        """State, what to do, and how `status` ends."""
        status = w.call('district', '--json', 'status')
        link = p.link(w)
        self.assertEqual(json.loads(status.stdout)['links'][0]['todo'], link['todo'])
        return link['state'], link['todo'], status.returncode

    def test_the_other_side_ended_it(self):
        p = Pair(self)
        self.assertEqual([self.stands(p, w) for w in (p.a, p.b)], [('open', '', 0)] * 2)
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        p.b.call('district', 'liaison', 'sync')
        self.assertIn(p.link(p.b)['problem'], ('E304', 'E305'))
        self.assertEqual(self.stands(p, p.b), ('refused', 'unknown_there', 5))
        self.assertIn('huyện bạn không nhận khóa của ta', p.b.call('district', 'status').stdout)
        # agreed on anew, and its key is still revoked: nothing can go
        p.agree(sides=('a',))
        self.assertEqual(self.stands(p, p.a), ('shut', 'invite_anew', 5))
        self.assertIn('mời lại', p.a.call('district', 'status').stdout)
        p.invite(p.a, p.b)
        for w in (p.a, p.b):
            p.round(w)
        self.assertEqual([self.stands(p, w) for w in (p.a, p.b)], [('open', '', 0)] * 2)

    def test_its_agreement_is_over_there(self):
        p = Pair(self)
        p.agree(sides=('a',), to='2020-12-31')
        programs.wait_until(lambda: 'E322' in p.b.call('district', '--json', 'liaison', 'sync').stdout, 'refused')
        self.assertEqual(self.stands(p, p.b), ('refused', 'ended_there', 5))
        p.agree(sides=('a',))
        p.round(p.b)
        self.assertEqual(self.stands(p, p.b), ('open', '', 0))

    def test_two_texts(self):
        """One agreement for both: each hears by which the other goes, and both say so when they differ."""
        p = Pair(self)
        [ours, theirs] = p.agree(sides=('a',), categories='theft') + p.agree(sides=('b',))
        self.assertNotEqual(ours, theirs)
        self.assertEqual([self.stands(p, w) for w in (p.a, p.b)], [('open', '', 0)] * 2)  # not heard since
        for w in (p.a, p.b):
            p.round(w)
        self.assertEqual([self.stands(p, w) for w in (p.a, p.b)], [('open', 'other_agreement', 5)] * 2)
        self.assertEqual([(p.link(w)['hash'], p.link(w)['hash_theirs']) for w in (p.a, p.b)],
                         [(ours, theirs), (theirs, ours)])
        p.agree(sides=('b',), categories='theft')
        for w in (p.a, p.b):
            p.round(w)
        for w in (p.a, p.b):
            programs.wait_until(lambda: self.stands(p, w) == ('open', '', 0), lambda: self.stands(p, w))


if __name__ == '__main__':
    liaison.FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        liaison.FOUNDED.close()
