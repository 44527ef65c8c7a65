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
];

let world;
before(async () => {
    world = await openWorld(17);
    await furnish(world);
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
