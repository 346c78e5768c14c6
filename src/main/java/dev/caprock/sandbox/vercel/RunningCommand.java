package dev.caprock.sandbox.vercel;

/** A command that runs, or ran, in a sandbox's session. */
record RunningCommand(String session, String command) {

    String path() {
        return "/v2/sandboxes/sessions/%s/cmd/%s".formatted(session, command);
    }
}
