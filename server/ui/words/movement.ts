/* movement.ts - What the movement's screen says: models, the yearly drive, recognition, awards. */
import { codes, words } from '../../../common/web/ui/lang';

export const MOVEMENT = words({
    title: ['Phong trào', 'Movement'],
    lead: ['Mô hình "5 tự quản": từ khảo sát đến nhân rộng, đăng ký, ngày hội, công nhận và khen thưởng.',
        'The "5 self-managements" model: from survey to replication, registration, festivals, recognition and awards.'],
    year: ['Năm', 'Year'],
    yearOf: [(year: number) => `Năm ${year}`, (year: number) => `Year ${year}`],
    tabsLabel: ['Các phần của phong trào', 'Parts of the movement'],
    tabs: codes({
        steps: ['Tiến độ', 'Progress'],
        models: ['Mô hình', 'Models'],
        drive: ['Đăng ký, ngày hội', 'Registration, festivals'],
        recognition: ['Công nhận', 'Recognition'],
        awards: ['Khen thưởng', 'Awards'],
    }),
    unit: ['Đơn vị', 'Unit'],
    all: ['Mọi xã, thị trấn', 'All communes'],
    none: ['Chưa có xã nào trong danh mục.', 'There is no commune in the catalogue yet.'],
    ofAll: [(n: number, all: number) => `${n}/${all}`, (n: number, all: number) => `${n}/${all}`],
    steps: codes({
        surveyed: ['Khảo sát', 'Surveyed'],
        decided: ['Quyết định', 'Decided'],
        launched: ['Ra mắt', 'Launched'],
        reviewed: ['Xét trong năm', 'Reviewed'],
        replicated: ['Nhân rộng', 'Replicated'],
    }),
    yes: ['xong', 'done'],
    no: ['chưa', 'not yet'],
    models: ['Mô hình', 'Models'],
    running: ['Đang chạy', 'Running'],
    replicas: ['Nhân rộng', 'Replicas'],
    covenants: ['Thôn có quy ước', 'Covenants'],
    committee: ['Ban chỉ đạo', 'Committee'],
    members: [(n: number) => `${n} người`, (n: number) => `${n} ${n === 1 ? 'member' : 'members'}`],
});

export const MODELS = words({
    title: ['Các mô hình', 'Models'],
    none: ['Chưa có mô hình nào.', 'There is no model yet.'],
    noneOf: ['Xã này chưa có mô hình nào.', 'This commune has no model yet.'],
    village: ['Thôn', 'Village'],
    kind: ['Loại', 'Kind'],
    kinds: codes({
        pilot: ['điểm', 'pilot'],
        replica: ['nhân rộng', 'replica'],
    }),
    survey: ['Khảo sát', 'Survey'],
    plan: ['Kế hoạch', 'Plan'],
    decision: ['Quyết định', 'Decision'],
    committee: ['Ban chỉ đạo', 'Committee'],
    covenant: ['Quy ước', 'Covenant'],
    launch: ['Ra mắt', 'Launch'],
    state: ['Trạng thái', 'State'],
    states: codes({
        proposed: ['dự kiến', 'proposed'],
        surveyed: ['đã khảo sát', 'surveyed'],
        decided: ['đã có quyết định', 'decided'],
        launched: ['đã ra mắt', 'launched'],
        running: ['đang hoạt động', 'running'],
        paused: ['tạm dừng', 'paused'],
        ended: ['đã kết thúc', 'ended'],
    }),
    lacks: codes({
        survey: ['thiếu khảo sát', 'no survey'],
        plan: ['thiếu kế hoạch', 'no plan'],
        decision: ['thiếu quyết định', 'no decision'],
        committee: ['thiếu ban chỉ đạo', 'no committee'],
        covenant: ['thiếu quy ước', 'no covenant'],
        launch: ['chưa ra mắt', 'not launched'],
    }),
    hint: ['Xã ghi mô hình; huyện xem. Khảo sát, quyết định, ra mắt: thiếu bước trước thì bước sau chưa tính. '
        + 'Kế hoạch, ban chỉ đạo, quy ước: nhắc, không giữ bước nào.',
        'Communes enter the models; the district reads. Survey, decision, launch: each counts only after the '
        + 'one before. Plan, committee, covenant are told, and hold no step.'],
    members: [(n: number) => `${n} người`, (n: number) => `${n} ${n === 1 ? 'member' : 'members'}`],
});

