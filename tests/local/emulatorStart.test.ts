import { equal } from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { installTools } from "../../local/tools";

const run = promisify(execFile);

/** A worker of the emulator whose function has written to its pipe; the thread that reads the pipe has not run yet. */
const worker = `
import os, queue, types
from emulatorStart import Worker, take

read, write = os.pipe()
worker = Worker.__new__(Worker)
worker._stderr_queue = queue.Queue()
worker._proc = types.SimpleNamespace(stderr=os.fdopen(read))
written = lambda text: os.write(write, text.encode())
shown = lambda: print(repr(worker._drain_stderr_bounded()))
`;

/** Two secrets, one of which has a replica, and the list of both. */
const list = `
import json
from emulatorStart import secretsmanager

def listed():
    status, _, body = secretsmanager._list_secrets({})
    for entry in json.loads(body)["SecretList"]:
        print(entry["Name"], entry.get("PrimaryRegion"))

for name in ["alone", "replicated"]: secretsmanager._create_secret({"Name": name, "SecretString": "x"})
replicas = [{"Region": "eu-west-1"}]
secretsmanager._replicate_secret_to_regions({"SecretId": "replicated", "AddReplicaRegions": replicas})
listed()
`;

describe("the emulator", () => {
  let python = "";

  before(async function () {
    this.timeout(30 * 60_000);
    const tools = await installTools({ server: "vault", vaultAwsPlugin: true, progress: () => undefined });
    python = join(dirname(tools.ministack), "python");
  });

  async function printsOf(script: string): Promise<string> {
    const local = join(__dirname, "..", "..", "local");
    const { stdout } = await run(python, ["-B", "-c", script], {
      env: { PYTHONPATH: local, STATE_DIR: "/nonexistent" },
    });
    return stdout;
  }
  const prints = (...script: readonly string[]): Promise<string> => printsOf([worker, ...script].join("\n"));

  it("names the primary region of a replicated secret in its list, as AWS does, and of no other", async () => {
    equal(await printsOf(list), "alone None\nreplicated us-east-1\n");
  });

  it("takes every line of a function that was written before the answer", async () => {
    equal(
      await prints('written("one\\n" + "long" * 10_000 + "\\ntwo\\n")', "print(len(worker._drain_stderr_bounded()))"),
      "40008\n",
    );
  });

  it("leaves what a function has not written yet to the next invocation, and parts no line", async () => {
    const script = ['written("one\\ntw")', "shown()", 'written("o\\n")', "shown()", "shown()"];

    equal(await prints(...script), "'one'\n'two'\n''\n");
  });

  it("ends with the function's process, whose last line needs no end", async () => {
    const script = [
      'written("one\\nlast")',
      "os.close(write)",
      "print(take(worker._proc.stderr, worker._stderr_queue))",
      "shown()",
    ];

    equal(await prints(...script), "False\n'one\\nlast'\n");
  });

  it("waits for the last words of a process that was ended", async () => {
    const script = [
      "import threading",
      "worker._stderr_thread = threading.Thread(target=worker._read_stderr)",
      "worker._stderr_thread.start()",
      'written("one\\n")',
      "while worker._stderr_queue.empty(): pass",
      "worker._proc = None",
      'written("last")',
      "os.close(write)",
      "shown()",
    ];

    equal(await prints(...script), "'one\\nlast'\n");
  });
});
