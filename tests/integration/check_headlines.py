#!/usr/bin/env python3
"""check_headlines.py - The headers that others include say what one must know to call them: the public ones
and those of the libraries that both programs stand on (their *_internal.h are for themselves).

A header that declares functions begins with a comment `name.h - what it is for`, with "Ownership:" (who
frees, until when) and "Threads:". Each function has a comment directly above it, or stands in a group of
declarations without an empty line whose first has one. What cannot fail says so by its type; `Fails:` is for
the reviewer.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

FOLDERS = ['common/include/tuquan', 'common/cli', 'common/excel', 'common/member', 'common/page',
           'common/paper', 'common/web']
PART = re.compile(r'/\*.*?\*/|//[^\n]*|[{};]|\n[ \t]*\n', re.S)
PLAIN = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$|^TQ_(?:BEGIN|END)_DECLS$', re.M)
NAME = re.compile(r'\b(\w+)\(')


def declared(text):
    """(name, has it a comment, its own or its group's) of each function that is declared."""
    found, start, depth, told = [], 0, 0, False
    for part in PART.finditer(text):
        token = part.group(0)
        if token[0] == '/':
            if not text[start:part.start()].strip():
                told, start = True, part.end()
        elif token in '{}':
            depth += 1 if token == '{' else -1
            if depth == 0 and token == '}' and ')' in text[start:part.start()].split('{')[0]:
                found.append((NAME.findall(text[start:part.start()])[:1] or ['?'])[0:1] + [told])
                start = part.end()
        elif token == ';':
            statement = text[start:part.start()].strip()
            if depth == 0:
                plain = re.sub(r'\bTQ_\w+\([^)]*\)', '', statement)
                if '(' in plain and not plain.startswith('typedef') and '{' not in plain:
                    found.append([NAME.search(plain).group(1), told])
                start = part.end()
        elif depth == 0 and not text[start:part.start()].strip():
            told = False
    return found


def check(root):
    faults = []
    for path in tree.files(root, FOLDERS, ['.h']):
        if path.endswith('_internal.h'):
            continue
        text = tree.read(root, path)
        functions = declared(PLAIN.sub('', text))
        head = re.match(r'/\* %s - \S.*?\*/' % re.escape(os.path.basename(path)), text, re.S)
        if not head:
            faults.append('%s: does not begin with "/* %s - what for"' % (path, os.path.basename(path)))
        for word in ('Ownership:', 'Threads:'):
            if head and functions and word not in head.group(0):
                faults.append('%s: no "%s"' % (path, word))
        faults += ['%s: %s has no comment' % (path, name) for name, told in functions if not told]
    return faults


HEAD = '/* a.h - One thing.\n *\n * Ownership: plain values.\n * Threads: none inside. */\n'
PATH = 'common/include/tuquan/a.h'
GOOD = {PATH: HEAD + '#ifndef A\n#define A\nstruct a {\n    int n; /* (units) */\n};\n\nTQ_BEGIN_DECLS\n\n'
                     '/* What. */\nint tq_a(void);\nint tq_b(void);\n\n/* Why. */\n'
                     'void tq_c(const char *format, ...) TQ_PRINTF(1, 2);\n\nTQ_END_DECLS\n#endif\n',
        'common/include/tuquan/b.h': '/* b.h - Numbers. */\n#define B(x) ((x) + 1)\ntypedef int (*b_fn)(void);\n',
        'client/c.h': 'int c(void);\n'}
BAD = {
    'no head': {PATH: GOOD[PATH][len(HEAD):]},
    'a head of another file': {PATH: GOOD[PATH].replace('a.h -', 'b.h -')},
    'no owner': {PATH: GOOD[PATH].replace('Ownership:', 'It is')},
    'no thread': {PATH: GOOD[PATH].replace('Threads:', 'There is')},
    'a function without a comment': {PATH: GOOD[PATH].replace('/* Why. */\n', '')},
    'the first function without one': {PATH: GOOD[PATH].replace('/* What. */\n', '')},
    'a comment behind an empty line': {PATH: GOOD[PATH].replace('/* Why. */\n', '/* Why. */\n\n')},
    'a function with attributes': {PATH: GOOD[PATH].replace(
        '/* Why. */\n', 'TQ_MUST_CHECK tq_status tq_d(struct a *a);\n\n/* Why. */\n')},
    'a header of a library': {'common/web/d.h': 'int d(void);\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
