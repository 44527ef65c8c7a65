#!/usr/bin/env python3
"""generate.py - Writes the sample records of one night of Sông Lô as CSV files.

    generate.py DATA_DIR OUT_DIR          the night of plan.py
    generate.py DATA_DIR OUT_DIR SEED     any counts at all, for tests of the scorer

OUT_DIR/commune/CODE/TABLE.csv   what the clerk of that commune imports (tuquan-commune import)
OUT_DIR/district/TABLE.csv       what the district's officer enters
OUT_DIR/plan.json                which commune plays which part in the night

Counts come from plan.py, units and hamlet names from data/; days, places and the order of things
from a fixed seed, so two runs write the same bytes. Facts only: no points, grades or ranks. Every
record says "dữ liệu mẫu", and none is about a person.
"""
import csv
import datetime
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import plan  # noqa: E402

MARK = 'dữ liệu mẫu'
UNIT_FROM = '2004-01-01'      # valid_from of the units, as far back as the sample needs
VILLAGE_FROM = '2019-01-01'
DISTRICT = '253'
DUE_AFTER = 3                 # days from a period's end to its report's due day
SHORT = {
    '08773': 'LC', '08776': 'QY', '08779': 'BL', '08782': 'HL', '08800': 'DQ', '08803': 'ND',
    '08806': 'DN', '08809': 'PK', '08818': 'TL', '08821': 'NS', '08824': 'TS', '08827': 'NT',
    '08830': 'YT', '08848': 'DT', '08851': 'TY', '08854': 'DB', '08860': 'CP',
}
# Where a table without a column `note` carries the mark.
MARK_COLUMN = {
    'committee_member': 'official_name', 'self_mgmt_group': 'name', 'covenant': 'label',
    'emulation_launch': 'document_no', 'incident': 'summary', 'activity': 'results',
    'border_meeting': 'topics', 'report': 'narrative',
}
# Typed monthly figures: code -> (flow or stock, name).
INDICATORS = {
    'households_signed': ('stock', 'Số hộ đăng ký, ký cam kết'),
    'addicts_in_scope': ('stock', 'Số người thuộc diện quản lý, hỗ trợ'),
    'addicts_managed': ('stock', 'Số người đang được quản lý, hỗ trợ'),
    'households_fire_equipped': ('stock', 'Số hộ có phương tiện chữa cháy ban đầu'),
    'households_traffic_signed': ('stock', 'Số hộ ký cam kết an toàn giao thông'),
    'reintegration_in_scope': ('stock', 'Số người lầm lỗi thuộc diện giúp đỡ'),
    'reintegration_assigned': ('stock', 'Số người có người, tổ chức nhận giúp đỡ'),
    'contacts_due': ('flow', 'Số lượt gặp gỡ phải thực hiện'),
    'contacts_done': ('flow', 'Số lượt gặp gỡ đã thực hiện'),
    'reintegration_livelihood': ('stock', 'Số người có việc làm, học nghề, vay vốn'),
    'reoffended': ('flow', 'Số người tái phạm'),
}


def day(text):
    return datetime.date.fromisoformat(text)


def instant(date, hour, minute=0, later_hours=0):
    """A moment as a person types it: day and time in Việt Nam."""
    at = datetime.datetime(date.year, date.month, date.day, hour, minute)
    return (at + datetime.timedelta(hours=later_hours)).strftime('%Y-%m-%d %H:%M')


def admin_month(year, month):
    """First and last day of a month of calendar ADMIN: 15 of the one before .. 14."""
    before = (year - 1, 12) if month == 1 else (year, month - 1)
    return datetime.date(*before, 15), datetime.date(year, month, 14)


def quarter(year):
    return [('%d-%02d' % (year, m),) + admin_month(year, m) for m in (10, 11, 12)]


def spread(total, weights):
    """Whole numbers that add up to total, close to the weights (largest remainder)."""
    scale = sum(weights) or 1
    shares = [total * w // scale for w in weights]
    rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % scale), i))
    for i in rest[:total - sum(shares) if sum(weights) else 0]:
        shares[i] += 1
    return shares


