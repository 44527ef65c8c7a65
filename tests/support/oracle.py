#!/usr/bin/env python3
"""oracle.py - The rules of sheet 5TQ-v1 written a second time, apart from the C code.

    oracle.py DIR            table of the ranking that the sample records in DIR must give
    oracle.py DIR --json     the same for programs: points of each criterion, areas, final, grade, rank
    oracle.py DIR --compare DB   differences from the newest ranking in a database of ours; 1 if any
    oracle.py --self-test    the golden case, the steps of the bands, ties and the quota

DIR is what script/demo.d/generate.py wrote. Two programs that follow the exact rules give the same
points; this is the second one. It knows one window, a quarter of calendar ADMIN, and no appeal,
verified score or vote. Points are integers in 1/100.
"""
import csv
import datetime
import json
import os
import sqlite3
import sys
from fractions import Fraction

NAMES = {'excellent': 'Xuất sắc', 'good': 'Tốt', 'fair': 'Khá', 'average': 'Trung bình',
         'weak': 'Yếu', None: 'chưa xếp loại'}
ORDER = ['excellent', 'good', 'fair', 'average', 'weak']
AREAS = {'1': 2500, '2': 2000, '3': 2000, '4': 2000, '5': 1500}
MAXIMA = {
    '1.1': 500, '1.2': 700, '1.3': 800, '1.4': 500, '2.1': 400, '2.2': 700, '2.3': 500, '2.4': 400,
    '3.1': 500, '3.2': 500, '3.3': 300, '3.4': 400, '3.5': 300, '4.1': 400, '4.2': 500, '4.3': 500,
    '4.4': 600, '5.1': 500, '5.2': 400, '5.3': 300, '5.4': 300,
}


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def ratio(n, d, target, most):
    return None if d == 0 else min(most, half_up(most * n * 100, d * target))


def band(now, before, steps):
    """before: None when last year has no confirmed count."""
    if before is None:
        return None
    if now == 0:
        return steps[0]
    if before <= 5:
        if now < before:
            return steps[0]
        return steps[min(4, now - before + 1)]
    for step, percent in enumerate((95, 100, 110, 125)):
        if now * 100 <= before * percent:
            return steps[step]
    return steps[4]


def criteria(f):
    """Points of the 21 criteria from counts; None: not applicable."""
    p = {
        '1.1': ratio(f['signed'], f['households'], 100, 500),
        '1.2': ratio(f['patrols'][0], max(f['patrols'][1], f['patrol_floor']), 100, 700),
        '1.3': band(*f['crime'], (800, 600, 400, 200, 0)),
        '1.4': ratio(*f['tips'], 100, 500),
        '2.1': ratio(f['outreach'][0], max(f['outreach'][1], f['months']), 100, 400),
        '2.2': max(0, 400 - 200 * f['hotspots'][0]) + max(0, 300 - 100 * f['hotspots'][1]),
        '2.3': ratio(*f['drugs'], 100, 500),
        '2.4': ratio(*f['evils'], 100, 400),
        '3.1': ratio(f['equipped'], f['households'], 70, 500),
        '3.2': ratio(f['fire_checks'][0], max(f['fire_checks'][1], f['months']), 100, 500),
        '3.3': ratio(*f['groups'], 100, 300),
        '3.4': band(*f['theft'], (400, 300, 200, 100, 0)),
        '3.5': 300 if not f['fires'] else 200 if f['fires'] == ['minor'] else 0,
        '4.1': ratio(f['traffic_signed'], f['households'], 100, 400),
        '4.2': ratio(*f['encroached'], 100, 500),
        '4.3': band(*f['accidents'], (500, 400, 200, 100, 0)),
        '4.4': ratio(*f['mediation'], 80, 600),
        '5.1': ratio(*f['helped'], 100, 500),
        '5.2': ratio(*f['contacts'], 100, 400),
        '5.3': ratio(f['livelihood'], f['helped'][1], 60, 300),
    }
    if p['4.3'] is not None and f['traffic_deaths'] > 0:
        p['4.3'] = min(p['4.3'], 200)
    if f['helped'][1] == 0:
        p['5.4'] = None
    elif f['reoffended'] == 0:
        p['5.4'] = 300
    else:
        p['5.4'] = 150 if f['reoffended'] * 100 <= 5 * f['helped'][1] else 0
    return p


