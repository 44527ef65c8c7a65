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
        await until(async () => await open.count() === 3, 'the three');
        await page.getByText('Còn 3 vụ việc chưa đối soát').waitFor();
        assert.match(await open.filter({ hasText: fight }).innerText(), /1\.3/);
        assert.match(await open.filter({ hasText: other }).innerText(), /không tiêu chí nào/);
        assert.deepEqual(await judge(page, 'doi-soat', NARROW), []);
        /* Nothing is confirmed without a document. */
        await page.locator(`[data-code="${fight}"][data-act="agree"]`).focus();
        await page.keyboard.press('n');
        await page.getByText('Ghi số văn bản của nguồn thứ hai trước.').waitFor();
        await page.waitForFunction(() => document.activeElement?.id === 'source');
        await page.keyboard.type('12/BC-CA (mẫu)');
        /* Another category has a reason; 3.4 counts it at once. */
        await page.locator(`[data-code="${other}"][data-act="change"]`).focus();
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
        await page.locator(`[data-code="${fight}"][data-act="agree"]`).focus();
        await page.keyboard.press('n');
        await page.getByText('Còn 1 vụ việc chưa đối soát').waitFor();
        await page.waitForFunction((code) => document.activeElement?.dataset.code === code, third);
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
