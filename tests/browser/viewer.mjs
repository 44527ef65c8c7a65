/* viewer.mjs - The static viewer of bundles, from the disk in a real browser: a readable bundle of a real
 * district is opened, compared with its cover, answered; the answer goes back and is confirmed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { axe, openBrowser, print, settings, shoot } from './support.mjs';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'tuquan-viewer-'));
const at = (name) => path.join(root, name);
const district = (...args) => JSON.parse(execFileSync(settings.district,
    ['--dir', at('huyen'), '--json', ...args], { encoding: 'utf8' }));
const AGREEMENT = `number = 05/QCPH-SL-SD
signed_on = 2020-10-01
from = 2020-10-01
to = 2099-12-31
side_a = Huyện Sông Lô
side_b = Huyện Sơn Dương
communes_a = 08779@2004-01-01
communes_b = 02632@2004-01-01
categories = theft
bundles = readable
article_3 = border_notice: label, category, issued_on, dispatch_no, body, reply_due
article_4 = border_notice: acknowledged_at, answered_on, answer
article_5 = border_meeting: held_on, place, minutes_no, minutes_hash
article_6 = joint_patrol: planned_on, held_on, participants, standing_unit, minutes_no, minutes_hash, signed_on, partner_signed_on
`;
const ROWS = {
    unit: `unit,code,valid_from,level,type,name,parent
253@2008-12-23,253,2008-12-23,2,district,Sông Lô,
076@2004-01-01,076,2004-01-01,2,district,Sơn Dương,
08779@2004-01-01,08779,2004-01-01,3,commune,Bạch Lưu,253@2008-12-23
02632@2004-01-01,02632,2004-01-01,3,commune,Trường Sinh,076@2004-01-01
`,
    border_notice: `unit,partner_unit,label,category,issued_on,reply_due,dispatch_no,body,state
08779@2004-01-01,02632@2004-01-01,BL-1,theft,2020-11-02,2020-11-20,31/CV-CAX,"Theo dõi xe tải không biển số, <b>dữ liệu mẫu</b>",sent
08779@2004-01-01,02632@2004-01-01,BL-2,theft,2020-11-05,2020-11-25,,"Mất trộm trâu ở bãi ven sông, dữ liệu mẫu",sent
`,
    border_meeting: `unit,partner_unit,held_on,place,minutes_no,minutes_hash,state
08779@2004-01-01,02632@2004-01-01,2020-10-20,Nhà văn hóa (dữ liệu mẫu),07/BB,${'a7'.repeat(32)},sent
`,
    joint_patrol: `unit,partner_unit,planned_on,held_on,participants,standing_unit,minutes_no,minutes_hash,signed_on,state
08779@2004-01-01,02632@2004-01-01,2020-11-10,2020-11-10,12,02632@2004-01-01,08/BB,${'b8'.repeat(32)},2020-11-12,sent
`,
};
let tab;
let page;
let made;

before(async () => {
    district('init', '--name', 'Huyện Sông Lô');
    for (const [table, text] of Object.entries(ROWS)) {
        fs.writeFileSync(at(table + '.csv'), text);
        district('import', table, at(table + '.csv'));
    }
    fs.writeFileSync(at('quy-che.txt'), AGREEMENT);
    district('liaison', 'invite', 'Sơn Dương');
    district('liaison', 'agree', 'Sơn Dương', at('quy-che.txt'), '--side', 'a');
    made = district('bundle', 'make', at('goi.tqp'), '--for', 'Sơn Dương', '--cover', at('bia.html'));
    district('bundle', 'viewer', at('xem-goi.html'));
    tab = await openBrowser();
    page = tab.page;
});
after(async () => {
    await tab?.browser.close();
    fs.rmSync(root, { recursive: true, force: true });
});

test('a bundle is read from the disk, in Vietnamese', async () => {
    await page.goto(pathToFileURL(at('xem-goi.html')).href);
    await page.getByLabel('1. Chọn tệp gói').setInputFiles(at('goi.tqp'));
    await page.getByText('Chưa đối chiếu với tờ bìa.').waitFor();
    assert.equal(await page.getByText(made.words).count(), 0); /* only the cover says them */
    await page.getByText('Theo dõi xe tải không biển số, <b>dữ liệu mẫu</b>').waitFor(); /* as text */
    for (const shown of ['Huyện Sông Lô', '05/QCPH-SL-SD', 'Bạch Lưu (mã 08779)', 'Trường Sinh (mã 02632)',
        '20/11/2020', 'Trộm cắp', '31/CV-CAX', '07/BB', 'a7'.repeat(32), 'Nhà văn hóa (dữ liệu mẫu)', '12', '08/BB',
        'b8'.repeat(32), '12/11/2020', 'Đơn vị thường trực', 'Bên lập ký ngày'])
        await page.getByText(shown, { exact: true }).first().waitFor();
    for (const title of ['Thông báo (2)', 'Giao ban (1)', 'Tuần tra chung (1)'])
        await page.getByRole('heading', { name: title }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shoot(page, 'xem-goi', { full: true });
});

