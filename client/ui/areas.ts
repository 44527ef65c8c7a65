/* areas.ts - The five areas that a commune manages itself. */
import type { Choice } from '../../common/web/ui/combo';

export const AREAS: Choice[] = [
    { value: '1', text: 'I. Phòng, chống tội phạm' },
    { value: '2', text: 'II. Phòng, chống tệ nạn xã hội' },
    { value: '3', text: 'III. Bảo vệ tài sản; phòng cháy, nổ' },
    { value: '4', text: 'IV. Giao thông, công cộng, đô thị' },
    { value: '5', text: 'V. Giúp đỡ người lầm lỗi' },
];

/* The area that a kind of incident belongs to, so that the clerk need not choose twice. */
export const AREA_OF: Record<string, number> = {
    assault: 1, robbery: 1, fraud: 1, public_disorder: 4, drugs: 2, gambling: 2, prostitution: 2,
    other_evil: 2, theft: 3, property: 3, fire_explosion: 3, traffic_accident: 4,
    traffic_violation: 4, urban_order: 4, reoffence: 5,
};
