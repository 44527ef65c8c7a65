#!/usr/bin/env python3
"""check_testmap.py - Each test that tests/README.md names is there, and each rule has a break that
turned its test red, or says why there is none."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

MAP = 'tests/README.md'
FUNCTION = re.compile(r'\b([a-z0-9_]+__[a-z0-9_]+)\b')
METHOD = re.compile(r'\b(?:([A-Z][A-Za-z]+)\.)?(test_[a-z0-9_]+|(?<=[A-Za-z]\.)\*)')
PROGRAM = re.compile(r'\b((?:unit|sim|integration|fuzz|check)\.[a-z0-9_]+)\b')
REGISTERED = re.compile(r'NAME ((?:unit|sim|integration)\.[a-z0-9_]+)|tq_(?:seed|test|\w*sim\w*)\(([a-z0-9_ ]+)')
FILES = {'unit': ('unit/test_%s.c',), 'fuzz': ('fuzz/fuzz_%s.c',),
         'integration': ('integration/test_%s.c', 'integration/%s.py'),
         'check': ('integration/check_%s.py',), 'sim': ('sim/scripts/%s.txt',)}


def classes(root):
    """{class: methods} of the Python tests, those of its bases too; {'': every method}."""
    found, bases = {'': set()}, {}
    for path in tree.files(root, ['tests'], ['.py']):
        current = None
        for line in tree.read(root, path).splitlines():
            head = re.match(r'class (\w+)(?:\(([\w., ]*)\))?:', line)
            method = re.match(r'    def (test_\w+)', line)
            if head:
                current = head.group(1)
                found.setdefault(current, set())
                bases.setdefault(current, set()).update(re.findall(r'(\w+)(?=,|$)', head.group(2) or ''))
            elif line and not line[0].isspace() and line[0] not in '@#':
                current = None
            elif method and current:
                found[current].add(method.group(1))
                found[''].add(method.group(1))
    for name, parents in bases.items():
        for parent in parents:
            found[name] |= found.get(parent, set())
    return found


def programs(root):
    """Names that a tests.cmake gives to CTest without a file of that name."""
    text = ''.join(tree.read(root, path) for path in tree.files(root, ['tests'], ['.cmake']))
    names = set()
    for whole, words in REGISTERED.findall(text):
        if whole:
            names.add(whole)
        for word in words.split():
            names.update('%s.%s' % (level, word) for level in ('unit', 'sim'))
    return names


def missing(root, text):
    sources = ''.join(tree.read(root, path) for path in tree.files(root, ['tests'], ['.c', '.py']))
    functions = set(FUNCTION.findall(sources))
    for name in sorted(set(FUNCTION.findall(text)) - functions):
        yield name
    known = classes(root)
    for owner, method in sorted(set(METHOD.findall(text))):
        if '__' in method:
            continue
        if owner not in known or (method != '*' and method not in known[owner]):
            yield (owner + '.' if owner else '') + method
    registered = programs(root)
    for name in sorted(set(PROGRAM.findall(text)) - registered):
        level, module = name.split('.')
        if not any(os.path.exists(os.path.join(root, 'tests', path % module)) for path in FILES[level]):
            yield name


def unbroken(text):
    """Rows of the tables of rules without a break."""
    rules = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip('|').split(' | ')]
        if not line.startswith('|'):
            rules = False
        elif cells == ['rule', 'test', 'break']:
            rules = True
        elif rules and not line.startswith('|---'):
            last = cells[-1] if len(cells) == 3 else ''
            if last in ('', '-', 'none', 'none:') or last.startswith('- '):
                yield cells[0]


def check(root):
    text = tree.read(root, MAP)
    return ['%s: no such test: %s' % (MAP, name) for name in missing(root, text)] + \
           ['%s: no break: %s' % (MAP, rule) for rule in unbroken(text)]


HEAD = '| rule | test | break |\n|---|---|---|\n'
GOOD = {MAP: HEAD + '| a rule | unit.a a_get__gives | a break |\n'
                    '| another | integration.a Get.test_one, test_two; Get.*; Sub.test_one | none: it is a measure |\n'
                    '| a seed | unit.a_seed; integration.all | x |\n',
        'tests/unit/test_a.c': 'static void a_get__gives(void **state)\n{\n}\n',
        'tests/tests.cmake': 'tq_seed(a_seed unit_a 1)\nadd_test(NAME integration.all COMMAND x)\n',
        'tests/integration/a.py': 'class Get(unittest.TestCase):\n    def test_one(self):\n        pass\n'
                                  '    def test_two(self):\n        pass\n\n\nclass Sub(Get):\n    pass\n'}


def row(test, broken='x'):
    return {MAP: HEAD + '| a rule | %s | %s |\n' % (test, broken)}


BAD = {'a function that is gone': row('unit.a a_get__takes'),
       'a method that is gone': row('Get.test_three'),
       'a method of another class': dict(row('Other.test_one'), **{
           'tests/integration/b.py': 'class Other(unittest.TestCase):\n    pass\n'}),
       'a class that is gone': row('Gone.*'),
       'a bare method that is gone': row('Get.test_one, test_three'),
       'a program that is gone': row('unit.b'),
       'a simulator run that is gone': row('sim.b'),
       'a process test that is gone': row('integration.b'),
       'no break': row('unit.a', '-'),
       'an empty break': row('unit.a', ''),
       'a break that only refers': row('unit.a', '- (see there)'),
       'none without a reason': row('unit.a', 'none:')}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
