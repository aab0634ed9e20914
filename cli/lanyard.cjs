#!/usr/bin/env node
// Builds what has changed (nothing, most of the time), then runs the compiled command.
require("../build.cjs");
require("../dist/cli/main.js");
