/* inbox.ts - What the screen of open decisions says. */
import type { IconName } from '../../../common/web/ui/icons';

interface Way {
    how: string;
    text: string;
    icon: IconName;
}

export const INBOX = {
    title: 'Chờ quyết',
    lead: 'Những chỗ máy không tự quyết, của mọi xã. Mỗi quyết định ghi tên người quyết và xã đọc được.',
    unit: 'Xã, thị trấn',
    all: 'Tất cả',
    tabsLabel: 'Các loại việc chờ quyết',
    tabs: { conflicts: 'Khác nhau', held: 'Tạm giữ', requests: 'Đề nghị đính chính',
        refused: 'Trả lại', same: 'Giống nhau' },
    leads: {
        conflicts: 'Hai nơi ghi khác nhau cho một ô mà chưa ai thấy giá trị của người kia.',
        held: 'Dòng huyện chưa nhận vì còn thiếu điều kiện. Xét lại không bỏ quy tắc nào.',
        requests: 'Xã xin sửa số liệu của kỳ đã khóa. Đồng ý thì đúng các ô xin sửa được ghi.',
        refused: 'Những gì huyện không nhận, mới nhất trước. Xã đã có lý do và tự sửa ở máy mình.',
        same: 'Dòng có thể là một việc ghi hai lần. Là một việc: xã hủy một trong hai dòng.',
    },
    none: { conflicts: 'Không có ô nào hai nơi ghi khác nhau.', held: 'Không có dòng nào bị giữ.',
        requests: 'Không có đề nghị nào chờ quyết.' },
    noRefused: 'Không có gì bị trả lại.',
    more: (n: number) => `Hiện thêm (còn ${n})`,
    written: { conflicts: 'giá trị kia do', held: 'do', requests: 'xin bởi' },
    program: 'chương trình khác',
    locked: (period: string) => `Kỳ đã khóa: ${period}.`,
    kept: 'Đang giữ',
    other: 'Giá trị kia',
    keep: 'Giữ giá trị này',
    take: 'Lấy giá trị này',
    wanted: { held: 'Giá trị bị giữ', requests: 'Xin sửa thành' },
    now: { held: 'Đang có ở huyện', requests: 'Trước đó' },
    ways: {
        held: [{ how: 'release', text: 'Xét lại ngay', icon: 'sync' },
            { how: 'return', text: 'Trả lại xã', icon: 'back' }],
        requests: [{ how: 'grant', text: 'Đồng ý', icon: 'check' },
            { how: 'refuse', text: 'Không đồng ý', icon: 'back' }],
    } as Record<'held' | 'requests', Way[]>,
    decided: { release: 'Đã xét lại và đã nhận', return: 'Đã trả lại xã', grant: 'Đã đồng ý',
        refuse: 'Đã không đồng ý' } as Record<string, string>,
    stillHeld: 'Đã xét lại: dòng này vẫn phải chờ.',
    done: (row: string) => `Đã quyết: ${row}.`,
    who: {
        commune: 'Xã ghi ô này và quyết trong hộp việc của mình.',
        request: 'Kỳ đã khóa: quyết ở phần Đề nghị đính chính.',
        update: 'Chờ máy huyện cập nhật phiên bản; không ai cần quyết.',
    } as Record<string, string>,
};

export const SAME = {
    none: 'Không có dòng nào giống nhau.',
    keep: 'Là hai việc khác nhau',
    kept: 'Đã ghi: là hai việc khác nhau.',
    orphans: 'Dòng thuộc một dòng đã hủy',
    unit: 'Đơn vị',
    row: 'Dòng',
    parent: 'Thuộc dòng đã hủy',
    voided: 'Vì sao đã hủy',
};
