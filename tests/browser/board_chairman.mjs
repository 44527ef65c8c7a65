/* board_chairman.mjs - A sceptical chairman goes from his rank down to each fact behind it, on the
 * district's page and on his commune's own. Runs in the world of board.mjs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enter, goTo, shoot, until } from './support.mjs';

const UNIT = '08779@2004-01-01';

/* A row that was counted, as both programs name it. */
function counted(facts) {
    return facts.map((f) => [f.part, f.row.table, f.row.key, f.amount].join(' ')).sort();
}

export function testsOfTheChairman({ world, withPage, signIn, inside, judge, narrow }) {
    const district = async (...args) => JSON.parse(await world().run('district', '--json', ...args));
    const office = async (...args) => JSON.parse(await world().run('xa', '--json', ...args));

    test('a sceptical chairman goes from his rank down to each fact behind it, on both pages', async () => {
        const { criteria } = await district('assess', '2020-Q4', UNIT);
        const behind = new Map();
        for (const { code } of criteria) {
            const { facts, n, d, x, b, sum_text: sum } = await district('facts', '2020-Q4', UNIT, code);
            /* What the office counts is what the district counts. */
            const own = await office('facts', '2020-Q4', code);
            assert.deepEqual(counted(own.facts), counted(facts), code);
            assert.equal(own.sum_text, sum, code);
            behind.set(code, { facts, sum, n: n + d + x + (b ?? 0) });
        }
        /* Each that was counted from rows; of those that tell none, one that is nought and one that
         * is not, where there are such: it does not say that nothing was counted. */
        const silent = [...behind].filter(([, told]) => told.facts.length === 0);
        const counts = silent.filter(([, told]) => told.n > 0);
        const nought = silent.filter(([, told]) => told.n === 0);
        assert.ok(silent.length > 0);
        for (const [code] of [...counts.slice(1), ...nought.slice(1)]) behind.delete(code);
        assert.ok(behind.size > 10);
        await withPage((page) => atTheDistrict(page, behind));
        await withPage((page) => atTheOffice(page, behind));
    });

    /* The rows of a dialog are those that were counted; one of them tells who wrote it. */
    async function look(page, code, { facts, sum, n }, asks) {
        const dialog = page.getByRole('dialog').first();
        await dialog.getByRole('heading', { name: `Số liệu: ${code} ` }).waitFor();
        await dialog.getByText(sum).waitFor();
        if (facts.length === 0)
            await dialog.getByText(n > 0 ? 'Máy đếm số này ngay trong sổ' : 'Không có mục nào được tính.')
                .waitFor();
        const rows = dialog.locator('tbody tr');
        await until(async () => await rows.count() === facts.length, `${facts.length} rows behind ${code}`);
        if (facts.length > 0) await asks(rows.first());
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').first().waitFor({ state: 'detached' });
    }

    async function atTheDistrict(page, behind) {
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Xếp hạng quý IV/2020');
        await page.getByRole('region', { name: 'Xếp hạng' }).first().locator('tbody tr')
            .filter({ hasText: 'Bạch Lưu' }).getByRole('link').click();
        await page.getByRole('heading', { level: 1, name: 'Thẩm định' }).waitFor();
        for (const [code, told] of behind) {
            await page.locator(`[data-code="${code}"][data-act="facts"]`).click();
            await look(page, code, told, async (row) => {
                if (code !== '1.2') return;
                await row.getByRole('button').click();
                await page.getByRole('dialog', { name: 'Vì sao' }).getByText('đang dùng').first().waitFor();
                await page.keyboard.press('Escape');
            });
        }
    }

    async function atTheOffice(page, behind) {
        await enter(world(), page);
        await page.locator('main h1').waitFor();
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', /Xếp hạng quý IV\/2020/);
        await page.getByRole('tab', { name: 'Điểm của xã' }).click();
        await page.locator('.compare-line').first().waitFor();
        for (const [code, told] of behind) {
            await page.getByRole('button', { name: `Xem số liệu ${code} ` }).click();
            await look(page, code, told, async (row) => {
                if (code !== '1.2') return;
                assert.match(await row.innerText(), /Hoạt động .*Loại: Tuần tra/s);
                assert.deepEqual(await judge(page, 'xa-so-lieu', narrow), []);
                await shoot(page, 'xa-so-lieu-cua-diem');
                await row.getByRole('button', { name: 'Ai ghi' }).click();
                await page.getByRole('dialog', { name: 'Mục này đã ghi ra sao' }).locator('tbody tr')
                    .filter({ hasText: 'gửi trong gói' }).first().waitFor();
                await shoot(page, 'xep-hang-dong');
                await page.keyboard.press('Escape');
            });
        }
    }
}
