#!/usr/bin/env python3
"""liaison.py COMMUNE DISTRICT - Two districts and the link between them (docs/liaison.md): a notice goes
from an office here to an office there and its answer returns; what the agreement does not name crosses
in no direction; either side away, ended, with other keys."""
import csv
import json
import os
import shutil
import sqlite3
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import browser  # noqa: E402
import older  # noqa: E402
import programs  # noqa: E402

FOUNDED = None
PASSWORD = 'mot mat khau dai'
BACH_LUU = '08779@2004-01-01'
LANG_CONG = '08773@2004-01-01'
TRUONG_SINH = '02632@2004-01-01'
SECRET = 'không được qua'
AGREEMENT = '''# Quy chế phối hợp (dữ liệu mẫu)
number = 05/QCPH-SL-SD
signed_on = 2020-10-01
from = 2020-10-01
to = %(to)s
side_a = Huyện Sông Lô
side_b = Huyện Sơn Dương
communes_a = 08779@2004-01-01
communes_b = 02632@2004-01-01
categories = %(categories)s
article_3 = border_notice: label, category, area, place, issued_on, body, reply_due
article_4 = border_notice: acknowledged_at, answered_on, answer
article_5 = border_meeting: label, held_on, place, minutes_no, signed_on, partner_signed_on
article_6 = border_statistics: label, period, figures, issued_on, acknowledged_at
article_7 = border_handover: label, year, standing, handed_on, minutes_no, signed_on, partner_signed_on
'''
# What catalogue 4 brought; the text above is as it was agreed on before.
SHARED = '''article_8 = border_notice: happens_on, case_unit, partner_case_unit
article_9 = border_meeting: acknowledged_at
article_10 = border_handover: acknowledged_at
article_11 = joint_patrol: label, planned_on, held_on, minutes_no, signed_on, partner_signed_on, acknowledged_at
'''


def units(path, rows):
    with open(path, 'w', newline='') as stream:
        out = csv.DictWriter(stream, ['unit', 'code', 'valid_from', 'level', 'type', 'name', 'parent'])
        out.writeheader()
        for unit, level, kind, name, parent in rows:
            code, since = unit.split('@')
            out.writerow({'unit': unit, 'code': code, 'valid_from': since, 'level': level,
                          'type': kind, 'name': name, 'parent': parent})


class Pair:
    """Sông Lô (a), Sơn Dương (b), an office in each, and the link."""

    def __init__(self, case, to='2099-12-31', line=True):
        self.a = FOUNDED.world()
        case.addCleanup(self.a.close)
        self.b = programs.Programs(FOUNDED.programs.commune, FOUNDED.programs.district_binary)
        case.addCleanup(self.b.close)
        self.to = to
        for w in (self.a, self.b):
            w.env['TUQUAN_LIAISON_S'] = '86400'  # rounds are gone by hand, after the first
            w.env['TUQUAN_LIAISON_HEAD_S'] = '1'
        units(self.a.path('units.csv'), [
            ('076@2004-01-01', 2, 'district', 'Sơn Dương', ''),
            (TRUONG_SINH, 3, 'commune', 'Trường Sinh', '076@2004-01-01')])
        self.a.run('district', 'import', 'unit', self.a.path('units.csv'))
        self.b.run('district', 'init', '--name', 'Huyện Sơn Dương')
        units(self.b.path('units.csv'), [
            ('076@2004-01-01', 2, 'district', 'Sơn Dương', ''),
            ('253@2008-12-23', 2, 'district', 'Sông Lô', ''),
            (TRUONG_SINH, 3, 'commune', 'Trường Sinh', '076@2004-01-01'),
            (BACH_LUU, 3, 'commune', 'Bạch Lưu', '253@2008-12-23')])
        self.b.run('district', 'import', 'unit', self.b.path('units.csv'))
        for w in (self.a, self.b):
            w.serve()
        self.a.join('xa')
        self.b.join('ts', TRUONG_SINH)
        self.line = line
        self.invite(self.a, self.b)
        self.invite(self.b, self.a)
        self.agree()
        for w in (self.a, self.b) if line else ():
            self.round(w)

    def name(self, w):
        """What w calls the other."""
        return 'Sơn Dương' if w is self.a else 'Sông Lô'

    def invite(self, by, to):
        port = programs.neighbouring_ports(2)  # the link takes both
        line = by.json('district', 'liaison', 'invite', self.name(by), '--port', port)['invitation']
        return to.json('district', 'liaison', 'accept', self.name(to), line, *() if self.line else ('--by-file',))

    def agree(self, sides=('a', 'b'), categories='theft, gambling', more='', **other):
        hashes = []
        for w, side in zip((self.a, self.b), ('a', 'b')):
            if side not in sides:
                continue
            with open(w.path('agreement'), 'w') as stream:
                text = AGREEMENT % dict(other, categories=categories, to=other.get('to', self.to))
                stream.write(text.replace('categories = \n', '') + more)
            self.agreed = w.json('district', 'liaison', 'agree', self.name(w), w.path('agreement'), '--side', side)
            hashes.append(self.agreed['hash'])
        return hashes

    def round(self, w):
        """A round of w to its end: a server that has just started opens its door a moment later. The sums
        over all tries."""
        sums = {}

        def went():
            done = w.call('district', '--json', 'liaison', 'sync', self.name(w))
            for name, value in json.loads(done.stdout)['links'][0].items():
                sums[name] = value if isinstance(value, (str, bool)) else sums.get(name, 0) + value
            return done.returncode == 0
        programs.wait_until(went, lambda: sums)
        return sums

    def night(self):
        """Either office and district, until each has heard what the other said to what it said."""
        for w, name in ((self.a, 'xa'), (self.b, 'ts')) * 2:
            w.json(name, 'sync')
            self.round(w)
            w.json(name, 'sync')

    def link(self, w):
        return w.json('district', 'liaison', 'list')['links'][0]

    def journal(self, w):
        """What crossed, or did not; without what was said of the line itself."""
        return [e for e in w.json('district', 'liaison', 'journal')['entries'] if e['way'] != 'line']

    def notice(self, body='dữ liệu mẫu', **cells):
        row = dict({'unit': BACH_LUU, 'partner_unit': TRUONG_SINH, 'direction': 'out', 'category': 'theft',
                    'issued_on': '2020-11-02', 'reply_due': '2020-11-20', 'body': body,
                    'state': 'sent'}, **cells)
        self.a.write('xa', 'INSERT INTO border_notice (%s) VALUES (%s)'
                     % (', '.join(row), ', '.join('?' * len(row))), *row.values())
        self.a.json('xa', 'sync')

    def held(self, w, which, sql, *args):
        """What a mailbox holds."""
        file = 'office.db' if which == 'in' else 'district.db'
        db = sqlite3.connect('file:%s?mode=ro' % w.path('district', 'liaison', '1', which, file), uri=True,
                             timeout=30)
        try:
            return db.execute(sql, args).fetchall()
        finally:
            db.close()


