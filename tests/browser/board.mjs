/* board.mjs - The district's page with real offices behind it: signing in, the board, the ranking; no
 * violation of WCAG in light and in dark, on an officer's screen, a large one and a phone.
 *
 *   node tests/browser/board.mjs --commune=PROGRAM --district=PROGRAM [--pictures] [--out=DIR] */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { goTo, openBrowser, openWorld, settled, shoot, until } from './support.mjs';
import { district, NARROW, PASSWORD } from './signed_in.mjs';
import { testsOfTheBorder } from './board_border.mjs';
import { testsOfTheChairman } from './board_chairman.mjs';
import { testsOfTheQuarter } from './board_quarter.mjs';
import { testsOfTheFigures } from './board_figures.mjs';
import { testsOfTheYear } from './board_year.mjs';

let world;
let browser;
const { judge, signIn, inside, withPage } = district({ world: () => world, browser: () => browser });
before(async () => {
    world = await openWorld(17, { before: true });
    ({ browser } = await openBrowser());
});
after(async () => {
    await browser?.close();
    await world?.close();
});

test('who is not known is told so in words, and gets in with the right password', () =>
    withPage(async (page) => {
        await signIn(page, 'officer', 'khong phai the nay');
        await page.getByRole('alert').getByText('mật khẩu').waitFor();
        assert.deepEqual(await judge(page, 'dang-nhap'), []);
        await page.getByLabel('Mật khẩu').fill(PASSWORD);
        await page.keyboard.press('Enter');
        await inside(page);
        await page.reload();
        await inside(page);
        await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        assert.equal(await page.getByText('Xã Bạch Lưu').count(), 0);
    }));

test('one reads the page in English, here and from now on, and goes back', () =>
    withPage(async (page) => {
        await page.goto(await world.board());
        const lang = () => page.evaluate(() => document.documentElement.lang);
        await page.getByRole('button', { name: 'English' }).press('Enter');
        await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
        assert.deepEqual(await judge(page, 'sign-in', NARROW), []);
        await page.getByLabel('Account').fill('officer');
        await page.getByLabel('Password').fill('khong phai the nay');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').getByText('password').waitFor();
        await page.getByLabel('Password').fill(PASSWORD);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { level: 1, name: 'Communes and towns' }).waitFor();
        await settled(page);
        assert.equal(await lang(), 'en');
        assert.equal(await page.getByRole('columnheader', { name: 'Last heard' }).count(), 1);
        assert.deepEqual(await judge(page, 'communes', NARROW), []);
        /* Papers are Vietnamese, printed from a window of their own; this one stays English. */
        await page.context().addInitScript(() => {
            window.print = () => {
                document.body.dataset.printed = document.querySelector('main h1').textContent;
            };
        });
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Ranking Q4 2020');
        const [paper] = await Promise.all([page.context().waitForEvent('page'),
            page.getByRole('button', { name: 'Print in Vietnamese' }).press('Enter')]);
        await paper.locator('body[data-printed="Xếp hạng quý IV/2020"]').waitFor();
        await paper.close();
        await page.reload();
        await page.getByRole('heading', { level: 1, name: 'Ranking Q4 2020' }).waitFor();
        await page.emulateMedia({ media: 'print' });
        await page.getByText('The official document is in Vietnamese.').waitFor();
        await page.emulateMedia({ media: 'screen' });
        await goTo(page, 'bang-xa', 'Communes and towns');
        await page.getByRole('button', { name: 'Tiếng Việt' }).press('Enter');
        await inside(page);
        assert.equal(await lang(), 'vi');
    }));

