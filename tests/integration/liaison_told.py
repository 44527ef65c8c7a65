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


class Came(unittest.TestCase):
    def test_an_office_knows_when_a_row_came_and_from_whom(self):
        p = Pair(self)
        p.agree(more='signer_a = Phó Chủ tịch\nsigner_b = Trưởng Công an\n')
        p.notice('một, dữ liệu mẫu')
        for w in (p.a, p.b):
            p.round(w)
        before = int(time.time() * 1000)
        p.b.json('ts', 'sync')
        key = p.b.value('ts', 'SELECT lower(hex(id)) FROM border_notice')
        [came] = p.b.json('ts', 'why', 'border_notice', key)['story']
        self.assertEqual((came['what'], came['cell'], came['by']), ('came', None, 'Huyện Sông Lô (Phó Chủ tịch)'))
        self.assertGreaterEqual(came['at'], before - 1000)
        self.assertIn('Huyện Sông Lô (Phó Chủ tịch)', p.b.run('ts', 'why', 'border_notice', key))


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


class Frozen(unittest.TestCase):
    """What no agreement in force covers: marked wherever it is shown, due nowhere, answered by nobody, and the
    office whose row does not cross is told why."""
    maxDiff = None

    def setUp(self):
        self.p = Pair(self)

    def office(self, name, w):
        """State of the rows in its list; kinds of today's work; how many do not cross."""
        rows = w.json(name, 'list', 'border_notice')['rows']
        today = [d['kind'] for d in w.json(name, 'today')['due'] if d['kind'] != 'report_due']
        return [(r['_border'] or {}).get('why') for r in rows], today, w.json(name, 'status')['border_stopped']

    def due(self, w):
        return [d['kind'] for d in w.json('district', 'liaison', 'due')['due']
                if not d['kind'].startswith('statistics') and d['kind'] not in ('handover', 'agreement')]

    def test_after_the_end_and_when_it_is_agreed_anew(self):
        p = self.p
        p.notice('một, dữ liệu mẫu')
        for w in (p.a, p.b):
            p.round(w)
        p.b.json('ts', 'sync')
        self.assertEqual(self.office('ts', p.b), ([None], ['notice_reply'], 0))
        self.assertEqual(self.due(p.b), ['reply_ours'])
        p.b.run('district', 'liaison', 'end', 'Sông Lô', '--why', 'dữ liệu mẫu', '--yes')
        p.b.json('ts', 'sync')
        self.assertEqual(self.office('ts', p.b), (['over'], [], 0))
        self.assertEqual(self.due(p.b), [])
        said = p.b.run('ts', 'list', 'border_notice')
        self.assertIn('Đóng băng: quy chế 05/QCPH-SL-SD đã hết hiệu lực', said)
        self.assertEqual([r['_border']['code'] for r in p.b.json('district', 'list', 'border_notice')['rows']], ['E322'])
        # neither seen nor answered: nothing would go
        key = p.b.value('ts', 'SELECT lower(hex(id)) FROM border_notice')
        for cells in (['state=acknowledged'], ['state=answered', 'answer=rồi'], ['answer=rồi']):
            done = p.b.call('ts', 'edit', 'border_notice', key, *cells)
            self.assertIn('[E322]', done.stderr, cells)
            self.assertIn('đã hết hiệu lực', done.stderr)
        p.b.run('ts', 'edit', 'border_notice', key, 'label=SL-1')  # what does not cross may be written
        # agreed anew it thaws, and what was said in between comes, and is in the journal
        p.a.write('xa', "UPDATE border_notice SET body = 'hai, dữ liệu mẫu'")
        p.a.json('xa', 'sync')
        p.agree(sides=('b',))
        p.invite(p.b, p.a)
        lines = len(p_lines(p.b))
        for w in (p.a, p.b):
            p.round(w)
        self.assertEqual(p.b.ask('district', 'SELECT body FROM border_notice'), [('hai, dữ liệu mẫu',)])
        self.assertIn(('in', ''), [(e['way'], e['code']) for e in p_lines(p.b)[lines:]])
        p.b.json('ts', 'sync')
        self.assertEqual(self.office('ts', p.b), ([None], ['notice_reply'], 0))
        p.b.run('ts', 'edit', 'border_notice', key, 'state=answered', 'answer=rồi')

    def test_what_is_frozen_and_changes_is_in_the_journal(self):
        """A row that stands as frozen under an agreement in force, as files of before have them."""
        p = self.p
        p.notice('một, dữ liệu mẫu')
        for w in (p.a, p.b):
            p.round(w)
        with sqlite3.connect(p.b.path('district', 'district.db'), timeout=30) as db:
            db.execute('UPDATE tq_liaison_row SET frozen_at = 1')
        db.close()
        p.a.write('xa', "UPDATE border_notice SET body = 'hai, dữ liệu mẫu'")
        p.a.json('xa', 'sync')
        lines = len(p_lines(p.b))
        for w in (p.a, p.b, p.b):
            p.round(w)
        self.assertEqual(p.b.ask('district', 'SELECT body FROM border_notice'), [('một, dữ liệu mẫu',)])
        self.assertEqual([(e['way'], e['code']) for e in p_lines(p.b)[lines:]], [('in', 'E322')])

    def test_a_notice_that_is_refused_is_told_to_its_office(self):
        p = self.p
        p.notice('tốt, dữ liệu mẫu')
        p.notice('loại, dữ liệu mẫu', category='murder')
        p.round(p.a)
        p.a.json('xa', 'sync')
        marks, today, stopped = self.office('xa', p.a)
        self.assertEqual((sorted(marks, key=str), stopped), ([None, 'category'], 1))
        self.assertEqual(today.count('border_stopped'), 1)
        self.assertEqual(self.due(p.a).count('stopped'), 1)
        self.assertIn('không cho chuyển loại việc này', p.a.run('xa', 'today'))
        self.assertIn('không sang được bên bạn', p.a.run('xa', 'status'))
        # and not only afterwards
        done = p.a.call('xa', 'add', 'border_notice', 'partner_unit=' + TRUONG_SINH, 'category=murder', 'body=mẫu',
                        'state=sent')
        self.assertIn('[E319]', done.stderr)
        p.agree(sides=('a',), categories='theft, murder')
        p.a.json('xa', 'sync')
        self.assertEqual(self.office('xa', p.a)[2], 0)
        self.assertNotIn('stopped', self.due(p.a))

    def test_what_no_agreement_ever_named_goes_on_paper(self):
        """Told as such, and worked off as before."""
        p = self.p
        p.a.join('lc', liaison.LANG_CONG)
        p.a.run('lc', 'add', 'border_notice', 'partner_unit=' + TRUONG_SINH, 'category=theft', 'body=mẫu', 'state=sent',
                'reply_due=2020-11-20', 'issued_on=2020-11-02')
        p.a.json('lc', 'sync')
        marks, today, stopped = self.office('lc', p.a)
        self.assertEqual((marks, sorted(today), stopped), (['none'], ['border_stopped', 'notice_wait'], 1))
        self.assertEqual(self.due(p.a), ['reply_theirs'])  # once, as what it is
        self.assertIn('chỉ đi bằng giấy', p.a.run('lc', 'list', 'border_notice'))

    def test_before_its_first_day(self):
        p = self.p
        tomorrow = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 31 * 3600))
        with open(p.a.path('agreement')) as stream:
            text = stream.read().replace('from = 2020-10-01', 'from = ' + tomorrow)
        with open(p.a.path('agreement'), 'w') as stream:
            stream.write(text)
        p.a.run('district', 'liaison', 'agree', 'Sơn Dương', p.a.path('agreement'), '--side', 'a')
        p.notice('một, dữ liệu mẫu')
        self.assertEqual(self.office('xa', p.a)[0::2], (['early'], 1))
        self.assertEqual(self.due(p.a), ['stopped'])
        self.assertIn('chưa tới ngày hiệu lực', p.a.run('xa', 'today'))


if __name__ == '__main__':
    liaison.FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        liaison.FOUNDED.close()