class RoundTrip(unittest.TestCase):
    maxDiff = None

    def test_a_notice_and_its_answer(self):
        p = Pair(self)
        again = p.a.call('district', 'liaison', 'invite', 'Sơn Dương').stderr
        self.assertIn('Giấy mời một lần cho Sơn Dương; hết hạn', again)  # a neighbour has no code here
        signed = 'signer_a = Phó Chủ tịch\nsigner_b = Trưởng Công an\n'
        self.assertEqual(len(set(p.agree(more=signed))), 1)  # one text, one hash
        p.notice('theo dõi xe tải, ' + 'dữ liệu mẫu', dispatch_no=SECRET, area=3, place='Dốc Chò (mẫu)')
        key = p.a.value('xa', 'SELECT id FROM border_notice')
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertEqual(p.round(p.b)['came'], 1)
        p.b.json('ts', 'sync')
        row = 'SELECT id, unit, partner_unit, direction, body, dispatch_no, state FROM border_notice'
        self.assertEqual(p.b.ask('ts', row), [
            (key, TRUONG_SINH, BACH_LUU, 'in', 'theo dõi xe tải, dữ liệu mẫu', None, 'sent')])
        self.assertEqual(p.b.ask('ts', 'SELECT area, place FROM border_notice'), [(3, 'Dốc Chò (mẫu)')])
        # seen there, then answered
        p.b.write('ts', "UPDATE border_notice SET state = 'acknowledged'")
        p.b.json('ts', 'sync')
        self.assertEqual(p.round(p.b)['answers_out'], 1)
        self.assertEqual(p.round(p.a)['answers_in'], 1)
        p.a.json('xa', 'sync')
        answer = 'SELECT state, acknowledged_at > 0, answered_on, answer FROM border_notice'
        self.assertEqual(p.a.ask('xa', answer), [('acknowledged', 1, None, None)])
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answered_on = '2020-11-10', "
                  "answer = 'đã theo dõi, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', answer),
                         [('answered', 1, '2020-11-10', 'đã theo dõi, dữ liệu mẫu')])
        # whose step it was, by unit and post, at the districts and at their offices
        for w, name, column, by in ((p.a, 'district', 'answer', 'Huyện Sơn Dương (Trưởng Công an)'),
                                    (p.a, 'xa', 'answer', 'Huyện Sơn Dương (Trưởng Công an)'),
                                    (p.b, 'district', 'body', 'Huyện Sông Lô (Phó Chủ tịch)')):
            story = w.json(name, 'why', 'border_notice', key.hex(), column)['story']
            self.assertIn(by, [s.get('author') or s.get('by') for s in story], (name, story))
        # closed here, and so there
        p.a.write('xa', "UPDATE border_notice SET state = 'closed'")
        p.a.json('xa', 'sync')
        p.round(p.a)
        p.round(p.b)
        p.b.json('ts', 'sync')
        self.assertEqual(p.b.ask('ts', answer), [('closed', 1, '2020-11-10', 'đã theo dõi, dữ liệu mẫu')])
        self.assertEqual(p.a.value('xa', 'SELECT acknowledged_at FROM border_notice'),
                         p.b.value('ts', 'SELECT acknowledged_at FROM border_notice'))
        told = [(e['way'], e['article']) for e in p.journal(p.a)]
        self.assertEqual(told[:2], [('out', '3'), ('answer_in', '4')])
        # the cell that no article names stayed at home, and the journal says so
        self.assertEqual([e['detail'] for e in p.journal(p.a) if e['way'] == 'out'], ['dispatch_no'] * told.count(('out', '3')))
        self.assertIn('Số công văn (không kèm)', p.a.run('district', 'liaison', 'journal'))
        self.assertEqual(told.count(('answer_in', '4')), 2)
        self.assertEqual([e['way'] for e in p.journal(p.b) if e['way'] == 'answer_out'], ['answer_out'] * 2)
        self.assertEqual({e['code'] for e in p.journal(p.a) + p.journal(p.b)}, {''})
        for w in (p.a, p.b):
            self.assertEqual(p.link(w)['state'], 'open')
            self.assertEqual(p.link(w)['waits'], 0)
            self.assertEqual(p.link(w)['refused'], 0)  # no row, whatever the line had to say
            self.assertEqual(w.ask('xa' if w is p.a else 'ts', 'SELECT text FROM tq_fault'), [])
        # files that came back from a copy of before: the mailboxes stand, and tell whose the row is
        for w in (p.a, p.b):
            db = sqlite3.connect(w.path('district', 'district.db'), timeout=30)
            with db:
                db.execute('DELETE FROM tq_liaison_row')
            db.close()
        self.assertEqual([p.round(w)['refused'] for w in (p.a, p.b)], [0, 0])
        self.assertEqual((p.link(p.a)['told'], p.link(p.b)['came']), (1, 1))
        # void here, and so there; why stays at home
        p.a.write('xa', "UPDATE border_notice SET voided_at = 1604275200000, void_reason = ?", SECRET)
        p.a.json('xa', 'sync')
        p.round(p.a)
        p.round(p.b)
        p.b.json('ts', 'sync')
        self.assertEqual(p.b.ask('ts', 'SELECT voided_at > 0, void_reason FROM border_notice'), [(1, 'huyện bạn đã hủy')])
        # once more: nothing is left to say
        for w in (p.a, p.b):
            done = p.round(w)
            self.assertEqual((done['told'], done['came'], done['answers_out'], done['answers_in'],
                              done['refused']), (0, 0, 0, 0, 0))
        # void there by its own office: that stays, with its own words
        p.notice('hai, dữ liệu mẫu')
        p.round(p.a)
        p.round(p.b)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET voided_at = 1604275200000, void_reason = 'trùng, dữ liệu mẫu' "
                  "WHERE voided_at IS NULL")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.b.json('ts', 'sync')
        self.assertEqual(p.b.ask('ts', "SELECT count(*), min(voided_at) > 0 FROM border_notice "
                                 "WHERE void_reason = 'trùng, dữ liệu mẫu'"), [(1, 1)])
        self.told_to_an_officer(p)

    def told(self, w, name):
        w.json(name, 'sync')
        return w.ask(name, 'SELECT hex(id), unit, partner_units, categories, allowed, valid_from, valid_to, signer, '
                     'partner_signer, document_no, state FROM liaison_agreement')

    def test_offices_are_told_what_is_agreed(self):
        """What the form of an office offers: a row for each commune that the agreement names, made of its text."""
        p = Pair(self, line=False)
        p.a.join('lc', LANG_CONG)
        p.agree(more='signer_a = Phó Chủ tịch huyện\nsigner_b = Trưởng Công an huyện bạn\n')
        kinds = 'border_meeting border_statistics border_handover border_notice'
        days = ('2020-10-01', '2099-12-31')
        [ours] = self.told(p.a, 'xa')
        self.assertEqual(ours[1:], (BACH_LUU, TRUONG_SINH, 'theft gambling', kinds, *days, 'Phó Chủ tịch huyện',
                                    'Trưởng Công an huyện bạn', '05/QCPH-SL-SD', 'acknowledged'))
        [theirs] = self.told(p.b, 'ts')
        self.assertEqual(theirs[1:4] + theirs[7:9], (TRUONG_SINH, BACH_LUU, 'theft gambling', 'Trưởng Công an huyện '
                                                     'bạn', 'Phó Chủ tịch huyện'))
        self.assertEqual(self.told(p.a, 'lc'), [])  # not named
        head = p.a.value('district', 'SELECT head FROM tq_district')
        p.agree(sides=('a',), more='signer_a = Phó Chủ tịch huyện\nsigner_b = Trưởng Công an huyện bạn\n')
        self.assertEqual(p.a.value('district', 'SELECT head FROM tq_district'), head)  # nothing to say anew
        # another text: the same row, whose history tells of both
        p.agree(sides=('a',), categories='theft')
        self.assertEqual(self.told(p.a, 'xa'), [ours[:3] + ('theft',) + ours[4:7] + (None, None) + ours[9:]])
        # and one of other communes, told to the one that it does not name any more, and to the new one
        with open(p.a.path('agreement')) as stream:
            text = stream.read().replace('communes_a = ' + BACH_LUU, 'communes_a = %s, 99999@2020-01-01' % LANG_CONG)
        with open(p.a.path('agreement'), 'w') as stream:
            stream.write(text)
        p.a.json('district', 'liaison', 'agree', 'Sơn Dương', p.a.path('agreement'), '--side', 'a')
        self.assertEqual([r[-1] for r in self.told(p.a, 'xa')], ['closed'])
        self.assertEqual([(r[1], r[-1]) for r in self.told(p.a, 'lc')], [(LANG_CONG, 'acknowledged')])
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        self.assertEqual([r[-1] for r in self.told(p.a, 'lc')], ['closed'])
        # a clerk's own line about an agreement on paper is nobody's else
        p.a.write('xa', "INSERT INTO liaison_agreement (unit, document_no, state) VALUES (?, '23/QC', 'sent')", BACH_LUU)
        p.agree(sides=('a',))
        self.assertEqual(sorted(r[-2:] for r in self.told(p.a, 'xa')),
                         [('05/QCPH-SL-SD', 'acknowledged'), ('23/QC', 'sent')])

    def told_to_an_officer(self, p):
        """What crossed by pages, what is due, how the link stands; and that its agreement ends soon."""
        def tell(*args):
            return p.a.json('district', 'liaison', *args)
        whole = tell('journal')['entries']
        self.assertGreater(len(whole), 3)
        pages, before = [], None
        while before is None or before > 0:
            page = tell('journal', '--limit', 2, *(['--before', before] if before else []))
            self.assertLessEqual(len(page['entries']), 2)
            pages = page['entries'] + pages
            before = page['next'] or 0
        self.assertEqual(pages, whole)
        self.assertEqual(tell('journal', '--way=answer_in')['entries'],
                         [e for e in whole if e['way'] == 'answer_in'])
        self.assertEqual(tell('journal', '--table=border_meeting')['entries'], [])
        self.assertEqual(tell('journal', '--to=2020-01-01')['entries'], [])
        self.assertEqual(tell('journal', '--refused')['entries'], [e for e in whole if e['code']])
        self.assertIn('Thông báo giáp ranh', [e['row'] for e in whole if e['table']][0])
        shown = tell('show', 'Sơn Dương')
        self.assertEqual((shown['state'], shown['communes_b'][0]['name'], shown['articles'][0]['article']),
                         ('open', 'Trường Sinh', '3'))
        p.notice('còn lâu, dữ liệu mẫu', reply_due='2099-01-01')  # not due yet
        due = [d for d in tell('due')['due'] if not self.is_listed(d)]
        self.assertEqual([(d['kind'], d['unit'], d['partner'], d['due']) for d in due],
                         [('reply_theirs', BACH_LUU, TRUONG_SINH, '2020-11-20')])
        self.assertGreater(due[0]['days_late'], 0)

        def stands():
            status = p.a.call('district', '--json', 'status')
            link = json.loads(status.stdout)['links'][0]
            check = [c for c in json.loads(p.a.call('district', '--json', 'doctor').stdout)['checks']
                     if c['check'] == 'link with a neighbour'][0]
            return link['state'], link['todo'], check['result'], status.returncode
        self.assertEqual(stands(), ('open', '', 'fine', 0))
        p.agree(to=time.strftime('%Y-%m-%d', time.localtime(time.time() + 10 * 86400)))
        self.assertEqual(stands(), ('open', 'ends_soon', 'look', 5))
        self.assertEqual([d['kind'] for d in tell('due')['due'] if not self.is_listed(d)],
                         ['reply_theirs', 'agreement'])

    @staticmethod
    def is_listed(due):
        """By the agreement itself (Yearly)."""
        return due['kind'].startswith('statistics') or due['kind'] == 'handover'


class Settings(unittest.TestCase):
    def restart(self, p, **settings):
        for w in (p.a, p.b):
            w.stop('district')
            w.env.update({'TUQUAN_' + name: value for name, value in settings.items()})
            w.serve()

    def test_how_often_there_is_a_round_and_a_head_is_countersigned(self):
        p = Pair(self)

        def head():
            return p.a.value('district', "SELECT max(seq) FROM tq_liaison_head WHERE kind = 'ours'") or 0

        def new_head(before):
            for w in (p.a, p.b, p.a):
                p.round(w)
            return head() > before
        programs.wait_until(lambda: new_head(0), 'a first head')
        self.restart(p, LIAISON_HEAD_S='604800')
        before = head()
        p.notice('một, dữ liệu mẫu')
        self.assertFalse(new_head(before))
        self.restart(p, LIAISON_HEAD_S='1')
        programs.wait_until(lambda: new_head(before), 'a head within a second')
        self.restart(p, LIAISON_S='1')
        for number in (2, 3):  # the second of them comes by no round of a start
            p.notice('%d, dữ liệu mẫu' % number, issued_on='2020-11-%02d' % number)
            programs.wait_until(lambda: p.b.value('district', 'SELECT count(*) FROM border_notice') == number,
                                'notice %d' % number, 20 + p.a.slow_s())


