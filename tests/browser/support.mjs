/* support.mjs - A world of real programs, a browser, and the ways of a clerk in it. Nothing sleeps for
 * a time: each step waits for what it needs to see. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const PATIENCE_S = 90; /* until what is waited for counts as not coming; never waited out */
const HERE = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.resolve(HERE, '../..');

function option(name, fallback) {
    const found = process.argv.find((word) => word.startsWith(`--${name}=`));
    const value = found?.slice(name.length + 3);
    if (value === undefined && fallback === undefined) throw new Error(`--${name}= is missing`);
    return value ?? fallback;
}

export const settings = {
    commune: option('commune'),
    district: option('district'),
    modules: path.resolve(option('modules', path.join(ROOT, 'node_modules'))),
    out: option('out', path.join(ROOT, 'build/browser')),
    python: option('python', 'python3'),
    chromium: option('chromium', '/usr/bin/chromium'),
    guide: option('guide', ''), /* a folder: chosen pictures go there, too */
    pictures: process.argv.includes('--pictures'), /* of every screen */
};

const require = createRequire(path.join(settings.modules, 'x.js'));
const { chromium } = require('playwright-core');
const AXE = fs.readFileSync(path.join(settings.modules, 'axe-core/axe.min.js'), 'utf8');
fs.mkdirSync(settings.out, { recursive: true });

/* The programs behind the page, with as many communes ranked; orders go as lines to world.py. `before`:
 * the quarter before can be scored, too. */
export async function openWorld(communes = 1, { before = false } = {}) {
    const child = spawn(settings.python, ['-B', path.join(HERE, 'world.py'), settings.commune,
        settings.district, String(communes), ...(before ? ['before'] : [])],
        { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
        const { value, done } = await lines.next();
        if (done) throw new Error('world.py ended');
        return JSON.parse(value);
    };
    let last = next();
    const first = await last;
    const order = (what) => {
        last = last.catch(() => undefined).then(async () => {
            child.stdin.write(JSON.stringify(what) + '\n');
            const said = await next();
            if (!said.ok) throw new Error(said.error);
            return said.value;
        });
        return last;
    };
    return {
        link: () => order({ do: 'link' }),
        board: () => order({ do: 'board' }), /* the address of the district's page */
        root: first.root,
        sql: (name, text, ...args) => order({ do: 'sql', name, text, args }),
        write: (name, ...texts) => order({ do: 'write', name, texts }), /* as another tool would */
        run: async (name, ...args) => {
            const done = await order({ do: 'run', name, args });
            if (done.code !== 0 && done.code !== 5)
                throw new Error(`${name} ${args.join(' ')}: ${done.code}\n${done.out}${done.err}`);
            return done.out;
        },
        start: (name) => order({ do: 'start', name }),
        stop: (name) => order({ do: 'stop', name }),
        publish: (period, decision) => order({ do: 'publish', period, decision }),
        offices: () => order({ do: 'offices' }), /* the names of all */
        live: () => order({ do: 'live' }), /* all of them run, not only the one with a page */
        rest: () => order({ do: 'rest' }),
        join: (name, machine) => order({ do: 'join', name, machine }), /* as the office calls it */
        file: (name, text) => order({ do: 'file', name, text }),
        workbook: (name, sheets, more = {}) => order({ do: 'workbook', name, sheets, ...more }),
        book: (file) => order({ do: 'book', path: file }),
        log: (name) => order({ do: 'log', name }),
        close: () => new Promise((done) => {
            child.on('exit', done);
            child.stdin.end();
        }),
    };
}

export async function until(condition, what, seconds = PATIENCE_S) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
        await new Promise((done) => setTimeout(done, 50));
    }
}

/* A browser with one tab. */
export async function openBrowser(look = {}) {
    const browser = await chromium.launch({
        executablePath: settings.chromium,
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=vi'],
    });
    return { browser, ...await openTab(browser, look) };
}

/* A tab with cookies of its own; what the page logs as an error, and any request that leaves the
 * machine, is kept in `faults`. */
