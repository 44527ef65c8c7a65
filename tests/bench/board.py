#!/usr/bin/env python3
"""board.py COMMUNE DISTRICT [--rows N] [--times N] - How quick the district's page is with three years of 17
communes in its file.

A district with N rows of facts (2,000,000) is asked as its page asks, each question --times times or for
10 seconds, whichever is less. The rows are laid, not merged: the ledger holds nothing of them, so that its
screen is not measured. Figures are the median and the 99th percentile in milliseconds at the client, over
loopback. The server just started has counted what screens open with (it says how long that took) before it is
asked; `first`: the first answer then. Screens that count are asked again, each time at once after incidents,
tips and activities of one commune changed (`changed`), as after its sync."""
import argparse
import os
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ('support', 'integration'):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import browser  # noqa: E402
import programs  # noqa: E402

PASSWORD = 'mot mat khau dai'
UNIT = '08779@2004-01-01'
LONGEST_S = 10
TARGET_MS = 100
CHANGES = 20
COUNTED = ('Thẩm định', 'Xếp hạng', 'publication', 'Bản đồ', 'months', 'Tổng hợp')
QUESTIONS = [
    ('Bảng xã', 'board?period=ADMIN%2F2020-Q4'), ('Đầy đủ, đúng hạn', 'board/rates?period=ADMIN%2F2020-Q4'), ('Bảng xã, no period', 'board'),
    ('Chờ quyết: conflicts', 'conflicts'), ('held', 'held'), ('requests', 'requests'),
    ('Thẩm định', 'assess/2020-Q4/' + UNIT), ('facts behind 1.2', 'facts/2020-Q4/%s/1.2' % UNIT),
    ('Xếp hạng', 'rank/2020-Q4'), ('Xếp hạng, year', 'rank/ADMIN%2F2020'), ('versions', 'rank/2020-Q4/versions'),
    ('publication', 'publications/2020-Q4'), ('Bản đồ, xu hướng', 'trends/2020-Q4'),
    ('months', 'trends/2020-12'), ('Tổng hợp', 'summary/2020-Q4'), ('Báo cáo tỉnh', 'province/2020-Q4'),
    ('Chỉ đạo', 'directives'), ('Phong trào', 'movement?year=2020'), ('Kỳ', 'periods'), ('Thiết bị', 'devices'),
    ('Sổ cái (empty)', 'changes'), ('rows of one commune', 'rows/incident?limit=50&unit=' + UNIT),
    ('rows of all', 'rows/incident?limit=50'), ('status', 'status'), ('same', 'same'),
]
SERIES = 'WITH RECURSIVE i (x) AS (SELECT %d UNION ALL SELECT x + 1 FROM i WHERE x < %d) '
DAY = "date('2018-12-15', '+' || (x * 7919 %% 1095 + %d) || ' days')"
OF = "(SELECT unit FROM own WHERE n = x % 17)"
KEY = "CAST(printf('%016d', x) AS BLOB)"


def fill(path, rows):
    db = sqlite3.connect(path)
    db.execute('CREATE TEMP TABLE own AS SELECT row_number() OVER (ORDER BY unit) - 1 AS n, unit FROM unit'
               ' WHERE level = 3')
    incidents, activities, tips = rows * 3 // 10, rows * 5 // 10, rows * 15 // 100
    db.execute(SERIES % (1, incidents) + (
        'INSERT INTO incident (tq_meta, id, unit, label, area, category, occurred_on, due_on, closed_on, injured,'
        ' summary, state, reconciled) SELECT (SELECT tq_meta FROM unit LIMIT 1), %s, %s, x, 1 + x / 17 %% 5,'
        " CASE x / 17 %% 3 WHEN 0 THEN 'theft' WHEN 1 THEN 'drugs' ELSE 'assault' END, %s, %s, %s, x %% 2,"
        " 'mất xe đạp trước cổng chợ (dữ liệu mẫu)', 'closed', 1 FROM i") % (KEY, OF, DAY % 0, DAY % 9, DAY % 5))
    db.execute(SERIES % (1, activities) + (
        'INSERT INTO activity (tq_meta, id, unit, label, kind, planned_on, held_on, participants, accepted, settled,'
        " results, state) SELECT (SELECT tq_meta FROM unit LIMIT 1), %s, %s, x, CASE x / 17 %% 4 WHEN 0 THEN 'patrol' WHEN 1 THEN"
        " 'outreach' WHEN 2 THEN 'fire_inspection' ELSE 'mediation' END, %s, %s, 9, 1, 1,"
        " 'tuần tra ngoài đường (dữ liệu mẫu)', 'done' FROM i") % (KEY, OF, DAY % 0, DAY % 1))
    db.execute(SERIES % (1, tips) + (
        'INSERT INTO tip (tq_meta, id, unit, label, area, received_at, passed_at, state) SELECT (SELECT tq_meta FROM unit LIMIT 1), %s, %s,'
        " x, 1, strftime('%%s', %s) * 1000, strftime('%%s', %s) * 1000 + 3600000, 'passed' FROM i")
        % (KEY, OF, DAY % 0, DAY % 0))
    db.execute("INSERT OR IGNORE INTO village_return (tq_meta, unit, village, period, indicator, value, source, state)"
               " SELECT (SELECT tq_meta FROM unit LIMIT 1), v.parent, v.unit, p.period, i.indicator, 40, 'typed', 'confirmed' FROM unit AS v,"
               " period AS p, indicator AS i WHERE v.level = 4 AND p.kind = 'month' AND p.period LIKE 'ADMIN/%'")
    db.execute("INSERT OR IGNORE INTO report (tq_meta, unit, type, period, submitted_at, received_at, state) SELECT"
               " (SELECT tq_meta FROM unit LIMIT 1), o.unit, p.kind, p.period, p.due_at, p.due_at, 'sent' FROM own AS o, period AS p"
               " WHERE p.due_at IS NOT NULL")
    db.commit()
    counts = [db.execute('SELECT count(*) FROM ' + t).fetchone()[0]
              for t in ('incident', 'activity', 'tip', 'village_return', 'report')]
    db.close()
    return sum(counts)


