/* api.ts - The page's only way to its program: JSON over the same origin.
 *
 * Every question says in which language it wants its words. A write carries the CSRF token that
 * /session gave. A read is asked again while the program does not answer; a write never is, for nobody
 * knows whether it was done: what was typed stays in the form, and the bar says that the program is
 * away. */
import { createCell } from './cell';
import { lang } from './lang';
import { HOME, W } from './words';

export interface Problem {
    code: string;
    sentence: string;
    facts?: string | null;
    next_step?: string | null;
    table?: string;
    column?: string | null;
    value?: unknown;
    rule?: string;
}

export interface Lint {
    column: string;
    title?: string; /* the column as people call it */
    text: string;
    sentence: string;
}

export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly problem: Problem,
        readonly body: Record<string, unknown>,
    ) {
        super(problem.sentence);
    }

    /* No answer at all: the program was ended, or the line to it was cut. */
    get lost(): boolean {
        return this.status === 0;
    }
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/* Whoever was signed in is not any more: the page asks him to sign in again. */
export const signedOut = createCell(false);
const SIGNED_OUT = 'E506';

/* Is the program away? Since when. */
export const lostSince = createCell<number | null>(null);

let csrf = '';
const BASE = '/api/v1/';

/* Said to the window when a write was refused because nobody has signed in. */
export const SIGN_IN_NEEDED = 'tq-sign-in';
const READ_TRIES = 3;
const PAUSE_MS = 300;

export function setCsrf(token: string): void {
    csrf = token;
}

export function query(values: Record<string, string | number | boolean | null | undefined>): string {
    const out = new URLSearchParams();
    for (const [name, value] of Object.entries(values))
        if (value !== undefined && value !== null && value !== '' && value !== false)
            out.set(name, value === true ? '1' : String(value));
    const text = out.toString();
    return text === '' ? '' : '?' + text;
}

/* A path from parts that may hold anything. */
export function at(...parts: (string | number)[]): string {
    return parts.map((p) => encodeURIComponent(String(p))).join('/');
}

function lostError(): ApiError {
    return new ApiError(0, {
        code: 'LOST',
        sentence: HOME.lost,
        next_step: HOME.reopen,
    }, {});
}

async function once<T>(method: string, path: string, body?: BodyInit, type?: string): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json', 'X-TQ-Lang': lang };
    if (method !== 'GET') headers['X-TQ-CSRF'] = csrf;
    if (type !== undefined) headers['Content-Type'] = type;
    let answer: Response;
    try {
        answer = await fetch(BASE + path, {
            method, headers, body, credentials: 'same-origin', cache: 'no-store',
        });
    } catch {
        if (lostSince.get() === null) lostSince.set(Date.now());
        throw lostError();
    }
    lostSince.set(null);
    const json = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
    if (answer.ok && json !== null) return json as T;
    const problem = (json?.error as Problem | undefined) ?? {
        code: 'HTTP' + answer.status,
        sentence: answer.status === 401
            ? W.sessionEnded
            : W.answersWrong(answer.status),
        next_step: answer.status === 401
            ? HOME.enterAgain
            : HOME.trouble,
    };
    if (problem.code === SIGNED_OUT) signedOut.set(true);
    if (problem.code === 'E505') dispatchEvent(new Event(SIGN_IN_NEEDED));
    throw new ApiError(answer.status, problem, json ?? {});
}

export async function get<T>(path: string): Promise<T> {
    for (let left = READ_TRIES; ; left--) {
        try {
            return await once<T>('GET', path);
        } catch (error) {
            const again = error instanceof ApiError && (error.lost || error.status === 503);
            if (!again || left <= 1) throw error;
            await new Promise((done) => setTimeout(done, PAUSE_MS));
        }
    }
}

export function send<T>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body: unknown,
): Promise<T> {
    return once<T>(method, path, JSON.stringify(body), 'application/json');
}

export function upload<T>(path: string, file: Blob): Promise<T> {
    return once<T>('POST', path, file, 'application/octet-stream');
}

export function problemOf(error: unknown): Problem {
    if (error instanceof ApiError) return error.problem;
    return {
        code: 'PAGE',
        sentence: W.pageFailed(error instanceof Error ? error.message : String(error)),
        next_step: W.pageFailedNext,
    };
}

/* The address of a table, or of a paper, as an Excel file. */
export function fileAt(table: string, values: Parameters<typeof query>[0] = {}): string {
    return BASE + 'export/' + at(table) + query(values);
}