/* How complete and how timely, as `board --rates` says; a head sorts. */
async function rates(page) {
    await goTo(page, 'bang-xa?period=ADMIN%2F2020-11');
    await page.getByRole('tab', { name: 'Đầy đủ, đúng hạn' }).click();
    const told = JSON.parse(await world.run('district', '--json', 'board', '2020-11', '--rates')).rates;
    const lines = page.getByRole('region', { name: 'Báo cáo đã nộp' }).locator('tbody tr');
    await until(async () => await lines.count() === 18, 'every commune and their sum');
    const all = told.filter((r) => r.unit === null);
    assert.deepEqual(all.map((r) => r.period), ['ADMIN/2020-11', 'ADMIN/2020-10', 'ADMIN/2020-09',
        'ADMIN/2020-08', 'ADMIN/2020-07']);
    assert.ok(all[0].reports_due === 17 && all[0].reports_given > all[0].reports_in_time &&
        all[0].cells_filled > 0 && all[0].cells_filled <= all[0].cells_asked, JSON.stringify(all));
    const shows = (part, total) => `${Math.floor(100 * part / total)} % ${part}/${total}`;
    const first = () => lines.last().locator('td').first().innerText();
    assert.equal(await first(), shows(all[0].reports_given, all[0].reports_due));
    assert.deepEqual(await judge(page, 'bang-xa-ty-le', NARROW), []);
    await page.getByLabel('Tỷ lệ').fill('dung han');
    await page.getByRole('option', { name: 'Báo cáo đúng hạn' }).click();
    const sorted = page.getByRole('region', { name: 'Báo cáo đúng hạn' }).locator('tbody tr');
    await sorted.first().waitFor();
    assert.equal(await sorted.last().locator('td').first().innerText(),
        shows(all[0].reports_in_time, all[0].reports_due));
    await page.getByRole('button', { name: 'Tháng 11/2020' }).click();
    const late = told.filter((r) => r.period === 'ADMIN/2020-11' && r.unit !== null &&
        r.reports_in_time === 0).map((r) => r.name);
    assert.ok(late.length > 0 && late.length < 17);
    const top = await sorted.evaluateAll((rows) => rows.map((r) => r.querySelector('th').innerText));
    assert.deepEqual(new Set(top.slice(0, late.length)), new Set(late));
    assert.equal(top.at(-1), 'Toàn huyện');
    await shoot(page, 'huyen-ty-le', { guide: true });
}

test('the board shows all seventeen, and what changes without a reload', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        const rows = page.locator('tbody tr');
        assert.equal(await rows.count(), 17);
        assert.deepEqual(await judge(page, 'bang-xa'), []);
        await rates(page);
        await goTo(page, 'bang-xa?period=ADMIN%2F2020-11');
        const own = rows.filter({ hasText: 'Bạch Lưu' });
        await own.waitFor();
        assert.equal(await own.getByText('trả lại').count(), 0);
        await page.evaluate(() => {
            window.stays = true;
        });
        const returned = await world.file('returned.csv',
            'unit,type,period,receipt_state,returned_cells\n' +
            '08779@2004-01-01,month,ADMIN/2020-11,returned,"1.2: thiếu sổ ký (dữ liệu mẫu)"\n');
        await world.run('district', 'import', 'report', returned);
        await own.getByText('trả lại').waitFor();
        assert.equal(await page.evaluate(() => window.stays), true);
    }));

test('the ranking shows the rule of each place, now and as it was published', () =>
    withPage(async (page) => {
        await signIn(page, 'leader');
        await inside(page);
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Xếp hạng quý IV/2020');
        const told = JSON.parse(await world.run('district', '--json', 'rank', '2020-Q4'));
        const rows = page.getByRole('region', { name: 'Xếp hạng' }).locator('tbody tr');
        await until(async () => await rows.count() === 17, 'seventeen rows');
        for (const [i, row] of told.rows.entries()) {
            const text = await rows.nth(i).textContent();
            assert.ok(text.includes(row.unit.name), text);
            if (row.final_c !== null)
                assert.ok(text.includes(`${Math.floor(row.final_c / 100)},`), text);
        }
        assert.deepEqual(await judge(page, 'xep-hang'), []);
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4&lan=1', 'Xếp hạng quý IV/2020');
        await page.getByText('Tính lại từ số liệu lúc này').waitFor();
        assert.deepEqual(await judge(page, 'xep-hang-lan-1'), []);
        assert.equal(await page.getByText('BẢNG XẾP HẠNG CÁC XÃ').isVisible(), false);
        await page.emulateMedia({ media: 'print' });
        await page.getByText('BẢNG XẾP HẠNG CÁC XÃ').waitFor();
        await page.getByText('Công bố lần 1', { exact: true }).last().waitFor();
        assert.equal(await page.getByRole('heading', { level: 1 }).isVisible(), false);
        assert.equal(await page.getByRole('button', { name: 'In', exact: true }).isVisible(), false);
        await page.emulateMedia({ media: 'screen' });
        await rows.first().getByRole('link').click();
        await page.getByRole('heading', { level: 1, name: 'Thẩm định' }).waitFor();
        await page.locator('[data-code="1.1"][data-act="facts"]').waitFor();
    }));

