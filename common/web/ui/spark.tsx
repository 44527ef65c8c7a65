/* spark.tsx - One small drawing of many: a line over the periods against a dashed one, all of a page on
 * one scale. What it says stands in `said`, for the ear, and its last value as text. */
interface Props {
    title: string;
    said: string;
    text: string; /* of the last value */
    values: (number | null)[];
    against?: (number | null)[];
    low: number;
    high: number;
    down?: boolean; /* the smallest stands at the top */
    mark?: number; /* an index to be marked: the same period last year */
}

const W = 200;
const H = 56;
const EDGE = 6;

export function Spark({ title, said, text, values, against, low, high, down = false, mark }: Props) {
    const x = (i: number) => values.length < 2 ? W / 2
        : EDGE + (i * (W - 2 * EDGE)) / (values.length - 1);
    const y = (v: number) => {
        const part = (v - low) / Math.max(high - low, 1);
        return EDGE + (down ? part : 1 - part) * (H - 2 * EDGE);
    };
    const path = (all: (number | null)[]) => all.reduce<string>((d, v, i) => v === null ? d
        : d + (i === 0 || all[i - 1] === null ? 'M' : 'L') + x(i) + ' ' + y(v), '');
    const last = values.reduce<number>((found, v, i) => v === null ? found : i, -1);
    const marked = mark !== undefined ? values[mark] ?? null : null;
    return (
        <figure class="spark">
            <figcaption>{title} <b>{text}</b></figcaption>
            <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={said}>
                <line class="spark-grid" x1="0" x2={W} y1={H - 1} y2={H - 1} />
                {against !== undefined && <path class="spark-against" d={path(against)} />}
                <path class="spark-own" d={path(values)} />
                {marked !== null && <circle class="spark-year" r="3.5" cx={x(mark!)} cy={y(marked)} />}
                {last >= 0 && <circle class="spark-last" r="3.5" cx={x(last)} cy={y(values[last]!)} />}
            </svg>
        </figure>
    );
}
