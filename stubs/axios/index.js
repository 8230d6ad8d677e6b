"use strict";

// Reached only if node-vault is used without a request function of ours.
exports.create = () => {
  throw new Error("axios is left out: give node-vault a request function");
};
