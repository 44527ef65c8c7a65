/* import_file.tsx - A file of rows: shown first, then taken as one step that can be taken back. */
import { useState } from 'preact/hooks';
import { ApiError, problemOf, query, send, upload } from '../../common/web/ui/api';
import { Button, ErrorText, Note, Waiting } from '../../common/web/ui/basics';
import { columnOf, tableOf, useCatalogue, type Rows } from '../../common/web/ui/catalogue';
import { noteChange, useApi } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { FilePick } from '../../common/web/ui/file_pick';
import { showDate, showInstant, showPeriod } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { DataTable } from '../../common/web/ui/table';
import { has } from './session';
import { IMPORT as W } from './words/import_file';

interface Preview {
    counts: { rows: number; added: number; changed: number; same: number; wrong: number;
        warnings: number };
    changes: { line: number; row: string; column: string; before: string | null;
        after: string | null }[];
    problems: { line: number; column: string | null; value: string | null;
        problem: { sentence: string; warning: boolean } }[];
    new_rows?: { line: number; cells: Record<string, string> }[];
    import: number | null;
}

interface Made {
    import: number;
    at: number;
    author: string | null;
    files: string;
    added: number;
    changed: number;
    undone_at: number | null;
}

const MOST_BYTES = 20 * 1024 * 1024; /* that the program takes */

interface Of {
    table: string;
    template?: string; /* the export that is an empty form */
    templateText?: string;
}

export function ImportButton(of: Of) {
    const [open, setOpen] = useState(false);
    if (!has('import')) return null;
    return (
        <>
            <Button icon="file" onClick={() => setOpen(true)}>{W.open}</Button>
            {open && <ImportDialog {...of} onClose={() => setOpen(false)} />}
        </>
    );
}

function ImportDialog({ table, template, templateText = W.template, onClose }: Of & {
    onClose: () => void;
}) {
    const [file, setFile] = useState<File | null>(null);
    const [preview, setPreview] = useState<Preview | null>(null);
    const [error, setError] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const [sure, setSure] = useState(false);
    const path = (f: File, seen: boolean) =>
        'import' + query({ table, name: f.name, preview: seen, yes: sure && !seen });
    const look = async (chosen: File | null) => {
        setFile(chosen);
        setPreview(null);
        setError(null);
        setSure(false);
        if (chosen === null) return;
        if (chosen.size > MOST_BYTES) return setError(tooLarge(chosen));
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
    const doubts = preview?.counts.warnings ?? 0;
    const real = preview === null ? 0 : preview.counts.added + preview.counts.changed;
    return (
        <Dialog title={W.title} wide onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} onClick={() => void take()}
                    disabled={preview === null || preview.counts.wrong > 0 || real === 0 ||
                        (doubts > 0 && !sure)}>
                    {W.go}</Button>
                <Button onClick={onClose}>Thôi</Button>
            </>
        }>
            <p>{W.lead}</p>
            <FilePick id="import-file" label={W.choose} accept=".csv,.tsv,.txt,.xlsx"
                onFiles={([chosen]) => void look(chosen ?? null)} />
            {template !== undefined && has('export') &&
                <p><a href={'/api/v1/export/' + template} download>{templateText}</a></p>}
            {busy && preview === null && <Waiting what={W.reading} />}
            {error !== null && <ErrorText error={error} />}
            {preview !== null && <Shown preview={preview} table={table} real={real} />}
            {doubts > 0 && preview?.counts.wrong === 0 && real > 0 && (
                <label class="check-line">
                    <input type="checkbox" checked={sure}
                        onChange={(e) => setSure(e.currentTarget.checked)} /> {W.sure}
                </label>
            )}
            {preview === null && <RecentImports />}
        </Dialog>
    );
}

function tooLarge(file: File): ApiError {
    return new ApiError(413, {
        code: 'E310', sentence: W.tooLarge(Math.ceil(file.size / 1048576)), next_step: W.split,
    }, {});
}

