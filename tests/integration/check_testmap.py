#!/usr/bin/env python3
"""check_testmap.py - Each test that tests/README.md names is there."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

NAME = re.compile(r'\b([a-z0-9_]+__[a-z0-9_]+)\b')


def check(root):
    text = ''.join(tree.read(root, path) for path in tree.files(root, ['tests'], ['.c', '.py']))
    there = set(NAME.findall(text))
    return ['tests/README.md: no such test: %s' % name
            for name in sorted(set(NAME.findall(tree.read(root, 'tests/README.md'))) - there)]


GOOD = {'tests/README.md': '| a rule | unit.a a_get__gives | a break |\n',
        'tests/unit/test_a.c': 'static void a_get__gives(void **state)\n{\n}\n'}
BAD = {'a test that is gone': {'tests/README.md': '| a rule | unit.a a_get__takes | - |\n'}}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
