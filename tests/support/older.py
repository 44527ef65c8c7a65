"""older.py - An office's file as the versions before had it, for tests of the upgrade.

The file is taken back from today's: what the migrations since made is undone, triggers and all.
Nothing is assumed of the newest migration, so that the tests go on with the next one.
"""
import os
import re
import sqlite3

from programs import PROJECT

MODEL = os.path.join(PROJECT, 'common', 'model')


def migrations():
    """Of an office's file, in their order."""
    with open(os.path.join(MODEL, 'migrations.cmake'), encoding='utf-8') as stream:
        return re.findall(r'^ +((?:data|office)/\w+)\.sql$', stream.read(), re.MULTILINE)


def undo(db, name):
    with open(os.path.join(MODEL, 'migrations', name + '.sql'), encoding='utf-8') as stream:
        sql = re.sub(r'--.*', '', stream.read())
    for statement in reversed([' '.join(s.split()) for s in sql.split(';') if s.strip()]):
        column = re.match(r'ALTER TABLE (\w+) ADD COLUMN (\w+) ', statement)
        made = re.match(r'CREATE (TABLE|VIEW|INDEX) (\w+)', statement)
        if column:
            db.execute('ALTER TABLE %s DROP COLUMN %s' % column.groups())
        elif made:
            db.execute('DROP %s %s' % made.groups())
        elif not statement.startswith(('UPDATE ', 'INSERT ')):
            raise ValueError('%s: do not know how to undo: %s' % (name, statement))
    db.execute('DELETE FROM tq_migration WHERE name = ?', (name,))


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
        for name in reversed(newer):
            undo(db, name)
        db.execute('PRAGMA user_version = %d' % (len(names) - len(newer)))
        db.execute('COMMIT')
    finally:
        db.close()