export const DRIVE = words({
    title: ['Đăng ký thi đua và ngày hội', 'Emulation registration and festivals'],
    registered: ['Đăng ký', 'Registered'],
    launched: ['Phát động', 'Launched'],
    pledged: ['Hộ ký giao ước', 'Households pledged'],
    confirmed: ['Huyện xác nhận', 'Confirmed by the district'],
    festivals: ['Ngày hội', 'Festivals'],
    festivalsOf: [(held: number, planned: number) => `${held} đã tổ chức / ${planned} dự kiến`,
        (held: number, planned: number) => `${held} held / ${planned} planned`],
    notRegistered: ['chưa đăng ký', 'not registered'],
    notLaunched: ['chưa phát động', 'not launched'],
    confirm: ['Xác nhận', 'Confirm'],
    confirmOf: [(unit: string) => `Xác nhận đăng ký của ${unit}`,
        (unit: string) => `Confirm the registration of ${unit}`],
    confirmDay: ['Ngày huyện xác nhận', 'Day of confirmation'],
    confirmedNow: ['Đã xác nhận; xã nhận ở lần đồng bộ tới.',
        'Confirmed; the commune receives it at its next sync.'],
    hint: ['Ngày hội tính theo năm dương lịch: 19/8 và 18/11.',
        'Festivals count by calendar year: 19 August and 18 November.'],
});

export const RECOGNITION = words({
    title: ['Xét công nhận đạt chuẩn', 'Recognition of the standard'],
    lead: [
        (percent: number) =>
            `Máy tính theo số thôn của xã: 100 % thôn đăng ký, từ ${percent} % thôn đạt chuẩn. ` +
            'Huyện quyết mới có giá trị khi xếp loại năm.',
        (percent: number) =>
            `Computed from the commune's villages: 100% registered, at least ${percent}% meet the standard. ` +
            "Only the district's decision counts for the grade of the year.",
    ],
    villages: ['Số thôn', 'Villages'],
    registered: ['100 % đăng ký', '100% registered'],
    recognised: [(percent: number) => `${percent} % đạt chuẩn`,
        (percent: number) => `${percent}% meet the standard`],
    ofAll: [(n: number | null, all: number) => n === null ? 'chưa ghi' : `${n}/${all}`,
        (n: number | null, all: number) => n === null ? 'not entered' : `${n}/${all}`],
    differs: [(said: number) => `xã ghi ${said} thôn`, (said: number) => `the commune says ${said}`],
    decision: ['Quyết định', 'Decision'],
    results: codes({
        met: ['đạt', 'met'],
        not_met: ['chưa đạt', 'not met'],
    }),
    states: codes({
        registered: ['chờ xét', 'to be assessed'],
        assessed: ['đang xét', 'being assessed'],
        decided: ['đã quyết', 'decided'],
    }),
    notThere: ['xã chưa đăng ký', 'commune not registered'],
    act: ['Làm gì', 'Action'],
    facts: ['Xem thôn', 'Villages'],
    factsOf: [(unit: string) => `Các thôn của ${unit}`, (unit: string) => `Villages of ${unit}`],
    decide: ['Quyết', 'Decide'],
    decideOf: [(unit: string) => `Quyết công nhận: ${unit}`,
        (unit: string) => `Decide on recognition: ${unit}`],
    result: ['Kết quả', 'Result'],
    decisionNo: ['Số quyết định', 'Decision number'],
    decidedOn: ['Ngày quyết định', 'Day of the decision'],
    state: ['Tình trạng', 'State'],
    save: ['Ghi', 'Save'],
    done: ['Đã ghi; xã nhận ở lần đồng bộ tới.', 'Saved; the commune receives it at its next sync.'],
    decisionNeeded: ['Đã quyết thì cần kết quả, số và ngày quyết định.',
        'A decision needs its result, number and day.'],
    failing: ['Máy tính: chưa đủ điều kiện. Vẫn ghi "đạt" được, lý do nằm ở văn bản của quyết định.',
        'Computed: the conditions are not met. "Met" may still be entered; the reason is in the document of the decision.'],
    print: ['In', 'Print in Vietnamese'],
    village: ['Thôn', 'Village'],
    since: ['Từ ngày', 'Since'],
    covenant: ['Quy ước thông qua', 'Covenant adopted'],
    covenantState: ['Tình trạng quy ước', 'State of the covenant'],
    noVillages: ['Chưa có thôn nào trong danh mục.', 'There is no village in the catalogue yet.'],
    cap: ['Chưa đạt hoặc chưa quyết: xếp loại năm cao nhất là Khá (D3).',
        'Not met or not decided: the highest grade of the year is Fair (D3).'],
});