test('one prepares, a leader signs, and the table says what differs', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Xếp hạng quý IV/2020');
        await page.getByText('Chưa công bố được').waitFor();
        const first = async () => JSON.parse(await world.run('district', '--json', 'rank',
            '2020-Q4', '--published=1')).rows;
        const published = await first();
        await world.run('district', 'verify-score', '2020-Q4', '08779', '1.1', '0', '--reason=dữ liệu mẫu');
        await page.getByLabel('Số quyết định công bố').fill('13/QĐ (dữ liệu mẫu)');
        await page.getByRole('button', { name: 'Dùng quyết định này' }).click();
        await page.getByText('Công bố được, thành lần 2').waitFor();
        await page.getByRole('button', { name: 'Lập để ký' }).click();
        await page.getByText('chờ ký').waitFor();
        await page.getByText('Lãnh đạo ký; tài khoản này không ký được.').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Ký công bố' }).count(), 0);
        assert.deepEqual(await judge(page, 'lap-cong-bo'), []);
        await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        await signIn(page, 'leader');
        await inside(page);
        await goTo(page, 'xep-hang?period=ADMIN%2F2020-Q4', 'Xếp hạng quý IV/2020');
        await page.getByRole('button', { name: 'Ký công bố' }).click();
        const dialog = page.getByRole('dialog', { name: 'Ký công bố lần 2' });
        await dialog.getByRole('row').filter({ hasText: 'Bạch Lưu' }).first().waitFor();
        assert.deepEqual(await judge(page, 'ky-cong-bo'), []);
        await dialog.getByRole('button', { name: 'Ký công bố' }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByRole('link', { name: '2', exact: true }).click();
        await page.getByRole('heading', { name: 'Khác lần công bố trước' }).waitFor();
        await page.getByText('Tính lại từ số liệu lúc này cho đúng').waitFor();
        /* The first one stays what it was, whatever a sum of today makes of it. */
        assert.deepEqual(await first(), published);
        const versions = JSON.parse(await world.run('district', '--json', 'rank', '2020-Q4', '--history'));
        assert.deepEqual(versions.versions.map((v) => v.version), [2, 1]);
        assert.ok(versions.versions[0].differences.some((d) => d.name.includes('Bạch Lưu')));
    }));

/* RFC 6238, as a phone has it. */
function codeOf(secret) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...secret].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
    const hash = createHmac('sha1', key).update(step).digest();
    const at = hash[19] & 15;
    return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('one changes one\'s own password and second factor, and sees where one is signed in', () =>
    withPage(async (page) => {
        await signIn(page, 'read-only');
        await inside(page);
        await goTo(page, 'cua-toi', 'Tài khoản của tôi');
        await page.locator('tbody').getByText('nơi này').waitFor();
        await page.getByRole('button', { name: 'Bật mã xác thực' }).click();
        await page.locator('#totp-password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Tiếp tục' }).click();
        const secret = await page.locator('.own-secret').textContent();
        await page.getByRole('img', { name: 'Hình QR' }).waitFor();
        assert.deepEqual(await judge(page, 'ca-nhan'), []);
        await page.locator('#totp-new').fill('000000');
        await page.getByRole('button', { name: 'Bật', exact: true }).click();
        await page.getByRole('alert').getByText('không đúng').waitFor();
        await page.locator('#totp-new').fill(codeOf(secret));
        await page.getByRole('button', { name: 'Bật', exact: true }).click();
        await page.getByText('Đang bật').waitFor();
        await page.getByLabel('Mật khẩu đang dùng').fill(PASSWORD);
        await page.getByLabel('Mật khẩu mới').fill(PASSWORD + ' khac');
        await page.getByRole('button', { name: 'Đổi mật khẩu' }).click();
        await page.getByText('Đã đổi mật khẩu.').first().waitFor();
        await page.reload();
        await page.getByRole('heading', { level: 1, name: 'Tài khoản của tôi' }).waitFor();
        await page.getByRole('button', { name: 'Đổi sang điện thoại khác' }).waitFor();
    }));

