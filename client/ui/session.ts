/* session.ts - Whose page this is, and how it stands with the district. */
import { createCell } from '../../common/web/ui/cell';

export interface Session {
    unit: string;
    unit_name: string;
    district_name: string | null;
    person: string | null;
    author: string;
    csrf: string;
    lang: string;
    version: string;
    joined: boolean;
    features?: string[];
}

export interface Status {
    unit: string;
    unit_name: string;
    joined: boolean;
    changes_unsealed: number;
    rows_waiting: number;
    rows_held: number;
    rows_returned: number;
    rows_requested: number;
    cells_refused: number;
    sets_waiting: number;
    sets_confirmed: number;
    conflicts_open: number;
    held_open: number;
    requests_open: number;
    reports_returned: number;
    last_sent_at: number | null;
    last_confirmed_at: number | null;
    last_received_at: number | null;
    waiting_since: number | null;
    came_back_at: number | null;
    last_attempt_at: number | null;
    last_success_at: number | null;
    next_attempt_at: number | null;
    verdict: string;
    green: boolean;
    standing: 'damaged' | 'alone' | 'turned_away' | 'loading' | 'decide' | 'tried' | 'waits' | 'requested' | 'green';
    tone: 'ok' | 'wait' | 'bad';
    needs_person: boolean;
    last_error: string | null;
}

/* For a number alone: without the warnings, for which every text of the file is read. */
export const INBOX_COUNT = 'inbox?part=decisions';

/* Read by the line at the top, shown wherever it is wanted. */
export const status = createCell<Status | null>(null);

export const session = createCell<Session | null>(null);

/* Can the program do this? One that does not say can do all. */
export function has(feature: string): boolean {
    return session.get()?.features?.includes(feature) ?? true;
}
