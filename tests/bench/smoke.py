#!/usr/bin/env python3
"""smoke.py - The bench runs with tiny sizes and prints every line of its table. Its figures mean
nothing then and are not looked at."""
import subprocess
import sys

LINES = [
    'digest, every row of an office', 'capture, one transaction', 'capture, inserts only',
    'seal and encode', "open an office's file and close it", 'first load of an office',
    'merge, one large batch', 'pull and lay the large batch', 'a night with nothing to say',
    'wire, the large batch', 'merge, nights, 17 in a transaction', 'merge, nights, one by one',
    'wire, a night', 'broadcast to the last of 17', 'one night, one office',
    '17 offices in the same instant',
]

done = subprocess.run([sys.argv[1], '--tiny'], stdout=subprocess.PIPE, text=True)
print(done.stdout)
rows = done.stdout.split('\n')
missing = [name for name in LINES if not any(row.startswith(name + ' ') for row in rows)]
for name in missing:
    print('missing: %s' % name)
sys.exit(1 if missing or done.returncode != 0 else 0)
