/** What a round's manifest says, as far as the screens after its close need it. Pure. */

export interface Place {
  subject: string;
  group: string;
}
/** Shape: both in the order of the sheet; `groups` slugs. */
export interface Sheet {
  subjects: { id: string; name: string }[];
  groups: string[];
}

const NONE: Sheet = { subjects: [], groups: [] };

/** Empty while the round is being prepared. */
export function sheetOf(manifest: string): Sheet {
  if (manifest === "") return NONE;
  const { subjects, groups } = JSON.parse(manifest) as { subjects: Sheet["subjects"]; groups: { slug: string }[] };
  return { subjects: subjects.map(({ id, name }) => ({ id, name })), groups: groups.map(({ slug }) => slug) };
}

export const keyOf = ({ subject, group }: Place): string => `${subject}/${group}`;
export const nameOf = (sheet: Sheet, subject: string): string => sheet.subjects.find(({ id }) => id === subject)?.name ?? "";
