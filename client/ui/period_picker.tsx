/* period_picker.tsx - Which period a screen shows; the one that is shown is always among them. */
import { query } from '../../common/web/ui/api';
import type { Rows } from '../../common/web/ui/catalogue';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { showPeriod } from '../../common/web/ui/format';

export function PeriodPicker({ value, kind, only, label, onChange }: {
    value: string; kind: 'month' | 'quarter' | 'published'; only?: string[]; label: string;
    onChange: (period: string) => void;
}) {
    const path = kind === 'published' ? 'rows/ranking' + query({ limit: 60 })
        : 'rows/period' + query({ kind, limit: 60 });
    const rows = useApi<Rows>(path).data?.rows ?? [];
    const keys = rows.map((r) => kind === 'published' ? String(r.period) : r._key);
    const all = [...new Set([...keys, ...(only ?? []), value])].filter((k) => k !== '');
    return (
        <div class="field sheet-period">
            <Combo id="period" label={label} value={value} onChange={onChange}
                choices={all.sort().reverse().map((k) => ({ value: k, text: showPeriod(k) }))} />
        </div>
    );
}
