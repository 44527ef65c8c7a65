"""memory_world.py - A district and two offices that have something of everything to show and to decide:
a conflict, rows held, returned and asked to be corrected, alike and orphaned ones, proposals, a report,
a publication, an import. Made once, with the real programs; tests copy its folders.
"""
import os
import shutil
import sqlite3

import programs

VILLAGE = '08779-04@2019-01-01'
QUARTER = 'ADMIN/2020-Q4'
LOCKED = 'ADMIN/2020-11'
OTHER = '08830@2004-01-01'


class World:
    """self.w has the folders `district`, `xa` and `xb`, none of them in use; `names` what is where."""

    def __init__(self, founded):
        self.w = founded.world()
        self.records = founded.records
        self.names = {}
        try:
            self.make()
        except BaseException:
            self.w.close()
            raise

    def close(self):
        self.w.close()

    def file(self, name, text):
        path = self.w.path(name)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        return path

    def behind(self, *statements):
        """Past the triggers of xa, as only a broken tool would."""
        db = sqlite3.connect(self.w.path('xa', 'office.db'), timeout=30, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        for text in ('UPDATE tq_flag SET applying = 1',) + statements + ('UPDATE tq_flag SET applying = 0',):
            assert db.execute(text).rowcount > 0, text
        db.execute('COMMIT')
        db.close()

    def sync(self, *names):
        for name in names:
            said = self.w.json(name, 'sync')
            assert said['equal'], said

    def activity(self, name, participants, village=VILLAGE):
        self.w.run(name, 'add', 'activity', 'kind=patrol', 'village=' + village, 'planned_on=2020-09-15',
                   'participants=%d' % participants, '--yes')
        return self.w.value(name, 'SELECT label FROM activity WHERE participants = ?', participants)

    def incident(self, name, category):
        self.w.run(name, 'add', 'incident', 'area=1', 'category=' + category, 'village=' + VILLAGE,
                   'occurred_on=2020-11-05', 'summary=dữ liệu mẫu', '--yes')
        return self.w.value(name, 'SELECT label FROM incident ORDER BY id DESC LIMIT 1')

    def directive(self, label):
        return self.file('directive-%s.csv' % label, 'label,title,issued_on,due_on\n'
                         '%s,Kiểm tra (mẫu),2020-11-20,2020-12-01\n' % label)

    def make(self):
        w = self.w
        w.serve()
        w.join('xa')
        w.join('xb')
        self.proposals()
        self.rows()
        self.decisions()
        w.stop('district')
        self.files()
        self.name()

    def proposals(self):
        """What the district wrote after its backup, and lost."""
        w = self.w
        before = w.path('before.backup')
        w.run('district', 'backup', before)
        for label in ('CD-1', 'CD-2'):
            w.run('district', 'import', 'directive', self.directive(label))
        self.sync('xa', 'xb')
        w.stop('district')
        w.run('district', 'restore', before)
        w.serve()
        self.sync('xa', 'xb')

    def rows(self):
        w = self.w
        shared = self.activity('xa', 5)
        voided = self.incident('xa', 'robbery')
        w.run('xa', 'add', 'village_return', 'village=' + VILLAGE, 'period=' + LOCKED,
              'indicator=households_signed@1', 'value=96', 'source=typed', '--yes')
        self.incident('xa', 'theft')
        self.incident('xb', 'theft')
        self.sync('xa', 'xb', 'xa')
        w.run('xa', 'void', 'incident', voided, 'không có thật', '--yes')
        w.write('xb', 'INSERT INTO border_notice(unit, incident) SELECT unit, id FROM incident '
                'WHERE label = ?', voided)
        self.sync('xa', 'xb')
        w.run('xa', 'edit', 'activity', shared, 'participants=11')
        w.run('xb', 'edit', 'activity', shared, 'participants=22')
        w.run('district', 'period', 'lock', LOCKED)
        w.run('xa', 'edit', 'village_return', ';'.join((VILLAGE, LOCKED, 'households_signed@1')), 'value=97')
        self.activity('xa', 7)
        self.activity('xa', 9)
        self.behind('UPDATE activity SET participants = -7 WHERE participants = 7',
                    "UPDATE tq_log SET new = replace(new, '=7,', '=-7,')",
                    "INSERT INTO unit (unit, code, valid_from, level, type, name, short_name, parent) "
                    "SELECT '08779-99@2020-01-01', '08779-99', '2020-01-01', level, type, 'Thôn Mới', "
                    "'Mới', parent FROM unit WHERE unit = '%s'" % VILLAGE)
        self.activity('xa', 13, '08779-99@2020-01-01')
        self.sync('xa', 'xb', 'xa')

    def decisions(self):
        w = self.w
        w.run('xa', 'report', 'draft', QUARTER, 'dữ liệu mẫu')
        w.run('district', 'publish', QUARTER, '--missing-decision=dữ liệu mẫu')
        self.sync('xa')
        w.run('xa', 'add', 'appeal', 'period=' + QUARTER, 'criterion=5TQ@1/1.1', 'reason=dữ liệu mẫu', '--yes')
        self.sync('xa')
        self.names['import'] = self.file(
            'incident.csv', 'area,category,village,occurred_on,summary\n' + ''.join(
                '1,theft,%s,2020-10-%02d,dữ liệu mẫu\n' % (VILLAGE, day) for day in range(1, 20)))
        w.run('xa', 'import', self.names['import'], '--yes')
        w.run('xa', 'edit', 'incident', w.value('xa', 'SELECT label FROM incident LIMIT 1'),
              'summary=chưa gửi (mẫu)')

    def files(self):
        w = self.w
        w.run('district', 'backup', w.path('district.backup'))
        w.run('xa', 'backup', w.path('xa.backup'))
        number = w.value('xa', 'SELECT max(n) FROM tq_set WHERE n IN (SELECT seq FROM tq_receipt)')
        w.run('xa', 'receipt', number, '--export', w.path('receipt.bin'))
        self.names['set'] = number
        self.directive('CD-9')
        shutil.copy(os.path.join(programs.PROJECT, 'data', 'sheets', '5TQ-v1.csv'), w.path('sheet.csv'))
        with open(w.path('sheet.csv'), encoding='utf-8') as stream:
            text = stream.read()
        self.file('sheet.csv', text.replace('5TQ@1', '5TQ@2'))

    def name(self):
        """Rows by what a person would type for them."""
        w = self.w
        names = self.names
        names['label'] = w.value('xa', "SELECT label FROM incident WHERE voided_at IS NULL LIMIT 1")
        for item in w.json('xa', 'inbox', ok=(5,))['items']:
            if item['id']:
                names.setdefault(item['kind'], item['id'])
            if item['kind'] == 'returned' and 'Hoạt động' in item['row']:
                names['returned activity'] = item['id']
        for what, key in (('conflicts', 'conflicts'), ('held', 'held'), ('requests', 'requests'),
                          ('proposals', 'proposals')):
            for row in w.json('district', what)[key]:
                names.setdefault('district ' + what, row['id'])
        for name in ('xa', 'district'):
            names[name + ' same'] = w.json(name, 'same')['pairs'][0]['id']
