/* stale.tsx - Somebody wrote the same row meanwhile: both values of each cell, and a choice. */
import { useState } from 'preact/hooks';
import { Button } from './basics';
import { columnOf, shown, valueOf, type Row, type Table, type Values } from './catalogue';
import { Dialog } from './dialog';
import { typedOf } from './field';
import { W } from './words';

export function StaleDialog({ table, mine, was, now, onChoose, onClose }: {
    table: Table; mine: Values; was: Values; now: Row;
    onChoose: (values: Values, base: Values) => void; onClose: () => void;
}) {
    const changed = Object.keys(mine).filter((n) => (mine[n] ?? null) !== (was[n] ?? null));
    const clashes = changed.filter((n) => valueOf(now, n) !== (was[n] ?? null) &&
        valueOf(now, n) !== mine[n]);
    const [takeMine, setTakeMine] = useState<Record<string, boolean>>({});
    const choose = () => {
        const base: Values = {};
        const chosen: Values = {};
        for (const name of Object.keys(mine)) {
            const theirs = valueOf(now, name);
            base[name] = theirs;
            chosen[name] = clashes.includes(name)
                ? (takeMine[name] === true ? mine[name] ?? null : theirs)
                : changed.includes(name) ? mine[name] ?? null : theirs;
        }
        onChoose(chosen, base);
    };
    return (
        <Dialog title={W.form.staleTitle} onClose={onClose} foot={
            <>
                <Button kind="main" onClick={choose}>{W.form.staleSave}</Button>
                <Button onClick={onClose}>{W.cancel}</Button>
            </>
        }>
            <p>{W.form.staleLead}</p>
            {clashes.map((name) => {
                const column = columnOf(table, name);
                const word = (code: unknown) =>
                    column?.words?.find((w) => w.code === code)?.vi;
                const value = mine[name] ?? null;
                return (
                    <fieldset key={name} class="choice-pair">
                        <legend>{column?.title ?? name}</legend>
                        <label>
                            <input type="radio" name={name} checked={takeMine[name] !== true}
                                onChange={() => setTakeMine({ ...takeMine, [name]: false })} />
                            <span><small>{W.form.staleTheirs}</small>{shown(now, name)}</span>
                        </label>
                        <label>
                            <input type="radio" name={name} checked={takeMine[name] === true}
                                onChange={() => setTakeMine({ ...takeMine, [name]: true })} />
                            <span><small>{W.form.staleMine}</small>
                                {word(value) ?? (column === undefined ? String(value)
                                    : typedOf(column, value) || '–')}</span>
                        </label>
                    </fieldset>
                );
            })}
        </Dialog>
    );
}