export async function openTab(browser, { scheme = 'light', width = 1366, height = 768 } = {}) {
    const context = await browser.newContext({
        viewport: { width, height }, colorScheme: scheme, locale: 'vi-VN',
        reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const faults = [];
    watchQuestions(page);
    page.on('pageerror', (error) => faults.push('page: ' + error.message));
    page.on('dialog', (dialog) => {
        faults.push('dialog: ' + dialog.message());
        void dialog.dismiss();
    });
    page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (protocol.startsWith('http') && hostname !== '127.0.0.1')
            faults.push('request to ' + request.url());
    });
    page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
            faults.push('console: ' + message.text());
    });
    page.setDefaultTimeout(PATIENCE_S * 1000);
    return { context, page, faults };
}

/* Through the door. A link lets one browser in: the next one asks for its own after that. */
export async function enter(world, page) {
    const answer = await page.goto(await world.link());
    if (!answer.ok()) throw new Error(`the link opens nothing: ${answer.status()}`);
}

/* To a screen by its address, and until it stands. */
export async function goTo(page, hash, title) {
    await page.evaluate((h) => {
        location.hash = '#/' + h;
    }, hash);
    if (title !== undefined)
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await settled(page);
}

/* Nothing is being read, for two frames; the stream of events keeps the network busy for ever. A
 * page that never comes to rest says where it stood and which questions had no answer. */
export async function settled(page) {
    try {
        await page.waitForFunction(() => document.querySelector('main h1') !== null &&
            document.querySelector('.waiting') === null);
        await page.evaluate(() => new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(done))));
        await page.waitForFunction(() => document.querySelector('.waiting') === null);
    } catch (error) {
        const where = await page.evaluate(() => location.hash + ': ' +
            (document.querySelector('main h1')?.textContent ?? 'no title') + '; ' +
            [...document.querySelectorAll('.waiting')].map((e) => e.textContent).join(', '))
            .catch((e) => String(e));
        throw new Error(`no rest at ${where}; open: ${openOf(page)}; ${error.message}`);
    }
}

/* The questions of a page that wait for an answer. */
const questions = new WeakMap();
function watchQuestions(page) {
    const left = new Set();
    questions.set(page, left);
    page.on('request', (request) => left.add(request));
    for (const end of ['requestfinished', 'requestfailed'])
        page.on(end, (request) => left.delete(request));
}
function openOf(page) {
    return [...questions.get(page) ?? []].map((r) => new URL(r.url()).pathname).join(' ') || 'none';
}

/* For a picture of the guide: no notices over it, and the folder of an office instead of a test's. */
async function tidy(page) {
    await page.evaluate(() => { /* from within: a dialog keeps a mouse away from what is behind it */
        for (const close of document.querySelectorAll('.toast-close, .sync-progress .button'))
            close.click();
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode())
            walk.currentNode.data = walk.currentNode.data.replace(
                /\/\S*\/tuquan-programs-\w+\/xa/g, '~/tu-quan');
    });
}

export async function shoot(page, name, { guide = false, full = false } = {}) {
    if (guide && settings.guide !== '') await tidy(page);
    const file = path.join(settings.out, name + '.png');
    await page.screenshot({ path: file, fullPage: full });
    if (guide && settings.guide !== '') {
        fs.mkdirSync(settings.guide, { recursive: true });
        fs.copyFileSync(file, path.join(settings.guide, name + '.png'));
    }
}

/* What the printer would get; kept as a PDF beside the pictures. */
export async function print(page, name) {
    await page.pdf({ path: path.join(settings.out, name + '.pdf'), preferCSSPageSize: true });
}

/* Take a file by a click; its name and where it lies. */
export async function download(page, link) {
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const to = path.join(settings.out, file.suggestedFilename());
    await file.saveAs(to);
    return { name: file.suggestedFilename(), path: to };
}

/* Runs in the page: texts to judge the contrast of. Most of a list is alike in its colours, its size and
 * all that lies behind it, and is judged alike: two of each stand for it, seen ones before others. */
