/** Vant's style sheets name an icon font of another host; nothing may load from another host, so the font goes. */
import type { Plugin } from "vite";

export function withoutIconFont(): Plugin {
  return {
    name: "without-icon-font",
    enforce: "pre",
    transform(code, id) {
      if (!/\/vant\/.*\.css(\?.*)?$/.test(id)) return null;
      return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ""), map: null };
    },
  };
}
