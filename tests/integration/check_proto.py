#!/usr/bin/env python3
"""check_proto.py - The messages are a public contract: each message, enum, field and value of
proto/tuquan/v1 says what it means, in a comment on its line or directly above it.

And no trap of protoc-c (CONTRIBUTING.md, "The wire"): text is `bytes`, whose UTF-8 and NUL we check
ourselves (a `string` ends at a NUL without a word); no `optional`, which it refuses; no message holds
itself, however far down (its reader would be led into the depth).
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

HEAD = re.compile(r'\s*(message|enum|oneof) (\w+)')
ENTRY = re.compile(r'\s*(?:(?:repeated|optional) )?(?:[\w.]+ )?(\w+) = \d+;')


FIELD = re.compile(r'\s*(?:(repeated|optional) )?([\w.]+) \w+ = \d+;')


def traps(root):
    """Fields of a kind that protoc-c does not hold, and messages that hold themselves."""
    inside = {}
    for path in tree.files(root, ['proto'], ['.proto']):
        message = ''
        for number, line in enumerate(tree.read(root, path).split('\n'), 1):
            head, field = re.match(r'\s*message (\w+)', line), FIELD.match(line)
            message = head.group(1) if head else message
            if field:
                inside.setdefault(message, set()).add(field.group(2).split('.')[-1])
            if field and field.group(2) == 'string':
                yield '%s:%d: text is bytes: %s' % (path, number, line.strip())
            if (field and field.group(1) == 'optional') or 'map<' in line.split('//')[0]:
                yield '%s:%d: protoc-c has none of it: %s' % (path, number, line.strip())
    for message in sorted(inside):
        reached, todo = set(), set(inside[message])
        while todo:
            reached |= todo
            todo = set().union(*[inside.get(name, set()) for name in todo]) - reached
        if message in reached:
            yield 'message %s holds itself' % message


def check(root):
    faults = list(traps(root))
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
    'text as string': {FILE: '// One.\nmessage A {\n  string a = 1; // name\n}\n'},
    'texts as string': {FILE: '// One.\nmessage A {\n  repeated string a = 1; // names\n}\n'},
    'an optional field': {FILE: '// One.\nmessage A {\n  optional bytes a = 1; // name\n}\n'},
    'a map': {FILE: '// One.\nmessage A {\n  map<uint32, bytes> a = 1; // names\n}\n'},
    'a message that holds itself': {FILE: '// One.\nmessage A {\n  repeated A a = 1; // more\n}\n'},
    'a message that holds itself by another of another file': {
        FILE: '// One.\nmessage A {\n  tuquan.v1.B b = 1; // more\n}\n',
        'proto/tuquan/v1/b.proto': '// Two.\nmessage B {\n  oneof one { // of\n    A a = 1; // more\n  }\n}\n'},
    'a value': {FILE: '// What.\nenum B {\n  B_NONE = 0;\n}\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
