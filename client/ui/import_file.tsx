/* import_file.tsx - A file of rows: shown first, then taken as one step that can be taken back. */
import { useState } from 'preact/hooks';
import { ApiError, problemOf, query, send, upload } from '../../common/web/ui/api';
import { Button, ErrorText, Note, Waiting } from '../../common/web/ui/basics';
import { columnOf, tableOf, useCatalogue } from '../../common/web/ui/catalogue';
import { noteChange } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { toast } from '../../common/web/ui/live';
import { DataTable } from '../../common/web/ui/table';
import { has } from './session';
import { IMPORT as W } from './words/import_file';

interface Preview {
    counts: { rows: number; added: number; changed: number; same: number; wrong: number };
    changes: { line: number; row: string; column: string; before: string | null;
        after: string | null }[];
    problems: { line: number; column: string | null; value: string | null;
        problem: { sentence: string } | string }[];
    import: number | null;
}

export function ImportButton({ table, template }: { table: string; template?: string }) {
    const [open, setOpen] = useState(false);
    if (!has('import')) return null;
    return (
        <>
            <Button icon="file" onClick={() => setOpen(true)}>{W.open}</Button>
            {open && <ImportDialog table={table} template={template}
                onClose={() => setOpen(false)} />}
        </>
    );
}

function ImportDialog({ table, template, onClose }: {
    table: string; template?: string; onClose: () => void;
}) {
    const [file, setFile] = useState<File | null>(null);
    const [preview, setPreview] = useState<Preview | null>(null);
    const [error, setError] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const path = (f: File, seen: boolean) =>
        'import' + query({ table, name: f.name, preview: seen });
    const look = async (chosen: File | null) => {
        setFile(chosen);
        setPreview(null);
        setError(null);
        if (chosen === null) return;
        setBusy(true);
        try {
            setPreview(await upload<Preview>(path(chosen, true), chosen));
        } catch (failed) {
            const body = failed instanceof ApiError ? failed.body as unknown as Preview : null;
            if (body?.counts !== undefined) setPreview(body);
            else setError(failed);
        } finally {
            setBusy(false);
        }
    };
    const take = async () => {
        if (file === null) return;
        setBusy(true);
        try {
            const done = await upload<Preview>(path(file, false), file);
            noteChange();
            toast(W.done(done.counts.added + done.counts.changed), 'ok', done.import === null
                ? undefined : { label: W.undo, run: () => void undo(done.import!) });
            onClose();
        } catch (failed) {
            setError(failed);
            setBusy(false);
        }
    };
    const real = preview === null ? 0 : preview.counts.added + preview.counts.changed;
    return (
        <Dialog title={W.title} wide onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} onClick={() => void take()}
                    disabled={preview === null || preview.counts.wrong > 0 || real === 0}>
                    {W.go}</Button>
                <Button onClick={onClose}>Thôi</Button>
            </>
        }>
            <p>{W.lead}</p>
            <div class="field">
                <label for="import-file">{W.choose}</label>
                <input id="import-file" type="file" accept=".csv,.tsv,.txt,.xlsx"
                    onChange={(e) => void look(e.currentTarget.files?.[0] ?? null)} />
            </div>
            {template !== undefined && has('export') &&
                <p><a href={'/api/v1/export/' + template} download>{W.template}</a></p>}
            {busy && preview === null && <Waiting what={W.reading} />}
            {error !== null && <ErrorText error={error} />}
            {preview !== null && <Shown preview={preview} table={table} real={real} />}
        </Dialog>
    );
}

function Shown({ preview, table, real }: { preview: Preview; table: string; real: number }) {
    const meta = tableOf(useCatalogue(), table);
    const title = (name: string | null) =>
        name === null ? '–' : columnOf(meta, name)?.title ?? name;
    const { problems, changes, counts } = preview;
    return (
        <>
            <Note tone={counts.wrong > 0 ? 'bad' : 'info'}>
                <strong>{W.counts(counts)}.</strong>{' '}
                {counts.wrong > 0 ? W.wrong : real === 0 ? W.nothing : ''}
            </Note>
            {problems.length > 0 && (
                <>
                    <h3>{W.problems}</h3>
                    <DataTable caption={W.problems} rows={problems}
                        keyOf={(p) => `${p.line}/${p.column}`} columns={[
                            { key: 'line', title: W.line, cell: (p) => p.line, number: true },
                            { key: 'column', title: W.column, cell: (p) => title(p.column) },
                            { key: 'value', title: W.value, cell: (p) => p.value ?? '–' },
                            { key: 'problem', title: W.problem, cell: (p) =>
                                typeof p.problem === 'string' ? p.problem : p.problem.sentence },
                        ]} />
                </>
            )}
            {changes.length > 0 && (
                <>
                    <h3>{W.changes}</h3>
                    <DataTable caption={W.changes} rows={changes.slice(0, 200)}
                        keyOf={(c) => `${c.line}/${c.column}`} columns={[
                            { key: 'line', title: W.line, cell: (c) => c.line, number: true },
                            { key: 'row', title: W.row, cell: (c) => c.row },
                            { key: 'column', title: W.column, cell: (c) => title(c.column) },
                            { key: 'before', title: W.before, cell: (c) => c.before ?? '–' },
                            { key: 'after', title: W.after, cell: (c) => c.after ?? '–' },
                        ]} />
                </>
            )}
        </>
    );
}

async function undo(number: number): Promise<void> {
    try {
        await send('POST', 'import/undo', { number });
        toast(W.undone, 'ok');
    } catch (error) {
        toast(problemOf(error).sentence, 'bad');
    }
    noteChange();
}
