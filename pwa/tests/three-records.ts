/** A phone with a visit, a check and an opinion in its mirror, and its network to be cut. */
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone } from "./phone.ts";

export const A = "11111111-1111-7111-8111-111111111111";
export const B = "22222222-2222-7222-8222-222222222222";
export const C = "33333333-3333-7333-8333-333333333333";
export const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };

export async function withRecords(): Promise<Phone> {
  const server = new FakeServer();
  server.write(A, "visit", { narrative: "a", state: "in_progress" });
  server.write(B, "record_check", { visit_id: A, title: "b" });
  server.write(C, "opinion", { origin_id: A, text: "c" }, { scope: "field:v1" });
  return enrolled(server);
}

export function offline(phone: Phone, path: string): void {
  phone.server.intercept = (asked) => (asked === path ? Promise.reject(new TypeError("no network")) : undefined);
}

export function online(phone: Phone): void {
  phone.server.intercept = () => undefined;
}
