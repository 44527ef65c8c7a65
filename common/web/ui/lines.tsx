/* lines.tsx - A few lines over the periods. Each is told from the others by its dashes and its name
 * at the end, not by colour alone; the figures stand below in a table. */
export interface Series {
    name: string;
    values: (number | null)[];
    kind: 'own' | 'median' | 'best';
}

const W = 720;
const H = 260;
const LEFT = 56;
const RIGHT = 110;
const TOP = 18;
const BOTTOM = 34;

function nice(low: number, high: number): number[] {
    const span = Math.max(high - low, 1);
    const raw = span / 4;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= raw) ?? raw;
    const out = [];
    for (let v = Math.floor(low / step) * step; v <= high + step / 2; v += step) out.push(v);
    return out;
}

/* `down`: the smallest stands at the top, as the first rank does. */
export function Lines({ label, names, series, show, down = false }: {
    label: string; names: string[]; series: Series[]; show: (value: number) => string;
    down?: boolean;
}) {
    const all = series.flatMap((s) => s.values).filter((v): v is number => v !== null);
    if (all.length === 0) return null;
    const ticks = down ? nice(1, Math.max(...all)).map((t) => Math.max(1, t))
        : nice(Math.min(...all), Math.max(...all));
    const low = Math.min(...ticks, ...all);
    const high = Math.max(...ticks, ...all);
    const x = (i: number) => names.length < 2 ? LEFT
        : LEFT + (i * (W - LEFT - RIGHT)) / (names.length - 1);
    const y = (v: number) => {
        const part = (v - low) / Math.max(high - low, 1);
        return TOP + (down ? part : 1 - part) * (H - TOP - BOTTOM);
    };
    return (
        <svg class="lines" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={label}>
            {[...new Set(ticks)].map((t) => (
                <g key={t}>
                    <line class="lines-grid" x1={LEFT} x2={W - RIGHT} y1={y(t)} y2={y(t)} />
                    <text class="lines-tick" x={LEFT - 8} y={y(t) + 4}>{show(t)}</text>
                </g>
            ))}
            {names.map((n, i) => (
                <text key={n} class="lines-name" x={x(i)} y={H - 10}>{n}</text>
            ))}
            {series.map((s) => <Line key={s.name} s={s} x={x} y={y} />)}
            {ends(series, x, y).map((e) => (
                <g key={e.s.name} class={`line-${e.s.kind}`}>
                    <text x={e.x + 10} y={e.y + 4}>{e.s.name}</text>
                </g>
            ))}
        </svg>
    );
}

/* Where each name stands: at the end of its line, and never over another. */
function ends(series: Series[], x: (i: number) => number, y: (v: number) => number) {
    const found = series.flatMap((s) => {
        const i = s.values.reduce<number>((last, v, n) => (v === null ? last : n), -1);
        return i < 0 ? [] : [{ s, x: x(i), y: y(s.values[i]!) }];
    }).sort((a, b) => a.y - b.y);
    found.forEach((e, i) => {
        const above = found[i - 1];
        if (above !== undefined) e.y = Math.max(e.y, above.y + 17);
    });
    return found;
}

function Line({ s, x, y }: { s: Series; x: (i: number) => number; y: (v: number) => number }) {
    const points = s.values.map((v, i) => v === null ? null : [x(i), y(v)] as const);
    const d = points.reduce((text, p, i) => p === null ? text
        : text + (i === 0 || points[i - 1] === null ? 'M' : 'L') + p[0] + ' ' + p[1], '');
    return (
        <g class={`line-${s.kind}`}>
            <path d={d} />
            {s.kind === 'own' && points.map((p, i) => p !== null &&
                <circle key={i} cx={p[0]} cy={p[1]} r="4" />)}
        </g>
    );
}
