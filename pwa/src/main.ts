/** Where the app meets the browser: the clock, chance, the network's state, the service worker; nothing else may touch them. */
import { createApp, ref, shallowRef } from "vue";
import App from "./App.vue";
import { hold, keepEverything, type Surroundings } from "./client.ts";
import type { Core } from "./contract.ts";
import { createCore } from "./core.ts";
import { i18n, speak } from "./i18n/words.ts";
import "vant/es/style/base.css";
import "./theme.css";
import "./parts/base.css";
import "./parts/print.css";
import "./parts/buttons.ts";
import { whyMissing } from "./parts/missing.ts";
import { router } from "./router.ts";
import { throughHub } from "./sync/hub.ts";

declare const __APP_VERSION__: string;

const LOCK_AFTER_MS = 5 * 60_000;
const agent = navigator.userAgent;
const standalone = window.matchMedia("(display-mode: standalone)");

interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

const around: Surroundings = {
  now: () => Date.now(),
  repeat(fn, ms) {
    const id = window.setInterval(fn, ms);
    return () => window.clearInterval(id);
  },
  platform: `${/iPhone|iPad/.test(agent) ? "ios" : /Android/.test(agent) ? "android" : "desktop"}${standalone.matches ? " installed" : ""}`,
  version: __APP_VERSION__,
  blocked: whyBlocked(),
  installed: ref(standalone.matches),
  install: shallowRef(),
  update: shallowRef(),
  missing: shallowRef(),
  preference: (name) => localStorage.getItem(`zoufang.${name}`),
  prefer: (name, value) => localStorage.setItem(`zoufang.${name}`, value),
  persist: async () => (await navigator.storage?.persist?.()) ?? false,
  save,
  copy: (text) => navigator.clipboard.writeText(text).then(() => true, () => false),
  print: () => window.print(),
};

async function start(): Promise<void> {
  if (around.blocked === "insecure") return void show(lockedOut());
  const core = await openCore().catch(() => undefined);
  if (!core) {
    around.blocked = "no-store";
    return void show(lockedOut());
  }
  watchBrowser(core);
  show(core);
}

function openCore(): Promise<Core> {
  const channel = new BroadcastChannel("zoufang");
  return createCore({
    idb: indexedDB,
    fetch: throughHub((input, init) => fetch(input, init), hub, setTimer),
    hub,
    crypto,
    now: around.now,
    random: () => Math.random(),
    setTimer,
    online: () => navigator.onLine,
    locks: navigator.locks,
    storage: navigator.storage,
    channel: { post: () => channel.postMessage("written"), listen: (heard) => channel.addEventListener("message", heard) },
    sentinel: { get: () => around.preference("sentinel"), set: (value) => around.prefer("sentinel", value) },
    appVersion: __APP_VERSION__,
  });
}

const hub = (): string | null => around.preference("hub");

function setTimer(fn: () => void, ms: number): () => void {
  const id = window.setTimeout(fn, ms);
  return () => window.clearTimeout(id);
}

function show(core: Core): void {
  hold(core, around);
  const language = around.preference("language");
  if (language === "en") void speak("en");
  createApp(App).use(router).use(i18n).mount("#app");
}

/** Where no core can be built (insecure page, no storage) the screens get one that only lets them say so. */
function lockedOut(): Core {
  const nothing: Partial<Core> = { phase: () => "absent", me: () => undefined, subscribe: () => () => undefined };
  return nothing as Core;
}

function whyBlocked(): Surroundings["blocked"] {
  if (/MicroMessenger/i.test(agent)) return "wechat";
  if (!window.isSecureContext || !crypto.subtle || !("serviceWorker" in navigator)) return "insecure";
  const apple = /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
  if (apple && !standalone.matches && (navigator as { standalone?: boolean }).standalone !== true) return "ios-tab";
  return undefined;
}

function watchBrowser(core: Core): void {
  let cancel: (() => void) | undefined;
  let hiddenAtMs = 0;
  document.addEventListener("visibilitychange", () => {
    const visible = document.visibilityState === "visible";
    core.visible(visible);
    cancel?.();
    if (visible) {
      if (hiddenAtMs > 0 && around.now() - hiddenAtMs >= LOCK_AFTER_MS) void lock(core);
      return;
    }
    hiddenAtMs = around.now();
    void keepEverything();
    const id = window.setTimeout(() => void lock(core), LOCK_AFTER_MS);
    cancel = () => window.clearTimeout(id);
  });
  window.addEventListener("pagehide", () => void keepEverything());
  window.addEventListener("online", () => core.wentOnline());
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    around.install.value = async () => {
      await (event as InstallEvent).prompt();
      around.install.value = undefined;
    };
  });
  window.addEventListener("appinstalled", () => {
    around.installed.value = true;
    around.install.value = undefined;
  });
}

async function lock(core: Core): Promise<void> {
  if (core.phase() !== "open") return;
  await keepEverything();
  core.lock();
}

/** Paper has nothing to tap: what is folded up is opened for the printer. */
function unfoldForPaper(): void {
  let folded: HTMLDetailsElement[] = [];
  const set = (open: boolean): void => {
    for (const part of folded) part.open = open;
  };
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
    set(true);
  });
  window.addEventListener("afterprint", () => set(false));
}

/** A new version waits for a tap. The tab that asked reloads; another one offers it, with its work kept. */
async function keepOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const { serviceWorker } = navigator;
  const address = trustedAddress("/sw.js");
  const registration = await serviceWorker.register(address, { updateViaCache: "none" }).catch(() => undefined);
  if (!registration) return; // a browser that refuses one still shows the app while there is a network
  let asked = false;
  const offer = (waiting: ServiceWorker): void => {
    around.update.value = async () => {
      asked = true;
      waiting.postMessage("take-over");
    };
  };
  const follow = (coming: ServiceWorker | null): void => {
    const look = (): void => {
      if (coming?.state === "installed" && serviceWorker.controller) offer(coming);
    };
    coming?.addEventListener("statechange", look);
    look();
  };
  follow(registration.waiting);
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  let controlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (!controlled) controlled = true;
    else if (asked) window.location.reload();
    else offerReload();
  });
  around.repeat(() => void registration.update().catch(() => undefined), 60 * 60_000);
}

/** The files this tab would load next are gone with the old version: a reload brings the new ones. */
function offerReload(): void {
  around.update.value = async () => window.location.reload();
}

/** A screen whose files could not be fetched is told as what it is; only where a new version waits, that is the reason. */
router.onError((_thrown, to) => {
  const why = whyMissing(around.update.value !== undefined, navigator.onLine);
  if (why === "update") return;
  void navigator.serviceWorker?.getRegistration().then((registration) => registration?.update()).catch(() => undefined);
  around.missing.value = { why, retry: () => router.push(to.fullPath).then(() => undefined, () => undefined) };
});
router.afterEach((_to, _from, failure) => {
  if (!failure) around.missing.value = undefined;
});

function trustedAddress(address: string): string {
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(text: string): unknown } } }).trustedTypes;
  const policy = types?.createPolicy("zoufang", { createScriptURL: (text: string) => (text === "/sw.js" ? text : "") });
  return (policy?.createScriptURL(address) ?? address) as string;
}

function save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

if (!(window as { zoufangTooOld?: boolean }).zoufangTooOld) {
  unfoldForPaper();
  void start().then(keepOffline);
}