function unlike() {
    const behind = new Map([[null, '']]);
    const ground = (el) => {
        if (!behind.has(el)) {
            const s = getComputedStyle(el);
            behind.set(el, ground(el.parentElement) +
                [s.backgroundColor, s.backgroundImage, s.opacity, s.filter].join() + ';');
        }
        return behind.get(el);
    };
    const seen = (el) => {
        const r = el.getBoundingClientRect();
        return r.width > 1 && r.height > 1 && r.right > 0 && r.bottom > 0 && r.left < innerWidth &&
            r.top < innerHeight;
    };
    const kinds = new Map();
    for (const el of document.body.querySelectorAll('*')) {
        const says = el.matches('input, select, textarea') ||
            [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
        if (!says || !el.checkVisibility()) continue;
        const s = getComputedStyle(el);
        const look = [s.color, s.fontSize, s.fontWeight, s.textShadow, ground(el),
            el.closest(':disabled, [aria-disabled="true"]') !== null ||
            el.closest('label')?.control?.disabled === true,
            el.closest('[aria-hidden="true"]') !== null].join('|');
        const [near, far] = kinds.get(look) ?? [[], []];
        (seen(el) ? near : far).push(el);
        kinds.set(look, [near, far]);
    }
    return [...kinds.values()].flatMap(([near, far]) => [...near, ...far].slice(0, 2));
}

/* Violations of WCAG 2.2 AA and of good practice, in words; none is wanted. `rules`: only these. */
export async function axe(page, rules) {
    if (!await page.evaluate(() => 'axe' in window))
        await page.evaluate(`${AXE}; window.unlike = ${unlike}`);
    const found = await page.evaluate(async (only) => {
        const run = async (where, options) => (await window.axe.run(where, {
            ...options, resultTypes: ['violations'], preload: false,
        })).violations;
        const contrast = only === undefined || only.includes('color-contrast');
        const others = only?.filter((rule) => rule !== 'color-contrast');
        const texts = contrast ? window.unlike() : [];
        return [
            ...others?.length === 0 ? [] : await run(document, others !== undefined ?
                { runOnly: { type: 'rule', values: others } } :
                { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
                    rules: { 'color-contrast': { enabled: false } } }),
            ...texts.length === 0 ? [] : await run({ include: texts },
                { runOnly: { type: 'rule', values: ['color-contrast'] } }),
        ];
    }, rules);
    return found.map((v) => `${v.id} x${v.nodes.length}: ${v.nodes[0].html.slice(0, 200)}` +
        ` (${v.nodes[0].failureSummary.replace(/\s+/g, ' ').slice(0, 160)})`);
}

/* A block of cells into the focused cell, as Excel puts it on the clipboard. */
export async function paste(page, text) {
    await page.evaluate((t) => {
        const data = new DataTransfer();
        data.setData('text/plain', t);
        document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, text);
}

/* The line at the top is green: a receipt covers everything. */
export async function green(page) {
    await page.locator('.sync-line.ok').waitFor();
}

/* What a day brings, so that no screen is empty: a directive, two values for one cell, a report that
 * came back, a figure that is not taken. */
export async function furnish(world) {
    const directive = await world.file('directive.csv',
        'label,document_no,issued_on,title,body,due_on\n' +
        'CD-1,15/CV-BCĐ,2020-11-20,Tăng cường tuần tra,"Các xã tăng cường tuần tra (dữ liệu mẫu).",' +
        '2026-12-31\n');
    await world.run('district', 'import', 'directive', directive);
    const returned = await world.file('returned.csv',
        'unit,type,period,receipt_state,returned_cells\n08779@2004-01-01,month,ADMIN/2020-11,returned,' +
        '"1.2 tuần tra: thiếu sổ ký của Thôn 1 (dữ liệu mẫu)"\n');
    await world.run('district', 'import', 'report', returned);
    await world.join('xb');
    const activity = JSON.parse(await world.run('xa', '--json', 'add', 'activity', 'kind=patrol',
        'village=08779-04@2019-01-01', 'planned_on=2020-12-05', '--yes'));
    await world.run('xa', 'sync');
    await world.run('xb', 'sync');
    await world.run('xb', 'edit', 'activity', activity.name, 'participants=22');
    await world.run('xb', 'sync');
    await world.run('xa', 'edit', 'activity', activity.name, 'participants=11');
    await world.run('xa', 'sync');
}
