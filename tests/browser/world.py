#!/usr/bin/env python3
"""world.py COMMUNE DISTRICT - A real district and a real office with its page, for the browser tests.

Prints one line of JSON when all stands, then answers one line for each line of commands on standard
input: {"do": "sql"|"run"|"start"|"stop"|"write_csv"|"page", ...}. Ends, and ends what it started,
when standard input ends."""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402

PERIOD = '2020-Q4'
CODE = programs.BACH_LUU.split('@', maxsplit=1)[0]
# The day on which the clerk works: early enough to appeal, too early for the next quarter.
FIRST = ['village_profile', 'model']


class World:
    def __init__(self, commune, district):
        self.founded = programs.Founded(commune, district)
        self.w = self.founded.world()
        self.port = programs.free_ports(1)[0]
        self.w.env['TUQUAN_PAGE_ADDRESS'] = '127.0.0.1:%d' % self.port

    def close(self):
        self.w.close()
        self.founded.close()

    def prepare(self):
        """A year of records at the office, all of it sent; the quarter published."""
        w = self.w
        w.serve()
        w.join('xa')
        folder = os.path.join(self.founded.records, 'commune', CODE)
        names = sorted(os.path.splitext(name)[0] for name in os.listdir(folder))
        names = FIRST + [name for name in names if name not in FIRST]
        w.run('xa', 'import', *[os.path.join(folder, name + '.csv') for name in names], '--yes')
        w.run('xa', 'sync')
        for table, name in (('report', 'report_receipt'),):
            path = os.path.join(self.founded.records, 'district', name + '.csv')
            lines = open(path, encoding='utf-8').read().splitlines()
            mine = os.path.join(w.root, name + '.csv')
            with open(mine, 'w', encoding='utf-8') as out:
                out.write('\n'.join([lines[0]] + [l for l in lines if CODE in l]) + '\n')
            w.run('district', 'import', table, mine)
        w.run('district', 'reconcile', PERIOD)
        w.run('district', 'publish', PERIOD, '--missing-decision', '12/QĐ (mẫu)')
        w.run('xa', 'sync')
        self.page()

    def page(self):
        """Start the office's program and wait for the link to its page."""
        w = self.w
        path = w.path('xa', 'page.url')
        if os.path.exists(path):
            os.unlink(path)
        w.start('xa')
        programs.wait_until(lambda: os.path.exists(path), lambda: 'page.url\n' + w.log('xa'))
        with open(path, encoding='utf-8') as stream:
            return stream.read().strip()

    def link(self):
        return json.loads(self.w.run('xa', '--json', 'open', '--print'))['url']

    def answer(self, order):
        w, what = self.w, order['do']
        if what == 'sql':
            return w.ask(order['name'], order['text'], *order.get('args', []))
        if what == 'run':
            done = w.call(order['name'], *order['args'])
            return {'code': done.returncode, 'out': done.stdout, 'err': done.stderr}
        if what == 'link':
            return self.link()
        if what == 'start':
            return w.serve() if order['name'] == 'district' else self.page()
        if what == 'stop':
            return w.stop(order['name'])[0]
        if what == 'join':
            return w.join(order['name'])
        if what == 'file':
            path = w.path(order['name'])
            with open(path, 'w', encoding='utf-8') as out:
                out.write(order['text'])
            return path
        if what == 'log':
            return w.log(order['name'])
        raise ValueError(what)


def main():
    world = World(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    try:
        world.prepare()
        print(json.dumps({'link': world.link(), 'root': world.w.root}), flush=True)
        for line in sys.stdin:
            try:
                said = {'ok': True, 'value': world.answer(json.loads(line))}
            except Exception as error:  # told to the test, which fails with it
                said = {'ok': False, 'error': '%s: %s' % (type(error).__name__, error)}
            print(json.dumps(said, ensure_ascii=False, default=repr), flush=True)
    finally:
        world.close()


if __name__ == '__main__':
    main()
