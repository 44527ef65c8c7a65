/* office.mjs - The clerk's page, each task from start to end, against the real programs; and the row
 * is read back at the district.
 *
 *   node tests/browser/office.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR]
 *
 * One world for all: the tasks follow each other as on a working day. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { measure, report } from './paint.mjs';
import {
    download, enter, goTo, green, openBrowser, openWorld, paste, print, shoot, until,
} from './support.mjs';

let world;
let tab;
let page;

before(async () => {
    world = await openWorld(17);
    tab = await openBrowser();
    page = tab.page;
    await enter(world, page);
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
});

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

/* The line may still be green from before what was just written: the program itself is asked, too. */
async function sync() {
    await page.keyboard.press('Alt+s');
    await until(() => page.evaluate(() => fetch('/api/v1/status').then((r) => r.json())
        .then((s) => s.green && s.rows_waiting === 0)), 'confirmed by the district');
    await green(page);
}

test('today: whose page it is, and green only when a receipt covers all', async () => {
    await green(page);
    await page.getByText('Xã Bạch Lưu').first().waitFor();
    assert.equal(await page.title(), 'Hôm nay - Xã Bạch Lưu');
    await shoot(page, 'hom-nay', { guide: true });
    const found = await measure(tab.context, new URL('/', page.url()).href, 2);
    console.log(report(found));
    for (const seen of found)
        assert.ok(seen.floor > 0 && seen.first > 0 && seen.parsed <= seen.heading &&
            seen.heading <= seen.filled, JSON.stringify(seen));
});

