/* catalogue.tsx - Danh mục: what everything else goes by. */
import { Screen } from '../../common/web/ui/basics';
import { replace, useRoute } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { Baselines, Caps } from './basis';
import { Indicators } from './indicators';
import { Sheets } from './sheets';
import { UnitList, VillageList } from './unit_list';
import { CATALOGUE as W } from './words/catalogue';

export default function CatalogueScreen() {
    const { params } = useRoute();
    const part = params.get('xem') ?? 'units';
    return (
        <Screen title={W.title} lead={W.lead}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(xem) => replace(['danh-muc'], { xem })}
                tabs={Object.entries(W.tabs).map(([id, title]) => ({ id, title }))} />
            {part === 'units' && <UnitList />}
            {part === 'villages' && <VillageList />}
            {part === 'sheets' && <Sheets />}
            {part === 'indicators' && <Indicators />}
            {part === 'baseline' && <Baselines />}
            {part === 'caps' && <Caps />}
        </Screen>
    );
}
