/* border_signed.tsx - Meetings, joint patrols and hand-overs: done or planned, who has seen them, the
 * minutes, who has signed. */
import { useState } from 'preact/hooks';
import { query } from '../../common/web/ui/api';
import { Button, Card, Mark, Note, type Tone } from '../../common/web/ui/basics';
import type { Row, Rows, Values } from '../../common/web/ui/catalogue';
import { useApi } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { FilePick } from '../../common/web/ui/file_pick';
import { dayOf, daysBetween, showDate, showLate } from '../../common/web/ui/format';
import { useShortcuts } from '../../common/web/ui/keys';
import { link } from '../../common/web/ui/router';
import { Steps, Stopped, by, came, day, instant, stepOf, useStory, wrote } from './border_steps';
import { fingerprint } from './fingerprint';
import { touch } from './touch';
import { BORDER as W } from './words/border';

const today = () => dayOf(Date.now());
const has = (row: Row, name: string) => (row[name] ?? null) !== null;
const isIn = (row: Row) => row.came === 1; /* the neighbour made it */

function signedOf(row: Row): [Tone, string] {
    const ours = has(row, 'signed_on');
    const theirs = has(row, 'partner_signed_on');
    if (ours && theirs) return ['ok', W.signedBoth];
    if (ours) return ['wait', W.signedOurs];
    if (theirs) return ['wait', W.signedTheirs];
    return has(row, 'minutes_no') ? ['wait', W.signedNone] : ['plain', W.noMinutes];
}

export function SignedMark({ row }: { row: Row }) {
    if (row._border?.bars) return <Mark tone="plain">{signedOf(row)[1]}. {row._border.text}</Mark>;
    const [tone, text] = signedOf(row);
    return <Mark tone={tone}>{text}</Mark>;
}

/* A patrol that is planned says how long it still is, or how late. */
export function Planned({ row }: { row: Row }) {
    if (typeof row.planned_on !== 'string') return <>–</>;
    if (has(row, 'held_on')) return <>{showDate(row.planned_on)}</>;
    const late = daysBetween(row.planned_on, today());
    return <>{showDate(row.planned_on)} <Mark tone={late > 0 ? 'bad' : 'wait'}>
        {showLate(late)}</Mark></>;
}

/* The neighbour has the minutes otherwise: its words wait in the inbox, of this row. */
function Differs({ row }: { row: Row }) {
    const asked = useApi<Rows>('rows/correction_request' + query({ state: 'asked', limit: 100 })).data?.rows
        .filter((r) => r.row_key === row._key && (r.lock_on ?? null) === null) ?? [];
    if (asked.length === 0) return null;
    return <Note tone="bad" action={<a href={link(['hop-viec'])}>{W.differsOpen}</a>}>
        {W.differsLead}</Note>;
}

export function SignedAbove({ table, row }: { table: string; row: Row }) {
    const story = useStory(table, row);
    const step = stepOf(row);
    const first = came(story) || wrote(story, 'partner_unit') || wrote(story, 'state', 'draft');
    return (
        <>
            <Stopped row={row} />
            <Differs row={row} />
            <Steps titles={isIn(row) ? W.steps.signedIn : W.steps.signed} texts={[
                isIn(row) ? '' : first, isIn(row) ? first : wrote(story, 'state', 'sent'),
                by(story, instant(row.acknowledged_at), 'acknowledged_at') ||
                    wrote(story, 'state', 'acknowledged'),
                by(story, day(row.signed_on), 'signed_on'),
                by(story, day(row.partner_signed_on), 'partner_signed_on'), wrote(story, 'state', 'closed')]}
            done={[true, step >= 1, has(row, 'acknowledged_at') || step >= 2, has(row, 'signed_on'),
                has(row, 'partner_signed_on'), step >= 4]} />
            <Card title={W.minutes} aside={<SignedMark row={row} />}>
                <dl class="cells"><div><dt>{W.hash}</dt>
                    <dd class="break">{has(row, 'minutes_hash')
                        ? <code>{String(row.minutes_hash)}</code> : W.hashNone}</dd></div></dl>
            </Card>
        </>
    );
}

export function SignedActions({ table, row }: { table: string; row: Row }) {
    const [hashes, setHashes] = useState(false);
    const step = stepOf(row);
    const write = (values: Values, said: string) => void touch(table, row, values, said);
    /* Who signs what the neighbour made has seen it. */
    const reach = (state: string): Values => !isIn(row) ? {}
        : { state, acknowledged_at: has(row, 'acknowledged_at') ? Number(row.acknowledged_at) : Date.now() };
    const see = () => write(reach('acknowledged'), W.seen);
    const sees = isIn(row) && step < 2;
    useShortcuts(sees ? [{ keys: 'B', what: W.see, run: see }] : []);
    return (
        <>
            {sees && <Button kind="main" icon="check" keys="B" onClick={see}>{W.see}</Button>}
            {table === 'joint_patrol' && !has(row, 'held_on') &&
                <Button icon="check" onClick={() => write({ held_on: today() }, W.heldSaved)}>
                    {W.held}</Button>}
            {step === 0 && !isIn(row) && <Button kind="main" onClick={() => write({ state: 'sent' }, W.sent)}>
                {W.send}</Button>}
            {has(row, 'minutes_no') && !has(row, 'signed_on') &&
                <Button icon="check" onClick={() => write({ signed_on: today(),
                    ...step < 3 ? reach('answered') : {} }, W.signedNow)}>
                    {W.sign}</Button>}
            {has(row, 'minutes_no') && <Button icon="file" onClick={() => setHashes(true)}>
                {W.hashAdd}</Button>}
            {has(row, 'signed_on') && has(row, 'partner_signed_on') && step > 0 && step < 4 && !isIn(row) &&
                <Button kind="main" icon="check" onClick={() => write({ state: 'closed' }, W.closed)}>
                    {W.close}</Button>}
            {hashes && <Dialog title={W.hashTitle} onClose={() => setHashes(false)} foot={
                <Button onClick={() => setHashes(false)}>{W.cancel}</Button>}>
                <p class="muted">{W.hashLead}</p>
                <FilePick id="minutes" label={W.hashFile} onFiles={(files) => {
                    const file = files[0];
                    if (file === undefined) return;
                    void fingerprint(file).then((hash) => touch(table, row, { minutes_hash: hash },
                        W.hashSaved)).then(() => setHashes(false));
                }} />
            </Dialog>}
        </>
    );
}
