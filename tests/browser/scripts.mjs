/* scripts.mjs - Scripts typed into every field of every form of the clerk's page: they are shown as the
 * text they are, nothing of them runs, nothing is fetched for them.
 *
 *   node tests/browser/scripts.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR]
 *
 * The forms are walked as the page shows them: a new field of one is tried without a line here. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, furnish, goTo, openBrowser, openWorld, paste, settled } from './support.mjs';

const evil = (name) => `"><script>window.ran=1</script><img src=x onerror=window.ran=1> ${name}`;

/* Forms for a new row, and what their rules want besides the fields that must be there. */
const FORMS = {
    'so-vu-viec': {}, 'tin-bao': {}, 'tu-diem': {}, 'lan-chiem': {}, 'hoat-dong': { held_on: '5/11/2020' },
    'mo-hinh': {}, 'quy-uoc': { households_total: '9', present: '8', agreed: '7' },
    'ban-chi-dao': {}, 'to-tu-quan': {}, 'ho-so-thon': {}, 'thi-dua': {}, 'cong-nhan': {},
    'thuong-tru': { period: 'ADMIN/2020-Q4' },
    'giap-ranh': {}, 'hop-giap-ranh': {}, 'tuan-tra-chung': {}, 'quy-che': {},
};
/* What a day or a number must be, when a form wants one. */
const PLAIN = { date: '6/11/2020', instant: '7h30 6/11/2020', int: '3', money: '1000', points: '1' };
let world;
let tab;
let page;

before(async () => {
    world = await openWorld(1);
    await furnish(world);
    tab = await openBrowser();
    page = tab.page;
    page.on('request', (request) => {
        if (/\/x$/.test(new URL(request.url()).pathname)) tab.faults.push('asked for ' + request.url());
    });
    await enter(world, page);
    await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
});

after(async () => {
    await tab?.browser.close();
    await world?.close();
});

async function harmless(where) {
    assert.equal(await page.evaluate(() => window.ran), undefined, where);
    assert.equal(await page.locator('#app img, #app script').count(), 0, where);
}

/* The fields of the form that stands, as the page made them. */
const fields = () => page.locator('form.record-form [data-field]').evaluateAll((all) =>
    all.map((cell) => ({
        name: cell.dataset.field,
        type: [...cell.querySelector('.field').classList][1],
        list: cell.querySelector('[role=combobox]') !== null,
        must: cell.querySelector('.must') !== null,
        value: cell.querySelector('input,textarea').value,
    })));

/* {name: text} into the fields, each entered and left, as the events of typing tell the page; one
 * question to the browser for all of them. */
const into = (texts) => page.evaluate(async (all) => {
    const drawn = () => new Promise((done) => setTimeout(done, 0));
    for (const [name, text] of Object.entries(all)) {
        const field = document.querySelector(
            `form.record-form [data-field="${name}"] :is(input, textarea)`);
        field.focus();
        await drawn();
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, text);
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await drawn();
        field.blur();
        await drawn();
    }
}, texts);

/* A text is taken as it is; a day, a number or a choice does not take it: it is called wrong, or the
 * list has nothing like it. Returns the fields that hold text. */
async function fillForm(more) {
    const all = (await fields()).filter((f) => f.type !== 'check');
    const texts = all.filter((f) => !f.list && (f.type === 'text' || f.type === 'long_text'));
    const others = all.filter((f) => !texts.includes(f));
    await into(Object.fromEntries(all.map((f) => [f.name, evil(f.name)])));
    await harmless('typed');
    for (const field of others) /* a row's key is looked up when it is saved */
        if (!field.list && field.type !== 'ref')
            await page.locator(`[data-field="${field.name}"] .field-problem`).first().waitFor();
    const wanted = (f) => more[f.name] !== undefined || (f.must && f.value === '');
    await into(Object.fromEntries(others.map((f) => [f.name,
        wanted(f) && !f.list ? more[f.name] ?? PLAIN[f.type] : f.value])));
    for (const field of others.filter((f) => wanted(f) && f.list)) {
        await page.locator(`[data-field="${field.name}"] input`).click();
        await page.locator('[role=option]').first().click();
    }
    return texts.map((f) => f.name);
}

