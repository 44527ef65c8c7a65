#!/usr/bin/env python3
"""check_format.py - All C files are laid out as .clang-format says (script/fmt puts it right).

Skipped, aloud, where clang-format is not installed; script/bootstrap installs it.
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402


def check(root):
    with open(os.path.join(tree.PROJECT, '.clang-format'), encoding='utf-8') as stream:
        style = stream.read()
    if not os.path.exists(os.path.join(root, '.clang-format')):
        with open(os.path.join(root, '.clang-format'), 'w', encoding='utf-8') as stream:
            stream.write(style)
    paths = [os.path.join(root, path) for path in
             tree.files(root, ['common', 'client', 'server', 'tests'], ['.c', '.h'])]
    done = subprocess.run(['clang-format', '--style=file', '--dry-run', '--Werror'] + paths,
                          stderr=subprocess.PIPE, text=True, check=False)
    faults = {}
    for line in done.stderr.split('\n'):
        place, found, said = line.partition(': error: ')
        if found:
            path = os.path.relpath(place.rsplit(':', 2)[0], root)
            faults.setdefault(path, '%s: run script/fmt: %s' % (path, said))
    if done.returncode != 0 and not faults:
        return ['clang-format: %s' % done.stderr.strip()[:200]]
    return list(faults.values())


GOOD = {'common/base/a.c': 'int tq_a(void)\n{\n    return 1;\n}\n'}
BAD = {
    'brace on the line': {'common/base/b.c': 'int tq_b(void) {\n    return 1;\n}\n'},
    'indent of two': {'tests/unit/test_b.c': 'int tq_b(void)\n{\n  return 1;\n}\n'},
}

if __name__ == '__main__':
    if shutil.which('clang-format') is None:
        print('check_format: skipped: clang-format is not installed (script/bootstrap does it)')
        sys.exit(tree.SKIPPED)
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
