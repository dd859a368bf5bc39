/** What is said about a layer that the history does not mention. */

export const NO_HISTORY = "new layer has no history entry -- this will confuse many tools!";
