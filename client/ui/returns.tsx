/* returns.tsx - Số liệu thôn: villages by indicators, typed as in a spreadsheet. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, fileAt, query, send } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting }
    from '../../common/web/ui/basics';
import { noteChange, useRead } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { dropDraft, keepDraft, readDraft } from '../../common/web/ui/draft';
import { DASH, showDate, showInt } from '../../common/web/ui/format';
import { Grid, type CellNote } from '../../common/web/ui/grid';
import { cellKey, isWrong, valueOfText, type Cells } from '../../common/web/ui/grid_state';
import { useShortcuts } from '../../common/web/ui/keys';
import { toast } from '../../common/web/ui/live';
import { replace, useRoute } from '../../common/web/ui/router';
import { ImportButton } from './import_file';
import { PeriodPicker } from './period_picker';
import { readReturns, type ReturnCell, type Returns } from './shapes';
import { RETURNS as W } from './words/returns';

interface Fault {
    village: string;
    indicator: string;
    sentence: string;
}

type Known = Map<string, ReturnCell>;

function mapOf(cells: ReturnCell[]): Known {
    return new Map(cells.map((c) => [cellKey(c.village, c.indicator), c]));
}

function shortName(name: string): string {
    const text = name.replace(/^Số\s+/, '');
    return text.charAt(0).toUpperCase() + text.slice(1);
}

export default function ReturnsScreen() {
    const { params } = useRoute();
    const period = params.get('period') ?? '';
    const found = useRead('returns' + query({ period }), () => readReturns(period));
    const data = found.data;
    return (
        <section class="screen full">
            {data === null
                ? <Screen title={W.title}>{found.error !== null
                    ? <ErrorText error={found.error} retry={found.reload} />
                    : found.loading ? <Waiting /> : <Empty title={W.noMonth} />}</Screen>
                : <Sheet key={data.period} data={data} reload={found.reload} />}
        </section>
    );
}

function Sheet({ data, reload }: { data: Returns; reload: () => void }) {
    const draftName = 'returns/' + data.period;
    /* What was read after a draft was written, until the screen has read it, too. */
    const fresh = useRef<Known | null>(null);
    const known: Known = useMemo(() => mapOf(data.cells), [data]);
    const [typed, setTyped] = useState<Cells>(() => (readDraft(draftName)?.values ?? {}) as Cells);
    const [errors, setErrors] = useState<Record<string, string>>({});
    const [beside, setBeside] = useState(true);
    const [place, setPlace] = useState<string | null>(null);
    const [asking, setAsking] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const cells = useMemo(() => {
        const out: Cells = {};
        for (const [key, c] of fresh.current ?? known) out[key] = c.value === null ? '' : String(c.value);
        return { ...out, ...typed };
    }, [known, typed]);
    const changedKeys = Object.keys(typed).filter((k) => typed[k] !== saved(known, k));
    const wrong = changedKeys.filter((k) => isWrong(cells[k] ?? ''));
    const warned = [...(fresh.current ?? known).values()].filter((c) => c.warning !== null &&
        (cells[cellKey(c.village, c.indicator)] ?? '') !== '');

    useEffect(() => {
        fresh.current = null;
    }, [data]);
    useEffect(() => {
        if (changedKeys.length > 0) keepDraft(draftName, { values: typed, was: {}, at: Date.now() });
        else dropDraft(draftName);
    }, [typed]);

    const write = (keys: string[], from: Known, confirm: boolean) =>
        send<{ written: number }>('PUT', 'returns', {
            period: data.period,
            cells: keys.map((k) => ({
                village: from.get(k)!.village, indicator: from.get(k)!.indicator,
                value: valueOfText(cells[k] ?? ''), was: from.get(k)!.value,
                confirm: confirm || (from.get(k)!.state === 'confirmed' &&
                    (cells[k] ?? '') !== ''),
            })),
        });
    const save = async (confirm: boolean, sure = false) => {
        let from = fresh.current ?? known;
        const keys = confirm
            ? [...known.keys()].filter((k) => (cells[k] ?? '') !== '' &&
                (changedKeys.includes(k) || from.get(k)?.state !== 'confirmed'))
            : changedKeys;
        if (wrong.length > 0) return setErrors(Object.fromEntries(wrong.map((k) => [k, ''])));
        if (keys.length === 0) return toast(W.nothing);
        if (confirm && !sure && changedKeys.length === 0 && warned.length > 0)
            return setAsking(true);
        setAsking(false);
        setBusy(true);
        setFailed(null);
        try {
            /* The program knows what is odd of what it has: typed cells go there first, as a draft. */
            if (confirm && !sure && changedKeys.length > 0) {
                await write(changedKeys, from, false);
                from = mapOf((await readReturns(data.period))?.cells ?? []);
                fresh.current = from;
                setTyped({});
                noteChange();
                if ([...from.values()].some((c) => c.warning !== null)) return setAsking(true);
            }
            const answer = await write(keys, from, confirm);
            setTyped({});
            setErrors({});
            toast(confirm ? W.confirmed(answer.written) : W.saved(answer.written), 'ok');
            noteChange();
        } catch (error) {
            setErrors(errorsOf(error));
            setFailed(error);
            if (error instanceof ApiError && error.status === 409) reload();
        } finally {
            setBusy(false);
        }
    };
    useShortcuts([
        { keys: 'Ctrl+S', what: W.save, run: () => void save(false) },
        { keys: 'Ctrl+Enter', what: W.confirm, run: () => void save(true) },
    ]);
    const noteOf = (village: string, indicator: string): CellNote => {
        const key = cellKey(village, indicator);
        const c = known.get(key);
        return {
            error: errors[key] ?? null,
            warning: c?.warning ?? null,
            beside: beside && c !== undefined
                ? `${c.previous ?? DASH} · ${c.last_year ?? DASH}` : null,
            mark: changedKeys.includes(key) ? 'changed'
                : c?.state === 'confirmed' ? 'kept' : null,
        };
    };
    const confirmed = [...known.values()].filter((c) => c.state === 'confirmed').length;
    const drafts = [...known.values()].filter((c) => c.value !== null && c.state !== 'confirmed')
        .length;
    const sumOf = (indicator: string) => {
        const values = data.villages
            .map((v) => valueOfText(cells[cellKey(v.unit, indicator)] ?? ''))
            .filter((v) => v !== null);
        return values.length === 0 ? DASH : showInt(values.reduce((sum, v) => sum + v, 0));
    };
    return (
        <>
            <header class="screen-head">
                <div>
                    <h1 tabIndex={-1}>{W.title}</h1>
                    <p class="lead">{W.lead(showDate(data.starts_on),
                        showDate(data.ends_on))}. {W.counts(confirmed, known.size)}.
                        {drafts > 0 && <> {W.drafts(drafts)}.</>}</p>
                </div>
                <div class="actions">
                    <PeriodPicker kind="month" label={W.period} value={data.period}
                        onChange={(v) => replace(['so-lieu'], { period: v })} />
                    <ImportButton table="village_return" template={'village_return' +
                        query({ period: data.period, blank: 1 })} />
                    <LinkButton icon="file" file
                        href={fileAt('village_return', { period: data.period })}>
                        {W.file}</LinkButton>
                    <Button busy={busy} keys="Ctrl+S" onClick={() => void save(false)}>
                        {W.save}</Button>
                    <Button kind="main" busy={busy} icon="check" onClick={() => void save(true)}>
                        {W.confirm}</Button>
                </div>
            </header>
            {data.period_state === 'locked' && <Note tone="wait">{W.locked}</Note>}
            {failed !== null && <ErrorText error={failed} />}
            {wrong.length > 0 && <Note tone="bad">{W.wrongCells(wrong.length)}</Note>}
            <Grid label={W.title} rowTitle={W.village}
                rows={data.villages.map((v) => ({
                    id: v.unit, title: v.name,
                    note: v.households === null ? undefined : W.households(showInt(v.households)),
                }))}
                columns={data.indicators.map((i) => ({
                    id: i.indicator, title: shortName(i.name), note: i.name,
                }))}
                cells={cells} noteOf={noteOf} leaveTo=".actions .button.main"
                onChange={(change) => {
                    setTyped((old) => ({ ...old, ...change }));
                    setErrors((old) => Object.fromEntries(
                        Object.entries(old).filter(([k]) => change[k] === undefined)));
                }}
                onPlace={(v, i) => setPlace(cellKey(v, i))}
                foot={sumOf} />
            <div class="sheet-foot">
                <Here cell={place === null ? undefined : known.get(place)}
                    error={place === null ? undefined : isWrong(cells[place] ?? '') ? W.notNumber
                        : errors[place]} data={data} />
                <label class="check-line">
                    <input type="checkbox" checked={beside}
                        onChange={(e) => setBeside(e.currentTarget.checked)} /> {W.beside}
                </label>
                {changedKeys.length > 0 &&
                    <Mark tone="wait">{W.unsaved(changedKeys.length)}</Mark>}
            </div>
            {asking && (
                <Dialog title={W.warnTitle} onClose={() => setAsking(false)} foot={
                    <>
                        <Button kind="main" onClick={() => void save(true, true)}>{W.warnGo}</Button>
                        <Button onClick={() => setAsking(false)}>Xem lại</Button>
                    </>
                }>
                    <p>{W.warnLead}</p>
                    <ul class="lint">
                        {warned.map((c) => (
                            <li key={cellKey(c.village, c.indicator)}>
                                <strong>{nameOf(data, c)}:</strong> {c.warning}
                            </li>
                        ))}
                    </ul>
                </Dialog>
            )}
        </>
    );
}

