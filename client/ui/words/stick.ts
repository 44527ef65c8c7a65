/* stick.ts - What sending by a stick says. */
export const STICK = {
    title: 'Mất mạng lâu: gửi bằng USB',
    what: 'Lập gói, chép vào USB, đem lên huyện; đem tệp trả lời của huyện về mở ở đây. Chưa có trả lời thì chưa coi là đã gửi.',
    notJoined: 'Máy này chưa nối với huyện nên chưa lập được gói.',
    make: 'Lập gói gửi huyện',
    made: (changes: number, bytes: number) => `Gói có ${changes} thay đổi` +
        ` (${Math.max(1, Math.round(bytes / 1000))} kB), đã ký và niêm phong: chỉ huyện đọc được.`,
    more: 'Chưa vừa hết trong một gói: lập gói nữa sau khi có trả lời.',
    load: 'Tải gói về',
    answer: 'Mở tệp trả lời của huyện',
    opening: 'Đang đọc trả lời…',
    taken: (t: { accepted: number; superseded: number; held: number; refused: number;
        requested: number; rows: number }) => `Huyện trả lời: nhận ${t.accepted}` +
        [[t.superseded, 'cũ hơn'], [t.held, 'tạm giữ'], [t.refused, 'từ chối'],
            [t.requested, 'đề nghị đính chính']].filter(([n]) => n !== 0)
            .map(([n, word]) => `, ${word} ${n}`).join('') + `. Nhận về ${t.rows} dòng.`,
    waits: 'Còn thay đổi chưa có biên nhận: lập gói mới.',
    look: 'Mở Hộp việc để xem.',
};
