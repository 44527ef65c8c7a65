/* desk.mjs - The desk of an officer of the district, with a few real offices behind it: incidents beside the
 * second source, corrections that are asked for, what is printed.
 *
 *   node tests/browser/desk.mjs --commune=PROGRAM --district=PROGRAM [--pictures] [--out=DIR] */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { goTo, openBrowser, openWorld, shoot, until } from './support.mjs';
import { district, NARROW } from './signed_in.mjs';

const UNIT = '08779@2004-01-01';

let world;
let browser;
const { judge, signIn, inside, withPage } = district({ world: () => world, browser: () => browser });
before(async () => {
    world = await openWorld(3, { before: true });
    ({ browser } = await openBrowser());
});
after(async () => {
    await browser?.close();
    await world?.close();
});

const ask = async (...args) => JSON.parse(await world.run('district', '--json', ...args));
const place = (screen, period, more = '') => `${screen}?period=${encodeURIComponent(period)}${more}`;
const ofUnit = '&xa=' + encodeURIComponent(UNIT);

async function incident(columns) {
    const said = JSON.parse(await world.run('xa', '--json', 'add', 'incident',
        'village=08779-04@2019-01-01', ...columns, '--yes'));
    await world.run('xa', 'sync');
    return said.name;
}

test('incidents are compared with the second source by keys, and the figures follow', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, place('tham-dinh', 'ADMIN/2020-Q3', ofUnit), 'Thẩm định');
        await page.getByRole('tab', { name: 'Vụ việc' }).click();
        await page.getByText('Kỳ này xã không ghi vụ việc nào.').waitFor();
        await page.evaluate(() => {
            window.stays = true;
        });
        const before = await ask('assess', '2020-Q3', UNIT);
        const thefts = before.criteria.find((c) => c.code === '3.4').n;
        /* What the commune writes comes without a reload; until it is compared the points are provisional. */
        const fight = await incident(['area=1', 'category=assault', 'occurred_on=2020-08-10',
            'summary=Đánh nhau ở chợ (dữ liệu mẫu)']);
        const other = await incident(['area=5', 'category=other', 'occurred_on=2020-08-11',
            'summary=Mất xe máy (dữ liệu mẫu)']);
        const third = await incident(['area=1', 'category=fraud', 'occurred_on=2020-08-12',
            'summary=Lừa đảo qua mạng (dữ liệu mẫu)']);
        const open = page.getByRole('region', { name: 'Chưa đối soát: 3' }).locator('tbody tr');
        const lineOf = (label) => page.locator('tbody tr').filter({ hasText: label });
        await until(async () => await open.count() === 3, 'the three');
        await page.getByText('Còn 3 vụ việc chưa đối soát').waitFor();
        assert.match(await open.filter({ hasText: fight }).innerText(), /1\.3/);
        assert.match(await open.filter({ hasText: other }).innerText(), /không tiêu chí nào/);
        assert.deepEqual(await judge(page, 'doi-soat', NARROW), []);
        /* Nothing is confirmed without a document. */
        await lineOf(fight).locator('[data-act="agree"]').focus();
        await page.keyboard.press('n');
        await page.getByText('Ghi số văn bản của nguồn thứ hai trước.').waitFor();
        await page.waitForFunction(() => document.activeElement?.id === 'source');
        await page.keyboard.type('12/BC-CA (mẫu)');
        /* Another category has a reason; 3.4 counts it at once. */
        await lineOf(other).locator('[data-act="change"]').focus();
        await page.keyboard.press('s');
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Loại').fill('trom cap');
        await dialog.getByRole('option').first().click();
        await dialog.getByLabel('Lĩnh vực').fill('III');
        await dialog.getByRole('option', { name: /^III\./ }).click();
        assert.equal(await dialog.getByLabel('Nguồn thứ hai').inputValue(), '12/BC-CA (mẫu)');
        await dialog.getByRole('button', { name: 'Xếp lại' }).click();
        await page.waitForFunction(() => document.activeElement?.id === 'form-reason');
        assert.deepEqual(await judge(page, 'doi-soat-xep-lai', NARROW), []);
        await dialog.getByLabel('Lý do').fill('hồ sơ ghi trộm cắp (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Xếp lại' }).click();
        await dialog.waitFor({ state: 'detached' });
        const done = page.getByRole('region', { name: /^Đã đối soát/ }).locator('tbody tr');
        await done.filter({ hasText: other }).getByText('huyện xếp lại').waitFor();
        /* Confirmed by a key: the next one has the focus. */
        await lineOf(fight).locator('[data-act="agree"]').focus();
        await page.keyboard.press('n');
        await page.getByText('Còn 1 vụ việc chưa đối soát').waitFor();
        await page.waitForFunction((code) => document.activeElement?.closest('tr')?.innerText
            .includes(code) === true, third);
        await shoot(page, 'huyen-doi-soat', { guide: true });
        /* What the commune changes while somebody decides is told, and nothing is written. */
        await page.keyboard.press('s');
        await dialog.getByLabel('Loại').fill('cuop');
        await dialog.getByRole('option').first().click();
        await dialog.getByLabel('Lý do').fill('nhầm (dữ liệu mẫu)');
        await world.run('xa', 'edit', 'incident', third, 'summary=Lừa đảo bán đất (dữ liệu mẫu)');
        await world.run('xa', 'sync');
        await dialog.getByRole('button', { name: 'Xếp lại' }).click();
        await dialog.getByRole('alert').getByText('vừa được người khác sửa').waitFor();
        await dialog.getByRole('button', { name: 'Đã xem' }).waitFor();
        await dialog.getByRole('button', { name: 'Thôi' }).click();
        await page.getByText('Lừa đảo bán đất').first().waitFor();
        await page.getByRole('button', { name: 'Tất cả 1 vụ khớp với nguồn thứ hai' }).click();
        await page.getByText('Mọi vụ việc của kỳ đã đối soát.').waitFor();
        assert.equal(await page.evaluate(() => window.stays), true);
        const after = await ask('assess', '2020-Q3', UNIT);
        assert.deepEqual([after.incidents_open, after.criteria.find((c) => c.code === '3.4').n],
            [0, thefts + 1]);
        await page.getByRole('tab', { name: 'Tiêu chí' }).click();
        await page.locator('[data-code="3.4"][data-act="facts"]').getByText(String(thefts + 1)).waitFor();
        const trail = await world.sql('district', "SELECT who, about, detail FROM tq_audit WHERE what =" +
            " 'reconcile' AND about LIKE '%12/BC-CA%' ORDER BY id");
        assert.deepEqual(trail.map((t) => [t[0], t[2]]), Array(3).fill(['officer', '127.0.0.1']));
        assert.ok(trail[0][1].includes('hồ sơ ghi trộm cắp') && trail[0][1].includes(other), trail[0][1]);
        assert.ok(trail[2][1].endsWith(third), trail[2][1]);
    }));

