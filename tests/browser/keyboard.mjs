/* keyboard.mjs - Each screen's task by keyboard alone, with the district away; what was done is sent when
 * it is back, and read there with SQL. Nothing here clicks, and no field is filled but by keys.
 *
 *   node tests/browser/keyboard.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR] */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, furnish, openBrowser, openWorld, settled, until } from './support.mjs';

const MOST_TABS = 160;
let world;
let tab;
let page;

before(async () => {
    world = await openWorld(3);
    await furnish(world);
    await agree();
    tab = await openBrowser();
    page = tab.page;
    await enter(world, page);
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
    await world.stop('district');
});

/* Which units of the other side a form may offer: any two communes can agree. */
async function agree() {
    const [[partner]] = await world.sql('district', "SELECT code || '@' || valid_from FROM unit WHERE"
        + " name LIKE '%Quang Yên' AND level = 3");
    const text = await world.file('quy-che.txt', `number = 05/QCPH (mẫu)
signed_on = 2020-10-01
from = 2020-10-01
to = 2099-12-31
side_a = Huyện Sông Lô
side_b = Huyện bạn (mẫu)
communes_a = 08779@2004-01-01
communes_b = ${partner}
article_1 = border_meeting: label, held_on, place, topics, minutes_no, signed_on, partner_signed_on
article_2 = joint_patrol: label, planned_on, held_on, participants, minutes_no, signed_on
`);
    await world.run('district', 'liaison', 'agree', 'Huyện bạn', text, '--side=a');
    await world.run('xa', 'sync');
}

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

const press = (key) => page.keyboard.press(key);
const type = (text) => page.keyboard.type(text);

/* On with Tab until the focus is there, as somebody without a mouse goes. */
async function tabTo(locator) {
    await locator.first().waitFor();
    for (let i = 0; i < MOST_TABS; i++) {
        if (await locator.first().evaluate((el) => el === document.activeElement)) return;
        await press('Tab');
    }
    throw new Error(`not reached by Tab: ${locator}`);
}

async function go(keys, title) {
    await press(keys);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await settled(page);
}

const button = (name, from = page) => from.getByRole('button', { name });

async function hit(locator) {
    await tabTo(locator);
    await press('Enter');
}

/* By the menu: the screens beyond the ninth have no number. */
async function menu(name, title = name) {
    await hit(page.locator('.nav').getByRole('link', { name }));
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await settled(page);
}

test('an activity is planned, then ticked off with its count', async () => {
    await go('Alt+3', 'Hoạt động');
    await press('n');
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
    await type('tuyen truyen');
    await press('Enter');
    await tabTo(page.getByRole('combobox', { name: 'Thôn' }));
    await type('anh dung');
    await press('Enter');
    await tabTo(page.getByLabel('Ngày dự kiến'));
    await type('3/12/2020');
    await press('Control+Enter');
    await hit(button('Đã làm'));
    const dialog = page.getByRole('dialog');
    await tabTo(dialog.getByLabel('Ngày làm'));
    await press('Control+a');
    await type('3/12/2020');
    await tabTo(dialog.getByLabel('Số người dự'));
    await type('73');
    await hit(button('Ghi kết quả', dialog));
    await page.locator('.cells', { hasText: 'Đã làm' }).first().waitFor();
});

test('figures of the villages: typed, taken back, confirmed', async () => {
    await go('Alt+4', 'Số liệu thôn');
    await tabTo(page.getByRole('combobox', { name: 'Tháng' }));
    await press('Control+a');
    await type('8/2020');
    await press('Enter');
    await settled(page);
    await page.getByText('Từ 15/07/2020').waitFor();
    await tabTo(page.locator('[data-cell="0:0"]'));
    await type('99');
    await press('Tab');
    await type('7');
    await press('Enter'); /* back to where Tab began, one row down */
    assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), '1:0');
    await press('Control+z');
    await press('Control+y');
    await press('Control+Enter');
    const sure = button('Đúng như vậy, xác nhận');
    await sure.or(page.getByText('Đã xác nhận 2 ô')).first().waitFor();
    if (await sure.isVisible()) await hit(sure);
    await page.getByText('Đã xác nhận 2 ô').first().waitFor();
});

test('a report: written, approved, submitted', async () => {
    await go('Alt+5', 'Báo cáo');
    await hit(page.getByRole('link', { name: 'Tháng 11/2020' }));
    await page.getByRole('heading', { level: 1, name: 'Tháng 11/2020' }).waitFor();
    await settled(page);
    await tabTo(page.getByLabel('Nội dung báo cáo'));
    await press('Control+a');
    await type('Gõ bằng bàn phím (dữ liệu mẫu).');
    await hit(button(/Soạn lại để nộp|Soạn báo cáo|Lưu nội dung/));
    await hit(button('Chủ tịch duyệt'));
    await hit(button('Nộp lên huyện'));
    await hit(button('Nộp lên huyện', page.getByRole('dialog')));
    await page.getByText('Báo cáo đã nộp').first().waitFor();
});