test('who keeps accounts adds one and locks it; others see no such screen', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        assert.equal(await page.getByRole('link', { name: 'Tài khoản' }).count(), 0);
        await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        await signIn(page, 'operator');
        await inside(page);
        await goTo(page, 'tai-khoan', 'Tài khoản');
        await page.getByRole('button', { name: 'Thêm tài khoản' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Tài khoản', { exact: true }).fill('Phòng TC');
        await dialog.getByLabel('Mật khẩu').fill('ngan');
        await page.getByRole('button', { name: 'Lưu' }).click();
        await page.getByRole('alert').getByText('12..128').waitFor();
        assert.deepEqual(await judge(page, 'tai-khoan-them'), []);
        await dialog.getByLabel('Mật khẩu').fill(PASSWORD);
        await page.getByRole('button', { name: 'Lưu' }).click();
        const own = page.locator('tbody tr').filter({ hasText: 'Phòng TC' });
        await own.getByText('đang dùng').waitFor();
        assert.deepEqual(await judge(page, 'tai-khoan'), []);
        await page.getByRole('button', { name: 'Sửa tài khoản Phòng TC' }).click();
        await page.getByRole('dialog').waitFor();
        assert.deepEqual(await judge(page, 'tai-khoan-sua'), []);
        await page.getByRole('button', { name: 'Khóa tài khoản' }).click();
        await own.getByText('đã khóa').waitFor();
        for (const [part, text] of [['sessions', '127.0.0.1'], ['trail', 'thêm tài khoản']]) {
            await goTo(page, 'tai-khoan?xem=' + part);
            await page.locator('tbody').getByText(text).first().waitFor();
            assert.deepEqual(await judge(page, 'tai-khoan-' + part), []);
        }
    }));

/* Two values for one cell, a row that lacks its village, a figure of a closed month. */
async function trouble() {
    await world.join('xb');
    const activity = JSON.parse(await world.run('xa', '--json', 'add', 'activity', 'kind=patrol',
        'village=08779-04@2019-01-01', 'planned_on=2020-12-05', '--yes'));
    await world.run('xa', 'sync');
    await world.run('xb', 'sync');
    await world.run('xb', 'edit', 'activity', activity.name, 'participants=22');
    await world.run('xb', 'sync');
    await world.run('xa', 'edit', 'activity', activity.name, 'participants=11');
    await world.write('xa', 'UPDATE tq_flag SET applying = 1',
        "INSERT INTO unit(unit, code, level, name, parent) VALUES ('08779-77@2019-01-01'," +
        " '08779-77', 4, 'Thôn mẫu', '08779@2004-01-01')", 'UPDATE tq_flag SET applying = 0',
        "INSERT INTO incident(unit, area, village) VALUES ('08779@2004-01-01', 2," +
        " '08779-77@2019-01-01')");
    await world.run('xa', 'sync');
    return activity.name;
}

test('what waits for a person is decided on the page: two values, a held row', () =>
    withPage(async (page) => {
        const name = await trouble();
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'cho-quyet', 'Chờ quyết');
        const card = page.locator('.card').filter({ hasText: name, hasNot: page.locator('.decided') });
        await card.getByText('= 22').waitFor();
        assert.deepEqual(await judge(page, 'cho-quyet', NARROW), []);
        await shoot(page, 'huyen-cho-quyet', { guide: true });
        /* The commune writes this cell: the district keeps, and takes nothing for it. */
        assert.equal(await card.getByRole('button', { name: 'Lấy giá trị này' }).count(), 0);
        await card.getByRole('button', { name: 'Giữ giá trị này' }).click();
        await card.waitFor({ state: 'detached' });
        assert.deepEqual(JSON.parse(await world.run('district', '--json', 'conflicts')).conflicts, []);
        await page.getByRole('tab', { name: 'Tạm giữ' }).click();
        const held = page.locator('.card').filter({ hasText: 'chưa có dòng mà nó tham chiếu' });
        await held.getByRole('button', { name: 'Xét lại ngay' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Xét lại ngay' }).click();
        await dialog.getByText('Cần ghi lý do.').waitFor();
        assert.deepEqual(await judge(page, 'cho-quyet-ly-do', NARROW), []);
        await dialog.getByLabel('Lý do').fill('xét lại (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Xét lại ngay' }).click();
        await page.getByText('vẫn phải chờ').first().waitFor();
        await held.getByRole('button', { name: 'Trả lại xã' }).click();
        await dialog.getByLabel('Lý do').fill('không có thôn này (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Trả lại xã' }).click();
        await page.getByText('Không có dòng nào bị giữ.').waitFor();
        const row = await world.sql('district', 'SELECT state, decided_by FROM held_row');
        assert.deepEqual(row, [['returned', 'officer']]);
    }));

