/* border_standing.tsx - Who stands for both sides this year and who is next, as the agreements in force have it. */
import type { ComponentChildren } from 'preact';
import { Card } from '../../common/web/ui/basics';
import { placeName, useCatalogue, type Catalogue, type Row } from '../../common/web/ui/catalogue';
import { dayOf } from '../../common/web/ui/format';
import { inForce, type Agreements } from './border_allowed';
import { BORDER as W } from './words/border';

/* In the order in which they stand: communes by their name, sides as the agreement names them. */
export function orderOf(catalogue: Catalogue, row: Row): string[] {
    return typeof row.standing_order !== 'string' ? []
        : row.standing_order.split('; ').map((who) => who.includes('@') ? placeName(catalogue, who) : who);
}

/* Of a year that is not the agreement's nobody is known. */
function turnOf(order: string[], row: Row, year: number): string {
    const first = Number(row.standing_from);
    if (year < first || year > Number(String(row.valid_to ?? '').slice(0, 4))) return W.standingNone;
    return order[(year - first) % order.length] ?? W.standingNone;
}

export function Standing({ agreements }: { agreements: Agreements }): ComponentChildren {
    const catalogue = useCatalogue();
    const year = Number(dayOf(Date.now()).slice(0, 4));
    const told = (agreements ?? []).filter(inForce)
        .map((row) => ({ row, order: orderOf(catalogue, row) })).filter((t) => t.order.length > 0);
    if (told.length === 0) return null;
    return (
        <Card title={W.standing}>
            {told.map(({ row, order }) => <p key={row._key}>{W.standingOf(row._name, year,
                turnOf(order, row, year), turnOf(order, row, year + 1))}</p>)}
        </Card>
    );
}
