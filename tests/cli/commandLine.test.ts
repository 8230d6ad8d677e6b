import * as assert from "node:assert/strict";

import { CreateSecretCommand, DeleteSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";

import { useCloud } from "../system/support/bench";
import { operatorSettings } from "../system/support/operatorLogin";
import { backfill } from "./support/backfill";
import { homingIn } from "./support/homing";
import { terminalLogins } from "./support/terminalLogins";

describe("homing in a terminal", function () {
  this.timeout(600_000);
  // A token for the whole suite.
  const settings = { ...operatorSettings, tokenTtlMinutes: "60" };
  const bench = useCloud({ name: "cli", login: "aws", server: "vault", settings });
  const homing = homingIn(() => bench().system());
  let logins: Awaited<ReturnType<typeof terminalLogins>>;
  before(async () => {
    logins = await terminalLogins(bench());
  });

  it("plans by the deployment's own settings: a record for each secret, exit code 0 while there is nothing to do", async () => {
    const { sources, canary } = bench();
    await sources.createHeld("held/one", canary);
    await sources.create("exempt/one", canary);

    const { code, records, err } = await homing.run(["plan", "--json"]);

    assert.equal(code, 0, err);
    const shown = records.map(({ type, secret, act, outcome, reason, intent }) => [
      type,
      secret,
      act,
      outcome,
      reason,
      intent,
    ]);
    assert.deepEqual(shown.slice(0, 2).sort(), [
      ["secret", "exempt/one", "nothing", "skipped", "exempt", undefined],
      ["secret", "held/one", "nothing", "skipped", "audit", "copy"].slice(0, 5).concat(["move"]),
    ]);
    assert.equal(records.at(-1)?.["type"], "summary");
  });

  it("through the fleet, killed three times: plan = result, nothing lost, and a second run does nothing", async () => {
    const report = await backfill({
      bench: bench(),
      homing,
      prefix: "fleet",
      secrets: 40,
      kills: 3,
      args: ["--concurrency", "10"],
    });

    assert.deepEqual(report.planned, { "moved: proven": 38, "skipped: exempt": 1, "copied: owned-by-iac": 1 });
    assert.deepEqual([report.moved, report.kept, report.killedAt.length], [38, 2, 3]);
  });

  it("with --local, killed three times: the same", async () => {
    const args = ["--local", "--concurrency", "8"];
    const env = { VAULT_TOKEN: logins.operator };
    const report = await backfill({
      bench: bench(),
      homing,
      prefix: "local",
      secrets: 40,
      kills: 3,
      args,
      env,
      ageUnseen: true,
    });

    assert.deepEqual(report.planned, { "moved: proven": 38, "skipped: exempt": 1, "copied: owned-by-iac": 1 });
    assert.deepEqual([report.moved, report.kept, report.killedAt.length], [38, 2, 3]);
  });

  it("with --local asks who the login is before anything, and says which setting lets it in", async () => {
    const { sources, canary } = bench();
    const { arn } = await sources.createHeld("stranger/one", canary);

    const stranger = await homing.run(["move", "--local", "--name", "stranger/*"], {
      env: { VAULT_TOKEN: logins.person },
    });
    const root = await homing.run(["move", "--local", "--name", "stranger/*"]);

    assert.equal(stranger.code, 1);
    assert.match(
      stranger.err,
      /^This login is Vault's entity [0-9a-f-]{36}, which is no operator's: .*`pulumi stack output operatorLoginRoles`\.\n$/,
    );
    assert.equal(root.code, 1);
    assert.match(root.err, /^This Vault token has no identity entity/);
    assert.equal(await sources.isScheduled(arn), false);
  });

  it("stops at Ctrl-C or a SIGTERM after what is under way, and the next run goes on", async () => {
    const { canary, clients } = bench();
    for (let index = 0; index < 40; index += 1) {
      await clients.silent.send(new CreateSecretCommand({ Name: `stop/${index}`, SecretString: canary }));
    }
    const env = { VAULT_TOKEN: logins.operator };

    const args = ["move", "--local", "--json", "--yes", "--concurrency", "1", "--name", "stop/*"];
    const stopped = await homing.run(args, { env, signalAt: { signal: "SIGINT", outcomes: 2 } });
    const terminated = await homing.run(args, { env, signalAt: { signal: "SIGTERM", outcomes: 2 } });
    const rest = await homing.run(args, { env });

    let ended = 0;
    for (const { code, records, err } of [stopped, terminated]) {
      assert.equal(code, 130, err);
      assert.match(err, /^Stopping: nothing more is begun/m);
      const here = records.filter(({ type }) => type === "outcome").length;
      assert.ok(here >= 2 && ended + here < 40, `${ended} and ${here} ended`);
      ended += here;
    }
    assert.equal(rest.records.filter(({ type }) => type === "outcome").length, 40 - ended);
    assert.equal(rest.code, 0, rest.err);
    const after = await homing.run(["plan", "--name", "stop/*"]);
    assert.equal(after.code, 0, after.out);
  });

  it("tells how far it is: moved, left by reason, and when deletions become final", async () => {
    const { code, records, err } = await homing.run(["status", "--json"]);

    assert.equal(code, 0, err);
    const { moved, deletions, groups } = records[0] as {
      moved: number;
      deletions: Record<string, number>;
      groups: { reason: string; secrets: number }[];
    };
    assert.equal(moved, 116);
    assert.equal(
      Object.values(deletions).reduce((sum, secrets) => sum + secrets),
      116,
    );
    for (const date of Object.keys(deletions)) assert.ok(Date.parse(date) - Date.now() > 28 * 86_400_000, date);
    assert.equal(groups.find(({ reason }) => reason === "exempt")?.secrets, 3);
  });

  it("verifies every moved and copied secret, and finds a home that somebody deleted", async () => {
    const { homes, home } = bench();
    const sound = await homing.run(["verify", "--json"]);
    assert.equal(sound.code, 0, sound.err + sound.out);
    const counts = sound.records.at(-1);
    assert.deepEqual([counts?.["moved"], counts?.["equal"], counts?.["wrong"]], [116, 2, 0]);

    await homes.remove(home("fleet/00001"));
    const unsound = await homing.run(["verify", "--name", "fleet/*"]);

    assert.equal(unsound.code, 2);
    assert.match(unsound.out, /^wrong: fleet\/00001: the current version of its home was deleted/);
  });

  it("undoes one deletion, by the home's name, and the mover leaves it be", async () => {
    const { sources, home, system, log } = bench();
    const name = "fleet/00002";
    const { ARN: arn = "" } = await sources.describe(name);

    const { code, out } = await homing.run(["undo", `${system().mount}/${home(name)}`, "--yes"]);

    assert.equal(code, 0, out);
    assert.equal(await sources.isScheduled(arn), false);
    await sources.ageDeletion(arn);
    await sources.nudge(arn);
    await log.outcome(arn, { outcome: "unchanged", reason: "undone" });
    assert.equal(await sources.isScheduled(arn), false);
  });

  it("undoes a run: all that was deleted since, and no more the second time", async () => {
    const { sources } = bench();
    const args = ["--since", "2h", "--name", "local/0000*", "--json"];
    const asked = await homing.run(["undo", ...args]);
    const untouched = await sources.isScheduled("local/00000");
    const first = await homing.run(["undo", ...args, "--yes"]);
    const second = await homing.run(["undo", ...args, "--yes"]);

    assert.deepEqual([asked.code, untouched], [1, true]);
    assert.match(asked.err, /^9 deletions of this mover in the last 2h: .*\nNobody is here to be asked: say --yes/s);
    assert.equal(first.code, 0, first.err);
    // local/00007 is exempt and was never moved.
    assert.deepEqual([first.records.at(-1)?.["restored"], second.records.at(-1)?.["restored"]], [9, 0]);
    for (let index = 0; index < 10; index += 1) assert.equal(await sources.isScheduled(`local/0000${index}`), false);
    assert.equal(await sources.isScheduled("local/00010"), true);
  });

  it("releases what was undone, and the mover moves it again", async () => {
    const { sources, log } = bench();
    const args = ["--since", "2h", "--name", "local/00000", "--json"];
    const asked = await homing.run(["release", ...args]);
    const { ARN: arn = "" } = await sources.describe("local/00000");
    const tagAsked = (await sources.tags(arn))["vault-mover"];
    const released = await homing.run(["release", ...args, "--yes"]);
    const again = await homing.run(["release", "local/00001", "--yes"]);

    assert.equal(asked.code, 1);
    assert.match(asked.err, /^1 secret: local\/00000\.\n.*\nNobody is here to be asked: say --yes/s);
    assert.notEqual(tagAsked, "again");
    assert.deepEqual([released.code, released.records.at(-1)?.["released"], again.code], [0, 1, 0], released.err);
    // By the event of the tag alone: a message more would set two movers on one secret.
    await log.outcome(arn, { outcome: "moved" });
    assert.equal(await sources.isScheduled(arn), true);
  });

  it("restores after the window: the same bytes, the same tags, exempt from the first moment", async () => {
    const { clients, sources, canary, log } = bench();
    const bytes = Buffer.from(`${canary}\u0000\u00ff`, "latin1");
    const { arn } = await sources.create("after/window", bytes, { team: "payments" });
    await log.outcome(arn, { outcome: "moved" });
    const early = await homing.run(["restore", "after/window"]);
    await clients.secrets.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }));

    const asked = await homing.run(["restore", "after/window"]);
    const { code, err } = await homing.run(["restore", "after/window", "--with-tags", "--yes"]);

    assert.equal(asked.code, 1);
    assert.match(asked.err, /^Creates after\/window in Secrets Manager .*\nNobody is here to be asked: say --yes/s);
    assert.deepEqual([early.code, code], [1, 0], err);
    assert.match(early.err, /still in its recovery window: homing undo brings it back/);
    const { SecretBinary, ARN = "" } = await clients.secrets.send(
      new GetSecretValueCommand({ SecretId: "after/window" }),
    );
    assert.deepEqual(Buffer.from(SecretBinary ?? []), bytes);
    assert.notEqual(ARN, arn);
    assert.deepEqual(await sources.tags(ARN), { "vault-mover-mode": "exempt", team: "payments" });
    await log.outcome(ARN, { outcome: "skipped", reason: "exempt" });
    const twice = await homing.run(["restore", "after/window"]);
    assert.equal(twice.code, 1);
    assert.match(twice.err, /is in Secrets Manager already: nothing is restored over it/);
  });

  it("resolves a conflict: by the source's value through the mover, or by Vault's", async () => {
    const { sources, homes, home, log, canary } = bench();
    const refused = async (name: string): Promise<string> => {
      await homes.write(home(name), { value: `${canary}-vault` });
      const { arn } = await sources.create(name, `${canary}-source`);
      await log.outcome(arn, { outcome: "refused", reason: "home-conflict" });
      return arn;
    };
    const [taken, kept] = [await refused("resolve/take"), await refused("resolve/keep")];
    const env = { VAULT_TOKEN: logins.operator };

    const asked = await homing.run(["resolve", "resolve/take", "--take"], { env });
    const take = await homing.run(["resolve", "resolve/take", "--take", "--yes"], { env });
    const keep = await homing.run(["resolve", "resolve/keep", "--keep", "--yes", "--home-version", "1"]);

    assert.equal(asked.code, 1);
    assert.match(asked.err, /They hold different values\.\nTaking makes .*\nNobody is here to be asked: say --yes/s);
    assert.deepEqual([take.code, keep.code], [0, 0], take.err + keep.err);
    assert.deepEqual(await homes.read(home("resolve/take")), { version: 2, data: { value: `${canary}-source` } });
    assert.deepEqual(await homes.read(home("resolve/keep")), { version: 1, data: { value: `${canary}-vault` } });
    assert.equal(await sources.isScheduled(taken), true);
    assert.match(take.out, /The mover's outcome is moved/);
    assert.equal(await sources.isScheduled(kept), true);
    await log.outcome(taken, { outcome: "moved" });
  });

  it("shows what the mover has logged of a secret, without a login at Vault", async () => {
    const { sources, canary, log } = bench();
    const { arn } = await sources.create("logged/one", canary);
    await log.outcome(arn, { outcome: "moved" });

    const text = await homing.run(["log", "logged/one"], { env: { VAULT_TOKEN: "" } });
    const { code, records } = await homing.run(["log", arn, "--json"], { env: { VAULT_TOKEN: "" } });

    assert.deepEqual([text.code, code], [0, 0], text.err);
    assert.match(text.out, /^\S+ \S+ {2}moved: proven {2}logged\/one\n/);
    const outcomes = records.filter(({ type }) => type === "outcome");
    assert.deepEqual([outcomes[0]?.["secret"], outcomes[0]?.["arn"]], ["logged/one", arn]);
  });

  describe("says in one line what to do", () => {
    const cases: readonly {
      readonly what: string;
      readonly args: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly says: RegExp;
    }[] = [
      {
        what: "a wrong filter",
        args: ["plan", "--older-than", "soon"],
        says: /^--older-than soon is no time: .*2h\.$/,
      },
      {
        what: "a Vault that is away",
        args: ["plan", "--vault-address", "http://127.0.0.1:9"],
        says: /^vault-unreachable at step read-home: ECONNREFUSED: can this machine reach it/,
      },
      {
        what: "an address of another Vault in the environment",
        args: ["plan"],
        env: { VAULT_ADDR: "https://elsewhere.example" },
        says: /^VAULT_ADDR is https:\/\/elsewhere\.example, and the deployment's Vault is /,
      },
      {
        what: "a token that has ended",
        args: ["move"],
        env: { VAULT_TOKEN: "hvs.ended" },
        says: /^vault-denied at step read-home: Vault answered with status 403: the token has ended or its policy/,
      },
      {
        what: "credentials that AWS does not know",
        args: ["plan"],
        env: { AWS_ACCESS_KEY_ID: "AKIAEXPIRED", AWS_SECRET_ACCESS_KEY: "none" },
        says: /^AWS refuses the credentials \(\w+\): log in to AWS anew/,
      },
      {
        what: "another stack",
        args: ["plan", "--stack", "other"],
        says: /^There is no function homing-other-us-east-1 in /,
      },
      { what: "no token", args: ["plan"], env: { VAULT_TOKEN: "" }, says: /^There is no Vault token: run vault login/ },
      { what: "undo of everything", args: ["undo"], says: /^Say one secret .*, or --since/ },
    ];
    for (const { what, args, env = {}, says } of cases) {
      it(what, async () => {
        // Something that plan and move have to look at in Vault.
        await bench().sources.createHeld(`held/${what.replaceAll(" ", "-")}`, bench().canary);
        const text = await homing.run(args, { env });
        const json = await homing.run([...args, "--json"], { env });

        assert.equal(text.code, 1, text.out);
        assert.match(text.err.trimEnd(), says);
        assert.equal(text.err.trimEnd().split("\n").length, 1, text.err);
        assert.deepEqual(json.records.at(-1), { type: "error", error: text.err.trimEnd() });
      });
    }
  });

  describe("on the screen", () => {
    it("shows no value, whatever it did", () => {
      assert.ok(homing.printed().length > 10_000);
      assert.ok(!homing.printed().includes(bench().canary));
    });
  });
});
