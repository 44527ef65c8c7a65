/* kit.mjs - What the pages' kit makes of what people type: dates, numbers, blocks from Excel, points;
 * without a browser.
 *
 *   node tests/browser/kit.mjs [--modules=DIR] */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.resolve(process.argv.find((w) => w.startsWith('--modules='))?.slice(10) ??
    path.join(ROOT, 'node_modules'));
const esbuild = createRequire(path.join(modules, 'x.js'))('esbuild');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tuquan-kit-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const entry = ['format', 'parse', 'grid_state'].map((n) => `export * from './${n}';`).join('') +
    "export { onceEach, wordsOf } from '../../../client/ui/agent_words';" +
    "export { appealDeadline, compare, medianOf } from '../../../client/ui/rank_data';";
await esbuild.build({
    stdin: { contents: entry, resolveDir: path.join(ROOT, 'common/web/ui'), loader: 'ts' },
    bundle: true, format: 'esm', outfile: path.join(folder, 'kit.mjs'), nodePaths: [modules],
});
const kit = await import(pathToFileURL(path.join(folder, 'kit.mjs')));

/* The same as a browser has it that chose English, with every word of the district's page. */
const WORDS = path.join(ROOT, 'server/ui/words');
const wordFiles = fs.readdirSync(WORDS).sort();
await esbuild.build({
    stdin: { contents: entry + "export * as WORDS_kit from './words';" + wordFiles.map((f) =>
        `export * as WORDS_${f.slice(0, -3)} from '${path.join(WORDS, f)}';`).join(''),
    resolveDir: path.join(ROOT, 'common/web/ui'), loader: 'ts' },
    bundle: true, format: 'esm', outfile: path.join(folder, 'english.mjs'), nodePaths: [modules],
    define: { TQ_ENGLISH: 'true' }, charset: 'utf8',
});
globalThis.localStorage = { getItem: () => 'en' };
const english = await import(pathToFileURL(path.join(folder, 'english.mjs')));
delete globalThis.localStorage;
const NOW = Date.parse('2020-12-10T01:00:00+07:00');

test('a day typed in a hurry', () => {
    const read = (text, ahead) => kit.readDate(text, ahead, NOW).value;
    assert.equal(read('5/11'), '2020-11-05');
    assert.equal(read('0511'), '2020-11-05');
    assert.equal(read('05112019'), '2019-11-05');
    assert.equal(read('5-11-20'), '2020-11-05');
    assert.equal(read('2020-11-05'), '2020-11-05');
    assert.equal(read('25/12'), '2019-12-25');
    assert.equal(read('25/12', true), '2020-12-25');
    assert.equal(read('5/1', true), '2021-01-05');
    assert.equal(read('hn'), '2020-12-10');
    assert.equal(read('hôm qua'), '2020-12-09');
    assert.equal(read('29/2/2020'), '2020-02-29');
    for (const wrong of ['31/11/2020', '29/2/2019', '12/13/2020', 'mai mốt', '5', '5/11/202'])
        assert.ok(kit.readDate(wrong, false, NOW).wrong, wrong);
    assert.deepEqual(kit.readDate('  ', false, NOW), { value: null });
});

test('the day is that of Việt Nam, whatever the machine\'s zone', () => {
    assert.equal(kit.dayOf(NOW), '2020-12-10');
    assert.equal(kit.dayOf(NOW - 2 * 3600 * 1000), '2020-12-09');
    assert.equal(kit.showInstant(NOW), '01:00 10/12/2020');
    assert.equal(kit.showWhen(NOW - 3 * 3600 * 1000, NOW), '22:00 hôm qua');
});

test('an instant typed in a hurry', () => {
    const at = (text) => kit.readInstant(text, NOW).value;
    assert.equal(at('7h30 6/11/2020'), Date.parse('2020-11-06T07:30:00+07:00'));
    assert.equal(at('6/11 7:30'), Date.parse('2020-11-06T07:30:00+07:00'));
    assert.equal(at('14h'), Date.parse('2020-12-10T14:00:00+07:00'));
    assert.equal(at(kit.showInstant(NOW)), NOW);
    for (const wrong of ['25h', '7h75', 'sáng sớm']) assert.ok(kit.readInstant(wrong, NOW).wrong);
});

