#!/usr/bin/env python3
"""check_map.py - README.md's map ("Where things are") has every folder of the first and second level, and
none that is not there."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

HEAD = '## Where things are'


def named(text):
    """Folders of the map: `a/b/` as it stands, `b/` in the row of `a/` too."""
    found = set()
    for line in text.split(HEAD, 1)[-1].split('\n## ', 1)[0].split('\n'):
        cells = line.strip().strip('|').split(' | ', 1)
        if not line.startswith('| `') or len(cells) != 2:
            continue
        tops = [name.rstrip('/') for name in re.findall(r'`([\w./-]+/)`', cells[0])]
        found.update(tops)
        for name in re.findall(r'`([\w./-]+/)`', cells[1]):
            found.add(name.rstrip('/'))
            found.update(top + '/' + name.rstrip('/') for top in tops)
    return found


def rows(text):
    """(folders of the row, one that it names), of the first cell and of what is said of them."""
    for row in re.findall(r'^\| (`.*) \|$', text.split(HEAD, 1)[-1].split('\n## ', 1)[0], re.M):
        tops = re.findall(r'`([\w./-]+)/`', row.split(' | ', 1)[0])
        for name in re.findall(r'`([\w./-]+)/`', row):
            yield tops, name


def check(root):
    text = tree.read(root, 'README.md')
    there = set()
    for path in tree.files(root):
        parts = path.split('/')
        there.update('/'.join(parts[:n]) for n in (1, 2) if len(parts) > n)
    there = {f for f in there if not f.endswith('__pycache__')}
    known = named(text)
    faults = []
    for folder in sorted(there):
        inner = [f for f in there if f.startswith(folder + '/')]
        if folder not in known and not (inner and all(f in known for f in inner)):
            faults.append('README.md: not in the map: %s/' % folder)
    for tops, name in rows(text):
        if not any(f == name or f in [top + '/' + name for top in tops] for f in there):
            faults.append('README.md: no such folder: %s/' % name)
    return faults


MAP = HEAD + '\n\n| folder | what |\n|---|---|\n| `a/` | one, in `b/` too |\n| `c/d/`, `c/e/` | two |\n\n## More\n'
GOOD = {'README.md': MAP, 'a/b/x.c': '', 'a/y.c': '', 'c/d/x.c': '', 'c/e/f/x.c': '', 'x.c': ''}
BAD = {
    'a folder of the first level': {'g/x.c': ''},
    'a folder of the second level': {'c/h/x.c': ''},
    'a folder below one that is named': {'a/h/x.c': ''},
    'a folder that is gone': {'README.md': MAP.replace('`c/e/`', '`c/e/`, `c/i/`')},
    'one that is gone, in what is said of another': {'README.md': MAP.replace('`b/` too', '`b/` and `i/`')},
    'a word elsewhere': {'README.md': MAP + '`g/`\n', 'g/x.c': ''},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
