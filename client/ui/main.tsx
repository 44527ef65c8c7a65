/* main.tsx - The office's page: reads who and where it is, then shows the screen of the address. */
import '../../common/web/ui/kit.css';
import './screens.css';
import { render } from 'preact';
import { get, setCsrf } from '../../common/web/ui/api';
import { ErrorText } from '../../common/web/ui/basics';
import { loadCatalogue } from '../../common/web/ui/catalogue';
import { listen } from '../../common/web/ui/events';
import { setHome } from '../../common/web/ui/words';
import { session, type Session } from './session';
import { Shell } from './shell';
import { HOME_WORDS } from './words/shell';

async function start(place: HTMLElement): Promise<void> {
    try {
        const [found] = await Promise.all([get<Session>('session'), loadCatalogue()]);
        setCsrf(found.csrf);
        session.set(found);
        place.textContent = '';
        render(<Shell />, place);
        listen();
    } catch (error) {
        place.textContent = '';
        render(<div class="screen"><ErrorText error={error} retry={() => location.reload()} /></div>,
            place);
    }
}

setHome(HOME_WORDS);
const place = document.getElementById('app');
if (place !== null) void start(place);
