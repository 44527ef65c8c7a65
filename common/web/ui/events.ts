/* events.ts - What the program says by itself (server-sent events): the file changed, the agent
 * speaks, a ranking came. The browser reconnects; after a gap everything is read anew. */
import { lostSince } from './api';
import { createCell, noteChange } from './cell';

export interface AgentWord {
    id: number;
    text: string;
    at: number;
    level?: 'info' | 'warn' | 'error';
    done?: boolean;
}

/* The last words of the agent, newest last. */
export const agentWords = createCell<AgentWord[]>([]);
export const rankingCame = createCell(0);

const MOST_WORDS = 50;
let source: EventSource | null = null;

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
        if (word !== null) agentWords.set([...agentWords.get(), word].slice(-MOST_WORDS));
    });
}
