/* border_journal.tsx - What crossed the border and what was refused: when, which way, what, under which
 * agreement and article, or why not. */
import { query } from '../../common/web/ui/api';
import { Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { showInstant } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { useLinks } from './border_links';
import { PageButtons, usePages } from './changes';
import { Day } from './typed';
import { BORDER, WAYS } from './words/border';

const W = BORDER.journal;
const PAGE = 50;

interface Entry {
    at_ms: number;
    link: number;
    way: string;
    way_text?: string;
    table_text?: string;
    row_text?: string;
    agreement: string;
    article: string;
    code: string;
    why: string | null;
    detail_text?: string;
}

const FIELDS = ['link', 'way', 'from', 'to', 'refused'] as const;
type Question = Record<typeof FIELDS[number], string>;

export function Journal() {
    const { params } = useRoute();
    const question = Object.fromEntries(FIELDS.map((f) => [f, params.get(f) ?? ''])) as Question;
    const pages = usePages(JSON.stringify(question));
    const links = useLinks().data?.links ?? [];
    const names = new Map(links.map((l) => [l.link, l.name]));
    const found = useApi<{ entries: Entry[]; next: number | null }>(
        'border/journal' + query({ ...question, limit: PAGE, before: pages.before }));
    const ask = (more: Partial<Question>) => replace(['giap-ranh'], Object.fromEntries(
        Object.entries({ xem: 'journal', ...question, ...more }).filter(([, v]) => v !== '')));
    const data = found.data;
    return (
        <>
            <div class="filters open" role="search">
                <Choice id="link" label={W.link} value={question.link} onChange={(link) => ask({ link })}
                    choices={links.map((l) => ({ value: String(l.link), text: l.name }))} />
                <Choice id="way" label={W.way} value={question.way} onChange={(way) => ask({ way })}
                    choices={WAYS} />
                <Day id="from" label={W.from} value={question.from} onChange={(from) => ask({ from })} />
                <Day id="to" label={W.to} value={question.to} onChange={(to) => ask({ to })} />
                <div class="field check"><label><input type="checkbox"
                    checked={question.refused === '1'} onChange={(e) =>
                        ask({ refused: e.currentTarget.checked ? '1' : '' })} />
                <span>{W.refused}</span></label></div>
            </div>
            {data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : data.entries.length === 0 ? <Empty title={W.none} />
                    : <div class="story"><DataTable dense caption={BORDER.tabs.journal}
                        columns={columns(names)} keyOf={(e) => String(e.i)}
                        rows={[...data.entries].reverse().map((e, i) => ({ ...e, i }))} /></div>}
            {data !== null && <PageButtons pages={pages}
                next={data.next === null ? null : String(data.next)} />}
        </>
    );
}

/* A file: its name is the words of its cover. */
const isBundle = (e: Entry) => e.way === 'bundle_out' || e.way === 'bundle_in';

function columns(names: Map<number, string>): TableColumn<Entry & { i: number }>[] {
    return [
        { key: 'at', title: W.at, short: true, cell: (e) => showInstant(e.at_ms) },
        { key: 'link', title: W.link, narrow: true, cell: (e) => names.get(e.link) ?? (e.link === 0 ? '' : e.link) },
        { key: 'way', title: W.way, cell: (e) => WAYS.find((w) => w.value === e.way)?.text ??
            e.way_text ?? e.way },
        { key: 'row', title: W.row, main: true, cell: (e) =>
            e.row_text !== undefined && e.row_text !== '' ? e.row_text
                : isBundle(e) ? W.bundle(e.detail_text ?? '') : e.table_text ?? '' },
        { key: 'article', title: W.article, narrow: true, cell: (e) =>
            e.article === '' ? e.agreement : W.articleOf(e.agreement, e.article) },
        { key: 'result', title: W.result, cell: (e) => e.code === ''
            ? <><Mark tone={e.way === 'out' || e.way === 'answer_out' ? 'plain' : 'ok'}>
                {WAYS.find((w) => w.value === e.way)?.done ?? W.crossed}</Mark>
                {(e.detail_text ?? '') !== '' && !isBundle(e) && <small> {e.detail_text}</small>}</>
            : <><Mark tone="bad">{e.code}</Mark> <small>{e.why}
                {(e.detail_text ?? '') !== '' && !isBundle(e) && ` (${e.detail_text})`}</small></> },
    ];
}

function Choice({ id, label, value, choices, onChange }: {
    id: string; label: string; value: string; choices: { value: string; text: string }[];
    onChange: (value: string) => void;
}) {
    return (
        <div class="field">
            <label for={'journal-' + id}>{label}</label>
            <Combo id={'journal-' + id} value={value} placeholder={W.all} onChange={onChange}
                choices={[{ value: '', text: W.all }, ...choices]} />
        </div>
    );
}
