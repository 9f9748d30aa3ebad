/** Everything a person can read: Chinese at once, English when asked for. */
import { createI18n } from "vue-i18n";
import zh from "./zh.json";

export type Language = "zh" | "en";

export const i18n = createI18n({
  legacy: false,
  locale: "zh",
  fallbackLocale: "zh",
  missingWarn: false,
  fallbackWarn: false,
  messages: { zh } as Record<string, typeof zh>,
});

/** The words of a key in the language of the screen; a template that uses it follows a change of language. */
export const t = i18n.global.t;
export const known = (key: string): boolean => i18n.global.te(key, "zh");

export async function speak(language: Language): Promise<void> {
  if (language === "en") i18n.global.setLocaleMessage("en", (await import("./en.json")).default as typeof zh);
  i18n.global.locale.value = language;
}

export const language = (): Language => i18n.global.locale.value as Language;
