/* verdict.ts - The colour of what became of a change. */
import type { Tone } from '../../common/web/ui/basics';

const TONES: Record<string, Tone> = {
    accepted: 'ok', superseded: 'plain', held: 'wait', refused: 'bad', requested: 'wait',
};

export function verdictOf(verdict: string): Tone {
    return TONES[verdict] ?? 'plain';
}
