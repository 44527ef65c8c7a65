#!/usr/bin/env python3
"""check_settings.py - No dead key in tuquan.ini or district.ini: each is read somewhere outside its table,
and tests/README.md ("What each setting does") names the test that shows what it does."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
import tree  # noqa: E402

TABLES = {'client': ('client/settings.c', 'tuquan.ini'), 'server': ('server/app.c', 'district.ini')}
MAP = 'tests/README.md'
TABLE = re.compile(r'struct cli_setting APP_SETTINGS\[\] = \{\n(.*?)\n\};', re.S)
KEY = re.compile(r'\{ "([a-z_]+)",\s*CLI_SETTING_')


def check(root):
    faults = []
    rows = [line for line in tree.read(root, MAP).splitlines() if line.startswith('| `')]
    for program, (path, file) in TABLES.items():
        text = tree.read(root, path)
        table = TABLE.search(text)
        keys = KEY.findall(table.group(1)) if table else []
        if not keys:
            faults.append('%s: no table of settings' % path)
            continue
        others = text.replace(table.group(0), '') + ''.join(
            tree.read(root, p) for p in tree.files(root, [program], ['.c']) if p != path)
        for key in keys:
            if not re.search(r'\bcli_config_(text|number)\([^;"]*"%s"' % key, others):
                faults.append('%s: nothing reads %s' % (path, key))
            if not any(row.startswith('| `%s` of %s' % (key, file)) for row in rows):
                faults.append('%s: no row for `%s` of %s' % (MAP, key, file))
    return faults


def table(*keys):
    return 'const struct cli_setting APP_SETTINGS[] = {\n%s    { NULL, CLI_SETTING_TEXT, 0 },\n};\n' % \
        ''.join('    { "%s", CLI_SETTING_TEXT, 0 },\n' % key for key in keys)


GOOD = {'client/settings.c': table('a', 'b_s'),
        'client/x.c': 'f(cli_config_text(config, "a"), cli_config_number(app->config, "b_s"));\n',
        'server/app.c': table('a') + 'g(cli_config_text(app->config, "a"));\n',
        MAP: '| `a` of tuquan.ini | x | y |\n| `b_s` of tuquan.ini | x | y |\n| `a` of district.ini | x | y |\n'}
BAD = {
    'a key that nothing reads': {'client/x.c': 'f(cli_config_text(config, "a"), "b_s");\n'},
    'a key that the other program reads': {'server/app.c': table('a')},
    'a key without a test': {MAP: '\n'.join(GOOD[MAP].split('\n')[:2])},
    'no table': {'server/app.c': ''},
}

if __name__ == '__main__':
    tree.main(check, {k: dict(GOOD, **v) for k, v in BAD.items()}, GOOD)
