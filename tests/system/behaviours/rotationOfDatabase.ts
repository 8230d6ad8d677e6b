import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand } from "@aws-sdk/client-lambda";

import { accepts, verifierOf } from "../../../examples/rotation-postgres/database";
import type { LocalStack, UpResult } from "../../../local/stack";
import type { RotatorAnswer } from "../../../runtime/rotator/handler";
import { copiedExample } from "../../support/exampleFolder";
import type { ExampleFolder } from "../../support/exampleFolder";
import { startPostgres } from "../../support/postgresServer";
import type { PostgresServer } from "../../support/postgresServer";
import type { Bench } from "../support/bench";
import { eventually } from "../support/eventually";

const secretName = "payments/database";
const { signal } = new AbortController();

/** The example of a database's rotation: its function loads a package of its own, `pg`. */
export function describeRotationOfDatabase(bench: () => Bench): void {
  describe("a program that rotates the password of a PostgreSQL", () => {
    let server: PostgresServer;
    let example: ExampleFolder;
    let stack: LocalStack;
    let deployed: UpResult;
    const passwords: string[] = [];

    /** Looks as the rule would, but every second, until an attempt ends so. */
    async function until(outcome: RotatorAnswer["outcome"], event: object = {}): Promise<void> {
      const answers: string[] = [];
      while (answers.length < 30) {
        const { Payload } = await bench().clients.lambda.send(
          new InvokeCommand({ FunctionName: deployed.outputs["functionName"], Payload: JSON.stringify(event) }),
        );
        const text = Buffer.from(Payload ?? []).toString("utf8");
        answers.push(text);
        if ((JSON.parse(text) as RotatorAnswer).outcome === outcome) return;
        await sleep(1_000);
      }
      throw new Error(`no attempt came to ${outcome}: ${answers.join(", ")}`);
    }

    async function inVault(): Promise<Readonly<Record<string, unknown>>> {
      const { home, homes } = bench();
      const value = (await homes.read(home(secretName)))?.data as Readonly<Record<string, unknown>>;
      passwords.push(String(value["password"]));
      return value;
    }

    before(async function () {
      this.timeout(300_000);
      const { cloud, log, sources, system } = bench();
      server = await startPostgres();
      await server.query(readFileSync(join(__dirname, "../../../examples/rotation-postgres/users.sql"), "utf8"));
      const password = randomBytes(16).toString("hex");
      await server.query(`ALTER ROLE payments_a PASSWORD '${verifierOf({ password })}'`);
      const { host, port, database: dbname } = server;
      const first = { engine: "postgres", host, port, dbname, username: "payments_a", password };
      const { arn } = await sources.create(secretName, JSON.stringify(first));
      await log.outcome(arn, { outcome: "moved" });
      example = copiedExample("rotation-postgres");
      stack = await cloud.openBeside({ name: "local-database", program: example.folder });
      deployed = await stack.up({
        "homing-rotation-postgres:moverStack": `organization/homing/${system().stack}`,
        "homing-rotation-postgres:overlapSeconds": "6",
        "homing-rotation-postgres:sslMode": "disable",
      });
    });

    after(async () => {
      await stack.destroy();
      example.remove();
      await server.stop();
    });

    it("gives its two users new passwords in turn, and ends the former", async function () {
      this.timeout(120_000);
      for (const username of ["payments_b", "payments_a"]) {
        const former = await inVault();
        await until("rotated", { rotate: "start" });
        const current = await inVault();
        assert.deepEqual({ ...current, password: "" }, { ...former, username, password: "" });
        assert.deepEqual([await accepts(current, signal), await accepts(former, signal)], [true, true]);
        await until("retired");
        assert.deepEqual([await accepts(current, signal), await accepts(former, signal)], [true, false]);
      }
    });

    it("writes no password into its log", async () => {
      const logGroupName = `/aws/lambda/${deployed.outputs["functionName"] ?? ""}`;
      const text = await eventually(
        async () => {
          const { events = [] } = await bench().clients.logs.send(new FilterLogEventsCommand({ logGroupName }));
          const all = events.map(({ message }) => message ?? "").join("");
          return all.includes("retired: the former value has ended") ? all : undefined;
        },
        () => "no line of it",
      );
      assert.deepEqual(
        passwords.filter((password) => text.includes(password)),
        [],
      );
    });
  });
}
