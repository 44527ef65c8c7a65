/* signed_in.mjs - The ways of an officer at the district's page: in by keyboard, a tab whose faults fail the
 * test, and what a screen is judged by: no violation of WCAG, in light and in dark, and no screen that is
 * wider than its window. */
import assert from 'node:assert/strict';
import { axe, openTab, settled, settings, shoot } from './support.mjs';

export const PASSWORD = 'mat khau cua ban mau';
export const SIZES = [
    ['1366', { width: 1366, height: 768 }], ['1920', { width: 1920, height: 1080 }],
    ['390', { width: 390, height: 844 }],
];
export const NARROW = [SIZES[0], SIZES[2]]; /* where a larger screen shows the same */

/* `world` and `browser`: functions, for both are there only when the first test begins. */
export function district({ world, browser }) {
    async function judge(page, name, sizes = SIZES) {
        const found = [];
        for (const [i, [width, size]] of sizes.entries()) {
            await page.setViewportSize(size);
            /* A colour is as dark on a phone. */
            for (const scheme of i === 0 || settings.pictures ? ['light', 'dark'] : ['light']) {
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
        await page.goto(await world().board());
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
        const { context, page, faults } = await openTab(browser());
        try {
            await run(page);
            assert.deepEqual(faults, []);
        } finally {
            await context.close();
        }
    }

    return { judge, signIn, inside, withPage };
}
