// Runs a TypeScript program or a tool of this project on a machine where nothing but Node and npm is there yet, on the
// Node 24 that it installs if this is another one:
//   node local/bootstrap.mjs SCRIPT.ts [args…]
//   node local/bootstrap.mjs --bin TOOL [args…]
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HEARTBEAT_MS = 15_000;
const PARENT_MS = 500;
const parent = process.ppid;
const LEAST_NODE = [20, 11];
/** The Node of Lambda's runtime: what runs here is what runs there. */
const NODE_MAJOR = 24;

function say(line) {
  process.stderr.write(`bootstrap: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own list as the last step of an install,
 * so an install that was killed is seen as missing. Contents are compared, not times: a checkout changes times at will.
 */
function packagesAreInstalled() {
  const wanted = readJson(join(root, "package-lock.json"));
  if (wanted === undefined) fail("package-lock.json is missing: run from a complete checkout");
  const installed = readJson(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === "" || entry.link) return true;
    const present = installed.packages[path];
    // npm leaves out optional packages of other platforms.
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

async function installPackages() {
  if (packagesAreInstalled()) return;
  await withLock(
    join(root, ".tools", "npm.lock"),
    async () => {
      // Another process may have installed them while this one waited.
      if (!packagesAreInstalled()) await runNpmCi();
    },
    (pid) => say(`waiting for process ${pid}, which is installing npm packages`),
  );
}

function runNpmCi() {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say("npm packages: installing (npm ci)");
  const heartbeat = setInterval(() => say(`npm packages: still installing, ${seconds()} s`), HEARTBEAT_MS);
  // Development packages run the local cloud and the tests, whatever NODE_ENV says.
  const npm = spawn("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = [];
  npm.stdout.on("data", (data) => output.push(data));
  npm.stderr.on("data", (data) => output.push(data));
  const stopForwarding = forwardSignals(npm);
  return new Promise((resolve, reject) => {
    npm.once("error", (error) =>
      reject(new Error(`npm cannot be started (${error.code}): install Node.js with npm, or put npm on PATH`)),
    );
    npm.once("close", (code, signal) => {
      if (signal !== null || code !== 0) {
        process.stderr.write(Buffer.concat(output));
        reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}): its output is above`));
        return;
      }
      say(`npm packages: installed in ${seconds()} s`);
      resolve();
    });
  }).finally(() => {
    clearInterval(heartbeat);
    stopForwarding();
  });
}

/**
 * npm passes a signal to the shell that it starts its scripts by, which ends and passes nothing on; a killed npm passes
 * none. So a process that npm has started looks whether its parent is still there. Whoever else starts it may go.
 */
function whenAbandoned(act) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, PARENT_MS);
  watch.unref();
  return () => clearInterval(watch);
}

/** Passes signals on and keeps this process alive for the child's own ending. Gives back what ends the forwarding. */
function forwardSignals(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  const stopWatching = whenAbandoned(() => forward("SIGTERM"));
  return () => {
    stopWatching();
    signals.forEach((signal) => process.removeListener(signal, forward));
  };
}

const runsTypeScript = ["-r", join(root, "local", "endWithParent.js"), "-r", "ts-node/register/transpile-only"];

/** The executable of Node 24: this process's own, or the one in .tools, installed if it is missing. */
function findNode() {
  if (major === NODE_MAJOR) return process.execPath;
  const packages = readJson(join(root, "local", "tools", "nodePackages.json"));
  const wanted = packages[`${process.platform}-${process.arch}`];
  if (wanted === undefined) {
    fail(
      `no package of Node ${NODE_MAJOR} is known for ${process.platform}-${process.arch}: run this with Node ${NODE_MAJOR}`,
    );
  }
  const own = join(root, ".tools", "node24", "bin", "node");
  const isThere = () => spawnSync(own, ["--version"], { encoding: "utf8" }).stdout?.trim() === `v${wanted.version}`;
  if (isThere()) return own;
  const installer = [...runsTypeScript, join("local", "installNode.ts")];
  const { status } = spawnSync(process.execPath, installer, { cwd: root, stdio: "inherit" });
  if (status !== 0 || !isThere()) fail(`Node ${NODE_MAJOR} could not be installed: run this with Node ${NODE_MAJOR}`);
  return own;
}

/** The arguments for Node that run what the command line asks for. */
function nodeArguments([first, ...rest]) {
  if (first !== "--bin") return [...runsTypeScript, first, ...rest];
  const [tool, ...args] = rest;
  if (tool === undefined) fail("--bin needs the name of a tool, for example: --bin mocha");
  const entry = join(root, "node_modules", ".bin", tool);
  if (!existsSync(entry)) fail(`no tool named ${tool} in node_modules/.bin`);
  return [...runsTypeScript.slice(0, 2), realpathSync(entry), ...args];
}

function run(node, args) {
  const env = {
    ...process.env,
    // What is started by the name `node` runs on it, too.
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    // The SDK's notice about coming Node versions would stand in the middle of what a person reads.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  const child = spawn(node, args, { cwd: root, env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
  const stopForwarding = forwardSignals(child);
  child.once("error", (error) => fail(`cannot start ${node} (${error.code})`));
  child.once("exit", (code, signal) => {
    stopForwarding();
    // 128 + the signal's number is what a shell reports for a program that a signal ended.
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
  fail(`Node.js ${LEAST_NODE.join(".")} or newer is needed, this is ${process.versions.node}`);
}
if (process.argv.length < 3) fail("usage: node local/bootstrap.mjs SCRIPT.ts [args…] | --bin TOOL [args…]");
try {
  await installPackages();
} catch (error) {
  fail(error.message);
}
run(findNode(), nodeArguments(process.argv.slice(2)));
