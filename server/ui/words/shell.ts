/* shell.ts - What the frame and the sign-in say. */
export const SHELL = {
    product: 'Tự Quản',
    nav: 'Các trang',
    navShort: 'Trang hay dùng',
    more: 'Thêm',
    skip: 'Tới nội dung',
    keys: 'Phím tắt (?)',
    signOut: 'Đăng xuất',
    who: 'Người đang đăng nhập',
    roles: { 'read-only': 'chỉ xem', officer: 'cán bộ', leader: 'lãnh đạo', operator: 'quản trị' } as
        Record<string, string>,
};

export const SIGN_IN = {
    title: 'Đăng nhập',
    lead: 'Trang theo dõi, thẩm định và xếp hạng của huyện.',
    account: 'Tài khoản',
    password: 'Mật khẩu',
    code: 'Mã xác thực trên điện thoại',
    codeHint: 'Sáu chữ số, đổi mỗi nửa phút.',
    go: 'Đăng nhập',
    help: 'Quên mật khẩu hoặc mất điện thoại: nhờ người quản trị đặt lại.',
};

/* What the kit says of the program behind this page. */
export const HOME_WORDS = {
    lost: 'Máy chủ của huyện không trả lời.',
    reopen: 'Kiểm tra mạng rồi thử lại. Những gì đang gõ vẫn còn trên trang này.',
    enterAgain: 'Tải lại trang rồi đăng nhập.',
    trouble: 'Tải lại trang; nếu vẫn vậy, báo người quản trị.',
};
