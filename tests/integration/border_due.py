#!/usr/bin/env python3
"""border_due.py COMMUNE DISTRICT - What is due across the border, as the office's `today` and the
district's `liaison due` say it by the same rules (border_due.h)."""
import datetime
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

FOUNDED = None
BACH_LUU = '08779@2004-01-01'
TRUONG_SINH = '02632@2004-01-01'


class Due(unittest.TestCase):
    def setUp(self):
        self.w = FOUNDED.joined()
        self.addCleanup(self.w.close)
        self.today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=7)).date()
        with open(self.w.path('units.csv'), 'w') as stream:
            stream.write('unit,code,valid_from,level,type,name,parent\n'
                         '076@2004-01-01,076,2004-01-01,2,district,Sơn Dương,\n'
                         '%s,02632,2004-01-01,3,commune,Trường Sinh,076@2004-01-01\n' % TRUONG_SINH)
        self.w.run('district', 'import', 'unit', self.w.path('units.csv'))
        self.w.json('xa', 'sync')

    def day(self, days):
        return (self.today + datetime.timedelta(days=days)).isoformat()

    def row(self, table, **values):
        values = dict(dict(unit=BACH_LUU, partner_unit=TRUONG_SINH, state='sent'), **values)
        self.w.write('xa', 'INSERT INTO %s (%s) VALUES (%s)' % (
            table, ', '.join(values), ', '.join('?' * len(values))), *values.values())

    def told(self):
        """At the office: what, of which table, in how many days, for lines with an end and a next step."""
        said = [d for d in self.w.json('xa', 'today')['due']
                if d['kind'] not in ('report_due', 'border_stopped')]  # of the sample; on paper, without an agreement
        self.assertEqual([d for d in said if not d['next'] or not d['due']], [])
        return sorted((d['kind'], d['row']['table'], -d['days_late']) for d in said)

    def told_there(self):
        """At the district."""
        self.w.json('xa', 'sync')
        return sorted((d['kind'], d['row']['table'], -d['days_late'])
                      for d in self.w.json('district', 'liaison', 'due')['due'] if d['kind'] != 'stopped')

    def test_minutes_and_meetings(self):
        self.assertEqual(self.told(), [])
        self.row('border_meeting', label='GB-1', held_on=self.day(0), minutes_no='7/BB')
        self.row('border_meeting', label='GB-2', held_on=self.day(-9), minutes_no='6/BB', signed_on=self.day(-9))
        self.row('border_meeting', label='GB-3', held_on=self.day(5))
        self.row('border_meeting', label='GB-4', held_on=self.day(40))  # too far to be told
        self.row('border_meeting', label='GB-5', held_on=self.day(-3))
        self.row('border_meeting', label='GB-6', held_on=self.day(-30), minutes_no='5/BB', state='closed')
        self.row('joint_patrol', label='TT-1', planned_on=self.day(-8), held_on=self.day(-8), minutes_no='8/BB')
        # signed within a week of the meeting, not on its day; of theirs a word only once it is late
        ours = [('meeting', 'border_meeting', 5), ('minutes', 'border_meeting', 4),
                ('sign_ours', 'border_meeting', 7), ('sign_ours', 'joint_patrol', -1)]
        name = dict(meeting='meeting_coming', minutes='minutes_missing', sign_ours='minutes_sign',
                    sign_theirs='minutes_wait')
        late = [('sign_theirs', 'border_meeting', -2), ('sign_theirs', 'joint_patrol', -1)]
        self.assertEqual(self.told(), sorted((name[kind], table, days) for kind, table, days in ours + late))
        self.assertEqual(self.told_there(), sorted(ours + late + [('sign_theirs', 'border_meeting', 7)]))
        self.assertIn('Ký biên bản, ghi ngày ký', self.w.run('xa', 'today'))
        self.w.write('xa', "UPDATE border_meeting SET signed_on = ? WHERE label = 'GB-1'", self.day(0))
        self.assertNotIn(('minutes_sign', 'border_meeting', 7), self.told())

    def test_hand_overs_and_agreements(self):
        def agreed(**values):
            self.w.json('district', 'set', 'liaison_agreement', *('%s=%s' % pair for pair in values.items()))
            self.w.json('xa', 'sync')
        soon = self.today + datetime.timedelta(days=7)
        left = (datetime.date(soon.year, 1, 31) - self.today).days  # to the end of January
        agreed(unit=BACH_LUU, document_no='05/QC', valid_from='2019-01-01', valid_to=self.day(400), state='acknowledged',
               partner_units=TRUONG_SINH, allowed='border_notice border_handover')
        first = [('handover_due', 'liaison_agreement', left)] if left >= 0 else []
        self.assertEqual(self.told(), first)  # after January only who took part the year before
        self.row('border_handover', year=soon.year - 1, handed_on='%d-01-20' % (soon.year - 1), minutes_no='1/BB',
                 signed_on='2020-01-20')
        self.assertIn(('handover_due', 'liaison_agreement', left), self.told())
        self.w.write('xa', 'UPDATE border_handover SET partner_signed_on = NULL, year = ?', soon.year)
        self.assertNotIn('handover_due', [kind for kind, _, _ in self.told()])
        self.row('border_handover', year=soon.year + 1, handed_on=self.day(3))  # its day stands already
        self.assertIn(('handover_minutes', 'border_handover', 3), self.told())
        self.assertIn(('handover_minutes', 'border_handover', 3), self.told_there())
        agreed(unit=BACH_LUU, document_no='06/QC', valid_from='2019-01-01', valid_to=self.day(30), state='acknowledged')
        agreed(unit=BACH_LUU, document_no='07/QC', valid_from='2019-01-01', valid_to=self.day(31), state='acknowledged')
        agreed(unit=BACH_LUU, document_no='08/QC', valid_from='2019-01-01', valid_to=self.day(3), state='closed')
        self.assertEqual([d for d in self.told() if d[0] == 'agreement_ends'],
                         [('agreement_ends', 'liaison_agreement', 30)])


if __name__ == '__main__':
    FOUNDED = programs.Founded(sys.argv[1], sys.argv[2])
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
    finally:
        FOUNDED.close()
