"""older.py - An office's file, or a district's, as the versions before had it, for tests of the upgrade.

The file is taken back from today's: what the migrations since made is undone, triggers and all.
Nothing is assumed of the newest migration, so that the tests go on with the next one.
"""
import os
import re
import sqlite3

from programs import PROJECT

MODEL = os.path.join(PROJECT, 'common', 'model')

# The catalogue that came with a migration; before them all the first.
CATALOGUES = {'data/0003_border': 2, 'data/0004_agreement': 3, 'data/0005_place': 4}


def migrations(role='office'):
    """Of a file of this role, in their order."""
    with open(os.path.join(MODEL, 'migrations.cmake'), encoding='utf-8') as stream:
        return re.findall(r'^ +((?:data|%s)/\w+)\.sql$' % role, stream.read(), re.MULTILINE)


def statements(sql):
    """One after the other; a trigger's own end before its END."""
    found = ['']
    for piece in sql.split(';'):
        found[-1] += piece + ';'
        if sqlite3.complete_statement(found[-1]):
            found.append('')
    return [' '.join(s.rstrip(';').split()) for s in found if s.strip(';').strip()]


def read(name):
    with open(os.path.join(MODEL, 'migrations', name + '.sql'), encoding='utf-8') as stream:
        return statements(re.sub(r'--.*', '', stream.read()))


def made_before(name, index):
    """How the migrations before this one made the index."""
    names = migrations(r'\w+')
    found = [s for n in names[:names.index(name)] for s in read(n) if s.startswith('CREATE INDEX %s ' % index)
             and n.split('/')[0] in ('data', name.split('/')[0])]
    return found[-1]


def undo(db, name):
    for statement in reversed(read(name)):
        dropped = re.match(r'DROP INDEX (?:IF EXISTS )?(\w+)', statement)
        column = re.match(r'ALTER TABLE (\w+) ADD COLUMN (\w+) ', statement)
        made = re.match(r'CREATE (TABLE|VIEW|INDEX|TRIGGER) (\w+)', statement)
        if column:
            db.execute('ALTER TABLE %s DROP COLUMN %s' % column.groups())
        elif made:
            db.execute('DROP %s %s' % made.groups())
        elif dropped:
            db.execute(made_before(name, dropped.group(1)))
        elif not statement.startswith(('UPDATE ', 'INSERT ')):
            raise ValueError('%s: do not know how to undo: %s' % (name, statement))
    db.execute('DELETE FROM tq_migration WHERE name = ?', (name,))


def catalogue(names, newer):
    """Which one the file knew without the newer ones."""
    return max([1] + [CATALOGUES[name] for name in names if name in CATALOGUES and name not in newer])


def age_district(path, last):
    """A district's, or the mailbox that a neighbour reads."""
    names = migrations('district')
    newer = names[names.index(last) + 1:]
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.create_collation('tq', lambda a, b: (a > b) - (a < b))
        db.execute('BEGIN IMMEDIATE')
        for name in reversed(newer):
            undo(db, name)
        db.execute('UPDATE tq_district SET digest_schema = ?', (catalogue(names, newer),))
        db.execute('PRAGMA user_version = %d' % (len(names) - len(newer)))
        db.execute('COMMIT')
    finally:
        db.close()


def age(path, last):
    """As the version whose last migration was `last` had the file; our programs wrote it last."""
    names = migrations()
    newer = names[names.index(last) + 1:]
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.create_collation('tq', lambda a, b: (a > b) - (a < b))
        db.execute('BEGIN IMMEDIATE')
        for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute('DROP TRIGGER %s' % trigger)
        db.execute('DELETE FROM tq_trigger')
        schema = catalogue(names, newer)
        db.execute("UPDATE tq_state SET schema = ?1, loaded_scope = iif(instr(loaded_scope, 'schema ') = 0, loaded_scope, "
                   "substr(loaded_scope, 1, instr(loaded_scope, 'schema ') + 6) || ?1) WHERE schema > ?1", (schema,))
        for name in reversed(newer):
            undo(db, name)
        db.execute('PRAGMA user_version = %d' % (len(names) - len(newer)))
        db.execute('COMMIT')
    finally:
        db.close()
