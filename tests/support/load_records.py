#!/usr/bin/env python3
"""load_records.py - Puts the records of script/demo.d/generate.py straight into a database of ours.

    load_records.py DIR DB

For tests of what is computed from records: nothing is sent or merged. An empty field is NULL; what
the column's default says holds where the file has no such column. Receipts become the receipt
columns of their reports, as if the district had taken them on that day.
"""
import csv
import os
import sqlite3
import sys

import tree


def load(base, path, table):
    with open(path, encoding='utf-8', newline='') as stream:
        rows = list(csv.DictReader(stream))
    types = {r[1]: r[2] for r in base.execute('PRAGMA table_info(%s)' % table)}
    for row in rows:
        given = {name: value for name, value in row.items() if value != ''}
        values = [int(v) if types[n] == 'INTEGER' else v for n, v in given.items()]
        base.execute('INSERT INTO %s (%s) VALUES (%s)' % (
            table, ', '.join(given), ', '.join('?' * len(given))), values)


def main(folder, path):
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
                             (int(row['received_at']), int(row['late_days']), row['unit'],
                              row['type'], row['period']))
    base.close()


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