/* What came from files lately, each to be taken back, long after the notice has gone. */
export function RecentImports() {
    const found = useApi<{ imports: Made[] }>('imports');
    const [busy, setBusy] = useState(0);
    const made = found.data?.imports ?? [];
    if (made.length === 0) return null;
    const back = async (number: number) => {
        setBusy(number);
        await undo(number);
        setBusy(0);
    };
    return (
        <>
            <h3>{W.recent}</h3>
            <ul class="decided">
                {made.map((m) => (
                    <li key={m.import}>
                        <div>
                            <b class="break">{fileName(m.files)}</b>
                            <p>{W.made(m.added, m.changed)}</p>
                            <small class="muted">{showInstant(m.at)}{m.author && `, ${m.author}`}
                                {m.undone_at !== null && `; ${W.takenBack(showInstant(m.undone_at))}`}
                            </small>
                        </div>
                        {m.undone_at === null && <Button icon="back" busy={busy === m.import}
                            aria-label={`${W.undo}: ${fileName(m.files)}`}
                            onClick={() => void back(m.import)}>{W.undo}</Button>}
                    </li>
                ))}
            </ul>
        </>
    );
}

/* Names without their folders; several are parted by spaces. */
function fileName(paths: string): string {
    const names = paths.split(' ').map((p) => p.split('/').pop() ?? p).join(' ');
    return names.length > 80 ? names.slice(0, 79) + '…' : names;
}

function Shown({ preview, table, real }: { preview: Preview; table: string; real: number }) {
    const catalogue = useCatalogue();
    const meta = tableOf(catalogue, table);
    const title = (name: string | null) =>
        name === null ? '–' : columnOf(meta, name)?.title ?? name;
    /* As the list would show it: codes in words, days as they are written, places by name. */
    const word = (name: string, code: string) => {
        const column = columnOf(meta, name);
        if (column?.type === 'date') return showDate(code);
        if (name === 'period') return showPeriod(code);
        return column?.words?.find((w) => w.code === code)?.vi ??
            catalogue.villages.find((v) => v.unit === code)?.name ?? code;
    };
    /* A village's figures by the names of their indicators; where they come from goes without saying. */
    const figures = table === 'village_return';
    const indicators = useApi<Rows>(figures ? 'rows/indicator' + query({ limit: 200 }) : null);
    const rowText = (cells: Record<string, string>) => figures
        ? `${word('village', cells.village ?? '')}, ${indicators.data?.rows
            .find((r) => r._key === cells.indicator)?.name ?? cells.indicator}: ${cells.value ?? '–'}`
        : Object.entries(cells).map(([name, value]) => `${title(name)}: ${word(name, value)}`)
            .join('; ');
    const { problems, changes, counts, new_rows: news = [] } = preview;
    return (
        <>
            <Note tone={counts.wrong > 0 ? 'bad' : counts.warnings > 0 ? 'wait' : 'info'}>
                <strong>{W.counts(counts)}.</strong>{' '}
                {counts.wrong > 0 ? W.wrong : real === 0 ? W.nothing
                    : counts.warnings > 0 ? W.look(counts.warnings) : ''}
            </Note>
            {problems.length > 0 && (
                <>
                    <h3>{counts.wrong > 0 ? W.problems : W.doubts}</h3>
                    <DataTable caption={counts.wrong > 0 ? W.problems : W.doubts} rows={problems}
                        keyOf={(p) => `${p.line}/${p.column}`} columns={[
                            { key: 'line', title: W.line, cell: (p) => p.line, number: true },
                            { key: 'column', title: W.column, cell: (p) => title(p.column) },
                            { key: 'value', title: W.value, cell: (p) => p.value ?? '–' },
                            { key: 'problem', title: W.problem, cell: (p) => p.problem.sentence },
                        ]} />
                </>
            )}
            {news.length > 0 && (
                <>
                    <h3>{W.newRows}</h3>
                    <DataTable caption={W.newRows} rows={news}
                        keyOf={(r) => r.line + rowText(r.cells)}
                        columns={[
                            { key: 'line', title: W.line, cell: (r) => r.line, number: true },
                            { key: 'cells', title: W.cells, cell: (r) => rowText(r.cells) },
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
                            { key: 'before', title: W.before, cell: (c) => c.before === null ? '–' : word(c.column, c.before) },
                            { key: 'after', title: W.after, cell: (c) => c.after === null ? '–' : word(c.column, c.after) },
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
