/* shell.tsx - The frame: navigation, who is signed in, the screen of the address. */
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../../common/web/ui/api';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Current } from '../../common/web/ui/current';
import { Icon } from '../../common/web/ui/icons';
import { Shortcuts, useShortcuts } from '../../common/web/ui/keys';
import { LostBar, Toasts } from '../../common/web/ui/live';
import { go, useRoute } from '../../common/web/ui/router';
import { LangSwitch } from './lang_switch';
import { screensOf, type ScreenInfo } from './nav';
import { session } from './session';
import { SHELL as W } from './words/shell';

/* What waits behind an entry of the navigation, and what it is. */
type Counts = Record<string, { count: number; what: string }>;

/* Across the border: what is late, as the screen's own tab counts it. */
function useCounts(): Counts {
    const due = useApi<{ due: { days_late: number }[] }>('border/due').data?.due ?? [];
    return { 'giap-ranh': { count: due.filter((i) => i.days_late > 0).length, what: W.late } };
}

const ping = () => get('session');
const IN_BOTTOM = 4;

async function signOut(): Promise<void> {
    /* Whatever is answered: what comes next asks who it is. */
    await send('POST', 'sign-out', {}).catch(() => undefined);
    location.reload();
}

export function Shell() {
    const route = useRoute();
    const screens = screensOf(useCell(session)?.may ?? []);
    const screen = screens.find((s) => s.path === route.path[0]) ?? screens[0]!;
    const [menu, setMenu] = useState(false);
    const counts = useCounts();

    useEffect(() => setMenu(false), [route]);
    useEffect(() => {
        document.title = `${screen.title} - ${session.get()?.district_name ?? W.product}`;
    }, [screen.path]);
    useShortcuts(screens.slice(0, 9).map((s, i) => ({
        keys: `Alt+${i + 1}`, what: s.title, global: true, run: () => go([s.path]),
    })));
    return (
        <>
            <a class="skip" href="#noi-dung" onClick={(event) => {
                event.preventDefault();
                document.querySelector<HTMLElement>('main h1')?.focus();
            }}>{W.skip}</a>
            <LostBar ping={ping} />
            <div class="shell">
                <Side screen={screen} screens={screens} counts={counts} open={menu} />
                <div class="page">
                    <main id="noi-dung"><Current screen={screen} /></main>
                </div>
                <nav class="bottom-nav" aria-label={W.navShort}>
                    <Links screen={screen} screens={screens.slice(0, IN_BOTTOM)} counts={counts} />
                    <button type="button" aria-expanded={menu} aria-controls="menu"
                        onClick={() => setMenu(!menu)}>
                        <Icon name="more" />{W.more}
                    </button>
                </nav>
            </div>
            <Toasts />
            <Shortcuts />
        </>
    );
}

interface Chosen {
    screen: ScreenInfo;
    screens: ScreenInfo[];
    counts: Counts;
}

function Links({ screen, screens, counts }: Chosen) {
    return (
        <>
            {screens.map((s) => {
                const { count, what } = counts[s.path] ?? { count: 0, what: '' };
                return (
                    <a key={s.path} href={'#/' + s.path}
                        aria-current={s.path === screen.path ? 'page' : undefined}>
                        <Icon name={s.icon} /><span>{s.title}</span>
                        {count > 0 && <span class="count">{count}
                            <span class="sr-only"> {what}</span></span>}
                    </a>
                );
            })}
        </>
    );
}

function Side({ screen, screens, counts, open }: Chosen & { open: boolean }) {
    const who = useCell(session);
    return (
        <aside class={`side${open ? ' open' : ''}`} id="menu">
            <div class="brand">
                <span><strong>{who?.district_name}</strong><small>{W.product}</small></span>
                <LangSwitch />
            </div>
            <nav class="nav" aria-label={W.nav}>
                <Links screen={screen} screens={screens} counts={counts} /></nav>
            <div class="side-foot">
                <p><span class="sr-only">{W.who}: </span>
                    <strong>{who?.account}</strong> ({W.roles[who?.role ?? ''] ?? who?.role})</p>
                <button type="button" onClick={() => void signOut()}>
                    <Icon name="close" size={18} /> {W.signOut}
                </button>
                <br />
                <button type="button" onClick={() => dispatchEvent(
                    new KeyboardEvent('keydown', { key: '?', shiftKey: true }))}>
                    <Icon name="keys" size={18} /> {W.keys}
                </button>
                <p>{W.product} {who?.version}</p>
            </div>
        </aside>
    );
}