test('the inbox: one of two values', async () => {
    await go('Alt+6', 'Hộp việc cần quyết');
    await hit(button('Lấy giá trị này'));
    await page.locator('.decided li').first().waitFor();
});

test('the ranking: by arrows from part to part; an appeal', async () => {
    await go('Alt+7', /Xếp hạng/);
    await tabTo(page.getByRole('tab', { name: 'Bảng xếp hạng' }));
    await press('ArrowRight');
    await hit(button('Khiếu nại điểm'));
    const dialog = page.getByRole('dialog');
    await tabTo(dialog.getByRole('combobox'));
    await type('tuan tra');
    await press('Enter'); /* taken, and on to the next cell */
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await type('Có sổ ký (dữ liệu mẫu)');
    await hit(button('Gửi khiếu nại', dialog));
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.card', { hasText: 'Khiếu nại đã gửi' })
        .getByText('1.2 Tuần tra, trực theo kế hoạch:').waitFor();
});

test('the own score: confirmed', async () => {
    await go('Alt+8', 'Tự chấm điểm');
    await tabTo(page.getByRole('combobox', { name: /Kỳ/ }));
    await press('Control+a');
    await type('IV/2020');
    await press('Enter');
    await settled(page);
    await hit(button(/Xác nhận điểm máy tính/));
    await page.getByText('Xã đã chấm đủ các tiêu chí.').waitFor();
});

test('a directive: seen and answered', async () => {
    await menu('Chỉ đạo', 'Chỉ đạo của huyện');
    await hit(page.getByRole('link', { name: '15/CV-BCĐ' }));
    await hit(button('Báo là đã đọc'));
    await tabTo(page.getByLabel('Nội dung trả lời'));
    await type('Trả lời bằng bàn phím (dữ liệu mẫu).');
    await hit(button('Gửi trả lời'));
    await page.getByText('Đã trả lời').first().waitFor();
});

test('a covenant, a notice to the neighbour, a backup', async () => {
    await menu('Mô hình, quy ước', 'Mô hình');
    await tabTo(page.getByRole('tab', { name: 'Mô hình' }));
    await press('ArrowRight');
    await page.getByRole('heading', { level: 1, name: 'Quy ước' }).waitFor();
    await settled(page);
    await press('n');
    await tabTo(page.getByRole('combobox', { name: 'Thôn' }));
    await type('anh dung');
    await press('Enter');
    for (const [label, text] of [['Ngày thông qua', '21/11/2020'], ['Tổng số hộ', '90'],
        ['Số hộ dự', '80'], ['Số hộ đồng ý', '70']]) {
        await tabTo(page.getByLabel(label));
        await type(text);
    }
    await press('Control+Enter');
    await page.locator('h1', { hasText: /Quy ước/ }).waitFor();
    await menu('Giáp ranh', /Giáp ranh|Thông báo/);
    await press('n');
    await tabTo(page.getByLabel('Nội dung'));
    await type('Đề nghị phối hợp, gõ phím (dữ liệu mẫu)');
    await tabTo(page.getByLabel('Số công văn'));
    await type('09/TB');
    await press('Control+Enter');
    await page.locator('h1', { hasText: /Thông báo BL-/ }).waitFor();
    await menu('Máy này');
    await hit(button('Sao lưu ngay'));
    await page.getByText('Đã sao lưu').first().waitFor();
});

/* Cell by cell of the form, as its labels name them; in a list, what is typed picks. */
async function fillIn(cells) {
    for (const [label, text] of Object.entries(cells)) {
        const cell = page.locator('form.record-form').getByLabel(label, { exact: true });
        await tabTo(cell);
        await type(text);
        if (await cell.getAttribute('role') === 'combobox') await press('Enter');
    }
    await press('Control+Enter');
    await page.locator('.cells').first().waitFor();
}