/* A cell that commune and district both write, neither having seen the other: on the machine without an agent,
 * which would send the first before the second is written. */
async function twoWriters() {
    await world.run('xb', 'add', 'border_notice', 'label=TB-99', 'issued_on=2020-11-02',
        'body=lúc đầu (dữ liệu mẫu)', '--yes');
    await world.run('xb', 'sync');
    await world.run('xb', 'edit', 'border_notice', 'TB-99', 'body=lời của xã (dữ liệu mẫu)', '--yes');
    await world.run('district', 'set', 'border_notice', '--row=TB-99', 'body=lời của huyện (dữ liệu mẫu)');
    await world.run('xb', 'sync');
}

const noticeBody = async () =>
    (await world.sql('district', "SELECT body FROM border_notice WHERE label = 'TB-99'"))[0][0];

test('a cell that the district writes, too: both writers, the score, a third value, taken back', () =>
    withPage(async (page) => {
        await twoWriters();
        const kept = await noticeBody();
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'cho-quyet', 'Chờ quyết');
        const card = page.locator('.card').filter({ hasText: 'TB-99', hasNot: page.locator('.decided') });
        await card.getByText(/máy [A-Z] \(/).waitFor();
        await card.getByRole('button', { name: /^Xem ảnh hưởng tới điểm/ }).click();
        await card.getByText('Ảnh hưởng tới điểm:').waitFor();
        assert.deepEqual(await judge(page, 'cho-quyet-hai-noi', NARROW), []);
        await card.getByRole('button', { name: /^Ghi giá trị khác/ }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        await dialog.getByText('Chưa đổi gì').waitFor();
        await dialog.getByLabel('Nội dung').fill('đúng là (dữ liệu mẫu)');
        assert.deepEqual(await judge(page, 'cho-quyet-ghi', NARROW), []);
        await dialog.getByRole('button', { name: 'Ghi', exact: true }).click();
        const done = page.locator('.decided li').filter({ hasText: 'TB-99' });
        await done.getByText('đúng là').waitFor();
        assert.equal(await noticeBody(), 'đúng là (dữ liệu mẫu)');
        assert.deepEqual(await judge(page, 'cho-quyet-da-quyet', NARROW), []);
        await done.getByRole('button', { name: /^Rút lại/ }).click();
        await done.waitFor({ state: 'detached' });
        assert.equal(await noticeBody(), kept);
        assert.deepEqual(await world.sql('district', 'SELECT what, who FROM tq_audit WHERE what IN' +
            " ('conflict_edit', 'conflict_undo') ORDER BY id"),
        [['conflict_edit', 'officer'], ['conflict_undo', 'officer']]);
    }));

test('the ledger is searched and paged, and a click on a cell says why', () =>
    withPage(async (page) => {
        await signIn(page, 'leader');
        await inside(page);
        await goTo(page, 'so-cai', 'Sổ cái');
        const rows = page.locator('tbody tr');
        await until(async () => await rows.count() === 50, 'a page of changes');
        assert.deepEqual(await judge(page, 'so-cai'), []);
        await shoot(page, 'huyen-so-cai', { guide: true });
        const first = await rows.first().textContent();
        await page.getByRole('button', { name: 'Cũ hơn' }).click();
        await until(async () => await rows.first().textContent() !== first, 'an older page');
        await page.getByRole('button', { name: 'Mới hơn' }).click();
        await until(async () => await rows.first().textContent() === first, 'the newest page');
        await page.getByLabel('Sổ', { exact: true }).fill('hoat dong');
        await page.getByRole('option', { name: 'Hoạt động', exact: true }).click();
        await page.getByLabel('Số hiệu của dòng').fill('BL-26-A-001');
        await page.keyboard.press('Enter');
        const told = JSON.parse(await world.run('district', '--json', 'changes', '--table=activity',
            '--row=BL-26-A-001')).changes;
        assert.ok(told.length >= 3);
        await until(async () => await rows.count() === told.length, 'the changes of one row');
        await page.getByRole('button', { name: 'Vì sao: Hoạt động BL-26-A-001, Số người dự' })
            .first().click();
        const why = page.getByRole('dialog').locator('tbody tr');
        await why.filter({ hasText: 'đang dùng' }).getByText('= 11').waitFor();
        assert.equal(await why.filter({ hasText: '= 22' }).count(), 1);
        assert.deepEqual(await judge(page, 'so-cai-vi-sao', NARROW), []);
        await page.keyboard.press('Escape');
        await page.getByLabel('Người ghi').fill('khong ai ca');
        await page.keyboard.press('Enter');
        await page.getByText('Không có thay đổi nào như vậy.').waitFor();
        await page.getByRole('tab', { name: 'Biên nhận' }).click();
        const receipts = JSON.parse(await world.run('district', '--json', 'receipts')).receipts;
        await until(async () => await rows.count() === receipts.length, 'receipts');
        assert.deepEqual(await judge(page, 'so-cai-bien-nhan', NARROW), []);
        await page.getByRole('tab', { name: 'Kiểm tra' }).click();
        await page.getByRole('button', { name: 'Kiểm tra cả sổ cái' }).click();
        await page.getByText('Sổ cái nguyên vẹn.').waitFor();
    }));

test('a commune is verified by keys, down to the rows behind a figure', () =>
    withPage(async (page) => {
        const unit = '08779@2004-01-01';
        const ask = async (...args) => JSON.parse(await world.run('district', '--json', ...args));
        await signIn(page, 'officer');
        await inside(page);
        const place = (quarter) => `tham-dinh?period=ADMIN%2F2020-${quarter}&xa=` +
            encodeURIComponent(unit);
        await goTo(page, place('Q4'), 'Thẩm định');
        const rows = page.locator('.assess > .table-wrap > table > tbody > tr');
        await until(async () => await rows.count() > 0, 'criteria');
        assert.deepEqual(await judge(page, 'tham-dinh'), []);
        await shoot(page, 'huyen-tham-dinh', { guide: true });
        /* From a figure to its rows, and to who wrote one. */
        const facts = (await ask('facts', '2020-Q4', unit, '1.2')).facts;
        await page.locator('[data-code="1.2"][data-act="facts"]').focus();
        await page.keyboard.press('l');
        const dialog = page.getByRole('dialog');
        const lines = dialog.locator('tbody tr');
        await until(async () => await lines.count() === facts.length, 'the rows behind 1.2');
        assert.ok(facts.length > 3);
        assert.deepEqual(await judge(page, 'tham-dinh-so-lieu', NARROW), []);
        await shoot(page, 'huyen-tham-dinh-so-lieu', { guide: true });
        await lines.first().getByRole('button').click();
        await page.getByRole('dialog', { name: 'Vì sao' }).getByText('đang dùng').first().waitFor();
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        await goTo(page, place('Q3'));
        const told = await ask('assess', '2020-Q3', unit);
        assert.ok(told.criteria.every((c) => !c.verified));
        await until(async () => await page.locator('.assess .mark.wait').count() ===
            told.criteria.length, 'every criterion');
        /* Accepted, changed with a reason, given back. */
        await page.locator('[data-code="1.1"][data-act="accept"]').focus();
        await page.keyboard.press('n');
        await rows.first().locator('.mark.ok').waitFor();
        await page.waitForFunction(() => document.activeElement?.dataset.code === '1.2');
        await page.keyboard.press('s');
        await dialog.getByLabel('Điểm').fill('1,25');
        await dialog.getByRole('button', { name: 'Lưu' }).click();
        await dialog.getByText('phải ghi lý do').waitFor();
        assert.deepEqual(await judge(page, 'tham-dinh-sua', NARROW), []);
        await dialog.getByLabel('Lý do').fill('thiếu sổ ký (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Lưu' }).click();
        await dialog.waitFor({ state: 'detached' });
        const now = Object.fromEntries((await ask('assess', '2020-Q3', unit)).criteria
            .map((c) => [c.code, c]));
        assert.deepEqual([now['1.1'].verified, now['1.1'].points_c === now['1.1'].machine_c,
            now['1.2'].points_c, now['1.2'].reason, now['1.3'].verified],
            [true, true, 125, 'thiếu sổ ký (dữ liệu mẫu)', false]);
        await page.locator('[data-code="1.4"][data-act="return"]').focus();
        await page.keyboard.press('t');
        await dialog.getByLabel('Lý do').fill('thiếu giờ chuyển tin (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Trả lại' }).click();
        await page.getByText('Báo cáo: đã trả lại').waitFor();
        const report = (await ask('assess', '2020-Q3', unit)).reports[0];
        assert.equal(report.receipt_state, 'returned');
        assert.match(report.returned_cells, /^1\.4 .*: thiếu giờ chuyển tin/);
        await page.getByRole('button', { name: /Nhận số máy tính/ }).click();
        await page.getByText(`${told.criteria.length}/${told.criteria.length}`).waitFor();
        /* A bonus by its document. */
        await page.getByRole('tab', { name: 'Thưởng, trừ' }).click();
        await page.getByRole('button', { name: 'Thêm khoản' }).click();
        await dialog.getByLabel('Khoản').fill('B2');
        await dialog.getByRole('option').first().click();
        await dialog.getByLabel('Điểm được duyệt').fill('0,5');
        await dialog.getByLabel('Sự việc').fill('Giấy khen (dữ liệu mẫu)');
        await dialog.getByLabel('Số quyết định').fill('31/QĐ (mẫu)');
        await dialog.getByRole('button', { name: 'Duyệt' }).click();
        await page.locator('tbody').getByText('được duyệt').waitFor();
        assert.deepEqual(await judge(page, 'tham-dinh-thuong', NARROW), []);
        assert.equal((await ask('assess', '2020-Q3', unit)).bonus_c, told.bonus_c + 50);
        await page.getByRole('tab', { name: 'Khiếu nại' }).click();
        await page.getByText('Xã không khiếu nại kỳ này.').waitFor();
    }));