test('an incident by keyboard alone, with the district away', async () => {
    await world.stop('district');
    const began = Date.now();
    await page.keyboard.press('Alt+2');
    await page.getByRole('heading', { level: 1, name: 'Sổ vụ việc' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('combobox', { name: 'Loại' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
    await page.keyboard.type('trom');
    await page.keyboard.press('Enter');
    await page.keyboard.type('bao ve');
    await page.keyboard.press('Enter');
    await page.keyboard.type('anh dung');
    await page.keyboard.press('Enter');
    await page.keyboard.type('5/11/2020');
    await page.keyboard.press('Enter');
    await page.keyboard.type('7h30 6/11/2020');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Mất xe đạp ở nhà văn hóa (dữ liệu mẫu)');
    await shoot(page, 'ghi-vu-viec', { guide: true });
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /BL-\d\d-A-\d+/ }).waitFor();
    console.log(`incident logged in ${Date.now() - began} ms`);
    const label = (await page.locator('h1').textContent()).match(/BL-\d\d-A-\d+/)[0];
    await page.locator('.sync-line.wait').waitFor();
    await page.locator('.screen-head', { hasText: 'Chờ gửi' }).waitFor();
    await page.keyboard.press('Alt+s');
    await page.locator('.sync-progress', { hasText: 'Chưa nối được với máy huyện' }).waitFor();
    assert.doesNotMatch(await page.locator('.sync-line').textContent(), /tcp:|\[E\d/);
    await shoot(page, 'vu-viec', { guide: true });

    await world.start('district');
    await sync();
    const rows = await world.sql('district',
        'SELECT category, area, occurred_on, known_at, summary FROM incident WHERE label = ?', label);
    assert.deepEqual(rows, [['theft', 3, '2020-11-05', Date.parse('2020-11-06T07:30:00+07:00'),
        'Mất xe đạp ở nhà văn hóa (dữ liệu mẫu)']]);
    await page.locator('.screen-head', { hasText: 'Huyện đã xác nhận' }).waitFor();
});

test('search without accents, and the history of an entry', async () => {
    await goTo(page, 'so-vu-viec', 'Sổ vụ việc');
    await page.keyboard.press('/');
    await page.keyboard.type('mat xe dap o nha');
    await page.getByRole('cell', { name: 'Mất xe đạp ở nhà văn hóa' }).waitFor();
    await until(async () => await page.locator('tbody tr').count() === 1, 'one row');
    await shoot(page, 'so-vu-viec', { guide: true });
    await page.locator('a.row-link').click();
    await page.getByRole('heading', { name: 'Ai đã ghi gì' }).waitFor();
    await page.locator('.story li', { hasText: 'Trộm cắp' }).first().waitFor();
});

test('a draft survives a closed tab; what looks like a person is asked about', async () => {
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByLabel('Tóm tắt').fill('ông Nguyễn Văn Mẫu báo');
    await page.getByText('Đã giữ nháp').waitFor();
    await page.reload();
    await page.getByText('bản đang gõ dở').waitFor();
    assert.equal(await page.getByLabel('Tóm tắt').inputValue(), 'ông Nguyễn Văn Mẫu báo');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Có thể là thông tin cá nhân' }).waitFor();
    await shoot(page, 'thong-tin-ca-nhan', { guide: true });
    await page.getByRole('button', { name: 'Sửa lại' }).click();
    const before = await world.sql('xa', 'SELECT count(*) FROM incident');
    await page.getByRole('button', { name: 'Bỏ bản nháp' }).click();
    assert.equal(await page.getByLabel('Tóm tắt').inputValue(), '');
    assert.deepEqual(await world.sql('xa', 'SELECT count(*) FROM incident'), before);
});

test('a choice that is none is said, a kind brings its area, what is missing is told', async () => {
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    const kind = page.getByRole('combobox', { name: 'Loại' });
    await kind.fill('chua tung co');
    await page.keyboard.press('Enter');
    await page.getByText('Không có “chua tung co” trong danh sách').waitFor();
    await page.getByLabel('Tóm tắt').fill('Thiếu ngày (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter'); /* not saved without it */
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
    assert.equal(await kind.inputValue(), 'chua tung co');
    await goTo(page, 'hom-nay', 'Hôm nay');
    await page.getByText('Có một vụ việc đang gõ dở').waitFor();
    await page.getByRole('link', { name: 'Gõ tiếp' }).click();
    await page.getByText('bản đang gõ dở').waitFor();
    await kind.fill('danh bac'); /* what has one of its words is offered */
    await page.getByRole('option', { name: 'Cờ bạc' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.match(await page.getByRole('combobox', { name: 'Lĩnh vực' }).inputValue(), /^II\. /);
    await page.keyboard.press('Control+Enter');
    await page.getByText('Còn thiếu ngày xảy ra, thôn.').waitFor();
    await page.locator('.story', { hasText: 'II. Phòng, chống tệ nạn' }).waitFor();
    await shoot(page, 'con-thieu');
});

test('a day more than a year ahead is written, and asked to be looked at', async () => {
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByLabel('Ngày xảy ra').fill('5/11/2202');
    await page.getByLabel('Tóm tắt').fill('năm gõ nhầm (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    await page.getByText('ngày này còn hơn một năm nữa mới đến').first().waitFor();
    await page.locator('h1', { hasText: /BL-\d\d-A-\d+/ }).waitFor();
    await page.locator('.story li').first().waitFor();
    await shoot(page, 'ngay-qua-xa');
    /* The story tells who wrote what, in the reader's language, and nothing else. */
    assert.equal(await page.locator('.story li').count(), 1);
    assert.deepEqual(await world.sql('xa', "SELECT occurred_on FROM incident WHERE summary LIKE 'năm gõ%'"),
        [['2202-11-05']]);
});

test('an edit that is stale is shown, not overwritten', async () => {
    await goTo(page, 'so-vu-viec?search=nha van hoa', 'Sổ vụ việc');
    await page.locator('a.row-link').first().click();
    await page.locator('h1', { hasText: /BL-/ }).waitFor();
    const label = (await page.locator('h1').textContent()).match(/BL-\d\d-A-\d+/)[0];
    await page.keyboard.press('e');
    await page.getByLabel('Đơn vị xử lý').fill('Công an xã');
    await world.run('xa', 'edit', 'incident', label, 'handled_by=Tổ bảo vệ');
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Dòng này vừa được sửa ở nơi khác' });
    await dialog.getByText('Tổ bảo vệ').waitFor();
    await shoot(page, 'hai-noi-cung-sua', { guide: true });
    await dialog.getByText('Công an xã').click();
    await dialog.getByRole('button', { name: 'Lưu các giá trị đã chọn' }).click();
    await page.locator('.cells', { hasText: 'Công an xã' }).waitFor();
    assert.deepEqual(await world.sql('xa', 'SELECT handled_by FROM incident WHERE label = ?', label),
        [['Công an xã']]);
});

test('a row is voided with its reason', async () => {
    await goTo(page, 'so-vu-viec?search=nha van hoa', 'Sổ vụ việc');
    await page.locator('a.row-link').first().click();
    await page.getByRole('button', { name: 'Hủy dòng này' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Hủy dòng này' }).click();
    await dialog.getByText('Ghi lý do trước khi hủy.').waitFor();
    await dialog.getByLabel('Lý do hủy').fill('ghi nhầm');
    await dialog.getByRole('button', { name: 'Hủy dòng này' }).click();
    await page.getByText('ghi nhầm').first().waitFor();
    await sync();
    assert.deepEqual(await world.sql('district', "SELECT count(*) FROM incident WHERE void_reason ="
        + " 'ghi nhầm' AND voided_at IS NOT NULL"), [[1]]);
});

test('a planned activity is ticked off with its count', async () => {
    await world.run('xa', 'add', 'activity', 'kind=outreach', 'village=08779-04@2019-01-01',
        'planned_on=2020-12-01', '--yes');
    await goTo(page, 'hoat-dong?state=planned', 'Hoạt động');
    await page.getByRole('row', { name: /Tuyên truyền/ }).locator('a').first().click();
    await page.getByRole('button', { name: 'Đã làm' }).click();
    const dialog = page.getByRole('dialog');
    await page.waitForFunction(() => document.activeElement?.closest('dialog') !== null);
    await page.keyboard.type('57'); /* the count is what is asked for: the cursor stands there */
    assert.equal(await dialog.getByLabel('Số người dự').inputValue(), '57');
    await dialog.getByLabel('Ngày làm').fill('2/12/2020');
    await shoot(page, 'hoat-dong-da-lam', { guide: true });
    await dialog.getByRole('button', { name: 'Ghi kết quả' }).click();
    await page.locator('.cells', { hasText: 'Đã làm' }).first().waitFor();
    await sync();
    assert.deepEqual(await world.sql('district',
        "SELECT state, held_on FROM activity WHERE participants = 57"), [['done', '2020-12-02']]);
});

test('village figures: a block from Excel, undo, a wrong cell, confirm', async () => {
    await goTo(page, 'so-lieu?period=' + encodeURIComponent('ADMIN/2020-08'), 'Số liệu thôn');
    const first = page.locator('[data-cell="0:0"]');
    await first.click();
    await paste(page, '95\t2\t2\n101\tba\t1\n');
    await page.locator('[data-cell="1:1"].error').waitFor();
    assert.equal(await page.locator('[data-cell="1:0"] .sheet-value').textContent(), '101');
    await shoot(page, 'so-lieu-loi', { guide: true });
    await page.getByRole('button', { name: /Lưu nháp/ }).click();
    await page.getByText('ô chưa đúng').waitFor();
    await first.click();
    await page.keyboard.press('Control+z');
    await until(async () => (await page.locator('[data-cell="1:0"] .sheet-value').textContent())
        .trim() === '', 'the paste was taken back');
    await page.keyboard.press('Control+y');
    await page.locator('[data-cell="1:1"]').click();
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    /* What was only just typed is looked at, too, before it is confirmed. */
    await first.click();
    await page.keyboard.type('1095');
    await page.keyboard.press('Enter');
    const confirm = page.getByRole('button', { name: 'Xác nhận số liệu' });
    await confirm.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Thôn Anh Dũng, Số hộ đăng ký, ký cam kết: lớn hơn số hộ của thôn').waitFor();
    await shoot(page, 'so-lieu-xem-lai');
    await dialog.getByRole('button', { name: 'Xem lại' }).click();
    await page.getByText('Còn nháp 6 ô').waitFor();
    await first.click();
    await page.keyboard.type('95');
    await page.keyboard.press('Enter');
    await confirm.click();
    const sure = page.getByRole('button', { name: 'Đúng như vậy, xác nhận' });
    await sure.or(page.getByText('Đã xác nhận 6 ô')).first().waitFor();
    if (await sure.isVisible()) await sure.click();
    await page.getByText('Đã xác nhận 6 ô').first().waitFor();
    await shoot(page, 'so-lieu', { guide: true });
    await sync();
    assert.deepEqual(await world.sql('district', "SELECT count(*), sum(value) FROM village_return"
        + " WHERE period = 'ADMIN/2020-08' AND state = 'confirmed'"), [[6, 95 + 2 + 2 + 101 + 3 + 1]]);
});

test('a report from draft to the district', async () => {
    await goTo(page, 'bao-cao/' + encodeURIComponent('ADMIN/2020-08'), 'Tháng 8/2020');
    await page.getByText('Số liệu thôn mới xác nhận 6/55 ô').waitFor();
    await page.getByLabel('Nội dung báo cáo').fill('Tình hình ổn định (dữ liệu mẫu).');
    await page.getByRole('button', { name: 'Soạn báo cáo' }).click();
    await page.getByRole('button', { name: 'Chủ tịch duyệt' }).click();
    await page.getByRole('button', { name: 'Nộp lên huyện' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Nộp lên huyện' }).click();
    await page.getByText('Báo cáo đã nộp').waitFor();
    await sync();
    await page.locator('.steps .ok', { hasText: 'Huyện đã nhận' }).waitFor();
    await shoot(page, 'bao-cao', { guide: true });
    assert.deepEqual(await world.sql('district', "SELECT state, narrative, receipt_state FROM report"
        + " WHERE period = 'ADMIN/2020-08'"),
    [['sent', 'Tình hình ổn định (dữ liệu mẫu).', 'received']]);
    await goTo(page, 'bao-cao/' + encodeURIComponent('ADMIN/2020-08') + '/in', 'BÁO CÁO');
    await page.locator('.toast').first().waitFor({ state: 'detached' });
    await shoot(page, 'bao-cao-in', { guide: true, full: true });
    await print(page, 'bao-cao');
    const file = await download(page, page.getByRole('link', { name: 'Tải Excel' }));
    assert.equal(file.name, 'bao-cao-2020-08.xlsx');
    const sheets = await world.book(file.path);
    assert.deepEqual(Object.keys(sheets), ['Báo cáo', 'Số liệu thôn']);
    assert.ok(sheets['Báo cáo'].flat().includes('Tình hình ổn định (dữ liệu mẫu).'));
    assert.ok(sheets['Số liệu thôn'].flat().includes(101));
});

test('self-scoring: a score of its own needs a reason', async () => {
    await goTo(page, 'tu-cham?period=' + encodeURIComponent('ADMIN/2020-Q4'), 'Tự chấm điểm');
    await page.getByRole('button', { name: /Chấm khác: 1\.2/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Điểm xã chấm').fill('6,5');
    await dialog.getByRole('button', { name: 'Ghi điểm' }).click();
    await dialog.getByText('phải ghi lý do').waitFor();
    await dialog.getByLabel('Lý do').fill('Thêm hai buổi tuần tra có sổ ký (dữ liệu mẫu)');
    await shoot(page, 'tu-cham-diem-khac', { guide: true });
    await dialog.getByRole('button', { name: 'Ghi điểm' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Xác nhận điểm máy tính/ }).click();
    await page.getByText('Xã đã chấm đủ các tiêu chí.').waitFor();
    await shoot(page, 'tu-cham-diem', { guide: true });
    await sync();
    const rows = await world.sql('district', 'SELECT count(*), sum(points_c = 650 AND note IS NOT'
        + " NULL) FROM self_score WHERE period = 'ADMIN/2020-Q4'");
    assert.equal(rows[0][1], 1);
    assert.ok(rows[0][0] >= 10, String(rows));
});

test('the ranking: table, own points, map, course', async () => {
    await goTo(page, 'xep-hang', /Xếp hạng quý IV\/2020/);
    await page.locator('tr.own', { hasText: 'Bạch Lưu' }).waitFor();
    await shoot(page, 'xep-hang', { guide: true });
    const file = await download(page, page.getByRole('link', { name: 'Tải Excel' }));
    assert.equal(file.name, 'bang-xep-hang-2020-Q4.xlsx');
    const sheets = await world.book(file.path);
    await print(page, 'xep-hang');
    const told = JSON.parse(await world.run('xa', '--json', 'rank', '2020-Q4'));
    const rows = sheets['Xếp hạng'].filter((r) => told.rows.some((t) => t.unit.name === r[1]));
    assert.deepEqual(rows.map((r) => [r[0] ?? null, r[2] ?? null]), told.rows.map((t) =>
        [t.rank, t.final_c === null ? null : t.final_c / 100]));
    const items = sheets['Điểm từng tiêu chí'];
    assert.equal(items.length, 22);
    const own = items[0].indexOf('Xã Bạch Lưu');
    for (const line of items.slice(1))
        assert.equal(line[own] ?? null, told.items['08779@2004-01-01'][line[0]] === null ? null
            : told.items['08779@2004-01-01'][line[0]] / 100, line[0]);
    await page.getByRole('tab', { name: 'Điểm của xã' }).click();
    await page.locator('.compare-line').first().waitFor();
    assert.equal(await page.locator('.compare-line').count(), 21);
    await shoot(page, 'xep-hang-diem-xa', { guide: true });
    await page.getByRole('button', { name: 'Xem số liệu 1.2 ' }).click();
    await page.getByRole('dialog').getByText(/^Đạt \d+ trên \d+: buổi đã làm so với/).waitFor();
    await page.getByRole('dialog').locator('tbody tr').first().waitFor();
    await shoot(page, 'xep-hang-so-lieu', { guide: true });
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Điểm của xã' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.map-unit').first().waitFor();
    assert.equal(await page.locator('.map-unit').count(), 17);
    await shoot(page, 'xep-hang-ban-do', { guide: true });
    await page.getByRole('tab', { name: 'Qua các kỳ' }).click();
    await page.getByRole('rowheader', { name: 'Quý IV/2020' }).waitFor();
});

test('two values for one cell: taken by a click, taken back by another', async () => {
    await world.join('xb', 'Phòng một cửa');
    const add = JSON.parse(await world.run('xa', '--json', 'add', 'activity', 'kind=patrol',
        'village=08779-04@2019-01-01', 'planned_on=2020-12-05', '--yes'));
    await sync();
    await world.run('xb', 'sync');
    await world.run('xb', 'edit', 'activity', add.name, 'participants=22');
    await world.run('xb', 'sync');
    await world.run('xa', 'edit', 'activity', add.name, 'participants=11');
    await page.keyboard.press('Alt+s');
    await goTo(page, 'hop-viec', 'Hộp việc cần quyết');
    const card = page.locator('.card', { hasText: add.name });
    await card.getByText(/22 \(.*máy B \(Phòng một cửa\)/).first().waitFor(); /* as the office calls it */
    await card.getByText(/11 \(.*máy này/).first().waitFor();
    assert.doesNotMatch(await card.textContent(), /máy \d/);
    await shoot(page, 'hop-viec', { guide: true });
    const keep = card.getByRole('button', { name: 'Giữ giá trị này' });
    const none = page.getByText('Không có việc nào chờ quyết.');
    const here = () => world.sql('xa', 'SELECT participants FROM activity WHERE label = ?', add.name);
    const kept = await here();
    await keep.click();
    await none.waitFor();
    await sync();
    /* Long after the notice has gone, from the list of what was decided. */
    const decided = page.locator('.decided li', { hasText: add.name });
    await decided.getByText(/^Giữ: /).waitFor();
    await decided.getByRole('button', { name: 'Rút lại' }).click();
    await decided.waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+s'); /* it is open again once the district has heard */
    await keep.waitFor();
    await world.stop('district'); /* what was decided is not sent before it is taken back */
    await card.getByRole('button', { name: 'Lấy giá trị này' }).click();
    await none.waitFor();
    assert.deepEqual(await here(), [[kept[0][0] === 22 ? 11 : 22]]);
    await page.locator('.toast-action', { hasText: 'Rút lại' }).last().click();
    await keep.waitFor();
    assert.deepEqual(await here(), kept);
    await keep.click();
    await none.waitFor();
    await world.start('district');
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT participants FROM activity WHERE label = ?',
        add.name), kept);
    /* An answer that is no choice between the two goes back by a click, too. */
    const [[number]] = await world.sql('xa',
        'SELECT lower(hex(id)) FROM conflict ORDER BY decided_at DESC LIMIT 1');
    const [[row]] = await world.sql('xa', 'SELECT lower(hex(id)) FROM activity WHERE label = ?',
        add.name);
    await page.evaluate((to) => { location.hash = to; }, `#/hoat-dong/${row}?viec=${number}`);
    await page.getByRole('button', { name: 'Sửa' }).click();
    await page.getByLabel('Số người dự').fill('33');
    await page.getByRole('button', { name: 'Lưu' }).click();
    await until(async () => (await here())[0][0] === 33, 'the correction is kept');
    await goTo(page, 'hop-viec', 'Hộp việc cần quyết');
    const written = page.locator('.decided li', { hasText: /Ghi: .*33/ });
    await written.getByRole('button', { name: 'Rút lại' }).click();
    await written.waitFor({ state: 'detached' });
    assert.deepEqual(await here(), kept);
    await sync();
});

test('a receipt with the district\'s signature', async () => {
    await goTo(page, 'bien-nhan', 'Biên nhận');
    /* Found by what it is a receipt for, and that stands on the paper. */
    const report = page.getByRole('row', { name: /Báo cáo tháng 8\/2020: .*nộp lên huyện/ });
    await page.locator('a.row-link').first().waitFor();
    await page.getByLabel('Tìm gói có').fill('bao cao');
    await page.keyboard.press('Enter');
    await until(async () => /so=report/.test(page.url()), 'the register is chosen');
    await report.first().waitFor();
    await report.first().scrollIntoViewIfNeeded();
    await shoot(page, 'bien-nhan-danh-sach', { guide: true });
    await report.first().locator('a.row-link').click();
    await page.getByText('Chữ ký đúng').waitFor();
    await page.locator('li', { hasText: /^Báo cáo tháng 8\/2020: .*nộp lên huyện$/ }).waitFor();
    await page.getByText('huyện nhận đủ mọi mục trong gói').waitFor();
    await shoot(page, 'bien-nhan', { guide: true });
    await print(page, 'bien-nhan');
});

test('a directive is seen and answered', async () => {
    const file = await world.file('directive.csv', 'label,document_no,issued_on,title,body,due_on\n' +
        'CD-1,15/CV-BCĐ,2020-11-20,Tăng cường tuần tra,"Các xã tăng cường tuần tra (dữ liệu mẫu).",' +
        '2026-12-31\n');
    await world.run('district', 'import', 'directive', file);
    await page.keyboard.press('Alt+s');
    await goTo(page, 'hom-nay', 'Hôm nay'); /* by its paper, not by a number of the program's */
    await page.locator('.due', { hasText: '15/CV-BCĐ: Tăng cường tuần tra' }).waitFor();
    await goTo(page, 'chi-dao', 'Chỉ đạo của huyện');
    await page.getByRole('link', { name: '15/CV-BCĐ' }).click();
    await page.getByRole('button', { name: 'Báo là đã đọc' }).click();
    await page.getByText('Đã báo huyện là đã đọc').waitFor();
    await page.getByLabel('Nội dung trả lời').fill('Xã đã triển khai (dữ liệu mẫu).');
    await shoot(page, 'chi-dao', { guide: true });
    await page.getByRole('button', { name: 'Gửi trả lời' }).click();
    await page.getByText('Đã trả lời').waitFor();
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT answer, seen_at IS NOT NULL,'
        + ' answered_at IS NOT NULL FROM directive_answer'),
    [['Xã đã triển khai (dữ liệu mẫu).', 1, 1]]);
});

test('a covenant without a majority is refused in words', async () => {
    await goTo(page, 'quy-uoc/moi', 'Thêm quy ước');
    await page.getByRole('combobox', { name: 'Thôn' }).fill('anh dung');
    await page.keyboard.press('Enter');
    await page.getByLabel('Ngày thông qua').fill('20/11/2020');
    await page.getByLabel('Tổng số hộ').fill('100');
    await page.getByLabel('Số hộ dự').fill('80');
    await page.getByLabel('Số hộ đồng ý').fill('50');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').first().waitFor();
    await page.getByText(/số hộ đồng ý phải quá nửa tổng số hộ, không quá số hộ dự/i).first().waitFor();
    assert.doesNotMatch(await page.locator('main').textContent(), /\[R\d/);
    await shoot(page, 'quy-uoc-thieu-phieu');
    await page.getByLabel('Số hộ đồng ý').fill('51');
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /Quy ước/ }).waitFor();
    await sync();
    assert.deepEqual(await world.sql('district',
        "SELECT agreed FROM covenant WHERE adopted_on = '2020-11-20'"), [[51]]);
});

const TRUONG_SINH = '02632@2004-01-01';
/* The civil day of Việt Nam, so many days from now; and as a person types it. */
const dayFrom = (n) => new Date(Date.now() + n * 86400000 + 7 * 3600000).toISOString().slice(0, 10);
const typedDay = (n) => dayFrom(n).split('-').reverse().join('/');

/* What the district agreed on with the neighbour, told to this office. */
async function agree(notices) {
    const text = await world.file('quy-che.txt', `number = 05/QCPH (mẫu)
signed_on = 2020-10-01
from = 2020-10-01
to = 2099-12-31
side_a = Huyện Sông Lô
side_b = Huyện Sơn Dương
signer_a = Chủ tịch UBND huyện
signer_b = Phó Chủ tịch
communes_a = 08779@2004-01-01
communes_b = ${TRUONG_SINH}
categories = theft, gambling
standing = Huyện Sông Lô, ${TRUONG_SINH}
article_1 = border_meeting: label, held_on, place, topics, minutes_no, signed_on, partner_signed_on
article_2 = border_handover: label, year, standing, handed_on, minutes_no, signed_on, partner_signed_on
article_4 = border_statistics: label, period, figures, issued_on, acknowledged_at
` + (notices ? 'article_3 = border_notice: label, category, issued_on, body, reply_due\n' : ''));
    await world.run('district', 'liaison', 'agree', 'Sơn Dương', text, '--side=a');
    await sync();
    await page.reload();
}

const offered = async (name) => {
    await page.getByRole('combobox', { name }).click();
    const found = await page.getByRole('option').allTextContents();
    await page.keyboard.press('Escape');
    return found[0] === 'Không có mục nào để chọn.' ? [] : found;
};

test('a form offers what an agreement in force names, and says why when it is nothing', async () => {
    const units = await world.file('units.csv', 'unit,code,valid_from,level,type,name,parent\n' +
        '076@2004-01-01,076,2004-01-01,2,district,Sơn Dương,\n' +
        `${TRUONG_SINH},02632,2004-01-01,3,commune,Trường Sinh,076@2004-01-01\n`);
    await world.run('district', 'import', 'unit', units);
    await sync();
    await page.reload();
    await goTo(page, 'giap-ranh/moi', 'Viết thông báo');
    await page.getByText('Huyện chưa báo về quy chế phối hợp nào có xã này').waitFor();
    await shoot(page, 'giap-ranh-chua-quy-che', { guide: true });
    assert.deepEqual([await offered('Đơn vị bạn'), await offered('Loại')], [[], []]);
    await agree(false);
    await goTo(page, 'giap-ranh/moi', 'Viết thông báo');
    await page.getByText('Quy chế 05/QCPH (mẫu) không cho chuyển thông báo giáp ranh').waitFor();
    assert.deepEqual([await offered('Đơn vị bạn'), await offered('Loại')], [[], []]);
    await goTo(page, 'hop-giap-ranh/moi', 'Ghi cuộc họp');
    assert.deepEqual(await offered('Đơn vị bạn'), ['Trường Sinh']);
    assert.equal(await page.locator('.note').count(), 0);
    await agree(true);
    await goTo(page, 'giap-ranh/moi', 'Viết thông báo');
    await page.locator('form.record-form').waitFor();
    assert.deepEqual([await offered('Đơn vị bạn'), await offered('Loại')],
        [['Trường Sinh'], ['Trộm cắp', 'Cờ bạc']]);
    assert.equal(await page.locator('.note').count(), 0);
    await goTo(page, 'quy-che', 'Quy chế phối hợp');
    await page.getByRole('link', { name: '05/QCPH (mẫu)' }).click();
    await page.locator('.cells', { hasText: 'Phó Chủ tịch' }).first().waitFor();
    await page.locator('.cells', { hasText: 'Trộm cắp, Cờ bạc' }).first().waitFor();
    await page.locator('.cells', { hasText: /Giao ban giáp ranh, .*Thông báo giáp ranh/ }).first().waitFor();
});

test('a notice to the neighbour, and this machine\'s backup', async () => {
    await goTo(page, 'giap-ranh/moi', 'Viết thông báo');
    await page.getByLabel('Số công văn').fill('07/TB');
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /Thông báo BL-/ }).waitFor();
    await page.keyboard.press('g');
    await page.getByText('Điền “Đơn vị bạn”, “Loại”, “Nội dung” trước khi gửi.').first().waitFor();
    await page.getByRole('button', { name: 'Sửa' }).click();
    await page.getByRole('combobox', { name: 'Đơn vị bạn' }).click();
    await page.getByRole('option').first().waitFor();
    assert.match(await page.getByRole('option').first().textContent(), /Trường Sinh/);
    await page.keyboard.type('truong sinh');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Loại' }).fill('trom');
    await page.keyboard.press('Enter');
    await page.getByLabel('Hạn trả lời').fill(typedDay(-1));
    await page.getByLabel('Nội dung').fill('Gọi chị Nguyễn Thị Hoa số 0912345678');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').getByText('0912345678').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Nội dung').fill('Đề nghị theo dõi xe tải lạ ở cầu (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    /* The row as it is now, not as it was read before. */
    await page.locator('.cells', { hasText: 'xe tải lạ' }).first().waitFor();
    await page.keyboard.press('g');
    await page.locator('.border-steps li.done', { hasText: 'Gửi đi' }).waitFor();
    await goTo(page, 'may-nay', 'Máy này');
    await page.getByRole('button', { name: 'Sao lưu ngay' }).click();
    await page.getByText('Đã sao lưu').first().waitFor();
    await shoot(page, 'may-nay', { guide: true });
    const helped = await page.locator('.help dt').allTextContents(); /* each screen of the menu */
    const names = await page.locator('.nav a > span:not(.count)').allTextContents();
    assert.ok(names.length > 10 && names.every((name) => helped.includes(name)), names.join());
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT partner_unit, category, body, state FROM'
        + " border_notice WHERE dispatch_no = '07/TB'"), [[TRUONG_SINH, 'theft',
        'Đề nghị theo dõi xe tải lạ ở cầu (dữ liệu mẫu)', 'sent']]);
    await goTo(page, 'hom-nay', 'Hôm nay');
    await page.locator('.due').getByText('Bên bạn chưa trả lời thông báo').waitFor();
});

test('a notice that came is seen, joined with its case, and answered, with the line cut', async () => {
    const came = await world.file('came.csv', 'id,unit,label,partner_unit,direction,category,' +
        'issued_on,reply_due,body,state\n0123456789abcdef0123456789abcdef,08779@2004-01-01,TS-7,' +
        `${TRUONG_SINH},in,theft,${dayFrom(-12)},${dayFrom(-2)},"Mất trâu ở bãi ven sông (dữ liệu mẫu)",sent\n`);
    await world.run('district', 'import', 'border_notice', came);
    await sync();
    await world.stop('district');
    await goTo(page, 'hom-nay', 'Hôm nay');
    await page.locator('.due a', { hasText: 'TS-7' }).locator('.mark.bad').waitFor();
    await goTo(page, 'giap-ranh', 'Thông báo giáp ranh');
    await page.locator('.due a', { hasText: 'TS-7' }).first().waitFor();
    await shoot(page, 'giap-ranh', { guide: true });
    await page.locator('.due a', { hasText: 'TS-7' }).first().click();
    await page.locator('h1', { hasText: 'Thông báo TS-7' }).waitFor();
    await page.keyboard.press('b');
    await page.locator('.border-steps li.done', { hasText: 'Xã báo đã nhận' }).waitFor();
    await page.getByRole('button', { name: 'Nối với vụ việc trong sổ' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Vụ việc' }).fill('nam go nham');
    await dialog.getByRole('option', { name: /năm gõ nhầm/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Nối', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^Vụ việc BL-/ }).waitFor();
    await page.keyboard.press('t');
    await dialog.getByLabel('Nội dung trả lời').fill('Gọi 0912345678');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Có thể là thông tin cá nhân' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByLabel('Nội dung trả lời').fill('Xã đã cho tuần tra ven sông (dữ liệu mẫu)');
    await dialog.getByLabel('Số công văn trả lời').fill('12/UBND');
    await page.keyboard.press('Control+Enter');
    await page.locator('.border-steps li.done', { hasText: 'Xã trả lời' }).waitFor();
    await page.locator('.directive-body', { hasText: 'ven sông' }).waitFor();
    await shoot(page, 'giap-ranh-tra-loi', { guide: true });
    await world.start('district');
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT state, acknowledged_at > 0, answer, answer_no,'
        + " answered_on IS NOT NULL, incident IS NOT NULL FROM border_notice WHERE label = 'TS-7'"),
    [['answered', 1, 'Xã đã cho tuần tra ven sông (dữ liệu mẫu)', '12/UBND', 1, 1]]);
});

test('minutes of a meeting: their number, the hash of the file, signed', async () => {
    await goTo(page, 'hop-giap-ranh/moi', 'Ghi cuộc họp');
    await page.getByRole('combobox', { name: 'Đơn vị bạn' }).fill('truong sinh');
    await page.keyboard.press('Enter');
    await page.getByLabel('Ngày họp').fill(typedDay(-3));
    await page.getByLabel('Số biên bản').fill('21/BB');
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /Cuộc họp BL-/ }).waitFor();
    await page.getByRole('button', { name: 'Lấy mã băm từ tệp biên bản' }).click();
    await page.getByLabel('Tệp biên bản', { exact: true }).setInputFiles({ name: 'bien-ban.pdf',
        mimeType: 'application/pdf', buffer: Buffer.from('dữ liệu mẫu') });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    /* Until it is signed, Hôm nay reminds of it, by when and what to do. */
    await goTo(page, 'hom-nay', 'Hôm nay');
    const unsigned = page.locator('.due a', { hasText: 'Biên bản xã chưa ký' });
    await unsigned.getByText('còn 4 ngày').waitFor();
    await unsigned.getByText('Ký biên bản, ghi ngày ký').waitFor();
    await shoot(page, 'hom-nay-bien-ban', {});
    await unsigned.click();
    await page.locator('h1', { hasText: /Cuộc họp BL-/ }).waitFor();
    await page.getByRole('button', { name: 'Xã đã ký hôm nay' }).click();
    await page.getByText('chờ bên bạn ký').first().waitFor();
    await page.getByRole('button', { name: 'Gửi bên bạn' }).click();
    await page.locator('.border-steps li.done', { hasText: 'Gửi đi' }).waitFor();
    await shoot(page, 'giap-ranh-bien-ban', { guide: true });
    await sync();
    assert.deepEqual(await world.sql('district', "SELECT state, lower(hex(minutes_hash)), signed_on IS"
        + " NOT NULL FROM border_meeting WHERE minutes_no = '21/BB'"), [['sent',
        createHash('sha256').update('dữ liệu mẫu').digest('hex'), 1]]);
});

test('a meeting that the neighbour made is acknowledged, then signed', async () => {
    await world.run('district', 'set', 'border_meeting', 'unit=08779@2004-01-01', `partner_unit=${TRUONG_SINH}`,
        'label=TS-GB', `held_on=${dayFrom(-2)}`, 'place=Nhà văn hóa (mẫu)', 'minutes_no=7/BB', 'state=sent', 'came=1');
    await sync();
    await goTo(page, 'hom-nay', 'Hôm nay');
    assert.equal(await page.locator('.due a', { hasText: 'TS-GB' }).count(), 2); // to acknowledge, and to sign
    await page.locator('.due a', { hasText: 'Giao ban giáp ranh mới đến' }).click();
    await page.locator('.border-steps li', { hasText: 'Bên bạn soạn' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Gửi bên bạn' }).count(), 0);
    await page.getByRole('button', { name: 'Báo đã nhận' }).click();
    await page.locator('.border-steps li.done', { hasText: 'Xã báo đã nhận' }).waitFor();
    await sync();
    const told = "SELECT state, acknowledged_at > 0, signed_on IS NOT NULL FROM border_meeting WHERE label = 'TS-GB'";
    assert.deepEqual(await world.sql('district', told), [['acknowledged', 1, 0]]);
    await page.getByRole('button', { name: 'Xã đã ký hôm nay' }).click();
    await page.locator('.border-steps li.done', { hasText: 'Xã ký' }).waitFor();
    await sync();
    assert.deepEqual(await world.sql('district', told), [['answered', 1, 1]]);
});

test('a case that happened across the border says who counts it, on both screens', async () => {
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByRole('combobox', { name: 'Loại', exact: true }).fill('trom cap');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Xảy ra ở đơn vị bạn' }).fill('truong sinh');
    await page.keyboard.press('Enter');
    await page.getByLabel('Tóm tắt').fill('mất trâu ở bờ bên kia (dữ liệu mẫu)');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Vụ này xảy ra ở Trường Sinh: bên đó tính').waitFor();
    const [[key]] = await world.sql('xa', "SELECT lower(hex(id)) FROM incident WHERE summary LIKE 'mất trâu%'");
    await world.run('district', 'set', 'border_notice', 'unit=08779@2004-01-01', `partner_unit=${TRUONG_SINH}`,
        'label=TS-TRAU', 'direction=in', 'category=theft', 'body=mất trâu (mẫu)', `issued_on=${dayFrom(-1)}`,
        'state=sent', `partner_case_unit=${TRUONG_SINH}`);
    await sync();
    await goTo(page, 'giap-ranh', 'Thông báo giáp ranh');
    await page.getByRole('link', { name: 'TS-TRAU' }).first().click();
    await page.getByText('Bên bạn ghi: xảy ra ở Trường Sinh.').waitFor();
    await page.getByRole('button', { name: 'Nối với vụ việc trong sổ' }).click();
    await page.getByRole('combobox', { name: 'Vụ việc' }).fill('mất trâu');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Nối', exact: true }).click();
    await page.getByText('chỉ tính một lần, ở Trường Sinh').waitFor();
    await page.locator('.border-steps li.done', { hasText: 'Xã báo đã nhận' }).waitFor();
    await world.run('xa', 'edit', 'incident', key, 'across_unit=', '--yes');
    await page.reload();
    await page.getByText('hai bên ghi khác nơi xảy ra').waitFor();
});

test('the standing unit is handed over, and figures of the neighbour are seen', async () => {
    const year = Number(dayFrom(0).slice(0, 4));
    const turn = (y) => ['Huyện Sông Lô', 'Trường Sinh'][(y - 2020) % 2];
    await goTo(page, 'ban-giao', 'Bàn giao thường trực');
    await page.getByText(`Theo quy chế 05/QCPH (mẫu): năm ${year} ${turn(year)}; năm ${year + 1} ${turn(year + 1)}.`)
        .waitFor();
    await goTo(page, 'ban-giao/moi', 'Ghi bàn giao');
    await page.getByRole('combobox', { name: 'Đơn vị bạn' }).fill('truong sinh');
    await page.keyboard.press('Enter');
    await page.getByLabel('Đơn vị thường trực').fill('Công an xã Bạch Lưu (mẫu)');
    await page.getByLabel('Ngày bàn giao').fill(typedDay(-2));
    await page.getByLabel('Số công văn, biên bản').fill('03/BB');
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /Bàn giao BL-|Bàn giao / }).first().waitFor();
    await page.getByRole('button', { name: 'Xã đã ký hôm nay' }).click();
    await page.getByText('chờ bên bạn ký').first().waitFor();
    await page.getByRole('button', { name: 'Gửi bên bạn' }).click();
    await page.locator('.border-steps li.done', { hasText: 'Gửi đi' }).waitFor();
    await shoot(page, 'giap-ranh-ban-giao', { guide: true });
    for (const [direction, label, period] of [['in', 'TS-H1', '2020-H1'], ['out', 'BL-2019', '2019']])
        await world.run('district', 'set', 'border_statistics', 'unit=08779@2004-01-01',
            `partner_unit=${TRUONG_SINH}`, `direction=${direction}`, `label=${label}`, `period=${period}`,
            'figures=Trộm cắp: 4; Cờ bạc: <3; Tổng: … (…: không nêu, để số nhỏ không bị suy ra)',
            `issued_on=${dayFrom(-3)}`, 'state=sent');
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT year, standing, minutes_no, state, signed_on IS NOT NULL'
        + ' FROM border_handover'), [[Number(dayFrom(0).slice(0, 4)), 'Công an xã Bạch Lưu (mẫu)', '03/BB',
        'sent', 1]]);
    await goTo(page, 'hom-nay', 'Hôm nay');
    await page.locator('.due a', { hasText: 'TS-H1' }).click();
    await page.getByText('Sáu tháng đầu năm 2020').first().waitFor();
    await page.locator('.figures-told li', { hasText: /^Cờ bạc: <3$/ }).waitFor();
    await page.getByRole('button', { name: 'Báo đã nhận' }).click();
    await page.locator('.border-steps li.done', { hasText: 'Báo đã nhận' }).waitFor();
    await shoot(page, 'giap-ranh-thong-ke', { guide: true });
    await goTo(page, 'hom-nay', 'Hôm nay');
    await page.locator('.due a', { hasText: 'TS-H1' }).waitFor({ state: 'detached' });
    await goTo(page, 'thong-ke', 'Thống kê giáp ranh');
    await page.getByRole('link', { name: 'BL-2019' }).click();
    await page.getByText('Năm 2019').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Báo đã nhận' }).count(), 0);
    await sync();
    assert.deepEqual(await world.sql('district', 'SELECT label, state, acknowledged_at > 0 FROM'
        + ' border_statistics ORDER BY label'), [['BL-2019', 'sent', null], ['TS-H1', 'acknowledged', 1]]);
});

test('a commune that touches no other district is told so, and that is all', async () => {
    await page.route(/api\/v1\/session/, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer,
            json: { ...await answer.json(), unit: '08803@2004-01-01' } });
    });
    await page.route(/rows\/border_notice/, (route) => route.fulfill({
        json: { ok: true, table: 'border_notice', total: 0, offset: 0, rows: [] } }));
    await page.reload();
    await goTo(page, 'giap-ranh', 'Giáp ranh');
    await page.getByText('không giáp xã nào của huyện khác').waitFor();
    assert.equal(await page.getByRole('tab').count(), 0);
    await page.unrouteAll();
    await page.reload();
    await goTo(page, 'giap-ranh', 'Thông báo giáp ranh');
});