class Away(unittest.TestCase):
    def test_either_side_is_away_and_a_mailbox_is_lost(self):
        p = Pair(self)
        p.b.stop('district')
        p.notice('một, dữ liệu mẫu')
        done = p.a.call('district', '--json', 'liaison', 'sync', '--timeout', '2')
        self.assertEqual(done.returncode, 4, done.stdout)  # nobody there
        self.assertEqual(p.link(p.a)['waits'], 1)  # and it is laid out for them
        p.notice('hai, dữ liệu mẫu')
        p.a.stop('district')
        p.a.serve()
        p.a.call('district', 'liaison', 'sync', '--timeout', '2')
        p.b.serve()
        p.round(p.b)
        self.assertEqual(p.link(p.b)['came'], 2)
        # the partner's mailbox is gone with its folder: invited anew, everything comes again, once
        p.b.stop('district')
        shutil.rmtree(p.b.path('district', 'liaison', '1', 'in'))
        p.b.serve()
        p.invite(p.a, p.b)
        p.round(p.b)
        self.assertEqual(p.link(p.b)['came'], 2)
        self.assertEqual(len(p.held(p.b, 'in', 'SELECT id FROM border_notice')), 2)
        p.b.json('ts', 'sync')
        self.assertEqual(p.b.value('ts', 'SELECT count(*) FROM border_notice'), 2)
        # a file of a month ago in its place
        p.b.stop('district')
        box = p.b.path('district', 'liaison', '1', 'in')
        p.notice('ba, dữ liệu mẫu')
        p.a.call('district', 'liaison', 'sync', '--timeout', '2')
        shutil.copytree(box, box + '.old')
        p.b.serve()
        p.round(p.b)
        self.assertEqual(p.link(p.b)['came'], 3)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'acknowledged'")
        p.b.json('ts', 'sync')
        self.assertEqual(p.round(p.b)['answers_out'], 3)
        p.b.stop('district')
        shutil.rmtree(box)
        os.rename(box + '.old', box)
        p.b.serve()
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answer = 'rồi, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.ask('district', 'SELECT state, answer, count(*) FROM border_notice GROUP BY 1, 2'),
                         [('answered', 'rồi, dữ liệu mẫu', 3)])


class Renewed(unittest.TestCase):
    def invited_anew(self, p):
        p.a.stop('district')
        line = p.a.json('district', 'liaison', 'invite', 'Sơn Dương', '--port',
                        programs.neighbouring_ports(2))['invitation']
        p.a.serve()
        p.b.json('district', 'liaison', 'accept', 'Sông Lô', line)
        return line

    def aside(self, p):
        return [x for x in os.listdir(p.b.path('district', 'liaison', '1')) if x.startswith('in-')]

    def test_after_the_end_and_after_a_loss(self):
        p = Pair(self)
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        p.agree(sides=('a',))
        line = self.invited_anew(p)
        p.notice('một, dữ liệu mẫu')
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertEqual(p.round(p.b)['came'], 1)
        self.assertEqual(len(self.aside(p)), 1)  # kept
        # the same invitation twice: joined already, and what stands stays
        done = p.b.call('district', 'liaison', 'accept', 'Sông Lô', line)
        self.assertIn('[E107]', done.stderr)
        self.assertEqual(len(self.aside(p)), 1)
        p.round(p.a)  # it has countersigned our head
        # our mailbox is lost: the new one has another name
        out = p.a.path('district', 'liaison', '1', 'out')
        os.rename(out, out + '.lost')
        self.assertTrue(p.a.json('district', 'ledger', 'verify')['whole'])  # without its keys, too
        self.invited_anew(p)
        p.notice('hai, dữ liệu mẫu')
        p.round(p.a)
        p.round(p.b)
        self.assertEqual(p.b.ask('district', 'SELECT body FROM border_notice ORDER BY 1'),
                         [('hai, dữ liệu mẫu',), ('một, dữ liệu mẫu',)])
        self.assertEqual(len(self.aside(p)), 2)
        # countersigned to the lost one: whole, and no more than that can be said of it
        said = p.a.json('district', 'ledger', 'verify')
        self.assertTrue(said['whole'])
        self.assertGreater(said['former'], 0)


class Locked(unittest.TestCase):
    def test_minutes_of_a_locked_period_wait(self):
        p = Pair(self)
        p.a.write('xa', "INSERT INTO border_meeting (unit, partner_unit, held_on, place, minutes_no, signed_on, "
                  "state) VALUES (?, ?, '2020-11-05', 'dữ liệu mẫu', '1/BB', '2020-11-06', 'sent')",
                  BACH_LUU, TRUONG_SINH)
        p.a.json('xa', 'sync')
        p.round(p.a)
        self.assertEqual(p.round(p.b)['came'], 1)
        signed = 'SELECT signed_on, partner_signed_on FROM border_meeting'
        p.b.run('district', 'period', 'make', '2020')
        p.b.run('district', 'period', 'lock', 'ADMIN/2020-11')
        p.a.write('xa', "UPDATE border_meeting SET signed_on = '2020-11-07'")
        p.a.json('xa', 'sync')
        p.round(p.a)
        done = p.round(p.b)
        self.assertEqual((done['came'], done['refused']), (0, 1))
        self.assertEqual(p.b.ask('district', signed), [(None, '2020-11-06')])
        self.assertEqual([(e['code'], e['detail']) for e in p_lines(p.b) if e['way'] == 'in' and e['code']],
                         [('E402', 'held_on')])
        p.round(p.b)
        self.assertEqual(len([e for e in p_lines(p.b) if e['way'] == 'in' and e['code']]), 1)  # said once
        self.assertEqual(self.requests(p), [('2020-11-06', '2020-11-07', 'Huyện Sông Lô')])  # and asked for once
        p.b.run('district', 'period', 'unlock', 'ADMIN/2020-11', '--reason', 'dữ liệu mẫu')
        self.assertEqual(p.round(p.b)['came'], 1)
        self.assertEqual(p.b.ask('district', signed), [(None, '2020-11-07')])
        self.assertEqual(p.b.ask('district', 'SELECT state FROM correction_request'), [('applied',)])
        self.what_is_overtaken_is_asked_no_more(p, signed)
        self.what_is_asked_for_is_decided(p, signed)

    def requests(self, p):
        return [(r['other_values']['partner_signed_on'], r['values']['partner_signed_on'], r['author'])
                for r in p.b.json('district', 'requests')['requests']]

    def sign(self, p, day):
        p.a.write('xa', 'UPDATE border_meeting SET signed_on = ?', day)
        p.a.json('xa', 'sync')
        p.round(p.a)
        return p.round(p.b)

    def refused(self, p):
        return p.b.ask('district', "SELECT lower(hex(id)) FROM correction_request WHERE state = 'refused' AND "
                       'decided_at > 0')[0][0][:12]

    def reopen_on_the_page(self, p, listed):
        p.b.user('add', 'officer', '--role=officer', password=PASSWORD)
        p.b.stop('district')
        p.b.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0'})
        page = browser.Officer(p.b, 'officer', PASSWORD)
        again = page.get('/api/v1/requests', refused='1').json['requests']
        self.assertEqual([r['id'] for r in again], [r['id'] for r in listed])
        self.assertEqual(page.get('/api/v1/requests').json['requests'], [])
        page.write('POST', '/api/v1/requests/%s/reopen' % listed[0]['id'], {'reason': 'dữ liệu mẫu'})
        self.assertEqual(p.b.ask('district', "SELECT who FROM tq_audit WHERE what = 'request_reopen'"), [('officer',)])

    def inbox(self, p):
        return [item['kind_text'] for item in json.loads(p.b.call('ts', '--json', 'inbox').stdout)['items']]

    def decide(self, p, word):
        request = p.b.json('district', 'requests')['requests'][0]['id']
        p.b.json('district', 'requests', word, request, '--reason', 'dữ liệu mẫu')

    def what_is_overtaken_is_asked_no_more(self, p, signed):
        """One open request for a cell: of what the neighbour says now; and the same words may come again."""
        who = 'Huyện Sông Lô'
        p.b.run('district', 'period', 'lock', 'ADMIN/2020-11')
        for day in ('2020-11-10', '2020-11-11'):
            self.sign(p, day)
            self.assertEqual(self.requests(p), [('2020-11-07', day, who)])
        self.sign(p, '2020-11-07')
        self.assertEqual(self.requests(p), [])
        for was, day in (('2020-11-07', '2020-11-11'), ('2020-11-11', '2020-11-07')):
            self.sign(p, day)
            self.assertEqual(self.requests(p), [(was, day, who)])
            self.decide(p, 'grant')
            self.assertEqual(p.b.ask('district', signed), [(None, day)])
        self.sign(p, '2020-11-11')  # was granted once, and is not what stands now
        self.assertEqual(self.requests(p), [('2020-11-07', '2020-11-11', who)])
        self.sign(p, '2020-11-07')
        self.assertEqual(self.requests(p), [])
        p.b.run('district', 'period', 'unlock', 'ADMIN/2020-11', '--reason', 'dữ liệu mẫu')

    def what_is_asked_for_is_decided(self, p, signed):
        """Granted: exactly that is written; refused: it stays as it was, also after the period is unlocked."""
        def decide(word):
            self.decide(p, word)
        p.b.run('district', 'period', 'lock', 'ADMIN/2020-11')
        self.assertEqual(self.sign(p, '2020-11-08')['refused'], 1)
        decide('grant')
        self.assertEqual(p.b.ask('district', signed), [(None, '2020-11-08')])
        self.assertEqual((p.round(p.b)['refused'], self.requests(p)), (0, []))
        self.assertEqual(self.sign(p, '2020-11-09')['refused'], 1)
        decide('refuse')
        for lock in ('unlock', 'lock'):
            p.b.run('district', 'period', lock, 'ADMIN/2020-11', *(['--reason', 'mẫu'] if lock == 'unlock' else []))
            done = p.round(p.b)
            self.assertEqual((done['came'], done['refused'], self.requests(p)), (0, 1, []))
            self.assertEqual(p.b.ask('district', signed), [(None, '2020-11-08')])
        self.assertEqual([e['code'] for e in p_lines(p.b) if e['way'] == 'in'].count('E306'), 1)
        listed = p.b.json('district', 'requests', '--refused')['requests']
        self.assertEqual([r['id'][:12] for r in listed], [self.refused(p)])
        self.reopen_on_the_page(p, listed)
        self.assertEqual(p.b.json('district', 'requests', '--refused')['requests'], [])
        self.assertEqual(self.requests(p), [('2020-11-08', '2020-11-09', 'Huyện Sông Lô')])
        decide('refuse')
        # the office sees what was decided about its row
        p.b.json('ts', 'sync')
        self.assertEqual(sorted(p.b.ask('ts', 'SELECT state, author FROM correction_request')),
                         [(s, 'Huyện Sông Lô') for s in ('applied', 'granted', 'granted', 'refused', 'refused', 'refused')])
        self.assertEqual(self.inbox(p), [])  # and has nothing to do about it
        # a row that is new there: asked for whole, granted, and theirs from then on
        p.a.write('xa', "INSERT INTO border_meeting (unit, partner_unit, held_on, place, minutes_no, signed_on, state) "
                  "VALUES (?, ?, '2020-11-10', 'mẫu', '2/BB', '2020-11-12', 'sent')", BACH_LUU, TRUONG_SINH)
        p.a.json('xa', 'sync')
        p.round(p.a)
        self.assertEqual(p.round(p.b)['refused'], 2)  # and what an officer refused
        asked = p.b.json('district', 'requests')['requests']
        self.assertEqual([(r['cell'], r['values']['minutes_no']) for r in asked], [('', '2/BB')])
        p.b.json('ts', 'sync')
        self.assertEqual(self.inbox(p), ['Huyện bạn xin sửa'])
        decide('grant')
        self.assertEqual((p.round(p.b)['refused'], self.requests(p)), (1, []))
        new = "SELECT held_on, signed_on, partner_signed_on FROM border_meeting WHERE minutes_no = '2/BB'"
        self.assertEqual(p.b.ask('district', new), [('2020-11-10', None, '2020-11-12')])
        p.b.run('district', 'period', 'unlock', 'ADMIN/2020-11', '--reason', 'mẫu')
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_meeting SET signed_on = '2020-11-18' WHERE minutes_no = '2/BB'")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.ask('district', new), [('2020-11-10', '2020-11-12', '2020-11-18')])


