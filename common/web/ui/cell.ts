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

/* What `read` answers, named by `path`; what was shown stays until the new one is there. */
export function useRead<T>(path: string | null, read: () => Promise<T>): Loaded<T> {
    const [state, setState] = useState<{ path: string | null; data: T | null; error: unknown }>(
        { path, data: null, error: null });
    const [asked, setAsked] = useState(0);
    const [loading, setLoading] = useState(path !== null);
    const change = useCell(changes);
    const turn = useRef(0);

    useEffect(() => {
        if (path === null) {
            setState({ path, data: null, error: null });
            setLoading(false);
            return;
        }
        const mine = ++turn.current;
        setLoading(true);
        read().then(
            (data) => {
                if (mine !== turn.current) return;
                setState({ path, data, error: null });
                setLoading(false);
            },
            (error: unknown) => {
                if (mine !== turn.current) return;
                setState((old) => ({
                    path,
                    data: old.path === path && error instanceof ApiError && error.lost
                        ? old.data : null,
                    error,
                }));
                setLoading(false);
            },
        );
        return () => void turn.current++;
    }, [path, asked, change]);
    const reload = useCallback(() => setAsked((n) => n + 1), []);
    return { data: state.data, error: state.error, loading, reload };
}
