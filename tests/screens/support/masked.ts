/** Puts placeholders of the same width where a screen differs from run to run, and nowhere else. */

const digits = (text: string): string => text.replace(/\d/g, "#");

/** What differs, and what stands for it. */
const differing: readonly (readonly [RegExp, (found: string) => string])[] = [
  // A time of a day, and a day.
  [/\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?)?/g, digits],
  // The id of a version or an entity.
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (found) => found.replace(/[0-9a-f]/g, "#")],
  // The letters that Secrets Manager adds to an ARN.
  [/(?<=:secret:[\w/+=.@-]+-)\w{6}\b/g, (found) => "#".repeat(found.length)],
  [/(?<=127\.0\.0\.1:)\d+/g, digits],
];

export const masked = (text: string): string =>
  differing.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text);
