"use strict";

// Loaded before what the Pulumi engine starts. The engine ends its plugins itself; one that was killed can't, and they
// would wait for it for ever.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 500).unref();
