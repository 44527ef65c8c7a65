/* invitation.tsx - An invitation, told once: as a picture and as text. */
import { Button, Note } from '../../common/web/ui/basics';
import { showInstant } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { DEVICES as W } from './words/devices';

export interface Invitation {
    invitation: string;
    expires_at_ms: number;
    qr: string;
}

/* The picture is the program's own; the text is for whoever copies it. */
export function Made({ made }: { made: Invitation }) {
    const copy = () => void navigator.clipboard.writeText(made.invitation).then(
        () => toast(W.copied, 'ok'), () => toast(W.notCopied, 'bad'));
    return (
        <>
            <Note tone="info">{W.once(showInstant(made.expires_at_ms))}</Note>
            <div class="invitation">
                <img alt={W.qr} width={260} height={260}
                    src={'data:image/svg+xml,' + encodeURIComponent(made.qr)} />
                <div class="field">
                    <label for="invitation">{W.text}</label>
                    <textarea id="invitation" rows={7} readOnly value={made.invitation}
                        onFocus={(event) => event.currentTarget.select()} />
                    <Button icon="file" onClick={copy}>{W.copy}</Button>
                </div>
            </div>
        </>
    );
}
