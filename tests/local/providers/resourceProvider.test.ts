import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import type { CheckResult } from "@pulumi/pulumi/provider";
import { providerOf } from "../../../local/providers/resourceProvider";
import type { ResourceType } from "../../../local/providers/resourceType";
import { secretOf } from "../../../local/providers/values";

const urn = "urn:pulumi:dev::homing::homing:aws:SecretMover$test:index/box:Box::mover-box";

const box: ResourceType = {
  properties: {
    name: { kind: "text", replaces: true },
    kind: { kind: "text", replaces: true },
    label: { kind: "text" },
  },
  autoName: "name",
  identity: ["name"],
  create: (inputs) =>
    inputs.label === "boom!"
      ? Promise.reject(new Error("server dislikes boom!"))
      : Promise.resolve({ id: "1", outputs: { arn: "arn:1", nothing: undefined, deep: { nothing: undefined } } }),
  read: (id) => Promise.resolve(id === "gone" ? undefined : { name: "n", kind: "k", label: "server's" }),
  update: () => Promise.resolve({ version: 2 }),
  remove: () => Promise.resolve(),
};

const provider = providerOf({
  types: { "test:index/box:Box": box },
  invokes: {
    "test:index/get:get": { properties: { a: { kind: "text" } }, run: (args) => Promise.resolve({ ...args }) },
  },
});
const { check, diff, create, read, update, invoke } = provider;

const nameOf = ({ inputs }: CheckResult): unknown => (inputs as { name: unknown }).name;

describe("the provider of a table of types", () => {
  it("names a resource after itself and keeps the name", async () => {
    const first = nameOf(await check(urn, {}, {}));
    const again = nameOf(await check(urn, { name: first }, {}));
    const replacement = nameOf(await check(urn, {}, {}));

    match(String(first), /^mover-box-[0-9a-f]{7}$/);
    equal(again, first);
    notEqual(replacement, first);
  });

  it("gives up an explicit name that the program no longer gives", async () => {
    match(String(nameOf(await check(urn, { name: "mine" }, {}))), /^mover-box-/);
  });

  it("doesn't name the failing property apart, where the engine would print its value", async () => {
    const { failures } = await check(urn, {}, { label: secretOf(7), colour: secretOf("red") });

    deepEqual(failures, [
      { property: "", reason: "property label must be of kind text" },
      { property: "", reason: "property colour is not supported by the local provider" },
    ]);
  });

  it("sees no change in equal inputs, whatever the server added", async () => {
    const state = { name: "n", label: secretOf("l"), arn: "arn:1" };

    equal((await diff("1", urn, state, { name: "n", label: "l" })).changes, false);
  });

  it("updates for a changed property, and for one that is gone", async () => {
    deepEqual(await diff("1", urn, { name: "n", label: "l" }, { name: "n", label: "m" }), {
      changes: true,
      changed: ["label"],
      replaces: [],
      deleteBeforeReplace: false,
    });
    equal((await diff("1", urn, { name: "n", label: "l" }, { name: "n" })).changes, true);
  });

  it("replaces for a property that can't change, deleting first where the name stays taken", async () => {
    const replaced = { changes: true, changed: ["kind"], replaces: ["kind"] };
    const explicit = await diff("1", urn, { name: "n", kind: "a" }, { name: "n", kind: "b" });
    const name = "mover-box-0a1b2c3";
    const automatic = await diff("1", urn, { name, kind: "a" }, { name, kind: "b" });
    const renamed = await diff("1", urn, { name: "n" }, { name: "m" });

    deepEqual(explicit, { ...replaced, deleteBeforeReplace: true });
    deepEqual(automatic, { ...replaced, deleteBeforeReplace: false });
    deepEqual(renamed, { changes: true, changed: ["name"], replaces: ["name"], deleteBeforeReplace: false });
  });

  it("keeps the secret mark of an input in the output, and leaves out what has no value", async () => {
    const created = await create(urn, { name: "n", label: secretOf("l") });

    deepEqual(created.outs, { name: "n", label: secretOf("l"), arn: "arn:1", deep: {} });
  });

  it("says type, name, step and the server's message, but no secret", async () => {
    await rejects(create(urn, { label: secretOf("boom!") }), {
      message: 'test:index/box:Box "mover-box": create: server dislikes [secret]',
    });
  });

  it("keeps what the server can't change when it updates", async () => {
    const updated = await update("1", urn, { name: "n", label: "l", arn: "arn:1" }, { name: "n", label: "m" });

    deepEqual(updated.outs, { name: "n", label: "m", arn: "arn:1", version: 2 });
  });

  it("reads what the server holds, and tells when there is nothing", async () => {
    const found = await read("1", urn, { name: "n", kind: "k", label: "mine", arn: "arn:1" });

    deepEqual(found.inputs, { name: "n", kind: "k", label: "server's" });
    deepEqual(found.props, { name: "n", kind: "k", label: "server's", arn: "arn:1" });
    deepEqual(await read("gone", urn, {}), { id: "", props: {} });
  });

  it("finds an object by its state where the id follows a property that changed in place", async () => {
    const asked: string[] = [];
    const road: ResourceType = {
      ...box,
      properties: { path: { kind: "text" } },
      identity: ["path"],
      idOf: ({ path }) => (typeof path === "string" ? path : undefined),
      read: (id) => Promise.resolve({ path: (asked.push(`read ${id}`), id) }),
      update: (id) => Promise.resolve((asked.push(`update ${id}`), {})),
      remove: (id) => Promise.resolve(void asked.push(`remove ${id}`)),
    };
    const roads = providerOf({ types: { "test:index/box:Box": road }, invokes: {} });
    const moved = { path: "new" };

    equal((await roads.read("old", urn, moved)).id, "new");
    equal((await roads.read("imported", urn, {})).id, "imported");
    await roads.update("old", urn, moved, { path: "newer" });
    await roads.delete("old", urn, moved);

    deepEqual(asked, ["read new", "read imported", "update new", "remove new"]);
  });

  it("refuses a type, a function and an argument that it doesn't know", async () => {
    await rejects(
      check("urn:pulumi:dev::homing::test:index/bag:Bag::b", {}, {}),
      /test:index\/bag:Bag "b": .*no such type/,
    );
    await rejects(invoke("test:index/put:put", {}), /test:index\/put:put: .*no such function/);
    deepEqual((await invoke("test:index/get:get", { b: "1" })).failures?.[0]?.property, "b");
  });
});
