/* main.tsx - The district's page: asks who is signed in, then shows the screen of the address. */
import '../../common/web/ui/kit.css';
import './screens.css';
import { render } from 'preact';
import { ApiError, get, setCsrf, signedOut } from '../../common/web/ui/api';
import { ErrorText } from '../../common/web/ui/basics';
import { listen } from '../../common/web/ui/events';
import { lang } from '../../common/web/ui/lang';
import { setHome } from '../../common/web/ui/words';
import { printWhenAsked } from './print';
import { session, type Session } from './session';
import { Shell } from './shell';
import { SignIn } from './sign_in';
import { HOME_WORDS } from './words/shell';

async function start(place: HTMLElement): Promise<void> {
    try {
        const found = await get<Session>('session');
        setCsrf(found.csrf);
        session.set(found);
        signedOut.set(false);
        place.textContent = '';
        render(<Shell />, place);
        listen();
    } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
            askWho(place);
            return;
        }
        render(null, place);
        place.textContent = '';
        render(<div class="screen"><ErrorText error={error} retry={() => location.reload()} /></div>,
            place);
    }
}

/* Nothing that was shown before stays on the screen of whoever comes next. */
function askWho(place: HTMLElement): void {
    session.set(null);
    render(null, place);
    place.textContent = '';
    render(<SignIn done={() => location.reload()} />, place);
}

document.documentElement.lang = lang;
setHome(HOME_WORDS);
const place = document.getElementById('app');
if (place !== null) {
    printWhenAsked(place);
    void start(place);
    signedOut.watch((out) => {
        if (out && session.get() !== null) location.reload();
    });
}
