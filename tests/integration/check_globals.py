#!/usr/bin/env python3
"""check_globals.py - No variable outlives a call: nothing writable is global or static.

    check_globals.py BUILD_DIR      objects of all libraries and of the two programs, as built there
    check_globals.py --self-test

Reads the symbol tables (objdump): .data, .bss, their kin of threads, and COMMON must hold nothing of
ours. ALLOWED names the few that must be, each with its reason.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

ALLOWED = {
    ('json', 'json_short'): "jansson's allocator gets no context",
    ('sql_heap', 'once'): 'SQLite is configured once a process',
}
SYMBOL = re.compile(r'^[0-9a-f]+ (.{7}) (\S+)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$')
WRITABLE = re.compile(r'^(\.data|\.bss|\.tdata|\.tbss)(\.(?!rel\.ro).*)?$|^\*COM\*$')
# Every library and program that these folders build, whichever a later CMakeLists.txt adds. What protoc-c
# generated (proto/) is not ours.
FOLDERS = ('common', 'client', 'server')


def check(build):
    faults, seen = [], 0
    for path in [p for folder in FOLDERS
                 for p in sorted(glob.glob(os.path.join(build, folder, 'CMakeFiles', '**', '*.o'),
                                           recursive=True))]:
        done = subprocess.run(['objdump', '-t', path], stdout=subprocess.PIPE, text=True, check=True)
        member = os.path.basename(path)
        for line in done.stdout.split('\n'):
            if ':     file format' in line:
                member = line.split(':')[0]
                seen += 1
            match = SYMBOL.match(line)
            if not match or 'd' in match.group(1) or 'F' in match.group(1):
                continue
            name = re.sub(r'\.\d+$', '', match.group(4))
            stem = os.path.basename(member).split('.')[0]
            if name.startswith('__') or (stem, name) in ALLOWED:
                continue  # the sanitizers' own
            if WRITABLE.match(match.group(2)) and int(match.group(3), 16) > 0:
                faults.append('%s: %s is global or static and can be written' % (member, name))
    if seen == 0:
        faults.append('%s: no object found: build first' % build)
    return faults


def self_test():
    samples = {
        'static int a; int f(void) { return a++; }': True,
        'int a = 3;': True,
        'static _Thread_local int a; int f(void) { return a++; }': True,
        'int f(void) { static long long a = 7; return (int)a++; }': True,
        'static const char *const a[] = {"x", "y"}; const char *f(int i) { return a[i]; }': False,
        'static const int a[] = {1, 2}; int f(int i) { return a[i]; }': False,
    }
    failed = 0
    for text, wanted in samples.items():
        with tempfile.TemporaryDirectory() as build:
            folder = os.path.join(build, FOLDERS[len(text) % 3], 'CMakeFiles', 'x.dir', *['y'] * (len(text) % 4))
            os.makedirs(folder)
            subprocess.run(['cc', '-fPIE', '-c', '-x', 'c', '-', '-o', folder + '/a.c.o'],
                           input=text, text=True, check=True)
            if bool(check(build)) != wanted:
                print('self-test: %s: %s' % (text, check(build)))
                failed += 1
    print('%d passed, %d failed' % (len(samples) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    if shutil.which('objdump') is None:
        print('check_globals: skipped: objdump (binutils) is not installed')
        sys.exit(tree.SKIPPED)
    if sys.argv[1] == '--self-test':
        sys.exit(self_test())
    found = check(sys.argv[1])
    for fault in found:
        print(fault)
    print('check_globals.py: %d fault(s)' % len(found))
    sys.exit(1 if found else 0)
