/**
 * Which room may import which. Dependencies point one way: index -> settings -> components -> runtime, and inside of
 * runtime/ from the programs to the edges, the words and what all share. `npm run lint` fails on an arrow against it.
 * Imports of types count: who has to know a file's types has to know the file.
 */

/** What of this repository lies anywhere but below these folders. */
const anythingBut = (...folders) => ({
  path: "^(agent|bench|cli|components|examples|local|policy|runtime|settings|stubs|tests)/|^[^/]+\\.(ts|js|mjs|cjs)$",
  pathNot: `^(${folders.join("|")})/`,
});

/** What of runtime/ lies anywhere but in these rooms. */
const otherRoomThan = (...rooms) => ({ path: "^runtime/", pathNot: `^runtime/(${rooms.join("|")})/` });

const pulumi = "(^|/)node_modules/@pulumi/";
const programs = "mover|sweeper|healer|rotator|reader";

module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "Two files that need each other are one file, or need a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "found",
      comment: "An import that leads nowhere would escape every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "runtime-stands-alone",
      comment: "What runs in Lambda knows nothing of how it is deployed, used or tested.",
      severity: "error",
      from: { path: "^runtime/" },
      to: anythingBut("runtime"),
    },
    {
      name: "runtime-without-pulumi",
      comment: "@pulumi is not in the functions' archives.",
      severity: "error",
      from: { path: "^runtime/" },
      to: { path: pulumi },
    },
    {
      name: "shared-is-the-ground",
      comment: "What all share needs nobody.",
      severity: "error",
      from: { path: "^runtime/shared/" },
      to: otherRoomThan("shared"),
    },
    {
      name: "model-is-pure",
      comment: "The words are said without asking AWS or Vault.",
      severity: "error",
      from: { path: "^runtime/model/" },
      to: otherRoomThan("model", "shared"),
    },
    {
      name: "vault-is-an-edge",
      comment: "An edge knows the words, and neither the other edge nor the programs that use it.",
      severity: "error",
      from: { path: "^runtime/vault/" },
      to: otherRoomThan("vault", "model", "shared"),
    },
    {
      name: "aws-is-an-edge",
      comment: "An edge knows the words, and neither the other edge nor the programs that use it.",
      severity: "error",
      from: { path: "^runtime/aws/" },
      to: otherRoomThan("aws", "model", "shared"),
    },
    {
      name: "programs-are-apart",
      comment: "Each function is packed alone: what two of them need is in the edges, the words or what all share.",
      severity: "error",
      from: { path: `^runtime/(${programs})/` },
      to: { path: `^runtime/(${programs})/`, pathNot: "^runtime/$1/" },
    },
    {
      name: "components-take-args",
      comment: "A component is told what it needs. It reads no configuration, so that other programs can use it.",
      severity: "error",
      from: { path: "^components/" },
      to: anythingBut("components", "runtime"),
    },
    {
      name: "builders-below-wings",
      comment: "What the wings of components/ are built with knows none of them.",
      severity: "error",
      from: { path: "^components/aws/" },
      to: { path: "^components/", pathNot: "^components/aws/" },
    },
    {
      name: "settings-below-the-program",
      comment: "Settings are made for components.",
      severity: "error",
      from: { path: "^settings/" },
      to: anythingBut("settings", "components", "runtime"),
    },
    {
      name: "cli-is-the-runtime",
      comment: "The command line is the same runtime, from a terminal.",
      severity: "error",
      from: { path: "^cli/" },
      to: anythingBut("cli", "runtime"),
    },
    {
      name: "cli-without-pulumi",
      comment: "The command line needs no engine.",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: pulumi },
    },
    {
      name: "policy-stands-alone",
      comment: "Others run the pack from its folder, on stacks of any language.",
      severity: "error",
      from: { path: "^policy/" },
      to: anythingBut("policy", "runtime"),
    },
    {
      name: "policy-without-providers",
      comment: "The pack sees resources as the engine does, whatever made them.",
      severity: "error",
      from: { path: "^policy/" },
      to: { path: `${pulumi}(aws|vault)/` },
    },
    {
      name: "nothing-feeds-back",
      comment: "What tries, measures or watches the program is no part of it.",
      severity: "error",
      from: { path: "^[^/]+\\.ts$" },
      to: { path: "^(bench|cli|examples|local|policy|tests)/" },
    },
    {
      name: "bench-and-tests-are-last",
      comment: "The local cloud is used without them.",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(bench|tests)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    // `homing` in examples/embed is this package itself.
    tsConfig: { fileName: "tsconfig.json" },
  },
};