testsOfTheChairman({ world: () => world, withPage, signIn, inside, judge, narrow: NARROW });
testsOfTheQuarter({ world: () => world, withPage, signIn, inside, judge, narrow: NARROW });
testsOfTheFigures({ world: () => world, withPage, signIn, inside, judge, narrow: NARROW });

test('a directive is issued, and its answers come without a reload', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'chi-dao', 'Chỉ đạo');
        await page.getByRole('button', { name: 'Ra chỉ đạo' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Ra chỉ đạo' }).click();
        await dialog.getByRole('alert').getByText('Cần số hiệu').waitFor();
        assert.deepEqual(await judge(page, 'chi-dao-ra', NARROW), []);
        for (const [label, text] of [['Số hiệu', 'CD-9'], ['Số văn bản', '15/CV (mẫu)'],
            ['Trích yếu', 'Tăng cường tuần tra (dữ liệu mẫu)'], ['Hạn trả lời', '31/12/2026'],
            ['Nội dung', 'Các xã báo cáo kết quả (dữ liệu mẫu).']])
            await dialog.getByLabel(label, { exact: true }).fill(text);
        await dialog.getByRole('button', { name: 'Ra chỉ đạo' }).click();
        const line = page.locator('tbody tr').filter({ hasText: 'Tăng cường tuần tra' });
        await line.getByText('0/17').first().waitFor();
        await world.run('xa', 'sync');
        await world.run('xa', 'add', 'directive_answer', 'directive=CD-9', 'seen_at=2026-11-29 08:00',
            'answered_at=2026-11-29 09:00', 'answer=Đã tuần tra 3 buổi (dữ liệu mẫu)', '--yes');
        await world.run('xa', 'sync');
        await until(async () => await line.getByText('1/17').count() === 2, 'seen and answered');
        assert.deepEqual(await judge(page, 'chi-dao', NARROW), []);
        await line.getByRole('link').click();
        const rows = page.locator('tbody tr');
        await until(async () => await rows.count() === 17, 'every commune');
        const own = rows.filter({ hasText: 'Đã tuần tra 3 buổi' });
        await own.getByText('Xã Bạch Lưu').waitFor();
        assert.equal(await rows.getByText('chưa trả lời').count(), 16);
        await own.getByRole('button', { name: 'Ghi nhận' }).click();
        await own.locator('.mark.ok').waitFor();
        assert.deepEqual(await judge(page, 'chi-dao-mot', NARROW), []);
        await page.evaluate(() => scrollTo(0, 0));
        await shoot(page, 'huyen-chi-dao', { guide: true });
        const accepted = await world.sql('district',
            'SELECT count(*) FROM directive_answer WHERE accepted_at IS NOT NULL');
        assert.deepEqual(accepted, [[1]]);
    }));

