/** The office's places: in the rail on a desk, under 我的 on a phone. `clerk`: for the Party-building office alone. */
export interface OfficePlace {
  to: string;
  icon: string;
  key: string;
  id: string;
  clerk?: boolean;
}

const PLACES: OfficePlace[] = [
  { to: "/meetings", icon: "check", key: "nav.meetings", id: "meetings" },
  { to: "/people", icon: "people", key: "nav.people", id: "people" },
  { to: "/invitations", icon: "plus", key: "nav.invitations", id: "invitations" },
  { to: "/replicas", icon: "phone", key: "nav.replicas", id: "replicas" },
  { to: "/quarantine", icon: "eye", key: "nav.quarantine", id: "quarantine", clerk: true },
  { to: "/rosters", icon: "roster", key: "nav.rosters", id: "rosters" },
  { to: "/digests", icon: "talk", key: "nav.digests", id: "digests" },
  { to: "/recovery", icon: "lock", key: "nav.recovery", id: "recovery" },
  { to: "/audit", icon: "doc", key: "nav.audit", id: "audit" },
];

/** Shape: `atHub` at the laptop in the hall, which holds one round and no more */
export function officePlaces(roles: string[], atHub = false): OfficePlace[] {
  if (atHub) return HALL;
  const clerk = roles.includes("pbo");
  if (!clerk && !roles.includes("committee_secretary")) return hallPlaces(roles);
  return PLACES.filter((place) => clerk || !place.clerk);
}

const HALL = PLACES.filter(({ to }) => to === "/meetings");

/** A scrutineer's and a teller's only business is in the hall. */
const hallPlaces = (roles: string[]): OfficePlace[] => (roles.includes("scrutineer") || roles.includes("teller") ? HALL : []);
