/* models.mjs - Mô hình và quy ước, and the ranking over two periods: each paper of a model's life as a
 * clerk gets it, what the district says of it, and a broadcast that comes while the ranking is looked
 * at. The rows are read back at the district.
 *
 *   node tests/browser/models.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR] */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, goTo, green, openBrowser, openWorld, shoot, until } from './support.mjs';

const UNIT = '08779@2004-01-01';
const VILLAGE = 'anh dung';

let world;
let tab;
let page;

before(async () => {
    world = await openWorld(4);
    tab = await openBrowser();
    page = tab.page;
    await enter(world, page);
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
});

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

async function sync() {
    await page.keyboard.press('Alt+s');
    await until(() => page.evaluate(() => fetch('/api/v1/status').then((r) => r.json())
        .then((s) => s.green && s.rows_waiting === 0)), 'confirmed by the district');
    await green(page);
}

const field = (name) => page.locator(`[data-field="${name}"] input, [data-field="${name}"] textarea`);

/* Into the fields by the names of their columns; in a list, what is typed picks. */
async function fill(values) {
    for (const [name, typed] of Object.entries(values)) {
        await field(name).fill(typed);
        if (await field(name).getAttribute('role') === 'combobox') await page.keyboard.press('Enter');
    }
}

async function save(title) {
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: title }).waitFor();
    await page.locator('.cells').first().waitFor();
}

async function change(values, title) {
    await page.getByRole('button', { name: 'Sửa', exact: true }).click();
    await page.locator('form.record-form').waitFor();
    await fill(values);
    await save(title);
}

async function add(path, heading, values, title) {
    await goTo(page, path + '/moi', heading);
    await fill(values);
    await save(title);
}

/* How many of the five steps are shown as reached. */
const reached = (n) => until(async () => await page.locator('.steps li.done').count() === n,
    `${n} steps of the model are done`);

test('a model from survey to running, paused and ended: each step by its own paper', async () => {
    await add('mo-hinh', 'Thêm mô hình', { kind: 'nhan rong', village: VILLAGE,
        name: 'Camera an ninh (dữ liệu mẫu)' }, /^Mô hình /);
    await reached(1);
    /* A step without the paper of the one before is refused in words, and the form keeps it. */
    await page.getByRole('button', { name: 'Sửa', exact: true }).click();
    await fill({ state: 'da khao sat' });
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').first().waitFor();
    await fill({ survey_no: '01/BC-KS', survey_on: '3/8/2020' });
    await save(/^Mô hình /);
    await reached(2);
    await change({ plan_no: '02/KH', plan_on: '10/8/2020', decision_no: '03/QĐ',
        decision_on: '20/8/2020', state: 'da quyet dinh' }, /^Mô hình /);
    await reached(3);
    await change({ launched_on: '1/9/2020', state: 'da ra mat' }, /^Mô hình /);
    await reached(4);
    await change({ state: 'dang hoat dong' }, /^Mô hình /);
    await reached(5);
    await sync();
    const read = () => world.sql('district', 'SELECT kind, village, survey_no, survey_on, plan_no,'
        + ' plan_on, decision_no, decision_on, launched_on, paused_on, ended_on, state FROM model'
        + " WHERE name = 'Camera an ninh (dữ liệu mẫu)'");
    const papers = ['replica', '08779-01@2019-01-01', '01/BC-KS', '2020-08-03', '02/KH', '2020-08-10',
        '03/QĐ', '2020-08-20', '2020-09-01'];
    assert.deepEqual(await read(), [[...papers, null, null, 'running']]);
    await change({ paused_on: '5/11/2020', state: 'tam dung' }, /^Mô hình /);
    await change({ ended_on: '20/11/2020', state: 'ket thuc' }, /^Mô hình /);
    await sync();
    assert.deepEqual(await read(), [[...papers, '2020-11-05', '2020-11-20', 'ended']]);
    /* Each step is in the story of the row. */
    await until(async () => await page.locator('.story li').count() >= 6, 'six entries in the story');
});

