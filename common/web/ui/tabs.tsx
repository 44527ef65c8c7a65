/* tabs.tsx - Parts of one screen side by side; arrows move between them. */
import { useEffect, useRef } from 'preact/hooks';

export interface Tab {
    id: string;
    title: string;
    count?: number | null;
}

export function Tabs({ tabs, chosen, onChoose, label }: {
    tabs: Tab[]; chosen: string; onChoose: (id: string) => void; label: string;
}) {
    const list = useRef<HTMLDivElement>(null);
    useEffect(() => {
        list.current?.querySelector(`[data-tab="${chosen}"]`)
            ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }, [chosen]);
    const move = (event: KeyboardEvent, step: number) => {
        const i = tabs.findIndex((t) => t.id === chosen);
        const next = tabs[(i + step + tabs.length) % tabs.length];
        if (next === undefined) return;
        event.preventDefault();
        onChoose(next.id);
        list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
    };
    return (
        <div class="tabs" role="tablist" aria-label={label} ref={list}
            onKeyDown={(event) => {
                if (event.key === 'ArrowRight') move(event, 1);
                if (event.key === 'ArrowLeft') move(event, -1);
            }}>
            {tabs.map((tab) => (
                <button key={tab.id} type="button" role="tab" data-tab={tab.id}
                    aria-selected={tab.id === chosen} tabIndex={tab.id === chosen ? 0 : -1}
                    onClick={() => onChoose(tab.id)}>
                    {tab.title}
                    {tab.count !== undefined && tab.count !== null && tab.count > 0 &&
                        <span class="count">{tab.count}</span>}
                </button>
            ))}
        </div>
    );
}