test('nothing is saved before the words of the cover were typed', async () => {
    await page.getByLabel('3. Trả lời').first().fill('Đã theo dõi, chưa thấy (dữ liệu mẫu)');
    await page.getByLabel('Ngày trả lời').first().fill('31/11/2020'); /* there is no such day */
    const save = page.getByRole('button', { name: 'Lưu tệp trả lời (chưa ký)' });
    assert.equal(await save.isDisabled(), true);
    await page.getByLabel('2. Gõ tám chữ').fill('ba ca cha da ga ha kha la');
    await page.getByText('Không khớp.').waitFor();
    assert.equal(await save.isDisabled(), true);
    await page.getByLabel('2. Gõ tám chữ').fill('  ' + made.words.toUpperCase().replaceAll(' ', ', '));
    await page.getByText('Khớp với tờ bìa').waitFor();
    assert.equal(await save.isDisabled(), true);
    await page.getByLabel('Ngày trả lời').first().fill('10/11/2020');
    await page.getByLabel('3. Trả lời').first().fill('ế'.repeat(1400)); /* 4200 bytes */
    await page.getByText('Trả lời dài quá').waitFor();
    assert.equal(await save.isDisabled(), true);
    await page.getByLabel('3. Trả lời').first().fill('Đã theo dõi,\tchưa thấy (dữ liệu mẫu)');
    assert.equal(await page.getByText('Trả lời dài quá').count(), 0);
    await page.getByLabel('Người trả lời').fill('Trưởng Công an xã Trường Sinh');
    const waiting = page.waitForEvent('download');
    await save.click();
    await (await waiting).saveAs(at('tra-loi.json'));
    await page.getByText('1 trả lời, chưa ký').waitFor();
    await shoot(page, 'xem-goi-tra-loi', { full: true });
});

