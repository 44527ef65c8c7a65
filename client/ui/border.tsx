/* border.tsx - Giáp ranh: notices, meetings, joint patrols and agreements with the neighbours. */
import type { Book } from '../../common/web/ui/record_book';
import { BookTabs } from './book_tabs';
import { AGREEMENTS, MEETINGS, NOTICES, PATROLS } from './words/books';
import { BORDER_TABS, BORDER_TABS_LABEL } from './words/nav_tabs';

const notices: Book = {
    table: 'border_notice',
    words: { ...NOTICES, one: 'thông báo' },
    columns: ['label', 'direction', 'partner_unit', 'category', 'issued_on', 'reply_due', 'state'],
    narrowOut: ['category', 'issued_on'],
    filters: [{ column: 'direction' }, { column: 'partner_unit' }, { column: 'state' }],
    dates: true,
    parts: [{ title: NOTICES.part, fields: [{ name: 'direction' }, { name: 'partner_unit' },
        { name: 'category' }, { name: 'issued_on' }, { name: 'dispatch_no' },
        { name: 'reply_due', ahead: true }, { name: 'body', wide: true }, { name: 'state' }] }],
};

const meetings: Book = {
    table: 'border_meeting',
    words: { ...MEETINGS, one: 'cuộc họp' },
    columns: ['label', 'held_on', 'partner_unit', 'place', 'minutes_no', 'state'],
    narrowOut: ['place'],
    filters: [{ column: 'partner_unit' }, { column: 'state' }],
    dates: true,
    parts: [
        { title: MEETINGS.part, fields: [{ name: 'partner_unit' }, { name: 'held_on' },
            { name: 'place' }, { name: 'topics', wide: true }, { name: 'state' }] },
        { title: MEETINGS.minutes, fields: [{ name: 'minutes_no' }, { name: 'signed_on' }] },
    ],
};

const patrols: Book = {
    table: 'joint_patrol',
    words: { ...PATROLS, one: 'buổi tuần tra' },
    columns: ['label', 'planned_on', 'held_on', 'partner_unit', 'participants', 'state'],
    narrowOut: ['participants'],
    filters: [{ column: 'partner_unit' }, { column: 'state' }],
    dates: true,
    parts: [
        { title: PATROLS.part, fields: [{ name: 'partner_unit' },
            { name: 'planned_on', ahead: true }, { name: 'held_on' }, { name: 'participants' },
            { name: 'standing_unit' }, { name: 'state' }, { name: 'results', wide: true }] },
        { title: PATROLS.minutes, fields: [{ name: 'minutes_no' }, { name: 'signed_on' }] },
    ],
};

const agreements: Book = {
    table: 'liaison_agreement',
    words: { ...AGREEMENTS, one: 'quy chế' },
    columns: ['document_no', 'partner_unit', 'signed_on', 'valid_to', 'partner_signed_on', 'state'],
    filters: [{ column: 'partner_unit' }, { column: 'state' }],
    parts: [{ title: AGREEMENTS.part, fields: [{ name: 'document_no' }, { name: 'partner_unit' },
        { name: 'signed_on' }, { name: 'valid_to', ahead: true }, { name: 'standing_unit' },
        { name: 'state' }] }],
};

export default function Border() {
    return <BookTabs label={BORDER_TABS_LABEL} titles={BORDER_TABS} books={{
        'giap-ranh': notices, 'hop-giap-ranh': meetings, 'tuan-tra-chung': patrols,
        'quy-che': agreements,
    }} />;
}
