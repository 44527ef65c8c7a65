#!/usr/bin/env python3
"""check_banned.py - Functions that must not be called (CONTRIBUTING.md), and who may use the heap.

Comments and literals do not count. The heap belongs to common/base/mem.c and the tests' own
tests/support/test_mem.c; tests may otherwise use what they like, but not the banned functions.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

BANNED = {
    'strcpy': 'no bound', 'strcat': 'no bound', 'sprintf': 'no bound: snprintf',
    'vsprintf': 'no bound: vsnprintf', 'gets': 'no bound', 'atoi': 'no error', 'atol': 'no error',
    'atof': 'no error', 'strtok': 'hidden state', 'rand': 'common/base has random numbers',
    'srand': 'common/base has random numbers', 'strncpy': 'may leave no end',
    'alloca': 'no bound', 'setjmp': None, 'tmpnam': 'a race', 'mktemp': 'a race',
}
BANNED = {name: why for name, why in BANNED.items() if why}
HEAP = {name: 'tq_mem_* is the heap' for name in (
    'malloc', 'calloc', 'realloc', 'free', 'strdup', 'strndup', 'asprintf', 'vasprintf',
    'reallocarray', 'aligned_alloc', 'posix_memalign', 'getline')}
STOPS = {name: 'a library never ends the program' for name in ('abort', 'exit', '_exit', '_Exit')}
# Who says who he is could be another; who takes a name over silences its owner (sync.md section 7).
OPTIONS = {name: 'CURVE says who a peer is' for name in (
    'ZMQ_ROUTING_ID', 'ZMQ_IDENTITY', 'ZMQ_CONNECT_ROUTING_ID', 'ZMQ_CONNECT_RID',
    'ZMQ_ROUTER_HANDOVER')}
OPTION = re.compile(r'\b(%s)\b' % '|'.join(OPTIONS))
MEM = ('common/base/mem.c', 'tests/support/test_mem.c')


def rules_for(path):
    rules = dict(BANNED)
    if not path.startswith('tests/') and path not in MEM:
        rules.update(HEAP)
    if path.startswith('common/'):
        rules.update(STOPS)
    return rules


def check(root):
    faults = []
    for path in tree.files(root, ['common', 'client', 'server', 'tests'], ['.c', '.h']):
        rules = rules_for(path)
        pattern = re.compile(r'(?<![\w.>])(%s)\s*\(' % '|'.join(sorted(rules)))
        for number, line in enumerate(tree.code_only(tree.read(root, path)).split('\n'), 1):
            for match in pattern.finditer(line):
                faults.append('%s:%d: %s(): %s'
                              % (path, number, match.group(1), rules[match.group(1)]))
            if not path.startswith('tests/'):  # hostile peers may
                faults.extend('%s:%d: %s: %s' % (path, number, name, OPTIONS[name])
                              for name in OPTION.findall(line))
    return faults


GOOD = {
    'common/base/mem.c': 'void *f(void)\n{\n    return malloc(1);\n}\n',
    'common/base/a.c': '/* strcpy(a, b) */\nstatic const char *s = "free(x)";\n'
                       'void f(void)\n{\n    tq_mem_free(x);\n    ops->free(x);\n}\n',
    'common/wire/link_zmq_a.c': '/* no ZMQ_ROUTING_ID */\nint a = ZMQ_ROUTER_MANDATORY;\n',
    'tests/unit/test_a.c': 'void f(void)\n{\n    free(malloc(1));\n}\n',
}
BAD = {
    'strcpy': {'client/a.c': 'void f(void)\n{\n    strcpy(a, b);\n}\n'},
    'sprintf in a test': {'tests/unit/test_b.c': 'void f(void)\n{\n    sprintf(a, "b");\n}\n'},
    'atoi with a blank': {'common/base/b.c': 'int f(void)\n{\n    return atoi (a);\n}\n'},
    'strtok': {'server/a.c': 'void f(void)\n{\n    strtok(a, b);\n}\n'},
    'rand': {'server/a.c': 'int f(void)\n{\n    return rand();\n}\n'},
    'malloc': {'common/store/a.c': 'void f(void)\n{\n    a = malloc(1);\n}\n'},
    'free after a comment': {'client/a.c': 'void f(void)\n{\n    /* x */ free(a);\n}\n'},
    'a name of its own': {'common/wire/link_zmq_b.c': 'int a = ZMQ_ROUTING_ID;\n'},
    'a name that is taken over': {'common/wire/link_zmq_b.c': 'int a = ZMQ_ROUTER_HANDOVER;\n'},
    'abort in the library': {'common/sync/a.c': 'void f(void)\n{\n    abort();\n}\n'},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
