#!/usr/bin/env python3
"""attack_neighbour.py COMMUNE DISTRICT ATTACKER - A neighbouring district with the pinned keys of its link
(docs/liaison.md) sends over real sockets what it may not: each is refused by its code, counted, in our journal;
nothing of ours moves, and the link goes on. By bundle: liaison_bundle.py."""
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import liaison  # noqa: E402
import programs  # noqa: E402

ATTACKER = None
NOTICE = 'SELECT hex(id), body, state, answer, answer_no, voided_at FROM border_notice ORDER BY id'


class Neighbour(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.p = liaison.Pair(self)
        self.p.notice('nguyên văn (dữ liệu mẫu)')
        self.p.round(self.p.a)
        self.key = self.p.a.value('district', 'SELECT hex(id) FROM border_notice')

    def attack(self, *args):
        """With the keys that the neighbour's own program joined by."""
        done = subprocess.run([ATTACKER, self.p.b.path('district', 'liaison', '1', 'in'), 'neighbour', *args],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def lines(self, way='answer_in'):
        """What was refused, as the officer reads it."""
        return sorted(e['code'] for e in liaison.p_lines(self.p.a) if e['code'] and e['way'] == way)

    def goes_on(self):
        self.p.notice('tiếp (dữ liệu mẫu)')
        self.assertEqual(self.p.round(self.p.a)['told'], 1)
        self.p.round(self.p.b)
        self.assertEqual(self.p.b.value('district', "SELECT count(*) FROM border_notice WHERE body LIKE 'tiếp%'"), 1)
        self.assertTrue(self.p.a.json('district', 'ledger', 'verify')['whole'])
        self.assertTrue(self.p.a.json('xa', 'sync')['equal'])

    def test_what_it_may_not_write(self):
        """Our words and rows, tables that do not cross, what the agreement does not name, what nobody asked: said
        by the receipt or by the agreement, one line in the journal for each, once."""
        rows, refused = self.p.a.ask('district', NOTICE), self.p.link(self.p.a)['refused']
        answer = self.attack(self.key, 'ours', 'tables', 'outside', 'unasked')
        self.assertEqual((answer['welcomed'], answer['receipts'], answer['accepted'], answer['refusals']),
                         (True, 4, 1, {}))  # what is no word of ours is an answer: the agreement judges it
        self.assertEqual(answer['exceptions'], {'R02': 2, 'R04': 4, 'R16': 1})
        for _ in range(2):  # said once, not at each round
            self.p.round(self.p.a)
            self.assertEqual(self.lines(), ['E319', 'E321'] + ['R02'] * 2 + ['R04'] * 4)
        self.assertGreaterEqual(self.p.link(self.p.a)['refused'], refused + 8)
        self.assertEqual(self.p.a.ask('district', NOTICE), rows)
        self.goes_on()

    def test_replayed(self):
        answer = self.attack(self.key, 'good')
        self.assertEqual((answer['receipts'], answer['other_receipts'], answer['refusals']), (33, 0, {}))
        done = self.p.round(self.p.a)
        self.assertEqual((done['answers_in'], done['refused']), (1, 0))
        self.assertEqual([e['way'] for e in liaison.p_lines(self.p.a)].count('answer_in'), 1)
        self.assertEqual(self.p.round(self.p.a)['answers_in'], 0)
        self.assertEqual(self.p.a.value('district', 'SELECT answer FROM border_notice'), 'đã theo dõi (mẫu)')
        self.assertEqual(self.p.held(self.p.a, 'out', 'SELECT count(*) FROM tq_ledger WHERE device <> 0'), [(1,)])
        self.goes_on()

    def test_after_the_end(self):
        """Nothing more is heard of it, and its knock is told to the officers once a minute."""
        rows = self.p.a.ask('district', NOTICE)
        self.p.a.run('district', 'liaison', 'end', 'Sơn Dương', '--why', 'dữ liệu mẫu', '--yes')
        for _ in range(3):
            said = self.attack('knock')
            self.assertFalse(said['welcomed'])
            self.assertTrue(said['handshake'] == 'auth' or said['refusals'], said)
        programs.wait_until(lambda: {'E304', 'E305'} & set(self.lines('line')),
                            lambda: 'the knock in %r' % self.lines('line'))
        self.assertEqual(self.p.a.ask('district', NOTICE), rows)
        self.assertTrue(self.p.a.json('district', 'ledger', 'verify')['whole'])


if __name__ == '__main__':
    ATTACKER = os.path.abspath(sys.argv[3])
    liaison.FOUNDED = programs.Founded(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
    finally:
        liaison.FOUNDED.close()