test('each bonus, penalty and cap opens to what it is made of', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        const told = await ask('assess', '2020-Q3', UNIT);
        /* A cap counts in the periods in which the ranking applies it, and in no other. */
        const ranked = (await ask('rank', '2020-Q3')).rows.find((r) => r.unit.unit === UNIT);
        const counted = told.beside.filter((b) => b.kind === 'cap' ? ranked.note.caps.includes(b.code)
            : b.n + b.d + b.x > 0);
        assert.ok(told.beside.some((b) => b.kind === 'cap' && b.n > 0 && !counted.includes(b)));
        const late = counted.find((b) => b.kind === 'penalty');
        assert.ok(late !== undefined && told.penalty_c > 0, JSON.stringify(told.beside));
        await goTo(page, place('tham-dinh', 'ADMIN/2020-Q3', ofUnit), 'Thẩm định');
        await page.getByRole('button', { name: /^Thưởng .*, trừ .*: xem từng khoản/ }).press('Enter');
        const rows = page.getByRole('region', { name: 'Máy tự tính, và khống chế' }).locator('tbody tr');
        await until(async () => await rows.count() === counted.length, 'what is counted');
        assert.deepEqual(await judge(page, 'thuong-tru-may-tinh', NARROW), []);
        await rows.filter({ hasText: late.code }).getByRole('button').press('Enter');
        const dialog = page.getByRole('dialog');
        const facts = await ask('facts', '2020-Q3', UNIT, late.code);
        await dialog.getByText(facts.sum_text.slice(0, 20)).first().waitFor();
        assert.deepEqual(await judge(page, 'thuong-tru-so-lieu', NARROW), []);
        await page.keyboard.press('Escape');
        /* And a cap, from the ranking of the year. */
        const capped = (await ask('rank', 'COMMUNE/2020')).rows.find((r) => /D[34]/.test(r.note.caps));
        assert.ok(capped !== undefined);
        const code = /D[34]/.exec(capped.note.caps)[0];
        await goTo(page, place('xep-hang', 'COMMUNE/2020'));
        await page.getByRole('button', { name: `Xem số liệu đứng sau ${code}: ${capped.unit.name}` })
            .press('Enter');
        await dialog.locator('.story').waitFor();
        assert.equal(await dialog.getByText('Không tính điểm').count(), 0);
        assert.deepEqual(await judge(page, 'xep-hang-khong-che', NARROW), []);
    }));

