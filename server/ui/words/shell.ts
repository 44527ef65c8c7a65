/* shell.ts - What the frame, the list of screens and the sign-in say. */
import { codes, words } from '../../../common/web/ui/lang';

export const SHELL = words({
    product: ['Tự Quản', 'Tự Quản'],
    nav: ['Các trang', 'Pages'],
    late: ['việc quá hạn', 'overdue'],
    navShort: ['Trang hay dùng', 'Frequent pages'],
    more: ['Thêm', 'More'],
    skip: ['Tới nội dung', 'Skip to content'],
    keys: ['Phím tắt (?)', 'Keyboard shortcuts (?)'],
    signOut: ['Đăng xuất', 'Sign out'],
    who: ['Người đang đăng nhập', 'Signed in as'],
    roles: codes({
        'read-only': ['chỉ xem', 'read only'],
        officer: ['cán bộ', 'officer'],
        leader: ['lãnh đạo', 'leader'],
        operator: ['quản trị', 'operator'],
    }),
});

/* The screens by their addresses. */
export const SCREENS = words({
    'bang-xa': ['Bảng xã', 'Communes'],
    'cho-quyet': ['Chờ quyết', 'Decisions'],
    'tham-dinh': ['Thẩm định', 'Verification'],
    'xep-hang': ['Xếp hạng', 'Ranking'],
    'ban-do': ['Bản đồ, xu hướng', 'Map and trends'],
    'tong-hop': ['Tổng hợp', 'Summary'],
    'chi-dao': ['Chỉ đạo', 'Directives'],
    'phong-trao': ['Phong trào', 'Movement'],
    'giap-ranh': ['Giáp ranh', 'Border'],
    ky: ['Kỳ báo cáo', 'Periods'],
    'danh-muc': ['Danh mục', 'Catalogues'],
    'thiet-bi': ['Thiết bị', 'Devices'],
    'so-cai': ['Sổ cái', 'Ledger'],
    'suc-khoe': ['Sức khỏe', 'Health'],
    'cua-toi': ['Cá nhân', 'My account'],
    'tai-khoan': ['Tài khoản', 'Accounts'],
});

export const SIGN_IN = words({
    title: ['Đăng nhập', 'Sign in'],
    lead: ['Trang theo dõi, thẩm định và xếp hạng của huyện.',
        "The district's page for monitoring, verification and ranking."],
    account: ['Tài khoản', 'Account'],
    password: ['Mật khẩu', 'Password'],
    code: ['Mã xác thực trên điện thoại', 'Verification code on your phone'],
    codeHint: ['Sáu chữ số, đổi mỗi nửa phút.', 'Six digits; they change every half minute.'],
    go: ['Đăng nhập', 'Sign in'],
    help: ['Quên mật khẩu hoặc mất điện thoại: nhờ người quản trị đặt lại.',
        'Forgotten password or lost phone: ask the operator to reset it.'],
});

/* What the kit says of the program behind this page. */
export const HOME_WORDS = words({
    lost: ['Máy chủ của huyện không trả lời.', "The district's server does not answer."],
    reopen: ['Kiểm tra mạng rồi thử lại. Những gì đang gõ vẫn còn trên trang này.',
        'Check the network and try again. What you are typing is still on this page.'],
    enterAgain: ['Tải lại trang rồi đăng nhập.', 'Reload the page and sign in.'],
    trouble: ['Tải lại trang; nếu vẫn vậy, báo người quản trị.',
        'Reload the page; if it happens again, tell the operator.'],
});

/* Of a paper asked for from an English page (print.tsx). */
export const PRINT = words({
    copy: ['', 'Working copy in English. The official document is in Vietnamese.'],
});