test('a number is read or asked about, never guessed', () => {
    assert.equal(kit.readInt('1.500.000').value, 1500000);
    assert.equal(kit.readInt('1 500').value, 1500);
    assert.equal(kit.readInt('012').value, 12);
    for (const wrong of ['1,000', '1.5', '1.50', '-3', '12a', '9007199254740993', '1..000'])
        assert.ok(kit.readInt(wrong).wrong, wrong);
    assert.equal(kit.readPoints('4,5').value, 450);
    assert.equal(kit.readPoints('4.25').value, 425);
    assert.equal(kit.readPoints('4,05').value, 405);
    assert.ok(kit.readPoints('4,255').wrong);
});

test('points and periods as people write them', () => {
    assert.equal(kit.showPoints(9239), '92,39');
    assert.equal(kit.showPoints(-50), '-0,50');
    assert.equal(kit.showShortPoints(500), '5');
    assert.equal(kit.showShortPoints(150), '1,5');
    assert.equal(kit.showInt(1234567), '1.234.567');
    assert.deepEqual([[29, 50], [29, 100], [57, 100], [87, 150], [2, 3], [7, 7]].map(([part, all]) =>
        kit.percentOf(part, all)), [58, 29, 57, 58, 66, 100]);
    assert.equal(kit.showPeriod('ADMIN/2020-Q4'), 'Quý IV/2020');
    assert.equal(kit.showPeriod('ADMIN/2020-09'), 'Tháng 9/2020');
    assert.equal(kit.fold('Trộm XE đạp'), 'trom xe dap');
});

test('blocks from Excel, and steps back', () => {
    const shape = { rows: ['a', 'b'], columns: ['x', 'y', 'z'] };
    assert.deepEqual(kit.readBlock('1\t"2\n3"\r\n"4 ""5"""\t6\n'), [['1', '2\n3'], ['4 "5"', '6']]);
    const area = kit.areaOf({ row: 1, column: 2 }, { row: 0, column: 1 });
    assert.deepEqual(area, { top: 0, bottom: 1, left: 1, right: 2 });
    const change = kit.pasteInto(shape, area, [['1.000', 'hai', '9']]);
    assert.deepEqual(change, { 'a|y': '1000', 'a|z': 'hai' });
    assert.deepEqual(kit.pasteInto(shape, area, [['7']]),
        { 'a|y': '7', 'a|z': '7', 'b|y': '7', 'b|z': '7' });
    assert.ok(kit.isWrong('hai') && !kit.isWrong('') && !kit.isWrong('0'));
    assert.equal(kit.writeBlock({ 'a|y': '1', 'b|z': '2' }, shape, area), '1\t\n\t2');
    const steps = new kit.Steps();
    steps.note({ 'a|y': '5' }, change);
    assert.deepEqual(steps.back(), { 'a|y': '5', 'a|z': '' });
    assert.deepEqual(steps.forward(), change);
    assert.equal(steps.forward(), null);
});

test('the commune against the others', () => {
    assert.equal(kit.medianOf([3, 1, 2]), 2);
    assert.equal(kit.medianOf([1, 2]), 2);
    assert.equal(kit.medianOf([]), null);
    const view = {
        own_unit: 'b', criteria: [{ code: '1.1', name: '', max_c: 500, area: 1 }],
        rows: [{ unit: { unit: 'a' }, items: { '1.1': 500 } }, { unit: { unit: 'b' }, items: { '1.1': 300 } },
            { unit: { unit: 'c' }, items: { '1.1': null } }],
    };
    assert.deepEqual(kit.compare(view).map((c) => [c.mine, c.median, c.best]), [[300, 400, 500]]);
    assert.equal(kit.appealDeadline(Date.parse('2020-12-18T10:00:00+07:00')), '2020-12-25');
});

