/** Names a file that Node loads before a program or a policy pack: the tests have one. */
export const preloadVariable = "HOMING_LOCAL_PRELOAD";
