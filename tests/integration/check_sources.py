#!/usr/bin/env python3
"""check_sources.py - Every source is built and every test is run: each is listed, once, by hand."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

# Built by its own rule: the tests put their own in its place.
APART = {'common/base/mem.c'}


def listed(root, path, pattern):
    if not os.path.exists(os.path.join(root, path)):
        return []
    text = re.sub(r'#[^\n]*', '', tree.read(root, path))
    return re.findall(pattern, text)


def check(root):
    faults = []
    for path in tree.files(root, ['common', 'client', 'server'], ['.c']):
        folder, name = os.path.split(path)
        if path in APART:
            continue
        parts = path.split('/')
        home = '/'.join(parts[:2]) if parts[0] == 'common' else parts[0]
        lists = [home + '/sources.cmake', home + '/CMakeLists.txt', 'common/CMakeLists.txt']
        inner = os.path.relpath(path, home)
        found = [n for file in lists for n in listed(root, file, r'[\w./${}-]+\.c\b')
                 if n == inner or n.endswith('/' + name)]
        if not found:
            faults.append('%s: built by nobody: add it to %s/sources.cmake' % (path, folder))
    for path in tree.files(root, ['tests'], ['.c']):
        match = re.fullmatch(r'tests/(\w+)/test_(\w+)\.c', path)
        if not match or match.group(1) == 'support':
            continue
        level, module = match.groups()
        names = listed(root, 'tests/%s/tests.cmake' % level, r'tq_\w+\((?:%s )?(\w+)' % level)
        if names.count(module) != 1:
            faults.append('%s: listed %d times in tests/%s/tests.cmake'
                          % (path, names.count(module), level))
    return faults


GOOD = {
    'common/base/sources.cmake': 'set(TQ_SOURCES\n    a.c\n)\n', 'common/base/a.c': '',
    'common/base/mem.c': '', 'client/CMakeLists.txt': 'add_executable(x main.c)\n',
    'client/main.c': '', 'tests/unit/tests.cmake': 'tq_test(unit a)\n', 'tests/unit/test_a.c': '',
    'tests/support/test_mem.c': '',
}
BAD = {
    'a source in no list': {'common/base/b.c': ''},
    'a source in a comment': {'client/b.c': '', 'client/CMakeLists.txt':
                              'add_executable(x main.c) # b.c\n'},
    'a test in no list': {'tests/unit/test_b.c': ''},
    'a test listed twice': {'tests/unit/tests.cmake': 'tq_test(unit a)\ntq_test(unit a x.c)\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
