/* lang_switch.tsx - To the other language, named as its readers name it. */
import { chooseLang, lang } from '../../common/web/ui/lang';

export function LangSwitch() {
    const [other, name] = lang === 'vi' ? ['en', 'English'] as const : ['vi', 'Tiếng Việt'] as const;
    return (
        <button type="button" class="lang-switch" lang={other} onClick={() => chooseLang(other)}>
            {name}</button>
    );
}