test('a vote that was entered by mistake is void, with a reason', () =>
    withPage(async (page) => {
        const { rows, sheet } = await ask('rank', '2020-Q4');
        const order = rows.slice(0, 2).map((r) => r.unit.unit).join(' ');
        await world.run('district', 'set', 'tie_vote', 'period=2020-Q4', 'sheet=' + sheet,
            'ordered_units=' + order, 'voted_on=2020-12-20', 'minutes_no=9/BB (mẫu)');
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, place('xep-hang', 'ADMIN/2020-Q4'), 'Xếp hạng quý IV/2020');
        await page.getByRole('button', { name: 'Hủy biểu quyết 9/BB (mẫu)' }).press('Enter');
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Hủy', exact: true }).press('Enter');
        await dialog.getByText(/lý do/i).first().waitFor();
        await dialog.getByLabel('Lý do').fill('ghi nhầm biên bản (dữ liệu mẫu)');
        assert.deepEqual(await judge(page, 'bieu-quyet-huy', NARROW), []);
        await dialog.getByRole('button', { name: 'Hủy', exact: true }).press('Enter');
        await dialog.waitFor({ state: 'detached' });
        await page.getByText('9/BB (mẫu)').waitFor({ state: 'detached' });
        assert.deepEqual(await world.sql('district', 'SELECT void_reason FROM tie_vote WHERE voided_at' +
            ' IS NOT NULL'), [['ghi nhầm biên bản (dữ liệu mẫu)']]);
    }));

test('the server is examined when asked, and no change in the file asks for it', () =>
    withPage(async (page) => {
        const asked = [];
        page.on('request', (request) => {
            if (new URL(request.url()).pathname === '/api/v1/doctor') asked.push(request.method());
        });
        await signIn(page, 'leader');
        await inside(page);
        await goTo(page, 'suc-khoe', 'Sức khỏe');
        await page.getByText('Chưa khám cả tệp dữ liệu lần nào').waitFor();
        assert.deepEqual(asked, ['GET']);
        const health = page.waitForResponse((r) => r.url().endsWith('/api/v1/health'));
        await incident(['area=1', 'category=assault', 'occurred_on=2020-05-10', 'summary=x (dữ liệu mẫu)']);
        await health; /* the change has come, and what lives by it was asked anew */
        assert.deepEqual(asked, ['GET']);
        await page.getByRole('button', { name: 'Khám lại' }).press('Enter');
        await page.getByText('Cả tệp dữ liệu khám lần cuối').waitFor();
        await page.locator('summary').press('Enter');
        await page.locator('tbody').getByText('Tệp dữ liệu', { exact: true }).waitFor();
        assert.deepEqual(await judge(page, 'suc-khoe-kham', NARROW), []);
    }));
