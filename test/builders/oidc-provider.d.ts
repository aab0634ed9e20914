/** It brings no types of its own; what a test uses of it is written out where it is used. */
declare module "oidc-provider";
