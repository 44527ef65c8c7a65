/* border_allowed.tsx - What the agreements in force let this commune exchange, as the district told it
 * (rows of liaison_agreement): units across the border, kinds of cases, kinds of rows; and why a form
 * offers nothing. */
import type { ComponentChildren } from 'preact';
import { Note } from '../../common/web/ui/basics';
import type { Row, Rows } from '../../common/web/ui/catalogue';
import { useApi } from '../../common/web/ui/cell';
import type { Choice } from '../../common/web/ui/combo';
import { dayOf } from '../../common/web/ui/format';
import { link } from '../../common/web/ui/router';
import { BORDER as W } from './words/border';

export type Agreements = Row[] | null; /* null: not read yet */

/* Those of the district: a line about an agreement on paper names no kinds of rows. */
export function useAgreements(): Agreements {
    return useApi<Rows>('rows/liaison_agreement?limit=200').data?.rows
        .filter((row) => typeof row.allowed === 'string') ?? null;
}

export function wordsOf(value: unknown): string[] {
    return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : [];
}

export function inForce(row: Row): boolean {
    const today = dayOf(Date.now());
    return row.voided_at === null && row.state !== 'closed' &&
        String(row.valid_from ?? '') <= today && today <= String(row.valid_to ?? '');
}

function of(agreements: Agreements, table: string): Row[] {
    return (agreements ?? []).filter((row) => inForce(row) && wordsOf(row.allowed).includes(table));
}

/* What the form of a table offers: of `all` what some agreement in force names for it. The standing
 * unit is `own` or one of theirs. */
export function offersOf(agreements: Agreements, table: string, all: Record<string, Choice[]>,
    own: Choice[]): Record<string, Choice[]> {
    const named = (column: string) => of(agreements, table).flatMap((row) => wordsOf(row[column]));
    const only = (column: string, from: string) => {
        const allowed = named(from);
        return (all[column] ?? []).filter((choice) => allowed.includes(choice.value));
    };
    const theirs = only('partner_unit', 'partner_units');
    return { partner_unit: theirs, category: only('category', 'categories'),
        standing_unit: theirs.length > 0 ? [...own, ...theirs] : [] };
}

/* Over a form that has nothing to offer: why, and what to do. */
export function WhyNothing({ agreements, table, what }: {
    agreements: Agreements; table: string; what: string;
}): ComponentChildren {
    if (agreements === null || of(agreements, table).length > 0) return null;
    const open = agreements.filter((row) => inForce(row));
    return (
        <Note tone="wait" action={<a href={link(['quy-che'])}>{W.agreementsOpen}</a>}>
            {open.length > 0 ? W.notNamed(open.map((row) => row._name).join(', '), what)
                : agreements.length > 0 ? W.notInForce : W.noAgreement} {W.agreementAsk}
        </Note>
    );
}
