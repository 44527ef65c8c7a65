/* touch.ts - A few cells of a row written at once, as a button does. */
import { at, problemOf, send } from '../../common/web/ui/api';
import type { Row, Values } from '../../common/web/ui/catalogue';
import { noteChange } from '../../common/web/ui/cell';
import { toast } from '../../common/web/ui/live';

/* `was` is what the screen showed. */
export async function touch(table: string, row: Row, values: Values, said: string): Promise<void> {
    const was = Object.fromEntries(Object.keys(values).map((n) => [n, row[n] ?? null]));
    try {
        await send('PATCH', 'rows/' + at(table, row._key), { values, was, yes: true });
        toast(said, 'ok');
    } catch (error) {
        toast(problemOf(error).sentence, 'bad');
    }
    noteChange();
}
