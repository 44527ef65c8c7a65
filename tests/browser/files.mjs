/* files.mjs - Files as offices have them, through the page: what is wrong with one is said, what is in
 * doubt is asked, what came in is taken back.
 *
 *   node tests/browser/files.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR] */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { axe, download, enter, goTo, openBrowser, openWorld, settings, shoot } from './support.mjs';

const MONTH = 'so-lieu?period=' + encodeURIComponent('ADMIN/2020-08');
const HEAD = ['Thôn', 'Mã thôn', 'Số hộ đăng ký, ký cam kết', 'Số người tái phạm'];
const sheet = (...rows) => ({ 'Số liệu': [['SỐ LIỆU THÔN'], ['Kỳ', '2020-08'], [], HEAD, ...rows] });

let world;
let tab;
let page;
let dialog;

before(async () => {
    world = await openWorld();
    tab = await openBrowser();
    page = tab.page;
    await enter(world, page);
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
});

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

async function choose(file) {
    await goTo(page, MONTH, 'Số liệu thôn');
    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    dialog = page.getByRole('dialog');
    await dialog.locator('#import-file').setInputFiles(file);
}

async function close() {
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
}

const written = () => world.sql('xa', "SELECT count(*) FROM village_return WHERE voided_at IS NULL"
    + " AND value IS NOT NULL AND period = 'ADMIN/2020-08'");

/* What is said of a file that cannot be taken; nothing is written, and nothing can be. */
async function refused(file, ...said) {
    const had = await written();
    await choose(file);
    for (const text of said) await dialog.getByText(text).first().waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Nhập', exact: true }).isDisabled(), true);
    assert.deepEqual(await written(), had);
}

test('a file of 60 MB is told so before it is sent', async () => {
    const big = path.join(settings.out, 'lon.xlsx');
    fs.writeFileSync(big, Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60 << 20)]));
    await refused(big, 'lớn hơn 20 MB');
    fs.unlinkSync(big);
    assert.equal(await page.locator('.lost').count(), 0);
    await close();
});

test('a password, an old kind under a new name: each by its own sentence', async () => {
    await refused(await world.workbook('khoa.xlsx', 'locked'), /có mật khẩu/);
    await close();
    await refused(await world.workbook('cu.xlsx', 'old'), /kiểu cũ \(\.xls\)/);
    await close();
});

test('merged cells, formulas, numbers with dots: named by cell', async () => {
    await refused(await world.workbook('so.xlsx', sheet(
        ['Thôn Anh Dũng', '', '1.000', 0], ['Thôn 1', '', '1,000', 0])), /không viết dấu chấm/, 'C5', 'C6');
    await shoot(page, 'nhap-tep-sai', { guide: true });
    assert.deepEqual(await axe(page), []);
    await close();
    await refused(await world.workbook('gop.xlsx', sheet(['Thôn Anh Dũng', '', 5, '']),
        { merged: ['C5:D5'] }), /ô gộp/, 'D5');
    await close();
    await refused(await world.workbook('congthuc.xlsx', sheet(
        ['Thôn Anh Dũng', '', { raw: '<c r="PLACE"><f>A1*2</f></c>' }, 0])),
    /công thức chưa có kết quả/);
    await close();
    await refused(await world.workbook('ten.xlsx', sheet(['Thôn Anh Dúngg', '', 5, 0])),
        /có phải là "Thôn Anh Dũng" không\?/);
    await close();
});

test('"Thon Anh Dung" is offered, taken when somebody says so, and taken back days later', async () => {
    await choose(await world.workbook('thang8.xlsx', sheet(['Thon Anh Dung', '', 95, 2])));
    await dialog.getByText('được hiểu là "Thôn Anh Dũng"').first().waitFor();
    /* Each new figure, in words: not only the last of its line, and no key of the program's. */
    const table = dialog.getByRole('table', { name: 'Dòng mới' });
    await table.getByText('Thôn Anh Dũng, Số người tái phạm: 2').waitFor();
    assert.equal(await table.getByRole('row').count(), 3);
    assert.doesNotMatch(await dialog.textContent(), /@|ADMIN/);
    const take = dialog.getByRole('button', { name: 'Nhập', exact: true });
    assert.equal(await take.isDisabled(), true);
    await shoot(page, 'nhap-tep-hoi', { guide: true });
    await dialog.getByLabel('Tôi đã xem các chỗ trên').check();
    assert.deepEqual(await axe(page), []);
    await take.click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await written(), [[2]]);
    await page.reload(); /* the notice with its button has gone */
    await goTo(page, 'may-nay', 'Máy này');
    const made = page.locator('.decided li', { hasText: 'thang8.xlsx' });
    await made.getByRole('button', { name: 'Hoàn tác' }).click();
    await made.getByText('đã hoàn tác lúc').waitFor();
    assert.equal(await made.getByRole('button').count(), 0);
    assert.deepEqual(await written(), [[0]]);
});