test('a line that is away is said once, in words of no machine', () => {
    const word = (number, id, text = '') => ({ number, id, text });
    const away = '[E301] không liên lạc được với máy chủ huyện: tcp://127.0.0.1:1. Kiểm tra mạng.';
    const words = [word(1, 'SYNC-BEGIN'), word(2, 'SYNC-FAILED', away), word(3, 'SYNC-BEGIN'),
        word(4, 'SYNC-FAILED', away), word(5, 'SYNC-BEGIN'), word(6, 'SYNC-FAILED', away)];
    assert.deepEqual(kit.onceEach(words).map((w) => w.number), [1, 6]);
    assert.doesNotMatch(kit.wordsOf(words[1]), /tcp|E301/);
    /* What came of the next try is told, and another failure is another word. */
    const done = [...words, word(7, 'SYNC-BEGIN'), word(8, 'SYNC-DONE', 'sent=1')];
    assert.deepEqual(kit.onceEach(done).map((w) => w.number), [1, 6, 7, 8]);
    const other = [...words, word(7, 'SYNC-BEGIN'), word(8, 'SYNC-FAILED', '[E302] khác')];
    assert.deepEqual(kit.onceEach(other).map((w) => w.number), [1, 6, 8]);
});

test('in English days are ISO 8601, and numbers have a point', () => {
    assert.equal(english.showDate('2020-11-05'), '2020-11-05');
    assert.equal(english.showWhen(NOW - 3 * 3600 * 1000, NOW), '22:00 yesterday');
    assert.equal(english.showWhen(NOW - 72 * 3600 * 1000, NOW), '01:00 on 2020-12-07');
    assert.equal(english.showInt(1234567), '1,234,567');
    assert.equal(english.showPoints(-9239), '-92.39');
    assert.equal(english.showShortPoints(150), '1.5');
    assert.equal(english.showShortPoints(1000), '10');
    assert.equal(english.showTenths(12345), '1,234.5');
    assert.equal(english.showPeriod('ADMIN/2020-Q4'), 'Q4 2020');
    assert.equal(english.inPeriod('ADMIN/2020-09'), 'September 2020');
    assert.equal(english.inPeriod('ADMIN/2020'), 'year 2020');
    assert.equal(english.shortPeriod('ADMIN/2020'), '2020');
    assert.equal(english.readInt('1,500,000').value, 1500000);
    assert.ok(english.readInt('1.500').wrong);
    assert.equal(english.readPoints(english.showPoints(425)).value, 425);
    assert.equal(english.readDate('today', false, NOW).value, '2020-12-10');
    assert.equal(english.readDate(english.showDate('2020-11-05')).value, '2020-11-05');
});

const VIETNAMESE = /[\u00c0-\u024f\u1ea0-\u1ef9]/;
const NAMES = /Tự Quản|Sơn Dương|Sông Lô|Xã Hải Lựu/g; /* the same in both languages */

function leftIn(value, where) {
    if (typeof value === 'string' || typeof value === 'function')
        return VIETNAMESE.test(String(value).replace(NAMES, '')) ? [`${where}: ${value}`] : [];
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([key, one]) => leftIn(one, `${where}.${key}`));
}

test('whatever the district\'s page says, it says in English, too; papers are Vietnamese', () => {
    const files = Object.entries(english).filter(([name]) => name.startsWith('WORDS_'));
    assert.equal(files.length, wordFiles.length + 1);
    assert.deepEqual(files.flatMap(([name, file]) => Object.entries(file)
        .filter(([group]) => !group.endsWith('PAPER'))
        .flatMap(([group, said]) => leftIn(said, `${name.slice(6)}.${group}`))), []);
});

test('no words stand outside the files of words', () => {
    const ui = path.join(ROOT, 'server/ui');
    const left = fs.readdirSync(ui).filter((f) => /\.tsx?$/.test(f)).flatMap((f) =>
        fs.readFileSync(path.join(ui, f), 'utf8').replace(/\/\*[^]*?\*\//g, '').split('\n')
            .filter((line) => VIETNAMESE.test(line.replace('Tiếng Việt', ''))).map((l) => `${f}: ${l}`));
    assert.deepEqual(left, []);
});
