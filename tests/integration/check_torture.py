#!/usr/bin/env python3
"""check_torture.py - Nothing that takes memory is left without a test in which there is none: each public
header whose functions allocate is named by a unit test that lets every allocation fail in turn, and each
command of both programs is one of those of no_memory.py. What is shown elsewhere is listed here, by where."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

HEAP = re.compile(r'\btq_(mem|arena|buf)_\w+\(|\bTQ_NOMEM\b|\b(sql|district)_(take|run|step|prepare)\w*\(')
FAILS = re.compile(r'\btest_mem_fail_after\(|\btorture\(')
NO_MEMORY = 'tests/integration/no_memory.py'
LINE = 'tests/integration/no_memory_line.py'

# Headers whose calls belong together on a line of messages: whole programs, sessions and merges.
HEADERS = {
    'district_session.h': LINE, 'office_session.h': LINE, 'office_store.h': LINE, 'merge.h': LINE,
    'office_agent.h': LINE, 'office_bind.h': LINE, 'hub.h': LINE,
    'capture.h': 'tests/unit/test_database.c', 'password.h': NO_MEMORY, 'ranking.h': NO_MEMORY,
    'steps.h': NO_MEMORY, 'province_report.h': NO_MEMORY, 'sync_report.h': NO_MEMORY,
}
# Commands that wait for a line, or ask somebody at a terminal.
COMMANDS = {
    'commune': {'run': LINE, 'sync': LINE, 'join': LINE, 'renew': LINE, 'open': 'asks the program that runs',
                'bundle': 'made of what `sync` says', 'person': 'asks for a PIN',
                'rank-history': 'of `rank`'},
    'district': {'run': LINE, 'user': 'asks for a password', 'bundle': 'answers as the server does',
                 'liaison': 'asks the neighbour', 'report': 'as `verify-score`', 'set': 'as `import`'},
}


def check_headers(root):
    tested = set()
    for path in tree.files(root, ['tests/unit'], ['.c']):
        text = tree.read(root, path)
        if FAILS.search(text):
            tested.update(re.findall(r'\w+', tree.code_only(text)))
    allocates = set()
    for path in tree.files(root, ['common'], ['.c']):
        code = tree.code_only(tree.read(root, path))
        if HEAP.search(code):
            allocates.update(re.findall(r'^tq_status (tq_\w+)\(', code, re.M))
    faults = []
    for path in tree.files(root, ['common/include'], ['.h']):
        names = set(re.findall(r'\btq_status (tq_\w+)\(', tree.code_only(tree.read(root, path))))
        name = os.path.basename(path)
        covered = not names & allocates or names & tested
        if not covered and name not in HEADERS:
            faults.append('%s: no unit test lets the heap fail under any of its functions' % path)
        if covered and name in HEADERS:
            faults.append('%s: is shown by a unit test now: out of the list' % path)
    return faults


def check_commands(root):
    if not os.path.exists(os.path.join(root, NO_MEMORY)):
        return []
    text = tree.read(root, NO_MEMORY)
    faults = []
    for side, folder in (('commune', 'client'), ('district', 'server')):
        lists = ''.join(re.findall(r'^%s_\w+ = \[\n(.*?)^\]\n' % side.upper(), text, re.S | re.M))
        swept = set(re.findall(r"\['([a-z-]+)'", lists))
        names = {name for path in tree.files(root, [folder], ['.c'])
                 if os.path.basename(path).startswith('cmd_')
                 for name in re.findall(r'^ +\.name = "([a-z-]+)"', tree.read(root, path), re.M)}
        faults += ['%s %s: not in %s' % (side, name, NO_MEMORY)
                   for name in sorted(names - swept - set(COMMANDS[side]))]
        faults += ['%s %s: is in %s now: out of the list' % (side, name, NO_MEMORY)
                   for name in sorted(swept & set(COMMANDS[side]))]
    return faults


def check(root):
    return check_headers(root) + check_commands(root)


GOOD = {
    'common/include/tuquan/a.h': 'tq_status tq_a(void);\n',
    'common/base/a.c': 'tq_status tq_a(void)\n{\n    return tq_mem_alloc(1) ? 0 : TQ_NOMEM;\n}\n',
    'tests/unit/test_a.c': 'test_mem_fail_after(1, false);\ntq_a();\n',
    'client/cmd_a.c': 'const struct cli_command A = {\n    .name = "a",\n};\n',
    NO_MEMORY: "COMMUNE_READS = [\n    ['a'],\n]\nDISTRICT_READS = [\n    ['b'],\n]\n",
}
BAD = {
    'a header that no torture names': {'tests/unit/test_a.c': 'tq_a();\n'},
    'a header named in a comment alone': {'tests/unit/test_a.c':
                                          'test_mem_fail_after(1, false); /* tq_a */\n'},
    'a header on the list that is shown': {'common/include/tuquan/hub.h': 'tq_status tq_a(void);\n'},
    'a command that is not swept': {'client/cmd_b.c': '    .name = "b",\n'},
    'a command on the list that is swept': {NO_MEMORY: "COMMUNE_READS = [\n    ['a'], ['sync'],\n]\n"},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
