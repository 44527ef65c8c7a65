/* file_pick.tsx - Choosing files: the browser's own field lies unseen over words of ours, because its
 * words are in the language of the browser and not of the page. */
import { useState } from 'preact/hooks';
import { Icon } from './icons';
import { W } from './words';

export function FilePick({ id, label, accept, multiple = false, disabled = false, hint, onFiles }: {
    id: string; label: string; accept?: string; multiple?: boolean; disabled?: boolean;
    hint?: string; onFiles: (files: File[]) => void;
}) {
    const [names, setNames] = useState<string[]>([]);
    return (
        <div class="field">
            <label for={id}>{label}</label>
            <div class="file-pick">
                <input id={id} type="file" accept={accept} multiple={multiple} disabled={disabled}
                    aria-describedby={hint === undefined ? undefined : id + '-hint'}
                    onChange={(event) => {
                        const files = [...event.currentTarget.files ?? []];
                        setNames(files.map((f) => f.name));
                        onFiles(files);
                    }} />
                <span class="button plain" aria-hidden="true"><Icon name="file" size={18} />
                    <span>{multiple ? W.pickFiles : W.pickFile}</span></span>
                <span class="muted break" aria-hidden="true">{names.length === 0 ? W.noFile
                    : names.join(', ')}</span>
            </div>
            {hint !== undefined && <p class="field-hint" id={id + '-hint'}>{hint}</p>}
        </div>
    );
}