test('the answer counts once an officer confirms it with its dispatch', () => {
    const shown = district('bundle', 'show', at('tra-loi.json'));
    assert.deepEqual([shown.signed, shown.words, shown.by, shown.answers],
        [false, made.words, 'Trưởng Công an xã Trường Sinh',
            [{ answered_on: '2020-11-10', answer: 'Đã theo dõi, chưa thấy (dữ liệu mẫu)' }]]);
    const done = district('bundle', 'confirm', at('tra-loi.json'), '--dispatch', '12/CV-CAX');
    assert.deepEqual([done.answers_in, done.refused], [1, 0]);
    const again = district('bundle', 'confirm', at('tra-loi.json'), '--dispatch', '12/CV-CAX');
    assert.deepEqual([again.answers_in, again.refused], [0, 0]);
    const lines = district('liaison', 'journal').entries.filter((e) => e.way === 'answer_in');
    assert.deepEqual(lines.map((e) => [e.article, e.code]), [['4', '']]);
    const reply = JSON.parse(fs.readFileSync(at('tra-loi.json'), 'utf8'));
    const second = district('list', 'border_notice').rows.find((r) => r.label === 'BL-2');
    const confirm = (answers, dispatch) => {
        fs.writeFileSync(at('nua.json'), JSON.stringify({ ...reply, answers }));
        const { answers_in, refused } = district('bundle', 'confirm', at('nua.json'), '--dispatch', dispatch);
        return [answers_in, refused, ...district('liaison', 'journal').entries
            .filter((e) => e.way === 'answer_in' && e.code !== '').map((e) => e.code)];
    };
    const [first] = reply.answers;
    /* One that is too long for its column does not hold up the next; a tab is a space. */
    const long = { ...first, answer: 'x'.repeat(4001) };
    const good = { ...first, id: second._key, answer: 'rồi,\tdữ liệu mẫu' };
    assert.deepEqual(confirm([long, good], '13/CV').slice(0, 2), [1, 1]);
    assert.equal(district('list', 'border_notice').rows.find((r) => r.label === 'BL-2').answer, 'rồi, dữ liệu mẫu');
    /* A paper of before changes nothing that was answered since; another number of dispatch may come. */
    assert.deepEqual(confirm([{ ...good, answer: 'khác, dữ liệu mẫu' }], '14/CV').slice(0, 2), [0, 1]);
    assert.deepEqual(confirm([good], '15/CV').slice(0, 2), [1, 0]);
    assert.equal(confirm([good], '15/CV').at(-1), 'E323');
    const other = JSON.parse(fs.readFileSync(at('tra-loi.json'), 'utf8'));
    other.code = '00'.repeat(32); /* of no bundle of ours */
    fs.writeFileSync(at('khac.json'), JSON.stringify(other));
    assert.throws(() => district('bundle', 'confirm', at('khac.json'), '--dispatch', '1'),
        (error) => error.stdout.includes('E316'));
});

test('a file that was changed, or is none, says so', async () => {
    const bytes = fs.readFileSync(at('goi.tqp'));
    bytes[bytes.length >> 1] ^= 1;
    fs.writeFileSync(at('hong.tqp'), bytes);
    fs.writeFileSync(at('thu.txt'), 'không phải gói');
    await page.getByLabel('1. Chọn tệp gói').setInputFiles(at('thu.txt'));
    await page.getByText('Không mở được: tệp này không phải gói giáp ranh.').waitFor();
    await page.getByLabel('1. Chọn tệp gói').setInputFiles(at('hong.tqp'));
    await page.locator('#said.bad:not(:empty), #opened:not([hidden])').first().waitFor();
    if (await page.locator('#said.bad').count() > 0) /* not in the browser's English */
        await page.getByText('Không mở được: tệp hỏng trên đường đi').waitFor();
    if (await page.locator('#opened').isVisible()) { /* it inflates all the same: its code differs */
        await page.getByLabel('2. Gõ tám chữ').fill(made.words);
        await page.getByText('Không khớp.').waitFor();
    }
});

test('it fits a telephone, the dark, and the cover one sheet', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('1. Chọn tệp gói').setInputFiles(at('goi.tqp'));
    await page.getByText('05/QCPH-SL-SD').waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide} px`);
    assert.deepEqual(await axe(page), []);
    await shoot(page, 'xem-goi-dien-thoai', { full: true });
    await page.setViewportSize({ width: 1000, height: 1400 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(pathToFileURL(at('bia.html')).href);
    await page.getByText(made.words).waitFor();
    await shoot(page, 'bia-goi', { full: true });
    await print(page, 'bia-goi');
    const pdf = fs.readFileSync(path.join(settings.out, 'bia-goi.pdf'), 'latin1');
    assert.equal((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length, 1);
});

test('nothing failed in the page, and nothing left the machine', () => {
    assert.deepEqual(tab.faults, []);
});
