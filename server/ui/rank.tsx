/* rank.tsx - Xếp hạng: the table as it stands now, and each version as it was published. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { DASH, dayOf, inPeriod, roman, showPoints } from '../../common/web/ui/format';
import { lang } from '../../common/web/ui/lang';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FactsDialog } from './facts';
import { isRanked, newest, PeriodChoice, usePeriods, type Period } from './periods';
import { PrintButton, WorkingCopy } from './print';
import { History, Publish, VersionDifferences } from './publish';
import { RankCourse } from './rank_course';
import { Votes } from './rank_votes';
import { session } from './session';
import { RANK as W, RANK_PAPER } from './words/rank';

type Points = number | null;

interface RankRow {
    rank: number | null;
    unit: { unit: string; name: string };
    final_c: Points;
    area1_c: Points;
    area2_c: Points;
    area3_c: Points;
    area4_c: Points;
    area5_c: Points;
    bonus_c: Points;
    penalty_c: Points;
    grade: string | null;
    coverage_c: number | null;
    note: { place: string; shared: boolean; tie: string; caps: string; provisional: boolean };
}

interface Rank {
    rows: RankRow[];
    sheet?: string; /* of the table of now, as the two below */
    published?: number | null;
    published_sheet?: string;
    same?: boolean;
    quota?: number;
    before: { period: string; version: number; ranks: Record<string, number> } | null;
}

const NOW = '0';

export default function RankScreen() {
    const { params } = useRoute();
    const periods = usePeriods()?.filter((p) => isRanked(p.period)) ?? null;
    if (periods === null) return <Screen title={W.title}><Waiting /></Screen>;
    const period = params.get('period') ?? newest(periods, dayOf(Date.now()));
    if (period === '') return <Screen title={W.title}><Empty title={W.noPeriods} /></Screen>;
    return <One period={period} periods={periods} version={params.get('lan') ?? NOW} />;
}

function One({ period, periods, version }: {
    period: string; periods: Period[]; version: string;
}) {
    const now = useApi<Rank>(at('rank', period));
    const old = useApi<Rank>(version === NOW ? null : at('rank', period, 'versions', version));
    const shown = version === NOW ? now : old;
    const published = now.data?.published ?? 0;
    const versions = [{ value: NOW, text: W.today },
        ...Array.from({ length: published }, (_, i) => published - i)
            .map((n) => ({ value: String(n), text: W.version(n) }))];
    return (
        <Screen title={`${W.title} ${inPeriod(period)}`} actions={<>
            <PeriodChoice label={W.period} value={period} periods={periods}
                onChange={(p) => replace(['xep-hang'], { period: p })} />
            <div class="field period-choice">
                <Combo id="version" label={W.which} value={version} choices={versions}
                    onChange={(lan) => replace(['xep-hang'], { period, lan })} />
            </div>
            {published > 0 && <LinkButton file icon="file" href={'/api/v1/' +
                at('rank', period, 'paper') + query({ version })}>{W.excel}</LinkButton>}
            <PrintButton keys>{W.print}</PrintButton>
        </>}>
            <PaperHead period={period} version={version} />
            {shown.data !== null
                ? <Table rank={shown.data} period={period} isNow={version === NOW} />
                : shown.error !== null ? <ErrorText error={shown.error} retry={shown.reload} />
                    : <Waiting />}
            {version === NOW && now.data !== null && <div class="no-print">
                {now.data.sheet !== undefined && <Votes period={period} sheet={now.data.sheet}
                    rows={now.data.rows} nameOf={namesOf(now.data.rows)} />}
                <Publish key={period} period={period} nameOf={namesOf(now.data.rows)} />
                <History period={period} />
                <RankCourse period={period} />
            </div>}
            <PaperFoot />
            {version !== NOW && <VersionDifferences period={period} version={version} />}
        </Screen>
    );
}

function namesOf(rows: RankRow[]): (unit: string) => string {
    const names = new Map(rows.map((r) => [r.unit.unit, r.unit.name]));
    return (unit) => names.get(unit) ?? unit;
}

