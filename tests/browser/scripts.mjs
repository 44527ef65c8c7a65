/* scripts.mjs - Scripts typed into every field of every form of the clerk's page: they are shown as the
 * text they are, nothing of them runs, nothing is fetched for them.
 *
 *   node tests/browser/scripts.mjs --commune=PROGRAM --district=PROGRAM [--modules=DIR] [--out=DIR]
 *
 * The forms are walked as the page shows them: a new field of one is tried without a line here. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, furnish, goTo, openBrowser, openWorld, settled } from './support.mjs';

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

async function into(name, text) {
    await page.locator(`[data-field="${name}"] input, [data-field="${name}"] textarea`).fill(text);
    await page.keyboard.press('Tab');
}

/* A day, a number or a choice does not take it: it is called wrong, or the list has nothing like it. */
async function tryOther(field) {
    await into(field.name, evil(field.name));
    await harmless(`typed into ${field.name}`);
    if (!field.list && field.type !== 'ref') /* a row's key is looked up when it is saved */
        await page.locator(`[data-field="${field.name}"] .field-problem`).first().waitFor();
    await into(field.name, field.value);
}

async function fillForm(more) {
    const texts = [];
    for (const field of await fields()) {
        const text = field.type === 'text' || field.type === 'long_text';
        if (field.type === 'check') continue;
        if (text) {
            texts.push(field.name);
            await into(field.name, evil(field.name));
            continue;
        }
        await tryOther(field);
        const wanted = more[field.name] ?? PLAIN[field.type];
        if (more[field.name] === undefined && (!field.must || field.value !== '')) continue;
        if (!field.list) {
            await into(field.name, wanted);
            continue;
        }
        await page.locator(`[data-field="${field.name}"] input`).click();
        await page.locator('[role=option]').first().click();
    }
    return texts;
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
        for (const name of texts)
            await page.locator('.cells dd', { hasText: evil(name) }).first().waitFor();
        await page.locator('.story li').first().waitFor();
        await harmless('the row');
        await page.getByRole('button', { name: 'Sửa', exact: true }).click();
        await page.locator('form.record-form').waitFor();
        await harmless('the form of the row');
        await goTo(page, path);
        await page.locator('#book-search').fill(evil('tìm'));
        await page.waitForFunction(() => location.hash.includes('search='));
        await settled(page);
        await harmless('what was looked for');
        await goTo(page, path);
        await page.locator('tbody tr').first().waitFor();
        await harmless('the list');
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

test('nothing failed in the page, and nothing was asked for', () => {
    assert.deepEqual(tab.faults, []);
});