/* Saved, whatever the page asks about what looks like a person. */
async function save() {
    await page.keyboard.press('Control+Enter');
    const cells = page.locator('.cells').first();
    const asked = page.getByRole('button', { name: 'Không phải, cứ lưu' });
    const refused = page.locator('.record-form .error, .record-form [role=alert]');
    await cells.or(asked).or(refused).first().waitFor();
    if (await asked.isVisible()) {
        await harmless('asked about a person');
        await asked.click();
        await cells.or(refused).first().waitFor();
    }
    if (!await cells.isVisible()) throw new Error(await page.locator('.record-form').innerText());
}

for (const [path, more] of Object.entries(FORMS))
    test(`${path}: a script in each field`, async () => {
        await goTo(page, path + '/moi');
        await page.locator('form.record-form').waitFor();
        const texts = await fillForm(more);
        await save();
        await page.waitForFunction((all) => {
            const said = [...document.querySelectorAll('.cells dd')].map((dd) => dd.textContent);
            return all.every((text) => said.some((cell) => cell.includes(text)));
        }, texts.map(evil));
        await page.locator('.story li').first().waitFor();
        await harmless('the row');
        await page.getByRole('button', { name: 'Sửa', exact: true }).click();
        await page.locator('form.record-form').waitFor();
        await harmless('the form of the row');
        await goTo(page, path);
        await page.locator('tbody tr').first().waitFor();
        await harmless('the list');
    });

test('what is looked for, and a form in a window', async () => {
    await goTo(page, 'so-vu-viec');
    await page.locator('#book-search').fill(evil('tìm'));
    await page.waitForFunction(() => location.hash.includes('search='));
    await settled(page);
    await harmless('what was looked for');
    const key = JSON.parse(await world.run('xa', '--json', 'add', 'activity', 'kind=patrol',
        'village=08779-04@2019-01-01', 'planned_on=2020-12-05', '--yes')).key;
    await goTo(page, 'hoat-dong/' + key);
    await page.getByRole('button', { name: 'Đã làm', exact: true }).click();
    await page.locator('form.record-form').waitFor();
    const texts = await fillForm({ participants: '12', held_on: '5/12/2020' });
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const name of texts) await page.locator('.cells dd', { hasText: evil(name) }).first().waitFor();
    await harmless('the window');
});

test('figures of the villages: a script in a cell, typed and pasted', async () => {
    await goTo(page, 'so-lieu?period=' + encodeURIComponent('ADMIN/2020-08'), 'Số liệu thôn');
    const cells = page.locator('main [role=gridcell]');
    await cells.first().click();
    await page.keyboard.insertText(evil('ô'));
    await page.keyboard.press('Enter');
    await harmless('typed into a cell');
    await cells.first().click();
    await paste(page, `${evil('dán')}\t5\n6\t${evil('dán')}`);
    await page.locator('[role=gridcell]', { hasText: 'dán' }).first().waitFor();
    await harmless('pasted');
    await page.getByRole('button', { name: /Lưu nháp/ }).click();
    await settled(page);
    await harmless('saved');
    await page.reload();
    await settled(page);
});

