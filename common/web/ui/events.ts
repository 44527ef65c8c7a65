/* events.ts - What the program says by itself (server-sent events): the file changed, the agent
 * speaks, a ranking came. The browser reconnects; after a gap everything is read anew. */
import { lostSince } from './api';
import { createCell, noteChange } from './cell';

export interface AgentWord {
    number: number; /* rises; of this page */
    id: string; /* SYNC-BEGIN, SYNC-DONE, SYNC-FAILED, NEWS-APPLIED, ... */
    text: string;
    at: number;
}

export interface SyncProgress {
    phase: string;
    sets: number;
    sets_confirmed: number;
    rows_received: number;
}

/* The last words of the agent, newest last. */
export const agentWords = createCell<AgentWord[]>([]);
/* How far the sync is that runs; null between syncs. */
export const syncProgress = createCell<SyncProgress | null>(null);
export const rankingCame = createCell(0);

const MOST_WORDS = 50;
let source: EventSource | null = null;
let words = 0;

function parse<T>(event: Event): T | null {
    try {
        return JSON.parse((event as MessageEvent<string>).data) as T;
    } catch {
        return null;
    }
}

export function listen(): void {
    if (source !== null || typeof EventSource === 'undefined') return;
    let opened = false;
    source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => {
        lostSince.set(null);
        if (opened) noteChange();
        opened = true;
    });
    source.addEventListener('error', () => {
        if (lostSince.get() === null) lostSince.set(Date.now());
        if (source !== null && source.readyState === EventSource.CLOSED) {
            source = null;
            setTimeout(listen, 2000);
        }
    });
    source.addEventListener('status', () => noteChange());
    source.addEventListener('ranking', () => {
        rankingCame.set(rankingCame.get() + 1);
        noteChange();
    });
    source.addEventListener('agent', (event) => {
        const word = parse<AgentWord>(event);
        if (word === null) return;
        agentWords.set([...agentWords.get(), { ...word, number: ++words }].slice(-MOST_WORDS));
        if (word.id === 'SYNC-DONE' || word.id === 'SYNC-FAILED') syncProgress.set(null);
        if (word.id === 'NEWS-APPLIED') {
            rankingCame.set(rankingCame.get() + 1);
            noteChange();
        }
    });
    source.addEventListener('progress', (event) => syncProgress.set(parse<SyncProgress>(event)));
}
