/* places.ts - On which screen the rows of a table stand. */
import { link } from '../../common/web/ui/router';

export const PLACE_OF: Record<string, string> = {
    incident: 'so-vu-viec', tip: 'tin-bao', hotspot: 'tu-diem', encroachment: 'lan-chiem',
    activity: 'hoat-dong', model: 'mo-hinh', covenant: 'quy-uoc', committee_member: 'ban-chi-dao',
    self_mgmt_group: 'to-tu-quan', village_profile: 'ho-so-thon', emulation_launch: 'thi-dua',
    recognition: 'cong-nhan', adjustment: 'thuong-tru', border_notice: 'giap-ranh',
    border_meeting: 'hop-giap-ranh', joint_patrol: 'tuan-tra-chung',
    border_handover: 'ban-giao', border_statistics: 'thong-ke', liaison_agreement: 'quy-che',
    period: 'bao-cao', directive: 'chi-dao',
};

/* `item`: of the inbox, which a correction there answers. */
export function placeOfRow(
    table?: string | null, key?: string | null, item?: string | null): string | null {
    const path = table ? PLACE_OF[table] : undefined;
    return path === undefined || !key ? null : link([path, key], item ? { viec: item } : {});
}

/* Where what is due is done; a hand-over that nobody has entered is entered. */
export function placeOfDue(item: { kind: string; table: string; key: string }): string {
    return item.kind === 'handover_due' ? link(['ban-giao', 'moi'])
        : placeOfRow(item.table, item.key) ?? link(['hom-nay']);
}
