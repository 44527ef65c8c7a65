#!/usr/bin/env python3
"""every_command.py COMMUNE DISTRICT - What holds for each command of both programs: its help, and its
answer to words that it does not know, in both languages, for people and for programs."""
import json
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = []
WIDEST = 100
MARKED = re.compile('[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]', re.I)


class Commands(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_program(self, program, *args):
        return subprocess.run([program, '--dir', self.dir.name] + list(args), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)

    def each(self):
        for program in PROGRAMS:
            said = self.run_program(program, '--help', '--lang', 'en').stdout
            names = re.findall(r'^  ([a-z-]+) +\S', said.split('Common options')[0], re.M)
            self.assertGreater(len(names), 15, said)
            for name in names:
                yield program, name

    def test_help_fits_and_speaks_one_language(self):
        for program, name in self.each():
            for lang in ('vi', 'en'):
                done = self.run_program(program, name, '--help', '--lang', lang)
                self.assertEqual((done.returncode, done.stderr), (0, ''), name)
                for line in done.stdout.splitlines():
                    self.assertLessEqual(len(line), WIDEST, line)
                    if lang == 'en':
                        self.assertNotRegex(line.replace('Anh Dũng', ''), MARKED, name)  # a village
                    if lang == 'vi' and line.startswith('Cách dùng'):
                        self.assertNotRegex(line, r'\b[A-Z]{3,}\b', name)
                    if lang == 'vi':
                        self.assertNotRegex(line, r'\b(UNIT|KEY|TABLE|PERIOD|FILE|ROW|COLUMN)\b', name)
                        # What an option is given, but the folder of --dir and the form of a day.
                        self.assertNotRegex(line, r'^ .*--[a-z-]+=(?!DIR\b|YYYY)[A-Z_]{3,}\b', name)
                self.assert_examples_work(name, done.stdout)

    def assert_examples_work(self, name, text):
        """An option that an example of the command names is one that it takes."""
        takes = set(re.findall(r'^ +(?:-\w, )?(--[a-z-]+)', text, re.M))
        for example in re.findall(r'^  %s .*' % name, text, re.M):
            for option in re.findall(r'--[a-z-]+', example):
                self.assertIn(option, takes, example)

    def test_what_is_not_understood_is_said_in_the_language_asked_for(self):
        for program, name in self.each():
            for args in (['--nope'], list('abcdefgh')):
                if args[0] == 'a' and name in ('add', 'edit', 'list', 'import', 'export', 'inbox',
                                                'returns', 'reconcile'):
                    continue  # these take any number
                for lang in ('vi', 'en'):
                    done = self.run_program(program, name, '--json', '--lang', lang, *args)
                    said = json.loads(done.stdout)
                    self.assertEqual((done.returncode, done.stderr), (2, ''), (name, args))
                    self.assertEqual((said['ok'], said['error']['code']), (False, 'E114'))
                    text = said['error']['sentence'] + said['error']['facts'] + said['error']['next_step']
                    if lang == 'en':
                        self.assertNotRegex(text, MARKED, (name, args))
                    plain = self.run_program(program, name, '--lang', lang, *args)
                    self.assertEqual((plain.returncode, plain.stdout), (2, ''), (name, args))
                    self.assertIn(said['error']['facts'], plain.stderr)
                    self.assertEqual(len(plain.stderr.splitlines()), 2)


if __name__ == '__main__':
    PROGRAMS = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
