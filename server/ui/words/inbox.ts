/* inbox.ts - What the screen of open decisions says. */
import type { IconName } from '../../../common/web/ui/icons';
import { codes, pick, words } from '../../../common/web/ui/lang';

interface Way {
    how: string;
    text: string;
    icon: IconName;
}

const WAYS: Record<'held' | 'requests' | 'again', Way[]> = {
    held: [{ how: 'release', text: pick('Xét lại ngay', 'Check again now'), icon: 'sync' },
        { how: 'return', text: pick('Trả lại xã', 'Return to the commune'), icon: 'back' }],
    requests: [{ how: 'grant', text: pick('Đồng ý', 'Grant'), icon: 'check' },
        { how: 'refuse', text: pick('Không đồng ý', 'Refuse'), icon: 'back' }],
    again: [{ how: 'reopen', text: pick('Xét lại', 'Reopen'), icon: 'sync' }],
};

export const INBOX = {
    ways: WAYS,
    ...words({
        title: ['Chờ quyết', 'Open decisions'],
        lead: ['Những chỗ máy không tự quyết, của mọi xã. Mỗi quyết định ghi tên người quyết và xã đọc được.',
            'What the program does not decide by itself, of all communes. Each decision bears the name of who decided; the commune can read it.'],
        unit: ['Xã, thị trấn', 'Commune or town'],
        all: ['Tất cả', 'All'],
        tabsLabel: ['Các loại việc chờ quyết', 'Kinds of open decisions'],
        tabs: {
            conflicts: ['Khác nhau', 'Conflicts'],
            held: ['Tạm giữ', 'Held'],
            requests: ['Đề nghị đính chính', 'Correction requests'],
            refused: ['Trả lại', 'Refused'],
            same: ['Giống nhau', 'Look-alikes'],
        },
        leads: {
            conflicts: ['Hai nơi ghi khác nhau cho một ô mà chưa ai thấy giá trị của người kia.',
                'Two places wrote different values for one cell, neither having seen the other.'],
            held: ['Dòng huyện chưa nhận vì còn thiếu điều kiện. Xét lại không bỏ quy tắc nào.',
                'Rows not accepted yet because something is missing. Checking again waives no rule.'],
            requests: ['Xã xin sửa số liệu của kỳ đã khóa. Đồng ý thì đúng các ô xin sửa được ghi.',
                'A commune asks to correct data of a locked period. If granted, exactly those cells are written.'],
            refused: ['Những gì huyện không nhận, mới nhất trước. Xã đã có lý do và tự sửa ở máy mình.',
                'What the district did not accept, newest first. The commune has the reason and corrects it on its own machine.'],
            same: ['Dòng có thể là một việc ghi hai lần. Là một việc: xã hủy một trong hai dòng.',
                'Rows that may be one case entered twice. If so, the commune voids one of the two.'],
        },
        none: {
            conflicts: ['Không có ô nào hai nơi ghi khác nhau.', 'No cell has two different values.'],
            held: ['Không có dòng nào bị giữ.', 'No row is held.'],
            requests: ['Không có đề nghị nào chờ quyết.', 'No request is waiting for a decision.'],
            again: ['Không có gì đã từ chối huyện bạn.', 'Nothing was refused to a neighbour.'],
        },
        again: ['Đã không đồng ý với huyện bạn', 'Refused to a neighbour'],
        againLead: ['Huyện bạn nói lại cũng không được ghi. Xét lại thì đề nghị trở về danh sách trên.',
            'What they say again is not written. Reopened, the request is back in the list above.'],
        noRefused: ['Không có gì bị trả lại.', 'Nothing was refused.'],
        more: [(n: number) => `Hiện thêm (còn ${n})`, (n: number) => `Show more (${n} left)`],
        written: {
            conflicts: ['do', 'by'],
            held: ['do', 'by'],
            requests: ['xin bởi', 'asked by'],
            again: ['xin bởi', 'asked by'],
        },
        program: ['chương trình khác', 'another program'],
        locked: [(period: string) => `Kỳ đã khóa: ${period}.`, (period: string) => `Locked period: ${period}.`],
        kept: ['Đang giữ', 'Kept now'],
        other: ['Giá trị kia', 'Other value'],
        keep: ['Giữ giá trị này', 'Keep this value'],
        edit: ['Ghi giá trị khác', 'Write another value'],
        editOf: [(row: string) => `Ghi giá trị khác: ${row}`, (row: string) => `Write another value: ${row}`],
        editLead: ['Ghi giá trị đúng vào ô này. Cả hai giá trị cũ vẫn còn trong sổ cái.',
            'Write the right value into this cell. Both old values stay in the ledger.'],
        editSame: ['Chưa đổi gì so với giá trị đang giữ. Muốn giữ thì chọn Giữ giá trị này.',
            'Nothing differs from the value kept now. To keep it, choose Keep this value.'],
        save: ['Ghi', 'Write'],
        yes: ['có', 'yes'],
        no: ['không', 'no'],
        effect: ['Ảnh hưởng tới điểm', 'What it does to the score'],
        count: ['Xem ảnh hưởng tới điểm', 'See what it does to the score'],
        countOf: [(row: string) => `Xem ảnh hưởng tới điểm: ${row}`,
            (row: string) => `See what it does to the score: ${row}`],
        points: [(period: string, now: string, then: string, more: string | null) => more === null
            ? `${period}: vẫn ${now} điểm` : `${period}: đang ${now} điểm; với giá trị kia ${then} (${more})`,
        (period: string, now: string, then: string, more: string | null) => more === null
            ? `${period}: still ${now} points` : `${period}: ${now} points; with the other value ${then} (${more})`],
        decidedTitle: ['Huyện đã quyết gần đây', 'Decided lately by the district'],
        decidedAs: [(what: string, kept: string, other: string, now: string) =>
            what === 'keep' ? `Giữ: ${kept}. Không lấy: ${other}`
                : `${what === 'edit' ? 'Ghi' : 'Lấy'}: ${now}. Trước đó: ${kept}`,
        (what: string, kept: string, other: string, now: string) =>
            what === 'keep' ? `Kept: ${kept}. Not taken: ${other}`
                : `${what === 'edit' ? 'Written' : 'Taken'}: ${now}. Before: ${kept}`],
        undo: ['Rút lại', 'Take back'],
        undoOf: [(row: string) => `Rút lại: ${row}`, (row: string) => `Take back: ${row}`],
        undone: ['Đã rút lại.', 'Taken back.'],
        take: ['Lấy giá trị này', 'Take this value'],
        wanted: {
            held: ['Giá trị bị giữ', 'Held value'],
            requests: ['Xin sửa thành', 'To become'],
            again: ['Xin sửa thành', 'To become'],
        },
        now: {
            held: ['Đang có ở huyện', 'At the district now'],
            requests: ['Trước đó', 'Before'],
            again: ['Trước đó', 'Before'],
        },
        decided: codes({
            release: ['Đã xét lại và đã nhận', 'Checked again and accepted'],
            return: ['Đã trả lại xã', 'Returned to the commune'],
            grant: ['Đã đồng ý', 'Granted'],
            refuse: ['Đã không đồng ý', 'Refused'],
            reopen: ['Chờ quyết lại', 'Waits for a new decision'],
        }),
        stillHeld: ['Đã xét lại: dòng này vẫn phải chờ.', 'Checked again: this row still has to wait.'],
        done: [(row: string) => `Đã quyết: ${row}.`, (row: string) => `Decided: ${row}.`],
        who: codes({
            commune: ['Xã ghi ô này và quyết trong hộp việc của mình.',
                'The commune writes this cell and decides in its own inbox.'],
            request: ['Kỳ đã khóa: quyết ở phần Đề nghị đính chính.',
                'The period is locked: decide under Correction requests.'],
            update: ['Chờ máy huyện cập nhật phiên bản; không ai cần quyết.',
                "Waiting for an update of the district's program; nobody has to decide."],
        }),
    }),
};

export const SAME = words({
    none: ['Không có dòng nào giống nhau.', 'No rows look alike.'],
    keep: ['Là hai việc khác nhau', 'They are two cases'],
    kept: ['Đã ghi: là hai việc khác nhau.', 'Noted: they are two cases.'],
    orphans: ['Dòng thuộc một dòng đã hủy', 'Rows that belong to a voided row'],
    unit: ['Đơn vị', 'Unit'],
    row: ['Dòng', 'Row'],
    parent: ['Thuộc dòng đã hủy', 'Belongs to the voided row'],
    voided: ['Vì sao đã hủy', 'Why it was voided'],
});