test('a file: scripts for its name, its heads and its cells', async () => {
    await goTo(page, 'so-vu-viec');
    await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
    const dialog = page.getByRole('dialog');
    const csv = (head, ...rows) => Buffer.from([head, ...rows].map((cells) => cells.map((cell) =>
        '"' + cell.replaceAll('"', '""') + '"').join(',')).join('\r\n') + '\r\n');
    const load = (name, buffer) =>
        dialog.locator('#import-file').setInputFiles({ name, mimeType: 'text/csv', buffer });
    const head = ['area', 'category', 'occurred_on', 'summary', 'village'];
    const row = ['2', 'theft', '2020-11-05', evil('tóm tắt'), ''];
    await load('"><img src=x onerror=window.ran=1>.csv', csv(head, row));
    await dialog.getByRole('alert').first().waitFor();
    await harmless('the name of a file');
    await load('vu.csv', csv([...head, evil('đầu cột')], [...row, 'x']));
    await dialog.getByRole('alert').or(dialog.locator('tbody tr')).first().waitFor();
    await harmless('a head');
    await load('vu.csv', csv(head, ['2', evil('loại'), evil('ngày'), evil('tóm tắt'), evil('thôn')]));
    await dialog.locator('tbody td', { hasText: '<script>' }).first().waitFor();
    await harmless('what is wrong with a file');
    await load('vu.csv', csv(head, row));
    await dialog.getByText(/1 mới/).waitFor();
    const sure = dialog.getByLabel('Tôi đã xem các chỗ trên');
    if (await sure.count() > 0) await sure.check();
    await dialog.getByRole('button', { name: 'Nhập', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('tbody tr').first().waitFor();
    await harmless('rows of a file');
});

test('what is written beside the forms: a report, a score, an answer, an appeal, a reason', async () => {
    const period = encodeURIComponent('ADMIN/2020-08');
    await goTo(page, 'bao-cao/' + period, 'Tháng 8/2020');
    await page.getByLabel('Nội dung báo cáo').fill(evil('báo cáo'));
    await page.getByRole('button', { name: 'Soạn báo cáo' }).click();
    await page.getByRole('button', { name: 'Chủ tịch duyệt' }).waitFor();
    await goTo(page, `bao-cao/${period}/in`, 'BÁO CÁO');
    await page.getByText(evil('báo cáo')).first().waitFor();
    await harmless('the paper');
    await goTo(page, 'tu-cham?period=' + encodeURIComponent('ADMIN/2020-Q4'), 'Tự chấm điểm');
    await page.getByRole('button', { name: /Chấm khác: 1\.2/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Điểm xã chấm').fill(evil('điểm'));
    await dialog.getByRole('button', { name: 'Ghi điểm' }).click();
    await dialog.locator('.field-problem').first().waitFor();
    await dialog.getByLabel('Điểm xã chấm').fill('6,5');
    await dialog.getByLabel('Lý do').fill(evil('điểm'));
    await dialog.getByRole('button', { name: 'Ghi điểm' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(evil('điểm')).first().waitFor();
    await harmless('the score');
    await goTo(page, 'chi-dao', 'Chỉ đạo của huyện');
    await page.getByRole('link', { name: '15/CV-BCĐ' }).click();
    await page.getByLabel('Nội dung trả lời').fill(evil('trả lời'));
    await page.getByRole('button', { name: 'Gửi trả lời' }).click();
    await page.getByText('Đã trả lời').first().waitFor();
    await harmless('the answer');
    await goTo(page, 'xep-hang?xem=own', /Xếp hạng/);
    await page.getByRole('button', { name: 'Khiếu nại điểm' }).first().click();
    await dialog.getByRole('combobox').fill('tuan tra');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Lý do khiếu nại').fill(evil('khiếu nại'));
    await dialog.getByRole('button', { name: 'Gửi khiếu nại' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(evil('khiếu nại')).first().waitFor();
    await harmless('the appeal');
    await goTo(page, 'so-vu-viec');
    await page.locator('a.row-link').first().click();
    await page.getByRole('button', { name: 'Hủy dòng này' }).click();
    await dialog.getByLabel('Lý do hủy').fill(evil('hủy'));
    await dialog.getByRole('button', { name: 'Hủy dòng này' }).click();
    await page.getByText(evil('hủy')).first().waitFor();
    await harmless('the reason');
});

/* The last: from here on who writes has to sign in. */
test('the name of a person who writes here', async () => {
    await goTo(page, 'may-nay', 'Máy này');
    await page.getByLabel('Tên', { exact: true }).fill(evil('người'));
    await page.getByLabel(/^Mã PIN/).fill('2468');
    await page.getByRole('button', { name: 'Thêm người' }).click();
    const short = '<img src=x onerror=window.ran=1>';
    if (await page.getByRole('alert').or(page.getByRole('button', { name: /^Bỏ khỏi danh sách/ })).first()
        .waitFor().then(() => page.getByRole('alert').count()) > 0) { /* too long: a shorter one */
        await harmless('a name that is not taken');
        await page.getByLabel('Tên', { exact: true }).fill(short);
        await page.getByLabel(/^Mã PIN/).fill('2468');
        await page.getByRole('button', { name: 'Thêm người' }).click();
    }
    await page.getByRole('button', { name: /^Bỏ khỏi danh sách: .*<img/ }).waitFor();
    await harmless('the list of persons');
    await goTo(page, 'so-vu-viec/moi');
    await page.locator('[data-field="summary"] textarea, [data-field="summary"] input').fill('dữ liệu mẫu');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Ai đang ghi?' }).waitFor();
    await harmless('who writes');
});

test('nothing failed in the page, and nothing was asked for', () => {
    assert.deepEqual(tab.faults, []);
});