test('a period is locked by an officer, and unlocked by a leader who says why', () =>
    withPage(async (page) => {
        await world.run('district', 'period', 'close', 'ADMIN/2020-08');
        await signIn(page, 'officer');
        await inside(page);
        await goTo(page, 'ky?nam=2020', 'Kỳ báo cáo');
        const own = page.locator('tbody tr').filter({ hasText: 'Tháng 8/2020' });
        await own.getByRole('button', { name: 'Khóa' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Khóa kỳ này' }).click();
        await own.locator('.mark.info').waitFor();
        assert.deepEqual(await judge(page, 'ky', NARROW), []);
        await shoot(page, 'huyen-ky', { guide: true });
        assert.equal(await own.getByRole('button').count(), 0);
        await page.getByRole('button', { name: 'Đăng xuất' }).first().click();
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        await signIn(page, 'leader');
        await inside(page);
        await goTo(page, 'ky?nam=2020', 'Kỳ báo cáo');
        await own.getByRole('button', { name: 'Mở khóa' }).click();
        await page.getByRole('dialog').getByLabel('Lý do').fill('nhập sót sổ (dữ liệu mẫu)');
        await page.getByRole('dialog').getByRole('button', { name: 'Mở khóa' }).click();
        await own.locator('.mark.plain').waitFor();
        const trail = await world.sql('district',
            "SELECT who, about, detail FROM tq_audit WHERE what = 'period_unlock'");
        assert.deepEqual(trail, [['leader', 'ADMIN/2020-08', '127.0.0.1 nhập sót sổ (dữ liệu mẫu)']]);
    }));

test('a machine is invited by text and picture, and revoked with a reason', () =>
    withPage(async (page) => {
        await signIn(page, 'operator');
        await inside(page);
        await goTo(page, 'thiet-bi', 'Thiết bị');
        const rows = page.locator('tbody tr');
        const all = JSON.parse(await world.run('district', '--json', 'devices')).devices;
        await until(async () => await rows.count() === all.filter((d) => !d.revoked).length,
            'every machine');
        assert.deepEqual(await judge(page, 'thiet-bi', NARROW), []);
        await page.getByRole('button', { name: 'Mời máy' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Xã, thị trấn').fill('bach luu');
        await dialog.getByRole('option', { name: 'Xã Bạch Lưu' }).click();
        await dialog.getByRole('button', { name: 'Làm giấy mời' }).click();
        const text = dialog.getByLabel('Giấy mời', { exact: true });
        await text.waitFor();
        const size = await dialog.getByRole('img').evaluate((i) => i.decode().then(() =>
            i.naturalWidth));
        assert.ok(size > 0);
        assert.deepEqual(await judge(page, 'thiet-bi-moi', NARROW), []);
        await shoot(page, 'huyen-moi-may', { guide: true });
        const invitation = await text.inputValue();
        await dialog.getByRole('button', { name: 'Đã gửi cho xã, đóng' }).click();
        await world.run('xmoi', 'join', invitation, '--machine', 'máy thứ ba');
        await world.run('xmoi', 'sync');
        const fresh = rows.filter({ hasText: 'máy thứ ba' });
        await fresh.getByRole('button', { name: 'Thu hồi' }).click();
        await dialog.getByLabel('Lý do').fill('máy hỏng (dữ liệu mẫu)');
        await dialog.getByRole('button', { name: 'Thu hồi' }).click();
        await fresh.waitFor({ state: 'detached' });
        await page.getByLabel('Hiện cả máy đã thu hồi').check();
        await fresh.getByText('đã thu hồi').waitFor();
        await assert.rejects(world.run('xmoi', 'sync'));
    }));

testsOfTheYear({ world: () => world, withPage, signIn, inside, judge, narrow: NARROW });
testsOfTheBorder({ world: () => world, withPage, signIn, inside, judge, narrow: NARROW });

test('who is disabled meanwhile is asked who he is, and sees nothing more', () =>
    withPage(async (page) => {
        await signIn(page, 'leader');
        await inside(page);
        await world.run('district', 'user', 'disable', 'leader');
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        assert.equal(await page.getByText('Xã Bạch Lưu').count(), 0);
    }));