test('committee, group, covenant, drive: written and read back', async () => {
    await add('ban-chi-dao', 'Thêm thành viên', { position: 'Phó ban', organisation: 'Công an xã',
        decision_no: '04/QĐ', since_on: '21/8/2020' }, /^Thành viên /);
    await add('to-tu-quan', 'Thêm tổ', { village: VILLAGE, name: 'Tổ liên gia 9 (dữ liệu mẫu)',
        households: '31', members: '7', founded_on: '22/8/2020', trained_on: '1/9/2020' }, /^Tổ /);
    await add('quy-uoc', 'Thêm quy ước', { village: VILLAGE, adopted_on: '23/8/2020', mode: 'hop',
        households_total: '100', present: '90', agreed: '88' }, /^Quy ước /);
    await change({ decision_no: '05/QĐ', state: 'cong nhan' }, /^Quy ước /);
    await add('thi-dua', 'Ghi đợt phát động', { year: '2019', registered_on: '5/1/2019',
        launched_on: '10/1/2019', pledged: '640', document_no: '06/KH' }, /^Đợt phát động /);
    await sync();
    const ask = (text) => world.sql('district', text);
    assert.deepEqual(await ask("SELECT position, organisation, since_on, state FROM committee_member"
        + " WHERE decision_no = '04/QĐ'"), [['Phó ban', 'Công an xã', '2020-08-21', 'active']]);
    assert.deepEqual(await ask('SELECT village, households, members, founded_on, trained_on, state FROM'
        + " self_mgmt_group WHERE name = 'Tổ liên gia 9 (dữ liệu mẫu)'"),
    [['08779-01@2019-01-01', 31, 7, '2020-08-22', '2020-09-01', 'active']]);
    assert.deepEqual(await ask('SELECT households_total, present, agreed, mode, decision_no, state FROM'
        + " covenant WHERE adopted_on = '2020-08-23'"), [[100, 90, 88, 'meeting', '05/QĐ', 'recognised']]);
    assert.deepEqual(await ask('SELECT registered_on, launched_on, pledged, document_no, state FROM'
        + ` emulation_launch WHERE unit = '${UNIT}' AND year = 2019`),
    [['2019-01-05', '2019-01-10', 640, '06/KH', 'open']]);
});

test('recognition asked for, decided by the district; an award is seen and cannot be written', async () => {
    await add('cong-nhan', 'Ghi hồ sơ năm', { year: '2019', registered_on: '5/1/2019',
        villages_total: '10', villages_registered: '10', villages_recognised: '8',
        answers: 'Đủ 100% thôn đăng ký (dữ liệu mẫu).' }, /^Hồ sơ 2019/);
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT villages_total, villages_registered,'
        + ` villages_recognised, answers, result, state FROM recognition WHERE unit = '${UNIT}' AND`
        + ' year = 2019'), [[10, 10, 8, 'Đủ 100% thôn đăng ký (dữ liệu mẫu).', null, 'registered']]);
    await world.run('district', 'import', 'recognition', await world.file('recognition.csv',
        'unit,year,result,decision_no,decided_on,state\n' +
        `${UNIT},2019,met,07/QĐ-UBND,2019-12-20,decided\n`));
    await world.run('district', 'import', 'award', await world.file('award.csv',
        'label,decision_no,decided_on,recipient_unit,form,level,state\n' +
        `KT-90,08/QĐ-KT,2019-12-25,${UNIT},Giấy khen (dữ liệu mẫu),district,granted\n`));
    await page.keyboard.press('Alt+s');
    await page.locator('.cells', { hasText: '07/QĐ-UBND' }).first().waitFor();
    await page.locator('.cells', { hasText: 'Đã quyết định' }).first().waitFor();
    await goTo(page, 'khen-thuong', 'Khen thưởng');
    await page.getByRole('row', { name: /08\/QĐ-KT.*Giấy khen \(dữ liệu mẫu\)/ }).waitFor();
    assert.equal(await page.locator('a[href*="khen-thuong/moi"]').count(), 0);
    await page.getByRole('link', { name: '08/QĐ-KT' }).click();
    await page.getByRole('heading', { name: 'Ai đã ghi gì' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /Sửa|Hủy dòng này/ }).count(), 0);
});

/* The table as it stands: name, place, movement. */
const board = () => page.locator('main tbody tr').evaluateAll((rows) => rows.map((row) =>
    [...row.cells].map((cell) => cell.textContent.trim())).map((c) => [c[1], c[0], c[3]])
    .filter(([, place]) => place !== '–'));

const rankOf = async (period) => JSON.parse(await world.run('xa', '--json', 'rank', period)).rows;

async function publishLastYear() {
    await world.run('district', 'reconcile', '2019-Q4');
    await world.publish('2019-Q4', '09/QĐ (mẫu)');
}

/* Published after the later one, as when an old period is corrected: it is the one before all the same,
 * and who names no period sees the later one. */
