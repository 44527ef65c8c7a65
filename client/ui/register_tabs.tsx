/* register_tabs.tsx - Incidents and tips stand side by side in the same register. */
import { go } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { REGISTER_TABS as W } from './words/incidents';

export function RegisterTabs({ chosen }: { chosen: 'so-vu-viec' | 'tin-bao' | 'tu-diem' | 'lan-chiem' }) {
    return <Tabs label={W.label} chosen={chosen} onChoose={(id) => go([id])} tabs={[
        { id: 'so-vu-viec', title: W.incidents }, { id: 'tin-bao', title: W.tips },
        { id: 'tu-diem', title: W.hotspots }, { id: 'lan-chiem', title: W.encroachments },
    ]} />;
}
