/* spots.tsx - Tụ điểm, lấn chiếm: what arose and what was cleared. */
import { Button } from '../../common/web/ui/basics';
import type { Book } from '../../common/web/ui/record_book';
import { dayOf } from '../../common/web/ui/format';
import { useRoute } from '../../common/web/ui/router';
import { touch } from './touch';
import { OfficeBook } from './office_book';
import { RegisterTabs } from './register_tabs';
import { ENCROACHMENTS, HOTSPOTS } from './words/books';

const ENDED = 'Xóa hôm nay';
const CLEARED = 'Giải tỏa hôm nay';
const SAID = 'Đã ghi. Chờ gửi lên huyện.';

const hotspots: Book = {
    table: 'hotspot',
    words: { ...HOTSPOTS, one: 'tụ điểm' },
    columns: ['label', 'arisen_on', 'kind', 'village', 'ended_on', 'state'],
    filters: [{ column: 'village' }, { column: 'state' }],
    dates: true,
    parts: [{ title: HOTSPOTS.part, fields: [{ name: 'kind' }, { name: 'village' },
        { name: 'arisen_on' }, { name: 'ended_on' }, { name: 'state' },
        { name: 'note', wide: true }] }],
    actions: (row) => row.state === 'open' && <Button icon="check" onClick={() => void touch(
        'hotspot', row, { ended_on: dayOf(Date.now()), state: 'ended' }, SAID)}>{ENDED}</Button>,
};

const encroachments: Book = {
    table: 'encroachment',
    words: { ...ENCROACHMENTS, one: 'chỗ lấn chiếm' },
    columns: ['label', 'found_on', 'place', 'village', 'cleared_on', 'state'],
    filters: [{ column: 'village' }, { column: 'state' }],
    dates: true,
    parts: [{ title: ENCROACHMENTS.part, fields: [{ name: 'place' }, { name: 'village' },
        { name: 'found_on' }, { name: 'cleared_on' }, { name: 'state' },
        { name: 'note', wide: true }] }],
    actions: (row) => row.state === 'open' && <Button icon="check" onClick={() => void touch(
        'encroachment', row, { cleared_on: dayOf(Date.now()), state: 'ended' }, SAID)}>
        {CLEARED}</Button>,
};

export default function Spots() {
    const { path } = useRoute();
    return path[0] === 'lan-chiem'
        ? <OfficeBook key="l" book={encroachments} path="lan-chiem"
            tabs={<RegisterTabs chosen="lan-chiem" />} />
        : <OfficeBook key="t" book={hotspots} path="tu-diem"
            tabs={<RegisterTabs chosen="tu-diem" />} />;
}