class Hostile(unittest.TestCase):
    """The partner's real keys in the hands of who keeps to nothing."""
    maxDiff = None

    def codes(self, w, way):
        return sorted({e['code'] for e in p_lines(w) if e['way'] == way and e['code']})

    def nowhere(self, p, words):
        """In no file that the partner holds, nor in the one that it may read."""
        for root in (p.b.path('district'), p.b.path('ts'), p.a.path('district', 'liaison')):
            for folder, _, names in os.walk(root):
                for name in names:
                    with open(os.path.join(folder, name), 'rb') as stream:
                        content = stream.read()
                    for word in words:
                        self.assertNotIn(word.encode(), content, os.path.join(folder, name))

    def test_members_of_the_link(self):
        p = Pair(self)
        self.nothing_but_what_is_named_leaves(p)
        self.it_writes_our_rows_and_answers_what_was_not_asked(p)
        self.an_unknown_key(p)

    def nothing_but_what_is_named_leaves(self, p):
        p.notice('được qua, dữ liệu mẫu', dispatch_no='SỐ-' + SECRET)
        p.notice('nháp-' + SECRET, state='draft')
        p.notice('loại-' + SECRET, category='murder')
        p.notice('vào-' + SECRET, direction='in')
        p.a.join('xl', LANG_CONG)
        p.a.write('xl', "INSERT INTO border_notice (unit, partner_unit, category, body, state) VALUES "
                  "(?, ?, 'theft', ?, 'sent')", LANG_CONG, TRUONG_SINH, 'xã-' + SECRET)
        p.a.write('xl', "INSERT INTO joint_patrol (unit, partner_unit, results, state) VALUES "
                  "(?, ?, ?, 'sent')", LANG_CONG, TRUONG_SINH, 'bảng-' + SECRET)
        p.a.write('xl', "INSERT INTO incident (unit, area, category, summary) VALUES (?, 1, 'theft', ?)",
                  LANG_CONG, 'vụ-' + SECRET)
        p.a.json('xl', 'sync')
        done = p.round(p.a)
        self.assertEqual((done['told'], done['refused']), (1, 3))
        self.assertEqual(p.round(p.b)['came'], 1)
        p.b.json('ts', 'sync')
        self.nowhere(p, [SECRET])
        self.assertEqual(self.codes(p.a, 'out'), ['E319'])
        self.assertEqual({e['detail'] for e in p.journal(p.a) if e['code']}, {'category', 'unit', ''})
        held = 'SELECT body, category, voided_at > 0 FROM border_notice'
        self.assertEqual(p.held(p.a, 'out', held), [('được qua, dữ liệu mẫu', 'theft', None)])
        # what lies there, told or not yet pulled, is withdrawn as a narrower agreement is brought in
        p.agree(sides=('a',), categories='gambling')
        self.assertEqual(p.held(p.a, 'out', held), [(None, None, 1)])
        self.assertEqual(p.round(p.a)['told'], 0)
        self.assertEqual(p.held(p.a, 'out', held), [(None, None, 1)])
        p.agree(sides=('a',))  # as before: it is told again
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertEqual(p.held(p.a, 'out', held), [('được qua, dữ liệu mẫu', 'theft', None)])

    def test_its_rows_outside_the_agreement(self):
        """A partner that brought in another agreement than ours: its program sends what it names."""
        p = Pair(self)
        p.agree(sides=('b',), categories='theft, murder')
        with open(p.b.path('agreement')) as stream:
            text = stream.read().replace('communes_b = ', 'communes_b = 02623@2004-01-01, ').replace(
                'communes_a = ', 'communes_a = %s, ' % LANG_CONG).replace(
                'label, category', 'label, dispatch_no, category')
        with open(p.b.path('agreement'), 'w') as stream:
            stream.write(text)
        p.b.run('district', 'liaison', 'agree', 'Sông Lô', p.b.path('agreement'), '--side', 'b')
        units(p.b.path('more.csv'), [
            ('02623@2004-01-01', 3, 'commune', 'Hào Phú', '076@2004-01-01'),
            (LANG_CONG, 3, 'commune', 'Lãng Công', '253@2008-12-23')])
        p.b.run('district', 'import', 'unit', p.b.path('more.csv'))
        p.b.join('hp', '02623@2004-01-01')
        p.b.json('ts', 'sync')
        p.notice('của ta, dữ liệu mẫu', state='draft')
        ours = p.a.value('xa', 'SELECT id FROM border_notice')
        lost = self.told_and_lost(p)
        insert = ('INSERT INTO border_notice (id, unit, partner_unit, category, body, dispatch_no, state) '
                  "VALUES (?, ?, ?, ?, ?, ?, 'sent')")
        new = [bytes([65 + i]) * 16 for i in range(6)]
        for name, row in (('ts', (new[0], TRUONG_SINH, BACH_LUU, 'theft', 'tốt, dữ liệu mẫu', None)),
                          ('ts', (new[1], TRUONG_SINH, BACH_LUU, 'murder', 'loại', None)),
                          ('ts', (new[2], TRUONG_SINH, BACH_LUU, 'theft', 'ô', '12/CA')),
                          ('ts', (new[3], TRUONG_SINH, LANG_CONG, 'theft', 'xã ta', None)),
                          ('hp', (new[4], '02623@2004-01-01', BACH_LUU, 'theft', 'xã bạn', None)),
                          ('ts', (ours, TRUONG_SINH, BACH_LUU, 'theft', 'đè lên dòng của ta', None)),
                          ('ts', (lost, TRUONG_SINH, BACH_LUU, 'theft', 'đè lên dòng đã mất', None))):
            p.b.write(name, insert, *row)
        # how far our answers have come is not the writer's to say
        p.b.write('ts', "INSERT INTO border_notice (id, unit, partner_unit, category, body, state) VALUES "
                  "(?, ?, ?, 'theft', 'đã trả lời, dữ liệu mẫu', 'answered')", new[5], TRUONG_SINH, BACH_LUU)
        for name in ('ts', 'hp'):
            p.b.json(name, 'sync')
        self.assertEqual(p.round(p.b)['told'], 8)
        done = p.round(p.a)
        self.assertEqual((done['came'], done['refused']), (2, 6))
        lines = {(e['code'], e['detail']) for e in p_lines(p.a) if e['way'] == 'in' and e['code']}
        self.assertEqual(lines, {('E319', 'category'), ('E319', 'dispatch_no'), ('E319', 'partner_unit'),
                                 ('E319', 'unit'), ('E320', '')})
        self.assertEqual(sorted(p.a.ask('district', 'SELECT id, unit, body, state FROM border_notice')),
                         sorted([(ours, BACH_LUU, 'của ta, dữ liệu mẫu', 'draft'),
                                 (new[0], BACH_LUU, 'tốt, dữ liệu mẫu', 'sent'),
                                 (new[5], BACH_LUU, 'đã trả lời, dữ liệu mẫu', 'sent')]))
        again = p.round(p.a)  # told once, not at each round; the rest goes on
        self.assertEqual(len([e for e in p_lines(p.a) if e['way'] == 'in' and e['code']]), 6)
        self.assertTrue(again['pulled'])
        self.assertEqual(p.a.value('district', 'SELECT count(acknowledged_at) FROM border_notice'), 0)

    def told_and_lost(self, p):
        """A row of ours that the partner was told, and that our file has lost: the mailbox knows its key."""
        p.notice('mất, dữ liệu mẫu')
        self.assertEqual(p.round(p.a)['told'], 1)
        key = p.a.value('xa', "SELECT id FROM border_notice WHERE state = 'sent'")
        db = sqlite3.connect(p.a.path('district', 'district.db'), timeout=30)
        with db:
            db.execute('DELETE FROM border_notice WHERE id = ?', (key,))
            db.execute('DELETE FROM tq_liaison_row')
        db.close()
        return key

    def push(self, p, *statements):
        """As a hostile office over the link's own keys: the program of an office on the mailbox, with
        its triggers (all columns an office's), and what no program of ours writes."""
        box = p.b.path('district', 'liaison', '1', 'in')
        os.rename(box, p.b.path('evil'))
        try:
            p.b.call('evil', 'status')  # puts the triggers of an office's catalogue there
            for sql, args in statements:
                p.b.write('evil', sql, *args)
            return p.b.call('evil', '--json', 'sync', timeout=60)
        finally:
            os.rename(p.b.path('evil'), box)

    def it_writes_our_rows_and_answers_what_was_not_asked(self, p):
        p.notice('nguyên văn, dữ liệu mẫu')
        p.round(p.a)
        p.round(p.b)
        of = "FROM border_notice WHERE body LIKE 'nguyên văn%'"
        key = p.a.value('xa', 'SELECT id ' + of)
        unknown = b'unasked-16-bytes'
        self.push(p,
                  ("UPDATE border_notice SET body = 'giả'", ()),
                  ("UPDATE border_notice SET state = 'closed'", ()),
                  ("UPDATE tq_flag SET applying = 1", ()),
                  ("INSERT INTO border_notice (id, unit, partner_unit, category, body) VALUES "
                   "(?, ?, ?, 'theft', 'ma')", (unknown, BACH_LUU, TRUONG_SINH)),
                  ("UPDATE tq_flag SET applying = 0", ()),
                  ("UPDATE border_notice SET answer = 'không ai hỏi' WHERE id = ?", (unknown,)),
                  ("UPDATE border_notice SET answer_no = '9/CA' WHERE id = ?", (key,)))
        p.round(p.a)
        lines = len(p.journal(p.a))
        p.round(p.a)
        p.round(p.a)
        self.assertEqual(len([e for e in p_lines(p.a) if e['way'] == 'answer_in' and e['detail'] == 'answer_no']), 1)
        self.assertLess(len(p.journal(p.a)) - lines, 2)  # said once, not at each round
        self.assertEqual(p.a.ask('district', 'SELECT id, body, state, answer ' + of),
                         [(key, 'nguyên văn, dữ liệu mẫu', 'sent', None)])
        self.assertEqual(p.held(p.a, 'out', 'SELECT id, body, state ' + of),
                         [(key, 'nguyên văn, dữ liệu mẫu', 'sent')])
        self.assertEqual(self.codes(p.a, 'answer_in'), ['E319', 'E321', 'R04'])
        said = p.a.run('district', 'liaison', 'journal', 'Sơn Dương')
        self.assertIn('huyện bạn trả lời điều ta không hỏi', said)
        # the rest is unaffected
        self.assertEqual(p.a.value('district', "SELECT count(*) FROM border_notice WHERE answer IS NOT NULL "
                                   "OR body IN ('giả', 'ma')"), 0)
        p.notice('tiếp, dữ liệu mẫu')
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertTrue(p.a.json('district', 'ledger', 'verify')['whole'])

    def the_end(self, p):
        p.b.write('ts', "INSERT INTO border_notice (unit, partner_unit, category, body, state) VALUES "
                  "(?, ?, 'theft', 'của bạn', 'sent')", TRUONG_SINH, BACH_LUU)
        p.b.json('ts', 'sync')
        p.round(p.b)
        self.assertEqual(p.round(p.a)['came'], 1)
        p.a.json('district', 'liaison', 'invite', 'Sơn Dương', '--hours', '8760')
        p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        self.assertEqual(p.held(p.a, 'out', 'SELECT count(*) FROM tq_invitation WHERE used_device IS NULL '
                                'AND expires_at > ?', int(time.time() * 1000)), [(0,)])
        done = p.a.call('district', '--json', 'liaison', 'invite', 'Sơn Dương')
        self.assertIn('E322', done.stdout)
        link = p.link(p.a)
        self.assertEqual((link['state'], link['frozen']), ('ended', 1))
        done = p.b.call('district', '--json', 'liaison', 'sync')
        self.assertEqual(done.returncode, 3)
        self.assertIn(p.link(p.b)['problem'], ('E304', 'E305'))  # its key is nobody's any more
        self.assertIn(p.link(p.b)['problem'], [e['code'] for e in p_lines(p.b) if e['way'] == 'line'])
        done = p.a.call('district', '--json', 'liaison', 'sync', 'Sơn Dương')
        self.assertIn('E322', done.stdout)
        # the last word of before changes nothing any more
        p.b.write('ts', "UPDATE border_notice SET body = 'đổi' WHERE direction = 'out'")
        p.b.json('ts', 'sync')
        p.b.call('district', 'liaison', 'sync')
        p.a.call('district', 'liaison', 'sync', 'Sơn Dương')
        self.assertEqual(p.a.value('district', "SELECT body FROM border_notice WHERE direction = 'in'"),
                         'của bạn')
        programs.wait_until(lambda: [e for e in p_lines(p.a) if e['way'] == 'line' and e['code'] in ('E304', 'E305')],
                            'the knock is in our journal')

    def test_its_agreement_is_over_and_then_the_link(self):
        p = Pair(self)
        p.agree(sides=('a',), to='2020-12-31')
        self.assertEqual(p.link(p.a)['state'], 'not_in_force')
        programs.wait_until(lambda: 'E322' in p.b.call('district', '--json', 'liaison', 'sync').stdout,
                            'refused')
        self.assertEqual(p.link(p.b)['problem'], 'E322')
        p.notice('một, dữ liệu mẫu')
        done = p.a.call('district', 'liaison', 'sync', 'Sơn Dương')
        self.assertEqual(done.returncode, 3)
        self.assertIn('[E322]', done.stderr)
        self.assertEqual(p.held(p.a, 'out', 'SELECT count(*) FROM border_notice'), [(0,)])
        programs.wait_until(lambda: [e for e in p_lines(p.a) if e['code'] == 'E322'], 'in our journal')
        p.agree(sides=('a',))  # signed anew: it goes on with the same keys
        self.assertEqual(p.round(p.a)['told'], 1)
        p.round(p.b)
        self.assertEqual(p.b.value('district', 'SELECT count(*) FROM border_notice'), 1)
        self.the_end(p)

    def an_unknown_key(self, p):
        box = p.b.path('district', 'liaison', '1', 'in', 'device.key')
        other = p.b.path('ts', 'device.key')  # a key, but not one that was pinned
        os.rename(box, box + '.kept')
        shutil.copy(other, box)
        link = os.path.join(os.path.dirname(box), 'district.link')
        with open(link) as stream:  # without the certificate nobody at home looks at whose key it is
            lines = [x for x in stream if not x.startswith(('certificate', 'readmit', 'guest', 'machine'))]
        os.rename(link, link + '.kept')
        with open(os.open(link, os.O_WRONLY | os.O_CREAT, 0o600), 'w') as stream:
            stream.writelines(lines)
        done = p.b.call('district', '--json', 'liaison', 'sync')
        self.assertIn('E304', done.stdout)
        programs.wait_until(lambda: [e for e in p_lines(p.a) if e['way'] == 'line' and e['code'] == 'E304'],
                            'the stranger is in our journal')
        os.rename(box + '.kept', box)
        os.rename(link + '.kept', link)
        self.assertTrue(p.round(p.b)['pulled'])


