/* together.mjs - Two tabs of one clerk, and the command line beside them: nobody approves or writes over
 * what he has not seen. And every text that goes to the district is asked about where it looks like a
 * person, in a window that can be answered.
 *
 *   node tests/browser/together.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR] */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, furnish, goTo, openBrowser, openWorld, shoot, until } from './support.mjs';

const REPORT = 'bao-cao/' + encodeURIComponent('ADMIN/2020-08');
const LINT = 'Có thể là thông tin cá nhân';
const PERSON = 'gọi ông Nguyễn Văn Mẫu 0912345678';

let world;
let tab;
let a;
let b;

before(async () => {
    world = await openWorld(2);
    await furnish(world);
    tab = await openBrowser();
    a = tab.page;
    await enter(world, a);
    await goTo(a, 'hom-nay', 'Hôm nay');
    b = await tab.context.newPage();
    b.setDefaultTimeout(90_000);
    await b.goto(new URL('/', a.url()).href);
    await goTo(b, 'hom-nay', 'Hôm nay');
});

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

const narrative = (page) => page.getByLabel('Nội dung báo cáo');
const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const reports = () => world.sql('xa', "SELECT state, narrative, approved_at IS NOT NULL FROM report"
    + " WHERE period = 'ADMIN/2020-08'");
const stale = (page) => page.getByRole('dialog', { name: 'Báo cáo này vừa được sửa ở nơi khác' });

test('a report typed in two tabs: both texts are shown, none is approved unseen', async () => {
    await goTo(a, REPORT, 'Tháng 8/2020');
    await goTo(b, REPORT, 'Tháng 8/2020');
    await narrative(b).fill('Bản của thẻ B (dữ liệu mẫu).');
    await narrative(a).fill('Bản của thẻ A (dữ liệu mẫu).');
    await press(a, 'Soạn báo cáo');
    await press(b, 'Chủ tịch duyệt'); /* there as soon as B has heard that the report is drafted */
    await stale(b).getByText('Bản của thẻ A (dữ liệu mẫu).').waitFor();
    await stale(b).getByText('Bản của thẻ B (dữ liệu mẫu).').waitFor();
    await shoot(b, 'bao-cao-hai-the', { guide: true });
    assert.deepEqual(await reports(), [['draft', 'Bản của thẻ A (dữ liệu mẫu).', 0]]);
    await stale(b).getByRole('button', { name: 'Giữ chữ tôi đang gõ' }).click();
    await stale(b).waitFor({ state: 'detached' });
    assert.equal(await narrative(b).inputValue(), 'Bản của thẻ B (dữ liệu mẫu).');
    assert.deepEqual(await reports(), [['draft', 'Bản của thẻ A (dữ liệu mẫu).', 0]]);
    await press(b, 'Lưu nội dung'); /* what stood there was seen: now it may be replaced */
    await until(async () => (await reports())[0][1] === 'Bản của thẻ B (dữ liệu mẫu).', 'saved by B');
    assert.deepEqual(await reports(), [['draft', 'Bản của thẻ B (dữ liệu mẫu).', 0]]);
});

test('a tab that has not heard approves nothing that it does not show', async () => {
    await until(async () => await narrative(b).inputValue() === 'Bản của thẻ B (dữ liệu mẫu).' &&
        await b.getByRole('button', { name: 'Lưu nội dung' }).isDisabled(), 'B shows what is saved');
    await b.route('**/api/v1/reports**', (route) => route.request().method() === 'GET'
        ? route.abort() : route.continue());
    await world.run('xa', 'report', 'draft', '2020-08', 'Bản ở dòng lệnh (dữ liệu mẫu).');
    await press(b, 'Chủ tịch duyệt');
    await stale(b).getByText('Bản ở dòng lệnh (dữ liệu mẫu).').waitFor();
    assert.equal(await stale(b).getByRole('button', { name: 'Giữ chữ tôi đang gõ' }).count(), 0);
    assert.deepEqual(await reports(), [['draft', 'Bản ở dòng lệnh (dữ liệu mẫu).', 0]]);
    await b.unroute('**/api/v1/reports**');
    await stale(b).getByRole('button', { name: 'Xem bản đang có' }).click();
    await until(async () => await narrative(b).inputValue() === 'Bản ở dòng lệnh (dữ liệu mẫu).',
        'B shows it');
    await press(b, 'Chủ tịch duyệt');
    await until(async () => (await reports())[0][0] === 'approved', 'approved as it was seen');
});