test('a script typed into every text field stays text', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    for (const name of ['Tóm tắt', 'Đơn vị xử lý']) await page.getByLabel(name).fill(evil);
    await page.keyboard.press('Control+Enter');
    await page.locator('.cells', { hasText: '<script>alert(2)</script>' }).first().waitFor();
    await goTo(page, 'so-vu-viec?search=onerror', 'Sổ vụ việc');
    await page.getByText('<img src=x').first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    /* What was saved is no draft any more. */
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    assert.equal(await page.getByLabel('Tóm tắt').inputValue(), '');
});

test('the program goes away while one types: the page says so and keeps it', async () => {
    await goTo(page, 'so-vu-viec/moi', 'Ghi vụ việc');
    await page.getByLabel('Đơn vị xử lý').fill('Công an xã');
    await world.stop('xa');
    await page.keyboard.press('Control+Enter');
    await page.locator('.lost').waitFor();
    assert.equal(await page.locator('.sync-line.ok').count(), 0);
    await shoot(page, 'mat-chuong-trinh', { guide: true });
    assert.equal(await page.getByLabel('Đơn vị xử lý').inputValue(), 'Công an xã');
    await world.start('xa');
    await page.locator('.lost').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Enter');
    await page.locator('h1', { hasText: /BL-\d\d-A-\d+/ }).waitFor();
});

