#!/usr/bin/env node
/* build.mjs - Bundles the pages that the two programs serve.
 *
 *   node common/web/build.mjs [--modules=DIR] [--only=PAGE] [--check-types] OUTDIR
 *
 * OUTDIR/commune (and OUTDIR/district) gets index.html, a/NAME-HASH.EXT, which never changes under
 * its name, and a packed FILE.gz beside each text.
 * `--modules` names the node_modules that `npm ci` filled (without: the one beside package.json).
 * `--check-types` compiles nothing: it runs the type checker over all pages and says what is wrong.
 * Runs on Node 18. Fails when the first screen of a page is larger than FIRST_SCREEN_MAX. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const FIRST_SCREEN_MAX = 120_000; /* bytes over the wire: page, style, scripts, fonts */
const PAGES = [
    {
        name: 'commune', title: 'Tự Quản', entry: 'client/ui/main.tsx',
        first: 'client/ui/today.tsx', english: false,
    },
    {
        name: 'district', title: 'Tự Quản - Huyện', entry: 'server/ui/main.tsx',
        first: 'server/ui/board.tsx', english: true, /* may be read in English, too */
    },
];
function fail(sentence) {
    process.stderr.write(`build.mjs: ${sentence}\n`);
    process.exit(1);
}

function options() {
    const found = { modules: path.join(ROOT, 'node_modules'), only: '', types: false, out: '' };
    for (const word of process.argv.slice(2)) {
        if (word.startsWith('--modules=')) found.modules = path.resolve(word.slice(10));
        else if (word.startsWith('--only=')) found.only = word.slice(7);
        else if (word === '--check-types') found.types = true;
        else if (word.startsWith('-') || found.out !== '') fail(`what is "${word}"?`);
        else found.out = path.resolve(word);
    }
    if (found.out === '') fail('where to? (OUTDIR is missing)');
    return found;
}

/* The modules may lie apart from the sources, so the checker is told where each is. */
function checkTypes({ modules, out }) {
    const settings = {
        extends: path.join(ROOT, 'tsconfig.json'),
        compilerOptions: {
            paths: {
                preact: [path.join(modules, 'preact')],
                'preact/*': [path.join(modules, 'preact/*'), path.join(modules, 'preact/*/src')],
            },
        },
        include: ['common/web/ui', 'client/ui', 'server/ui'].map((p) => path.join(ROOT, p)),
    };
    fs.mkdirSync(out, { recursive: true });
    const file = path.join(out, 'tsconfig.json');
    fs.writeFileSync(file, JSON.stringify(settings, null, 2));
    const tsc = path.join(modules, 'typescript/bin/tsc');
    const done = spawnSync(process.execPath, [tsc, '--noEmit', '-p', file], { stdio: 'inherit' });
    process.exit(done.status ?? 1);
}

function squash(points, step) {
    const out = [];
    for (const [x, y] of points) {
        const p = [Math.round(x / step), Math.round(y / step)];
        const last = out[out.length - 1];
        if (last === undefined || last[0] !== p[0] || last[1] !== p[1]) out.push(p);
    }
    return out;
}

/* Huyện Sơn Dương, across the border. */
const ACROSS = '076';

/* Outlines of the district and of what touches it, as integer paths in a box `width` wide: drawn as
 * SVG, and nothing of the file's precision that a screen cannot show. */
function mapOf(file) {
    const source = JSON.parse(fs.readFileSync(file, 'utf8'));
    const own = source.features.filter((f) => f.properties.role === 'songlo');
    const near = source.features.filter((f) => f.properties.role === 'borders');
    const points = own.flatMap((f) => rings(f).flat());
    const box = [0, 1].flatMap((i) => {
        const values = points.map((p) => p[i]);
        return [Math.min(...values), Math.max(...values)];
    });
    const shrink = Math.cos((((box[2] + box[3]) / 2) * Math.PI) / 180);
    const width = 1000;
    const step = ((box[1] - box[0]) * shrink) / width;
    const height = Math.round((box[3] - box[2]) / step);
    const put = ([x, y]) => [(x - box[0]) * shrink, box[3] - y];
    const shape = (f) => ({
        code: f.properties.code,
        name: f.properties.name,
        across: f.properties.district_code === ACROSS, /* the neighbouring district's */
        at: squash([put([f.properties.lon, f.properties.lat])], step)[0],
        d: rings(f)
            .map((ring) => squash(ring.map(put), step))
            .filter((ring) => ring.length > 2)
            .map((ring) => 'M' + ring.map((p) => p.join(' ')).join('L') + 'Z')
            .join(''),
    });
    return { width, height, units: own.map(shape), near: near.map(shape) };
}

function rings(feature) {
    const { type, coordinates } = feature.geometry;
    return type === 'Polygon' ? coordinates : coordinates.flat();
}

function mapPlugin() {
    const data = (name) => path.join(ROOT, 'data', name);
    const made = {
        map: () => mapOf(data('songlo.geojson')),
        borders: () => bordersOf([data('units-songlo.csv'), data('units-sonduong.csv')]),
    };
    return {
        name: 'map',
        setup(build) {
            build.onResolve({ filter: /^tuquan:(map|borders)$/ }, (asked) =>
                ({ path: asked.path.slice(7), namespace: 'map' }));
            build.onLoad({ filter: /.*/, namespace: 'map' }, (asked) =>
                ({ contents: JSON.stringify(made[asked.path]()), loader: 'json' }));
        },
    };
}

