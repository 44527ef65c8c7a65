/* province.tsx - Báo cáo gửi tỉnh: drafted from the facts, written by people, signed by a leader; as it is
 * printed below. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, at } from '../../common/web/ui/api';
import { Button, Card, ErrorText, LinkButton, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { showInstant } from '../../common/web/ui/format';
import { dropDraft, keepDraft, readDraft } from '../../common/web/ui/draft';
import { Dialog } from '../../common/web/ui/dialog';
import { Line } from './line';
import { useOrder } from './order';
import { session } from './session';
import { PROVINCE as W } from './words/summary';

const PARTS = ['situation', 'results', 'assessment', 'proposals'] as const;
type Part = typeof PARTS[number];
type Field = Part | 'document';
const FIELDS: readonly Field[] = ['document', ...PARTS];

interface Report extends Record<Field, string> {
    period: string;
    draft_situation: string;
    draft_results: string;
    made_by: string;
    made_at_ms: number;
    digest: string;
    signed_by: string;
    signed_at_ms: number;
}

export function Province({ period }: { period: string }) {
    const found = useApi<Report>(at('province', period));
    const report = found.data;
    if (report === null || !report.period.endsWith(period))
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    return <Written key={period} period={period} report={report} reload={found.reload} />;
}

type Typed = Partial<Record<Field, string>>;

/* What is being typed lives on when others save: kept in this browser with what it began from. */
function useTyped(period: string, report: Report) {
    const name = `province.${session.get()?.account ?? ''}.${period}`;
    const [state, setState] = useState<{ typed: Typed; was: Typed }>(() => {
        const kept = report.signed_at_ms === 0 ? readDraft(name) : null;
        return { typed: (kept?.values ?? {}) as Typed, was: (kept?.was ?? {}) as Typed };
    });
    const put = (typed: Typed, was: Typed) => {
        if (Object.keys(typed).length === 0) dropDraft(name);
        else keepDraft(name, { values: typed, was, at: Date.now() });
        setState({ typed, was });
    };
    const set = (field: Field, text: string) => {
        const { [field]: _, ...others } = state.typed;
        const from = state.typed[field] !== undefined ? state.was[field] : undefined;
        put(text === report[field] ? others : { ...others, [field]: text },
            { ...state.was, [field]: from ?? report[field] });
    };
    return { typed: state.typed, was: state.was, set, clear: () => put({}, {}) };
}

function Written({ period, report, reload }: {
    period: string; report: Report; reload: () => void;
}) {
    const { typed, was, set, clear } = useTyped(period, report);
    const [signing, setSigning] = useState<string | null>(null);
    const { busy, error, run } = useOrder(clear);
    const may = session.get()?.may ?? [];
    const done = report.signed_at_ms !== 0;
    const open = !done && may.includes('decide');
    const value = (field: Field) => open ? typed[field] ?? report[field] : report[field];
    const changed = Object.keys(typed).length > 0;
    const clash = FIELDS.filter((f) => typed[f] !== undefined && was[f] !== undefined
        && was[f] !== report[f] && typed[f] !== report[f]
        && !(f === 'situation' && report.situation === report.draft_situation)
        && !(f === 'results' && report.results === report.draft_results));
    const doubts = error instanceof ApiError && error.status === 422
        ? error.body.warnings as string[] | undefined : undefined;
    /* Somebody else saved: what he wrote is shown beside what is typed here. */
    useEffect(() => {
        if (error instanceof ApiError && error.status === 409) reload();
    }, [error]);
    const save = (yes: boolean) => void run({ method: 'PUT', path: at('province', period),
        done: W.saved, body: { ...typed, was: report.made_at_ms, yes } });
    return (
        <Card title={W.title} aside={<LinkButton file icon="file"
            href={'/api/v1/' + at('province', period, 'paper')}>{W.excel}</LinkButton>}>
            <State report={report} />
            {error !== null && <ErrorText error={error} />}
            {doubts !== undefined && <Note tone="wait" action={<Button small busy={busy}
                onClick={() => save(true)}>{W.noPerson}</Button>}>{doubts.join('; ')}</Note>}
            {open && clash.length > 0 && <Note tone="wait">{W.others(report.made_by)}</Note>}
            <div class="no-print">
                <Line id="province-document" label={W.document} type="text" complete="off"
                    value={value('document')} needed={false}
                    onInput={(text) => set('document', text)} />
                {open && clash.includes('document') && <Theirs report={report} field="document"
                    onTake={set} />}
            </div>
            {PARTS.map((part) => <PartOf key={part} part={part} report={report} open={open}
                value={value(part)} theirs={clash.includes(part)} onInput={set} />)}
            {open && <div class="account-acts no-print">
                <Button kind="main" busy={busy} disabled={!changed && report.made_at_ms !== 0}
                    onClick={() => save(false)}>{W.save}</Button>
                {may.includes('sign') && <Button disabled={changed || report.made_at_ms === 0}
                    onClick={() => setSigning(report.digest)}>{W.sign}</Button>}
                {!may.includes('sign') && <p class="field-hint">{W.notLeader}</p>}
            </div>}
            {signing !== null && <Sign period={period} digest={signing} reload={reload}
                onClose={() => setSigning(null)} />}
        </Card>
    );
}

function Theirs({ report, field, onTake }: {
    report: Report; field: Field; onTake: (field: Field, text: string) => void;
}) {
    return (
        <div class="no-print">
            <p class="field-hint directive-body">{W.theirs(report.made_by, report[field])}</p>
            <Button small onClick={() => onTake(field, report[field])}>{W.takeTheirs}</Button>
        </div>
    );
}

function State({ report }: { report: Report }) {
    if (report.signed_at_ms !== 0)
        return <p><Mark tone="ok">
            {W.signed(report.signed_by, showInstant(report.signed_at_ms))}</Mark></p>;
    return <Note tone="info">{report.made_at_ms === 0 ? W.draft
        : W.written(report.made_by, showInstant(report.made_at_ms))}</Note>;
}

function PartOf({ part, report, value, open, theirs, onInput }: {
    part: Part; report: Report; value: string; open: boolean; theirs: boolean;
    onInput: (field: Field, text: string) => void;
}) {
    const id = 'province-' + part;
    const facts = part === 'situation' ? report.draft_situation
        : part === 'results' ? report.draft_results : '';
    return (
        <section class="province-part">
            <h3 class="only-print">{W.parts[part]}</h3>
            <p class="only-print directive-body">{value}</p>
            <div class="field no-print">
                <label for={id}>{W.parts[part]}</label>
                <textarea id={id} rows={Math.max(3, value.split('\n').length + 1)} value={value}
                    readOnly={!open} onInput={(event) => onInput(part, event.currentTarget.value)} />
            </div>
            {open && facts !== '' && facts !== value && <div class="no-print">
                <Button small icon="sync" onClick={() => onInput(part, facts)}>{W.fromFacts}</Button>
            </div>}
            {open && theirs && <Theirs report={report} field={part} onTake={onInput} />}
        </section>
    );
}

function Sign({ period, digest, reload, onClose }: {
    period: string; digest: string; reload: () => void; onClose: () => void;
}) {
    const { busy, error, run } = useOrder(onClose);
    useEffect(() => {
        if (error instanceof ApiError && error.status === 409) reload();
    }, [error]);
    return (
        <Dialog title={W.signTitle} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={() => void run({ method: 'POST', body: { digest },
                path: at('province', period, 'sign'), done: W.signedNow })}>{W.sign}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            <p>{W.signLead}</p>
        </Dialog>
    );
}