export const AWARDS = words({
    title: ['Khen thưởng', 'Awards'],
    none: ['Năm này chưa có khen thưởng nào.', 'There is no award this year yet.'],
    add: ['Thêm khen thưởng', 'Add an award'],
    act: ['Làm gì', 'Action'],
    edit: ['Sửa', 'Edit'],
    editOf: [(who: string) => `Sửa khen thưởng của ${who}`, (who: string) => `Edit the award of ${who}`],
    recipient: ['Được khen', 'Recipient'],
    unit: ['Đơn vị được khen', 'Unit awarded'],
    post: ['Chức vụ được khen', 'Post awarded'],
    postHint: ['Chỉ ghi chức vụ, không ghi tên người. Để trống khi khen tập thể.',
        'The post only, never a name. Leave it empty for a collective.'],
    form: ['Hình thức', 'Form'],
    formHint: ['Giấy khen, bằng khen, cờ thi đua...', 'Certificate, diploma, emulation flag...'],
    level: ['Cấp khen', 'Level'],
    levels: codes({
        commune: ['xã', 'commune'],
        district: ['huyện', 'district'],
        province: ['tỉnh', 'province'],
        ministry: ['bộ', 'ministry'],
    }),
    decisionNo: ['Số quyết định', 'Decision number'],
    decidedOn: ['Ngày quyết định', 'Day of the decision'],
    period: ['Kỳ xét', 'Period'],
    noPeriod: ['không theo kỳ', 'no period'],
    state: ['Trạng thái', 'State'],
    states: codes({
        proposed: ['đề nghị', 'proposed'],
        granted: ['đã khen', 'granted'],
    }),
    save: ['Ghi', 'Save'],
    done: ['Đã ghi; các xã nhận ở lần đồng bộ tới.', 'Saved; the communes receive it at their next sync.'],
    recipientNeeded: ['Cần đơn vị hoặc chức vụ được khen.', 'A unit or a post is required.'],
    decisionNeeded: ['Đã khen thì cần số và ngày quyết định.',
        'A granted award needs the number and day of its decision.'],
    print: ['In danh sách', 'Print the list in Vietnamese'],
    number: ['Số TT', 'No.'],
    decided: ['Quyết định', 'Decision'],
    decisionOf: [(no: string, on: string) => `${no}, ${on}`, (no: string, on: string) => `${no}, ${on}`],
});

/* On paper: Vietnamese always. */
export const RECOGNITION_PAPER = {
    title: 'KẾT QUẢ XÉT CÔNG NHẬN ĐẠT CHUẨN "AN TOÀN VỀ AN NINH, TRẬT TỰ"',
};

export const AWARDS_PAPER = {
    title: 'DANH SÁCH TẬP THỂ, CÁ NHÂN ĐƯỢC KHEN THƯỞNG',
    subject: (year: number) =>
        `Phong trào "5 tự quản về an ninh, trật tự" năm ${year}`,
};

export const PAPER = {
    committee: 'BAN CHỈ ĐẠO',
    nation: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
    motto: 'Độc lập - Tự do - Hạnh phúc',
    maker: 'NGƯỜI LẬP BIỂU',
    signer: 'TM. BAN CHỈ ĐẠO',
};
