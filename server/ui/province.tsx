/* province.tsx - Báo cáo gửi tỉnh: drafted from the facts, written by people, signed by a leader; as it is
 * printed below. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Card, ErrorText, LinkButton, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { showInstant } from '../../common/web/ui/format';
import { Dialog } from '../../common/web/ui/dialog';
import { Line } from './line';
import { useOrder } from './order';
import { session } from './session';
import { PROVINCE as W } from './words/summary';

const PARTS = ['situation', 'results', 'assessment', 'proposals'] as const;
type Part = typeof PARTS[number];
type Field = Part | 'document';

interface Report extends Record<Field, string> {
    period: string;
    draft_situation: string;
    draft_results: string;
    made_by: string;
    made_at_ms: number;
    signed_by: string;
    signed_at_ms: number;
}

export function Province({ period }: { period: string }) {
    const found = useApi<Report>(at('province', period));
    const report = found.data;
    if (report === null || !report.period.endsWith(period))
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    return <Written key={`${period} ${report.made_at_ms} ${report.signed_at_ms}`} period={period}
        report={report} />;
}

function Written({ period, report }: { period: string; report: Report }) {
    const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
    const [signing, setSigning] = useState(false);
    const { busy, error, run } = useOrder();
    const may = session.get()?.may ?? [];
    const done = report.signed_at_ms !== 0;
    const open = !done && may.includes('decide');
    const value = (field: Field) => typed[field] ?? report[field];
    const set = (field: Field, text: string) => setTyped({ ...typed, [field]: text });
    const changed = Object.keys(typed).length > 0;
    const save = () => void run({ method: 'PUT', path: at('province', period), done: W.saved,
        body: { document: value('document'), ...Object.fromEntries(PARTS.map((p) => [p, value(p)])) } });
    return (
        <Card title={W.title} aside={<LinkButton file icon="file"
            href={'/api/v1/' + at('province', period, 'paper')}>{W.excel}</LinkButton>}>
            <State report={report} />
            {error !== null && <ErrorText error={error} />}
            <div class="no-print">
                <Line id="province-document" label={W.document} type="text" complete="off"
                    value={value('document')} needed={false}
                    onInput={(text) => set('document', text)} />
            </div>
            {PARTS.map((part) => <PartOf key={part} part={part} report={report} open={open}
                value={value(part)} onInput={(text) => set(part, text)} />)}
            {open && <div class="account-acts no-print">
                <Button kind="main" busy={busy} onClick={save}>{W.save}</Button>
                {may.includes('sign') && <Button disabled={changed || report.made_at_ms === 0}
                    onClick={() => setSigning(true)}>{W.sign}</Button>}
                {!may.includes('sign') && <p class="field-hint">{W.notLeader}</p>}
            </div>}
            {signing && <Sign period={period} onClose={() => setSigning(false)} />}
        </Card>
    );
}

function State({ report }: { report: Report }) {
    if (report.signed_at_ms !== 0)
        return <p><Mark tone="ok">
            {W.signed(report.signed_by, showInstant(report.signed_at_ms))}</Mark></p>;
    return <Note tone="info">{report.made_at_ms === 0 ? W.draft
        : W.written(report.made_by, showInstant(report.made_at_ms))}</Note>;
}

function PartOf({ part, report, value, open, onInput }: {
    part: Part; report: Report; value: string; open: boolean; onInput: (text: string) => void;
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
                    readOnly={!open} onInput={(event) => onInput(event.currentTarget.value)} />
            </div>
            {open && facts !== '' && facts !== value && <div class="no-print">
                <Button small icon="sync" onClick={() => onInput(facts)}>{W.fromFacts}</Button>
            </div>}
        </section>
    );
}

function Sign({ period, onClose }: { period: string; onClose: () => void }) {
    const { busy, error, run } = useOrder(onClose);
    return (
        <Dialog title={W.signTitle} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={() => void run({ method: 'POST', body: {},
                path: at('province', period, 'sign'), done: W.signedNow })}>{W.sign}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            <p>{W.signLead}</p>
        </Dialog>
    );
}