class Personal(unittest.TestCase):
    def test_what_names_people_or_is_secret_stays(self):
        """Written by SQL, past the questions of `add`: the sender's round asks the same."""
        p = Pair(self)
        bad = ('Gọi ông Nguyễn Văn A, dữ liệu mẫu', 'Gọi 0912345678', 'CMND 135792468', 'Tài liệu MẬT của công an')
        for body in bad:
            p.notice(body)
        p.notice('Công văn 123/CV-CAH ngày 05-11-2020 08:30, 15 xe', dispatch_no='123/CV-CAH')
        p.a.write('xa', "INSERT INTO border_meeting (unit, partner_unit, held_on, place, minutes_no, state) VALUES "
                  "(?, ?, '2020-11-05', 'do ông Nguyễn Văn B, Chủ tịch, chủ trì', '7/BB', 'sent')", BACH_LUU, TRUONG_SINH)
        p.a.json('xa', 'sync')
        said = p.round(p.a)
        self.assertEqual((said['told'], said['refused']), (2, 4))
        self.assertEqual([(e['code'], e['detail']) for e in p.journal(p.a) if e['code']], [('E328', 'body')] * 4)
        self.assertEqual(p.round(p.a)['told'], 0)
        self.assertEqual(len([e for e in p.journal(p.a) if e['code']]), 4)  # said once
        self.assertEqual(p.link(p.a)['refused'], 4)
        held = p.held(p.a, 'out', 'SELECT group_concat(body) FROM border_notice')[0][0]
        self.assertEqual(held, 'Công văn 123/CV-CAH ngày 05-11-2020 08:30, 15 xe')
        # mended, it goes; told before and void now, it goes without the words
        p.a.write('xa', "UPDATE border_notice SET body = 'Gọi trực ban, dữ liệu mẫu' WHERE body = ?", bad[1])
        p.a.json('xa', 'sync')
        self.assertEqual(p.round(p.a)['told'], 1)
        p.a.write('xa', "UPDATE border_notice SET body = ?, voided_at = 1604275200000, void_reason = 'mẫu' "
                  "WHERE body LIKE 'Gọi trực ban%'", bad[3])
        p.a.json('xa', 'sync')
        p.round(p.a)
        p.round(p.b)
        self.assertEqual(p.b.ask('district', 'SELECT body FROM border_notice WHERE voided_at IS NOT NULL'), [(None,)])
        # an answer of theirs likewise
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answered_on = '2020-11-10', answer = ? "
                  'WHERE voided_at IS NULL', bad[0])
        p.b.json('ts', 'sync')
        self.assertEqual(p.round(p.b)['answers_out'], 0)
        self.assertIn(('answer_out', 'E328', 'answer'), [(e['way'], e['code'], e['detail']) for e in p.journal(p.b)])
        p.b.write('ts', "UPDATE border_notice SET answer = 'Đã gọi, dữ liệu mẫu' WHERE voided_at IS NULL")
        p.b.json('ts', 'sync')
        self.assertEqual(p.round(p.b)['answers_out'], 1)


