/* router.ts - Addresses behind the '#': "#/so-vu-viec/KEY?search=xe". */
import { createCell, useCell } from './cell';

export interface Route {
    path: string[];
    params: URLSearchParams;
}

function read(): Route {
    const text = location.hash.replace(/^#\/?/, '');
    const cut = text.indexOf('?');
    const path = (cut < 0 ? text : text.slice(0, cut)).split('/').filter((p) => p !== '')
        .map((p) => {
            try {
                return decodeURIComponent(p);
            } catch {
                return p;
            }
        });
    return { path, params: new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)) };
}

const route = createCell<Route>(read());

addEventListener('hashchange', () => route.set(read()));

export function useRoute(): Route {
    return useCell(route);
}

export function link(path: (string | number)[], params: Record<string, string> = {}): string {
    const text = new URLSearchParams(params).toString();
    return '#/' + path.map((p) => encodeURIComponent(String(p))).join('/') +
        (text === '' ? '' : '?' + text);
}

export function go(path: (string | number)[], params: Record<string, string> = {}): void {
    location.hash = link(path, params);
}

/* The same page under another address, without a step of "back". */
export function replace(path: (string | number)[], params: Record<string, string> = {}): void {
    history.replaceState(null, '', link(path, params));
    route.set(read());
}
