/** The service worker: keeps the whole app for use without network. A new one waits until it is asked or all tabs are closed. */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from "workbox-precaching";

interface Worker {
  __WB_MANIFEST: { url: string; revision: string | null }[];
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "activate", heard: (event: { waitUntil(done: Promise<void>): void }) => void): void;
  addEventListener(type: "fetch", heard: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void;
  addEventListener(type: "message", heard: (event: MessageEvent) => void): void;
}
declare const self: Worker;

/** Addresses of the server, never of the app. */
const SERVER = /^\/(sync|auth|office|demo)\/v1\/|^\/(health|files|docs|phone)(\/|$)|^\/openapi\.json$/;

precacheAndRoute(self.__WB_MANIFEST, { cleanURLs: false, directoryIndex: "" });
cleanupOutdatedCaches();

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode !== "navigate") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin || SERVER.test(pathname)) return;
  event.respondWith(page(request));
});

async function page(request: Request): Promise<Response> {
  return (await matchPrecache("/index.html")) ?? fetch(request);
}

/** The page of the very first visit is served from here at once: its next screens must open without network too. */
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});
