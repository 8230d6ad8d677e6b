/** What is explored. */
import type { Configuration } from "./explorer";
import { allEdits, edits } from "./persons";
import type { Target } from "./world";

const plain = { makes: [], refuses: [], forgets: [], login: "given" } as const;
export const two: Target = { credentials: 2, ...plain };
export const one: Target = { credentials: 1, ...plain };
/** One whose set needs no credential of its own: a call that comes too late is not turned away. */
export const administered: Target = { ...one, login: "administrator" };

/** A callback that makes the value once more that the target has refused. */
export const stubborn = { makes: ["k1", "k1", "k2"], refuses: ["k1"] };

const few = { starts: 4, crashes: 2, edits: 0, reads: 1, reports: 0, units: 6 };

export const configurations: readonly Configuration[] = [
  { name: "two credentials, cut off twice", target: two, rotators: 1, edits: [], left: few },
  { name: "one credential, cut off twice", target: one, rotators: 1, edits: [], left: { ...few, reads: 0 } },
  {
    name: "two rotators at once",
    target: two,
    rotators: 2,
    edits: [],
    left: { starts: 3, crashes: 0, edits: 0, reads: 1, reports: 0, units: 5 },
  },
  {
    name: "two credentials, a value that is refused and made again",
    target: { ...two, ...stubborn },
    rotators: 1,
    edits: [],
    left: { ...few, crashes: 1 },
  },
  {
    name: "one credential, a value that is refused and made again",
    target: { ...one, ...stubborn },
    rotators: 1,
    edits: [],
    left: { ...few, crashes: 1 },
  },
  {
    name: "two credentials, a value that is taken and never accepted",
    target: { ...two, forgets: ["k1"] },
    rotators: 1,
    edits: [],
    left: { ...few, crashes: 1 },
  },
  {
    name: "two rotators at once, a target that turns no call away",
    target: administered,
    rotators: 2,
    edits: [edits.note],
    left: { starts: 3, crashes: 0, edits: 1, reads: 0, reports: 0, units: 4 },
  },
  {
    name: "two credentials, a person's edit, cut off once",
    target: two,
    rotators: 1,
    edits: allEdits,
    left: { starts: 3, crashes: 1, edits: 1, reads: 1, reports: 0, units: 4 },
  },
  {
    name: "two credentials, a person's two edits",
    target: two,
    rotators: 1,
    edits: allEdits,
    left: { starts: 3, crashes: 0, edits: 2, reads: 1, reports: 0, units: 3 },
  },
  {
    name: "two rotators at once, a person's edit",
    target: two,
    rotators: 2,
    edits: allEdits,
    left: { starts: 3, crashes: 0, edits: 1, reads: 0, reports: 0, units: 3 },
  },
  {
    name: "one credential, a person's two edits, cut off once",
    target: one,
    rotators: 1,
    edits: allEdits,
    left: { starts: 3, crashes: 1, edits: 2, reads: 0, reports: 0, units: 2 },
  },
  {
    name: "two credentials, a program that reports, cut off once",
    target: two,
    rotators: 1,
    edits: [],
    named: "program",
    left: { starts: 3, crashes: 1, edits: 0, reads: 0, reports: 1, units: 7 },
  },
  {
    name: "two credentials, processes that report, and a reader that does not",
    target: two,
    rotators: 1,
    edits: [],
    named: "processes",
    left: { starts: 2, crashes: 0, edits: 0, reads: 1, reports: 2, units: 7 },
  },
  {
    name: "two rotators at once, a program that reports",
    target: two,
    rotators: 2,
    edits: [],
    named: "program",
    left: { starts: 3, crashes: 0, edits: 0, reads: 0, reports: 1, units: 5 },
  },
  {
    name: "a program that reports, and a person's edit that leaves the credential",
    target: two,
    rotators: 1,
    edits: [edits.note, edits.recreated],
    named: "program",
    left: { starts: 2, crashes: 0, edits: 1, reads: 0, reports: 1, units: 7 },
  },
];