def total(points, bonus, penalty):
    """Areas, base, bonus and penalty as applied, final. bonus, penalty: {code: points}."""
    areas = {}
    for area, most in AREAS.items():
        items = [c for c in points if c[0] == area and points[c] is not None]
        here = sum(points[c] for c in items)
        reach = sum(MAXIMA[c] for c in items)
        if items:
            areas[area] = here if reach == most else half_up(here * most, reach)
    reach = sum(AREAS[a] for a in areas)
    base = sum(areas.values())
    if areas and reach != 10000:
        base = half_up(base * 10000, reach)
    caps = {'B1': 200, 'B2': 200, 'B3': 100, 'B4': 100,
            'P1': 500, 'P2': 200, 'P3': 300, 'P4': 900, 'P5': 300}
    plus = min(500, sum(min(caps[c], v) for c, v in bonus.items()))
    minus = min(1500, sum(min(caps[c], v) for c, v in penalty.items()))
    return areas, base, plus, minus, max(0, base + plus - minus)


def grade_of(final):
    for grade, least in zip(ORDER, (9000, 8000, 6500, 5000)):
        if final >= least:
            return grade
    return 'weak'


def tie_keys(row):
    """What is compared after final, in order; a larger key stands higher."""
    p = row['points']
    with_max = [p[c] if p[c] is not None else MAXIMA[c]
                for c in ('1.3', '3.4', '3.5', '4.3', '5.4')]
    return (-row['penalty'], row['areas'].get('1', 2500), sum(with_max), row['on_time'])


def rank(rows):
    """Order, ranks and grades. Rows with state 'scored' only; returns them in order."""
    key = {r['code']: (r['final'],) + tie_keys(r) for r in rows}
    falsified = sorted((r for r in rows if 'D5' in r['caps']), key=lambda r: r['code'])
    ranked = [r for r in rows if 'D5' not in r['caps']]
    ranked.sort(key=lambda r: (tuple(-k for k in key[r['code']]), r['code']))
    for i, row in enumerate(ranked):
        same = i > 0 and key[ranked[i - 1]['code']] == key[row['code']]
        row['rank'] = ranked[i - 1]['rank'] if same else i + 1
        row['grade'] = grade_of(row['final'])
        for cap, worst in (('D1', 'average'), ('D2', 'fair'), ('D3', 'fair'), ('D4', 'fair')):
            if cap in row['caps'] and ORDER.index(row['grade']) < ORDER.index(worst):
                row['grade'] = worst
        if 'D6' in row['caps']:
            row['grade'] = None
    for row in falsified:
        row['rank'], row['grade'] = None, 'weak'
    quota = sum(1 for r in ranked if r['grade'] is not None) * 20 // 100
    taken = 0
    for place in sorted({r['rank'] for r in ranked}):
        group = [r for r in ranked if r['rank'] == place and r['grade'] == 'excellent']
        if taken + len(group) > quota:
            taken = quota  # whoever stands below cannot pass whom the quota stopped
            for row in group:
                row['grade'] = 'good'
                row['dropped'] = True
        else:
            taken += len(group)
    return ranked + falsified


# --- from records to counts -------------------------------------------------------------------

def day(text):
    return datetime.date.fromisoformat(text)


def moment(text):
    return datetime.datetime.strptime(text, '%Y-%m-%d %H:%M')


def civil_day(text):
    return moment(text).date()


def add_months(date, months):
    month = date.year * 12 + date.month - 1 + months
    first = datetime.date(month // 12, month % 12 + 1, 1)
    after = datetime.date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + datetime.timedelta(days=date.day - 1), after - datetime.timedelta(days=1))