function Standing({ rank, isNow }: { rank: Rank; isNow: boolean }) {
    if (!isNow)
        return rank.same === true ? <Note tone="ok">{W.holds}</Note>
            : <Note tone="wait">{W.holdsNot}</Note>;
    if (rank.published === null || rank.published === undefined)
        return <Note tone="info">{W.unpublished}</Note>;
    return rank.same === true ? <Note tone="ok">{W.same(rank.published)}</Note>
        : <Note tone="wait">{W.differs(rank.published)}
            {rank.published_sheet !== undefined && <> {W.otherSheet(rank.published_sheet)}</>}</Note>;
}

function Table({ rank, period, isNow }: { rank: Rank; period: string; isNow: boolean }) {
    const { rows } = rank;
    const absent = rows.filter((r) => r.final_c === null);
    return (
        <>
            <Standing rank={rank} isNow={isNow} />
            <p class="rank-facts">{W.scored(rows.length - absent.length, rows.length)}{' '}
                {rank.quota !== undefined && W.quota(
                    rows.filter((r) => r.grade === 'excellent').length, rank.quota)}{' '}
                {absent.length > 0 && <Mark tone="wait">
                    {W.missing(absent.map((r) => r.unit.name).join(', '))}</Mark>}</p>
            <DataTable dense caption={W.title} rows={rows} columns={columnsOf(rank)}
                keyOf={(r) => r.unit.unit}
                href={(r) => link(['tham-dinh'], { period, xa: r.unit.unit })} />
            {isNow && <Caps period={period} rows={rows} />}
            {/-Q\d$/.test(period) && <p class="field-hint">{W.quarterGrade}</p>}
        </>
    );
}

/* "area:1", "sum:1.3+3.4", "vote": the rule that broke the tie. */
function tieText(tie: string): string {
    const cut = tie.indexOf(':');
    const rule = cut < 0 ? tie : tie.slice(0, cut);
    const rest = cut < 0 ? '' : tie.slice(cut + 1);
    if (rule === 'area') return W.tie(W.tieArea(roman(Number(rest))));
    if (rule === 'sum') return W.tie(W.tieSum(rest));
    return W.tie(W.ties[rule] ?? tie);
}

function whyOf(row: RankRow): string {
    const { place, tie, caps, shared, provisional } = row.note;
    return [place === 'ranked' ? '' : W.places[place] ?? '', shared ? W.shared : tie !== '' ? tieText(tie) : '',
        ...caps.split(/\s+/).map((c) => W.caps[c] ?? c),
        provisional && row.final_c !== null ? W.provisional : '']
        .filter((t) => t !== '').join('; ');
}

function area(n: 1 | 2 | 3 | 4 | 5): TableColumn<RankRow> {
    return { key: 'area' + n, title: W.areas[n - 1]!, number: true, narrow: true,
        cell: (r) => showPoints(r[`area${n}_c`]) };
}

interface Cap {
    unit: string;
    code: string;
    fact: string | null;
    document_no: string | null;
    computed?: boolean;
}

/* The fact behind each cap, as the records are now: not under an old version. What an officer set has its
 * document, what the figures themselves hold down (D3, D4, D6) the rows that are counted. */