/* Of each commune the communes of other districts that it touches; the table that `file` holds has no
 * quotes. */
function bordersOf(files) {
    const lines = files.flatMap((file) => fs.readFileSync(file, 'utf8').trim().split('\n')
        .map((line, i, all) => [all[0].split(','), line.split(','), i]));
    const rows = lines.filter(([, , i]) => i > 0).map(([heads, cells]) =>
        Object.fromEntries(heads.map((head, i) => [head, cells[i]])));
    const district = new Map(rows.map((r) => [r.code, r.district_code]));
    return Object.fromEntries(rows.map((r) => [r.code, r.neighbours.split(' ')
        .filter((code) => code !== '' && district.get(code) !== r.district_code)]));
}

/* Everything that the browser must have before the first screen stands: the entry, the screen that
 * it opens with, and what either needs without being asked for. */
function firstScripts(outputs, ...entries) {
    const found = new Set();
    const walk = (name) => {
        if (found.has(name)) return;
        found.add(name);
        for (const i of outputs[name].imports) if (i.kind === 'import-statement') walk(i.path);
    };
    entries.forEach(walk);
    return [...found];
}

function page({ title, scripts, style, fonts, icon }) {
    const preload = fonts.map(
        (f) => `<link rel="preload" href="/${f}" as="font" type="font/woff2" crossorigin>`);
    const modules = scripts.slice(1).map((s) => `<link rel="modulepreload" href="/${s}">`);
    return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="/${icon}" type="image/svg+xml">
<link rel="stylesheet" href="/${style}">
${[...preload, ...modules].join('\n')}
<script type="module" src="/${scripts[0]}"></script>
</head>
<body>
<div id="app"><p class="boot">Đang mở…</p></div>
<noscript>Trang này cần JavaScript của trình duyệt.</noscript>
</body>
</html>
`;
}

/* Text is packed once, here, as tightly as it goes. */
function pack(dir, names) {
    for (const name of names)
        if (!name.endsWith('.woff2'))
            fs.writeFileSync(path.join(dir, `${name}.gz`),
                zlib.gzipSync(fs.readFileSync(path.join(dir, name)), { level: 9 }));
}

function wireSize(dir, name) {
    const packed = path.join(dir, `${name}.gz`);
    return fs.statSync(fs.existsSync(packed) ? packed : path.join(dir, name)).size;
}

async function buildPage(esbuild, { modules, out }, { name, entry, title, first, english }) {
    const dir = path.join(out, name);
    fs.rmSync(dir, { recursive: true, force: true });
    const result = await esbuild.build({
        absWorkingDir: ROOT,
        entryPoints: { app: entry, icon: 'common/web/ui/icon.svg' },
        outdir: dir,
        bundle: true,
        splitting: true,
        format: 'esm',
        minify: true,
        charset: 'utf8',
        target: ['es2021', 'chrome100', 'firefox100', 'safari15'],
        jsx: 'automatic',
        jsxImportSource: 'preact',
        nodePaths: [modules],
        publicPath: '/',
        entryNames: 'a/[name]-[hash]',
        chunkNames: 'a/[name]-[hash]',
        assetNames: 'a/[name]-[hash]',
        loader: { '.woff2': 'file', '.svg': 'copy' },
        define: { 'process.env.NODE_ENV': '"production"', TQ_ENGLISH: String(english) },
        plugins: [mapPlugin()],
        metafile: true,
        legalComments: 'none',
        logLevel: 'warning',
    });
    const outputs = {};
    for (const [file, facts] of Object.entries(result.metafile.outputs)) {
        const short = (p) => path.relative(dir, path.resolve(ROOT, p));
        facts.imports = facts.imports.map((i) => ({ ...i, path: short(i.path) }));
        outputs[short(file)] = facts;
    }
    const names = Object.keys(outputs);
    const start = names.find((n) => outputs[n].entryPoint === entry && n.endsWith('.js'));
    const style = names.find((n) => n.startsWith('a/app-') && n.endsWith('.css'));
    const icon = names.find((n) => n.endsWith('.svg'));
    const fonts = names.filter((n) => n.endsWith('.woff2'));
    const screen = names.find((n) => outputs[n].entryPoint === first);
    if (screen === undefined) fail(`${name}: ${first} is no part of its own`);
    const scripts = firstScripts(outputs, start, screen);
    fs.writeFileSync(path.join(dir, 'index.html'),
        page({ title, scripts, style, fonts, icon }));
    pack(dir, ['index.html', ...names]);
    const sizes = ['index.html', style, icon, ...scripts, ...fonts].map((n) => wireSize(dir, n));
    const total = sizes.reduce((a, b) => a + b, 0);
    const fontBytes = fonts.reduce((a, n) => a + wireSize(dir, n), 0);
    process.stdout.write(`${name}: first screen ${total} bytes packed (fonts ${fontBytes}), ` +
        `${names.filter((n) => n.endsWith('.js')).length} scripts\n`);
    if (total > FIRST_SCREEN_MAX)
        fail(`${name}: the first screen may have ${FIRST_SCREEN_MAX} bytes`);
}

const chosen = options();
if (chosen.types) checkTypes(chosen);
const esbuild = createRequire(path.join(chosen.modules, 'x.js'))('esbuild');
const wanted = PAGES.filter((p) => fs.existsSync(path.join(ROOT, p.entry)) &&
    (chosen.only === '' || chosen.only === p.name));
if (wanted.length === 0) fail(`there is no page "${chosen.only}"`);
for (const one of wanted) await buildPage(esbuild, chosen, one);