test('a receipt says in words what was held', async () => {
    await world.stop('xa');
    const behind = (...texts) => world.write('xa', 'UPDATE tq_flag SET applying = 1', ...texts,
        'UPDATE tq_flag SET applying = 0');
    const add = async (village, participants) => JSON.parse(await world.run('xa', '--json', 'add', 'activity',
        'kind=patrol', 'village=' + village, 'planned_on=2020-12-06', 'participants=' + participants,
        '--yes')).name;
    await behind('INSERT INTO unit (unit, code, valid_from, level, type, name, short_name, parent)'
        + " SELECT '08779-99@2020-01-01', '08779-99', '2020-01-01', level, type, 'Thôn Mới', 'Mới', parent"
        + " FROM unit WHERE unit = '08779-04@2019-01-01'");
    const held = await add('08779-99@2020-01-01', 9);
    await world.run('xa', 'sync');
    const [{ set }] = JSON.parse(await world.run('xa', '--json', 'receipt')).sets;
    await world.start('xa');
    await page.locator('.lost').waitFor({ state: 'detached' });
    await goTo(page, 'bien-nhan/' + set, /Biên nhận/);
    await page.locator('li', { hasText:
        new RegExp(`^Hoạt động ${held}: tạm giữ, vì chưa có dòng mà nó tham chiếu \\(Thôn: .*Mới.*\\)$`) })
        .waitFor();
});

test('nothing failed in the page, and nothing left the machine', () => {
    assert.deepEqual(tab.faults, []);
});
