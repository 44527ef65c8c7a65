#!/usr/bin/env python3
"""check_migrations.py - A migration that has been released is never changed again: each has its hash in
common/model/migrations.sha256, in the order in which they run. Files that it made are out there; a new
migration adds a line (sha256sum, from the folder common/model/migrations)."""
import hashlib
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

LIST = 'common/model/migrations.cmake'
HASHES = 'common/model/migrations.sha256'
FOLDER = 'common/model/migrations/'


def check(root):
    names = re.findall(r'^ +(\w+/\w+\.sql)$', tree.read(root, LIST), re.M)
    known = [tuple(reversed(line.split())) for line in tree.read(root, HASHES).splitlines()]
    faults = [] if names else ['%s: no migrations' % LIST]
    if [name for name, _ in known] != names:
        faults.append('%s: not the migrations of %s, in their order' % (HASHES, LIST))
    for name, made in known:
        path = os.path.join(root, FOLDER, name)
        if not os.path.exists(path):
            faults.append('%s%s: a released migration is gone' % (FOLDER, name))
        elif hashlib.sha256(tree.read(root, FOLDER + name).encode()).hexdigest() != made:
            faults.append('%s%s: a released migration was changed' % (FOLDER, name))
    return faults


def line(name, text):
    return '%s  %s\n' % (hashlib.sha256(text.encode()).hexdigest(), name)


ONE = 'CREATE TABLE a(b); -- c\n'
GOOD = {LIST: 'set(X\n    data/1.sql\n    office/1.sql\n)\n', FOLDER + 'data/1.sql': ONE, FOLDER + 'office/1.sql': 'x',
        HASHES: line('data/1.sql', ONE) + line('office/1.sql', 'x')}
BAD = {
    'a comment that was changed': {FOLDER + 'data/1.sql': ONE.replace('c', 'd')},
    'a blank more': {FOLDER + 'data/1.sql': ONE.replace('a(', 'a (')},
    'another order': {LIST: 'set(X\n    office/1.sql\n    data/1.sql\n)\n'},
    'a new one without a hash': {LIST: GOOD[LIST].replace('\n)', '\n    data/2.sql\n)'), FOLDER + 'data/2.sql': 'x'},
    'one that was taken off the list': {LIST: 'set(X\n    data/1.sql\n)\n'},
    'no migrations': {LIST: '', HASHES: ''},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
