/** The shipped function between its fakes, with a front before each of them and a watch over the invariants. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lambdaNode, startContainer } from "../../bundle/support/container";
import type { Container } from "../../bundle/support/container";
import type { StoredSecret } from "../../bundle/support/fakeAws";
import type { Request, Response } from "../../bundle/support/server";
import { openStage } from "../../bundle/support/stage";
import type { Stage } from "../../bundle/support/stage";
import { templateRecordPath } from "../../../runtime/model/path";
import { freshProgress, nameAwsCall, nameVaultCall, secretName } from "./calls";
import type { CallName, Named, Progress } from "./calls";
import { treatmentAt } from "./faultTable";
import type { Fault, Span } from "./faultTable";
import { startFront } from "./front";
import type { Front, Treatment } from "./front";
import { holdsValueNow, homeEntry, replicaRegions } from "./scenarios";
import type { Scenario, Subject } from "./scenarios";

/** Days of the recovery window of these tests. */
export const windowDays = 30;
/** How many deliveries a lasting fault lasts. */
const lastingDeliveries = 2;

/** A fault that waits for its call. */
export interface Trap {
  readonly call: CallName;
  readonly fault: Fault;
  readonly span: Span;
}

/** One secret of one combination, from its message to its end. */
export interface Run {
  /** Name of the combination. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly traps: readonly Trap[];
  /** Stops the call at this point for ever, so that the process can be killed there. */
  hold: { readonly call: CallName; readonly acted: boolean } | undefined;
  held: boolean;
  /** Where its first delivery stopped, when it was not by a trap. */
  stop: { readonly call: CallName; readonly acted: boolean } | undefined;
  progress: Progress;
  /** How often each trap was met. */
  readonly met: Map<Trap, number>;
  /** How often the message, or a later one about the same secret, was delivered. */
  deliveries: number;
  /** The home's version that was read back whole in this delivery and not written over since. */
  readBack: number | undefined;
  disturbed: boolean;
}

/** The function in a process that can be killed. */
export interface Actor {
  readonly container: Container;
  readonly kill: () => void;
}

export interface Theatre {
  readonly stage: Stage;
  readonly vaultFront: Front;
  readonly awsFront: Front;
  /** What the watch saw that must never be; each with the combination's name. */
  readonly violations: readonly string[];
  /** Names of all calls that came, in their order. */
  readonly heard: readonly Named[];
  /** How far the function's clock is ahead of the real one. */
  aheadMs: number;
  /** A fault for calls that belong to no secret; `met` counts. */
  cold: { readonly trap: Trap; met: number } | undefined;
  /** The same as a run's `hold`, for calls that belong to no secret. */
  coldHold: { readonly call: CallName; readonly acted: boolean; held: boolean } | undefined;
  /** Called with each call before it is treated. */
  onCall: (named: Named, when: "arrived" | "answering") => void;
  readonly addRun: (name: string, scenario: Scenario, traps?: readonly Trap[]) => Run;
  /** Called before each delivery of a run's message. */
  readonly begin: (run: Run) => void;
  /** Takes the record of the home template away, and with it what is known of the calls about it. */
  readonly forgetRecord: () => void;
  /** @param edit changes the text of the function that is loaded; without it that is the shipped one */
  readonly start: (changes?: Readonly<Record<string, string>>, edit?: (text: string) => string) => Promise<Actor>;
  readonly close: () => Promise<void>;
}

const editedFile = "__edited.js";
const isDelete = (call: CallName): boolean => call === "delete" || call === "delete-apart";

