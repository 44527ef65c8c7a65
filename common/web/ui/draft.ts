/* draft.ts - What is being typed, kept in this browser until it is saved or thrown away, so that a
 * closed tab, a lost server or a power cut costs nothing. */
import type { Values } from './catalogue';

export interface Draft {
    values: Values;
    was: Values;
    at: number;
}

const PREFIX = 'tuquan.draft.';

export function readDraft(name: string): Draft | null {
    try {
        const text = localStorage.getItem(PREFIX + name);
        return text === null ? null : (JSON.parse(text) as Draft);
    } catch {
        return null;
    }
}

export function keepDraft(name: string, draft: Draft): void {
    try {
        localStorage.setItem(PREFIX + name, JSON.stringify(draft));
    } catch {
        /* A full or forbidden store: the form itself still has it. */
    }
}

export function dropDraft(name: string): void {
    try {
        localStorage.removeItem(PREFIX + name);
    } catch {
        /* Nothing was kept then. */
    }
}

/* Names of drafts that begin with `start`. */
export function draftNames(start: string): string[] {
    try {
        return Object.keys(localStorage).filter((k) => k.startsWith(PREFIX + start))
            .map((k) => k.slice(PREFIX.length));
    } catch {
        return [];
    }
}
