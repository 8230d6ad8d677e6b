import { gunzipSync } from "node:zlib";
import { isMap, listOf, textsOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { secretsIn } from "../secretFormats";

/** A text of a resource and where in it. */
type Placed = readonly [place: string, text: string];

/** More than any user data has; a bomb is not unpacked any further. */
const mostBytes = 1_048_576;

/** User data as the machine sees it: it may be given in base64, and packed by gzip. */
function userDataOf(text: string): string {
  const isBase64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text);
  const bytes = Buffer.from(text, isBase64 ? "base64" : "utf8");
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return isBase64 ? `${text}\n${bytes.toString("utf8")}` : text;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes }).toString("utf8");
  } catch {
    return text; // Damaged or far too large: the machine can't use it either.
  }
}

const userData = (resource: Looked): readonly Placed[] =>
  ["userData", "userDataBase64"].flatMap((property) =>
    textsOf(resource.read(property)).map((text): Placed => [property, userDataOf(text)]),
  );

function lambdaEnvironment(resource: Looked): readonly Placed[] {
  const variables = resource.read("environment", "variables");
  return isMap(variables)
    ? Object.entries(variables).flatMap(([name, value]) =>
        textsOf(value).map((text): Placed => [`the environment variable ${name}`, text]),
      )
    : [];
}

function containers(definitions: Known): readonly Known[] {
  if (typeof definitions !== "string") return listOf(definitions);
  try {
    return listOf(JSON.parse(definitions) as Known);
  } catch {
    return []; // ECS refuses it.
  }
}

function taskDefinition(resource: Looked): readonly Placed[] {
  return containers(resource.read("containerDefinitions"))
    .filter(isMap)
    .flatMap((container) => {
      const of = `of the container ${typeof container["name"] === "string" ? container["name"] : "without a name"}`;
      const variables = listOf(container["environment"])
        .filter(isMap)
        .flatMap(({ name, value }) =>
          textsOf(value).map((text): Placed => [
            `the environment variable ${typeof name === "string" ? name : ""} ${of}`,
            text,
          ]),
        );
      const words = ["command", "entryPoint"].flatMap((part) =>
        textsOf(container[part]).map((text): Placed => [`the ${part} ${of}`, text]),
      );
      return [...variables, ...words];
    });
}

function parameter(resource: Looked): readonly Placed[] {
  // A SecureString has a rule of its own.
  if (resource.read("type") === "SecureString") return [];
  return ["value", "insecureValue"].flatMap((property) =>
    textsOf(resource.read(property)).map((text): Placed => [property, text]),
  );
}

const places: Readonly<Record<string, (resource: Looked) => readonly Placed[]>> = {
  "aws:lambda/function:Function": lambdaEnvironment,
  "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
  "aws:ssm/parameter:Parameter": parameter,
  "aws:ec2/instance:Instance": userData,
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": userData,
  "aws:ec2/launchTemplate:LaunchTemplate": userData,
  "aws:ec2/launchConfiguration:LaunchConfiguration": userData,
};

export const noLiteralSecret = rule<object>({
  name: "no-literal-secret",
  description:
    "No secret of a known format stands in the configuration of functions, containers, machines or parameters.",
  level: "mandatory",
  types: Object.keys(places),
  check: (resource) =>
    (places[resource.type]?.(resource) ?? []).flatMap(([place, text]) =>
      secretsIn(text).map(
        (what) =>
          `The resource ${resource.name} holds ${what} in ${place}, readable by all who may describe it: write it to Vault, have the program read it there at run time, and replace the secret, which is in the state now.`,
      ),
    ),
});
