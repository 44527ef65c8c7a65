#!/usr/bin/env python3
"""load_records.py - Puts the records of script/demo.d/generate.py straight into a database of ours.

    load_records.py DIR DB               everything, into the district's file
    load_records.py DIR DB --office CODE only what the district sends, into the file of that commune

For tests of what is computed from records: nothing is sent or merged. An empty field is NULL; what
the column's default says holds where the file has no such column. Receipts become the receipt
columns of their reports, as if the district had taken them on that day.
"""
import csv
import datetime
import os
import sqlite3
import sys

import tree


def value(text, kind):
    """As the column holds it; moments are typed in the time of Việt Nam."""
    if kind != 'INTEGER':
        return text
    if '-' in text[1:]:
        at = datetime.datetime.strptime(text + ' +0700', '%Y-%m-%d %H:%M %z')
        return int(at.timestamp() * 1000)
    return int(text)


def load(base, path, table):
    with open(path, encoding='utf-8', newline='') as stream:
        rows = list(csv.DictReader(stream))
    types = {r[1]: r[2] for r in base.execute('PRAGMA table_info(%s)' % table)}
    for row in rows:
        given = {name: value for name, value in row.items() if value != ''}
        values = [value(v, types[n]) for n, v in given.items()]
        base.execute('INSERT INTO %s (%s) VALUES (%s)' % (
            table, ', '.join(given), ', '.join('?' * len(given))), values)


def main(folder, path):
    """Everything into the district's file."""
    base = sqlite3.connect(path)
    with base:
        for file in tree.files(folder, None, ['.csv']):
            table = os.path.splitext(os.path.basename(file))[0]
            if table != 'report_receipt':
                load(base, os.path.join(folder, file), table)
        with open(os.path.join(folder, 'district', 'report_receipt.csv'), encoding='utf-8') as stream:
            for row in csv.DictReader(stream):
                base.execute('UPDATE report SET received_at = ?, late_days = ? WHERE unit = ?'
                             ' AND type = ? AND period = ?',
                             (value(row['received_at'], 'INTEGER'), int(row['late_days']), row['unit'],
                              row['type'], row['period']))
    base.close()


def office(folder, path, code):
    """Public rows of the district as if a first load had brought them; the file is that commune's."""
    base = sqlite3.connect(path)
    with base:
        base.execute('UPDATE tq_flag SET applying = 1')
        for table in ('unit', 'calendar', 'period', 'indicator'):
            load(base, os.path.join(folder, 'district', table + '.csv'), table)
        base.execute("UPDATE tq_state SET unit = (SELECT unit FROM unit WHERE code = ?), device = 1,"
                     " letter = 'A', incarnation = 1, loading = 0, seen = 1, t_seen = 1", (code,))
        base.execute('UPDATE tq_flag SET applying = 0')
    base.close()


if __name__ == '__main__':
    if len(sys.argv) == 5 and sys.argv[3] == '--office':
        office(sys.argv[1], sys.argv[2], sys.argv[4])
    elif len(sys.argv) == 3:
        main(sys.argv[1], sys.argv[2])
    else:
        sys.exit(__doc__)