def change(path):
    """What the merge of one office's night changes, and the digests that it moves with it."""
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    db.execute('BEGIN IMMEDIATE')
    for number, table, column in ((28, 'incident', 'injured'), (29, 'tip', 'area'), (32, 'activity', 'participants')):
        db.execute('UPDATE %s SET %s = 1 + %s %% 2 WHERE id = (SELECT id FROM %s WHERE unit = ?1 LIMIT 1)'
                   % (table, column, column, table), (UNIT,))
        db.execute('INSERT INTO tq_digest (tbl, owner, rows, sum) VALUES (?1, ?2, 1, randomblob(16))'
                   ' ON CONFLICT DO UPDATE SET sum = excluded.sum', (number, UNIT))
    db.execute('COMMIT')
    db.close()


def rest(page):
    """Until the worker counts nothing more by itself; how long that took."""
    began, last, same = time.monotonic(), None, 0
    while same < 20:
        counts = page.ask('GET', '/api/v1/health').json['counts']
        same = same + 1 if counts == last else 0
        last = counts
    return time.monotonic() - began


def ask(page, path):
    began = time.perf_counter()
    answer = page.ask('GET', '/api/v1/' + path)
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise programs.Failed('%s: %d %s' % (path, answer.status, answer.body[:300]))
    return took


def ask_changed(page, path, file):
    """How long the question takes after each change."""
    spent, until = [], time.monotonic() + LONGEST_S
    while len(spent) < CHANGES and (len(spent) < 2 or time.monotonic() < until):
        change(file)
        spent.append(ask(page, path))
    return spent


def percentile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument('commune')
    parse.add_argument('district')
    parse.add_argument('--rows', type=int, default=2000000)
    parse.add_argument('--times', type=int, default=100)
    parse.add_argument('--only', default='', help='questions whose name has this')
    args = parse.parse_args()
    founded = programs.Founded(os.path.abspath(args.commune), os.path.abspath(args.district))
    world = founded.world()
    try:
        world.run('district', 'period', 'make', '2018')
        world.user('add', 'leader', '--role=leader', password=PASSWORD)
        rows = fill(world.path('district', 'district.db'), args.rows)
        world.serve(env={'TUQUAN_PAGE_ADDRESS': '127.0.0.1:0'})
        page = browser.Officer(world, 'leader', PASSWORD)
        print('counted by itself in %.1f s' % rest(page), flush=True)
        print('%-26s %8s %8s %8s %6s   %8s %8s' % ('%d rows' % rows, 'first', 'median', 'p99', 'times', 'changed',
                                                  'p99'), flush=True)
        over = []
        for name, path in QUESTIONS:
            if args.only not in name:
                continue
            spent, until = [], time.monotonic() + LONGEST_S
            changed = []
            try:
                while len(spent) <= args.times and (len(spent) < 2 or time.monotonic() < until):
                    spent.append(ask(page, path))
                if name.startswith(COUNTED):
                    changed = ask_changed(page, path, world.path('district', 'district.db'))
            except TimeoutError:
                print('%-26s no answer in time' % name, flush=True)
                over.append(name)
                break  # what waits behind it would wait, too
            first, spent = spent[0], spent[1:]
            print('%-26s %8.1f %8.1f %8.1f %6d' % (name, first, percentile(spent, 0.5), percentile(spent, 0.99),
                                                   len(spent))
                  + ('   %8.1f %8.1f' % (percentile(changed, 0.5), percentile(changed, 0.99)) if changed else ''),
                  flush=True)
            if percentile(spent + changed, 0.99) >= TARGET_MS:
                over.append(name)
        print('over %d ms: %s' % (TARGET_MS, ', '.join(over) or 'none'))
    finally:
        world.close()
        founded.close()


if __name__ == '__main__':
    main()