function saved(known: Known, key: string): string {
    const value = known.get(key)?.value ?? null;
    return value === null ? '' : String(value);
}

function nameOf(data: Returns, cell: ReturnCell): string {
    const village = data.villages.find((v) => v.unit === cell.village)?.name ?? '';
    const name = data.indicators.find((i) => i.indicator === cell.indicator)?.name ?? '';
    return `${village}, ${name}`;
}

function errorsOf(error: unknown): Record<string, string> {
    const faults = error instanceof ApiError ? error.body.faults as Fault[] | undefined : [];
    return Object.fromEntries((faults ?? []).map((f) => [cellKey(f.village, f.indicator),
        f.sentence]));
}

function Here({ cell, error, data }: {
    cell: ReturnCell | undefined; error?: string; data: Returns;
}) {
    if (cell === undefined) return <p class="muted sheet-here">{W.here}: {DASH}</p>;
    return (
        <p class="sheet-here">
            <strong>{nameOf(data, cell)}</strong>
            <span>{W.previous}: <b>{showInt(cell.previous)}</b></span>
            <span>{W.lastYear}: <b>{showInt(cell.last_year)}</b></span>
            {cell.state !== null && <span>{W.state[cell.state] ?? cell.state}</span>}
            {error !== undefined && error !== '' && <Mark tone="bad">{error}</Mark>}
            {cell.warning !== null && <Mark tone="wait">{cell.warning}</Mark>}
        </p>
    );
}
