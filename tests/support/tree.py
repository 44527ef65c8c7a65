"""tree.py - What the checks of the tree share: walking it, C text without comments, self-tests.

Each check is a program `check_NAME.py [--root DIR]` that prints one line for each fault and ends
with 1 when there is one, and `check_NAME.py --self-test`, which lays bad samples into a temporary
folder and fails unless each is found and a good one is not.
"""
import argparse
import os
import re
import sys
import tempfile

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def files(root, folders=None, endings=None):
    """Paths below root, relative, sorted; build folders and version control are left out."""
    found = []
    for top in folders or ['.']:
        for folder, names, leaves in os.walk(os.path.join(root, top)):
            names[:] = [n for n in names if n not in ('.git', 'build', '.cache', 'node_modules')]
            for leaf in leaves:
                if leaf == '.git':
                    continue  # a worktree has a file of that name
                if endings is None or leaf.endswith(tuple(endings)):
                    found.append(os.path.relpath(os.path.join(folder, leaf), root))
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as stream:
        return stream.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_only(text):
    """C text with comments and literals blanked, line numbers kept."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return TOKEN.sub(blank, text)


def includes(text):
    """(line number, name, angled) of every #include that is not in a comment."""
    plain = re.sub(r'/\*.*?\*/', lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text, flags=re.S)
    for number, line in enumerate(plain.split('\n'), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(2), match.group(1) == '<'


def self_test(check, samples, good):
    """samples: {what: {path: text}}; every one must give a fault, `good` none."""
    failed = 0
    for what, sample in list(samples.items()) + [(None, good)]:
        with tempfile.TemporaryDirectory() as root:
            for path, text in sample.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as stream:
                    stream.write(text)
            faults = check(root)
        if what is None and faults:
            print('self-test: a good tree was refused: %s' % faults)
            failed += 1
        elif what is not None and not faults:
            print('self-test: not found: %s' % what)
            failed += 1
    print('%d passed, %d failed' % (len(samples) + 1 - failed, failed))
    return 1 if failed else 0


def main(check, samples, good):
    parser = argparse.ArgumentParser()
    parser.add_argument('--root', default=PROJECT)
    parser.add_argument('--self-test', action='store_true')
    args = parser.parse_args()
    if args.self_test:
        sys.exit(self_test(check, samples, good))
    faults = check(args.root)
    for fault in faults:
        print(fault)
    print('%s: %d fault(s)' % (os.path.basename(sys.argv[0]), len(faults)))
    sys.exit(1 if faults else 0)