class Window:
    """A quarter of ADMIN: 15 of the month before it .. 14 of its last month."""

    def __init__(self, year, number):
        last = number * 3
        self.last = datetime.date(year, last, 14)
        self.first = add_months(self.last, -3) + datetime.timedelta(days=1)
        self.code = 'ADMIN/%d-Q%d' % (year, number)
        self.months = ['ADMIN/%d-%02d' % (year, m) for m in range(last - 2, last + 1)]
        self.month_ends = [datetime.date(year, m, 14) for m in range(last - 2, last + 1)]
        # COMMUNE year before 10/02/2022: TT23, 30/11 of the year before .. 30/11.
        self.year = (datetime.date(year - 1, 11, 30), datetime.date(year, 11, 30))
        self.before = (year - 1, number)

    def has(self, text):
        return text != '' and self.first <= day(text) <= self.last


def table(folder, name):
    path = os.path.join(folder, name + '.csv')
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8', newline='') as stream:
        return [row for row in csv.DictReader(stream) if not row.get('voided_at')]


def stock_and_flow(folder, window):
    """{indicator: sum over villages}, and the number of confirmed returns of the window."""
    flows = {'contacts_due', 'contacts_done', 'reoffended'}
    latest, sums, confirmed = {}, {}, 0
    for row in table(folder, 'village_return'):
        if row['state'] != 'confirmed' or row['period'] not in window.months:
            continue
        confirmed += 1
        figure = row['indicator'].split('@')[0]
        if figure in flows:
            sums[figure] = sums.get(figure, 0) + int(row['value'])
        else:
            at = latest.setdefault((figure, row['village']), ('', 0))
            if row['period'] > at[0]:
                latest[figure, row['village']] = (row['period'], int(row['value']))
    for (figure, _), (_, value) in latest.items():
        sums[figure] = sums.get(figure, 0) + value
    return sums, confirmed


def incidents(folder, window):
    """(criterion or None, row) of the incidents that happened in the window."""
    theft = {'theft', 'property'}
    fire = {'fire_explosion'}
    for row in table(folder, 'incident'):
        on = day(row['occurred_on']) if row['occurred_on'] else civil_day(row['known_at'])
        if not window.first <= on <= window.last:
            continue
        area = row.get('reclassified') or row['area']
        kind = row['category']
        if kind in fire:
            yield '3.5', row
        elif kind in theft:
            yield '3.4', row
        elif kind == 'traffic_accident':
            yield '4.3', row
        elif area == '1':
            yield '1.3', row
        else:
            yield None, row


