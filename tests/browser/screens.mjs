/* screens.mjs - Every screen and every dialog of the clerk's page: no violation of WCAG in light and in
 * dark, on a clerk's screen and on a phone; nothing wider than the window; nothing logged as an error.
 *
 *   node tests/browser/screens.mjs --commune=PROGRAM --district=PROGRAM [--pictures] [--out=DIR]
 *
 * What a screen is made of is judged once for each width, its colours in both schemes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, enter, furnish, goTo, openBrowser, openWorld, settled, settings, shoot } from './support.mjs';

const Q4 = encodeURIComponent('ADMIN/2020-Q4');
const SIZES = [['1366', { width: 1366, height: 768 }], ['390', { width: 390, height: 844 }]];

const click = (name) => async (page) => {
    await page.getByRole('button', { name }).first().click();
    await page.getByRole('dialog').waitFor();
};

/* One row of a list, and what is pressed there. */
const row = (then) => async (page) => {
    await page.locator('a.row-link').first().click();
    await page.locator('main h1').waitFor();
    await settled(page);
    if (then !== undefined) await then(page);
};

/* The form of a row, a text in it, and the order to save it. */
const edit = (label, text, meanwhile) => row(async (page) => {
    await page.keyboard.press('e');
    await page.getByLabel(label).fill(text);
    if (meanwhile === undefined) return;
    await meanwhile(page);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').waitFor();
});

/* A year of a commune has rows of most registers; of the others one each. */
const REGISTERS = {
    'tin-bao': ['tip', 'label, area, received_on', "'MAU-1', 1, '2020-11-05'"],
    'tu-diem': ['hotspot', 'label, arisen_on', "'MAU-1', '2020-11-05'"],
    'lan-chiem': ['encroachment', 'label, found_on', "'MAU-1', '2020-11-05'"],
    'hoat-dong': ['activity', 'label, kind, planned_on', "'MAU-1', 'patrol', '2020-11-05'"],
    'mo-hinh': ['model', 'label, survey_on', "'MAU-1', '2020-08-03'"],
    'quy-uoc': ['covenant', 'village, adopted_on', "'08779-01@2019-01-01', '2020-02-05'"],
    'ban-chi-dao': ['committee_member', 'label, position', "'MAU-1', 'Trưởng ban'"],
    'to-tu-quan': ['self_mgmt_group', 'label, households', "'MAU-1', 12"],
    'ho-so-thon': ['village_profile', 'village, as_of', "'08779-01@2019-01-01', '2020-01-01'"],
    'thi-dua': ['emulation_launch', 'label, year', "'MAU-1', 2020"],
    'cong-nhan': ['recognition', 'year', '2020'],
    'thuong-tru': ['adjustment', 'label, code', "'MAU-1', 'B1'"],
    'giap-ranh': ['border_notice', 'label, category, issued_on', "'MAU-1', 'theft', '2020-11-05'"],
    'hop-giap-ranh': ['border_meeting', 'label, held_on', "'MAU-1', '2020-11-05'"],
    'tuan-tra-chung': ['joint_patrol', 'label, planned_on', "'MAU-1', '2020-11-05'"],
    'ban-giao': ['border_handover', 'label, year', "'MAU-1', 2020"],
    'thong-ke': ['border_statistics'],
    'quy-che': ['liaison_agreement', 'label, signed_on', "'MAU-1', '2020-01-05'"],
    'chi-dao': ['directive'],
};

/* [address, what is opened on it, name of the picture]; lists, forms, single rows, dialogs. */
const SCREENS = [
    ['hom-nay'], ['so-vu-viec'], ['so-vu-viec/moi'], ['tin-bao'], ['tu-diem'], ['lan-chiem'],
    ['hoat-dong'], ['hoat-dong/moi'], ['so-lieu'], ['so-lieu', click('Nhập từ tệp'), 'so-lieu-nhap'],
    ['bao-cao'], [`bao-cao/${Q4}`], [`bao-cao/${Q4}/in`], ['hop-viec'], ['xep-hang'],
    ['xep-hang?xem=own'], ['xep-hang?xem=map'], ['xep-hang?xem=history'],
    ['xep-hang?xem=own', click('Khiếu nại điểm'), 'khieu-nai'],
    [`tu-cham?period=${Q4}`],
    [`tu-cham?period=${Q4}`, click(/Chấm khác: 1\.2/), 'cham-khac'],
    [`tu-cham?period=${Q4}`, async (page) => {
        await click(/Xem số liệu 1\.2/)(page);
        await page.getByRole('dialog').getByText(/^Đạt \d+ trên \d+: buổi đã làm so với/).waitFor();
    }, 'so-lieu-cua-diem'],
    ['may-nay', click('Đổi tên'), 'doi-ten-may'], ['bien-nhan'], ['bien-nhan?so=report'], ['bien-nhan/1'],
    ['chi-dao'], ['mo-hinh'], ['mo-hinh/moi'], ['quy-uoc'], ['ban-chi-dao'], ['to-tu-quan'],
    ['ho-so-thon'], ['thi-dua'], ['cong-nhan'], ['khen-thuong'], ['thuong-tru'], ['giap-ranh'],
    ['giap-ranh/moi'], ['hop-giap-ranh'], ['tuan-tra-chung'], ['ban-giao'], ['ban-giao/moi'], ['thong-ke'],
    ['quy-che'], ['may-nay'],
    ['hom-nay', async (page) => {
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
    }, 'phim-tat'],
    ['so-vu-viec', async (page) => {
        await page.locator('a.row-link').first().click();
        await page.getByRole('heading', { name: 'Ai đã ghi gì' }).waitFor();
        await settled(page);
    }, 'vu-viec'],
    ['so-vu-viec', edit('Đơn vị xử lý', 'Công an xã'), 'vu-viec-sua'],
    ['so-vu-viec', edit('Tóm tắt', 'ông Nguyễn Văn Mẫu báo (dữ liệu mẫu)', async () => {}), 'hoi-thong-tin'],
    ['so-vu-viec?area=4', edit('Đơn vị xử lý', 'Tổ bảo vệ', async (page) => {
        const label = (await page.locator('h1').textContent()).match(/BL-\d\d-A-\d+/)[0];
        await world.run('xa', 'edit', 'incident', label, 'handled_by=Công an huyện');
    }), 'hai-noi-cung-sua'],
    ['so-vu-viec?area=1', row(click('Hủy dòng này')), 'huy-dong'],
    ['hoat-dong?state=planned', row(click('Đã làm')), 'hoat-dong-da-lam'],
    ['may-nay', click('Khôi phục từ bản này'), 'khoi-phuc'],
    ['hom-nay', async (page) => {
        await page.evaluate(() => dispatchEvent(new Event('tq-sign-in')));
        await page.getByRole('dialog').getByLabel('Mã PIN').waitFor();
    }, 'ma-pin'],
    ...Object.keys(REGISTERS).map((path) => [path, row(), path + '-mot-dong']),
];

