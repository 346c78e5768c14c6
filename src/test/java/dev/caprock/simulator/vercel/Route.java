package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** One operation of the API: how it is asked for, and who answers. */
record Route(String method, Pattern path, Operation operation, Action action) {

    /** Answers a call; the groups are the variables of the path, undecoded. */
    @FunctionalInterface
    interface Action {
        Reply answer(Call call, MatchResult path) throws IOException, InterruptedException;
    }

    /** @param template a path in which {@code *} is a variable */
    static Route of(String method, String template, Operation operation, Action action) {
        return new Route(method, Pattern.compile(template.replace("*", "([^/]+)")), operation, action);
    }
}
