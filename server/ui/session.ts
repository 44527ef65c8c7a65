/* session.ts - Who is signed in, and what he may do. */
import { createCell } from '../../common/web/ui/cell';

export interface Session {
    account: string;
    role: 'read-only' | 'officer' | 'leader' | 'operator';
    may: string[];
    totp: boolean;
    csrf: string;
    lang: string;
    version: string;
    district_name: string;
}

export const session = createCell<Session | null>(null);
