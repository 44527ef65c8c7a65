/* summary.tsx - Tổng hợp: this period, the one before, the same one of last year, the year to date; by
 * area and by commune. */
import { at } from '../../common/web/ui/api';
import { Empty, ErrorText, LinkButton, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { DASH, dayOf, inPeriod, showDate, showInt, showTenths } from '../../common/web/ui/format';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { PaperFoot, PaperHead } from './paper';
import { isRanked, newest, PeriodChoice, usePeriods, type Period } from './periods';
import { PrintButton } from './print';
import { Province } from './province';
import { SUMMARY as W, SUMMARY_PAPER as P } from './words/summary';

type Window = 'now' | 'previous' | 'last_year' | 'ytd' | 'ytd_last_year';
type Counts = Record<Window, number>;

interface CommuneCounts extends Counts {
    unit: string;
    outside: Partial<Record<Window, string>>; /* what a paper shows instead */
}

interface SummaryLine extends Counts {
    code: string;
    name: string;
    area: number;
    stock: boolean;
    small: boolean;
    outside: Partial<Record<Window, string>>; /* of the whole district */
    communes: CommuneCounts[];
}

interface Summary {
    period: string;
    windows: Record<Window, { from: string; to: string }>;
    communes: { unit: string; name: string }[];
    lines: SummaryLine[];
}

/* A row of either table. */
interface Row extends Counts {
    key: string;
    name: string;
    outside: Partial<Record<Window, string>>;
    stock: boolean;
    note?: string;
}

type Part = 'area' | 'commune' | 'province';

export default function SummaryScreen() {
    const { params } = useRoute();
    const periods = usePeriods();
    if (periods === null) return <Screen title={W.title}><Waiting /></Screen>;
    const period = params.get('period') ??
        newest(periods.filter((p) => isRanked(p.period)), dayOf(Date.now()));
    if (period === '') return <Screen title={W.title}><Empty title={W.noPeriods} /></Screen>;
    return <One period={period} periods={periods} params={params} />;
}

function One({ period, periods, params }: {
    period: string; periods: Period[]; params: URLSearchParams;
}) {
    const found = useApi<Summary>(at('summary', period));
    const part = (params.get('xem') ?? 'area') as Part;
    const set = (more: Record<string, string>) =>
        replace(['tong-hop'], { ...Object.fromEntries(params), period, ...more });
    /* What was asked for before is not shown under this title. */
    const data = found.data?.period.endsWith(period) === true ? found.data : null;
    return (
        <Screen title={`${W.title} ${inPeriod(period)}`} lead={data !== null &&
            W.lead(showDate(data.windows.now.from), showDate(data.windows.now.to),
                showDate(data.windows.ytd.from))}
            actions={<>
                <PeriodChoice label={W.period} value={period} periods={periods}
                    onChange={(p) => set({ period: p })} />
                <LinkButton file icon="file" href={'/api/v1/' + at('summary', period, 'paper')}>
                    {W.excel}</LinkButton>
                <PrintButton keys>{W.print}</PrintButton>
            </>}>
            <PaperHead title={part === 'province' ? P.report : P.title}
                subject={P.subject(inPeriod(period))} />
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(id) => set({ xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) => ({ id, title: W.tabs[id] }))} />
            {data === null ? found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />
                : part === 'province' ? <Province period={period} />
                : part === 'area' ? <ByArea data={data} period={period} />
                    : <ByCommune data={data} code={params.get('dong')} set={set} />}
            <p class={`field-hint${part === 'province' ? ' no-print' : ''}`}>{W.outside}</p>
            <PaperFoot />
        </Screen>
    );
}

function Count({ row, window }: { row: Row; window: Window }) {
    const outside = row.outside[window];
    if (outside === undefined) return <>{showInt(row[window])}</>;
    return (
        <>
            <span class="no-print">{showInt(row[window])}</span>
            <span class="only-print">{outside}</span>
        </>
    );
}

const signed = (n: number) => (n > 0 ? '+' : '') + (n < 0 ? '-' : '') + showInt(Math.abs(n));

/* In 1/10 percent, half away from zero, as the workbook has it. */
export function percentOf(before: number, now: number): string {
    if (before <= 0) return DASH;
    const size = Math.floor((Math.abs(now - before) * 2000 + before) / (2 * before));
    return (now < before ? '-' : '') + showTenths(size);
}

/* Nothing where it would tell on paper what is hidden. */
function Change({ row, before, percent }: { row: Row; before: Window; percent: boolean }) {
    const text = percent ? percentOf(row[before], row.now) : signed(row.now - row[before]);
    const hidden = row.outside.now !== undefined || row.outside[before] !== undefined;
    return <span class={hidden ? 'no-print' : ''}>{text}</span>;
}

function columnsOf(first: string): TableColumn<Row>[] {
    const count = (window: Window, title: string, narrow = false): TableColumn<Row> => ({ key: window,
        title, number: true, narrow, cell: (r) => window === 'now'
            ? <b><Count row={r} window={window} /></b> : <Count row={r} window={window} /> });
    const change = (before: Window, title: string): TableColumn<Row>[] => [
        { key: 'change' + before, title, number: true, narrow: true, cell: (r) =>
            <Change row={r} before={before} percent={false} /> },
        { key: 'percent' + before, title: W.percent, number: true, narrow: true, cell: (r) =>
            <Change row={r} before={before} percent /> }];
    return [
        { key: 'name', title: first, main: true, cell: (r) => <span title={r.stock ? W.stock
            : undefined}>{r.name}</span> },
        count('now', W.now), count('previous', W.previous),
        ...change('previous', W.change),
        count('last_year', W.lastYear), ...change('last_year', W.change),
        count('ytd', W.ytd, true), count('ytd_last_year', W.ytdLastYear, true),
    ];
}

/* A line of the whole district. */
const rowOf = (line: SummaryLine): Row => ({ ...line, key: line.code });

function ByArea({ data, period }: { data: Summary; period: string }) {
    const columns = columnsOf(W.line);
    return (
        <>
            {W.areas.map((title, area) => {
                const lines = data.lines.filter((l) => l.area === area);
                return lines.length > 0 && (
                    <section class="summary-area" key={title}>
                        <h2>{title}</h2>
                        <DataTable dense caption={title} columns={columns} rows={lines.map(rowOf)}
                            keyOf={(r) => r.key} href={(r) => link(['tong-hop'],
                                { period, xem: 'commune', dong: r.key })} />
                    </section>
                );
            })}
        </>
    );
}

function ByCommune({ data, code, set }: {
    data: Summary; code: string | null; set: (more: Record<string, string>) => void;
}) {
    const line = data.lines.find((l) => l.code === code) ?? data.lines[0];
    if (line === undefined) return null;
    const names = new Map(data.communes.map((c) => [c.unit, c.name]));
    const rows: Row[] = line.communes.map((c) => ({ ...c, key: c.unit, stock: line.stock,
        name: names.get(c.unit) ?? c.unit }));
    return (
        <>
            <div class="field trend-pick no-print">
                <label for="line">{W.line}</label>
                <Combo id="line" value={line.code} onChange={(dong) => set({ dong })}
                    choices={data.lines.map((l) => ({ value: l.code, text: l.name }))} />
            </div>
            <h2 class="only-print">{line.name}</h2>
            <DataTable dense caption={line.name} columns={columnsOf(W.commune)}
                rows={[...rows, { ...rowOf(line), name: W.total }]} keyOf={(r) => r.key} />
        </>
    );
}
