#!/usr/bin/env python3
"""world.py COMMUNE DISTRICT [COMMUNES [before]] - A real district and a real office with its page, for the browser
tests. With COMMUNES as many are ranked, Bạch Lưu first (1 without it).

Prints one line of JSON when all stands, then answers one line for each line of commands on standard
input: {"do": "sql"|"write"|"run"|"start"|"stop"|"join"|"file"|"log"|"link"|
"publish"|"board"|"offices"|"live"|"rest", ...}. Ends, and ends what it
started, when standard input ends."""
import concurrent.futures
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'support'))
import programs  # noqa: E402
import workbook  # noqa: E402

PERIOD = '2020-Q4'
PASSWORD = 'mat khau cua ban mau'  # of the district's accounts "officer", "leader", "operator"
CODE = programs.BACH_LUU.split('@', maxsplit=1)[0]
FIRST = ['village_profile', 'model']


class World:
    def __init__(self, commune, district):
        self.founded = programs.Founded(commune, district)
        self.w = self.founded.world()
        office, board = programs.free_ports(2)
        self.office = {'TUQUAN_PAGE_ADDRESS': '127.0.0.1:%d' % office}
        self.board = {'TUQUAN_PAGE_ADDRESS': '127.0.0.1:%d' % board}
        self.before = False
        self.others = []  # offices without a page: "o08773"

    def close(self):
        self.w.close()
        self.founded.close()

    def prepare(self, communes, before=False):
        """A year of records at each office, all of it sent; the quarter published. `before`: the quarter
        before can be scored, too."""
        w = self.w
        self.before = before
        for role in ('read-only', 'officer', 'leader', 'operator'):
            w.user('add', role, '--role=' + role, password=PASSWORD)
        w.serve(env=self.board)
        codes = sorted(os.listdir(os.path.join(self.founded.records, 'commune')))
        codes = [CODE] + [c for c in codes if c != CODE][:communes - 1]
        self.fill('xa', CODE)
        self.others = ['o' + code for code in codes[1:]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda code: self.fill('o' + code, code), codes[1:]))
        path = os.path.join(self.founded.records, 'district', 'report_receipt.csv')
        with open(path, encoding='utf-8') as stream:
            lines = stream.read().splitlines()
        mine = os.path.join(w.root, 'report_receipt.csv')
        with open(mine, 'w', encoding='utf-8') as out:
            out.write('\n'.join(lines[:1] + [l for l in lines if any(c in l for c in codes)]) + '\n')
        w.run('district', 'import', 'report', mine)
        w.run('district', 'reconcile', PERIOD)
        self.publish(PERIOD, '12/QĐ (mẫu)')
        w.run('xa', 'sync')
        self.page()

    def publish(self, period, decision):
        """By two: one prepares, a leader signs."""
        for who, args in (('officer', ['--prepare', '--missing-decision', decision]), ('leader', ['--sign'])):
            done = subprocess.run(self.w.command('district', 'publish', period, *args, '--as=' + who),
                                  env=self.w.env, text=True, input=PASSWORD + '\n', timeout=120,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            if done.returncode != 0:
                raise programs.Failed('publish %s %s: %s%s' % (period, args, done.stdout, done.stderr))

    def fill(self, name, code):
        """An office with its year of records, sent."""
        folder = os.path.join(self.founded.records, 'commune', code)
        names = sorted(os.path.splitext(n)[0] for n in os.listdir(folder))
        names = [n for n in FIRST if n in names] + [n for n in names if n not in FIRST]
        self.w.join(name, self.units()[code])
        self.w.run(name, 'import', *[os.path.join(folder, n + '.csv') for n in names],
                   *([self.quarter_before(code)] if self.before else []), '--yes')
        self.w.run(name, 'sync')

    def quarter_before(self, code):
        """The villages' figures once more, as if of the quarter before: so that it can be scored, too."""
        with open(os.path.join(self.founded.records, 'commune', code, 'village_return.csv'),
                  encoding='utf-8') as stream:
            text = stream.read()
        for month in (10, 11, 12):
            text = text.replace('ADMIN/2020-%d' % month, 'ADMIN/2020-%02d' % (month - 3))
        path = os.path.join(self.w.root, 'before', code, 'village_return.csv')
        os.makedirs(os.path.dirname(path))
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path

    def units(self):
        keys = (row[0] for row in self.w.ask(
            'district', "SELECT code || '@' || valid_from FROM unit WHERE level = 3"))
        return {key.split('@', maxsplit=1)[0]: key for key in keys}

    def page(self):
        """Start the office's program and wait for the link to its page."""
        w = self.w
        path = w.path('xa', 'page.url')
        if os.path.exists(path):
            os.unlink(path)
        w.start('xa', env=self.office)
        programs.wait_until(lambda: os.path.exists(path), lambda: 'page.url\n' + w.log('xa'))
        with open(path, encoding='utf-8') as stream:
            return stream.read().strip()

    def link(self):
        return json.loads(self.w.run('xa', '--json', 'open', '--print'))['url']

    def workbook(self, order):
        """A workbook of rows, or of a kind that is none; where it lies."""
        kind = order['sheets']
        path = self.w.path(order['name'])
        if isinstance(kind, str):
            data = {'locked': workbook.locked, 'old': workbook.old}[kind]()
        else:
            data = workbook.make({name: [[workbook.Raw(cell['raw']) if isinstance(cell, dict) else cell
                                          for cell in row] for row in rows]
                                  for name, rows in kind.items()}, merged=order.get('merged', ()))
        with open(path, 'wb') as out:
            out.write(data)
        return path

    def answer(self, order):
        w, what = self.w, order['do']
        if what == 'sql':
            return w.ask(order['name'], order['text'], *order.get('args', []))
        if what == 'write':
            return w.write_all(order['name'], order['texts'])
        if what == 'run':
            done = w.call(order['name'], *order['args'])
            return {'code': done.returncode, 'out': done.stdout, 'err': done.stderr}
        if what == 'publish':
            return self.publish(order['period'], order['decision'])
        if what == 'link':
            return self.link()
        if what == 'start':
            return w.serve(env=self.board) if order['name'] == 'district' else self.page()
        if what == 'stop':
            return w.stop(order['name'])[0]
        if what == 'board':
            return w.page_origin()
        if what == 'offices':
            return ['xa'] + self.others
        if what == 'live':
            for name in self.others:
                w.start(name, env={'TUQUAN_PAGE': '0'})
            return None
        if what == 'rest':
            return [w.stop(name)[0] for name in self.others]
        if what == 'join':
            return w.join(order['name'], machine=order.get('machine'))
        if what == 'file':
            path = w.path(order['name'])
            with open(path, 'w', encoding='utf-8') as out:
                out.write(order['text'])
            return path
        if what == 'workbook':
            return self.workbook(order)
        if what == 'book':
            return workbook.read(order['path'])
        if what == 'log':
            return w.log(order['name'])
        raise ValueError(what)


def main():
    world = World(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    try:
        world.prepare(int(sys.argv[3]) if len(sys.argv) > 3 else 1, 'before' in sys.argv[4:])
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
