/* agent_words.ts - What the agent says of a sync, for a person. */
import type { AgentWord } from '../../common/web/ui/events';
import { plain } from '../../common/web/ui/format';
import { SYNC as W } from './words/shell';

/* Nothing is wrong then: what was written waits here. */
export function isNoLine(word: Pick<AgentWord, 'text'>): boolean {
    return word.text.startsWith('[E301]');
}

/* What the agent says, for a person; null for what only a log wants. */
export function wordsOf(word: Pick<AgentWord, 'id' | 'text'>): string | null {
    if (word.id === 'SYNC-BEGIN') return W.started;
    if (word.id === 'SYNC-FAILED') {
        /* Without a line there is nothing to be done here: neither the address nor what the command
         * line advises is said; the program's own log has both. */
        if (isNoLine(word)) return W.noLine;
        return W.failed(plain(word.text).replace(/[.\s]+$/, ''));
    }
    if (word.id === 'SYNC-DONE')
        return W.done(Object.fromEntries(word.text.split(/\s+/).map((f) => f.split('=', 2))));
    if (word.id === 'DISTRICT-LOST-DATA' || word.id === 'FILE-FORKED') return word.text;
    return W.words[word.id] ?? null;
}

/* Tried again and again without a line: told once, with the time of the last try. */
export function onceEach<T extends Pick<AgentWord, 'id' | 'text'>>(words: T[]): T[] {
    return words.filter((w, i) => {
        if (w.id !== 'SYNC-BEGIN' && w.id !== 'SYNC-FAILED') return true;
        const later = words.slice(i + 1).find((o) => o.id !== 'SYNC-BEGIN');
        return w.id === 'SYNC-BEGIN' ? later?.id !== 'SYNC-FAILED' || words[i - 1]?.id !== 'SYNC-FAILED'
            : later?.id !== 'SYNC-FAILED' || later.text !== w.text;
    });
}
