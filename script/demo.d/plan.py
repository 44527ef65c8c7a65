"""plan.py - What happened in the 17 communes: counts of facts, by commune, chosen by hand.

There are no points here and none in generate.py: points are what the programs make of the facts.
Numbers are samples and describe no real commune. The night wants, beside an ordinary spread:

- two communes alike in every count (a shared rank): Nhạo Sơn and Như Thụy;
- two that come to one sum in two ways (a tie for the rules): Tân Lập lost in area I what Tứ Yên
  lost in area II;
- more good ones than the quota of Xuất sắc holds: Lãng Công, Hải Lựu, Tam Sơn, Cao Phong,
  Đồng Thịnh;
- a grave event, with its cap on the grade: Yên Thạch;
- a young model, scored but not graded: Bạch Lưu, thôn Anh Dũng, launched 2020-11-09;
- a commune that has not sent: Đức Bác, without its report and, in the night, off until morning.
"""

import random

SEED = 20201118

# Counts of the quarter. (a, b) is "a of b"; crime, theft and accidents are (this year, last year).
# The first line is what everybody has who is not said to differ.
ORDINARY = {
    'signed': 96,            # % of households: pledge against crime (1.1)
    'patrol': (46, 48),      # held, planned (1.2)
    'crime': (4, 5),         # without theft (1.3)
    'tips': (8, 8),          # passed within 24 hours, received (1.4)
    'outreach': (6, 6),      # held, planned (2.1)
    'hotspots': (0, 0),      # new, standing over 30 days (2.2)
    'drugs': (4, 4),         # managed, in scope (2.3)
    'evils': (3, 3),         # closed in time, due (2.4)
    'equipped': 66,          # % of households: first means against fire (3.1)
    'fire_checks': (8, 8),   # held, planned (3.2)
    'groups': (9, 9),        # trained, all (3.3)
    'theft': (3, 3),         # (3.4)
    'fires': (),             # each: (deaths, injured, contained locally) (3.5)
    'traffic_signed': 95,    # % of households (4.1)
    'encroached': (5, 5),    # cleared, found (4.2)
    'accidents': (1, 2, 0),  # this year, last year, deaths (4.3)
    'mediation': (7, 8),     # settled, accepted (4.4)
    'helped': (7, 7),        # assigned, in scope (5.1)
    'contacts': (21, 21),    # done, due (5.2)
    'livelihood': 5,         # of those in scope (5.3)
    'reoffended': 0,         # (5.4)
    'late_days': {},         # report of a month -> civil days after the due day
    'border': 0,             # meetings with minutes of both sides
    'solved_tips': 0,        # of the tips, led to a solved case
}

MODELS_SINCE_2019 = ('08773', '08776', '08782', '08818', '08821', '08824', '08827', '08830',
                     '08848', '08851', '08854', '08860')
YOUNG_MODEL = ('08779', '2020-11-09')
NOT_SENT = ('08854',)
TWINS = ('08821', '08827')  # the same villages and households, too
GRAVE = ('08830',)          # grave event of TT 124/2021 Art. 4(3): D1

LEFT_OPEN_MONTHS = (2,)  # of the quarter's three
LEFT_OPEN = {  # villages whose returns of these months stayed drafts
    '08809': 3,
    '08806': 1,
}