function Caps({ period, rows }: { period: string; rows: RankRow[] }) {
    const found = useApi<{ rows: Cap[] }>('rows/grade_cap' + query({ period }));
    const names = namesOf(rows);
    const [asked, setAsked] = useState<Cap | null>(null);
    const set = found.data?.rows ?? [];
    const computed = rows.flatMap((r) => r.note.caps.split(/\s+/).filter((code) => /^D\d$/.test(code) &&
        !set.some((c) => c.unit === r.unit.unit && c.code === code)).map((code): Cap =>
        ({ unit: r.unit.unit, code, fact: null, document_no: null, computed: true })));
    const caps = [...set, ...computed];
    if (caps.length === 0) return null;
    const columns: TableColumn<Cap>[] = [
        { key: 'unit', title: W.unit, main: true, cell: (c) => names(c.unit) },
        { key: 'code', title: W.capsCode, cell: (c) => W.caps[c.code] ?? c.code },
        { key: 'fact', title: W.capsFact, cell: (c) => c.computed === true ? <button type="button"
            class="why" aria-label={W.capsRowsOf(c.code, names(c.unit))} onClick={() => setAsked(c)}>
            {W.capsRows}</button> : c.fact ?? DASH },
        { key: 'document', title: W.capsDocument, cell: (c) => c.document_no ?? DASH },
    ];
    return (
        <section class="rank-caps">
            <h2>{W.capsTitle}</h2>
            <DataTable dense caption={W.capsTitle} rows={caps} columns={columns}
                keyOf={(c) => c.unit + c.code} />
            {asked !== null && <FactsDialog a={{ period, unit: asked.unit }} onClose={() => setAsked(null)}
                c={{ code: asked.code, name: names(asked.unit), machine_c: null, max_c: 0 }} />}
        </section>
    );
}

function movedText(row: RankRow, before: Rank['before']): string {
    if (before === null || row.rank === null) return DASH;
    const was = before.ranks[row.unit.unit];
    return was === undefined ? W.newcomer : W.movedBy(was, row.rank);
}

function columnsOf(rank: Rank): TableColumn<RankRow>[] {
    const moved: TableColumn<RankRow> = { key: 'moved', title: W.moved, narrow: true, short: true,
        cell: (r) => movedText(r, rank.before) };
    return rank.before === null ? COLUMNS : [...COLUMNS.slice(0, 2), moved, ...COLUMNS.slice(2)];
}

/* Only on paper: whose table this is, and of what. */
function PaperHead({ period, version }: { period: string; version: string }) {
    const P = RANK_PAPER;
    if (lang !== 'vi') return <WorkingCopy />;
    return (
        <div class="only-print rank-paper">
            <div class="rank-paper-heads">
                <div>
                    <p>{P.committee}</p>
                    <p><strong>{session.get()?.district_name.toUpperCase()}</strong></p>
                </div>
                <div>
                    <p><strong>{P.nation}</strong></p>
                    <p><strong>{P.motto}</strong></p>
                </div>
            </div>
            <p><strong>{P.title}</strong></p>
            <p><strong>{P.subject(inPeriod(period))}</strong></p>
            <p><em>{version === NOW ? P.draft : P.version(version)}</em></p>
        </div>
    );
}

function PaperFoot() {
    if (lang !== 'vi') return null;
    return (
        <div class="only-print rank-paper-heads rank-paper">
            <p><strong>{RANK_PAPER.maker}</strong></p>
            <p><strong>{RANK_PAPER.signer}</strong></p>
        </div>
    );
}

const COLUMNS: TableColumn<RankRow>[] = [
    { key: 'rank', title: W.rank, number: true, cell: (r) => r.rank === null ? DASH
        : <b>{r.rank}{r.note.shared && '='}</b> },
    { key: 'unit', title: W.unit, main: true, cell: (r) => r.unit.name },
    { key: 'final', title: W.final, number: true, cell: (r) => <b>{showPoints(r.final_c)}</b> },
    area(1), area(2), area(3), area(4), area(5),
    { key: 'bonus', title: W.bonus, number: true, narrow: true, cell: (r) => showPoints(r.bonus_c) },
    { key: 'penalty', title: W.penalty, number: true, narrow: true,
        cell: (r) => showPoints(r.penalty_c) },
    { key: 'coverage', title: W.coverage, number: true, narrow: true, cell: (r) =>
        r.coverage_c === null ? DASH : Math.floor(r.coverage_c / 100) + '%' },
    { key: 'grade', title: W.grade, short: true, cell: (r) => W.grades[r.grade ?? ''] ??
        (r.final_c === null ? DASH : W.none) },
    { key: 'why', title: W.why, cell: (r) => whyOf(r) },
];
