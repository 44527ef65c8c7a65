/* current.tsx - The screen of the address, within the frame of either page. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorText, Waiting } from './basics';
import { useRoute } from './router';

interface Loaded {
    path: string;
    load: () => Promise<{ default: ComponentType }>;
}

/* The code of a screen comes when the screen is first opened, and stays. */
const fetched = new Map<string, ComponentType>();

export function Current({ screen }: { screen: Loaded }) {
    const [, setTurn] = useState(0);
    const [failed, setFailed] = useState<unknown>(null);
    const place = useRef<HTMLDivElement>(null);
    const tabs = useRef<string | null>(null); /* the list whose tab had the focus last */
    const first = useRef(true);
    const route = useRoute();
    const View = fetched.get(screen.path);

    useEffect(() => {
        setFailed(null);
        if (fetched.has(screen.path)) return;
        screen.load().then((module) => {
            fetched.set(screen.path, module.default);
            setTurn((n) => n + 1);
        }, setFailed);
    }, [screen]);
    useEffect(() => {
        scrollTo(0, 0);
        if (first.current) {
            first.current = false;
            return;
        }
        /* A form takes the focus itself; between tabs that are screens it stays among the tabs; else
         * it goes to the new screen's head. */
        requestAnimationFrame(() => {
            const inside = place.current?.contains(document.activeElement) === true &&
                document.activeElement?.tagName === 'INPUT';
            const tab = [...place.current?.querySelectorAll('[role=tablist]') ?? []]
                .find((list) => list.ariaLabel === tabs.current)
                ?.querySelector<HTMLElement>('[aria-selected=true]');
            if (!inside) (tab ?? place.current?.querySelector<HTMLElement>('h1'))?.focus();
        });
    }, [screen, route.path.join('/'), View !== undefined]);
    return (
        <div ref={place} key={screen.path} onFocusIn={(event) => {
            tabs.current = (event.target as Element).closest('[role=tablist]')?.ariaLabel ?? null;
        }}>
            {failed !== null ? <ErrorText error={failed} retry={() => location.reload()} />
                : View === undefined ? <Waiting /> : <View />}
        </div>
    );
}