class Yearly(unittest.TestCase):
    """What the agreement lists by half-years and years."""

    def due(self, w):
        return [(d['kind'], d['unit'], d['partner']) for d in w.json('district', 'liaison', 'due')['due']
                if d['kind'].startswith('statistics') or d['kind'] == 'handover']

    def last_half(self):
        now = time.gmtime(time.time() + 7 * 3600)
        return '%d-H1' % now.tm_year if now.tm_mon > 6 else '%d-H2' % (now.tm_year - 1)

    def test_statistics_and_the_standing_unit(self):
        p = Pair(self)
        half, ours, theirs = self.last_half(), ('statistics_ours', BACH_LUU, None), ('statistics_theirs', None, TRUONG_SINH)
        self.assertEqual(self.due(p.a).count(ours), 2)  # the half-year and the year
        self.assertEqual(self.due(p.a).count(theirs), 2)
        day = half[:4] + ('-03-01' if half.endswith('1') else '-09-01')
        for category, n in (('theft', 5), ('gambling', 2), ('drugs', 9)):
            for _ in range(n):
                p.a.write('xa', 'INSERT INTO incident (unit, area, category, occurred_on) VALUES (?, 1, ?, ?)',
                          BACH_LUU, category, day)
        p.a.json('xa', 'sync')
        drafted = p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', half)
        said = drafted['figures'][0]['figures']
        self.assertEqual(said, 'Trộm cắp: …; Cờ bạc: <3; Tổng: 7 (…: không nêu, để số nhỏ không bị suy ra)')  # nor does the total tell it; no other kind
        self.assertEqual(p.round(p.a)['told'], 0)  # a draft stays at home
        for _ in range(2):
            p.a.write('xa', 'INSERT INTO incident (unit, area, category, occurred_on) VALUES (?, 1, ?, ?)',
                      BACH_LUU, 'gambling', day)
        p.a.json('xa', 'sync')
        p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', half, '--send')
        # what is sent is the draft that was looked at, and what stays says what it said
        again = p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', half, '--send')
        self.assertEqual((again['rows'], again['stays']), (0, 1))
        self.assertEqual([f['figures'] for f in again['figures']], [said])
        self.assertEqual(self.due(p.a).count(ours), 1)
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertEqual(p.round(p.b)['came'], 1)
        self.assertEqual(p.b.ask('district', 'SELECT unit, period, figures, state FROM border_statistics'),
                         [(TRUONG_SINH, half, said, 'sent')])
        self.assertEqual(self.due(p.b).count(('statistics_theirs', None, BACH_LUU)), 1)
        self.assertIn('statistics_seen', [d[0] for d in self.due(p.b)])
        key = [d['row']['key'] for d in p.b.json('district', 'liaison', 'due')['due'] if d['kind'] == 'statistics_seen']
        p.b.json('district', 'set', 'border_statistics', '--row', key[0], 'state=acknowledged', 'was:state=sent')
        self.assertNotIn('statistics_seen', [d[0] for d in self.due(p.b)])
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.ask('district', 'SELECT state, acknowledged_at > 0 FROM border_statistics'),
                         [('acknowledged', 1)])
        self.assertNotIn('statistics_seen', [d[0] for d in self.due(p.b)])
        for bad in ('2020-H3', '2020-13', '202O'):
            self.assertEqual(p.a.call('district', 'liaison', 'statistics', 'Sơn Dương', bad).returncode, 2, bad)
        self.assertIn('E', p.a.call('district', '--json', 'liaison', 'statistics', 'Sơn Dương', '2999').stdout)
        self.the_halves_and_the_year(p)
        # the standing unit of a year: minutes of both sides, each signature on its own side
        p.a.write('xa', "INSERT INTO border_handover (unit, partner_unit, year, standing, handed_on, minutes_no, signed_on, "
                  "state) VALUES (?, ?, 2021, 'Huyện Sơn Dương', '2021-01-15', '3/BB', '2021-01-15', 'sent')",
                  BACH_LUU, TRUONG_SINH)
        p.a.json('xa', 'sync')
        p.round(p.a)
        self.assertEqual(p.round(p.b)['came'], 1)
        row = 'SELECT year, standing, handed_on, minutes_no, signed_on, partner_signed_on FROM border_handover'
        self.assertEqual(p.b.ask('district', row),
                         [(2021, 'Huyện Sơn Dương', '2021-01-15', '3/BB', None, '2021-01-15')])
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_handover SET signed_on = '2021-01-16'")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.ask('district', row),
                         [(2021, 'Huyện Sơn Dương', '2021-01-15', '3/BB', '2021-01-15', '2021-01-16')])
        self.minutes_that_both_signed_count(p)
        self.who_stands_and_who_is_next(p)
        self.what_cannot_cross_is_not_sent(p)
        self.statistics_cross_for_some_days_more(p)
        self.an_older_neighbour_is_told_of(p)

    def who_stands_and_who_is_next(self, p):
        """The text names the order, and both districts and their offices know whose turn it is."""
        year = int(time.strftime('%Y', time.gmtime(time.time() + 7 * 3600)))
        order = ['Huyện Sông Lô', 'Trường Sinh']
        now, following = (order[(y - 2020) % 2] for y in (year, year + 1))
        self.assertEqual(p.link(p.a)['standing'], '')  # the text of before does not say
        p.agree(more='standing = Huyện Sông Lô, %s\n' % TRUONG_SINH)
        for w in (p.a, p.b):
            link = p.link(w)
            self.assertEqual([link['standing'], link['standing_next']], [now, following])
            self.assertEqual(w.json('district', 'liaison', 'due')['standing'],
                             [{'link': p.name(w), 'year': year, 'standing': now, 'standing_next': following}])
            self.assertIn(now, w.run('district', 'liaison', 'list'))
            self.assertEqual([(s['year'], s['name']) for s in w.json('district', 'liaison', 'show', p.name(w))['standing']],
                             [(2020, 'Huyện Sông Lô'), (2021, 'Trường Sinh')])
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', 'SELECT standing_order, standing_from, standing_unit FROM liaison_agreement'),
                         [('Huyện Sông Lô; ' + TRUONG_SINH, 2020, TRUONG_SINH if now == 'Trường Sinh' else None)])
        p.agree()
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', 'SELECT standing_order, standing_from, standing_unit FROM liaison_agreement'),
                         [(None, None, None)])

    def the_halves_and_the_year(self, p):
        """What a half hides, the year less the other half must not tell."""
        for day, category, n in (('2019-03-01', 'theft', 9), ('2019-03-01', 'gambling', 2), ('2019-09-01', 'theft', 5),
                                 ('2019-09-01', 'gambling', 6)):
            for _ in range(n):
                p.a.write('xa', 'INSERT INTO incident (unit, area, category, occurred_on) VALUES (?, 1, ?, ?)',
                          BACH_LUU, category, day)
        p.a.json('xa', 'sync')
        told = [p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', period)['figures'][0]['figures'].split(' (')[0]
                for period in ('2019-H1', '2019-H2', '2019')]
        self.assertEqual(told, ['Trộm cắp: …; Cờ bạc: <3; Tổng: 11', 'Trộm cắp: 5; Cờ bạc: 6; Tổng: 11',
                                'Trộm cắp: …; Cờ bạc: …; Tổng: 22'])
        # sent so, H1 hides it for good: one more that came late does not open the year
        p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', '2019-H1', '--send')
        p.a.write('xa', "INSERT INTO incident (unit, area, category, occurred_on) VALUES (?, 1, 'gambling', '2019-04-01')",
                  BACH_LUU)
        p.a.json('xa', 'sync')
        year = p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', '2019')['figures'][0]['figures']
        self.assertTrue(year.startswith('Trộm cắp: …; Cờ bạc: …; Tổng: 23'), year)
        p.round(p.a)
        self.assertEqual(p.round(p.b)['came'], 1)

    def what_cannot_cross_is_not_sent(self, p):
        """No kinds in the agreement, or its days are over: refused, nothing written, nobody asked for it."""
        held = 'SELECT count(*) FROM border_statistics'
        before = p.a.ask('district', held)
        for other, code in (({'categories': ''}, 'E319'), ({'to': '2020-12-31'}, 'E322')):
            p.agree(sides=('a',), **other)
            for send in ([], ['--send']):
                done = p.a.call('district', '--json', 'liaison', 'statistics', 'Sơn Dương', '2018', *send)
                self.assertIn(code, done.stdout)
            self.assertEqual([d for d in self.due(p.a) if d[0] in ('statistics_ours', 'statistics_theirs')], [])
        self.assertEqual(p.a.ask('district', held), before)
        # on its last day a period that ends with it can be sent; the day before it goes on
        today = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 7 * 3600))
        if today[5:] not in ('06-30', '12-31'):
            p.agree(sides=('a',), to=today[:4] + '-12-31')
            self.assertIn('E207', p.a.call('district', '--json', 'liaison', 'statistics', 'Sơn Dương', today[:4]).stdout)

    def statistics_cross_for_some_days_more(self, p):
        """An agreement that ended yesterday and says so: figures of its last periods cross, and nothing else, in
        either direction."""
        def day(n):
            return time.strftime('%Y-%m-%d', time.gmtime(time.time() + 7 * 3600 + n * 86400))
        p.agree(to=day(-1), more='statistics_until = %s\n' % day(10))
        self.assertEqual(p.link(p.a)['state'], 'not_in_force')
        self.assertEqual([d[0] for d in self.due(p.a) if d[0] == 'statistics_ours'], ['statistics_ours'])  # 2019 or so
        lines = len(p.journal(p.a))
        p.notice(SECRET)
        p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', '2018', '--send')
        self.assertEqual(p.round(p.a)['told'], 1)
        self.assertEqual(p.round(p.b)['came'], 1)
        told = "SELECT state, acknowledged_at > 0 FROM border_statistics WHERE period = '2018'"
        self.assertEqual(p.b.ask('district', told), [('sent', None)])
        self.assertEqual(p.b.ask('district', 'SELECT count(*) FROM border_notice'), [(0,)])
        self.assertEqual([(e['table'], e['code']) for e in p.journal(p.a)[lines:]], [('border_statistics', '')])
        key = p.b.ask('district', "SELECT lower(hex(id)) FROM border_statistics WHERE period = '2018'")[0][0]
        p.b.json('district', 'set', 'border_statistics', '--row', key, 'state=acknowledged', 'was:state=sent')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.ask('district', told), [('acknowledged', 1)])
        # the neighbour's text is still in force: what it tells beside figures is not laid here
        p.agree(sides=('a',))
        self.assertEqual(p.round(p.a)['told'], 1)
        done = p.round(p.b)
        self.assertEqual((done['came'], done['refused']), (0, 1))
        self.assertEqual([e['code'] for e in p.journal(p.b) if e['table'] == 'border_notice' and e['way'] == 'in'],
                         ['E322'])
        self.assertEqual(p.b.ask('district', 'SELECT count(*) FROM border_notice'), [(0,)])
        # and then no more
        p.agree(to=day(-20), more='statistics_until = %s\n' % day(-1))
        self.assertIn('E322', p.a.call('district', '--json', 'liaison', 'statistics', 'Sơn Dương', '2017').stdout)
        self.assertIn('E322', p.a.call('district', '--json', 'liaison', 'sync', 'Sơn Dương').stdout)

    def an_older_neighbour_is_told_of(self, p):
        """What names more than its programs know is agreed on with a word of warning."""
        p.agree(sides=('a',))
        self.assertFalse(p.agreed['partner_older'])
        with sqlite3.connect(p.a.path('district', 'liaison', '1', 'out', 'district.db'), timeout=30) as db:
            db.execute('UPDATE tq_device SET schema = 1')
        db.close()
        p.agree(sides=('a',))
        self.assertTrue(p.agreed['partner_older'])
        said = p.a.call('district', 'liaison', 'agree', 'Sơn Dương', p.a.path('agreement'), '--side', 'a')
        self.assertIn('E318', said.stderr)

    def minutes_that_both_signed_count(self, p):
        """B3 of our commune is fed by what the neighbour's office signs over the link."""
        def points():
            p.a.json('xa', 'sync')
            return {c['code']: c['points_c'] for c in p.a.json('xa', 'score', '2020-Q4')['criteria']}['B3']
        p.a.write('xa', "INSERT INTO border_meeting (unit, partner_unit, held_on, place, minutes_no, signed_on, state) "
                  "VALUES (?, ?, '2020-10-20', 'dữ liệu mẫu', '1/BB', '2020-10-20', 'sent')", BACH_LUU, TRUONG_SINH)
        self.assertEqual(points(), 0)
        p.round(p.a)
        p.round(p.b)
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(points(), 0)  # seen there, and not signed
        p.b.write('ts', "UPDATE border_meeting SET signed_on = '2020-10-21'")
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(points(), 100)