DIFFERENT = {
    '08773': {'border': 1, 'crime': (3, 5), 'equipped': 70, 'mediation': (6, 8),
              'patrol': (45, 48)},  # Lãng Công
    '08776': {'patrol': (40, 48), 'crime': (7, 6), 'mediation': (6, 8), 'equipped': 55,
              'outreach': (5, 6), 'theft': (4, 3), 'encroached': (4, 6), 'contacts': (19, 21),
              'signed': 91, 'late_days': {'2020-10': 2}},  # Quang Yên
    '08779': {'patrol': (15, 18), 'signed': 96, 'crime': (3, 4), 'tips': (6, 6), 'groups': (2, 3),
              'outreach': (3, 3), 'theft': (2, 2), 'equipped': 58, 'fire_checks': (20, 24),
              'encroached': (3, 4), 'mediation': (5, 6), 'livelihood': 4, 'drugs': (2, 2),
              'evils': (0, 0), 'contacts': (19, 21), 'accidents': (1, 1, 0), 'border': 1,
              'traffic_signed': 93},  # Bạch Lưu
    '08782': {'signed': 99, 'equipped': 69, 'crime': (4, 4)},  # Hải Lựu
    '08800': {'patrol': (21, 30), 'signed': 81, 'crime': (7, 5), 'tips': (6, 8), 'theft': (5, 4),
              'equipped': 38, 'mediation': (4, 8), 'encroached': (3, 6), 'hotspots': (1, 0),
              'accidents': (3, 2, 0), 'traffic_signed': 82, 'contacts': (17, 21)},  # Đồng Quế
    '08803': {'patrol': (22, 30), 'signed': 84, 'crime': (7, 5), 'tips': (7, 8), 'equipped': 42,
              'theft': (4, 4), 'hotspots': (1, 1), 'mediation': (5, 8), 'drugs': (3, 4),
              'evils': (2, 3), 'groups': (6, 9), 'contacts': (18, 21)},  # Nhân Đạo
    '08806': {'patrol': (15, 30), 'signed': 70, 'crime': (9, 6), 'tips': (4, 7), 'equipped': 28,
              'theft': (7, 5), 'outreach': (3, 6), 'hotspots': (2, 1), 'mediation': (3, 8),
              'encroached': (2, 6), 'groups': (4, 9), 'traffic_signed': 68, 'contacts': (14, 21),
              'livelihood': 2, 'late_days': {'2020-10': 1, '2020-11': 6}},  # Đôn Nhân
    '08809': {'patrol': (12, 30), 'signed': 62, 'crime': (10, 8), 'tips': (4, 8), 'equipped': 26,
              'theft': (9, 6), 'outreach': (3, 6), 'hotspots': (2, 2), 'drugs': (2, 4),
              'evils': (1, 4), 'fire_checks': (3, 8), 'mediation': (2, 8), 'encroached': (1, 6),
              'groups': (2, 9), 'traffic_signed': 55, 'accidents': (5, 3, 1),
              'contacts': (9, 21), 'livelihood': 1, 'reoffended': 1,
              'fires': ((0, 1, False),), 'late_days': {'2020-11': 3}},  # Phương Khoan
    # One of each pair of counts is 4/5 where the other's is whole: the same loss, another area.
    '08818': {'signed': 100, 'traffic_signed': 100, 'equipped': 75, 'tips': (8, 10),
              'crime': (7, 6), 'theft': (5, 4), 'patrol': (40, 48),
              'groups': (6, 9), 'mediation': (5, 8), 'contacts': (18, 21), 'hotspots': (1, 1),
              'encroached': (3, 5), 'late_days': {'2020-11': 1}},  # Tân Lập
    '08851': {'signed': 100, 'traffic_signed': 100, 'equipped': 75, 'drugs': (4, 5),
              'crime': (7, 6), 'theft': (5, 4), 'patrol': (40, 48),
              'groups': (6, 9), 'mediation': (5, 8), 'contacts': (18, 21), 'hotspots': (1, 1),
              'encroached': (3, 5), 'late_days': {'2020-11': 1}},  # Tứ Yên
    '08821': {'crime': (6, 6), 'hotspots': (1, 0), 'equipped': 52, 'mediation': (5, 8),
              'theft': (4, 4), 'encroached': (4, 5), 'patrol': (42, 48), 'contacts': (19, 21),
              'accidents': (2, 2, 0)},  # Nhạo Sơn
    '08827': {'crime': (6, 6), 'hotspots': (1, 0), 'equipped': 52, 'mediation': (5, 8),
              'theft': (4, 4), 'encroached': (4, 5), 'patrol': (42, 48), 'contacts': (19, 21),
              'accidents': (2, 2, 0)},  # Như Thụy
    '08824': {'tips': (10, 11), 'crime': (6, 6), 'solved_tips': 1, 'accidents': (2, 2, 0),
              'encroached': (7, 8)},  # Tam Sơn
    '08830': {'fires': ((1, 2, False),), 'crime': (4, 4), 'patrol': (43, 48),
              'mediation': (6, 8), 'outreach': (5, 6)},  # Yên Thạch
    '08848': {'crime': (5, 5), 'equipped': 58, 'mediation': (6, 8), 'patrol': (44, 48),
              'encroached': (4, 5)},  # Đồng Thịnh
    '08854': {'crime': (6, 5)},  # Đức Bác
    '08860': {'mediation': (6, 8), 'crime': (6, 6), 'border': 1, 'tips': (7, 8),
              'contacts': (19, 21)},  # Cao Phong
}


