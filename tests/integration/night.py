#!/usr/bin/env python3
"""night.py --bin BIN_DIR --data DATA_DIR - The whole demo with this build's programs, as `script/demo
--keep` plays it: each step checks itself; then what it says about looking around is tried, and it is ended
as an administrator would."""
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NIGHT = os.path.join(PROJECT, 'script', 'demo.d', 'night.py')


def told(stream):
    """What it prints, shown as it comes, up to the last line of what may be looked at."""
    lines = []
    for line in stream:
        print(line, end='', flush=True)
        lines.append(line.strip())
        if lines[-1].startswith('sqlite3 '):
            break
    return lines


def look_around(lines, faults):
    """The commands and pages that it named after "Mọi thứ vẫn chạy"."""
    starts = [i for i, line in enumerate(lines) if line.startswith('Mọi thứ vẫn chạy')]
    if not starts:
        faults.append('it does not say that everything still runs')
        return
    env, tried = dict(os.environ), set()
    pages = re.findall(r'trang của huyện: (\S+)', '\n'.join(lines))
    for line in lines[starts[0] + 1:]:
        if line.startswith('export '):
            name, value = line[len('export '):].split('=', 1)
            env[name] = value
        if not line.startswith('/'):
            continue
        command = shlex.split(line)
        tried.add(command[3])
        done = subprocess.run(command + (['--print'] if command[3] == 'open' else []), env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        if done.returncode not in (0, 5):
            faults.append('%s: exit %d\n%s' % (line, done.returncode, done.stdout))
        if command[3] == 'open':
            pages.append(done.stdout.strip())
    if not tried >= {'open', 'board', 'status', 'rank', 'why'}:
        faults.append('it names no %s' % ', '.join({'open', 'board', 'status', 'rank', 'why'} - tried))
    for page in pages:
        with urllib.request.urlopen(page, timeout=60) as answer:
            if b'<html' not in answer.read().lower():
                faults.append('%s is no page' % page)
    if len(pages) != 2:
        faults.append('pages: %s' % pages)


def main():
    faults = []
    night = subprocess.Popen([sys.executable, '-B', NIGHT, '--keep'] + sys.argv[1:],
                             stdout=subprocess.PIPE, text=True)
    try:
        lines = told(night.stdout)
        root = re.findall(r'sqlite3 (\S+)/\d+/office\.db$', lines[-1] if lines else '')
        look_around(lines, faults)
    finally:
        night.send_signal(signal.SIGTERM)
        print(night.stdout.read(), end='')
        code = night.wait()
    if code != 0:
        faults.append('it ended with %d' % code)
    if root and os.path.exists(root[0]):
        faults.append('%s is left behind' % root[0])
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