test('a broadcast changes the ranking that is looked at, without a reload; places moved', async () => {
    await goTo(page, 'xep-hang?period=' + encodeURIComponent('ADMIN/2020-Q4'), /Xếp hạng quý IV\/2020/);
    await page.evaluate(() => {
        window.stays = true;
    });
    await page.getByText('Công bố lần 1 lúc').waitFor();
    const alone = await board();
    assert.equal(alone.length, 4, JSON.stringify(alone));
    assert.deepEqual([...new Set(alone.map(([, , moved]) => moved))], ['mới']);
    /* Nothing is pressed on the page from here on. */
    await publishLastYear();
    await until(async () => (await board()).every(([, , moved]) => moved !== 'mới'),
        'the year before is there, live');
    const places = new Map((await rankOf('2019-Q4')).map((r) => [r.unit.name, r.rank]));
    const word = (was, now) => was === now ? 'giữ nguyên'
        : was > now ? `lên ${was - now}` : `xuống ${now - was}`;
    const moved = await board();
    for (const [name, place, said] of moved)
        assert.equal(said, word(places.get(name), Number.parseInt(place, 10)), name);
    assert.ok(moved.some(([, , said]) => said.startsWith('lên')), JSON.stringify(moved));
    const here = await page.evaluate(() => location.hash.slice(2));
    await goTo(page, 'hom-nay', 'Hôm nay');
    await goTo(page, 'xep-hang', /Xếp hạng quý IV\/2020/);
    await goTo(page, here, /Xếp hạng quý IV\/2020/);
    /* Something that counts in this quarter: there is something to publish anew. */
    await world.run('xa', 'add', 'activity', 'kind=patrol', 'village=08779-04@2019-01-01',
        'planned_on=2020-11-05', 'held_on=2020-11-05', 'state=done', '--yes');
    await world.run('xa', 'sync');
    await world.publish('2020-Q4', '10/QĐ (mẫu)');
    await page.getByText('Công bố lần 2 lúc').waitFor();
    assert.equal(await page.evaluate(() => window.stays), true);
});

const points = (c) => `${Math.floor(c / 100)},${String(c % 100).padStart(2, '0')}`;

test('the course over two periods: lines with the figures below them', async () => {
    if ((await world.sql('district', "SELECT 1 FROM ranking WHERE period = 'ADMIN/2019-Q4'")).length === 0)
        await publishLastYear(); /* run alone */
    await goTo(page, 'xep-hang?period=' + encodeURIComponent('ADMIN/2020-Q4'), /Xếp hạng quý IV\/2020/);
    await page.getByRole('tab', { name: 'Qua các kỳ' }).click();
    const charts = page.locator('svg.lines');
    await until(async () => await charts.count() === 2, 'points and places as lines');
    assert.deepEqual(await charts.first().locator('.lines-name').allTextContents(),
        ['IV/2019', 'IV/2020']);
    const told = [];
    for (const period of ['2019-Q4', '2020-Q4']) {
        const rows = await rankOf(period);
        const own = rows.find((r) => r.unit.unit === UNIT);
        told.push({ final: own.final_c, rank: own.rank,
            best: Math.max(...rows.map((r) => r.final_c ?? 0)) });
    }
    /* Two points of each line; a line rises as what it shows does, and the best is never below. */
    const line = async (chart, kind) => (await chart.locator(`.line-${kind} path`).getAttribute('d'))
        .match(/^M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)$/).slice(1).map(Number);
    const own = await line(charts.first(), 'own');
    const best = await line(charts.first(), 'best');
    await line(charts.first(), 'median');
    assert.ok(own[0] < own[2], String(own));
    assert.equal(Math.sign(own[1] - own[3]), Math.sign(told[1].final - told[0].final));
    assert.equal(Math.sign(best[1] - best[3]), Math.sign(told[1].best - told[0].best));
    assert.ok(best[1] <= own[1] && best[3] <= own[3], `${best} ${own}`);
    const place = await line(charts.nth(1), 'own');
    assert.equal(Math.sign(place[3] - place[1]), Math.sign(told[1].rank - told[0].rank));
    const cells = await page.locator('main tbody tr').evaluateAll((rows) =>
        rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
    assert.deepEqual(cells.map((c) => [c[0], c[1], c[2], c[4]]),
        ['Quý IV/2019', 'Quý IV/2020'].map((name, i) => [name, `${told[i].rank}/4`,
            points(told[i].final), points(told[i].best)]).reverse());
    await shoot(page, 'xep-hang-qua-cac-ky');
});

test('nothing failed in the page, and nothing left the machine', () => {
    assert.deepEqual(tab.faults, []);
});
