/** States in the words people read (the same everywhere: command, console, documents). */
export const stateWords: Readonly<Record<string, string>> = {
  SETTING_UP: "Setting up",
  NEVER_WORKED: "Never worked",
  ON_TIME: "On time",
  LATE: "Late",
  STOPPED: "Stopped",
  ERRORS: "Errors",
  PAUSED: "Paused",
};