test('with the neighbour: a meeting with its minutes, a joint patrol, an agreement', async () => {
    const tabs = ['Thông báo', 'Giao ban', 'Tuần tra chung', 'Bàn giao', 'Thống kê', 'Quy chế'];
    const register = async (right, title) => {
        await menu('Giáp ranh', /Giáp ranh|Thông báo/);
        await tabTo(page.getByRole('tab', { name: tabs[0] }));
        for (let i = 1; i <= right; i++) {
            await press('ArrowRight'); /* the focus goes along, from screen to screen */
            await page.waitForFunction((name) => document.activeElement?.role === 'tab' &&
                document.activeElement.ariaSelected === 'true' &&
                document.activeElement.textContent === name, tabs[i]);
        }
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
        await settled(page);
    };
    const next = async (right, title) => {
        await register(right, title);
        await press('n');
        await page.locator('form.record-form').waitFor();
    };
    await next(1, 'Giao ban giáp ranh');
    await fillIn({ 'Đơn vị bạn': 'quang yen', 'Ngày họp': '3/11/2020', 'Địa điểm': 'Nhà văn hóa Thôn 1',
        'Nội dung': 'Giao ban, gõ phím (dữ liệu mẫu)', 'Số biên bản': '21/BB', 'Ký ngày': '4/11/2020' });
    await next(2, 'Tuần tra chung');
    await fillIn({ 'Đơn vị bạn': 'quang yen', 'Ngày dự kiến': '9/11/2020', 'Ngày làm': '10/11/2020',
        'Số người dự': '14', 'Kết quả': 'Không có vụ việc (dữ liệu mẫu)', 'Số biên bản': '22/BB' });
    await next(5, 'Quy chế phối hợp');
    await fillIn({ 'Số quy chế': '23/QC', 'Đơn vị bạn': 'quang yen', 'Ngày ký': '11/11/2020',
        'Hết hạn': '11/11/2025' });
    /* Changed afterwards, by keyboard too: the minutes of the patrol are signed. */
    await register(2, 'Tuần tra chung');
    await hit(page.getByRole('row', { name: /Quang Yên.*14/ }).getByRole('link'));
    await hit(button('Sửa'));
    await page.locator('form.record-form').waitFor();
    await fillIn({ 'Ký ngày': '12/11/2020' });
});

test('the line comes back: all of it is sent, and a receipt is read', async () => {
    await world.start('district');
    await until(async () => {
        await press('Alt+s');
        return page.evaluate(() => fetch('/api/v1/status').then((r) => r.json())
            .then((s) => s.rows_waiting === 0 && s.changes_unsealed === 0 && s.sets_waiting === 0));
    }, 'sent');
    const ask = async (text, ...args) => (await world.sql('district', text, ...args))[0];
    const mine = "unit = '08779@2004-01-01'";
    assert.deepEqual(await ask("SELECT state, held_on FROM activity WHERE participants = 73"),
        ['done', '2020-12-03']);
    assert.deepEqual(await ask(`SELECT count(*), sum(value) FROM village_return WHERE period =`
        + ` 'ADMIN/2020-08' AND state = 'confirmed'`), [2, 106]);
    assert.deepEqual(await ask(`SELECT state, narrative, receipt_state FROM report WHERE ${mine} AND`
        + ` period = 'ADMIN/2020-11'`), ['sent', 'Gõ bằng bàn phím (dữ liệu mẫu).', 'received']);
    await go('Alt+1', 'Hôm nay'); /* it is done: nothing asks for it any more */
    await settled(page);
    await page.getByText(/Báo cáo .* bị trả lại/).waitFor({ state: 'detached' });
    assert.deepEqual(await ask('SELECT decision FROM conflict'), ['take_other']);
    assert.deepEqual(await ask('SELECT criterion, reason FROM appeal'),
        ['5TQ@1/1.2', 'Có sổ ký (dữ liệu mẫu)']);
    assert.ok((await ask(`SELECT count(*) FROM self_score WHERE ${mine} AND period =`
        + ` 'ADMIN/2020-Q4'`))[0] >= 10);
    assert.deepEqual(await ask('SELECT answer FROM directive_answer'),
        ['Trả lời bằng bàn phím (dữ liệu mẫu).']);
    assert.deepEqual(await ask("SELECT agreed FROM covenant WHERE adopted_on = '2020-11-21'"), [70]);
    assert.deepEqual(await ask("SELECT count(*) FROM border_notice WHERE dispatch_no = '09/TB'"), [1]);
    const partner = (await ask("SELECT code || '@' || valid_from FROM unit WHERE name = 'Xã Quang Yên'"
        + " OR name = 'Quang Yên'"))[0];
    assert.deepEqual(await ask('SELECT partner_unit, held_on, place, topics, signed_on FROM'
        + " border_meeting WHERE minutes_no = '21/BB'"), [partner, '2020-11-03', 'Nhà văn hóa Thôn 1',
        'Giao ban, gõ phím (dữ liệu mẫu)', '2020-11-04']);
    assert.deepEqual(await ask('SELECT partner_unit, planned_on, held_on, participants, signed_on FROM'
        + " joint_patrol WHERE minutes_no = '22/BB'"), [partner, '2020-11-09', '2020-11-10', 14,
        '2020-11-12']);
    assert.deepEqual(await ask('SELECT partner_unit, signed_on, valid_to FROM liaison_agreement WHERE'
        + " document_no = '23/QC'"), [partner, '2020-11-11', '2025-11-11']);
    await go('Alt+9', 'Biên nhận');
    await hit(page.locator('a.row-link').first());
    await page.getByText('Chữ ký đúng').waitFor();
});

test('nothing failed in the page, and nothing left the machine', () => {
    assert.deepEqual(tab.faults, []);
});
