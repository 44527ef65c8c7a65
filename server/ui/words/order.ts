/* order.ts - What is said about any decision. */
import { words } from '../../../common/web/ui/lang';

export const ORDER = words({
    reason: ['Lý do', 'Reason'],
    hint: ['Xã sẽ đọc lý do này.', 'The commune will read this reason.'],
    missing: ['Cần ghi lý do.', 'A reason is required.'],
    cancel: ['Thôi', 'Cancel'],
});

/* What is said of any form. */
export const FORM = words({
    needed: ['Cần điền ô này.', 'This field is required.'],
    dateHint: ['ngày/tháng/năm', 'year-month-day'],
    theirs: [(text: string) => `Người khác vừa ghi: ${text}. Bấm lưu lần nữa thì thay bằng ô trên.`,
        (text: string) => `Somebody else has just written: ${text}. Saving again puts yours instead.`],
    takeTheirs: ['Lấy giá trị này', 'Take this value'],
    empty: ['(trống)', '(empty)'],
    cancel: ['Thôi', 'Cancel'],
});
