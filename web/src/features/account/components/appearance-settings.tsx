// How the client looks: theme, language, size of text, density, motion.
import { type ReactNode, useId, useState } from "react";
import { ChoiceRow } from "@/components/choice-row";
import { SwitchRow } from "@/components/switch-row";
import { type Appearance, applyAppearance, storedAppearance } from "@/lib/appearance";
import type { Theme } from "@/lib/show-theme";
import { applyTheme, useTheme } from "@/lib/theme";
import { chooseLanguage, chosenLanguage, LANGUAGES, type Language } from "@/texts/language";
import { texts } from "@/texts/texts";
import { useUpdateMe } from "../api/update-me";
import styles from "./appearance.module.css";
import rowStyles from "./settings.module.css";
import { SettingsPage, SettingsSection } from "./settings-page";

export function AppearanceSettings({ back }: { back: ReactNode }) {
  const { appearance: words } = texts.settings;
  const { nav } = texts.account;
  const theme = useTheme();
  const [appearance, setAppearance] = useState(storedAppearance);
  const update = useUpdateMe();
  const chooseTheme = (next: Theme) => {
    applyTheme(next);
    // The other devices follow; without an answer this one has it all the same.
    update.mutate({ settings: { theme: next } });
  };
  const change = (part: Partial<Appearance>) => {
    const next = { ...appearance, ...part };
    applyAppearance(next);
    setAppearance(next);
  };
  return (
    <SettingsPage title={nav.appearance} lead={words.lead} back={back}>
      <SettingsSection title={words.theme}>
        <ChoiceRow
          titled
          label={words.theme}
          choices={[
            { value: "system", label: words.system, icon: "display" },
            { value: "light", label: words.light, icon: "sun" },
            { value: "dark", label: words.dark, icon: "moon" },
          ]}
          value={theme}
          onChange={chooseTheme}
        />
      </SettingsSection>
      <LanguageSection onKeep={(locale) => update.mutateAsync({ settings: { locale } })} />
      <SettingsSection title={words.sizes}>
        <ChoiceRow
          label={words.size}
          choices={(["small", "normal", "large", "huge"] as const).map((value) => ({ value, label: words[value] }))}
          value={appearance.textSize}
          onChange={(textSize) => change({ textSize })}
        />
        <ChoiceRow
          label={words.density}
          choices={(["comfortable", "compact"] as const).map((value) => ({ value, label: words[value] }))}
          value={appearance.density}
          onChange={(density) => change({ density })}
        />
        <SwitchRow
          label={words.motion}
          hint={words.motionHint}
          checked={appearance.reducedMotion}
          onChange={(reducedMotion) => change({ reducedMotion })}
        />
        <Preview />
      </SettingsSection>
    </SettingsPage>
  );
}

function LanguageSection({ onKeep }: { onKeep: (locale: string) => Promise<unknown> }) {
  const { appearance: words } = texts.settings;
  const id = useId();
  const choose = async (value: string) => {
    const language = value === "" ? undefined : (value as Language);
    chooseLanguage(language);
    if (language) await onKeep(language).catch(() => undefined);
    window.location.reload();
  };
  return (
    <SettingsSection title={words.language}>
      <div className={rowStyles.block}>
        <div className={rowStyles.field}>
          <label htmlFor={id} className="visually-hidden">
            {words.language}
          </label>
          <select
            id={id}
            aria-describedby={`${id}-hint`}
            value={chosenLanguage() ?? ""}
            onChange={(event) => void choose(event.target.value)}
          >
            <option value="">{words.browserLanguage}</option>
            {Object.entries(LANGUAGES).map(([language, name]) => (
              <option key={language} value={language} lang={language}>
                {name}
              </option>
            ))}
          </select>
          <p id={`${id}-hint`}>{words.languageHint}</p>
        </div>
      </div>
    </SettingsSection>
  );
}

function Preview() {
  const { appearance: words } = texts.settings;
  return (
    <figure className={styles.preview}>
      <figcaption className="visually-hidden">{words.preview}</figcaption>
      <p>{words.previewThem}</p>
      <p data-own>{words.previewYou}</p>
    </figure>
  );
}
