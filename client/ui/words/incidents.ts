/* incidents.ts - What the register of incidents and tips says. */
export const INCIDENTS = {
    title: 'Sổ vụ việc',
    add: 'Ghi vụ việc',
    search: 'Số hiệu, tóm tắt, đơn vị… không cần dấu',
    empty: 'Sổ chưa có vụ việc nào.',
    emptyText: 'Ghi ngay khi biết, thiếu ô nào bổ sung sau. Sổ này chỉ đếm việc, không ghi tên người dân.',
    what: 'Việc gì, ở đâu, khi nào',
    handling: 'Xử lý',
    damage: 'Thiệt hại',
    summaryHint: 'Không ghi tên, số giấy tờ, số điện thoại của người dân.',
    acrossHint: 'Để trống: xảy ra ở xã ta, xã ta tính. Chọn xã bạn: bên bạn tính, không vào số liệu và điểm của xã ta; huyện đối chiếu.',
    acrossThere: (unit: string) => `Vụ này xảy ra ở ${unit}: bên đó tính, không vào số liệu và điểm của xã ta.`,
    acrossHere: (unit: string) => `Xã ghi là xảy ra ở ${unit}, huyện xác định là xảy ra ở xã ta: xã ta tính.`,
    close: 'Xử lý xong hôm nay',
    closed: 'Đã ghi là xử lý xong.',
    needed: { occurred_on: 'ngày xảy ra', category: 'loại', area: 'lĩnh vực', village: 'thôn' },
    missing: (names: string) => `Còn thiếu ${names}. Bấm Sửa để bổ sung: vụ không có ngày, loại,`
        + ' lĩnh vực thì chưa được tính vào báo cáo và điểm.',
};

export const TIPS = {
    title: 'Tin báo, tố giác',
    add: 'Ghi tin báo',
    search: 'Số hiệu, ghi chú… không cần dấu',
    empty: 'Chưa có tin báo nào.',
    emptyText: 'Chỉ ghi nhận lúc nào, chuyển lúc nào, về lĩnh vực gì; không bao giờ ghi người báo.',
    part: 'Tin báo',
    pass: 'Đã chuyển công an xã',
    passed: 'Đã ghi giờ chuyển.',
};

export const REGISTER_TABS = { incidents: 'Vụ việc', tips: 'Tin báo', hotspots: 'Tụ điểm',
    encroachments: 'Lấn chiếm', label: 'Sổ' };