export async function openTheatre(): Promise<Theatre> {
  const [stage, node] = await Promise.all([openStage(), lambdaNode()]);
  const folder = mkdtempSync(join(tmpdir(), "homing-faults-"));
  const { environment, aws, vault, deployment } = stage;
  const {
    HOMING_HOME_PREFIX: prefix = "",
    HOMING_ACCOUNT: account = "",
    HOMING_REGION: region = "",
    HOMING_ENTITY_ID: entityId = "",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory = "",
  } = environment;
  const runs = new Map<string, Run>();
  const violations: string[] = [];
  const heard: Named[] = [];
  const records = freshProgress();
  let started = 0;

  const awsJson = (status: number, body: object): Response => ({
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(body),
  });
  // The fakes don't know how to take a deletion back, nor how to throttle.
  aws.instead = ({ action, input }) => {
    const run = [...runs.values()].find(({ subject }) => subject.secret.arn === input["SecretId"]);
    if (run === undefined) return undefined;
    if (action === "DeleteSecret" && run.scenario.throttlesDelete === true && run.deliveries === 1) {
      return awsJson(400, { __type: "ThrottlingException", message: "Rate exceeded" });
    }
    if (action !== "RestoreSecret") return undefined;
    Reflect.deleteProperty(run.subject.secret, "deletedDate");
    const { arn: ARN, name: Name } = run.subject.secret;
    return awsJson(200, { ARN, Name });
  };

  const progressOf = (secret: string): Progress => runs.get(secret)?.progress ?? freshProgress();

  /** A delete is sent only for what was read back from Vault in this very run, and only with the window. */
  function checkDelete(run: Run, body: string): void {
    const input = JSON.parse(body) as Record<string, unknown>;
    const { arn, versionId, tags } = run.subject.secret;
    const suffix = arn.slice(-6);
    const entry = homeEntry(run.subject);
    const label = entry?.labels[`v${entry.current.toString()}`];
    const expected: Readonly<Record<string, boolean>> = {
      "a delete without a proof of this run": run.readBack !== undefined && run.readBack === entry?.current,
      "a delete of what the home does not hold": holdsValueNow(run.subject),
      "a delete without a label of its version": label?.endsWith(`;${versionId}`) === true,
      "a delete without its announcement": entry?.labels["deleting"]?.includes(`;${versionId};`) === true,
      "a delete without its tag": tags.some(
        ({ Key, Value }) =>
          Key === "vault-mover" && Value.includes(`/d/${suffix}/${versionId}/${entry?.current.toString() ?? ""}/`),
      ),
      "a forced delete": !("ForceDeleteWithoutRecovery" in input),
      "a delete without the full window": input["RecoveryWindowInDays"] === windowDays,
    };
    for (const [text, holds] of Object.entries(expected)) if (!holds) violations.push(`${run.name}: ${text}`);
  }

  function checkMoment(run: Run, call: CallName): void {
    if (!run.scenario.keepsHome || run.subject.secret.deletedDate === undefined) return;
    if (!holdsValueNow(run.subject))
      violations.push(`${run.name}: after ${call} the value is only in a scheduled source`);
  }

  function treatmentOf({ name, secret }: Named): Treatment {
    const run = secret === undefined ? undefined : runs.get(secret);
    const hold = run === undefined ? theatre.coldHold : run.hold;
    if (hold?.call === name) {
      return { do: "silence", acted: hold.acted };
    }
    if (run === undefined) {
      const { cold } = theatre;
      if (cold?.trap.call !== name || (cold.trap.span === "once" && cold.met > 0)) return { do: "pass" };
      cold.met += 1;
      return treatmentAt(name, cold.trap.fault);
    }
    const trap = run.traps.find(({ call }) => call === name);
    if (trap === undefined) return { do: "pass" };
    const met = run.met.get(trap) ?? 0;
    if (trap.span === "once" ? met > 0 : run.deliveries > (trap.fault.deliveries ?? lastingDeliveries))
      return { do: "pass" };
    run.met.set(trap, met + 1);
    return treatmentAt(name, trap.fault);
  }

  /** Told of a call that never gets its answer. */
  function markHeld({ name, secret }: Named): void {
    const run = secret === undefined ? undefined : runs.get(secret);
    if (run?.hold?.call === name) run.held = true;
    if (secret === undefined && theatre.coldHold?.call === name) theatre.coldHold.held = true;
  }

  const hooks = (name: (call: Request) => Named | undefined) => {
    const names = new WeakMap<Request, Named>();
    return {
      now: () => Date.now() + theatre.aheadMs,
      arrived: (call: Request): Treatment => {
        const named = name(call);
        if (named === undefined) {
          violations.push(`a call that no move makes: ${call.method} ${call.path}`);
          return { do: "pass" };
        }
        names.set(call, named);
        heard.push(named);
        theatre.onCall(named, "arrived");
        const run = named.secret === undefined ? undefined : runs.get(named.secret);
        if (run !== undefined && isDelete(named.name)) checkDelete(run, call.body);
        const treatment = treatmentOf(named);
        if (treatment.do === "silence" && !treatment.acted) markHeld(named);
        return treatment;
      },
      acted: (call: Request, answer: Response, treatment: Treatment): void => {
        const named = names.get(call);
        if (named === undefined) return;
        const run = named.secret === undefined ? undefined : runs.get(named.secret);
        if (run !== undefined) {
          if (named.name === "write") run.readBack = undefined;
          if (named.name === "read-back" && treatment.do === "pass" && answer.status === 200) {
            const { data } = JSON.parse(answer.body) as { data: { metadata: { version: number } } };
            run.readBack = data.metadata.version;
          }
          if (isDelete(named.name) && answer.status === 200 && !run.disturbed) {
            run.disturbed = true;
            run.scenario.onDeleted?.(run.subject);
          }
          checkMoment(run, named.name);
        }
        if (treatment.do === "silence") markHeld(named);
        theatre.onCall(named, "answering");
      },
    };
  };

  const vaultFront = await startFront(
    vault.address,
    hooks((call) => nameVaultCall(call, progressOf, records)),
  );
  const awsFront = await startFront(
    aws.address,
    hooks((call) => nameAwsCall(call, progressOf)),
  );
  const atFront = (address: string): string => address.replace(aws.address, awsFront.address);

  const theatre: Theatre = {
    stage,
    vaultFront,
    awsFront,
    violations,
    heard,
    aheadMs: 0,
    cold: undefined,
    coldHold: undefined,
    onCall: () => undefined,
    addRun: (name, scenario, traps = []) => {
      const secretId = secretName(runs.size + 1);
      const path = `${prefix}/${account}/${region}/${secretId}`;
      const homes = vault.homes;
      const secret: StoredSecret = scenario.begin({ name: secretId, aws, homes, path, entityId });
      const run: Run = {
        name,
        scenario,
        subject: { secret, path, homes, entityId },
        traps,
        hold: undefined,
        held: false,
        stop: undefined,
        readBack: undefined,
        progress: freshProgress(),
        met: new Map(),
        deliveries: 0,
        disturbed: false,
      };
      runs.set(secretId, run);
      return run;
    },
    begin: (run) => {
      run.deliveries += 1;
      run.progress = freshProgress();
      run.readBack = undefined;
    },
    forgetRecord: () => {
      Reflect.deleteProperty(vault.homes.entries, templateRecordPath({ account, region }));
      Reflect.deleteProperty(records, "last");
    },
    start: async (changes = {}, edit) => {
      started += 1;
      const pidFile = join(folder, started.toString());
      if (edit !== undefined) {
        const shipped = readFileSync(join(deployment.directory, "__index.js"), "utf8");
        writeFileSync(join(deployment.directory, editedFile), edit(shipped));
      }
      // A new process reads the record before anything else.
      Reflect.deleteProperty(records, "last");
      const container = await startContainer({
        node,
        directory: deployment.directory,
        memory: Number(memory),
        ...(edit === undefined ? {} : { file: editedFile }),
        env: {
          ...environment,
          POWERTOOLS_LOG_LEVEL: "DEBUG",
          AWS_ENDPOINT_URL: awsFront.address,
          HOMING_VAULT_ADDRESS: vaultFront.address,
          HOMING_QUEUE_URL: atFront(aws.queueUrl),
          HOMING_DEAD_LETTER_QUEUE_URL: atFront(aws.deadLetterQueueUrl),
          HOMING_RECOVERY_WINDOW_DAYS: windowDays.toString(),
          HOMING_REPLICAS: "remove",
          HOMING_REPLICA_REGIONS: JSON.stringify(replicaRegions),
          FAULTS_PID_FILE: pidFile,
          NODE_OPTIONS: `--require ${join(__dirname, "preload.js")}`,
          ...changes,
        },
      });
      const pid = Number(readFileSync(pidFile, "utf8"));
      if (container.loaded.is === "failed") throw new Error(`the function does not load: ${container.output()}`);
      return { container, kill: () => process.kill(pid, "SIGKILL") };
    },
    close: async () => {
      await stage.close();
      vaultFront.stop();
      awsFront.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return theatre;
}
