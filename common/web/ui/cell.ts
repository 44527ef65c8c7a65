/* cell.ts - A value that several parts of the page watch; and reading from the program into one. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './api';

export interface Cell<T> {
    get(): T;
    set(value: T): void;
    watch(listener: (value: T) => void): () => void;
}

export function createCell<T>(initial: T): Cell<T> {
    let value = initial;
    const listeners = new Set<(value: T) => void>();
    return {
        get: () => value,
        set(next) {
            if (Object.is(next, value)) return;
            value = next;
            for (const listener of [...listeners]) listener(value);
        },
        watch(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
    };
}

export function useCell<T>(cell: Cell<T>): T {
    const [value, setValue] = useState(cell.get());
    useEffect(() => {
        setValue(cell.get());
        return cell.watch((next) => setValue(() => next));
    }, [cell]);
    return value;
}

/* Counts up whenever the file changed: everything that is shown is read anew. */
export const changes = createCell(0);

export function noteChange(): void {
    changes.set(changes.get() + 1);
}

export interface Loaded<T> {
    data: T | null;
    error: unknown;
    loading: boolean;
    reload: () => void;
}

/* What `path` answers, read again when the file changed. A null path reads nothing. */
export function useApi<T>(path: string | null): Loaded<T> {
    return useRead(path, () => get<T>(path ?? ''));
}

interface Answer<T> {
    path: string | null;
    data: T | null;
    error: unknown;
}

/* What stands after a read has failed: what was shown, where the program only is away. */
function failed<T>(old: Answer<T>, path: string, error: unknown): Answer<T> {
    const keep = old.path === path && error instanceof ApiError && error.lost;
    return { path, data: keep ? old.data : null, error };
}

/* What `read` answers, named by `path`; what was shown stays until the new one is there. A change
 * while it is read lets the answer be shown and then asks once more: a file that changes all the
 * time (a sync of an hour) would otherwise show nothing all the time. */
export function useRead<T>(path: string | null, read: () => Promise<T>): Loaded<T> {
    const [state, setState] = useState<Answer<T>>({ path, data: null, error: null });
    const [asked, setAsked] = useState(0);
    const [loading, setLoading] = useState(path !== null);
    const change = useCell(changes);
    const reading = useRef<{ path: string; again: boolean } | null>(null);
    const newest = useRef(read);
    newest.current = read;

    useEffect(() => {
        if (path === null) {
            reading.current = null;
            setState({ path, data: null, error: null });
            setLoading(false);
            return;
        }
        setLoading(true);
        if (reading.current?.path === path) {
            reading.current.again = true;
            return;
        }
        const mine = { path, again: false };
        const isMine = () => reading.current === mine;
        reading.current = mine;
        void (async () => {
            do {
                mine.again = false;
                const next = await newest.current().then(
                    (data) => () => ({ path, data, error: null }),
                    (error: unknown) => (old: Answer<T>) => failed(old, path, error));
                if (isMine()) setState(next);
            } while (isMine() && mine.again);
            if (!isMine()) return;
            reading.current = null;
            setLoading(false);
        })();
    }, [path, asked, change]);
    useEffect(() => () => void (reading.current = null), []);
    const reload = useCallback(() => setAsked((n) => n + 1), []);
    return { data: state.data, error: state.error, loading, reload };
}