let world;
before(async () => {
    world = await openWorld(17);
    await furnish(world);
    await world.run('xa', 'backup', world.root + '/ban-sao.db');
    const unit = (await world.sql('xa', 'SELECT unit FROM tq_state'))[0][0];
    await world.run('district', 'set', 'border_statistics', `unit=${unit}`, 'label=TK-1',
        'period=ADMIN/2020-Q4', 'direction=in', 'state=sent');
    await world.run('xa', 'sync');
    for (const [table, columns, values] of Object.values(REGISTERS))
        if ((await world.sql('xa', `SELECT count(*) FROM ${table} WHERE voided_at IS NULL`))[0][0] === 0)
            await world.write('xa',
                `INSERT INTO ${table}(unit, ${columns}) VALUES('${unit}', ${values})`);
});
after(() => world?.close());

async function judge(page, name, found) {
    for (const [width, size] of SIZES) {
        await page.setViewportSize(size);
        for (const scheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme: scheme });
            const faults = await axe(page, scheme === 'light' ? undefined : ['color-contrast']);
            found.push(...faults.map((fault) => `${name} ${scheme} ${width}: ${fault}`));
            if (settings.pictures)
                await shoot(page, `${scheme}-${width}-${name}`, { full: true });
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${name} ${width}: ${wide} pixels too wide`);
        const cut = await page.evaluate(() => [...document.querySelectorAll('.table-wrap')]
            .filter((w) => w.querySelector('.table:not(.dense)') !== null && w.scrollWidth > w.clientWidth)
            .map((w) => w.getAttribute('aria-label')));
        if (cut.length > 0) found.push(`${name} ${width}: cut off: ${cut}`);
        const own = await page.evaluate(() => [...document.querySelectorAll(
            'main th, main td, main dt, main li, dialog[open] th, dialog[open] td, dialog[open] li')]
            .map((cell) => cell.textContent).filter((text) => /^_|\w@\d/.test(text)));
        if (own.length > 0) found.push(`${name}: not for people: ${own}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(SIZES[0][1]);
}

/* Two browsers take turns at what is left. */
test('no screen and no dialog has a violation of WCAG or is too wide', async () => {
    const left = [...SCREENS];
    const found = [];
    const work = async ({ browser, page, faults }) => {
        /* A number on every screen is not counted from all texts, nor is the file read through for one. */
        page.on('request', (request) => {
            const asked = new URL(request.url());
            if (/\/(inbox|doctor)$/.test(asked.pathname) && asked.search === '')
                found.push('the whole is asked: ' + asked.pathname);
        });
        try {
            for (let next = left.shift(); next !== undefined; next = left.shift()) {
                const [address, open, picture] = next;
                await goTo(page, address);
                if (open !== undefined) await open(page);
                await judge(page, picture ?? address.replace(/[^a-z0-9-]+/gi, '-'), found);
                if (open !== undefined) await page.keyboard.press('Escape');
            }
        } finally {
            found.push(...faults);
            await browser.close();
        }
    };
    const tabs = [await openBrowser(), await openBrowser()];
    for (const tab of tabs) await enter(world, tab.page);
    await Promise.all(tabs.map(work));
    assert.deepEqual(found, []);
});

/* A long sync changes the file again before each answer is there. */
test('a file that never rests is shown all the same', async () => {
    const { browser, page } = await openBrowser();
    let n = 0;
    try {
        await enter(world, page);
        await goTo(page, 'hom-nay');
        await page.route(/\/api\/v1\/rows\/incident/, async (route) => {
            await page.evaluate(() => new Promise((open) => {
                const source = new EventSource('/api/v1/events');
                source.addEventListener('open', open);
                window.told = new Promise((done) => source.addEventListener('status', () => {
                    source.close();
                    requestAnimationFrame(() => requestAnimationFrame(done));
                }));
            }));
            await world.run('xa', 'add', 'incident', 'area=1', 'category=theft',
                'occurred_on=2020-11-05', `summary=lần ${++n} (dữ liệu mẫu)`, '--yes');
            await page.evaluate(() => window.told);
            await route.continue();
        });
        await page.evaluate(() => {
            location.hash = '#/so-vu-viec';
        });
        await page.getByText('lần 1 (dữ liệu mẫu)').first().waitFor();
    } finally {
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await browser.close();
    }
});