# Communes whose report of the same quarter of 2019 is missing: last year's counts do not count.
NO_LAST_YEAR = ()
CAPS = {code: ('D1',) for code in GRAVE}


def of(code):
    """The counts of one commune."""
    return dict(ORDINARY, **DIFFERENT.get(code, {}))


def shuffle(seed, codes):
    """Any counts at all instead of the night's, from a seed: for tests of the scorer, not to be shown.

    Small numbers, so that nothing is often due, ties are common, and bands and caps are met."""
    draw = random.Random(seed)
    scope = globals()
    scope['SEED'] = seed
    scope['NOT_SENT'] = tuple(c for c in codes if draw.random() < 0.1)
    scope['NO_LAST_YEAR'] = tuple(c for c in codes if draw.random() < 0.2)
    scope['LEFT_OPEN'] = {c: draw.randint(0, 5) for c in codes if draw.random() < 0.4}
    scope['LEFT_OPEN_MONTHS'] = draw.choice([(2,), (1, 2), (0, 1, 2)])
    scope['MODELS_SINCE_2019'] = tuple(c for c in codes if draw.random() < 0.5)
    scope['CAPS'] = {c: tuple(x for x in ('D1', 'D2', 'D5', 'D6') if draw.random() < 0.2)
                     for c in codes if draw.random() < 0.3}
    scope['TWINS'] = tuple(draw.sample(codes, 2))
    for code in codes:
        of_some = {key: (lambda d: (draw.randint(0, d), d))(draw.choice([0, 1, 2, 3, 5, 8, 13]))
                   for key in ('patrol', 'tips', 'outreach', 'drugs', 'evils', 'fire_checks',
                               'groups', 'encroached', 'mediation', 'helped', 'contacts')}
        counts = dict(of_some)
        for key in ('crime', 'theft'):
            counts[key] = (draw.randint(0, 9), draw.randint(0, 9))
        counts['accidents'] = (draw.randint(0, 8), draw.randint(0, 8), draw.randint(0, 1))
        for key in ('signed', 'equipped', 'traffic_signed'):
            counts[key] = draw.choice([0, 50, 70, 95, 100])
        counts['hotspots'] = (draw.randint(0, 3), draw.randint(0, 4))
        counts['fires'] = tuple((0, draw.choice([0, 0, 1]), draw.random() < 0.7)
                                for _ in range(draw.choice([0, 0, 1, 2])))
        counts['livelihood'] = draw.randint(0, counts['helped'][1])
        counts['reoffended'] = draw.choice([0, 0, 0, 1, 2])
        counts['late_days'] = {m: draw.randint(1, 5) for m in ('2020-09', '2020-10', '2020-11')
                               if draw.random() < 0.2}
        DIFFERENT[code] = counts
    DIFFERENT[TWINS[1]] = DIFFERENT[TWINS[0]]
