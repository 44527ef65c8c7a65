/* tips.tsx - Tin báo, tố giác: counts and times, never who. */
import { Button } from '../../common/web/ui/basics';
import type { Book } from '../../common/web/ui/record_book';
import { AREAS } from './areas';
import { touch } from './touch';
import { OfficeBook } from './office_book';
import { RegisterTabs } from './register_tabs';
import { TIPS as W } from './words/incidents';

const BOOK: Book = {
    table: 'tip',
    words: { ...W, one: 'tin báo' },
    columns: ['label', 'received_at', 'area', 'passed_at', 'state'],
    filters: [{ column: 'area', choices: AREAS }, { column: 'state' }],
    dates: true,
    choices: { area: AREAS },
    preset: () => ({ received_at: Math.floor(Date.now() / 60000) * 60000 }),
    parts: [{
        title: W.part,
        fields: [{ name: 'received_at' }, { name: 'area' }, { name: 'passed_at' },
            { name: 'state' }, { name: 'solved' }, { name: 'note', wide: true }],
    }],
    actions: (row) => row.passed_at === null && (
        <Button icon="check" onClick={() => void touch('tip', row,
            { passed_at: Date.now(), state: 'passed' }, W.passed)}>{W.pass}</Button>
    ),
};

export default function Tips() {
    return <OfficeBook book={BOOK} path="tin-bao" tabs={<RegisterTabs chosen="tin-bao" />} />;
}