test('a directive answered in two tabs: the other answer is shown, not written over', async () => {
    for (const page of [a, b]) {
        await goTo(page, 'chi-dao', 'Chỉ đạo của huyện');
        await page.getByRole('link', { name: '15/CV-BCĐ' }).click();
    }
    await b.getByLabel('Nội dung trả lời').fill('Trả lời ở thẻ B (dữ liệu mẫu).');
    await a.getByLabel('Nội dung trả lời').fill('Trả lời ở thẻ A (dữ liệu mẫu).');
    await press(a, 'Gửi trả lời');
    await b.getByText('Đã báo huyện là đã đọc').waitFor();
    await press(b, 'Gửi trả lời');
    const dialog = b.getByRole('dialog', { name: 'Dòng này vừa được sửa ở nơi khác' });
    await dialog.getByText('Trả lời ở thẻ A (dữ liệu mẫu).').waitFor();
    assert.deepEqual(await world.sql('xa', 'SELECT answer FROM directive_answer'),
        [['Trả lời ở thẻ A (dữ liệu mẫu).']]);
    await dialog.getByText('Trả lời ở thẻ B (dữ liệu mẫu).').click();
    await dialog.getByRole('button', { name: 'Lưu các giá trị đã chọn' }).click();
    await until(async () => (await world.sql('xa', 'SELECT answer FROM directive_answer'))[0][0] ===
        'Trả lời ở thẻ B (dữ liệu mẫu).', 'chosen by the clerk');
});

test('a machine renamed in another tab is told before it is renamed again', async () => {
    for (const page of [a, b]) {
        await goTo(page, 'may-nay', 'Máy này');
        await press(page, 'Đổi tên');
    }
    await a.getByRole('textbox', { name: 'Tên máy' }).fill('Phòng một cửa');
    await press(a, 'Lưu');
    await a.getByRole('dialog').waitFor({ state: 'detached' });
    await b.getByRole('textbox', { name: 'Tên máy' }).fill('Phòng họp');
    await press(b, 'Lưu');
    await b.getByText('nay là “Phòng một cửa”').waitFor();
    assert.equal(JSON.parse(await world.run('xa', '--json', 'machine')).machine, 'Phòng một cửa');
    await press(b, 'Lưu');
    await b.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(JSON.parse(await world.run('xa', '--json', 'machine')).machine, 'Phòng họp');
});

/* Asked, sent back once, and answered; `count` is how often the text stands in the file. */
async function asked(send, count) {
    const window = a.getByRole('dialog', { name: LINT });
    await send();
    await window.getByText(/ông Nguyễn|0912345678/).first().waitFor();
    assert.equal((await a.locator('body').innerText()).includes('--yes'), false);
    await window.getByRole('button', { name: 'Sửa lại' }).click();
    await window.waitFor({ state: 'detached' });
    assert.equal(await count(), 0);
    await send();
    await window.getByRole('button', { name: 'Không phải, cứ lưu' }).click();
    await until(async () => await count() === 1, 'written once it was answered');
    await window.waitFor({ state: 'detached' });
}

const count = (table, column) => async () => (await world.sql('xa',
    `SELECT count(*) FROM ${table} WHERE ${column} LIKE '%0912345678%'`))[0][0];

test('what looks like a person is asked about on every screen that writes a text', async () => {
    await goTo(a, 'bao-cao/' + encodeURIComponent('ADMIN/2020-07'), 'Tháng 7/2020');
    await narrative(a).fill(PERSON);
    await asked(() => press(a, 'Soạn báo cáo'), count('report', 'narrative'));
    await shoot(a, 'bao-cao-lint');

    await goTo(a, 'chi-dao', 'Chỉ đạo của huyện');
    await a.getByRole('link', { name: '15/CV-BCĐ' }).click();
    await a.getByLabel('Nội dung trả lời').fill(PERSON);
    await asked(() => press(a, 'Gửi trả lời'), count('directive_answer', 'answer'));

    await goTo(a, 'tu-cham?period=' + encodeURIComponent('ADMIN/2020-Q4'), 'Tự chấm điểm');
    await a.getByRole('button', { name: /Chấm khác: 1\.2/ }).click();
    await a.getByLabel('Điểm xã chấm').fill('6,5');
    await a.getByLabel('Lý do').fill(PERSON);
    await asked(() => press(a, 'Ghi điểm'), count('self_score', 'note'));

    await goTo(a, 'xep-hang?xem=own', /Xếp hạng/);
    await press(a, 'Khiếu nại điểm');
    await a.locator('#appeal-criterion').fill('1.2');
    await a.getByRole('option', { name: /1\.2/ }).click();
    await a.locator('#appeal-reason').fill(PERSON);
    await asked(() => a.getByRole('dialog').getByRole('button', { name: /Gửi/ }).last().click(),
        count('appeal', 'reason'));

    await goTo(a, 'so-vu-viec', 'Sổ vụ việc');
    await a.locator('a.row-link').first().click();
    await press(a, 'Hủy dòng này');
    await a.getByLabel('Lý do hủy').fill(PERSON);
    await asked(() => a.getByRole('dialog').getByRole('button', { name: 'Hủy dòng này' }).click(),
        count('incident', 'void_reason'));
});

test('nothing failed in the pages', () => {
    assert.deepEqual(tab.faults, []);
});
