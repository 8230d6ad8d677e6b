import { Homing } from "./components/homing";
import type { HomingOutputs } from "./components/homingOutputs";
import { readSettings } from "./settings/settings";

/** homing as a program of its own: its configuration, all of it, and what it tells others. */
function program(): HomingOutputs {
  return new Homing("homing", readSettings()).outputs;
}

export = program;
