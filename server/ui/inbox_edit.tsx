/* inbox_edit.tsx - Another value than either of two, into the cell that they are of. */
import { at } from '../../common/web/ui/api';
import { Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { lang } from '../../common/web/ui/lang';
import { FormDialog, type FormField, type FormValue } from './form';
import type { Entry } from './inbox';
import { INBOX as W } from './words/inbox';

export interface Column {
    name: string;
    title: string;
    type: string;
    words?: { code: string; vi: string; en: string }[];
}

export interface Told {
    tables: Record<string, { columns: Column[] }>;
}

const KINDS: Record<string, FormField['kind']> = {
    long_text: 'long', int: 'int', money: 'int', points: 'points', date: 'date', code: 'choice', bool: 'choice',
};

function fieldOf(name: string, value: FormValue, column: Column | undefined): FormField {
    const choices = column?.type === 'bool' ? [{ value: '1', text: W.yes }, { value: '0', text: W.no }]
        : column?.words?.map((w) => ({ value: w.code, text: lang === 'vi' ? w.vi : w.en }));
    return { name, label: column?.title ?? name, kind: KINDS[column?.type ?? ''] ?? 'text', value, choices };
}

export function ConflictEdit({ e, onClose }: { e: Entry; onClose: () => void }) {
    const told = useApi<Told>('catalogue').data;
    if (told === null) return <Waiting />;
    const columns = told.tables[e.row.table]?.columns ?? [];
    const same = (name: string, value: FormValue) => String(value ?? '') === String(e.values[name] ?? '');
    return (
        <FormDialog title={e.row_text ?? e.id} action={W.save} onClose={onClose}
            fields={Object.entries(e.values).map(([name, value]) =>
                fieldOf(name, value, columns.find((c) => c.name === name)))}
            order={(values) => {
                const changed = Object.entries(values).filter(([name, value]) => !same(name, value));
                return changed.length === 0 ? W.editSame : { method: 'POST',
                    path: at('conflicts', e.id, 'edit'), done: W.done(e.row_text ?? ''),
                    body: { values: Object.fromEntries(changed) } };
            }}>
            <p class="muted">{W.editLead}</p>
        </FormDialog>
    );
}
