/* board_quarter.mjs - The district's page, one whole quarter as the guide has it, with an office alive in
 * each of the seventeen communes: opened, watched, given back, verified, a tie parted by a recorded vote,
 * published by two, an appeal answered, corrected, published anew. Its tests run in the world of
 * board.mjs, after a commune's third quarter was verified and one of its cells given back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goTo, shoot, until } from './support.mjs';

const KEY = 'ADMIN/2020-Q3';
const UNIT = '08779@2004-01-01';
const SHEET = '5TQ@1';
const today = () => new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10); /* in Vietnam */

export function testsOfTheQuarter({ world, withPage, signIn, inside, judge, narrow }) {
    const district = async (...args) => JSON.parse(await world().run('district', '--json', ...args));
    const place = (screen, more = '') => `${screen}?period=${encodeURIComponent(KEY)}${more}`;

    async function asAnother(page, account) {
        await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        await signIn(page, account);
        await inside(page);
    }

    /* The same points in each criterion; `more`: what a unit has in 1.1 instead. */
    async function points(units, criteria, more = {}) {
        const lines = units.flatMap((unit) => criteria.map((code) => [unit, KEY, SHEET, `${SHEET}/${code}`,
            code === '1.1' ? more[unit] ?? 100 : 100, 1, 'chấm thử (dữ liệu mẫu)'].join(',')));
        await world().run('district', 'import', 'verified_score', await world().file('points.csv',
            'unit,period,sheet,criterion,points_c,applicable,reason\n' + lines.join('\n') + '\n'), '--yes');
    }

    /* Two communes that nothing parts, all others at other points. */
    async function tie() {
        const { rows } = await district('rank', '2020-Q3');
        const scored = rows.filter((r) => r.final_c !== null && r.unit.unit !== UNIT).map((r) => r.unit.unit);
        const criteria = (await district('assess', '2020-Q3', UNIT)).criteria.map((c) => c.code);
        await points(scored, criteria);
        const alike = (await district('rank', '2020-Q3')).rows.filter((r) => r.note.shared);
        const pair = alike.filter((r) => r.rank === alike[0]?.rank).slice(0, 2).map((r) => r.unit);
        assert.equal(pair.length, 2, 'two communes of one rank');
        await points(scored, criteria, Object.fromEntries(scored.map((unit, i) =>
            [unit, pair.some((p) => p.unit === unit) ? 200 : 10 + 3 * i]))); /* penalties go by 50 */
        return pair;
    }

    async function vote(page, pair) {
        const dialog = page.getByRole('dialog');
        const rows = page.getByRole('region', { name: 'Xếp hạng' }).first().locator('tbody tr');
        const own = (unit) => rows.filter({ hasText: unit.name });
        for (const unit of pair) await own(unit).getByText('=').waitFor();
        await page.getByRole('button', { name: `Ghi biểu quyết giữa ${pair.map((u) => u.name).join(', ')}` })
            .click();
        const [second, first] = pair; /* against the order that stood there */
        for (const [n, unit] of [[1, first], [2, first]]) {
            await dialog.getByLabel(`Xếp thứ ${n}`).fill(unit.name);
            await dialog.getByRole('option', { name: unit.name, exact: true }).click();
        }
        await dialog.getByLabel('Số biên bản').fill('5/BB (mẫu)');
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByText('Mỗi đơn vị chỉ đứng một chỗ.').waitFor();
        assert.deepEqual(await judge(page, 'bieu-quyet-ghi', narrow), []);
        await dialog.getByLabel('Xếp thứ 2').fill(second.name);
        await dialog.getByRole('option', { name: second.name, exact: true }).click();
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText(`1. ${first.name}; 2. ${second.name}`).waitFor();
        await own(first).getByText('biểu quyết').waitFor();
        const now = (await district('rank', '2020-Q3')).rows;
        const rank = (unit) => now.find((r) => r.unit.unit === unit.unit).rank;
        assert.equal(rank(second), rank(first) + 1);
        assert.deepEqual(await judge(page, 'bieu-quyet', narrow), []);
        await page.getByRole('heading', { name: 'Cùng điểm, cùng hạng' }).scrollIntoViewIfNeeded();
        await shoot(page, 'huyen-bieu-quyet', { guide: true });
    }

    /* One prepares, another signs; then it is in the file of each office. */
    async function publish(page, version) {
        await asAnother(page, 'officer');
        await goTo(page, place('xep-hang'), 'Xếp hạng quý III/2020');
        await page.getByText(/Công bố được|Chưa công bố được/).first().waitFor();
        if (await page.getByText('Chưa công bố được').count() > 0) {
            await page.getByLabel('Số quyết định công bố').fill('11/QĐ (mẫu)');
            await page.getByRole('button', { name: 'Dùng quyết định này' }).click();
        }
        await page.getByText(`Công bố được, thành lần ${version}`).waitFor();
        await page.getByRole('button', { name: 'Lập để ký' }).click();
        await page.getByText('chờ ký').waitFor();
        await asAnother(page, 'leader');
        await goTo(page, place('xep-hang'), 'Xếp hạng quý III/2020');
        await page.getByRole('button', { name: 'Ký công bố' }).click();
        const dialog = page.getByRole('dialog', { name: `Ký công bố lần ${version}` });
        await dialog.getByRole('button', { name: 'Ký công bố' }).click();
        await dialog.waitFor({ state: 'detached' });
        await arrives(version);
    }

    /* Read from each file with sqlite3: the rows, their points and places, and that nothing of the version
     * before was changed. */
    async function arrives(version) {
        const rows = 'SELECT unit, rank, final_c, grade FROM ranking_row WHERE period = ? AND version = ?' +
            ' ORDER BY unit';
        const told = await world().sql('district', rows, KEY, version);
        assert.equal(told.length, 17);
        const offices = await world().offices();
        assert.equal(offices.length, 17);
        for (const name of offices)
            await until(async () => (await world().sql(name, rows, KEY, version)).length === 17,
                `version ${version} at ${name}`);
        for (const name of offices) {
            assert.deepEqual(await world().sql(name, rows, KEY, version), told, name);
            assert.deepEqual(await world().sql(name, 'SELECT version, state FROM ranking WHERE period = ?' +
                ' ORDER BY version', KEY), version === 1 ? [[1, 'published']]
                : [[1, 'superseded'], [2, 'published']], name);
        }
    }

    test('one whole quarter from the guide, at the district and in seventeen living offices', () =>
        withPage(async (page) => {
            await world().live();
            await signIn(page, 'officer');
            await inside(page);
            /* Opened. */
            await goTo(page, 'ky?nam=2020', 'Kỳ báo cáo');
            const own = page.locator('tbody tr').filter({ hasText: 'Quý III/2020' });
            await own.getByRole('button', { name: 'Mở' }).click();
            await own.getByText('đang mở').waitFor();
            /* Watched: what was given back stands there; the office mends it and sends anew. */
            await goTo(page, place('bang-xa'), 'Bảng xã, thị trấn');
            const line = page.locator('tbody tr').filter({ hasText: 'Bạch Lưu' });
            await line.getByText('trả lại', { exact: true }).waitFor();
            await world().run('xa', 'sync');
            for (const args of [['draft', '2020-Q3', 'Đã bổ sung giờ chuyển tin (dữ liệu mẫu)'],
                ['approve', '2020-Q3'], ['submit', '2020-Q3']]) await world().run('xa', 'report', ...args);
            await world().run('xa', 'sync');
            await line.getByText('đã nhận', { exact: true }).waitFor();
            /* Verified. */
            await goTo(page, place('tham-dinh', '&xa=' + encodeURIComponent(UNIT)), 'Thẩm định');
            await page.getByRole('button', { name: 'Đã thẩm định báo cáo' }).click();
            await page.getByText('Báo cáo: đã thẩm định').waitFor();
            /* A tie, parted by a vote. */
            const pair = await tie();
            await goTo(page, place('xep-hang'), 'Xếp hạng quý III/2020');
            await vote(page, pair);
            await publish(page, 1);
            await appeal(page);
            await publish(page, 2);
            const { versions } = await district('rank', '2020-Q3', '--history');
            assert.ok(versions[0].differences.some((d) => d.name.includes('Bạch Lưu') &&
                /^final/.test(d.what)));
            await page.getByRole('link', { name: '2', exact: true }).click();
            await page.getByRole('heading', { name: 'Khác lần công bố trước' }).waitFor();
            await world().rest();
        }));

    /* The commune appeals; it is answered, and what was wrong is put right. */
    async function appeal(page) {
        await world().run('xa', 'add', 'appeal', 'period=2020-Q3', `criterion=${SHEET}/1.2`,
            'reason=Đã có sổ ký (dữ liệu mẫu)', 'asked_on=' + today(), '--yes');
        await world().run('xa', 'sync');
        await asAnother(page, 'officer');
        await goTo(page, place('tham-dinh', '&xa=' + encodeURIComponent(UNIT)), 'Thẩm định');
        await page.getByRole('tab', { name: 'Khiếu nại' }).click();
        await page.getByText('Đã có sổ ký').waitFor();
        await page.getByRole('button', { name: 'Trả lời' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Lý do').fill('Chấp nhận, chấm lại 2 điểm (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Trả lời' }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText('Chấp nhận, chấm lại').first().waitFor();
        await page.getByRole('tab', { name: 'Tiêu chí' }).click();
        await page.locator('[data-code="1.2"][data-act="change"]').focus();
        await page.keyboard.press('s');
        await dialog.getByLabel('Điểm').fill('2');
        await dialog.getByLabel('Lý do').fill('theo khiếu nại (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Lưu' }).click();
        await dialog.waitFor({ state: 'detached' });
        await world().run('xa', 'sync');
        const answers = await world().sql('xa', 'SELECT answer FROM appeal WHERE period = ?', KEY);
        assert.deepEqual(answers, [['Chấp nhận, chấm lại 2 điểm (dữ liệu mẫu)']]);
    }
}
