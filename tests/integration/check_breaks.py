#!/usr/bin/env python3
"""check_breaks.py - The patches of tests/sim/breaks still apply to the code that they break.

script/campaign --breaks applies them one at a time and looks whether the simulator finds them; that
takes minutes, this does not. Their first line says what is broken.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

FOLDER = 'tests/sim/breaks'


def check(root):
    faults = []
    folder = os.path.join(root, FOLDER)
    for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
        path = os.path.join(folder, name)
        if tree.read(root, FOLDER + '/' + name).startswith(('---', 'diff', '\n')):
            faults.append('%s: the first line does not say what is broken' % name)
        done = subprocess.run(['patch', '--dry-run', '--batch', '--forward', '-p1', '-d', root, '-i',
                               os.path.abspath(path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            faults.append('%s does not apply: %s' % (name, done.stdout.strip()))
    if not faults and os.path.isdir(folder) and not os.listdir(folder):
        faults.append('no breaks')
    return faults


PATCH = """What.

--- a/common/a.c
+++ b/common/a.c
@@ -1,3 +1,3 @@
 one
-two
+three
 four
"""
GOOD = {'common/a.c': 'one\ntwo\nfour\n', FOLDER + '/a.patch': PATCH}
BAD = {
    'code that has moved on': {'common/a.c': 'one\nTWO\nfour\n'},
    'no word of what it does': {FOLDER + '/a.patch': PATCH[7:]},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
