/* board_figures.mjs - The district's page, what is summed up: the map, lines over the periods, consolidated
 * tables, the report to the province. Its tests run in the world of board.mjs, which hands over what it
 * has, after the third quarter was published. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download, goTo, shoot, until } from './support.mjs';

export function testsOfTheFigures({ world, withPage, signIn, inside, judge, narrow }) {
    test('the map and the lines show what was published, and paper tells no small count', () =>
        withPage(async (page) => {
            await signIn(page, 'leader');
            await inside(page);
            await goTo(page, 'ban-do?period=ADMIN%2F2020-Q4', 'Bản đồ và xu hướng quý IV/2020');
            const ask = async (...args) => JSON.parse(await world().run('district', '--json', ...args));
            const told = await ask('trends', '2020-Q4');
            const rank = await ask('rank', '2020-Q4', '--published=0');
            const last = told.periods.at(-1);
            for (const row of rank.rows)
                assert.equal(last.units.find((u) => u.unit === row.unit.unit).rank, row.rank);
            assert.ok(told.periods.at(-2).units.some((u) => u.final_c !== null), 'a scored period before');
            const rows = page.getByRole('region', { name: 'Hạng' }).locator('tbody tr');
            await until(async () => await rows.count() === 17, 'seventeen communes');
            await page.locator('.map').getByText('Trường Sinh').waitFor();
            assert.deepEqual(await judge(page, 'ban-do', narrow), []);
            await shoot(page, 'huyen-ban-do', { guide: true });
            await rows.first().getByRole('link').click();
            await until(async () => await page.locator('.spark').count() === told.criteria.length,
                'a drawing of each criterion');
            assert.deepEqual(await judge(page, 'xu-huong-xa', narrow), []);
            await page.getByRole('tab', { name: 'Một tiêu chí, mọi xã' }).click();
            await until(async () => await page.locator('.spark').count() === 17, 'each commune');
            assert.deepEqual(await judge(page, 'xu-huong-tieu-chi', narrow), []);
            await shoot(page, 'huyen-xu-huong', { guide: true });
            /* By keys: another measure of a month, whose small counts stay on the screen. */
            await goTo(page, 'ban-do?period=ADMIN%2F2020-11', 'Bản đồ và xu hướng tháng 11/2020');
            await page.getByLabel('Tô màu theo').focus();
            await page.keyboard.type('vu viec tren');
            await page.keyboard.press('Enter');
            const month = (await ask('trends', '2020-11')).periods.at(-1).units;
            const rates = page.getByRole('region', { name: 'Vụ việc trên 1.000 hộ' });
            const own = rates.getByRole('row').filter({ hasText: 'Bạch Lưu' }).locator('td').nth(3);
            await until(async () => await own.innerText() === '2', 'two incidents on the screen');
            assert.equal(month.find((u) => u.unit.startsWith('08779')).incidents, 2);
            await page.emulateMedia({ media: 'print' });
            assert.equal(await own.innerText(), '<3');
            const counts = await rates.locator('tbody tr').evaluateAll((rows) =>
                rows.map((row) => row.querySelectorAll('td')[3].innerText));
            assert.ok(counts.length > 1 && !counts.some((n) => n === '1' || n === '2'), counts.join());
            await page.emulateMedia({ media: 'screen' });
            assert.deepEqual(await judge(page, 'ban-do-vu-viec', narrow), []);
            /* A truly scored period before: each commune's movement. */
            await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Xếp hạng quý IV/2020');
            await page.getByRole('columnheader', { name: 'So kỳ trước' }).waitFor();
            const course = page.getByRole('region', { name: 'Hạng qua các kỳ' });
            await course.getByRole('columnheader', { name: 'Quý III/2020' }).waitFor();
            const places = (i) => told.communes.map((c) => [c.name, told.periods.at(i).units
                .find((u) => u.unit === c.unit)?.rank ?? null]);
            for (const [i, [place, was]] of places(-2).entries()) {
                const cells = await course.getByRole('row').filter({ hasText: place }).locator('td')
                    .allInnerTexts();
                assert.deepEqual(cells.slice(0, 2), [was, places(-1)[i][1]].map((r) =>
                    r === null ? '–' : String(r)));
            }
            assert.deepEqual(await judge(page, 'xep-hang-qua-ky', narrow), []);
        }));

    test('the consolidated table stands by area and by commune, on paper without small counts', () =>
        withPage(async (page) => {
            await signIn(page, 'officer');
            await inside(page);
            await goTo(page, 'tong-hop?period=ADMIN%2F2020-Q4', 'Tổng hợp quý IV/2020');
            const told = JSON.parse(await world().run('district', '--json', 'summary', '2020-Q4'));
            const line = told.lines.find((l) => l.code === 'incidents');
            const first = page.getByRole('region', { name: 'Chung' }).locator('tbody tr').first();
            await first.getByText('Tổng số vụ việc').waitFor();
            assert.deepEqual((await first.locator('td').allInnerTexts()).slice(0, 2),
                [String(line.now), String(line.previous)]);
            assert.equal(line.now, line.communes.reduce((n, c) => n + c.now, 0));
            assert.deepEqual(await judge(page, 'tong-hop', narrow), []);
            await shoot(page, 'huyen-tong-hop', { guide: true });
            await goTo(page, 'tong-hop?period=ADMIN%2F2020-11&xem=commune', 'Tổng hợp tháng 11/2020');
            const rows = page.getByRole('region', { name: 'Tổng số vụ việc' }).locator('tbody tr');
            await until(async () => await rows.count() === 18, 'every commune and their sum');
            const own = rows.filter({ hasText: 'Bạch Lưu' }).locator('td').first();
            assert.equal(await own.innerText(), '2');
            await page.emulateMedia({ media: 'print' });
            assert.equal(await own.innerText(), '<3');
            await page.getByText('BẢNG TỔNG HỢP').waitFor();
            await page.emulateMedia({ media: 'screen' });
            assert.deepEqual(await judge(page, 'tong-hop-xa', narrow), []);
            const { path: file } = await download(page, page.getByRole('link', { name: 'Tải .xlsx' }));
            const book = await world().book(file);
            assert.deepEqual(Object.keys(book), ['Theo lĩnh vực', 'Vụ việc theo xã', 'Công tác theo xã']);
            const cells = book['Vụ việc theo xã'].find((row) => row[0] === 'Xã Bạch Lưu');
            assert.equal(cells[6], '<3');
        }));

    test('the report to the province is drafted from the facts, written, and signed by a leader alone', () =>
        withPage(async (page) => {
            await signIn(page, 'officer');
            await inside(page);
            const place = 'tong-hop?period=ADMIN%2F2020-Q4&xem=province';
            await goTo(page, place, 'Tổng hợp quý IV/2020');
            const told = JSON.parse(await world().run('district', '--json', 'summary', '2020-Q4'));
            const incidents = told.lines.find((l) => l.code === 'incidents').now;
            assert.match(await page.getByLabel('I. Tình hình', { exact: true }).inputValue(),
                new RegExp(`${incidents} vụ việc, `));
            await page.getByLabel('Số văn bản').fill('45/BC (mẫu)');
            await page.getByLabel('III. Nhận xét').fill('Phong trào đi vào nền nếp (dữ liệu mẫu).');
            assert.equal(await page.getByRole('button', { name: 'Ký báo cáo' }).count(), 0);
            /* Somebody else saves meanwhile, and the page is opened anew: what was typed is still there,
             * with his text beside it. */
            await world().run('district', 'province', '2020-Q4', '--save', '--assessment=Bản khác');
            await page.reload();
            await page.getByText('đã ghi: Bản khác').waitFor();
            assert.equal(await page.getByLabel('III. Nhận xét').inputValue(),
                'Phong trào đi vào nền nếp (dữ liệu mẫu).');
            await page.getByRole('button', { name: 'Lưu báo cáo' }).click();
            await page.getByText('officer lưu lúc').waitFor();
            assert.deepEqual(await judge(page, 'bao-cao-tinh', narrow), []);
            await page.evaluate(() => scrollTo(0, 0));
            await shoot(page, 'huyen-bao-cao-tinh', { guide: true });
            await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
            await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
            await signIn(page, 'leader');
            await inside(page);
            await goTo(page, place, 'Tổng hợp quý IV/2020');
            await page.getByRole('button', { name: 'Ký báo cáo' }).click();
            await page.getByRole('dialog').getByRole('button', { name: 'Ký báo cáo' }).click();
            await page.getByText('leader đã ký lúc').waitFor();
            assert.equal(await page.getByRole('button', { name: 'Lưu báo cáo' }).count(), 0);
            await world().run('district', 'province', '2020-Q4', '--save', '--proposals=x');
            const kept = JSON.parse(await world().run('district', '--json', 'province', '2020-Q4'));
            assert.deepEqual([kept.proposals, kept.signed_by], ['', 'leader']);
            const trail = await world().sql('district',
                "SELECT who, what, about FROM tq_audit WHERE what LIKE 'province%' ORDER BY at_ms");
            assert.deepEqual(trail.map((row) => row.slice(0, 2)),
                [['officer', 'province_report'], ['leader', 'province_sign']]);
            const { path: file } = await download(page,
                page.getByRole('link', { name: 'Tải báo cáo .xlsx' }));
            const paper = (await world().book(file))['Báo cáo'].flat();
            assert.ok(paper.includes('Số: 45/BC (mẫu)'));
            assert.ok(paper.some((text) => /leader \(đã ký lúc/.test(text ?? '')));
        }));
}
