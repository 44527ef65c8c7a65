/* units.tsx - Which commune a screen shows, and what a commune is called. */
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';

export interface Unit {
    unit: string;
    name: string;
    short?: string; /* without "Xã" */
    state: string;
    own: boolean; /* not a neighbour's, across the border */
}

export function useUnits(): Unit[] {
    return useApi<{ units: Unit[] }>('units').data?.units.filter((u) => u.own) ?? [];
}

/* `all`: what stands for every commune; without it one must be chosen. `bare`: the label is heard only. */
export function UnitChoice({ value, label, all, id = 'unit', bare = false, onChange }: {
    value: string; label: string; all?: string; id?: string; bare?: boolean;
    onChange: (unit: string) => void;
}) {
    const units = useUnits().map((u) => ({ value: u.unit, text: u.name }));
    return (
        <div class={`field${bare ? ' period-choice' : ''}`}>
            {!bare && <label for={id}>{label}</label>}
            <Combo id={id} value={value} label={bare ? label : undefined} onChange={onChange} placeholder={all}
                choices={all !== undefined ? [{ value: '', text: all }, ...units] : units} />
        </div>
    );
}
