/* paper.tsx - Only on paper: whose table this is and of what; who signs it. Papers are Vietnamese: an
 * English page has a word in their place. */
import { lang } from '../../common/web/ui/lang';
import { WorkingCopy } from './print';
import { session } from './session';
import { PAPER as P } from './words/movement';

export function PaperHead({ title, subject }: { title: string; subject: string }) {
    if (lang !== 'vi') return <WorkingCopy />;
    return (
        <div class="only-print rank-paper">
            <div class="rank-paper-heads">
                <div>
                    <p>{P.committee}</p>
                    <p><strong>{session.get()?.district_name.toUpperCase()}</strong></p>
                </div>
                <div>
                    <p><strong>{P.nation}</strong></p>
                    <p><strong>{P.motto}</strong></p>
                </div>
            </div>
            <p><strong>{title}</strong></p>
            <p><strong>{subject}</strong></p>
        </div>
    );
}

export function PaperFoot() {
    if (lang !== 'vi') return null;
    return (
        <div class="only-print rank-paper-heads rank-paper">
            <p><strong>{P.maker}</strong></p>
            <p><strong>{P.signer}</strong></p>
        </div>
    );
}
