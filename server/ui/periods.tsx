/* periods.tsx - Which period a screen shows. */
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { showPeriod } from '../../common/web/ui/format';

export interface Period {
    period: string;
    starts_on: string;
    ends_on: string;
    due_at: number | null;
    state: string;
}

export function usePeriods(): Period[] | null {
    return useApi<{ periods: Period[] }>('periods').data?.periods ?? null;
}

const MONTH = /^\d{4}-\d\d$/;

/* A month is provisional and has no rank. */
export function isRanked(period: string): boolean {
    return !MONTH.test(period.slice(period.indexOf('/') + 1));
}

/* The one that ended last, else the one that begins first. */
export function newest(periods: Period[], today: string): string {
    const sorted = [...periods].sort((a, b) => a.ends_on.localeCompare(b.ends_on) ||
        b.starts_on.localeCompare(a.starts_on));
    const ended = sorted.filter((p) => p.ends_on < today);
    return (ended[ended.length - 1] ?? sorted[0])?.period ?? '';
}

export function PeriodChoice({ value, periods, label, onChange }: {
    value: string; periods: Period[]; label: string; onChange: (period: string) => void;
}) {
    const all = [...new Set([...periods.map((p) => p.period), value])].filter((p) => p !== '');
    return (
        <div class="field period-choice">
            <Combo id="period" label={label} value={value} onChange={onChange}
                choices={all.sort().reverse().map((k) => ({ value: k, text: showPeriod(k) }))} />
        </div>
    );
}
