/* board_border.mjs - Giáp ranh on the district's page, in the world of board.mjs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { goTo, shoot } from './support.mjs';

/* The civil day of Việt Nam, so many days ago. */
const ago = (n) => new Date(Date.now() - n * 86400000 + 7 * 3600000).toISOString().slice(0, 10);

/* Two neighbouring ports that nobody has at the moment. */
async function freePort() {
    const servers = [];
    const listen = (port) => new Promise((done, failed) => {
        const server = createServer().once('error', failed);
        servers.push(server);
        server.listen(port, '127.0.0.1', () => done(server.address().port));
    });
    try {
        for (let tries = 0; ; tries++) {
            const port = await listen(0);
            const next = await listen(port + 1).catch((e) => tries < 20 ? null : Promise.reject(e));
            if (next !== null) return port;
        }
    } finally {
        for (const server of servers) server.close();
    }
}

export function testsOfTheBorder({ world, withPage, signIn, inside, judge, narrow }) {
    /* The standing unit of a year: entered, sent, signed by both. */
    async function handOver(page) {
        const dialog = page.getByRole('dialog');
        const year = ago(0).slice(0, 4);
        await page.getByRole('tab', { name: 'Bàn giao' }).click();
        await page.getByText('Chưa ghi lần bàn giao nào.').waitFor();
        await page.getByRole('button', { name: 'Ghi bàn giao' }).click();
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByText('Cần điền').first().waitFor();
        for (const [cell, text, name] of [['Xã', 'bach luu', /Bạch Lưu/],
            ['Bên bạn', 'truong sinh', /Trường Sinh/]]) {
            await dialog.getByRole('combobox', { name: cell }).fill(text);
            await dialog.getByRole('option', { name }).waitFor(); /* the units are read when it opens */
            await page.keyboard.press('Enter');
            await dialog.getByRole('option', { name }).waitFor({ state: 'detached' });
        }
        await dialog.getByLabel('Đơn vị thường trực').fill('Công an xã Trường Sinh (mẫu)');
        assert.deepEqual(await judge(page, 'giap-ranh-ghi-ban-giao', narrow), []);
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        const name = `bàn giao năm ${year}, Trường Sinh`;
        await page.getByRole('button', { name: `Sửa ${name}` }).click();
        /* No minutes yet, so nothing to sign. */
        assert.equal(await page.getByRole('button', { name: `Ta đã ký ${name}` }).count(), 0);
        await dialog.getByLabel('Ngày bàn giao').fill(ago(5).split('-').reverse().join('/'));
        await dialog.getByLabel('Số biên bản').fill('2/BB');
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: `Gửi ${name}` }).click();
        await page.getByRole('button', { name: `Sửa ${name}` }).waitFor({ state: 'detached' });
        for (const [who, label, days] of [['Ta đã ký', 'Bên ta ký ngày', 4],
            ['Bên bạn đã ký', 'Bên bạn ký ngày', 3]]) {
            await page.getByRole('button', { name: `${who} ${name}` }).click();
            await dialog.getByLabel(label).fill(ago(days).split('-').reverse().join('/'));
            await dialog.getByRole('button', { name: 'Ghi ngày ký' }).click();
            await page.getByRole('button', { name: `${who} ${name}` }).waitFor({ state: 'detached' });
            if (days === 4) {
                assert.deepEqual(await judge(page, 'giap-ranh-ban-giao', narrow), []);
                await shoot(page, 'huyen-giap-ranh-ban-giao', { guide: true });
            }
        }
        assert.deepEqual(await world().sql('district', 'SELECT unit, partner_unit, year, standing, handed_on,'
            + ' minutes_no, signed_on, partner_signed_on, state FROM border_handover'), [['08779@2004-01-01',
            '02632@2004-01-01', Number(year), 'Công an xã Trường Sinh (mẫu)', ago(5), '2/BB', ago(4), ago(3),
            'sent']]);
    }

    /* Of the communes only those of the agreement; and a hand-over entered by mistake is voided. */
    async function handOverByMistake(page) {
        const dialog = page.getByRole('dialog');
        await page.getByRole('tab', { name: 'Bàn giao' }).click();
        await page.getByRole('button', { name: 'Ghi bàn giao' }).click();
        await dialog.getByText('Chỉ những xã có trong quy chế.').waitFor();
        for (const [cell, name] of [['Xã', 'Bạch Lưu'], ['Bên bạn', 'Trường Sinh']]) {
            const combo = dialog.getByRole('combobox', { name: cell });
            await combo.fill('');
            await combo.press('ArrowDown');
            await dialog.getByRole('option', { name }).waitFor();
            assert.deepEqual((await dialog.getByRole('option').allInnerTexts()).filter((o) => !o.includes(name)), []);
            await combo.fill(name);
            await dialog.getByRole('option', { name }).waitFor();
            await page.keyboard.press('Enter');
            await dialog.getByRole('option', { name }).waitFor({ state: 'detached' });
        }
        const year = String(Number(ago(0).slice(0, 4)) - 1);
        await dialog.getByLabel('Năm').fill(year);
        await dialog.getByLabel('Đơn vị thường trực').fill('ghi nhầm (mẫu)');
        await shoot(page, 'huyen-giap-ranh-ban-giao-xa', {});
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        const name = `Hủy bàn giao năm ${year}, Trường Sinh`;
        await page.getByRole('button', { name }).click();
        await dialog.getByRole('button', { name: 'Hủy', exact: true }).click();
        await dialog.getByText('Cần ghi lý do.').waitFor();
        await dialog.getByLabel('Lý do').fill('ghi nhầm năm (mẫu)');
        assert.deepEqual(await judge(page, 'giap-ranh-huy-ban-giao', narrow), []);
        await dialog.getByRole('button', { name: 'Hủy', exact: true }).click();
        await page.getByRole('button', { name }).waitFor({ state: 'detached' });
        assert.deepEqual(await world().sql('district', 'SELECT void_reason, voided_at > 0 FROM border_handover'
            + ' WHERE year = ' + year), [['ghi nhầm năm (mẫu)', 1]]);
        await page.getByRole('tab', { name: 'Huyện bạn' }).click();
    }

    test('a neighbour is invited, agreed with by a leader who looks twice, heard, and left', () =>
        withPage(async (page) => {
            const ask = async (...args) => JSON.parse(await world().run('district', '--json', ...args));
            await world().run('district', 'liaison', 'invite', 'Sơn Dương', `--port=${await freePort()}`);
            const units = await world().file('units.csv', 'unit,code,valid_from,level,type,name,parent\n' +
                '076@2004-01-01,076,2004-01-01,2,district,Sơn Dương,\n' +
                '02632@2004-01-01,02632,2004-01-01,3,commune,Trường Sinh,076@2004-01-01\n');
            await world().run('district', 'import', 'unit', units);
            await world().run('xa', 'sync');
            await world().run('xa', 'add', 'border_notice', 'partner_unit=02632@2004-01-01',
                'category=theft',
                'label=TB-1', `issued_on=${ago(12)}`, `reply_due=${ago(2)}`, 'state=sent',
                'body=Theo dõi xe tải (dữ liệu mẫu)', '--yes');
            await world().run('xa', 'sync');
            await signIn(page, 'officer');
            await inside(page);
            await goTo(page, 'giap-ranh', 'Giáp ranh');
            const late = page.locator('tbody tr').filter({ hasText: 'TB-1' });
            await late.locator('.mark.bad').waitFor();
            /* The navigation counts what is late, as the screen does. */
            const counted = page.locator('.nav a', { hasText: 'Giáp ranh' }).locator('.count');
            await counted.waitFor();
            assert.match((await counted.textContent()) ?? '', /^\d+ việc quá hạn$/);
            await shoot(page, 'huyen-dieu-huong-giap-ranh', {});
            assert.deepEqual(await judge(page, 'giap-ranh', narrow), []);
            /* The neighbour signed on paper. */
            await world().run('xa', 'add', 'border_meeting', 'partner_unit=02632@2004-01-01',
                'label=GB-1', `held_on=${ago(3)}`, 'minutes_no=7/BB', `signed_on=${ago(3)}`,
                'state=sent', '--yes');
            await world().run('xa', 'sync');
            await page.getByRole('button', { name: 'Bên bạn đã ký: Giao ban giáp ranh GB-1' }).click();
            const signed = page.getByRole('dialog');
            await signed.getByRole('button', { name: 'Ghi ngày ký' }).click();
            await signed.getByText('Ghi ngày ký.').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-ky', narrow), []);
            await signed.getByLabel('Bên bạn ký ngày').fill(ago(2).split('-').reverse().join('/'));
            await signed.getByRole('button', { name: 'Ghi ngày ký' }).click();
            await signed.waitFor({ state: 'detached' });
            await page.locator('tbody tr').filter({ hasText: 'GB-1' }).waitFor({ state: 'detached' });
            assert.deepEqual(await world().sql('district', "SELECT partner_signed_on FROM"
                + " border_meeting WHERE label = 'GB-1'"), [[ago(2)]]);
            /* Statistics of the neighbour's: seen. */
            await world().run('district', 'set', 'border_statistics', 'unit=08779@2004-01-01',
                'partner_unit=02632@2004-01-01', 'direction=in', 'label=TK-1', 'period=2020-H1',
                'figures=Tổng: 7 (dữ liệu mẫu)', `issued_on=${ago(3)}`, 'state=sent');
            await page.reload();
            await page.getByRole('button', { name: /^Báo đã nhận: .*TK-1/ }).click();
            await page.locator('tbody tr').filter({ hasText: 'TK-1' }).waitFor({ state: 'detached' });
            assert.deepEqual(await world().sql('district',
                "SELECT state FROM border_statistics WHERE label = 'TK-1'"), [['acknowledged']]);
            await handOver(page);
            await page.getByRole('tab', { name: 'Bản đồ' }).click();
            await page.getByRole('img', { name: /Trường Sinh: 1 việc đến hạn/ }).waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-ban-do', narrow), []);
            await page.getByRole('tab', { name: 'Huyện bạn' }).click();
            const card = page.locator('.card').filter({ hasText: 'Sơn Dương' });
            await card.getByText('chưa có quy chế').waitFor();
            await card.getByRole('button', { name: 'Mời huyện bạn' }).click();
            const dialog = page.getByRole('dialog');
            await dialog.getByRole('button', { name: 'Làm giấy mời' }).click();
            await dialog.getByRole('img').waitFor();
            assert.match(await dialog.getByLabel('Giấy mời', { exact: true }).inputValue(), /^TQ/);
            assert.deepEqual(await judge(page, 'giap-ranh-moi', narrow), []);
            await dialog.getByRole('button', { name: 'Đã gửi, đóng' }).click();
            await card.getByRole('button', { name: 'Nhận lời mời' }).click();
            await dialog.getByLabel('Giấy mời của huyện bạn').fill('TQ1-khong-phai');
            await dialog.getByRole('button', { name: 'Nối' }).click();
            await dialog.getByRole('alert').waitFor();
            await page.keyboard.press('Escape');
            /* An officer neither agrees nor ends. */
            assert.equal(await card.getByRole('button', { name: 'Nhập quy chế' }).count(), 0);
            await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
            await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
            await signIn(page, 'leader');
            await inside(page);
            await goTo(page, 'giap-ranh?xem=links', 'Giáp ranh');
            await card.getByRole('button', { name: 'Nhập quy chế' }).click();
            await dialog.getByRole('button', { name: 'Hoặc soạn mới' }).click();
            for (const [label, text] of [['Số quy chế', '05/QCPH (mẫu)'], ['Ngày ký', '1/10/2020'],
                ['Có hiệu lực từ', '1/10/2020'], ['Đến hết ngày', '31/12/2099'],
                ['Người ký bên ta (chức vụ)', 'Chủ tịch UBND huyện'], ['Người ký bên bạn (chức vụ)', 'Phó Chủ tịch']])
                await dialog.getByLabel(label, { exact: true }).fill(text);
            await dialog.getByRole('button', { name: 'Xem lại trước khi nhập' }).click();
            await dialog.getByRole('alert').getByText('điền hết').waitFor();
            for (const name of ['Xã Bạch Lưu', /Trường Sinh/, 'Trộm cắp'])
                await dialog.getByLabel(name).check();
            assert.deepEqual(await judge(page, 'giap-ranh-soan', narrow), []);
            await dialog.getByRole('button', { name: 'Xem lại trước khi nhập' }).click();
            await dialog.getByText('Mã băm, hai huyện phải giống nhau').waitFor();
            await dialog.getByText('; người ký: Phó Chủ tịch').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-quy-che', narrow), []);
            await shoot(page, 'huyen-giap-ranh-quy-che', { guide: true });
            assert.equal((await ask('liaison', 'list')).links[0].agreement ?? '', '');
            await dialog.getByRole('button', { name: 'Nhập quy chế này' }).click();
            await dialog.waitFor({ state: 'detached' });
            const told = await ask('liaison', 'show', 'Sơn Dương');
            assert.deepEqual([told.signer_a, told.signer_b], ['Chủ tịch UBND huyện', 'Phó Chủ tịch']);
            assert.deepEqual([told.number, told.side, told.communes_b, told.articles.length],
                ['05/QCPH (mẫu)', 'a', [{ unit: '02632@2004-01-01', name: 'Trường Sinh' }], 10]);
            /* Laid out for a neighbour that has not joined yet, and so told. */
            await card.getByRole('button', { name: 'Liên lạc ngay' }).click();
            await page.getByText('Đã để sẵn cho huyện bạn đến lấy').first().waitFor();
            await card.getByText('3 dòng').first().waitFor();
            await shoot(page, 'huyen-giap-ranh', { guide: true });
            assert.deepEqual(await judge(page, 'giap-ranh-huyen-ban', narrow), []);
            await card.getByRole('button', { name: 'Thống kê' }).click();
            await dialog.getByRole('button', { name: 'Soạn' }).click();
            await dialog.getByText('Đã soạn 1 dòng').waitFor();
            await dialog.getByText('Trộm cắp: 0; Tổng: 0').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-thong-ke', narrow), []);
            await dialog.getByRole('button', { name: 'Gửi' }).click();
            await dialog.getByText('Đã gửi 1 dòng').waitFor();
            await dialog.getByRole('button', { name: 'Đóng' }).last().click();
            await handOverByMistake(page);
            /* By bundle, to be read without our programs; our own is nobody's whom we know. */
            const readable = await world().file('doc-duoc.txt', told.text + 'bundles = readable\n');
            await world().run('district', 'liaison', 'agree', 'Sơn Dương', readable, '--side=a');
            await page.reload();
            await card.getByRole('button', { name: 'Lập gói' }).click();
            await dialog.getByRole('button', { name: 'Lập gói' }).click();
            await dialog.getByText('Mã trên bìa').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-goi', narrow), []);
            const saving = page.waitForEvent('download');
            await dialog.getByRole('link', { name: 'Tải gói' }).click();
            const bundle = await (await saving).path();
            assert.equal(readFileSync(bundle).subarray(0, 4).toString(), 'TQP1');
            await dialog.getByRole('button', { name: 'Đóng' }).last().click();
            await page.getByRole('button', { name: 'Mở gói' }).click();
            await dialog.getByRole('button', { name: 'Nhập gói' }).click();
            await dialog.getByText('Chọn tệp.').waitFor();
            await dialog.getByLabel('Tệp huyện bạn gửi').setInputFiles({ name: 'goi-gui-son-duong.tqp',
                mimeType: 'application/octet-stream', buffer: readFileSync(bundle) });
            await dialog.getByText('Gói của chính ta').waitFor();
            await dialog.getByText('TB-1').first().waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-mo-goi', narrow), []);
            await shoot(page, 'huyen-giap-ranh-mo-goi', { guide: true });
            await dialog.getByRole('button', { name: 'Nhập gói' }).click();
            await dialog.getByText('Chữ ký không đúng').waitFor();
            await page.keyboard.press('Escape');
            await page.getByRole('tab', { name: 'Sổ chuyển' }).click();
            const line = page.locator('tbody tr').filter({ hasText: 'TB-1' });
            await line.getByText('05/QCPH (mẫu), điều 3').waitFor();
            await line.getByText('đã để sẵn').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-so', narrow), []);
            await shoot(page, 'huyen-giap-ranh-so', { guide: true });
            await page.getByLabel('Chỉ những gì không được qua').check();
            await line.waitFor({ state: 'detached' });
            await page.getByRole('tab', { name: 'Huyện bạn' }).click();
            await card.getByRole('button', { name: 'Chấm dứt' }).click();
            await dialog.getByRole('button', { name: 'Xem lại' }).click();
            await dialog.getByText('Cần ghi lý do.').waitFor();
            await dialog.getByLabel('Lý do').fill('hết nhiệm kỳ (dữ liệu mẫu)');
            await dialog.getByRole('button', { name: 'Xem lại' }).click();
            await dialog.getByText('ngay bây giờ?').waitFor();
            assert.deepEqual(await judge(page, 'giap-ranh-cham-dut', narrow), []);
            await dialog.getByRole('button', { name: 'Chấm dứt', exact: true }).click();
            await card.getByText('đã chấm dứt').first().waitFor();
            const trail = await world().sql('district',
                "SELECT who, about, detail FROM tq_audit WHERE what = 'liaison ended'");
            assert.deepEqual(trail, [['leader', 'Sơn Dương', '127.0.0.1 hết nhiệm kỳ (dữ liệu mẫu)']]);
        }));
}
