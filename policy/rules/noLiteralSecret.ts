import { gunzipSync } from "node:zlib";
import { readJson } from "../jsonText";
import { isMap, listOf, textsOf } from "../known";
import type { Known } from "../known";
import { rule } from "../rule";
import type { Looked } from "../rule";
import { secretsIn } from "../secretFormats";
import { textsWithin } from "../texts";
import type { TextWithin } from "../texts";

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

/** A name as a sentence may say it: a secret may have been used as a name. */
const shown = (name: string): string => (secretsIn(name).length === 0 ? name : "(a name not shown)");
const shownPath = (path: readonly string[]): string => path.map(shown).join(".");

const placed = (value: Known, place: (path: readonly string[]) => string): readonly Placed[] =>
  textsWithin(value).map(({ path, text }: TextWithin): Placed => [place(path), text]);

/** All of a function but its code, which is no configuration. */
function lambdaFunction(resource: Looked): readonly Placed[] {
  const variables = placed(resource.read("environment", "variables"), ([name]) =>
    name === undefined ? "the names of the environment variables" : `the environment variable ${shown(name)}`,
  );
  const others = ["description", "imageConfig", "tags"].flatMap((property) =>
    placed(resource.read(property), (path) => shownPath([property, ...path])),
  );
  return [...variables, ...others];
}

function containerTexts(container: Known): readonly Placed[] {
  const name = isMap(container) ? container["name"] : undefined;
  const of = `of the container ${typeof name === "string" ? shown(name) : "without a name"}`;
  return placed(container, (path) => {
    const [property, variable] = path;
    if (property === "environment" && variable !== undefined)
      return `the environment variable ${shown(variable)} ${of}`;
    return path.length === 0 ? `the members ${of}` : `the ${shownPath(path)} ${of}`;
  });
}

/** All of a task definition: containers take options in many places, and more are to come. */
function taskDefinition(resource: Looked): readonly Placed[] {
  const properties = resource.read();
  if (!isMap(properties)) return [];
  const { containerDefinitions, ...others } = properties;
  const read = typeof containerDefinitions === "string" ? readJson(containerDefinitions) : undefined;
  // What is no JSON ECS refuses, but it is in the state by then.
  const isBroken = typeof containerDefinitions === "string" && read === undefined;
  const containers = isBroken
    ? placed(containerDefinitions, () => "containerDefinitions")
    : listOf(read === undefined ? containerDefinitions : read.value).flatMap(containerTexts);
  return [...containers, ...placed(others, (path) => (path.length === 0 ? "the properties" : shownPath(path)))];
}

function parameter(resource: Looked): readonly Placed[] {
  // A SecureString has a rule of its own.
  if (resource.read("type") === "SecureString") return [];
  return ["value", "insecureValue"].flatMap((property) =>
    textsOf(resource.read(property)).map((text): Placed => [property, text]),
  );
}

const places: Readonly<Record<string, (resource: Looked) => readonly Placed[]>> = {
  "aws:lambda/function:Function": lambdaFunction,
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
  check: (resource) => {
    const sentences = (places[resource.type]?.(resource) ?? []).flatMap(([place, text]) =>
      secretsIn(text).map(
        (what) =>
          `The resource ${resource.name} holds ${what} in ${place}, readable by all who may describe it: write it to Vault, have the program read it there at run time, and replace the secret, which is in the state now.`,
      ),
    );
    return [...new Set(sentences)];
  },
});