test('the form of the month goes out and comes in again', async () => {
    await goTo(page, MONTH, 'Số liệu thôn');
    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    dialog = page.getByRole('dialog');
    const form = await download(page, dialog.getByRole('link', { name: /Tải mẫu/ }));
    const rows = Object.values(await world.book(form.path))[0];
    assert.ok(rows.flat().includes('Thôn Anh Dũng'));
    await dialog.locator('#import-file').setInputFiles(form.path);
    await dialog.getByText('Không có gì mới để nhập.').waitFor();
    await close();
});

/* As many registers as the page has that can be written; the form of each goes out and comes in. */
test('every register takes a file: its empty form, filled in, is rows; taken back it is none', async () => {
    for (const path of ['tin-bao', 'tu-diem', 'lan-chiem', 'hoat-dong', 'mo-hinh', 'quy-uoc', 'ban-chi-dao',
        'to-tu-quan', 'ho-so-thon', 'thi-dua', 'cong-nhan', 'thuong-tru', 'giap-ranh', 'hop-giap-ranh',
        'tuan-tra-chung', 'quy-che']) {
        await goTo(page, path);
        await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
        dialog = page.getByRole('dialog');
        const form = await download(page, dialog.getByRole('link', { name: 'Tải mẫu trống' }));
        const rows = Object.values(await world.book(form.path))[0];
        assert.equal(rows.length, 1, `${path}: ${JSON.stringify(rows)}`);
        await dialog.locator('#import-file').setInputFiles(form.path);
        await dialog.getByText('Không có gì mới để nhập.').waitFor();
        await close();
    }
    await goTo(page, 'khen-thuong'); /* the district's own */
    assert.equal(await page.getByRole('button', { name: 'Nhập từ tệp' }).count(), 0);
    await goTo(page, 'so-vu-viec');
    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    const form = await download(page, dialog.getByRole('link', { name: 'Tải mẫu trống' }));
    const [head] = Object.values(await world.book(form.path))[0];
    const row = (...cells) => head.map((title) => new Map(cells).get(title) ?? '');
    const count = () => world.sql('xa', 'SELECT count(*) FROM incident WHERE voided_at IS NULL');
    const had = await count();
    await dialog.locator('#import-file').setInputFiles(await world.workbook('vu-viec.xlsx', { 'Vụ việc': [head,
        row(['Lĩnh vực', 2], ['Loại', 'Trộm cắp'], ['Ngày xảy ra', '5/11/2020'],
            ['Tóm tắt', 'từ tệp Excel (dữ liệu mẫu)']),
        row(['Lĩnh vực', 2], ['Loại', 'Trộm cắp'], ['Ngày xảy ra', '6/11/2020'],
            ['Tóm tắt', 'từ tệp Excel, dòng hai (dữ liệu mẫu)'])] }));
    await dialog.getByText(/^2 mới|[^0-9]2 mới/).first().waitFor();
    await dialog.getByRole('row', { name: /Loại: Trộm cắp.*Ngày xảy ra: 06\/11\/2020.*dòng hai/ }).waitFor();
    await shoot(page, 'nhap-so', { guide: true });
    assert.deepEqual(await axe(page), []);
    await dialog.getByRole('button', { name: 'Nhập', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('tbody tr', { hasText: 'dòng hai' }).first().waitFor();
    assert.equal((await count())[0][0], had[0][0] + 2);
    await page.getByRole('button', { name: 'Hoàn tác' }).click();
    await page.getByText('Đã hoàn tác lần nhập.').first().waitFor();
    assert.deepEqual(await count(), had);
});

test('without a line: a file for the stick, and the answer that makes it green', async () => {
    await world.stop('district');
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByLabel('Tóm tắt').fill('đi bằng USB (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    await page.locator('.cells', { hasText: 'đi bằng USB' }).first().waitFor();
    await goTo(page, 'may-nay', 'Máy này');
    await page.getByRole('button', { name: 'Lập gói gửi huyện' }).click();
    await page.getByText(/Gói có \d+ thay đổi/).waitFor();
    const bundle = await download(page, page.getByRole('link', { name: 'Tải gói về' }));
    assert.equal(await page.locator('.sync-line.ok').count(), 0); /* nothing is sent by the making */
    const answer = path.join(settings.out, 'tra-loi.tqb');
    fs.rmSync(answer, { force: true });
    await world.run('district', 'bundle', 'open', bundle.path, answer);
    const open = page.getByLabel('Mở tệp trả lời của huyện');
    await open.setInputFiles(bundle.path); /* our own: no answer */
    await page.getByText('gói đồng bộ này gửi cho nơi khác').first().waitFor();
    await open.setInputFiles(answer);
    await page.getByText(/Huyện trả lời: nhận [1-9]/).waitFor();
    await shoot(page, 'usb', { guide: true });
    assert.deepEqual(await axe(page), []);
    await page.locator('.sync-line.ok').waitFor();
    assert.deepEqual(await world.sql('district', "SELECT count(*) FROM incident WHERE summary ="
        + " 'đi bằng USB (dữ liệu mẫu)'"), [[1]]);
    await world.start('district');
});

test('where persons have PINs, the page asks who writes, and keeps what was typed', async () => {
    await goTo(page, 'may-nay', 'Máy này');
    await page.getByLabel('Tên', { exact: true }).fill('Trưởng công an xã');
    await page.getByLabel(/^Mã PIN/).fill('2468');
    await page.getByRole('button', { name: 'Thêm người' }).click();
    await page.getByRole('button', { name: 'Bỏ khỏi danh sách: Trưởng công an xã' }).waitFor();
    await shoot(page, 'nguoi-ghi', { guide: true });
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByLabel('Tóm tắt').fill('ghi bằng mã PIN (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    const asked = page.getByRole('dialog', { name: 'Ai đang ghi?' });
    await asked.getByLabel('Mã PIN').fill('1111');
    await page.keyboard.press('Enter');
    await asked.getByText(/mã PIN không đúng/i).waitFor();
    await asked.getByLabel('Mã PIN').fill('2468');
    await shoot(page, 'ma-pin', { guide: true });
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('Enter');
    await asked.waitFor({ state: 'detached' });
    await page.getByText('Người ghi: Trưởng công an xã').waitFor();
    assert.equal(await page.getByLabel('Tóm tắt').inputValue(), 'ghi bằng mã PIN (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /BL-/ }).waitFor();
    const label = (await page.locator('h1').textContent()).match(/BL-\d\d-A-\d+/)[0];
    const told = JSON.parse(await world.run('xa', '--json', 'why', 'incident', label, 'summary'));
    assert.ok(told.story.some((step) => step.by === 'Trưởng công an xã'), JSON.stringify(told.story));
});

test('the page goes back to a copy, and says when one cannot be', async () => {
    const count = () => world.sql('xa', 'SELECT count(*) FROM incident');
    const log = async (text) => {
        await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
        await page.getByLabel('Tóm tắt').fill(text);
        await page.keyboard.press('Control+Enter');
        await page.locator('.cells', { hasText: text }).first().waitFor();
    };
    const goBack = async () => {
        await goTo(page, 'may-nay', 'Máy này');
        await page.getByRole('button', { name: 'Khôi phục từ bản này' }).first().click();
        dialog = page.getByRole('dialog', { name: /^Khôi phục từ bản/ });
    };
    const go = () => dialog.getByRole('button', { name: 'Khôi phục', exact: true }).click();
    await world.stop('district'); /* what it has would come back at once */
    const had = await count();
    await goTo(page, 'may-nay', 'Máy này');
    await page.getByRole('button', { name: 'Sao lưu ngay' }).click();
    await page.getByRole('button', { name: 'Khôi phục từ bản này' }).waitFor();
    await log('ghi sau bản sao (dữ liệu mẫu)');
    assert.notDeepEqual(await count(), had);
    await goBack();
    await dialog.getByText('Tệp đang dùng không bị xóa').waitFor();
    await shoot(page, 'khoi-phuc', { guide: true });
    assert.deepEqual(await axe(page), []);
    await go();
    await page.getByText('Đã khôi phục. Tệp trước đó được giữ lại.').first().waitFor();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await count(), had);
    await log('ghi sau khi khôi phục (dữ liệu mẫu)'); /* the same session, signed in, writes on */
    const now = await count();
    await goBack();
    const file = await page.locator('.copies .break').first().textContent();
    fs.writeFileSync(file, 'x'.repeat(9000));
    await go();
    await dialog.locator('.note', { hasText: 'tệp đang dùng vẫn nguyên' }).waitFor();
    assert.deepEqual(await count(), now);
    await close();
});

test('nothing failed in the page, and nothing left the machine', () => {
    assert.deepEqual(tab.faults, []);
});
