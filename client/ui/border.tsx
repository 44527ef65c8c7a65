/* border.tsx - Giáp ranh: notices in and out, meetings, joint patrols, hand-overs, statistics and
 * agreements with the communes across the border; what is due. */
import borders from 'tuquan:borders';
import type { ComponentChildren } from 'preact';
import { Card, Empty, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { columnOf, placeName, tableOf, useCatalogue, wordOf, type Catalogue, type Row }
    from '../../common/web/ui/catalogue';
import { useApi, useCell, useRead } from '../../common/web/ui/cell';
import type { Choice } from '../../common/web/ui/combo';
import { dayOf, showDate, showLate } from '../../common/web/ui/format';
import type { Book } from '../../common/web/ui/record_book';
import { AREAS } from './areas';
import { WhyNothing, offersOf, useAgreements, wordsOf, type Agreements } from './border_allowed';
import { NoticeAbove, NoticeActions, ReplyDue, StateMark } from './border_notice';
import { Planned, SignedAbove, SignedActions, SignedMark } from './border_signed';
import { Standing, orderOf } from './border_standing';
import { StatisticsAbove } from './border_stats';
import { BookTabs } from './book_tabs';
import { PLACE_OF, placeOfDue } from './places';
import { session } from './session';
import { readToday } from './shapes';
import { BORDER as W } from './words/border';
import { AGREEMENTS, HANDOVERS, MEETINGS, NOTICES, PATROLS, STATISTICS } from './words/books';
import { BORDER_TABS, BORDER_TABS_LABEL } from './words/nav_tabs';
import { TODAY } from './words/today';

type Choices = Record<string, Choice[]>;

function notices(choices: Choices): Book {
    return {
        table: 'border_notice',
        words: { ...NOTICES, one: 'thông báo' },
        columns: ['label', 'direction', 'partner_unit', 'category', 'reply_due', 'state'],
        narrowOut: ['category'],
        filters: [{ column: 'direction' }, { column: 'partner_unit' }, { column: 'state' }],
        dates: true,
        choices,
        hidden: ['acknowledged_at', 'answered_on', 'answer', 'answer_no', 'incident', 'case_unit',
            'partner_case_unit', 'state'],
        cell: (row, column) => column === 'reply_due' ? <ReplyDue row={row} />
            : column === 'state' ? <StateMark row={row} />
                : column === 'direction' ? (row.direction === 'in' ? W.in : W.out) : undefined,
        above: (row) => <NoticeAbove row={row} />,
        actions: (row) => <NoticeActions row={row} />,
        parts: [{ title: NOTICES.part, fields: [{ name: 'direction' }, { name: 'partner_unit' },
            { name: 'area', hint: NOTICES.ifNamed }, { name: 'category' },
            { name: 'place', hint: NOTICES.ifNamed },
            { name: 'happens_on', ahead: true, hint: NOTICES.ifNamed }, { name: 'issued_on' },
            { name: 'dispatch_no' },
            { name: 'reply_due', ahead: true },
            { name: 'body', wide: true, hint: NOTICES.bodyHint }] }],
    };
}

const SIGNED = ['minutes_hash', 'partner_signed_on', 'state', 'acknowledged_at', 'came'];

function meetings(choices: Choices): Book {
    return {
        table: 'border_meeting',
        words: { ...MEETINGS, one: 'cuộc họp' },
        columns: ['label', 'held_on', 'partner_unit', 'place', 'minutes_no', 'state'],
        narrowOut: ['place', 'minutes_no'],
        filters: [{ column: 'partner_unit' }, { column: 'state' }],
        dates: true,
        choices,
        hidden: SIGNED,
        cell: (row, column) => column === 'state' ? <SignedMark row={row} /> : undefined,
        above: (row) => <SignedAbove table="border_meeting" row={row} />,
        actions: (row) => <SignedActions table="border_meeting" row={row} />,
        parts: [
            { title: MEETINGS.part, fields: [{ name: 'partner_unit' }, { name: 'held_on' },
                { name: 'place' }, { name: 'topics', wide: true }] },
            { title: MEETINGS.minutes, fields: [{ name: 'minutes_no' }, { name: 'signed_on' }] },
        ],
    };
}

function patrols(choices: Choices): Book {
    return {
        table: 'joint_patrol',
        words: { ...PATROLS, one: 'buổi tuần tra' },
        columns: ['label', 'planned_on', 'held_on', 'partner_unit', 'participants', 'state'],
        narrowOut: ['participants'],
        filters: [{ column: 'partner_unit' }, { column: 'state' }],
        dates: true,
        choices,
        hidden: SIGNED,
        cell: (row, column) => column === 'state' ? <SignedMark row={row} />
            : column === 'planned_on' ? <Planned row={row} /> : undefined,
        above: (row) => <SignedAbove table="joint_patrol" row={row} />,
        actions: (row) => <SignedActions table="joint_patrol" row={row} />,
        parts: [
            { title: PATROLS.part, fields: [{ name: 'partner_unit' },
                { name: 'planned_on', ahead: true }, { name: 'held_on' }, { name: 'participants' },
                { name: 'standing_unit' }, { name: 'results', wide: true }] },
            { title: PATROLS.minutes, fields: [{ name: 'minutes_no' }, { name: 'signed_on' }] },
        ],
    };
}

/* Who is the standing unit of a year, and the minutes by which the one before handed over. */
function handovers(choices: Choices): Book {
    return {
        table: 'border_handover',
        words: { ...HANDOVERS, one: 'bàn giao' },
        columns: ['label', 'year', 'partner_unit', 'standing', 'handed_on', 'state'],
        narrowOut: ['standing'],
        filters: [{ column: 'partner_unit' }, { column: 'state' }],
        choices,
        preset: () => ({ year: thisYear() }),
        hidden: SIGNED,
        cell: (row, column) => column === 'state' ? <SignedMark row={row} />
            : column === 'year' ? String(row.year ?? '–') : undefined,
        above: (row) => <SignedAbove table="border_handover" row={row} />,
        actions: (row) => <SignedActions table="border_handover" row={row} />,
        parts: [
            { title: HANDOVERS.part, fields: [{ name: 'partner_unit' }, { name: 'year' },
                { name: 'standing', hint: HANDOVERS.standingHint }, { name: 'handed_on' }] },
            { title: HANDOVERS.minutes, fields: [{ name: 'minutes_no' }, { name: 'signed_on' }] },
        ],
    };
}

/* Drafted by the district; ours to read, and theirs to say that we have it. */
function statistics(choices: Choices): Book {
    return {
        table: 'border_statistics',
        words: { ...STATISTICS, one: 'thống kê' },
        columns: ['label', 'direction', 'partner_unit', 'issued_on', 'state'],
        filters: [{ column: 'direction' }, { column: 'partner_unit' }, { column: 'state' }],
        choices,
        readOnly: true,
        hidden: ['acknowledged_at', 'figures', 'state'],
        cell: (row, column) => column === 'state' ? <StateMark row={row} />
            : column === 'direction' ? (row.direction === 'in' ? W.in : W.out)
                : column === 'period' ? W.period(String(row.period ?? '')) : undefined,
        above: (row) => <StatisticsAbove row={row} />,
        parts: [{ title: STATISTICS.part, fields: [{ name: 'direction' }, { name: 'partner_unit' },
            { name: 'period' }, { name: 'issued_on' }] }],
    };
}

/* What the district tells of one, in words; the rest is a clerk's own line about one on paper. */
function told(catalogue: Catalogue, row: Row, column: string): string | undefined {
    const kinds = tableOf(catalogue, 'incident');
    const say: Record<string, (code: string) => string> = {
        partner_units: (unit) => placeName(catalogue, unit),
        categories: (kind) => wordOf(kinds, 'category', kind),
        allowed: (table) => tableOf(catalogue, table).title,
    };
    if (column === 'standing_order') return orderOf(catalogue, row).join(', ') || undefined;
    return say[column] === undefined ? undefined : wordsOf(row[column]).map(say[column]).join(', ');
}

function agreements(choices: Choices, catalogue: Catalogue): Book {
    return {
        cell: (row, column) => told(catalogue, row, column),
        table: 'liaison_agreement',
        words: { ...AGREEMENTS, one: 'quy chế' },
        columns: ['document_no', 'partner_unit', 'signed_on', 'valid_to', 'partner_signed_on',
            'state'],
        filters: [{ column: 'partner_unit' }, { column: 'state' }],
        choices,
        hidden: ['standing_from'],
        parts: [{ title: AGREEMENTS.part, fields: [{ name: 'document_no' },
            { name: 'partner_unit' }, { name: 'signed_on' }, { name: 'valid_from', ahead: true },
            { name: 'valid_to', ahead: true }, { name: 'signer' }, { name: 'partner_signer' },
            { name: 'standing_unit' }, { name: 'standing_order' }, { name: 'state' }] }],
    };
}

/* Its form offers what the agreements in force name for its rows, and says why when that is nothing. */
function within(agreed: Agreements, own: Choice[], book: Book): Book {
    return {
        ...book,
        offers: offersOf(agreed, book.table, book.choices ?? {}, own),
        aboveForm: <WhyNothing agreements={agreed} table={book.table}
            what={book.words.title.toLowerCase()} />,
    };
}

const thisYear = () => Number(dayOf(Date.now()).slice(0, 4));
const YEARS_BACK = 4;
const code = (unit: string) => unit.split('@')[0] ?? '';

/* Who lies next to this commune on the other side comes first; words of a notice's kind are those of
 * incidents, so that an agreement knows them. */
function choicesOf(catalogue: Catalogue, near: string[]): Choices {
    const units = [...catalogue.units].map((p) => ({ value: p.unit, text: p.name }))
        .sort((a, b) => Number(near.includes(code(b.value))) - Number(near.includes(code(a.value))));
    const kinds = columnOf(tableOf(catalogue, 'incident'), 'category')?.words ?? [];
    const years = [...Array(YEARS_BACK + 2).keys()].map((n) => String(thisYear() + 1 - n));
    return { partner_unit: units, area: AREAS, category: kinds.map((w) => ({ value: w.code, text: w.vi })),
        year: years.map((value) => ({ value, text: value })),
        period: years.flatMap((year) => ['', '-H1', '-H2'].map((half) =>
            ({ value: year + half, text: W.period(year + half) }))) };
}

export default function Border() {
    const catalogue = useCatalogue();
    const unit = useCell(session)?.unit ?? '';
    const near = borders[code(unit)];
    const alone = near?.length === 0;
    const kept = useApi<{ total: number }>(alone ? 'rows/border_notice?limit=1&voided=1' : null);
    const choices = choicesOf(catalogue, near ?? []);
    const agreed = useAgreements();
    const own = (choices.partner_unit ?? []).filter((choice) => choice.value === unit);

    /* What came or was written all the same stays to be seen. */
    if (alone && (kept.data?.total ?? 0) === 0)
        return <Screen title={BORDER_TABS_LABEL}>
            {kept.data === null ? <Waiting /> : <Empty title={W.none} />}</Screen>;
    return <BookTabs label={BORDER_TABS_LABEL} titles={BORDER_TABS} books={{
        'giap-ranh': within(agreed, own, notices(choices)),
        'hop-giap-ranh': within(agreed, own, meetings(choices)),
        'tuan-tra-chung': within(agreed, own, patrols(choices)),
        'ban-giao': within(agreed, own, handovers(choices)),
        'thong-ke': statistics(choices), 'quy-che': agreements(choices, catalogue),
    }} under={{ ...Object.fromEntries(Object.keys(BORDER_TABS).map((tab) => [tab, <Due />])),
        'ban-giao': <><Standing agreements={agreed} /><Due /></>,
        'quy-che': <><Standing agreements={agreed} /><Due /></> }} />;
}

/* ---- what is due ---- */

const MOST = 5;

function Due(): ComponentChildren {
    const found = useRead('today', readToday);
    const items = (found.data?.items ?? [])
        .filter((i) => BORDER_TABS[PLACE_OF[i.table] ?? ''] !== undefined);
    if (items.length === 0) return null;
    return (
        <Card title={W.due} flush>
            <ul class="due">
                {items.slice(0, MOST).map((i) => (
                    <li key={i.kind + i.key}><a href={placeOfDue(i)}>
                        <span class="due-what"><span class="due-kind">{TODAY.kinds[i.kind]}</span>
                            <strong>{i.name}</strong><span class="muted">{i.next}</span></span>
                        <span class="due-when"><Mark tone={i.late_days > 0 ? 'bad'
                            : i.late_days > -3 ? 'wait' : 'plain'}>{showLate(i.late_days)}</Mark>
                        <small class="muted">{showDate(dayOf(i.due_at))}</small></span>
                    </a></li>
                ))}
            </ul>
        </Card>
    );
}
