/* icons.tsx - The few signs of the page, drawn in the colour of the text beside them. Always with a
 * word: no sign stands alone for a meaning. */
const PATHS = {
    today: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3',
    book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12M9 8h6M9 11h6',
    walk: 'M13 5a1 1 0 1 0 0-.1M9 20l2-6 3 2v4M11 14l1-5 3 3 3 1M12 9 8 11v3',
    grid: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14M15 5v14',
    report: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
    score: 'M5 12l4 4 10-10M4 20h16',
    rank: 'M4 20V11h5v9M9 20V5h6v15M15 20v-6h5v6M3 20h18',
    map: 'M9 4 3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14',
    inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2h4l1-2h5',
    receipt: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
    model: 'M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6',
    order: 'M4 5h16v11H9l-5 4zM8 9h8M8 12h5',
    border: 'M12 3v18M5 7l3 5-3 5M19 7l-3 5 3 5',
    machine: 'M4 5h16v11H4zM9 20h6M12 16v4',
    plus: 'M12 5v14M5 12h14',
    search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5 20 20',
    close: 'M6 6l12 12M18 6 6 18',
    left: 'M14 6l-6 6 6 6',
    right: 'M10 6l6 6-6 6',
    down: 'M6 9l6 6 6-6',
    up: 'M6 15l6-6 6 6',
    check: 'M5 12.5 10 17 19 7',
    clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2',
    back: 'M9 7 4 12l5 5M4 12h11a5 5 0 0 1 5 5v1',
    warn: 'M12 4 2.5 20h19zM12 10v4M12 17v.1',
    info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.1',
    sync: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
    print: 'M7 8V4h10v4M5 8h14v8h-3M8 16H5V8M8 13h8v7H8z',
    edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
    more: 'M5 12h.1M12 12h.1M19 12h.1',
    cut: 'M4 12h16',
    file: 'M6 3h9l4 4v14H6zM14 3v5h5',
    keys: 'M3 7h18v10H3zM7 10h.1M11 10h.1M15 10h.1M8 14h8',
};

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
    return (
        <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true"
            focusable="false">
            <path d={PATHS[name]} />
        </svg>
    );
}
