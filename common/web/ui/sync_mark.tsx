/* sync_mark.tsx - How a row stands with the district. Green only for what a receipt covers. */
import { Mark, type Tone } from './basics';
import { W } from './words';

const TONES: Record<string, Tone> = {
    confirmed: 'ok', waiting: 'wait', held: 'bad', returned: 'bad', requested: 'wait',
};

export function SyncMark({ sync }: { sync: string | null | undefined }) {
    const code = sync ?? 'unknown';
    return <Mark tone={TONES[code] ?? 'plain'}>{W.sync[code] ?? W.sync.unknown}</Mark>;
}