def counts(folder, window):
    last_year = Window(*window.before)
    f = {}
    sums, f['confirmed'] = stock_and_flow(folder, window)
    profile = {}
    for row in table(folder, 'village_profile'):
        newest = profile.get(row['village'], ('', 0))[0]
        if day(row['as_of']) <= window.last and row['as_of'] >= newest:
            profile[row['village']] = (row['as_of'], int(row['households']))
    f['villages'] = len(profile)
    f['households'] = sum(h for _, h in profile.values())
    f['months'] = len(window.months)
    activities = table(folder, 'activity')

    def done_of_planned(*kinds):
        rows = [r for r in activities if r['kind'] in kinds]
        return (sum(1 for r in rows if window.has(r['held_on'])),
                sum(1 for r in rows if window.has(r['planned_on'])))

    f['patrols'] = done_of_planned('patrol', 'joint_patrol')
    f['outreach'] = done_of_planned('outreach')
    f['fire_checks'] = done_of_planned('fire_inspection')
    models = [r for r in table(folder, 'model') if r['launched_on'] and r['state'] == 'running']
    f['patrol_floor'] = 4 * sum(len({r['village'] for r in models if day(r['launched_on']) <= end})
                                for end in window.month_ends)
    now, before = list(incidents(folder, window)), list(incidents(folder, last_year))
    known = came(folder, last_year)
    for name, code in (('crime', '1.3'), ('theft', '3.4'), ('accidents', '4.3')):
        f[name] = (sum(1 for c, _ in now if c == code),
                   sum(1 for c, _ in before if c == code) if known else None)
    f['fires'] = ['minor' if r['contained_locally'] == '1' and int(r['deaths'] or 0) == 0
                  and int(r['injured'] or 0) == 0 else 'grave' for c, r in now if c == '3.5']
    f['traffic_deaths'] = sum(int(r['deaths'] or 0) for c, r in now if c == '4.3')
    evils = [r for r in table(folder, 'incident') if r['area'] == '2' and window.has(r['due_on'])]
    f['evils'] = (sum(1 for r in evils if r['closed_on'] and r['closed_on'] <= r['due_on']),
                  len(evils))
    tips = [r for r in table(folder, 'tip')
            if window.first <= civil_day(r['received_at']) <= window.last]
    f['tips'] = (sum(1 for r in tips if r['passed_at']
                     and moment(r['passed_at']) - moment(r['received_at'])
                     <= datetime.timedelta(hours=24)), len(tips))
    f['solved'] = sum(1 for r in tips if r.get('solved_confirmed') == '1')
    spots = table(folder, 'hotspot')
    f['hotspots'] = (sum(1 for r in spots if window.has(r['arisen_on'])),
                     sum(1 for r in spots if day(r['arisen_on']) <= window.last
                         and (not r['ended_on'] or day(r['ended_on']) > window.last)
                         and (window.last - day(r['arisen_on'])).days > 30))
    taken = [r for r in table(folder, 'encroachment') if window.has(r['found_on'])]
    f['encroached'] = (sum(1 for r in taken if r['cleared_on']
                           and day(r['cleared_on']) <= window.last), len(taken))
    talks = [r for r in activities if r['kind'] == 'mediation' and window.has(r['held_on'])]
    f['mediation'] = (sum(int(r['settled'] or 0) for r in talks),
                      sum(int(r['accepted'] or 0) for r in talks))
    groups = [r for r in table(folder, 'self_mgmt_group') if r['state'] == 'active']
    f['groups'] = (sum(1 for r in groups if r['trained_on']
                       and window.year[0] <= day(r['trained_on']) <= window.year[1]), len(groups))
    for name, figure in (('signed', 'households_signed'), ('equipped', 'households_fire_equipped'),
                         ('traffic_signed', 'households_traffic_signed'),
                         ('livelihood', 'reintegration_livelihood'), ('reoffended', 'reoffended')):
        f[name] = sums.get(figure, 0)
    f['drugs'] = (sums.get('addicts_managed', 0), sums.get('addicts_in_scope', 0))
    f['helped'] = (sums.get('reintegration_assigned', 0), sums.get('reintegration_in_scope', 0))
    f['contacts'] = (sums.get('contacts_done', 0), sums.get('contacts_due', 0))
    f['border'] = sum(1 for r in table(folder, 'border_meeting') + table(folder, 'joint_patrol')
                      if window.has(r['held_on']) and r['signed_on'] and r.get('partner_signed_on'))
    f['late_incidents'] = sum(
        1 for _, r in now if r['reported_at']
        and (civil_day(r['reported_at']) - civil_day(r['known_at'])).days > 5)
    ages = [day(r['launched_on']) for r in models]
    f['young'] = bool(ages) and add_months(min(ages), 9) > window.last
    return f


def came(folder, window):
    """Was the commune's report of the period sent, and did the district stamp it?"""
    receipts = os.path.join(folder, os.pardir, os.pardir, 'district')
    stamped = {(r['unit'], r['type']) for r in table(receipts, 'report_receipt')
               if r['period'] == window.code and r['received_at']}
    return any(r['period'] == window.code and r['state'] == 'sent'
               and (r['unit'], r['type']) in stamped for r in table(folder, 'report'))


def late_reports(folder, district, unit, window):
    """Points of P1, reports in time and reports due: those whose due day lies in the window."""
    sent = {(r['type'], r['period']): r for r in table(district, 'report_receipt')
            if r['unit'] == unit}
    p1 = in_time = due = 0
    for period in table(district, 'period'):
        if not period['due_at'] or not window.has(civil_day(period['due_at']).isoformat()):
            continue
        due += 1
        row = sent.get((period['kind'], period['period']))
        limit = civil_day(period['due_at']) + datetime.timedelta(days=int(period['grace_days']))
        late = None if row is None else max(0, min(
            (civil_day(row['received_at']) - limit).days, int(row['late_days'])))
        in_time += late == 0
        p1 += 0 if late == 0 else 50 if late is not None and late <= 3 else 100
    return p1, in_time, due


