#!/usr/bin/env python3
"""check_demo_data.py - The sample records of the demo are what the night needs.

Two runs write the same bytes; 400 rows or more an office over 8 tables or more; every record carries
the mark; columns, code lists and writers are the catalogue's; and, by the rules written a second time
(tests/support/oracle.py), all 21 criteria are reached and the night holds a cap, a tie that the rules
break, a shared rank, more Xuất sắc than the quota, a commune not graded and one that has not sent.
"""
import csv
import importlib.util
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
import oracle  # noqa: E402
import tree  # noqa: E402


def generator():
    path = os.path.join(tree.PROJECT, 'script', 'demo.d', 'generate.py')
    spec = importlib.util.spec_from_file_location('generate', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue():
    """{table: {column: (codes or None, written by a commune)}} out of common/model/columns_*.h."""
    tables, lists = {}, {}
    for path in tree.files(tree.PROJECT, ['common/model'], ['.h']):
        if not os.path.basename(path).startswith('columns_'):
            continue
        text = re.sub(r'/\*.*?\*/', '', tree.read(tree.PROJECT, path), flags=re.S)
        text = text.replace('\\\n', ' ')
        for name, body in re.findall(r'#define (\w+)\s+CODES\((.*?)\)', text):
            lists[name] = re.findall(r'"(\w+)"', body)
        for name, body in re.findall(r'struct tq_column (\w+)\[\] = \{\n(.*?)\n\};', text, re.S):
            columns = {}
            for line in body.split('\n'):
                column(line.strip(), columns, lists)
            tables[name.lower()] = columns
    return tables


def column(line, columns, lists):
    who = 'BY_C,' in line or 'BY_C)' in line or 'BY_CD' in line
    if line.startswith('OWNER('):
        columns['unit'] = (None, who)
    elif line.startswith('KEY_ID('):
        columns['id'] = (None, who)
    elif line.startswith('VOIDED('):
        columns['voided_at'] = columns['void_reason'] = (None, who)
    else:
        name = re.search(r'"([a-z0-9_]+)"', line)
        if name is None:
            return
        codes = None
        if 'CODES(' in line:
            codes = re.findall(r'"(\w+)"', line[line.index('CODES('):line.rindex(')')])
        for known in lists:
            if known in line:
                codes = lists[known]
        columns[name.group(1)] = (codes, who)


def check_rows(path, table, rows, tables, commune):
    faults = []
    if tables and table not in tables:
        return ['%s: no such table' % path]
    for name in rows[0] if tables else []:
        codes, by_commune = tables[table].get(name, (None, None))
        if by_commune is None:
            faults.append('%s: no column %s' % (path, name))
        elif commune and not by_commune:
            faults.append('%s: a commune does not write %s' % (path, name))
        if codes:
            wrong = {r[name] for r in rows} - set(codes) - {''}
            faults += ['%s: %s is not in the list of %s' % (path, w, name) for w in sorted(wrong)]
    if commune and not all(any('dữ liệu mẫu' in v for v in r.values()) for r in rows):
        faults.append('%s: a record without the mark' % path)
    return faults


def check_night(rows):
    faults = []
    scored = [r for r in rows if r['state'] == 'scored']
    finals = {}
    for row in scored:
        finals.setdefault(row['final'], []).append(row)
    wants = [
        ('17 communes', len(rows) == 17),
        ('one not sent', [r['state'] for r in rows if r['state'] != 'scored'] == ['not_received']),
        ('a cap that bites', any('D1' in r['caps'] and r['grade'] == 'average'
                                 and r['final'] >= 6500 for r in scored)),
        ('a commune not graded', [r['name'] for r in scored if r['grade'] is None] == ['Bạch Lưu']),
        ('a shared rank', any(a['rank'] == b['rank'] for a, b in zip(scored, scored[1:]))),
        ('a tie that the rules break', any(len({r['rank'] for r in same}) > 1
                                           for same in finals.values())),
        ('the quota is full', sum(r['grade'] == 'excellent' for r in scored) == 3),
        ('the quota overflows', any(r.get('dropped') for r in scored)),
        ('a penalty', any(r['penalty'] for r in scored)),
        ('every grade', {r['grade'] for r in scored} >= set(oracle.ORDER)),
    ]
    for code in oracle.MAXIMA:
        wants.append(('criterion ' + code, all(r['points'][code] is not None for r in scored
                                               if r['name'] != 'Bạch Lưu')))
    faults += ['the night lacks: ' + what for what, there in wants if not there]
    return faults


def check(_root):
    module, tables, faults = generator(), catalogue(), []
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        for folder in (one, two):
            module.main(os.path.join(tree.PROJECT, 'data'), folder)
        paths = tree.files(one)
        counts = {}
        for path in paths:
            if tree.read(one, path) != tree.read(two, path):
                faults.append('%s: not the same in two runs' % path)
            parts = path.split(os.sep)
            table = os.path.splitext(parts[-1])[0]
            if not path.endswith('.csv') or table == 'report_receipt':
                continue
            with open(os.path.join(one, path), encoding='utf-8', newline='') as stream:
                rows = list(csv.DictReader(stream))
            faults += check_rows(path, table, rows, tables, parts[0] == 'commune')
            if parts[0] == 'commune':
                counts.setdefault(parts[1], []).append(len(rows))
        for code, sizes in counts.items():
            if sum(sizes) < 400 or len(sizes) < 8:
                faults.append('%s: %d rows in %d tables' % (code, sum(sizes), len(sizes)))
        faults += check_night(oracle.consolidated(one))
    return faults


def self_test():
    """The three kinds of fault, each made and found."""
    tables = {'tip': {'unit': (None, True), 'state': (['received'], True), 'solved_by': (None, False)}}
    mark = {'unit': 'u', 'state': 'received (dữ liệu mẫu)'}
    found = [
        check_rows('x', 'tip', [dict(mark)], tables, True),
        check_rows('x', 'tip', [{'unit': 'dữ liệu mẫu', 'other': ''}], tables, True),
        check_rows('x', 'tip', [{'unit': 'dữ liệu mẫu', 'solved_by': ''}], tables, True),
        check_rows('x', 'tip', [{'unit': 'u', 'state': 'received'}], tables, True),
        check_rows('x', 'tap', [{'unit': 'u'}], tables, True),
        check_night([]),
    ]
    failed = sum(1 for faults in found if not faults)
    if check_rows('x', 'tip', [{'unit': 'dữ liệu mẫu', 'state': 'received'}], tables, True):
        failed += 1
    print('%d passed, %d failed' % (len(found) + 1 - failed, failed))
    return (1 if failed else 0) | oracle.self_test()


if __name__ == '__main__':
    if '--self-test' in sys.argv:
        sys.exit(self_test())
    tree.main(check, {}, {})