class Commune:
    """One commune's tables while they are being written."""

    def __init__(self, unit, hamlets):
        self.code = unit['code']
        self.unit = '%s@%s' % (self.code, UNIT_FROM)
        self.twin = self.code in plan.TWINS
        # Twins must be alike: the same draw, the same size.
        seed = plan.TWINS[0] if self.twin else self.code
        self.random = random.Random('%d/%s' % (plan.SEED, seed))
        self.plan = plan.of(self.code)
        self.tables = {}
        self.counters = {}
        self.people = 3400 if self.twin else int(unit['population'])
        self.kind = 'Tổ dân phố' if unit['type'] == 'Thị trấn' else 'Thôn'
        self.villages = self.make_villages(hamlets)
        weights = [self.random.randint(70, 130) for _ in self.villages]
        self.households = spread(self.people // 4, weights)

    def make_villages(self, hamlets):
        count = max(5, len(hamlets), round(self.people / 800))
        names = ['%s %s' % (self.kind, name) for name in hamlets]
        names += ['%s %d (mẫu)' % (self.kind, i) for i in range(1, count - len(names) + 1)]
        return [('%s-%02d' % (self.code, i), name) for i, name in enumerate(names, 1)]

    def village(self, i):
        return '%s@%s' % (self.villages[i][0], VILLAGE_FROM)

    def any_village(self):
        return self.village(self.random.randrange(len(self.villages)))

    def add(self, table, **columns):
        """One record: its owner first, and the mark in the column that takes free words."""
        row = {'unit': self.unit}
        row.update(columns)
        row.setdefault(MARK_COLUMN.get(table, 'note'), MARK)
        self.tables.setdefault(table, []).append(row)

    def label(self, table, date):
        """Unit short name - year - device letter - counter, one row of counters for each table."""
        key = (table, date.year)
        self.counters[key] = self.counters.get(key, 0) + 1
        return '%s-%02d-A-%03d' % (SHORT[self.code], date.year % 100, self.counters[key])

    def day_in(self, first, last):
        return first + datetime.timedelta(days=self.random.randint(0, (last - first).days))

    def days_in(self, first, last, count):
        return sorted(self.day_in(first, last) for _ in range(count))


def write_profiles(c):
    for i in range(len(c.villages)):
        for as_of in ('2019-01-01', '2020-01-01'):
            c.add('village_profile', village=c.village(i), as_of=as_of,
                  households=c.households[i], residents=c.households[i] * 4,
                  business_households=c.households[i] // 12)


def write_model(c):
    young = c.code == plan.YOUNG_MODEL[0]
    if not young and c.code not in plan.MODELS_SINCE_2019:
        return
    launched = day(plan.YOUNG_MODEL[1]) if young else c.day_in(day('2019-03-01'), day('2019-06-30'))
    year = launched.year
    back = [launched - datetime.timedelta(days=d) for d in (60, 40, 25)]
    c.add('model', label=c.label('model', launched), kind='pilot', village=c.village(0),
          survey_no='%02d/BC-%s' % (c.random.randint(1, 60), SHORT[c.code]),
          survey_on=back[0].isoformat(),
          plan_no='%02d/KH-%s' % (c.random.randint(1, 60), SHORT[c.code]),
          plan_on=back[1].isoformat(),
          decision_no='%02d/QĐ-%s' % (c.random.randint(1, 60), SHORT[c.code]),
          decision_on=back[2].isoformat(), launched_on=launched.isoformat(), state='running')
    for position in ('Trưởng ban', 'Phó trưởng ban', 'Ủy viên thường trực', 'Ủy viên', 'Ủy viên'):
        c.add('committee_member', label=c.label('committee_member', launched),
              decision_no='%02d/QĐ-%s' % (c.random.randint(1, 60), SHORT[c.code]),
              position=position, organisation='Cơ quan mẫu', since_on=launched.isoformat(),
              state='active')
    total = c.households[0]
    c.add('covenant', village=c.village(0), adopted_on=back[2].isoformat(), mode='meeting',
          households_total=total, present=total * 9 // 10, agreed=total * 8 // 10,
          decision_no='%02d/QĐ-%s' % (c.random.randint(1, 60), SHORT[c.code]), state='recognised')
    c.add('emulation_launch', year=year, registered_on=back[0].isoformat(),
          launched_on=launched.isoformat(), pledged=c.people // 4, state='closed')


def write_groups(c):
    trained, total = c.plan['groups']
    for i in range(total):
        on = c.day_in(day('2020-01-10'), day('2020-10-31')) if i < trained else None
        c.add('self_mgmt_group', label=c.label('self_mgmt_group', day('2020-01-10')),
              village=c.village(i % len(c.villages)), households=c.random.randint(8, 15),
              members=c.random.randint(5, 9), trained_on=on.isoformat() if on else '',
              state='active')


def monthly_totals(c, figure, month, year):
    """The commune's figure of a month (0..2); last year's are a little lower."""
    p = c.plan
    people = c.people // 4
    due = spread(p['contacts'][1], [1, 1, 1])
    stock = {
        'households_signed': people * p['signed'] // 100,
        'households_fire_equipped': people * p['equipped'] // 100,
        'households_traffic_signed': people * p['traffic_signed'] // 100,
        'addicts_in_scope': p['drugs'][1], 'addicts_managed': p['drugs'][0],
        'reintegration_in_scope': p['helped'][1], 'reintegration_assigned': p['helped'][0],
        'reintegration_livelihood': p['livelihood'],
        'contacts_due': due[month],
        'contacts_done': spread(p['contacts'][0], due)[month],
        'reoffended': p['reoffended'] if month == 1 else 0,
    }[figure]
    if figure.startswith('households_'):
        stock -= people * (2 - month) // 100        # the pledges of a year grow month by month
        stock -= people // 20 if year == 2019 else 0
    return max(0, stock)


def write_returns(c):
    left_open = plan.LEFT_OPEN.get(c.code, 0)
    for year in (2019, 2020):
        for month, (code, _, last) in enumerate(quarter(year)):
            for figure in INDICATORS:
                weights = c.households
                if not figure.startswith('households_'):  # a few people live in the first villages
                    weights = [3, 2, 2] + [0] * (len(c.villages) - 3)
                values = spread(monthly_totals(c, figure, month, year), weights)
                for i, value in enumerate(values):
                    draft = year == 2020 and month in plan.LEFT_OPEN_MONTHS and i >= len(values) - left_open
                    c.add('village_return', village=c.village(i), period='ADMIN/' + code,
                          indicator=figure + '@1', value=min(value, c.households[i]),
                          source='typed', state='draft' if draft else 'confirmed')


def write_incident(c, area, category, on, **more):
    known = on + datetime.timedelta(days=c.random.randint(0, 1))
    row = {'deaths': 0, 'injured': 0, 'damage_vnd': 0, 'contained_locally': 1,
           'due_on': '', 'closed_on': (on + datetime.timedelta(days=9)).isoformat(),
           'state': 'closed', 'handled_by': 'Công an xã', 'at_border': 0}
    row.update(more)
    c.add('incident', label=c.label('incident', on), area=area, category=category,
          village=c.any_village(), occurred_on=on.isoformat(), known_at=instant(known, 7, 30),
          reported_at=instant(known + datetime.timedelta(days=c.random.randint(0, 2)), 9), **row)


def write_incidents(c):
    p = c.plan
    windows = {2020: (day('2020-09-15'), day('2020-12-14')),
               2019: (day('2019-09-15'), day('2019-12-14'))}
    for year, place in ((2020, 0), (2019, 1)):
        window = windows[year]
        for on in c.days_in(*window, p['crime'][place]):
            kind = c.random.choice(['assault', 'fraud', 'robbery', 'public_disorder'])
            write_incident(c, 1, kind, on)
        for on in c.days_in(*window, p['theft'][place]):
            write_incident(c, 3, c.random.choice(['theft', 'property']), on,
                           damage_vnd=c.random.randint(3, 90) * 100000)
        for i, on in enumerate(c.days_in(*window, p['accidents'][place])):
            deaths = p['accidents'][2] if year == 2020 and i == 0 else 0
            write_incident(c, 4, 'traffic_accident', on, deaths=deaths,
                           injured=c.random.randint(0, 2))
    on_time, due = p['evils']
    for i, on in enumerate(c.days_in(day('2020-09-20'), day('2020-11-20'), due)):
        due_on = on + datetime.timedelta(days=15)
        closed = due_on + datetime.timedelta(days=-2 if i < on_time else 4)
        write_incident(c, 2, c.random.choice(['drugs', 'gambling']), on,
                       due_on=due_on.isoformat(), closed_on=closed.isoformat())
    for deaths, injured, contained in p['fires']:
        write_incident(c, 3, 'fire_explosion', c.day_in(day('2020-10-01'), day('2020-11-30')),
                       deaths=deaths, injured=injured, contained_locally=int(contained),
                       damage_vnd=c.random.randint(20, 200) * 1000000)


def write_tips(c):
    on_time, total = c.plan['tips']
    for i, on in enumerate(c.days_in(day('2020-09-15'), day('2020-12-10'), total)):
        hours = c.random.randint(1, 20) if i < on_time else c.random.randint(30, 70)
        hour = c.random.randint(6, 21)
        solved = i < c.plan['solved_tips']
        c.add('tip', label=c.label('tip', on), area=c.random.randint(1, 4), received_at=instant(on, hour),
              passed_at=instant(on, hour, later_hours=hours),
              received_on=on.isoformat(), state='solved' if solved else 'passed',
              solved=int(solved))


def write_hotspots(c):
    new, standing = c.plan['hotspots']
    for i in range(max(new, standing)):
        # The first `new` arise in the quarter; one that stands arose over 30 days before its end.
        on = (c.day_in(day('2020-09-20'), day('2020-10-31')) if i < new
              else c.day_in(day('2020-05-01'), day('2020-08-31')))
        ended = '' if i < standing else (on + datetime.timedelta(days=12)).isoformat()
        c.add('hotspot', label=c.label('hotspot', on), village=c.any_village(),
              arisen_on=on.isoformat(), ended_on=ended, state='ended' if ended else 'open')
    cleared, found = c.plan['encroached']
    for i, on in enumerate(c.days_in(day('2020-09-15'), day('2020-11-20'), found)):
        done = (on + datetime.timedelta(days=c.random.randint(2, 20))).isoformat()
        c.add('encroachment', label=c.label('encroachment', on), village=c.any_village(),
              found_on=on.isoformat(), cleared_on=done if i < cleared else '',
              state='ended' if i < cleared else 'open')


def write_activity(c, kind, on, held, **more):
    row = {'participants': c.random.randint(4, 40), 'accepted': '', 'settled': ''}
    row.update(more)
    c.add('activity', label=c.label('activity', on), kind=kind, village=c.any_village(),
          planned_on=on.isoformat(), held_on=on.isoformat() if held else '',
          state='done' if held else 'cancelled', **row)


def write_activities(c):
    first, last = day('2020-09-15'), day('2020-12-14')
    for kind, key in (('patrol', 'patrol'), ('outreach', 'outreach'),
                      ('fire_inspection', 'fire_checks')):
        held, planned = c.plan[key]
        for i in range(planned):
            # Evenly over the quarter: the days of one month are 30 at least.
            on = first + datetime.timedelta(days=i * ((last - first).days + 1) // planned)
            write_activity(c, kind, on, i * held // planned != (i + 1) * held // planned)
    settled, accepted = c.plan['mediation']
    for i, on in enumerate(c.days_in(first, last, accepted)):
        write_activity(c, 'mediation', on, True, participants=2, accepted=1,
                       settled=1 if i < settled else 0)
    if c.plan['border']:
        on = c.day_in(day('2020-10-01'), day('2020-11-30'))
        c.add('border_meeting', label=c.label('border_meeting', on), held_on=on.isoformat(),
              minutes_no='%02d/BB' % c.random.randint(1, 30), signed_on=on.isoformat(),
              state='sent')


def write_reports(c):
    receipts = []
    periods = [('month', 'ADMIN/%d-%02d' % (y, m), admin_month(y, m)[1])
               for y in (2019, 2020) for m in (10, 11, 12)]
    if c.code not in plan.NO_LAST_YEAR:
        periods += [('quarter', 'ADMIN/2019-Q4', day('2019-12-14'))]
    periods += [('month', 'ADMIN/2020-09', day('2020-09-14')),
                ('quarter', 'ADMIN/2020-Q3', day('2020-09-14'))]
    if c.code not in plan.NOT_SENT:
        periods += [('quarter', 'ADMIN/2020-Q4', day('2020-12-14'))]
    for kind, period, last in sorted(periods, key=lambda p: (p[2], p[0])):
        due = last + datetime.timedelta(days=DUE_AFTER)
        late = c.plan['late_days'].get(period[6:], 0)
        sent = due + datetime.timedelta(days=late if late else -1)
        c.add('report', type=kind, period=period, narrative='Báo cáo kỳ %s (%s)' % (period, MARK),
              submitted_at=instant(sent, 16), state='sent')
        receipts.append({'unit': c.unit, 'type': kind, 'period': period,
                         'received_at': instant(sent, 23), 'late_days': late})
    return receipts


def write_table(path, rows):
    if not rows:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    columns = []
    for row in rows:
        columns += [name for name in row if name not in columns]
    with open(path, 'w', encoding='utf-8', newline='') as stream:
        writer = csv.DictWriter(stream, columns, restval='', lineterminator='\n')
        writer.writeheader()
        writer.writerows(rows)


def period_row(kind, code, first, last):
    return {'period': 'ADMIN/' + code, 'calendar': 'ADMIN', 'code': code, 'kind': kind,
            'starts_on': first.isoformat(), 'ends_on': last.isoformat(),
            'due_at': instant(last + datetime.timedelta(days=DUE_AFTER), 17), 'grace_days': 0,
            'state': 'closing' if last == day('2020-12-14') else 'closed'}


def district_rows(communes, units):
    """What the officer enters: units, villages, calendars, periods, indicators, caps."""
    rows = {'unit': [], 'calendar': [], 'period': [], 'indicator': [], 'grade_cap': []}
    types = {'Xã': 'commune', 'Thị trấn': 'town', 'Thôn': 'village',
             'Tổ dân phố': 'residential_group'}
    parent = '%s@%s' % (DISTRICT, UNIT_FROM)
    rows['unit'].append({'code': DISTRICT, 'valid_from': UNIT_FROM, 'unit': parent, 'level': 2,
                         'type': 'district', 'name': 'Sông Lô', 'short_name': 'SL', 'parent': '',
                         'full_name': 'Huyện Sông Lô'})
    for unit, c in zip(units, communes):
        rows['unit'].append({
            'code': c.code, 'valid_from': UNIT_FROM, 'unit': c.unit, 'level': 3,
            'type': types[unit['type']], 'name': unit['name'], 'short_name': SHORT[c.code],
            'parent': parent, 'full_name': unit['full_name'], 'area_ha': unit['area_ha'],
            'borders': ' '.join('%s@%s' % (n, UNIT_FROM) for n in unit['neighbours'].split())})
        for i, (code, name) in enumerate(c.villages):
            rows['unit'].append({
                'code': code, 'valid_from': VILLAGE_FROM, 'unit': c.village(i), 'level': 4,
                'type': types[c.kind], 'name': name, 'parent': c.unit, 'full_name': name})
    rows['calendar'] = [
        {'calendar': 'ADMIN', 'name': 'Kỳ thống kê hành chính', 'basis': 'NĐ 09/2019/NĐ-CP',
         'valid_from': '2019-01-01', 'month_starts_day': 15, 'year_starts': '12-15',
         'year_ends': '12-14', 'boundary_twice': 0},
        {'calendar': 'TT23', 'name': 'Năm xét công nhận (trước 10/02/2022)',
         'basis': 'TT 23/2012/TT-BCA', 'valid_from': '2012-01-01', 'valid_to': '2022-02-09',
         'year_starts': '11-30', 'year_ends': '11-30', 'boundary_twice': 1}]
    for code, last in [('%d-%02d' % (y, m), admin_month(y, m)[1])
                       for y in (2019, 2020) for m in range(1, 13)]:
        year, month = int(code[:4]), int(code[5:])
        rows['period'].append(period_row('month', code, admin_month(year, month)[0], last))
        if month % 3 == 0:
            first = admin_month(year, month - 2)[0]
            rows['period'].append(
                period_row('quarter', '%d-Q%d' % (year, month // 3), first, last))
    for code, (kind, name) in INDICATORS.items():
        rows['indicator'].append({'indicator': code + '@1', 'code': code, 'version': 1,
                                  'name': name, 'nature': kind, 'source': 'typed',
                                  'state': 'published', 'sort': len(rows['indicator']) + 1})
    for code, cap in [(code, cap) for code in sorted(plan.CAPS) for cap in plan.CAPS[code]]:
        fact = 'Vụ việc đặc biệt nghiêm trọng' if cap == 'D1' else 'Sự việc'
        rows['grade_cap'].append({'unit': '%s@%s' % (code, UNIT_FROM), 'period': 'ADMIN/2020-Q4',
                                  'code': cap, 'fact': '%s (%s)' % (fact, MARK),
                                  'document_no': '01/TB (mẫu)'})
    return rows


def hamlet_names(path):
    """Names by commune: sourced or ambiguous, and possibly of 2020 (year of the source)."""
    names = {}
    with open(path, encoding='utf-8', newline='') as stream:
        for row in csv.DictReader(stream):
            years = [int(y) for y in re.findall(r'\d{4}', row['as_of'])]
            fits = not years or 2018 <= years[0] <= 2025
            if row['status'] in ('sourced', 'ambiguous') and fits:
                names.setdefault(row['commune_code'], []).append(row['hamlet'])
    # The model village of the story; no source confirms the name (data/README.md).
    names['08779'] = ['Anh Dũng'] + names.get('08779', [])
    return names


def main(data, out, shuffled=None):
    names = hamlet_names(os.path.join(data, 'hamlets.csv'))
    with open(os.path.join(data, 'units-songlo.csv'), encoding='utf-8', newline='') as stream:
        units = list(csv.DictReader(stream))
    if shuffled is not None:
        plan.shuffle(shuffled, [unit['code'] for unit in units])
    communes = [Commune(unit, names.get(unit['code'], [])) for unit in units]
    receipts = []
    for c in communes:
        for write in (write_profiles, write_model, write_groups, write_returns, write_incidents,
                      write_tips, write_hotspots, write_activities):
            write(c)
        receipts += write_reports(c)
        for table, rows in c.tables.items():
            write_table(os.path.join(out, 'commune', c.code, table + '.csv'), rows)
    for table, rows in district_rows(communes, units).items():
        write_table(os.path.join(out, 'district', table + '.csv'), rows)
    write_table(os.path.join(out, 'district', 'report_receipt.csv'), receipts)
    summary = {
        'seed': plan.SEED, 'period': 'ADMIN/2020-Q4', 'not_sent': list(plan.NOT_SENT),
        'twins': list(plan.TWINS), 'young_model': plan.YOUNG_MODEL[0],
        'communes': [{'code': c.code, 'unit': c.unit, 'short': SHORT[c.code],
                      'rows': sum(len(r) for r in c.tables.values()),
                      'tables': len(c.tables)} for c in communes],
    }
    with open(os.path.join(out, 'plan.json'), 'w', encoding='utf-8') as stream:
        json.dump(summary, stream, ensure_ascii=False, indent=1)
        stream.write('\n')
    total = sum(entry['rows'] for entry in summary['communes'])
    print('%d communes, %d records, %d to %d an office' % (
        len(communes), total, min(e['rows'] for e in summary['communes']),
        max(e['rows'] for e in summary['communes'])))


if __name__ == '__main__':
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], *[int(seed) for seed in sys.argv[3:]])
