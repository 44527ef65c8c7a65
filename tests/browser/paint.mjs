/* paint.mjs - How soon the page is there: first paint, and when its first screen stands with what the
 * program told (until then nothing can be pressed). The floor is a static file of the same program, a
 * drawing, loaded in the same browser between the rounds. `script/bench paint` runs it on a release
 * build; figures are milliseconds since the navigation began, and ratios to the floor's first paint.
 *
 *   node tests/browser/paint.mjs --commune=PROGRAM --district=PROGRAM [--times=N] */
import { pathToFileURL } from 'node:url';
import { enter, openBrowser, openWorld } from './support.mjs';

/* Runs in the page before anything else: notes when what is looked for first stands. */
function watch() {
    const seen = {};
    const look = () => {
        if (!('heading' in seen) && document.querySelector('main h1') !== null)
            seen.heading = performance.now();
        if ('heading' in seen && document.querySelector('.waiting') === null)
            seen.filled ??= performance.now();
    };
    window.paintSeen = seen;
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

const painted = (page) => page.waitForFunction(() =>
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime);

async function once(page, address, drawing) {
    await page.goto(drawing);
    const floor = await (await painted(page)).jsonValue();
    await page.goto(address);
    const first = await (await painted(page)).jsonValue();
    await page.waitForFunction(() => window.paintSeen.filled !== undefined);
    const seen = await page.evaluate(() => ({ ...window.paintSeen,
        parsed: performance.getEntriesByType('navigation')[0].domInteractive }));
    return { floor, first, parsed: seen.parsed, heading: seen.heading, filled: seen.filled };
}

/* Each figure of `times` loads of the page at `address`, whose session the context has. */
export async function measure(context, address, times) {
    const page = await context.newPage();
    const found = [];
    await page.addInitScript(watch);
    await page.goto(address); /* the program's and the browser's first time */
    const drawing = await page.evaluate(() => document.querySelector('link[rel=icon]').href);
    for (let i = 0; i < times; i++) found.push(await once(page, address, drawing));
    await page.close();
    return found;
}

const at = (values, share) => {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};

export function report(found) {
    const words = { floor: 'floor: a drawing, first paint', first: 'first paint',
        parsed: 'document read', heading: 'first screen stands', filled: 'its figures stand' };
    const base = at(found.map((f) => f.floor), 0.5);
    const line = (...cells) => cells[0].padEnd(32) + cells.slice(1).map((c) => c.padStart(9)).join('');
    return [line(`${found.length} loads`, 'median', 'p90', 'ratio'),
        ...Object.entries(words).map(([key, name]) => {
            const values = found.map((f) => f[key]);
            return line(name, at(values, 0.5).toFixed(0), at(values, 0.9).toFixed(0),
                (at(values, 0.5) / base).toFixed(1));
        })].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const times = Number(process.argv.find((w) => w.startsWith('--times='))?.slice(8) ?? 20);
    const world = await openWorld();
    const { browser, context, page } = await openBrowser();
    try {
        await enter(world, page);
        await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
        const address = new URL('/', page.url()).href;
        await page.close();
        console.log(report(await measure(context, address, times)));
    } finally {
        await browser.close();
        await world.close();
    }
}