def score(base, code, unit, window, figures):
    folder, district = os.path.join(base, 'commune', code), os.path.join(base, 'district')
    row = {'code': code, 'unit': unit, 'rank': None, 'grade': None, 'state': 'scored'}
    f = counts(folder, window)
    row['counts'] = f
    due = f['villages'] * figures * f['months']
    row['coverage'] = [f['confirmed'], due]
    if not came(folder, window):
        return dict(row, state='not_received')
    if f['confirmed'] * 100 < 60 * due:
        return dict(row, state='too_little')
    p1, in_time, due = late_reports(folder, district, unit, window)
    row['on_time'] = Fraction(in_time, due) if due else Fraction(1)
    bonus = {'B3': 100 * f['border'], 'B4': 100 * f['solved']}
    penalty = {'P1': p1, 'P4': 300 * f['late_incidents']}
    row['points'] = criteria(f)
    row['areas'], row['base'], row['bonus'], row['penalty'], row['final'] = total(
        row['points'], bonus, penalty)
    row['caps'] = {r['code'] for r in table(district, 'grade_cap')
                   if r['unit'] == unit and r['period'] == window.code}
    if f['young']:
        row['caps'].add('D6')
    return row


def consolidated(base, window=None):
    """All communes of DIR in order: ranked, falsified, then those without points by code."""
    window = window or Window(2020, 4)
    units = [r for r in table(os.path.join(base, 'district'), 'unit') if r['level'] == '3']
    indicators = table(os.path.join(base, 'district'), 'indicator')
    figures = sum(1 for r in indicators if r['source'] == 'typed')
    rows = [score(base, r['code'], r['unit'], window, figures) for r in units]
    names = {r['code']: r['name'] for r in units}
    for row in rows:
        row['name'] = names[row['code']]
    return (rank([r for r in rows if r['state'] == 'scored'])
            + sorted((r for r in rows if r['state'] != 'scored'), key=lambda r: r['code']))


def show(rows):
    for row in rows:
        if row['state'] != 'scored':
            print('  -  %s %-12s %s' % (row['code'], row['name'], row['state']))
            continue
        print('%3s  %s %-12s %6.2f  %s  +%.2f -%.2f  %s%s %s' % (
            row['rank'] or '-', row['code'], row['name'], row['final'] / 100,
            ' '.join('%5.2f' % (row['areas'][a] / 100) if a in row['areas'] else '    -'
                     for a in AREAS),
            row['bonus'] / 100, row['penalty'] / 100, NAMES[row['grade']],
            ' (hạ do tỷ lệ)' if row.get('dropped') else '', ' '.join(sorted(row['caps']))))


def published(path, period):
    """{unit key: row} of the newest version in table ranking_row of an office or the district."""
    base = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    base.row_factory = sqlite3.Row
    try:
        found = base.execute(
            'SELECT * FROM ranking_row WHERE period = ?1 AND voided_at IS NULL AND version ='
            ' (SELECT max(version) FROM ranking_row WHERE period = ?1)', (period,)).fetchall()
    finally:
        base.close()
    return {row['unit']: row for row in found}


def as_ours(row):
    """A row of table ranking_row in the words of this file."""
    status = {'not_received': 'not_received', 'insufficient': 'too_little'}
    if row['status'] != 'scored':
        return {'state': status[row['status']]}
    items = dict(part.split('=') for part in (row['items'] or '').split(';') if part)
    return {
        'state': 'scored', 'rank': row['rank'], 'final': row['final_c'], 'base': row['base_c'],
        'bonus': row['bonus_c'] or 0, 'penalty': row['penalty_c'] or 0,
        'areas': {a: row['area%s_c' % a] for a in AREAS if row['area%s_c' % a] is not None},
        'points': {c: None if items[c] == '-' else int(items[c]) for c in MAXIMA if c in items},
        'grade': None if row['grade'] in (None, 'none') else row['grade'],
    }


