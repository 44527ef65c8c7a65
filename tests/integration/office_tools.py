#!/usr/bin/env python3
"""office_tools.py COMMUNE DISTRICT - Between two syncs other tools write into office.db: the
sqlite3 shell and Python's sqlite3. The next sync carries it with the true old values."""
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
INSERT = ("INSERT INTO activity (label, unit, kind, village, planned_on, participants) VALUES "
          "('%s', '08779@2004-01-01', 'patrol', '08779-04@2019-01-01', '2020-09-15', %d)")


class Tools(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)
        self.w.run('xa', 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
                   'planned_on=2020-09-15', 'participants=5', '--yes')
        self.w.json('xa', 'sync')
        self.label = self.w.value('xa', 'SELECT label FROM activity')

    def shell(self, text, ok=True):
        """The stock shell; returns what it said."""
        done = subprocess.run(['sqlite3', '-bail', self.w.path('xa', 'office.db')], input=text,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=60)
        if ok:
            self.assertEqual(done.returncode, 0, done.stdout)
        else:
            self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def python(self, *statements):
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30)
        try:
            with db:
                for text in statements:
                    db.execute(text)
        finally:
            db.close()

    def carried(self):
        result = self.w.json('xa', 'sync')
        self.assertTrue(result['equal'])
        self.assertEqual(result['rows_repaired'], 0)
        self.assertEqual(self.w.ask('xa', 'SELECT text FROM tq_fault'), [])
        return result

    def story(self, label):
        return [(line['what'], line['by'], line['before'], line['after'])
                for line in self.w.json('xa', 'why', 'activity', label, 'participants')['story']]

    @unittest.skipUnless(shutil.which('sqlite3'), 'no sqlite3 shell')
    def test_the_shell(self):
        self.shell(INSERT % ('VO-1', 31) + ';\n'
                   "UPDATE activity SET participants = 6 WHERE label = '%s';\n"
                   "UPDATE activity SET participants = 7 WHERE label = '%s';\n" % (self.label, self.label))
        self.assertEqual(self.carried()['accepted'], 3)
        self.assertEqual(self.w.ask('district', 'SELECT label, participants FROM activity ORDER BY 1'),
                         [(self.label, 7), ('VO-1', 31)])
        # The true old values, and nobody's name.
        told = self.story(self.label)
        self.assertIn(('sent', None, {'participants': 5}, {'participants': 6}), told)
        self.assertIn(('sent', None, {'participants': 6}, {'participants': 7}), told)
        self.assertEqual(told[0][1], 'cán bộ xã')
        self.assertIn('chương trình khác', self.w.run('xa', 'why', 'activity', self.label, 'participants'))

    def test_python(self):
        self.python(INSERT % ('PY-1', 32), "UPDATE activity SET participants = 8 WHERE label = '%s'"
                    % self.label)
        said = self.w.json('xa', 'status')
        self.assertFalse(said['green'])
        self.assertEqual(said['changes_unsealed'], 2)
        self.assertEqual(self.carried()['accepted'], 2)
        self.assertEqual(self.w.ask('district', 'SELECT label, participants FROM activity ORDER BY 1'),
                         [(self.label, 8), ('PY-1', 32)])
        self.assertIn(('sent', None, {'participants': 5}, {'participants': 8}), self.story(self.label))
        # The district knows, too, that no program of ours wrote it.
        self.assertTrue(self.w.json('district', 'ledger', 'verify')['whole'])

    def test_what_is_forbidden_changes_nothing(self):
        before = self.w.ask('xa', 'SELECT * FROM activity')
        forbidden = [
            ("DELETE FROM activity", 'void'),
            ("UPDATE activity SET unit = '08782@2004-01-01'", ''),
            ("UPDATE activity SET participants = -3", ''),
            ("UPDATE activity SET kind = 'nonsense'", ''),
            ("UPDATE activity SET id = randomblob(16)", ''),
            ("INSERT OR REPLACE INTO activity SELECT * FROM activity", ''),
            ("UPDATE unit SET name = 'khác'", ''),
            (INSERT.replace("'08779@2004-01-01'", "'08782@2004-01-01'") % ('XX-1', 1), ''),
        ]
        for text, _ in forbidden:
            with self.assertRaises(sqlite3.Error, msg=text) as caught:
                self.python(text)
            self.assertGreater(len(str(caught.exception)), 15, text)  # a sentence, not a code
        self.assertEqual(self.w.ask('xa', 'SELECT * FROM activity'), before)
        self.assertEqual(self.w.value('xa', 'SELECT count(*) FROM tq_log'), 0)
        self.assertEqual(self.carried()['changes_sent'], 0)

    def test_a_dropped_trigger_is_put_back_and_said(self):
        names = [r[0] for r in self.w.ask('xa', "SELECT name FROM sqlite_master WHERE type = 'trigger' "
                                          "AND tbl_name = 'activity'")]
        self.python('DROP TRIGGER "%s"' % names[0])
        done = self.w.call('xa', 'sync')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(names[0], done.stdout + done.stderr)
        self.assertEqual([r[0] for r in self.w.ask(
            'xa', "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'activity' AND "
            "name = ?", names[0])], names[:1])

    def test_a_tool_writes_beside_the_running_agent(self):
        self.w.start('xa')
        self.w.wait_log('xa', 'SYNC-DONE')
        for i in range(5):
            self.python(INSERT % ('TU-%d' % i, 40 + i))
        programs.wait_until(lambda: self.w.value('district', "SELECT count(*) FROM activity WHERE label "
                                                 "LIKE 'TU-%'") == 5, lambda: self.w.log('xa'))
        self.assertEqual(self.w.stop('xa')[0], 0)
        self.carried()


class Reports(unittest.TestCase):
    def test_a_report_in_a_log_fails_the_test(self):
        for word in programs.SANITIZERS:
            w = FOUNDED.world()
            with open(w.path('xa.log'), 'w') as stream:
                stream.write('good\n==1==ERROR: %s: of something\n' % word)
            with self.assertRaisesRegex(programs.Failed, word):
                w.close()
            self.assertFalse(os.path.exists(w.root))
        w = FOUNDED.world()
        w.serve()
        process = w.running['district']
        w.close()
        self.assertEqual(process.returncode, 0)  # by itself: a leak would be said


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
    finally:
        FOUNDED.close()
