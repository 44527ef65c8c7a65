/* shell.tsx - The frame: navigation, the line about the district, the screen of the address. */
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../common/web/ui/api';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Current } from '../../common/web/ui/current';
import { Icon } from '../../common/web/ui/icons';
import { Shortcuts, useShortcuts } from '../../common/web/ui/keys';
import { LostBar, Toasts } from '../../common/web/ui/live';
import { go, useRoute } from '../../common/web/ui/router';
import { GROUPS, HIDDEN, SCREENS, type ScreenInfo } from './nav';
import { PersonGate, PersonLine } from './person';
import { INBOX_COUNT, session } from './session';
import { SyncLine } from './sync_line';
import { SHELL as W } from './words/shell';

const ping = () => get('session');
const IN_BOTTOM = 4;

interface InboxCount {
    open: number;
}

export function Shell() {
    const route = useRoute();
    const screen = [...SCREENS, ...HIDDEN].find((s) => s.path === route.path[0]) ?? SCREENS[0]!;
    const [menu, setMenu] = useState(false);
    const inbox = useApi<InboxCount>(INBOX_COUNT);
    const counts = { 'hop-viec': inbox.data?.open ?? 0 };

    useEffect(() => {
        setMenu(false);
        document.title = `${screen.title} - ${session.get()?.unit_name ?? 'Tự Quản'}`;
    }, [route]);
    useShortcuts(SCREENS.slice(0, 9).map((s, i) => ({
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
                <Side screen={screen} counts={counts} open={menu} />
                <div class="page">
                    <SyncLine />
                    <main id="noi-dung"><Current screen={screen} /></main>
                </div>
                <Bottom screen={screen} open={menu} onMenu={() => setMenu(!menu)} />
            </div>
            <PersonGate />
            <Toasts />
            <Shortcuts />
        </>
    );
}

function Side({ screen, counts, open }: {
    screen: ScreenInfo; counts: Record<string, number>; open: boolean;
}) {
    const who = useCell(session);
    return (
        <aside class={`side${open ? ' open' : ''}`} id="menu">
            <div class="brand">
                <span><strong>{who?.unit_name}</strong>
                    <small>{who?.district_name ?? W.product}</small></span>
            </div>
            <nav class="nav" aria-label={W.nav}>
                {GROUPS.map((group, i) => (
                    <ul key={i} class="nav-group">
                        {group.map((s) => {
                            const count = counts[s.path] ?? 0;
                            return (
                                <li key={s.path}>
                                    <a href={'#/' + s.path}
                                        aria-current={s.icon === screen.icon ? 'page' : undefined}>
                                        <Icon name={s.icon} />
                                        <span>{s.title}</span>
                                        {count > 0 && <span class="count">{count}
                                            <span class="sr-only"> {W.toDecide}</span></span>}
                                    </a>
                                </li>
                            );
                        })}
                    </ul>
                ))}
            </nav>
            <div class="side-foot">
                <PersonLine />
                <button type="button" onClick={() => dispatchEvent(
                    new KeyboardEvent('keydown', { key: '?', shiftKey: true }))}>
                    <Icon name="keys" size={18} /> {W.keys}
                </button>
                <p>{W.product} {who?.version}</p>
            </div>
        </aside>
    );
}

function Bottom({ screen, open, onMenu }: {
    screen: ScreenInfo; open: boolean; onMenu: () => void;
}) {
    return (
        <nav class="bottom-nav" aria-label={W.navShort}>
            {SCREENS.slice(0, IN_BOTTOM).map((s) => (
                <a key={s.path} href={'#/' + s.path}
                    aria-current={s.icon === screen.icon ? 'page' : undefined}>
                    <Icon name={s.icon} />{s.short ?? s.title}
                </a>
            ))}
            <button type="button" aria-expanded={open} aria-controls="menu" onClick={onMenu}
                class={SCREENS.slice(0, IN_BOTTOM).some((s) => s.icon === screen.icon) ? ''
                    : 'here'}>
                <Icon name="more" />{W.more}
            </button>
        </nav>
    );
}
