#!/usr/bin/env python3
"""check_torture.py - Nothing that takes memory is left without a test in which there is none: each public
header whose functions allocate is named by a unit test that lets every allocation fail in turn; each
command of both programs is one of those of no_memory.py; and each .c file that allocates is called by one
of these, by a program at its line (no_memory_line.py) or by a route of a page that no_memory.py Pages asks:
what is only asked to write is listed here, as is what is shown elsewhere, by where."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

HEAP = re.compile(r'\btq_(mem|arena|buf)_\w+\(|\bTQ_NOMEM\b|\b(sql|district)_(take|run|step|prepare)\w*\(')
FAILS = re.compile(r'\btest_mem_fail_after\(|\btorture\(')
NO_MEMORY = 'tests/integration/no_memory.py'
LINE = 'tests/integration/no_memory_line.py'

# Headers whose calls are shown by whole programs.
HEADERS = {
    'password.h': NO_MEMORY, 'ranking.h': NO_MEMORY,
    'steps.h': NO_MEMORY, 'province_report.h': NO_MEMORY, 'sync_report.h': NO_MEMORY,
}
# What such a test calls by way of a piece of support that is made for it to fail.
THROUGH = {'tests/unit/test_torture_sessions.c': 'tests/support/ends.c'}
# Commands that wait for a line, or ask somebody at a terminal.
COMMANDS = {
    'commune': {'run': LINE, 'sync': LINE, 'join': LINE, 'renew': LINE, 'open': 'asks the program that runs',
                'bundle': 'seals as `sync` does, and made of what it says'},
    'district': {'run': LINE, 'bundle': 'answers as the server does', 'report': 'as `verify-score`'},
}

# Writes of the pages that no_memory.py does not strike: those that it does stand in STRUCK.
STRUCK = {'/api/v1/import'}
NOT_STRUCK = {
    'api_account_add', 'api_account_edit', 'api_account_end', 'api_account_totp', 'api_appeal',
    'api_appeal_answer', 'api_backup', 'api_border_make', 'api_border_take', 'api_bundle_make',
    'api_bundle_open', 'api_device', 'api_doctor_run', 'api_import_undo', 'api_inbox_answer', 'api_inbox_decide',
    'api_invite', 'api_link_agree', 'api_link_do', 'api_link_invite', 'api_link_statistics',
    'api_own_sessions_end', 'api_own_totp', 'api_own_totp_proof', 'api_password', 'api_period_make',
    'api_period_set', 'api_person_add', 'api_person_remove', 'api_province_set', 'api_publication_do',
    'api_reconcile', 'api_report_decide', 'api_report_step', 'api_restore', 'api_returns_put',
    'api_row_set', 'api_rows_add', 'api_rows_edit', 'api_rows_void', 'api_score', 'api_self_score',
    'api_sheet_do', 'api_sign_in', 'api_sign_out', 'api_unit_do', 'api_unit_rename', 'api_village_add',
    'machine_rename', 'sync_now',
}
# Files that such writes alone reach.
WRITES_ALONE = {'server/api_sign.c'}  # sign-in and sign-out; the account itself: unit.account

ROUTE = re.compile(r'\{ "([A-Z]+)", "([^"]+)", (\w+)')
ROOTS = {'cli_main', 'API_ROUTES'}


def routes_of(body):
    """(handlers that a failing heap is shown for, the others) of a table of routes."""
    rows = ROUTE.findall(body)
    struck = {handler for method, path, handler in rows if method == 'GET' or path in STRUCK}
    return struck, {handler for _, _, handler in rows} - struck


def words_of(name, body, whole):
    """What it may call; a table of routes is not followed into what is not struck. `whole`: its file."""
    words = set(re.findall(r'\w+', body)) - {name}
    return words - routes_of(whole)[1] if name == 'API_ROUTES' else words


def check_routes(root):
    found = set()
    for path in tree.files(root, ['server', 'client'], ['.c']):
        if os.path.basename(path) == 'api_routes.c':
            found |= routes_of(tree.read(root, path))[1]
    if not found:
        return []
    return ['%s: a write of a page that is neither struck nor listed' % h for h in sorted(found - NOT_STRUCK)] + [
        '%s: out of the list of what is not struck' % h for h in sorted(NOT_STRUCK - found)]


def blocks(text):
    """(name, body) of each function and table."""
    name, lines = None, []
    for line in text.splitlines():
        if name is None:
            found = re.match(r'(?:[\w*]+[ *]+)*?\*?(\w+)(?:\(|\[|\s*=)', line)
            table = re.match(r'\} (\w+)\[', line)  # of a struct without a name
            if table or (found and not line.startswith(('#', ' ', '}')) and ' ' in line):
                name = (table or found).group(1)
        if name is not None:
            lines.append(line)
            if (line.startswith('}') and not line.endswith('{')) or (line.endswith(';') and not any(l.startswith('{') or l.endswith('{') for l in lines)):
                yield name, '\n'.join(lines)
                name, lines = None, []


def check_files(root, swept):
    """`swept`: tokens of what a failing heap is shown for."""
    known, allocates, todo, seen = {}, {}, set(ROOTS | swept), set()
    for path in tree.files(root, ['common', 'server', 'client'], ['.c']):
        whole = tree.read(root, path)
        for name, body in blocks(tree.code_only(whole)):
            known.setdefault(name, []).append((path, words_of(name, body, whole), bool(HEAP.search(body))))
            if HEAP.search(body):
                allocates.setdefault(path, set())
    todo = {(None, name) for name in todo}
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        here = [b for b in known.get(at[1], []) if b[0] == at[0]] or known.get(at[1], [])
        for path, words, takes in here:
            if takes:
                allocates[path].add(at[1])
            todo |= {(path, word) for word in words if word in known}
    return ['%s: allocates, and nothing that is swept calls it' % path
            for path, names in sorted(allocates.items()) if not names and path not in WRITES_ALONE]


def swept_commands(root):
    """The tables of commands that a failing heap is shown for, and what unit tests with one name."""
    text = tree.read(root, NO_MEMORY) if os.path.exists(os.path.join(root, NO_MEMORY)) else ''
    tokens = set()
    for side, folder in (('commune', 'client'), ('district', 'server')):
        lists = ''.join(re.findall(r'^%s_\w+ = \[\n(.*?)^\]\n' % side.upper(), text, re.S | re.M))
        names = set(re.findall(r"\['([a-z-]+)'", lists)) | {n for n, why in COMMANDS[side].items() if why == LINE}
        for path in tree.files(root, [folder], ['.c']):
            tokens |= {table for table, name in re.findall(
                r'^const struct cli_command (\w+) = \{\n +\.name = "([a-z-]+)"', tree.read(root, path), re.M) if name in names}
    for path in tree.files(root, ['tests/unit'], ['.c']):
        code = tree.read(root, path)
        if FAILS.search(code):
            tokens.update(re.findall(r'\w+', tree.code_only(code)))
    return tokens


def check_headers(root):
    tested = set()
    for path in tree.files(root, ['tests/unit'], ['.c']):
        text = tree.read(root, path)
        if FAILS.search(text):
            text += tree.read(root, THROUGH[path]) if path in THROUGH else ''
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
    return check_headers(root) + check_commands(root) + check_routes(root) + check_files(root, swept_commands(root))


ROUTES = 'const struct web_route API_ROUTES[] = {\n%s};\n'
UNSTRUCK = ''.join('    { "POST", "/api/v1/x", %s, 0 },\n' % h for h in sorted(NOT_STRUCK))
GOOD = {
    'server/api_routes.c': ROUTES % UNSTRUCK,
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
    'a header on the list that is shown': {'common/include/tuquan/ranking.h': 'tq_status tq_a(void);\n'},
    'a file that nothing swept calls': {'server/b.c': 'int b(void)\n{\n    return tq_mem_alloc(1) != 0;\n}\n'},
    'a file that only a write of a page calls': {
        'server/b.c': 'int api_score(void)\n{\n    return tq_mem_alloc(1) != 0;\n}\n'},
    'a write of a page that nothing names': {
        'server/api_routes.c': ROUTES % (UNSTRUCK + '    { "PUT", "/api/v1/b", b, 0 },\n')},
    'a command that is not swept': {'client/cmd_b.c': '    .name = "b",\n'},
    'a command on the list that is swept': {NO_MEMORY: "COMMUNE_READS = [\n    ['a'], ['sync'],\n]\n"},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
