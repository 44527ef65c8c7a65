#!/usr/bin/env python3
"""check_proto.py - The messages are a public contract: each message, enum, field and value of
proto/tuquan/v1 says what it means, in a comment on its line or directly above it."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

HEAD = re.compile(r'\s*(message|enum|oneof) (\w+)')
ENTRY = re.compile(r'\s*(?:(?:repeated|optional) )?(?:[\w.]+ )?(\w+) = \d+;')


def check(root):
    faults = []
    for path in tree.files(root, ['proto'], ['.proto']):
        above = ''
        for number, line in enumerate(tree.read(root, path).split('\n'), 1):
            match = HEAD.match(line) or ENTRY.match(line)
            if match and '//' not in line and not above.strip().startswith('//'):
                faults.append('%s:%d: %s has no comment' % (path, number, match.group(match.lastindex)))
            above = line
    return faults


FILE = 'proto/tuquan/v1/a.proto'
GOOD = {FILE: 'syntax = "proto3";\n// One thing.\nmessage A {\n  uint32 a = 1; // how many\n'
              '  // Long words.\n  repeated bytes b = 2;\n  reserved 3;\n}\n// What.\nenum B {\n'
              '  B_NONE = 0; // never\n}\n'}
BAD = {
    'a message': {FILE: 'message A {\n  uint32 a = 1; // how many\n}\n'},
    'a message behind an empty line': {FILE: '// Of the file.\n\nmessage A {\n}\n'},
    'a field': {FILE: '// One.\nmessage A {\n  uint32 a = 1; // how many\n  a.B b = 2;\n}\n'},
    'a repeated field': {FILE: '// One.\nmessage A {\n\n  repeated uint32 a = 1;\n}\n'},
    'an enum': {FILE: 'enum B {\n  B_NONE = 0; // never\n}\n'},
    'a value': {FILE: '// What.\nenum B {\n  B_NONE = 0;\n}\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
