#!/usr/bin/env python3
"""check_sizes.py - No function over 80 lines, no file over 800 (1200 in tests), no long line.

The layout (Linux braces, held by check_format.py) puts a function's first brace and its last
into column 0, and no other brace there. clang-format holds code to 100 columns; the last word of a
comment may stand over by four. Columns are counted as characters, so that Vietnamese
text is not punished for its bytes; rows of tables (X-macros, and between "clang-format off" and
"on") may be longer.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

FUNCTION, FILE, TEST_FILE, COLUMNS = 80, 800, 1200, 104


def check(root):
    faults = []
    for path in tree.files(root, ['common', 'client', 'server', 'tests'], ['.c', '.h']):
        lines = tree.read(root, path).rstrip('\n').split('\n')
        most = TEST_FILE if path.startswith('tests/') else FILE
        if len(lines) > most:
            faults.append('%s: %d lines, at most %d' % (path, len(lines), most))
        start = None
        table = False
        for number, line in enumerate(lines, 1):
            if 'clang-format o' in line:
                table = 'clang-format off' in line
            if len(line) > COLUMNS and not table and not line.lstrip().startswith('X(') \
                    and not line.endswith('\\'):
                faults.append('%s:%d: %d columns, at most %d'
                              % (path, number, len(line), COLUMNS))
            if line == '{':
                start = number
            elif line.startswith('}') and start is not None:
                if number - start + 1 > FUNCTION:
                    faults.append('%s:%d: a function of %d lines, at most %d'
                                  % (path, start, number - start + 1, FUNCTION))
                start = None
    return faults


def function(lines):
    return 'void f(void)\n{\n' + '    g();\n' * (lines - 2) + '}\n'


GOOD = {'common/base/a.c': function(80) + '/* ' + 'ệ' * 90 + ' */\n'}
BAD = {
    'a long function': {'client/b.c': function(81)},
    'a long function in a test': {'tests/unit/test_b.c': function(100)},
    'a long file': {'server/c.c': 'int a;\n' * 801},
    'a long line': {'common/base/d.h': '/* ' + 'x' * 100 + ' */\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
