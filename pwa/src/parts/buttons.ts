/** A button that works says so in words; Vant alone would show a wheel, and a screen reader nothing. */
import { Button } from "vant";
import { t } from "../i18n/words.ts";

const props = Button.props as { loadingText?: unknown };
props.loadingText = { type: String, default: () => t("common.working") };