def compare(base, path, window=None):
    """Sentences about every figure in which the database differs from the rules."""
    window = window or Window(2020, 4)
    theirs, differences = published(path, window.code), []
    for row in consolidated(base, window):
        if row['unit'] not in theirs:
            differences.append('%s: not in the ranking' % row['unit'])
            continue
        other = as_ours(theirs.pop(row['unit']))
        for name, value in other.items():
            if row.get(name) != value:
                differences.append('%s (%s): %s: %s in the database, %s by the rules'
                                   % (row['name'], row['unit'], name, value, row.get(name)))
    return differences + ['%s: not in the records' % unit for unit in theirs]


def plain(value):
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    raise TypeError(value)


def golden():
    return {
        'signed': 412, 'households': 430, 'patrols': (10, 12), 'patrol_floor': 12, 'crime': (3, 4),
        'tips': (6, 6), 'outreach': (3, 3), 'months': 3, 'hotspots': (0, 0), 'drugs': (2, 2),
        'evils': (0, 0), 'equipped': 250, 'fire_checks': (20, 24), 'groups': (2, 3),
        'theft': (2, 2), 'fires': [], 'traffic_signed': 400, 'encroached': (3, 4),
        'accidents': (1, 1), 'traffic_deaths': 0, 'mediation': (5, 6), 'helped': (7, 7),
        'contacts': (19, 21), 'livelihood': 4, 'reoffended': 0,
    }


def self_test():
    done = [0, 0]

    def expect(what, found, wanted):
        done[found != wanted] += 1
        if found != wanted:
            print('%s: %s, not %s' % (what, found, wanted))

    areas, base, plus, minus, final = total(criteria(golden()), {'B3': 100}, {'P1': 50})
    expect('golden areas', list(areas.values()), [2362, 2000, 1632, 1747, 1448])
    expect('golden', (base, plus, minus, final), (9189, 100, 50, 9239))
    steps = (800, 600, 400, 200, 0)
    for now, before, wanted in ((0, 0, 800), (1, 0, 400), (2, 3, 800), (3, 3, 600), (4, 3, 400),
                                (5, 3, 200), (6, 3, 0), (19, 20, 800), (20, 20, 600),
                                (22, 20, 400), (25, 20, 200), (26, 20, 0), (3, None, None)):
        expect('band %s/%s' % (now, before), band(now, before, steps), wanted)
    window = Window(2020, 4)
    expect('window', (str(window.first), str(window.last)), ('2020-09-15', '2020-12-14'))
    few = dict(golden(), helped=(0, 0), contacts=(0, 0))
    expect('area left out', total(criteria(few), {}, {})[1], half_up(7741 * 10000, 8500))

    def row(code, final, caps=(), penalty=0):
        return {'code': code, 'final': final, 'penalty': penalty, 'caps': set(caps),
                'areas': {'1': 2000}, 'points': dict(MAXIMA), 'on_time': Fraction(1)}

    rows = rank([row('%02d' % i, 9900 - i * 10) for i in range(15)])
    expect('quota', [r['grade'] for r in rows[:4]], ['excellent'] * 3 + ['good'])
    rows = rank([row('01', 9000), row('02', 9000), row('03', 9000, penalty=50), row('04', 8900)])
    expect('shared', [r['rank'] for r in rows], [1, 1, 3, 4])
    expect('shared past the quota', [r['grade'] for r in rows], ['good'] * 4)
    rows = rank([row('01', 9500, ['D1']), row('02', 9400, ['D6']), row('03', 9300, ['D5']),
                 row('04', 6000)])
    expect('caps', [(r['code'], r['rank'], r['grade']) for r in rows],
           [('01', 1, 'average'), ('02', 2, None), ('04', 3, 'average'),
            ('03', None, 'weak')])
    print('%d passed, %d failed' % tuple(done))
    return 1 if done[1] else 0


if __name__ == '__main__':
    if '--self-test' in sys.argv:
        sys.exit(self_test())
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if '--compare' in sys.argv:
        wrong = compare(sys.argv[1], sys.argv[sys.argv.index('--compare') + 1])
        for sentence in wrong:
            print(sentence)
        print('oracle: %d difference(s)' % len(wrong))
        sys.exit(1 if wrong else 0)
    if '--json' in sys.argv:
        json.dump(consolidated(sys.argv[1]), sys.stdout, ensure_ascii=False, default=plain, indent=1)
        print()
    else:
        show(consolidated(sys.argv[1]))
