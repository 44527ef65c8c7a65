/* board_year.mjs - The district's page, what a year brings: models, registration, recognition, awards.
 * Its tests run in the world of board.mjs, which hands over what it has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goTo, shoot, until } from './support.mjs';

const UNIT = '08779@2004-01-01';

export function testsOfTheYear({ world, withPage, signIn, inside, judge, narrow }) {
    const district = async (...args) => JSON.parse(await world().run('district', '--json', ...args));

    test('the movement: how far each model is, registration, the two tests, awards on paper', () =>
        withPage(async (page) => {
            await signIn(page, 'officer');
            await inside(page);
            await goTo(page, 'phong-trao?nam=2020', 'Phong trào');
            const told = await district('movement', '2020');
            const rows = page.locator('tbody tr');
            await until(async () => await rows.count() === 17, 'every commune');
            const steps = page.locator('.totals > div');
            await steps.filter({ hasText: 'Ra mắt' }).getByText(`${told.totals.launched}/17`).waitFor();
            assert.ok(told.totals.launched > 0 && told.totals.launched < 17);
            assert.deepEqual(await judge(page, 'phong-trao', narrow), []);
            await shoot(page, 'huyen-phong-trao', { guide: true });
            await page.getByRole('tab', { name: 'Mô hình' }).click();
            await until(async () => await rows.count() === told.models.length, 'every model');
            await page.getByLabel('Đơn vị').fill('bach luu');
            await page.getByRole('option', { name: 'Xã Bạch Lưu' }).click();
            await until(async () => await rows.count() === 1, 'the model of one commune');
            await rows.first().getByText('53/BC-BL').waitFor();
            assert.deepEqual(await judge(page, 'phong-trao-mo-hinh', narrow), []);
            await page.getByRole('tab', { name: 'Đăng ký' }).click();
            const dialog = page.getByRole('dialog');
            const own = rows.filter({ hasText: 'Bạch Lưu' });
            await own.getByRole('button', { name: 'Xác nhận' }).click();
            await dialog.getByLabel('Ngày huyện xác nhận').fill('20/11/2020');
            await dialog.getByRole('button', { name: 'Xác nhận' }).click();
            await own.locator('.mark.ok').getByText('20/11/2020').waitFor();
            assert.deepEqual(await judge(page, 'phong-trao-dang-ky', narrow), []);
            await recognise(page, rows, dialog);
            await praise(page, rows, dialog);
        }));

    /* Four of five villages pass the test, three do not; the district's word lifts the cap. */
    async function recognise(page, rows, dialog) {
        await page.getByRole('tab', { name: 'Công nhận' }).click();
        const own = rows.filter({ hasText: 'Bạch Lưu' });
        await own.getByText('xã chưa đăng ký').waitFor();
        await world().run('xa', 'add', 'recognition', 'year=2020', 'registered_on=2020-01-20',
            'villages_total=5', 'villages_registered=5', 'villages_recognised=3', '--yes');
        await world().run('xa', 'sync');
        await own.locator('.mark.bad').getByText('3/5').waitFor();
        await own.locator('.mark.ok').getByText('5/5').waitFor();
        await world().run('xa', 'edit', 'recognition', `${UNIT};2020`, 'villages_recognised=4');
        await world().run('xa', 'sync');
        await own.locator('.mark.ok').getByText('4/5').waitFor();
        await own.getByRole('button', { name: 'Các thôn của' }).click();
        await until(async () => await dialog.locator('tbody tr').count() === 5, 'five villages');
        assert.deepEqual(await judge(page, 'phong-trao-thon', narrow), []);
        await page.keyboard.press('Escape');
        const short = async () => (await district('facts', 'COMMUNE/2020', UNIT, 'D3')).n;
        assert.equal(await short(), 1);
        await own.getByRole('button', { name: 'Quyết công nhận' }).click();
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByRole('alert').getByText('cần kết quả, số và ngày').waitFor();
        await dialog.getByLabel('Số quyết định').fill('77/QĐ (mẫu)');
        await dialog.getByLabel('Ngày quyết định').fill('10/12/2020');
        assert.deepEqual(await judge(page, 'phong-trao-quyet', narrow), []);
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await own.getByText('77/QĐ (mẫu), 10/12/2020').waitFor();
        assert.equal(await short(), 0);
        assert.deepEqual(await judge(page, 'phong-trao-cong-nhan', narrow), []);
        assert.equal((await district('movement', '2020')).totals.reviewed, 1);
    }

    async function praise(page, rows, dialog) {
        await page.getByRole('tab', { name: 'Khen thưởng' }).click();
        await page.getByRole('button', { name: 'Thêm khen thưởng' }).click();
        await dialog.getByLabel('Hình thức').fill('Giấy khen');
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByRole('alert').getByText('Cần đơn vị hoặc chức vụ').waitFor();
        /* What was typed and is no choice is not left out in silence. */
        await dialog.getByLabel('Đơn vị được khen').fill('xa khac huyen');
        await dialog.getByLabel('Chức vụ được khen').fill('Trưởng ban (mẫu)');
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByText('Không có “xa khac huyen”').waitFor();
        assert.equal((await district('list', 'award')).total, 0);
        await dialog.getByLabel('Chức vụ được khen').fill('');
        await dialog.getByLabel('Đơn vị được khen').fill('bach luu');
        await dialog.getByRole('option', { name: 'Xã Bạch Lưu' }).click();
        await dialog.getByLabel('Số quyết định').fill('78/QĐ (mẫu)');
        await dialog.getByLabel('Ngày quyết định').fill('15/12/2020');
        assert.deepEqual(await judge(page, 'phong-trao-khen-them', narrow), []);
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await rows.filter({ hasText: 'Xã Bạch Lưu' }).getByText('78/QĐ (mẫu), 15/12/2020').waitFor();
        assert.deepEqual(await judge(page, 'phong-trao-khen', narrow), []);
        await page.emulateMedia({ media: 'print' });
        await page.getByText('DANH SÁCH TẬP THỂ').waitFor();
        assert.equal(await page.getByRole('button', { name: 'In danh sách' }).isVisible(), false);
        await page.emulateMedia({ media: 'screen' });
        await world().run('xa', 'sync');
        assert.deepEqual(await world().sql('xa', 'SELECT form, decision_no FROM award'),
            [['Giấy khen', '78/QĐ (mẫu)']]);
    }

    test('the server is well or says what to do: syncs by day, how they ended, file, backup', () =>
        withPage(async (page) => {
            await signIn(page, 'officer');
            await inside(page);
            assert.equal(await page.getByRole('link', { name: 'Sức khỏe' }).count(), 0);
            await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
            await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
            await signIn(page, 'leader');
            await inside(page);
            await goTo(page, 'suc-khoe', 'Sức khỏe');
            const alarms = page.getByRole('region', { name: 'Cần xem' }).locator('tbody tr');
            const backup = alarms.filter({ hasText: 'Bản sao lưu đã thử' });
            await backup.getByText('rồi thử khôi phục').waitFor();
            const told = await district('health');
            const days = page.getByRole('region', { name: 'đồng bộ, 30 ngày' }).locator('tbody tr');
            await until(async () => await days.count() === told.days.length, 'each day');
            assert.ok(told.days[0].bytes_in > 0 && told.days[0].round_trips >= told.days[0].sessions);
            assert.ok(told.turns > 0);
            await page.getByRole('region', { name: 'Kết thúc ra sao' }).getByText('trọn vẹn').waitFor();
            assert.deepEqual(await judge(page, 'suc-khoe', narrow), []);
            await page.evaluate(() => scrollTo(0, 0));
            await shoot(page, 'huyen-suc-khoe', { guide: true });
            await world().run('district', 'backup', world().root + '/ban-sao.db');
            await page.getByRole('button', { name: 'Khám lại' }).click();
            await backup.waitFor({ state: 'detached' });
        }));

    test('what all goes by: a sheet is copied and published, a unit renamed, two merged', () =>
        withPage(async (page) => {
            await signIn(page, 'leader');
            await inside(page);
            const rows = page.locator('tbody tr');
            const dialog = page.getByRole('dialog');
            const press = async (name) => dialog.getByRole('button', { name, exact: true }).click();
            await goTo(page, 'danh-muc?xem=sheets&bang=5TQ%401', 'Danh mục');
            assert.equal(await page.getByRole('button', { name: 'Ban hành' }).count(), 0);
            assert.equal(await page.getByRole('button', { name: 'Sửa tiêu chí' }).count(), 0);
            await page.getByRole('button', { name: 'Chép thành bản nháp' }).click();
            await dialog.getByLabel('Mã của bản nháp').fill('5TQ@2');
            await press('Chép thành bản nháp');
            await dialog.waitFor({ state: 'detached' });
            await goTo(page, 'danh-muc?xem=sheets&bang=5TQ%402&so=5TQ%401');
            await page.getByText('Hai bảng giống nhau.').waitFor();
            await page.getByRole('button', { name: 'Sửa tiêu chí 1.4' }).click();
            await dialog.getByLabel('Tên').fill('Tin báo chuyển ngay (mẫu)');
            assert.deepEqual(await judge(page, 'danh-muc-tieu-chi', narrow), []);
            /* Another writes the same cell meanwhile: both texts are shown, nothing is lost. */
            await world().run('district', 'set', 'criterion', '--row=5TQ@2/1.4', 'name=Tin khác (mẫu)');
            await press('Ghi');
            await dialog.getByText('Người khác vừa ghi: Tin khác (mẫu).').waitFor();
            assert.equal(await dialog.getByLabel('Tên').inputValue(), 'Tin báo chuyển ngay (mẫu)');
            assert.deepEqual(await judge(page, 'danh-muc-cung-sua', narrow), []);
            await press('Ghi');
            await page.getByRole('heading', { name: 'Bảng 5TQ@2 khác bảng 5TQ@1' }).waitFor();
            await page.getByRole('region', { name: 'khác bảng' }).getByText('chuyển ngay').waitFor();
            assert.deepEqual(await judge(page, 'danh-muc-bang-diem', narrow), []);
            await page.getByRole('button', { name: 'Ban hành' }).click();
            await press('Ban hành');
            await page.locator('.tab-head .mark.ok').waitFor();
            assert.equal(await page.getByRole('button', { name: 'Sửa tiêu chí' }).count(), 0);
            await page.getByRole('tab', { name: 'Số cùng kỳ' }).click();
            await page.getByRole('button', { name: 'Ghi số cùng kỳ' }).click();
            await dialog.getByLabel('Đơn vị').fill('bach luu');
            await dialog.getByRole('option', { name: 'Xã Bạch Lưu' }).click();
            await dialog.getByLabel('Tiêu chí').fill('4.3');
            await dialog.getByRole('option').first().click();
            await dialog.getByLabel('Số cùng kỳ').fill('7');
            await press('Ghi');
            await dialog.getByText('Cần điền ô này.').waitFor();
            await dialog.getByLabel('Số văn bản').fill('9/BC (mẫu)');
            await press('Ghi');
            await rows.filter({ hasText: 'Bạch Lưu' }).getByText('9/BC (mẫu)').waitFor();
            for (const part of ['Chỉ tiêu', 'Khống chế']) {
                await page.getByRole('tab', { name: part }).click();
                assert.deepEqual(await judge(page, 'danh-muc-' + part.slice(0, 2), narrow), []);
            }
            await units(page, rows, dialog, press);
        }));

    async function units(page, rows, dialog, press) {
        await page.getByRole('tab', { name: 'Đơn vị' }).click();
        await until(async () => await rows.count() === 17, 'every commune');
        assert.deepEqual(await judge(page, 'danh-muc', narrow), []);
        await shoot(page, 'huyen-danh-muc', { guide: true });
        await page.getByRole('button', { name: 'Đổi tên Xã Quang Yên' }).click();
        assert.equal(await dialog.locator('#form-name').inputValue(), 'Quang Yên');
        await dialog.getByLabel('Tên đầy đủ').fill('Xã Quang Yên Mới');
        await press('Ghi');
        await rows.getByText('Xã Quang Yên Mới').waitFor();
        assert.deepEqual((await district('units')).units.filter((u) => u.name === 'Xã Quang Yên Mới')
            .map((u) => u.short), ['Quang Yên']);
        await page.getByRole('button', { name: 'Nhập đơn vị' }).click();
        await dialog.getByLabel('Xã Đôn Nhân').check();
        await press('Ghi');
        await dialog.getByText('Cần điền ô này.').first().waitFor();
        await dialog.getByLabel('Xã Phương Khoan').check();
        for (const [label, text] of [['Mã của đơn vị mới', '08806'], ['Tên của đơn vị mới', 'Hợp Nhất'],
            ['Tên đầy đủ của đơn vị mới', 'Xã Hợp Nhất'], ['Từ ngày', '01/07/2025'],
            ['Số nghị quyết', '01/NQ (mẫu)']])
            await dialog.getByLabel(label, { exact: false }).fill(text);
        assert.deepEqual(await judge(page, 'danh-muc-nhap', narrow), []);
        await press('Ghi');
        await rows.getByText('Xã Hợp Nhất').waitFor();
        await rows.getByRole('link', { name: 'Xã Hợp Nhất' }).click();
        await until(async () => await rows.count() === 12, 'the villages of both');
        assert.deepEqual(await judge(page, 'danh-muc-thon', narrow), []);
        /* Two of the five villages leave, ticked by name. */
        await page.getByRole('tab', { name: 'Đơn vị' }).click();
        await page.getByRole('button', { name: 'Tách thôn' }).click();
        await dialog.getByLabel('Đơn vị có thôn chuyển đi').fill('bach luu');
        await dialog.getByRole('option', { name: 'Xã Bạch Lưu' }).click();
        for (const n of [0, 1]) await dialog.getByRole('checkbox').nth(n).check();
        for (const [label, text] of [['Mã của đơn vị mới', '08770'], ['Tên của đơn vị mới', 'Mẫu'],
            ['Tên đầy đủ của đơn vị mới', 'Xã Mẫu'], ['Từ ngày', '01/07/2025'],
            ['Số nghị quyết', '02/NQ (mẫu)']]) await dialog.getByLabel(label, { exact: false }).fill(text);
        assert.deepEqual(await judge(page, 'danh-muc-tach', narrow), []);
        await press('Ghi');
        await rows.getByText('Xã Mẫu').waitFor();
        assert.deepEqual((await district('units')).units.filter((u) => u.name === 'Xã Mẫu')
            .map((u) => u.villages), [2]);
        const kept = await world().sql('district', 'SELECT valid_to, state FROM unit WHERE unit IN' +
            " ('08806@2004-01-01', '08809@2004-01-01')");
        assert.deepEqual(kept, [['2025-06-30', 'merged'], ['2025-06-30', 'merged']]);
        assert.equal((await district('board', '2020-Q4')).rows.length, 17);
    }
}
