/* board.mjs - The district's page with real offices behind it: signing in, the board, the ranking; no
 * violation of WCAG in light and in dark, on an officer's screen, a large one and a phone.
 *
 *   node tests/browser/board.mjs --commune=PROGRAM --district=PROGRAM [--pictures] [--out=DIR] */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    axe, goTo, openBrowser, openWorld, settled, settings, shoot, until,
} from './support.mjs';

const PASSWORD = 'mat khau cua ban mau';
const SIZES = [
    ['1366', { width: 1366, height: 768 }], ['1920', { width: 1920, height: 1080 }],
    ['390', { width: 390, height: 844 }],
];

let world;
before(async () => {
    world = await openWorld(17);
});
after(() => world?.close());

async function judge(page, name) {
    const found = [];
    for (const [width, size] of SIZES) {
        await page.setViewportSize(size);
        for (const scheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme: scheme });
            const faults = await axe(page, scheme === 'light' ? undefined : ['color-contrast']);
            found.push(...faults.map((fault) => `${name} ${scheme} ${width}: ${fault}`));
            if (settings.pictures) await shoot(page, `huyen-${scheme}-${width}-${name}`);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${name} ${width}: ${wide} pixels too wide`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(SIZES[0][1]);
    return found;
}

/* By keyboard alone. */
async function signIn(page, account, password = PASSWORD) {
    await page.goto(await world.board());
    await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'account');
    await page.keyboard.type(account);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
}

async function inside(page) {
    await page.getByRole('heading', { level: 1, name: 'Bảng xã, thị trấn' }).waitFor();
    await settled(page);
}

/* One tab; what goes wrong in it fails the test. */
async function withPage(run) {
    const { browser, page, faults } = await openBrowser();
    try {
        await run(page);
        assert.deepEqual(faults, []);
    } finally {
        await browser.close();
    }
}

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

test('the board shows all seventeen, and what changes without a reload', () =>
    withPage(async (page) => {
        await signIn(page, 'officer');
        await inside(page);
        const rows = page.locator('tbody tr');
        assert.equal(await rows.count(), 17);
        assert.deepEqual(await judge(page, 'bang-xa'), []);
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
        const rows = page.locator('tbody tr');
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

test('who is disabled meanwhile is asked who he is, and sees nothing more', () =>
    withPage(async (page) => {
        await signIn(page, 'leader');
        await inside(page);
        await world.run('district', 'user', 'disable', 'leader');
        await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
        assert.equal(await page.getByText('Xã Bạch Lưu').count(), 0);
    }));