class Seen(unittest.TestCase):
    """Meetings, joint patrols and hand-overs: who saw them when, and one state on both sides."""
    maxDiff = None
    ROWS = {'border_meeting': ('meeting_new', 'held_on', {}), 'joint_patrol': ('patrol_new', 'planned_on', {}),
            'border_handover': ('handover_new', 'handed_on', {'year': 2021, 'standing': 'Huyện Sơn Dương'})}

    def draft(self, p, table, label):
        _, day, more = self.ROWS[table]
        row = dict({'unit': BACH_LUU, 'partner_unit': TRUONG_SINH, 'label': label, day: '2020-11-03',
                    'minutes_no': label + '/BB', 'state': 'sent'}, **more)
        p.a.write('xa', 'INSERT INTO %s (%s) VALUES (%s)' % (table, ', '.join(row), ', '.join('?' * len(row))),
                  *row.values())

    def both(self, p, table, label, columns='state'):
        """As either office has it."""
        sql = 'SELECT %s FROM %s WHERE label = ?' % (columns, table)
        return [w.ask(name, sql, label)[0] for w, name in ((p.a, 'xa'), (p.b, 'ts'))]

    def new(self, p):
        return sorted(i['kind'] for i in p.b.json('ts', 'today')['due'] if i['kind'].endswith('_new'))

    def test_both_sides_see_how_far_it_has_come(self):
        p = Pair(self)
        p.agree(more=SHARED + 'signer_a = Phó Chủ tịch\nsigner_b = Trưởng Công an\n')
        for table in self.ROWS:
            self.draft(p, table, 'một')
        p.night()
        for table in self.ROWS:
            self.assertEqual(self.both(p, table, 'một', 'came, state, acknowledged_at'),
                             [(0, 'sent', None), (1, 'sent', None)], table)
        self.assertEqual(self.new(p), sorted(kind for kind, _, _ in self.ROWS.values()))
        self.assertEqual([d['kind'] for d in p.b.json('district', 'liaison', 'due')['due']].count('seen_ours'), 3)
        self.assertEqual([d['kind'] for d in p.a.json('district', 'liaison', 'due')['due']].count('seen_ours'), 0)
        # acknowledged there by a command, and so here, with who and when
        for table in self.ROWS:
            p.b.json('ts', 'edit', table, 'một', 'state=acknowledged', '--yes')
        p.night()
        self.assertEqual(self.new(p), [])
        for table in self.ROWS:
            here, there = self.both(p, table, 'một', 'state, acknowledged_at')
            self.assertEqual(here, there, table)
            self.assertEqual((here[0], here[1] > 0), ('acknowledged', True), table)
            key = p.a.ask('xa', 'SELECT lower(hex(id)) FROM %s' % table)[0][0]
            story = p.a.json('xa', 'why', table, key, 'acknowledged_at')['story']
            self.assertIn('Huyện Sơn Dương (Trưởng Công an)', [s.get('author') or s.get('by') for s in story])
        # signed there: answered on both sides; who signs at once has seen it
        for table in self.ROWS:
            self.draft(p, table, 'hai')
        p.night()
        for table in self.ROWS:
            p.b.write('ts', "UPDATE %s SET signed_on = '2020-11-05'" % table)
        p.night()
        for table in self.ROWS:
            for label in ('một', 'hai'):
                here, there = self.both(p, table, label, 'state, acknowledged_at')
                self.assertEqual((here, here[0], here[1] > 0), (there, 'answered', True), (table, label))
                self.assertEqual(self.both(p, table, label, 'signed_on, partner_signed_on'),
                                 [(None, '2020-11-05'), ('2020-11-05', None)], (table, label))
        # closed here, and so there; nothing is left to say
        p.a.write('xa', "UPDATE border_meeting SET state = 'closed'")
        p.night()
        self.assertEqual(self.both(p, 'border_meeting', 'một'), [('closed',)] * 2)
        for w in (p.a, p.b):
            done = p.round(w)
            self.assertEqual([done[n] for n in ('told', 'came', 'answers_out', 'answers_in', 'refused')], [0] * 5)
        self.an_agreement_of_before(p)

    def an_agreement_of_before(self, p):
        """It does not name who saw what: a signature still brings both sides as far."""
        p.agree()
        self.draft(p, 'border_meeting', 'ba')
        p.night()
        p.b.json('ts', 'edit', 'border_meeting', 'ba', 'state=acknowledged', '--yes')
        p.night()
        self.assertEqual(self.both(p, 'border_meeting', 'ba'), [('sent',), ('acknowledged',)])
        p.b.write('ts', "UPDATE border_meeting SET signed_on = '2020-11-05' WHERE label = 'ba'")
        p.night()
        self.assertEqual(self.both(p, 'border_meeting', 'ba'), [('answered',), ('answered',)])


class OneCase(unittest.TestCase):
    """A theft on the border that both sides saw and wrote down is one case: counted once, where it happened."""
    maxDiff = None

    def figures(self, w):
        said = w.json('district', 'liaison', 'statistics', 'Sơn Dương' if w is self.p.a else 'Sông Lô', '2020-H2')
        return said['figures'][0]['figures'].split(';')[0]

    def counted(self):
        """By the statistics of either side, and by the scorer of either office."""
        facts = [w.json(name, 'facts', '2020-Q4', '3.4')['n'] for w, name in ((self.p.a, 'xa'), (self.p.b, 'ts'))]
        return [self.figures(w) for w in (self.p.a, self.p.b)] + facts


    def places(self):
        """(here, there) as either side has it."""
        return [w.ask(db, 'SELECT case_unit, partner_case_unit FROM border_notice')
                for w, db in ((self.p.a, 'xa'), (self.p.b, 'ts'))]

    def differs(self):
        return ['case_differs' in [d['kind'] for d in w.json('district', 'liaison', 'due')['due']]
                for w in (self.p.a, self.p.b)]

    def test_a_theft_that_both_sides_saw(self):
        self.p = p = Pair(self)
        p.b.run('district', 'sheet', 'import', os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), '--publish')
        ours, theirs = b'theft-of-our-own', b'theft-as-they-do'
        p.agree(more=SHARED)
        # neither has the day, both know of it: it counts by that
        known = 1604286000000  # 02/11/2020
        p.a.write('xa', "INSERT INTO incident (id, unit, area, category, known_at, at_border) VALUES (?, ?, 3, 'theft', ?, 1)",
                  ours, BACH_LUU, known)
        p.b.write('ts', "INSERT INTO incident (id, unit, area, category, known_at, at_border) VALUES (?, ?, 3, 'theft', ?, 1)",
                  theirs, TRUONG_SINH, known)
        p.notice(incident=ours, happens_on='2020-11-01')
        self.p.night()
        one, none = 'Trộm cắp: <3', 'Trộm cắp: 0'
        self.assertEqual(self.counted(), [one, one, 1, 1])  # nobody has said that it is one
        self.assertEqual(self.places(), [[(BACH_LUU, None)], [(None, BACH_LUU)]])
        self.assertEqual(p.b.ask('ts', 'SELECT happens_on, incident FROM border_notice'), [('2020-11-01', None)])
        # the neighbour links its own line, and does not say where: both count it, and both districts see that
        p.b.write('ts', "UPDATE border_notice SET incident = ?, state = 'acknowledged'", theirs)
        self.p.night()
        self.assertEqual(self.places(), [[(BACH_LUU, TRUONG_SINH)], [(TRUONG_SINH, BACH_LUU)]])
        self.assertEqual(self.differs(), [True, True])
        self.assertEqual(p.a.ask('xa', 'SELECT state FROM border_notice'), [('acknowledged',)])
        # it says that it happened at ours
        p.b.write('ts', 'UPDATE incident SET across_unit = ?', BACH_LUU)
        self.p.night()
        self.assertEqual(self.counted(), [one, none, 1, 0])
        self.assertEqual(self.places(), [[(BACH_LUU, BACH_LUU)], [(BACH_LUU, BACH_LUU)]])
        self.assertEqual(self.differs(), [False, False])
        self.it_happened_there(p, ours, one, none)

    def it_happened_there(self, p, ours, one, none):
        p.a.write('xa', 'UPDATE incident SET across_unit = ?', TRUONG_SINH)
        p.b.write('ts', 'UPDATE incident SET across_unit = NULL')
        self.p.night()
        self.assertEqual(self.counted(), [none, one, 0, 1])
        # whoever hides a case of his own behind the border is found out by the district
        said = p.a.json('district', 'reconcile', '2020-Q4')
        self.assertEqual((said['reconciled'], said['across']), (1, 1))
        key = p.a.ask('district', 'SELECT lower(hex(id)) FROM incident')[0][0]
        p.a.json('district', 'set', 'incident', '--row', key, 'counted_here=1', 'was:counted_here=0')
        self.p.night()
        self.assertEqual(self.counted(), [one, one, 1, 1])
        self.assertEqual(self.differs(), [True, True])
        # the link is taken back, and no key of a row was ever told
        p.b.write('ts', 'UPDATE border_notice SET incident = NULL')
        self.p.night()
        self.assertEqual(self.places(), [[(BACH_LUU, None)], [(None, BACH_LUU)]])
        for w, which in ((p.a, 'out'), (p.b, 'in')):
            self.assertEqual(p.held(w, which, 'SELECT incident FROM border_notice'), [(None,)])
        self.an_agreement_of_before(p)

    def an_agreement_of_before(self, p):
        """It names no place of a case: nothing of it crosses, what was told is withdrawn, and the rest goes on."""
        p.agree()
        p.notice('sau, dữ liệu mẫu')
        self.p.night()
        self.assertEqual(p.held(p.a, 'out', 'SELECT DISTINCT case_unit, happens_on FROM border_notice'), [(None, None)])
        self.assertEqual(p.b.ask('ts', "SELECT state, partner_case_unit FROM border_notice WHERE body LIKE 'sau%'"),
                         [('sent', None)])


class Restored(unittest.TestCase):
    """The whole folder of a district is lost; its backup holds the mailboxes."""
    maxDiff = None

    def test_the_mailboxes_come_back_with_the_district(self):
        p = Pair(self)
        p.notice('một, dữ liệu mẫu')
        for w in (p.a, p.b):
            p.round(w)
        copy, keys = p.a.path('copy'), p.a.path('keys')
        self.assertEqual(p.a.json('district', 'backup', copy)['links'], 1)
        p.a.run('district', 'backup', '--keys', keys)
        held = [os.path.join(folder, name) for folder, _, names in os.walk(copy + '.liaison') for name in names]
        self.assertEqual(sorted(os.path.relpath(f, copy + '.liaison') for f in held), [
            '1/in/device.key', '1/in/district.link', '1/in/office.db', '1/out/district.db', '1/out/district.key'])
        self.assertEqual({os.stat(f).st_mode & 0o777 for f in held}, {0o600})
        self.assertIn('E107', p.a.call('district', '--json', 'backup', copy).stdout)
        # a folder without its copy is left over, of one that was removed or of a try that was cut
        os.remove(copy)
        with open(copy + '.liaison/1/out/district.db', 'w', encoding='utf-8') as stream:
            stream.write('cũ')
        shutil.copytree(copy + '.liaison', copy + '.liaison.part')
        self.assertEqual(p.a.json('district', 'backup', copy)['links'], 1)
        self.assertFalse(os.path.exists(copy + '.liaison.part'))
        # what comes later is in no copy: told, answered
        p.notice('hai, dữ liệu mẫu')
        for w in (p.a, p.b):
            p.round(w)
        p.b.json('ts', 'sync')
        p.b.write('ts', "UPDATE border_notice SET state = 'answered', answer = 'rồi, dữ liệu mẫu'")
        p.b.json('ts', 'sync')
        for w in (p.b, p.a):
            p.round(w)
        p.a.stop('district')
        config = p.a.path('district', 'district.ini')
        os.rename(p.a.path('district'), p.a.path('lost'))
        os.mkdir(p.a.path('district'), 0o700)
        shutil.copy(config.replace('/district/', '/lost/'), config)
        back = p.a.json('district', 'restore', copy, '--keys', keys)
        self.assertEqual((back['links'], back['links_unread']), (1, 0))
        p.a.serve()
        p.a.json('xa', 'sync')  # brings what it had sent since
        for w in (p.a, p.b, p.a, p.b, p.a):
            p.round(w)
        p.a.json('xa', 'sync')
        self.assertEqual(p.a.ask('xa', 'SELECT body, state, answer FROM border_notice ORDER BY body'),
                         [('hai, dữ liệu mẫu', 'answered', 'rồi, dữ liệu mẫu'),
                          ('một, dữ liệu mẫu', 'answered', 'rồi, dữ liệu mẫu')])
        for w in (p.a, p.b):
            self.assertEqual(p.link(w)['problem'], '')
        # on goes the link, both ways, without an invitation
        p.notice('ba, dữ liệu mẫu')
        p.round(p.a)
        p.round(p.b)
        self.assertEqual(p.b.value('district', 'SELECT count(*) FROM border_notice'), 3)
        p.b.write('ts', "INSERT INTO border_notice (unit, partner_unit, category, body, state) VALUES "
                  "(?, ?, 'theft', 'của bạn, dữ liệu mẫu', 'sent')", TRUONG_SINH, BACH_LUU)
        p.b.json('ts', 'sync')
        p.round(p.b)
        self.assertEqual(p.round(p.a)['came'], 1)
        # a mailbox that stands is newer, and stays
        p.a.stop('district')
        before = p.held(p.a, 'out', 'SELECT count(*) FROM border_notice')
        p.a.json('district', 'liaison', 'invite', 'Tam Đảo', '--port', programs.neighbouring_ports(2))
        self.assertEqual(p.a.json('district', 'restore', copy)['links'], 0)
        self.assertEqual(p.held(p.a, 'out', 'SELECT count(*) FROM border_notice'), before)
        # one that the copy does not know is nobody's: who is linked now under its number gets no part of it
        with open(p.a.path('district', 'liaison', '2', 'out', 'district.key'), 'rb') as stream:
            key = stream.read()
        made = p.a.json('district', 'liaison', 'invite', 'Lập Thạch', '--port', programs.neighbouring_ports(2))
        self.assertEqual(made['link'], 2)
        with open(p.a.path('district', 'liaison', '2', 'out', 'district.key'), 'rb') as stream:
            self.assertNotEqual(stream.read(), key)
        self.assertEqual(len([n for n in os.listdir(p.a.path('district', 'liaison')) if n.startswith('2.before-')]), 1)
        self.upgraded(p)

    def upgraded(self, p):
        """Mailboxes and a district's file of the version before, whose catalogue was the first, go on as those of
        today."""
        older.age(p.a.path('district', 'liaison', '1', 'in', 'office.db'), 'office/0014_machines')
        self.assertEqual(p.held(p.a, 'in', 'SELECT schema FROM tq_state'), [(1,)])
        for file in (('district.db',), ('liaison', '1', 'out', 'district.db')):
            older.age_district(p.a.path('district', *file), 'district/0018_province_paper')
        self.assertEqual(p.held(p.a, 'out', 'SELECT digest_schema FROM tq_district'), [(1,)])
        p.a.serve()
        key = p.a.value('xa', 'SELECT hex(id) FROM border_notice LIMIT 1')
        p.a.write('xa', 'UPDATE border_notice SET area = 2 WHERE hex(id) = ?', key)
        self.assertTrue(p.a.json('xa', 'sync')['equal'])
        # what was agreed on before the offices were told of it
        programs.wait_until(lambda: p.a.ask('district', 'SELECT allowed IS NOT NULL FROM liaison_agreement') == [(1,)],
                            'the offices are told')
        p.a.json('district', 'liaison', 'statistics', 'Sơn Dương', '2018', '--send')
        p.round(p.a)
        newest = max(older.CATALOGUES.values())
        self.assertEqual(p.held(p.a, 'out', 'SELECT digest_schema FROM tq_district'), [(newest,)])
        p.round(p.b)
        self.assertEqual(p.b.ask('district', 'SELECT period FROM border_statistics'), [('2018',)])
        self.assertEqual(p.b.ask('district', 'SELECT area FROM border_notice WHERE hex(id) = ?', key), [(2,)])
        self.assertTrue(p.b.json('ts', 'sync')['equal'])
        p.b.write('ts', "INSERT INTO border_notice (unit, partner_unit, category, body, state) VALUES "
                  "(?, ?, 'theft', 'sau nâng cấp, dữ liệu mẫu', 'sent')", TRUONG_SINH, BACH_LUU)
        p.b.json('ts', 'sync')
        p.round(p.b)
        p.round(p.a)
        self.assertEqual(p.a.value('district', "SELECT count(*) FROM border_notice WHERE body LIKE 'sau nâng cấp%'"), 1)
        self.assertEqual(p.held(p.a, 'in', 'SELECT schema FROM tq_state'), [(newest,)])
        self.assertEqual(p.held(p.a, 'in', 'SELECT text FROM tq_fault'), [])


def p_lines(w):
    return w.json('district', 'liaison', 'journal')['entries']


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        FOUNDED.close()
